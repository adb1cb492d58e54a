"""A purge that is killed, at every moment at which something is written, renamed or removed: it goes on, and ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from approved import DPIA_SECTION
from purge_data import BEFORE, NOW, WEEK, after, week_of

from netaudit.definitions.configuration import Configuration
from netaudit.pipeline.trails import open_trail

NETAUDIT = Path(sys.executable).with_name("netaudit")
WHEN = after("cases", BEFORE)

# Kills itself before the n-th change of the disk. One process for each n, made by fork: nothing else is shared.
KILLED = """
import dataclasses, json, os, shutil, signal, sys
from datetime import datetime
from pathlib import Path
from netaudit.definitions.configuration import Configuration
from netaudit.pipeline import purge as module
module.run_audit = lambda *_: None  # reports are made again by processes of their own
CHANGES = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.truncate"}
template, scratch, now = Path(sys.argv[1]), Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3])

def attempt(out, moment):
    child = os.fork()
    if child == 0:
        count = 0
        def change():
            nonlocal count
            count += 1
            if count == moment:
                os.kill(os.getpid(), signal.SIGKILL)
        def hook(event, given):
            if event in CHANGES:
                change()
            elif event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR):
                change()
        fsync = os.fsync
        def counted(descriptor):
            change()
            fsync(descriptor)
        os.fsync = counted
        sys.addaudithook(hook)
        code = 1
        try:
            module.purge(Configuration(), out, now)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return status

def state(out):
    lists = [json.loads(path.read_text())["destroyed"] for path in sorted(out.glob("certificates/certificate-*.json"))]
    return {
        "left": sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()),
        "certified": [
            [*map(item.get, ("what", "period", "rows", "key")), [[f["name"], f["sha256"]] for f in item["files"]]]
            for one in lists for item in one
        ],
        "trail": [
            json.loads(line) for path in sorted(out.glob("audit/**/*.jsonl"))
            for line in path.read_text().splitlines() if line.endswith("}")
        ],
    }

def told(moment, second):
    out = scratch / "out"
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(template, out)
    first = attempt(out, moment)
    killed = state(out)
    again = attempt(out, second) if second else 0
    between = state(out)
    last = attempt(out, 0)
    return {"moment": moment, "first": first, "killed": killed, "again": again, "between": between, "last": last,
            "ended": state(out)}

