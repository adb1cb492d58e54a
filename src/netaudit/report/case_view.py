"""One finding as a page tells it: a sentence, the figures behind it, the timeline, the doubts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from netaudit.contracts import Case, EvidenceLine
from netaudit.report import words
from netaudit.report.charts import LANES, Strip, strips
from netaudit.report.figures import STATUSES, Figures, natural
from netaudit.report.plain import slugs
from netaudit.report.tables import Cell, Column, Table, number, tag, text

ROUTES = {
    "manager": "Information Governance, then the line manager",
    "hr": "Information Governance, then Human Resources",
    "safeguarding": "The safeguarding team",
    "fraud": "The counter-fraud route",
    "it": "The IT team",
}
LABELS = {
    "human": "A person acted",
    "embedded": "Part of another page",
    "idle": "Left open",
    "background": "Software by itself",
}
_USES = dict(LANES)
_CLASSES = {"business": "Work"}  # the timeline does not say which work
_ENTRY = re.compile(r"(\w+\.csv):(\d+)")
_MOST_LINES = 200  # a page stays readable; the CSV beside it has every line


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the summary list."""

    name: str
    value: str


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


def case_table(views: Sequence[CaseView], caption: str, csv_name: str, *, ruled: bool = False) -> Table:
    """Return a list of cases, with the day only; `ruled` if it is not of one rule, so that each must be named."""
    toleranced = any(_both(view.case) != words.NOTHING for view in views)
    columns: list[tuple[Column, Callable[[CaseView], Cell], bool]] = [
        (Column("Case", whole=True), lambda view: text(view.number, f"cases/{view.file}.html"), True),
        (Column("Rule"), lambda view: text(view.case.rule_title), ruled),
        (
            Column("Day", whole=True),
            lambda view: Cell(view.day, view.case.start.date().isoformat()),
            True,
        ),
        (
            Column("Proven minutes", numeric=True),
            lambda view: _minutes(view.low, view.case.minutes_low),
            True,
        ),
        (
            Column("Likely minutes", numeric=True),
            lambda view: _minutes(view.likely, view.case.minutes),
            True,
        ),
        (Column("Limit", whole=True), lambda view: text(view.limit), True),
        (Column("Tolerance test"), lambda view: text(_both(view.case)), toleranced),
        (Column("Status", whole=True), lambda view: tag(view.status), True),
    ]
    wanted = [(column, cell) for column, cell, is_wanted in columns if is_wanted]
    return Table(
        caption,
        tuple(column for column, _ in wanted),
        tuple(tuple(cell(view) for _, cell in wanted) for view in views),
        csv_name,
    )


def anchors(views: Sequence[CaseView]) -> dict[str, str]:
    """Return the place of each rule on the findings page."""
    return {
        rule_id: f"rule-{number}"
        for number, rule_id in enumerate(dict.fromkeys(view.case.rule_id for view in views), 1)
    }


def status_table(views: Sequence[CaseView], places: Mapping[str, str], root: str) -> Table | None:
    """Return the count of a period's cases by rule and status, for Information Governance only."""
    rows = []
    for rule_id, place in places.items():
        mine = [view for view in views if view.case.rule_id == rule_id]
        if mine:
            rule = text(mine[0].case.rule_title, f"{root}findings.html#{place}")
            rows.append((text(mine[0].case.clause), rule, *_by_status(mine)))
    if len(rows) > 1:
        rows.append((text("All"), Cell("", ""), *_by_status(views)))
    return _status_counts("Cases by clause and status", ("Clause", "Rule"), rows, "cases-by-status.csv")


def period_table(overview: Sequence[tuple[Figures, Sequence[CaseView], str]]) -> Table | None:
    """Return the periods of a report with their counts of cases, each with the page that tells of it."""
    rows = [
        (
            text(words.period(shown.period), page),
            text("Provisional" if shown.provisional else "Closed"),
            *_by_status(views),
        )
        for shown, views, page in overview
    ]
    return _status_counts("Periods in this report", ("Period", "State"), rows, "periods.csv")


def _by_status(views: Sequence[CaseView]) -> Iterator[Cell]:
    statuses = [view.case.status for view in views]
    return (number(statuses.count(status)) for status in ("new", "close", "excused"))


def _status_counts(
    caption: str, titles: tuple[str, ...], rows: Sequence[tuple[Cell, ...]], csv_name: str
) -> Table | None:
    columns = (
        *(Column(title) for title in titles),
        *(Column(title, numeric=True) for title in STATUSES.values()),
    )
    return Table(caption, columns, tuple(rows), csv_name) if rows else None


def _view(case: Case, file: str, titles: Mapping[str, str]) -> CaseView:
    shown = sorted(
        (line for line in case.evidence if not _shielded(line)),
        key=lambda line: (line.start, line.end, line.site),
    )
    low = words.at_least(case.minutes_low, case.limit if case.measure == "minutes" else None)
    return CaseView(
        number=case.case_number,
        file=file,
        case=case,
        status=STATUSES[case.status],
        recorded=_recorded(case),
        headline=_headline(case, low, titles),
        verdict=_verdict(case),
        day=words.list_day(case.start),
        low=low,
        likely=words.exact(case.minutes),
        high=words.exact(case.minutes_high),
        limit=words.measured(case.limit, case.measure),
        facts=_facts(case, titles),
        shown=tuple(shown),
        strips=strips(shown),
        evidence=_evidence(shown, titles, f"{file}.csv"),
        lines_left_out=max(0, len(shown) - _MOST_LINES),
    )


