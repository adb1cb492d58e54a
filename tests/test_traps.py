"""Hosts and URLs that are easily taken for something else; `traps.csv` says what each is, and why."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from netaudit.definitions.categories import categories_folder, load_class_map
from netaudit.definitions.policies import load_policy
from netaudit.pipeline.sites import look_up

TRAPS = pl.read_csv(Path(__file__).with_name("traps.csv"), comment_prefix="# ")
FOUND = look_up(TRAPS["input"], load_class_map(categories_folder()), load_policy("leeds", [], "Europe/London"))


@pytest.mark.parametrize("row", range(TRAPS.height), ids=TRAPS["input"].to_list())
def test_what_each_is(row: int) -> None:
    trap, found = TRAPS.row(row, named=True), FOUND.row(row, named=True)
    assert (found["category"], found["shielded"]) == (trap["expected"], trap["shielded"] == "yes"), trap["why"]
    assert (found["use"] == "shielded") is found["shielded"]
