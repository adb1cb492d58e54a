"""Pages of settled weeks over real runs: kept while nothing changes, and made anew with whatever they are made of."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from netaudit.cli import main
from netaudit.contracts import FileAccount
from netaudit.definitions.configuration import load_configuration
from netaudit.pipeline.audit import run_audit
from netaudit.pipeline.facts import _file_warnings
from netaudit.pipeline.reading import CUT_SHORT
from netaudit.report import kept_pages
from netaudit.store import Store

SAMPLE = Path(__file__).resolve().parents[1] / "sample_logs"
WEEK = "2026-W11"
FIRST = datetime(2026, 3, 20, 6, tzinfo=UTC)  # the week has closed
SECOND = FIRST + timedelta(days=1)
MADE_FIRST, MADE_AGAIN = "20 March 2026", "21 March 2026"
NEXT_WEEK = f"{FIRST.timestamp():.3f} 90 192.0.2.9 TCP_MISS/200 900 GET http://news.example/ - DIRECT/- text/html"
_DIRECTORY = (SAMPLE / "directory.csv").read_text(encoding="utf-8").splitlines()
PEOPLE = [row["person_id"] for row in csv.DictReader(_DIRECTORY)]


class Site:
    """The sample organisation in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out"

    def run(self, now: datetime, *logs: str) -> None:
        configuration = load_configuration(self.folder / "netaudit.toml")
        run_audit(logs, configuration, self.out, now, lambda *_: None)

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        (self.folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    def add(self, name: str, *lines: str) -> None:
        path = self.folder / name
        with path.open("a", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))

    def page(self, case: str) -> str:
        return (self.out / "ig" / "cases" / f"{case.lower()}.html").read_text(encoding="utf-8")

    @property
    def cases(self) -> dict[str, str]:
        """Status by case number, from the lists."""
        return {
            row["Case"]: row["Status"]
            for path in (self.out / "ig").glob("cases-rule-*.csv")
            for row in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
        }

    @property
    def under_review(self) -> str:
        return min(case for case, status in self.cases.items() if status == "To review")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("kept") / "site")
    shutil.copytree(SAMPLE, site.folder, ignore=shutil.ignore_patterns("generator", "*.py"))
    site.run(FIRST, str(site.folder / "logs"))
    return site


@pytest.fixture
def site(before: Site, tmp_path: Path) -> Iterator[Site]:
    shutil.copytree(before.folder, tmp_path / "site")
    yield Site(tmp_path / "site")
    shutil.rmtree(tmp_path / "site")


def case_pages(site: Site) -> dict[str, bytes]:
    pages = {
        path.relative_to(site.out).as_posix(): path.read_bytes()
        for audience in ("ig", "safeguarding", "hr", "fraud")
        for path in (site.out / audience).glob("cases/*")
    }
    assert len(pages) > 40
    return pages


