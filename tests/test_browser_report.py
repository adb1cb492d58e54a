"""Every type of page in a real browser: on a phone, a tablet and a desk, for eyes, readers, keyboards and printers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from page_types import PAGE_TYPES

checks = pytest.importorskip("page_checks", reason="axe-playwright-python is not installed")
pytestmark = [
    pytest.mark.skipif(checks.CHROMIUM is None, reason="no chromium on the PATH (make browser)"),
    pytest.mark.skipif(checks.PDFTOTEXT is None, reason="no pdftotext on the PATH (make browser)"),
]


@pytest.fixture(scope="module")
def view(browser: Any) -> Iterator[Any]:
    """One window for all pages: what a page leaves behind ends with it."""
    window = checks.window_of(browser)
    yield window
    window.context.close()


@pytest.mark.parametrize("name", PAGE_TYPES)
def test_the_page_stands_every_check(view: Any, pages: Path, tmp_path: Path, name: str) -> None:
    """See tests/page_checks.py for what is checked."""
    found = checks.faults(checks.Visit(view, pages / PAGE_TYPES[name], tmp_path))
    assert found == {}, json.dumps(found, indent=1)


@pytest.fixture(scope="module", params=(320, 1280))
def window(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    yield context.new_page()
    context.close()


def open_page(window: Any, pages: Path, name: str) -> None:
    window.goto((pages / PAGE_TYPES[name]).as_uri())


def test_each_chart_has_its_table_below(window: Any, pages: Path) -> None:
    for name in ("overview", "data quality", "case of one sitting"):
        open_page(window, pages, name)
        twins = window.evaluate(
            """[...document.querySelectorAll('.na-chart')].map(chart => {
                const below = [...document.querySelectorAll('table')].find(
                    table => chart.compareDocumentPosition(table) & Node.DOCUMENT_POSITION_FOLLOWING);
                const caption = below ? below.caption.textContent : '';
                return [chart.querySelector('figcaption').textContent, caption];
            })"""
        )
        assert twins
        for chart, table in twins:
            assert table.startswith(chart) or table == "The timeline in order"


def test_the_answer_stands_on_the_first_screen(window: Any, pages: Path) -> None:
    open_page(window, pages, "overview")
    answer = window.locator(".na-headline")
    assert "cases need somebody to look at them" in answer.inner_text()
    box = answer.bounding_box()
    assert box["y"] + box["height"] < window.viewport_size["height"]


DAYS = ["case with its day", "case on a day of 25 hours", "case over midnight", "case of a class"]


@pytest.mark.parametrize("name", DAYS)
def test_labels_of_a_day_do_not_touch(window: Any, pages: Path, name: str) -> None:
    """Below each picture, the hours that are shown; and in it the names of lanes stay inside."""
    open_page(window, pages, name)
    pictures = window.evaluate(
        """[...document.querySelectorAll('.na-chart > .na-svg')].map(picture => {
            const right = picture.getBoundingClientRect().right;
            return [right, [...picture.querySelectorAll('text')].filter(label => label.getClientRects().length)
                .map(label => { const box = label.getBoundingClientRect();
                    return [label.textContent, box.left, box.right, box.top]; })]; })"""
    )
    assert len(pictures) >= 2
    for right, labels in pictures:
        assert all(label[2] <= right + 1 for label in labels), labels
        hours = [label for label in labels if label[0][:2].isdigit()]
        assert len(hours) >= 3
        assert len({round(label[3]) for label in hours}) == 1
        assert all(before[2] + 4 <= after[1] for before, after in pairwise(hours)), hours


@pytest.mark.parametrize("name", DAYS)
def test_a_day_needs_no_colour(window: Any, pages: Path, name: str) -> None:
    """Every lane has its name, and bars of different meaning in one lane differ in fill or height."""
    open_page(window, pages, name)
    pictures = window.evaluate(
        """[...document.querySelectorAll('.na-chart > .na-svg')].map(picture => {
            const bars = [...picture.querySelectorAll('.na-block')];
            return [picture.querySelectorAll('.na-svg__halo').length,
                new Set(bars.map(bar => Math.floor(Number(bar.getAttribute('y')) / 40))).size,
                picture.querySelector('title').textContent, picture.querySelector('desc').textContent]; })"""
    )
    for lanes, used, title, says in pictures:
        assert lanes >= used >= 2
        assert title
        assert "This case:" in says


def test_the_limits_of_a_case_stand_where_it_begins_and_ends(window: Any, pages: Path) -> None:
    """09:00 to 10:22 on a day of 24 hours, to the pixel."""
    open_page(window, pages, "case with its day")
    left, right, limits = window.evaluate(
        """(() => { const picture = document.querySelector('.na-chart > .na-svg');
            const box = picture.getBoundingClientRect();
            return [box.left, box.right, [...picture.querySelectorAll('.na-limit')].map(line => {
                const at = line.getBoundingClientRect(); return (at.left + at.right) / 2; })]; })()"""
    )
    expected = [left + (right - left) * hour / 24 for hour in (9, 10 + 22 / 60)]
    assert limits == pytest.approx(expected, abs=1)


def test_print_cuts_no_picture_and_no_row(window: Any, pages: Path) -> None:
    """What is not to be broken says so, and no picture is taller than a page."""
    open_page(window, pages, "case with its day")
    window.emulate_media(media="print")
    try:
        broken, heights = window.evaluate(
            """[[...document.querySelectorAll('.na-chart, .na-table tr')]
                    .filter(part => getComputedStyle(part).breakInside !== 'avoid').length,
                [...document.querySelectorAll('.na-chart')].map(chart => chart.getBoundingClientRect().height)]"""
        )
        assert broken == 0
        assert max(heights) < 900  # A4 less its margins has 963 px
    finally:
        window.emulate_media(media="screen")


def test_labels_of_the_repeated_hour_do_not_touch(window: Any, pages: Path) -> None:
    open_page(window, pages, "case in the night of the clocks")
    ends = window.evaluate(
        """[...document.querySelectorAll('.na-chart .na-svg__small')].map(label => {
            const box = label.getBoundingClientRect(); return [label.textContent, box.left, box.right]; })"""
    )
    assert any(text == "01:00 GMT" for text, _, _ in ends)
    assert all(before[2] + 4 <= after[1] for before, after in pairwise(ends))


def test_print_carries_the_marking_and_unfolds_what_is_folded(window: Any, pages: Path) -> None:
    open_page(window, pages, "overview")
    window.emulate_media(media="print")
    try:
        folded = window.locator("details table").first
        assert folded.is_visible()
        assert not window.locator(".nhsuk-header__navigation").is_visible()
        margins = window.evaluate(
            """[...document.styleSheets[0].cssRules].filter(rule => rule.type === CSSRule.PAGE_RULE)
                .map(rule => rule.cssText).join(' ')"""
        )
        assert "OFFICIAL-SENSITIVE: PERSONAL" in margins.replace("\\00003A", ":")
    finally:
        window.emulate_media(media="screen")
