"""One finding, explained: the rule, the range, the timeline, and why it might be wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from netaudit.assess import decided
from netaudit.contracts import EVIDENCE, FINDINGS
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.dpia import Gate
from netaudit.errors import DefinitionError, InputError, Problem
from netaudit.pipeline.audit import load_definitions, titles_of
from netaudit.pipeline.forgotten import forgotten_by
from netaudit.pipeline.stores import open_store
from netaudit.pipeline.weeks import stored_tables
from netaudit.protect import decisions_table, open_cases
from netaudit.report import case_as_text


def explain_finding(finding_id: str, configuration: Configuration, out: Path, today: date) -> str:
    """Return the case of a finding, from the store, as its page tells it but in plain text.

    Raises:
        DefinitionError: no current DPIA covers the monitoring, so that no case is shown.
        InputError: there is no such finding.
    """
    gate = Gate(configuration.dpia, today)
    if not gate.is_open:  # before anything is looked up: whether there is such a finding is not told either
        raise DefinitionError(gate.refusal(str(configuration.path or "the configuration")))
    definitions = load_definitions(configuration, today)
    policy = definitions.policy
    titles = titles_of(definitions.class_map)
    store = open_store(configuration, out)
    try:
        for period, part in store.ledger.parts("findings"):
            findings, lines = store.read("findings", period, part), store.read("evidence", period, part)
            if findings is None or lines is None:
                continue
            found = findings.filter(finding_id=finding_id.strip().upper())
            if found.height:
                tables = stored_tables(store.read, period)
                found = decided(FINDINGS.completed(found), decisions_table(definitions.registers))
                (case,) = open_cases(found, EVIDENCE.completed(lines), policy, period, policy.zone, gate, tables=tables)
                return case_as_text(case, titles)
        gone = sorted(forgotten_by(store.keys.marks()).periods)
    finally:
        store.close()
    remedy = "take the case number from the findings page"
    remedy += f"; cases of {', '.join(gone)} may be gone: keys of these weeks were destroyed" if gone else ""
    raise InputError(Problem(f"no finding '{finding_id}'", str(store.folder), remedy))
