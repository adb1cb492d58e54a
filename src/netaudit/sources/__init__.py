"""Foreign lists: read in whatever way they are written, guarded, and kept beside our own."""

from netaudit.sources.examples import check_source
from netaudit.sources.importing import ClassCount, Fetched, ImportReport, import_list
from netaudit.sources.settings import GuardSettings

__all__ = ["ClassCount", "Fetched", "GuardSettings", "ImportReport", "check_source", "import_list"]
