"""The annex as files: a page and a Word document that say the same, whoever wrote the configuration."""

from __future__ import annotations

import io
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from docx import Document
from docx.oxml.ns import qn
from dpia_site import NOW, WholeSite

from netaudit.cli import main
from netaudit.contracts.annex import TO_COMPLETE, Annex, Answers, Bullets, Grid, Words
from netaudit.definitions.configuration import Configuration
from netaudit.pipeline.dpia import annex
from netaudit.pipeline.trails import open_trail
from netaudit.report.annex import annex_page
from netaudit.report.annex_word import word_document

NETAUDIT = Path(sys.executable).with_name("netaudit")
HOSTILE = (
    "<script>alert(1)</script>",
    "<b onload=x>",
    "{{ 7*7 }}{% raw %}",
    "]]><w:p/>",
    "=cmd|' /C calc'!A0",
    "\x00\x07\x1b[31m",
    "\u202eevil",
    '{ HYPERLINK "http://evil.example" }',
    "</style><style>*{display:none}",
)


@pytest.fixture
def made(tmp_path: Path) -> Annex:
    return annex(Configuration(), tmp_path, NOW)


@pytest.fixture
def site(tmp_path: Path) -> WholeSite:
    return WholeSite(tmp_path)


def texts(made: Annex) -> list[str]:
    """Return every text of an annex that a reader has to find."""
    found = []
    for section in made.sections:
        found.append(section.title)
        for block in section.blocks:
            if isinstance(block, Words):
                found.append(block.text)
            elif isinstance(block, Bullets):
                found += block.items
            elif isinstance(block, Grid):
                found += [block.caption, *block.columns, *(cell for row in block.rows for cell in row)]
            else:
                assert isinstance(block, Answers)
                found += [text for question, answer in block.rows for text in (question, answer.text)]
    return found


