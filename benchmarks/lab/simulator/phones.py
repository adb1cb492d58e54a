"""Phones: many short looks, apps whose traffic is pinned to their own certificates, push connections that never end."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .background import PHONE, chatter
from .chance import Luck
from .plan import Day, Diary, Taste, Visit
from .roles import HOUR, LEISURE, MINUTE
from .schedule import wall
from .sites import Site, Socket, Traffic
from .web import request, the_web

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PhoneRole:
    """One way to use a phone at work."""

    text: str
    looks: float  # a day
    median: float  # seconds
    weights: dict[str, float]  # of categories of apps
    long: tuple[float, ...] = ()  # minutes of longer uses
    browser: float = 0.15  # share of uses that are web pages


PHONE_ROLES: dict[str, PhoneRole] = {
    "phone_work": PhoneRole("phone for work mail only", 14, 40, {"business": 1}, browser=0.0),
    "phone_light": PhoneRole(
        "a few short looks at a phone", 12, 45, {"social": 5, "news": 2, "webmail": 2, "business": 3}
    ),
    "phone_heavy": PhoneRole("many looks at a phone", 45, 75, {"social": 9, "news": 2, "shopping": 2, "webmail": 1}),
    "phone_lunch": PhoneRole("phone at lunch", 9, 45, {"social": 5, "news": 3, "video": 2}, (34,)),
    "phone_hour": PhoneRole("over an hour on one app", 10, 50, {"social": 5, "video": 2}, (72,)),
    "phone_gambler": PhoneRole("bets on a phone", 16, 90, {"gambling": 6, "sport": 1, "social": 2}),
    "phone_viewer": PhoneRole("watches videos on a phone", 10, 60, {"video": 5, "social": 2}, (26, 41)),
}


def looks(role: PhoneRole, date: dt.date, start: float, stop: float, luck: Luck) -> list[Span]:
    """When the phone is in the hand: spans that do not touch."""
    wanted = [
        (wall(date, luck.uniform(start, stop) * HOUR), luck.between(role.median, 1.0, 6.0, 900.0))
        for _ in range(luck.count(role.looks * luck.between(1.0, 0.3, 0.4, 2.0)))
    ]
    wanted += [
        (
            wall(date, (luck.uniform(12.0, 12.9) if n == 0 else luck.uniform(14, 15.5)) * HOUR),
            length * MINUTE * luck.uniform(0.85, 1.15),
        )
        for n, length in enumerate(role.long)
    ]
    out: list[Span] = []
    for a, length in sorted(wanted):
        begin = max(a, out[-1][1] + luck.uniform(8, 60)) if out else a
        out.append((begin, begin + length))
    return out


def write_phone(
    day: Day, role: PhoneRole, apps: Taste, pages: Taste, spans: list[Span], device: int, luck: Luck
) -> None:
    """Fill each span with an app or two, or a page in the phone's browser."""
    categories = [category for category in role.weights if category in apps.by_category]
    weights = [role.weights[category] for category in categories]
    favourites: dict[str, Site] = {}
    for a, b in spans:
        diary = Diary(day, pages, luck, b)
        at = a
        while at < b - 1.0:
            until = b if b - at < 90 or luck.chance(0.45) else min(at + luck.between(60, 0.8, 8, 600), b)
            if luck.chance(role.browser):
                site = pages.of(*LEISURE)
            else:
                category = luck.pick(categories, weights)
                site = favourites.setdefault(category, apps.of(category)) if b - a > 900 else apps.of(category)
            diary.visit(site, at, until, device=device, keep=0.0, returning=0.5 if site.agent else 0.2)
            at = until


def interrupt(day: Day, spans: list[Span], device: int, luck: Luck) -> None:
    """What the person does on the other machine stops while the phone is in the hand; its page stays open meanwhile."""
    for a, b in spans:
        for visit in list(day.visits):
            if visit.device == device or visit.end <= a or visit.start >= b:
                continue
            if visit.end > b + 1.0:
                rest = Visit(visit.site, b, visit.end, visit.device, [], fresh=False, open_until=visit.open_until)
                rest.quiet, rest.watching, rest.playing = visit.quiet, visit.watching, visit.playing
                rest.loads = [
                    (max(t, b + luck.uniform(0.5, 4)), d) for t, d in visit.loads if t > a and t < visit.end - 1
                ]
                rest.loads = [(t, d) for t, d in rest.loads if t < visit.end - 0.5]
                day.visits.append(rest)
            keep = min(max(b, visit.end), visit.end) if visit.end > b + 1.0 else max(visit.open_until, visit.end)
            if visit.start < a:
                visit.loads = [(t, min(d, a - t)) for t, d in visit.loads if t < a]
                visit.end, visit.open_until = a, min(b, keep) if visit.end > b + 1.0 else keep
            else:
                day.visits.remove(visit)
    day.visits.sort(key=lambda v: v.start)


def push(apps: list[Site], taste: Taste, on: float, off: float, luck: Luck) -> dict[str, Traffic]:
    """What installed apps do by themselves: a push connection each, and a look for news every half hour."""
    out: dict[str, Traffic] = {}
    for site in apps:
        if not luck.chance(min(0.25 + taste.weights.get(site.host, 0.0) / 10.0, 0.85)):
            continue
        traffic = out.setdefault(site.host, Traffic())
        if site.apis:
            _hold(site, on, off, luck, traffic)
        asked = request(site.origin, "/background/refresh", "json", 1400, "POST")
        at = on + luck.uniform(30, 1800)
        while at < off:
            size = int(luck.between(1600, 0.4, 300, 20_000))
            traffic.events.append((at, site.origin.rtt * 3, size, asked, "-"))
            at += luck.between(1900, 0.5, 300, 9000)
    return out


def _hold(site: Site, on: float, off: float, luck: Luck, traffic: Traffic) -> None:
    asked = request(site.apis[0], "/push", "none", 400)
    at = on + luck.uniform(1, 60)
    while at < off - 5:
        until = min(at + luck.between(3300, 0.7, 60, 14_000), off)
        traffic.sockets.append(Socket(at, until, 500 + int((until - at) * luck.uniform(0.2, 2.0)), asked))
        at = until + luck.between(3, 1.0, 0.3, 120)


def phone_software(on: float, off: float, luck: Luck) -> dict[tuple[str, str], Traffic]:
    """What the phone's operating system does."""
    return chatter(the_web(), PHONE, on, off, luck)
