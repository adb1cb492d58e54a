"""What netaudit reads of real lines agrees with an independent reading, or the difference has been looked at."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from oracle_comparison import Make, compare, is_reviewed, log_paths, our_values, reviewed, table
from shared_material import needs_shared

MODULES = sorted(path.stem for path in Path(__file__).parent.glob("oracle_*.py") if path.stem != "oracle_comparison")
MAKES = tuple(make for name in MODULES for make in importlib.import_module(name).MAKES)
LEAST_AGREEMENT = 0.95  # of one source; a few lines may be all that there is

pytestmark = needs_shared
each_make = pytest.mark.parametrize("make", MAKES, ids=lambda one: one.name)


@each_make
def test_values_agree_with_the_oracle(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    compared = list(compare(make))
    with capsys.disabled():
        print(f"\n{make.name}\n{table(compared)}")
    entries = reviewed(make)
    wrong = [one for one in compared if not one.agrees]
    unseen = [one for one in wrong if not is_reviewed(one, entries)]
    assert unseen == []
    assert len(compared) > 0
    assert 1 - len(wrong) / len(compared) >= LEAST_AGREEMENT
    stale = [entry for entry in entries if not any(is_reviewed(one, [entry]) for one in wrong)]
    assert stale == [], "these disagreements are gone: take them off the list"
    assert all(entry["reason"].strip() for entry in entries)


@each_make
def test_every_line_of_every_sample_is_accounted_for(make: Make) -> None:
    for path in log_paths(make):
        values, rejects, lines = our_values(path)
        data = path.read_bytes()
        assert lines == data.count(b"\n") + (not data.endswith(b"\n"))
        assert len(values) + len(rejects) <= lines
