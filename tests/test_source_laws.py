"""Laws of reading foreign lists: nothing raises, nothing vanishes, and what comes out is a pattern as ours are."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from source_lists import adapter, adds_up, read

from netaudit.definitions.list_sources import LINE_SYNTAXES, SYNTAXES
from netaudit.definitions.patterns import WHOLE_SUFFIX_NOTE, with_rules
from netaudit.sources.line_syntaxes import names_of
from netaudit.sources.names import named
from netaudit.sources.origins import is_archive
from netaudit.sources.quarantine import skeleton
from netaudit.sources.reasons import REASONS
from netaudit.sources.texts import line_count, lines_of

COLUMNS = {"pattern": "url", "class": "class"}
# Bytes that mean something to one of the syntaxes are more often there than chance would have it.
WORDS = r"""example.org co.uk 192.0.2.1 0.0.0.0 || ^ $third-party @@ ## address=/ /# local-zone: static include: full:
    @ads &x url,class ,a " {"list": [ ]} *. * :// :80 /path ?q xn-- . .. - _ # ü"""
ODD = [b"\n", b"\r\n", b"\r", b"\0", b" ", b"\t", b"\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"a" * 70]
PIECES = st.sampled_from([*WORDS.encode().split(), *ODD])
CONTENT = st.lists(PIECES | st.binary(max_size=12), max_size=40).map(b"".join)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["a.example", "*.b.example"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["list", "type", "domain", "categories", "urls", "serviceArea", "blocked_services", "rules", "id"]
            )
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("syntax", LINE_SYNTAXES)
@settings(max_examples=100, deadline=None)
@given(content=CONTENT)
def test_any_bytes_are_read_and_every_line_is_told_of(syntax: str, content: bytes) -> None:
    lines = lines_of(content)
    assert line_count(content) == len(lines)
    found = names_of(lines, syntax)
    assert len(found) >= len(lines)
    assert found.select((pl.col("text").is_null() ^ pl.col("reason").is_null()).all()).item()
    patterns = named(found)
    assert patterns.select((pl.col("pattern").is_null() ^ pl.col("reason").is_null()).all()).item()
    assert set(patterns.get_column("reason").drop_nulls()) <= set(REASONS)


@pytest.mark.parametrize("syntax", [name for name in SYNTAXES if name not in LINE_SYNTAXES])
@settings(max_examples=60, deadline=None)
@given(content=CONTENT | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_of_any_syntax_add_up(syntax: str, content: bytes) -> None:
    assume(not is_archive(content))  # which is refused
    more = {"columns": COLUMNS} if syntax == "csv" else {}
    classes = {"a": "gambling", "made_up": "news"}
    source = adapter(syntax, classes, **more, **({"class_of": "source"} if syntax == "misp" else {}))
    path = "x/a/domains" if syntax == "squidguard" else "data/a"
    reading = read(source, {path: content})
    assert adds_up(reading)
    assert set(reading.unused) <= set(REASONS)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=30) | st.from_regex(r"\A[a-z.:/*-]{1,30}\Z"), min_size=1, max_size=20))
def test_what_is_read_is_a_pattern_as_ours_are(texts: list[str]) -> None:
    frame = pl.DataFrame(
        {
            "text": [text.replace("\ud800", "") for text in texts],
            "exact": [index % 2 == 0 for index in range(len(texts))],
        },
        schema={"text": pl.String, "exact": pl.Boolean},
    ).with_columns(reason=pl.lit(None, pl.String))
    patterns = named(frame).filter(pl.col("pattern").is_not_null()).select("pattern")
    as_listed = {"site": pl.lit(""), "role": pl.lit(""), "category": pl.lit("x"), "where": pl.lit("here")}
    _, problems = with_rules(patterns.with_columns(**as_listed, note=pl.lit(WHOLE_SUFFIX_NOTE)))
    assert problems == {}


@settings(deadline=None)
@given(st.text(max_size=20))
def test_a_pattern_that_was_read_is_read_as_itself(text: str) -> None:
    once = (
        named(names_of(pl.Series("line", [text.strip()], dtype=pl.String), "plain")).get_column("pattern").drop_nulls()
    )
    again = named(names_of(once.alias("line"), "plain")).get_column("pattern")
    assert again.to_list() == once.to_list()


@settings(deadline=None)
@given(st.text(max_size=40))
def test_the_likeness_of_anything_can_be_told(text: str) -> None:
    assert isinstance(skeleton(f"xn--{text}"), str)
