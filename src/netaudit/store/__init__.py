"""Tables at rest, encrypted; and the ledger that says which files are live."""

from netaudit.store.archive import CLASS_MAPS, POLICIES, Archive, is_beginning_of_hash, read_kept, zipped
from netaudit.store.ledger import LEDGER_FILE, Ledger, stored_places
from netaudit.store.tables import Commit, Store

__all__ = [
    "CLASS_MAPS",
    "LEDGER_FILE",
    "POLICIES",
    "Archive",
    "Commit",
    "Ledger",
    "Store",
    "is_beginning_of_hash",
    "read_kept",
    "stored_places",
    "zipped",
]
