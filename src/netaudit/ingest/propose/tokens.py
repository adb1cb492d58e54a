"""Lines of words with spaces between, some in quotes or brackets: one pattern for all of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from netaudit.definitions.log_words import METHODS
from netaudit.ingest.propose.cut import FEWEST_COLUMNS, MOST_COLUMNS, names_of, numbered
from netaudit.ingest.propose.looks import is_action, is_ip, is_size

_TOKEN = re.compile(
    r'[A-Za-z_][\w.-]*[=:]"(?:[^"\\]|\\.)*"(?=\s|$)|"(?:[^"\\]|\\.)*"(?=\s|$)|\[[^\]]*\](?=\s|$)|\([^()]*\)(?=\s|$)|\S+'
)
_OFTEN = 0.1  # of the lines; fewer are broken ones
_MOST_OPTIONAL = 3  # columns that may be missing at the end
_CLOSINGS = {'"': '"', "[": "]", "(": ")"}
_SHAPES = {"word": r"\S+", '"': r'(?:[^"\\]|\\.)*', "[": r"[^\]]*", "(": r"[^()]*"}
_LABEL = re.compile(r"(?!(?i:cn|uid|ou|dc)=)([A-Za-z_][\w.-]*)([=:])(?!//)")  # a distinguished name has no label
_ALIKE = 0.95  # of the values in a column are of one kind
_MOST_VERDICTS = 4
_FEWEST_ALIKE = 3  # lines

_KINDS: dict[str, Callable[[str], object]] = {
    "ip": is_ip,
    "url": lambda token: "://" in token,
    "method": METHODS.__contains__,
    "number": lambda token: is_size(token) or re.fullmatch(r"[\d.,:/+-]+[A-Za-z]{0,2}", token),
    "action": is_action,
}

Tokens = tuple[tuple[str, ...], tuple[dict[str, str], ...], tuple[str, ...], str, str]


def token_cut(lines: Sequence[str]) -> Tokens | None:
    """Return names, rows, the lines that have them, the pattern, and the line of names; None where lines differ.

    A word that stands in quotes in some lines and without in others is read both ways. Where the numbers of words
    differ, one column takes all that the others leave: a class of several words, or a browser at the line's end.
    """
    spans = [(line, [*_TOKEN.finditer(line)]) for line in lines]
    counts = Counter(len(found) for _, found in spans)
    least = min((width for width, count in counts.items() if count >= _OFTEN * len(lines)), default=0)
    same = [(line, found) for line, found in spans if len(found) >= least]
    if not FEWEST_COLUMNS <= least <= MOST_COLUMNS:
        return None
    gap = gap_of([[one[0] for one in found] for _, found in same])
    if gap is None:
        least, width = widths([len(found) for _, found in same])
        same = [(line, found) for line, found in same if least <= len(found) <= width]
        rows = [(line, [one[0] for one in found]) for line, found in same]
    else:
        before, after = gap
        width = max(least, before + 1)
        rows = [(line, _with_gap(line, found, before, after)) for line, found in same]
    names = names_of(rows[0][1], [cells for _, cells in rows[1:3]])
    heading = rows[0][0] if names and len(names) == width else ""
    rows = rows[1:] if heading else rows
    return _made(rows, names if heading else numbered(width), least, None if gap is None else gap[0], heading)


def _made(
    rows: Sequence[tuple[str, list[str]]], names: Sequence[str], least: int, gap: int | None, heading: str
) -> Tokens:
    named, parts = [], []
    for number, name in enumerate(names):
        values = [cells[number] for _, cells in rows if number < len(cells)]
        new, part = (name, rf"(?P<{name}>\S.*?)") if number == gap else _part(name, values)
        named.append(new if new not in named else name)
        parts.append(part if new not in named[:-1] else _part(name, values, labels=False)[1])
    ends_with = {n: _trailing([cells[n] for _, cells in rows if n < len(cells)]) for n in range(len(names))}
    made = tuple(
        {
            name: _inside(one.removesuffix(ends_with[number]), name, names[number])
            for number, (name, one) in enumerate(zip(named, cells, strict=False))
            if name
        }
        for _, cells in rows
    )
    ends = "".join(rf"(?:\x20+{part}" for part in parts[least:]) + ")?" * (len(parts) - least)
    pattern = r"\x20+".join(parts[:least]) + ends
    return tuple(filter(None, named)), made, tuple(line for line, _ in rows), rf"^\s*{pattern}\s*$", heading


def _with_gap(line: str, found: Sequence[re.Match[str]], before: int, after: int) -> list[str]:
    last = len(found) - after
    if before >= last:
        return [one[0] for one in found]
    middle = line[found[before].start() : found[last - 1].end()]
    return [*(one[0] for one in found[:before]), middle, *(one[0] for one in found[last:])]


def gap_of(rows: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    """Return how many columns stand before and after one that takes what is left; None where no such is needed.

    Columns are counted from both ends, and the gap stands where that leaves each column with values of one kind; behind
    all columns that every line has, if these are told apart well and only some lines have more.

    >>> rows = [["1", "GET", "Web", "Mail", "200"], ["2", "GET", "News", "304"], ["3", "PUT", "News", "200"]]
    >>> gap_of(rows)
    (2, 1)
    """
    fewest = min(map(len, rows), default=0)
    if fewest < 1 or all(len(row) == fewest for row in rows):
        return None
    kinds = [[_kind_of(cell) for cell in row] for row in rows]
    if _ends_are_typed(kinds, fewest):
        return None
    if _is_extra(kinds, fewest):
        return fewest, 0
    left = [_alike([row[place] for row in kinds], [row[place] for row in rows]) for place in range(fewest)]
    right = [_alike([row[-1 - place] for row in kinds], [row[-1 - place] for row in rows]) for place in range(fewest)]

    def how_good(before: int) -> tuple[float, int]:
        after = fewest - 1 - before
        inside = [kind for row in kinds for kind in row[before : len(row) - after]]
        return round(sum(left[:before]) + sum(right[:after]) + _share_of_words(inside) / 2, 6), before

    before = max(range(fewest), key=how_good)
    return before, fewest - 1 - before


def _is_extra(kinds: Sequence[Sequence[str]], fewest: int) -> bool:
    """Return whether words follow the columns that all lines have, the last of which is no word itself."""
    last = [row[fewest - 1] for row in kinds]
    behind = [kind for row in kinds for kind in row[fewest:]]
    usual = Counter(last).most_common(1)[0][0]
    texts = [kind.replace("action", "word") for kind in behind]  # a class may hold a filter's word: Content Delivery
    return usual not in {"word", "(", "-"} and _alike(last) >= _ALIKE and _share_of_words(texts) >= _ALIKE


def _share_of_words(kinds: Sequence[str]) -> float:
    return sum(kind in {"word", "(", "-"} for kind in kinds) / max(1, len(kinds))


def _ends_are_typed(kinds: Sequence[Sequence[str]], fewest: int) -> bool:
    """Return whether lines differ by columns at the end that some leave out, each of a kind of its own."""
    most = max(map(len, kinds))
    if most - fewest > _MOST_OPTIONAL:
        return False
    columns = [[row[place] for row in kinds if place < len(row)] for place in range(fewest - 1, most)]
    usual = [Counter(column).most_common(1)[0][0] for column in columns]
    texts = usual[1] in {"word", "("} and (usual[0] == "word" or most - fewest > 1)
    return all(_alike(column) >= _ALIKE for column in columns) and not texts


def _alike(kinds: Sequence[str], written: Sequence[str] = ()) -> float:
    """Return the share of the commonest kind; a dash may stand for any, and few words, one of a filter, are alike."""
    if written and "action" in kinds and len({*written}) <= _MOST_VERDICTS:
        return 1.0
    known = [kind for kind in kinds if kind != "-"]
    return Counter(known).most_common(1)[0][1] / len(known) if known else 1.0


def _kind_of(token: str) -> str:
    if token in {"", "-"}:
        return "-"
    if token[0] in _CLOSINGS and token.endswith(_CLOSINGS[token[0]]):
        return token[0]
    return next((kind for kind, fits in _KINDS.items() if fits(token)), "word")


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


def head_pattern(heads: Sequence[str]) -> tuple[tuple[str, ...], tuple[dict[str, str], ...], str] | None:
    """Return names, rows and the pattern of what stands before the first key; None if nothing of use does."""
    found = [_TOKEN.findall(head) for head in heads]
    width = Counter(map(len, found)).most_common(1)[0][0] if found else 0
    if not width or any(len(one) != width for one in found):
        return None
    names = [f"head_{number}" for number in range(1, width + 1)]
    parts = [_part(name, [one[number] for one in found], labels=False) for number, name in enumerate(names)]
    rows = tuple(
        {name: _inside(cell, name, name) for (name, _), cell in zip(parts, one, strict=True) if name} for one in found
    )
    told = tuple(name for name, _ in parts if name)
    return (told, rows, "^\\s*" + r"\x20+".join(part for _, part in parts)) if told else None


def _part(name: str, values: Sequence[str], *, labels: bool = True) -> tuple[str, str]:
    """Return the name and the pattern of one column; without a name where the same sign stands in all lines."""
    if (
        len({*values}) == 1
        and len(values) >= _FEWEST_ALIKE
        and not re.search(r"\w", values[0])
        and values[0].strip("-")
    ):
        return "", re.escape(values[0])
    bare = [value[1:-1] if value[:1] in {"[", "("} and _kind(value) != "word" else value for value in values]
    around = {(value[0], value[-1]) for value, inner in zip(values, bare, strict=True) if value != inner}
    found = {match[0] if (match := _LABEL.match(value)) else "" for value in bare}
    if labels and len(found) == 1 and len(values) >= _FEWEST_ALIKE and len(around) == 1 and (label := found.pop()):
        (opening, closing) = around.pop()
        new = re.sub(r"\W", "_", label[:-1])
        inside = f"[^{re.escape(closing)}]*"
        return new, f"{re.escape(opening + label)}\\s?(?P<{new}>{inside}){re.escape(closing)}"
    if labels and len(found) == 1 and len(values) >= _FEWEST_ALIKE and (label := found.pop()) and {*values} != {label}:
        inner = [value[len(label) :] for value in values]
        new = re.sub(r"\W", "_", label[:-1])
        return new, re.escape(label) + _shape(new, inner)
    return name, _shape(name, values)


def _shape(name: str, values: Sequence[str]) -> str:
    kinds = {_kind(value) for value in values}
    if kinds == {"word"} and (sign := _trailing(values)):
        return rf"(?P<{name}>\S*?){sign}"
    if kinds == {"word"}:
        return rf"(?P<{name}>\S{'+' if all(values) else '*'})"
    if len(kinds) == 1:
        (sign,) = kinds
        return rf"{re.escape(sign)}(?P<{name}>{_SHAPES[sign]}){re.escape(_CLOSINGS[sign])}"
    opening, closing = ("[\\[(]?", "[\\])]?") if '"' not in kinds else ('"?', '"?')
    return rf'{opening}(?P<{name}>[^"\x20]*|[^"]*){closing}'


def _trailing(values: Sequence[str]) -> str:
    """Return the sign of punctuation with which all values end; empty if there is none."""
    found = {value[-1:] for value in values}
    return found.pop() if len(found) == 1 < len(values) and found <= {",", ";", ":"} else ""


def _kind(value: str) -> str:
    return value[0] if value and value[0] in _CLOSINGS and value.endswith(_CLOSINGS[value[0]]) else "word"


def _inside(value: str, name: str, usual: str) -> str:
    if name != usual and value[:1] in {"[", "("} and _kind(value) != "word":
        value = value[1:-1]
    if name != usual and (found := _LABEL.match(value)):
        value = value[found.end() :].strip()
    return value if _kind(value) == "word" or len(value) == 1 else value[1:-1]
