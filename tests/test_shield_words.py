"""Words in host names that raise the shield: what they catch, what they must leave, and what a broken file is told."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from imported_data import write_import
from shared_material import SHARED, needs_shared

from netaudit.categorise import categorise
from netaudit.cli import main
from netaudit.definitions.categories import ClassMap, categories_folder, load_class_map
from netaudit.definitions.misspelt import Misspelt, one_apart
from netaudit.definitions.special_words import WordGroup, readable
from netaudit.errors import DefinitionError
from netaudit.pipeline.class_maps import keep, load_kept_map, packed
from netaudit.store import Archive

CLASS_MAP = load_class_map(categories_folder())
LETTERS = st.sampled_from("abcdefghijklmnopqrstuvwxyz-")
GROUP = '[[words]]\ncategory = "special_helpline"\nwhole = ["helpline"]\n'
EXAMPLES = 'examples = ["a-helpline.example"]\ncounter_examples = ["helplines.example"]\n'


def decided(hosts: list[str], class_map: ClassMap = CLASS_MAP) -> pl.DataFrame:
    return categorise(pl.DataFrame({"url_domain": hosts}).with_columns(url_path=pl.lit(None, pl.String)), class_map)


def with_words(folder: Path, text: str) -> ClassMap:
    (folder / "special_words.toml").write_text(text)
    return load_class_map(categories_folder(), [folder])


@pytest.mark.parametrize("number", range(len(CLASS_MAP.special_words.groups)))
def test_examples_are_decided_as_they_say(number: int) -> None:
    group = CLASS_MAP.special_words.groups[number]
    for host in group.examples:
        assert group.found_in(host), host
    for host in group.counter_examples:
        assert not group.found_in(host), host
    if not group.within:
        assert decided(list(group.examples))["shielded"].all()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GROUP, "there is no example or no counter-example"),
        (GROUP.replace("helpline", "news") + EXAMPLES, "'category' is not the id of a special class"),
        (GROUP.replace('"helpline"', '"Help-Line"') + EXAMPLES, "'Help-Line' in whole is not a word"),
        (GROUP.replace('["helpline"]', "[]") + EXAMPLES, "there are no words"),
        (GROUP + 'within = ["newss"]\n' + EXAMPLES, "unknown class 'newss' in within"),
        (GROUP + EXAMPLES.replace("a-helpline", "a-hotline"), "no word is in 'a-hotline.example'"),
        (GROUP + EXAMPLES.replace("helplines", "my-helpline"), "'helpline' is in 'my-helpline.example'"),
        ('wrappers = ["goog"]\n', "'goog' in wrappers is not the end of host names"),
        ('shortest_misspelt = "8"\n', "'shortest_misspelt' is not a whole number"),
        ("word = 1\n", "unknown key 'word'"),
    ],
)
def test_faults_of_the_words(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(DefinitionError) as error:
        with_words(tmp_path, text)
    assert fault in str(error.value)
    assert "special_words.toml" in str(error.value)


def test_an_organisations_own_words_stand_instead(tmp_path: Path) -> None:
    own = with_words(tmp_path, GROUP + EXAMPLES)
    assert own.sha256 != CLASS_MAP.sha256
    found = decided(["the-helpline.example", "samaritans-leeds.example", "samaritens.org"], own)
    assert found["shielded"].to_list() == [True, False, False]


def test_a_kept_class_map_has_its_words(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    own = with_words(tmp_path / "own", GROUP + EXAMPLES)
    keep(packed(own), Archive(tmp_path))
    path = next(tmp_path.rglob(f"{own.sha256}.zip"))
    again, _ = load_kept_map(path, None)
    assert again.special_words == own.special_words
    assert again.sha256 == own.sha256


def test_explain_names_the_word_and_the_remedy() -> None:
    def explained(host: str) -> str:
        return CliRunner().invoke(main, ["categories", "explain", host]).output

    said = explained("samaritans-leeds.example")
    assert "the word 'samaritans' in its name tells of Helplines (special_helpline): special_words.toml" in said
    assert "an override, is believed before such words" in said
    assert "its name is almost that of a site that is shielded" in explained("samaritens.org")
    assert "its name is withheld: all such sites of the class are shown as one" in explained("www.jdate.com")
    assert "special_words" not in explained("www.bbc.co.uk")


def test_a_blank_stands_for_a_sign_or_none() -> None:
    group = WordGroup("special_trade_union", whole=("trade union",), other=("trade union street",))
    found = ["trade-union.example", "tradeunion.example", "trade.union.example", "a-tradeunion-b.example"]
    assert all(group.found_in(host) for host in found)
    left = ["tradeunions.example", "fairtradeunion.example", "trade-union-street.example"]
    assert not any(group.found_in(host) for host in left)


def test_what_is_no_punycode_is_left_alone() -> None:
    assert readable("xn--.example") == "xn--.example".replace("xn--", "")
    assert readable("xn--\u00e9.example") == "xn--\u00e9.example"
    assert readable("xn--99999999999999.example").endswith(".example")


# --- Names with a letter wrong ---------------------------------------------------------------------------------------


def distance(one: str, other: str) -> int:
    """Return the edit distance, a swap of neighbours counted as one, by the textbook."""
    rows = [[max(i, j) if not i or not j else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            costs = [rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (one[i - 1] != other[j - 1])]
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                costs.append(rows[i - 2][j - 2] + 1)
            rows[i][j] = min(costs)
    return rows[-1][-1]


@settings(max_examples=200, deadline=None)
@given(st.text(LETTERS, min_size=7, max_size=12), st.data())
def test_one_letter_apart_is_what_the_textbook_says(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name)))
    middle = data.draw(st.text(LETTERS, max_size=2))
    other = name[:place] + middle + name[place + data.draw(st.integers(0, 2)) :]
    if name != other:
        assert one_apart(name, other) is (distance(name, other) == 1)
    known = Misspelt.of(pl.Series([f"{name}.example", "something-else.example"]), 8)
    like = known.like(pl.Series([f"{other}.example"]))[0]
    wanted = len(name) >= 8 and distance(name, other) == 1 and name[:1] == other[:1] and other != "something-else"
    assert (like == name) is wanted


@pytest.mark.parametrize("host", ["w\u043emensaid.org.uk", "macmill\u0430n.org.uk", "christiana\u00edd.org.uk"])
def test_a_foreign_letter_is_a_wrong_one(host: str) -> None:
    coded = host.encode("idna").decode()
    assert coded.startswith("xn--")
    assert decided([coded])["shielded"].to_list() == [True]


def test_an_empty_list_finds_nothing() -> None:
    hosts = pl.Series(["samaritens.org", "", None])
    for known in (Misspelt(), Misspelt.of(pl.Series([], dtype=pl.String), 8), Misspelt.of(pl.Series(["a.example"]), 0)):
        assert known.like(hosts).to_list() == [None] * 3


# --- Against names of the world --------------------------------------------------------------------------------------


@needs_shared
def test_of_the_busiest_names_hardly_any_are_taken_for_special_by_their_name_alone() -> None:
    with gzip.open(SHARED / "categories" / "umbrella-top-100k-20260724.txt.gz", "rt") as stream:
        found = decided(stream.read().split())
    unknown = found.filter(pl.col("category") == "uncategorised")
    assert unknown.height > 30_000
    assert unknown["shielded"].sum() < unknown.height / 1000
    assert found["withheld"].sum() < found.height / 1000


@needs_shared
def test_words_find_special_sites_that_no_list_knows_and_hardly_any_others(tmp_path: Path) -> None:
    """The lists are left out: what the words alone make of labelled domains."""
    (tmp_path / "taxonomy.toml").write_bytes((categories_folder() / "taxonomy.toml").read_bytes())
    (tmp_path / "special_words.toml").write_bytes((categories_folder() / "special_words.toml").read_bytes())
    alone = load_class_map(tmp_path)
    with (SHARED / "categories" / "oracle_gold.csv").open(newline="") as stream:
        labelled = [(row["domain"], row["category"]) for row in csv.DictReader(stream)]
    found = decided([domain for domain, _ in labelled], alone)["shielded"].to_list()
    special = [hit for (_, category), hit in zip(labelled, found, strict=True) if category.startswith("special_")]
    plain = [hit for (_, category), hit in zip(labelled, found, strict=True) if not category.startswith("special_")]
    assert sum(special) >= 0.2 * len(special)
    assert sum(plain) <= 0.003 * len(plain)


def test_help_is_no_offence_whatever_lists_that_others_made_say(tmp_path: Path) -> None:
    rows = [
        ("gamblinghelpline.example", "gambling"),
        ("muslimsingles.example", "dating"),
        ("plain.example", "gambling"),
    ]
    for name in ("first", "second"):
        write_import(tmp_path, name, rows)
    found = decided([host for host, _ in rows], load_class_map(categories_folder(), imports=tmp_path))
    assert found["shielded"].to_list() == [True, False, False]
    assert found["site"].to_list()[1:] == ["Dating (name withheld)", "plain.example"]
    assert found["category"].to_list()[1:] == ["dating", "gambling"]
