"""The DPIA annex as files: a page to read and print, a Word document to edit."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from netaudit.contracts.annex import TO_COMPLETE, Annex, Grid
from netaudit.report.annex_word import word_document
from netaudit.report.pages import Press
from netaudit.report.tables import Cell, Column, Table

PAGE, DOCUMENT = "dpia-annex.html", "dpia-annex.docx"
STATES = ("On", "OFF", "Built in")
_PRIVATE_FOLDER = 0o700


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the frame of every page asks for."""

    organisation: str
    policy_title: str
    run_at: datetime
    version: str
    time_zone: str
    destroy_by: None = None
    validity: tuple[str, ...] = ()


def write_files(annex: Annex, folder: Path) -> list[Path]:
    """Write page and document into a folder and return their paths; other files there are left alone.

    Raises:
        OSError: they cannot be written.
        DefinitionError: the templates or their style sheet are missing.
    """
    files = {PAGE: annex_page(annex), DOCUMENT: word_document(annex)}
    folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    return [_written(folder / name, content) for name, content in files.items()]


def annex_page(annex: Annex) -> bytes:
    """Return the annex as a page in UTF-8."""
    frame = _Frame(annex.organisation, annex.policy_title, annex.made_at, annex.version, annex.time_zone)
    shown = {
        "annex": annex,
        "facts": frame,
        "audience": "dpia",
        "menu": (),
        "root": "",
        "here": PAGE,
        "table_of": table_of,
        "lines_of": lines_of,
        "to_complete": TO_COMPLETE,
    }
    return Press(annex.handling).page("dpia/annex.jinja", shown)


def table_of(grid: Grid) -> Table:
    """Return a grid as pages print tables; words of a state become tags."""
    rows = tuple(tuple(Cell(cell, cell, tag=cell in (*STATES, TO_COMPLETE)) for cell in row) for row in grid.rows)
    return Table(grid.caption, tuple(Column(one) for one in grid.columns), rows, csv_name="")


def lines_of(text: str) -> list[str]:
    """Return the paragraphs of somebody's own words."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _written(path: Path, content: bytes) -> Path:
    """Put a file in its place whole: a reader finds the old one or the new one."""
    opened, beside = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # mkstemp makes it 0600
    try:
        with os.fdopen(opened, "wb") as stream:
            stream.write(content)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return path
