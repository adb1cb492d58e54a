"""The lists of a week's cases, rule by rule, on as many pages as it takes for each to stay readable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from netaudit.contracts.leaving import Case
from netaudit.report import words
from netaudit.report.case_lists import case_table
from netaudit.report.case_view import CaseEntry
from netaudit.report.tables import Table

MOST_ROWS = 200
"""Rows of cases on a page: with them it stays below 200 kB."""

_NAME = "findings"


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule with its cases, or with those of them that are on one page."""

    place: str  # its anchor
    case: Case  # any: for the rule's words
    table: Table
    of: int  # cases of the rule, on all pages
    part: str  # which of them; "" where it is all


@dataclass(frozen=True, slots=True)
class FindingsPage:
    """One page of lists."""

    name: str
    groups: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """The lists of a week: their pages, one at least, and where each rule begins."""

    pages: tuple[FindingsPage, ...]
    places: Mapping[str, str]  # link, from the folder of the pages, by rule
    page_of: Mapping[str, str]  # page by case number
    tables: tuple[Table, ...]  # for the CSV files


def findings(entries: Sequence[CaseEntry], root: str) -> Findings:
    """Return the lists of some cases.

    Args:
        entries: the cases in order, those of a rule together.
        root: from the folder of the pages to that of the audience.
    """
    by_rule: dict[str, list[CaseEntry]] = {}
    for entry in entries:
        by_rule.setdefault(entry.case.rule_id, []).append(entry)
    tables: list[Table] = []
    places: dict[str, str] = {}
    page_of: dict[str, str] = {}
    pages: list[list[Listed]] = [[]]
    for number, (rule_id, mine) in enumerate(by_rule.items(), 1):
        place, case = f"rule-{number}", mine[0].case
        table = case_table(mine, case.rule_title, f"cases-{place}.csv", root=root)
        tables.append(table)
        if pages[-1] and _rows(pages[-1]) + len(mine) > MOST_ROWS:
            pages.append([])
        for part, (first, last) in enumerate(_parts(len(mine))):
            if part:
                pages.append([])
            told = f"Cases {first + 1} to {last} of {words.count(len(mine))}" if last - first < len(mine) else ""
            shown = replace(table, rows=table.rows[first:last], csv_rows=table.rows)
            pages[-1].append(Listed(place, case, shown, len(mine), told))
            name = _page_name(len(pages))
            places.setdefault(rule_id, f"{name}#{place}")
            page_of |= {entry.number: name for entry in mine[first:last]}
    made = tuple(FindingsPage(_page_name(number), tuple(groups)) for number, groups in enumerate(pages, 1))
    return Findings(made, places, page_of, tuple(tables))


def chunks(table: Table, name: str) -> list[tuple[str, Table]]:
    """Return a long table in parts, each with the page that it is for; the first page has the given name."""
    stem = name.removesuffix(".html")
    return [
        (f"{stem}-{part}.html" if part > 1 else name, replace(table, rows=table.rows[first:last], csv_rows=table.rows))
        for part, (first, last) in enumerate(_parts(len(table.rows)), 1)
    ]


def _page_name(number: int) -> str:
    return f"{_NAME}-{number}.html" if number > 1 else f"{_NAME}.html"


def _rows(groups: Sequence[Listed]) -> int:
    return sum(len(group.table.rows) for group in groups)


def _parts(rows: int) -> Iterator[tuple[int, int]]:
    for first in range(0, rows, MOST_ROWS):
        yield first, min(first + MOST_ROWS, rows)
