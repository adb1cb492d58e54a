"""A case as plain text, for the terminal."""

from __future__ import annotations

from netaudit.contracts import Case, EvidenceLine
from netaudit.report import words
from netaudit.report.case_view import LABELS, case_views
from netaudit.report.plain import plain

_WIDTH = 26


def case_as_text(case: Case) -> str:
    """Return what the case page shows, as lines of text without control characters."""
    (view,) = case_views([case], {})
    lines = [
        f"Case {case.case_number}: {case.rule_title}",
        "",
        view.headline,
        f"{view.status}. {view.verdict}",
        *([view.recorded] if view.recorded else []),
        f"Clause {case.clause}: {case.clause_text}",
        "",
        f"{'Minutes':<{_WIDTH}} {view.low} proven, {view.likely} likely, {view.high} at most",
        *(f"{fact.name:<{_WIDTH}} {fact.value}" for fact in view.facts),
        "",
        "Timeline",
        *("  " + _stretch(line) for line in view.shown),
        "",
        "Why it might be wrong",
        *(f"  - {doubt}" for doubt in case.doubts),
    ]
    return "\n".join(plain(line) for line in lines)


def _stretch(line: EvidenceLine) -> str:
    times = f"{words.clock(line.start)} to {words.clock(line.end)}"
    what = f"{LABELS.get(line.label, line.label)}, {words.counted(line.requests, 'request')}"
    return f"{times}  {line.use:<10} {line.site or words.NOTHING}: {what} {line.reason}".rstrip()
