"""Cases in lists: by rule, by status, by week, and where to start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from netaudit.report import case_words, words
from netaudit.report.case_view import CaseEntry
from netaudit.report.figures import STATUSES, Figures
from netaudit.report.tables import Cell, Column, Table, number, tag, text

# Who can be harmed by waiting comes first; what is settled without a name comes before what may need one.
_STEPS = (
    (
        "safeguarding",
        "For the safeguarding team",
        (
            "Tell the safeguarding lead today. They have {them} in a folder of their own. "
            "Say nothing to the person or to their line manager."
        ),
    ),
    (
        "fraud",
        "For the counter-fraud specialist",
        "They have {them} in a folder of their own. Speak to nobody else about {them}.",
    ),
    (
        "it",
        "For the IT team",
        "Look at {them}. Often {they} can be settled by blocking or allowing a site, without a name.",
    ),
    (
        "hr",
        "For Human Resources",
        "They have {them} in a folder of their own. Look at {them} too, and say nothing to a line manager.",
    ),
    ("manager", "For you, and perhaps for a line manager", "Look at {them} one by one."),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do with some cases: who it is for, how many, what to do, and the rules they are under."""

    title: str
    cases: str
    advice: str
    rules: tuple[tuple[str, str], ...]  # title, link


def case_table(
    views: Sequence[CaseEntry], caption: str, csv_name: str, *, ruled: bool = False, root: str = ""
) -> Table:
    """Return a list of cases, with the week only; `ruled` if it is not of one rule, so that each must be named.

    Lists are passed on, and people keep to habits: by the day of the week and the minutes, cases of one person could be
    put together; and who alone has nobody above is known by whom a case goes to. All that is on the page of the case.
    """
    toleranced = any(case_words.breaks(view.case) != words.NOTHING for view in views)
    columns: list[tuple[Column, Callable[[CaseEntry], Cell], bool]] = [
        (Column("Case", whole=True), lambda view: text(view.number, f"{root}cases/{view.file}.html"), True),
        (Column("Rule"), lambda view: text(view.case.rule_title), ruled),
        (Column("Week", whole=True), lambda view: Cell(_week(view), view.case.period), True),
        (Column("Limit", whole=True), lambda view: text(view.limit), True),
        (Column("If breaks differ"), lambda view: text(case_words.breaks(view.case)), toleranced),
        (Column("Status", whole=True), lambda view: tag(view.status), True),
    ]
    wanted = [(column, cell) for column, cell, is_wanted in columns if is_wanted]
    return Table(
        caption,
        tuple(column for column, _ in wanted),
        tuple(tuple(cell(view) for _, cell in wanted) for view in views),
        csv_name,
        wide=not ruled and toleranced,
    )


def waiting_routes(views: Iterable[CaseEntry]) -> list[str]:
    """Return the route of each case that is to be reviewed."""
    return [view.case.route for view in views if view.case.status == "new"]


def _week(view: CaseEntry) -> str:
    return words.period(view.case.period).partition(":")[0]


def status_table(views: Sequence[CaseEntry], places: Mapping[str, str]) -> Table | None:
    """Return the count of a period's cases by rule and status, for Information Governance only.

    Args:
        views: the cases.
        places: of each rule, the link to its list.
    """
    rows, shown = [], _statuses_of(views)
    for rule_id, place in places.items():
        mine = [view for view in views if view.case.rule_id == rule_id]
        if mine:
            rows.append((text(mine[0].case.rule_title, place), text(mine[0].case.clause), *_by_status(mine, shown)))
    if len(rows) > 1:
        rows.append((text("All"), Cell("", ""), *_by_status(views, shown)))
    return _status_counts("Cases by clause and status", ("Rule", "Clause"), rows, "cases-by-status.csv", shown)


