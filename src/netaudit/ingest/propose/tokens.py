"""Lines of words with spaces between, some in quotes or brackets: one pattern for all of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\S+')
_FEWEST = 4
_OPENINGS = {'"': '"', "[": "]"}
_SHAPES = {"word": r"\S+", '"': r'(?:[^"\\]|\\.)*', "[": r"[^\]]*"}

Tokens = tuple[tuple[str, ...], tuple[dict[str, str], ...], tuple[str, ...], str]


def token_cut(lines: Sequence[str]) -> Tokens | None:
    """Return names, rows, the lines that have them, and the pattern; None where lines have no common number of words.

    A word that stands in quotes in some lines and without in others is read both ways. A word that holds a colon
    before its brackets or quotes, such as `user:"ann"`, stays a word.
    """
    tokens = [(line, _TOKEN.findall(line)) for line in lines]
    counts = Counter(len(found) for _, found in tokens)
    if not counts:
        return None
    width, _ = counts.most_common(1)[0]
    same = [(line, found) for line, found in tokens if len(found) == width]
    if width < _FEWEST:
        return None
    names = tuple(f"column_{number}" for number in range(1, width + 1))
    parts = [_part(name, [found[n] for _, found in same]) for n, name in enumerate(names)]
    rows = tuple({name: _inside(one) for name, one in zip(names, found, strict=True)} for _, found in same)
    pattern = r"\x20+".join(parts)
    return names, rows, tuple(line for line, _ in same), rf"^\s*{pattern}\s*$"


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
