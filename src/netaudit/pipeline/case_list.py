"""The cases of a store as those see them who decide about names: by number, never with a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from netaudit.custody import CaseState, Header, fingerprint_of
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.dpia import Gate
from netaudit.definitions.officers import load_officers
from netaudit.errors import DefinitionError, Problem
from netaudit.pipeline.seals import cases_of, is_over, registers_of, seal_headers, standing_in, today_of
from netaudit.pipeline.stores import has_store, open_store, require_store
from netaudit.pipeline.trails import note, open_trail


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case: what its findings say, whether its name is sealed, and what has been asked for."""

    case_number: str
    period: str  # "" where neither finding nor seal is left
    status: str  # of its finding; "" if that is gone
    seal: Header | None
    state: CaseState | None  # None: nobody has asked

    @property
    def word(self) -> str:
        """Return one word for how it stands: a state of `custody.STATES`, `sealed`, or `unknown` without a name."""
        if self.state is not None and self.state.state != "expired":
            return self.state.state
        return "sealed" if self.seal else "unknown"


@dataclass(frozen=True, slots=True)
class CaseList:
    """All cases, and what is wrong."""

    rows: tuple[CaseRow, ...]
    faults: tuple[Problem, ...]  # entries of the trail that do not count
    stale: int  # seals that were made for other officers than those of today


def list_cases(configuration: Configuration, out: Path, now: datetime) -> CaseList:
    """Return all cases that somebody has to decide about, and all of which a name was asked for, by week and number.

    Raises:
        DefinitionError: no current DPIA covers the monitoring, so that no case is shown.
        StoreError: the store is in use, or the trail is damaged.
    """
    today = today_of(configuration, now)
    gate = Gate(configuration.dpia, today)
    if not gate.is_open:
        raise DefinitionError(gate.refusal(str(configuration.path or "the configuration")))
    if not open_trail(configuration, out).exists:  # without a store, its entries still tell who asked
        require_store(configuration, out)
    note(configuration, out, "view", {"what": "case list"}, now)
    officers = load_officers(configuration.officers_file)
    cases = cases_of(configuration, out, now, officers)
    faults = tuple(problem for _, problem in cases.faults)
    if not has_store(configuration, out):
        rows = [CaseRow(one.case_number, one.period, "", None, one) for one in cases.states.values()]
        return CaseList(tuple(rows), faults, 0)
    registers = registers_of(configuration)
    store = open_store(configuration, out)
    try:
        standing, seals = standing_in(store, registers), seal_headers(store)
        wanted = {case for case, one in standing.items() if one.may_be_sealed and not is_over(store, case)}
    finally:
        store.close()
    rows = []
    for case in wanted | set(seals) | set(cases.states):
        found, header, state = standing.get(case), seals.get(case), cases.states.get(case)
        period = found.period if found else header.period if header else state.period if state else ""
        rows.append(CaseRow(case, period, found.status if found else "", header, state))
    rows.sort(key=lambda one: (one.period, one.case_number))
    present = fingerprint_of(officers, today)
    return CaseList(tuple(rows), faults, sum(one.officers != present for one in seals.values()))
