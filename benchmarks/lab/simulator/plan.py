"""A person's day: which page is in front of them, when, and which tabs stay open behind it.

One person attends to one thing at a time, so a day is written from left to right with one cursor, and no two visits
of a person can overlap. Times are epoch seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .chance import Luck
from .people import Device
from .sites import Site

NOT_PERSONAL = frozenset({"business", "business-network", "search", "telemetry"})
SOON = 45.0  # a person who comes back to a tab this soon has not closed it


@dataclass(slots=True, eq=False)
class Visit:
    """A stretch of time in which one site is in front of the person."""

    site: Site
    start: float
    end: float
    device: int
    loads: list[tuple[float, float]]  # when each page is loaded, and how long it stays
    fresh: bool = True  # False: an open tab comes back to the front, nothing is loaded for that
    open_until: float = 0.0  # when the tab behind is closed, 0 = with this visit
    playing: bool = False  # sound goes on behind
    watching: bool = True  # video plays
    quiet: bool = False  # reading without touching


@dataclass(slots=True, eq=False)
class Attempt:
    """A request the person made that came to nothing: blocked by the filter, or a name mistyped."""

    host: str
    when: float
    code: str
    category: str
    device: int = 0


@dataclass(slots=True, eq=False)
class Day:
    """All that a person did."""

    visits: list[Visit] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    away: list[tuple[float, float]] = field(default_factory=list)  # meetings, and lunch away from the screen
    closing: list[float] = field(default_factory=list)  # when each device is switched off


class Taste:
    """Which sites this person goes to."""

    def __init__(self, sites: list[Site], luck: Luck, likes: dict[str, float] | None = None) -> None:
        self.luck = luck
        likes = likes or {}
        self.by_category: dict[str, list[Site]] = {}
        self.by_host: dict[str, Site] = {}
        self.weights: dict[str, float] = {}
        self.blocked: list[Site] = []
        for site in sites:
            if site.weight <= 0:
                continue
            if site.origin.blocked:
                self.blocked.append(site)
                continue
            self.by_category.setdefault(site.category, []).append(site)
            self.by_host[site.host] = site
            liking = likes.get(site.category, 1.0) * likes.get(site.style, 1.0)
            self.weights[site.host] = liking * site.weight * luck.expovariate(1.0) ** 1.5 + 0.02

    def of(self, *categories: str, style: str = "") -> Site:
        """A site of these categories, favourites more often."""
        sites = [s for c in categories for s in self.by_category.get(c, []) if s.style == style or not style]
        return self.luck.pick(sites, [self.weights[s.host] for s in sites])

    def favourites(self, count: int) -> list[Site]:
        """The personal sites this person goes to most: those an address bar suggests after a letter."""
        own = [s for c, sites in self.by_category.items() if c not in NOT_PERSONAL for s in sites]
        return sorted(own, key=lambda s: -self.weights[s.host])[:count]

    def work(self) -> Site:
        """A site for work."""
        if self.luck.chance(0.03):
            return self.of("business-network")
        sites = [s for s in self.by_category["business"] if s.style not in {"lessons", "trade"}]
        return self.luck.pick(sites, [self.weights[s.host] for s in sites])


class Diary:
    """Writes visits into a day."""

    def __init__(self, day: Day, taste: Taste, luck: Luck, closing: float) -> None:
        self.day = day
        self.taste = taste
        self.luck = luck
        self.closing = closing
        self.tabs: dict[tuple[int, str], Visit] = {}
        self.keep_all = False

    def visit(
        self,
        site: Site,
        start: float,
        end: float,
        *,
        device: int = 0,
        keep: float | None = None,
        pages: str = "many",
        returning: float = 0.75,
    ) -> Visit:
        """One site in front of the person from start to end."""
        luck, genre = self.luck, site.genre
        tab = self.tabs.get((device, site.host))
        alive = tab is not None and (tab.open_until >= start or start - tab.end < SOON)
        fresh = not (alive and luck.chance(returning))
        visit = Visit(site, start, end, device, [], fresh)
        visit.quiet = pages == "one"
        if pages == "one":
            visit.loads = [(start, end - start)] if fresh else []
        else:
            self._pages(visit)
        if tab is not None and tab.open_until > start:
            tab.open_until = start
        if luck.chance(genre.keep if keep is None else keep):
            stays = self.closing if luck.chance(0.4) or keep == 1.0 else end + luck.about(1900.0, 1.0)
            visit.open_until = min(max(stays, end), self.day.closing[device])
        self.tabs[(device, site.host)] = visit
        self.day.visits.append(visit)
        return visit

    def _pages(self, visit: Visit) -> None:
        genre, luck = visit.site.genre, self.luck
        at = visit.start
        first = True
        while at < visit.end - 0.5:
            dwell = max(luck.weibull(genre.scale, genre.shape), 1.2)
            if visit.end - at - dwell < 2.5:
                dwell = visit.end - at
            if visit.fresh or not first:
                visit.loads.append((at, dwell))
            first = False
            at += dwell

    def look_up(self, start: float, device: int = 0) -> float:
        """A search before the visit; returns when it is over."""
        end = start + self.luck.between(13.0, 0.7, 4.0, 70.0)
        self.visit(self.taste.of("search"), start, end, device=device, keep=0.05)
        return end

    def browse(
        self,
        start: float,
        end: float,
        categories: tuple[str, ...],
        *,
        median: float = 330.0,
        device: int = 0,
        keep: float | None = None,
    ) -> None:
        """Sites one after another, until time is up."""
        at = start
        while at < end - 1.0:
            site = self.taste.of(*categories)
            if self.luck.chance(0.2) and end - at > 120.0 and device == 0:
                at = self.look_up(at)
            until = min(at + self.luck.between(median, 0.7, 20.0, 2400.0), end)
            if end - until < 40.0:
                until = end
            self.visit(site, at, until, device=device, keep=keep)
            at = until
            if at < end and self.luck.chance(0.3):
                at = min(at + self.luck.between(6.0, 0.8, 1.0, 60.0), end)

    def tabbing(self, start: float, end: float, categories: tuple[str, ...], work: float = 62.0) -> None:
        """Personal sites with short looks at work in between."""
        at = start
        favourites = [self.taste.of(*categories) for _ in range(3)]
        while at < end - 1.0:
            until = min(at + self.luck.between(420.0, 0.45, 60.0, 900.0), end)
            if end - until < 180.0:
                until = end
            self.visit(self.luck.pick(favourites), at, until, keep=0.85)
            at = until
            if at < end:
                until = min(at + self.luck.between(work, 0.4, 20.0, 120.0), end)
                self.visit(self.taste.work(), at, until, keep=0.9)
                at = until

    def work(self, start: float, end: float, gap: float = 420.0) -> None:
        """Work: pages now and then, and programs that are not the browser in between."""
        at = start + self.luck.about(25.0, 0.8)
        while at < end - 20.0:
            if self.luck.chance(0.18) and end - at > 120.0:
                at = self.look_up(at)
            until = min(at + self.luck.between(180.0, 0.65, 8.0, 1500.0), end)
            self.visit(self.taste.work(), at, until)
            at = until
            at += self.luck.between(gap, 0.9, 2.0, 3600.0) if self.luck.chance(0.8) else 0.5

    def misspell(self, when: float, site: Site) -> None:
        """A name mistyped just before a visit."""
        head, dot, rest = site.host.partition(".")
        name = rest if head == "www" else site.host
        spot = self.luck.randrange(max(len(name.split(".")[0]) - 1, 1))
        wrong = name[:spot] + name[spot + 1 : spot + 2] + name[spot : spot + 1] + name[spot + 2 :]
        if wrong != name:
            self.day.attempts.append(Attempt(f"www.{wrong}" if dot else wrong, when, "typo", site.category))
