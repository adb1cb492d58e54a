"""What the command line brings into memory before it has been told what to do."""

from __future__ import annotations

import subprocess
import sys

# Each takes as long to import as a policy takes to read, and most runs need none of them.
NOT_NEEDED = {"holidays", "idna", "pyarrow", "requests", "tldextract", "urllib3"}


def test_nothing_large_is_imported_without_need() -> None:
    code = "import sys, netaudit.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "polars" in loaded
    assert set(loaded) & NOT_NEEDED == set()
