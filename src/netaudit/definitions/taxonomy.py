"""The classes of site: what each means, which clause names it, and the examples that prove it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from netaudit.definitions.toml_files import did_you_mean, read_what_is_toml
from netaudit.errors import Problem

# Classes the code itself hands out; a taxonomy without them could not be used.
INTERNAL = "internal"
UNCATEGORISED = "uncategorised"
UNCATEGORISED_IP = "uncategorised_ip"
BUILT_IN = (INTERNAL, UNCATEGORISED, UNCATEGORISED_IP)

_TEXTS = ("id", "title", "definition", "nature")
_FLAGS = ("special", "accusatory", "business", "safeguarding", "nameless")
_LISTS = ("clauses", "subject", "examples", "counter_examples")
_KEYS = (*_TEXTS, *_FLAGS, *_LISTS, "ocsf")


@dataclass(frozen=True, slots=True)
class Category:
    """One class of site."""

    id: str
    title: str  # plain English, for reports
    definition: str  # one sentence
    nature: Literal["human", "machine"]  # machine: never a person's visit
    clauses: tuple[str, ...] = ()  # of the Leeds policy
    special: bool = False  # shielded: visiting it reveals health, belief, opinion …
    accusatory: bool = False  # to be named in connection with it is grave
    business: bool = False  # what people work with
    safeguarding: bool = False  # visiting it can mean that somebody is in danger; a manager may be the danger
    nameless: bool = False  # no site of it is named: so many of its names tell more that a missing name would, too
    subject: tuple[str, ...] = ()  # special classes that say nothing new about these sites, if others say them
    ocsf: int | None = None  # OCSF `url.category_ids`
    examples: tuple[str, ...] = ()  # hosts or URLs that belong here
    counter_examples: tuple[str, ...] = ()  # hosts or URLs that look as if they did, and do not


def read_taxonomy(path: Path) -> tuple[Mapping[str, Category], list[Problem]]:
    """Return the categories of a taxonomy file by id, with every fault found in it.

    Source: OCSF 1.x `url` object, attribute `category_ids`.
    """
    document, problems = read_what_is_toml(path)
    if problems:
        return {}, problems
    problems = [
        Problem(f"unknown key '{key}'", str(path), "a taxonomy holds [[category]] entries only")
        for key in document
        if key != "category"
    ]
    entries = document.get("category")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return {}, [*problems, Problem("there is no [[category]]", str(path), "add one entry for each class")]
    categories: dict[str, Category] = {}
    for number, entry in enumerate(entries, start=1):
        category_id = entry.get("id")
        where = f"{path}: [[category]] {number} ({category_id})"
        faults = _faults(entry, where)
        if not faults and category_id in categories:
            faults.append(Problem(f"category '{category_id}' is defined twice", where, "remove one of them"))
        problems += faults
        if not faults:
            categories[category_id] = _category(entry)
    problems += [
        Problem(f"category '{needed}' is missing", str(path), "it is given by the program itself: define it")
        for needed in BUILT_IN
        if needed not in categories and not problems
    ]
    problems += [
        Problem(f"'subject' names an unknown class '{name}'", f"{path}: {one.id}", did_you_mean(name, list(categories)))
        for one in categories.values()
        for name in one.subject
        if name not in categories and not problems
    ]
    return categories, problems


def _category(entry: Mapping[str, object]) -> Category:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    return Category(**values)  # type: ignore[arg-type]  # _faults has looked at every key and type


def _faults(entry: Mapping[str, object], where: str) -> list[Problem]:
    problems = [Problem(f"unknown key '{key}'", where, did_you_mean(key, _KEYS)) for key in entry if key not in _KEYS]
    problems += [
        Problem(f"'{key}' is missing or is not text", where, f'write {key} = "…"')
        for key in _TEXTS
        if not isinstance(entry.get(key), str) or not entry[key]
    ]
    problems += [
        Problem(f"'{key}' is not true or false", where) for key in _FLAGS if not isinstance(entry.get(key, False), bool)
    ]
    for key in _LISTS:
        value = entry.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            problems.append(Problem(f"'{key}' is not a list of texts", where, f'write {key} = ["…"]'))
    if not isinstance(entry.get("ocsf", 0), int):
        problems.append(Problem("'ocsf' is not a number", where))
    if entry.get("nature") not in (None, "human", "machine"):
        problems.append(Problem(f"nature is '{entry['nature']}'", where, "it is 'human' or 'machine'"))
    return problems
