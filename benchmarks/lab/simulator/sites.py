"""Sites and their pages: which requests loading one page makes, when, and how big."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from .chance import Luck
from .genres import GENRES, STACKS, Genre
from .web import Origin, Request, ThirdParty, Web, request

# (when, how long it took, bytes, what, referer): a request as it leaves the machine
Event = tuple[float, float, int, Request, str]


@dataclass(frozen=True, slots=True)
class Socket:
    """A websocket: a connection of its own that carries little and lasts long."""

    start: float
    end: float
    size: int
    asked: Request


@dataclass(slots=True)
class Traffic:
    """All that one program on one machine sends."""

    events: list[Event] = field(default_factory=list)
    sockets: list[Socket] = field(default_factory=list)


VARIETY = 8  # pages of a site differ: of this many images one is on a given page
FIRST_VISIT = 0.6  # of the shared scripts, those not in the disk cache when the day's first page loads
LATER = 0.05  # and on later pages
SCRIPTS = ("script", "script", "style", "font")
SLUGS = ("item", "story", "view", "page", "guide", "list", "case", "detail")


@dataclass(slots=True, eq=False)
class Site:
    """One site that people open, ready to be loaded page by page."""

    origin: Origin
    genre: Genre
    style: str
    weight: float
    assets: list[Origin]
    apis: list[Origin]
    polls: bool
    agent: str = ""  # of an app; empty for what a browser opens
    requests: list[Request] = field(default_factory=list)
    first: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    later: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    offset: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    spread: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    size: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    vary: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    rtt: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    refresh: list[int] = field(default_factory=list)

    @property
    def host(self) -> str:
        """The host people would name."""
        return self.origin.host

    @property
    def category(self) -> str:
        """What it is."""
        return self.origin.category

    def load(self, when: float, dwell: float, seen: bool, luck: Luck, out: list[Event], referer: str) -> str:
        """Requests of one page load, added to `out`; the page's own URL comes back."""
        number = luck.randrange(400)
        slug = f"/{SLUGS[number % 8]}/{number}" if number > 40 else "/"
        url = f"{self.origin.scheme}://{self.origin.host}{slug}"
        think = self.origin.rtt * 2 + luck.between(0.16, 0.6, 0.03, 3.0)
        weight = int(luck.between(28_000, 0.6, 2_000, 300_000))
        document = request(self.origin, slug, "doc", weight)
        out.append((when, think, weight, document, referer))
        draw = luck.vector
        wanted = draw.random(len(self.first)) < (self.later if seen else self.first)
        index = np.flatnonzero(wanted)
        if not len(index):
            return url
        haste = luck.between(0.9, 0.35, 0.4, 4.0)
        noise = draw.standard_normal((2, len(index)))
        offset = self.offset[index] * np.exp(self.spread[index] * noise[0]) * haste
        room = dwell - think * 0.7
        keep = offset < room
        index, offset = index[keep], offset[keep]
        size = np.maximum(self.size[index] * np.exp(self.vary[index] * noise[1][keep]), 4.0)
        took = self.rtt[index] * np.exp(0.45 * np.abs(noise[0][keep])) + size / 4.0e6
        start = when + think * 0.7
        requests = [self.requests[i] for i in index.tolist()]
        for cut in np.flatnonzero(offset + took > room).tolist():  # the person was faster than the page
            took[cut], size[cut] = max(room - offset[cut], 0.001), size[cut] // 3
            requests[cut] = replace(requests[cut], code="TCP_MISS_ABORTED/200")
        out.extend(
            (start + at, lasts, int(nb), asked, url if asked.own else asked_referer)
            for at, lasts, nb, asked, asked_referer in zip(
                offset.tolist(),
                took.tolist(),
                size.tolist(),
                requests,
                [self.short_referer] * len(index),
                strict=True,
            )
        )
        return url

    @property
    def short_referer(self) -> str:
        """What other origins are told of the page (strict-origin-when-cross-origin)."""
        return f"{self.origin.scheme}://{self.origin.host}/"

    def advertise(self, when: float, luck: Luck, out: list[Event]) -> None:
        """Adverts that renew themselves on a page in view."""
        draw = luck.vector.random(len(self.refresh))
        for position, chance in zip(self.refresh, draw.tolist(), strict=True):
            if chance < self.later[position] * 0.35:
                asked = self.requests[position]
                at = when + luck.between(0.5, 0.7, 0.02, 8.0)
                out.append((at, float(self.rtt[position]), int(self.size[position]), asked, self.short_referer))


