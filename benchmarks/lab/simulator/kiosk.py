"""A shared account on shared machines: whoever passes by uses whichever machine is free."""

from __future__ import annotations

import datetime as dt

from .chance import Luck
from .plan import Day, Diary, Taste
from .roles import HOUR, LEISURE, MINUTE
from .schedule import Session, wall


def write_kiosk(day: Day, taste: Taste, device: int, date: dt.date, luck: Luck) -> list[Session]:
    """One machine's day of different people's short uses."""
    on = wall(date, luck.uniform(7.2, 8.4) * HOUR)
    off = wall(date, luck.uniform(18.0, 20.5) * HOUR)
    day.closing[device] = off
    at = on + luck.uniform(1, 20) * MINUTE
    while at < off - 5 * MINUTE:
        until = min(at + luck.between(8.5, 0.7, 1.5, 45) * MINUTE, off - MINUTE)
        diary, before = Diary(day, taste, luck, until), len(day.visits)
        if luck.chance(0.4):
            diary.browse(at, until, (*LEISURE, "video"), median=200, device=device)
        else:
            _work(diary, at, until, device)
        for visit in day.visits[before:]:
            visit.open_until = min(visit.open_until, until)
        at = until + luck.between(6, 1.0, 0.3, 60) * MINUTE
    return [Session(on, off, works=True)]


def _work(diary: Diary, start: float, end: float, device: int) -> None:
    at = start
    while at < end - 1:
        until = min(at + diary.luck.between(100, 0.7, 10, 600), end)
        until = end if end - until < 20 else until
        diary.visit(diary.taste.work(), at, until, device=device)
        at = until
