"""Tables at rest, encrypted; and the ledger that says which files are live."""

from netaudit.store.ledger import Ledger
from netaudit.store.tables import Commit, Store

__all__ = ["Commit", "Ledger", "Store"]
