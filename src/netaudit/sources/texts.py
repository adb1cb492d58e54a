"""Bytes of a list as lines of text, whatever they are."""

from __future__ import annotations

import codecs

import polars as pl

from netaudit.sources.tree import Content

# Names have 255 octets at most (RFC 1035 §2.3.4), addresses of pages in lists some hundreds.
LONGEST_LINE_BYTES = 4096
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOOKED_AT = 512  # bytes, to tell UTF-16 without a mark: every other byte of it is a nought


def text_of(content: Content) -> str:
    """Return the text that bytes are; what is no text becomes U+FFFD, and every end of line is a newline."""
    data = bytes(content)
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", ""))
    text = data[len(mark) :].decode(encoding or _unmarked(data), "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def lines_of(content: Content) -> pl.Series:
    """Return the lines of a list, without white space at their ends; null stands for one that is far too long."""
    text = text_of(content)
    whole = pl.Series("line", [text.removesuffix("\n")] if text else [], dtype=pl.String)
    lines = whole.str.split("\n").explode()
    return lines.set(lines.str.len_bytes() > LONGEST_LINE_BYTES, None).str.strip_chars()


def line_count(content: Content) -> int:
    """Return how many lines there are, without looking at them."""
    text = text_of(content)
    return text.removesuffix("\n").count("\n") + 1 if text else 0


def _unmarked(data: bytes) -> str:
    head = data[:_LOOKED_AT]
    noughts = [head[start::2].count(0) * 2 > len(head[start::2]) for start in (0, 1)]
    if noughts == [False, True]:
        return "utf-16-le"
    return "utf-16-be" if noughts == [True, False] else "utf-8"
