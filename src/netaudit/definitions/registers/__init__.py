"""The staff directory and the registers: files with names in them, checked whole, held in memory only."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from netaudit.definitions.registers.directory import DIRECTORY, read_directory
from netaudit.definitions.registers.entries import Device, Entry, Note, Person, Registers
from netaudit.definitions.registers.files import REGISTERS, read_registers
from netaudit.definitions.registers.ldif_directory import LdifMapping
from netaudit.definitions.registers.reading import Reader
from netaudit.errors import DefinitionError

__all__ = [
    "DIRECTORY",
    "REGISTERS",
    "Device",
    "Entry",
    "LdifMapping",
    "Note",
    "Person",
    "Registers",
    "load_registers",
]


def load_registers(
    directory: Path | None,
    folder: Path | None,
    zone: str,
    categories: frozenset[str],
    realms: Mapping[str, str] | None = None,
    ldif: LdifMapping | None = None,
    instead: Mapping[str, bytes] | None = None,
) -> Registers:
    """Return directory and registers.

    Args:
        directory: the staff directory, a CSV file or an LDIF export (`.ldif`, `.ldf`).
        folder: holds the registers; each of them may be absent.
        zone: local times in the files are in this zone.
        categories: the ids that a register may name.
        realms: which realm of an account is equal to which other one.
        ldif: which attributes of an LDIF export say what; None: the defaults.
        instead: what is read in place of a register, by its file name.

    Raises:
        DefinitionError: with every fault of every file; names a line, never what stands in it.
    """
    reader = Reader(ZoneInfo(zone), categories, realms or {})
    people, skipped = read_directory(reader, directory, ldif or LdifMapping()) if directory else ((), {})
    entries, devices = read_registers(reader, folder, people, instead) if folder else ((), ())
    if reader.problems:
        raise DefinitionError(reader.problems)
    return Registers(people, entries, devices, tuple(reader.notes), skipped, tuple(reader.files))
