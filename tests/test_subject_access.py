"""What is held about somebody: all of it, nothing of others, by two people, and the trail knows no name."""

from __future__ import annotations

import hashlib
import hmac
import shutil
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import polars as pl
import pytest
from markupsafe import escape
from rights_world import ANNS, LONDON, NETAUDIT, World, a_world

from netaudit.contracts import (
    CASE_CONTRACTS,
    COUNTED,
    DOWNLOADS,
    EVIDENCE,
    FINDINGS,
    LABELLED,
    SPELLS,
    TAKEN_OVER,
    VISITS,
)
from netaudit.custody import read_identity, signature_holds
from netaudit.custody.trail import canonical
from netaudit.definitions.configuration import load_configuration
from netaudit.definitions.retention import WEEKLY
from netaudit.pipeline.subject_tables import with_origin
from netaudit.pipeline.trails import note
from netaudit.protect import HELD, LINKS, NOT_CONNECTED, TOLD_WITH, Keyring, held_about
from netaudit.store import Store

ANN = ("person:q1",)
OTHERS = (
    "bob", "canary.eve", "evesite", "stranger", "canary.desk", "canarysite", "noones.example", '"q2', '"q5', '"q9',
    "canary.lead", "canary estates", "canary case", "samaritans", "192.0.2.",
)  # fmt: skip
NIGHT = 30  # minutes of the night over the end of the week that lie before it


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = a_world(tmp_path_factory.mktemp("world"))
    world.run()
    case = cases_of(world)[0]
    world.register("statements.csv", f"case_number,received,statement\n{case},2026-03-20,It was the rota screen.\n")
    world.register(
        "decisions.csv",
        f"case_number,decision,decided_by,decided_on,reason\n{case},withdrawn,q9,2026-03-20,of ann's case\n"
        "F-0000000000,withdrawn,q9,2026-03-20,of canary case\n",
    )
    world.run()
    world.access("q1")
    return world


@pytest.fixture
def copy(world: World, tmp_path: Path) -> World:
    """The same, to be changed."""
    folder = tmp_path / "world"
    shutil.copytree(world.folder, folder, ignore=shutil.ignore_patterns("answer*"))
    officers = type(world.officers)(folder / "officers", world.officers.identities, dict(world.officers.people))
    return World(folder, officers, list(world.lines), dict(world.whose))


def store_of(world: World) -> Store:
    return Store(world.folder / "out" / "store", Keyring(world.folder / "out" / "keys"))


