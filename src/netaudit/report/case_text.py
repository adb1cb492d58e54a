"""A case as plain text, for the terminal."""

from __future__ import annotations

from netaudit.contracts import Case
from netaudit.report.plain import plain

_NOT_KNOWN = {None: "not known", True: "yes", False: "no"}


def case_as_text(case: Case) -> str:
    """Return what the case page shows, as lines of text without control characters."""
    lines = [
        f"Case {case.case_number}: {case.rule_title}",
        f"Clause {case.clause}: {case.clause_text}",
        f"Status: {case.status}" + (f" ({case.status_reason})" if case.status_reason else ""),
        f"Route: {case.route}",
        f"When: {case.start:%A %-d %B %Y %H:%M} to {case.end:%H:%M} ({case.span_minutes:.0f} minutes), local time",
        f"Minutes: {case.minutes_low:.0f} at least, {case.minutes:.0f} likely, {case.minutes_high:.0f} at most",
        f"Of these in core hours, at least: {case.core_minutes_low:.0f}; at lunch, likely: {case.lunch_minutes:.0f}",
        f"Limit: {case.limit:g} {case.measure}",
        f"Holds at half the tolerance: {_NOT_KNOWN[case.holds_at_half]}; at double: {_NOT_KNOWN[case.holds_at_double]}",
        "",
        "Timeline",
    ]
    lines += [
        f"  {line.start:%H:%M:%S}-{line.end:%H:%M:%S}  {line.use or '':<10} {line.label or '':<10} {line.site or 'work'}"
        f"  {line.reason or ''} ({line.requests} requests)"
        for line in case.evidence
    ]
    lines += ["", "Why it might be wrong", *(f"  - {doubt}" for doubt in case.doubts)]
    return "\n".join(plain(line) for line in lines)
