"""The sample week, whole: what netaudit says of each scripted person against what its script says it must."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from netaudit.contracts import CASE_CONTRACTS, PUBLISHED
from netaudit.definitions.policies import load_policy
from netaudit.protect import Keyring, Pseudonyms
from netaudit.store import Store

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_logs"
PERIOD = "2026-W11"


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample") / "out"
    command = [
        Path(sys.executable).with_name("netaudit"),
        "run",
        SAMPLE / "logs",
        "--config",
        SAMPLE / "netaudit.toml",
    ]
    run = subprocess.run([*command, "--out", out], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    (out / "stdout.txt").write_text(run.stdout)
    return out


@pytest.fixture(scope="module")
def expected() -> list[dict[str, str]]:
    with (SAMPLE / "expected.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def table(out: Path, name: str) -> pl.DataFrame:
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        return pl.concat(
            [store.read(name, period, part) for period, part in store.ledger.parts(name)], how="vertical_relaxed"
        )
    finally:
        store.close()


def findings_of(week: Path, expected: list[dict[str, str]]) -> dict[str, set[tuple[str, str, str]]]:
    """Return rule, status and class of each finding by scripted account; "" for anybody else."""
    pseudonyms = Pseudonyms(PERIOD, Keyring(week / "keys").key)
    people = {
        pseudonyms.of(f"person:{row['person_id'].lower()}" if row["person_id"] else f"account:\\{row['account']}"): row[
            "account"
        ]
        for row in expected
    }
    found: dict[str, set[tuple[str, str, str]]] = {}
    for user, rule, status, category in (
        table(week, "findings").select("user_hash", "rule_id", "status", "category").rows()
    ):
        found.setdefault(people.get(user, ""), set()).add((rule, status, category or ""))
    return found


def test_every_scripted_person_gets_the_finding_of_the_script_and_nobody_else_gets_any(
    week: Path, expected: list[dict[str, str]]
) -> None:
    found = findings_of(week, expected)
    assert found.get("", set()) == set(), "people who did nothing have findings"
    wrong = []
    for row in expected:
        account, hint, status = row["account"], row["rule_hint"], row["status"]
        mine = found.get(account, set())
        accepted = {status, *row["accept"].split(";")} - {""}
        if status == "none":
            extra = {one for one in mine if one[1] not in accepted}
            if extra:
                wrong.append((account, "must have none", extra))
            continue
        fitting = {one for one in mine if one[0] == hint and one[1] in accepted}
        if not fitting and "none" not in accepted:
            wrong.append((account, f"must have {hint} {status}", mine))
        if mine - fitting:
            wrong.append((account, f"must have nothing but {hint}", mine - fitting))
    assert wrong == []


def test_the_line_account_is_what_the_generator_wrote(week: Path) -> None:
    printed = (week / "stdout.txt").read_text()
    with (SAMPLE / "lines.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    total = sum(int(row["lines"]) for row in rows)
    accounts = [line.split("=")[0].split()[-1].replace(",", "") for line in printed.splitlines() if " read  " in line]
    assert sum(map(int, accounts)) == total


def test_special_categories_leave_no_trace(week: Path) -> None:
    for name in ("events", "visits", "evidence", "findings", "published", *CASE_CONTRACTS):
        text = (
            table(week, name).with_columns(pl.selectors.by_dtype(pl.List(pl.String)).list.join(" ")).write_csv().lower()
        )
        for word in ("samaritans", "unison.org", "churchofengland", "mind.org.uk", "special_"):
            assert word not in text, (name, word)
    for path in week.rglob("*.html"):
        assert "special_" not in path.read_text()
    assert "shielded" not in table(week, "evidence")["category"].to_list()


def test_safeguarding_findings_are_in_no_managers_folder(week: Path) -> None:
    assert list((week / "safeguarding").rglob("*.html"))
    for path in (week / "managers").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8-sig").lower()
            assert "radicalis" not in text
            assert "extremis" not in text


def test_no_name_of_the_directory_stands_in_anything_written(week: Path) -> None:
    with (SAMPLE / "directory.csv").open(newline="") as stream:
        accounts = {account.lower() for row in csv.DictReader(stream) for account in row["accounts"].split(";")}
    names = {account.rpartition("\\")[2] for account in accounts if account}
    assert len(names) > 100
    for path in week.rglob("*"):
        if path.is_file():
            data = path.read_bytes().lower()
            assert not [name for name in names if name.encode() in data], path


def test_nothing_under_the_threshold_is_published(week: Path) -> None:
    published = PUBLISHED.at_rest(table(week, "published")).filter(period=PERIOD)
    assert published.height > 100
    shown = published.filter(~pl.col("suppressed"))
    assert shown.height > 10
    assert (shown["people"] % 5 == 0).all()
    assert shown.filter(pl.col("people") < 8, pl.col("people") != 0).is_empty()
    hidden = published.filter("suppressed")
    assert hidden["people"].null_count() == hidden.height
    assert hidden["minutes"].null_count() == hidden.height


def test_two_runs_say_the_same(week: Path, tmp_path: Path) -> None:
    shutil.copytree(week / "keys", tmp_path / "keys")
    (tmp_path / "keys").chmod(0o700)
    command = [Path(sys.executable).with_name("netaudit"), "run", "--config", SAMPLE / "netaudit.toml"]
    logs = sorted((SAMPLE / "logs").iterdir(), reverse=True)
    run = subprocess.run([*command, *logs, "--out", tmp_path], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    for name in ("events", "visits", "spells", "findings", "evidence", "published"):
        assert table(week, name).equals(table(tmp_path, name)), name


def test_the_policy_of_the_sample_is_leeds_with_streaming_switched_on() -> None:
    policy = load_policy("sample", [SAMPLE / "policies"])
    assert policy.rule("one_hour") == load_policy("leeds").rule("one_hour")
