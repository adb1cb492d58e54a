"""What holds a purge back: cases that somebody is asking about or has opened, and what an organisation says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.custody import case_states
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.holds import read_holds
from netaudit.definitions.officers import load_officers
from netaudit.errors import DefinitionError, Problem
from netaudit.pipeline.stores import keys_folder, store_folder
from netaudit.pipeline.trails import open_trail
from netaudit.protect import Keyring, wrapping_key
from netaudit.store import Inventory, read_sealed

_FINDINGS = "findings"


@dataclass(frozen=True, slots=True)
class Holds:
    """Weeks and cases that must stay, each with the reason and who says so."""

    periods: Mapping[str, str] = field(default_factory=dict)
    cases: Mapping[str, str] = field(default_factory=dict)


def holds_of(configuration: Configuration, out: Path, now: datetime, inventory: Inventory) -> Holds:
    """Return what must stay on a day.

    A case holds all of its week: its findings and evidence, the rows that it came of, the keys, the account of its log
    files and the policy and classes of its run. Nights that cross a week's end are in both weeks, so that no
    neighbour is needed.

    Raises:
        DefinitionError: the file of holds has faults, or names a case that is not stored.
        StoreError: the audit trail is damaged, so that nobody knows which cases are open.
    """
    periods: defaultdict[str, list[str]] = defaultdict(list)
    cases: defaultdict[str, list[str]] = defaultdict(list)
    known: dict[str, str] = {}
    for number, period, reason in _open_cases(configuration, out, now):
        known[number] = period
        cases[number].append(reason)
        periods[period].append(reason)
    holds = read_holds(configuration.holds_file, now.astimezone(ZoneInfo(configuration.zone)).date())
    wanted = {one.case_number for one in holds if one.case_number and not one.periods} - set(known)
    if wanted:
        known |= _weeks_of_cases(wanted, configuration, out, inventory)
    problems = [
        Problem(f"no case '{one.case_number}' is stored", one.place, "write its week as 'period', or take the row out")
        for one in holds
        if one.case_number and not one.periods and one.case_number not in known
    ]
    if problems:
        raise DefinitionError(problems)
    for hold in holds:
        if hold.case_number:
            cases[hold.case_number].append(str(hold))
        for period in hold.periods or (known[hold.case_number],):
            of_case = f"case {hold.case_number}: " if hold.case_number else ""
            periods[period].append(f"{of_case}{hold}")
    return Holds(*({what: "; ".join(dict.fromkeys(said)) for what, said in some.items()} for some in (periods, cases)))


def _open_cases(configuration: Configuration, out: Path, now: datetime) -> list[tuple[str, str, str]]:
    """Return number, week and state of each case that is not over.

    Also of those that only an officer's key which nobody has enrolled any more speaks of: what is doubtful is held.
    """
    entries = list(open_trail(configuration, out).entries())
    found = {}
    for officers in (None, load_officers(configuration.officers_file)):
        for number, state in case_states(entries, now, officers).items():
            if state.holds:
                found[number] = (number, state.period, f"case {number} is not over: {state.state}")
    return [found[number] for number in sorted(found)]


def _weeks_of_cases(wanted: set[str], configuration: Configuration, out: Path, inventory: Inventory) -> dict[str, str]:
    """Return the weeks of cases, which only the findings know."""
    ring = Keyring(keys_folder(configuration, out), wrapping_key(configuration.key_descriptor, configuration.key_file))
    found: dict[str, str] = {}
    try:
        for (table, period, part), name in sorted(inventory.names.items()):
            if table == _FINDINGS and ring.has(table, period):
                place = (table, period, part)
                findings = read_sealed(
                    store_folder(configuration, out), name, ring.key(table, period), place,
                    lambda rows: rows.select("finding_id"),
                )  # fmt: skip
                found |= dict.fromkeys(wanted & set(findings["finding_id"].cast(pl.String)), period)
    finally:
        ring.close()
    return found
