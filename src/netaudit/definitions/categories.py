"""The class map: the taxonomy, the class lists and the overrides, checked together and ready for look-up."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

from netaudit.definitions.host_labels import HostLabels, read_host_labels
from netaudit.definitions.patterns import (
    LIST_COLUMNS,
    OVERRIDE_COLUMNS,
    WHOLE_SUFFIX_NOTE,
    Rule,
    is_public_suffix,
    read_rows,
    read_rule,
)
from netaudit.definitions.taxonomy import Category, did_you_mean, read_taxonomy
from netaudit.errors import DefinitionError, Problem

TAXONOMY_FILE = "taxonomy.toml"
OVERRIDES_FILE = "overrides.csv"
APPROVAL_FILE = "approval.toml"
HOST_LABELS_FILE = "host_labels.toml"

_RULES_SCHEMA = pl.Schema(
    {
        "pattern": pl.String,
        "host": pl.String,
        "path": pl.String,
        "kind": pl.String,  # suffix, exact, path
        "category": pl.String,
        "site": pl.String,
        "registered_domain": pl.String,
        "role": pl.String,
        "where": pl.String,
    }
)


@dataclass(frozen=True, slots=True)
class Approval:
    """Who answers for the class map, and until when (clause 7.1)."""

    version: str = ""
    owner: str = ""
    approved_by: str = ""
    approved_on: date | None = None
    review_by: date | None = None


@dataclass(frozen=True, eq=False)
class ClassMap:
    """Every class and every pattern, compiled. Two maps are the same when their `sha256` is."""

    taxonomy: Mapping[str, Category]
    rules: pl.DataFrame  # one row per pattern of the lists
    overrides: pl.DataFrame  # the same columns; these win over everything
    host_labels: HostLabels
    approval: Approval
    sha256: str  # of every file read, by name
    warnings: tuple[str, ...] = ()

    @cached_property
    def machine_categories(self) -> frozenset[str]:
        """Classes that are never a person's visit."""
        return frozenset(name for name, category in self.taxonomy.items() if category.nature == "machine")

    @cached_property
    def special_categories(self) -> frozenset[str]:
        """Classes that are shielded."""
        return frozenset(name for name, category in self.taxonomy.items() if category.special)

    @cached_property
    def accusatory_categories(self) -> frozenset[str]:
        """Classes in connection with which it is grave to be named."""
        return frozenset(name for name, category in self.taxonomy.items() if category.accusatory)


def categories_folder() -> Path:
    """Return the folder of the shipped class lists: the checkout's, or the one inside the installed package.

    Raises:
        DefinitionError: if there is neither.
    """
    # The checkout comes first: an editable installation can leave stale copies in the package.
    places = (Path(__file__).parents[3] / "categories", Path(__file__).parents[1] / "categories")
    for place in places:
        if (place / TAXONOMY_FILE).is_file():
            return place
    raise DefinitionError(
        Problem("the class lists are missing", " or ".join(map(str, places)), "install netaudit again")
    )


def load_class_map(folder: Path, overlays: Sequence[Path] = (), today: date | None = None) -> ClassMap:
    """Return the class map of a folder, where files of the overlay folders replace those of the same name.

    A folder holds `taxonomy.toml`, `approval.toml`, `host_labels.toml`, `overrides.csv` and one `<id>.csv`
    for each class; only the first must be there.
    With `today`, overrides that have expired are left out, and a lapsed review is a warning.

    Raises:
        DefinitionError: naming all faults of all files.
    """
    files, problems = _files((folder, *overlays))
    taxonomy_file = files.get(TAXONOMY_FILE, folder / TAXONOMY_FILE)
    taxonomy, faults = read_taxonomy(taxonomy_file)
    if not taxonomy:
        raise DefinitionError([*problems, *faults])
    problems += faults
    rules: list[Rule] = []
    overrides: list[Rule] = []
    approval, labels, warnings = Approval(), HostLabels(), list[str]()
    for name, path in files.items():
        if name == APPROVAL_FILE:
            approval, faults = _approval(path)
            warnings += _approval_warnings(approval, today)
        elif name == HOST_LABELS_FILE:
            labels, faults = read_host_labels(path, taxonomy)
        elif name == OVERRIDES_FILE:
            overrides, expired, faults = _overrides(path, taxonomy, today)
            warnings += expired
        elif name != TAXONOMY_FILE:
            listed, faults = _class_list(path, taxonomy)
            rules += listed
        else:
            continue
        problems += faults
    problems += _duplicates(rules) + _duplicates(overrides)
    if problems:
        raise DefinitionError(problems)
    digest = hashlib.sha256()
    for name, path in files.items():
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return ClassMap(
        taxonomy, _table(rules), _table(overrides), labels, approval, digest.hexdigest(), tuple(warnings)
    )


