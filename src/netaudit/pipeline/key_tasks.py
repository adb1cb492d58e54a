"""What `netaudit keys` does: say which keys there are, destroy some, wrap them anew."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

from netaudit.definitions.configuration import Configuration
from netaudit.errors import InputError, Problem, StoreError
from netaudit.pipeline.stores import KEYS_OF_PERIOD, keys_folder, store_folder
from netaudit.protect import KeyState, Rewrapped, destroy, is_name_of_table, key_states, rewrap, wrapping_key
from netaudit.store import stored_places


def is_of_case(period: str) -> bool:
    """Return whether what keys are listed under is a case, whose name they seal, and no week.

    >>> is_of_case("F-7KQ2M9XWTB"), is_of_case("2026-W11"), is_of_case("runs")
    (True, False, False)
    """
    return period.startswith("F-")


def list_keys(configuration: Configuration, out: Path) -> list[KeyState]:
    """Return what is known of every key, without using one, by period and table.

    Raises:
        StoreError: there is no key folder, or others could read it.
    """
    folder = _existing(keys_folder(configuration, out))
    return key_states(folder, _stored(configuration, out))


def destroy_keys(
    configuration: Configuration, out: Path, period: str, tables: Collection[str], today: date, *, rehearse: bool
) -> list[tuple[str, str]]:
    """Destroy keys of a week and return them, by table and period; tables that are forgotten already are not named.

    Args:
        configuration: may say where store and keys are.
        out: where they are if it does not.
        period: the week.
        tables: of it; none means all.
        today: the day that is written down.
        rehearse: only say what would be destroyed.

    Raises:
        InputError: a name that no table can have.
        StoreError: no such keys, or they are in use.
    """
    strange = [Problem(f"'{table}' is no name of a table", "--table", "see: netaudit keys list") for table in tables
               if not is_name_of_table(table)]  # fmt: skip
    if strange:
        raise InputError(strange)
    folder = _existing(keys_folder(configuration, out))
    return destroy(folder, period, tables, _stored(configuration, out), today, rehearse=rehearse)


def rewrap_keys(configuration: Configuration, out: Path, descriptor: int | None, path: Path | None) -> Rewrapped:
    """Wrap all keys by a new wrapping key, which a descriptor or a file holds.

    Raises:
        StoreError: there is no new wrapping key, keys open with neither, or they are in use.
    """
    new = wrapping_key(descriptor, path)
    if new is None:
        remedy = "give it: --new-key-fd N, NETAUDIT_NEW_KEY_FD or NETAUDIT_NEW_KEY_FILE"
        raise StoreError(Problem("there is no new wrapping key", "", remedy))
    old = wrapping_key(configuration.key_descriptor, configuration.key_file)
    return rewrap(_existing(keys_folder(configuration, out)), old, new)


def _stored(configuration: Configuration, out: Path) -> set[tuple[str, str]]:
    """Return tables and periods under whose keys something lies, and keys of no table that periods need."""
    places = stored_places(store_folder(configuration, out))
    there = {(one.table, one.period) for one in key_states(keys_folder(configuration, out), ())}
    return places | {
        (names[0], period)
        for names, needed_by in KEYS_OF_PERIOD.items()
        for table, period in places
        if table in needed_by and not any((name, period) in there for name in names)
    }


def _existing(folder: Path) -> Path:
    if not folder.exists():
        remedy = "name the folder that `run --out` wrote to with --out, or the configuration with --config"
        raise StoreError(Problem("there is no key folder", str(folder), remedy))
    return folder
