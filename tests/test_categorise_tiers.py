"""Who is believed first, what is confirmed, what shields; and that looking up by hash finds what reading does."""

from __future__ import annotations

import time
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imported_data import Rows, keep_lists

from netaudit.categorise import categorise, votes_about
from netaudit.definitions.categories import ClassMap, categories_folder, load_class_map
from netaudit.definitions.tiers import TIERS
from netaudit.errors import DefinitionError

OVERRIDES = "pattern,category,reason,author,date,expires,ticket\n"
LIST = "pattern,site,role,note\n"


def class_map(folder: Path, imports: dict[str, tuple[str, Rows]] | None = None, **own: str) -> ClassMap:
    """Return the shipped classes with lists of these tests in place of shipped ones."""
    for name, text in own.items():
        (folder / f"{name}.csv").write_text((OVERRIDES if name == "overrides" else LIST) + text)
    kept = keep_lists(folder / "imports", imports or {})
    return load_class_map(categories_folder(), [folder], imports=kept)


def answer(url: str, lists: ClassMap) -> dict[str, object]:
    host, slash, path = url.partition("/")
    urls = pl.DataFrame(
        {"url_domain": [host], "url_path": ["/" + path if slash else None]},
        {"url_domain": pl.String, "url_path": pl.String},
    )
    return categorise(urls, lists).row(0, named=True)


# --- Tiers -------------------------------------------------------------------------------------------------

# The same name in lists of all tiers; each time the first that is left must win.
SAID = {
    "override": "property",
    "infrastructure": "infra_ads",
    "business": "business_supplier",
    "own": "sport",
    "curated": "news",
    "bulk": "travel",
}


@pytest.mark.parametrize("first", list(SAID))
def test_each_tier_is_believed_before_all_after_it(first: str, tmp_path: Path) -> None:
    # A name stands in one list of our own only, so of the own tiers one is asked at a time.
    there = list(SAID)[list(SAID).index(first) :]
    own = next((tier for tier in there if tier in ("infrastructure", "business", "own")), None)
    lists = class_map(
        tmp_path,
        {tier: (tier, [("a.site.example", SAID[tier])]) for tier in ("curated", "bulk") if tier in there},
        **({"overrides": "a.site.example,property,r,a,2026-01-01,,\n"} if "override" in there else {}),
        **({SAID[own]: "a.site.example,,,\n"} if own else {}),
    )
    found = answer("www.a.site.example", lists)
    assert (found["category"], found["category_tier"]) == (SAID[first], first)
    assert [vote for vote in TIERS if vote in votes_about("www.a.site.example", None, lists)["tier"].to_list()] == [
        tier for tier in there if tier not in ("infrastructure", "business", "own") or tier == own
    ]


@pytest.mark.parametrize("tier", ["curated", "bulk"])
def test_what_is_longer_wins_inside_a_tier_and_never_across(tier: str, tmp_path: Path) -> None:
    lists = class_map(
        tmp_path,
        {
            "theirs": (
                tier,
                [
                    ("site.example", "travel"),
                    ("a.site.example", "sport"),
                    ("=a.site.example", "news"),
                    ("site.example/b/", "property"),
                    ("www.ours.example", "travel"),
                    ("=www.ours.example", "travel"),
                    ("www.ours.example/x/", "travel"),
                ],
            )
        },
        review_sites="ours.example,,,\n",
    )
    wanted = {
        "site.example": "travel",
        "x.site.example": "travel",
        "x.a.site.example": "sport",
        "a.site.example": "news",
        "a.site.example/b/c": "property",
        "www.ours.example": "review_sites",
        "www.ours.example/x/y": "review_sites",
    }
    assert {url: answer(url, lists)["category"] for url in wanted} == wanted


