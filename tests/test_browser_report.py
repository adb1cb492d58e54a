"""Every kind of page in a real browser: on a phone, a tablet and a desk, for eyes, readers and printers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import day_data as days
import pytest
import report_data as data

from netaudit.report import render
from netaudit.report.figures import STATUSES

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH")

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip

PAGES = {
    "overview": "ig/index.html",
    "earlier week": "ig/periods/2026-w45/index.html",
    "findings": "ig/findings.html",
    "case of one sitting": "ig/cases/f-7k3m9q1.html",
    "case of several days": "ig/cases/f-7k3m9q3.html",
    "data quality": "ig/data-quality.html",
    "method": "ig/method.html",
    "manager": "managers/nursing-and-quality/index.html",
    "manager without figures": "managers/finance/index.html",
    "it": "it/index.html",
    "safeguarding": "safeguarding/index.html",
    "method for safeguarding": "safeguarding/method.html",
    "hr": "hr/index.html",
    "hr without cases": "empty/hr/index.html",
    "fraud": "fraud/index.html",
    "case for hr": "hr/cases/f-top.html",
    "every status": "statuses/ig/findings.html",
    "case in the night of the clocks": "autumn/ig/cases/f-1.html",
    "case with its day": "days/ig/cases/f-tabbing.html",
    "case with a long timeline": "days/ig/cases/f-long.html",
    "case on a day of 25 hours": "days/ig/cases/f-autumn.html",
    "case over midnight": "days/ig/cases/f-midnight.html",
    "case of a class": "days/ig/cases/f-class.html",
    "overview of an empty run": "empty/ig/index.html",
    "overview of a hostile run": "hostile/ig/index.html",
    "case of a hostile run": "hostile/ig/cases/f-1.html",
    "case with a hostile day": "hostile/ig/cases/f-2.html",
}
WIDTHS = (320, 768, 1280)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pages")
    top = data.case(
        "F-TOP",
        route="hr",
        route_reason="Nobody in the staff directory is above this person.",
        entries="consents.csv:3; exemptions.csv:4",
        pattern="Part time, Monday to Wednesday",
        listed=False,
        status="confirmed",
        status_reason="decisions.csv:2",
    )
    fraud = data.case("F-FRAUD", route="fraud", rule_id="freelance", rule_title="Commercial gain", status="withdrawn")
    cases = [*data.cases(), top, fraud]
    render(out, data.published(), cases, data.facts(provisional_periods=("2026-W45",)), data.TITLES)
    every = [data.case(f"F-{status.upper()}", status=status) for status in STATUSES]
    render(out / "statuses", data.published(), every, data.facts(), data.TITLES)
    nothing = data.facts(periods=(), files=(), attribution={}, label_counts={})
    render(out / "empty", data.published().clear(), [], nothing, {})
    night = data.case("F-1", evidence=data.night_of_the_clocks())
    render(out / "autumn", data.published(), [night], data.facts(), data.TITLES)
    told = [
        days.case_of(day, case_number=f"F-{name}", **changes)
        for name, day, changes in (
            ("TABBING", days.tabbing(), {}),
            ("LONG", days.tabbing(count=250, length=0.5, gap=1), {}),
            ("AUTUMN", days.autumn_night(), {}),
            ("MIDNIGHT", days.over_midnight(), {}),
            ("CLASS", days.of_a_class(), {"category": "gambling", "limit": 1.0}),
        )
    ]
    render(out / "days", data.published(), told, data.facts(), data.TITLES)
    word = "<b>" + "x" * 300
    long = (
        data.line("1 10:02:10 10:14:40", word, "gambling", "personal", reason=word),
        data.line("1 23:50:00 23:50:00", word, "gambling", "blocked", reason=word),
    )
    case = data.case("F-1", rule_title=word, clause_text=word, doubts=(word,), status_reason=word, evidence=long)
    facts = data.facts(organisation=word, policy_title=word, warnings=(word,), hashes={word: word})
    day = days.case_of(days.hostile(word), case_number="F-2")
    render(out / "hostile", data.published(), [case, day], facts, {"news": word})
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture(scope="module", params=WIDTHS)
def window(browser: object, request: pytest.FixtureRequest) -> Iterator[object]:
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    context.heard = []
    page = context.new_page()
    page.on("console", lambda message: context.heard.append(message.text))
    page.on("pageerror", lambda error: context.heard.append(str(error)))
    page.on("request", lambda asked: context.heard.append(asked.url))
    yield page
    context.close()


def open_page(window: object, folder: Path, name: str) -> None:
    window.context.heard.clear()
    window.goto((folder / PAGES[name]).as_uri())


@pytest.mark.parametrize("name", PAGES)
def test_nothing_runs_over_the_edge(window: object, folder: Path, name: str) -> None:
    open_page(window, folder, name)
    width = window.viewport_size["width"]
    assert window.evaluate("document.documentElement.scrollWidth") <= width
    # Text of a chart may reach into the panel's padding, but never out of the window.
    right = window.evaluate(
        "Math.max(0, ...[...document.querySelectorAll('svg text')].map(t => t.getBoundingClientRect().right))"
    )
    assert right <= width


@pytest.mark.parametrize("name", PAGES)
def test_the_page_asks_for_nothing_and_complains_of_nothing(window: object, folder: Path, name: str) -> None:
    open_page(window, folder, name)
    itself = (folder / PAGES[name]).as_uri()
    assert [heard for heard in window.context.heard if heard not in {itself, "data:,"}] == []


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(window: object, folder: Path, name: str) -> None:
    open_page(window, folder, name)
    window.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    found = axe.Axe().run(window)
    told = [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found.response["violations"]]
    assert told == [], json.dumps(told, indent=1)


@pytest.mark.parametrize("name", PAGES)
def test_headings_step_down_one_level_at_a_time(window: object, folder: Path, name: str) -> None:
    open_page(window, folder, name)
    levels = window.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(heading => Number(heading.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


# A bar's fill, or the edge of a bar that is striped or hollow, against the white of its panel (WCAG 1.4.11).
CONTRASTS = """
() => {
  const channel = part => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const light = colour => {
    const [red, green, blue] = colour.match(/\\d+/g).map(Number).map(channel);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  return [...document.querySelectorAll('.na-bar, .na-block, .na-swatch > rect')].map(shape => {
    const seen = getComputedStyle(shape);
    const panel = getComputedStyle(shape.closest('.na-chart')).backgroundColor;
    const ink = seen.fill.startsWith('rgb') && seen.fill !== panel ? seen.fill : seen.stroke;
    return ratio(ink, panel);
  });
}
"""


CHARTED = [
    "overview",
    "case of one sitting",
    "case of several days",
    "case with its day",
    "case of a class",
    "data quality",
]


@pytest.mark.parametrize("name", CHARTED)
def test_bars_stand_out_from_their_panel(window: object, folder: Path, name: str) -> None:
    open_page(window, folder, name)
    contrasts = window.evaluate(CONTRASTS)
    assert len(contrasts) >= 5
    assert min(contrasts) >= 3


def test_each_chart_has_its_table_below(window: object, folder: Path) -> None:
    for name in ("overview", "data quality", "case of one sitting"):
        open_page(window, folder, name)
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


def test_the_answer_stands_on_the_first_screen(window: object, folder: Path) -> None:
    open_page(window, folder, "overview")
    answer = window.locator(".na-headline")
    assert "cases need somebody to look at them" in answer.inner_text()
    box = answer.bounding_box()
    assert box["y"] + box["height"] < window.viewport_size["height"]


DAYS = ["case with its day", "case on a day of 25 hours", "case over midnight", "case of a class"]


@pytest.mark.parametrize("name", DAYS)
def test_labels_of_a_day_do_not_touch(window: object, folder: Path, name: str) -> None:
    """Below each picture, the hours that are shown; and in it the names of lanes stay inside."""
    open_page(window, folder, name)
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
def test_a_day_needs_no_colour(window: object, folder: Path, name: str) -> None:
    """Every lane has its name, and bars of different meaning in one lane differ in fill or height."""
    open_page(window, folder, name)
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


def test_the_limits_of_a_case_stand_where_it_begins_and_ends(window: object, folder: Path) -> None:
    """09:00 to 10:22 on a day of 24 hours, to the pixel."""
    open_page(window, folder, "case with its day")
    left, right, limits = window.evaluate(
        """(() => { const picture = document.querySelector('.na-chart > .na-svg');
            const box = picture.getBoundingClientRect();
            return [box.left, box.right, [...picture.querySelectorAll('.na-limit')].map(line => {
                const at = line.getBoundingClientRect(); return (at.left + at.right) / 2; })]; })()"""
    )
    expected = [left + (right - left) * hour / 24 for hour in (9, 10 + 22 / 60)]
    assert limits == pytest.approx(expected, abs=1)


def test_print_cuts_no_picture_and_no_row(window: object, folder: Path) -> None:
    """What is not to be broken says so, and no picture is taller than a page."""
    open_page(window, folder, "case with its day")
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


def test_labels_of_the_repeated_hour_do_not_touch(window: object, folder: Path) -> None:
    open_page(window, folder, "case in the night of the clocks")
    ends = window.evaluate(
        """[...document.querySelectorAll('.na-chart .na-svg__small')].map(label => {
            const box = label.getBoundingClientRect(); return [label.textContent, box.left, box.right]; })"""
    )
    assert any(text == "01:00 GMT" for text, _, _ in ends)
    assert all(before[2] + 4 <= after[1] for before, after in pairwise(ends))


def test_print_carries_the_marking_and_unfolds_what_is_folded(window: object, folder: Path) -> None:
    open_page(window, folder, "overview")
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


def test_a_planted_fault_is_found(window: object, folder: Path, tmp_path: Path) -> None:
    """The checks above see what they are there to see."""
    page = (folder / PAGES["overview"]).read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    broken.write_text(
        page.replace("<main", '<img src="https://evil.example/x.png"><main', 1)
        .replace("</h1>", "</h1><h4>too deep</h4><svg width='2000' height='9'></svg>", 1)
        .replace("</main>", "<script>alert(1)</script></main>", 1),
        encoding="utf-8",
    )
    window.context.heard.clear()
    window.goto(broken.as_uri())
    assert window.evaluate("document.documentElement.scrollWidth") > window.viewport_size["width"]
    assert any("Content Security Policy" in heard for heard in window.context.heard)
    assert axe.Axe().run(window).response["violations"]
