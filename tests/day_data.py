"""Invented days of cases, as the report receives them: a morning of tabbing, a night of the clocks, a class."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import report_data as data

from netaudit.contracts import Case, CaseDay, Ignored, Overturn, Piece, Span

MINUTE = 60_000_000


def piece(start: datetime, minutes: float, state: str, *, within: bool = True, **more: object) -> Piece:
    """A piece of so many minutes; what counts is proven but for a tenth of a minute."""
    shown: dict[str, object] = {
        "use": {"work": "business", "unknown": "unknown"}.get(state, "personal"),
        "label": "human",
    }
    if state == "counted":
        likely = round(minutes * MINUTE)
        shown |= {"low_us": likely - 5_950_001, "likely_us": likely, "high_us": likely, "requests": (3, 7, 0, 1)}
        shown |= {"site": "ebay.co.uk", "category": "shopping_auction", "reason": "opened a page", "source": "netaudit"}
    elif state == "work":
        shown |= {"site": "work", "category": "business", "requests": (1, 4, 0, 0)}
    return Piece(start, start + timedelta(minutes=minutes), state, within, **(shown | more))


def case_of(day: CaseDay, **changes: object) -> Case:
    """A case whose figures are those of its day."""
    counts = [one for one in day.pieces if one.state == "counted"]
    sums = [sum(getattr(one, name) for one in day.pieces) / MINUTE for name in ("low_us", "likely_us", "high_us")]
    start, end = counts[0].start, counts[-1].end
    figures = {"minutes_low": sums[0], "minutes": sums[1], "minutes_high": sums[2], "core_minutes_low": sums[0]}
    span = (end - start) / timedelta(minutes=1)
    return data.case(start=start, end=end, span_minutes=span, evidence=(), day=day, **(figures | changes))


def civil_day(first: datetime, count: int = 1) -> tuple[Span, ...]:
    """Days from midnight to midnight."""
    midnight = first.replace(hour=0, minute=0, second=0, fold=0)
    return tuple(
        Span(midnight + timedelta(days=number), midnight + timedelta(days=number + 1), "day") for number in range(count)
    )


IGNORED = (
    Ignored("embedded", "adverts, trackers or shared content in a page", 412, 2 * MINUTE, (), ("infra_ads",)),
    Ignored("idle", "repeated by a timer; a page was left open", 90, 11 * MINUTE, ("twitter.com",), ("social",)),
    Ignored("work", "", 6, 4 * MINUTE, (), ("business",)),
    Ignored("unknown", "unconfirmed", 2, MINUTE, (), ()),
)


def tabbing(count: int = 6, length: float = 12, gap: int = 2) -> CaseDay:
    """A morning of stretches with work in between, in a whole day."""
    at, pieces = data.at(1, "09:00:00"), [piece(data.at(1, "08:10:00"), 20, "work", within=False, site="", category="")]
    for number in range(count):
        pieces.append(piece(at, length, "counted", reason=f"stretch {number + 1}"))
        at += timedelta(minutes=length)
        pieces.append(piece(at, gap, "work"))
        at += timedelta(minutes=gap)
    pieces[-1] = piece(
        pieces[-1].start, 5, "reading", site="ebay.co.uk", category="shopping_auction", high_us=5 * MINUTE
    )
    pieces.append(piece(data.at(1, "15:00:00"), 30, "idle", within=False))
    noon = data.at(1, "12:00:00")
    return CaseDay(
        days=civil_day(noon),
        whole=True,
        hours=(
            Span(data.at(1, "09:00:00"), data.at(1, "17:00:00"), "core"),
            Span(noon, noon + timedelta(minutes=60), "lunch"),
        ),
        pieces=tuple(pieces),
        ignored=IGNORED,
        overturns=(
            Overturn("fewest", pieces[3].start, pieces[3].end, "ebay.co.uk", "shopping_auction", 1, 12 * MINUTE,
                     23 * MINUTE, 23 * MINUTE, None, "none"),
            Overturn("breaks", None, None, "", "", 6, 0, 12 * MINUTE, 12 * MINUTE, 2.0, "none"),
            Overturn("half", None, None, "", "", 1, 0, 71 * MINUTE, 71 * MINUTE, 2.5, "new"),
        ),
        tolerance_minutes=5.0,
        needed_core_minutes=1.0,
        self_report_days=1.0,
    )  # fmt: skip


def autumn_night() -> CaseDay:
    """The night when the clocks go back: three stretches of 50, 40 and 70 minutes, on a day of 25 hours."""
    lines = data.night_of_the_clocks()
    pieces = tuple(
        replace(piece(line.start, 1, "counted"), end=line.end, low_us=length, likely_us=length, high_us=length)
        for line, length in zip(lines, (50 * MINUTE, 40 * MINUTE, 70 * MINUTE), strict=True)
    )
    days = civil_day(lines[0].start)
    nights = (Span(days[0].start, lines[0].start.replace(hour=7), "core"),)
    return replace(tabbing(), days=days, hours=nights, pieces=pieces, overturns=())


def over_midnight() -> CaseDay:
    """A stretch from 23:20 to 01:10."""
    start = data.at(1, "23:20:00")
    return replace(
        tabbing(), days=civil_day(start, 2), pieces=(piece(start, 110, "counted"),), overturns=(), ignored=()
    )


def of_a_class() -> CaseDay:
    """Two visits to a forbidden class, one attempt, and nothing else of the day."""
    gambling = {"use": "blocked", "category": "gambling", "site": "skybet.com"}
    return CaseDay(
        days=civil_day(data.at(2, "10:00:00")),
        whole=False,
        hours=(),
        pieces=(
            piece(data.at(2, "10:00:00"), 7, "counted", **gambling),
            piece(data.at(2, "11:00:00"), 0, "stopped", **gambling),
            piece(data.at(2, "16:00:00"), 3, "counted", **gambling),
        ),
        ignored=(),
        overturns=(
            Overturn("fewest", data.at(2, "10:00:00"), data.at(2, "16:03:00"), "skybet.com", "gambling", 2, 9 * MINUTE,
                     0, 0, None, "none"),
        ),
        tolerance_minutes=None,
        needed_core_minutes=None,
        self_report_days=1.0,
    )  # fmt: skip


def hostile(word: str) -> CaseDay:
    """A day in which every text that can come from outside is the given one."""
    told = {"site": word, "category": word, "label": word, "reason": word, "source": word}
    day = tabbing()
    return replace(
        day,
        pieces=(
            piece(data.at(1, "09:00:00"), 30, "counted", **told),
            piece(data.at(1, "09:30:00"), 10, "idle", **told),
            piece(data.at(1, "09:40:00"), 30, "counted", **told),
        ),
        ignored=(Ignored(word, word, 3, MINUTE, (word, word), (word,)), Ignored(word, word, 3, MINUTE, (), (word,))),
        overturns=tuple(replace(one, site=word, category=word) for one in day.overturns)
        + tuple(
            Overturn(
                kind, data.at(1, "09:00:00"), data.at(1, "09:30:00"), word, word, 2, MINUTE, MINUTE, 0, None, "new"
            )
            for kind in ("site", "category", "visit", "source", "returns", word)
        ),
    )
