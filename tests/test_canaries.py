"""Canaries sung into every field of every format: none is in anything that is ever written, whatever happens."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from approved import DPIA_SECTION
from canaries import (
    ADDRESS,
    CANARIES,
    INSTEAD,
    OF_LOGS,
    Watcher,
    encodings,
    files_of,
    found_below,
    found_in,
    found_in_tables,
    hostile_lines,
    lines_of,
    read,
    tables,
)

from netaudit.definitions.format_files import load_formats

NOW = "2026-03-20T06:00:00"
TUESDAY = 1773136800  # 2026-03-10 10:00 in London
FORMATS = {one.name: one for one in load_formats()}

# A run in which everything that can be put aside is; something may go wrong in it.
PROGRAM = """
import os, signal, sys
from netaudit import cli
from netaudit.pipeline import assessing, audit, choices, days, door, reading
days.SLICE_ROWS, reading._BYTES_IN_MEMORY, reading._ROWS_PUT_ASIDE, reading._ROWS_AT_THE_DOOR = 150, 30_000, 200, 100

def fails_in(owner, name):
    real = getattr(owner, name)
    def failing(*given, **named):
        raise RuntimeError(given, named)
    setattr(owner, name, failing)

{wrong}
cli.main()
"""


def program(wrong: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", PROGRAM.format(wrong=wrong), *map(str, arguments)]


def environment(folder: Path) -> dict[str, str]:
    (folder / "tmp").mkdir(exist_ok=True)
    return os.environ | {"TMPDIR": str(folder / "tmp"), "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}


def squid_lines() -> Iterator[str]:
    """Yield a day of ten people whose names are canaries, enough for cases, figures and unknown sites."""
    for minute in range(90):
        for person in range(10):
            user = f"{CANARIES['user_name']}{person}"
            for host in ("www.rightmove.co.uk", f"{CANARIES['machine']}", ADDRESS, "www.unheard-of.example"):
                url = f"http://{CANARIES['credentials']}:{CANARIES['password']}@{host}/{CANARIES['path']}{minute}?q=1"
                what = f"{ADDRESS} TCP_MISS/200 40000 GET {url} {user} HIER_DIRECT/198.51.100.9 text/html"
                yield f"{TUESDAY + 60 * minute + person}.000 100 {what}"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("all") / "logs"
    folder.mkdir()
    for name, log_format in FORMATS.items():
        for number, lines in enumerate(files_of(log_format)):
            path = folder / f"{CANARIES['file_name']}-{name}-{number}.log"
            path.write_text("\n".join(lines) + "\n")
    (folder / "much.log").write_text("\n".join(squid_lines()) + "\n")
    (folder / "hostile.log").write_bytes("\n".join(list(squid_lines())[:200]).encode() + b"\n" + hostile_lines())
    (folder / "no-format.log").write_text(f"{CANARIES['raw']}\n" * 50)
    return folder


def registers(folder: Path) -> Path:
    """Write a configuration with canaries in the directory and in every register, and return its path."""
    word, user = CANARIES["register"], CANARIES["user_name"]
    (folder / "registers").mkdir()
    (folder / "directory.csv").write_text(
        "person_id,accounts,team,directorate\n"
        + "".join(f"{word}{one},{user}{one};{word}\\{user}{one},Finance,Corporate\n" for one in range(10))
    )
    texts = {
        "consents": "person_id,starts,ends,approver,reason\n"
        f"{word}1,2026-03-10T10:00,2026-03-10T10:20,{word}2,{word} asked\n",
        "exemptions": "person_id,role,starts,ends,approver,reason\n"
        f"{word}3,,2026-03-01,2026-03-31,{word}2,{word} needs it\n",
        "self_reports": "person_id,date,incident,reported_at\n"
        f"{word}4,2026-03-10,INC-{word},2026-03-10T15:00\n",
        "research": "person_id,categories,starts,ends,reference,approver,reason\n"
        f"{word}5,gambling,2026-03-01,2026-03-31,REC-{word},{word}2,{word}\n",
        "objections": "person_id,received,decision,decided_by,reason\n" f"{word}6,2026-03-02,refused,{word}2,{word}\n",
        "leave": "person_id,starts,ends\n" f"{word}7,2026-03-10,2026-03-10\n",
        "shared_devices": "account_or_address,note\n" f"{word}kiosk,{word}\n",
        "service_accounts": "account,note\n" f"{word}svc,{word}\n",
        "own_devices": "account_or_address,note\n" f"{word}phone,{word}\n",
    }  # fmt: skip
    for name, text in texts.items():
        (folder / "registers" / f"{name}.csv").write_text(text)
    path = folder / "netaudit.toml"
    path.write_text(
        '[identity]\ndirectory = "directory.csv"\nregisters = "registers"\n[policy]\npack = "leeds"\n' + DPIA_SECTION
    )
    return path


def assert_silent(folder: Path, told: Mapping[str, bytes] | None = None) -> None:
    assert found_below(folder) == {}
    for name, text in (told or {}).items():
        assert found_in(text) == set(), (name, text[-2000:])


def test_the_search_finds_what_is_there() -> None:
    for name, canary in CANARIES.items():
        for form in encodings(canary):
            assert name in found_in(b"x" + form + b"y")
        for start in range(3):
            assert name in found_in(base64.b64encode(b"a" * start + canary.encode() + b"the rest"))
    assert found_in(b"nothing of it") == set()


# Some devices name nobody, or no page: of what a line of theirs can say, something must be heard.
_HEARD = {
    "user_name": {"user_name", "realm"},
    "source_ip": {"source_ip", "source_ip6"},
    "url_full": {"path", "credentials", "machine", "source_ip"},
}


# What these read of a line is one of few words, a number, or put together of two fields: other text is left out.
_OF_FEW_WORDS = {
    "http_request_method": {
        "azure-firewall", "cisco-asa-ftd", "juniper-srx", "ms-defender", "privoxy", "proxifier", "smoothwall",
    },
    "vendor_category": {"barracuda-cloudgen", "cloudflare-gateway-http", "i-filter"},
    "user_name": {"stormshield"},
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_the_canaries_of_a_format_reach_the_door(name: str) -> None:
    """A search for what was never read would find nothing."""
    log_format = FORMATS[name]
    heard: dict[str, set[str]] = {}
    could = set()
    for column in read("\n".join(lines_of(log_format)), log_format).get_columns():
        texts = [value for value in column.unique().to_list() if isinstance(value, str)]
        heard[column.name] = found_in("\n".join(texts).encode(), OF_LOGS)
        could |= {column.name} if texts else set()
    could -= {"disposition", "event_dataset"}  # netaudit's own words
    could -= {column for column, names in _OF_FEW_WORDS.items() if name in names}
    for column, wanted in _HEARD.items():
        if column in could:
            assert heard[column] & wanted, column
    assert "url_full" in could
    for column in ("http_request_referrer", "user_agent_original", "http_request_method", "vendor_category"):
        if column in could:
            assert heard[column], column
    assert set(INSTEAD) - {"url_path", "url_query", "url_domain"} >= could


@pytest.fixture(scope="module")
def whole(logs: Path) -> Path:
    """A run over all of them, watched while it runs."""
    folder = logs.parent / "whole"
    folder.mkdir()
    config = registers(logs.parent)
    command = program("", "run", logs, "--config", config, "--out", folder / "out", "--now", NOW)
    out, errors = folder / "stdout", folder / "stderr"
    with out.open("wb") as stdout, errors.open("wb") as stderr:
        child = subprocess.Popen(command, stdout=stdout, stderr=stderr, env=environment(folder), cwd=folder)
        inputs = (logs, config, config.with_name("directory.csv"), config.with_name("registers"))
        shared_memory = Path("/dev/shm")  # noqa: S108 - looked at, not written to
        with Watcher(child.pid, (folder, shared_memory), inputs=inputs) as watcher:
            assert child.wait(timeout=1200) == 0, errors.read_text()
    (folder.parent / "watched.json").write_text(
        json.dumps([watcher.looks, sorted(watcher.files), {name: sorted(one) for name, one in watcher.found.items()}])
    )
    return folder


def said_of_files(text: str) -> str:
    """Return what a run says without the names of files, which the operator typed or their folder holds."""
    return text.replace(CANARIES["file_name"], "")


def test_nothing_that_a_run_writes_holds_a_canary(whole: Path) -> None:
    told = {name: said_of_files((whole / name).read_text()).encode() for name in ("stdout", "stderr")}
    assert found_below(whole / "out") == {}
    assert found_below(whole / "tmp") == {}
    assert not list((whole / "tmp").iterdir())
    for text in told.values():
        assert found_in(text) == set(), text.decode()[-2000:]
    assert b"Week 2026-W11" in told["stdout"]
    read_formats = {name for name in FORMATS if re.search(rf"  {name}(?:, | and .*, )read", told["stdout"].decode())}
    assert read_formats == set(FORMATS)


def test_no_table_of_the_store_holds_a_canary(whole: Path) -> None:
    assert found_in_tables(whole / "out") == {}
    stored = dict(tables(whole / "out"))
    assert stored["events"].height
    events = [frame for name, frame in tables(whole / "out") if name == "events"]
    hosts = {host for frame in events for host in frame["url_domain"].cast(str).to_list() if host}
    assert "www.rightmove.co.uk" in hosts  # domain names are what the policy lets be recorded
    assert any(host.startswith("machine-") for host in hosts)
    assert {word for frame in events for word in frame["http_request_method"].cast(str).to_list()} >= {"GET", "other"}


def test_nothing_is_to_be_seen_while_it_runs(whole: Path) -> None:
    looks, files, found = json.loads((whole.parent / "watched.json").read_text())
    assert {
        name: one for name, one in found.items() if name not in {str(whole / "stdout"), str(whole / "stderr")}
    } == {}
    assert looks > 5  # each takes as long as there are files; how many there are hangs on the machine
    assert any("/staged/" in name for name in files)  # what is put aside until the end has been looked at


@pytest.mark.parametrize(
    ("number", "share"),
    [
        *((signal.SIGKILL, share) for share in (0.3, 0.5, 0.65, 0.8, 0.95)),
        *((signal.SIGTERM, share) for share in (0.5, 0.8)),
    ],
)
def test_nothing_is_left_behind_by_a_run_that_is_stopped(
    logs: Path, tmp_path: Path, number: signal.Signals, share: float
) -> None:
    lasts = _duration(logs)
    command = program("", "run", logs / "much.log", "--out", tmp_path / "out", "--now", NOW)
    with (tmp_path / "said").open("wb") as said:
        child = subprocess.Popen(command, stdout=said, stderr=said, env=environment(tmp_path), cwd=tmp_path)
        time.sleep(lasts * share)
        child.send_signal(number)
        child.wait(timeout=60)
    assert_silent(tmp_path)
    if number == signal.SIGTERM and child.returncode == -number:
        assert not [path for path in (tmp_path / "out").rglob("*") if "staged" in path.parts or path.suffix == ".new"]
        assert b"stopped by SIGTERM" in (tmp_path / "said").read_bytes()


_lasted: list[float] = []


def _duration(logs: Path) -> float:
    if not _lasted:
        begun = time.monotonic()
        with _folder(logs.parent / "timed") as folder:
            command = program("", "run", logs / "much.log", "--out", folder / "out", "--now", NOW)
            subprocess.run(command, check=True, capture_output=True, env=environment(folder), cwd=folder)
        _lasted.append(time.monotonic() - begun)
    return _lasted[0]


@contextmanager
def _folder(path: Path) -> Iterator[Path]:
    path.mkdir(exist_ok=True)
    yield path


STAGES = {
    "parse": ("choices", "LogReader"),
    "classes": ("door", "categorise"),
    "the door": ("door", "pseudonymise"),
    "human time": ("days", "reconstruct"),
    "policy": ("assessing", "assess_week"),
    "the ledger": ("audit", "settle_accounts"),
    "reports": ("audit", "render"),
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_bug_in_any_stage_says_nothing(logs: Path, tmp_path: Path, stage: str) -> None:
    """The exception holds all that the stage was given, and with it names."""
    owner, name = STAGES[stage]
    wrong = f"fails_in({owner}, {name!r})"
    command = program(wrong, "run", logs / "much.log", "--out", tmp_path / "out", "--now", NOW)
    done = subprocess.run(command, capture_output=True, check=False, env=environment(tmp_path), cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert b"bug: RuntimeError in netaudit" in done.stderr
    assert_silent(tmp_path, {"stdout": done.stdout, "stderr": done.stderr})


def test_a_full_disk_says_nothing(logs: Path, tmp_path: Path) -> None:
    command = program("", "run", logs / "much.log", "--out", tmp_path / "out", "--now", NOW)
    limited = ["sh", "-c", 'ulimit -f 40; exec "$@"', "sh", *command]
    done = subprocess.run(limited, capture_output=True, check=False, env=environment(tmp_path), cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert b"cannot be written" in done.stderr
    assert_silent(tmp_path, {"stdout": done.stdout, "stderr": done.stderr})


def test_the_other_commands_say_nothing(logs: Path, whole: Path) -> None:
    config = logs.parent / "netaudit.toml"
    case = next((whole / "out" / "ig").rglob("f-*.html")).stem.upper()
    commands: list[list[object]] = [
        ["explain", case, "--config", config, "--out", whole / "out"],
        ["detect", *sorted(logs.iterdir())],
        ["formats", "--config", config],
        ["check", "--config", config],
        ["categories", "uncategorised", "--config", config, "--out", whole / "out"],
        ["categories", "status", "--config", config],
    ]
    for command in commands:
        done = subprocess.run(
            program("", *command), capture_output=True, text=True, check=False, env=environment(whole), cwd=whole
        )
        said = said_of_files(done.stdout + done.stderr)
        assert "bug:" not in said, (command, said)
        assert found_in(said.encode()) == set(), (command, said)


FAULTS = {
    "directory": "person_id,accounts,team,directorate\nWORD,WORD\nWORD,WORD,Finance,Corporate,WORD\nWORD,WORD,a,b\n",
    "registers/consents": "person_id,starts,ends,approver,reason\nWORD,WORD,WORD,WORD,WORD\n",
    "registers/leave": 'person_id,starts,ends\nWORD,2026-03-10,2026-03-09\n"WORD\n',
    "registers/decisions": "case_number,decision,decided_by,decided_on,reason\nWORD,WORD,WORD,WORD,WORD\n",
    "registers/own_devices": "account_or_address,note\n203.0.113.77/99,WORD\n",
}


def test_faults_in_registers_are_told_without_what_they_say(logs: Path, tmp_path: Path) -> None:
    (tmp_path / "registers").mkdir()
    for name, text in FAULTS.items():
        (tmp_path / f"{name}.csv").write_text(text.replace("WORD", CANARIES["register"]))
    config = tmp_path / "netaudit.toml"
    config.write_text('[identity]\ndirectory = "directory.csv"\nregisters = "registers"\n')
    command = program("", "run", logs / "much.log", "--config", config, "--out", tmp_path / "out", "--now", NOW)
    done = subprocess.run(command, capture_output=True, check=False, env=environment(tmp_path), cwd=tmp_path)
    assert done.returncode == 2
    for name in FAULTS:
        assert f" {Path(name).name}.csv".encode() in done.stderr, done.stderr
    assert found_in(done.stdout + done.stderr) == set(), done.stderr
