"""A person at a browser: visits become page views, and page views the requests that pages make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from generator.proxy import Fetch, Machine
from generator.sites import TINY, Site

PATHS = {
    "text/css": "/static/{0}.css",
    "application/javascript": "/static/{0}.js",
    "image/jpeg": "/media/{0}.jpg",
    "image/webp": "/media/{0}.webp",
}
# Pictures are the most, scripts next.
PARTS = ("text/css", *["application/javascript"] * 2, *["image/jpeg"] * 2, *["image/webp"] * 2)
PROGRAM = "/download/pdf-toolbox-setup.exe"


class TruthRow(NamedTuple):
    """What a person really did: seconds since the week began."""

    start: float
    end: float
    account: str
    site: str
    category: str
    kind: str  # human, idle


@dataclass(slots=True)
class Browser(Machine):
    """A machine with somebody in front of it, who leaves a record of what they really looked at."""

    account: str = ""
    truth: list[TruthRow] = field(default_factory=list)

    def visit(
        self,
        site: Site,
        start: float,
        minutes: float,
        *,
        pace: float = 42.0,
        tab_until: float | None = None,
        listen_until: float | None = None,
        upload: int = 0,
        download: int = 0,
    ) -> None:
        """Read pages of a site for some minutes; the tab may then stay open, or go on playing.

        Args:
            site: where.
            start: seconds since the week began.
            minutes: how long the person really looks at it.
            pace: median seconds from one page to the next.
            tab_until: until when the tab stays open, polling.
            listen_until: until when what plays goes on playing.
            upload: bytes sent to the site's first asset host half-way through.
            download: bytes of a program fetched half-way through.
        """
        end = start + minutes * 60
        page = self._read(site, start, end, pace)
        middle = start + minutes * 30
        if upload:
            self._ask(middle, site.assets[0], 2400, upload, "PUT", "/upload", "application/json", page)
        if download:
            mime = "application/x-msdownload"
            self._ask(middle, f"dl1.{site.host}", download, 900, "GET", PROGRAM, mime, page)
        if site.stream:
            self._play(site.stream, start + 20, listen_until or end, page)
        if site.poll:
            self._poll(site.poll, start + 8, max(end, tab_until or 0.0), page)
        if site.category:
            self.truth.append(TruthRow(start, end, self.account, site.host, site.category, "human"))
        if tab_until is not None and tab_until > end:
            self._stay_open(site, end, tab_until, page)

    def _read(self, site: Site, start: float, end: float, pace: float) -> str:
        """Go from page to page, and return the address of the last."""
        page, when, view = "-", start, 0
        while when < end - 4 or not view:
            page = self._page(site, when, view, page)
            gap = min(max(self.dice.around(pace, 0.45), 7.0), 3.2 * pace)
            if site.assets and gap > 15 and self.dice.chance(0.6):  # pictures load as the reader scrolls
                self._part(site, site.assets[-1], when + gap * self.dice.between(0.3, 0.8), page, spare=0)
            when += gap
            view += 1
        return page

    def _page(self, site: Site, when: float, view: int, came_from: str) -> str:
        """View one page, and return its address."""
        path = f"/page/{self.dice.whole(1000, 9999)}" if view else "/"
        address = f"{site.scheme}://{site.host}{path}"
        size = int(self.dice.around(24_000, 0.6))
        self.fetches.append(Fetch(when, site.host, size, referrer=came_from, path=path, scheme=site.scheme))
        own = site.assets or (site.host,)
        for part in range(self.dice.whole(2, 5) if view else self.dice.whole(4, 8)):
            moment = when + 0.25 + self.dice.between(0.0, 2.2)
            spare = 0 if view or self.dice.chance(0.5) else self.dice.whole(0, 3)
            self._part(site, own[part % len(own)], moment, address, spare=spare)
        for host in site.partners:
            if self.dice.chance(0.45 if view else 0.9):
                self._partner(host, when + 0.5 + self.dice.between(0.0, 3.5), f"{site.scheme}://{site.host}/")
        return address

    def _part(self, site: Site, host: str, when: float, page: str, *, spare: int) -> None:
        mime = self.dice.pick(PARTS)
        path = PATHS[mime].format(self.dice.whole(1, 400))
        size = int(self.dice.around(36_000, 0.8))
        scheme = site.scheme if host == site.host else "https"
        self.fetches.append(Fetch(when, host, size, 560, "GET", path, mime, page, spare, scheme=scheme))

    def _partner(self, host: str, when: float, page: str) -> None:
        if host not in TINY:
            size = int(self.dice.around(9_000, 0.7))
            path = f"/tag/{self.dice.whole(1, 99)}.js"
            self._ask(when, host, size, 680, "GET", path, "application/javascript", page)
            return
        size = int(self.dice.around(420, 0.25))
        path = f"/collect?cb={self.dice.whole(10_000, 99_999)}"
        posts = host.startswith("region1.")
        method, mime = ("POST", "text/plain") if posts else ("GET", "image/gif")
        self._ask(when, host, size, 680, method, path, mime, page)

    def _ask(self, when: float, host: str, *rest: int | str) -> None:
        self.fetches.append(Fetch(when, host, *rest))  # type: ignore[arg-type]

    def _poll(self, poll: tuple[str, float, int], start: float, end: float, page: str) -> None:
        host, seconds, size = poll
        when = start + seconds
        while when < end:
            answer = size + self.dice.whole(-6, 6)
            self._ask(when, host, answer, 610, "POST", "/poll", "application/json", page)
            when += seconds + self.dice.between(-0.4, 0.4)

    def _play(self, stream: tuple[str, float, int], start: float, end: float, page: str) -> None:
        host, seconds, size = stream
        when = start
        while when < end:
            segment = int(size * self.dice.between(0.75, 1.25))
            path = f"/range/{self.dice.whole(0, 99_999)}"
            self._ask(when, host, segment, 540, "GET", path, "application/octet-stream", page)
            when += seconds + self.dice.between(-0.3, 0.3)

    def _stay_open(self, site: Site, start: float, end: float, page: str) -> None:
        """Leave the tab open: nobody looks at it, and its adverts are still exchanged."""
        if site.category:
            self.truth.append(TruthRow(start, end, self.account, site.host, site.category, "idle"))
        if not site.refreshes_adverts:
            return
        for host in site.partners:
            if not ("doubleclick" in host or "syndication" in host or host.startswith("ads.")):
                continue
            when = start + self.dice.between(5, 50)
            while when < end:
                self._ask(when, host, int(self.dice.around(12_000, 0.5)), 900, "GET", "/ad", "text/html", page)
                when += self.dice.between(40, 60)
