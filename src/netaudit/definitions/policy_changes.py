"""Settings of a policy, tried in place of its own: `time.lunch=12:00-13:30`, `rule.core_time.limit_minutes=30`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from typing import Any, NamedTuple

from netaudit.definitions.toml_files import did_you_mean
from netaudit.definitions.toml_tables import Tables
from netaudit.errors import InputError, Problem

# Lists of tables, and by what each table in them is known.
ENTRY_NAMES: Mapping[str, str] = {"rule": "rule_id", "excuse": "category", "not_auditable": "bullet"}


class Change(NamedTuple):
    """One setting: where it stands in the policy, and its value."""

    path: tuple[str, ...]
    value: object


def read_changes(texts: Iterable[str], place: str) -> tuple[Change, ...]:
    """Return the settings of some texts such as `time.lunch=12:00-13:30`; the later one wins.

    Args:
        texts: dotted names, `=` and a value: a TOML value, a clock time, or plain words.
        place: where the texts come from, for messages.

    Raises:
        InputError: with every text that is none.
    """
    changes, problems = [], []
    for text in texts:
        name, equals, value = text.partition("=")
        path = tuple(part.strip() for part in name.split("."))
        if not equals or not all(path):
            problems.append(Problem(f"'{text}' is no setting", place, "write it as time.lunch=12:00-13:30"))
        else:
            changes.append(Change(path, _value(value.strip())))
    if problems:
        raise InputError(problems)
    return tuple(changes)


def changes_of(table: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return the settings of a TOML table, whether its names are nested or dotted and quoted."""
    return tuple(_flat(table, ()))


def with_changes(document: Mapping[str, Any], changes: Iterable[Change], tables: Tables) -> dict[str, Any]:
    """Return a policy's tables with some settings changed; what cannot be found goes to `tables.problems`."""
    changed = dict(document)
    for change in changes:
        changed = _with(changed, change.path, change.value, ".".join(change.path), tables)
    return changed


def _with(table: Mapping[str, Any], path: tuple[str, ...], value: object, name: str, tables: Tables) -> dict[str, Any]:
    first, rest = path[0], path[1:]
    inside = table.get(first)
    if not rest:
        return {**table, first: value}
    if isinstance(inside, list) and first in ENTRY_NAMES:
        return {**table, first: _with_entry(inside, ENTRY_NAMES[first], rest, value, name, tables)}
    return {**table, first: _with(inside if isinstance(inside, dict) else {}, rest, value, name, tables)}


def _with_entry(
    entries: list[Any], known_by: str, path: tuple[str, ...], value: object, name: str, tables: Tables
) -> list[Any]:
    """Return a list of tables of which the one of the given name has the setting."""
    names = [str(entry.get(known_by)) for entry in entries if isinstance(entry, dict)]
    if path[0] not in names or len(path) == 1:
        tables.fault(f"there is no setting '{name}'", "the settings to try", did_you_mean(path[0], names))
        return entries
    return [
        _with(entry, path[1:], value, name, tables)
        if isinstance(entry, dict) and str(entry.get(known_by)) == path[0]
        else entry
        for entry in entries
    ]


def _flat(table: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[Change]:
    for key, value in table.items():
        path = (*above, *key.split("."))
        if isinstance(value, dict):
            yield from _flat(value, path)
        else:
            yield Change(path, value)


def _value(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, KeyError):
        pass
    try:
        clock = time.fromisoformat(text)
    except ValueError:
        return text
    return text if clock.tzinfo else clock  # the end of 12:00-13:30 is no offset from UTC
