"""A sheet for those who answer for the monitoring: one page, its tables as CSV, all of it as JSON, and an index."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from netaudit.contracts.leaving import Sheet, SheetCell, SheetPart, SheetTable, Withheld
from netaudit.report.folders import Folder
from netaudit.report.pages import Press
from netaudit.report.plain import plain, slug
from netaudit.report.tables import Cell, Column, Table, csv_text
from netaudit.report.words import HIDDEN, count

INDEX = "index.csv"
_PAGE, _DATA = "index.html", "evidence.json"
_WIDE = 6  # columns, from which a table scrolls by itself
_NUMBER = re.compile(r"(about |up to |fewer than )?[\d,.]+( %| or more| (to|of) [\d,]+)?")
_TITLES = {"policy": "Policy text", "categories": "Class map", "configuration": "Configuration"}


@dataclass(frozen=True, slots=True)
class _Made:
    """A part as the page prints it."""

    part: SheetPart
    heading: str
    anchor: str
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    """What header and footer say."""

    organisation: str
    policy_title: str
    run_at: datetime
    version: str
    destroy_by: date | None
    time_zone: str
    validity: tuple[str, ...]
    warnings: tuple[str, ...]


class SheetFolder:
    """A sheet's files beside their final place, and the checksum of their index; swapped in whole when told."""

    def __init__(self, sheet: Sheet, final: Path) -> None:
        """Write the files beside `final`; a former folder of this name stays until `publish`."""
        self._folder = Folder(final)
        try:
            files = dict(_files(sheet))
            for name, content in files.items():
                self._folder.page(name, content)
            index = _index(files)
            self._folder.page(INDEX, index)
        except BaseException:
            self._folder.discard()
            raise
        self.sha256 = hashlib.sha256(index).hexdigest()  # of the index, which has those of all other files
        self.files = len(files) + 1

    def publish(self) -> list[Path]:
        """Put the folder in its place, and return the paths of its files."""
        return self._folder.publish()

    def discard(self) -> None:
        """Remove what was written, because it may not leave."""
        self._folder.discard()


def _files(sheet: Sheet) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each file but the index."""
    made = tuple(_made(part, number) for number, part in enumerate(sheet.parts, 1))
    names = [table.csv_name for part in made for table in part.tables]
    if len(set(names)) != len(names):
        raise ValueError("two tables of a sheet have the same name")
    hashes = [(_TITLES.get(name, name), text) for name, text in sheet.hashes]
    frame = _Frame(
        sheet.organisation,
        sheet.policy_title,
        sheet.run_at,
        sheet.version,
        sheet.destroy_by,
        sheet.time_zone,
        sheet.validity,
        sheet.validity,
    )
    shown = {
        "sheet": sheet,
        "made": made,
        "made_with": [("netaudit", sheet.version), ("Policy", sheet.policy_title), *hashes],
        "facts": frame,
        "audience": "evidence",
        "menu": (),
        "root": "",
        "here": _PAGE,
    }
    yield _PAGE, Press(sheet.handling).page("evidence/sheet.jinja", shown)
    for part in made:
        for table in part.tables:
            yield table.csv_name, csv_text(table).encode("utf-8-sig")
    yield _DATA, (json.dumps(_printed(_as_json(sheet)), indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _made(part: SheetPart, number: int) -> _Made:
    heading = f"{part.number} {part.title}".strip()
    anchor = slug(part.number.replace(".", " ") or part.title) or f"part-{number}"
    return _Made(part, heading, anchor, tuple(_table(table, anchor) for table in part.tables))


def _table(table: SheetTable, prefix: str) -> Table:
    columns = tuple(
        Column(title, numeric=place > 0 and all(_is_number(row[place]) for row in table.rows))
        for place, title in enumerate(table.columns)
    )
    rows = tuple(tuple(_cell(value) for value in row) for row in table.rows)
    wide = len(table.columns) >= _WIDE
    return Table(table.caption, columns, rows, f"{prefix}-{slug(table.name)}.csv", table.note, wide=wide)


def _is_number(value: SheetCell) -> bool:
    return isinstance(value, int | Withheld) or (isinstance(value, str) and bool(_NUMBER.fullmatch(value)))


def _cell(value: SheetCell) -> Cell:
    if isinstance(value, Withheld):
        return Cell(HIDDEN, HIDDEN)
    if isinstance(value, int):
        return Cell(count(value), value)
    if isinstance(value, date):
        return Cell(f"{value:%-d %B %Y}", value.isoformat())
    return Cell(value or "", value or "")


def _as_json(sheet: Sheet) -> dict[str, Any]:
    return {
        "kind": sheet.kind,
        "title": sheet.title,
        "for": sheet.whom,
        "span": sheet.span,
        "handling": sheet.handling,
        "organisation": sheet.organisation,
        "made": sheet.run_at.isoformat(timespec="seconds"),
        "version": sheet.version,
        "hashes": dict(sheet.hashes),
        "hidden": f"{HIDDEN}: hidden to protect people",
        "introduction": list(sheet.intro),
        "parts": [
            {
                "number": part.number,
                "title": part.title,
                "covers": list(part.covers),
                "could_not_be_told": list(part.gaps),
                "not_covered": list(part.not_covered),
                "to_add": list(part.to_add),
                "tables": [
                    {
                        "name": table.name,
                        "caption": table.caption,
                        "note": table.note,
                        "columns": list(table.columns),
                        "rows": [[_value(value) for value in row] for row in table.rows],
                    }
                    for table in part.tables
                ],
            }
            for part in sheet.parts
        ],
    }


def _printed(value: Any) -> Any:  # noqa: ANN401 - what JSON has
    """Return it with every invisible character of a text spelt out."""
    if isinstance(value, dict):
        return {plain(name): _printed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_printed(one) for one in value]
    return plain(value) if isinstance(value, str) else value


def _value(value: SheetCell) -> str | int | None:
    if isinstance(value, int):
        return value
    return str(_cell(value).value) if value is not None else None


def _index(files: dict[str, bytes]) -> bytes:
    """Return the list of the files with their checksums, as CSV."""
    columns = (Column("File"), Column("Bytes", numeric=True), Column("SHA-256"))
    rows = tuple(
        (Cell(name, name), Cell("", len(content)), Cell("", hashlib.sha256(content).hexdigest()))
        for name, content in sorted(files.items())
    )
    return csv_text(Table("", columns, rows, INDEX)).encode("utf-8-sig")