def test_our_own_exceptions_stand_beside_what_they_are_exceptions_to(tmp_path: Path) -> None:
    lists = class_map(
        tmp_path,
        business_supplier="works.example,,,\n",
        job_search="jobs.works.example,,,\nworks.example/vacancies/,,,\n",
        infra_cdn="=cdn.shop.example,,,\nedge.example,,,\n",
        shopping_auction="shop.example,,,\ncdn.shop.example/sale/,,,\nshop.edge.example,,,\n",
    )
    wanted = {
        "www.works.example": ("business_supplier", "business"),
        "a.jobs.works.example": ("job_search", "business"),
        "www.works.example/vacancies/1": ("job_search", "business"),
        "cdn.shop.example": ("infra_cdn", "infrastructure"),
        "cdn.shop.example/sale/1": ("shopping_auction", "infrastructure"),
        "www.shop.example": ("shopping_auction", "own"),
        "x.edge.example": ("infra_cdn", "infrastructure"),
        "x.shop.edge.example": ("shopping_auction", "infrastructure"),
    }
    found = {url: answer(url, lists) for url in wanted}
    assert {url: (one["category"], one["category_tier"]) for url, one in found.items()} == wanted


def test_no_import_is_heard_about_what_our_lists_know(tmp_path: Path) -> None:
    rows = [("www.leedsth.nhs.uk", "gambling"), ("=outlook.office365.com", "webmail"), ("x.nhs.uk/bets/", "gambling")]
    lists = class_map(tmp_path, {"one": ("curated", rows), "two": ("bulk", rows)})
    assert answer("www.leedsth.nhs.uk", lists)["category"] == "business_nhs"
    assert answer("outlook.office365.com", lists)["category"] == "business_m365"
    assert answer("x.nhs.uk/bets/1", lists)["category"] == "business_nhs"


def test_a_word_of_a_host_name_beats_what_is_imported(tmp_path: Path) -> None:
    lists = class_map(tmp_path, {"one": ("curated", [("ads.site.example", "gambling")])})
    found = answer("ads.site.example", lists)
    assert (found["category"], found["category_tier"]) == ("infra_analytics", "infrastructure")


def test_addresses_and_internal_names_are_what_their_form_says(tmp_path: Path) -> None:
    lists = class_map(tmp_path, {"one": ("curated", [("server01", "gambling"), ("10.1.2.3", "gambling")])})
    for host in ("server01", "10.1.2.3"):
        found = answer(host, lists)
        assert (found["category"], found["category_tier"], found["category_source"]) == ("internal", "internal", None)


@pytest.mark.parametrize("tier", ["curated", "bulk"])
def test_imported_machinery_below_a_site_of_ours_is_no_visit(tier: str, tmp_path: Path) -> None:
    rows = [
        ("dull.bank.example", "infra_tracker"),
        ("www.bank.example", "infra_tracker"),  # people open it, whatever they say
        ("bank.example", "infra_tracker"),
        ("known.bank.example", "infra_tracker"),  # our lists know the very host
        ("dull.works.example", "infra_tracker"),  # people's work stays work
        ("odd.bank.example", "gambling"),  # is no machinery
        ("deep.bank.example/x/", "infra_tracker"),
    ]
    lists = class_map(
        tmp_path,
        {"theirs": (tier, rows)},
        banking_finance="bank.example,,,\nknown.bank.example,,,\nbank.example/loans/,,,\n",
        business_supplier="works.example,,,\n",
    )
    wanted = {
        "dull.bank.example": ("infra_tracker", "infrastructure"),
        "x.dull.bank.example": ("infra_tracker", "infrastructure"),
        "dull.bank.example/loans/1": ("infra_tracker", "infrastructure"),
        "www.bank.example": ("banking_finance", "own"),
        "bank.example": ("banking_finance", "own"),
        "a.bank.example": ("banking_finance", "own"),
        "known.bank.example": ("banking_finance", "own"),
        "dull.works.example": ("business_supplier", "business"),
        "odd.bank.example": ("banking_finance", "own"),
    }
    found = {url: answer(url, lists) for url in wanted}
    assert {url: (one["category"], one["category_tier"]) for url, one in found.items()} == wanted
    assert found["dull.bank.example"]["site"] == "bank.example"


# --- Confirmed or not --------------------------------------------------------------------------------------


