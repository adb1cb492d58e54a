"""Who gets a finding and who reads of it, from outside: a hospital with managers, a circle, gaps, and a concern."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from approved import DPIA_SECTION

from netaudit.protect import Keyring
from netaudit.report import AUDIENCES, BESIDE
from netaudit.store import Store

NETAUDIT = Path(sys.executable).with_name("netaudit")
NOW = "2026-03-20T06:00:00"
MONDAY = 1773046800  # 2026-03-09 09:00 in London
DAY = 86_400
SIZE = 30
BETTING, CONCERN, OBSCENE = "www.bet365.com", "www.stormfront.org", "www.pornhub.com"
NURSES = [f"{ward}{number:02d}" for ward in "xyz" for number in range(SIZE)]
SPECIAL = ("chief", "director", "lead_x", "lead_y", "lead_z", "round1", "round2", "lost", "orphan", "gone", "second")
# Who has a manager that is not the person's own, or none: with the reason that the case gives.
GAMBLERS = {
    "x00": ("manager", ""),
    "lead_x": ("manager", ""),
    "director": ("manager", ""),
    "chief": ("hr", "Nobody in the staff directory is above this person."),
    "round1": ("hr", "In the staff directory this person is above themself"),
    "lost": ("hr", "Nobody whom the staff directory names above this person was there"),
    "orphan": ("manager", "The person's own manager was not in the staff directory on that day"),
    "unlisted": ("hr", "The staff directory did not have this person on that day"),
}


def directory() -> Iterator[tuple[str, str, str, str, str]]:
    """Return person, directorate, team, manager, last day."""
    yield "chief", "Headquarters", "Board", "", ""
    yield "director", "Nursing", "Office", "chief", ""
    for ward in "xyz":
        yield f"lead_{ward}", "Nursing", f"Ward {ward.upper()}", "director", ""
        for number in range(SIZE):
            yield f"{ward}{number:02d}", "Nursing", f"Ward {ward.upper()}", f"lead_{ward}", ""
    for number in range(SIZE):
        yield f"b{number:02d}", "Headquarters", "Board", "chief", ""
    yield "round1", "Nursing", "Ward Y", "round2", ""
    yield "round2", "Nursing", "Ward Y", "round1", ""
    yield "lost", "Nursing", "Ward Y", "ghost", ""
    yield "orphan", "Nursing", "Ward Z", "gone", ""
    yield "gone", "Nursing", "Ward Z", "lead_z", "2026-03-01"
    yield "second", "Headquarters", "Board", "", ""


def pages(user: str, host: str, start: int, count: int = 4) -> str:
    """Return so many pages, a minute apart, each with a picture and a style sheet."""
    line = "{0}.000 100 192.0.2.7 TCP_MISS/200 40000 GET http://{1}/{2} {3} HIER_DIRECT/203.0.113.9 {4}\n"
    return "".join(
        line.format(start + 60 * n, host, f"page-{n}", user, "text/html")
        + line.format(start + 60 * n + 1, host.replace("www", "media"), f"{n}.jpg", user, "image/jpeg")
        + line.format(start + 60 * n + 1, host.replace("www", "media"), "page.css", user, "text/css")
        for n in range(count)
    )


def log(concern: str) -> str:
    lines = ""
    for day in range(5):
        for person in [*NURSES, *(f"b{n:02d}" for n in range(SIZE)), *SPECIAL]:
            lines += pages(person, "www.nhs.uk", MONDAY + day * DAY, 1)
    for person in GAMBLERS:
        lines += pages(person, BETTING, MONDAY + DAY + 5400)
    for ward in "bxyz":
        for number in range(1, 13):
            lines += pages(f"{ward}{number:02d}", BETTING, MONDAY + DAY + 5400)
    for number in range(13, 25):  # enough to be a figure, if anybody counted them
        lines += pages(f"x{number:02d}", concern, MONDAY + 2 * DAY + 5400)
    return lines


def run(folder: Path, concern: str = CONCERN, config: str = "", **files: str) -> tuple[Path, str]:
    folder.mkdir()
    (folder / "access.log").write_text(log(concern))
    with (folder / "directory.csv").open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(["person_id", "accounts", "directorate", "team", "manager", "ends"])
        writer.writerows((row[0], row[0], *row[1:]) for row in directory())
    for name, text in files.items():
        (folder / name).mkdir()
        (folder / name / "trust.toml").write_text(text)
    (folder / "netaudit.toml").write_text(
        f'[identity]\ndirectory = "directory.csv"\n{config}{"" if "[dpia]" in config else DPIA_SECTION}'
    )
    command = [NETAUDIT, "run", folder / "access.log", "--config", folder / "netaudit.toml", "--out", folder / "out"]
    done = subprocess.run([*command, "--now", NOW], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "out", done.stdout


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    return run(tmp_path_factory.mktemp("routes") / "week")


def findings(out: Path) -> list[dict]:
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        table = store.read("findings", "2026-W11", "week")
        assert table is not None
        return table.to_dicts()
    finally:
        store.close()


def text_of(folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8-sig") for path in sorted(folder.rglob("*")) if path.is_file())


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_each_finding_goes_where_the_directory_says(week: tuple[Path, str]) -> None:
    reasons = [row["route_reason"] for row in findings(week[0]) if row["rule_id"] == "gambling"]
    assert len(reasons) == 48 + len(GAMBLERS)
    for route, reason in GAMBLERS.values():
        if reason:
            (row,) = [one for one in findings(week[0]) if one["route_reason"].startswith(reason)]
            assert row["route"] == route
            assert (row["recipient"] is None) is (route == "hr")
    concerns = [row for row in findings(week[0]) if row["rule_id"] == "radicalisation"]
    assert len(concerns) == 12
    assert {(row["route"], row["route_reason"], row["recipient"]) for row in concerns} == {("safeguarding", "", None)}


def test_every_run_has_the_same_folders_each_closed_to_others(week: tuple[Path, str]) -> None:
    for audience in (*AUDIENCES, *BESIDE):
        assert (week[0] / audience).stat().st_mode & 0o777 == 0o700
    assert {path.name for path in week[0].iterdir()} == {*AUDIENCES, *BESIDE, "store", "keys", "audit"}


def test_human_resources_have_what_nobody_else_can_be_given(week: tuple[Path, str]) -> None:
    cases = {path.stem for path in (week[0] / "hr" / "cases").glob("*.html")}
    assert cases == {row["finding_id"].lower() for row in findings(week[0]) if row["route"] == "hr"}
    assert len(cases) == 4
    told = " ".join(text_of(week[0] / "hr").split())
    assert "Nobody in the staff directory is above this person." in told
    assert not list((week[0] / "fraud").glob("cases/*"))
    assert len(list((week[0] / "safeguarding" / "cases").glob("*.html"))) == 12
    assert "These rules of the policy are not switched on." in text_of(week[0] / "ig")  # such as undue bandwidth
    assert len(list((week[0] / "ig" / "cases").glob("*.html"))) == 12 + 48 + len(GAMBLERS)


def test_managers_read_of_no_concern_no_case_and_no_other_route(week: tuple[Path, str]) -> None:
    told = text_of(week[0] / "managers")
    units = {path.name for path in (week[0] / "managers").iterdir()}
    assert {"headquarters", "ward-y", "ward-z"} <= units  # ward X is joined to the office, which is small
    assert re.search(r"7\.4: Unacceptable Use</th>\s*<td[^>]*>\s*(<[^>]*>)*10<", told)  # there is something to read
    for row in findings(week[0]):
        assert row["finding_id"].lower() not in told.lower()
    for word in ("safeguarding", "radical", "extremis", "Human Resources", "(hr)", "excused", "withdrawn", "fraud"):
        assert word.lower() not in told.lower(), word
    for person in (*NURSES, *SPECIAL):
        assert f">{person}<" not in told


def test_the_managers_folder_does_not_know_a_concern_from_another_withheld_class(
    week: tuple[Path, str], tmp_path: Path
) -> None:
    other, _ = run(tmp_path / "other", OBSCENE)
    assert not list((other / "safeguarding").glob("cases/*"))
    assert contents(other / "managers") == contents(week[0] / "managers")
    assert contents(other / "ig") != contents(week[0] / "ig")


def test_faults_of_the_directory_are_told_by_line(week: tuple[Path, str]) -> None:
    out, printed = week
    line = {row[0]: number for number, row in enumerate(directory(), start=2)}
    expected = {
        "people who are above themselves": f"directory.csv, lines {line['round1']} and {line['round2']}",
        "people whose manager the directory does not have": f"directory.csv, line {line['lost']}",
        "people whose manager is no longer there": f"directory.csv, line {line['orphan']}",
        "people besides the one at the top": f"directory.csv, line {line['second']}",
    }
    warned = [one for one in printed.splitlines() if one.startswith("warning: Staff directory: ")]
    assert len(warned) == len(expected)
    for what, where in expected.items():
        assert any(what in one and f"({where})" in one for one in warned), what
        for page in ("ig/data-quality.html", "it/index.html"):
            assert where in (out / page).read_text(encoding="utf-8")
    told = printed + text_of(out / "ig") + text_of(out / "it")
    for person in (*NURSES, "chief", "round1", "round2", "orphan", "lead_x"):
        assert not re.search(rf"\b{person}\b", told), person


def test_a_site_sends_a_concern_to_managers_only_by_writing_so(tmp_path: Path) -> None:
    own = 'extends = "leeds"\nid = "trust"\n\n[[rule]]\nrule_id = "radicalisation"\nroute = "manager"\n'
    out, printed = run(tmp_path / "own", config='[policy]\npack = "trust"\nfolder = "policies"\n', policies=own)
    concerns = [row for row in findings(out) if row["rule_id"] == "radicalisation"]
    assert {(row["route"], row["route_reason"]) for row in concerns} == {("manager", "")}
    assert "The DPIA has to say why this is done." in printed
    assert "The DPIA has to say why this is done." in text_of(out / "ig")
    for audience in ("managers", "hr", "safeguarding"):
        assert "The DPIA has to say why" not in text_of(out / audience)
    assert not list((out / "safeguarding").glob("cases/*"))


def test_a_review_date_that_has_passed_is_on_every_page_of_every_audience(tmp_path: Path) -> None:
    config = "registers_review_by = 2026-03-19\n\n[dpia]\nreference = 'DPIA-1'\nreview_by = 2026-03-18\n"
    out, printed = run(tmp_path / "late", config=config)
    for what in (
        "The registers' review date, 19 March 2026, has passed.",
        "its review was due by 18 March 2026 ([dpia] review_by).",
    ):
        assert what in printed
        for audience in AUDIENCES:
            pages_of = list((out / audience).rglob("*.html"))
            assert pages_of
            for page in pages_of:
                told = page.read_text(encoding="utf-8")
                if audience == "managers":
                    assert "something behind this page is out of date" in told
                    assert what not in told
                else:
                    assert what in told.replace("&#39;", "'"), page


def test_the_same_week_gives_the_same_bytes(week: tuple[Path, str], tmp_path: Path) -> None:
    again = tmp_path / "again"
    command = [NETAUDIT, "run", week[0].parent / "access.log", "--config", week[0].parent / "netaudit.toml"]
    (again / "keys").parent.mkdir()
    subprocess.run(["cp", "-r", week[0] / "keys", again / "keys"], check=True)
    subprocess.run([*command, "--out", again, "--now", NOW], check=True, capture_output=True)
    for audience in AUDIENCES:
        assert contents(again / audience) == contents(week[0] / audience)
