"""Every type of page in Firefox ESR: it asks for nothing, complains of nothing, and bears text of twice the size."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

import firefox
import pytest
from page_types import PAGE_TYPES

pytestmark = pytest.mark.skipif(firefox.PROGRAM is None, reason="no Firefox on the PATH (make browser)")
SCRIPT = Path(__file__).with_name("page_checks.js").read_text(encoding="utf-8")
ASK = "return ['overflow', 'overlaps', 'torn', 'regions'].flatMap(part => na[part]());"
NARROW, WIDE = 320, 1280
# What readers of screens are told, whatever the style makes of a table.
TREE = """
const service = Cc['@mozilla.org/accessibilityService;1'].getService(Ci.nsIAccessibilityService);
const count = {};
const walk = one => {
  const role = service.getStringRole(one.role);
  count[role] = (count[role] || 0) + 1;
  for (let place = 0; place < one.childCount; place++) walk(one.getChildAt(place));
};
walk(service.getAccessibleFor(gBrowser.selectedBrowser));
return ['table', 'row', 'columnheader', 'rowheader', 'cell'].map(role => count[role] || 0);
"""


@pytest.fixture(scope="module")
def running() -> Iterator[firefox.Firefox]:
    with firefox.running() as browser:
        yield browser


def faults(browser: firefox.Firefox, page: Path) -> list[str]:
    """Return what is wrong with a page, which lies alone in its folder, as what came with a mail does."""
    browser.open(page.as_uri())
    found = []
    for width, zoom in ((WIDE, 1), (WIDE, 2), (NARROW, 1)):
        browser.width(width)
        browser.zoom_text(zoom)
        found += [f"at {width}, text {zoom}: {one}" for one in browser.ask(SCRIPT + ASK)]
    browser.zoom_text(1)
    return [*browser.heard(), *found]


def test_each_page_is_sound_in_firefox(running: firefox.Firefox, pages: Path, tmp_path: Path) -> None:
    """One test for all, because Firefox takes seconds to start."""
    found = {}
    alone = tmp_path / "attachment (1).html"
    for name, path in PAGE_TYPES.items():
        shutil.copyfile(pages / path, alone)
        if told := faults(running, alone):
            found[name] = told
    assert found == {}


def test_a_page_is_drawn(running: firefox.Firefox, pages: Path) -> None:
    running.open((pages / PAGE_TYPES["overview"]).as_uri())
    running.width(WIDE)
    picture = running.picture()
    wide, high = struct.unpack(">II", picture[16:24])
    assert wide >= WIDE - 20
    assert high >= 1000
    assert len(picture) > 50_000  # an empty page has a tenth


def test_tables_stay_tables_where_they_are_stacked(running: firefox.Firefox, pages: Path) -> None:
    running.within("Cc['@mozilla.org/accessibilityService;1'].getService(Ci.nsIAccessibilityService);")
    running.open((pages / PAGE_TYPES["findings"]).as_uri())
    told = {}
    for width in (WIDE, NARROW):
        running.width(width)
        told[width] = running.within(TREE)
    assert told[NARROW] == told[WIDE]
    assert min(told[WIDE]) >= 4


PLANTED = {
    "a picture from elsewhere": ("<main", '<img alt="" src="https://evil.example/x.png"><main', "img-src"),
    "a script": ("</main>", "<script>alert(1)</script></main>", "InlineScript"),
    "a style of its own": ("<main", "<main style='color:red'", "InlineStyle"),
    "a picture too wide": ("</h1>", "</h1><svg width='900' height='9' aria-hidden='true'></svg>", "at 320"),
    "words that cannot grow": ("</style>", "h1{white-space:nowrap}</style>", "text 2"),
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_fault_is_found_in_firefox(running: firefox.Firefox, pages: Path, tmp_path: Path, what: str) -> None:
    old, new, says = PLANTED[what]
    text = (pages / PAGE_TYPES["data quality"]).read_text(encoding="utf-8")
    if old == "</style>":  # a change of the style sheet changes its checksum
        start = text.index("style-src ")
        end = text.index(" img-src", start)
        text = f"{text[:start]}style-src 'unsafe-inline';{text[end:]}"
        new = "h1{white-space:nowrap;width:1200px;overflow:hidden;font-size:90px}</style>"
    page = tmp_path / "page.html"
    page.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert any(says in one for one in faults(running, page))