def _facts(case: Case, titles: Mapping[str, str]) -> tuple[Fact, ...]:
    minutes = "{} minutes".format
    what = titles.get(case.category, case.category)
    pairs = {
        "When": words.stretch(case.start, case.end),
        "Class of site": what or "Several classes",
        "From first to last": minutes(words.exact(case.span_minutes)),
        "In core hours, proven": minutes(words.at_least(case.core_minutes_low)),
        "At lunch, likely": minutes(words.exact(case.lunch_minutes)),
        "Requests": f"{words.count(case.requests)}, of which stopped: {words.count(case.requests_blocked)}",
        "Limit in the policy": words.measured(case.limit, case.measure),
        "With half the tolerance": _holds(case.holds_at_half),
        "With double the tolerance": _holds(case.holds_at_double),
        "Rule": case.rule_id,
        "Goes to": ROUTES.get(case.route, case.route),
    }
    return tuple(Fact(name, value) for name, value in pairs.items() if value)


def _headline(case: Case, low: str, titles: Mapping[str, str]) -> str:
    what = titles.get(case.category, case.category) or ""
    sites = f"sites of the class “{what}”" if what else "sites for personal use"
    when = words.day(case.start)
    if case.start.date() == case.end.date():
        times = f"on {when}, between {words.clock(case.start)} and {words.clock(case.end)}"
    else:
        times = f"between {when} and {words.day(case.end)}"
    stopped, limit = case.requests_blocked, words.measured(case.limit, case.measure)
    if case.requests and stopped >= case.requests:
        tried = words.counted(case.requests, "request")
        return f"The log shows {tried} to {sites} {times}. The filter stopped all of them: attempts, not access."
    if case.measure == "minutes":
        said = f"The log shows at least {low} minutes on {sites} {times}. The limit is {limit}."
    elif case.measure == "requests":
        said = f"The log shows {words.counted(case.requests, 'request')} to {sites} {times}."
    else:
        said = f"The log shows more than {limit} exchanged with {sites} {times}."
    if stopped:
        said += f" The filter stopped {words.count(stopped)} of {words.counted(case.requests, 'request')}."
    return said


def _verdict(case: Case) -> str:
    if case.status == "excused":
        return "This was excused before anybody looked at it. It is listed so that the record is whole."
    if case.status == "close":
        return "Only the likely figure breaks the rule. The log does not prove it."
    if case.holds_at_half and case.holds_at_double:
        return "The finding also holds when the tolerance is halved and when it is doubled."
    if case.holds_at_half is False or case.holds_at_double is False:
        return "The finding depends on the tolerance that was set. Treat it with more care."
    return "The rule was broken on the lowest figure, the one that the log proves."


def _recorded(case: Case) -> str:
    """Return where an excuse is recorded, in words."""
    if case.status != "excused" or not case.status_reason:
        return ""
    return "Recorded in " + _ENTRY.sub(r"line \2 of \1", case.status_reason)


def _holds(holds: bool | None) -> str:  # three-valued, straight from the case
    return (
        ""  # the rule knows no tolerance
        if holds is None
        else "Yes, still a finding"
        if holds
        else "No, not a finding"
    )


def _both(case: Case) -> str:
    if case.holds_at_half is None or case.holds_at_double is None:
        return words.NOTHING
    return {
        (True, True): "Both",
        (True, False): "Half only",
        (False, True): "Double only",
        (False, False): "Neither",
    }[case.holds_at_half, case.holds_at_double]


def _minutes(shown: str, minutes: float) -> Cell:
    return Cell(shown, round(minutes, 1))


def _shielded(line: EvidenceLine) -> bool:
    """Whether a line is of a kind that must never be shown; none should come this far."""
    return line.use == "shielded" or line.category == "shielded" or line.category.startswith("special_")


def _evidence(lines: Sequence[EvidenceLine], titles: Mapping[str, str], csv_name: str) -> Table:
    several = len({line.start.date() for line in lines}) > 1

    def when(line: EvidenceLine) -> str:
        clocks = f"{words.clock(line.start)} to {words.clock(line.end)}"
        return f"{line.start:%d/%m} {clocks}" if several else clocks

    rows = tuple(
        (
            Cell(when(line), f"{line.start.isoformat()}/{line.end.isoformat()}"),
            text(line.site or words.NOTHING),
            text(_CLASSES.get(line.category) or titles.get(line.category, line.category) or words.NOTHING),
            text(_USES.get(line.use, line.use)),
            text(": ".join(part for part in (LABELS.get(line.label, line.label), line.reason) if part)),
            number(line.requests),
        )
        for line in lines
    )
    columns = ("Site", "Class", "Counted as", "What it was")
    return Table(
        "The timeline in order",
        (
            Column("Time", whole=True),
            *(Column(title) for title in columns),
            Column("Requests", numeric=True),
        ),
        rows[:_MOST_LINES],
        csv_name,
        csv_rows=rows,
    )
