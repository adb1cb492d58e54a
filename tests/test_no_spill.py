"""Polars may put on disk what does not fit into memory; names are in it, so it must not."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

BUDGET = "POLARS_OOC_DISK_BUDGET_MB"


@pytest.mark.parametrize("wish", [None, "100000"])
@pytest.mark.parametrize("first", ["netaudit", "netaudit.cli", "netaudit.pipeline", "netaudit.ingest"])
def test_polars_is_forbidden_to_spill_before_it_is_imported(first: str, wish: str | None) -> None:
    """Whatever the environment says: the variable is read when Polars starts, so it must be set by then."""
    environment = {name: value for name, value in os.environ.items() if name != BUDGET}
    environment |= {BUDGET: wish} if wish else {}
    program = f"""
import os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "polars":
            print(os.environ.get("{BUDGET}"))
sys.meta_path.insert(0, Watch())
import {first}
print("polars" in sys.modules, os.environ["{BUDGET}"])
"""
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    *seen, at_the_end = done.stdout.split("\n")[:-1]
    assert all(one == "0" for one in seen), done.stdout
    assert at_the_end.endswith(" 0")
    assert first == "netaudit" or seen == ["0"]