def test_a_night_without_news_keeps_the_pages_of_all_cases(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Although the run has another moment, other facts of its logs, and mail that did not go."""
    first = case_pages(site)
    read = Store.read_file
    opened: list[str] = []

    def watched(self: Store, name: str, table: str, period: str, *given: object) -> object:
        opened.extend([table] if period == WEEK else [])
        return read(self, name, table, period, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "read_file", watched)
    monkeypatch.setattr("netaudit.pipeline.audit.undelivered", lambda *_: ("mail 7 did not go",))
    site.add("logs/another.log", NEXT_WEEK)
    site.run(SECOND, str(site.folder / "logs" / "another.log"))
    assert case_pages(site) == first
    assert "timeline" not in opened, "the days of cases need not be opened"
    assert "findings" in opened, "the lists are made every night: the test can fail"
    assert MADE_AGAIN in (site.out / "ig" / "index.html").read_text(encoding="utf-8")
    assert "mail 7 did not go" in (site.out / "it" / "index.html").read_text(encoding="utf-8")


def test_a_list_tells_the_same_of_a_case_whether_it_was_opened_or_not(site: Site) -> None:
    def lists() -> dict[str, str]:
        return {
            path.name: path.read_text(encoding="utf-8").replace(MADE_AGAIN, MADE_FIRST)
            for path in (site.out / "ig").glob("cases-rule-*.csv")
        }

    kept = (site.run(SECOND), lists())[1]
    shutil.rmtree(site.out / ".kept")  # now all are made anew
    site.run(SECOND)
    assert lists() == kept
    limits = {line.split(",")[2] for text in kept.values() for line in text.splitlines()[1:]}
    assert {"60 min", "Not allowed"} <= limits


def test_a_decision_stands_on_the_page_of_its_case(site: Site) -> None:
    case = site.under_review
    (site.folder / "registers" / "decisions.csv").write_text(
        f"case_number,decision,decided_by,decided_on,reason\n{case},withdrawn,P0001,2026-03-20,The rota was open\n",
        encoding="utf-8",
    )
    site.run(SECOND)
    assert "The rota was open" in site.page(case)
    assert "Withdrawn" in site.page(case)
    assert site.cases[case] == "Withdrawn"
    (site.folder / "registers" / "decisions.csv").unlink()  # somebody was wrong
    site.run(SECOND + timedelta(days=1))
    assert "The rota was open" not in site.page(case)
    assert site.cases[case] == "To review"


def test_a_statement_stands_on_the_page_of_its_case(site: Site) -> None:
    case = site.under_review
    path = site.folder / "registers" / "statements.csv"
    path.write_text(f"case_number,received,statement\n{case},2026-03-19,It was the rota.\n", encoding="utf-8")
    site.run(SECOND)
    assert "It was the rota." in site.page(case)
    path.write_text(f"case_number,received,statement\n{case},2026-03-19,It was my phone.\n", encoding="utf-8")
    site.run(SECOND + timedelta(days=1))
    assert "It was my phone." in site.page(case)
    assert "It was the rota." not in site.page(case)


def test_a_consent_entered_late_excuses_on_the_page_too(site: Site) -> None:
    before = site.cases
    approvers = {"P0001": "P0002"}
    site.add(
        "registers/consents.csv",
        *(f"{one},2026-03-02T00:00,2026-03-20T00:00,{approvers.get(one, 'P0001')},entered late" for one in PEOPLE),
    )
    site.run(SECOND)
    excused = [case for case, status in site.cases.items() if status == "Excused" != before[case]]
    assert excused
    for case in excused:
        assert MADE_AGAIN in site.page(case)
        assert "Excused" in site.page(case)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("netaudit.toml", "Dales and Fells Integrated Care Board (invented)", "Another Board (invented)", True),
        ("netaudit.toml", "OFFICIAL-SENSITIVE: PERSONAL", "OFFICIAL", True),
        ("netaudit.toml", "[identity]\n", "[reports]\nminimum_group = 9\n\n[identity]\n", False),
        ("policies/sample.toml", "limit_minutes = 30", "limit_minutes = 31", False),
    ],
    ids=["organisation", "handling", "group", "policy"],
)
def test_a_setting_that_changed_makes_pages_anew(site: Site, name: str, old: str, new: str, *, told: bool) -> None:
    case = site.under_review
    site.change(name, old, new)
    site.run(SECOND)
    assert MADE_AGAIN in site.page(case)
    if told:
        assert new in site.page(case)


def test_classes_that_changed_make_pages_anew(site: Site) -> None:
    case = site.under_review
    overrides = (site.folder / "categories" / "overrides.csv").read_text(encoding="utf-8").splitlines()
    last = overrides[-1].split(",")
    last[0] = "another-site.example"
    site.add("categories/overrides.csv", ",".join(last))
    site.run(SECOND)
    assert MADE_AGAIN in site.page(case)


@pytest.mark.parametrize("name", ["base/case.jinja", "base/netaudit.css", "base/page.jinja"])
def test_a_template_that_changed_makes_pages_anew(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    case = site.under_review
    templates = tmp_path / "templates"
    shutil.copytree(kept_pages.templates_folder(), templates)
    with (templates / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    monkeypatch.setattr(kept_pages, "templates_folder", lambda: templates)
    kept_pages._program.cache_clear()  # as in another process
    try:
        site.run(SECOND)
    finally:
        kept_pages._program.cache_clear()
    assert MADE_AGAIN in site.page(case)


def test_no_page_outlives_the_assessment_that_covered_it(site: Site) -> None:
    site.change("netaudit.toml", "review_by = 2036-03-01", "review_by = 2026-03-20")
    site.run(SECOND)
    assert list((site.out / "ig").glob("cases/*")) == []


def test_what_was_destroyed_is_on_no_page(site: Site) -> None:
    case = site.under_review
    csv_of = site.out / "ig" / "cases" / f"{case.lower()}.csv"
    before = csv_of.read_text(encoding="utf-8-sig")
    _destroy(site, "timeline")
    site.run(SECOND)
    assert MADE_AGAIN in site.page(case)
    assert csv_of.read_text(encoding="utf-8-sig") != before
    _destroy(site, "evidence")
    site.run(SECOND + timedelta(days=1))
    assert list((site.out / "ig").glob("cases/*")) == []


def _destroy(site: Site, table: str) -> None:
    given = ["keys", "destroy", "--period", WEEK, "--table", table, "--yes"]
    done = CliRunner().invoke(main, [*given, "--config", str(site.folder / "netaudit.toml"), "--out", str(site.out)])
    assert done.exit_code == 0, done.output


def test_a_warning_of_many_files_is_said_once() -> None:
    cut = [FileAccount(str(number), "squid", 9, 9, status=CUT_SHORT, reason="it was cut short") for number in range(40)]
    (warning,) = _file_warnings(cut)
    assert warning.startswith("40 files (0, 1, 2, 3, 4, 5, 6, 7 and 32 more): it was cut short; what could be read")
    assert len(list(_file_warnings(cut[:2]))) == 2
    damaged = [FileAccount(str(number), "squid", 100, 90 - number, rejects=10 + number) for number in range(9)]
    assert len(list(_file_warnings(damaged))) == 1
