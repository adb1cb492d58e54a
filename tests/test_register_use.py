"""Registers over several runs: decisions that come later, what is told of each file, own devices, review dates."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest
from approved import DPIA_SECTION
from shown_cases import statuses

from netaudit.contracts import RegisterUse, RunFacts, Unlisted
from netaudit.report import words

NETAUDIT = Path(sys.executable).with_name("netaudit")
LINE = "{time}.000 {took} {ip} TCP_MISS/200 40000 GET {url} {user} HIER_DIRECT/198.51.100.7 {mime}"
TUESDAY = 1773136800  # 2026-03-10 10:00 in London
NOW = "2026-03-20T06:00:00"
DIRECTORY = """\
person_id,accounts,team,directorate,manager,roles,pattern,starts,ends
p1,canary.ann,Finance,Corporate,p9,,,,
p2,canary.bob,Finance,Corporate,p9,,,,2026-03-01
p9,canary.lead,Finance,Corporate,,,,,
"""
CONSENTS = """\
person_id,starts,ends,approver,reason
p1,2026-03-10T09:00,2026-03-10T10:05,p9,canary agreed
p1,2026-04-01,2026-04-30,p9,canary later
canary.ghost,2026-01-01,2026-01-31,p9,canary of nobody
canary.stranger,2026-01-01,2026-12-31,p9,canary of an account without a person
p1,2026-04-01,2026-04-30,p9,canary later
"""


def reading(user: str, start: int = TUESDAY, ip: str = "192.0.2.1", minutes: int = 80) -> str:
    """Return a new page of a property site each minute."""
    parts = (
        ("www.rightmove.co.uk/{}", "text/html"),
        ("media.rightmove.co.uk/{}.jpg", "image/jpeg"),
        ("media.rightmove.co.uk/page.css", "text/css"),
    )
    return "".join(
        LINE.format(
            time=start + 60 * n + (mime != "text/html"), took=100, ip=ip, user=user, mime=mime,
            url="http://" + url.format(n),
        ) + "\n"
        for n in range(minutes)
        for url, mime in parts
    )  # fmt: skip


class Site:
    """An installation with a directory and registers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "registers").mkdir()
        self.configure("")
        (folder / "directory.csv").write_text(DIRECTORY)

    def configure(self, more: str) -> None:
        text = f'[identity]\ndirectory = "directory.csv"\nregisters = "registers"\n{more}{DPIA_SECTION}'
        (self.folder / "netaudit.toml").write_text(text)

    def register(self, name: str, text: str) -> None:
        (self.folder / "registers" / name).write_text(text)

    def run(self, *more: str) -> str:
        done = subprocess.run(
            [
                NETAUDIT, "run", self.folder / "access.log", "--config", self.folder / "netaudit.toml",
                "--out", self.folder / "out", "--now", NOW, *more,
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "canary" not in done.stdout.replace("access.log", "") + done.stderr
        return done.stdout

    def page(self, name: str) -> str:
        return (self.folder / "out" / "ig" / name).read_text()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "access.log").write_text(
        reading("canary.ann")
        + reading("canary.bob", TUESDAY + 1800)
        + reading("canary.stranger", TUESDAY + 3600, minutes=20)
        + reading("canary.lead", ip="203.0.113.9")
    )
    return Site(tmp_path)


def test_a_run_tells_what_became_of_directory_and_registers(site: Site) -> None:
    site.register("consents.csv", CONSENTS)
    site.register(
        "exemptions.csv",
        "person_id,role,categories,starts,ends,approver,reason\n,comms,,2026-01-01,2026-12-31,p9,canary\n",
    )
    site.register("own_devices.csv", "account_or_address\n203.0.113.0/24\n198.51.100.0/24\n192.0.2.99\n")
    site.configure("registers_review_by = { 'consents.csv' = 2026-03-19, 'own_devices.csv' = 2026-03-20 }\n")
    said = site.run()
    for line in (
        (
            "Register consents.csv: 4 entries, 1 in force\n"
            "      expired: lines 2, 4\n"
            "      not yet begun: line 3\n"
            "      known to nobody: lines 4-5\n"  # the second was online: nobody is told
            "      line 6: it says what consents.csv:3 says\n"
        ),
        ("Register exemptions.csv: 1 entry, 1 in force\n      known to nobody: line 2\n"),
        (
            "Register own_devices.csv: 3 entries, 3 in force\n"
            "      known to nobody: line 3\n"  # a network; of a single device nothing is told
        ),
        "warning: The review date of consents.csv, 19 March 2026, has passed.\n",
    ):
        assert line in said
    assert "own_devices.csv, 20 March" not in said
    # p1, of whose 80 minutes 75 are left, and p2, who has left; not the telephone of p9
    assert statuses(site.folder / "out") == {"new": 2}
    assert "not in the directory" not in said  # there are two, and two are as good as none
    page = site.page("data-quality.html")
    strangers = site.folder / "out" / "ig" / "not-in-the-directory.csv"
    assert strangers.read_text("utf-8-sig").splitlines()[1].endswith(",fewer than 8,fewer than 8")
    with (site.folder / "out" / "ig" / "registers.csv").open(encoding="utf-8-sig", newline="") as file:
        (consents,) = (row for row in csv.DictReader(file) if row["File"] == "consents.csv")
    assert (consents["Used"], consents["By cases"]) == ("1", "1")
    for text in (
        "own_devices.csv",
        "People whom the directory does not have",
        "A person&#39;s own device",
        "lines 2, 4",
    ):
        assert text in page
    assert "consents.csv, 19 March 2026, has passed" in site.page("index.html")
    case = next(
        path for path in (site.folder / "out" / "ig").rglob("*.html") if "line 2 of consents" in path.read_text()
    )
    assert "Part of it is covered: line 2 of consents.csv." in case.read_text()


def test_decisions_come_later_can_be_taken_back_and_change_no_figure(site: Site) -> None:
    site.run()
    assert statuses(site.folder / "out") == {"new": 3}
    cases = sorted(set(re.findall(r"F-[0-9A-Z]{10}", site.page("findings.html"))))
    assert len(cases) == 3
    published = (site.folder / "out" / "ig").glob("*figures*")
    before = {path.name: path.read_bytes() for path in published}
    heading = "case_number,decision,decided_by,decided_on,reason\n"
    site.register(
        "decisions.csv",
        heading + f"{cases[0].lower()},confirmed,p9,2026-03-19,seen\n{cases[1]},withdrawn,p9,2026-03-19,a mistake\n"
        "F-0000000000,withdrawn,p9,2026-03-19,nothing\n",
    )
    said = site.run()
    assert statuses(site.folder / "out") == {"new": 1, "confirmed": 1, "withdrawn": 1}
    assert "Register decisions.csv: 3 entries, 3 in force\nWeek" in said  # whoever runs it reads of no case
    assert "line 4: there is no such case in this report" in site.page("data-quality.html")
    assert {path.name: path.read_bytes() for path in (site.folder / "out" / "ig").glob("*figures*")} == before
    told = subprocess.run(
        [
            NETAUDIT, "explain", cases[1], "--config", site.folder / "netaudit.toml", "--out", site.folder / "out",
        ],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "Withdrawn" in told
    site.register("decisions.csv", heading)
    site.run()
    assert statuses(site.folder / "out") == {"new": 3}


def test_a_decision_about_an_excused_case_is_told_and_changes_nothing(site: Site) -> None:
    site.register("consents.csv", CONSENTS.replace("10T10:05", "10T12:00"))
    site.run()
    assert statuses(site.folder / "out") == {"new": 2, "excused": 1}
    cases = sorted(set(re.findall(r"F-[0-9A-Z]{10}", site.page("findings.html"))))
    rows = "".join(f"{case},confirmed,p9,2026-03-19,seen\n" for case in cases)
    site.register("decisions.csv", "case_number,decision,decided_by,decided_on,reason\n" + rows)
    said = site.run("--reissue", "2026-W11") + site.page("data-quality.html")
    assert statuses(site.folder / "out") == {"excused": 1, "confirmed": 2}
    assert ": the case is excused, so that there is nothing to decide: it changes nothing" in said


def test_lines_are_told_as_ranges() -> None:
    assert words.line_numbers(list(range(2, 9000))) == "lines 2-8999"
    assert words.line_numbers([3, 5]) == "lines 3, 5"


def test_what_is_told_holds_counts_and_lines_alone() -> None:
    """Whatever is added to these, it must not be text that comes from a register."""
    assert set(RegisterUse.__dataclass_fields__) == {
        "name", "entries", "in_force", "used", "cases", "expired", "not_begun", "unmatched", "unused", "notes",
        "case_notes",
    }  # fmt: skip
    assert set(Unlisted.__dataclass_fields__) == {"missing", "outside", "is_told"}
    assert {"registers", "unlisted", "no_people"} <= set(RunFacts.__dataclass_fields__)
