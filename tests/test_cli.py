"""The command line from outside: exit codes, messages, help, a crash at any instant."""

from __future__ import annotations

import gzip
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import click
import polars as pl
import pytest
from approved import DPIA_SECTION
from polars.testing import assert_frame_equal
from shown_cases import statuses

from netaudit.cli import main
from netaudit.protect import Keyring
from netaudit.report import AUDIENCES
from netaudit.store import Store

Done = tuple[Path, subprocess.CompletedProcess[str]]

ROOT = Path(__file__).resolve().parents[1]
NETAUDIT = Path(sys.executable).with_name("netaudit")
NOW = "2026-03-20T06:00:00"
LINE = "{time}.000 {took} {ip} {result} {size} {method} {url} {user} HIER_DIRECT/192.0.2.250 {mime}"
TUESDAY = 1773136800  # 2026-03-10 10:00 in London
# Invented people, one of whom is talked about nowhere: the canary.
CANARIES = ("canary.surname", "canarystaff", "203.0.113.177", "canary-path", "canary-query", "canary-secret")


def netaudit(*arguments: str | Path, cwd: Path | None = None, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [NETAUDIT, *map(str, arguments)],
        input=given.decode(),
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
    )


def request(time: int, url: str, user: str = "canary.surname", took: int = 100, **other: object) -> str:
    values = {
        "ip": "203.0.113.177",
        "result": "TCP_MISS/200",
        "size": 40_000,
        "method": "GET",
        "mime": "text/html",
    }
    return LINE.format(time=time, took=took, url=url, user=user, **(values | other)) + "\n"


def an_hour_of_reading(user: str = "canary.surname", start: int = TUESDAY) -> str:
    """Eighty minutes of property pages, a new page each minute, with a query that must not survive."""
    return "".join(
        request(start + 60 * minute, f"http://www.rightmove.co.uk/canary-path/{minute}?q=canary-query", user)
        + request(start + 60 * minute + 1, f"http://media.rightmove.co.uk/{minute}.jpg", user, mime="image/jpeg")
        + request(start + 60 * minute + 1, "http://media.rightmove.co.uk/page.css", user, mime="text/css")
        for minute in range(80)
    )


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("logs") / "access.log"
    odd = "rubbish canary-secret\n\n" + request(TUESDAY, "https://ann:canary-secret@a.example/canary-path")
    path.write_text(an_hour_of_reading() + an_hour_of_reading("canarystaff", TUESDAY + 7200) + odd)
    path.with_name("netaudit.toml").write_text(DPIA_SECTION)
    return path


@pytest.fixture(scope="module")
def done(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Done:
    out = tmp_path_factory.mktemp("run") / "out"
    return out, netaudit("run", log, "--out", out, "--now", NOW, "--config", log.with_name("netaudit.toml"))


def every_byte(folder: Path) -> bytes:
    parts = []
    for path in sorted(folder.rglob("*")):
        parts.append(str(path.relative_to(folder)).encode())
        if path.is_file():
            data = path.read_bytes()
            parts.append(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data)
    return b"\n".join(parts)


def tables(out: Path) -> dict[tuple[str, str, str], pl.DataFrame]:
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        return {
            (table, period, part): store.read(table, period, part)
            for table in (
                "events",
                "labels",
                "visits",
                "spells",
                "findings",
                "evidence",
                "published",
                "rejects",
            )
            for period, part in store.ledger.parts(table)
        }
    finally:
        store.close()


def pages(out: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(out)): path.read_bytes()
        for audience in AUDIENCES
        for path in sorted((out / audience).rglob("*"))
        if path.is_file()
    }


