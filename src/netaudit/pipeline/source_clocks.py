"""Clocks of sources: whether their days begin when they should, beside core hours, other sources and summer time.

All of it looks at how many people or machines write in each quarter of an hour, over working days together. A clock
that is wrong by minutes does not show; one that is wrong by an hour does, where enough people use the source.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from netaudit.contracts import FileAccount
from netaudit.contracts.quality import ClockCheck
from netaudit.definitions.policy_sentences import day_in_words
from netaudit.pipeline.source_days import COMPARED_DAYS, SourceDays

_QUARTERS = 96  # of a day
_HOUR = 4  # quarters
_OFF_BY = 2 * _HOUR  # from working hours: less is how people live
_MORE_INSIDE = 0.2  # of all use would lie in core hours if the clock were that much off
_SHAPELESS = 0.45  # no eight hours of the day have more of its use than this: day and night are alike
_ALIKE = 0.15  # two days are alike if no more than this share of their use lies elsewhere
_CLEARLY = 0.05  # so much better another offset must be before it is named
_DAYS_AROUND = 10  # working days before and after the clocks change


def clock_checks(
    sources: Sequence[SourceDays],
    files: Sequence[FileAccount],
    core: tuple[float, float] | None,
    titles: dict[str, str],
    least: int,
) -> Iterator[ClockCheck]:
    """Yield what was looked at for each source, and what came out.

    Args:
        sources: their days.
        files: the accounts of all files.
        core: core hours of the policy in hours of the day, where it has some.
        titles: of sources, by name.
        least: how many people or machines it takes to look at a source.
    """
    enough = [one for one in sources if len(one.days) >= COMPARED_DAYS and max(one.profile(one.days)) >= least]
    busiest = max(enough, key=lambda one: int(one.quarters["lines"].sum()), default=None)
    for source in sources:
        yield _impossible(source.name, files)
        if source not in enough:
            yield ClockCheck(
                source.name,
                "hours",
                "unknown",
                f"Too little use to say: it takes {least} people or machines at once on {COMPARED_DAYS} working days",
            )
            continue
        if core:
            yield _hours(source, core)
        if busiest and source is not busiest:
            yield _others(source, busiest, titles.get(busiest.name, busiest.name))
        yield from _changes(source)


def _impossible(name: str, files: Sequence[FileAccount]) -> ClockCheck:
    told = [(one.log_file, one.reason) for one in files if one.has(name) and one.reason]
    told = [(number, reason) for number, reason in told if "dated" in reason or "times go back" in reason]
    if not told:
        return ClockCheck(
            name, "impossible", "fine", "No file shows that its clock was set back, and none has lines of the future"
        )
    some = "; ".join(f"file {number}: {reason}" for number, reason in told[-5:])
    more = f" and {len(told) - 5} files before them" if len(told) > 5 else ""  # noqa: PLR2004  # as above
    return ClockCheck(name, "impossible", "look", some + more)


def _hours(source: SourceDays, core: tuple[float, float]) -> ClockCheck:
    use = np.array(source.profile(source.days))
    inside = np.zeros(_QUARTERS)
    inside[round(core[0] * _HOUR) : round(core[1] * _HOUR)] = 1
    shares = {shift: float((np.roll(use, -shift) * inside).sum() / use.sum()) for shift in range(-48, 48)}
    best = max(shares, key=lambda shift: (shares[shift], -abs(shift)))
    if abs(best) >= _OFF_BY and shares[best] - shares[0] > _MORE_INSIDE:
        late = "later" if best > 0 else "earlier"
        says = (
            f"Its use lies about {_length(best)} {late} than core hours. Check the clock and the zone of the source, "
            "and whether the core hours of the policy are those that people work"
        )
        return ClockCheck(source.name, "hours", "look", says)
    if shares[best] < _SHAPELESS:
        return ClockCheck(source.name, "hours", "unknown", "Use is spread over day and night, so this cannot tell")
    return ClockCheck(source.name, "hours", "fine", "Most use lies in core hours, as it should")


def _others(source: SourceDays, other: SourceDays, title: str) -> ClockCheck:
    both = sorted(set(source.days) & set(other.days))
    if len(both) < COMPARED_DAYS:
        return ClockCheck(source.name, "others", "unknown", f"Too few days in common with {title}")
    best, apart, apart_now = _best_shift(source.profile(both), other.profile(both))
    if apart > _ALIKE:
        says = f"Its days look different from those of {title}, so they cannot tell"
        return ClockCheck(source.name, "others", "unknown", says)
    if abs(best) >= 3 and apart_now - apart > _CLEARLY:  # noqa: PLR2004  # quarters; two are within what people do
        late = "after" if best > 0 else "before"
        says = f"Its days are as those of {title}, but about {_length(best)} {late} them. One of the clocks may be off"
        return ClockCheck(source.name, "others", "look", says)
    return ClockCheck(source.name, "others", "fine", f"Its days begin and end with those of {title}")


def _changes(source: SourceDays) -> Iterator[ClockCheck]:
    """Yield a check for each day on which the clocks changed and that has enough days around it."""
    days, zone = source.days, ZoneInfo(source.zone)
    for change in _clock_changes(days[0], days[-1], zone):
        before = [day for day in days if day < change][-_DAYS_AROUND:]
        after = [day for day in days if day > change][:_DAYS_AROUND]
        if min(len(before), len(after)) < COMPARED_DAYS:
            continue
        best, apart, apart_now = _best_shift(source.profile(after), source.profile(before))
        when = day_in_words(change)
        if apart > _ALIKE:
            says = f"The days before and after {when} differ too much to tell"
            yield ClockCheck(source.name, "change", "unknown", says)
        elif abs(abs(best) - _HOUR) <= 1 and apart_now - apart > _CLEARLY:
            late = "later" if best > 0 else "earlier"
            says = (
                f"Since the clocks changed on {when} its days begin an hour {late} than before. Its clock may not "
                "follow the change, or its times may be read in the wrong zone"
            )
            yield ClockCheck(source.name, "change", "look", says)
        else:
            yield ClockCheck(source.name, "change", "fine", f"It followed when the clocks changed on {when}")


def _clock_changes(first: date, last: date, zone: ZoneInfo) -> list[date]:
    days = [first + timedelta(days=number) for number in range((last - first).days + 2)]
    offsets = [datetime.combine(day, time(), zone).utcoffset() for day in days]
    return [day for day, now, then in zip(days, offsets, offsets[1:], strict=False) if now != then]


def _best_shift(some: Sequence[float], others: Sequence[float]) -> tuple[int, float, float]:
    """Return by how many quarters some days come after others, how far apart they are then, and as they stand."""
    a, b = (np.array(one) / sum(one) for one in (some, others))
    apart = {shift: float(np.abs(a - np.roll(b, shift)).sum() / 2) for shift in range(-48, 48)}
    best = min(apart, key=lambda shift: (apart[shift], abs(shift)))
    return best, apart[best], apart[0]


def _length(quarters: int) -> str:
    minutes = abs(quarters) * 15
    if minutes < 60:  # noqa: PLR2004
        return f"{minutes} minutes"
    halves = round(minutes / 30)
    hours = halves // 2
    return f"{hours}{' and a half' if halves % 2 else ''} hour{'s' if halves > 2 else ''}"  # noqa: PLR2004
