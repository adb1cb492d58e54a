"""What every page has to stand, in Chromium: each check returns its faults as text, and together they take one visit.

A page is opened once, from a copy that lies alone in a folder under another name, as a mail program opens what came
with a mail; then the window takes each width in turn.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PDFTOTEXT = shutil.which("pdftotext")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
SCRIPT = Path(__file__).with_name("page_checks.js").read_text(encoding="utf-8")
WIDTHS = (320, 640, 768, 1280)
"""A phone, which is also 1280 at 400 %; 1280 at 200 %; a tablet; a desk."""
NARROW, WIDE = WIDTHS[0], WIDTHS[-1]
HEIGHT = 900
PAPER = 673
"""A4 without its margins, in px."""
LARGEST = 300_000
"""Bytes of a page."""
_TABS = 25  # stops that are reached by pressing Tab, rather than asked for

# What is inside of pictures is looked at by its pixels, see `charts_stand_out`.
# The contrast of text takes most of its time and is the same on a phone, where headings of columns are hidden.
AXE_OPTIONS = {
    width: {
        "resultTypes": ["violations"],
        "rules": {"target-size": {"enabled": True}, "color-contrast": {"enabled": width == WIDE}},
    }
    for width in (NARROW, WIDE)
}


class Visit:
    """A page that is open in Chromium, alone and under another name, with whatever it asked for or complained of."""

    def __init__(self, window: Any, page: Path, alone: Path) -> None:
        self.window = window
        self.alone = alone / "attachment (1).html"
        shutil.copyfile(page, self.alone)
        self.size = self.alone.stat().st_size
        heard = window.context.heard
        heard.clear()
        self.width(WIDE)
        window.goto(self.alone.as_uri())
        self.heard = [one for one in heard if one not in {self.alone.as_uri(), "data:,"}]
        window.evaluate(SCRIPT)

    def width(self, pixels: int) -> None:
        self.window.set_viewport_size({"width": pixels, "height": HEIGHT})

    def ask(self, call: str) -> list[str]:
        """Return what a function of page_checks.js finds."""
        found = self.window.evaluate(f"na.{call}")
        return list(found or [])

    @contextmanager
    def media(self, **changed: str) -> Iterator[None]:
        self.window.emulate_media(**changed)
        try:
            yield
        finally:
            self.window.emulate_media(**dict.fromkeys(changed, "null"))


def window_of(browser: Any) -> Any:
    """Return a window of its own that notes requests, complaints and errors."""
    context = browser.new_context(viewport={"width": WIDE, "height": HEIGHT})
    context.heard = []
    window = context.new_page()
    window.on("console", lambda message: context.heard.append(message.text))
    window.on("pageerror", lambda error: context.heard.append(str(error)))
    window.on("request", lambda asked: context.heard.append(asked.url))
    return window


def asks_for_nothing(visit: Visit) -> list[str]:
    """No request, no complaint, no error: nothing remote, nothing that the policy of the page stops."""
    return visit.heard


def is_small(visit: Visit) -> list[str]:
    """300 kB."""
    return [] if visit.size <= LARGEST else [f"{visit.size:,} bytes"]


def is_whole_for_readers(visit: Visit) -> list[str]:
    """Headings, landmarks, pictures and tables."""
    return [one for part in ("headings", "landmarks", "pictures", "tables") for one in visit.ask(f"{part}()")]


def fits(visit: Visit) -> list[str]:
    """Nothing runs out of the window, is cut off, lies on something else or is torn, at each width."""
    return [f"at {width}: {one}" for width in WIDTHS for one in _layout(visit, width)]


def _layout(
    visit: Visit, width: int, parts: tuple[str, ...] = ("overflow", "overlaps", "torn", "regions")
) -> list[str]:
    visit.width(width)
    return [one for part in parts for one in visit.ask(f"{part}()")]


def takes_spacing(visit: Visit) -> list[str]:
    """The same when a reader sets text wider (WCAG 1.4.12), with everything unfolded."""
    visit.ask("unfold(true)")
    visit.ask("space(true)")
    found = [f"spaced, at {width}: {one}" for width in (NARROW, WIDE) for one in _layout(visit, width)]
    visit.ask("space(false)")
    visit.ask("unfold(false)")
    return found


def axe_finds_nothing(visit: Visit) -> list[str]:
    visit.ask("unfold(true)")
    visit.window.evaluate(AXE_SCRIPT)
    found = []
    for width, options in AXE_OPTIONS.items():
        visit.width(width)
        faults = visit.window.evaluate(
            "options => axe.run({exclude: [['svg > *']]}, options).then(found => found.violations.map("
            "fault => [fault.id, fault.nodes.map(node => node.html.slice(0, 200)).slice(0, 3)]))",
            options,
        )
        found += [f"axe, at {width}: {fault} {json.dumps(nodes)}" for fault, nodes in faults]
    visit.ask("unfold(false)")
    return found


def works_with_the_keyboard(visit: Visit) -> list[str]:
    """Skip link, order, folds and focus."""
    window = visit.window
    found = []
    for width in (NARROW, WIDE):
        visit.width(width)
        found += visit.ask("order()")
    window.evaluate(
        """() => { document.activeElement.blur(); scrollTo(0, 0); window.naStops = na.focusable(); window.naSeen = [];
            document.addEventListener('focusin', event => naSeen.push(naStops.indexOf(event.target))); }"""
    )
    window.keyboard.press("Tab")
    skip = window.evaluate(
        """() => { const one = document.activeElement, box = one.getBoundingClientRect();
            return [one.getAttribute('href'), box.top >= 0 && box.left >= 0 && box.height > 10 && box.width > 50]; }"""
    )
    if skip != ["#maincontent", True]:
        found.append(f"the first stop is no link past the header that is seen: {skip}")
    stops = window.evaluate("naStops.length")
    for _ in range(min(stops, _TABS) - 1):
        window.keyboard.press("Tab")
    reached = window.evaluate("naSeen")
    if reached != list(range(min(stops, _TABS))):
        found.append(f"Tab goes to {reached}")
    found += visit.ask("focus(false)")
    folded = window.evaluate(
        "() => { const one = document.querySelector('summary'); one?.focus(); return one && one.parentElement.open; }"
    )
    if folded is not None:
        window.keyboard.press("Enter")
        if window.evaluate("document.querySelector('details').open") == folded:
            found.append("Enter does not open what is folded")
        window.keyboard.press("Enter")
    window.evaluate("document.querySelector('.nhsuk-skip-link')?.focus()")
    window.keyboard.press("Enter")
    window.keyboard.press("Tab")
    inside = window.evaluate(
        "() => { const main = document.querySelector('main');"
        " return !na.focusable().some(one => main.contains(one)) || main.contains(document.activeElement); }"
    )
    if not inside:
        found.append("the link past the header does not lead past it")
    return found


def charts_stand_out(visit: Visit) -> list[str]:
    """Shapes 3:1 and letters 4.5:1, by the pixels of the page, on a phone; see also `bears_forced_colours`."""
    return [f"at {NARROW}: {one}" for one in _pale(visit, NARROW)]


def _pale(visit: Visit, width: int) -> list[str]:
    visit.width(width)
    marks = visit.window.evaluate("na.marks()")
    if not marks:
        return []
    left, top = (min(mark[side] for mark in marks) for side in ("x", "y"))
    right = max(mark["x"] + mark["width"] for mark in marks)
    foot = max(mark["y"] + mark["height"] for mark in marks)
    clip = {"x": max(left - 4, 0) // 1, "y": max(top - 4, 0) // 1}
    clip |= {"width": right - clip["x"] + 4, "height": foot - clip["y"] + 4}
    for mark in marks:
        mark["x"], mark["y"] = mark["x"] - clip["x"], mark["y"] - clip["y"]
    picture = base64.b64encode(visit.window.screenshot(full_page=True, clip=clip)).decode()
    address = f"data:image/png;base64,{picture}"
    return list(visit.window.evaluate("([address, marks]) => na.pale(address, marks)", [address, marks]))


def bears_forced_colours(visit: Visit) -> list[str]:
    """Where a reader sets dark colours of their own, charts are still seen, and so is the focus."""
    with visit.media(forced_colors="active", color_scheme="dark"):
        found = [f"forced: {one}" for one in _pale(visit, WIDE)]
        visit.window.keyboard.press("Tab")
        return [*found, *(f"forced: {one}" for one in visit.ask("focus(true)"))]


def prints(visit: Visit) -> list[str]:
    """A4; the marking and the number on each sheet; nothing cut off; the heading and what is folded are there."""
    handling = "".join(str(visit.window.locator(".na-marking").text_content()).split())
    found = []
    with visit.media(media="print"):
        visit.width(PAPER)
        found += [f"printed: {one}" for part in ("overflow", "overlaps") for one in visit.ask(f"{part}()")]
    visit.width(WIDE)
    pdf = visit.alone.with_suffix(".pdf")
    pdf.write_bytes(visit.window.pdf(prefer_css_page_size=True, print_background=False))
    sizes = {
        tuple(map(round, map(float, box.split())))
        for box in re.findall(rb"/MediaBox ?\[([0-9. ]+)\]", pdf.read_bytes())
    }
    if sizes != {(0, 0, 595, 842)}:
        found.append(f"printed on {sizes}")
    text = subprocess.run([str(PDFTOTEXT), "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    sheets = text.removesuffix("\f").split("\f")
    for number, sheet in enumerate(sheets, 1):
        lines = [line.strip() for line in sheet.splitlines() if line.strip()]
        if not lines or "".join(lines[0].split()) not in handling or len(lines[0]) < 5:
            found.append(f"sheet {number} does not begin with its marking: {lines[:1]}")
        if not lines or lines[-1] != f"Page {number} of {len(sheets)}":
            found.append(f"sheet {number} does not end with its number: {lines[-1:]}")
        if len(lines) < 3:
            found.append(f"sheet {number} is empty")
    squeezed = "".join(text.split())
    if "".join(visit.window.locator("h1").inner_text().split()) not in squeezed:
        found.append("the heading is not printed")
    visit.ask("unfold(true)")
    folded = visit.ask("folded()")
    found += [f"folded and not printed: {one}" for one in folded if "".join(one.split()) not in squeezed]
    visit.ask("unfold(false)")
    return found


CHECKS: dict[str, Callable[[Visit], list[str]]] = {
    check.__name__: check
    for check in (
        asks_for_nothing, is_small, is_whole_for_readers, fits, takes_spacing, axe_finds_nothing, charts_stand_out,
        works_with_the_keyboard, bears_forced_colours, prints,
    )
}  # fmt: skip


def faults(visit: Visit) -> dict[str, list[str]]:
    """Return what is wrong with a page, by check."""
    found = {name: check(visit) for name, check in CHECKS.items()}
    return {name: told for name, told in found.items() if told}
