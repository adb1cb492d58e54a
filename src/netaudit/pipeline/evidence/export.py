"""Writes a sheet into a folder of its own, and records that it left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from netaudit.contracts import Sheet
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.periods import days_of
from netaudit.errors import unwritable
from netaudit.pipeline.evidence.dspt import dspt_sheet
from netaudit.pipeline.evidence.foi import foi_sheet
from netaudit.pipeline.evidence.gather import gather
from netaudit.pipeline.evidence.spans import Span
from netaudit.pipeline.evidence.yearly import year_sheet
from netaudit.pipeline.trails import note
from netaudit.report import SheetFolder

KINDS = {"dspt": dspt_sheet, "foi": foi_sheet, "year": year_sheet}
"""What makes the sheet of each kind."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    folder: Path
    files: int
    sha256: str  # of the index, which has the checksums of the other files
    gaps: tuple[str, ...]  # what could not be told


def export_sheet(kind: str, configuration: Configuration, out: Path, span: Span, to: Path, now: datetime) -> Exported:
    """Write a sheet into a folder of its own below another, and record it in the trail first.

    Args:
        kind: one of KINDS.
        configuration: what the organisation has decided.
        out: where the run wrote.
        span: the time that the sheet is about.
        to: gets the folder; a former one of the same name is replaced whole.
        now: the moment.

    Raises:
        StoreError: there is no store; or the trail cannot be written to, and then nothing is.
        DefinitionError: the configuration cannot be read as a whole.
    """
    sheet = KINDS[kind](gather(configuration, out, span, now, with_rows=kind != "foi"), span)
    final = to / f"{kind}-{_name(span)}"
    try:
        files = SheetFolder(sheet, final)
        try:
            about = {"what": f"evidence {kind}", "span": span.title, "files": files.files, "sha256": files.sha256}
            note(configuration, out, "export", about, now)
        except BaseException:
            files.discard()
            raise
        files.publish()
    except OSError as error:
        raise unwritable(to, error.strerror) from error
    return Exported(final, files.files, files.sha256, _gaps(sheet))


def _gaps(sheet: Sheet) -> tuple[str, ...]:
    return tuple(f"{part.number or part.title}: {gap}" for part in sheet.parts for gap in part.gaps)


def _name(span: Span) -> str:
    return span.title.removeprefix("DSPT ").replace(" to ", "-to-").lower()


def weeks_span(first: str, last: str) -> Span:
    """Return the time from one week to another.

    >>> weeks_span("2026-W10", "2026-W12").words
    '2026-W10 to 2026-W12 (2 March 2026 to 22 March 2026)'
    """
    title = first if first == last else f"{first} to {last}"
    return Span(title, days_of(first)[0], days_of(last)[-1])
