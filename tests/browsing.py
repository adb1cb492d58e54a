"""A browser's day as log lines: what a person does is said once, and written as each kind of log would hold it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36"
)
HANDSHAKE, RESUMED = 4_600, 900  # bytes of a tunnel before anything is fetched: with certificates, and the next time

# Where each site keeps its pictures and scripts.
ASSETS = {
    "www.bbc.co.uk": ("static.files.bbci.co.uk", "ichef.bbci.co.uk"),
    "www.theguardian.com": ("assets.guim.co.uk", "i.guim.co.uk"),
    "www.rightmove.co.uk": ("media.rightmove.co.uk",),
    "www.facebook.com": ("static.xx.fbcdn.net", "scontent-lhr8-1.xx.fbcdn.net"),
    "www.bet365.com": ("content001.bet365.com",),
    "www.skybet.com": ("st1.skybet.com",),
    "www.paddypower.com": ("i1.paddypower.com",),
    "www.williamhill.com": ("whdn.williamhill.com",),
    "uk.match.com": ("pictures.match.com",),
    "www.pornhub.com": ("ei.phncdn.com",),
}


@dataclass(slots=True)
class Hit:
    """One request, or one connection that carried none (`path` None)."""

    at: float  # seconds of the day
    host: str
    path: str | None
    mime: str
    size: int
    status: int
    referrer: str
    agent: str
    takes: float
    scheme: str
    denied: bool
    method: str = "GET"
    user: str | None = None  # another than the person's own: "-" for none


@dataclass(slots=True)
class Person:
    """Somebody at a machine: a list of what it requests."""

    account: str
    hits: list[Hit] = field(default_factory=list)

    def get(
        self,
        at: float,
        url: str,
        mime: str = "text/html",
        size: int = 40_000,
        *,
        status: int = 200,
        referrer: str = "",
        agent: str = CHROME,
        takes: float = 0.2,
        denied: bool = False,
        method: str = "GET",
        user: str | None = None,
    ) -> str:
        """Request one thing and return its address."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if denied:
            status, size, mime = 403, 3_800, "text/html"
        host = parts.hostname or ""
        self.hits.append(
            Hit(at, host, path, mime, size, status, referrer, agent, takes, parts.scheme, denied, method, user)
        )
        return url

    def page(
        self,
        at: float,
        url: str,
        *,
        referrer: str = "",
        size: int = 60_000,
        parts: int = 8,
        adverts: bool = False,
        agent: str = CHROME,
    ) -> str:
        """Open a page with parts of its own, perhaps adverts and counters, and return its address."""
        self.get(at, url, size=size, referrer=referrer, agent=agent, takes=0.4)
        host = urlsplit(url).hostname or ""
        origin = f"https://{host}/"
        hosts = ASSETS.get(host, (host,))
        for number in range(parts):
            name, mime, weight = PARTS[number % len(PARTS)]
            where = hosts[number % len(hosts)]
            mark = zlib.crc32(f"{url}{number}".encode()) % 10_000
            sent = url if where == host else origin
            self.get(at + 0.5 + 0.25 * number, f"https://{where}/{name.format(mark)}", mime, weight + mark,
                     referrer=sent, agent=agent)  # fmt: skip
        if adverts:
            self.get(at + 1.1, "https://www.google-analytics.com/g/collect?v=2", "text/plain", 350, referrer=origin)
            self.get(at + 1.3, "https://securepubads.g.doubleclick.net/tag/js/gpt.js", "text/javascript", 32_000,
                     referrer=origin)  # fmt: skip
            self.get(at + 2.0, f"https://securepubads.g.doubleclick.net/gampad/ads?x={at}", "application/json", 9_000,
                     referrer=origin)  # fmt: skip
        return url

    def spare(self, at: float, host: str, size: int = 39, lasts: float = 10.0) -> None:
        """Open a connection in advance, and drop it."""
        self.hits.append(Hit(at, host, None, "-", size, 200, "", CHROME, lasts, "https", denied=False))

    def repeat(self, at: float, until: float, every: float, act: Callable[[float], object]) -> None:
        """Do something by a timer that is late by a few milliseconds now and then."""
        number = 0
        while at + number * every < until:
            act(at + number * every + 0.013 * (number * 7 % 5))
            number += 1

    def ordinary_day(self, seed: int) -> None:
        """Work from nine to five, with the news twice and a little house hunting at lunch."""
        for number in range(26):
            at = 9 * 3600 + 60 * seed % 240 + number * 1080 + 97 * (number * (seed + 3) % 7)
            self.page(at, f"https://{WORK[(number + seed) % len(WORK)]}/page/{seed}/{number}")
            self.page(at + 50 + number, f"https://{WORK[(number + seed) % len(WORK)]}/item/{seed}/{number}")
        for number, at in enumerate((9.52, 9.55, 9.6, 15.42, 15.46)):
            site = ("www.bbc.co.uk/news", "www.theguardian.com/uk")[number // 3]
            self.page(at * 3600 + seed, f"https://{site}/{seed}-{number}", adverts=True)
        for number in range(3):
            self.page(12.6 * 3600 + 70 * number + seed, f"https://www.rightmove.co.uk/homes/{seed}{number}")
        self.repeat(8.9 * 3600 + seed, 17.2 * 3600, 300, self._update)

    def _update(self, at: float) -> None:
        self.get(at, "https://settings-win.data.microsoft.com/settings/v3", "application/json", 800, agent="-")


PARTS = (
    ("css/site-{}.css", "text/css", 21_000),
    ("js/app-{}.js", "text/javascript", 90_000),
    ("img/photo-{}.jpg", "image/jpeg", 24_000),
    ("img/logo-{}.svg", "image/svg+xml", 4_000),
)
WORK = ("www.england.nhs.uk", "www.gov.uk", "learn.microsoft.com")


# --- The kinds of log ----------------------------------------------------------------------------------------

Lines = Iterator[tuple[float, str]]  # when a line is written, and the line


def squid(
    person: Person, midnight: int, hit: Hit, url: str, lasts: float, size: int, *, wide: bool, types: bool
) -> str:
    """Return a line of Squid's own layout; `wide` with referrer and agent."""
    action = (
        "TCP_DENIED" if hit.denied or hit.status == 407 else "TCP_TUNNEL" if hit.method == "CONNECT" else "TCP_MISS"
    )
    mime = (hit.mime if types else "-") or "-"
    user = hit.user or person.account
    line = (
        f"{midnight + hit.at + lasts:.3f} {round(lasts * 1000):6d} {address(person)} {action}/{hit.status:03d} {size} "
        f"{hit.method} {url} {user} HIER_DIRECT/198.51.100.7 {mime}"
    )
    return line + (f' "{hit.referrer or "-"}" "{hit.agent}" 515 56516' if wide else "")


def web_server(person: Person, midnight: int, hit: Hit, url: str, at: float, size: int | str) -> str:
    """Return a line of Squid's web-server layout: whole seconds, and no duration."""
    action = (
        "TCP_DENIED" if hit.denied or hit.status == 407 else "TCP_TUNNEL" if hit.method == "CONNECT" else "TCP_MISS"
    )
    moment = datetime.fromtimestamp(midnight + at, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    user = hit.user or person.account
    return (
        f'{address(person)} - {user} [{moment}] "{hit.method} {url} HTTP/1.1" {hit.status} {size} {action}:HIER_DIRECT'
    )


def address(person: Person) -> str:
    """Return the address of the person's machine."""
    return f"192.0.2.{zlib.crc32(person.account.encode()) % 250 + 1}"


def by_urls(people: Iterable[Person], midnight: int, *, wide: bool = False, types: bool = True) -> Lines:
    """Yield lines of a proxy that decrypts: one for each request, and its own announcements of connections."""
    for person in people:
        for hit in person.hits:
            if hit.path is not None:
                url = f"{hit.scheme}://{hit.host}{hit.path}"
                line = squid(person, midnight, hit, url, hit.takes, hit.size, wide=wide, types=types)
                yield midnight + hit.at + hit.takes, line
        for hit, _, _ in connections(person):
            if not hit.denied:
                line = squid(person, midnight, hit, f"{hit.host}:443", 0.05, 0, wide=wide, types=types)
                yield midnight + hit.at + 0.05, line.replace("TCP_TUNNEL", "NONE_NONE")


def by_tunnels(people: Iterable[Person], midnight: int, form: str) -> Lines:
    """Yield lines of a proxy that sees names only.

    Forms: `timed`; `seconds`, the same in whole ones; `ends`, with sizes but without durations, written at the end;
    `names`, the beginning and nothing else.
    """
    for person in people:
        plain = [hit for hit in person.hits if hit.path is not None and hit.scheme == "http"]
        found = [(hit, hit.takes, hit.size, f"http://{hit.host}{hit.path}") for hit in plain]
        found += [(hit, lasts, size, f"{hit.host}:443") for hit, lasts, size in connections(person)]
        for hit, lasts, size, url in found:
            end = hit.at + lasts
            if form == "timed":
                line = squid(person, midnight, hit, url, lasts, size, wide=False, types=True)
            elif form == "seconds":
                whole = Hit(**{name: getattr(hit, name) for name in Hit.__slots__} | {"at": float(int(hit.at))})
                line = squid(person, midnight, whole, url, int(end) - int(hit.at), size, wide=False, types=True)
            else:
                end = end if form == "ends" else hit.at
                line = web_server(person, midnight, hit, url, end, size if form == "ends" else "-")
            yield midnight + end, line


def connections(person: Person) -> Iterator[tuple[Hit, float, int]]:
    """Yield the encrypted connections that carry the requests: the first, how long it lasts, the bytes."""
    by_host: dict[str, list[Hit]] = {}
    for hit in sorted(person.hits, key=lambda one: one.at):
        if hit.scheme == "https":
            by_host.setdefault(hit.host, []).append(hit)
    for host, hits in by_host.items():
        idle = 60 + zlib.crc32(host.encode()) % 4 * 55  # the host closes what was silent for so long
        carried: list[Hit] = []
        known = False
        for number, hit in enumerate(hits):
            if hit.path is None or hit.denied or hit.status == 407:
                size = hit.size
                yield as_connect(hit), hit.takes, size
            else:
                carried.append(hit)
            following = next((one.at for one in hits[number + 1 :] if one.path is not None and not one.denied), None)
            last = carried and hit is carried[-1]
            if last and (following is None or following > hit.at + hit.takes + idle):
                size = sum(one.size + 150 for one in carried) + (RESUMED if known else HANDSHAKE)
                yield as_connect(carried[0]), hit.at + hit.takes + idle - carried[0].at, size
                carried, known = [], True


def as_connect(hit: Hit) -> Hit:
    """Return the request for the connection that carries a hit; who refers to what is inside it."""
    told = {name: getattr(hit, name) for name in Hit.__slots__}
    status = hit.status if hit.denied or hit.status == 407 else 200
    return Hit(
        **told | {"method": "CONNECT", "mime": "text/html" if hit.denied else "-", "status": status, "referrer": ""}
    )


LEVELS: dict[str, Callable[[Iterable[Person], int], Lines]] = {
    "urls, referrers, agents": lambda people, midnight: by_urls(people, midnight, wide=True),
    "urls": by_urls,
    "urls without types": lambda people, midnight: by_urls(people, midnight, types=False),
    "tunnels": lambda people, midnight: by_tunnels(people, midnight, "timed"),
    "tunnels in seconds": lambda people, midnight: by_tunnels(people, midnight, "seconds"),
    "tunnels without durations": lambda people, midnight: by_tunnels(people, midnight, "ends"),
    "names": lambda people, midnight: by_tunnels(people, midnight, "names"),
}
