"""Where store and keys lie, and how they are opened together: everything that reads or writes them comes here."""

from __future__ import annotations

from pathlib import Path

from netaudit.definitions.configuration import Configuration
from netaudit.errors import Problem, StoreError
from netaudit.pipeline.days import EVENTS_TABLE, VISITS_TABLE
from netaudit.protect import EARLIER_PAGES, PAGES, PSEUDONYMS, Keyring, wrapping_key
from netaudit.store import LEDGER_FILE, Store

# Keys that encrypt no table (or any of several), and the tables without which a week needs them no more.
KEYS_OF_PERIOD = {(PSEUDONYMS,): (EVENTS_TABLE, VISITS_TABLE), (PAGES, EARLIER_PAGES): (EVENTS_TABLE,)}


def store_folder(configuration: Configuration, out: Path) -> Path:
    """Return where the store of a configuration lies."""
    return configuration.store_folder or out / "store"


def keys_folder(configuration: Configuration, out: Path) -> Path:
    """Return where the keys of a configuration lie."""
    return configuration.keys_folder or out / "keys"


def has_store(configuration: Configuration, out: Path) -> bool:
    """Return whether there is a store."""
    return (store_folder(configuration, out) / LEDGER_FILE).is_file()


def require_store(configuration: Configuration, out: Path) -> None:
    """Refuse to look where there is no store: that nothing is found there would pass for an answer.

    Raises:
        StoreError: there is none.
    """
    if not has_store(configuration, out):
        remedy = "name the folder that `run --out` wrote to with --out, or the configuration with --config"
        raise StoreError(Problem("there is no store", str(store_folder(configuration, out)), remedy))


def open_store(configuration: Configuration, out: Path, *, whole: bool = False) -> Store:
    """Return the store, open, with its keys; who opens it closes it.

    Args:
        configuration: may say where store and keys are, and where the key comes from that wraps them.
        out: where they are if it does not.
        whole: refuse a store that lacks a key, with all keys that it lacks; otherwise only what is read needs its own.

    Raises:
        StoreError: store or keys cannot be used.
    """
    wrapping = wrapping_key(configuration.key_descriptor, configuration.key_file)
    keyring = Keyring(keys_folder(configuration, out), wrapping)
    try:
        store = Store(store_folder(configuration, out), keyring)
    except BaseException:
        keyring.close()
        raise
    missing = store.missing_keys(KEYS_OF_PERIOD) if whole else []
    if missing:
        store.close()
        raise StoreError(missing)
    return store
