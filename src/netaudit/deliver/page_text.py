"""What a page says, as plain text: a mail tells what its page tells, and nothing else."""

from __future__ import annotations

import re
import textwrap
from html.parser import HTMLParser

_BLOCKS = frozenset(
    ("article", "caption", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "h1", "h2", "h3", "h4", "li",
     "main", "ol", "p", "section", "summary", "table", "tbody", "thead", "tr", "ul")
)  # fmt: skip
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "caption"))
_CLOSE = frozenset(("li", "tr"))  # no empty line between two of them
_SILENT = frozenset(("script", "style", "svg", "template"))
_VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"))
_WIDTH = 76
_SPACES = re.compile(r"[ \t\r\n\xa0]+")


def page_text(html: bytes) -> str:
    r"""Return the text of the main part of a page: paragraphs, and a line for each row of a table.

    Drawings are left out: each has a table beside it.

    >>> page_text(b"<main><h1>Finance</h1><table><tr><td>News</td><td>[c]</td></tr></table></main><p>foot</p>")
    'Finance\n=======\n\nNews: [c]\n'
    """
    reader = _Reader()
    reader.feed(html.decode("utf-8"))
    reader.close()
    reader.end_block()
    lines: list[str] = []
    before = ""
    for kind, text in reader.blocks:
        lines += [""] if lines and not (kind == before and kind in _CLOSE) else []
        first = "- " if kind == "li" else ""
        wrapped = textwrap.wrap(
            first + text, _WIDTH, subsequent_indent=" " * len(first), break_long_words=False, break_on_hyphens=False
        )
        lines += wrapped
        if kind in _HEADINGS:
            lines.append(("=" if kind == "h1" else "-") * len(wrapped[-1]))
        before = kind
    return "\n".join(lines) + "\n"


class _Reader(HTMLParser):
    """Collects the blocks of the main part: which element each ends, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[tuple[str, str]] = []
        self._text = ""
        self._open: list[tuple[str, bool]] = []  # elements, and whether they are not to be read
        self._cells: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self._text += " "
            return
        if tag in _BLOCKS and not self._is_in("tr"):
            self.end_block()
        self._open.append((tag, tag in _SILENT or (dict(attrs).get("href") or "").endswith(".csv")))

    def handle_endtag(self, tag: str) -> None:
        if not self._is_in(tag):
            return
        if tag in {"td", "th"}:
            self._cells.append(self._words())
            self._text = ""
        elif tag == "tr":
            cells = [cell for cell in self._cells if cell]
            self._text, self._cells = ": ".join((cells[0], ", ".join(cells[1:]))) if cells[1:] else "".join(cells), []
            self.end_block()
        elif tag == "span" and self._is_in("h1"):  # the caption above a heading
            self._text += ": "
        elif tag in _BLOCKS and not self._is_in("tr"):
            self.end_block()
        while self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._is_in("main") and not any(silent for _, silent in self._open):
            self._text += data

    def end_block(self) -> None:
        """Note the text so far as a block of the innermost element."""
        if words := self._words():
            kind = next((one for one, _ in reversed(self._open) if one in _BLOCKS), "p")
            self.blocks.append((kind, words))
        self._text = ""

    def _is_in(self, tag: str) -> bool:
        return any(one == tag for one, _ in self._open)

    def _words(self) -> str:
        return _SPACES.sub(" ", self._text).strip()
