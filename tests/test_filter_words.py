"""What web filters write beside requests, at the door: which class it makes, what it hides, what is counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from filter_logs import zscaler
from hypothesis import given, settings
from hypothesis import strategies as st
from imported_data import OVERRIDES, write_import

from netaudit.definitions.categories import ClassMap, categories_folder, load_class_map
from netaudit.definitions.format_files import load_formats
from netaudit.definitions.registers import Registers
from netaudit.ingest import parse_chunk
from netaudit.ingest.logfile import Chunk
from netaudit.pipeline.days import without_duplicates
from netaudit.pipeline.door import Door
from netaudit.pipeline.filter_words import FilterWords, reheard
from netaudit.protect import Identities, Keyring

FORMATS = {one.name: one for one in load_formats()}
CLASS_MAP = load_class_map(categories_folder())
WHO = ["category", "category_source", "category_match", "category_confirmed"]
OF_SITE = ["url_domain", "site", "category_match", "category_source", "url_key", "url_extension"]
OF_SITE += ["vendor_category", "referrer_key", "referrer_domain"]

MakeDoor = Callable[..., Door]


@pytest.fixture
def make_door(tmp_path: Path) -> MakeDoor:
    def door(class_map: ClassMap = CLASS_MAP) -> Door:
        return Door(class_map, Identities(Registers(), {}), Keyring(tmp_path / "keys").make, "Europe/London")

    return door


def let_in(door: Door, *lines: str, dataset: str = "zscaler-nss", log_file: str = "1") -> pl.DataFrame:
    parsed = parse_chunk(Chunk("".join(lines).encode(), 1), FORMATS[dataset], "UTC", log_file).parsed
    ((_, _, events),) = door.let_in(parsed, dataset, log_file)
    return events


def who_says(events: pl.DataFrame) -> list[tuple[object, ...]]:
    return events.select(pl.col(WHO).cast(pl.String)).rows()


def test_the_filter_classes_what_no_list_knows_and_ours_goes_before(make_door: MakeDoor) -> None:
    said = ["Gambling", "Gambling", "Gambling;News and Media", "Entertainment", None]
    urls = ["www.never-listed.example/", "www.bbc.co.uk/news", *["www.never-listed.example/"] * 3]
    events = let_in(make_door(), *(zscaler(url=url, said=words) for url, words in zip(urls, said, strict=True)))
    found = who_says(events)
    assert found[0] == ("gambling", "vendor/zscaler", "Gambling", "true")
    assert found[1][:2] == ("news", "netaudit")
    assert found[2] == ("news", "vendor/zscaler", "News and Media", "true")
    assert [one[:2] for one in found[3:]] == [("uncategorised", None)] * 2
    assert events["site"].cast(pl.String).to_list()[0] == "never-listed.example"


def test_what_the_filter_calls_special_keeps_nothing_that_names_the_site(make_door: MakeDoor) -> None:
    urls = ["www.never-listed.example/canary/leaflet.pdf", "www.bbc.co.uk/canary", "www.never-listed.example/canary"]
    said = ["Health", "Health", "Health;Gambling"]
    lines = [zscaler(url=url, said=words, referrer=f"http://{url}") for url, words in zip(urls, said, strict=True)]
    events = let_in(make_door(), *lines, zscaler(method="CONNECT", url="www.never-listed.example:443", said="Health"))
    assert events["category"].cast(pl.String).to_list() == ["shielded"] * 4
    for column in OF_SITE:
        assert events[column].null_count() == 4, column
    assert events["http_response_mime_type"].cast(pl.String).to_list() == ["text/html"] * 4  # a page, and no more
    text = events.write_csv().casefold()
    for secret in ("never-listed", "bbc", "canary", "health", "gambling", "leaflet"):
        assert secret not in text


def test_where_somebody_came_from_tells_as_much(make_door: MakeDoor) -> None:
    door = make_door()
    came = zscaler(url="www.c.example/", referrer="http://www.never-listed.example/canary")
    first = let_in(door, zscaler(url="www.never-listed.example/", said="Health"), came)
    assert first["referrer_domain"].null_count() == first["referrer_key"].null_count() == 2
    later = let_in(door, came, zscaler(url="www.c.example/", referrer="http://www.b.example/"), log_file="2")
    assert later["referrer_domain"].cast(pl.String).to_list() == [None, "www.b.example"]
    assert later["referrer_key"].is_null().to_list() == [True, False]


def test_that_a_hospital_is_about_health_is_no_news(make_door: MakeDoor) -> None:
    events = let_in(
        make_door(),
        zscaler(url="www.leedsth.nhs.uk/patients", said="Health"),
        zscaler(url="www.leedsth.nhs.uk/patients", said="Politics"),
    )
    assert events["category"].cast(pl.String).to_list() == ["business_nhs", "shielded"]
    assert events["url_domain"].cast(pl.String).to_list() == ["www.leedsth.nhs.uk", None]


def test_an_override_is_the_last_word(make_door: MakeDoor, tmp_path: Path) -> None:
    (tmp_path / "classes").mkdir()
    reason = "our travel agent,A. Clerk,2026-03-01,2099-01-01,\n"
    (tmp_path / "classes" / "overrides.csv").write_text(f"{OVERRIDES}never-listed.example,business_supplier,{reason}")
    door = make_door(load_class_map(categories_folder(), [tmp_path / "classes"]))
    events = let_in(door, *(zscaler(url="www.never-listed.example/", said=words) for words in ("Gambling", "Health")))
    assert [one[:2] for one in who_says(events)] == [("business_supplier", "overrides")] * 2


def test_the_filter_is_heard_before_one_bulk_list(make_door: MakeDoor, tmp_path: Path) -> None:
    write_import(tmp_path, "first", [("one.example", "gambling"), ("both.example", "gambling")])
    write_import(tmp_path, "second", [("both.example", "gambling")])
    door = make_door(load_class_map(categories_folder(), imports=tmp_path))
    said = {"one.example": [None, "Gambling", "Entertainment", "News and Media", "Health"], "both.example": [None]}
    events = let_in(door, *(zscaler(url=f"{url}/", said=words) for url, all_ in said.items() for words in all_))
    found = [(one[0], one[1], one[3]) for one in who_says(events)]
    assert found == [
        ("gambling", "first", "false"),
        ("gambling", "vendor/zscaler", "true"),
        ("gambling", "first", "false"),
        ("news", "vendor/zscaler", "true"),
        ("shielded", None, "true"),
        ("gambling", "first", "true"),
    ]


def test_without_words_or_without_a_table_nothing_is_asked(
    make_door: MakeDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object) -> None:
        pytest.fail("asked")

    monkeypatch.setattr(FilterWords, "heard", asked)
    squid = (
        "1773050400.000 5 192.0.2.1 TCP_MISS/200 4083 GET http://a.example/ ann HIER_DIRECT/198.51.100.7 text/html\n"
    )
    assert let_in(make_door(), squid, dataset="squid").height == 1
    monkeypatch.undo()
    monkeypatch.setattr("netaudit.pipeline.filter_words.judged", asked)
    words = FilterWords(CLASS_MAP)
    column, none = pl.Series(["Gambling"], dtype=pl.Categorical), pl.Series([None], dtype=pl.Categorical)
    place = pl.Series([0], dtype=pl.UInt32)
    assert words.heard(column, column, place, pl.DataFrame(), "squid") is None
    assert words.heard(none, column, place, pl.DataFrame(), "zscaler-nss") is None


def test_unknown_words_are_counted_and_named_only_where_many_met_them(make_door: MakeDoor) -> None:
    door = make_door()
    assert (door.filter_words.warnings, door.filter_words.names) == ([], {})
    for people in (7, 8):
        lines = [zscaler(user=f"u{number}", said=f"Odd {people}") for number in range(people)]
        let_in(door, *lines, *lines, zscaler(said="Gambling"))
    let_in(door, *(zscaler(user=f"u{number}", said=word) for number in range(9) for word in ("a.example", "x=1")))
    assert door.filter_words.names == {"zscaler": ["Odd 8"]}
    (warning,) = door.filter_words.warnings
    assert "'zscaler' does not know 4 of them, on 48 requests" in warning
    assert "Odd" not in warning


def test_words_of_shielded_requests_are_no_exception(make_door: MakeDoor) -> None:
    door = make_door()
    events = let_in(door, *(zscaler(user=f"u{number}", said="Health;Odd") for number in range(3)))
    assert events["category"].cast(pl.String).to_list() == ["shielded"] * 3
    assert door.filter_words.names == {"zscaler": []}


def test_a_field_of_rubbish_fills_no_memory(make_door: MakeDoor) -> None:
    door = make_door()
    let_in(door, *(zscaler(said=f"Odd {number}") for number in range(1100)))
    (warning,) = door.filter_words.warnings
    assert "does not know 1,000 of them, on 1,100 requests" in warning


def test_a_line_that_two_versions_of_the_lists_class_differently_is_one_line(make_door: MakeDoor) -> None:
    lines = [zscaler(url="www.never-listed.example/", said=words) for words in ("Entertainment", "Gambling")]
    door = make_door()
    first, again = (let_in(door, *lines, log_file=log_file) for log_file in "12")
    otherwise = {"category": "news", "category_source": "b", "category_match": "c"}
    again = again.with_columns(
        *(pl.lit(value).cast(again.schema[name]).alias(name) for name, value in otherwise.items()),
        category_confirmed=pl.lit(value=False),
    )
    assert without_duplicates(pl.concat([first, again]), {"1"}).equals(first)


SAYINGS = ["Gambling", "News and Media", "Health", "Entertainment", "Odd", "Politics;Gambling", None]
HOSTS = ["www.bbc.co.uk", "www.bet365.com", "www.never-listed.example", "www.leedsth.nhs.uk", "192.0.2.77", "intranet"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HOSTS), st.sampled_from(SAYINGS)), min_size=1, max_size=30))
def test_rows_hang_on_one_another_by_the_shield_alone(made_requests: list[tuple[str, str | None]]) -> None:
    def answers(requests: list[tuple[str, str | None]]) -> list[tuple[object, ...]]:
        door = Door(CLASS_MAP, Identities(Registers(), {}), lambda *_: b"k" * 32, "Europe/London")
        events = let_in(door, *(zscaler(url=f"{host}/", said=said) for host, said in requests))
        return events.select(pl.col(*WHO, "site", "url_domain").cast(pl.String)).rows()

    alone = {request: answers([request])[0] for request in set(made_requests)}
    shielded = {
        host for host, _ in made_requests if any(alone[one][0] == "shielded" for one in alone if one[0] == host)
    }
    for request, found in zip(made_requests, answers(made_requests), strict=True):
        if alone[request][0] == "uncategorised" and request[0] in shielded:
            assert found == ("shielded", None, None, "true", None, None)
        else:
            assert found == alone[request]


def test_stored_requests_are_heard_anew_as_at_the_door() -> None:
    lists = pl.DataFrame(
        {
            "category": ["uncategorised", "news", "uncategorised", "uncategorised"],
            "category_match": [None, "a.example", None, None],
            "category_tier": ["none", "own", "none", "none"],
            "category_source": [None, "lists", None, None],
            "category_confirmed": True,
            "shielded": False,
        },
        schema_overrides={"category_match": pl.String},
    )
    datasets = pl.Series(["zscaler-nss", "zscaler-nss", "squid", "fortigate.webfilter"])
    said = pl.Series(["Gambling", "Health", "Gambling", "Gambling"])
    found = reheard(lists, datasets, said, CLASS_MAP)
    assert found["category"].to_list() == ["gambling", "news", "uncategorised", "gambling"]
    assert found["category_source"].to_list() == ["vendor/zscaler", "lists", None, "vendor/fortiguard"]
    assert found["shielded"].to_list() == [False, True, False, False]
    assert reheard(lists, datasets, pl.Series([None] * 4, dtype=pl.String), CLASS_MAP).equals(lists)
