"""Pictures of each type of page at three widths, for the manual: `make screens` writes them into docs/screens/.

They are drawn by Chromium and kept in 16 colours, so that all of them together stay small; look at them before you
commit them.
"""

from __future__ import annotations

import base64
import struct
import sys
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from page_checks import CHROMIUM, FLAGS
from page_types import PAGE_TYPES, write_pages
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screens"
WIDTHS = (320, 768, 1280)
HIGHEST = 4_800
"""px of a picture: what is below is left out."""

SCREENS: Mapping[str, str] = {
    "ig-overview": "overview",
    "ig-weeks": "weeks",
    "ig-earlier-week": "earlier week",
    "ig-findings": "findings",
    "ig-case": "case with its day",
    "ig-data-quality": "data quality",
    "ig-method": "method",
    "ig-nothing-yet": "overview of an empty run",
    "ig-withheld": "overview without an assessment",
    "manager": "manager",
    "manager-nothing-to-release": "manager without figures",
    "board": "board",
    "it": "it",
    "safeguarding": "safeguarding",
    "hr": "hr",
    "fraud": "fraud",
    "subject-access": "what is held",
    "subject-access-week": "what is held in a week",
    "subject-access-day": "requests of a day",
    "privacy-notice": "privacy notice",
    "challenge": "sheet of a case",
    "evidence-sheet": "sheet for the governing body",
    "evidence-pack": "cover of an evidence pack",
    "dpia-annex": "annex to the assessment",
}
"""The picture's name, and the type of page it shows."""

# The 16 colours that most of a picture has, and for each dot the nearest of them.
REDUCE = """
async address => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  const {data} = pen.getImageData(0, 0, image.width, image.height), counts = new Map();
  const key = at => data[at] << 16 | data[at + 1] << 8 | data[at + 2];
  for (let at = 0; at < data.length; at += 4) counts.set(key(at), (counts.get(key(at)) || 0) + 1);
  const parts = colour => [colour >> 16, colour >> 8 & 255, colour & 255];
  const far = (one, other) => parts(one).reduce((sum, part, place) => sum + (part - parts(other)[place]) ** 2, 0);
  const chosen = [];
  for (const [colour] of [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])) {
    if (chosen.length < 16 && chosen.every(one => far(one, colour) > 400)) chosen.push(colour);
  }
  const nearest = new Map([...counts.keys()].map(colour =>
    [colour, chosen.reduce((best, one, place) => far(one, colour) < far(chosen[best], colour) ? place : best, 0)]));
  let text = '';
  const half = Math.ceil(image.width / 2);
  for (let row = 0; row < image.height; row++) {
    const bytes = new Uint8Array(half + 1);
    for (let column = 0; column < image.width; column++)
      bytes[1 + (column >> 1)] |= nearest.get(key(4 * (row * image.width + column))) << (column % 2 ? 0 : 4);
    text += String.fromCharCode(...bytes);
  }
  return [image.width, image.height, chosen.flatMap(parts), btoa(text)];
}
"""


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def reduced(window: Any, png: bytes) -> bytes:
    """Return a picture as a PNG of 16 colours."""
    address = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    wide, high, palette, rows = window.evaluate(REDUCE, address)
    head = struct.pack(">IIBBBBB", wide, high, 4, 3, 0, 0, 0)
    body = zlib.compress(base64.b64decode(rows), 9)
    parts = ((b"IHDR", head), (b"PLTE", bytes(palette)), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def picture_of(name: str, width: int) -> str:
    """Return the name of a picture's file."""
    return f"{name}-{width}.png"


def main(folder: Path = FOLDER) -> int:
    """Write all pictures, and return how many bytes they have."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="netaudit-screens-") as made, sync_playwright() as playwright:
        write_pages(Path(made))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        bench = browser.new_page()
        for width in WIDTHS:
            window = browser.new_page(viewport={"width": width, "height": 800})
            for name, page in SCREENS.items():
                window.goto((Path(made) / PAGE_TYPES[page]).as_uri())
                high = min(HIGHEST, window.evaluate("document.documentElement.scrollHeight"))
                clip = {"x": 0, "y": 0, "width": width, "height": high}
                png = window.screenshot(full_page=True, clip=clip)
                (folder / picture_of(name, width)).write_bytes(reduced(bench, png))
        browser.close()
    return sum(path.stat().st_size for path in folder.glob("*.png"))


if __name__ == "__main__":
    sys.stdout.write(f"{FOLDER}: {main():,} bytes\n")
