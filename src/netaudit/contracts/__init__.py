"""The named tables between stages, and the records that a report may see."""

from netaudit.contracts.contract import Contract, columns
from netaudit.contracts.records import Case, EvidenceLine, FileAccount, RunFacts
from netaudit.contracts.tables import (
    ATTRIBUTIONS,
    EVENTS,
    EVIDENCE,
    FINDINGS,
    LABELLED,
    LABELS,
    PARSED,
    PEOPLE,
    PROVENANCE,
    PUBLISHED,
    REGISTER,
    REJECTS,
    SPELLS,
    USES,
    UTC_TIME,
    VISITS,
)

__all__ = [
    "ATTRIBUTIONS",
    "EVENTS",
    "EVIDENCE",
    "FINDINGS",
    "LABELLED",
    "LABELS",
    "PARSED",
    "PEOPLE",
    "PROVENANCE",
    "PUBLISHED",
    "REGISTER",
    "REJECTS",
    "SPELLS",
    "USES",
    "UTC_TIME",
    "VISITS",
    "Case",
    "Contract",
    "EvidenceLine",
    "FileAccount",
    "RunFacts",
    "columns",
]
