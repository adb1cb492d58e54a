"""The class lists: house rules over every file, and what a faulty file is told."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from netaudit.categorise import categorise, check_class_map
from netaudit.definitions.categories import ClassMap, categories_folder, load_class_map
from netaudit.errors import DefinitionError

# The ids that policies and reports rely on.
IDS = {
    "adult", "offensive", "extremism", "grooming_risk_chat", "gambling", "shopping_auction", "dating",
    "online_games", "vpn_proxy", "streaming_media", "software_download_warez", "file_sharing",
    "freelance_commercial", "social_microblogging", "social_blogging", "social_video_sharing",
    "social_bookmarking", "social_sharing", "social_professional", "instant_messaging", "review_sites",
    "forums", "webmail", "news", "sport", "travel", "banking_finance", "job_search", "property",
    "search", "reference", "leisure", "ai_assistants", "business_nhs", "business_clinical",
    "business_gov", "business_education", "business_m365", "business_supplier", "special_health",
    "special_religion", "special_politics", "special_trade_union", "special_sexual_orientation",
    "special_helpline", "special_whistleblowing", "special_domestic_abuse", "infra_ads",
    "infra_tracker", "infra_analytics", "infra_cdn", "infra_cert", "infra_update", "infra_telemetry",
    "infra_push", "infra_connectivity", "infrastructure", "internal", "uncategorised",
    "uncategorised_ip",
}  # fmt: skip


@pytest.fixture(scope="module")
def class_map() -> ClassMap:
    return load_class_map(categories_folder())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(categories_folder(), tmp_path / "categories"))


def faults(folder: Path, overlays: tuple[Path, ...] = (), today: date | None = None) -> str:
    with pytest.raises(DefinitionError) as caught:
        load_class_map(folder, overlays, today)
    return str(caught.value)


def category_of(host: str, class_map: ClassMap, path: str | None = None) -> str:
    urls = pl.DataFrame({"url_domain": [host], "url_path": [path]}, schema_overrides={"url_path": pl.String})
    return str(categorise(urls, class_map).get_column("category")[0])


# --- House rules -------------------------------------------------------------------------------------------


def test_every_id_is_defined_and_no_other(class_map: ClassMap) -> None:
    assert set(class_map.taxonomy) == IDS


def test_every_class_has_a_list_except_those_the_program_gives(class_map: ClassMap) -> None:
    listed = set(class_map.rules.get_column("category"))
    assert set(class_map.taxonomy) - listed == {"internal", "uncategorised", "uncategorised_ip"}


def test_every_example_is_in_its_class_and_no_counter_example(class_map: ClassMap) -> None:
    assert check_class_map(class_map) == []


def test_every_class_has_examples_and_one_sentence(class_map: ClassMap) -> None:
    for category in class_map.taxonomy.values():
        assert len(category.examples) >= 2, category.id
        assert category.counter_examples, category.id
        assert category.definition.endswith("."), category.id
        assert category.definition.count(". ") == 0, category.id
        assert category.title[0].isupper(), category.id


def test_flags_follow_the_ids(class_map: ClassMap) -> None:
    for category in class_map.taxonomy.values():
        assert category.special == category.id.startswith("special_")
        assert (category.nature == "machine") == category.id.startswith("infra")
        assert bool(category.clauses) == (category.nature == "human" and not category.id.startswith("uncategorised"))
        assert category.accusatory == ("7.4" in category.clauses), category.id
    assert not class_map.accusatory_categories & (class_map.machine_categories | class_map.special_categories)


def test_every_bullet_of_clause_7_4_that_names_sites_has_a_class(class_map: ClassMap) -> None:
    named = {
        "adult", "offensive", "extremism", "grooming_risk_chat", "gambling", "shopping_auction", "dating",
        "online_games", "vpn_proxy", "streaming_media", "software_download_warez", "file_sharing",
        "freelance_commercial",
    }  # fmt: skip
    assert named <= {name for name, category in class_map.taxonomy.items() if "7.4" in category.clauses}


def test_machine_lists_are_thorough(class_map: ClassMap) -> None:
    sizes = dict(class_map.rules.group_by("category").len().iter_rows())
    for name in (
        "infra_ads",
        "infra_tracker",
        "infra_analytics",
        "infra_cdn",
        "infra_update",
        "infra_telemetry",
    ):
        assert sizes[name] >= 60, name
    assert class_map.rules.height >= 1800


def test_assets_belong_to_a_site_that_has_pages(class_map: ClassMap) -> None:
    rules = class_map.rules.filter(~pl.col("category").is_in(list(class_map.machine_categories)))
    pages = rules.filter(pl.col("role") == "page").get_column("site").unique()
    orphans = rules.filter((pl.col("role") == "asset") & ~pl.col("site").is_in(pages.implode()))
    assert orphans.select("pattern", "site").rows() == []


def test_machine_lists_name_no_site_of_a_person(class_map: ClassMap) -> None:
    machine = class_map.rules.filter(pl.col("category").is_in(list(class_map.machine_categories)))
    assert set(machine.get_column("role")) == {"page"}


def test_shipped_map_says_that_nobody_has_approved_it(class_map: ClassMap) -> None:
    assert any("not been approved" in warning for warning in class_map.warnings)


def test_lapsed_review_is_a_warning(folder: Path) -> None:
    (folder / "approval.toml").write_text('approved_by = "SIRO"\nreview_by = 2026-01-31\n')
    assert load_class_map(folder, today=date(2026, 1, 31)).warnings == ()
    (warning,) = load_class_map(folder, today=date(2026, 2, 1)).warnings
    assert "due by 31 January 2026" in warning


# --- Faults ------------------------------------------------------------------------------------------------


def test_all_faults_are_told_at_once_with_their_places(folder: Path) -> None:
    (folder / "gambling.csv").write_text(
        "pattern,site,role,note\n"
        "Bet365.com,,,\n"
        "münchen.de,,,\n"
        "http://bet.example/,,,\n"
        "*.bet.example,,,\n"
        "bet.example:443,,,\n"
        "bet.example/slots,,,\n"
        "=bet.example/slots/,,,\n"
        "co.uk,,,\n"
        "bet.example,,images,\n"
        "odds.example,not a site,,\n"
        "a.example,,,,,one too many\n"
        "-bad.example,,,\n"
        ",,,\n"
    )
    (folder / "gamblin.csv").write_text("pattern,site,role,note\nx.example,,,\n")
    (folder / "dating.csv").write_text("pattern,sight,role,note\nlove.example,,,\n")
    told = faults(folder)
    for line, fault in {
        2: "capital letters",
        3: "xn--mnchen-3ya.de",
        4: "is not a pattern",
        5: "is not a pattern",
        6: "is not a pattern",
        7: "end it with '/'",
        8: "exact and has a path",
        9: "public suffix",
        10: "role is 'images'",
        11: "site 'not a site'",
        12: "6 cells, not 4",
        13: "is not a pattern",
        14: "is not a pattern",
    }.items():
        assert any(fault in problem and f"gambling.csv:{line}" in problem for problem in _problems(told)), (
            line,
            fault,
        )
    assert "did you mean 'gambling'?" in told
    assert "column 2 is unknown" in told
    assert "did you mean 'site'?" in told


def _problems(told: str) -> list[str]:
    blocks: list[str] = []
    for line in told.split("\n"):
        if line.startswith((" -->", "  = help")):
            blocks[-1] += "\n" + line
        else:
            blocks.append(line)
    return blocks


def test_a_pattern_listed_twice_names_both_places(folder: Path) -> None:
    with (folder / "news.csv").open("a") as lines:
        lines.write("bet365.com,,,\n")
    told = faults(folder)
    assert "'bet365.com' is listed twice" in told
    assert "gambling.csv:" in told
    assert "news.csv:" in told


def test_an_exact_host_and_its_suffix_are_two_patterns(folder: Path) -> None:
    with (folder / "news.csv").open("a") as lines:
        lines.write("=bet365.com,,,\n")
    changed = load_class_map(folder)
    assert category_of("bet365.com", changed) == "news"
    assert category_of("www.bet365.com", changed) == "gambling"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[category]\n", "not TOML"),
        ("x = 1\n", "there is no [[category]]"),
        ('[[category]]\nid = "a"\n', "'title' is missing"),
        ('[[category]]\nid = "a"\ntitel = "b"\n', "did you mean 'title'?"),
        ('[[category]]\nid = "a"\ntitle = "A"\ndefinition = "A."\nnature = "robot"\n', "nature is 'robot'"),
        (
            '[[category]]\nid = "a"\ntitle = "A"\ndefinition = "A."\nnature = "human"\nclauses = "7.4"\n',
            "list",
        ),
    ],
)
def test_faults_of_the_taxonomy(folder: Path, text: str, fault: str) -> None:
    (folder / "taxonomy.toml").write_text(text)
    assert fault in faults(folder)


def test_an_example_out_of_its_class_is_told_with_the_pattern_that_decided(folder: Path) -> None:
    text = (folder / "taxonomy.toml").read_text()
    (folder / "taxonomy.toml").write_text(text.replace('"www.bet365.com"', '"www.bbc.co.uk"'))
    (problem,) = check_class_map(load_class_map(folder))
    assert str(problem) == (
        "example 'www.bbc.co.uk' of category 'gambling' is 'news'\n"
        " --> taxonomy.toml: gambling\n"
        "  = help: decided by the pattern bbc.co.uk"
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('asset = ["Static"]\n', "'Static' in asset"),
        (
            'asset = ["a"]\nmachine = ["a"]\nmachine_category = "infra_ads"\n',
            "'a' is in asset and in machine",
        ),
        ('machine = ["a"]\n', "'machine_category' is missing"),
        ('work = ["a"]\n', "'work_category' is missing"),
        ('asset = ["a"]\nwork = ["a"]\nwork_category = "search"\n', "'a' is in asset and in work"),
        ('machine_category = "infra_add"\n', "did you mean 'infra_ads'?"),
        ('assets = ["a"]\n', "did you mean 'asset'?"),
        ('asset = "a"\n', "'asset' is not a list"),
    ],
)
def test_faults_of_the_host_labels(folder: Path, text: str, fault: str) -> None:
    (folder / "host_labels.toml").write_text(text)
    assert fault in faults(folder)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("shop.example,shoping_auction,r,a,2026-01-01,,", "did you mean 'shopping_auction'?"),
        ("shop.example,news,,a,2026-01-01,,", "'reason' is empty"),
        ("shop.example,news,r,,2026-01-01,,", "'author' is empty"),
        ("shop.example,news,r,a,1 Jan,,", "'date' is not a date"),
        ("shop.example,news,r,a,2026-01-01,soon,", "'expires' is not a date"),
        ("co.uk,news,r,a,2026-01-01,,", "public suffix"),
        ("s.example,news,r,a,2026-01-01,,\ns.example,sport,r,a,2026-01-01,,", "listed twice"),
    ],
)
def test_faults_of_the_overrides(folder: Path, row: str, fault: str) -> None:
    (folder / "overrides.csv").write_text("pattern,category,reason,author,date,expires,ticket\n" + row + "\n")
    told = faults(folder)
    assert fault in told
    assert "overrides.csv:" in told


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    assert "no such folder" in faults(categories_folder(), (tmp_path / "nowhere",))


def test_a_list_that_is_not_text_is_told(folder: Path) -> None:
    (folder / "news.csv").write_bytes(b"pattern,site,role,note\n\xff\xfe,,,\n")
    assert "save it as UTF-8" in faults(folder)


# --- Overlays and the hash ---------------------------------------------------------------------------------


def test_an_overlay_file_replaces_the_one_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "gambling.csv").write_text("pattern,site,role,note\nour-raffle.example,,,\n")
    changed = load_class_map(categories_folder(), [tmp_path])
    assert category_of("our-raffle.example", changed) == "gambling"
    assert category_of("www.bet365.com", changed) == "uncategorised"
    assert category_of("www.tinder.com", changed) == "dating"


def test_the_hash_follows_the_contents_and_not_the_place(class_map: ClassMap, folder: Path) -> None:
    assert load_class_map(folder).sha256 == class_map.sha256
    with (folder / "news.csv").open("a") as lines:
        lines.write("gazette.example,,,\n")
    assert load_class_map(folder).sha256 != class_map.sha256


def test_the_order_of_the_lines_changes_nothing(class_map: ClassMap, folder: Path) -> None:
    for path in folder.glob("*.csv"):
        header, *lines = path.read_text().splitlines()
        path.write_text("\n".join([header, *reversed(lines)]) + "\n")
    hosts = class_map.rules.select(url_domain="host", url_path="path").unique().sort("url_domain", "url_path")
    turned = categorise(hosts, load_class_map(folder))
    assert turned.equals(categorise(hosts, class_map))
