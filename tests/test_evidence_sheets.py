"""Sheets for the DSPT, freedom of information and the governing body: what they say, and what they never say."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import stat
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sheet_data
from attacker_worlds import PERIODS
from click.testing import CliRunner
from evidence_data import (
    IN_2026,
    NEXT_YEAR,
    configured,
    content,
    copied,
    export,
    make_store,
    parts,
    rows,
    span_of,
    trail_of,
)
from officers_data import enrol

from netaudit.cli import main
from netaudit.contracts import FileAccount
from netaudit.custody import Trail
from netaudit.definitions.dpia import Dpia
from netaudit.errors import StoreError
from netaudit.pipeline.evidence import Exported
from netaudit.pipeline.evidence.dspt import OUTCOMES, dspt_sheet
from netaudit.pipeline.evidence.gather import gather
from netaudit.pipeline.evidence.sources import coverage
from netaudit.pipeline.evidence.spans import iso_year
from netaudit.pipeline.evidence.yearly import year_sheet
from netaudit.pipeline.key_tasks import destroy_keys
from netaudit.pipeline.notices import write_notice
from netaudit.pipeline.trails import operator
from netaudit.report import SheetFolder

KINDS = ("dspt", "foi", "year")
VERDICTS = re.compile(
    r"\b(met|unmet|achiev\w*|complian\w*|complies|comply|conform\w*|satisf\w*|fulfil\w*|attain\w*|adequate\w*|"
    r"sufficient\w*|assured?|exceeds?|standards? reached)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("sheets") / "site"
    make_store(place, weeks=2)
    return place


@pytest.fixture(scope="module")
def filled(store: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exported]:
    """A sheet of each kind, of a store with a trail that has everything."""
    place = copied(store, tmp_path_factory.mktemp("filled") / "site")
    trail_of(place, [*["case"] * 9, "rights.access", "view", "refused", "run"])
    return {kind: export(place, kind) for kind in KINDS}


@pytest.fixture
def site(store: Path, tmp_path: Path) -> Path:
    return copied(store, tmp_path / "site")


def texts(files: dict[str, bytes]) -> dict[str, str]:
    """What a reader of each file sees: without the style sheet."""
    return {
        name: re.sub(r"<style>.*?</style>", "", one.decode("utf-8-sig"), flags=re.DOTALL) for name, one in files.items()
    }


# -------------------------------------------------------------------------------------------------- what they never say


@pytest.mark.parametrize("kind", KINDS)
def test_no_sheet_judges_an_outcome(filled: dict[str, Exported], kind: str) -> None:
    for name, text in texts(content(filled[kind])).items():
        assert not VERDICTS.search(text), (name, VERDICTS.search(text))


def test_the_words_that_judge_are_found() -> None:
    assert VERDICTS.search("Outcome C1.a is met.")
    assert VERDICTS.search("Not achieved")


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_and_no_place_is_named(filled: dict[str, Exported], kind: str) -> None:
    """People of the directory, officers, accounts that ran it, cases, sites, teams, folders."""
    told = "\n".join(texts(content(filled[kind])).values()).replace("the account that owns it, and root", "")
    for name in ("canary", "F-CANARY", "gambling.example", "Payroll", "Clinical", str(filled[kind].folder), operator()):
        assert name not in told


@pytest.mark.parametrize("kind", ["foi", "year"])
def test_withheld_routes_and_classes_are_in_no_figure(filled: dict[str, Exported], kind: str) -> None:
    text = texts(content(filled[kind]))["evidence.json"]
    assert "(safeguarding)" not in text
    assert "(hr)" not in text
    assert "xtremis" not in text


# -------------------------------------------------------------------------------------------------------- what they say


def test_each_outcome_says_what_it_covers_what_not_and_what_to_add(filled: dict[str, Exported]) -> None:
    found = parts(filled["dspt"])
    assert list(found) == list(OUTCOMES)
    for part in found.values():
        assert part["covers"]
        assert part["tables"] or part["could_not_be_told"]
        assert part["not_covered"]
        assert part["to_add"]
    page = texts(content(filled["dspt"]))["index.html"]
    assert "Check them against this year" in page


def test_access_keys_and_the_trail_are_told_as_they_are(site: Path) -> None:
    trail = trail_of(site, ["run", "view", "keys.destroyed", "trail.repaired"])
    second = site / "elsewhere"
    second.mkdir(mode=0o700)
    (site / "out" / "ig").chmod(0o755)
    *_, last = trail.entries()
    found = parts(export(site, "dspt", second_folder=second))["C1.b"]
    state = rows(found, "trail")
    assert state["Whether each entry follows from the one before"] == ["yes, for each entry"]
    assert state["Read to the entry of"] == ["2026-03-02"]
    assert state["Checksum of that entry"] == [last.sha256]
    assert state["Second place"] == ["there"]
    folders = rows(found, "folders")
    assert folders["Keys"] == ["the account that owns it, and root"]
    assert folders["Reports: ig"][0].startswith("others")
    acts = {row[0]: row[1] for row in rows(found, "acts").values()}
    assert (acts["view"], acts["keys.destroyed"], acts["trail.repaired"]) == (1, 1, 1)


def test_officers_are_counted_by_role_and_not_named(site: Path) -> None:
    officers = enrol(site / "officers")
    done = export(site, "dspt", officers_file=officers.file)
    counted = [one[0] for one in rows(parts(done)["C1.b"], "officers").values()]
    assert counted == [2, 2, 1]
    told = "".join(texts(content(done)).values())
    assert not [one.name for one in officers.people.values() if one.name in told or one.person_id in told]


def test_the_notice_is_named_by_its_day_and_checksum(site: Path) -> None:
    trail = Trail(site / "out" / "audit")
    for day, mark in ((1, "a"), (5, "b")):
        about = {"what": "notice", "sha256": mark * 64}
        trail.append("export", about, who="canary", at=IN_2026 + timedelta(days=day))
    state = rows(parts(export(site, "dspt"))["E1.a"], "notice")
    assert state["Staff privacy notice, last written on"] == ["2026-03-07"]
    assert state["Its checksum (SHA-256)"] == ["b" * 64]
    assert state["Data protection impact assessment"][0].startswith("DPIA-2026-014")


def test_the_notice_that_was_written_is_the_one_that_is_named(site: Path) -> None:
    write_notice(configured(site), site / "out", site / "notice.txt", IN_2026)
    state = rows(parts(export(site, "dspt"))["E1.a"], "notice")
    digest = hashlib.sha256((site / "notice.txt").read_bytes()).hexdigest()
    assert state["Its checksum (SHA-256)"] == [digest]


def test_a_run_counts_once_and_one_that_was_stopped_is_told(site: Path) -> None:
    trail = Trail(site / "out" / "audit")
    for number, state in enumerate(("begun", "finished", "begun", "begun", "finished")):
        about = {"state": state, "files_unread": 2} if state == "finished" else {"state": state}
        trail.append("run", about, who="canary", at=IN_2026 + timedelta(hours=number))
    year = parts(export(site, "year"))
    assert {row[0]: row[1] for row in rows(year["How it was held in check"], "use").values()}["run"] == 3
    told = rows(year["How it was run"], "running")
    assert told["Runs that began and were not finished, as far as the trail tells"] == [1]
    files = rows(parts(export(site, "dspt"))["C1.a"], "files")
    assert files["could not be read, or not to the end (each attempt of a run)"] == [4]


def test_a_second_place_that_does_not_agree_is_told(site: Path) -> None:
    second = site / "elsewhere"
    for number in range(3):
        Trail(site / "out" / "audit", second).append("run", {}, who="canary", at=IN_2026 + timedelta(hours=number))
    found = parts(export(site, "dspt", second_folder=second))["C1.b"]
    assert rows(found, "trail")["Whether the second place agrees"] == ["yes"]
    heads = next(path for path in second.rglob("*") if path.is_file() and path.stat().st_size)
    heads.write_bytes(re.sub(rb"[0-9a-f]{64}", b"0" * 64, heads.read_bytes(), count=1))
    found = parts(export(site, "dspt", second_folder=second))
    assert rows(found["C1.b"], "trail")["Whether the second place agrees"][0].startswith("no")


def test_hostile_words_are_harmless(tmp_path: Path) -> None:
    folder = tmp_path / "hostile"
    SheetFolder(sheet_data.hostile("<b>=1+1\u202e"), folder).publish()
    told = texts({path.name: path.read_bytes() for path in folder.iterdir()})
    assert "<b>" not in told["index.html"]
    assert not [text for text in told.values() if "\u202e" in text]
    (table,) = (text for name, text in told.items() if name.endswith(".csv") and name != "index.csv")
    assert [row[0][0] for row in csv.reader(io.StringIO(table))][1:] == ["<", "'"]


def test_a_changed_configuration_is_not_taken_for_the_one_that_ran(site: Path) -> None:
    before = rows(parts(export(site, "dspt"))["B3.a"], "definitions")
    assert before["Configuration: the same as in the last run"] == ["yes"]
    (site / "classes" / "overrides.csv").write_text(
        "pattern,category,reason,author,date,expires,ticket\nother.example,news,why,IG,2026-01-01,,\n"
    )
    after = rows(parts(export(site, "dspt", sha256="0" * 64))["B3.a"], "definitions")
    assert after["Configuration: the same as in the last run"] == ["no, it was changed since"]
    assert after["Class map: the same as in the last run"] == ["no, it was changed since"]
    assert after["Policy text: the same as in the last run"] == ["yes"]


def test_tables_have_weeks_and_a_magnitude_and_no_count(filled: dict[str, Exported]) -> None:
    told = rows(parts(filled["dspt"])["B3.a"], "tables")
    assert told["events"][1:3] == ["2026-W06 to 2026-W07", "1,000 to 9,999"]
    assert told["findings"][2] == "fewer than 1,000"
    assert told["events"][3] == "90 days"


def test_exemptions_are_for_the_officer_to_decide(filled: dict[str, Exported]) -> None:
    done = filled["foi"]
    part = parts(done)["For the officer to decide"]
    assert {"section 40(2)", "section 31"} <= rows(part, "exemptions").keys()
    assert "officer to decide" in part["tables"][0]["note"]
    page = texts(content(done))["index.html"]
    assert "NOT RELEASED" in page
    assert "what the monitoring costs" in page.lower()
    assert not re.search(r"£|\bhours of staff\b|\bFTE\b", page)


# ------------------------------------------------------------------------------------------------------- what is absent


@pytest.mark.parametrize("kind", KINDS)
def test_they_work_without_trail_officers_dpia_and_directory(site: Path, kind: str) -> None:
    done = export(site, kind, directory=None, dpia=Dpia())
    found = json.dumps(parts(done))
    assert (done.folder / "index.html").is_file()
    if kind == "dspt":
        assert "There is no audit trail" in found
        assert "No officers are enrolled" in found
        assert "There is no staff directory" in found
        assert "none is named" in found
    if kind == "year":
        assert "There is no audit trail of this time" in found
        assert "There is no staff directory" in found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tables", [(), ("published",), ("events", "findings")])
def test_they_work_where_a_week_was_destroyed(site: Path, kind: str, tables: tuple[str, ...]) -> None:
    destroy_keys(configured(site), site / "out", PERIODS[0], tables, date(2026, 6, 1), rehearse=False)
    found = parts(export(site, kind))
    told = json.dumps(found)
    if kind == "dspt":
        assert "Keys of these weeks were destroyed" in told
        assert rows(found["C1.b"], "keys")["Destroyed: what lay under them cannot be read again"][0] > 0
    elif "events" not in tables:
        assert f"2026-W06" in told  # noqa: F541
    if kind == "year" and tables != ("events", "findings"):
        assert found["How it was run"]["covers"] == ["Published weeks: 2026-W07."]


def test_a_damaged_trail_lets_nothing_out(site: Path) -> None:
    """What leaves is recorded first; where that cannot be done nothing is written."""
    path = _damaged(site, b'"kind":"run"', b'"kind":"view"')
    with pytest.raises(StoreError):
        export(site, "year")
    assert path.is_file()
    assert not [one for one in (site / "to").rglob("*") if one.is_file()]


def test_damage_further_back_is_told_and_nothing_is_counted(site: Path) -> None:
    """The trail itself may refuse to go on; where it does not, the sheet says so."""
    _damaged(site, b'"kind":"view"', b'"kind":"run"')
    span = span_of("dspt")
    gathered = gather(configured(site), site / "out", span, NEXT_YEAR)
    (custody,) = (part for part in dspt_sheet(gathered, span).parts if part.number == "C1.b")
    tables = {table.name: table.rows for table in custody.tables}
    assert tables["trail"][0][1] == "no: netaudit audit verify says where"
    assert "acts" not in tables
    (check,) = (part for part in year_sheet(gathered, span).parts if part.title == "How it was held in check")
    assert "The trail is damaged" in check.gaps[0]
    assert check.tables == ()


def _damaged(site: Path, what: bytes, into: bytes) -> Path:
    trail = trail_of(site, ["view", "run"])
    path = next(path for path in trail.folder.rglob("*") if path.is_file() and what in path.read_bytes())
    path.write_bytes(path.read_bytes().replace(what, into))
    return path


def test_a_week_that_is_still_open_has_no_figure(site: Path) -> None:
    make = datetime(2026, 2, 10, tzinfo=UTC)
    found = parts(export(site, "year", make))
    assert found["What was found"]["could_not_be_told"]
    assert found["Names that were opened"]["tables"] == []


# ---------------------------------------------------------------------------------------------------------- the sources


def account(first: datetime, last: datetime, name: str = "squid", **changes: object) -> FileAccount:
    one = FileAccount("1", name, lines=10, events=9, rejects=1, first=first, last=last)
    return replace(one, **changes)


class NoRows:
    """A store whose rows are gone."""

    def parts(self, _table: str) -> list[tuple[str, str]]:
        return []


def known(files: list[FileAccount], today: date = date(2026, 12, 31)) -> object:
    span = iso_year("2026")
    assert span is not None
    return coverage(span, files, NoRows(), lambda _: True, "Europe/London", today)  # type: ignore[arg-type]


def test_a_day_without_lines_of_a_source_that_otherwise_delivers_is_silent() -> None:
    days = [datetime(2026, 3, day, 12, tzinfo=UTC) for day in (2, 3, 6, 9)]
    files = [account(day, day + timedelta(hours=2)) for day in days]
    files += [account(days[0], days[-1], "zscaler")]
    found = known(files)
    squid, zscaler = found.sources  # type: ignore[attr-defined]
    assert squid.silent == (date(2026, 3, 4), date(2026, 3, 5), date(2026, 3, 7), date(2026, 3, 8))
    assert zscaler.silent == ()
    assert found.silent == ()  # type: ignore[attr-defined]
    assert (squid.files, squid.lines, squid.set_aside, len(squid.days)) == (4, 40, 4, 4)


def test_what_lies_outside_the_time_does_not_count() -> None:
    found = known([account(datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 3, 2, tzinfo=UTC))])
    assert found.sources == ()  # type: ignore[attr-defined]
    over = known([account(datetime(2025, 12, 1, tzinfo=UTC), datetime(2025, 12, 30, tzinfo=UTC))])
    assert [len(one.days) for one in over.sources] == [2]  # type: ignore[attr-defined]


def test_stored_rows_tell_of_silent_days(filled: dict[str, Exported]) -> None:
    """Nobody is there at the weekend between two weeks of work."""
    found = parts(filled["dspt"])["C1.a"]
    source = rows(found, "sources")["squid"]
    assert source[6:8] == [2, 0]
    assert rows(found, "silent-days")["squid"] == ["Saturday 7 February 2026 to Sunday 8 February 2026"]
    assert source[8] == "100 %"


# ------------------------------------------------------------------------------------------------------ files and trail


@pytest.mark.parametrize("kind", KINDS)
def test_all_files_are_in_the_index_which_the_trail_names(site: Path, kind: str) -> None:
    done = export(site, kind)
    files = content(done)
    index = files.pop("index.csv")
    listed = list(csv.reader(io.StringIO(index.decode("utf-8-sig"))))[1:]
    assert {name: digest for name, _, digest in listed} == {
        name: hashlib.sha256(one).hexdigest() for name, one in files.items()
    }
    assert {name.rpartition(".")[2] for name in files} == {"html", "csv", "json"}
    *_, entry = Trail(site / "out" / "audit").entries()
    assert entry.kind == "export"
    assert entry.about["what"] == f"evidence {kind}"
    assert entry.about["sha256"] == done.sha256 == hashlib.sha256(index).hexdigest()
    assert stat.S_IMODE(done.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in done.folder.iterdir()} == {0o600}


def test_csv_json_and_the_page_say_the_same(filled: dict[str, Exported]) -> None:
    done = filled["year"]
    page = texts(content(done))["index.html"]
    for part in parts(done).values():
        for table in part["tables"]:
            for row in table["rows"]:
                assert str(row[0]) in page.replace("&#39;", "'").replace("&amp;", "&")
            (name,) = (one for one in content(done) if one.endswith(f"-{table['name']}.csv"))
            told = list(csv.reader(io.StringIO(content(done)[name].decode("utf-8-sig"))))
            assert told[0] == table["columns"]
            assert [[str(cell) for cell in row] for row in table["rows"]] == told[1:]


def test_printed_again_the_figures_are_the_same_bytes(site: Path) -> None:
    trail_of(site, ["run"])
    first, second = (content(export(copied(site, site.with_name(name)), "year")) for name in ("one", "two"))
    assert first == second


def test_what_lies_beside_the_folder_is_left_alone(site: Path) -> None:
    (site / "to").mkdir()
    (site / "to" / "paper.txt").write_text("kept")
    export(site, "year")
    export(site, "year")
    assert (site / "to" / "paper.txt").read_text() == "kept"


# ----------------------------------------------------------------------------------------------------- the command line


def netaudit(site: Path, *arguments: str) -> tuple[int, str]:
    common = ["--config", str(site / "netaudit.toml"), "--out", str(site / "out"), "--to", str(site / "to")]
    done = CliRunner().invoke(main, ["evidence", *arguments, *common])
    return done.exit_code, done.output


def test_the_commands_write_and_name_what_could_not_be_told(site: Path) -> None:
    for arguments, folder in (
        (("dspt", "--year", "2025-26"), "dspt-2025-26"),
        (("foi", "--weeks", "2026-W06..2026-W07"), "foi-2026-w06-to-2026-w07"),
        (("foi", "--year", "2026"), "foi-2026"),
        (("year", "--year", "2026"), "year-2026"),
    ):
        code, said = netaudit(site, *arguments)
        assert code == 0, said
        assert str(Path(folder) / "index.html") in said
        assert (site / "to" / folder / "evidence.json").is_file()
    assert "note: C1.b: No officers are enrolled" in netaudit(site, "dspt", "--year", "2025-26")[1]


@pytest.mark.parametrize(
    "arguments",
    [("dspt", "--year", "2026"), ("dspt", "--year", "2026-28"), ("year", "--year", "26"), ("foi", "--year", "soon")],
)
def test_what_is_no_year_is_refused(site: Path, arguments: tuple[str, ...]) -> None:
    code, said = netaudit(site, *arguments)
    assert code == 2
    assert "write it as" in said
    assert not (site / "to").exists()


def test_without_a_store_there_is_nothing_to_show(site: Path) -> None:
    done = CliRunner().invoke(main, ["evidence", "year", "--out", str(site / "nowhere"), "--to", str(site / "to")])
    assert done.exit_code == 2
    assert "there is no store" in done.output
    assert not (site / "nowhere" / "store").exists()
    assert not (site / "to").exists()
    assert NEXT_YEAR.year == 2027
