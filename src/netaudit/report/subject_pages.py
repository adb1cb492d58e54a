"""The answer to a request for access: pages to read, and one JSON file with everything, written as it is read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from netaudit.contracts.held import HeldFrame, HeldTable, HeldWeek, Scalar
from netaudit.contracts.leaving import RunFacts
from netaudit.report import words
from netaudit.report.case_rows import LABELS
from netaudit.report.charts import LANES
from netaudit.report.figures import STATUSES
from netaudit.report.folders import Folder
from netaudit.report.pages import Press
from netaudit.report.tables import Cell, Column, Table

_UNSEEN = re.compile(r"[^\x20-\x7e\n]")
JSON_FILE = "held.json"
_ROWS_OF_A_PAGE = 1_000
# What pages say for words of the store, by column.
_NONE: Mapping[str, str] = {}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "label": LABELS,
    "kind": {**LABELS, "core": "Working hours", "lunch": "Lunch"},
    "what": LABELS,
    "status": STATUSES,
    "use": dict(LANES),
}
_SAID = {True: "yes", False: "no", None: words.NOTHING}


@dataclass(frozen=True, slots=True)
class _Listed:
    """A week as the first page lists it."""

    title: str
    file: str
    counts: tuple[tuple[str, int], ...]
    requests: int
    notes: tuple[str, ...]


class SubjectFolder:
    """Collects an answer beside its place, and puts it there when it is whole."""

    def __init__(self, to: Path, facts: RunFacts, frame: HeldFrame, titles: Mapping[str, str]) -> None:
        """Open a hidden folder (0700) beside `to`; what a stopped answer left there is removed.

        Args:
            to: where the answer goes.
            facts: frame of the pages.
            frame: what stands around the answer.
            titles: titles by class id.
        """
        self._words = {**_WORDS, "category": titles}
        self._folder = Folder(to)
        self._press = Press(facts.handling)
        self._facts = facts
        self._frame = frame
        self._listed: list[_Listed] = []
        self._is_open = True
        self._json = self._folder.stream(JSON_FILE)
        head = {key: value for key, value in asdict(frame).items() if key != "tables"}
        self._write(
            json.dumps({"netaudit": facts.version, **head}, ensure_ascii=False, indent=1)[:-2] + ',\n "weeks": ['
        )

    def week(self, week: HeldWeek, requests: Iterable[tuple[str, HeldTable]]) -> int:
        """Add a week, and return 1 if anything is held of it, 0 if not.

        Args:
            week: what is held of it but for the requests.
            requests: by day; each day is written before the next one is read.
        """
        head: dict[str, Any] = {
            "period": week.period,
            "destroyed": list(week.destroyed),
            "notes": list(week.notes),
            "tables": [one.as_json() for one in week.tables],
        }
        comma = "," if self._listed else ""
        self._write(f"{comma}\n" + json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "requests": [')
        pages: list[tuple[str, str, int]] = []
        count = 0
        for number, (day, table) in enumerate(requests):
            count += len(table.rows)
            one = json.dumps({"day": day, **table.as_json()}, ensure_ascii=False)
            self._write(("," if number else "") + "\n" + one)
            pages += self._day(week.period, day, table)
        self._write("]}")
        name = f"weeks/{week.period.lower()}.html"
        is_held = bool(week.tables or count)
        if is_held:
            shown = [_page_table(one, self._words) for one in week.tables]
            self._page("rights/week.jinja", name, "../", week=week, tables=shown, pages=pages, requests=count)
        counts = tuple((one.title, len(one.rows)) for one in week.tables)
        notes = (*week.notes, *_gone(week.destroyed))
        self._listed.append(_Listed(words.period(week.period), name if is_held else "", counts, count, notes))
        return int(is_held)

    def finish(self, tables: Sequence[HeldTable]) -> None:
        """Add what is held of no single week, and the first page."""
        of_none = json.dumps([one.as_json() for one in tables], ensure_ascii=False, indent=1)
        self._write(f'\n],\n "tables": {of_none}\n}}\n')
        self._json.close()
        held = any(one.rows for one in tables) or any(one.file for one in self._listed)
        shown = [_page_table(one, self._words) for one in tables]
        self._page(
            "rights/held.jinja", "index.html", "", frame=self._frame, weeks=self._listed, tables=shown, held=held
        )

    def publish(self) -> None:
        """Put the answer in its place."""
        self._folder.publish()
        self._is_open = False

    def discard(self) -> None:
        """Remove what was collected, unless it was published."""
        if self._is_open:
            self._json.close()
            self._folder.discard()

    def _day(self, period: str, day: str, table: HeldTable) -> Iterator[tuple[str, str, int]]:
        """Yield title, file and rows of each page of a day's requests, once it is written."""
        begins = range(0, len(table.rows), _ROWS_OF_A_PAGE)
        for number, begin in enumerate(begins, 1):
            rows = table.rows[begin : begin + _ROWS_OF_A_PAGE]
            part = f", part {number} of {len(begins)}" if len(begins) > 1 else ""
            name = f"weeks/{period.lower()}-{day}{f'-{number}' if number > 1 else ''}.html"
            title = f"Requests of {day}{part}"
            shown = _page_table(replace(table, title=title, rows=rows), self._words)
            self._page("rights/requests.jinja", name, "../", table=shown, of=table, title=title, period=period)
            yield title, name.removeprefix("weeks/"), len(rows)

    def _page(self, template: str, name: str, root: str, **shown: object) -> None:
        frame = {"facts": self._facts, "audience": "", "menu": (), "root": root, "here": name}
        self._folder.page(name, self._press.page(template, {**shown, **frame, "reference": self._frame.reference}))

    def _write(self, text: str) -> None:
        self._json.write(_UNSEEN.sub(_as_escape, text).encode("utf-8"))


def _as_escape(found: re.Match[str]) -> str:
    """Return a character that nobody sees as JSON spells it: the same to a program, and inert where text is shown."""
    return found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1]


def _gone(destroyed: Sequence[str]) -> Iterator[str]:
    if destroyed:
        yield f"Keys of this week were destroyed, and what lay under them is gone for good: {', '.join(destroyed)}."


def _page_table(held: HeldTable, said: Mapping[str, Mapping[str, str]]) -> tuple[HeldTable, Table]:
    """Return a table as a page prints it: the columns that there is room for."""
    places = [place for place, column in enumerate(held.columns) if column.on_page]
    columns = tuple(Column(held.columns[place].title) for place in places)
    known = [(place, said.get(held.columns[place].key, _NONE)) for place in places]
    rows = tuple(tuple(_cell(row[place], names) for place, names in known) for row in held.rows)
    return held, Table(held.title, columns, rows, "")


def _cell(value: Scalar, names: Mapping[str, str]) -> Cell:
    if value is None or isinstance(value, bool):
        return Cell(_SAID[value])
    if isinstance(value, str):
        return Cell(names.get(value) or _moment(value) or value or words.NOTHING)
    return Cell(words.count(value) if isinstance(value, int) else words.exact(round(value, 1)))


def _moment(text: str) -> str:
    """Return a moment as pages write it; nothing if it is none."""
    if len(text) == len("2026-03-09T10:00:00+00:00") and text[10] == "T" and text[13] == ":":
        return f"{text[:10]} {text[11:19]}"
    return ""
