"""Whatever a log, a directory or a register may hold stays text: on pages, in CSV files, in file names."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import day_data as days
import polars as pl
import pytest
import report_data as data
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from netaudit.contracts import FileAccount
from netaudit.report import case_as_text, render
from netaudit.report.pages import Press, style_sheet, templates_folder
from netaudit.report.picture_cache import FOLDER
from netaudit.report.plain import csv_cell, plain, slug, slugs

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": "\" onmouseover=alert(2) x='",
    "picture": "<img src=x onerror=alert(3)>",
    "svg": "</text></svg><svg onload=alert(4)>",
    "style": "</style><style>body{background:url(https://evil.example/)}",
    "link": "javascript:alert(5)",
    "template": "{{ 7*7 }}{% for x in ().__class__.__mro__ %}{{ x }}{% endfor %}",
    "entity": "&lt;script&gt;alert(6)&lt;/script&gt;",
    "comment": "--><!-- <base href=//evil.example>",
    "meta": '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
    "right-to-left": "invoice\u202egpj.exe",
    "isolate": "a\u2066b\u2069c",
    "zero-width": "bbc\u200b.co\u200d.uk\ufeff",
    "terminal": "\x1b[2J\x1b[31mred",
    "null": "a\x00b",
    "line": "one\r\ntwo\u2028three",
    "tags": "flag\U000e0041\U000e007f",
    "path": "../../../../etc/passwd",
    "windows": "..\\..\\con.html",
    "formula": '=HYPERLINK("https://evil.example/","x")',
    "command": "@SUM(1+1)*cmd|' /C calc'!A0",
    "css": '"; } body { background: url("https://evil.example/") } /* \\',
}

INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)


class Structure(HTMLParser):
    """The tags and attributes of a page, without its text."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.drawn = False

    def handle_endtag(self, tag: str) -> None:
        self.drawn = self.drawn and tag != "svg"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "svg" and ("aria-hidden", "true") in attrs:  # a chart: test_pictures.py looks into those
            self.drawn = True
        if not self.drawn:
            self.seen.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action", "xlink:href")]


def structure(page: Path) -> Structure:
    parser = Structure()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser


def report(out: Path, text: str) -> Path:
    """A report in which every text that can come from outside is the given one."""
    case = data.case(
        case_number=text, rule_id=text, rule_title=text, clause=text, clause_text=text, category=text,
        status_reason=text, period=text, doubts=(text,), route=text, measure=text,
        evidence=(
            data.line("1 10:02:10 10:14:40", text, text, text, text, reason=text),
            data.line("1 10:14:40 10:20:00", text, text, "personal", reason=text),
        ),
    )  # fmt: skip
    told = days.case_of(
        days.hostile(text), case_number=f"{text} 3", rule_id=f"{text} 3", clause=f"{text} 3", rule_title=text,
        clause_text=text, period=text, doubts=(text,),
    )  # fmt: skip
    concern = replace(case, case_number=f"{text} 2", rule_id=f"{text} 2", clause=f"{text} 2", route="safeguarding")
    whole = (text, "organisation")
    unit = (text, "directorate")
    rows = [
        data.row("ig", "active_people", whole, "active", (310,)),
        data.row("ig", "active_people", unit, "headcount", (55,)),
        data.row("ig", "findings_by_clause", whole, text, (10,)),
        data.row("ig", "time_by_class", whole, text, (10, 20, 30, 40)),
        data.row("managers", "findings_by_clause", unit, text, (10,)),
        data.row("managers", "active_people", unit, "headcount", (55,)),
    ]
    facts = data.facts(
        organisation=text, handling=text, policy_title=text, policy_id=text, version=text, time_zone=text,
        hashes={text: text}, warnings=(text,), not_auditable=((text, text, text),), switched_off=((text, text),),
        managers=((text, text, text),), validity=(text,),
        files=(FileAccount(text, text, 10, 10, status=text, reason=text),),
        reject_reasons={text: 3}, reject_examples=((text, 1, text),), periods=(text,),
        attribution={text: 3}, label_counts={text: 4},
    )  # fmt: skip
    render(
        out,
        pl.DataFrame([{**each, "period": text} for each in rows], schema=data.PUBLISHED.schema),
        [case, told, concern],
        facts,
        {text: text},
    )
    return out


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report(tmp_path_factory.mktemp("harmless"), "harmless words")


def shapes(folder: Path) -> list[list[tuple[str, tuple[str, ...]]]]:
    return sorted(structure(page).seen for page in folder.rglob("*.html"))


