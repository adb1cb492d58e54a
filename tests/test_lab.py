"""A working day of real browsers behind a real proxy, whose truth is known: how far we may be off it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from shared_material import SHARED, needs_shared

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks" / "lab"))
SET_A = SHARED / "lab" / "setA"


@pytest.fixture(scope="module")
def figures() -> dict[tuple[str, bool], dict[str, float]]:
    import score_set  # noqa: PLC0415  (a script, not a package)

    modes = ("connect_only", "intercepted")
    return {(mode, ext): score_set.score(SET_A / mode, ext=ext)[0] for mode in modes for ext in (False, True)}


@needs_shared
@pytest.mark.parametrize("ext", [False, True])
@pytest.mark.parametrize(("mode", "mean_error", "f1"), [("connect_only", 8, 0.85), ("intercepted", 8, 0.85)])
def test_minutes_are_near_the_truth(figures, mode, mean_error, f1, ext) -> None:
    found = figures[mode, ext]
    assert found["people"] == 12
    assert found["mean_error"] <= mean_error
    assert found["f1"] >= f1


@needs_shared
@pytest.mark.parametrize("ext", [False, True])
@pytest.mark.parametrize("mode", ["connect_only", "intercepted"])
def test_nobody_is_accused_of_a_blocked_class_and_the_one_hour_rule_is_decided_right(figures, mode, ext) -> None:
    found = figures[mode, ext]
    assert found["false_blocked_classes"] == 0
    assert found["missed_blocked_classes"] == 0
    assert found["hours_right"] >= 11
    assert found["in_range"] >= 10
