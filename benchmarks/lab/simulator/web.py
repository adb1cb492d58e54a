"""The web as the proxy meets it: hosts, software on machines, and what each kind of server does to a connection."""

from __future__ import annotations

import csv
import zlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"

# kind of server: HTTP/2 towards browsers, idle time-out (s), median round trip (ms), bytes of a full TLS handshake.
# Published: nginx 75, Apache 5, IIS 120, AWS load balancer 60, Cloudflare 400, Akamai 500 (its documentation's own
# example). The others are assumed: docs/simulator.md says which.
SERVERS: dict[str, tuple[bool, float, float, int]] = {
    "nginx": (True, 75.0, 28.0, 3700),
    "apache": (False, 5.0, 34.0, 3900),
    "iis": (False, 120.0, 6.0, 3100),
    "alb": (True, 60.0, 26.0, 5200),
    "cloudflare": (True, 400.0, 14.0, 2900),
    "cloudfront": (True, 60.0, 13.0, 5100),
    "fastly": (True, 180.0, 13.0, 3500),
    "akamai": (True, 500.0, 12.0, 4100),
    "wpvip": (True, 75.0, 16.0, 3300),
    "google": (True, 240.0, 12.0, 4600),
    "facebook": (True, 180.0, 14.0, 3100),
    "twitter": (True, 240.0, 20.0, 3400),
    "linkedin": (True, 240.0, 22.0, 3900),
    "yahoo": (True, 120.0, 24.0, 4400),
    "amazon": (True, 60.0, 20.0, 5000),
    "microsoft": (True, 120.0, 18.0, 5600),
    "github": (True, 60.0, 24.0, 3300),
    "apple": (True, 180.0, 24.0, 4300),
}

# what the organisations' filter stops, besides everything for adults
BLOCKED = frozenset(
    {
        "www.888casino.com",
        "www.coral.co.uk",
        "mediaserver.entainpartners.com",
        "ic.aff-handler.com",
        "www.tombola.co.uk",
    }
)

# of video calls: share that uses the host, bytes a second. Where UDP is barred, sound and picture come by relay.
CALL_HOSTS = {
    "api.flightproxy.teams.microsoft.com": (0.9, 25.0),
    "eu-api.cc.skype.com": (1.0, 60.0),
    "euaz.relay.teams.microsoft.com": (0.25, 60_000.0),
    "ic3.events.data.microsoft.com": (1.0, 15.0),
}

LEGACY_AGENTS = frozenset({"outlook", "office", "onedrive", "none", "crypto", "delivery", "updater", "cloudd"})


@dataclass(slots=True, eq=False)
class Origin:
    """One host behind its port, with what its server does to connections."""

    host: str
    category: str
    kind: str
    server: str
    pinned: bool = False
    plain: bool = False
    http2: bool = field(init=False)
    idle: float = field(init=False)
    rtt: float = field(init=False)
    tls: int = field(init=False)
    connect: str = field(init=False)
    route: str = field(init=False)
    tunnel_tail: str = field(init=False)
    scheme: str = field(init=False)
    blocked: bool = field(init=False)
    special: bool = field(init=False)

    def __post_init__(self) -> None:
        self.http2, self.idle, rtt, self.tls = SERVERS[self.server]
        self.rtt = rtt / 1000.0
        self.connect = f"CONNECT {self.host}:443"
        number = zlib.crc32(self.host.encode())
        network = ("192.0.2", "198.51.100", "203.0.113")[number % 3]
        self.route = f"HIER_DIRECT/{network}.{number // 3 % 254 + 1}"
        self.tunnel_tail = f"{self.route} -"
        self.scheme = "http" if self.plain else "https"
        self.blocked = self.host in BLOCKED or self.category == "adult"
        self.special = self.plain or self.blocked


