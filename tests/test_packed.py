"""Rows that wait are packed and come out as they were; slices follow from counts alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from netaudit.contracts import EVENTS
from netaudit.pipeline.buckets import BUCKETS, Slice, cut, heap_of, slices
from netaudit.pipeline.packed import Packed

whole_numbers = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.integers(-(2**31) - 1, 2**31))
texts = st.one_of(st.none(), st.sampled_from(["", "a", "b", "é"]))


@given(
    st.lists(st.tuples(whole_numbers, texts, st.one_of(st.none(), st.integers(0, 400)), st.booleans()), max_size=30),
    st.data(),
)
@settings(max_examples=200, deadline=None)
def test_a_table_comes_out_as_it_went_in(
    rows: list[tuple[int | None, str | None, int | None, bool]], data: st.DataObject
) -> None:
    start = datetime(2026, 3, 10, tzinfo=UTC)
    many = [None if code is None else f"host{code}.example" for _, _, code, _ in rows]
    table = pl.DataFrame(
        {
            "number": pl.Series([one for one, _, _, _ in rows], dtype=pl.Int64),
            "text": pl.Series([one for _, one, _, _ in rows], dtype=pl.Categorical),
            "many": pl.Series(many * 20 if many else [], dtype=pl.Categorical).head(len(rows)),
            "flag": pl.Series([one for _, _, _, one in rows], dtype=pl.Boolean),
            "moment": pl.Series(
                [start + timedelta(seconds=n) for n in range(len(rows))], dtype=pl.Datetime("us", "UTC")
            ),
            "file": pl.Series(["7"] * len(rows), dtype=pl.Categorical),
            "nothing": pl.Series([None] * len(rows), dtype=pl.Int64),
        }
    )
    packed = Packed.of(table)
    assert_frame_equal(packed.unpacked().select(table.columns), table)
    if rows:
        assert packed.value("file") == "7"
        assert len(rows) == 1 or {"file", "nothing"} & set(packed.rows.columns) == set()
        kept = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
        some = packed.of_rows(packed.rows.filter(pl.Series(kept, dtype=pl.Boolean)))
        assert_frame_equal(some.unpacked().select(table.columns), table.filter(pl.Series(kept, dtype=pl.Boolean)))


def test_more_values_than_a_byte_can_number_stay_as_they_are() -> None:
    names = [f"host{number}.example" for number in range(257)]
    table = pl.DataFrame({"host": pl.Series(names, dtype=pl.Categorical)})
    packed = Packed.of(table)
    assert packed.rows.schema["host"] == pl.Categorical
    assert_frame_equal(packed.unpacked(), table)
    assert Packed.of(table.head(256)).rows.schema["host"] == pl.UInt8


def events_of(owners: list[int]) -> pl.DataFrame:
    columns = {
        name: pl.Series([None] * len(owners), dtype=kind if kind != pl.String else pl.Categorical)
        for name, kind in EVENTS.schema.items()
    }
    hashes = np.array(owners, dtype=np.int64) - BUCKETS // 2
    columns["user_hash"] = pl.Series(hashes << 56, dtype=pl.Int64)
    columns["log_line"] = pl.Series(range(1, len(owners) + 1), dtype=pl.Int64)
    columns["log_file"] = pl.Series(["1"] * len(owners), dtype=pl.Categorical)
    return pl.DataFrame(columns).select(EVENTS.schema.names())


@given(st.lists(st.integers(0, BUCKETS - 1), min_size=1, max_size=300), st.integers(2, 80), st.integers(1, 4))
@settings(max_examples=150, deadline=None)
def test_slices_from_counts_are_those_that_cutting_the_rows_gives(owners: list[int], rows: int, pieces: int) -> None:
    """Two ways to one answer: the quick one must not change where a day is cut."""
    events = events_of(owners)
    cuts = np.array_split(np.arange(len(owners)), pieces)
    heaps = [heap_of(Packed.of(events[list(part)])) for part in cuts if len(part)]
    by_rows = dict(cut(iter([(Slice(), events)]), rows))
    by_counts = {one: pl.concat([heap.read(one) for heap in heaps]) for one in slices(heaps, rows)}
    assert list(by_rows) == list(by_counts)
    for one, part in by_rows.items():
        assert sorted(part["log_line"]) == sorted(by_counts[one]["log_line"])
    assert sum(part.height for part in by_counts.values()) == len(owners)
