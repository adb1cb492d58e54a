"""Review sheets: what is written, filled in by hand or by a spreadsheet, and taken back whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from approved import DPIA_SECTION
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook
from rights_world import RUN_AT, World, a_world

from netaudit.cli import main
from netaudit.definitions.review_columns import COLUMNS

LETTERS = {name: chr(ord("A") + index) for index, name in enumerate(COLUMNS)}
TITLES = {name: one.title for name, one in COLUMNS.items()}
FIRST = 4  # row of the first case in a workbook
DECIDED = {"decision": "withdrawn", "decided_by": "IG lead", "reason": "a consent was found"}
Site = Callable[..., "Review"]


class Review:
    """An installation with a few cases."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.register = folder / "registers" / "decisions.csv"

    def call(self, *arguments: object, ok: bool = True) -> str:
        options = ["--config", str(self.folder / "netaudit.toml"), "--out", str(self.folder / "out")]
        done = CliRunner().invoke(main, [*map(str, arguments), *options], catch_exceptions=False)
        assert (done.exit_code == 0) == ok, done.output
        return done.output

    def export(self, name: str = "sheet.xlsx", *more: str) -> Path:
        self.call("review", "export", "--to", self.folder / name, *more)
        return self.folder / name

    def give(self, path: Path, *, ok: bool = True) -> str:
        return self.call("review", "import", path, ok=ok)

    def fill(self, path: Path, *rows: dict[str, object]) -> Path:
        """Write into the rows of cases of a sheet, from the first one on."""
        if path.suffix == ".csv":
            lines = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
            for line, row in zip(lines, rows, strict=False):
                line.update({TITLES[name]: str(text) for name, text in row.items()})
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                writer = csv.DictWriter(file, list(TITLES.values()))
                writer.writeheader()
                writer.writerows(lines)
            return path
        book = load_workbook(path)
        for number, row in enumerate(rows, FIRST):
            for name, text in row.items():
                book["Cases"][f"{LETTERS[name]}{number}"] = text
        book.save(path)
        return path

    def shown(self, path: Path) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))

    def decisions(self) -> list[dict[str, str]]:
        text = self.register.read_text() if self.register.exists() else ""
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def trail(self, kind: str) -> list[dict[str, object]]:
        lines = "".join(path.read_text() for path in sorted((self.folder / "out" / "audit").rglob("*.jsonl")))
        return [one for one in map(json.loads, lines.splitlines()) if one.get("kind") == kind]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    world: World = a_world(tmp_path_factory.mktemp("stored"))
    world.run()
    return world.folder


@pytest.fixture
def site(stored: Path, tmp_path: Path) -> Review:
    shutil.copytree(stored, tmp_path / "site")
    return Review(tmp_path / "site")


def test_a_sheet_lists_the_cases_to_review_and_no_more_of_them_than_a_list_does(site: Review) -> None:
    rows = site.shown(site.export("sheet.csv"))
    html = "".join(page.read_text() for page in (site.folder / "out" / "ig").rglob("findings*.html"))  # a list a week
    assert len(rows) >= 3
    for row in rows:
        assert row["Case"] in html
        assert row["Status"] == "To review"
        assert (site.folder / "out" / "ig" / row["Page"]).is_file()
        assert not any(row[TITLES[name]] for name in ("decision", "decided_by", "decided_on", "reason", "incident"))
    text = (site.folder / "sheet.csv").read_text("utf-8-sig").lower()
    assert "canary" not in text
    assert "10 march" not in text
    assert "2026-03" not in text
    (entry,) = site.trail("review.exported")
    assert entry["about"]["cases"] == [row["Case"] for row in rows]  # type: ignore[index]


