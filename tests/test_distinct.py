"""Distinct values and their places, for texts and for categories."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.contracts import distinct as module
from netaudit.contracts.distinct import Distinct, places

KINDS = (pl.String, pl.Categorical)
texts = st.lists(st.one_of(st.none(), st.sampled_from(["", "a", "b", "a b", "é", "x" * 40]), st.text(max_size=3)))


@pytest.mark.parametrize("kind", KINDS)
@given(given_texts=texts)
@settings(max_examples=100, deadline=None)
def test_values_are_distinct_and_rows_lead_back_to_them(kind: type[pl.DataType], given_texts: list[str | None]) -> None:
    distinct = Distinct(pl.Series("text", given_texts, dtype=kind))
    assert sorted(distinct.values.to_list()) == sorted({text for text in given_texts if text is not None})
    assert distinct.spread(distinct.values).to_list() == given_texts


def test_texts_come_in_the_order_of_their_first_rows() -> None:
    assert Distinct(pl.Series(["b", None, "a", "b", "c", "a"])).values.to_list() == ["b", "a", "c"]


def test_texts_that_share_a_hash_are_not_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    everything_is_alike = np.zeros(4, np.uint32)
    monkeypatch.setattr(module, "_first_alike", lambda _: everything_is_alike)
    column = pl.Series(["a", "b", "c", "a"])
    distinct = Distinct(column)
    assert sorted(distinct.values.to_list()) == ["a", "b", "c"]
    assert distinct.spread(distinct.values).to_list() == column.to_list()


@given(st.lists(st.integers(0, 6)))
def test_the_first_row_with_the_same_hash_is_found(numbers: list[int]) -> None:
    # all of them end alike, so that they want the same slot
    hashes = np.array([number << 40 for number in numbers], np.uint64)
    assert module._first_alike(hashes).tolist() == [numbers.index(number) for number in numbers]


def test_places_are_counted_among_the_numbers_that_there_are() -> None:
    found, place = places(np.array([7, 2, 7, 4]), 9)
    assert found.tolist() == [2, 4, 7]
    assert place[[7, 2, 7, 4]].tolist() == [2, 0, 2, 1]
