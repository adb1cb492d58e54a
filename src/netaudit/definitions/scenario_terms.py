"""The parts of a scenario: people and what is agreed with them, what they did, and what must be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from netaudit.definitions.policy_terms import ExampleVisit, Policy

SOMEBODY = "somebody"  # the one person of a scenario that names nobody
Row = Mapping[str, str]  # by column of a CSV file


@dataclass(frozen=True, slots=True)
class ScenarioVisit:
    """A visit of one person; where an address is given, the class lists say what class it is of."""

    person: str
    visit: ExampleVisit
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ScenarioEntry:
    """A row of a register file."""

    file: str  # consents.csv
    row: Row
    of_rule: str | None = None  # of a decision: the rule of the finding it is about, whose number nobody can know


@dataclass(frozen=True, slots=True)
class ExpectedFinding:
    """A finding that must come out, as far as it is described."""

    person: str
    rule_id: str | None  # None: any rule of the clause
    clause: str | None = None
    status: str = "new"
    start: datetime | None = None
    end: datetime | None = None
    words: Mapping[str, str | None] = field(default_factory=dict)  # columns of text; `to` is the manager it is for
    numbers: Mapping[str, float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story and its outcome under a policy with the settings that the story states."""

    title: str
    place: str
    policy: Policy
    only_rule: str | None  # the rule that the story is about; None: all that are on
    people: tuple[Row, ...]
    directory: Path | None
    registers: Path | None
    entries: tuple[ScenarioEntry, ...]
    visits: tuple[ScenarioVisit, ...]
    log_lines: str
    logs: tuple[Path, ...]
    log_zone: str
    now: datetime | None
    expect: tuple[ExpectedFinding, ...]
