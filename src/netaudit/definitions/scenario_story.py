"""One scenario while it is read: its tables, the policy it is tried under, and where faults are noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from netaudit.definitions.policy_terms import Policy
from netaudit.definitions.toml_tables import Tables


@dataclass(frozen=True, slots=True)
class Story:
    """The well-formed keys of a scenario, and what is needed to read the rest."""

    tables: Tables
    policy: Policy
    known: Mapping[str, Any]
    day: date | None  # of clock times that name none
    where: str

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of local times."""
        return ZoneInfo(self.policy.zone)

    def at(self, where: str) -> str:
        """Return a place inside the scenario."""
        return f"{self.where}, {where}" if self.where else where

    def fault(self, what: str, remedy: str) -> None:
        """Note what is wrong with the scenario as a whole."""
        self.tables.fault(what, self.where, remedy)
