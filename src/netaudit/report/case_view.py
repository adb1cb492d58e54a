"""One finding as a page tells it: a sentence, the figures behind it, the timeline, the doubts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netaudit.contracts import Case, EvidenceLine
from netaudit.report import case_words, words
from netaudit.report.case_words import Fact
from netaudit.report.charts import LANES, Strip, strips
from netaudit.report.figures import STATUSES, natural
from netaudit.report.plain import slugs
from netaudit.report.tables import Cell, Column, Table, number, text

LABELS = {
    "human": "A person acted",
    "embedded": "Part of another page",
    "idle": "Left open",
    "background": "Software by itself",
}
_USES = dict(LANES)
_SITES = {"work": "Work"}  # the timeline does not say which work …
_CLASSES = {"business": words.NOTHING}  # … nor of which class
_MOST_LINES = 200  # a page stays readable; the CSV beside it has every line

TIMELINE = Table(
    "The timeline in order",
    (
        Column("Time", whole=True),
        *(Column(title) for title in ("Site", "Class", "Class from", "Counted as", "What it was")),
        Column("Requests", numeric=True),
    ),
    (),
    "",
)
"""The table of every case before anything stands in it."""


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
    day: str
    low: str
    likely: str
    high: str
    limit: str
    facts: tuple[Fact, ...]
    checks: tuple[Fact, ...]
    shown: tuple[EvidenceLine, ...]
    strips: tuple[Strip, ...]
    evidence: Table
    lines_left_out: int


def case_views(cases: Sequence[Case], titles: Mapping[str, str]) -> list[CaseView]:
    """Return the cases as pages tell them: by clause and rule; in each, what is to be reviewed first, by day."""
    ordered = sorted(cases, key=_place)
    files = slugs([(case.case_number,) for case in ordered])
    return [_view(case, file, titles) for case, file in zip(ordered, files, strict=True)]


def _place(case: Case) -> tuple[object, ...]:
    # The number, not the time of day, tells cases of a day apart: a list must not help to guess who it is.
    status = list(STATUSES).index(case.status)
    return natural(case.clause), case.rule_title, case.rule_id, status, case.start.date(), case.case_number


def _view(case: Case, file: str, titles: Mapping[str, str]) -> CaseView:
    shown = sorted(
        (line for line in case.evidence if not _shielded(line)),
        key=lambda line: (words.passed(line.start), words.passed(line.end), line.site),
    )
    return CaseView(
        number=case.case_number,
        file=file,
        case=case,
        status=STATUSES[case.status],
        recorded=case_words.recorded(case),
        headline=case_words.headline(case, titles),
        verdict=case_words.verdict(case),
        day=words.list_day(case.start),
        low=case_words.proven(case),
        likely=words.exact(case.minutes),
        high=words.exact(case.minutes_high),
        limit=case_words.limit(case),
        facts=case_words.figures_of(case, shown, titles),
        checks=case_words.checks(case, shown),
        shown=tuple(shown),
        strips=strips(shown),
        evidence=_evidence(shown, titles, f"{file}.csv"),
        lines_left_out=max(0, len(shown) - _MOST_LINES),
    )


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
    return Table(TIMELINE.caption, TIMELINE.columns, rows[:_MOST_LINES], csv_name, csv_rows=rows)