def test_a_workbook_has_drop_downs_and_only_the_columns_to_fill_in_are_open(site: Review) -> None:
    book = load_workbook(site.export())
    sheet = book["Cases"]
    assert sheet.protection.sheet
    for name, column in COLUMNS.items():
        cell = sheet[f"{LETTERS[name]}{FIRST}"]
        assert cell.protection.locked is not column.filled_in, name
    lists = [one for one in sheet.data_validations.dataValidation if one.type == "list"]
    assert [(one.formula1, str(one.sqref).partition(":")[0]) for one in lists] == [
        ('"confirmed,withdrawn"', f"{LETTERS['decision']}{FIRST}")
    ]
    assert sheet["A1"].value == sheet.oddHeader.center.text  # the marking
    assert sheet.oddFooter.center.text.endswith("page &P of &N")
    assert "How to fill this in" in book.sheetnames


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.csv"])
def test_decisions_are_recorded_once_and_shown_on_the_next_report(site: Review, name: str) -> None:
    path = site.export(name)
    first, second = (row["Case"] for row in site.shown(site.export("list.csv"))[:2])
    confirmed = DECIDED | {"decision": "Confirmed", "decided_on": "20/03/2026", "incident": "INC-0007"}
    said = site.give(site.fill(path, confirmed, DECIDED))
    assert "Recorded: 1 confirmed, 1 withdrawn" in said
    assert [(row["case_number"], row["decision"], row["incident"]) for row in site.decisions()] == [
        (first, "confirmed", "INC-0007"),
        (second, "withdrawn", ""),
    ]
    assert site.decisions()[0]["decided_on"] == "2026-03-20"
    (entry,) = site.trail("review.imported")
    assert entry["about"]["confirmed"] == [first]  # type: ignore[index]
    assert entry["about"]["withdrawn"] == [second]  # type: ignore[index]
    before = site.register.read_bytes()
    assert "2 known already" in site.give(path)
    assert site.register.read_bytes() == before
    assert len(site.trail("review.imported")) == 1
    site.fill(path, {}, {}, DECIDED)  # and later one row more
    said = site.give(path)
    assert "Recorded: 1 withdrawn" in said
    assert "2 known already" in said
    assert len(site.decisions()) == 3
    site.call("run", site.folder / "access.log", "--now", RUN_AT)
    page = (site.folder / "out" / "ig" / "cases" / f"{first.lower()}.html").read_text()
    assert "Confirmed" in page
    assert "Recorded in line 2 of decisions.csv: a consent was found (incident INC-0007)." in page


WRONG = {
    "decision": ({"decision": "perhaps"}, "neither confirmed nor withdrawn", "decision"),
    "no decision": ({"decision": ""}, "'Decision' is empty", "decision"),
    "nobody": ({"decided_by": ""}, "'Decided by' is empty", "decided_by"),
    "no reason": ({"reason": " "}, "'Reason' is empty", "reason"),
    "named": ({"reason": "said canary.ann herself"}, "identifier or an account", "reason"),
    "incident of somebody": ({"incident": "INC-canary.bob"}, "identifier or an account", "incident"),
    "long": ({"reason": "x" * 501}, "too long", "reason"),
    "hidden": ({"reason": "a\u202econsent"}, "cannot be seen", "reason"),
    "no day": ({"decided_on": "last week"}, "is no day", "decided_on"),
    "tomorrow": ({"decided_on": "2098-01-01"}, "still to come", "decided_on"),
    "long ago": ({"decided_on": "20/03/1926"}, "before the week of the case", "decided_on"),
    "no year": ({"decided_on": "01/01/0001"}, "before the week of the case", "decided_on"),
    "minus": ({"reason": "-1+1|cmd"}, "begins as a formula does", "reason"),
    "at": ({"decided_by": "@SUM(A1)"}, "begins as a formula does", "decided_by"),
    "formula": ({"reason": '=HYPERLINK("http://x.example","y")'}, "a formula stands", "reason"),
    "odd incident": ({"incident": "<b>1</b>"}, "no number of an incident", "incident"),
    "status": ({"status": "Excused"}, "'Status' is protected", "status"),
    "week": ({"week": "2026-W12"}, "'Week' is protected", "week"),
    "page": ({"page": "cases/f-0000000000.html"}, "'Page' is protected", "page"),
    "check": ({"check": "KAAAAAAAA-KAAAAAAAA"}, "'Sheet' or 'Check' is protected", "sheet"),
    "case": ({"case": "F-0000000000"}, "there is no such case", "case"),
}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("sheet.xlsx", one) for one in WRONG] + [("sheet.csv", one) for one in ("named", "formula", "status", "case")],
)
def test_what_is_wrong_is_refused_by_its_cell_and_nothing_is_recorded(site: Review, name: str, wrong: str) -> None:
    changed, words, column = WRONG[wrong]
    path = site.fill(site.export(name), DECIDED, DECIDED | changed)
    said = site.give(path, ok=False)
    row = FIRST + 1 if name.endswith("xlsx") else 3
    assert words in said
    assert f"cell {LETTERS[column]}{row}" in said
    for text in changed.values():
        assert len(text) < 6 or text not in said
    assert not site.decisions()
    assert not site.trail("review.imported")


def test_all_faults_are_told_at_once(site: Review) -> None:
    path = site.fill(site.export(), DECIDED | {"decision": "?"}, DECIDED | {"reason": ""}, {"limit": "90 min"})
    said = site.give(path, ok=False)
    assert {
        f"cell {cell}" for cell in (f"{LETTERS['decision']}4", f"{LETTERS['reason']}5", f"{LETTERS['limit']}6")
    } <= {word.strip() for word in said.replace("\n", ",").split(",")}


