"""What would overturn a case, in sentences: each was put to the rule itself when the case was made."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from netaudit.contracts.leaving import Case, CaseDay, Overturn
from netaudit.report import case_words, words

_MINUTE_US = 60_000_000


def overturns(case: Case, day: CaseDay, titles: Mapping[str, str]) -> tuple[str, ...]:
    """Return what would have to be otherwise for a case to fall, the most telling first."""
    told = {"excused": _excused, "close": _close}.get(case.status, _new)
    return tuple(told(case, day, titles))


def _new(case: Case, day: CaseDay, titles: Mapping[str, str]) -> Iterator[str]:
    yield from _margin(case)
    unbroken = any(one.kind == "breaks" and not one.amount for one in day.overturns)
    for one in day.overturns:
        if not (unbroken and one.kind == "half"):
            yield _said(one, case, day, titles)
    if day.needed_core_minutes is not None:
        core, need = words.at_least(case.core_minutes_low), _in_minutes(day.needed_core_minutes)
        yield (
            f"{core} proven minutes lie in core hours outside lunch, and the rule needs {need}. If fewer did, it would "
            "be no finding: a swapped shift, leave, another lunch or a day off that the staff list does not know."
        )
    yield _registers(case, day, titles)


def _margin(case: Case) -> Iterator[str]:
    if case.measure == "attempts" and case.amount is not None:
        over, all_of_them = words.count(math.ceil(case.amount - case.limit)), case_words.amount(case)
        yield (
            f"{words.capital(all_of_them)} are counted, and more than {words.exact(case.limit)} are needed: if "
            f"{over} of them had another cause than the person, it would be no finding."
        )
    if case.measure != "minutes":
        return
    above = case.minutes_low - case.limit
    if case_words.is_forbidden(case) or case_words.is_for_own_time(case) or above < 0:
        return
    yield (
        f"{words.capital(case_words.proven(case))} minutes are proven, and more than {words.exact(case.limit)} are "
        f"needed: if {words.exact(math.ceil(above * 10) / 10)} of them were something else, it would be no finding."
    )


def _said(one: Overturn, case: Case, day: CaseDay, titles: Mapping[str, str]) -> str:
    if one.kind in ("breaks", "half"):
        return _breaks(one, day)
    left = _left(one, case)
    if one.kind in ("fewest", "enough"):
        return _fewest(one, case, left)
    several = words.counted(one.stretches, *_nouns(case))
    proven = f"({several}{_proven(one, case)})"
    without = {
        "visit": f"{_what(one, case)} on {one.site} from {_times(one)}",
        "site": f"all that was done on {one.site} {proven}",
        "category": f"all sites of the class “{titles.get(one.category, one.category)}” {proven}",
        "source": f"what only a filter or an imported list says of sites {proven}",
        "returns": f"what rests on somebody coming back to an open page {proven}",
    }
    return f"Without {without.get(one.kind, several)}, {left}"


def _fewest(one: Overturn, case: Case, left: str) -> str:
    if one.stretches == 1 and one.site:
        return (
            f"One {_nouns(case)[0]} is enough to undo it. If {_what(one, case)} on {one.site} from {_times(one)} were "
            f"work, or covered by {_cover(case)}, {left}"
        )
    several, proven = words.counted(one.stretches, *_nouns(case)), _proven(one, case).replace(", ", " with ", 1)
    if one.kind == "fewest":
        start = f"It takes {several} at least to undo it{proven.replace(' with ', ', with ', 1)}."
    else:
        start = f"{words.capital(several)}{proven} would undo it."
    return f"{start} If they were work, or covered by {_cover(case)}, {left}"


def _nouns(case: Case) -> tuple[str, str]:
    """Return what the parts of a case are called, one and many."""
    return {"attempts": ("stop", "stops"), "MB downloaded": ("file", "files")}.get(
        case.measure, ("stretch", "stretches")
    )


def _proven(one: Overturn, case: Case) -> str:
    """Return how much some parts of a case come to, after a comma; nothing of attempts, which are counted."""
    if case.measure == "attempts":
        return ""
    if case.measure.startswith("MB") and one.amount is not None:
        return f", {_megabytes(one.amount)}"
    return f", {_minutes(one)} proven"


def _what(one: Overturn, case: Case) -> str:
    if case.measure == "attempts":
        return "what was stopped"
    if case.measure.startswith("MB") and one.amount is not None:
        return f"the {_megabytes(one.amount)}"
    return f"the {_minutes(one)}"


def _megabytes(amount: float) -> str:
    return f"{words.at_least(amount)} MB"


def _cover(case: Case) -> str:
    named = case.category or case.measure in ("attempts", "MB downloaded")
    return "an exemption or a consent that names the class" if named else "a consent or an exemption"


def _breaks(one: Overturn, day: CaseDay) -> str:
    amount, allowed = one.amount or 0.0, day.tolerance_minutes or 0.0
    if one.kind == "half":
        falls = f"it falls into {words.counted(one.stretches, 'stretch', 'stretches')}, the longest with"
        verdict = "still a finding" if one.outcome == "new" else "no finding"
        if one.stretches == 1:
            return f"If a break could be at most {_in_minutes(amount)}, half of what is allowed, nothing would change."
        return f"If a break could be at most {_in_minutes(amount)}, {falls} {_left_minutes(one)} proven: {verdict}."
    if not amount:
        return "It does not hang on breaks: one stretch without any is enough."
    return (
        f"It needs breaks of up to {_exactly(amount)} to be one stretch; the policy allows {_in_minutes(allowed)}. "
        f"Were less allowed, it would fall into {one.stretches} stretches, the longest with {_left_minutes(one)} "
        "proven: no finding."
    )


def _left(one: Overturn, case: Case) -> str:
    verdict = {
        "new": "it is still a finding.",
        "close": "it is no finding, only close to one.",
    }.get(one.outcome, "no finding.")
    if case.measure not in ("minutes", "requests"):
        return verdict
    if one.outcome == "none":
        if not one.left_low_us:
            return "nothing proven is left: no finding."
        if case.measure == "minutes" and one.left_low_us / _MINUTE_US > case.limit:
            core = _floor(one.left_core_us)
            return f"{_left_minutes(one)} proven are left, of them {core} in core hours outside lunch: no finding."
        return f"{_left_minutes(one)} proven are left: no finding."
    return f"{_left_minutes(one)} proven are left: {verdict}"


def _registers(case: Case, day: CaseDay, titles: Mapping[str, str]) -> str:
    if not case.category and case.measure in ("attempts", "MB downloaded"):
        return (
            "An exemption, a consent that names the classes, or a self-report excuses it if what they do not cover "
            "breaks no rule by itself."
        )
    if not case.category:
        return "A consent or an exemption excuses it if what it does not cover breaks no rule by itself."
    what = titles.get(case.category, case.category)
    days = words.counted(round(day.self_report_days), "day")
    return (
        f"A self-report of “{what}” excuses it if it is dated within {days} of {words.day(case.start)}. A consent "
        "excuses it only if it names the class."
    )


def _excused(case: Case, day: CaseDay, titles: Mapping[str, str]) -> Iterator[str]:  # noqa: ARG001
    for one in day.overturns:
        if one.kind == "base":
            what = {"new": "be a case to review", "close": "only be close to a limit"}.get(one.outcome, "be no case")
            proven = f"{_left_minutes(one)} are proven"
            yield f"The entry in the register decides it. Without the entry it would {what}: {proven}."


def _close(case: Case, day: CaseDay, titles: Mapping[str, str]) -> Iterator[str]:  # noqa: ARG001
    if case.measure == "minutes" and case.minutes_low <= case.limit:
        short = case.limit - case.minutes_low
        yield (
            f"There is nothing to overturn. {case_words.proven(case)} minutes are proven, {_tenths(short)} short of "
            f"the limit of {words.exact(case.limit)}: this is not a finding."
        )
    else:
        yield "There is nothing to overturn: the log does not prove it."


def _times(one: Overturn) -> str:
    if one.start is None or one.end is None:
        return words.NOTHING
    return f"{words.clock(one.start)} to {words.clock(one.end)}"


def _minutes(one: Overturn) -> str:
    return _floor(one.low_us)


def _left_minutes(one: Overturn) -> str:
    return _floor(one.left_low_us)


def _floor(amount_us: int) -> str:
    return words.measured(math.floor(amount_us / _MINUTE_US * 10) / 10, "minutes")


def _exactly(minutes: float) -> str:
    """Return a length of time in whole seconds, rounded up.

    >>> _exactly(3.0), _exactly(2.51)
    ('3 minutes', '2 minutes 31 seconds')
    """
    whole, seconds = divmod(math.ceil(round(minutes * 60, 3)), 60)
    parts = [words.counted(whole, "minute")] if whole or not seconds else []
    return " ".join([*parts, *([words.counted(seconds, "second")] if seconds else [])])


def _in_minutes(minutes: float) -> str:
    return words.measured(round(minutes, 1), "minutes")


def _tenths(minutes: float) -> str:
    return words.exact(round(minutes, 1))
