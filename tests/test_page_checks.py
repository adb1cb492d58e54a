"""Each check of pages finds a fault that was planted for it, and nothing in the same page without."""

# ruff: noqa: E501  (one fault, one line)

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_types import PAGE_TYPES

checks = pytest.importorskip("page_checks", reason="axe-playwright-python is not installed")
pytestmark = [
    pytest.mark.skipif(checks.CHROMIUM is None, reason="no chromium on the PATH (make browser)"),
    pytest.mark.skipif(checks.PDFTOTEXT is None, reason="no pdftotext on the PATH (make browser)"),
]

SOUND = "data quality"  # has folds, charts, tables that stack and one that scrolls


@pytest.fixture(scope="module")
def page(pages: Path) -> str:
    return (pages / PAGE_TYPES[SOUND]).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def view(browser: Any) -> Iterator[Any]:
    window = checks.window_of(browser)
    yield window
    window.context.close()


def lax(text: str) -> str:
    """Return the page with a policy that lets its style be changed."""
    changed, times = re.subn(r"style-src (&#39;|')sha256-[^&']+(&#39;|')", "style-src 'unsafe-inline'", text)
    assert times == 1
    return changed


def styled(rule: str) -> tuple[str, str]:
    return "</style>", f"{rule}</style>"


# The check, what to replace by what (the first place), and what the check then says.
PLANTED: dict[str, tuple[str, tuple[str, str], str]] = {
    "a picture from elsewhere": ("asks_for_nothing", ("<main", '<img alt="" src="https://evil.example/x.png"><main'), "evil.example"),
    "a script": ("asks_for_nothing", ("</main>", "<script>alert(1)</script></main>"), "script"),
    "a page too large": ("is_small", ("</main>", f"<!--{'x' * 300_000}--></main>"), "bytes"),
    "a heading too deep": ("is_whole_for_readers", ("</h1>", "</h1><h4>too deep</h4>"), "too deep"),
    "a second heading of the page": ("is_whole_for_readers", ("</h1>", "</h1><h1>Again</h1>"), "levels"),
    "no main part": ("is_whole_for_readers", ("<main", "<div"), "0 of main"),
    "a second menu without a name": ("is_whole_for_readers", ("</h1>", "</h1><nav><a href='#a'>a</a></nav>"), "no name"),
    "text outside of every part": ("is_whole_for_readers", ("</body>", "<p>Lost</p></body>"), "no landmark"),
    "a picture without words": ("is_whole_for_readers", ("</h1>", "</h1><svg width='9' height='9'></svg>"), "no text alternative"),
    "a name given twice": ("is_whole_for_readers", ("</h1>", "</h1><i id='maincontent'></i>"), "two things"),
    "a table without a caption": ("is_whole_for_readers", ("</h1>", "</h1><table><tr><td>a</td></tr></table>"), "caption"),
    "a row that is too long": ("is_whole_for_readers", ("</tbody>", "<tr><td colspan='40'>a</td></tr></tbody>"), "different length"),
    "a picture too wide for a phone": ("fits", ("</h1>", "</h1><svg width='500' height='9' aria-hidden='true'></svg>"), "at 320: 5"),
    "text that is cut off": ("fits", styled("h1{height:20px;overflow:hidden}"), "cut off"),
    "text on text": ("fits", styled(".na-verdict{margin-top:-60px}"), "Yes."),
    "words wide apart that run out": ("takes_spacing", styled("h1 *{white-space:nowrap}h1 .nhsuk-caption-xl{font-size:16px}"), "spaced, at 320"),
    "pale words": ("axe_finds_nothing", styled("main p{color:#999}"), "color-contrast"),
    "links too small to hit": ("axe_finds_nothing", ("</h1>", "</h1><a href='#a' style='font-size:8px;line-height:8px;display:block;width:8px'>a</a><a href='#b' style='font-size:8px;line-height:8px;display:block;width:8px'>b</a>"), "target-size"),
    "pale bars": ("charts_stand_out", styled(".na-picture path{fill:#dde!important;stroke:#dde!important}"), "stand out"),
    "pale letters in a chart": ("charts_stand_out", styled(".na-chart svg text{fill:#bbb!important}"), "letters of"),
    "a focus that nobody sees": ("works_with_the_keyboard", styled("main a:focus{outline:0!important;box-shadow:none!important;background:none!important}"), "does not show"),
    "a pale focus": ("works_with_the_keyboard", styled(".na-table-box--wide:focus{outline:4px solid #ffeb3b!important;box-shadow:none!important}"), "does not show"),
    "an order of its own": ("works_with_the_keyboard", ("</h1>", "</h1><a href='#a' tabindex='3'>third</a>"), "its own place"),
    "a link that no key reaches": ("works_with_the_keyboard", ("</h1>", "</h1><a href='#a' tabindex='-1'>never</a>"), "cannot be reached"),
    "an order against the eye": ("works_with_the_keyboard", ("</main>", "<p style='position:absolute;top:0'><a href='#a'>above</a></p></main>"), "stands above"),
    "no link past the header": ("works_with_the_keyboard", ('href="#maincontent"', 'href="#top"'), "no link past"),
    "a box that scrolls for the mouse alone": ("fits", (' tabindex="0"', ""), "not with the keyboard"),
    "a focus that forced colours take away": ("bears_forced_colours", styled("a:focus{outline:0!important}"), "does not show"),
    "a chart in the dark": ("bears_forced_colours", styled(".na-picture text{fill:#000!important}"), "letters of"),
    "a sheet without its marking": ("prints", styled("@page{@top-center{content:none!important}}"), "marking"),
    "a sheet without its number": ("prints", styled("@page{@bottom-center{content:none!important}}"), "number"),
    "paper of another size": ("prints", styled("@page{size:letter!important}"), "printed on"),
    "a table too wide for paper": ("prints", styled("@media print{.na-table{width:800px!important}}"), "printed: 8"),
    "a fold that is not printed": ("prints", styled("@media print{.na-fold::details-content{content-visibility:hidden!important}}"), "folded and not printed"),
    "a heading that is not printed": ("prints", styled("@media print{h1{display:none!important}}"), "heading is not printed"),
}  # fmt: skip


def test_the_page_without_a_fault_has_none(view: Any, page: str, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(lax(page), encoding="utf-8")
    (tmp_path / "alone").mkdir()
    assert checks.faults(checks.Visit(view, file, tmp_path / "alone")) == {}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_fault_is_found(view: Any, page: str, tmp_path: Path, what: str) -> None:
    check, (old, new), says = PLANTED[what]
    assert old in page
    file = tmp_path / "page.html"
    file.write_text(lax(page).replace(old, new, 1), encoding="utf-8")
    (tmp_path / "alone").mkdir()
    found = checks.CHECKS[check](checks.Visit(view, file, tmp_path / "alone"))
    assert any(says in one for one in found), found


def test_each_check_has_its_fault() -> None:
    assert {check for check, _, _ in PLANTED.values()} == set(checks.CHECKS)
