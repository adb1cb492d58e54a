"""Weeks whose keys were destroyed: nobody can read them, from a back-up neither, and the nights go on."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import click
import pyarrow.parquet as pq
import pytest
from approved import APPROVED, DPIA_SECTION
from pyarrow.parquet import encryption

from netaudit.cli import main
from netaudit.contracts import FINDINGS
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.configuration import Configuration
from netaudit.errors import InputError, StoreError
from netaudit.pipeline import Result, audit, explain_finding, run_audit
from netaudit.pipeline.forgotten import REASON
from netaudit.pipeline.key_tasks import destroy_keys, list_keys
from netaudit.protect import Keyring, Pseudonyms, wrapping_key
from netaudit.store import Store

NETAUDIT = Path(sys.executable).with_name("netaudit")
MONDAY = 1773014400  # 2026-03-09 00:00 in London: week 11
WEEK, DAY = 7 * 86400, 86400
BEFORE, GONE, AFTER = "2026-W10", "2026-W11", "2026-W12"
NOW = datetime(2026, 4, 2, 6, tzinfo=UTC)
TODAY = date(2026, 4, 2)
CONFIGURATION = Configuration(dpia=APPROVED)


def line(second: int, host: str = "somewhere.example", size: int = 40000, user: str = "canary.ann") -> str:
    return (
        f"{MONDAY + second}.000   2000 192.0.2.1 TCP_TUNNEL/200 {size} CONNECT {host}:443 {user} "
        "HIER_DIRECT/198.51.100.7 -\n"
    )


def page(second: int) -> str:
    """Return what a page that somebody opens looks like."""
    return (
        f"{MONDAY + second}.000 100 192.0.2.1 TCP_MISS/200 40000 GET http://www.rightmove.co.uk/{second} canary.ann "
        "HIER_DIRECT/198.51.100.7 text/html\n"
    )


def week_of(first: int) -> list[str]:
    """Return a week in which somebody looks for a house on Tuesday, for eighty minutes, and works."""
    played = [page(first + DAY + 36000 + 60 * minute) for minute in range(80)]
    worked = [line(first + DAY * day + 40000, "somewhere.example") for day in range(5)]
    night = [line(first - 1800, "night.example"), line(first + 1800, "night.example")] if first > -WEEK else []
    return sorted([*played, *worked, *night])


LATE = [
    line(DAY + 37500, "late.example"),  # of week 11
    line(-1200, "late.example"),  # of week 10, an hour before week 11
    line(WEEK + 2400, "late.example"),  # of week 12, and within three hours of week 11
    line(WEEK + DAY + 50000, "late.example"),
]


@cache
def class_map() -> ClassMap:
    return audit.load_configured_class_map(Configuration(), date(2026, 4, 1))


def run(out: Path, *logs: Path, reissue: frozenset[str] = frozenset(), now: datetime = NOW) -> Result:
    shipped = class_map()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "load_configured_class_map", lambda *_: shipped)
        return run_audit([str(log) for log in logs], CONFIGURATION, out, now, lambda *_: None, reissue)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("stored")
    (place / "first.log").write_text("".join(one for first in (-WEEK, 0, WEEK) for one in week_of(first)))
    run(place / "out", place / "first.log")
    return place / "out"


@pytest.fixture
def out(stored: Path, tmp_path: Path) -> Path:
    shutil.copytree(stored, tmp_path / "out")
    (tmp_path / "late.log").write_text("".join(LATE))
    return tmp_path / "out"


@pytest.fixture
def late(out: Path) -> Path:
    return out.parent / "late.log"


def forget(out: Path, *tables: str, period: str = GONE) -> None:
    destroy_keys(CONFIGURATION, out, period, tables, TODAY, rehearse=False)


def parts(out: Path) -> set[tuple[str, str, str]]:
    with sqlite3.connect(out / "store" / "ledger.sqlite") as db:
        found = {tuple(row) for row in db.execute("SELECT table_name, period, part FROM parts")}
    db.close()
    return found


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


def test_what_was_destroyed_cannot_be_read_from_a_back_up_and_the_rest_can(out: Path, late: Path) -> None:
    before = findings(out)
    assert set(before) == {BEFORE, GONE, AFTER}
    assert all(before.values())
    shutil.copytree(out / "store", out.parent / "back-up")
    forget(out)
    told = run(out, late)
    assert {period for _, period, _ in parts(out)} == {BEFORE, AFTER, "runs"}
    assert not list((out / "store").glob(f"*/{GONE}/*"))
    assert {week.period for week in told.weeks} >= {BEFORE, AFTER}
    # the back-up comes back
    shutil.rmtree(out / "store")
    shutil.copytree(out.parent / "back-up", out / "store")
    ring = Keyring(out / "keys")
    keys = {bytes.fromhex(path.read_text()) for path in (out / "keys").rglob("*.key")}
    files = sorted((out / "store").glob(f"*/{GONE}/*.parquet"))
    assert len({path.parent.parent.name for path in files}) > 15
    for path in files:
        table, stem = path.parent.parent.name, ".".join(path.name.split(".")[:3])
        with pytest.raises(StoreError, match=f"the key of '{table}' of {GONE} was destroyed on 2026-04-02"):
            ring.key(table, GONE)
        for key in keys:
            properties = encryption.create_decryption_properties(
                footer_key=key, aad_prefix=f"netaudit/{table}/{GONE}/{stem}".encode()
            )
            with pytest.raises(OSError, match="decrypt"):
                pq.read_metadata(path, decryption_properties=properties)
    with pytest.raises(StoreError, match=f"the key of 'pseudonyms' of {GONE} was destroyed"):
        Pseudonyms(GONE, ring.key)
    ring.close()
    assert findings(out) == {period: numbers for period, numbers in before.items() if period != GONE}
    assert not list((out / "store").glob(f"*/{GONE}/*"))  # opened once, the store forgets it again
    with pytest.raises(InputError, match="no finding") as caught:
        explain_finding(before[GONE][0], CONFIGURATION, out, TODAY)
    assert f"cases of {GONE} may be gone: keys of these weeks were destroyed" in caught.value.problems[0].remedy
    assert "Timeline" in explain_finding(before[AFTER][0], CONFIGURATION, out, TODAY)
    again = run(out, late)
    assert again.facts.reject_reasons == {REASON: 1}
    assert findings(out) == {period: numbers for period, numbers in before.items() if period != GONE}


@pytest.mark.parametrize("table", ["events", "pseudonyms", "page_addresses", ""])
def test_lines_that_come_late_are_set_aside_and_never_stored(out: Path, late: Path, table: str) -> None:
    before = parts(out)
    forget(out, *filter(None, [table]))
    told = run(out, late)
    assert told.facts.reject_reasons == {REASON: 1}
    assert told.facts.reject_examples[0][2] == REASON
    account = told.files[0].account
    assert (account.lines, account.events, account.rejects) == (4, 3, 1)
    assert account.adds_up
    assert not (out / "keys" / GONE / f"{table or 'events'}.key").exists()
    after = parts(out)
    consents_seen = ("registers_seen", GONE, "week")  # those of people are taken as long as that can be
    assert {one for one in after if one[1] == GONE} - {consents_seen} <= {one for one in before if one[1] == GONE}
    assert {one for one in after if one[1] != GONE} >= {one for one in before if one[1] != GONE}
    assert any(GONE in warning and REASON[-9:] in warning for warning in told.facts.warnings)


TABLES = [
    "events", "labels", "visits", "visits_beside", "tallies", "downloads", "findings", "evidence", "spells", "leaks",
    "published", "issued", "provenance", "unlisted", "pseudonyms", "page_addresses",
    "source_hours", "open_sites", "lines_seen",
]  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_each_table_may_go_alone_and_the_nights_go_on(out: Path, late: Path, table: str) -> None:
    kept = findings(out)
    figures = sorted(path for path in (out / "store" / "published" / GONE).glob("*") if table != "published")
    forget(out, table)
    told, weeks = run_and_look(out, late)
    assert {week.period for week in told.weeks} == {BEFORE, AFTER}
    assert findings(out) == {
        period: numbers for period, numbers in kept.items() if (table, period) != ("findings", GONE)
    }
    assert sorted((out / "store" / "published" / GONE).glob("*")) == figures  # to the byte what it was
    page = (out / "ig" / "index.html").read_text()
    assert f"Keys were destroyed: {table} of {GONE}" in page
    whole = {week.period: week for week in weeks}
    assert (GONE in whole) == (table != "published")
    if table in {"findings", "evidence"}:
        assert not whole[GONE].heads
    elif table != "published":
        assert len(whole[GONE].heads) == len(kept[GONE])


def run_and_look(out: Path, late: Path) -> tuple[Result, list[audit.Week]]:
    """Return what a night did, and all weeks that it showed, whether they were assessed or not."""
    seen: list[audit.Week] = []
    real = audit.shown_weeks

    def shown(*given: object) -> list[audit.Week]:
        seen.extend(real(*given))  # type: ignore[arg-type]
        return seen

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "shown_weeks", shown)
        return run(out, late), seen


def test_the_list_of_lines_set_aside_begins_anew(out: Path, late: Path) -> None:
    with late.open("a") as log:
        log.write("no line of a log\n")
    assert sum(run(out, late).facts.reject_reasons.values()) == 1
    forget(out, period="runs")
    later = out.parent / "later.log"
    later.write_text(line(WEEK + DAY + 50001, "later.example") + "nor this\nnor that\n")
    assert sum(run(out, later).facts.reject_reasons.values()) == 2
    assert {period for table, period, _ in parts(out) if table == "rejects"} == {"runs-2"}


def test_a_week_that_lacks_something_is_not_issued_again(out: Path, late: Path) -> None:
    forget(out, "visits")
    with pytest.raises(InputError, match=f"week {GONE} cannot be issued again: its keys were destroyed"):
        run(out, late, reissue=frozenset({GONE}))


def test_keys_that_are_lost_stop_a_run_before_it_reads_and_are_all_named(out: Path, late: Path) -> None:
    before = parts(out)
    for path in (f"{GONE}/pseudonyms", f"{GONE}/events", f"{BEFORE}/page_addresses", f"{AFTER}/findings"):
        (out / "keys" / f"{path}.key").unlink()
    with pytest.raises(StoreError) as caught:
        run(out, late)
    assert [one.what for one in caught.value.problems] == [
        f"the key of 'page_addresses' of {BEFORE} is missing",
        f"the keys of 'events', 'pseudonyms' of {GONE} are missing",
        f"the key of 'findings' of {AFTER} is missing",
    ]
    assert caught.value.problems[1].remedy.endswith(
        f"netaudit keys destroy --period {GONE} --table events --table pseudonyms"
    )
    assert parts(out) == before
    assert {one.state for one in list_keys(CONFIGURATION, out) if one.period == GONE} == {"plain", "missing"}
    # said to be destroyed, they stop nothing any more
    forget(out, "events", "pseudonyms")
    forget(out, "page_addresses", period=BEFORE)
    forget(out, "findings", period=AFTER)
    assert run(out, late).facts.reject_reasons[REASON] >= 1


def test_the_clock_of_the_run_has_no_say_in_which_key_is_whose(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    log.write_text(line(WEEK + 1) + line(WEEK + 2) + line(3 * DAY + 3600))  # each took two seconds
    found = []
    for number, now in enumerate((datetime(2026, 3, 17, tzinfo=UTC), datetime(2031, 12, 31, 23, 59, tzinfo=UTC))):
        out = tmp_path / str(number)
        run(out, log, now=now)
        store = Store(out / "store", Keyring(out / "keys"))
        try:
            places = {place: store.read("events", *place) for place in store.ledger.parts("events")}
            found.append({place: table.height for place, table in places.items() if table is not None})
        finally:
            store.close()
        assert {path.name for path in (out / "keys").iterdir()} == {GONE, AFTER}
    assert found[0] == found[1] == {
        (GONE, "2026-03-12"): 1,
        (GONE, "2026-03-15"): 1,
        (GONE, "2026-03-16"): 1,  # a copy: within three hours of the week's end
        (AFTER, "2026-03-15"): 1,
        (AFTER, "2026-03-16"): 1,
    }  # fmt: skip


def test_the_ledger_holds_nothing_about_a_person(out: Path) -> None:
    data = b"".join(path.read_bytes() for path in (out / "store").glob("ledger.sqlite*"))
    for trace in (b"canary", b"192.0.2.1", b"rightmove", b".example", b"first.log", b"CONNECT"):
        assert trace not in data


# A wrapping key


@pytest.fixture
def wrapped(stored: Path, tmp_path: Path) -> Iterator[Path]:
    shutil.copytree(stored, tmp_path / "out")
    (tmp_path / "secret").touch(mode=0o600)
    (tmp_path / "secret").write_text(secrets.token_hex(32))
    (tmp_path / "late.log").write_text("".join(LATE))
    (tmp_path / "netaudit.toml").write_text('[categories]\nfolder = "categories"\n' + DPIA_SECTION)
    (tmp_path / "categories").mkdir()
    (tmp_path / "categories" / "overrides.csv").write_text(
        "pattern,category,reason,author,date,expires,ticket\nsomewhere.example,news,why,IG,2026-01-01,,\n"
    )
    done = netaudit(tmp_path, "keys", "rewrap", NETAUDIT_NEW_KEY_FILE="secret")
    assert done.returncode == 0, done.stderr
    yield tmp_path
    assert not any(len(path.read_bytes()) <= 65 for path in (tmp_path / "out" / "keys").rglob("*.key"))


def netaudit(place: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [NETAUDIT, *arguments, "--config", "netaudit.toml", "--out", "out"]
    return subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, env=os.environ | environment)


OPENING = {
    "run": ("run", "late.log", "--now", "2026-04-02T06:00"),
    "explain": ("explain", "F-0000000000"),
    "policy diff": ("policy", "diff", "leeds", "leeds"),
    "policy what-if": ("policy", "what-if", "--set", "time.lunch=12:00-13:30"),
    "categories uncategorised": ("categories", "uncategorised"),
    "categories diff": ("categories", "diff"),
    "categories lint": ("categories", "lint"),  # looks into the store if there are overrides
    "case list": ("case", "list"),
    "evidence dspt": ("evidence", "dspt", "--to", "sheets"),
    "evidence foi": ("evidence", "foi", "--to", "sheets"),
    "export findings": ("export", "findings", "--format", "ecs", "--to", "findings.ndjson"),
    "review export": ("review", "export", "--to", "review.csv"),
    "report": ("report", "--to", "union"),
    "evidence year": ("evidence", "year", "--to", "sheets"),
}
# Those that two officers, or a case, are needed for.
OPENING_FOR_OFFICERS = {
    "case approve",
    "case close",
    "case open",
    "case pack",
    "case request",
    "challenge",
    "officers reseal",
    "review import",
    "subject-access",
}
NEEDING_NO_KEY = {
    "audit restart",
    "audit show",
    "audit stamp",
    "audit verify",
    "correct consent",
    "correct decision",
    "correct exemption",
    "correct self-report",
    "correct site",
    "correct statement",
    "dpia",
    "keys destroy",
    "keys list",
    "notice",
    "object",
    "officers new",
    "policy show",
    "send",
    "verify",
}


@pytest.mark.parametrize("name", OPENING)
def test_every_command_that_opens_the_store_takes_the_wrapping_key(wrapped: Path, name: str) -> None:
    without = netaudit(wrapped, *OPENING[name])
    assert without.returncode == 2
    assert "the keys are wrapped, and no wrapping key is given" in without.stderr
    given = netaudit(wrapped, *OPENING[name], NETAUDIT_KEY_FILE="secret")
    assert "wrap" not in given.stderr
    if name == "explain":
        assert "no finding" in given.stderr
    elif name == "categories lint":
        assert "decided about nothing in the stored weeks" in given.stdout
    else:
        assert given.returncode == 0, given.stderr
    with (wrapped / "secret").open() as secret:
        command = [
            NETAUDIT,
            *OPENING[name],
            "--key-fd",
            str(secret.fileno()),
            "--config",
            "netaudit.toml",
            "--out",
            "out",
        ]
        by_descriptor = subprocess.run(
            command, cwd=wrapped, capture_output=True, text=True, check=False, pass_fds=[secret.fileno()]
        )
    assert by_descriptor.returncode == given.returncode, by_descriptor.stderr


def test_every_command_that_has_a_store_is_among_them() -> None:
    """Whatever takes --out can be given a wrapping key, but what needs no key."""
    commands = {
        f"{group} {name}".strip(): command
        for group, of_group in [("", main), *((name, one) for name, one in main.commands.items())]
        if isinstance(of_group, click.Group)
        for name, command in of_group.commands.items()
        if not isinstance(command, click.Group)
    }
    takes = {name for name, one in commands.items() if any("--key-fd" in each.opts for each in one.params)}
    has_store = {name for name, one in commands.items() if any("--out" in each.opts for each in one.params)}
    # a purge destroys without reading; it needs keys to make reports again, and to look up a case that is held
    assert takes == {*OPENING, *OPENING_FOR_OFFICERS, "keys rewrap", "purge"}
    assert has_store - takes == NEEDING_NO_KEY


def test_a_new_store_has_wrapped_keys_from_the_first(tmp_path: Path) -> None:
    (tmp_path / "netaudit.toml").write_text("")
    (tmp_path / "secret").touch(mode=0o600)
    (tmp_path / "secret").write_bytes(secrets.token_bytes(32))
    (tmp_path / "access.log").write_text("".join(LATE))
    done = netaudit(tmp_path, "run", "access.log", "--now", "2026-04-02T06:00", NETAUDIT_KEY_FILE="secret")
    assert done.returncode == 0, done.stderr
    files = list((tmp_path / "out" / "keys").rglob("*.key"))
    assert files
    assert all(path.read_bytes().startswith(b"netaudit wrapped key 1 ") for path in files)
    ring = Keyring(tmp_path / "out" / "keys", wrapping_key(None, tmp_path / "secret"))
    keys = [ring.key(path.stem, path.parent.name) for path in files]
    ring.close()
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != "secret")
    secret = (tmp_path / "secret").read_bytes()
    for key in [secret, *keys]:
        assert key not in everything
        assert key.hex().encode() not in everything
