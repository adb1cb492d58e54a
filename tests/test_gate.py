"""Without a current DPIA only suppressed figures leave: no case, no list, no count of cases, for no audience."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from approved import APPROVED, DPIA_SECTION
from shown_cases import statuses
from test_register_use import CONSENTS, TUESDAY, Site, reading

from netaudit.definitions.configuration import load_configuration
from netaudit.definitions.dpia import EXAMPLE, Dpia, Gate
from netaudit.errors import DefinitionError
from netaudit.pipeline import run_audit
from netaudit.protect import Keyring
from netaudit.report import AUDIENCES
from netaudit.store import Store

NETAUDIT = Path(sys.executable).with_name("netaudit")
BETTING = 1773144000  # 2026-03-10 12:00
LAPSED = DPIA_SECTION.replace("2099-12-31", "2026-03-19")  # runs are on the 20th
CASE_NUMBER = re.compile(r"F-[0-9A-Z]{10}")
WITHHELD = "warning: cases are withheld from every report: no current DPIA covers this monitoring"


def betting(user: str) -> str:
    """Twenty pages of a forbidden site, which IT's list has."""
    return reading(user, BETTING, minutes=20).replace("rightmove.co.uk", "bet365.com")


def quiet(user: str) -> str:
    """As many requests, for a site of the NHS."""
    return reading(user, BETTING, minutes=20).replace("rightmove.co.uk", "nhs.uk")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "access.log").write_text(reading("canary.ann") + betting("canary.lead"))
    return Site(tmp_path)


def covered_by(site: Site, dpia: str) -> None:
    text = '[identity]\ndirectory = "directory.csv"\nregisters = "registers"\n'
    (site.folder / "netaudit.toml").write_text(text + dpia)


def files(out: Path, *audiences: str) -> dict[str, bytes]:
    found = [path for name in audiences or AUDIENCES for path in sorted((out / name).rglob("*")) if path.is_file()]
    return {str(path.relative_to(out)): path.read_bytes() for path in found}


