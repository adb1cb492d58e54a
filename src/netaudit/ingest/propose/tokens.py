"""Lines of words with spaces between, some in quotes or brackets: one pattern for all of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\S+')
_FEWEST = 4
_OFTEN = 0.1  # of the lines; fewer are broken ones
_MOST_OPTIONAL = 3  # columns that may be missing at the end
_OPENINGS = {'"': '"', "[": "]"}
_SHAPES = {"word": r"\S+", '"': r'(?:[^"\\]|\\.)*', "[": r"[^\]]*"}

Tokens = tuple[tuple[str, ...], tuple[dict[str, str], ...], tuple[str, ...], str]


def token_cut(lines: Sequence[str]) -> Tokens | None:
    """Return names, rows, the lines that have them, and the pattern; None where lines have no common number of words.

    A word that stands in quotes in some lines and without in others is read both ways. A word that holds a colon
    before its brackets or quotes, such as `user:"ann"`, stays a word.
    """
    tokens = [(line, _TOKEN.findall(line)) for line in lines]
    least, width = widths([len(found) for _, found in tokens])
    same = [(line, found) for line, found in tokens if least <= len(found) <= width]
    if least < _FEWEST:
        return None
    names = tuple(f"column_{number}" for number in range(1, width + 1))
    parts = [_part(name, [found[n] for _, found in same if n < len(found)]) for n, name in enumerate(names)]
    rows = tuple({name: _inside(one) for name, one in zip(names, found, strict=False)} for _, found in same)
    ends = "".join(rf"(?:\x20+{part}" for part in parts[least:]) + ")?" * (width - least)
    pattern = r"\x20+".join(parts[:least]) + ends
    return names, rows, tuple(line for line, _ in same), rf"^\s*{pattern}\s*$"


def widths(found: Sequence[int]) -> tuple[int, int]:
    """Return the fewest and the most columns of lines of one kind: some leave out what is empty at the end.

    >>> widths([9, 9, 9, 9, 8, 9, 9, 40])
    (8, 9)
    """
    counts = Counter(found)
    if not counts:
        return 0, 0
    usual = counts.most_common(1)[0][0]
    often = [width for width, count in counts.items() if count >= _OFTEN * len(found)]
    near = [width for width in often if abs(width - usual) <= _MOST_OPTIONAL]
    return (min(near), max(near)) if near else (usual, usual)


def _part(name: str, values: Sequence[str]) -> str:
    """Return the pattern of one column, with its group."""
    kinds = {_kind(value) for value in values}
    if kinds == {"word"}:
        return rf"(?P<{name}>\S+)"
    if len(kinds) == 1:
        (sign,) = kinds
        return rf"{re.escape(sign)}(?P<{name}>{_SHAPES[sign]}){re.escape(_OPENINGS[sign])}"
    return rf'"?(?P<{name}>[^"\x20]*|[^"]*)"?'


def _kind(value: str) -> str:
    return value[0] if value[0] in _OPENINGS and value.endswith(_OPENINGS[value[0]]) else "word"


def _inside(value: str) -> str:
    return value if _kind(value) == "word" else value[1:-1]
