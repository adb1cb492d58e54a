"""Review sheets: written for officers to fill in, and taken back whole or not at all."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from netaudit.definitions.configuration import Configuration
from netaudit.definitions.csv_tables import read_rows
from netaudit.definitions.dpia import Gate
from netaudit.definitions.registers import REGISTERS
from netaudit.definitions.registers.changing import alone_with, content_of, with_columns, with_row
from netaudit.definitions.review_columns import DECISIONS
from netaudit.definitions.review_files import read_review
from netaudit.durable import replace_file
from netaudit.errors import DefinitionError, InputError
from netaudit.pipeline.audit import Definitions, load_definitions
from netaudit.pipeline.register_changes import check_registers, registers_folder
from netaudit.pipeline.review_cases import ReviewCase, review_cases
from netaudit.pipeline.review_desk import KNOWN, ReviewDesk
from netaudit.pipeline.stored_weeks import Span
from netaudit.pipeline.stores import open_store, require_store
from netaudit.pipeline.trails import note
from netaudit.report.review_sheets import review_csv, review_workbook

CAREFUL = ("safeguarding", "fraud")
"""Routes that only few people may hear of: on a sheet if they are asked for."""
REGISTER = "decisions.csv"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    cases: int
    left_out: int  # cases of careful routes that nobody asked for


@dataclass(frozen=True, slots=True)
class Imported:
    """What was recorded."""

    recorded: Mapping[str, int]  # by decision
    known: int  # decisions that the register has already
    undecided: int
    places: tuple[str, ...]  # decisions.csv:5


def export_review(
    configuration: Configuration,
    out: Path,
    to: Path,
    now: datetime,
    *,
    routes: Collection[str] = (),
    statuses: Collection[str] = ("new",),
    span: Span | None = None,
) -> Exported:
    """Write a sheet of the cases that somebody has to decide about.

    Args:
        configuration: says where the store and the registers are.
        out: where they are if it does not.
        to: the file; CSV where its name ends so, else XLSX.
        now: the moment.
        routes: whose cases; none: all but those of CAREFUL routes.
        statuses: which cases.
        span: the first week and the last; None: all.

    Raises:
        DefinitionError: no current DPIA covers the monitoring, so that no case is shown.
        StoreError: there is no store, the trail cannot be written to, or the file cannot.
    """
    definitions, gate = _definitions(configuration, now)
    require_store(configuration, out)
    store = open_store(configuration, out)
    try:
        every = review_cases(store, definitions.policy, definitions.registers, gate)
    finally:
        store.close()
    wanted = [
        one
        for one in every.values()
        if one.case.status in statuses and (span is None or span[0] <= one.case.period <= span[1])
    ]
    chosen = [one for one in wanted if (one.case.route in routes if routes else one.case.route not in CAREFUL)]
    sheet = _number(now, chosen)
    order = sorted(chosen, key=lambda one: list(every).index(one.shown["case"]))
    rows = [{**one.shown, "sheet": sheet, "check": one.check(sheet)} for one in order]
    is_csv = to.suffix.lower() == ".csv"
    content = review_csv(rows) if is_csv else review_workbook(rows, configuration.handling, now)
    about = {"sheet": sheet, "cases": [row["case"] for row in rows], "sha256": hashlib.sha256(content).hexdigest()}
    note(configuration, out, "review.exported", about, now)
    replace_file(to, content)
    return Exported(len(rows), 0 if routes else len(wanted) - len(chosen))


def _number(now: datetime, chosen: Collection[ReviewCase]) -> str:
    """Return the number of a sheet: another one for each moment and each choice of cases."""
    text = repr((now.isoformat(), sorted(one.case.case_number for one in chosen)))
    return "S-" + base64.b32encode(hashlib.sha256(text.encode()).digest()[:5]).decode("ascii")


def _open_gate(configuration: Configuration, now: datetime) -> Gate:
    gate = Gate(configuration.dpia, now.astimezone(ZoneInfo(configuration.zone)).date())
    if not gate.is_open:  # before anything is looked up
        raise DefinitionError(gate.refusal(str(configuration.path or "the configuration")))
    return gate


def _definitions(configuration: Configuration, now: datetime) -> tuple[Definitions, Gate]:
    gate = _open_gate(configuration, now)
    return load_definitions(configuration, now.astimezone(ZoneInfo(configuration.zone)).date()), gate


def import_review(
    configuration: Configuration, out: Path, path: Path, now: datetime, *, dry_run: bool = False
) -> Imported:
    """Check a sheet, record it in the trail, and add its decisions to the register: all of them, or none.

    Rows without a decision are left alone, and decisions that the register has are not written again: the same sheet
    can come twice, and with more rows filled in.

    Args:
        configuration: says where store and registers are.
        out: where they are if it does not.
        path: the sheet.
        now: the moment.
        dry_run: check, and record nothing.

    Raises:
        DefinitionError: no current DPIA covers the monitoring, there are no registers, or they have faults.
        InputError: the sheet has faults: all of them, each with its cell; never what stands there.
        StoreError: store, trail or register cannot be used.
    """
    _open_gate(configuration, now)
    folder = registers_folder(configuration)
    rows, problems = read_review(path)
    require_store(configuration, out)
    with alone_with(folder):  # two sheets at once: the second meets what the first has decided
        definitions, gate = _definitions(configuration, now)
        store = open_store(configuration, out)
        try:
            cases = review_cases(store, definitions.policy, definitions.registers, gate)
        finally:
            store.close()
        register = [row for _, row in read_rows(folder / REGISTER, REGISTERS[REGISTER], [])]
        today = now.astimezone(ZoneInfo(configuration.zone)).date()
        desk = ReviewDesk(cases, register, definitions.registers, today)
        found = [(row, desk.decision(row)) for row in rows]
        problems = [*problems, *desk.problems]
        if problems:
            raise InputError(problems)
        fresh = [decision for _, decision in found if decision and decision is not KNOWN]
        content, places = content_of(folder / REGISTER), []
        for decision in fresh:
            content = with_columns(content, REGISTERS[REGISTER], decision)
        for decision in fresh:
            content, line = with_row(content, REGISTERS[REGISTER], decision)
            places.append(f"{REGISTER}:{line}")
        known = sum(decision is KNOWN for _, decision in found)
        counts = Counter(decision["decision"] for decision in fresh)
        result = Imported(counts, known, len(found) - known - len(fresh), tuple(places))
        if content is None or not fresh or dry_run:
            return result
        check_registers(configuration, frozenset(definitions.class_map.taxonomy), {REGISTER: content})
        about = {
            "register": REGISTER,
            "sheets": sorted({row.cells["sheet"] for row, decision in found if decision and decision is not KNOWN}),
            **{name: [one["case_number"] for one in fresh if one["decision"] == name] for name in DECISIONS},
        }
        note(configuration, out, "review.imported", {key: value for key, value in about.items() if value}, now)
        replace_file(folder / REGISTER, content)
    return result