class Builder:
    """Makes the sites of one world from the tables."""

    def __init__(self, web: Web, richness: float = 1.0, gambling: float = 1.0) -> None:
        self.web = web
        self.richness = richness
        self.gambling = gambling
        self.groups: dict[str, list[ThirdParty]] = {}
        for party in web.third_parties:
            self.groups.setdefault(party.group, []).append(party)

    def sites(self) -> list[Site]:
        """All sites for browsers."""
        return [self._site(row, row["genre"], row["stack"]) for row in self.web.sites]

    def apps(self) -> list[Site]:
        """All apps for phones, as sites with a few calls and no document."""
        return [self._site(row, f"app-{row['kind']}", "none") for row in self.web.apps]

    def _site(self, row: dict[str, str], style: str, stack: str) -> Site:
        pinned = row.get("pinned") == "1"
        main = self.web.origin(row["host"], row["category"], row["class"], row["server"], pinned=pinned)
        if row["host"].startswith("intranet."):
            main = self.web.origin(row["host"], row["category"], row["class"], row["server"], plain=True)
        assets = [
            self.web.origin(host, "cdn", "infra", _asset_server(host, row["server"]), pinned=pinned)
            for host in row["assets"].split()
        ]
        api_hosts = (row.get("apis") or row.get("push") or "").split()
        apis = [self.web.origin(h, row["category"], row["class"], row["server"], pinned=pinned) for h in api_hosts]
        genre = GENRES[style]
        luck = Luck("site", row["host"])
        site = Site(
            main,
            genre,
            style,
            float(row["weight"]),
            assets,
            apis,
            luck.chance(genre.idle_share),
            row.get("agent") or "",
        )
        _Pages(site, luck).fill(self._parties(stack))
        return site

    def _parties(self, stack: str) -> list[tuple[ThirdParty, float]]:
        parties: list[tuple[ThirdParty, float]] = []
        for group, mean in STACKS[stack].items():
            factor = self.richness * (self.gambling if group == "gambling" else 1.0)
            members = self.groups[group]
            total = sum(member.share for member in members)
            parties += [(member, mean * factor * member.share / total) for member in members]
        return parties


def _asset_server(host: str, server: str) -> str:
    if server in {"iis", "apache"}:
        return server
    choices = ("cloudfront", "fastly", "akamai", "cloudflare", server, server)
    return choices[zlib.crc32(host.encode()) % len(choices)]


class _Pages:
    """The columns of a site's table of requests, filled one request at a time."""

    def __init__(self, site: Site, luck: Luck) -> None:
        self.site = site
        self.luck = luck
        self.columns: list[list[float]] = [[] for _ in range(7)]

    def add(self, asked: Request, first: float, later: float, offset: float, spread: float, vary: float) -> None:
        """One request, with its chance on the first and on later pages."""
        self.site.requests.append(asked)
        values = (first, later, offset, spread, float(asked.size - 330), vary, asked.origin.rtt * 1.6)
        for column, value in zip(self.columns, values, strict=True):
            column.append(value)

    def fill(self, parties: list[tuple[ThirdParty, float]]) -> None:
        """Everything a page of the site can ask for."""
        self._own()
        for party, mean in parties:
            self._third(party, mean)
        site = self.site
        arrays = [np.array(column, dtype=np.float64) for column in self.columns]
        site.first, site.later, site.offset, site.spread, site.size, site.vary, site.rtt = arrays

    def _own(self) -> None:
        site, luck, genre = self.site, self.luck, self.site.genre
        hosts = [*site.assets, site.origin] if site.assets else [site.origin]
        images = site.assets or [site.origin]
        for number in range(genre.shared):
            host = hosts[number % len(hosts)]
            kind = SCRIPTS[number % 4]
            size = int(luck.between(genre.script * 1000, 1.1, 800, 900_000))
            asked = request(host, f"/static/{kind}{number}.{size % 997:x}", kind, size, own=host is site.origin)
            if luck.chance(0.25):
                asked.code = "TCP_MEM_HIT/200"
            self.add(asked, FIRST_VISIT, LATER, luck.between(0.5, 0.5, 0.1, 3.0), 0.3, 0.0)
        for number in range(genre.fresh * VARIETY):
            call = number % 6 == 5
            host = (site.apis or [site.origin])[0] if call else images[number % len(images)]
            size = int(luck.between(3500 if call else genre.image * 1000, 1.0, 300, 2_000_000))
            path = f"/api/v1/{number % 9}" if call else f"/i/{number}-{size % 9973}.jpg"
            kind = "json" if call else "image"
            asked = request(host, path, kind, size, own=host is site.origin, unique=call)
            self.add(asked, 1 / VARIETY, 1 / VARIETY, luck.between(0.7, 0.5, 0.15, 5.0), 0.3, 0.2 if call else 0.0)
        for number in range(genre.lazy * VARIETY):
            host = images[-1 if number % 3 else 0]
            size = int(luck.between(genre.image * 1400, 0.9, 800, 2_000_000))
            asked = request(host, f"/l/{number}-{size % 9973}.jpg", "image", size, own=host is site.origin)
            self.add(asked, 1 / VARIETY, 1 / VARIETY, luck.between(22.0, 1.0, 3.0, 400.0), 0.5, 0.0)

    def _third(self, party: ThirdParty, mean: float) -> None:
        luck = self.luck
        script = party.path.endswith(".js") or party.size > 40_000
        chances: list[float] = []
        left = mean
        while left > 0.02 and len(chances) < 6:
            chances.append(min(left, 0.85))
            left -= chances[-1]
        late = {"serve": 1.9, "syncs": 2.5, "links": 2.0, "gambling": 1.9, "social": 1.4, "bids": 1.2}
        middle = late.get(party.group, 0.9)
        unique = party.path.endswith(("=", "/"))
        for chance in chances:
            kind = "script" if script else "json" if party.group in {"bids", "measure"} else "pixel"
            if party.path.startswith(("/plugins", "/embed/", "/banner")):
                kind = "frame"
            asked = request(party.origin, party.path, kind, party.size, unique=unique)
            if party.group in {"bids", "serve", "gambling"}:
                self.site.refresh.append(len(self.site.requests))
            cached = 0.35 if script and not unique else 1.0
            self.add(
                asked, chance, chance * cached, luck.between(middle, 0.4, 0.25, 12.0), 0.35, 0.4 if unique else 0.0
            )
