"""What a run says of times that its logs do not tell in full: on the terminal, in the ledger and on the page."""

from __future__ import annotations

import json
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from netaudit.cli import main
from netaudit.contracts import FileAccount, TimeChoice
from netaudit.report.file_times import file_times, to_look_at
from netaudit.store.ledger import Ledger

LINE = '192.0.2.{} - ann [{}] "GET https://a{}.example/x HTTP/1.1" 200 - - 1000 Business Services\n'
LOCAL = "{} 12 TCP_HIT/200 1 GET http://a.example/ - NONE/- - 192.0.2.1 -\n"
LATER = datetime(2026, 7, 20, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    (tmp_path / "netaudit.toml").write_text("[inputs]\n")
    return tmp_path


def log(folder: Path, name: str, *dates: str, line: str = LINE) -> Path:
    path = folder / "logs" / name
    path.write_text(
        "".join(line.format(date) if line == LOCAL else line.format(n, date, n) for n, date in enumerate(dates, 1))
    )
    os.utime(path, (LATER.timestamp(), LATER.timestamp()))
    return path


def run(folder: Path, *, inputs: str = "") -> Result:
    if inputs:
        (folder / "netaudit.toml").write_text(f"[inputs]\n{inputs}")
    words = ["run", str(folder / "logs"), "--config", str(folder / "netaudit.toml"), "--out", str(folder / "out")]
    return CliRunner().invoke(main, words)


def accounts(folder: Path) -> list[FileAccount]:
    ledger = Ledger(folder / "out" / "store" / "ledger.sqlite")
    try:
        return ledger.files()
    finally:
        ledger.close()


def test_a_file_whose_dates_contradict_one_another_is_refused_whole(folder: Path) -> None:
    log(folder, "bad.log", "05/02/2026 11:30:29", "13/02/2026 11:30:29", "02/14/2026 11:30:29")
    log(folder, "good.log", "05/02/2026 11:30:29", "13/02/2026 11:30:29")
    found = run(folder)
    assert (
        "its dates contradict one another: in line 2 only the day can come first, in line 3 only the month"
        in found.output
    )
    assert "say which comes first for its folder, in [[inputs.folders]] of the configuration: order" in found.output
    (account,) = accounts(folder)
    assert (account.events, account.first) == (2, datetime(2026, 2, 5, 11, 30, 29, tzinfo=UTC))


def test_what_nothing_shows_is_a_warning_and_stands_on_the_page_until_it_is_configured(folder: Path) -> None:
    log(folder, "access.log", "05/02/2026 11:30:29")
    found = run(folder)
    assert (
        "warning: File 1: nothing shows whether day or month comes first; taken as usual, the day comes first"
        in found.output
    )
    assert "no zone is configured, and no line shows whether that is right" in found.output
    page = (folder / "out" / "ig" / "data-quality.html").read_text()
    assert "1 file needs a look" in page
    assert "Nothing shows it: nothing shows whether day or month comes first" in page
    assert {(one.what, one.how) for one in accounts(folder)[0].times} == {("order", "default"), ("zone", "default")}


def test_a_folder_says_order_zone_and_year(folder: Path) -> None:
    log(folder, "access.log", "05/02/2026 11:30:29")
    settings = f"[[inputs.folders]]\npath = '{folder / 'logs'}'\norder = 'month'\nzone = 'America/New_York'\n"
    found = run(folder, inputs=settings)
    assert "warning: File 1:" not in found.output
    (account,) = accounts(folder)
    assert account.first == datetime(2026, 5, 2, 15, 30, 29, tzinfo=UTC)
    assert {(one.what, one.value, one.how) for one in account.times} == {
        ("order", "month", "configured"),
        ("zone", "America/New_York", "configured"),
    }


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("order = 'year'", "unknown order 'year'"),
        ("year = 26", "'year' is 26"),
        ("yaer = 2026", "did you mean 'year'"),
        ("", "nothing is said of the folder"),
    ],
)
def test_settings_of_a_folder_that_cannot_be_are_told(setting: str, says: str, folder: Path) -> None:
    log(folder, "access.log", "05/02/2026 11:30:29")
    found = run(folder, inputs=f"[[inputs.folders]]\npath = 'logs'\n{setting}\n")
    assert found.exit_code
    assert says in found.output.replace('"', "'")


def test_the_doubled_hour_is_told_apart_and_no_clock_is_accused(folder: Path) -> None:
    clocks = ["00:50", "01:05", "01:30", "01:55", "01:04", "01:29", "01:54", "02:10"]
    log(folder, "access.log", *(f"2025-10-26T{clock}:00" for clock in clocks), line=LOCAL)
    found = run(folder, inputs="zone = 'Europe/London'\n")
    assert "go back" not in found.output
    (account,) = accounts(folder)
    assert (account.events, account.reason) == (8, "")
    assert {(one.what, one.value, one.how) for one in account.times} == {
        ("hour", "both", "evidence"),
        ("zone", "Europe/London", "configured"),
    }


def test_a_ledger_of_an_earlier_version_opens_and_takes_files(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger(path).close()
    with sqlite3.connect(path) as db:
        for name in ("times", "also", "doubts", "lines_marked"):
            db.execute(f"ALTER TABLE files DROP COLUMN {name}")
        db.execute("INSERT INTO files VALUES (1, 'x', 'y', 1, 'squid', 1, 1, 0, 0, 0, 0, 0, 0, NULL, NULL, 'read', '')")
    db.close()
    choice = TimeChoice("year", "2026", "default", "nothing shows it", look=True)
    later = FileAccount("2", "squid", lines=1, events=1, times=(choice,), doubts=("a header lies",))
    for _ in range(2):
        ledger = Ledger(path)
        if len(ledger.files()) == 1:
            ledger.add_file(later, "z", "", 1)
        assert [(one.times, one.doubts) for one in ledger.files()] == [((), ()), ((choice,), ("a header lies",))]
        ledger.close()


def test_the_page_names_what_needs_a_look_first_and_files_alike_once() -> None:
    fine = TimeChoice("unit", "s", "evidence", "their size shows it")
    odd = TimeChoice("year", "2026", "default", "nothing shows it", look=True)
    files = [FileAccount(str(number), "squid", 1, 1, times=(fine,)) for number in range(1, 9)]
    files.append(FileAccount("9", "asa", 1, 1, times=(odd, fine)))
    table = file_times(files)
    assert table is not None
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["asa", "9", "Year", "2026", "Nothing shows it: nothing shows it", "Please look"],
        ["asa", "9", "Unit of numbers", "s", "The lines show it: their size shows it", "As it should be"],
        [
            "squid",
            "1, 2, 3, 4, 5 and 3 more",
            "Unit of numbers",
            "s",
            "The lines show it: their size shows it",
            "As it should be",
        ],
    ]
    assert to_look_at(files) == 1
    assert file_times([FileAccount("1", "squid", 1, 1)]) is None
    assert json.dumps([cell.value for cell in table.rows[2]][1]) == '"1 2 3 4 5 6 7 8"'