def route_table(views: Sequence[CaseEntry]) -> Table | None:
    """Return the count of a period's cases by route and status, for Information Governance only."""
    shown = _statuses_of(views)
    known = [route for route, _, _ in _STEPS]
    routes = sorted({view.case.route for view in views}, key=lambda route: (route not in known, known.index(route)
                    if route in known else 0, route))  # fmt: skip
    rows = [
        (text(case_words.ROUTES.get(route, route)), *_by_status([v for v in views if v.case.route == route], shown))
        for route in routes
    ]
    return _status_counts("Cases by whom they go to", ("Goes to",), rows, "cases-by-route.csv", shown)


def period_table(
    overview: Sequence[tuple[Figures, Sequence[CaseEntry], str, str]], *, counted: bool = True
) -> Table | None:
    """Return the periods of a report with their counts of cases, each with the page that tells of it.

    Args:
        overview: of each period its figures, its cases, its page, and the page that lists its cases, if any.
        counted: whether cases may be counted; where they are withheld, a nought would say that there are none.
    """
    statuses = _statuses_of(view for _, views, _, _ in overview for view in views) if counted else []
    rows = [
        (
            text(words.period(shown.period), page),
            text("Open" if shown.due else "Provisional" if shown.provisional else "Closed"),
            *_by_status(views, statuses, listed),
        )
        for shown, views, page, listed in overview
    ]
    return _status_counts("Weeks in this report", ("Week", "State"), rows, "periods.csv", statuses)


def _statuses_of(views: Iterable[CaseEntry]) -> list[str]:
    """Return the statuses that a table of cases needs: those before a decision, and what was decided, if anything."""
    there = {view.case.status for view in views}
    return [status for status in STATUSES if status in there or status not in ("confirmed", "withdrawn")]


def _by_status(views: Sequence[CaseEntry], statuses: Sequence[str], listed: str = "") -> Iterator[Cell]:
    """Yield how many cases have each status; those to review lead to the list, where one is given."""
    found = [str(view.case.status) for view in views]
    for status in statuses:
        cell = number(found.count(status))
        yield cell._replace(href=listed) if status == "new" and listed else cell


def _status_counts(
    caption: str, titles: tuple[str, ...], rows: Sequence[tuple[Cell, ...]], csv_name: str, statuses: Sequence[str]
) -> Table | None:
    columns = (
        *(Column(title) for title in titles),
        *(Column(STATUSES[status], numeric=True) for status in statuses),
    )
    return Table(caption, columns, tuple(rows), csv_name) if rows else None


def first_steps(views: Sequence[CaseEntry], places: Mapping[str, str]) -> tuple[Step, ...]:
    """Return what to do with the cases of a period, the most pressing first. People are not ranked; routes are."""
    open_cases = [view for view in views if view.case.status == "new"]
    known = {route for route, _, _ in _STEPS}
    steps = [
        _step(title, advice, [view for view in open_cases if view.case.route == route], places)
        for route, title, advice in _STEPS
    ]
    others = [view for view in open_cases if view.case.route not in known]
    steps.append(_step("For others whom the policy names", "Look at {them} one by one.", others, places))
    excused = [view for view in views if view.case.status == "excused"]
    check = "Check that the entry in the register is right and covers {them}."
    steps.append(_step("Excused", check, excused, places))
    close = [view for view in views if view.case.status == "close"]
    steps.append(_step("Close to a limit", "Do nothing: {they} broke no rule that the log can prove.", close, places))
    return tuple(step for step in steps if step is not None)


def _step(title: str, advice: str, mine: Sequence[CaseEntry], places: Mapping[str, str]) -> Step | None:
    if not mine:
        return None
    one = len(mine) == 1
    rules = {view.case.rule_id: view.case.rule_title for view in mine}
    return Step(
        title,
        words.counted(len(mine), "case"),
        advice.format(them="it" if one else "them", they="it" if one else "they"),
        tuple((rule_title, places[rule_id]) for rule_id, rule_title in rules.items()),
    )