results, moment = [], 1
whole = told(0, 0)
while True:
    one = told(moment, 0 if moment % 3 else 1 + moment // 3)
    if one["first"] == 0:
        break
    results.append(one)
    moment += (2, 3, 4)[len(results) % 3]  # what is done to one table is done to the next: all of it is met
print(json.dumps({"whole": whole, "killed": results}))
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("template")
    (place / "netaudit.toml").write_text(DPIA_SECTION)
    (place / "first.log").write_text("".join(one for first in (-WEEK, 0) for one in week_of(first)))
    command = [
        NETAUDIT,
        "run",
        "first.log",
        "--out",
        "out",
        "--config",
        "netaudit.toml",
        "--now",
        f"{NOW:%Y-%m-%dT%H:%M}",
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=place)
    # a purge needs no page to be a page: a few of them will do, and one of a run that was stopped
    for path in sorted((place / "out" / "ig").rglob("*")):
        if path.is_file() and path.name not in {"index.html", "findings.html"}:
            path.unlink()
    for audience in ("managers", "it", "safeguarding", "hr", "fraud"):
        shutil.rmtree(place / "out" / audience)
    (place / "out" / ".ig-abcdefgh").mkdir(mode=0o700)
    (place / "out" / ".ig-abcdefgh" / "index.html").write_text("half a page")
    return place / "out"


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder in memory, where there is one: hundreds of times everything is copied, and the disk waited for."""
    memory = Path("/dev/shm")  # noqa: S108
    with TemporaryDirectory(dir=memory if memory.is_dir() and os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


def test_killed_at_every_change_it_goes_on_and_one_certificate_lists_all(template: Path, scratch: Path) -> None:
    command = [sys.executable, "-c", KILLED, template, scratch, WHEN.isoformat()]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    before = {str(path.relative_to(template)) for path in template.rglob("*") if path.is_file()}
    whole = told["whole"]["ended"]
    assert told["whole"]["first"] == told["whole"]["last"] == 0
    certified = sorted(whole["certified"])
    listed = {name.replace("reports/", "") for *_, files in certified for name, _ in files}
    destroyed = {name for name in before if name not in whole["left"]}
    assert destroyed == listed | {f"keys/{period}/{what}.key" for what, period, _, key, _ in certified if key}
    assert ".ig-abcdefgh/index.html" in destroyed
    assert len(told["killed"]) > 50
    stages = set()
    for one in told["killed"]:
        moment = one["moment"]
        assert os.WTERMSIG(one["first"]) == signal.SIGKILL
        for state in (one["killed"], one["between"]):
            gone = before - set(state["left"])
            kinds = [entry["kind"] for entry in state["trail"]]
            # nothing is destroyed that the trail was not told of before
            assert not gone or "purge.begun" in kinds, moment
            # no certificate says of anything that it is gone while it is there
            names = {name.replace("reports/", "") for *_, files in state["certified"] for name, _ in files}
            assert not names & set(state["left"]), moment
            assert not {f"keys/{period}/{what}.key" for what, period, *_ in state["certified"]} & set(state["left"]), (
                moment
            )
            assert kinds.count("purge.finished") <= len([1 for name in state["left"] if name.endswith("0001.json")]), (
                moment
            )
            stages.add((bool(gone), bool(state["certified"]), "purge.finished" in kinds))
        ended = one["ended"]
        assert one["last"] == 0, moment
        assert ended["left"] == whole["left"], (moment, set(ended["left"]) ^ set(whole["left"]))
        assert sorted(ended["certified"]) == certified, moment
        kinds = [entry["kind"] for entry in ended["trail"]]
        assert kinds.count("purge.finished") == 1, moment
    # killed before anything, in the middle, with a certificate that the trail does not know yet, and after all
    assert {(False, False, False), (True, False, False), (True, True, False), (True, True, True)} <= stages


# The command itself, killed at some of its steps; then the same command, which makes the reports again.
COMMAND = """
import os, signal, sys
from datetime import datetime
from netaudit.cli import main, purge as command
from netaudit.pipeline import purge as module
step, now, *arguments = sys.argv[1:]
command._now = lambda: datetime.fromisoformat(now)
if step != "never":
    setattr(module, step, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
main(arguments)
"""
STEPS = ["write_pending", "note", "destroy_places", "take_out", "remove", "write_certificate", "write_text",
         "run_audit", "end_pending"]  # fmt: skip


def test_the_command_goes_on_and_makes_the_reports_again(template: Path, tmp_path: Path) -> None:
    (tmp_path / "netaudit.toml").write_text(f"{DPIA_SECTION}\n[retention]\ndays = 3660\n")
    arguments = ["purge", "--yes", "--config", "netaudit.toml", "--out", "out"]

    def command(step: str) -> subprocess.CompletedProcess[str]:
        run = [sys.executable, "-c", COMMAND, step, WHEN.isoformat(), *arguments]
        return subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)

    shutil.copytree(template, tmp_path / "out")
    for step in STEPS:
        killed = command(step)
        assert killed.returncode == -signal.SIGKILL, (step, killed.stderr)
    ended = command("never")
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "out" / "ig" / "index.html").is_file()
    assert not list((tmp_path / "out").glob(".ig-*"))
    (path,) = (tmp_path / "out" / "certificates").glob("*.json")
    told = json.loads(path.read_text())
    assert (
        len(told["attempts"]) == len(STEPS) - 3
    )  # two of the others found the certificate, and it was never rewritten
    assert "stopped before it ended" in path.with_suffix(".txt").read_text()
    kinds = [entry.kind for entry in open_trail(Configuration(), tmp_path / "out").entries()]
    assert kinds.count("purge.finished") == 1
    night = subprocess.run(
        [NETAUDIT, "run", template.parent / "first.log", "--config", "netaudit.toml", "--out", "out",
         "--now", f"{WHEN + timedelta(hours=1):%Y-%m-%dT%H:%M}"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert night.returncode == 0, night.stderr


def test_the_command_refuses_what_it_cannot_do_with_one_message(template: Path, tmp_path: Path) -> None:
    shutil.copytree(template, tmp_path / "out")
    (tmp_path / "netaudit.toml").write_text(f"{DPIA_SECTION}\n[retention]\nholds = 'holds.csv'\n")
    (tmp_path / "holds.csv").write_text("period,case,reason,set_by,set_on,until\nsometime,,why,who,2026-01-01,\n")
    command = [NETAUDIT, "purge", "--yes", "--config", "netaudit.toml", "--out", "out"]
    refused = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert refused.stderr.startswith("error: 'period' names no weeks\n --> holds.csv:2\n")
    assert (tmp_path / "out" / "keys" / BEFORE / "events.key").is_file()
    (tmp_path / "holds.csv").unlink()
    (tmp_path / "netaudit.toml").write_text(DPIA_SECTION)
    asked = subprocess.run(
        command[:2] + command[3:], cwd=tmp_path, capture_output=True, text=True, check=False, input="n\n"
    )
    assert asked.returncode == 0
    assert asked.stdout.endswith("Nothing was destroyed.\n")
    assert (tmp_path / "out" / "keys" / BEFORE / "events.key").is_file()
