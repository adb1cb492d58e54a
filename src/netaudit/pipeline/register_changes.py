"""Objections, corrections and statements: entries that netaudit writes for somebody into the registers.

What is written is first read as every run reads it, with all other registers and the directory; then it is recorded in
the trail, without the person; then it takes the place of the file. The next run acts on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from netaudit.definitions.categories import OVERRIDES_FILE, categories_folder, load_class_map
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.csv_tables import Columns, Row, read_rows
from netaudit.definitions.overrides import OVERRIDE_COLUMNS
from netaudit.definitions.registers import REGISTERS, Registers, load_registers
from netaudit.definitions.registers.changing import (
    alone_with,
    content_of,
    with_columns,
    with_other_row,
    with_row,
)
from netaudit.durable import replace_file
from netaudit.errors import DefinitionError, InputError, Problem
from netaudit.pipeline.free_text import names_somebody
from netaudit.pipeline.trails import note
from netaudit.protect import Subject, subject_of

_OBJECTIONS = "objections.csv"
# of a register: what stands on the page of a case
_PRINTED = {"statements.csv": ("statement",), "decisions.csv": ("reason", "incident")}


@dataclass(frozen=True, slots=True)
class Written:
    """Where an entry stands now, and whether the directory knows whom it is about."""

    place: str  # objections.csv:5
    is_known: bool = True


def record_entry(
    configuration: Configuration,
    out: Path,
    name: str,
    row: Mapping[str, str],
    now: datetime,
    *,
    kind: str = "rights.correction",
    person: str | None = None,
) -> Written:
    """Add an entry to a register, and return where it stands.

    Args:
        configuration: says where the registers are.
        out: where the trail lies otherwise.
        name: of the register.
        row: values by column; `person_id` is filled in.
        now: the moment.
        kind: of the trail's entry.
        person: an identifier or an account; None: the entry is about no single person.

    Raises:
        DefinitionError: there are no registers, or the entry would be a fault; nothing is written.
        InputError: the person cannot be told from others.
    """
    folder = registers_folder(configuration)
    registers, categories = _registers(configuration)
    subject = None if person is None else subject_of(person, registers, configuration.realms)
    if subject is not None and person is not None:
        row = {"person_id": subject.person_id or person.strip(), **row}
    for what in _PRINTED.get(name, ()):
        _nobody_named(what, row.get(what, ""), registers)
    path, columns = folder / name, REGISTERS[name]
    with alone_with(folder):
        content, line = with_row(with_columns(content_of(path), columns, row), columns, row)
        check_registers(configuration, categories, {name: content})
        about = {"register": name, "decision": row.get("decision", "")}
        if "case_number" in row:
            about["case"] = row["case_number"].upper()
        note(configuration, out, kind, {key: value for key, value in about.items() if value}, now)
        replace_file(path, content)
    return Written(f"{name}:{line}", subject is None or subject.person_id is not None or not registers.people)


def decide_objection(
    configuration: Configuration, out: Path, person: str, decision: Mapping[str, str], received: str, now: datetime
) -> Written:
    """Decide about an objection that is pending, and return where it stands: on its own line, as before.

    Args:
        configuration: says where the registers are.
        out: where the trail lies otherwise.
        person: an identifier or an account.
        decision: `decision`, `decided_by`, and perhaps `reason`, `starts` and `ends`.
        received: the date that tells it from others that wait; "" where there is only one.
        now: the moment.

    Raises:
        InputError: there is none that waits, or several.
        DefinitionError: the decision would be a fault; nothing is written.
    """
    folder = registers_folder(configuration)
    registers, categories = _registers(configuration)
    subject = subject_of(person, registers, configuration.realms)
    path, columns = folder / _OBJECTIONS, REGISTERS[_OBJECTIONS]
    with alone_with(folder):
        waiting = [
            (where, row)
            for where, row in read_rows(path, columns, [])
            if row["decision"].lower() == "pending"
            and _is_of(row, subject, configuration)
            and row["received"].startswith(received)
        ]
        if len(waiting) != 1:
            what = "several objections of the person wait" if waiting else "no objection of the person waits"
            remedy = "say which one: --received with its date" if waiting else "record it first, without --decision"
            raise InputError(Problem(what, _OBJECTIONS, remedy))
        ((where, row),) = waiting
        changed = row | {key: value for key, value in decision.items() if value}
        content = with_other_row(content_of(path) or b"", columns, int(where.rpartition(":")[2]), changed)
        check_registers(configuration, categories, {_OBJECTIONS: content})
        note(configuration, out, "rights.objection", {"register": _OBJECTIONS, "decision": decision["decision"]}, now)
        replace_file(path, content)
    return Written(where)


def record_override(configuration: Configuration, out: Path, row: Mapping[str, str], now: datetime) -> Written:
    """Add an override of a site's class, and return where it stands.

    Raises:
        DefinitionError: there is no folder of own lists, or the override would be a fault; nothing is written.
    """
    folder = configuration.categories_folder
    if folder is None:
        remedy = 'name a folder: [categories] folder = "categories"'
        where = str(configuration.path or "the configuration")
        raise DefinitionError(Problem("there is no folder for overrides", where, remedy))
    path, columns = folder / OVERRIDES_FILE, Columns(OVERRIDE_COLUMNS, ())
    today = now.astimezone(ZoneInfo(configuration.zone)).date()
    broken = [name for name, value in row.items() if len(value.splitlines()) > 1]
    if broken:
        raise InputError(Problem(f"'{broken[0]}' is more than one line", OVERRIDES_FILE, "write it as one line"))
    with alone_with(folder):
        content, line = with_row(content_of(path), columns, row)
        with TemporaryDirectory(prefix=".overrides-", dir=folder) as beside:  # 0700; read as the lists that win
            replace_file(Path(beside) / OVERRIDES_FILE, content)
            load_class_map(categories_folder(), [folder, Path(beside)], today, configuration.imports_folder)
        note(configuration, out, "rights.correction", {"register": OVERRIDES_FILE}, now)
        replace_file(path, content)
    return Written(f"{OVERRIDES_FILE}:{line}")


def registers_folder(configuration: Configuration) -> Path:
    """Return where the registers are.

    Raises:
        DefinitionError: nowhere.
    """
    if configuration.registers is None:
        where = str(configuration.path or "the configuration")
        remedy = 'name a folder: [identity] registers = "registers"'
        raise DefinitionError(Problem("there are no registers to write into", where, remedy))
    return configuration.registers


def _registers(configuration: Configuration) -> tuple[Registers, frozenset[str]]:
    """Return directory and registers as they stand, and the classes that there are."""
    overlays = [configuration.categories_folder] if configuration.categories_folder else []
    classes = load_class_map(categories_folder(), overlays, None, configuration.imports_folder)
    categories = frozenset(classes.taxonomy)
    return check_registers(configuration, categories, {}), categories


def check_registers(
    configuration: Configuration, categories: frozenset[str], instead: Mapping[str, bytes]
) -> Registers:
    """Return directory and registers as a run would read them.

    Args:
        configuration: says where they are.
        categories: the classes that there are.
        instead: what is read in place of a register, by its file name.

    Raises:
        DefinitionError: with every fault.
    """
    return load_registers(
        configuration.directory,
        configuration.registers,
        configuration.zone,
        categories,
        configuration.realms,
        configuration.ldif,
        instead,
    )


def _is_of(row: Row, subject: Subject, configuration: Configuration) -> bool:
    try:
        day = date.fromisoformat((row["starts"] or row["received"])[:10])
    except ValueError:
        day = None
    return subject.is_named(row["person_id"], day, configuration.realms)


def _nobody_named(what: str, text: str, registers: Registers) -> None:
    """Refuse text for the page of a case in which an identifier or an account of the directory stands."""
    if names_somebody(text, registers):
        remedy = "take it out: pages of cases have no name; write 'a colleague', 'my manager'"
        raise InputError(Problem(f"the {what} names an identifier or an account of the directory", "", remedy))
