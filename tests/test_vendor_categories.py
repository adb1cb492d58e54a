"""What web filters say of sites: the tables, how a field is read, and when it is heard."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared_material import SHARED, needs_shared

from netaudit.categorise import check_vendor, judged, with_vendor
from netaudit.categorise.vendor import judge
from netaudit.definitions.categories import ClassMap, categories_folder, load_class_map
from netaudit.definitions.format_files import load_formats
from netaudit.definitions.tiers import RANK, TIERS, VENDOR
from netaudit.definitions.vendor_categories import VendorTable, normal_form
from netaudit.errors import DefinitionError
from netaudit.ingest import cut_at_records, detect, find_logs, parse_chunk

CLASS_MAP = load_class_map(categories_folder())
TABLES = {table.name: table for table in CLASS_MAP.vendors}
TABLE = """
name = "filter"
title = "A made-up filter"
reference = "its manual"
datasets = ["filter"]
separators = [";"]
ignored = ["Entertainment", "Internet Services"]

[classes]
"News and Media" = "news"
"Gambling" = "gambling"
"Games" = "online_games"
"Education" = "business_education"
"CDN" = "infra_cdn"
"Sports" = "sport"
"Health" = "special_health"
"Politics" = "special_politics"

[codes]
"11" = "Gambling"

[[example]]
said = "11"
category = "gambling"
"""


def table_of(folder: Path, text: str = TABLE, name: str = "filter") -> ClassMap:
    """Return the shipped classes with a table in a folder of one's own."""
    (folder / "vendors").mkdir(exist_ok=True)
    (folder / "vendors" / f"{name}.toml").write_text(text)
    return load_class_map(categories_folder(), [folder])


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[VendorTable, ClassMap]:
    class_map = table_of(tmp_path_factory.mktemp("own"))
    return class_map.vendor_by_dataset["filter"], class_map


# --- The shipped tables ------------------------------------------------------------------------------------


def test_the_tables_serve_these_datasets() -> None:
    assert {dataset: table.name for dataset, table in CLASS_MAP.vendor_by_dataset.items()} == {
        "bluecoat-proxysg": "bluecoat",
        "bluecoat-wss": "bluecoat",
        "cisco_wsa": "umbrella",
        "forcepoint-websense": "forcepoint",
        "fortigate": "fortiguard",
        "fortiproxy": "fortiguard",
        "paloalto": "paloalto",
        "paloalto-prisma": "paloalto",
        "sophos-sfos": "sophos",
        "sophos-swa": "sophos",
        "sophos-utm": "sophos",
        "umbrella-proxy": "umbrella",
        "zscaler-nss": "zscaler",
    }


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_examples_of_a_table_come_out_as_they_say(name: str) -> None:
    assert len(TABLES[name].examples) >= 5
    assert any(example.shielded for example in TABLES[name].examples)
    assert check_vendor(TABLES[name], CLASS_MAP) == []


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_word_says_what_its_table_says_in_every_spelling(name: str) -> None:
    table = TABLES[name]
    for word, known in [*((word, word) for word in (*table.classes, *table.ignored)), *table.codes.items()]:
        category = table.classes.get(known)
        special = category in CLASS_MAP.special_categories
        for spelling in (word, word.upper(), word.lower(), word.replace(" ", "_"), word.replace(" ", "%20")):
            found = judge(spelling, table, CLASS_MAP)
            assert found.unknown == (), spelling
            assert found.category == (None if special else category), spelling
            assert found.specials == ((category,) if special else ()), spelling


def test_words_that_say_too_much_at_once_are_ignored() -> None:
    for name, word in (
        ("zscaler", "Internet Services"),
        ("zscaler", "Entertainment"),
        ("fortiguard", "Entertainment"),
        ("forcepoint", "Social Web - Various"),
        ("bluecoat", "Adult/Mature Content"),
        ("umbrella", "Adult"),
        ("sophos", "Hacking"),
        ("paloalto", "low-risk"),
        ("fortiguard", "Shopping"),  # suppliers' shops, too
        ("zscaler", "Tasteless"),
        ("umbrella", "Freeware and Shareware"),
    ):
        assert word in TABLES[name].ignored
        assert judge(word, TABLES[name], CLASS_MAP) == (None, None, (), ())


