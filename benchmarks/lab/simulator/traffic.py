"""What a browser sends while its person reads, scrolls, watches, or does something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .chance import Luck
from .plan import Visit
from .sites import Site, Socket, Traffic
from .truth import Row, rows_of_embedded
from .web import Request, request, the_web


@dataclass(frozen=True, slots=True)
class Habits:
    """What the pages of a world do by themselves."""

    adverts: float = 0.6  # share of advertising sites whose adverts renew themselves in view
    endless: float = 0.0  # share of news sites with infinite scroll
    prefetch: float = 0.06  # links fetched before the person clicks, for each page
    redirect: float = 0.12  # visits that begin with a redirect
    preconnect: float = 0.035  # visits before which the address bar opens a connection to another, favourite site


class Browser:
    """Turns the visits of one device into requests."""

    def __init__(self, visits: list[Visit], habits: Habits, luck: Luck, favourites: Sequence[Site] = ()) -> None:
        self.visits = visits
        self.favourites = favourites
        self.habits = habits
        self.luck = luck
        self.out = Traffic()
        self.seen: set[str] = set()
        self.embedded: list[Row] = []

    def run(self) -> Traffic:
        """All requests of the device's pages."""
        for visit in self.visits:
            before, sockets = len(self.out.events), len(self.out.sockets)
            self._front(visit)
            if visit.open_until > visit.end:
                self._behind(visit)
            events = self.out.events[before:]
            self.embedded += rows_of_embedded(events, self.out.sockets[sockets:], visit.site.origin)
        return self.out

    def _front(self, visit: Visit) -> None:
        site, luck = visit.site, self.luck
        referer = "-"
        if visit.fresh and luck.chance(self.habits.redirect):
            self._redirect(site, visit.start)
        if self.favourites and visit.fresh and luck.chance(self.habits.preconnect):
            spare = luck.pick(self.favourites).origin
            asked = Request(spare, "", "")
            self.out.events.append((visit.start - luck.uniform(0.8, 3.0), 0.1, 0, asked, "-"))
        for position, (when, dwell) in enumerate(visit.loads):
            last = position == len(visit.loads) - 1
            stays = max(visit.end, visit.open_until) - when if last else dwell
            if site.genre.app and (position or not visit.fresh):
                self._calls(visit, when)
                continue
            stays = max(min(stays, visit.end - when + 12.0), 1.5)
            referer = site.load(when, stays, site.host in self.seen, luck, self.out.events, referer)
            self.seen.add(site.host)
            if luck.chance(self.habits.prefetch) and dwell > 4 and not site.style.startswith("app"):
                self._prefetch(site, when + luck.uniform(1.5, max(dwell, 2.0)), referer)
        if not visit.quiet or site.genre.pulse in {"video", "refresh", "odds"}:
            self._pulse(visit)
        if site.genre.socket and site.apis and visit.fresh:
            self._socket(site, visit.start + 1.5, max(visit.end, visit.open_until))

    def _redirect(self, site: Site, when: float) -> None:
        origin = site.origin
        if origin.plain or site.style.startswith("app"):
            return
        asked = Request(origin, f"GET http://{origin.host}/", f"{origin.route} text/html", "TCP_MISS/301", 420, up=480)
        self.out.events.append((when - 0.12, origin.rtt * 1.2, 120, asked, "-"))
        if site.style == "bait":
            middle = the_web().origin("paid.outbrain.com", "ads", "infra", "nginx")
            asked = Request(
                middle,
                "GET https://paid.outbrain.com/network/redir?p=",
                f"{middle.route} text/html",
                "TCP_MISS/302",
                500,
            )
            asked.unique = True
            self.out.events.append((when - 0.3, middle.rtt * 2, 170, asked, "-"))

    def _prefetch(self, site: Site, when: float, referer: str) -> None:
        size = int(self.luck.between(24_000, 0.5, 2000, 200_000))
        asked = request(site.origin, f"/story/{self.luck.randrange(900, 999)}", "doc", size, own=True)
        self.out.events.append((when, site.origin.rtt * 2 + 0.1, size, asked, referer))

    # what goes on while a page is in front

    def _pulse(self, visit: Visit) -> None:
        genre, luck = visit.site.genre, self.luck
        if not genre.pulse or (genre.pulse == "refresh" and not self._renews(visit.site)):
            return
        act = getattr(self, f"_{genre.pulse}")
        steady = genre.pulse in {"video", "audio", "odds", "refresh"}
        at = visit.start + luck.uniform(0.4, 1.0) * genre.every
        while at < visit.end:
            act(visit, at)
            at += genre.every * (luck.uniform(0.85, 1.15) if steady else max(luck.expovariate(1.0), 0.08))

    def _renews(self, site: Site) -> bool:
        return bool(site.refresh) and Luck("renews", site.host).chance(self.habits.adverts)

    def _call(self, site: Site, at: float, path: str, size: int, *, method: str = "POST", which: int = -1) -> None:
        origin = site.apis[which] if site.apis and which >= 0 else site.origin
        asked = request(origin, path, "json", size, method, own=origin is site.origin)
        self.out.events.append((at, origin.rtt * self.luck.uniform(1.5, 6), size, asked, site.short_referer))

    def _fetch(self, site: Site, at: float, which: int, size: int, kind: str) -> None:
        origin = site.assets[which % len(site.assets)] if site.assets else site.origin
        asked = request(origin, f"/m/{size % 9973:x}", kind, size, unique=True)
        self.out.events.append((at, origin.rtt * 1.5 + size / 5e6, size, asked, site.short_referer))

    def _feed(self, visit: Visit, at: float) -> None:
        luck, site = self.luck, visit.site
        self._call(site, at, "/api/graphql/", int(luck.between(14_000, 0.8, 900, 200_000)))
        for _ in range(luck.randrange(1, 6)):
            size = int(luck.between(38_000, 0.9, 1500, 900_000))
            self._fetch(site, at + luck.uniform(0.1, 0.9), 1, size, "image")

    def _clips(self, visit: Visit, at: float) -> None:
        self._call(visit.site, at, "/api/recommend/item_list/", 18_000, method="GET")
        self._fetch(visit.site, at + 0.2, 2, int(self.luck.between(1_500_000, 0.6, 200_000, 9_000_000)), "media")

    def _mail(self, visit: Visit, at: float) -> None:
        self._call(visit.site, at, "/sync/u/0/i/s", int(self.luck.between(2600, 0.9, 300, 60_000)))

    def _calls(self, visit: Visit, at: float) -> None:
        luck = self.luck
        for number in range(luck.randrange(1, 4)):
            size = int(luck.between(4200, 1.1, 200, 200_000))
            self._call(visit.site, at + number * luck.uniform(0.02, 0.3), f"/api/data/{luck.randrange(12)}", size)

    def _odds(self, visit: Visit, at: float) -> None:
        self._call(
            visit.site, at, "/live/update", int(self.luck.between(1300, 0.5, 200, 20_000)), method="GET", which=0
        )

    def _suggest(self, visit: Visit, at: float) -> None:
        for number in range(self.luck.randrange(4)):
            self._call(visit.site, at + 0.2 * number, "/complete/search", self.luck.randrange(300, 1600), method="GET")

    def _video(self, visit: Visit, at: float) -> None:
        if not visit.watching:
            return
        self._fetch(visit.site, at, -1, int(self.luck.between(1_300_000, 0.5, 150_000, 6_000_000)), "media")
        if self.luck.chance(0.25):
            self._call(visit.site, at + 0.1, "/api/stats/watchtime", 30)

    def _audio(self, visit: Visit, at: float) -> None:
        self._fetch(visit.site, at, -1, int(self.luck.between(190_000, 0.2, 60_000, 500_000)), "media")

    def _refresh(self, visit: Visit, at: float) -> None:
        visit.site.advertise(at, self.luck, self.out.events)
        if self.luck.chance(self.habits.endless):
            for _ in range(self.luck.randrange(3, 9)):
                self._fetch(visit.site, at + self.luck.uniform(0, 2), 0, self.luck.randrange(8000, 90_000), "image")

    # what goes on behind

    def _behind(self, visit: Visit) -> None:
        site, luck, genre = visit.site, self.luck, visit.site.genre
        if visit.playing:
            at = visit.end
            while at < visit.open_until:
                self._audio(visit, at)
                at += genre.every * luck.uniform(0.9, 1.1)
        if not site.polls or not genre.idle:
            return
        size = 300 + Luck("poll", site.host).randrange(900)
        asked = request(site.origin, "/ajax/poll", "json", size, "POST", own=True)
        every = max(genre.idle * Luck("every", site.host).uniform(0.95, 1.6), 60.0)
        at = visit.end + luck.uniform(0.3, 1.0) * every
        while at < visit.open_until:
            own = size + luck.randrange(-6, 7)
            self.out.events.append((at, site.origin.rtt * 2.5, own, asked, site.short_referer))
            at += every * luck.uniform(0.99, 1.03)

    def _socket(self, site: Site, start: float, end: float) -> None:
        luck, origin = self.luck, site.apis[0]
        asked = request(origin, "/chat", "none", 100)
        at = start
        while at < end - 2.0:
            until = min(at + luck.between(1500, 0.9, 40, 9000), end)
            size = int((until - at) * luck.uniform(1.0, 9.0)) + 200
            self.out.sockets.append(Socket(at, until, size, asked))
            at = until + luck.between(2.0, 0.8, 0.3, 30.0)
