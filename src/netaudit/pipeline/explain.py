"""One finding, explained: the rule, the range, the timeline, and why it might be wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from netaudit.assess import decided
from netaudit.contracts import EVIDENCE, FINDINGS, Case
from netaudit.contracts.quality import Quality
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.dpia import Gate
from netaudit.definitions.policies import Policy
from netaudit.errors import DefinitionError, InputError, Problem
from netaudit.pipeline.audit import Definitions, load_definitions, titles_of
from netaudit.pipeline.forgotten import forgotten_by
from netaudit.pipeline.source_hours import SOURCE_HOURS_TABLE
from netaudit.pipeline.source_quality import quality_of
from netaudit.pipeline.stores import open_store, require_store
from netaudit.pipeline.week_cases import stored_tables
from netaudit.protect import SuppressionSettings, decisions_table, open_cases, statements_of
from netaudit.report import case_as_text, with_log_doubts
from netaudit.store import Commit, Store


def explain_finding(finding_id: str, configuration: Configuration, out: Path, today: date) -> str:
    """Return the case of a finding, from the store, as its page tells it but in plain text.

    Raises:
        DefinitionError: no current DPIA covers the monitoring, so that no case is shown.
        InputError: there is no such finding.
    """
    case, _, titles = find_case(finding_id, configuration, out, today)
    return case_as_text(case, titles)


def _quality(store: Store, definitions: Definitions, configuration: Configuration) -> Quality:
    """Return what is known of the logs, as the last run knew it: the pages of cases tell it too."""
    tables = Commit(store, store.ledger.next_run())  # reads, and is never applied
    gone = forgotten_by(store.keys.marks()).periods
    periods = sorted({period for period, _ in tables.parts(SOURCE_HOURS_TABLE)} - gone)
    settings = SuppressionSettings(threshold=configuration.minimum_group)
    formats, policy = definitions.formats, definitions.policy
    return quality_of(periods, tables, formats, tables.files(), policy, settings, configuration.input_zone)


def find_case(
    finding_id: str, configuration: Configuration, out: Path, today: date
) -> tuple[Case, Policy, Mapping[str, str]]:
    """Return the case of a finding, from the store, with the policy in force and what classes are called.

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
    require_store(configuration, out)
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
                said = statements_of(definitions.registers, policy.zone)
                (case,) = open_cases(
                    found, EVIDENCE.completed(lines), policy, period, policy.zone, gate, tables=tables, statements=said
                )
                return with_log_doubts(case, _quality(store, definitions, configuration)), policy, titles
        gone = sorted(forgotten_by(store.keys.marks()).periods)
    finally:
        store.close()
    remedy = "take the case number from the findings page"
    remedy += f"; cases of {', '.join(gone)} may be gone: keys of these weeks were destroyed" if gone else ""
    raise InputError(Problem(f"no finding '{finding_id}'", str(store.folder), remedy))