def test_what_vendors_have_in_common_is_of_one_class() -> None:
    """A word that several filters use alike, and for which they are known to mean the same."""
    for words, category in (
        ({"zscaler": "Gambling", "fortiguard": "11", "paloalto": "gambling", "bluecoat": "Gambling"}, "gambling"),
        ({"zscaler": "NEWS_AND_MEDIA", "fortiguard": "36", "paloalto": "news", "bluecoat": "News/Media"}, "news"),
        ({"zscaler": "EMAIL_HOST", "fortiguard": "Web-based Email", "umbrella": "IW_mail"}, "webmail"),
        ({"forcepoint": "Personals and Dating", "sophos": "Personals & dating", "umbrella": "IW_date"}, "dating"),
        ({"zscaler": "Anonymizer", "fortiguard": "59", "sophos": "Anonymizers"}, "vpn_proxy"),
        ({"bluecoat": "File Storage/Sharing", "fortiguard": "24", "umbrella": "File Storage"}, "file_sharing"),
        ({"zscaler": "CDN", "fortiguard": "82", "sophos": "Content Delivery"}, "infra_cdn"),
    ):
        for name, word in words.items():
            assert judge(word, TABLES[name], CLASS_MAP).category == category, (name, word)
    for name, word in (("zscaler", "Health"), ("fortiguard", "33"), ("bluecoat", "37"), ("umbrella", "IW_hlth")):
        assert judge(word, TABLES[name], CLASS_MAP).specials == ("special_health",), (name, word)


@needs_shared
def test_words_in_real_logs_are_known_but_for_those_of_organisations() -> None:
    unknown: Counter[tuple[str, str]] = Counter()
    asked, formats = 0, load_formats()
    paths = [
        str(path)
        for vendor in ("bluecoat", "cisco", "forcepoint", "forti", "paloalto", "sophos", "umbrella", "zscaler")
        for path in (SHARED / "logs").glob(f"{vendor}*/*.log")
    ]
    for log in find_logs(paths, 10**9):
        found = detect(log.head(), formats)
        if found is None or found.name not in CLASS_MAP.vendor_by_dataset:
            continue
        table, header = CLASS_MAP.vendor_by_dataset[found.name], ""
        for chunk in islice(cut_at_records(log.chunks(), found.record_start), 1):
            read = parse_chunk(chunk, found, "UTC", "1", header)
            header = read.header
            for said in read.parsed["vendor_category"].drop_nulls().cast(pl.String):
                asked += 1
                unknown.update((table.name, word) for word in judge(said, table, CLASS_MAP).unknown)
    assert asked > 500
    theirs = {
        "bluecoat": "doNotAuth WhiteList samplewhitelist sample-data-Domains allowExternalStorage Office365 doNotCache "
        "missCategorizedURL DoNotSpeedBump FastwebRes_CallCntr skipAntiVirus Social-Media-Block-Exceptions "
        "Category1 Category2",
        "forcepoint": "9 84 220 222 755",  # numbers, which its table leaves to whoever knows them
        "paloalto": "Sekoia cybertech test",
        "zscaler": "UK_ALLOW_Pharmacies",
    }
    left = {(name, word) for name, word in unknown if word not in theirs.get(name, "").split()}
    assert left == {("zscaler", "SSL - DNI - Bypass")}


