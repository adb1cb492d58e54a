"""What commands print, with everything that could steer a terminal spelt out: a text may come from anywhere."""

from __future__ import annotations

import io
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

_STEERING = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))  # Unicode general categories
_MAY_STEER = re.compile(r"\r\n|[^\x20-\x7e\n\t]")


class Plain:
    """A stream that writes no character which a terminal obeys, or by which a text looks other than it is."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`, which stays in reach for a bar that moves: `as_it_is`."""
        self.as_it_is = stream

    def write(self, text: str) -> int:
        """Write a text; line ends and tabs stay."""
        self.as_it_is.write(spelt_out(text))
        return len(text)

    def writelines(self, texts: Iterator[str]) -> None:
        """Write texts."""
        for text in texts:
            self.write(text)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a stream has
        """Return what the stream has; all that writes is above."""
        return getattr(self.as_it_is, name)


def spelt_out(text: str) -> str:
    r"""Return the text with each character that steers spelt out.

    >>> spelt_out("gpj\u202eexe\x1b[2J\tcaf\u00e9\n")
    'gpj\\u202eexe\\x1b[2J\tcafé\n'
    """
    return text if text.isprintable() else _MAY_STEER.sub(_spelt_out, text)


def _spelt_out(found: re.Match[str]) -> str:
    one = found[0]
    harmless = len(one) > 1 or unicodedata.category(one) not in _STEERING
    return one if harmless else one.encode("unicode_escape").decode("ascii")


def as_it_is(stream: TextIO) -> TextIO:
    """Return the stream itself, for what netaudit alone has made up."""
    inner: TextIO = getattr(stream, "as_it_is", stream)
    return inner


@contextmanager
def plainly() -> Iterator[None]:
    """Let both streams write plain text only, while the block runs."""
    before = sys.stdout, sys.stderr
    for stream in before:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a sign is no reason to stop
    sys.stdout, sys.stderr = (Plain(stream) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