def test_a_row_of_another_case_cannot_be_pasted_over(site: Review) -> None:
    path = site.export("sheet.csv")
    rows = site.shown(path)
    site.fill(path, DECIDED | {"case": rows[1]["Case"]})
    said = site.give(path, ok=False)
    assert "'Page' is protected" in said
    assert "stands in row" in said or "protected" in said


def test_a_case_that_stands_twice_is_refused(site: Review) -> None:
    path = site.fill(site.export("sheet.csv"), DECIDED)
    lines = path.read_text("utf-8-sig").splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n", "utf-8-sig")
    assert "the case stands in row 2 too" in site.give(path, ok=False)


def test_two_officers_at_once(site: Review) -> None:
    mine, theirs = site.export("mine.xlsx"), site.export("theirs.xlsx")
    site.give(site.fill(theirs, DECIDED | {"decision": "confirmed", "reason": "admitted"}))
    said = site.give(site.fill(mine, DECIDED, DECIDED), ok=False)
    assert "somebody else has decided about the case since the sheet was written" in said
    assert f"cell {LETTERS['decision']}{FIRST}" in said
    assert len(site.decisions()) == 1
    site.fill(mine, dict.fromkeys(DECIDED), DECIDED)
    assert "Recorded: 1 withdrawn" in site.give(mine)


def test_a_case_that_changed_since_is_not_decided_unseen(site: Review) -> None:
    """Somebody says something to it, or an entry excuses it, between sheet and import."""
    path = site.export("sheet.csv")
    case = site.shown(path)[0]["Case"]
    (site.folder / "what.txt").write_text("The rota was open all day.")
    site.call("correct", "statement", case, "--text", site.folder / "what.txt")
    said = site.give(site.fill(path, DECIDED), ok=False)
    assert "the case is not as it was any more since the sheet was written" in said
    assert not site.decisions()
    assert "Recorded: 1 withdrawn" in site.give(site.fill(site.export("new.csv"), DECIDED))


def test_what_was_confirmed_can_be_withdrawn_by_another_sheet(site: Review) -> None:
    site.give(site.fill(site.export(), DECIDED | {"decision": "confirmed"}))
    path = site.export("later.xlsx", "--status", "confirmed")
    assert "confirmed already" in site.give(
        site.fill(path, DECIDED | {"decision": "confirmed", "reason": "x"}), ok=False
    )
    assert "Recorded: 1 withdrawn" in site.give(site.fill(path, DECIDED))


def test_a_case_whose_week_is_gone_is_named_only_if_it_is_decided(site: Review) -> None:
    path = site.export("sheet.csv")
    weeks = [row["Week"] for row in site.shown(path)]
    site.call("keys", "destroy", "--period", weeks[0], "--yes")
    assert "Recorded: none" in site.give(path)
    said = site.give(site.fill(path, *[DECIDED] * len(weeks)), ok=False)
    assert said.count("there is no such case, or not any more") == weeks.count(weeks[0])


def test_a_register_without_incidents_gets_the_column(site: Review) -> None:
    line = "F-0000000000;confirmed;HR;2026-03-01;admitted;;"
    old = f'\ufeff"case_number";decision;decided_by;decided_on;reason;;\r\n{line}\r\n'
    site.register.write_bytes(old.encode())
    site.give(site.fill(site.export(), DECIDED | {"incident": "INC-1; of 2026"}), ok=False)
    assert site.register.read_bytes() == old.encode()
    site.give(site.fill(site.export(), DECIDED | {"incident": "INC-1"}))
    lines = site.register.read_text("utf-8-sig").splitlines()
    assert lines[0] == "case_number;decision;decided_by;decided_on;reason;incident"
    assert lines[1] == line
    assert lines[2].endswith(";a consent was found;INC-1")


def test_a_dry_run_records_nothing(site: Review) -> None:
    said = site.call("review", "import", site.fill(site.export(), DECIDED), "--dry-run")
    assert "Would be recorded: 1 withdrawn" in said
    assert not site.decisions()
    assert not site.trail("review.imported")


def test_without_a_current_dpia_there_is_no_sheet(site: Review) -> None:
    path = site.fill(site.export(), DECIDED)
    toml = site.folder / "netaudit.toml"
    toml.write_text(toml.read_text().replace(DPIA_SECTION, ""))
    assert "DPIA" in site.call("review", "export", "--to", site.folder / "no.xlsx", ok=False)
    assert not (site.folder / "no.xlsx").exists()
    assert "DPIA" in site.give(path, ok=False)
    assert not site.decisions()


def test_a_register_that_cannot_be_replaced_stays_as_it_was(site: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    path = site.fill(site.export(), DECIDED, DECIDED)
    site.register.write_text("case_number,decision,decided_by,decided_on,reason\n")
    before = site.register.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        site.give(path, ok=False)
    assert site.register.read_bytes() == before
    site.give(path)
    assert len(site.decisions()) == 2


def a_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * 300_000_000)
    return file.getvalue()


