"""Folders of logs of which the operator knows more than their lines tell: `[[inputs.folders]]` of the configuration."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from netaudit.definitions.time_zones import is_time_zone, zone_hint
from netaudit.definitions.toml_tables import Shape, Tables
from netaudit.errors import Problem

_SHAPE: Shape = {"path": str, "format": (str, list), "zone": str, "order": str, "year": int}
_YEARS = range(1990, 2100)
_WILD = "*?["


@dataclass(frozen=True, slots=True)
class InputFolder:
    """What is known of the logs in a folder, or of those that a pattern names."""

    path: str = ""  # absolute; with *, ? or [ it is a pattern, in which * stands for any text, slashes too
    formats: tuple[str, ...] = ()  # names of formats or aliases; none: the lines tell
    zone: str = ""  # of times that carry none; empty: that of [inputs]
    order: Literal["day", "month"] | None = None  # which comes first in dates such as 05/02/2026; None: the lines tell
    year: int | None = None  # of the earliest line of each file, where lines name none; None: the lines tell

    def has(self, log: Path) -> bool:
        """Return whether a log lies in the folder, or is named by the pattern."""
        path = Path(os.path.abspath(log))  # noqa: PTH100 - where a link leads says nothing about who wrote the file
        if any(sign in self.path for sign in _WILD):
            return any(fnmatchcase(str(one), self.path) for one in (path, *path.parents))
        return Path(self.path) in (path, *path.parents)


def folder_of(log: Path | None, folders: Sequence[InputFolder]) -> InputFolder:
    """Return what is known of a log: of the first entry that names it; nothing of standard input."""
    return next((one for one in folders if log is not None and one.has(log)), InputFolder())


def read_input_folders(entries: object, base: Path, where: str) -> tuple[tuple[InputFolder, ...], list[Problem]]:
    """Return the entries as far as they are well formed, and every fault in them.

    Args:
        entries: what the configuration says.
        base: where relative paths begin.
        where: the configuration's path, for messages.
    """
    tables = Tables(where)
    read = entries if isinstance(entries, list) else []
    folders = tuple(_folder(tables, entry, base, f"[[inputs.folders]] {n}") for n, entry in enumerate(read, 1))
    return folders, tables.problems


def _folder(tables: Tables, entry: object, base: Path, where: str) -> InputFolder:
    known = tables.table(entry, _SHAPE, where, ("path",))
    path, zone = known.get("path", ""), known.get("zone", "")
    if "path" in known and not path.strip():
        tables.fault("'path' is empty", where, "name a folder, or a pattern such as /srv/logs/proxy*.log")
    if zone and not is_time_zone(zone):
        tables.fault(f"unknown time zone '{zone}'", where, zone_hint(zone))
    tables.one_of(known, "order", ("day", "month"), where)
    year = known.get("year")
    if year is not None and year not in _YEARS:
        tables.fault(f"'year' is {year}", where, f"write the year of the first lines: {_YEARS[0]} to {_YEARS[-1]}")
    if known.keys() == {"path"}:
        tables.fault("nothing is said of the folder", where, "write format, zone, order, or year")
    full = os.path.abspath(base / path)  # noqa: PTH100 - as above
    return InputFolder(full, _names(tables, known, where), zone, known.get("order"), year)


def _names(tables: Tables, known: dict[str, Any], where: str) -> tuple[str, ...]:
    written = known.get("format", [])
    names: Iterable[object] = [written] if isinstance(written, str) else written
    if not all(isinstance(name, str) for name in names):
        tables.fault("'format' holds something that is not text", where, 'write format = "squid", or ["squid", …]')
    return tuple(name for name in names if isinstance(name, str))
