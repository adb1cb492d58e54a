"""A report on several whole weeks together: from what was published of them and their cases, and from nothing else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.contracts import PUBLISHED
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.dpia import Gate
from netaudit.definitions.policy_words import clause_titles
from netaudit.errors import InputError, Problem, unwritable
from netaudit.pipeline.audit import load_definitions, titles_of
from netaudit.pipeline.days import reconstruct_settings
from netaudit.pipeline.facts import definition_hashes, run_facts, run_warnings, with_register_use
from netaudit.pipeline.forgotten import forgotten_by
from netaudit.pipeline.rejects import RejectSummary
from netaudit.pipeline.stored_weeks import Span
from netaudit.pipeline.stores import open_store, require_store, store_folder
from netaudit.pipeline.trails import note
from netaudit.pipeline.week_cases import WeekCases
from netaudit.pipeline.weeks import Rules, shown_weeks
from netaudit.protect import Identities, SuppressionSettings, weekly_ranges
from netaudit.report import AUDIENCES, render_union
from netaudit.store import Commit


def report_union(configuration: Configuration, out: Path, span: Span, to: Path, now: datetime) -> list[Path]:
    """Write the report on the stored weeks of a span, and the board's page of them; return the paths of its files.

    Args:
        configuration: what the organisation has decided.
        out: where the run wrote.
        span: the first and the last week.
        to: gets the folders ig and board.
        now: the moment.

    Raises:
        StoreError: there is no store, or it is in use; or the trail cannot be written to, and then nothing is.
        InputError: there is no week in the span, or `to` is where the nightly reports are.
        DefinitionError: the configuration cannot be read as a whole.
    """
    require_store(configuration, out)
    if to.resolve() in {folder.resolve() for folder in (out, *(out / name for name in AUDIENCES))}:
        remedy = "name another folder with --to"
        raise InputError(Problem("the reports of the nightly run lie there", str(to), remedy))
    zone = ZoneInfo(configuration.zone)
    today = now.astimezone(zone).date()
    definitions, gate = load_definitions(configuration, today), Gate(configuration.dpia, today)
    policy, registers = definitions.policy, definitions.registers
    rules = Rules(
        policy,
        registers,
        Identities(registers, configuration.realms, own_devices_are_people=policy.own_devices_count),
        SuppressionSettings(threshold=configuration.minimum_group),
        reconstruct_settings(definitions.known_formats.ever, None),
    )
    store = open_store(configuration, out)
    try:
        tables = Commit(store, store.ledger.next_run())  # reads; it is never applied
        forgotten = forgotten_by(store.keys.marks())
        known = sorted({period for period, _ in tables.parts("published")})
        wanted = [period for period in known if span[0] <= period <= span[1]]
        if not wanted:
            remedy = "weeks: " + (", ".join(known) or "none")
            what = f"there is nothing of {' to '.join(dict.fromkeys(span))} in the store"
            raise InputError(Problem(what, str(store_folder(configuration, out)), remedy))
        opened = WeekCases(tables, policy, registers, gate, forgotten)
        weeks = [week for one in wanted for week in shown_weeks(tables, rules, gate, now, opened, one)]
        cases = [case for week in weeks for case in opened[week.period]]
        files = tables.files()
        warnings = run_warnings(configuration, policy, definitions.class_map, registers, wanted, files, today)
        hashes = definition_hashes(configuration, definitions.known_formats, definitions.class_map, policy)
        nothing = RejectSummary({}, pl.DataFrame(schema={"log_file": pl.String, "log_line": pl.Int64,
                                                         "reason": pl.String}))  # fmt: skip
        facts = with_register_use(
            run_facts(
                configuration, policy, hashes, weeks, tables, files, nothing, rules.suppression, now, warnings,
                definitions.class_map,
            ),
            rules,
            weeks,
            gate,
        )  # fmt: skip
    finally:
        store.close()
    published = pl.concat([PUBLISHED.empty(), *(PUBLISHED.completed(week.published) for week in weeks)])
    titles = titles_of(definitions.class_map) | clause_titles(policy)
    about = {"what": "report", "weeks": f"{wanted[0]} to {wanted[-1]}", "cases": len(cases)}
    note(configuration, out, "export", about, now)
    try:
        return render_union(to, published, weekly_ranges(published, rules.suppression), cases, facts, titles)
    except OSError as error:
        raise unwritable(to, error.strerror) from error
