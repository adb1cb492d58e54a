"""Words and tables that several sheets share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import polars as pl

from netaudit import __version__
from netaudit.contracts import WITHHELD, Sheet, SheetCell, SheetPart, SheetTable
from netaudit.definitions.audit_events import EVENTS
from netaudit.definitions.periods import days_of, period_of
from netaudit.pipeline.evidence.gather import Gathered
from netaudit.pipeline.evidence.spans import Span, years_over
from netaudit.pipeline.evidence.trail_facts import counts_of_year
from netaudit.pipeline.facts import left_out as left_out_of
from netaudit.protect import weekly_ranges

MOST_DAYS = 60  # of a list of days on a page
_MINUTES = 60
_MAGNITUDES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)


def sheet(
    gathered: Gathered,
    kind: str,
    title: str,
    whom: str,
    span: str,
    intro: Iterable[str],
    parts: Iterable[SheetPart],
    handling: str = "",
) -> Sheet:
    """Return a sheet with what all of them say about how they were made."""
    configuration, now = gathered.configuration, gathered.now
    hashes = {
        "policy": gathered.policy.sha256,
        "categories": gathered.class_map.sha256,
        "configuration": configuration.sha256 or "none: the defaults",
    }
    return Sheet(
        kind=kind,
        title=title,
        whom=whom,
        span=span,
        handling=handling or configuration.handling,
        organisation=configuration.organisation,
        policy_title=gathered.policy.title,
        run_at=now.astimezone(gathered.zone),
        time_zone=configuration.zone,
        version=__version__,
        destroy_by=None,  # evidence is kept as its records are, not as reports about people
        hashes=tuple(hashes.items()),
        minimum_group=gathered.settings.threshold,
        intro=tuple(intro),
        parts=tuple(parts),
        validity=gathered.validity,
    )


def magnitude(count: int) -> str:
    """Return how many rows there are in a word that tells nothing of any one of them.

    >>> magnitude(3), magnitude(1_000), magnitude(25_000_000), magnitude(300_000_000)
    ('fewer than 1,000', '1,000 to 9,999', '10,000,000 to 99,999,999', '100,000,000 or more')
    """
    if count < _MAGNITUDES[0]:
        return f"fewer than {_MAGNITUDES[0]:,}"
    place = max(number for number, edge in enumerate(_MAGNITUDES) if edge <= count)
    if place + 1 == len(_MAGNITUDES):
        return f"{_MAGNITUDES[place]:,} or more"
    return f"{_MAGNITUDES[place]:,} to {_MAGNITUDES[place + 1] - 1:,}"


def long_day(day: date) -> str:
    """Return a day in words.

    >>> long_day(date(2026, 3, 1))
    '1 March 2026'
    """
    return f"{day:%-d %B %Y}"


def runs_of_days(days: Sequence[date]) -> list[str]:
    """Return days in words, those in a row as one stretch, and no more of them than can be read.

    >>> runs_of_days([date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 9)])
    ['Sunday 1 March 2026 to Monday 2 March 2026', 'Monday 9 March 2026']
    """
    stretches: list[list[date]] = []
    for day in sorted(days):
        if stretches and day - stretches[-1][1] == timedelta(days=1):
            stretches[-1][1] = day
        else:
            stretches.append([day, day])
    told = [f"{a:%A %-d %B %Y}" if a == b else f"{a:%A %-d %B %Y} to {b:%A %-d %B %Y}" for a, b in stretches]
    return told[:MOST_DAYS] + ([f"and {len(told) - MOST_DAYS} more"] if len(told) > MOST_DAYS else [])


def weeks_in_words(weeks: Sequence[str]) -> str:
    """Return weeks in words, those in a row as one stretch.

    >>> weeks_in_words(["2026-W52", "2026-W53", "2027-W01", "2027-W04"])
    '2026-W52 to 2027-W01, 2027-W04'
    """
    stretches: list[list[str]] = []
    for week in sorted(weeks):
        before = period_of(days_of(week)[0] - timedelta(days=1))
        if stretches and stretches[-1][1] == before:
            stretches[-1][1] = week
        else:
            stretches.append([week, week])
    return ", ".join(a if a == b else f"{a} to {b}" for a, b in stretches)


def acts_table(gathered: Gathered, span: Span, kinds: Sequence[str], name: str, caption: str) -> tuple[SheetTable, ...]:
    """Return how often some kinds of acts were done that are about nobody in the logs; none where nobody knows."""
    if not gathered.trail.entries:
        return ()
    acts = gathered.trail.acts(span)
    rows = tuple((_capital(EVENTS[kind]), kind, acts[kind]) for kind in kinds)
    note = (
        f"Entries of the audit trail from {long_day(span.first)} to {long_day(span.until(gathered.today))}. They are "
        "acts of people and machines that run this; nobody in the logs is counted in them."
    )
    return (SheetTable(name, caption, ("What was done", "Kind of entry", "Entries"), rows, note),)


def years_table(
    gathered: Gathered, span: Span, kinds: Mapping[str, str], name: str, caption: str
) -> tuple[tuple[SheetTable, ...], tuple[str, ...]]:
    """Return a table of what was done about people in calendar years that are over, and what is to be said of others.

    It is the same table in every sheet that has it, whatever the sheet's own time.
    """
    years = years_over(span, gathered.configuration.zone, gathered.now)
    gaps, told = [], []
    for year in years:
        counts = counts_of_year(gathered.trail, year, kinds, gathered.settings, gathered.now)
        if counts.why_not:
            gaps.append(f"{caption} of {year.title}: not told, because {counts.why_not}.")
        else:
            told.append(counts)
            if gathered.trail.first is not None and gathered.trail.first > year.first:
                gaps.append(f"{caption} of {year.title}: the trail begins on {long_day(gathered.trail.first)}.")
    if not years:
        gaps.append(
            f"{caption}: none is told, because no calendar year of this time is over. Counts of a year that goes on "
            "would tell, one less the other, what was done in between: single cases."
        )
    if not told:
        return (), tuple(gaps)
    columns = ("What was done", *(one.span.title for one in told))
    rows = tuple((title, *(one.bands[kind] for one in told)) for kind, title in kinds.items())
    note = (
        f"[c]: none, or fewer than {gathered.settings.threshold}. Years are unions of ISO weeks. These are acts, not "
        "people: several can be about one person."
    )
    return (SheetTable(name, caption, columns, rows, note),), tuple(gaps)


def left_out(gathered: Gathered) -> frozenset[str]:
    """Return the values that no sheet tells of: of withheld routes, and of classes that concern safeguarding."""
    return left_out_of(gathered.policy, gathered.class_map, gathered.settings)


def ranges_tables(gathered: Gathered, published: pl.DataFrame, tables: Mapping[str, str], without: Iterable[str]) -> (
    tuple[SheetTable, ...]
):  # fmt: skip
    """Return between which printed figures the weeks lie, a table of each of PUBLISHED that is asked for.

    Args:
        gathered: titles and thresholds.
        published: PUBLISHED of whole weeks.
        tables: captions by the table's name.
        without: values that are left out.
    """
    ranges = weekly_ranges(published, gathered.settings, frozenset(without))
    found = []
    for name, caption in tables.items():
        mine = ranges.filter(table=name)
        timed = name.startswith("time_")
        rows = tuple(
            (
                gathered.titles.get(value, _STATUSES.get(value, value)),
                _between(people_low, people_high),
                *([_between(_hours(low), _hours(high))] if timed else []),
                f"{shown} of {weeks}",
            )
            for _, value, weeks, shown, people_low, people_high, low, high in mine.iter_rows()
        )
        if rows:
            columns = (_FIRST[name], "People in a week", *(["Hours in a week, likely"] if timed else []), "Weeks shown")
            found.append(SheetTable(name.replace("_", "-"), caption, columns, rows))
    return tuple(found)


_FIRST = {
    "active_people": "Who",
    "findings_by_clause": "Clause",
    "time_by_class": "Class of site",
    "cases_by_status": "How it stands",
}
_STATUSES = {
    "active": "People with any activity",
    "new": "To review",
    "excused": "Excused",
    "close": "Close to the limit, not proven",
    "confirmed": "Confirmed",
    "withdrawn": "Withdrawn",
}


def _hours(minutes: int | None) -> int | None:
    return None if minutes is None else round(minutes / _MINUTES)


def _between(low: int | None, high: int | None) -> SheetCell:
    if low is None or high is None:
        return WITHHELD
    if not high:
        return "fewer than 1"
    if not low:
        return f"up to {high:,}"
    return f"about {low:,}" if low == high else f"{low:,} to {high:,}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


RANGES_NOTE = (
    "Each figure is what is printed of a week, of the organisation as a whole: the least and the greatest of the weeks "
    "in which it is shown. Nothing is added up over weeks: one person can be in many of them, and a sum less the weeks "
    "that are shown would be those that are hidden."
)


def hidden_note(gathered: Gathered) -> str:
    """Return what [c] means where printed weeks are told of."""
    return (
        "[c]: it could not be shown in at least half of the weeks, and in four of them. A week hides a figure of "
        f"fewer than {gathered.settings.threshold} people, nought among them, of nearly everybody, or one that would "
        "give such a figure away. So [c] means neither that there was nobody nor that there was somebody."
    )
