"""What was checked in a person's favour, in sentences: registers, hours, lunch, breaks, work in between, the filter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netaudit.contracts.leaving import Case, EvidenceLine
from netaudit.report import case_words, words
from netaudit.report.case_words import Fact

_NO_COVER = ("decisions.csv", "leave.csv")  # entries that have to do with a case and excuse nothing of it
_ALONE = ("embedded", "idle", "background")


def checks(case: Case, shown: Sequence[EvidenceLine]) -> tuple[Fact, ...]:
    """Return what was looked at in the person's favour, and what came of it."""
    return tuple(Fact(name, value) for name, value in _checks(case, shown))


def _checks(case: Case, shown: Sequence[EvidenceLine]) -> Iterator[tuple[str, str]]:
    yield "Consent, exemption, self-report", _registered(case)
    if not is_about_hours(case):
        yield "Working hours and lunch", "They make no difference here. This rule holds at any time of day."
    else:
        low, core = case_words.proven(case), words.at_least(case.core_minutes_low)
        share = f"All {low}" if core == low else f"{core} of the {low}"
        whose = "the person's own" if case.listed else "standard"
        own = f"{share} proven minutes lie in {whose} working hours, outside lunch."
        yield "Working hours", f"{own} {_hours(case)}"
        yield "Lunch", _lunch(case)
    if case.holds_at_half is not None and case.holds_at_double is not None:
        yield "Length of breaks", _with_other_breaks(case.holds_at_half, double=case.holds_at_double)
    within = [line for line in shown if _is_within(line, case)]
    work = sum(line.use == "business" for line in within)
    unknown = sum(line.use == "unknown" and line.confirmed for line in within)
    hearsay = sum(not line.confirmed for line in within)
    if work:
        yield "Work in between", f"{words.counted(work, 'stretch', 'stretches')}. No minute of work is counted."
    if unknown:
        counted = words.counted(unknown, "stretch", "stretches")
        yield "Sites that no list knows", f"{counted}. It may have been work: only “at most” has any of it."
    if hearsay:
        counted = words.counted(hearsay, "stretch", "stretches")
        yield "Sites that one list alone accuses", f"{counted}. Nobody confirms it: only “at most” has any of it."
    alone = sum(line.label in _ALONE for line in shown)
    requests = sum(one.requests for one in case.day.ignored if one.what in _ALONE) if case.day else 0
    if alone or requests:
        counted = words.counted(requests, "request") if requests else words.counted(alone, "stretch", "stretches")
        yield "Adverts, open pages, software", f"{counted} without a sign of a person. None of it is counted."
    if case.requests_blocked:
        whole = words.counted(case.requests, "request")
        yield "The filter", f"It stopped {words.count(case.requests_blocked)} of {whole}."
    elif case_words.is_forbidden(case):
        yield "The filter", "It stopped nothing, so it gave the person no warning."


def _registered(case: Case) -> str:
    """Return what the registers have to do with a case."""
    if case.status == "excused":
        where = case_words.recorded(case)
        return f"It is covered. {words.sentence(where)}" if where else "It is covered."
    covering = [one for one in case.entries.split("; ") if one and not one.startswith(_NO_COVER)]
    if covering:
        where = case_words.named("; ".join(covering))
        return f"Part of it is covered: {where}. What is left decides. Ask whether another entry is missing."
    return "No entry that covers it. Ask whether one is missing: netaudit knows only what is in the registers."


def is_about_hours(case: Case) -> bool:
    """Whether the hours decide the case: then they were kept with it."""
    if case.measure != "minutes":
        return False
    return bool(case.day.hours) if case.day else not case.category


def _is_within(line: EvidenceLine, case: Case) -> bool:
    """Whether a line lies between the first and the last of a case; work before and after it is in the timeline too."""
    return words.passed(case.start) <= words.passed(line.start) and words.passed(line.end) <= words.passed(case.end)


def _hours(case: Case) -> str:
    held = f"It was held against the working pattern “{case.pattern}”. " if case.pattern else ""
    if not case.listed:
        return f"{held}The person was not in the staff directory on that day, so nobody knows their own."
    return f"{held}The hours come from the staff list; it may be out of date."


def _lunch(case: Case) -> str:
    breaks = [span for span in case.day.hours if span.kind == "lunch"] if case.day else []
    told = " and ".join(words.stretch(span.start, span.end) for span in breaks)
    when = f" Lunch is taken to be {told}." if breaks else ""
    if not case.lunch_minutes:
        return f"None of it was taken for lunch.{when}"
    minutes = words.measured(round(case.lunch_minutes, 1), "minutes")
    return f"{minutes} taken for lunch.{when}"


def _with_other_breaks(half: bool, *, double: bool) -> str:
    if half and double:
        return "It is a finding with half and with double the break that the policy allows, too."
    if not half and not double:
        return "It is no finding with half or with double the break that the policy allows."
    one, other = ("half", "double") if half else ("double", "half")
    return f"With {other} the break that the policy allows it is no finding; with {one} it is one."
