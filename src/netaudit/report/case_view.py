"""One finding as a page tells it: a sentence, the figures behind it, the timeline, the doubts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from netaudit.contracts.leaving import Case, EvidenceLine
from netaudit.report import case_words, words
from netaudit.report.case_checks import checks
from netaudit.report.case_overturns import overturns
from netaudit.report.case_rows import LABELS, ignored_rows, timeline_rows
from netaudit.report.case_words import Fact
from netaudit.report.charts import LANES, Strip, strips
from netaudit.report.day_strips import DayStrip, day_strips
from netaudit.report.figures import STATUSES
from netaudit.report.plain import slugs
from netaudit.report.tables import Cell, Column, Table, number, text
from netaudit.report.words import natural

_USES = dict(LANES)
_SITES = {"work": "Work"}  # the timeline does not say which work …
_CLASSES = {"business": words.NOTHING}  # … nor of which class
_MOST_LINES = 200  # a page stays readable; the CSV beside it has every line

EVIDENCE = Table(
    "The timeline in order",
    (
        Column("Time", whole=True),
        *(Column(title) for title in ("Site", "Class", "Class from", "Counted as", "What it was")),
        Column("Requests", numeric=True),
    ),
    (),
    "",
)
"""The table of a case of an earlier version, before anything stands in it."""


@dataclass(frozen=True, slots=True)
class CaseEntry:
    """What a list says of a case."""

    number: str
    file: str
    case: Case
    status: str
    limit: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """All that the case template prints."""

    number: str
    file: str
    case: Case
    status: str
    recorded: str
    headline: str
    verdict: str
    low: str
    likely: str
    high: str
    limit: str
    facts: tuple[Fact, ...]
    checks: tuple[Fact, ...]
    shown: tuple[EvidenceLine, ...]
    strips: tuple[Strip, ...]  # where no day was kept
    days: tuple[DayStrip, ...]
    timeline: Table
    lines: int  # of the timeline, where the page shows fewer
    lines_left_out: int
    ignored: Table | None
    overturns: tuple[str, ...]
    said: tuple[str, ...]  # by the person


def case_entries(cases: Sequence[Case]) -> list[CaseEntry]:
    """Return the cases as lists tell them: by clause and rule; in each, what is to be reviewed first, by week."""
    ordered = sorted(cases, key=_place)
    files = slugs([(case.case_number,) for case in ordered])
    return [
        CaseEntry(case.case_number, file, case, STATUSES[case.status], case_words.limit(case))
        for case, file in zip(ordered, files, strict=True)
    ]


def case_view(case: Case, titles: Mapping[str, str]) -> CaseView:
    """Return a case by itself as its page tells it."""
    (entry,) = case_entries([case])
    return view_of(entry, titles)


def _place(case: Case) -> tuple[object, ...]:
    # The number, not the day, tells cases of a week apart: a list must not help to guess who it is.
    status = list(STATUSES).index(case.status)
    return natural(case.clause), case.rule_title, case.rule_id, status, case.period, case.case_number


def view_of(entry: CaseEntry, titles: Mapping[str, str]) -> CaseView:
    """Return a case as its page tells it; `titles` are by class id."""
    case, file = entry.case, entry.file
    shown = sorted(
        (line for line in case.evidence if not _shielded(line)),
        key=lambda line: (words.passed(line.start), words.passed(line.end), line.site),
    )
    return CaseView(
        number=entry.number,
        file=file,
        case=case,
        status=entry.status,
        recorded=case_words.recorded(case),
        headline=case_words.headline(case, titles),
        verdict=case_words.verdict(case),
        low=case_words.proven(case),
        likely=words.exact(case.minutes),
        high=words.exact(case.minutes_high),
        limit=entry.limit,
        facts=case_words.figures_of(case, shown, titles),
        checks=checks(case, shown),
        shown=tuple(shown),
        said=tuple(f"{words.day(received)}: {text}" for received, text in case.statements),
        **_timeline(case, shown, file, titles),
    )


def _timeline(case: Case, shown: Sequence[EvidenceLine], file: str, titles: Mapping[str, str]) -> dict[str, Any]:
    """Return the timeline of a case, with all that was kept of its day, or of an earlier version's case."""
    day = case.day
    if day is None:
        evidence = _evidence(shown, titles, f"{file}.csv")
        left_out = max(0, len(shown) - _MOST_LINES)
        old = {"strips": strips(shown), "timeline": evidence, "lines": len(evidence.rows), "lines_left_out": left_out}
        return old | {"days": (), "ignored": None, "overturns": ()}
    timeline = timeline_rows(case, day, titles, f"{file}.csv")
    ignored = ignored_rows(day.ignored, titles) if day.ignored else None
    everything = len(timeline.csv_rows or timeline.rows)
    return {
        "strips": (),
        "days": day_strips(case, day),
        "timeline": timeline,
        "lines": everything - 1,
        "lines_left_out": everything - len(timeline.rows),
        "ignored": ignored,
        "overturns": overturns(case, day, titles),
    }


def _shielded(line: EvidenceLine) -> bool:
    """Whether a line is of a kind that must never be shown; none should come this far."""
    return line.use == "shielded" or line.category == "shielded" or line.category.startswith("special_")


def _evidence(lines: Sequence[EvidenceLine], titles: Mapping[str, str], csv_name: str) -> Table:
    several = len({line.start.date() for line in lines}) > 1

    def when(line: EvidenceLine) -> str:
        clocks = f"{words.clock(line.start)} to {words.clock(line.end)}"
        return f"{line.start:%a %d/%m} {clocks}" if several else clocks

    rows = tuple(
        (
            Cell(when(line), f"{line.start.isoformat()}/{line.end.isoformat()}"),
            text(_SITES.get(line.site, line.site) or words.NOTHING),
            text(_CLASSES.get(line.category) or titles.get(line.category, line.category) or words.NOTHING),
            text(words.capital(case_words.classed_by(line, titles))),
            text(_USES.get(line.use, line.use)),
            text(": ".join(part for part in (LABELS.get(line.label, line.label), line.reason) if part)),
            number(line.requests),
        )
        for line in lines
    )
    return Table(EVIDENCE.caption, EVIDENCE.columns, rows[:_MOST_LINES], csv_name, csv_rows=rows)
