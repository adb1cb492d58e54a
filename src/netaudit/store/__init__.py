"""Tables at rest, encrypted; and the ledger that says which files are live."""

from netaudit.store.archive import Archive, read_kept
from netaudit.store.ledger import LEDGER_FILE, Ledger
from netaudit.store.tables import Commit, Store

__all__ = ["LEDGER_FILE", "Archive", "Commit", "Ledger", "Store", "read_kept"]
