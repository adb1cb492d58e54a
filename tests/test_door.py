"""The door: what goes in with a name comes out without one, under the right week's key."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from netaudit.contracts import EVENTS
from netaudit.definitions.categories import categories_folder, load_class_map
from netaudit.definitions.format_files import load_formats
from netaudit.definitions.registers import Device, Person, Registers
from netaudit.errors import StoreError
from netaudit.ingest import parse_chunk
from netaudit.ingest.logfile import Chunk
from netaudit.pipeline.days import without_duplicates
from netaudit.pipeline.door import Door
from netaudit.protect import Identities, Keyring, Pseudonyms

SQUID = next(one for one in load_formats() if one.name == "squid")
CLASS_MAP = load_class_map(categories_folder())
PEOPLE = (Person("p1", ("ann", "hq\\ann"), "Finance", "Corporate", None, (), None, None, None),)
DEVICES = (
    Device("shared", "kiosk", "shared_devices.csv:2"),
    Device("shared", "192.0.2.200", "shared_devices.csv:3"),
    Device("service", "hq\\svc_scan", "service_accounts.csv:2"),
)
LINE = "{time}.000 {took} {ip} TCP_MISS/200 4083 {method} {url} {user} HIER_DIRECT/198.51.100.7 text/html"
MONDAY = 1773014400  # 2026-03-09 00:00 in London


def lines(*requests: dict[str, object]) -> bytes:
    standard = {
        "time": MONDAY + 36000,
        "took": 0,
        "ip": "192.0.2.1",
        "method": "GET",
        "url": "http://a.example/",
        "user": "ann",
    }
    return "".join(LINE.format(**(standard | request)) + "\n" for request in requests).encode()


@pytest.fixture
def door(tmp_path: Path) -> Door:
    registers = Registers(PEOPLE, devices=DEVICES)
    return Door(
        CLASS_MAP,
        Identities(registers, {"hq.example": "hq"}),
        Keyring(tmp_path / "keys").make,
        "Europe/London",
    )


def let_in(door: Door, data: bytes, log_file: str = "1") -> list[tuple[str, date, pl.DataFrame]]:
    parsed = parse_chunk(Chunk(data, 1), SQUID, "UTC", log_file).parsed
    return list(door.let_in(parsed, "squid", log_file))


def test_events_fit_their_contract_and_keep_the_order_of_lines(door: Door) -> None:
    ((period, day, events),) = let_in(door, lines({"user": "ann"}, {"user": "bob"}, {"user": "-"}))
    assert (period, day) == ("2026-W11", date(2026, 3, 9))
    assert EVENTS.fit(events).equals(events)
    assert events["log_line"].to_list() == [1, 2, 3]


def test_accounts_of_one_person_share_a_pseudonym_and_realms_part_namesakes(door: Door) -> None:
    users = ["ann", "HQ\\Ann", "ann@hq.example", "hq%5Cann", "other\\ann", "bob", "BOB"]
    ((_, _, events),) = let_in(door, lines(*({"user": user} for user in users)))
    ann, *others = events["user_hash"].to_list()
    assert others[:3] == [ann, ann, ann]
    assert others[3] != ann
    assert others[4] == others[5] != ann


def test_attribution_says_who_is_nobody_in_particular(door: Door) -> None:
    requests = [
        {"user": "ann"},
        {"user": "-"},
        {"user": "HQ\\PC-0417$"},
        {"user": "hq\\SVC_scan"},
        {"user": "kiosk"},
        {"user": "ann", "ip": "192.0.2.200"},
    ]
    ((_, _, events),) = let_in(door, lines(*requests))
    found = events["attribution"].cast(pl.String).to_list()
    assert found == ["person", "none", "machine", "service", "shared", "shared"]


def test_shielded_sites_lose_everything_that_names_them(door: Door) -> None:
    requests = [
        {"method": "CONNECT", "url": "www.samaritans.org:443"},
        {"url": "http://www.samaritans.org/how-we-can-help/leaflet.pdf"},
        {"url": "http://www.nhs.uk/conditions/erectile-dysfunction-impotence/"},
    ]
    ((_, _, events),) = let_in(door, lines(*requests))
    assert events["category"].cast(pl.String).to_list() == ["shielded"] * 3
    for column in (
        "url_domain",
        "site",
        "category_match",
        "url_key",
        "url_extension",
        "referrer_key",
        "referrer_domain",
    ):
        assert events[column].null_count() == 3, column


def test_no_name_address_path_or_query_comes_out(door: Door) -> None:
    data = lines({"user": "canary.person", "ip": "203.0.113.77", "url": "http://a.example/canary-path?canary=query"})
    ((_, _, events),) = let_in(door, data)
    text = events.write_csv()
    for secret in ("canary", "203.0.113.77"):
        assert secret not in text


def test_free_text_of_a_record_becomes_known_words(door: Door) -> None:
    line = (
        f"{MONDAY + 36000}.000 0 192.0.2.1 TCP_ANN_MISS/200 4083 ANNSMITH http://a.example/ann.smith ann "
        'HIER_DIRECT/198.51.100.7 text/annsmith "http://ann@b.example/ann" "AnnSmith-Laptop/1.0" 515 56516\n'
    )
    ((_, _, events),) = let_in(door, line.encode())
    kept = ("event_action", "http_request_method", "http_response_mime_type", "user_agent_name", "url_extension")
    assert events.select(pl.col(kept).cast(pl.String)).row(0) == (
        "TCP_MISS_other", "other", "text/other", "other", "other",
    )  # fmt: skip
    assert events["referrer_domain"].cast(pl.String).item() == "b.example"
    assert "ann" not in events.write_csv().lower()


def test_machines_have_names_of_the_week_and_sites_their_own(door: Door) -> None:
    urls = [
        "http://pc-ann-smith/", "http://pc-ann-smith/x", "http://pc-bob/", "http://10.1.2.3/", "http://printer.lan/",
        "http://192.0.2.1/", "http://198.51.100.9/", "http://[::ffff:192.0.2.1]/", "http://www.bbc.co.uk/",
    ]  # fmt: skip
    ((_, _, events),) = let_in(door, lines(*({"url": url} for url in urls)))
    hosts, sites = (events[name].cast(pl.String).to_list() for name in ("url_domain", "site"))
    named = [host.startswith("machine-") for host in hosts]
    assert named == [True] * 6 + [False, True, False]  # 192.0.2.1 is where the requests come from
    assert [site.startswith("machine-") for site in sites] == named
    assert hosts[0] == hosts[1] != hosts[2]
    assert hosts[6] == "198.51.100.9"  # a server, as far as anybody knows
    assert sites[8] == "bbc.co.uk"
    assert events["category"].cast(pl.String).to_list()[:5] == ["internal"] * 5
    other_week = let_in(door, lines({"time": MONDAY + 8 * 86400, "url": "http://pc-ann-smith/"}))[0][2]
    assert other_week["url_domain"].cast(pl.String).item() not in hosts


@pytest.mark.parametrize(
    "host", ["3221225985", "0xC0000201", "0300.0.2.1", "[64:ff9b::c000:201]", "[2002:c000:201::1]"]
)
def test_the_address_of_a_machine_is_hidden_however_it_is_written(door: Door, host: str) -> None:
    ((_, _, events),) = let_in(door, lines({"url": f"http://{host}/"}))  # of 192.0.2.1, which asks
    for name in ("url_domain", "site"):
        assert events[name].cast(pl.String).item().startswith("machine-")


def test_a_machine_that_the_organisation_lists_keeps_its_name(tmp_path: Path) -> None:
    own = tmp_path / "categories"
    own.mkdir()
    (own / "overrides.csv").write_text(
        "pattern,category,reason,author,date,expires,ticket\nintranet,business_nhs,our own pages,IG,2026-01-01,,\n"
    )
    class_map = load_class_map(categories_folder(), [own])
    door = Door(class_map, Identities(Registers(PEOPLE), {}), Keyring(tmp_path / "keys").make, "Europe/London")
    ((_, _, events),) = let_in(door, lines({"url": "http://intranet/x"}, {"url": "http://pc-ann/x"}))
    first, second = events["url_domain"].cast(pl.String).to_list()
    assert first == "intranet"
    assert second.startswith("machine-")


def test_pages_are_told_apart_without_their_addresses(door: Door) -> None:
    urls = ["http://a.example/1", "http://a.example/2", "http://a.example/1"]
    ((_, _, events),) = let_in(door, lines(*({"url": url} for url in urls)))
    first, second, third = events["url_key"].to_list()
    assert first == third != second


def test_a_request_near_a_weeks_end_stands_under_both_weeks_keys(door: Door) -> None:
    sunday_night, monday_morning = MONDAY - 3600, MONDAY + 3600
    found = let_in(door, lines({"time": sunday_night}, {"time": monday_morning}))
    places = [(period, day, events.height) for period, day, events in found]
    assert places == [
        ("2026-W10", date(2026, 3, 8), 1),
        ("2026-W11", date(2026, 3, 8), 1),
        ("2026-W11", date(2026, 3, 9), 1),
        ("2026-W10", date(2026, 3, 9), 1),
    ]
    hashes = {period: events["user_hash"].item() for period, _, events in found}
    assert hashes["2026-W10"] != hashes["2026-W11"]
    for period, _, events in found:
        assert events["user_hash"].item() == hashes[period]


def test_a_tunnel_belongs_to_the_day_on_which_it_was_opened(door: Door) -> None:
    request = {"time": MONDAY + 86400 + 60, "took": 3_600_000, "method": "CONNECT", "url": "a.example:443"}
    ((_, day, _),) = let_in(door, lines(request))
    assert day == date(2026, 3, 9)


def test_a_collision_of_pseudonyms_is_refused() -> None:
    pseudonyms = Pseudonyms("2026-W11", lambda _table, _period: b"k" * 32)
    value = pseudonyms.of("person:p1")
    pseudonyms._text_of[value] = "person:p2"
    pseudonyms._people.clear()
    with pytest.raises(StoreError, match="two people share a pseudonym"):
        pseudonyms.of("person:p1")


def test_duplicates_are_taken_out_across_files_only(door: Door) -> None:
    a, b, c = ({"time": MONDAY + 36000 + number} for number in range(3))
    first = let_in(door, lines(a, a, b), "1")[0][2]
    second = let_in(door, lines(a, b, b, c), "2")[0][2]
    kept = without_duplicates(pl.concat([first, second]), {"1"}).sort("event_start", "log_file", "log_line")
    assert kept.select(pl.col("log_file").cast(pl.String), "log_line").rows() == [
        ("1", 1),
        ("1", 2),  # twice in file 1: real
        ("1", 3),
        ("2", 3),  # twice in file 2: one more than in file 1
        ("2", 4),
    ]


def test_files_that_do_not_overlap_are_not_compared(door: Door) -> None:
    first = let_in(door, lines({"time": MONDAY + 100}), "1")[0][2]
    second = let_in(door, lines({"time": MONDAY + 200}), "2")[0][2]
    assert without_duplicates(pl.concat([first, second]), {"1"}).height == 2
