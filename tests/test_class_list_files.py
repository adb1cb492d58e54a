"""Class lists as files: what a line may look like, and that the quick reading misses no fault."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.categorise import categorise
from netaudit.definitions import patterns
from netaudit.definitions.categories import ClassMap, categories_folder, load_class_map
from netaudit.definitions.list_files import read_lists
from netaudit.definitions.patterns import LIST_COLUMNS, with_rules

HEADER = "pattern,site,role,note\n"


def lines(folder: Path, text: str, name: str = "news.csv") -> tuple[pl.DataFrame, list[str]]:
    path = folder / name
    path.write_bytes(text.encode())
    rows, problems = read_lists([path], LIST_COLUMNS)
    return rows, [f"{problem.what} {problem.where.rpartition('/')[2]}" for problem in problems[path]]


def test_cells_quotes_comments_and_missing_cells(tmp_path: Path) -> None:
    rows, problems = lines(
        tmp_path,
        "\ufeff# heading\r\n\r\n" + HEADER + "a.example\r\n"
        "# b.example,,,\r\n"
        '  c.example , site.example,asset,"one, ""two"""\r\n'
        "   \r\n"
        "d.example,,,\r\n",
    )
    assert problems == []
    assert rows.select(LIST_COLUMNS).rows() == [
        ("a.example", "", "", ""),
        ("c.example", "site.example", "asset", 'one, "two"'),
        ("d.example", "", "", ""),
    ]
    assert [where.rpartition(":")[2] for where in rows["where"]] == ["4", "6", "8"]
    assert set(rows["list"]) == {"news"}


@pytest.mark.parametrize("quoted", ["", '"x",,,\n'])
def test_a_line_with_too_many_cells_is_told_and_left_out(tmp_path: Path, quoted: str) -> None:
    rows, problems = lines(
        tmp_path, HEADER + "a.example,,,,\nb.example,,,note, and more, and more\nc.example\n" + quoted
    )
    assert problems == ["5 cells, not 4 news.csv:2", "6 cells, not 4 news.csv:3"]
    assert rows["pattern"].to_list() == ["c.example", *(["x"] if quoted else [])]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "the header is not complete news.csv:1"),
        ("pattern,site\n", "the header is not complete news.csv:1"),
        ("# only a comment\n", "the header is not complete news.csv:1"),
        ('\n"pattern",sight,role,note\n', "column 2 is unknown news.csv:2"),
        (
            HEADER + '"' + "x" * 200_000 + '"\n',
            "the list cannot be read: field larger than field limit (131072) news.csv",
        ),
    ],
)
def test_a_list_that_cannot_be_read_has_no_rows(tmp_path: Path, text: str, fault: str) -> None:
    rows, problems = lines(tmp_path, text)
    assert (rows.height, problems) == (0, [fault])


def test_lists_are_read_together_and_their_faults_kept_apart(tmp_path: Path) -> None:
    paths = [tmp_path / "dating.csv", tmp_path / "none.csv", tmp_path / "news.csv"]
    paths[0].write_text(HEADER + "a.example\nb.example,,,,\n")
    paths[2].write_text(HEADER + "c.example\n")
    rows, problems = read_lists(paths, LIST_COLUMNS)
    assert rows.select("list", "pattern").rows() == [("dating", "a.example"), ("news", "c.example")]
    assert [len(problems[path]) for path in paths] == [1, 1, 0]


# What patterns are made of, and what breaks them.
_TEXT = st.text(alphabet="aZ0-_./=*:? #\x01\x7fü\t\n", max_size=12)
_PATTERN = st.one_of(
    _TEXT, st.sampled_from(["", "=", "a.b", "a.b/", "a.example/c"]).flatmap(lambda s: _TEXT.map(s.__add__))
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(_PATTERN, _TEXT, st.sampled_from(["", "page", "asset", "Asset"])), min_size=1, max_size=40))
def test_no_fault_escapes_the_quick_test(rows: list[tuple[str, str, str]]) -> None:
    frame = pl.DataFrame(
        [(*row, "", "news", f"news.csv:{number}") for number, row in enumerate(rows)],
        schema=[*LIST_COLUMNS, "category", "where"],
        orient="row",
    )
    found = with_rules(frame)[1]
    for number, (pattern, site, role) in enumerate(rows):
        wanted = [what for what, _ in patterns._faults(pattern, site, role)]
        told = [problem.what for problem in found.get(number, ())]
        assert told == wanted or (not wanted and told == [f"'{pattern}' is a public suffix or an address"])


# --- What the rules say of a host does not depend on the other hosts ----------------------------------------


@pytest.fixture(scope="module")
def class_map() -> ClassMap:
    return load_class_map(categories_folder())


def test_a_part_of_a_public_suffix_has_a_registered_domain_with_or_without_its_host(class_map: ClassMap) -> None:
    part = pl.DataFrame({"url_domain": ["www.nhs.uk"], "url_path": ["/conditions/asthma/"]})
    host = part.with_columns(url_path=pl.lit(None, pl.String))
    together = categorise(pl.concat([host, part]), class_map)["url_registered_domain"].to_list()
    assert together == ["www.nhs.uk", "www.nhs.uk"]
    assert categorise(part, class_map)["url_registered_domain"].to_list() == ["www.nhs.uk"]