def another_book() -> bytes:
    book, file = Workbook(), io.BytesIO()
    book.active.append(["Case", "Decision"])
    book.save(file)
    return file.getvalue()


NO_SHEETS = {
    "nothing": b"",
    "latin": "Case;Entscheidung\n\xfc".encode("latin-1"),
    "other": b"name,age\nx,1\n",
    "half": b"Case,Decision\nF-0000000000,withdrawn\n",
    "cut": b"PK\x03\x04 cut short",
    "bomb": a_bomb(),
    "another": another_book(),
    "twice": (",".join([*TITLES.values(), "Case"]) + "\n").encode(),
}


@pytest.mark.parametrize("name", list(NO_SHEETS))
def test_what_is_no_sheet_is_refused(site: Review, name: str) -> None:
    path = site.folder / "sheet.bin"
    path.write_bytes(NO_SHEETS[name])
    assert "error: " in site.give(path, ok=False)
    assert not site.decisions()


def test_columns_and_rows_may_be_moved_and_other_separators_used(site: Review) -> None:
    path = site.fill(site.export("sheet.csv"), DECIDED, DECIDED | {"decision": "confirmed"})
    rows = site.shown(path)
    turned = list(reversed(list(rows[0])))
    lines = ["sep=;", ";".join(turned), *(";".join(row[name] for name in turned) for row in reversed(rows))]
    path.write_text("\r\n".join(lines) + "\r\n;;;;\r\n", "utf-8-sig")
    assert "Recorded: 1 confirmed, 1 withdrawn" in site.give(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("separator", ["\t", ";"])
def test_a_sheet_as_other_spreadsheets_save_it(site: Review, encoding: str, separator: str) -> None:
    """Excel's Unicode text is UTF-16 with tabs; a German one writes days with dots."""
    filled = DECIDED | {"decided_on": "20.03.2026", "reason": "a consent – found"}
    rows = site.shown(site.fill(site.export("sheet.csv"), filled))
    lines = [separator.join(rows[0]), *(separator.join(row.values()) for row in rows)]
    (site.folder / "sheet.txt").write_bytes("\r\n".join(lines).encode(encoding))
    assert "Recorded: 1 withdrawn" in site.give(site.folder / "sheet.txt")
    assert site.decisions()[0]["decided_on"] == "2026-03-20"


def test_text_that_looks_like_a_formula_stays_text(site: Review) -> None:
    """A rule of the organisation's own may be called anything."""
    folder = site.folder / "policies"
    folder.mkdir()
    (folder / "own.toml").write_text(
        'extends = "leeds"\nid = "own"\n[[rule]]\nrule_id = "one_hour"\ntitle = "=1+1"\n', encoding="utf-8"
    )
    toml = site.folder / "netaudit.toml"
    toml.write_text(
        toml.read_text().replace("[categories]", '[policy]\npack = "own"\nfolder = "policies"\n[categories]')
    )
    path = site.export()
    cells = [cell for row in load_workbook(path)["Cases"].iter_rows() for cell in row]
    assert any(cell.value == "'=1+1" for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert "Recorded: 1 withdrawn" in site.give(site.fill(path, DECIDED))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice on the PATH (make browser)")
@pytest.mark.parametrize("suffix", ["xlsx", "ods", "csv"])
def test_a_spreadsheet_program_opens_it_and_keeps_what_matters(site: Review, suffix: str, tmp_path: Path) -> None:
    path = site.fill(site.export(), DECIDED | {"incident": "0042"})
    office = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to"]
    kind = "csv:Text - txt - csv (StarCalc):59,34,76" if suffix == "csv" else suffix
    subprocess.run([*office, kind, "--outdir", tmp_path, path], check=True, capture_output=True, timeout=120)
    saved = tmp_path / f"sheet.{suffix}"
    if suffix == "ods":
        with zipfile.ZipFile(saved) as packed:
            content = packed.read("content.xml").decode()
        assert 'cell-content-is-in-list("confirmed";"withdrawn")' in content.replace("&quot;", '"')
        assert 'table:protected="true"' in content
        return
    assert "Recorded: 1 withdrawn" in site.give(saved)
    assert site.decisions()[0]["incident"] == "0042"


def test_an_incident_entered_by_hand_is_shown_too(site: Review) -> None:
    case = site.shown(site.export("list.csv"))[0]["Case"]
    more = ("--decided-by", "DPO", "--reason", "asked", "--incident", "INC-9")
    site.call("correct", "decision", case, "--decision", "withdrawn", *more)
    assert site.decisions()[0]["incident"] == "INC-9"
