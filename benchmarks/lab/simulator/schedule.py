"""The frame of a day: when people come and go, eat and meet, and where the episodes of their role fall."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from .chance import Luck
from .plan import Day, Diary, Taste
from .roles import HOUR, MINUTE, Episode

ZONE = ZoneInfo("Europe/London")
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Hours:
    """When people of a world work (hours of the local day)."""

    arrive: float = 8.8
    leave: float = 17.1
    spread: float = 0.35
    lunch: float = 12.5
    meetings: float = 1.4  # how many a day, each 25 to 60 minutes away from the screen
    gap: float = 420.0  # seconds between looks at work pages, median


def wall(day: dt.date, seconds: float) -> float:
    """Epoch of a wall-clock time, given as seconds after local midnight (which may lie beyond the day)."""
    local = dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=round(seconds, 3))
    return local.replace(tzinfo=ZONE).timestamp()


@dataclass(slots=True)
class Session:
    """One time in front of the machine, from switching it on to switching it off."""

    on: float
    off: float
    works: bool


def place(episodes: list[Episode], day: dt.date) -> list[tuple[float, float, Episode]]:
    """Episodes as spans of time that do not touch."""
    placed: list[tuple[float, float, Episode]] = []
    for episode in sorted(episodes, key=lambda e: e.start):
        start = wall(day, episode.start)
        if placed:
            start = max(start, placed[-1][1] + 150.0)
        placed.append((start, start + episode.length, episode))
    return placed


def sessions(placed: list[tuple[float, float, Episode]], start: float, stop: float, luck: Luck) -> list[Session]:
    """When the machine is on: the working day, and the person's own time outside it."""
    spans = [Session(start, stop, works=True)]
    for a, b, _ in placed:
        near = [s for s in spans if a < s.off + HOUR and b > s.on - HOUR]
        lead, tail = luck.uniform(1, 6) * MINUTE, luck.uniform(0.2, 5) * MINUTE
        if near:
            near[0].on = min(near[0].on, a - lead)
            near[0].off = max(near[0].off, b + tail)
        else:
            spans.append(Session(a - lead, b + tail, works=False))
    return sorted(spans, key=lambda s: s.on)


def free(start: float, stop: float, taken: list[Span]) -> list[Span]:
    """What is left of a span when the taken ones are cut out."""
    out: list[Span] = []
    at = start
    for a, b in sorted(taken):
        if a > at:
            out.append((at, min(a, stop)))
        at = max(at, b)
    if at < stop:
        out.append((at, stop))
    return [(a, b) for a, b in out if b - a > 30.0]


def write_day(
    day: Day, taste: Taste, episodes: list[Episode], date: dt.date, hours: Hours, luck: Luck
) -> list[Session]:
    """Fill a day of desktop work and own time; returns when the machine was on."""
    arrive = wall(date, (hours.arrive + luck.gauss(0, hours.spread)) * HOUR)
    leave = wall(date, (hours.leave + luck.gauss(0, hours.spread)) * HOUR)
    placed = place(episodes, date)
    spans = sessions(placed, arrive - luck.uniform(1, 5) * MINUTE, leave + luck.uniform(0, 6) * MINUTE, luck)
    own = [(a, b) for a, b, _ in placed]
    away = day.away = _away(date, hours, own, luck)
    for session in spans:
        diary = Diary(day, taste, luck, session.off)
        day.closing[0] = session.off
        inside = [(a, b, episode) for a, b, episode in placed if session.on <= a < session.off]
        pieces: list[tuple[float, float, Episode | None]] = list(inside)
        if session.works:
            taken = [*own, *away]
            pieces += [(a, b, None) for a, b in free(max(arrive, session.on), min(leave, session.off), taken)]
        for a, b, episode in sorted(pieces, key=lambda piece: piece[0]):
            if episode is None:
                diary.work(a, b, hours.gap)
            else:
                episode.write(diary, a, b)
                _slip(diary, a, luck)
    return spans


def _slip(diary: Diary, when: float, luck: Luck) -> None:
    if luck.chance(0.08) and diary.day.visits:
        diary.misspell(when - luck.uniform(4, 15), diary.day.visits[-1].site)


def _away(date: dt.date, hours: Hours, own: list[Span], luck: Luck) -> list[Span]:
    """Lunch away from the screen and meetings, where nothing personal is going on."""
    wanted = [(hours.lunch + luck.gauss(0, 0.3), luck.between(38, 0.35, 15, 65))]
    span = hours.leave - hours.arrive
    wanted += [
        (hours.arrive + luck.uniform(0.05, 0.9) * span, luck.uniform(25, 60)) for _ in range(luck.count(hours.meetings))
    ]
    away: list[Span] = []
    for start, length in wanted:
        a = wall(date, start * HOUR)
        b = a + length * MINUTE
        clear = [(x, y) for x, y in free(a, b, own) if y - x > 5 * MINUTE]
        away += clear[:1]
    return away
