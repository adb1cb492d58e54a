"""What a URL's class is: precedence, boundaries, shields, and text that is no host at all."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.categorise import categorise, has_path_rules
from netaudit.definitions.categories import ClassMap, categories_folder, load_class_map

CLASS_MAP = load_class_map(categories_folder())
OVERRIDES = "pattern,category,reason,author,date,expires,ticket\n"


def classed(*urls: str, class_map: ClassMap = CLASS_MAP) -> pl.DataFrame:
    """Return the classes of URLs written as host, or host/path."""
    parts = [url.partition("/") for url in urls]
    return categorise(
        pl.DataFrame(
            {
                "url_domain": [host for host, _, _ in parts],
                "url_path": ["/" + path if slash else None for _, slash, path in parts],
            },
            schema={"url_domain": pl.String, "url_path": pl.String},
        ),
        class_map,
    )


def answer(url: str, class_map: ClassMap = CLASS_MAP) -> dict[str, object]:
    return classed(url, class_map=class_map).row(0, named=True)


def with_lists(folder: Path, **files: str) -> ClassMap:
    for name, text in files.items():
        header = OVERRIDES if name == "overrides" else "pattern,site,role,note\n"
        (folder / f"{name}.csv").write_text(header + text)
    return load_class_map(categories_folder(), [folder])


# --- Precedence --------------------------------------------------------------------------------------------


def test_path_beats_exact_beats_longest_suffix(tmp_path: Path) -> None:
    lists = with_lists(
        tmp_path,
        news="shop.example,,,\n",
        sport="=www.shop.example,,,\n",
        travel="www.shop.example,,,\n",
        property="shop.example/homes/,,,\n",
        dating="shop.example/homes/together/,,,\n",
    )
    wanted = {
        "shop.example": "news",
        "a.shop.example": "news",
        "www.shop.example": "sport",
        "a.www.shop.example": "travel",
        "www.shop.example/homes": "property",
        "www.shop.example/homes/": "property",
        "www.shop.example/homes/1": "property",
        "www.shop.example/HOMES/1?x=y": "property",
        "www.shop.example//homes/1": "property",
        "www.shop.example/homes/together/1": "dating",
        "www.shop.example/homestead/1": "sport",
        "www.shop.example/x/homes/1": "sport",
        "www.shop.example/": "sport",
        "notshop.example": "uncategorised",
        "shop.example.org": "uncategorised",
    }
    assert dict(zip(wanted, classed(*wanted, class_map=lists)["category"], strict=True)) == wanted


def test_the_longest_host_of_two_path_patterns_wins(tmp_path: Path) -> None:
    lists = with_lists(tmp_path, news="shop.example/a/b/,,,\n", sport="www.shop.example/a/,,,\n")
    assert answer("www.shop.example/a/b/c", lists)["category"] == "sport"
    assert answer("shop.example/a/b/c", lists)["category"] == "news"


def test_overrides_win_over_everything(tmp_path: Path) -> None:
    lists = with_lists(
        tmp_path,
        overrides="bbc.co.uk,business_supplier,r,a,2026-01-01,,\n"
        "=www.facebook.com,business_nhs,communications,a,2026-01-01,,\n"
        "=10.1.2.3,business_clinical,r,a,2026-01-01,,\n"
        "nhs.uk/conditions/asthma/,business_nhs,clinic's own page,a,2026-01-01,,\n",
    )
    assert answer("www.bbc.co.uk/iplayer/", lists)["category"] == "business_supplier"
    assert answer("www.bbc.co.uk/iplayer/", lists)["category_match"] == "bbc.co.uk"
    assert answer("www.bbc.co.uk", lists)["site"] == "bbc.co.uk"
    assert answer("www.facebook.com", lists)["category"] == "business_nhs"
    assert answer("m.facebook.com", lists)["category"] == "social_sharing"
    assert answer("10.1.2.3", lists)["category"] == "business_clinical"
    assert answer("www.nhs.uk/conditions/asthma/x", lists)["shielded"] is False
    assert answer("www.nhs.uk/conditions/angina", lists)["shielded"] is True


def test_an_override_can_shield(tmp_path: Path) -> None:
    lists = with_lists(tmp_path, overrides="bbc.co.uk,special_politics,r,a,2026-01-01,,\n")
    assert answer("www.bbc.co.uk", lists)["shielded"] is True


def test_an_expired_override_is_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "overrides.csv").write_text(OVERRIDES + "bbc.co.uk,sport,r,a,2026-01-01,2026-02-28,\n")
    before = load_class_map(categories_folder(), [tmp_path], today=date(2026, 2, 28))
    after = load_class_map(categories_folder(), [tmp_path], today=date(2026, 3, 1))
    assert answer("www.bbc.co.uk", before)["category"] == "sport"
    assert answer("www.bbc.co.uk", after)["category"] == "news"
    assert any("expired on 2026-02-28" in warning for warning in after.warnings)


def test_a_special_category_anywhere_on_the_chain_shields(tmp_path: Path) -> None:
    lists = with_lists(tmp_path, special_religion="parish.example,,,\n", dating="meet.parish.example,,,\n")
    found = answer("www.meet.parish.example", lists)
    assert (found["category"], found["shielded"]) == ("dating", True)
    assert answer("notparish.example", lists)["shielded"] is False


# --- Sites and roles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "site", "role"),
    [
        ("www.bbc.co.uk", "bbc.co.uk", "page"),
        ("ichef.bbci.co.uk", "bbc.co.uk", "asset"),
        ("rr3---sn-aigl6nzs.googlevideo.com", "youtube.com", "asset"),
        ("scontent-lhr8-1.xx.fbcdn.net", "facebook.com", "asset"),
        ("pbs.twimg.com", "x.com", "asset"),
        ("i.guim.co.uk", "theguardian.com", "asset"),
        ("m.media-amazon.com", "amazon.co.uk", "asset"),
        ("mail.google.com", "mail.google.com", "page"),
        ("www.leedsth.nhs.uk", "leedsth.nhs.uk", "page"),
        ("www.gov.uk", "www.gov.uk", "page"),
        ("nhs.uk", "nhs.uk", "page"),
        ("library.leeds.ac.uk", "leeds.ac.uk", "page"),
        ("myname.github.io", "myname.github.io", "page"),
        ("www.unknown-shop.co.uk", "unknown-shop.co.uk", "page"),
        ("static.unknown-shop.co.uk", "unknown-shop.co.uk", "asset"),
        ("images-2.unknown-shop.co.uk", "unknown-shop.co.uk", "asset"),
        ("imagesque.unknown-shop.co.uk", "unknown-shop.co.uk", "page"),
        ("static.co.uk", "static.co.uk", "page"),
        ("10.20.30.40", "10.20.30.40", "page"),
        ("[2001:db8::1]", "[2001:db8::1]", "page"),
    ],
)
def test_site_and_role(host: str, site: str, role: str) -> None:
    found = answer(host)
    assert (found["site"], found["host_role"]) == (site, role)


@pytest.mark.parametrize(
    ("label", "category"),
    [
        ("metrics", "infra_analytics"),
        ("metrics2", "infra_analytics"),
        ("eu-metrics-api", "infra_analytics"),
        ("prod-ads-us2", "infra_analytics"),
        ("a.metrics.b", "infra_analytics"),
        ("pixel-art", "uncategorised"),
        ("click-and-collect", "uncategorised"),
        ("ad-aware", "uncategorised"),
        ("log-in", "uncategorised"),
        ("metricsystem", "uncategorised"),
    ],
)
def test_a_word_of_machines_stands_alone_or_among_its_like(label: str, category: str) -> None:
    assert answer(f"{label}.unknown-shop.co.uk")["category"] == category


def test_counting_hosts_of_a_site_are_nobodys_visit_and_never_accuse() -> None:
    assert answer("smetrics.bet365.com")["category"] == "infra_analytics"
    assert answer("smetrics.unknown-shop.co.uk")["category"] == "infra_analytics"
    assert answer("www.bet365.com")["category"] == "gambling"
    # People work with such systems, and a line for the very host comes first.
    assert answer("analytics.trust.nhs.uk")["category"] == "business_nhs"
    assert answer("ads.google.com")["category"] == "freelance_commercial"


def test_registered_domain() -> None:
    found = classed("www.bbc.co.uk", "www.leedsth.nhs.uk", "x.unknown.co.uk", "10.0.0.1", "server01", "nhs.uk")
    assert found["url_registered_domain"].to_list() == [
        "bbc.co.uk", "leedsth.nhs.uk", "unknown.co.uk", None, None, None
    ]  # fmt: skip


# --- Forms of hosts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "category"),
    [
        ("WWW.BBC.CO.UK", "news"),
        ("www.bbc.co.uk.", "news"),
        ("www.bbc.co.uk:443", "news"),
        ("someone@www.bbc.co.uk", "news"),
        ("10.255.255.255", "internal"),
        ("172.15.0.1", "uncategorised_ip"),
        ("172.16.0.1", "internal"),
        ("172.31.255.255", "internal"),
        ("172.32.0.1", "uncategorised_ip"),
        ("192.168.1.1:8080", "internal"),
        ("192.169.1.1", "uncategorised_ip"),
        ("169.254.1.1", "internal"),
        ("127.0.0.1", "internal"),
        ("203.0.113.9", "uncategorised_ip"),
        ("256.1.1.1", "uncategorised"),
        ("[::1]", "internal"),
        ("::1", "internal"),
        ("[fe80::1%eth0]", "internal"),
        ("[fd12:3456::1]:443", "internal"),
        ("[::ffff:10.0.0.1]", "internal"),
        ("[::ffff:203.0.113.9]", "uncategorised_ip"),
        ("2001:db8::1", "uncategorised_ip"),
        ("server01", "internal"),
        ("localhost", "internal"),
        ("wiki.local", "internal"),
        ("wiki.trust.internal", "internal"),
        ("nas.lan", "internal"),
        ("local.example", "uncategorised"),
        ("plan.example", "uncategorised"),
        ("", "uncategorised"),
        ("-", "uncategorised"),
        (".", "uncategorised"),
        ("a b.example", "uncategorised"),
        ("error:invalid-request", "uncategorised"),
    ],
)
def test_forms_of_hosts(host: str, category: str) -> None:
    assert answer(host)["category"] == category


def test_user_information_never_becomes_a_site() -> None:
    assert answer("ann.smith@unknown.example")["site"] == "unknown.example"


def test_a_missing_host_is_uncategorised() -> None:
    urls = pl.DataFrame(
        {"url_domain": [None], "url_path": [None]}, schema={"url_domain": pl.String, "url_path": pl.String}
    )
    found = categorise(urls, CLASS_MAP).row(0, named=True)
    assert (found["category"], found["shielded"], found["site"]) == ("uncategorised", False, None)


def test_rows_keep_their_order_and_their_other_columns() -> None:
    urls = pl.DataFrame(
        {
            "url_domain": ["b.example", "www.bbc.co.uk", "b.example", "www.bbc.co.uk"],
            "url_path": [None, "/sport/x", "/y", None],
            "n": [1, 2, 3, 4],
        }
    ).with_columns(pl.col("url_domain").cast(pl.Categorical))
    found = categorise(urls, CLASS_MAP)
    assert found.select("url_domain", "url_path", "n").equals(urls)
    assert found["category"].to_list() == ["uncategorised", "sport", "uncategorised", "news"]


def test_no_rows() -> None:
    found = categorise(pl.DataFrame(schema={"url_domain": pl.String, "url_path": pl.String}), CLASS_MAP)
    assert found.height == 0
    assert found.schema["shielded"] == pl.Boolean


def test_has_path_rules() -> None:
    hosts = pl.Series(["www.bbc.co.uk", "WWW.NHS.UK:443", "bbc.co.uk.example", "tinder.com", None])
    assert has_path_rules(hosts, CLASS_MAP).to_list() == [True, True, False, False, False]


@pytest.mark.parametrize(
    "host",
    [
        "x" * 10_000, "x." * 5_000, "." * 10_000, "\x00", "a\x00b.example", "\n", "é" * 300, "💥.example",
        "xn--", "[", "]", "[]", "[::", ":", "@", "%", "a..b",
        "xn--a.example", "\u202ebbc.co.uk", "1" * 5000, "1.2.3", "[::1", "\u0430.bbc.co.uk",
    ],
)  # fmt: skip
def test_hostile_hosts_are_data(host: str) -> None:
    found = answer(host)
    assert found["category"] in CLASS_MAP.taxonomy
    assert found["shielded"] is False


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40), st.none() | st.text(max_size=40)), max_size=20))
def test_any_text_is_accepted(urls: list[tuple[str, str | None]]) -> None:
    frame = pl.DataFrame(urls, schema={"url_domain": pl.String, "url_path": pl.String}, orient="row")
    found = categorise(frame, CLASS_MAP)
    assert found.height == len(urls)
    assert set(found["category"]) <= set(CLASS_MAP.taxonomy)


@settings(max_examples=30, deadline=None)
@given(st.permutations(["www.bbc.co.uk", "x.example", "10.0.0.1", "www.nhs.uk", "ads.bet365.com", "", "a.b.c"]))
def test_a_class_does_not_depend_on_the_other_rows(hosts: list[str]) -> None:
    together = classed(*hosts)
    alone = pl.concat([classed(host) for host in hosts])
    assert together.equals(alone)


def test_time_grows_with_distinct_hosts_only() -> None:
    suffixes = CLASS_MAP.rules.filter(kind="suffix").get_column("host").to_list()
    hosts = [f"h{number}.{suffixes[number % len(suffixes)]}" for number in range(100_000)]
    urls = pl.DataFrame({"url_domain": hosts}).with_columns(url_path=pl.lit(None, dtype=pl.String))
    start = time.process_time()
    categorise(urls, CLASS_MAP)
    # About 0.5 s; a look-up that walked the patterns for each host would take minutes.
    assert time.process_time() - start < 5
