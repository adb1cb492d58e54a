"""Tables at rest, encrypted; and the ledger that says which files are live."""

from netaudit.store.archive import CLASS_MAPS, POLICIES, Archive, is_beginning_of_hash, read_kept, zipped
from netaudit.store.ledger import LEDGER_FILE, Ledger, RecordedFile, last_run, stored_places
from netaudit.store.purging import (
    Inventory,
    LedgerFile,
    LedgerRun,
    remove,
    remove_empty,
    sole_use,
    take_inventory,
    take_out,
)
from netaudit.store.seal_files import SealFiles
from netaudit.store.sealed_files import read_sealed
from netaudit.store.tables import Commit, Store

__all__ = [
    "CLASS_MAPS",
    "LEDGER_FILE",
    "POLICIES",
    "Archive",
    "Commit",
    "Inventory",
    "Ledger",
    "LedgerFile",
    "LedgerRun",
    "RecordedFile",
    "SealFiles",
    "Store",
    "is_beginning_of_hash",
    "last_run",
    "read_kept",
    "read_sealed",
    "remove",
    "remove_empty",
    "sole_use",
    "stored_places",
    "take_inventory",
    "take_out",
    "zipped",
]
