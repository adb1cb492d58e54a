"""Killed at every step of sealing, opening, closing and sealing anew: nothing is seen unrecorded, nothing is lost."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from case_data import NOW, Site, copy_of, in_days, in_hours, make_site, site_at
from test_seals import owners

from netaudit.errors import StoreError
from netaudit.pipeline.resealing import reseal
from netaudit.pipeline.seals import lapse

# Does one thing at a site, and is killed before or after the n-th step that changes or shows anything.
KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from case_data import NOW, in_days, in_hours, site_at
from netaudit.pipeline import case_room, case_steps, resealing, sealing, seals, trails
from netaudit.pipeline.resealing import reseal
from netaudit.protect.keys.folder import KeyFolder
from netaudit.store import Commit, SealFiles
moment, folder, action, *rest = sys.argv[2:]
site = site_at(Path(folder))
steps = []

def at(what):
    steps.append(what)
    if str(len(steps)) == moment:
        os.kill(os.getpid(), signal.SIGKILL)

def watch(owner, name):
    real = getattr(owner, name)
    def watched(*given, **named):
        at("before " + name)
        result = real(*given, **named)
        at("after " + name)
        return result
    setattr(owner, name, watched)

for name in ("write", "mark", "shred"):
    watch(KeyFolder, name)
for name in ("write", "remove"):
    watch(SealFiles, name)
watch(Commit, "apply")
for module in (case_room, resealing, sealing, seals):
    watch(module, "note")

def show(what, state):
    at("before show")
    print("SEEN", what.person_id or what.accounts[0], flush=True)
    at("after show")

keys = site.officers.identities
if action == "run":
    site.run(in_hours(1))
elif action == "open":
    case_steps.open_case(site.configuration, site.out, rest[0], keys["ig"], keys["hr"], NOW, show)
elif action == "close":
    site.close(rest[0])
elif action == "reseal":
    reseal(site.configuration, site.out, keys["second_ig"], keys["second_hr"], NOW)
elif action == "lapse":
    seals.lapse(site.configuration, site.out, in_days(29))
print("STEPS", len(steps), flush=True)
"""
TESTS = str(Path(__file__).parent)


def act(site: Site, moment: int, action: str, *rest: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", KILLED, TESTS, str(moment), site.folder, action, *rest]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == (-signal.SIGKILL if moment else 0), done.stderr
    return done


def moments(site: Site, most: int, action: str, *rest: str) -> list[int]:
    """Return the steps to be killed at: all of them, or so many spread over all."""
    trial = copy_of(site, site.folder.with_name(f"{site.folder.name}-never"))
    steps = int(act(trial, 0, action, *rest).stdout.rpartition("STEPS ")[2])
    shutil.rmtree(trial.folder)
    return (
        sorted({1 + (steps - 1) * number // (most - 1) for number in range(most)})
        if steps > most
        else [*range(1, steps + 1)]
    )


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("interrupted") / "fresh")


@pytest.fixture(scope="module")
def ran(fresh: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = copy_of(fresh, tmp_path_factory.mktemp("interrupted") / "ran")
    site.run()
    return site


@pytest.fixture(scope="module")
def whose(ran: Site) -> dict[str, str]:
    return owners(ran)


def assert_tidy(site: Site) -> None:
    """Expect one key for each seal, no key without a seal, and nothing half written."""
    keys = {path.parent.name: path.name for path in (site.out / "keys").glob("F-*/*.key")}
    assert len(list((site.out / "keys").glob("F-*/*.key"))) == len(keys)
    assert set(keys) == set(site.seals)
    assert not [path for path in site.files() if path.name.endswith(".new")]


def test_killed_while_names_are_sealed(fresh: Site, tmp_path: Path) -> None:
    """Pseudonyms are of each store's own, so that cases have other numbers in each."""
    for moment in moments(fresh, 9, "run"):
        site = copy_of(fresh, tmp_path / str(moment))
        act(site, moment, "run")
        again = site_at(site.folder)
        again.run(in_hours(2))
        assert sorted(set(owners(again).values())) == [
            "canary5", "p-harriet", "quillworth0", "quillworth1", "quillworth2", "quillworth3",
        ], moment  # fmt: skip
        assert_tidy(again)


def test_killed_in_an_opening(ran: Site, whose: dict[str, str], tmp_path: Path) -> None:
    case = next(case for case, who in whose.items() if who == "quillworth1")
    asked = copy_of(ran, tmp_path / "asked")
    agreed = asked.approve(asked.request(case))
    for moment in moments(asked, 99, "open", agreed.request_id):
        site = copy_of(asked, tmp_path / str(moment))
        done = act(site, moment, "open", agreed.request_id)
        seen = "SEEN quillworth1" in done.stdout
        state = site.state(case)
        assert state is not None
        if seen:  # then it was recorded before
            assert state.was_seen
        if state.state == "approved":  # nothing was recorded, so nothing was seen: the two can go on
            assert not seen
            assert site.open(agreed).person_id == "quillworth1"
            continue
        assert state.state in ("opening", "open")
        with pytest.raises(StoreError, match="was used"):
            site.open(agreed)
        again = site.approve(site.request(case))
        assert site.open(again).person_id == "quillworth1"


def test_killed_in_a_closing(ran: Site, whose: dict[str, str], tmp_path: Path) -> None:
    case = next(case for case, who in whose.items() if who == "quillworth1")
    opened = copy_of(ran, tmp_path / "opened")
    agreed = opened.approve(opened.request(case))
    opened.open(agreed)
    for number, moment in enumerate(moments(opened, 99, "close", case)):
        site = copy_of(opened, tmp_path / str(moment))
        act(site, moment, "close", case)
        state = site.state(case)
        assert state is not None
        if state.state == "open":  # nothing was recorded, so nothing was destroyed
            assert owners(site)[case] == "quillworth1"
        else:
            with pytest.raises(StoreError, match="was closed"):
                site.request(case)
        if state.state == "open" or (number % 2 and case in site.seals):
            site.close(case)  # the same again goes on
        site.run(in_hours(1))
        assert case not in site.seals
        assert len(site.entries("case.closed")) == 1
        assert_tidy(site)


def test_killed_while_cases_lapse(ran: Site, tmp_path: Path) -> None:
    for moment in moments(ran, 6, "lapse"):
        site = copy_of(ran, tmp_path / str(moment))
        act(site, moment, "lapse")
        lapse(site.configuration, site.out, in_days(29))
        assert not site.seals
        assert_tidy(site)
        assert sum(len(entry.about["cases"]) for entry in site.entries("case.lapsed")) == len(ran.seals)


def test_killed_while_everything_is_sealed_anew(ran: Site, whose: dict[str, str], tmp_path: Path) -> None:
    changed = copy_of(ran, tmp_path / "changed")
    changed.officers.add("new_hr", "Nora Hill", "hr", "p-nora")
    for moment in moments(changed, 8, "reseal"):
        site = copy_of(changed, tmp_path / str(moment))
        act(site, moment, "reseal")
        assert owners(site) == whose  # whatever stands, somebody can open it
        keys = site.officers.identities
        done = reseal(site.configuration, site.out, keys["second_ig"], keys["second_hr"], NOW)
        assert done.anew + done.before == len(whose)
        assert owners(site, "ig", "new_hr") == whose
        assert_tidy(site)
