"""Adapters of foreign lists: those that ship are sound, and a broken one tells every fault with its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from netaudit.definitions.canaries import load_canaries
from netaudit.definitions.categories import categories_folder, load_class_map
from netaudit.definitions.list_source_files import load_list_sources, read_list_source
from netaudit.definitions.list_sources import ListSource
from netaudit.definitions.taxonomy import read_taxonomy
from netaudit.errors import DefinitionError, Problem
from netaudit.sources import check_source

FOLDER = categories_folder()
TAXONOMY, _ = read_taxonomy(FOLDER / "taxonomy.toml")
SHIPPED = load_list_sources([FOLDER], TAXONOMY)
SMALL = """
title = "Ours"
homepage = "https://lists.example/"
licence = "ours"
attribution = "IG team"
tier = "curated"
syntax = "plain"

[classes]
bets = "gambling"
"""


def write(folder: Path, text: str, name: str = "ours") -> Path:
    (folder / "sources").mkdir(exist_ok=True)
    path = folder / "sources" / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(path: Path) -> list[Problem]:
    with pytest.raises(DefinitionError) as caught:
        read_list_source(path, TAXONOMY)
    return list(caught.value.problems)


@pytest.mark.parametrize("source", SHIPPED.values(), ids=list(SHIPPED))
def test_adapters_that_ship_are_sound_and_hold_examples(source: ListSource) -> None:
    assert source.examples
    assert check_source(source) == []
    for example in source.examples:
        assert example.yields
    assert source.homepage.startswith("https://")


def test_the_sources_that_ship() -> None:
    assert set(SHIPPED) == {
        "adguard_services", "blocklistproject", "citizenlab", "easyprivacy", "hagezi", "lightswitch05",
        "m365_endpoints", "misp_microsoft365", "nextdns_services", "oisd", "shadowwhisperer", "stevenblack",
        "two_factor_directory", "ut1", "v2fly",
    }  # fmt: skip
    assert "NC" in SHIPPED["citizenlab"].licence
    assert "not for commercial use" in SHIPPED["citizenlab"].licence


def test_ut1_leaves_out_what_is_not_to_be_trusted() -> None:
    ut1 = SHIPPED["ut1"]
    assert ut1.tier == "bulk"
    left_out = {
        "jobsearch", "download", "doh", "chat", "liste_bu", "mixed_adult", "audio-video", "radio", "social_networks",
        "blog", "update", "agressif", "sect",
    }  # fmt: skip
    assert set(ut1.left_out) == left_out
    assert not left_out & ut1.classes.keys()


def test_no_adapter_takes_a_class_that_accuses_of_belief_or_opinion() -> None:
    for source in SHIPPED.values():
        assert not {"special_politics", "special_trade_union", "special_health"} & set(source.classes.values())


def test_a_small_adapter_is_enough(tmp_path: Path) -> None:
    source = read_list_source(write(tmp_path, SMALL), TAXONOMY)
    assert (source.name, source.classes, source.stale_after_days) == ("ours", {"bets": "gambling"}, 30)


def test_an_overlay_adds_and_replaces_by_name(tmp_path: Path) -> None:
    write(tmp_path, SMALL)
    write(tmp_path, SMALL.replace("Ours", "Our choice of UT1"), "ut1")
    found = load_list_sources([FOLDER, tmp_path], TAXONOMY)
    assert list(found) == sorted([*SHIPPED, "ours"])
    assert found["ut1"].title == "Our choice of UT1"
    assert found["v2fly"] == SHIPPED["v2fly"]


def test_five_mistakes_at_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        SMALL.replace('tier = "curated"', 'tier = "curatd"\nstale_after_days = 0\nlicense = "x"').replace(
            'bets = "gambling"', 'bets = "gambeling"\nother = "uncategorised"'
        )
        + '[expected]\nbet = 3\n[must_have]\ndating = ["a.example"]\n[known_wrong]\n"co.uk" = ""\n',
    )
    told = [(problem.what, problem.remedy) for problem in problems_of(path)]
    assert told == [
        ("unknown key 'license'", "did you mean 'licence'?"),
        ("unknown tier 'curatd'", "did you mean 'curated'?"),
        ("stale_after_days is 0", "write 1 to 3660"),
        ("unknown category 'gambeling'", "did you mean 'gambling'?"),
        ("unknown category 'uncategorised'", told[4][1]),
        ("'bet' is not in classes", "leave it out"),
        ("'dating' is no category that classes lead to", "leave it out"),
        ("'co.uk' has no reason", "write 'co.uk' = \"why its rows are wrong\""),
        ("'co.uk' is a public suffix or an address", "name a site"),
    ]
    assert all(str(path) in problem.where for problem in problems_of(path))


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (('title = "Ours"\n', ""), "'title' is missing"),
        (('title = "Ours"', 'title = ""'), "title is empty"),
        (('title = "Ours"', "title = 3"), "'title' is not text"),
        (('syntax = "plain"', 'syntax = "plane"'), "unknown syntax 'plane'"),
        (('syntax = "plain"', 'syntax = "csv"'), "'columns' is missing"),
        (('syntax = "plain"', 'syntax = "plain"\nseparator = ";"'), "separator says nothing to syntax 'plain'"),
        (('syntax = "plain"', 'syntax = "plain"\nmodifiers = ["x"]'), "modifiers says nothing to syntax 'plain'"),
        (('syntax = "plain"', 'syntax = "v2fly"\nclass_of = "file"'), "class_of says nothing to syntax 'v2fly'"),
        (('syntax = "plain"', 'syntax = "plain"\nclass_of = "name"'), "unknown class_of 'name'"),
        (('syntax = "plain"', 'syntax = "plain"\nfiles = "a"'), "'files' is not a list"),
        (('syntax = "plain"', 'syntax = "plain"\nfiles = [""]'), "not a list of texts"),
        (('syntax = "plain"', 'syntax = "plain"\nmost_megabytes = 99999'), "most_megabytes is 99999"),
        (('syntax = "plain"', 'syntax = "squidguard"\nfiles = ["a"]'), "files says nothing to syntax 'squidguard'"),
        (('bets = "gambling"', ""), "'classes' is empty"),
        (('bets = "gambling"', "bets = 3"), "unknown category '3'"),
        (('bets = "gambling"', 'bets = "gambling"\n[left_out]\nbets = "no"'), "'bets' is taken and left out"),
        (('bets = "gambling"', 'bets = "gambling"\n[expected]\nbets = 0'), "'bets' is no number of rows"),
        (('bets = "gambling"', 'bets = "gambling"\n[members]\nbet = ["x"]'), "'bet' is not in classes"),
        (('bets = "gambling"', 'bets = "gambling"\nb = "news"\n[members]\nbets = ["x"]'), "class 'b' has no files"),
        (
            ('bets = "gambling"', 'bets = "gambling"\n[must_have]\ngambling = ["a/b"]'),
            "the path of 'a/b' is not a prefix",
        ),
        (('bets = "gambling"', 'bets = "gambling"\n[must_have]\ngambling = ["A.example"]'), "has capital letters"),
        (('bets = "gambling"', 'bets = "gambling"\n[[example]]\nfiles = {}'), "'yields' is missing"),
        (
            ('bets = "gambling"', 'bets = "gambling"\n[[example]]\nfiles = {}\nyields = { "a.example" = "x" }'),
            "'a.example' yields an unknown category 'x'",
        ),
        (("[classes]", "[classes"), "not TOML"),
    ],
)
def test_each_mistake_is_named(tmp_path: Path, change: tuple[str, str], what: str) -> None:
    assert any(what in problem.what for problem in problems_of(write(tmp_path, SMALL.replace(*change))))


def test_a_name_that_is_none(tmp_path: Path) -> None:
    (problem,) = problems_of(write(tmp_path, SMALL, "Our List"))
    assert problem.what == "'Our List' is not a name of a source"


def test_faults_of_all_adapters_are_told_together(tmp_path: Path) -> None:
    write(tmp_path, SMALL.replace("plain", "plane"), "one")
    write(tmp_path, SMALL.replace("gambling", "bets"), "two")
    with pytest.raises(DefinitionError) as caught:
        load_list_sources([tmp_path], TAXONOMY)
    assert [Path(problem.where.partition(":")[0]).name for problem in caught.value.problems] == ["one.toml", "two.toml"]


def test_examples_that_are_not_so_are_told(tmp_path: Path) -> None:
    text = (
        SMALL
        + '[[example]]\nyields = { "a.example" = "gambling", "b.example" = "gambling" }\nunused = { "comment" = 2 }\n'
        + 'files = { "bets" = ["a.example", "c.example", "# x"] }\n'
        + '[[example]]\nyields = {}\nfiles = { "other" = ["a.example"] }\n'
    )
    told = [problem.what for problem in check_source(read_list_source(write(tmp_path, text), TAXONOMY))]
    assert told == [
        "'b.example' is not read, not gambling",
        "'c.example' is read as gambling",
        "other lines are unused than it says",
        "there is no list of ours in it",
    ]


# --- Canaries -------------------------------------------------------------------------------------------------


def test_the_canaries_that_ship_are_of_our_own_lists() -> None:
    canaries = load_canaries([FOLDER], TAXONOMY)
    assert {"business_nhs", "business_gov", "business_m365", "special_helpline"} <= canaries.classes.keys()
    assert {"bbc.co.uk", "nhs.uk", "gov.uk", "samaritans.org"} <= canaries.sites.keys()
    special = {name for name, one in TAXONOMY.items() if one.special}
    assert special <= {*canaries.classes, *canaries.doubtful}
    assert not canaries.classes.keys() & canaries.doubtful.keys()


def test_canaries_change_no_verdict(tmp_path: Path) -> None:
    without = Path(shutil.copytree(FOLDER, tmp_path / "categories"))
    (without / "canaries.toml").unlink()
    assert load_class_map(without).sha256 == load_class_map(FOLDER).sha256


def test_mistakes_in_canaries(tmp_path: Path) -> None:
    (tmp_path / "canaries.toml").write_text(
        '[classes]\nbusines_nhs = "x"\n[doubtful]\nnews = ""\n[sites]\n"BBC.co.uk" = "x"\n"a/b/" = "x"\n[site]\n'
    )
    with pytest.raises(DefinitionError) as caught:
        load_canaries([FOLDER, tmp_path], TAXONOMY)
    assert [problem.what for problem in caught.value.problems] == [
        "unknown key 'site'",
        "'news' has no reason",
        "unknown category 'busines_nhs'",
        "pattern 'BBC.co.uk' has capital letters",
        "'a/b/' is not a host name",
    ]


def test_the_last_folders_canaries_count(tmp_path: Path) -> None:
    (tmp_path / "canaries.toml").write_text('[sites]\n"ours.example" = "our own"\n')
    assert load_canaries([FOLDER, tmp_path], TAXONOMY).sites == {"ours.example": "our own"}
    assert load_canaries([tmp_path / "nowhere"], TAXONOMY).sites == {}
