"""A purge: what is past its time is gone for good, what is held stays, and the certificate says exactly that."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from officers_data import Enrolled, enrol
from purge_data import AFTER, BEFORE, CANARIES, CONFIGURATION, DAY, MIDDLE, NOW, WEEK, after, line, week_of

from netaudit.contracts import FINDINGS
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.retention import GROUPS, WEEKLY, Retention
from netaudit.errors import DefinitionError, InputError, StoreError
from netaudit.pipeline import Result, audit, explain_finding, purge_holds, run_audit
from netaudit.pipeline.case_steps import request_case
from netaudit.pipeline.certificates import alone
from netaudit.pipeline.forgotten import REASON
from netaudit.pipeline.purge import Purged, purge, rehearse_purge
from netaudit.pipeline.stores import KEYS_OF_PERIOD
from netaudit.pipeline.trails import open_trail
from netaudit.protect import Keyring
from netaudit.store import Store, sole_use


@cache
def class_map() -> ClassMap:
    return audit.load_configured_class_map(Configuration(), date(2026, 4, 1))


@pytest.fixture(autouse=True)
def _one_class_map(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = class_map()
    monkeypatch.setattr(audit, "load_configured_class_map", lambda *_: shipped)


def run(out: Path, *logs: Path, now: datetime = NOW, configuration: Configuration = CONFIGURATION) -> Result:
    return run_audit([str(log) for log in logs], configuration, out, now, lambda *_: None)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("stored")
    lines = [one for first in (-WEEK, 0, WEEK) for one in week_of(first)]
    (place / "first.log").write_text("".join(lines) + "no line of a log\n")
    with pytest.MonkeyPatch.context() as patch:
        shipped = class_map()
        patch.setattr(audit, "load_configured_class_map", lambda *_: shipped)
        run(place / "out", place / "first.log")
    return place / "out"


@pytest.fixture
def out(stored: Path, tmp_path: Path) -> Path:
    shutil.copytree(stored, tmp_path / "out")
    (tmp_path / "late.log").write_text(line(-5 * DAY, "late.example") + line(WEEK + 2 * DAY + 5, "late.example"))
    return tmp_path / "out"


def places(out: Path) -> set[tuple[str, str]]:
    with sqlite3.connect(out / "store" / "ledger.sqlite") as db:
        found = {(table, period) for table, period in db.execute("SELECT table_name, period FROM parts")}
    db.close()
    return found


def keys(out: Path) -> set[tuple[str, str]]:
    return {(path.stem, path.parent.name) for path in (out / "keys").rglob("*.key")}


def everything(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def certificate(done: Purged) -> dict[str, object]:
    assert done.certificate is not None
    found: dict[str, object] = json.loads(done.certificate.read_text())
    return found


def destroyed(done: Purged) -> set[tuple[str, str]]:
    items = certificate(done)["destroyed"]
    assert isinstance(items, list)
    return {(item["what"], item["period"]) for item in items}


def kinds(out: Path) -> list[str]:
    return [entry.kind for entry in open_trail(CONFIGURATION, out).entries()]


def findings(out: Path) -> dict[str, list[str]]:
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        found = {period: store.read("findings", period, part) for period, part in store.ledger.parts("findings")}
        return {
            period: FINDINGS.completed(table)["finding_id"].to_list()
            for period, table in found.items()
            if table is not None
        }
    finally:
        store.close()


def figures(out: Path) -> dict[str, bytes]:
    """Return each published table, by its week."""
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        read = {period: store.read("published", period, part) for period, part in store.ledger.parts("published")}
        return {period: table.write_csv().encode() for period, table in read.items() if table is not None}
    finally:
        store.close()


# What is kept for how long


def test_every_table_of_a_store_has_its_days(out: Path) -> None:
    known = Retention().days
    assert {table for table, _ in places(out) | keys(out)} <= set(known)
    assert {name for names in KEYS_OF_PERIOD for name in names} <= WEEKLY
    assert len([name for group in GROUPS.values() for name in group.tables]) == len(known)  # none in two groups


@pytest.mark.parametrize("group", ["rows", "matching", "cases", "figures"])
def test_a_table_stays_to_its_last_day_and_no_longer(out: Path, group: str) -> None:
    last_evening = after(group, BEFORE) - timedelta(hours=8)  # 23:00 in London
    days = GROUPS[group].days
    others = replace(
        CONFIGURATION,
        retention=Retention({**dict.fromkeys(Retention().days, 7320), **dict.fromkeys(GROUPS[group].tables, days)}),
    )
    early = {item.place for item in rehearse_purge(others, out, last_evening).tables()}
    late = {item.place for item in rehearse_purge(others, out, last_evening + timedelta(hours=2)).tables()}
    of_group = {place for place in places(out) | keys(out) if place[0] in GROUPS[group].tables}
    assert not early
    assert late == {place for place in of_group if place[1] <= BEFORE} != set()


def test_rows_go_first_and_what_is_left_of_the_week_stays_readable(out: Path) -> None:
    known, numbers = findings(out), figures(out)
    before = keys(out)
    done = purge(CONFIGURATION, out, after("rows", BEFORE))
    gone = {place for place in before if place[1] == BEFORE and place[0] in GROUPS["rows"].tables}
    assert {name for name, _ in gone} >= {"events", "labels", "visits", "page_addresses"}
    assert destroyed(done) == gone
    assert keys(out) == before - gone
    assert not places(out) & gone
    assert not [path for table, period in gone for path in (out / "store" / table / period).glob("*")]
    assert findings(out) == known
    assert figures(out) == numbers
    late = run(out, out.parent / "late.log", now=after("rows", BEFORE))
    assert late.facts.reject_reasons[REASON] == 1  # the week takes no more lines
    assert findings(out) == known
    assert {period: table for period, table in figures(out).items() if period != AFTER} == {
        period: table for period, table in numbers.items() if period != AFTER
    }
    assert "Timeline" in explain_finding(known[BEFORE][0], CONFIGURATION, out, date(2026, 6, 9))
    (warning,) = (one for one in late.facts.warnings if "Keys were destroyed" in one)
    assert BEFORE in warning
    assert "events" in warning


def test_everything_goes_in_the_end_and_no_byte_of_it_is_left(out: Path) -> None:
    ring = Keyring(out / "keys")
    secrets = [ring.key(*place) for place in sorted(keys(out)) if place[1] == BEFORE]
    ring.close()
    sealed = [path.read_bytes() for path in (out / "store").glob(f"*/{BEFORE}/*")]
    numbers = findings(out)[BEFORE]
    assert secrets
    assert sealed
    now = after("figures", AFTER)  # of all three weeks
    done = purge(CONFIGURATION, out, now)
    assert {period for _, period in destroyed(done)} >= {BEFORE, MIDDLE, AFTER}
    assert (out / "keys" / BEFORE / "destroyed").is_file()  # the week as a whole
    left = everything(out)
    for name, content in left.items():
        for canary in CANARIES:
            if not name.startswith("store/class_maps"):  # a list of sites, of everybody's making
                assert canary not in content, (name, canary)
        for secret in secrets:
            assert secret not in content
            assert secret.hex().encode() not in content
        for table in sealed:
            assert table not in content
        for number in numbers:
            if not name.startswith("certificates/"):
                assert number.encode() not in content, name
    assert not list((out / "store").glob("*/2026-*"))
    assert not keys(out)


def test_a_back_up_of_the_store_stays_unreadable_and_is_forgotten_again(out: Path, tmp_path: Path) -> None:
    shutil.copytree(out / "store", tmp_path / "back-up")
    done = purge(CONFIGURATION, out, after("rows", BEFORE))
    gone = destroyed(done)
    shutil.rmtree(out / "store")
    shutil.copytree(tmp_path / "back-up", out / "store")
    ring = Keyring(out / "keys")
    for table, period in sorted(gone):
        with pytest.raises(StoreError, match="was destroyed"):
            ring.key(table, period)
    ring.close()
    again = purge(CONFIGURATION, out, after("rows", BEFORE) + timedelta(days=1))
    with_files = {place for place in gone if place[0] not in {"pseudonyms", "page_addresses"}}
    assert destroyed(again) == with_files
    assert "certificate 1 says that it was destroyed" in certificate(again)["destroyed"][0]["why"]  # type: ignore[index]
    assert not places(out) & gone
    assert purge(CONFIGURATION, out, after("rows", BEFORE) + timedelta(days=1)).certificate is None


@pytest.mark.parametrize("keep", [90, 4000])
def test_a_back_up_of_the_keys_and_the_store_is_found_and_destroyed_again(out: Path, tmp_path: Path, keep: int) -> None:
    """The marks are lost with the newer key folder; the certificate knows, whatever the configuration says by then."""
    for name in ("store", "keys"):
        shutil.copytree(out / name, tmp_path / "back-up" / name)
    now = after("rows", BEFORE)
    gone = destroyed(purge(CONFIGURATION, out, now))
    for name in ("store", "keys"):
        shutil.rmtree(out / name)
        shutil.copytree(tmp_path / "back-up" / name, out / name)
    assert gone <= keys(out)
    longer = replace(CONFIGURATION, retention=Retention(dict.fromkeys(Retention().days, keep)))
    again = purge(longer, out, now)
    assert destroyed(again) >= gone
    assert (destroyed(again) == gone) == (keep > 90)
    assert not keys(out) & gone
    assert not places(out) & gone


# The certificate and the trail


def test_the_certificate_says_what_was_there_and_the_trail_has_its_checksum(out: Path) -> None:
    files = {
        f"store/{path.relative_to(out / 'store')}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (out / "store").glob(f"*/{BEFORE}/*")
        if path.parent.parent.name in GROUPS["rows"].tables
    }
    done = purge(CONFIGURATION, out, after("rows", BEFORE))
    told = certificate(done)
    assert done.certificate is not None
    items = told["destroyed"]
    assert isinstance(items, list)
    assert {one["name"]: one["sha256"] for item in items for one in item["files"]} == files
    rows = {item["what"]: item["rows"] for item in items}
    assert rows["events"] == rows["labels"] == 85
    assert all(len(item["key"]) == 16 for item in items)
    assert told["configuration"] == "none: the defaults"
    begun, finished = list(open_trail(CONFIGURATION, out).entries())[-2:]
    assert (begun.kind, finished.kind) == ("purge.begun", "purge.finished")
    assert begun.about["certificate"] == finished.about["certificate"] == told["number"] == 1
    assert finished.about["sha256"] == hashlib.sha256(done.certificate.read_bytes()).hexdigest()
    text = done.certificate.with_suffix(".txt").read_text()
    for said in (f"events of {BEFORE}, 85 rows", *files.values(), *files, str(finished.about["sha256"]), "back-ups"):
        assert said in text
    assert not (out / "certificates" / "pending.json").exists()
    assert json.dumps(told, sort_keys=True, separators=(",", ":")).encode() + b"\n" == done.certificate.read_bytes()


def test_a_dry_run_says_the_same_and_changes_no_byte(out: Path) -> None:
    before = {path: (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"") for path in out.rglob("*")}
    plan = rehearse_purge(CONFIGURATION, out, after("cases", BEFORE))
    assert {
        path: (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"") for path in out.rglob("*")
    } == before
    done = purge(CONFIGURATION, out, after("cases", BEFORE))
    assert {item.place for item in plan.items} == destroyed(done)
    assert plan == done.plan


def test_nothing_to_do_leaves_no_certificate_and_no_entry(out: Path) -> None:
    assert purge(CONFIGURATION, out, NOW).certificate is None
    assert not list((out / "certificates").glob("certificate-*"))
    assert "purge.begun" not in kinds(out)


def test_a_damaged_trail_destroys_nothing(out: Path) -> None:
    purge(CONFIGURATION, out, after("rows", BEFORE))
    (trail,) = (out / "audit").rglob("*.jsonl")
    trail.write_bytes(trail.read_bytes().replace(b'"things"', b'"thongs"', 1))
    before = keys(out)
    with pytest.raises(StoreError):
        purge(CONFIGURATION, out, after("rows", MIDDLE))
    assert keys(out) == before


# Pages


def test_pages_of_what_is_gone_are_gone_and_the_others_are_made_again(out: Path) -> None:
    known = findings(out)
    old = {path: path.read_bytes() for path in (out / "ig" / "cases").glob("*") if path.is_file()}
    assert any(known[BEFORE][0].encode() in content for content in old.values())
    done = purge(CONFIGURATION, out, after("cases", BEFORE))
    assert ("reports", "") in destroyed(done)
    assert done.remark == ""
    for audience in audit.render.__globals__["AUDIENCES"]:
        for path in (out / audience).rglob("*"):
            if path.is_file():
                assert known[BEFORE][0].encode() not in path.read_bytes(), path
    assert any(known[AFTER][0].encode() in path.read_bytes() for path in (out / "ig" / "cases").glob("*"))
    with pytest.raises(InputError, match="no finding") as caught:
        explain_finding(known[BEFORE][0], CONFIGURATION, out, date(2026, 9, 9))
    assert f"cases of {BEFORE}" in str(caught.value)
    assert "keys of these weeks were destroyed" in str(caught.value)


def test_pages_that_are_too_old_are_not_made_again(out: Path) -> None:
    configuration = replace(CONFIGURATION, retention_days=28)
    assert not rehearse_purge(configuration, out, NOW + timedelta(days=28)).items
    done = purge(configuration, out, NOW + timedelta(days=29))
    assert destroyed(done) == {("reports", "")}
    assert not (out / "ig").exists()
    assert not (out / "managers").exists()


def test_reports_that_cannot_be_made_again_are_said(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def a_run_is_there(*_: object) -> None:
        with sole_use(out / "store"), sole_use(out / "store"):
            pass

    monkeypatch.setattr("netaudit.pipeline.purge.run_audit", a_run_is_there)
    done = purge(CONFIGURATION, out, after("cases", BEFORE))
    assert "another run is using the store" in done.remark
    assert not (out / "ig").exists()


# Holds


def open_case(period: str, number: str = "F-AAAAAAAAAA") -> Callable[..., dict[str, object]]:
    return lambda *_: {number: SimpleNamespace(period=period, state="approved", holds=True)}


def test_an_open_case_holds_all_of_its_week(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge_holds, "case_states", open_case(BEFORE))
    before = {place for place in keys(out) if place[1] == BEFORE}
    done = purge(CONFIGURATION, out, after("figures", AFTER))
    later = {("registers_seen", BEFORE)}  # consents may still come, and are looked for with every run
    assert {place for place in keys(out) if is_week(place)} == before | later
    assert {place for place in places(out) if is_week(place)} - later == {
        place for place in before if place[0] not in {"pseudonyms", "page_addresses"}
    }
    assert {one.what for one in done.plan.held if one.period == BEFORE} == {table for table, _ in before}
    assert all("case F-AAAAAAAAAA is not over: approved" in one.why for one in done.plan.held if one.period == BEFORE)
    told = certificate(done)["held_back"]
    assert isinstance(told, list)
    assert {"what": "events", "period": BEFORE, "why": "case F-AAAAAAAAAA is not over: approved"} in told
    assert "case F-AAAAAAAAAA is not over" in (out / "certificates" / "certificate-0001.txt").read_text()
    with sqlite3.connect(out / "store" / "ledger.sqlite") as db:  # its log file and its run, too
        assert db.execute("SELECT count(*) FROM files").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM runs").fetchone()[0] >= 1
    db.close()
    assert list((out / "store" / "class_maps").glob("*.zip"))
    monkeypatch.setattr(purge_holds, "case_states", lambda *_: {})
    purge(CONFIGURATION, out, after("figures", AFTER))
    assert not {place for place in keys(out) if is_week(place)}


def is_week(place: tuple[str, str]) -> bool:
    return place[1].startswith("2026-W")


HEADING = "period,case,reason,set_by,set_on,until\n"


def held(tmp_path: Path, *rows: str) -> Configuration:
    (tmp_path / "holds.csv").write_text(HEADING + "".join(f"{row}\n" for row in rows))
    return replace(CONFIGURATION, holds_file=tmp_path / "holds.csv")


def test_a_hold_by_hand_lasts_to_its_last_day(out: Path, tmp_path: Path) -> None:
    now = after("rows", BEFORE)
    until = now.date().isoformat()
    configuration = held(tmp_path, f"{BEFORE}..{MIDDLE},,Tribunal 1/2026,Head of IG,2026-05-01,{until}")
    done = purge(configuration, out, now)
    assert done.certificate is None
    assert {(one.what, one.period) for one in done.plan.held} >= {("events", BEFORE)}
    assert f"Tribunal 1/2026 (set by Head of IG on 2026-05-01 until {until})" in done.plan.held[0].why
    assert ("events", BEFORE) in destroyed(purge(configuration, out, now + timedelta(days=1)))


def test_a_case_is_held_by_its_number(out: Path, tmp_path: Path) -> None:
    number = findings(out)[BEFORE][0]
    configuration = held(tmp_path, f",{number},Grievance,Head of HR,2026-05-01,")
    done = purge(configuration, out, after("rows", MIDDLE))
    assert {period for _, period in destroyed(done)} == {MIDDLE}
    assert {one.period for one in done.plan.held} == {BEFORE}


def test_a_hold_that_holds_nothing_is_refused_with_all_other_faults(out: Path, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="no case 'F-ZZZZZZZZZZ' is stored"):
        purge(held(tmp_path, ",F-ZZZZZZZZZZ,Grievance,Head of HR,2026-05-01,"), out, after("rows", BEFORE))
    rows = ("March,,why,who,2026-01-01,", ",X,why,who,2026-01-01,", ",,why,who,yesterday,soon", "2026-W10,,,,,")
    with pytest.raises(DefinitionError) as caught:
        purge(held(tmp_path, *rows), out, after("rows", BEFORE))
    assert [one.what for one in caught.value.problems] == [
        "'reason' is empty",
        "'set_by' is empty",
        "'set_on' is empty",
        "'period' names no weeks",
        "'case' is no number of a case",
        "neither a week nor a case is held",
        "'set_on' is no date",
        "'until' is no date",
    ]
    assert places(out) == places(out)
    assert ("events", BEFORE) in keys(out)


# Ledger, class maps, policies


def test_the_ledger_forgets_files_and_runs_but_never_its_last_numbers(out: Path) -> None:
    now = after("ledger", "2026-W14") + timedelta(days=7)
    run(out, out.parent / "late.log", now=now)
    with sqlite3.connect(out / "store" / "ledger.sqlite") as db:
        (sha256,) = db.execute("SELECT sha256 FROM files WHERE file_id = 1").fetchone()
    db.close()
    archive = out / "store" / "policies"
    (archive / ("0" * 64 + ".zip")).write_bytes(b"of a run that nobody knows")
    done = purge(CONFIGURATION, out, now)
    assert {"files", "runs", "policies"} <= {what for what, _ in destroyed(done)}
    with sqlite3.connect(out / "store" / "ledger.sqlite") as db:
        assert [row[0] for row in db.execute("SELECT file_id FROM files")] == [2]
        assert 1 not in [row[0] for row in db.execute("SELECT run_id FROM runs")]
    db.close()
    assert sha256.encode() not in (out / "store" / "ledger.sqlite").read_bytes()
    assert f"1:{sha256}" in str(certificate(done))
    assert {path.stem for path in archive.glob("*.zip")} == {audit.load_policy("leeds").sha256}
    assert list((out / "store" / "class_maps").glob("*.zip"))


def test_lists_of_lines_set_aside_end_and_begin_anew(out: Path) -> None:
    (out.parent / "later.log").write_text(line(WEEK + 3 * DAY + 5) + "nor this\n")
    later = run(out, out.parent / "later.log", now=NOW + timedelta(days=40))
    assert sum(later.facts.reject_reasons.values()) == 2
    assert {period for table, period in places(out) if table == "rejects"} == {"runs", "runs-2"}
    day = NOW + timedelta(days=GROUPS["rejects"].days + 1)
    assert ("rejects", "runs") not in {
        item.place for item in rehearse_purge(CONFIGURATION, out, day - timedelta(days=1)).items
    }
    assert ("rejects", "runs") in destroyed(purge(CONFIGURATION, out, day))
    assert {period for table, period in places(out) if table == "rejects"} == {"runs-2"}


# Refusals, warnings


def test_a_purge_during_a_run_and_two_at_once_are_refused(out: Path) -> None:
    before = everything(out)
    with sole_use(out / "store"), pytest.raises(StoreError, match="another run is using the store"):
        purge(CONFIGURATION, out, after("rows", BEFORE))
    with alone(out / "certificates"), pytest.raises(StoreError, match="another purge is at work"):
        purge(CONFIGURATION, out, after("rows", BEFORE))
    assert {name: content for name, content in everything(out).items() if name != "certificates/lock"} == before


def test_a_run_says_that_nobody_has_purged_for_a_week(out: Path, tmp_path: Path) -> None:
    said = "is past its retention since 7 June 2026 and was not destroyed: run netaudit purge"
    now = after("rows", BEFORE)

    def warned(now: datetime, configuration: Configuration = CONFIGURATION) -> bool:
        facts = run(out, out.parent / "late.log", now=now, configuration=configuration).facts
        return any(said in warning for warning in facts.warnings)

    assert not warned(now + timedelta(days=6))
    assert warned(now + timedelta(days=7))
    assert not warned(now + timedelta(days=7), held(tmp_path, f"{BEFORE},,Tribunal,Head of IG,2026-05-01,"))
    purge(CONFIGURATION, out, now + timedelta(days=7))
    assert not warned(now + timedelta(days=7))


def test_a_table_that_this_version_does_not_know_is_left_and_named(out: Path) -> None:
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        with store.commit(NOW) as commit:
            commit.put("of_tomorrow", BEFORE, "week", pl.DataFrame({"number": [1]}))
    finally:
        store.close()
    done = purge(CONFIGURATION, out, after("figures", AFTER))
    assert ("of_tomorrow", BEFORE) in keys(out)
    assert [one.what for one in done.plan.held if "does not know" in one.why] == ["of_tomorrow"]
    assert not (out / "keys" / BEFORE / "destroyed").exists()


# Sealed names, and what somebody has asked about


SEALED_ON = datetime(2026, 5, 1, 6, tzinfo=UTC)


def sealed(tmp_path: Path) -> tuple[Path, Configuration, Enrolled]:
    officers = enrol(tmp_path / "officers")
    configuration = replace(CONFIGURATION, officers_file=officers.file, unproven_days=60)
    (tmp_path / "first.log").write_text("".join(one for first in (-WEEK, 0) for one in week_of(first)))
    run(tmp_path / "out", tmp_path / "first.log", now=SEALED_ON, configuration=configuration)
    return tmp_path / "out", configuration, officers


def seals(out: Path) -> set[str]:
    return {path.stem for path in (out / "store" / "seals").glob("*")}


def test_a_case_that_is_asked_about_holds_its_week_and_its_sealed_name(tmp_path: Path) -> None:
    out, configuration, officers = sealed(tmp_path)
    first, second = (findings(out)[week][0] for week in (BEFORE, MIDDLE))
    assert seals(out) == {first, second}
    now = SEALED_ON + timedelta(days=61)  # on the day before was the last on which somebody could ask
    asked = now - timedelta(hours=30)
    request_case(configuration, out, first, "An alleged breach of clause 7.2", officers.identities["ig"], asked)
    plan = rehearse_purge(configuration, out, now)
    assert not [item for item in plan.items if BEFORE in item.place or first in item.place]
    done = purge(configuration, out, now)
    assert {one.period for one in done.plan.held} == {BEFORE}
    assert all(f"case {first} is not over: requested" in one.why for one in done.plan.held)
    assert seals(out) == {first}  # the other one lapsed
    assert second in {period for _, period in destroyed(done)}
    assert (out / "keys" / second / "destroyed").is_file()
    assert not list((out / "keys" / second).glob("*.key"))
    lapsed = [entry.about["cases"] for entry in open_trail(configuration, out).entries() if entry.kind == "case.lapsed"]
    assert lapsed == [[second]]
    assert f"sealed name of case {second}" in (out / "certificates" / "certificate-0001.txt").read_text()
    # nobody agreed in time: the request has ended, and holds nothing any more
    later = purge(configuration, out, now + timedelta(days=4))
    assert ("events", BEFORE) in destroyed(later)
    assert seals(out) == set()
    again = run(out, tmp_path / "first.log", now=now + timedelta(days=5), configuration=configuration)
    assert again.files
    assert seals(out) == set()


def test_a_sealed_name_goes_with_its_finding(tmp_path: Path) -> None:
    out, configuration, _ = sealed(tmp_path)
    longer = replace(configuration, unproven_days=3000)
    first = findings(out)[BEFORE][0]
    for path in (out / "store" / "seals").iterdir():  # as if it had been sealed to stay that long
        assert path.read_bytes()
    purge(longer, out, after("cases", BEFORE))
    assert first not in seals(out)
    assert not list((out / "keys" / first).glob("*.key"))


def test_whole_years_of_the_trail_go_and_what_is_open_keeps_them(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = replace(CONFIGURATION, second_folder=tmp_path / "second")
    for year in (2026, 2027, 2028):
        at = datetime(year, 8, 1, tzinfo=UTC)
        open_trail(configuration, out).append("view", {"case": f"F-{year}AAAAAA", "year": year}, who="IG", at=at)
    now = datetime(2033, 7, 1, tzinfo=UTC)  # all of 2026 is older than six years, and some of 2027
    entries = list(open_trail(configuration, out).entries())
    of_2026 = [entry for entry in entries if entry.at.year == 2026]
    with monkeypatch.context() as patch:
        patch.setattr(purge_holds, "case_states", open_case(AFTER, number="F-2026AAAAAA"))
        assert rehearse_purge(configuration, out, now).of("trail") is None
    done = purge(configuration, out, now)
    assert ("trail", "") in destroyed(done)
    left = list(open_trail(configuration, out).entries())
    assert left[0].number == of_2026[-1].number + 1
    assert "trail.shortened" in [entry.kind for entry in left]
    assert b"F-2026AAAAAA" not in b"".join(path.read_bytes() for path in (out / "audit").rglob("*") if path.is_file())
    assert purge(configuration, out, now).certificate is None