def test_one_bulk_list_alone_confirms_no_accusing_class(tmp_path: Path) -> None:
    bets, parent = ("bets.example", "gambling"), ("www.bets2.example", "gambling")
    lists = class_map(
        tmp_path,
        {
            "one": ("bulk", [bets, ("bets2.example", "gambling"), ("either.example", "gambling")]),
            "two": ("bulk", [parent, ("either.example", "dating"), ("paper.example", "news")]),
            "three": ("curated", [("bets3.example", "gambling")]),
        },
    )
    wanted = {
        "www.bets.example": ("gambling", False),
        "bets2.example": ("gambling", False),
        "www.bets2.example": ("gambling", True),  # both say so, each in its way
        "paper.example": ("news", True),  # accuses nobody
        "bets3.example": ("gambling", True),
        "nothing.example": ("uncategorised", True),
    }
    found = {url: answer(url, lists) for url in wanted}
    assert {url: (one["category"], one["category_confirmed"]) for url, one in found.items()} == wanted
    assert answer("either.example", lists)["category_confirmed"] is False


def test_lists_that_disagree_accuse_nobody(tmp_path: Path) -> None:
    rows = {"one": ("bulk", [("a.example", "gambling")]), "two": ("bulk", [("a.example", "travel")])}
    assert answer("a.example", class_map(tmp_path, rows))["category"] == "travel"


# --- Shields -----------------------------------------------------------------------------------------------


def test_shields_add_up_over_all_tiers_and_only_an_override_takes_one_away(tmp_path: Path) -> None:
    lists = class_map(
        tmp_path,
        {
            "one": ("bulk", [("site.example", "special_religion"), ("parish.nhs.uk", "special_religion")]),
            "two": ("bulk", [("clinic.nhs.uk", "special_health"), ("care.example", "special_health")]),
        },
        sport="site.example,,,\nwww.site.example,,,\n",
        business_supplier="care.example,,,\n",
        overrides="free.site.example,sport,r,a,2026-01-01,,\n",
    )
    wanted = {
        "www.site.example": ("sport", True),
        "free.site.example": ("sport", False),
        "parish.nhs.uk": ("business_nhs", True),
        "clinic.nhs.uk": ("business_nhs", False),  # that a hospital is about health says nothing new
        "care.example": ("business_supplier", True),
    }
    found = {url: answer(url, lists) for url in wanted}
    assert {url: (one["category"], one["shielded"]) for url, one in found.items()} == wanted


# --- What is kept ------------------------------------------------------------------------------------------


def test_a_list_that_was_changed_or_is_missing_is_refused_by_name(tmp_path: Path) -> None:
    folder = keep_lists(tmp_path, {name: ("bulk", [("a.example", "news")]) for name in ("one", "two", "three")})
    (folder / "lists" / "one.parquet").write_bytes(b"something else")
    (folder / "lists" / "two.parquet").unlink()
    with pytest.raises(DefinitionError) as caught:
        load_class_map(categories_folder(), imports=folder)
    first, second = caught.value.problems
    assert (first.where, second.where) == (
        str(folder / "lists" / "one.parquet"),
        str(folder / "lists" / "two.parquet"),
    )
    assert "netaudit categories import" in first.remedy


def test_a_damaged_register_is_one_message(tmp_path: Path) -> None:
    for text in ("", "[]", '{"sources": {"one": {}}}', '{"sources": {"one": 7}}'):
        (tmp_path / "live.json").write_text(text)
        with pytest.raises(DefinitionError, match="damaged"):
            load_class_map(categories_folder(), imports=tmp_path)


def test_a_class_that_is_gone_from_the_taxonomy_is_told(tmp_path: Path) -> None:
    folder = keep_lists(tmp_path, {"one": ("bulk", [("a.example", "no_such_class")])})
    with pytest.raises(DefinitionError, match="no_such_class"):
        load_class_map(categories_folder(), imports=folder)


def test_the_hash_of_the_map_knows_every_version_and_tier(tmp_path: Path) -> None:
    rows: Rows = [("a.example", "news")]
    maps = [
        class_map(tmp_path),
        class_map(tmp_path, {"one": ("bulk", rows)}),
        class_map(tmp_path, {"one": ("curated", rows)}),
        class_map(tmp_path, {"two": ("bulk", rows)}),
        class_map(tmp_path, {"one": ("bulk", [*rows, ("b.example", "news")])}),
    ]
    assert len({one.sha256 for one in maps}) == len(maps)


# --- The look-up itself ------------------------------------------------------------------------------------

