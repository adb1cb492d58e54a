"""What netaudit reads of real lines agrees with an independent reading, or the difference has been looked at."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path

import pytest
from oracle_comparison import Compared, Make, compare, is_reviewed, log_paths, our_values, reviewed, table
from shared_material import needs_shared

MODULES = sorted(path.stem for path in Path(__file__).parent.glob("oracle_*.py") if path.stem != "oracle_comparison")
MAKES = tuple(make for name in MODULES for make in importlib.import_module(name).MAKES)
LEAST_AGREEMENT = 0.95  # of one source; a few lines may be all that there is
LEAST_AGREEMENT_OF_ALL = 0.99  # over all sources together

pytestmark = needs_shared
each_make = pytest.mark.parametrize("make", MAKES, ids=lambda one: one.name)


@cache
def compared_of(make: Make) -> tuple[Compared, ...]:
    """Return all values of a make that were compared: two tests want them."""
    return tuple(compare(make))


@each_make
def test_values_agree_with_the_oracle(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    compared = compared_of(make)
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


def test_values_of_all_makes_together_agree_with_the_oracles() -> None:
    compared = [one for make in MAKES for one in compared_of(make)]
    wrong = sum(not one.agrees for one in compared)
    assert 1 - wrong / len(compared) >= LEAST_AGREEMENT_OF_ALL


@each_make
def test_every_line_of_every_sample_is_accounted_for(make: Make) -> None:
    for path in log_paths(make):
        values, rejects, lines = our_values(path)
        data = path.read_bytes()
        assert lines == data.count(b"\n") + (not data.endswith(b"\n"))
        assert len(values) + len(rejects) <= lines
