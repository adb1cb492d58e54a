"""A case in sentences: what the log shows, how sure that is, and the figures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from netaudit.contracts.leaving import Case, EvidenceLine
from netaudit.definitions.categories import OVERRIDES_SOURCE, OWN_SOURCE
from netaudit.definitions.vendor_categories import VENDOR_SOURCE
from netaudit.report import words

ROUTES = {
    "ig": "Information Governance alone",
    "manager": "Information Governance, then the person's own line manager",
    "hr": "Information Governance and Human Resources",
    "safeguarding": "The safeguarding team",
    "fraud": "The counter-fraud specialist",
    "it": "The IT team",
}
ROUTE_NAMES = {
    "manager": "Line manager",
    "hr": "Human Resources",
    "safeguarding": "Safeguarding",
    "fraud": "Counter-fraud",
    "it": "IT",
}
_ENTRY = re.compile(r"(\w+\.csv):(\d+)")
_SETTLED = {
    "excused": "This was excused before anybody looked at it. It is listed so that the record is whole.",
    "withdrawn": "This was withdrawn. It is no finding any more, and is listed so that the record is whole.",
    "confirmed": "Somebody looked at this and confirmed it. The figure that the log proves breaks the rule.",
    "close": "This is not a finding. Only the likely figure breaks the rule; the log does not prove it.",
}
_PERSONAL = ("personal", "blocked")
_MOST_CLASSES = 4  # in a line of the summary
_DAY = 24 * 60  # minutes: of what is counted by the week, nobody asks how many lie between its first and last
OUR_LIST = "our own list"
_SOURCES = {OWN_SOURCE: OUR_LIST, OVERRIDES_SOURCE: "an override of yours"}
LIST_TITLE = "list "  # before an imported list's name, in the titles


class Fact(NamedTuple):
    """A line of a summary list."""

    name: str
    value: str


def is_forbidden(case: Case) -> bool:
    """Whether the policy allows the class of site at no time, so that the limit is only where reporting starts."""
    forbidden = any(line.use == "blocked" and line.category == case.category for line in case.evidence)
    return forbidden and not is_for_own_time(case)


def is_for_own_time(case: Case) -> bool:
    """Whether the policy allows the class of site in one's own time alone."""
    return case.kind == "own_time"


def is_timed(case: Case) -> bool:
    """Whether the case is about time at all, and not about files or attempts."""
    return case.measure not in ("attempts", "MB downloaded")


def amount(case: Case) -> str:
    """Return what a case comes to that counts no time; "" for all others, and where an earlier version stored it."""
    if case.measure in ("minutes", "requests") or case.amount is None:
        return ""
    if case.measure == "attempts":
        return words.counted(round(case.amount), "attempt")
    return f"{words.at_least(case.amount, case.limit)} {case.measure}"


def is_for_its_route(case: Case) -> bool:
    """Whether anybody besides Information Governance may hear of it: of what is no finding, safeguarding alone."""
    told = case.route == "safeguarding" or (case.status == "withdrawn" and case.route in ("hr", "fraud"))
    return told or case.status in ("new", "confirmed")


def proven(case: Case) -> str:
    """Return the proven minutes as the case may print them."""
    return words.at_least(case.minutes_low, case.limit if case.measure == "minutes" else None)


def limit(case: Case) -> str:
    """Return the limit for a narrow column."""
    if is_for_own_time(case):
        return "Own time only"
    if is_forbidden(case):
        return "Not allowed"
    bound = words.measured(case.limit, "min" if case.measure == "minutes" else case.measure)
    return f"{bound} a week" if case.per == "week" else bound


def headline(case: Case, titles: Mapping[str, str]) -> str:
    """Return what the log shows, in one or two sentences."""
    what = titles.get(case.category, case.category) or ""
    several = "sites that the policy forbids" if case.measure == "attempts" else "sites for personal use"
    sites = f"sites of the class “{what}”" if what else several
    if case.start.date() == case.end.date():
        times = f"on {words.day(case.start)}, between {words.clock(case.start)} and {words.clock(case.end)}"
    else:
        times = " and ".join(f"{words.day(end)}, {words.clock(end)}" for end in (case.start, case.end))
        times = f"between {times}"
    stopped, bound = case.requests_blocked, _bound(case)
    if case.measure == "attempts":
        tried = words.counted(round(case.amount or 0), "separate attempt")
        said = f"The log shows {tried} to reach {sites} {times}. The filter stopped all of them: attempts, not access."
        return f"{said} The limit is {bound}."
    if case.requests and stopped >= case.requests:
        tried = words.counted(case.requests, "request")
        return f"The log shows {tried} to {sites} {times}. The filter stopped all of them: attempts, not access."
    if case.measure == "minutes":
        said = f"The log shows at least {proven(case)} minutes on {sites} {times}."
        if is_for_own_time(case):
            return said + " It was in core hours, outside lunch. The policy allows such sites in one's own time only."
        said += " The policy does not allow such sites." if is_forbidden(case) else f" The limit is {bound}."
    elif case.measure == "requests":
        said = f"The log shows {words.counted(case.requests, 'request')} to {sites} {times}."
    elif case.measure == "MB":
        said = f"The log shows more than {bound} exchanged with {sites} {times}."
    else:
        direction = {"MB sent": "to"}.get(case.measure, "from")
        said = f"The log shows {amount(case)} {direction} {sites} {times}. The limit is {bound}."
    if stopped:
        said += f" The filter stopped {words.count(stopped)} of {words.counted(case.requests, 'request')}."
    return said


