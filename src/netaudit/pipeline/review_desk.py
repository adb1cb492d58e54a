"""What an officer wrote into the rows of a review sheet, held against the cases, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date

from netaudit.definitions.csv_tables import Row
from netaudit.definitions.periods import days_of
from netaudit.definitions.registers import Registers
from netaudit.definitions.review_columns import (
    COLUMNS,
    DECISIONS,
    FILLED_IN,
    LONGEST_INCIDENT,
    LONGEST_REASON,
    LONGEST_ROLE,
    SHOWN,
)
from netaudit.definitions.review_files import ReviewRow
from netaudit.errors import Problem
from netaudit.pipeline.free_text import names_somebody
from netaudit.pipeline.review_cases import ReviewCase

_NEW_SHEET = "look at the page of the case again, and write a new sheet: netaudit review export"
_DAY_FIRST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_FORMULA = ("=", "+", "-", "@")
_INCIDENT = re.compile(r"[^\W_][\w ./#:-]*")
_LONGEST = {"reason": LONGEST_REASON, "decided_by": LONGEST_ROLE, "incident": LONGEST_INCIDENT}

KNOWN: Row = {}
"""Stands for a decision that the register has already."""


class ReviewDesk:
    """Goes through the rows of a sheet, and keeps all that is wrong with them."""

    def __init__(
        self, cases: Mapping[str, ReviewCase], register: Collection[Row], registers: Registers, today: date
    ) -> None:
        self._cases = cases
        self._register = register
        self._registers = registers
        self._today = today
        self._seen: dict[str, int] = {}
        self.problems: list[Problem] = []

    def decision(self, row: ReviewRow) -> Row | None:
        """Return the entry that a row asks for; None where it asks for none, or is wrong."""
        number = row.cells["case"].upper()
        filled = [name for name in FILLED_IN if row.cells[name]]
        case = self._cases.get(number)
        if not filled and case is None:  # the case is gone, and nobody asks for anything
            return None
        before = len(self.problems)
        entry = self._entry(row, number) if filled else None
        if entry is not None and self._is_known(entry, row):
            return KNOWN
        self.problems += self._faults_of_case(row, case, is_decided=bool(filled))
        return entry if len(self.problems) == before else None

    def _is_known(self, entry: Row, row: ReviewRow) -> bool:
        same = [name for name in entry if name != "decided_on" or row.cells["decided_on"]]
        return any(
            all(" ".join(one[name].split()) == entry[name] for name in same)
            for one in ({**each, "case_number": each["case_number"].upper()} for each in self._register)
        )

    def _faults_of_case(self, row: ReviewRow, case: ReviewCase | None, *, is_decided: bool) -> Iterator[Problem]:
        if case is None:
            what = "there is no such case, or not any more" if row.cells["case"] else "the row names no case"
            yield Problem(what, row.place("case"), "empty the row, or write a new sheet: netaudit review export")
            return
        first = self._seen.setdefault(case.case.case_number, row.number)
        if is_decided and first != row.number:
            yield Problem(f"the case stands in row {first} too", row.place("case"), "empty one of the two rows")
        state = case.state(row.cells)
        if state == "changed in the sheet":
            remedy = "undo the change, or write a new sheet: netaudit review export"
            others = [name for name in SHOWN if row.cells[name] != case.shown[name]]
            for name in others:
                what = f"'{COLUMNS[name].title}' is protected, and is not as it was written"
                yield Problem(what, row.place(name), remedy)
            if not others:  # nobody can tell which of the two it was
                what = "'Sheet' or 'Check' is protected, and is not as it was written"
                yield Problem(what, f"{row.place('sheet')} or {row.letters['check']}{row.number}", remedy)
        elif state == "changed since" and is_decided:
            decided = case.case.status in DECISIONS and row.cells["status"] != case.shown["status"]
            what = "somebody else has decided about the case" if decided else "the case is not as it was any more"
            yield Problem(f"{what} since the sheet was written", row.place("decision"), f"empty the row; {_NEW_SHEET}")
        elif is_decided:
            yield from self._cannot(row, case.case.status)

    def _cannot(self, row: ReviewRow, status: str) -> Iterator[Problem]:
        wanted = row.cells["decision"].casefold()
        if status in {"excused", "withdrawn"} or status == wanted == "confirmed":
            yield Problem(f"the case is {status} already", row.place("decision"), "empty the row")
        elif status == "close" and wanted == "confirmed":
            remedy = "empty the row, or withdraw it"
            yield Problem("what is close to a limit is no finding to confirm", row.place("decision"), remedy)

    def _entry(self, row: ReviewRow, number: str) -> Row | None:
        """Return the entry of a row; None, and faults, where its cells are not right."""
        before = len(self.problems)
        decision = row.cells["decision"].casefold()
        if decision not in DECISIONS:
            what = "'Decision' is neither confirmed nor withdrawn" if decision else "'Decision' is empty"
            self._fault(what, row, "decision", "choose one, or empty the row")
        for name in ("decided_by", "reason"):
            if not row.cells[name]:
                self._fault(f"'{COLUMNS[name].title}' is empty", row, name, "fill it in")
        for name in _LONGEST:
            self._text(row, name)
        day = self._day(row)
        if len(self.problems) > before or day is None:
            return None
        texts = {name: row.cells[name] for name in _LONGEST if name != "incident" or row.cells[name]}
        return {"case_number": number, "decision": decision, "decided_on": day.isoformat(), **texts}

    def _text(self, row: ReviewRow, name: str) -> None:
        text, title = row.cells[name], COLUMNS[name].title
        if not text:
            return
        if len(text) > _LONGEST[name]:
            self._fault(f"'{title}' is too long", row, name, f"write {_LONGEST[name]} signs at most")
        if not text.isprintable():
            self._fault(f"'{title}' holds a sign that cannot be seen", row, name, "type it anew")
        if text.startswith(_FORMULA) or text.startswith("'"):
            self._fault(f"'{title}' begins as a formula does", row, name, "begin with a letter or a digit")
        elif name == "incident" and not _INCIDENT.fullmatch(text):
            self._fault(f"'{title}' is no number of an incident", row, name, "write it as INC-0001")
        if name != "decided_by" and names_somebody(text, self._registers):
            what = f"a word of '{title}' is an identifier or an account of the directory"
            self._fault(what, row, name, "take it out: pages of cases have no name")

    def _day(self, row: ReviewRow) -> date | None:
        text = row.cells["decided_on"]
        if not text:
            return self._today
        written = _DAY_FIRST.fullmatch(text)
        try:
            day = date(*map(int, reversed(written.groups()))) if written else date.fromisoformat(text)
        except ValueError:
            self._fault("'Decided on' is no day", row, "decided_on", "write it as 2026-03-20 or 20/03/2026")
            return None
        case = self._cases.get(row.cells["case"].upper())
        if case and day < days_of(case.case.period)[0]:
            what = "'Decided on' lies before the week of the case"
            self._fault(what, row, "decided_on", "write the day of the decision")
            return None
        if day > self._today:
            self._fault("'Decided on' is still to come", row, "decided_on", "write the day of the decision")
            return None
        return day

    def _fault(self, what: str, row: ReviewRow, name: str, remedy: str) -> None:
        self.problems.append(Problem(what, row.place(name), remedy))