def _files(folders: Iterable[Path]) -> tuple[dict[str, Path], list[Problem]]:
    """Return the files that count, in the order of their names: the last folder that has a name wins."""
    found: dict[str, Path] = {}
    problems = []
    for folder in folders:
        if not folder.is_dir():
            remedy = "name an existing folder of class lists"
            problems.append(Problem("there is no such folder of categories", str(folder), remedy))
            continue
        found |= {path.name: path for path in folder.iterdir() if path.suffix in {".csv", ".toml"}}
    return dict(sorted(found.items())), problems


def _class_list(path: Path, taxonomy: Mapping[str, Category]) -> tuple[list[Rule], list[Problem]]:
    category = path.stem
    if path.suffix != ".csv" or category not in taxonomy:
        remedy = (
            did_you_mean(category, list(taxonomy))
            + f" (a list is named <id>.csv, for an id of {TAXONOMY_FILE})"
        )
        return [], [Problem(f"'{path.name}' is not the list of a category", str(path), remedy)]
    rows, problems = read_rows(path, LIST_COLUMNS)
    rules = []
    for number, row in rows:
        texts = {column: row[column] for column in ("site", "role", "note")}
        rule, faults = read_rule(row["pattern"], category, f"{path}:{number}", **texts)
        rules.append(rule)
        problems += faults
    return rules, problems


def _overrides(
    path: Path, taxonomy: Mapping[str, Category], today: date | None
) -> tuple[list[Rule], list[str], list[Problem]]:
    rows, problems = read_rows(path, OVERRIDE_COLUMNS)
    rules, expired = [], []
    for number, row in rows:
        where = f"{path}:{number}"
        # An organisation may class its own addresses and short names, which have no registered domain either.
        rule, faults = read_rule(row["pattern"], row["category"], where, note=WHOLE_SUFFIX_NOTE)
        if rule.kind == "suffix" and is_public_suffix(rule.host):
            remedy = "override the sites that are meant, one by one"
            faults.append(Problem(f"'{rule.pattern}' is a public suffix", where, remedy))
        if row["category"] not in taxonomy:
            faults.append(
                Problem(
                    f"unknown category '{row['category']}'",
                    where,
                    did_you_mean(row["category"], list(taxonomy)),
                )
            )
        faults += [
            Problem(f"'{column}' is empty", where, "an override says why, by whom and when it was made")
            for column in ("reason", "author", "date")
            if not row[column]
        ]
        for column in ("date", "expires"):
            try:
                day = date.fromisoformat(row[column]) if row[column] else None
            except ValueError:
                day = None
                faults.append(
                    Problem(f"'{column}' is not a date: {row[column]}", where, "write it as 2026-12-31")
                )
            if column == "expires" and day is not None and today is not None and day < today:
                expired.append(f"the override of {row['pattern']} ({path.name}:{number}) expired on {day}")
                break
        else:
            rules.append(replace(rule, site=""))
        problems += faults
    return rules, expired, problems


def _approval(path: Path) -> tuple[Approval, list[Problem]]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Approval(), [Problem(f"the approval cannot be read: {error}", str(path))]
    texts, days = ("version", "owner", "approved_by"), ("approved_on", "review_by")
    problems = [
        Problem(f"unknown key '{key}'", str(path), did_you_mean(key, (*texts, *days)))
        for key in values
        if key not in {*texts, *days}
    ]
    problems += [
        Problem(f"'{key}' is not text", str(path), f'write {key} = "…"')
        for key in texts
        if not isinstance(values.get(key, ""), str)
    ]
    problems += [
        Problem(f"'{key}' is not a date", str(path), f"write {key} = 2026-12-31, without quotes")
        for key in days
        if key in values and type(values[key]) is not date
    ]
    return (Approval() if problems else Approval(**values)), problems


def _approval_warnings(approval: Approval, today: date | None) -> list[str]:
    warnings = []
    if not approval.approved_by:
        warnings.append("the class map has not been approved by the organisation (clause 7.1)")
    if today is not None and approval.review_by is not None and approval.review_by < today:
        warnings.append(f"the review of the class map was due by {approval.review_by} (clause 7.1)")
    return warnings


def _duplicates(rules: Sequence[Rule]) -> list[Problem]:
    first: dict[str, Rule] = {}
    problems = []
    for rule in rules:
        earlier = first.setdefault(rule.pattern, rule)
        if earlier is not rule:
            remedy = "keep the one that is right"
            problems.append(
                Problem(f"'{rule.pattern}' is listed twice", f"{earlier.where} and {rule.where}", remedy)
            )
    return problems


def _table(rules: Sequence[Rule]) -> pl.DataFrame:
    return pl.DataFrame([asdict(rule) for rule in rules], schema=_RULES_SCHEMA)
