"""An organisation's own word on single sites: which class they are in, who said so and until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from netaudit.definitions.list_files import read_lists
from netaudit.definitions.patterns import RULES, WHOLE_SUFFIX_NOTE, is_host, with_rules
from netaudit.definitions.public_suffixes import is_public_suffix
from netaudit.definitions.taxonomy import Category
from netaudit.definitions.toml_files import did_you_mean
from netaudit.errors import Problem

OVERRIDE_COLUMNS = ("pattern", "category", "reason", "author", "date", "expires", "ticket")


def read_overrides(
    path: Path, taxonomy: Mapping[str, Category], today: date | None
) -> tuple[pl.DataFrame, list[str], list[Problem]]:
    """Return the overrides of a file as RULES, a line on each that has expired by `today`, and every fault.

    Those that have expired are left out.
    """
    rows, faults = read_lists([path], OVERRIDE_COLUMNS)
    problems = faults[path]
    # An organisation may class its own addresses and short names, which have no registered domain either.
    as_listed = {"site": pl.lit(""), "role": pl.lit(""), "note": pl.lit(WHOLE_SUFFIX_NOTE)}
    rules, pattern_faults = with_rules(rows.drop("list").with_columns(**as_listed))
    expired, holds = [], []
    for number, row in enumerate(rows.with_columns(rules.select("host", "kind").get_columns()).iter_rows(named=True)):
        problems += [*pattern_faults.get(number, ()), *_problems(row, taxonomy)]
        until = _day(row["expires"])
        is_over = today is not None and until is not None and until < today
        holds.append(not is_over)
        if is_over:
            line = row["where"].rpartition(":")[2]
            expired.append(f"the override of {row['pattern']} ({path.name}:{line}) expired on {until}")
    return rules.filter(pl.Series(holds, dtype=pl.Boolean)).with_columns(site=pl.lit("")).cast(RULES), expired, problems


@dataclass(frozen=True, slots=True)
class OverrideTerm:
    """How long an override holds."""

    pattern: str
    category: str
    expires: date | None
    where: str  # file:line


def override_terms(path: Path) -> tuple[OverrideTerm, ...]:
    """Return the terms of all overrides of a sound file, expired ones included."""
    rows, _ = read_lists([path], OVERRIDE_COLUMNS)
    return tuple(
        OverrideTerm(pattern, category, _day(expires), where)
        for pattern, category, expires, where in rows.select("pattern", "category", "expires", "where").iter_rows()
    )


def can_be_overridden(site: str) -> bool:
    """Return whether a site's name can stand as the pattern of an override.

    >>> can_be_overridden("example.org"), can_be_overridden("co.uk"), can_be_overridden("[2001:db8::1]")
    (True, False, False)
    """
    return is_host(site) and not is_public_suffix(site)


def _problems(row: Mapping[str, Any], taxonomy: Mapping[str, Category]) -> Iterator[Problem]:
    where = row["where"]
    if row["kind"] == "suffix" and is_public_suffix(row["host"]):
        remedy = "override the sites that are meant, one by one"
        yield Problem(f"'{row['pattern']}' is a public suffix", where, remedy)
    if not row["category"]:
        # One fault, not four: rows that `categories uncategorised` writes are empty until somebody fills them in.
        remedy = "write the class of the site, the author and the date; or take the row out"
        yield Problem("'category' is empty: the override is not filled in", where, remedy)
        return
    if row["category"] not in taxonomy:
        hint = did_you_mean(row["category"], list(taxonomy))
        yield Problem("'category' holds an unknown category", where, hint)  # or a name, where a comma is missing
    for column in ("reason", "author", "date"):
        if not row[column]:
            remedy = "an override says why, by whom and when it was made"
            yield Problem(f"'{column}' is empty", where, remedy)
    for column in ("date", "expires"):
        if row[column] and _day(row[column]) is None:
            yield Problem(f"'{column}' is not a date", where, "write it as 2026-12-31")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
