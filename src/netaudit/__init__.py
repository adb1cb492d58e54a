"""Audits internet use from proxy logs: human time, not hits; pseudonyms, not names."""

import os

# Both libraries look at these when they are first imported. A log is read in pieces too small to be shared among
# threads: one takes an eighth less processor time, and on two cores hardly longer. No algebra is done here at all.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# What does not fit into memory must not be spilled to a temporary file: names are in it.
os.environ["POLARS_OOC_DISK_BUDGET_MB"] = "0"

__version__ = "0.1.0"
