"""How the lines of a sample are cut: the syntax that reads most of them, and the fields that it finds."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from netaudit.ingest.propose.tokens import token_cut, widths

Row = dict[str, str]

_SEPARATORS = {"\t": "tabs", "|": "bars", ";": "semicolons", ",": "commas"}
_KEY = r"[A-Za-z_][A-Za-z0-9_.()-]*"
_PAIR = re.compile(rf'(?:^|[\s,;|>])"?({_KEY})=(?:"((?:[^"\\]|\\.)*)"|([^\s,;|"]*))')
_CEF_HEAD = re.compile(r"CEF:\s?\d+\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|")
_LEEF_HEAD = re.compile(r"LEEF:\s?\d(?:\.\d)?\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|")
_CEF_PAIR = re.compile(rf"(?:^|\s)({_KEY})=((?:[^=\\]|\\.)*?)(?=\s+{_KEY}=|$)")
_NAME_LIKE = re.compile(r"[^\W\d_][\w ()#%-]{0,40}\.?")  # no dot inside: hosts and accounts have those
_LEAST_SHARE = 0.5  # of the lines; a syntax that reads fewer is not that of the file
_FEWEST_COLUMNS = 4
_DEEPEST = 3  # objects inside objects


@dataclass(frozen=True, slots=True)
class Cut:
    """Lines cut into fields."""

    parser: str
    why: str  # in words, for the comment above the layout
    names: tuple[str, ...]  # of the fields, in the order of the lines
    rows: tuple[Row, ...]  # of each line that was understood
    lines: tuple[str, ...]  # those lines
    keys: Mapping[str, Any] = field(default_factory=dict)  # further keys of the layout
    signature: str = ""  # a pattern that every line of this kind has
    heading: str = ""  # the line that names the columns

    def values(self, name: str) -> list[str]:
        """Return the values of a field, of the lines that have it."""
        return [row[name] for row in self.rows if row.get(name)]


def cut_lines(lines: Sequence[str]) -> Cut | None:
    """Return the cut that understands most of the lines; None if none understands half of them.

    Of two that understand as many, the one that says more about itself: JSON before keys before columns.
    """
    kept = [line for line in lines if line.strip()]
    found = [cut for make in _CUTS if (cut := make(kept)) is not None]
    best = max(found, key=lambda cut: len(cut.rows), default=None)
    records = [line for line in kept if not line.startswith("#")]
    return best if best and len(best.rows) >= _LEAST_SHARE * len(records) else None


def _json(lines: Sequence[str]) -> Cut | None:
    pairs = [(line, row) for line in lines if (row := _object(line)) is not None]
    return _keyed("json", "each line is a JSON object", pairs, '"[A-Za-z_@][^"]*"\\s*:')


def _object(line: str) -> Row | None:
    begin, end = line.find("{"), line.rfind("}")
    if begin < 0 or end < begin:
        return None
    try:
        found = json.loads(line[begin : end + 1])
    except ValueError:
        return None
    return dict(_flat(found, "", 0)) if isinstance(found, dict) else None


def _flat(values: Mapping[str, Any], before: str, depth: int) -> Iterable[tuple[str, str]]:
    """Yield the texts and numbers of an object, those of objects inside it as `a.b`."""
    for name, value in values.items():
        if isinstance(value, dict) and depth < _DEEPEST:
            yield from _flat(value, f"{before}{name}.", depth + 1)
        elif isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            yield before + name, ";".join(value)
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield before + name, str(value)


def _cef(lines: Sequence[str]) -> Cut | None:
    return _with_header(lines, "cef", _CEF_HEAD, lambda line: _CEF_PAIR.finditer(line.rpartition("|")[2]))


def _leef(lines: Sequence[str]) -> Cut | None:
    pair = re.compile(rf"(?:^|[\t^|]|#011)({_KEY})=([^\t^|]*?)(?=[\t^|]|#011|$)")
    return _with_header(lines, "leef", _LEEF_HEAD, lambda line: pair.finditer(_after_bars(line)))


def _after_bars(line: str) -> str:
    return line[line.index("LEEF") :].split("|", 5)[-1]


def _with_header(
    lines: Sequence[str], parser: str, head: re.Pattern[str], find: Callable[[str], Iterable[re.Match[str]]]
) -> Cut | None:
    makers: Counter[tuple[str, str]] = Counter()
    pairs = []
    for line in lines:
        if found := head.search(line):
            makers[found[1], found[2]] += 1
            pairs.append((line, {one[1]: one[2].strip() for one in find(line)}))
    if not pairs:
        return None
    (vendor, product), _ = makers.most_common(1)[0]
    checks = {"device_vendor": f"^{re.escape(vendor)}$", "device_product": f"^{re.escape(product)}$"}
    why = f"each line has a {parser.upper()} header"
    return _keyed(parser, why, pairs, re.escape(f"{vendor}|{product}|"), {"checks": checks})


def _keyed(
    parser: str, why: str, pairs: Sequence[tuple[str, Row]], signature: str, keys: Mapping[str, Any] | None = None
) -> Cut | None:
    if not pairs:
        return None
    names = list(dict.fromkeys(name for _, row in pairs for name in row))
    rows, lines = tuple(row for _, row in pairs), tuple(line for line, _ in pairs)
    always = [name for name in names if all(row.get(name) for row in rows)]
    more = {} if keys else {"needs": always[:4]}
    return Cut(parser, why, tuple(names), rows, lines, {**more, **(keys or {})}, signature)


def _key_value(lines: Sequence[str]) -> Cut | None:
    pairs = [(line, {one[1]: one[2] or one[3] or "" for one in _PAIR.finditer(line)}) for line in lines]
    pairs = [(line, row) for line, row in pairs if len(row) >= _FEWEST_COLUMNS]
    if not pairs:
        return None
    between = max((" ", *_SEPARATORS), key=lambda sign: sum(_parts_keys(line, sign) for line, _ in pairs))
    if between != " ":
        pairs = [(line, _cut_keys(line, between)) for line, _ in pairs]
    first = Counter(next(iter(row)) for _, row in pairs).most_common(1)[0][0]
    why = f"each line is key=value, with {_SEPARATORS.get(between, 'spaces')} between"
    cut = _keyed("keyvalue", why, pairs, rf"\b{re.escape(first)}=")
    keys = {} if between == " " else {"separator": between}
    return cut and Cut(cut.parser, cut.why, cut.names, cut.rows, cut.lines, {**cut.keys, **keys}, cut.signature)


def _parts_keys(line: str, sign: str) -> int:
    return len(re.findall(rf'(?:^|{re.escape(sign)})\s*"?{_KEY}=', line))


def _cut_keys(line: str, sign: str) -> Row:
    cells = (cell.partition("=") for cell in next(csv.reader(io.StringIO(line), delimiter=sign), []))
    return {name.strip(): value.strip().strip('"') for name, equals, value in cells if equals}


def _w3c(lines: Sequence[str]) -> Cut | None:
    header = next((line for line in lines if re.match(r"(?i)#\s?fields:", line)), "")
    names = [name.lower() for name in header.partition(":")[2].split()]
    if len(names) < _FEWEST_COLUMNS:
        return None
    tabs = "\t" in header.strip()
    pairs = [(line, _split(line, "\t" if tabs else " ")) for line in lines if not line.startswith("#")]
    rows = [(line, dict(zip(names, cells, strict=True))) for line, cells in pairs if len(cells) == len(names)]
    cut = _keyed("w3c", "a #Fields line names the columns", rows, "^#|^[^#]", {"needs": names[:4]})
    return cut and Cut(cut.parser, cut.why, tuple(names), cut.rows, cut.lines, cut.keys, "^#", heading=header)


def _columns(lines: Sequence[str]) -> Cut | None:
    """Return lines cut at tabs, bars, semicolons or commas, with a first line of names or without one."""
    best: Cut | None = None
    for sign, called in _SEPARATORS.items():
        cells = [(line, _split(line, sign)) for line in lines]
        least, width = widths([len(one) for _, one in cells])
        same = [(line, one) for line, one in cells if least <= len(one) <= width]
        if least < _FEWEST_COLUMNS or (best and len(same) <= len(best.rows)):
            continue
        head = same[0][1]
        headed = (
            len({*head}) == len(head) == width and all(_NAME_LIKE.fullmatch(name) for name in head) and len(same) > 1
        )
        headed = headed and not any(set(one) & set(head) for _, one in same[1:3])
        names = [_plain_name(name, n) for n, name in enumerate(head, 1)] if headed else _numbered(width)
        records = same[1:] if headed else same
        why = f"{called} part {width} columns" + (", named by the first line" if headed else "")
        rows = tuple(dict(zip(names, (cell.strip() for cell in one), strict=False)) for _, one in records)
        keys: dict[str, Any] = {"separator": sign, "columns": names}
        if least < width:
            keys["optional"] = width - least
        lines_of = tuple(line for line, _ in records)
        best = Cut("columns", why, tuple(names), rows, lines_of, keys, heading=same[0][0].strip() if headed else "")
    return best


def _numbered(width: int) -> list[str]:
    return [f"column_{number}" for number in range(1, width + 1)]


def _plain_name(name: str, number: int) -> str:
    plain = re.sub(r"\W+", "_", name).strip("_").lower()
    return plain or f"column_{number}"


def _split(line: str, sign: str) -> list[str]:
    if sign == " ":
        return [one.strip('"') for one in re.findall(r'"(?:[^"]|"")*"|\S+', line)]
    try:
        return next(csv.reader(io.StringIO(line.strip()), delimiter=sign, skipinitialspace=True), [])
    except csv.Error:
        return []


def _spaced(lines: Sequence[str]) -> Cut | None:
    """Return lines of words, texts in quotes and texts in brackets, with spaces between."""
    found = token_cut([line for line in lines if not line.startswith("#")])
    if found is None:
        return None
    names, rows, used, pattern = found
    why = f"spaces part {len(names)} words, texts in quotes, or texts in brackets"
    return Cut("regex", why, names, rows, used, {"pattern": pattern})


_CUTS = (_json, _cef, _leef, _w3c, _key_value, _columns, _spaced)
