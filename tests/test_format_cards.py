"""`netaudit formats show`: what a format can tell, proved by its examples, and what follows where it cannot."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from reconstruct_events import page_by_urls
from reconstruct_events import run as reconstructed

from netaudit.cli import main
from netaudit.cli.format_cards import as_markdown
from netaudit.contracts import PARSED
from netaudit.definitions.format_files import load_formats
from netaudit.definitions.log_fields import told
from netaudit.pipeline.format_cards import Card, card_called, card_of, source_names

ROOT = Path(__file__).resolve().parents[1]
FORMATS = load_formats()
REMAKE = "netaudit formats show --all --markdown > docs/formats.md"


def show(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["formats", "show", *arguments])


def lacks(name: str) -> set[str]:
    return set(card_called(name, FORMATS).lacks)


@pytest.fixture(scope="module")
def cards() -> list[Card]:
    return [card_of(one) for one in FORMATS]


def test_the_manual_has_the_cards_as_they_are(cards: list[Card]) -> None:
    page = as_markdown(cards, FORMATS)
    assert (ROOT / "docs" / "formats.md").read_text(encoding="utf-8") == page, REMAKE


def test_the_readme_counts_sources_as_the_cards_do() -> None:
    web = sum(one.scope in ("web", "mixed") for one in FORMATS)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"It knows {len(source_names(FORMATS))} sources" in text
    assert f"{len(FORMATS)} formats, {web} of them with web requests" in text


def test_a_card_says_what_follows_in_the_words_of_the_table() -> None:
    result = show("paloalto")
    assert result.exit_code == 0
    text = " ".join(result.output.split())
    assert "Palo Alto" in text.splitlines()[0]
    for name in ("timed", "status", "sized"):
        assert f"{told()[name].what}: {told()[name].follows}" in text
    assert told()["named"].follows not in text


def test_a_field_counts_only_if_an_example_has_it() -> None:
    for name in ("squid", "fortigate", "watchguard"):
        card = card_called(name, FORMATS)
        log_format = next(one for one in FORMATS if one.name == name)
        expected = {field for one in log_format.samples for field, value in one.fields.items() if value != ""}
        assert set(card.fields) >= expected & {one.field for one in told().values()}, name
        assert not set(card.fields) & set(card.unproven)
        for way in card.ways:
            assert way.samples or not way.fields


def test_one_kind_of_a_devices_records_has_a_card_of_its_own() -> None:
    card = card_called("suricata-eve.tls", FORMATS)
    assert {way.event_dataset for way in card.ways} == {"suricata-eve.tls"}
    assert (card.family, card.others) == ("suricata-eve", ())
    assert {"page", "referred", "opened"} <= set(card.lacks)
    assert not {"page", "referred", "opened"} & lacks("suricata-eve.http")


def test_another_product_with_the_same_lines_has_the_card_under_its_own_name() -> None:
    shown = json.loads(show("--json", "fortiproxy").output)
    assert (shown["name"], shown["format"], shown["title"]) == ("fortiproxy", "fortigate", "Fortinet FortiProxy")
    own = show("--json", "fortigate").output.replace('"event_dataset": "fortigate', '"event_dataset": "fortiproxy')
    assert shown["layouts"] == json.loads(own)["layouts"]


def test_times_are_described() -> None:
    shown = json.loads(show("--json", "squid").output)
    first = shown["layouts"][0]["time"]
    assert first == {"clock": "instant", "year": True, "day_or_month": False, "marks": "end"}
    assert any(not one["time"]["year"] for one in json.loads(show("--json", "privoxy").output)["layouts"])
    text = " ".join(show("olfeo").output.split())
    assert "in local time without a zone" in text
    assert "day and month in either order" in text


@pytest.mark.parametrize(("scope", "name"), [("dns", "asked"), ("server", "gone_to")])
def test_names_only_and_servers_logs_say_so_first_and_of_the_rest_who_alone(
    cards: list[Card], scope: str, name: str
) -> None:
    found = [one.lacks for one in cards if one.scope == scope]
    assert len(found) > 1
    assert {lacks[0] for lacks in found} == {name}
    assert {one for lacks in found for one in lacks} <= {name, "named", "addressed"}


@pytest.mark.parametrize(
    "arguments", [("squids",), ("fortigate.webfiltre",), (), ("squid", "--all"), ("squid", "--json", "--markdown")]
)
def test_what_cannot_be_shown_ends_with_2_and_says_why(arguments: tuple[str, ...]) -> None:
    result = show(*arguments)
    assert result.exit_code == 2
    assert "= help: " in result.output
    assert ("did you mean" in result.output) == (len(arguments) == 1)


def test_formats_of_the_configuration_have_cards(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    squid = next(one for one in FORMATS if one.name == "squidguard")
    text = re.sub(r'(?m)^name = "squidguard"', 'name = "our_guard"', squid.path.read_text(encoding="utf-8"), count=1)
    (tmp_path / "mine" / "our_guard.toml").write_text(text, encoding="utf-8")
    (tmp_path / "netaudit.toml").write_text('[inputs]\nformats = "mine"\n')
    result = show("our_guard", "--config", str(tmp_path / "netaudit.toml"))
    assert result.exit_code == 0
    assert "(our_guard)" in result.output


def test_every_column_of_a_record_is_in_the_table_or_always_there() -> None:
    of_table = {one.field for one in told().values() if one.field}
    always = {"event_start", "url_full", "disposition", "event_dataset", "log_line"}
    of_reports_only = {"event_action"}  # what follows from it is told as what the filter stopped
    assert set(PARSED.schema.names()) == of_table | always | of_reports_only


def test_every_text_is_a_whole_sentence_or_fits_into_one() -> None:
    for one in told().values():
        assert one.follows.endswith("."), one.id
        assert not one.what.endswith("."), one.id
        assert one.what[0].islower(), one.id


@pytest.mark.parametrize("group", told()["opened"].needs, ids=str)
def test_without_what_it_takes_to_know_a_page_no_page_gives_a_minute(group: list[str]) -> None:
    rows = [
        row
        for number, when in enumerate(("10:00:00", "10:02:10", "10:05:00"))
        for row in page_by_urls(when, "www.news.example", "img.news.example", f"story{number}")
    ]
    assert reconstructed(rows).visits.height == 1
    without = [{**row, **dict.fromkeys(group)} for row in rows]
    assert reconstructed(without).visits.is_empty()


def test_one_of_the_two_is_enough_to_know_a_page() -> None:
    rows = [
        row
        for number, when in enumerate(("10:00:00", "10:02:10", "10:05:00"))
        for row in page_by_urls(when, "www.news.example", "img.news.example", f"story{number}")
    ]
    for name in told()["opened"].needs[1]:
        assert reconstructed([{**row, name: None} for row in rows]).visits.height == 1, name