def pseudonym(store: Store, period: str, text: str) -> int:
    """RFC 2104 by the standard library, from the key itself."""
    digest = hmac.new(store.keys.key("pseudonyms", period), text.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def tables(world: World, names: tuple[str, ...]) -> Iterator[tuple[str, str, str, pl.DataFrame]]:
    """Yield table, week, part and those rows of each stored table that are about somebody, by what they are."""
    store = store_of(world)
    try:
        places = sorted(store.ledger.places(), key=lambda one: (one[1], one[0] != "findings", one[0]))
        cases: list[str] = []
        for table, period in places:
            for of, part in store.ledger.parts(table):
                frame = store.read(table, period, part) if of == period else None
                if frame is None:
                    continue
                if "user_hash" in frame.columns:
                    hashes = [pseudonym(store, period, name) for name in names]
                    frame = frame.filter(pl.col("user_hash").is_in(hashes))
                    cases += frame["finding_id"].to_list() if table == "findings" else []
                elif "finding_id" in frame.columns:
                    frame = frame.filter(pl.col("finding_id").is_in(cases))
                else:
                    continue
                yield table, period, part, frame
    finally:
        store.close()


def cases_of(world: World) -> list[str]:
    found = [frame["finding_id"].to_list() for table, *_, frame in tables(world, ANN) if table == "findings"]
    return [case for some in found for case in some]


def requests(held: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for week in held["weeks"] for day in week["requests"] for row in day["rows"]]


def rows(held: dict[str, Any], table: str) -> list[dict[str, Any]]:
    of_weeks = [one for week in held["weeks"] for one in week["tables"]]
    return [row for one in [*of_weeks, *held["tables"]] if one["table"] == table for row in one["rows"]]


def test_every_line_of_the_person_is_told_once_and_none_of_anybody_else(world: World) -> None:
    lines = [row["log_line"] for row in requests(world.held())]
    assert sorted(lines) == world.whose["ann"]
    assert len(set(lines)) == len(lines) == 165


def test_what_is_told_of_a_line_is_what_the_line_says(world: World) -> None:
    for row in requests(world.held()):
        line = world.lines[row["log_line"] - 1].split()
        assert row["http_response_bytes"] == int(line[4])
        assert row["label"] in ("human", "embedded", "idle", "background")
        assert row["label_reason"]
        host = line[6].split("/")[2]
        if "samaritans" in host:
            assert (row["site"], row["url_domain"]) == ("a request whose site was not kept", None)
        else:
            assert row["url_domain"] == host


def test_every_row_of_every_stored_table_is_told(world: World) -> None:
    """By counting: whoever adds a table finds it missing here. What a night has twice is told once."""
    held = world.held()
    stored: Counter[str] = Counter()
    copies = 0
    for table, period, part, frame in tables(world, ANN):
        if table == "events" and ("2026-03-09" <= part[:10] <= "2026-03-15") != (period == "2026-W11"):
            copies += frame.height
        elif table not in TOLD_WITH:
            stored[table] += frame.height
    assert copies == 2 * NIGHT  # thirty minutes on either side of midnight, each under the other week's key too
    told = {table: len(rows(held, table)) for table in stored if table != "events"}
    told["events"] = len(requests(held))
    assert told == dict(stored)
    assert {"findings", "evidence", "timeline", "spells", "visits", "counted"} <= {one for one in stored if stored[one]}


def test_a_figure_that_was_taken_over_says_from_where() -> None:
    counted = pl.DataFrame(
        [
            ("time_by_class", "news", "organisation", "", 1, 1, 1, 1, True),
            ("members", "", "team", "A", 1, None, None, None, True),
        ],
        schema=COUNTED.schema, orient="row",
    )  # fmt: skip
    over = pl.DataFrame(
        [("time_by_class", "news", "organisation", "", aspect, "2026-W10") for aspect in ("people", "minutes")],
        schema=TAKEN_OVER.schema, orient="row",
    )  # fmt: skip
    told = held_about("counted", with_origin(counted, over), "Europe/London").as_json()["rows"]
    assert [row["printed_as_in"] for row in told] == ["minutes of 2026-W10; people of 2026-W10", None]
    assert "user_hash" not in told[0]


def test_a_new_table_or_column_has_to_be_thought_of(world: World) -> None:
    store = store_of(world)
    try:
        for table, period in sorted(store.ledger.places()):
            part = next(part for of, part in store.ledger.parts(table) if of == period)
            columns = set(store.read(table, period, part).columns)
            if columns & set(LINKS):
                assert table in HELD or table in TOLD_WITH, table
            else:
                assert table in NOT_CONNECTED or table in TOLD_WITH, table
    finally:
        store.close()
    for name, contract in {
        "events": LABELLED, "visits": VISITS, "downloads": DOWNLOADS, "spells": SPELLS, "findings": FINDINGS,
        "evidence": EVIDENCE, "counted": COUNTED, **CASE_CONTRACTS,
    }.items():  # fmt: skip
        said = HELD[name]
        assert set(contract.schema) == set(said.columns) | set(said.withheld or {}), name
        assert all(said.withheld.values()) if said.withheld else True
    of_no_table = {"page_addresses", "pages", "pseudonyms"}  # keys
    assert set(WEEKLY) - of_no_table <= {*HELD, *NOT_CONNECTED, *TOLD_WITH}


def test_the_registers_tell_every_entry_about_the_person(world: World) -> None:
    held = world.held()
    found = {name: [int(row["line"].rpartition(":")[2]) for row in rows(held, name)] for name in ANNS}
    assert found == ANNS
    assert [row["statement"] for row in rows(held, "statements.csv")] == ["It was the rota screen."]
    assert [row["reason"] for row in rows(held, "decisions.csv")] == ["of ann's case"]
    assert [row["status"] for row in rows(held, "findings")].count("withdrawn") == 1
    (directory,) = rows(held, "directory")
    assert (directory["person_id"], directory["team"]) == ("q1", "Canary Finance")
    meanings = " ".join(one["meaning"] for one in held["tables"])
    assert "manager in 1 rows about others" in meanings
    assert "stands in 1 entries about others" in meanings


def test_nobody_else_is_in_the_answer(world: World) -> None:
    for path in (world.folder / "answer").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8").lower()
            assert not [other for other in OTHERS if other in text], path.name


def test_no_pseudonym_is_in_the_answer(world: World) -> None:
    store = store_of(world)
    try:
        secret = {
            str(pseudonym(store, week, text))
            for week in ("2026-W11", "2026-W12")
            for text in ("person:q1", "person:q9")
        }
    finally:
        store.close()
    assert not any(one in (world.folder / "answer" / "held.json").read_text() for one in secret)


def test_everything_that_article_15_asks_for_is_there(world: World) -> None:
    held = world.held()
    page = (world.folder / "answer" / "index.html").read_text(encoding="utf-8")
    for key in ("sources", "purposes", "recipients", "logic", "retention", "rights", "contacts", "limits"):
        assert held[key], key
        for one in held[key]:
            said = one if isinstance(one, str) else one[1]
            assert str(escape(said)) in page
    assert held["asked_for"] == "q1"
    assert all(one["kept_until"] for week in held["weeks"] for one in week["tables"])
    assert "ico.org.uk" in page
    assert "ig@canary.example" in page
    weeks = sorted(path.name for path in (world.folder / "answer" / "weeks").iterdir())
    assert "2026-w11.html" in weeks
    assert "2026-w11-2026-03-10.html" in weeks


def test_it_is_closed_to_others(world: World) -> None:
    folder = world.folder / "answer"
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_the_trail_has_the_request_the_counts_and_two_signatures_but_no_person(world: World) -> None:
    found = [one for one in world.entries() if one["kind"] == "rights.access"]
    assert [one["about"]["stage"] for one in found] == ["begun", "finished"]
    for one in found:
        about = dict(one["about"])
        signed = {role: about.pop(role) for role in ("ig", "hr")}
        message = canonical({"kind": "rights.access", **about})
        assert [signed[role]["name"] for role in ("ig", "hr")] == ["Ingrid Gale", "Harriet Rowe"]
        for name, role in (("ig", "ig"), ("hr", "hr")):
            key = read_identity(world.officers.key(name).read_bytes(), "").verify_key
            assert signed[role]["verify_key"] == key
            assert signature_holds(key, message, signed[role]["signature"])
    assert found[1]["about"]["requests"] == 165
    trail = world.trail().lower()
    assert "sar-2026-007" in trail
    assert "canary" not in trail.replace(str(world.folder).lower(), "")
    assert '"q1"' not in trail


@pytest.mark.parametrize(
    ("person", "who"),
    [("q5", ("eve",)), ("canary.ann", ("ann",)), ("EX\\Canary.Annie", ("ann",)), ("canary.stranger", ("stranger",)),
     ("Q2", ("bob",))],
)  # fmt: skip
def test_whoever_asks_gets_their_own_lines(world: World, person: str, who: tuple[str, ...]) -> None:
    to = f"answer-{hashlib.sha256(person.encode()).hexdigest()[:8]}"
    world.access(person, to)
    lines = sorted(row["log_line"] for row in requests(world.held(to)))
    assert lines == sorted(line for one in who for line in world.whose[one])


def test_rows_from_before_the_directory_knew_an_account_are_told(copy: World) -> None:
    directory = copy.folder / "directory.csv"
    directory.write_text(directory.read_text() + "q7,canary.stranger,Canary Estates,Corporate,q9,,,,\n")
    copy.access("q7")
    assert [row["log_line"] for row in requests(copy.held())] == copy.whose["stranger"]


def test_an_account_that_passed_on_is_asked_for_by_the_person(world: World) -> None:
    refused = world.access("canary.desk", "answer-x", ok=False)
    assert refused.returncode == 2
    assert "passed from one person to another" in refused.stderr
    assert "canary.desk" not in refused.stderr + world.trail()
    assert not (world.folder / "answer-x").exists()


def test_nothing_found_says_so_and_is_recorded(copy: World) -> None:
    before = len(copy.entries())
    said = copy.access("canary.nobody").stdout
    assert "Nothing is held under this name" in said
    assert "Nothing is held about you in this system" in (copy.folder / "answer" / "index.html").read_text()
    assert [one["kind"] for one in copy.entries()[before:]].count("rights.access") == 2
    assert "canary.nobody" not in copy.trail()


@pytest.mark.parametrize(("ig", "hr"), [("ig", "ig"), ("ig", "second_ig"), ("hr", "ig")])
def test_one_person_alone_gets_nothing(copy: World, ig: str, hr: str) -> None:
    before = [one["kind"] for one in copy.entries()].count("rights.access")
    refused = copy.access("q1", ig=ig, hr=hr, ok=False)
    assert refused.returncode == 2
    assert not (copy.folder / "answer").exists()
    assert [one["kind"] for one in copy.entries()].count("rights.access") == before


def test_weeks_whose_keys_were_destroyed_are_named_and_copies_of_their_nights_are_told(copy: World) -> None:
    copy.netaudit("keys", "destroy", "--period", "2026-W11", "--yes")
    said = copy.access("q1").stdout
    assert "2026-W11" in said
    held = copy.held()
    assert held["destroyed"] == {"2026-W11": ["everything"]}
    (week,) = (one for one in held["weeks"] if one["period"] == "2026-W11")
    assert "cannot be connected with anybody" in " ".join(week["notes"])
    night = [number for number in copy.whose["ann"] if "2026-03-15" in _day(copy, number)]
    lines = {row["log_line"] for row in requests(held)}
    assert len(night) == NIGHT
    assert set(night) <= lines  # under the other week's key they are still there
    assert not {number for number in copy.whose["ann"] if _day(copy, number) < "2026-03-15"} & lines


def _day(world: World, number: int) -> str:
    return datetime.fromtimestamp(float(world.lines[number - 1].split()[0]), LONDON).date().isoformat()


def test_a_lost_key_gives_no_half_answer(copy: World) -> None:
    (copy.folder / "out" / "keys" / "2026-W12" / "visits.key").unlink()
    refused = copy.access("q1", ok=False)
    assert refused.returncode == 2
    assert not (copy.folder / "answer").exists()


def test_a_folder_that_holds_anything_is_refused(copy: World) -> None:
    (copy.folder / "answer").mkdir()
    (copy.folder / "answer" / "else.txt").write_text("x")
    assert "not empty" in copy.access("q1", ok=False).stderr
    assert (copy.folder / "answer" / "else.txt").read_text() == "x"


def test_nothing_is_read_before_the_trail_knows(copy: World) -> None:
    trail = copy.folder / "out" / "audit"
    shutil.rmtree(trail)
    trail.write_text("in the way")
    (copy.folder / "directory.csv").write_text("broken")  # would be told first, if it were read first
    refused = copy.access("q1", ok=False)
    assert refused.returncode == 2
    assert "directory" not in refused.stderr
    assert not (copy.folder / "answer").exists()


def test_nothing_is_read_unless_the_second_place_is_told(copy: World) -> None:
    copy.configure('[audit]\nsecond = "second"\n')
    copy.access("q1")
    shutil.rmtree(copy.folder / "second")
    refused = copy.access("q1", "again", ok=False)
    assert refused.returncode == 2
    assert not (copy.folder / "again").exists()


def test_names_that_are_sealed_and_what_was_done_about_them_is_told(copy: World) -> None:
    case = next(one for one in cases_of(copy) if one not in (copy.folder / "registers" / "decisions.csv").read_text())
    configuration = load_configuration(copy.folder / "netaudit.toml")
    asked = {"case": case, "purpose": "to hear the person"}
    note(configuration, copy.folder / "out", "case.requested", asked, datetime.now(UTC), "Ingrid Gale, at somebody")
    copy.access("q1")
    held = copy.held()
    assert case in [row["case"] for row in rows(held, "seals")]
    (entry,) = rows(held, "trail")
    assert (entry["kind"], entry["case"], entry["purpose"]) == ("case.requested", case, "to hear the person")
    assert "Ingrid Gale" in entry["who"]
    assert {row["audience"] for row in rows(held, "reports")} >= {"ig"}
    copy.access("q5", "eve")
    assert rows(copy.held("eve"), "trail") == []


def test_killed_in_the_middle_it_leaves_no_answer_and_the_next_one_clears_up(copy: World) -> None:
    script = """
        import os, sys
        from netaudit.report import subject_pages
        subject_pages.SubjectFolder.finish = lambda *_: os.kill(os.getpid(), 9)
        from netaudit.cli import main
        main()
    """
    keys = ["--ig-key", copy.officers.key("ig"), "--hr-key", copy.officers.key("hr")]
    done = subprocess.run(
        [sys.executable, "-c", dedent(script), "subject-access", "q1", "--reference", "SAR-1", "--to", "answer", *keys,
         "--config", "netaudit.toml", "--out", "out"], cwd=copy.folder, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert not (copy.folder / "answer").exists()
    left = list(copy.folder.glob(".answer-*"))
    assert left
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o700 for path in left)
    copy.access("q1")
    assert not list(copy.folder.glob(".answer-*"))
    assert len(requests(copy.held())) == 165


def test_help_says_that_a_command_line_can_be_seen() -> None:
    said = subprocess.run([NETAUDIT, "subject-access", "--help"], capture_output=True, text=True, check=True).stdout
    assert "list of processes" in " ".join(said.split())