@dataclass(slots=True, eq=False)
class Request:
    """One kind of request: everything of a log line that does not change from time to time."""

    origin: Origin
    line: str  # "GET https://host/path"
    tail: str  # "HIER_DIRECT/192.0.2.1 image/gif"
    code: str = "TCP_MISS/200"
    size: int = 500
    unique: bool = False  # a cache-buster follows the URL
    own: bool = False  # same origin as the page: the referer is the page's full URL
    up: int = 620


MIMES = {
    "doc": "text/html",
    "script": "application/javascript",
    "style": "text/css",
    "image": "image/jpeg",
    "pixel": "image/gif",
    "font": "font/woff2",
    "json": "application/json",
    "frame": "text/html",
    "media": "video/mp4",
    "binary": "application/octet-stream",
    "none": "-",
}


def request(
    origin: Origin, path: str, mime: str, size: int, method: str = "GET", *, unique: bool = False, own: bool = False
) -> Request:
    """A request for a path of an origin."""
    code = "TCP_MISS/204" if size < 20 else "TCP_MISS/200"
    tail = f"{origin.route} {MIMES[mime]}"
    up = 760 if method == "POST" else 590
    url = f"{method} {origin.scheme}://{origin.host}{path}"
    return Request(origin, url, tail, code, max(size, 0) + 330, unique, own, up)


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """One host that pages of other sites call, with how often a member of its group does so."""

    origin: Origin
    group: str
    size: int
    path: str
    share: float


@dataclass(frozen=True, slots=True)
class Program:
    """One thing that software on a machine asks for again and again."""

    origin: Origin
    program: str
    path: str
    method: str
    size: int
    every: float
    spread: float
    burst: int
    agent: str
    share: float


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the package's tables."""
    with (DATA / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


class Web:
    """All origins by host, the third parties and the software."""

    def __init__(self) -> None:
        self.origins: dict[tuple[str, bool, bool], Origin] = {}
        self.sites = rows("sites.csv")
        self.apps = rows("apps.csv")
        for row in self.sites:
            self.origin(row["host"], row["category"], row["class"], row["server"])
        for row in self.apps:
            self.origin(row["host"], row["category"], row["class"], row["server"], pinned=row["pinned"] == "1")
        self.third_parties = [
            ThirdParty(
                self.origin(r["host"], r["category"], r["class"], r["server"]),
                r["group"],
                int(float(r["kilobytes"]) * 1000),
                r["path"],
                float(r["share"]),
            )
            for r in rows("third_parties.csv")
        ]
        self.programs = [self._program(r) for r in rows("software.csv")]
        for host in CALL_HOSTS:
            self.origin(host, "telemetry", "infra", "microsoft", pinned=True)
        self.origin("paid.outbrain.com", "ads", "infra", "nginx")

    def _program(self, row: dict[str, str]) -> Program:
        pinned = row["program"] in {"ios", "sensor"} or row["agent"] in {"outlook", "delivery"}
        origin = self.origin(
            row["host"], row["category"], row["class"], row["server"], pinned=pinned, plain=row["plain"] == "1"
        )
        return Program(
            origin,
            row["program"],
            row["path"],
            row["method"],
            int(row["bytes"]),
            float(row["every"]),
            float(row["spread"]),
            int(row["burst"]),
            row["agent"],
            float(row["share"]),
        )

    def origin(
        self, host: str, category: str, kind: str, server: str, *, pinned: bool = False, plain: bool = False
    ) -> Origin:
        """The origin of a host, made when it is first asked for."""
        key = (host, pinned, plain)
        if key not in self.origins:
            self.origins[key] = Origin(host, category, kind, server, pinned, plain)
        return self.origins[key]

    def by_host(self) -> list[tuple[str, str, str]]:
        """Host, category and class of every host, each once: what a sensible person would say of it."""
        seen: dict[str, tuple[str, str]] = {}
        for origin in self.origins.values():
            seen.setdefault(origin.host, (origin.category, origin.kind))
        return sorted((host, category, kind) for host, (category, kind) in seen.items())


@cache
def the_web() -> Web:
    """The one web that all worlds share."""
    return Web()