def words_of_page(page: bytes) -> str:
    body = page.decode().partition("<body>")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def words_of_word(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    found = [one.text for one in document.element.body.iter(qn("w:t")) if one.text]
    return " ".join(" ".join(found).split())


def squeezed(text: str) -> str:
    return "".join(text.split()).lower()


def test_both_files_say_everything(made: Annex) -> None:
    page, word = squeezed(words_of_page(annex_page(made))), squeezed(words_of_word(word_document(made)))
    for text in texts(made):
        assert squeezed(text) in page, text
        assert squeezed(text) in word, text
    assert page.count(squeezed(TO_COMPLETE)) >= 16 * 6
    assert word.count(squeezed(TO_COMPLETE)) >= 16 * 6


def test_the_document_is_well_structured(made: Annex) -> None:
    document = Document(io.BytesIO(word_document(made)))
    headings = [(one.style.name, one.text) for one in document.paragraphs if one.style.name.startswith("Heading")]
    assert headings == [(f"Heading {one.level}", one.title) for one in made.sections]
    assert document.paragraphs[0].style.name == "Title"
    tables = [block for one in made.sections for block in one.blocks if isinstance(block, Grid | Answers)]
    assert len(document.tables) == len(tables)
    for table, block in zip(document.tables, tables, strict=True):
        assert len(table.rows) == len(block.rows) + 1
        assert table.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None
        assert all(text_of(cell).strip() for row in table._tbl.tr_lst for cell in row.tc_lst)
    (page,) = document.sections
    assert page.header.paragraphs[0].text == made.handling
    assert made.handling in page.footer.paragraphs[0].text
    assert "PAGE" in page.footer._element.xml
    about = document.core_properties
    assert (about.title, about.language) == (f"DPIA annex: {made.policy_title}", "en-GB")
    assert about.author.startswith("netaudit")


def text_of(element: object) -> str:
    return "".join(one.text or "" for one in element.iter(qn("w:t")))


def test_what_is_to_be_completed_is_marked_in_the_document(made: Annex) -> None:
    document = Document(io.BytesIO(word_document(made)))
    runs = [run for table in document.tables for cell in table._cells for one in cell.paragraphs for run in one.runs]
    marked = [run for run in runs if run.text == TO_COMPLETE]
    assert marked
    assert all(run.font.highlight_color is not None for run in marked)


def test_the_same_annex_is_the_same_bytes_and_bears_no_other_date(made: Annex) -> None:
    assert annex_page(made) == annex_page(made)
    first = word_document(made)
    assert first == word_document(made)
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist()[0] == "[Content_Types].xml"
        core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2026-03-20T06:00:00Z"}


def hostile_configuration() -> Configuration:
    text = " ".join(HOSTILE)
    plain = Configuration()
    stated = dict.fromkeys(("purposes", "lawful_basis", "notice", "residual_risk", "consultation"), text)
    dpia = replace(plain.dpia, reference=text, owner=text, stated=stated)
    return replace(plain, organisation=text, handling=text, controller=text, dpo=text, contact=text, dpia=dpia)


def test_hostile_text_is_harmless_in_both(tmp_path: Path) -> None:
    hostile, tame = annex(hostile_configuration(), tmp_path, NOW), annex(Configuration(), tmp_path, NOW)
    page = annex_page(hostile).decode()
    assert not re.search(r"<script|<b |onload=x>", page.partition("<body>")[2].replace("&lt;b onload=x&gt;", ""))
    assert page.count("<style>") == 1
    assert "{{ 7*7 }}" in page
    assert not re.search("[\x00-\x08\x1b\u202e]", page)
    word = word_document(hostile)
    document = Document(io.BytesIO(word))
    said = words_of_word(word)
    assert "<script>alert(1)</script>" in said
    assert "{{ 7*7 }}" in said
    assert not re.search("[\x00-\x08\x1b\u202e]", said)
    assert len(document.tables) == len(Document(io.BytesIO(word_document(tame))).tables)
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        instructions = [one for name in archive.namelist() if name.endswith(".xml")
                        for one in re.findall(rb"<w:instrText[^>]*>([^<]*)<", archive.read(name))]  # fmt: skip
        assert instructions == [b" PAGE "]
        assert not any(b"evil.example" in archive.read(name) for name in archive.namelist() if name.endswith(".rels"))


def test_own_words_of_several_lines_are_several_paragraphs(tmp_path: Path) -> None:
    plain = Configuration()
    stated = {"purposes": "First line.\n\nSecond line."}
    made = annex(replace(plain, dpia=replace(plain.dpia, stated=stated)), tmp_path, NOW)
    page = annex_page(made).decode()
    assert "<p>First line.</p><p>Second line.</p>" in page
    assert "U+000A" not in page
    assert "U+000A" not in words_of_word(word_document(made))


def test_the_command_writes_both_files_for_the_owner_alone_and_records_it(site: WholeSite) -> None:
    to = site.folder / "there"
    options = ["--config", str(site.folder / "netaudit.toml"), "--out", str(site.out), "--to", str(to)]
    done = CliRunner().invoke(main, ["dpia", *options], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "nothing has run yet" in done.output
    assert {one.name for one in to.iterdir()} == {"dpia-annex.html", "dpia-annex.docx"}
    assert {stat.S_IMODE(one.stat().st_mode) for one in to.iterdir()} == {0o600}
    assert stat.S_IMODE(to.stat().st_mode) == 0o700
    entries = list(open_trail(site.configuration(), site.out).entries())
    assert entries[-1].kind == "export"
    assert entries[-1].about["what"] == "dpia annex"
    assert not (site.folder / "store").exists()
    (to / "own.txt").write_text("kept")
    CliRunner().invoke(main, ["dpia", *options], catch_exceptions=False)
    assert (to / "own.txt").read_text() == "kept"


def test_it_works_with_a_shut_gate_and_by_the_defaults(tmp_path: Path) -> None:
    command = [NETAUDIT, "dpia", "--out", tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "off: Cases are shown only under a current assessment" in done.stdout
    assert (tmp_path / "out" / "dpia" / "dpia-annex.docx").is_file()


def test_where_the_trail_is_damaged_there_is_no_annex(site: WholeSite) -> None:
    options = ["--config", str(site.folder / "netaudit.toml"), "--out", str(site.out), "--to", str(site.folder / "to")]
    assert CliRunner().invoke(main, ["dpia", *options]).exit_code == 0
    shutil.rmtree(site.folder / "to")
    (first,) = (one for one in (site.out / "audit").rglob("*.jsonl"))
    first.write_bytes(first.read_bytes().replace(b"dpia annex", b"dpia anney"))
    done = CliRunner().invoke(main, ["dpia", *options])
    assert done.exit_code == 2
    assert not (site.folder / "to").exists()