_LABELS = st.sampled_from(["a", "b", "c", "x-y"])
_HOSTS = st.lists(_LABELS, min_size=2, max_size=4).map(".".join)
_PATHS = st.lists(_LABELS, max_size=3)
_PATTERNS = st.one_of(
    _HOSTS,
    _HOSTS.map("={}".format),
    st.tuples(_HOSTS, _PATHS.filter(bool)).map(lambda both: f"{both[0]}/{'/'.join(both[1])}/"),
)


def matches(pattern: str, host: str, path: list[str]) -> bool:
    """Return what the words of the manual say, one pattern at a time."""
    if pattern.startswith("="):
        return host == pattern[1:]
    name, slash, wanted = pattern.partition("/")
    if not f".{host}".endswith(f".{name}"):
        return False
    segments = wanted.strip("/").split("/") if slash else []
    return path[: len(segments)] == segments


@settings(deadline=None, max_examples=150)
@given(patterns=st.sets(_PATTERNS, max_size=12), urls=st.lists(st.tuples(_HOSTS, _PATHS), min_size=1, max_size=8))
def test_looking_up_finds_what_reading_every_pattern_finds(
    patterns: set[str], urls: list[tuple[str, list[str]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = [(pattern, "travel") for pattern in sorted(patterns)]
    lists = load_class_map(
        categories_folder(), imports=keep_lists(tmp_path_factory.mktemp("lists"), {"one": ("bulk", rows)})
    )
    found = categorise(
        pl.DataFrame(
            {"url_domain": [host for host, _ in urls], "url_path": ["/" + "/".join(path) for _, path in urls]}
        ),
        lists,
    )
    for (host, path), match in zip(urls, found["category_match"], strict=True):
        every = {pattern for pattern in patterns if matches(pattern, host, path)}
        assert set(votes_about(host, "/" + "/".join(path), lists)["pattern"]) == every
        assert (match in every) if every else match is None
        with_path = {pattern for pattern in every if "/" in pattern}
        exact = {pattern for pattern in every if pattern.startswith("=")}
        best = with_path or exact or every
        assert match is None or match in best
        assert match is None or len(match.partition("/")[0]) == max(len(one.partition("/")[0]) for one in best)


def test_a_key_that_stands_for_several_texts_finds_only_the_right_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = pl.Series.hash
    # all texts of one length collide
    monkeypatch.setattr(pl.Series, "hash", lambda texts, seed: hashed(texts.str.len_bytes(), seed))
    lists = class_map(
        tmp_path,
        {"one": ("bulk", [("aaa.example", "news"), ("bbb.example", "travel"), ("ccc.example/x/", "sport")])},
    )
    wanted = {
        "aaa.example": "news",
        "bbb.example": "travel",
        "ccc.example": "uncategorised",
        "ccc.example/x/1": "sport",
        "ccc.example/y/1": "uncategorised",
        "ddd.example": "uncategorised",
    }
    assert {url: answer(url, lists)["category"] for url in wanted} == wanted


def test_a_million_and_a_half_patterns_and_two_hundred_thousand_hosts_take_a_second_each(tmp_path: Path) -> None:
    numbers = pl.int_range(1_500_000, eager=True)
    rows = pl.DataFrame({"pattern": "n" + (numbers * 7919 % 15_485_863).cast(pl.String) + ".example"})
    folder = keep_lists(tmp_path, {"one": ("bulk", rows.with_columns(category=pl.lit("news")))})
    hosts = pl.DataFrame(
        {"url_domain": [f"www.n{number}.example" for number in range(200_000)], "url_path": None}
    ).cast(pl.String)
    taken: dict[str, list[float]] = {"load": [], "look up": []}
    for _ in range(12):  # the quickest tells what it takes; the others had to share the machine
        begun = time.process_time()
        lists = load_class_map(categories_folder(), imports=folder)
        assert lists.index.hosts.keys.size > 1_500_000
        loaded = time.process_time()
        found = categorise(hosts, lists)["category"].value_counts()
        taken["load"].append(loaded - begun)
        taken["look up"].append(time.process_time() - loaded)
        if all(min(seconds) < 1 for seconds in taken.values()):
            break
    assert found.filter(category="news")["count"].item() > 10_000
    assert {what: min(seconds) < 1 for what, seconds in taken.items()} == {"load": True, "look up": True}, taken