def test_a_run_reports_its_account_its_findings_and_where_the_report_is(log: Path, done: Done) -> None:
    out, run = done
    assert run.returncode == 0, run.stderr
    assert "483 = 481 + 0 + 0 + 1 + 1  squid, read" in run.stdout
    assert "set aside: 1 × too few columns" in run.stdout
    assert "Week 2026-W11: provisional\n" in run.stdout
    assert statuses(out) == {"new": 2}
    assert run.stdout.rstrip().endswith(f"The report is at {out / 'ig' / 'index.html'}")
    assert (out / "ig" / "index.html").exists()
    assert run.stderr.splitlines() == [f"Reading {log}", "Human time", "Policy", "Reports"]


def test_no_canary_stands_in_any_byte_that_was_written(done: Done) -> None:
    out, run = done
    written = every_byte(out)
    printed = (run.stdout + run.stderr).encode()
    for canary in CANARIES:
        assert canary.encode() not in written.lower(), canary
        assert canary.encode() not in printed.lower(), canary
    # the store is looked into as well: what is enciphered holds no name either
    for place, table in tables(out).items():
        text = table.write_csv().lower()
        for canary in CANARIES:
            assert canary not in text, place


def test_all_that_is_written_is_for_its_owner_alone(done: Done) -> None:
    out, _ = done
    for path in [out, *out.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_same_log_again_changes_nothing(log: Path, done: Done) -> None:
    out, _ = done
    before_pages, before_tables = pages(out), tables(out)
    again = netaudit("run", log, "--out", out, "--now", NOW, "--config", log.with_name("netaudit.toml"))
    assert again.returncode == 0, again.stderr
    assert "known already" in again.stdout
    after = tables(out)
    for place, table in before_tables.items():
        assert_frame_equal(table, after[place])
    assert_pages_equal(before_pages, pages(out))


def assert_pages_equal(left: dict[str, bytes], right: dict[str, bytes]) -> None:
    assert sorted(left) == sorted(right)
    for name, data in left.items():
        assert data == right[name], name


@pytest.mark.parametrize("instant", ["Reading", "Human time", "Policy", "Reports"])
def test_killed_at_any_instant_and_run_again_gives_the_same(
    log: Path, done: Done, tmp_path: Path, instant: str
) -> None:
    whole, _ = done
    out = tmp_path / "out"
    out.mkdir(mode=0o700)
    subprocess.run(["cp", "-a", whole / "keys", out / "keys"], check=True)  # the same pseudonyms, to compare
    victim = subprocess.Popen(
        [NETAUDIT, "run", log, "--out", out, "--now", NOW, "--config", log.with_name("netaudit.toml")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert victim.stderr is not None
    for line in victim.stderr:
        if line.startswith(instant):
            victim.send_signal(signal.SIGKILL)
            break
    victim.communicate()
    again = netaudit("run", log, "--out", out, "--now", NOW, "--config", log.with_name("netaudit.toml"))
    assert again.returncode == 0, again.stderr
    assert_pages_equal(pages(whole), pages(out))
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in whole.iterdir())
    left, right = tables(whole), tables(out)
    assert sorted(left) == sorted(right)
    for place, table in left.items():
        if place[0] != "rejects":
            assert_frame_equal(table, right[place])


def test_coming_back_to_the_same_pages_is_tabbing_and_not_a_timer(tmp_path: Path) -> None:
    """Six times twelve minutes on the same dozen pages, four minutes of work in between: 72 minutes in one chain."""
    requests = []
    for block in range(6):
        for minute in range(12):
            at = TUESDAY + (16 * block + minute) * 60
            requests.append((at, f"http://www.rightmove.co.uk/property/{minute}", "text/html"))
            requests.append((at + 2, f"http://media.rightmove.co.uk/{minute}.jpg", "image/jpeg"))
            requests.append((at + 2, "http://media.rightmove.co.uk/page.css", "text/css"))
        at = TUESDAY + (16 * block + 12) * 60
        requests += [(at + 60 * minute, f"http://www.gov.uk/{block}/{minute}", "text/html") for minute in range(4)]
    path = tmp_path / "access.log"
    path.write_text("".join(request(at, url, mime=mime) for at, url, mime in requests))
    run = netaudit("run", path, "--out", tmp_path / "out", "--now", NOW)
    assert run.returncode == 0, run.stderr
    findings = next(table for place, table in tables(tmp_path / "out").items() if place[0] == "findings")
    assert findings.select("rule_id", "status").rows() == [("one_hour", "new")]
    assert 60 < findings["minutes_low"].item() <= 72


def test_explain_prints_the_timeline_of_a_finding(log: Path, done: Done) -> None:
    out, _ = done
    findings = next(table for place, table in tables(out).items() if place[0] == "findings")
    case = findings["finding_id"][0]
    shown = netaudit("explain", case, "--out", out, "--config", log.with_name("netaudit.toml"))
    assert shown.returncode == 0, shown.stderr
    for part in (f"Case {case}", "Clause 7.2", "rightmove.co.uk (Property)", "Why it might be wrong", "at least"):
        assert part in shown.stdout
    assert not any(canary in shown.stdout for canary in CANARIES)


def test_explain_of_an_unknown_finding_says_where_to_look(log: Path, done: Done) -> None:
    out, _ = done
    shown = netaudit("explain", "F-NONE", "--out", out, "--config", log.with_name("netaudit.toml"))
    assert shown.returncode == 2
    assert "take the case number from the findings page" in shown.stderr


def test_standard_input_and_a_folder_are_read_alike(log: Path, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "access.log.gz").write_bytes(gzip.compress(log.read_bytes()))
    for arguments, given in (((folder,), b""), (("-",), log.read_bytes())):
        run = netaudit("run", *arguments, "--out", tmp_path / f"out{len(given)}", "--now", NOW, given=given)
        assert run.returncode == 0, run.stderr
        assert "483 = 481 + 0 + 0 + 1 + 1  squid, read" in run.stdout


def test_a_grown_file_adds_only_what_is_new(log: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "access.log", tmp_path / "access.log.new"
    lines = log.read_text().splitlines(keepends=True)
    first.write_text("".join(lines[:200]))
    second.write_text("".join(lines))
    out = tmp_path / "out"
    assert netaudit("run", first, "--out", out, "--now", NOW).returncode == 0
    run = netaudit("run", second, "--out", out, "--now", NOW)
    assert "483 = 281 + 0 + 200 + 1 + 1  squid, read" in run.stdout
    whole = tmp_path / "whole"
    netaudit("run", log, "--out", whole, "--now", NOW)
    for table in ("events", "visits", "findings"):
        grown = [frame.height for place, frame in tables(out).items() if place[0] == table]
        assert grown == [frame.height for place, frame in tables(whole).items() if place[0] == table]


def test_a_file_that_no_format_reads_is_tried_again(log: Path, tmp_path: Path) -> None:
    (tmp_path / "odd.log").write_text("dear diary\n")
    for _ in range(2):
        run = netaudit("run", log, tmp_path / "odd.log", "--out", tmp_path / "out", "--now", NOW)
        assert run.returncode == 0, run.stderr
        assert "1 = 0 + 0 + 0 + 1 + 0  unknown, unknown format" in run.stdout
        assert "set aside: 1 × no known format reads this file" in run.stdout
        assert "set aside: 1 × too few columns" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["run", "nowhere.log", "--out", "out"],
            "error: no such file or folder\n --> nowhere.log\n  = help: check",
        ),
        (["run", "x.log", "--config", "bad.toml", "--out", "out"], "did you mean 'zone'?"),
        (["run", "notes.txt", "--out", "out"], "error: no known format reads this file\n --> notes.txt"),
    ],
)
def test_what_the_user_can_mend_ends_with_2_and_one_clear_message(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    (tmp_path / "x.log").write_text(request(TUESDAY, "http://a.example/"))
    (tmp_path / "notes.txt").write_text("dear diary\n")
    (tmp_path / "bad.toml").write_text('[time]\nzoen = "Europe/London"\n')
    run = netaudit(*arguments, cwd=tmp_path)
    assert run.returncode == 2
    assert words in run.stderr
    assert "Traceback" not in run.stderr


def test_standard_input_that_was_read_before_is_all_duplicates(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for _ in range(2):
        run = netaudit("run", "-", "--out", out, "--now", NOW, given=log.read_bytes())
        assert run.returncode == 0, run.stderr
    assert "483 = 0 + 0 + 482 + 0 + 1  squid, read" in run.stdout
    empty = netaudit("run", "-", "--out", out, "--now", NOW)
    assert empty.returncode == 0, empty.stderr


@pytest.mark.parametrize(("week", "words"), [("March", "is no week"), ("2026-W40", "no figures of week 2026-W40")])
def test_a_week_that_cannot_be_issued_again_is_named(log: Path, tmp_path: Path, week: str, words: str) -> None:
    run = netaudit("run", log, "--out", tmp_path / "out", "--now", NOW, "--reissue", week)
    assert run.returncode == 2
    assert words in run.stderr


def test_five_mistakes_in_a_configuration_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(
        '[organisaton]\nname = "x"\n[inputs]\nzone = "Europe/Lodnon"\n[identity]\ndirectory = "none.csv"\n'
        "[reports]\nminimum_group = 3\n[policy]\npack = 7\n"
    )
    (tmp_path / "x.log").write_text(request(TUESDAY, "http://a.example/"))
    run = netaudit("run", "x.log", "--config", "bad.toml", "--out", "out", cwd=tmp_path)
    assert run.returncode == 2
    for words in (
        "unknown section 'organisaton'",
        "unknown time zone 'Europe/Lodnon'",
        "'directory' leads to nothing: none.csv",
        "'minimum_group' is below 8",
        "'pack' is not text",
    ):
        assert words in run.stderr


def test_init_writes_private_examples_that_work(tmp_path: Path) -> None:
    first = netaudit("init", tmp_path / "site")
    assert first.returncode == 0, first.stderr
    for path in (tmp_path / "site").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert stat.S_IMODE((tmp_path / "site" / "keys").stat().st_mode) == 0o700
    log = tmp_path / "access.log"
    log.write_text(an_hour_of_reading("EXAMPLE\\ann.example"))
    run = netaudit("run", log, "--config", tmp_path / "site" / "netaudit.toml", "--out", tmp_path / "out")
    assert run.returncode == 0, run.stderr
    (tmp_path / "site" / "netaudit.toml").write_text("# mine\n")
    second = netaudit("init", tmp_path / "site")
    assert "kept" in second.stdout
    assert (tmp_path / "site" / "netaudit.toml").read_text() == "# mine\n"


def test_check_runs_every_example(tmp_path: Path) -> None:
    run = netaudit("check", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "ok    format squid: " in run.stdout
    for pack in ("leeds", "sheffield", "stw", "sunderland", "warrington"):
        assert f"ok    policy {pack}: " in run.stdout


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_has_help_with_an_example(name: str) -> None:
    command = main.commands[name]
    with click.Context(command, info_name=name) as context:
        text = command.get_help(context)
    assert "Example:" in text
    assert f"netaudit {name}" in text


def test_a_bug_ends_with_1_and_shows_places_but_no_message(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import netaudit.pipeline.audit as a\n"
        "def broken(*_):\n    raise RuntimeError('could not parse canary.surname')\n"
        "a.load_definitions = broken\n"
    )
    (tmp_path / "x.log").write_text(request(TUESDAY, "http://a.example/"))
    run = subprocess.run(
        [NETAUDIT, "run", "x.log", "--out", "out"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr.startswith("bug: RuntimeError in netaudit ")
    assert "audit.py:" in run.stderr
    assert "canary" not in run.stderr + run.stdout