@pytest.fixture(scope="module", params=sorted(HOSTILE))
def hostile(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report(tmp_path_factory.mktemp("hostile") / "out", HOSTILE[request.param])


def test_a_hostile_text_changes_no_tag_on_any_page(hostile: Path, harmless: Path) -> None:
    assert shapes(hostile) == shapes(harmless)


def test_a_hostile_text_is_visible_and_leads_nowhere(hostile: Path) -> None:
    for page in hostile.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not INVISIBLE.search(text), page
        assert "49" not in re.findall(r">(\d+)<", text)  # 7*7, had the template been run
        for link in structure(page).links:
            assert re.fullmatch(r"data:,|[#a-z0-9./-]+", link), link


def test_a_hostile_text_stays_in_its_folder(hostile: Path) -> None:
    assert [path.name for path in hostile.parent.iterdir()] == ["out"]
    for path in hostile.rglob("*"):
        if FOLDER in path.parts:
            assert re.fullmatch(r"\.pictures|[0-9a-f]{64}\.drawing", path.name), path
        else:
            assert re.fullmatch(r"[a-z0-9][a-z0-9-]*(\.html|\.csv|\.json)?", path.name), path


def test_no_cell_of_a_csv_file_is_a_formula(hostile: Path) -> None:
    files = list(hostile.rglob("*.csv"))
    assert len(files) > 10
    for path in files:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), f"{path.name}: {cell!r}"
                    assert not INVISIBLE.search(cell), f"{path.name}: {cell!r}"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_case_on_the_terminal_has_no_control_characters(text: str) -> None:
    assert not INVISIBLE.search(case_as_text(data.case(rule_title=text, doubts=(text,)), {"shopping_auction": text}))
    assert not INVISIBLE.search(case_as_text(days.case_of(days.hostile(text), rule_title=text), {text: text}))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+44 113 496 0000", "'+44 113 496 0000"),
        ("-1", "'-1"),
        ("@cmd", "'@cmd"),
        ("\t=1", "'[U+0009]=1"),
        ("\r=1", "'[U+000D]=1"),
        ("  =1", "'  =1"),
        ("\uff1d1", "'\uff1d1"),
        ("bbc.co.uk", "bbc.co.uk"),
        ("a=b", "a=b"),
    ],
)
def test_csv_cells(text: str, cell: str) -> None:
    assert csv_cell(text) == cell


@settings(max_examples=300)
@given(st.text())
def test_any_text_becomes_a_safe_file_name_and_visible_words(text: str) -> None:
    name = slug(text)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name)
    assert len(name) <= 70
    assert name not in {"con", "prn", "aux", "nul", "com1", "lpt1"}
    assert slug(text) == name
    assert not INVISIBLE.search(plain(text))
    assert plain(plain(text)) == plain(text)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.text(max_size=8), st.sampled_from(["team", "directorate"])), unique=True, max_size=12))
def test_different_units_get_different_folders(units: list[tuple[str, str]]) -> None:
    names = slugs(units)
    assert len({name.lower() for name in names}) == len(units)


def test_units_that_differ_in_case_or_punctuation_alone_are_kept_apart() -> None:
    units = [("Finance", "team"), ("finance", "team"), ("A&B", "team"), ("A/B", "team"), ("A B", "team")]
    assert len(set(slugs(units))) == len(units)
    assert slugs([("Medicines Optimisation", "team")]) == ["medicines-optimisation"]


def test_the_marking_cannot_leave_its_css_string() -> None:
    sheet = style_sheet(templates_folder(), 'x"; } </style><script> \\')
    last = sheet.strip().splitlines()[-1]
    assert re.fullmatch(r'@page\{@top-center\{content:"[A-Za-z0-9 :.\\-]*"\}\}', last)
    assert "</style" not in sheet


def test_a_form_escapes_what_it_is_filled_with_and_fills_nothing_twice() -> None:
    form = Press("OFFICIAL").part_form(
        "base/timeline.jinja", {"key": False}, ["name", "title", "height", "says", "inside"]
    )
    page = form.filled(name="s-1", title="<b>\0says\0", height="82", says='"&\u202e', inside=Markup("<line/>")).decode()
    assert "&lt;b&gt;[U+0000]says[U+0000]</figcaption>" in page
    assert '<desc id="s-1-says">&#34;&amp;[U+202E]</desc>' in page
    assert "\n<line/></svg>" in page
    assert "\0" not in page


def test_templates_never_switch_escaping_off() -> None:
    for template in templates_folder().rglob("*.jinja"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe|autoescape|Markup", text), template
