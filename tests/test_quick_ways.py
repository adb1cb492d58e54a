"""Quick ways of reading lines find what the slow ones find, whatever the lines hold."""

from __future__ import annotations

import time
from dataclasses import replace

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from netaudit.definitions.format_files import load_formats
from netaudit.ingest import columns, key_values
from netaudit.ingest.signatures import bearing, bearing_any

LAYOUT = next(one for one in load_formats() if one.name == "umbrella-proxy").layouts[0]
BITS = st.sampled_from(['"', '""', '"a b"', '"a,b"', "a", "b c", "-", "\t", "\\", "'", "é", "#", "\x00", "\x1f", ""])
KEYS = st.sampled_from(
    [" ", "a=", "b=", " a=", " b=", '"', '"x y"', '"x"', "\\", "x", ",", "<1>", "é", "\t", "]", ";", "=", "\x1f"]
)


@given(
    st.lists(st.lists(st.one_of(BITS, st.just("SEPARATOR")), max_size=9).map("".join), min_size=1, max_size=12),
    st.sampled_from([" ", ",", "\t", ";", "|"]),
    st.integers(1, 4),
    st.integers(0, 3),
    st.booleans(),
)
def test_columns_by_the_reader_are_those_by_groups(
    lines: list[str], separator: str, number: int, optional: int, extra: bool
) -> None:
    names = [f"name{place}" for place in range(number)]
    layout = replace(LAYOUT, separator=separator, cells={}, optional=min(optional, number - 1), extra=extra)
    text = pl.Series("line", lines, dtype=pl.String).str.replace_all("SEPARATOR", separator, literal=True)
    found = columns.read_columns(text, names, layout, names)
    pattern, groups = columns._pattern(tuple(names), layout, frozenset(names))
    slow = columns._by_groups(text, pattern, groups)
    assert found.fill_null("").equals(slow.fill_null(""))
    claimed = pl.any_horizontal(pl.all().is_not_null())
    assert found.select(claimed).equals(slow.select(claimed))


NAMES = ("a", "b", "eightlet", "eightlets", "a_name_of_more_than_16")
PAIRS = st.builds(
    "{}={}".format,
    st.sampled_from([*NAMES, "c", "eightlef", "a_name_of_more_than_17", "x_name_of_more_than_16"]),
    st.sampled_from(
        ["", "1", "twelve_bytes", "thirteen_byte", '""', '"x"', '"; a b; "', '"a=1 b=2"', "a=b", "é", '"é à"']
    ),
)


@given(
    st.lists(
        st.one_of(
            st.lists(st.one_of(KEYS, PAIRS), max_size=12).map("".join),
            st.builds("{}{}{}".format, KEYS, st.lists(PAIRS, max_size=8).map(" ".join), KEYS),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_keys_of_plain_lines_are_those_of_any_line(lines: list[str]) -> None:
    text = pl.Series("line", lines, dtype=pl.String)
    marked = key_values._marked(text.str.replace_all("\x1f", " "), " ", quotes=True, gives="=")
    slow = marked.to_frame("marked").select(
        key_values._unquoted(key_values._value_of(key, "=")).alias(key) for key in sorted(NAMES)
    )
    expected = key_values._without_contradictions(slow, marked, "=")
    assert key_values.read_keys(text, " ", set(NAMES)).equals(expected)


def test_signatures_together_cost_no_more_than_one_by_one() -> None:
    signatures = [one.signature for one in load_formats()]
    lines = pl.Series(
        [f"CEF:0|Example|Proxy|{n}|x|y|1|src=192.0.2.1 request=http://a.example/{n} " * 3 for n in range(2000)]
    )
    spent = []
    for find in (lambda: [bearing(lines, one) for one in signatures], lambda: [bearing_any(lines, signatures)]):
        began = time.process_time()
        found = find()
        spent.append(time.process_time() - began)
        assert pl.select(pl.any_horizontal(found)).to_series().all()
    assert spent[1] < spent[0] * 2