# --- How a field is read -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "category", "specials", "unknown"),
    [
        ("Gambling", "gambling", (), ()),
        ("Gambling;Gambling", "gambling", (), ()),
        ("Gambling;Games", "gambling", (), ()),  # both accuse: the first
        ("Games;Gambling", "online_games", (), ()),
        ("Gambling;News and Media", "news", (), ()),  # never the accusing one beside a harmless one
        ("News and Media;Gambling", "news", (), ()),
        ("Sports;News and Media", "sport", (), ()),
        ("Sports;Education", "business_education", (), ()),  # doubt goes to the person
        ("Gambling;Games;CDN", "infra_cdn", (), ()),
        ("Gambling;Entertainment", "gambling", (), ()),  # what says nothing is not harmless either
        ("Gambling;Ours", "gambling", (), ("Ours",)),
        ("Health", None, ("special_health",), ()),
        ("Gambling;Health;Politics;Health", "gambling", ("special_health", "special_politics"), ()),
        ("Entertainment", None, (), ()),
        ("", None, (), ()),
        (" ; ;-; ", None, (), ()),
        ("New Word", None, (), ("New Word",)),
    ],
)
def test_of_several_words_the_one_that_weighs_least_decides(
    made_up: tuple[VendorTable, ClassMap], said: str, category: str, specials: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    found = judge(said, *made_up)
    assert (found.category, found.specials, found.unknown) == (category, specials, unknown)


@given(
    st.lists(st.sampled_from(["Gambling", "Games", "11", "Sports", "Education", "Health", "Entertainment", "Other"]))
)
def test_nobody_is_accused_in_doubt_whatever_the_order(made_up: tuple[VendorTable, ClassMap], words: list[str]) -> None:
    table, class_map = made_up
    found = judge(";".join(words), table, class_map)
    accused = found.category in class_map.accusatory_categories
    assert accused == (bool({"Gambling", "Games", "11"} & set(words)) and not {"Sports", "Education"} & set(words))
    assert bool(found.specials) == ("Health" in words)
    assert found.unknown == ("Other",) * words.count("Other")


def test_names_may_hold_what_parts_words() -> None:
    said = "Conventions, Conferences and Trade Shows,Online Trading"
    assert judge(said, TABLES["umbrella"], CLASS_MAP).category == "banking_finance"
    assert judge("AllowList Chat (IM)/SMS News", TABLES["bluecoat"], CLASS_MAP).category == "instant_messaging"
    assert judge("Hacking/Proxy%20Avoidance", TABLES["bluecoat"], CLASS_MAP) == (None, None, (), ())


def test_half_a_name_of_an_organisations_own_accuses_nobody() -> None:
    found = judge("Gambling Commission;Our News", TABLES["bluecoat"], CLASS_MAP)
    assert (found.category, found.unknown) == ("news", ("Commission", "Our"))
    assert judge("Gambling;Our", TABLES["bluecoat"], CLASS_MAP).category == "gambling"


def test_a_field_of_rubbish_is_read_in_no_time() -> None:
    for said in (";" * 100_000, "a " * 50_000, "x;" * 50_000, "%ff\x00\u202e" * 1000):
        for table in TABLES.values():
            assert judge(said, table, CLASS_MAP).category is None


@given(st.text(max_size=40))
def test_any_text_has_a_normal_form_that_stays_as_it_is(text: str) -> None:
    form = normal_form(text)
    assert normal_form(form) in (form, normal_form(normal_form(form)))
    assert form == form.strip()


# --- When it is heard --------------------------------------------------------------------------------------


def heard(said: str, class_map: ClassMap = CLASS_MAP, table: str = "zscaler", **of_lists: object) -> dict[str, object]:
    """Return a place of which the lists say something, with what a filter says of it heard."""
    answer = {
        "category": "uncategorised",
        "category_match": None,
        "category_tier": "none",
        "category_source": None,
        "category_confirmed": True,
        "shielded": False,
        "site": "a.example",
        **of_lists,
    }
    text = ("category", "category_match", "category_tier", "category_source", "site")
    place = pl.DataFrame([answer], schema_overrides=dict.fromkeys(text, pl.String))
    sayings, _ = judged([said], TABLES[table], class_map)
    return with_vendor(place.hstack(sayings.get_columns()), f"vendor/{table}", class_map).row(0, named=True)


@pytest.mark.parametrize("tier", TIERS)
def test_the_filter_stands_between_curated_and_bulk_lists(tier: str) -> None:
    lists = {"category": "news", "category_tier": tier, "category_match": "a.example", "category_source": "lists"}
    found = heard("Gambling", **lists)
    if RANK[tier] > RANK[VENDOR]:
        assert found == {
            "category": "gambling",
            "category_match": "Gambling",
            "category_tier": "vendor",
            "category_source": "vendor/zscaler",
            "category_confirmed": True,
            "shielded": False,
            "site": "a.example",
        }
    else:
        assert found == {**lists, "category_confirmed": True, "shielded": False, "site": "a.example"}


def test_the_filter_confirms_what_one_bulk_list_says_and_what_it_ignores_stays_unconfirmed() -> None:
    alone = {"category": "gambling", "category_tier": "bulk", "category_source": "ut1", "category_confirmed": False}
    assert heard("Gambling", **alone)["category_confirmed"] is True
    for says_nothing in ("Entertainment", "", "OurOwn"):
        found = heard(says_nothing, **alone)
        assert (found["category"], found["category_source"], found["category_confirmed"]) == ("gambling", "ut1", False)
    disagrees = heard("News and Media", **alone)
    assert (disagrees["category"], disagrees["category_confirmed"]) == ("news", True)


@pytest.mark.parametrize("tier", TIERS)
def test_special_words_shield_in_every_tier_but_an_override(tier: str) -> None:
    assert heard("Health", category="news", category_tier=tier)["shielded"] is (tier != "override")
    assert heard("Health", category="news", category_tier=tier, shielded=True)["shielded"] is True
    # Without a list it is a word in the host's name that shields; the filter knows the host, and the name goes instead.
    assert heard("News and Media", category="news", category_tier=tier, shielded=True)["shielded"] is (tier != "none")


@pytest.mark.parametrize(
    ("category", "tier", "said", "shielded"),
    [
        ("business_nhs", "business", "Health", False),  # that a hospital is about health is no news
        ("business_clinical", "business", "Health", False),
        ("business_gov", "business", "Politics", False),
        ("business_nhs", "business", "Politics", True),
        ("business_nhs", "business", "Politics;Health", True),
        ("business_supplier", "business", "Health", True),
        ("news", "own", "Health", True),
        ("business_nhs", "curated", "Health", False),
        ("business_nhs", "bulk", "Health", True),  # what machines gathered takes no shield away
        ("uncategorised", "none", "Government;Politics", True),  # nor do the filter's own words
    ],
)
def test_the_subject_of_a_class_is_no_news(category: str, tier: str, said: str, shielded: bool) -> None:
    assert heard(said, category=category, category_tier=tier)["shielded"] is shielded


# --- Tables of one's own -----------------------------------------------------------------------------------


def test_a_table_of_ones_own_replaces_or_adds_and_changes_the_hash(tmp_path: Path) -> None:
    added = table_of(tmp_path)
    assert {*TABLES, "filter"} == {table.name for table in added.vendors}
    assert "vendors/filter.toml" in added.files
    assert added.sha256 != CLASS_MAP.sha256
    shipped = (categories_folder() / "vendors" / "zscaler.toml").read_text()
    replaced = table_of(tmp_path, shipped.replace('"Gambling" = "gambling"', '"Gambling" = "news"', 1), "zscaler")
    assert judge("Gambling", replaced.vendor_by_dataset["zscaler-nss"], replaced).category == "news"
    assert len(check_vendor(replaced.vendor_by_dataset["zscaler-nss"], replaced)) == 1
    assert replaced.sha256 != added.sha256


@pytest.mark.parametrize(
    ("old", "new", "what", "remedy"),
    [
        ('name = "filter"', 'name = "other"', "the table is not named as its file", 'write name = "filter"'),
        ('title = "A made-up filter"', "", "'title' is missing", "add title = …"),
        ("[codes]", "[kodes]", "unknown key 'kodes'", "did you mean 'codes'?"),
        (
            '"Sports" = "sport"',
            '"Sports" = "sports"',
            "'Sports' is in an unknown class 'sports'",
            "did you mean 'sport'?",
        ),
        ('"Sports" = "sport"', '"Sports" = 1', "'Sports' is not text", 'write "Sports" = "…"'),
        ('"Sports" = "sport"', '"GAMBLING" = "sport"', "'GAMBLING' and 'Gambling' are the same word", "keep the one"),
        ('["Entertainment", ', '["Gambling", ', "'Gambling' is there twice", "keep the one that is right"),
        ('["Entertainment", ', '["--", ', "'--' holds no letter or digit", "leave it out"),
        ('["Entertainment", ', "[7, ", "'ignored' is not a list of texts", 'write ignored = ["…"]'),
        ('[";"]', '["and"]', "a separator holds letters or digits", "write signs"),
        ('"11" = "Gambling"', '"11" = "Gamblin"', "code '11' stands for an unknown word 'Gamblin'", "'Gambling'?"),
        ('"11" = "Gambling"', '"news_and_media" = "Gambling"', "are the same word", "keep the one"),
        ('datasets = ["filter"]', 'datasets = "filter"', "'datasets' is not a list", "write datasets as a list"),
        ('datasets = ["filter"]', 'datasets = ["zscaler-nss"]', "dataset 'zscaler-nss' is served by", "with one table"),
        ('said = "11"', 'sad = "11"', "unknown key 'sad'", "did you mean 'said'?"),
        ('said = "11"', "", "'said' is missing", "add said = …"),
        ('category = "gambling"\n', 'category = "betting"\n', "unknown category 'betting'", "did you mean 'dating'?"),
        ("[[example]]", "[[example]", "not TOML", "mend the line that is named"),
    ],
)
def test_each_fault_of_a_table_is_told(tmp_path: Path, old: str, new: str, what: str, remedy: str) -> None:
    assert old in TABLE
    with pytest.raises(DefinitionError) as caught:
        table_of(tmp_path, TABLE.replace(old, new, 1))
    told = [one for one in caught.value.problems if what in one.what]
    assert len(told) >= 1, caught.value.problems
    assert remedy in told[0].remedy
    assert "vendors/" in told[0].where


def test_all_faults_of_all_tables_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "sport.csv").write_text("pattern,site,role,note\nbad pattern,,,\n")
    broken = TABLE.replace('"sport"', '"sprot"').replace('"News and Media" = "news"', '"News and Media" = "nws"')
    with pytest.raises(DefinitionError) as caught:
        table_of(tmp_path, broken.replace('title = "A made-up filter"', "titel = 1"))
    said = "\n".join(map(str, caught.value.problems))
    for part in ("sprot", "nws", "titel", "'title' is missing", "bad pattern"):
        assert part in said
