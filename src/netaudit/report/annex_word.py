"""The DPIA annex as a Word document: real headings and tables, the same bytes whenever it is made from the same."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from netaudit.contracts.annex import TO_COMPLETE, Annex, Answers, Block, Bullets, Grid, Words
from netaudit.report.plain import plain

_ANY_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
_FONT, _SIZE = "Arial", 11  # points
_BLUE, _RED = RGBColor(0x00, 0x5E, 0xB8), RGBColor(0xB1, 0x0E, 0x1E)
_STATED = "The controller states: "
_TEXT_MM = 170  # between the margins
_NARROW, _WIDE = 12, 60  # characters, between which a column's width follows what it says
_MANY = 4  # columns from which a table is set smaller


def word_document(annex: Annex) -> bytes:
    """Return the annex as a .docx file."""
    document = Document()
    _styles(document)
    _frame(document, annex)
    document.add_heading(plain(f"DPIA annex: {annex.policy_title}"), level=0)
    document.add_paragraph(
        plain(f"{annex.organisation}. Made on {annex.made_at:%-d %B %Y} by netaudit {annex.version}.")
    )
    _contents(document, [one.title for one in annex.sections if one.level == 1])
    for section in annex.sections:
        document.add_heading(plain(section.title), level=section.level)
        for block in section.blocks:
            _block(document, block)
    made = annex.made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    about = document.core_properties
    about.author = about.last_modified_by = f"netaudit {annex.version}"
    about.title, about.subject = plain(f"DPIA annex: {annex.policy_title}"), plain(annex.organisation)
    about.comments, about.keywords, about.category = "", "", plain(annex.handling)
    about.created = about.modified = made
    about.language, about.revision = "en-GB", 1
    written = io.BytesIO()
    document.save(written)
    return _settled(written.getvalue())


def _settled(content: bytes) -> bytes:
    """Return a zip whose entries have one date, so that its bytes hang on what is in it alone."""
    settled = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():  # the list of content types comes first, as readers like it
            entry = zipfile.ZipInfo(name, _ANY_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # whatever machine it is made on
            new.writestr(entry, old.read(name))
    return settled.getvalue()


def _styles(document: Any) -> None:  # noqa: ANN401 - python-docx has no types
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(20)
    for style in document.styles:
        fonts = style.element.find(qn("w:rPr"))
        if fonts is not None and fonts.find(qn("w:rFonts")) is not None:
            fonts.remove(fonts.find(qn("w:rFonts")))  # the theme's own fonts would win over a plain one
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = _FONT, Pt(_SIZE)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    normal.element.get_or_add_rPr().append(language)
    for level in ("Title", "Heading 1", "Heading 2"):
        document.styles[level].font.name, document.styles[level].font.color.rgb = _FONT, _BLUE


def _frame(document: Any, annex: Annex) -> None:  # noqa: ANN401
    page = document.sections[0]
    head = page.header.paragraphs[0]
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.add_run(plain(annex.handling)).bold = True
    foot = page.footer.paragraphs[0]
    foot.add_run(plain(f"{annex.organisation}. {annex.handling}. Page "))
    _field(foot, "PAGE", "1")


def _field(paragraph: Any, instruction: str, shown: str) -> None:  # noqa: ANN401
    """Add a field of Word's own; the instruction is always ours."""
    for kind in ("begin", "separate", "end"):
        if kind == "separate":
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = f" {instruction} "
            paragraph.add_run()._r.append(text)  # noqa: SLF001 - python-docx has no other way to a field
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        paragraph.add_run()._r.append(mark)  # noqa: SLF001 - as above
        if kind == "separate":
            paragraph.add_run(shown)


def _contents(document: Any, titles: list[str]) -> None:  # noqa: ANN401
    document.add_paragraph().add_run("Contents").bold = True
    for title in titles:
        document.add_paragraph(plain(title), style="List Bullet")


def _block(document: Any, block: Block) -> None:  # noqa: ANN401
    if isinstance(block, Words):
        for line in _lines(block.text):
            _say(document.add_paragraph(), line, block.kind)
    elif isinstance(block, Bullets):
        for item in block.items:
            document.add_paragraph(plain(" ".join(item.split())), style="List Bullet")
    elif isinstance(block, Answers):
        rows = [(Words(question), answer) for question, answer in block.rows]
        _table(document, block.caption, ("Question", "Answer"), rows)
    else:
        _grid(document, block)
    document.add_paragraph()


def _grid(document: Any, grid: Grid) -> None:  # noqa: ANN401
    rows = [tuple(Words(cell, "open" if cell == TO_COMPLETE else "plain") for cell in row) for row in grid.rows]
    _table(document, grid.caption, grid.columns, rows)


def _table(document: Any, caption: str, columns: tuple[str, ...], rows: Sequence[tuple[Words, ...]]) -> None:  # noqa: ANN401
    if caption:
        named = document.add_paragraph()
        named.add_run(plain(caption)).bold = True
        named.paragraph_format.keep_with_next = True
    table = document.add_table(rows=1, cols=len(columns), style="Table Grid")
    table.autofit = False
    widths = _widths(columns, rows)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    head = table.rows[0]
    repeats = OxmlElement("w:tblHeader")  # the headings stand on each page that the table reaches
    repeats.set(qn("w:val"), "true")
    head._tr.get_or_add_trPr().append(repeats)  # noqa: SLF001 - as above
    size = Pt(_SIZE - 2 if len(columns) >= _MANY else _SIZE - 1)
    for cell, title, width in zip(head.cells, columns, widths, strict=True):
        run = cell.paragraphs[0].add_run(plain(title))
        run.bold, run.font.size, cell.width = True, size, width
    for row in rows:
        for cell, words, width in zip(table.add_row().cells, row, widths, strict=True):
            cell.width = width
            _fill(cell, words, size)


def _widths(columns: tuple[str, ...], rows: Sequence[tuple[Words, ...]]) -> list[Any]:
    """Return how wide each column is to be: the more it says, within bounds, the wider."""
    said = [sum(len(row[place].text) for row in rows) / max(len(rows), 1) for place in range(len(columns))]
    weights = [min(max(mean, len(title), _NARROW), _WIDE) for mean, title in zip(said, columns, strict=True)]
    return [Mm(_TEXT_MM * weight / sum(weights)) for weight in weights]


def _fill(cell: Any, words: Words, size: Pt) -> None:  # noqa: ANN401
    first, *others = _lines(words.text)
    _say(cell.paragraphs[0], first, words.kind)
    for line in others:
        _say(cell.add_paragraph(), line, "plain")
    for paragraph in cell.paragraphs:
        for run in paragraph.runs:
            run.font.size = size


def _say(paragraph: Any, text: str, kind: str) -> None:  # noqa: ANN401
    if kind == "stated":
        paragraph.add_run(_STATED).italic = True
    run = paragraph.add_run(plain(text))
    if kind == "open":
        run.font.highlight_color = WD_COLOR_INDEX.YELLOW
    elif kind == "warning":
        run.bold, run.font.color.rgb = True, _RED


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()] or [""]
