"""Cases as a sheet that an officer fills in: a workbook with drop-downs and protected columns, or CSV.

A sheet is passed on, so it tells no more of a case than a list does: neither day nor minutes nor whom it goes to.
That is on its page.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from netaudit.contracts.leaving import Case
from netaudit.definitions.review_columns import (
    COLUMNS,
    DECISIONS,
    FILLED_IN,
    LONGEST_INCIDENT,
    LONGEST_REASON,
    LONGEST_ROLE,
    SHEET_NAME,
)
from netaudit.report import case_words
from netaudit.report.figures import STATUSES
from netaudit.report.plain import csv_cell, plain, slug
from netaudit.report.words import natural

_HEADING_ROW = 3
_PALE, _DARK, _GREY = "FFF9C4", "003087", "E8EDEE"
_ADVICE = (
    "Look at the page of each case before you decide: the column Page says where it is.",
    "A case is a question. Confirm it only if somebody has looked into it and it stands.",
    "Fill in the yellow columns. All others are protected; if one was changed, the sheet is refused.",
    "A row without a decision is left as it is. You can hand in the same sheet again later, with more rows filled in.",
    "Give it to whoever runs netaudit: netaudit review import FILE.",
    "All faults are told at once, each with its cell. Until they are mended nothing is recorded.",
    "Decisions stand in the register decisions.csv. The next report shows them.",
    "Destroy the sheet once it has been imported.",
)


def review_rows(cases: Sequence[Case]) -> list[dict[str, str]]:
    """Return what a sheet tells of each case, by clause and rule, by week: the columns SHOWN."""
    return [
        {name: csv_cell(" ".join(text.split())) for name, text in _told(case).items()}
        for case in sorted(cases, key=_place)
    ]


def _place(case: Case) -> tuple[object, ...]:
    return natural(case.clause), case.rule_title, case.rule_id, case.period, case.case_number


def _told(case: Case) -> Mapping[str, str]:
    return {
        "case": case.case_number,
        "week": case.period,
        "rule": case.rule_title,
        "clause": f"Clause {case.clause}",  # a bare 7.10 becomes a number in a spreadsheet
        "limit": case_words.limit(case),
        "breaks": case_words.breaks(case),
        "status": STATUSES[case.status],
        "page": f"cases/{slug(case.case_number)}.html",
    }


def review_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Return the sheet as CSV; the byte order mark tells Excel that it is UTF-8.

    Args:
        rows: the protected columns of each case.
    """
    page = io.StringIO(newline="")
    writer = csv.writer(page)
    writer.writerow([one.title for one in COLUMNS.values()])
    writer.writerows([row.get(name, "") for name in COLUMNS] for row in rows)
    return page.getvalue().encode("utf-8-sig")


def review_workbook(rows: Sequence[Mapping[str, str]], handling: str, made_at: datetime) -> bytes:
    """Return the sheet as an XLSX workbook: drop-downs and checks in the columns to fill in, all others protected.

    Args:
        rows: the protected columns of each case.
        handling: the marking, in the first row and on every printed page.
        made_at: the moment, which stands among the workbook's properties.
    """
    # It takes a fifth of a second to load, for which no other command should wait.
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook()
    book.properties.creator = book.properties.lastModifiedBy = "netaudit"
    book.properties.title = "Cases to decide about"
    book.properties.created = made_at.replace(tzinfo=None)
    _cases_sheet(book.active, rows, plain(handling))
    _advice_sheet(book.create_sheet("How to fill this in"), plain(handling))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _put(sheet: Any, row: int, column: int, text: str) -> Any:  # noqa: ANN401 - openpyxl has no types
    """Return a cell with text, whatever it begins with: the library would take some for a formula."""
    cell = sheet.cell(row=row, column=column)
    cell.value = text or None
    if text:
        cell.data_type = "s"
    cell.number_format = "@"
    return cell


def _cases_sheet(sheet: Any, rows: Sequence[Mapping[str, str]], handling: str) -> None:  # noqa: ANN401
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    sheet.title = SHEET_NAME
    marking, title = _put(sheet, 1, 1, handling), _put(sheet, 2, 1, "Cases to decide about: fill in the yellow columns")
    marking.font, title.font = Font(name="Arial", bold=True), Font(name="Arial", size=14, bold=True)
    line = Side(style="thin", color="768692")
    last = _HEADING_ROW + len(rows)
    for index, (name, column) in enumerate(COLUMNS.items(), 1):
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = column.width
        heading = _put(sheet, _HEADING_ROW, index, column.title)
        heading.font = Font(name="Arial", bold=True, color="FFFFFF")
        heading.fill = PatternFill("solid", fgColor=_DARK)
        heading.alignment = Alignment(wrap_text=True, vertical="top")
        fill = PatternFill("solid", fgColor=_PALE if column.filled_in else _GREY)
        for number, row in enumerate(rows, _HEADING_ROW + 1):
            cell = _put(sheet, number, index, row.get(name, ""))
            cell.font, cell.fill = Font(name="Arial"), fill
            cell.border = Border(left=line, right=line, top=line, bottom=line)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.protection = Protection(locked=not column.filled_in)
        if column.filled_in and rows:
            check = _validation(name)
            sheet.add_data_validation(check)
            check.add(f"{letter}{_HEADING_ROW + 1}:{letter}{last}")
    sheet.freeze_panes = sheet.cell(row=_HEADING_ROW + 1, column=2)
    _protect(sheet)
    _print_set_up(sheet, handling)
    sheet.print_title_rows = f"{_HEADING_ROW}:{_HEADING_ROW}"


def _validation(name: str) -> Any:  # noqa: ANN401
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    if name == "decision":
        check = DataValidation(type="list", formula1=f'"{",".join(DECISIONS)}"', allow_blank=True)
    else:
        longest = {"reason": LONGEST_REASON, "decided_by": LONGEST_ROLE, "incident": LONGEST_INCIDENT}.get(name, 10)
        check = DataValidation(type="textLength", operator="lessThanOrEqual", formula1=str(longest), allow_blank=True)
        if name == "decided_on":  # a spreadsheet may have made a number of it
            check = DataValidation(allow_blank=True)
    column = COLUMNS[name]
    check.promptTitle, check.prompt, check.showInputMessage = column.title, column.advice, True
    check.errorTitle, check.error, check.showErrorMessage = column.title, column.advice, True
    return check


def _protect(sheet: Any) -> None:  # noqa: ANN401
    """Protect the sheet without a password: it keeps from slips, and the import finds what was changed all the same."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False  # allowed: columns can be made wider


def _print_set_up(sheet: Any, handling: str) -> None:  # noqa: ANN401
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415

    marking = handling.replace("&", "&&")  # a lone one begins a code
    sheet.oddHeader.center.text = marking
    sheet.oddFooter.center.text = f"{marking}, page &P of &N"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _advice_sheet(sheet: Any, handling: str) -> None:  # noqa: ANN401
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415

    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, 90
    lines = [("", handling), ("", "How to fill this in"), *((f"{n}.", text) for n, text in enumerate(_ADVICE, 1))]
    lines += [(COLUMNS[name].title, COLUMNS[name].advice) for name in FILLED_IN]
    for number, (name, text) in enumerate(lines, 1):
        for index, said in enumerate((name, text), 1):
            cell = _put(sheet, number, index, said)
            cell.font = Font(name="Arial", bold=number <= 2 or index == 1)  # noqa: PLR2004 - marking and title
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    _protect(sheet)
    _print_set_up(sheet, handling)