def _bound(case: Case) -> str:
    """Return the limit with its unit, and with the time for which it is meant where that is not a day."""
    bound = words.measured(case.limit, case.measure)
    return f"{bound} a week" if case.per == "week" else bound


def verdict(case: Case) -> str:
    """Return how much weight the case can bear."""
    if case.status in _SETTLED:
        return _SETTLED[case.status]
    if case.holds_at_half and case.holds_at_double:
        return "It is a finding however breaks are counted: also with half and with double the break allowed."
    if case.holds_at_half is False or case.holds_at_double is False:
        return "Treat this one with more care: whether it is a finding hangs on how long a break may be."
    return "The lowest figure, the one that the log proves, breaks the rule."


def recorded(case: Case) -> str:
    """Return where an excuse or a decision is recorded, in words."""
    if case.status not in ("excused", "confirmed", "withdrawn") or not case.status_reason:
        return ""
    return "Recorded in " + named(case.status_reason)


def named(entries: str) -> str:
    """Return register entries in words: line 3 of consents.csv."""
    return _ENTRY.sub(r"line \2 of \1", entries)


def breaks(case: Case) -> str:
    """Return what half and double the break allowed would make of the case, for a narrow column."""
    if case.holds_at_half is None or case.holds_at_double is None:
        return words.NOTHING
    if case.holds_at_half and case.holds_at_double:
        return "Holds"
    return "It depends" if case.holds_at_half or case.holds_at_double else "Fails"


def classed_by(line: EvidenceLine, titles: Mapping[str, str]) -> str:
    """Return who says of what class a line's site is; a dash where nobody does, or it is not told."""
    return source_of(line.source, titles, confirmed=line.confirmed) if line.source else words.NOTHING


def source_of(source: str, titles: Mapping[str, str], *, confirmed: bool) -> str:
    """Return who says of what class a site is."""
    if source.startswith(VENDOR_SOURCE):
        return "the filter's own category"
    name = _SOURCES.get(source) or f"list {titles.get(LIST_TITLE + source, source)}"
    return name if confirmed else f"{name} only: unconfirmed, not counted"


def _classed_by(shown: Sequence[EvidenceLine], titles: Mapping[str, str]) -> str:
    """Return who says of what class the sites are that count."""
    named = {classed_by(line, titles) for line in shown if line.use in _PERSONAL}
    return words.sentence(" and ".join(sorted(named - {words.NOTHING}))) if named - {words.NOTHING} else ""


def figures_of(case: Case, shown: Sequence[EvidenceLine], titles: Mapping[str, str]) -> tuple[Fact, ...]:
    """Return the summary of a case."""
    bound = _bound(case)
    allowed = f"Such sites are not allowed. Cases start at {bound}." if is_forbidden(case) else bound
    if is_for_own_time(case):
        allowed = f"Such sites are for one's own time only. Cases start at {bound} in core hours."
    source = _classed_by(shown, titles)
    span = f"{words.exact(case.span_minutes)} minutes, with the breaks in between"
    return (
        *((Fact("Counted", amount(case)),) if amount(case) else ()),
        Fact("When", words.stretch(case.start, case.end)),
        Fact("Class of site", titles.get(case.category, case.category) or _classes(shown, titles)),
        *((Fact("Who says so", source),) if source else ()),
        *((Fact("From first to last", span),) if case.span_minutes < _DAY else ()),
        Fact("Requests", words.count(case.requests)),
        Fact("Limit in the policy", allowed),
        Fact("Goes to", ROUTES.get(case.route, case.route) if is_for_its_route(case) else ROUTES["ig"]),
        *((Fact("Why it goes there", case.route_reason),) if case.route_reason else ()),
        Fact("Rule in the policy file", case.rule_id),
    )


def _classes(shown: Sequence[EvidenceLine], titles: Mapping[str, str]) -> str:
    named = sorted({titles.get(line.category, line.category) for line in shown if line.use in _PERSONAL})
    more = len(named) - _MOST_CLASSES
    return ", ".join(named[:_MOST_CLASSES]) + (f" and {more} more" if more > 0 else "") or "Several classes"
