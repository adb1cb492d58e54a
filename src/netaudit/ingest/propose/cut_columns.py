"""Lines that are cut at signs, at spaces, or at the same places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from netaudit.ingest.propose.cut import FEWEST_COLUMNS, MOST_COLUMNS, Cut, names_of, numbered
from netaudit.ingest.propose.cut_keys import split
from netaudit.ingest.propose.tokens import gap_of, token_cut, widths

_SEPARATORS = {
    "\t": "tabs", "|": "bars", ";": "semicolons", ",": "commas", "~": "tildes", "^": "carets", "¦": "broken bars",
    "#": "hashes", "!": "exclamation marks", "§": "paragraph signs", "\u00b7": "dots",
}  # fmt: skip
_LONGER = (
    "||",
    "::",
    "|~|",
    "~~",
    "^^",
    ";;",
    "##",
    "<>",
    "=>",
    "->",
    "<|>",
    "%%",
    "@@",
    "$$",
    "&&",
    "//|//",
    " - ",
    " / ",
)
_MOSTLY = 0.9  # of the lines
_FEWEST_LINES = 5
_RULER = re.compile(r"[\s=_+|-]+")


def column_cuts(lines: Sequence[str]) -> list[Cut]:
    """Return lines cut at each sign that could part columns."""
    records = [line for line in lines if not line.startswith("#") and not _RULER.fullmatch(line)]
    comments = [line for line in lines if line.startswith("#")]
    found = [cut for sign in _SEPARATORS if (cut := _at_sign(records, comments, sign))]
    return found + [cut for sign in _LONGER if (cut := _at_signs(records, comments, sign))]


def _at_sign(lines: Sequence[str], comments: Sequence[str], sign: str) -> Cut | None:
    """Return lines cut at one sign, with a first line of names or without one."""
    cells = [(line, split(line, sign)) for line in lines]
    least, width = widths([len(one) for _, one in cells])
    if not FEWEST_COLUMNS <= least <= width <= MOST_COLUMNS:
        return None
    if len({len(one) for _, one in cells}) > 1 and (cut := _with_rest(cells, sign)):
        return cut
    same = [(line, one) for line, one in cells if least <= len(one) <= width]
    names, heading = _names(same, comments, sign, width)
    records = same[1:] if heading else same
    columns = names or numbered(width)
    why = f"{_SEPARATORS[sign]} part {width} columns" + (", named by a line above them" if names else "")
    rows = tuple(dict(zip(columns, (cell.strip() for cell in one), strict=False)) for _, one in records)
    keys: dict[str, Any] = {"separator": sign, "columns": columns}
    if least < width:
        keys["optional"] = width - least
    return Cut("columns", why, tuple(columns), rows, tuple(line for line, _ in records), keys, heading=heading)


def _names(
    same: Sequence[tuple[str, list[str]]], comments: Sequence[str], sign: str, width: int
) -> tuple[list[str], str]:
    """Return the names of columns, and the line that has them, if that is no comment."""
    below = [one for _, one in same[1:3]]
    if len(same[0][1]) == width and (names := names_of(same[0][1], below)):
        return names, same[0][0].strip()
    for comment in reversed(comments):
        cells = split(comment.lstrip("#").strip(), sign)
        if len(cells) == width and (names := names_of(cells, below)):
            return names, ""
    return [], ""


def _with_rest(cells: Sequence[tuple[str, list[str]]], sign: str) -> Cut | None:
    """Return lines in which one column holds the sign that parts the columns; None unless it is the last."""
    fewest = min(len(one) for _, one in cells)
    gap = gap_of([one for _, one in cells]) if fewest >= FEWEST_COLUMNS else None
    quoted = any('"' in line for line, _ in cells)
    if gap is None or gap[1] or gap[0] >= fewest or quoted:
        return None
    parted = [(line, [cell.strip() for cell in line.split(sign, fewest - 1)]) for line, _ in cells]
    return _by_pattern(parted, (), sign, f"{_SEPARATORS[sign]} part {fewest} columns; the last may hold some itself")


def _at_signs(lines: Sequence[str], comments: Sequence[str], sign: str) -> Cut | None:
    """Return lines cut at several signs together."""
    cells = [(line, [cell.strip() for cell in line.split(sign)]) for line in lines if sign in line]
    least, width = widths([len(one) for _, one in cells])
    if not FEWEST_COLUMNS <= least == width <= MOST_COLUMNS:
        return None
    same = [(line, one) for line, one in cells if len(one) == width]
    return _by_pattern(same, comments, sign, f"the signs {sign.strip()} part {width} columns")


def _by_pattern(same: Sequence[tuple[str, list[str]]], comments: Sequence[str], sign: str, why: str) -> Cut:
    width = len(same[0][1])
    names, heading = _names(same, comments, sign, width)
    records = same[1:] if heading else same
    columns = names or numbered(width)
    edge = rf"\s*{re.escape(sign.strip())}\s*".replace(r"\s*\-\s*", r"\s+-\s+").replace(r"\s*/\s*", r"\s+/\s+")
    one = f"[^{re.escape(sign)}]*?" if len(sign) == 1 else ".*?"
    inner = [rf'"?(?P<{name}>{one})"?' for name in columns[:-1]] + [rf'"?(?P<{columns[-1]}>.*?)"?']
    pattern = rf"^\s*{edge.join(inner)}\s*$"
    rows = tuple(dict(zip(columns, (_bare(cell) for cell in cells), strict=True)) for _, cells in records)
    return Cut(
        "regex", why, tuple(columns), rows, tuple(line for line, _ in records), {"pattern": pattern}, heading=heading
    )


def _bare(cell: str) -> str:
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def spaced_cut(lines: Sequence[str]) -> Cut | None:
    """Return lines of words, texts in quotes and texts in brackets, with spaces between."""
    kept = [line for line in lines if not line.startswith("#") and not _RULER.fullmatch(line)]
    found = token_cut(kept) if sum("\t" in line for line in kept) * 2 < len(kept) else None
    if found is None:
        return None
    names, rows, used, pattern, heading = found
    why = f"spaces part {len(names)} words, texts in quotes, or texts in brackets"
    return Cut("regex", why, names, rows, used, {"pattern": pattern}, heading=heading.strip())


def padded_cut(lines: Sequence[str]) -> Cut | None:
    """Return lines whose columns begin at the same places, filled up with spaces; None where they do not."""
    kept = [line.expandtabs() for line in lines if not line.startswith("#") and not _RULER.fullmatch(line)]
    if len(kept) < _FEWEST_LINES or sum("  " in line for line in kept) < _MOSTLY * len(kept):
        return None
    starts = _starts(kept)
    if not FEWEST_COLUMNS <= len(starts) <= MOST_COLUMNS:
        return None
    ends = [*starts[1:], None]
    cells = [(line, [line[at:end].strip() for at, end in zip(starts, ends, strict=True)]) for line in kept]
    names = names_of(cells[0][1], [one for _, one in cells[1:3]])
    heading = kept[0].strip() if names else ""
    records = cells[1:] if heading else cells
    columns = names or numbered(len(starts))
    sizes = [end - at for at, end in pairwise(starts)]
    groups = [f"(?P<at_{n}>.{{{size}}})" for n, size in enumerate(sizes, 1)] + [f"(?P<at_{len(starts)}>.+)"]
    cut = Cut(
        "regex",
        f"{len(starts)} columns begin at the same places in all lines",
        tuple(columns),
        tuple(dict(zip(columns, one, strict=True)) for _, one in records),
        tuple(line for line, _ in records),
        {"pattern": "^" + "".join(groups)},
        heading=heading,
    )
    pieces = {name: rf"{{at_{n}~^\s*(.*?)\s*$}}" for n, name in enumerate(columns, 1)}
    return replace(cut, parts=pieces)


def _starts(lines: Sequence[str]) -> list[int]:
    """Return where columns begin: behind places at which all lines have a space, by how values are set in them."""
    longest = max(map(len, lines))
    blank = [all(place >= len(line) or line[place] == " " for line in lines) for place in range(longest)]
    runs, place = [], 0
    while place < longest:
        if blank[place]:
            place += 1
            continue
        end = place
        while end < longest and not blank[end]:
            end += 1
        runs.append((place, end))
        place = end
    starts = [0]
    for (_, before_end), (begin, _) in pairwise(runs):
        at_left = all(begin < len(line) and line[begin] != " " for line in lines)
        starts.append(begin if at_left else before_end)
    return starts if runs else []
