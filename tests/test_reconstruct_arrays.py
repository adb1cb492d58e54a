"""The searches in sorted arrays, each against the plain loop that it stands for."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.reconstruct.arrays import (
    distinct,
    instants_of,
    last_true,
    latest_elsewhere,
    lexical_order,
    lexical_places,
    next_true,
    numbered,
    running_count,
    running_maximum,
    sorted_places,
)
from netaudit.reconstruct.texts import matching, ranked

wide = st.integers(-(2**63), 2**63 - 1)
numbers = st.lists(st.integers(-5, 5) | wide, max_size=40)
flags = st.lists(st.booleans(), min_size=1, max_size=40)


def ints(values) -> np.ndarray:
    return np.array(values, dtype=np.int64)


@given(numbers)
def test_equal_keys_keep_their_order(values) -> None:
    expected = sorted(range(len(values)), key=lambda place: (values[place], place))
    assert sorted_places(ints(values)).tolist() == expected


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-2, 2) | wide, st.integers(0, 2)), max_size=40))
def test_several_keys_are_sorted_by_one_after_the_other(rows) -> None:
    keys = [ints([row[column] for row in rows]) for column in range(3)]
    expected = sorted(range(len(rows)), key=lambda place: (*rows[place], place))
    assert lexical_places(*keys).tolist() == expected
    order, tied = lexical_order(*keys)
    assert order.tolist() == expected
    assert tied.tolist() == [place for place, at in enumerate(expected) if rows.count(rows[at]) > 1]


@given(numbers)
def test_values_are_numbered_in_order(values) -> None:
    places, found = numbered(ints(values))
    assert found.tolist() == sorted(set(values)) == distinct(ints(values)).tolist()
    assert found[places].tolist() == values


def test_values_that_share_a_slot_of_the_table_are_told_apart() -> None:
    values = np.random.default_rng(1).integers(-(2**63), 2**63 - 1, 20_000, dtype=np.int64)  # some hundreds share one
    places, found = numbered(values)
    assert np.array_equal(found, np.unique(values))
    assert np.array_equal(found[places], values)


@given(flags)
def test_the_nearest_flag_before_and_after(values) -> None:
    array = np.array(values)
    places = range(len(values))
    assert last_true(array).tolist() == [max((p for p in range(at + 1) if values[p]), default=-1) for at in places]
    assert next_true(array).tolist() == [
        min((p for p in range(at, len(values)) if values[p]), default=len(values)) for at in places
    ]
    assert running_count(array).tolist() == [sum(values[: at + 1]) for at in places]


@given(st.lists(st.tuples(st.integers(-9, 9), st.booleans()), min_size=1, max_size=40))
def test_the_largest_so_far_begins_anew_with_each_group(rows) -> None:
    first = np.array([begins for _, begins in rows])
    first[0] = True
    expected: list[int] = []
    for (value, _), begins in zip(rows, first.tolist(), strict=True):
        expected.append(value if begins else max(expected[-1], value))
    assert running_maximum(ints([value for value, _ in rows]), first).tolist() == expected


@st.composite
def _visits(draw) -> list[tuple[int, int, int, bool, bool, bool]]:
    row = st.tuples(
        st.integers(0, 2), st.integers(0, 4), st.integers(0, 3), st.booleans(), st.booleans(), st.booleans()
    )
    return sorted(draw(st.lists(row, min_size=1, max_size=40)), key=lambda row: row[:2])


@given(_visits())
def test_the_latest_telling_one_on_another_site(rows) -> None:
    user, start, site = (ints([row[column] for row in rows]) for column in range(3))
    telling, in_order, wanted = (np.array([row[column] for row in rows]) for column in range(3, 6))
    asked = np.flatnonzero(wanted)
    expected = []
    for at in asked.tolist():
        found = [
            place
            for place in range(len(rows))
            if telling[place]
            and user[place] == user[at]
            and site[place] != site[at]
            and (place <= at if in_order[at] else start[place] <= start[at])
        ]
        expected.append(max(found, default=-1))
    instants = instants_of(user, start)
    assert latest_elsewhere(instants, site, telling, asked, in_order).tolist() == expected


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical])
@given(one=st.lists(st.none() | st.sampled_from(["b", "a", "ä", ""]), max_size=12))
def test_texts_are_ranked_in_their_order_and_null_comes_first(dtype, one) -> None:
    other = ["c", *reversed(one)][: len(one)]
    rows = np.arange(0, len(one), 2, dtype=np.uint32)
    ranks, names = ranked(rows, pl.Series(one, dtype=dtype), pl.Series(other, dtype=dtype))
    chosen = [[texts[row] or "" for row in rows] for texts in (one, other)]
    assert names.to_list() == sorted({"", *chosen[0], *chosen[1]})
    assert [names.gather(rank).to_list() for rank in ranks] == chosen
    assert sorted(matching(pl.Series(one, dtype=dtype), lambda text: text < "b")) == sorted(
        {text for text in one if text is not None and text < "b"}
    )
