"""Evidence for those outcomes of the CAF-aligned DSPT of which the tool has something to show. It judges none."""

from __future__ import annotations

from netaudit.contracts import Sheet
from netaudit.pipeline.evidence.dspt_data import of_data, of_notice, of_rights
from netaudit.pipeline.evidence.dspt_logs import of_coverage, of_custody
from netaudit.pipeline.evidence.gather import Gathered
from netaudit.pipeline.evidence.spans import Span
from netaudit.pipeline.evidence.words import sheet

OUTCOMES = {
    "B3.a": "Understanding data",
    "C1.a": "Monitoring coverage",
    "C1.b": "Securing logs",
    "E1.a": "Privacy and transparency information",
    "E2.a": "Managing data subject rights under UK GDPR",
}
"""By the numbers and titles of the framework of 2024-25 and 2025-26; whoever uses the sheet looks up this year's."""

_INTRO = (
    (
        "This sheet holds evidence about one system: the audit of internet use by proxy logs. It says of each outcome "
        "what this system has to show, what it does not cover, and what the organisation has to add. It judges no "
        "outcome: that is for whoever signs the assessment."
    ),
    "Numbers and titles of outcomes change from year to year. Check them against this year's DSPT before you file it.",
    (
        "All figures come from the configuration that ran, the ledger of runs and the audit trail. Figures about "
        "people in the logs are hidden where they are small, and told of whole calendar years that are over."
    ),
)


def dspt_sheet(gathered: Gathered, span: Span) -> Sheet:
    """Return the evidence of a year of the toolkit, outcome by outcome."""
    parts = {
        "B3.a": of_data(gathered),
        "C1.a": of_coverage(gathered, span),
        "C1.b": of_custody(gathered, span),
        "E1.a": of_notice(gathered),
        "E2.a": of_rights(gathered, span),
    }
    return sheet(
        gathered,
        "dspt",
        f"Evidence for the Data Security and Protection Toolkit, {span.title.removeprefix('DSPT ')}",
        "For whoever prepares the DSPT",
        span.words,
        _INTRO,
        [parts[number](number, title) for number, title in OUTCOMES.items()],
    )