def netaudit(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [NETAUDIT, *arguments, "--config", site.folder / "netaudit.toml", "--out", site.folder / "out"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def findings(site: Site) -> list[str]:
    store = Store(site.folder / "out" / "store", Keyring(site.folder / "out" / "keys"))
    try:
        found = store.read("findings", "2026-W11", "week")
        return [] if found is None else found["finding_id"].to_list()
    finally:
        store.close()


@pytest.mark.parametrize(
    ("dpia", "lacks"),
    [
        pytest.param(
            "",
            ["no reference is given ([dpia] reference)", "no owner is named ([dpia] owner)",
             "no date of approval is given ([dpia] approved)", "no date of review is set ([dpia] review_by)"],
            id="nothing",
        ),
        pytest.param(LAPSED, ["its review was due by 19 March 2026 ([dpia] review_by)"], id="lapsed yesterday"),
        pytest.param(
            DPIA_SECTION.replace("2020-01-01", "2099-03-21"),
            ["it is approved only from 21 March 2099 ([dpia] approved)"],
            id="not yet approved",
        ),
        pytest.param(
            DPIA_SECTION.replace("DPIA-2026-014", " \\t ").replace("Head of Information Governance", ""),
            ["no reference is given ([dpia] reference)", "no owner is named ([dpia] owner)"],
            id="blank",
        ),
    ],
)  # fmt: skip
def test_without_a_current_dpia_nothing_about_single_people_is_written(site: Site, dpia: str, lacks: list[str]) -> None:
    covered_by(site, dpia)
    said = site.run()
    numbers = findings(site)
    assert len(numbers) == 2  # they are in the store
    assert WITHHELD in said
    written = files(site.folder / "out")
    assert not [name for name in written if "case" in name]
    everything = b"\n".join(written.values()).decode() + said
    assert not CASE_NUMBER.search(everything)
    assert not any(number[2:].lower() in everything.lower() for number in numbers)
    for host in ("rightmove", "bet365"):
        assert host not in everything
    explained = netaudit(site, "explain", numbers[0])
    assert (explained.returncode, explained.stdout) == (2, "")
    unknown = netaudit(site, "explain", "F-NONE")  # whether there is such a case is not told
    assert (unknown.returncode, unknown.stderr) == (2, explained.stderr)
    told = [said, explained.stderr]
    told += [written[f"{folder}/index.html"].decode() for folder in ("ig", "it", "hr", "safeguarding", "fraud")]
    told.append(written["ig/findings.html"].decode())
    for text in told:
        for lack in lacks:
            assert lack in text
        for line in EXAMPLE:
            assert line.replace('"', "&#34;") in text or line in text
        assert "[dpia]" in text
        assert "netaudit.toml" in text


def test_cases_come_with_the_dpia_and_go_with_it(site: Site) -> None:
    """Those of an earlier week too; nothing is left of them in any folder."""
    covered_by(site, "")
    site.run()
    (site.folder / "access.log").write_text(reading("canary.ann", TUESDAY + 7 * 86_400))
    site.run()
    assert statuses(site.folder / "out") == {}
    covered_by(site, DPIA_SECTION)
    said = site.run()
    assert WITHHELD not in said
    assert statuses(site.folder / "out") == {"new": 3}
    numbers = findings(site)
    shown = b"".join(files(site.folder / "out").values()).decode()
    assert all(number in shown for number in numbers)
    assert "bet365.com" in files(site.folder / "out", "it")["it/index.html"].decode()
    assert netaudit(site, "explain", numbers[0]).returncode == 0
    covered_by(site, LAPSED)
    assert WITHHELD in site.run()
    apart = {"store", "audit"}  # the trail tells which case was looked at while it could be
    left = [path for path in (site.folder / "out").rglob("*") if path.is_file() and not apart & set(path.parts)]
    assert not any(re.search(rb"F-[0-9A-Z]{10}|bet365|rightmove", path.read_bytes()) for path in left)
    assert not [path for path in left if "case" in path.name]


def test_folders_without_cases_are_alike_whether_there_are_findings_or_not(tmp_path: Path) -> None:
    """Nothing tells: no byte of any page but the line account's, whose figures are the same here."""
    written, said = [], []
    for name, log in (("loud", betting("canary.lead")), ("quiet", quiet("canary.lead"))):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "access.log").write_text(log)
        one = Site(folder)
        one.register("consents.csv", CONSENTS)
        covered_by(one, "")
        said.append(one.run().replace(str(folder), ""))
        assert len(findings(one)) == (name == "loud")
        written.append(files(folder / "out"))
    assert sorted(written[0]) == sorted(written[1])
    for name, page in written[0].items():
        assert page == written[1][name], name
    assert said[0] == said[1]


def test_a_policy_may_be_compared_without_single_cases(site: Site) -> None:
    covered_by(site, DPIA_SECTION)
    site.run()
    number = findings(site)[0]
    for dpia, shown in ((DPIA_SECTION, True), ("", False)):
        covered_by(site, dpia)
        for command in (
            ("policy", "diff", "leeds", "warrington"),
            ("policy", "diff", "leeds", "warrington", "--csv"),
            ("categories", "diff"),
        ):
            done = netaudit(site, *command)
            assert done.returncode == 0, done.stderr
            assert (number in done.stdout) == (shown and command[0] == "policy")
            assert shown or not re.search(r"\d stored case|F-[0-9A-Z]{10}", done.stdout)
            assert "--csv" in command or ("withheld" in done.stdout) != shown


def test_the_gate_is_open_from_approval_to_the_day_of_review() -> None:
    one = Dpia("DPIA-1", "IG", date(2026, 3, 1), date(2027, 2, 28))
    opened = [day for day in (date(2026, 2, 28), date(2026, 3, 1), date(2027, 2, 28), date(2027, 3, 1)) if
              Gate(one, day).is_open]  # fmt: skip
    assert opened == [date(2026, 3, 1), date(2027, 2, 28)]
    assert not Gate(Dpia(), date(2026, 3, 1)).is_open


def test_the_run_goes_by_the_local_day(site: Site) -> None:
    """At half past eleven in the evening by UTC it is tomorrow in London in summer."""
    configuration = load_configuration(None)
    for hour, day in ((22, 1), (23, 2)):
        until = replace(configuration, dpia=replace(APPROVED, review_by=date(2026, 6, 1)))
        moment = datetime(2026, 6, 1, hour, 30, tzinfo=UTC)
        log = str(site.folder / "access.log")
        facts = run_audit([log], until, site.folder / "out", moment, lambda *_: None).facts
        assert facts.run_at.day == day
        assert bool(facts.withheld) == (day == 2)


def test_the_example_is_a_dpia_that_is_current_in_its_time() -> None:
    keys = tomllib.loads("\n".join(EXAMPLE))
    assert not Dpia(**keys).lacks(date(2026, 6, 1))
    assert set(keys) == set(Dpia.__dataclass_fields__) - {"stated"}


def test_what_is_no_dpia_is_told_all_at_once(tmp_path: Path) -> None:
    path = tmp_path / "netaudit.toml"
    path.write_text(
        '[dpia]\nreference = 14\nowner = ["IG"]\napproved = "2026-01-31"\nreview_by = 2027-01-31T09:00:00\n'
    )
    with pytest.raises(DefinitionError) as told:
        load_configuration(path)
    assert [problem.what for problem in told.value.problems] == [
        "'reference' is not text",
        "'owner' is not text",
        "'approved' is not a date",
        "'review_by' is not a date",
    ]


def test_the_tests_own_dpia_is_what_its_section_says(tmp_path: Path) -> None:
    (tmp_path / "netaudit.toml").write_text(DPIA_SECTION)
    assert load_configuration(tmp_path / "netaudit.toml").dpia == APPROVED


def test_reports_name_the_dpia(site: Site) -> None:
    covered_by(site, DPIA_SECTION)
    assert netaudit(site, "run", str(site.folder / "access.log"), "--now", "2026-03-20").returncode == 0
    page = (site.folder / "out/ig/index.html").read_text()
    said = "DPIA-2026-014, owned by Head of Information Governance, approved on 1 January 2020, to be reviewed by"
    assert said in page
    covered_by(site, LAPSED)
    assert netaudit(site, "run", str(site.folder / "access.log"), "--now", "2026-03-20").returncode == 0
    page = (site.folder / "out/ig/index.html").read_text()
    assert said not in page
    assert "DPIA: none that is current." in page
