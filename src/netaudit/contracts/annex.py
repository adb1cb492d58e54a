"""The DPIA annex as data: what the configuration that runs does against each risk, and a document made of it.

Nothing here is about a person in the logs: it is made of the configuration, the policy and the ledger's hashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

TO_COMPLETE = "To be completed by the controller"
"""Stands wherever only people can answer."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that lessens a risk, as it stands now."""

    measure_id: str
    title: str
    risks: tuple[str, ...]  # risk_id of each
    is_on: bool
    built_in: bool  # no setting switches it off
    says: str  # what is done, or what is not done and what would switch it on
    tests: tuple[str, ...]  # "test_x.py::test_name" in the folder of tests


@dataclass(frozen=True, slots=True)
class Risk:
    """One way in which somebody may be harmed; likelihood and severity are the controller's to score."""

    risk_id: str
    title: str
    source: str
    harmed: str
    harm: str
    measures: tuple[Measure, ...]

    @property
    def off(self) -> tuple[Measure, ...]:
        """What would lessen it and is not switched on."""
        return tuple(one for one in self.measures if not one.is_on)


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; kind is plain, stated (the controller's own words), open (theirs to complete) or warning."""

    text: str
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: a caption, headings, and rows of as many cells."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """Questions with their answers; kind of each as in Words."""

    caption: str
    rows: tuple[tuple[str, Words], ...]


Block = Words | Bullets | Grid | Answers


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of level 1 or 2, and what stands under it."""

    title: str
    blocks: tuple[Block, ...]
    level: int = 1


@dataclass(frozen=True, slots=True)
class Annex:
    """The annex: its risks as data for other exports, and the document."""

    organisation: str
    handling: str
    policy_title: str
    time_zone: str
    made_at: datetime  # local
    version: str  # of netaudit
    dpia: str  # the assessment that covers the monitoring; "" if none is current
    lacks: tuple[str, ...]  # what keeps it from being current
    hashes: tuple[tuple[str, str], ...]  # name and sha256 of what it is made from
    has_run: bool
    changed: tuple[str, ...]  # what is not as it was when it last ran
    risks: tuple[Risk, ...]
    measures: tuple[Measure, ...]
    open_questions: tuple[str, ...]  # what only the controller can complete
    sections: tuple[Section, ...]

    @property
    def on(self) -> tuple[Measure, ...]:
        """What is switched on, or cannot be switched off."""
        return tuple(one for one in self.measures if one.is_on)

    @property
    def off(self) -> tuple[Measure, ...]:
        """What is not switched on."""
        return tuple(one for one in self.measures if not one.is_on)
