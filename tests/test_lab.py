"""A working day of real browsers behind a real proxy, whose truth is known: how far the whole audit may be off it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from shared_material import SHARED, needs_shared

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks" / "lab"))
SET_A = SHARED / "lab" / "setA"
MODES = ("connect_only", "intercepted")
BOTH = pytest.mark.parametrize(("mode", "ext"), [(mode, ext) for mode in MODES for ext in (False, True)])
# Strict: whoever meets what is asked for takes this away.
NOT_YET = pytest.mark.xfail(reason="silent reading makes ranges of tunnels wide", strict=True)


@pytest.fixture(scope="module")
def figures() -> dict[tuple[str, bool], dict[str, float]]:
    import score_set  # noqa: PLC0415  (a script, not a package)

    return {(mode, ext): score_set.score(SET_A / mode, ext=ext)[0] for mode in MODES for ext in (False, True)}


@needs_shared
@BOTH
def test_every_line_is_used(figures, mode, ext) -> None:
    assert figures[mode, ext]["rejects"] == 0


@needs_shared
@BOTH
def test_minutes_are_near_the_truth(figures, mode, ext) -> None:
    found = figures[mode, ext]
    assert found["people"] == 12
    assert found["mean_error"] <= 4
    assert found["f1"] >= 0.90


@needs_shared
@BOTH
def test_nobody_is_accused_of_what_they_did_not_do(figures, mode, ext) -> None:
    found = figures[mode, ext]
    assert found["false_blocked_classes"] == 0
    assert found["missed_blocked_classes"] == 0
    assert found["false_findings"] == 0
    assert found["findings"] > 0


@needs_shared
@BOTH
def test_the_one_hour_rule_is_decided_right(figures, mode, ext) -> None:
    assert figures[mode, ext]["hours_right"] == 12


@needs_shared
@BOTH
def test_the_truth_lies_in_the_range(figures, mode, ext) -> None:
    assert figures[mode, ext]["in_range"] >= 10


@needs_shared
@pytest.mark.parametrize("ext", [False, True])
@pytest.mark.parametrize("mode", [pytest.param("connect_only", marks=NOT_YET), "intercepted"])
def test_ranges_are_narrow_enough_to_be_useful(figures, mode, ext) -> None:
    assert figures[mode, ext]["useful"] >= 10


@needs_shared
@BOTH
def test_hardly_anything_is_proven_that_was_not(figures, mode, ext) -> None:
    """A tenth of a minute is what clocks may differ by."""
    assert figures[mode, ext]["most_proven_too_much"] <= 0.1
