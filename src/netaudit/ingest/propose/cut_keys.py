"""Lines that name their fields: JSON, CEF, LEEF, keys with values, and marks around values."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from netaudit.ingest.propose.cut import FEWEST_COLUMNS, KEY, MOST_COLUMNS, Cut, Row, keyed_cut, names_of
from netaudit.ingest.propose.tokens import head_pattern

_SIGNS = {" ": "spaces", "\t": "tabs", "|": "bars", ";": "semicolons", ",": "commas", "~": "tildes", "^": "carets"}
_PAIR = re.compile(rf'(?:^|[\s,;|>~^])"?({KEY})=(?:"((?:[^"\\]|\\.)*)"|([^\s,;|"~^]*))')
_COLON_PAIR = re.compile(rf'(?:^|[\s,;|>~^])"?({KEY}):(?!//)\s?(?:"((?:[^"\\]|\\.)*)"|([^\s,;|"~^]*))')
_CEF_HEAD = re.compile(r"CEF:\s?\d+\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|")
_LEEF_HEAD = re.compile(r"LEEF:\s?\d(?:\.\d)?\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|")
_CEF_PAIR = re.compile(rf"(?:^|\s)({KEY})=((?:[^=\\]|\\.)*?)(?=\s+{KEY}=|$)")
_MARKED = re.compile(r"<([A-Za-z_][\w.-]*)>([^<]*)</\1>")
_DEEPEST = 3  # objects inside objects
_SELDOM, _SELDOM_COLON = 0.04, 0.3  # of the lines
_MOSTLY = 0.8  # of the lines


def json_cut(lines: Sequence[str]) -> Cut | None:
    """Return lines that are JSON objects, or hold one."""
    pairs = [(line, row) for line in lines if (row := _object(line)) and len(row) <= MOST_COLUMNS]
    return keyed_cut("json", "each line is a JSON object", pairs, '"[A-Za-z_@][^"]*"\\s*:')


def _object(line: str) -> Row | None:
    begin, end = line.find("{"), line.rfind("}")
    if begin < 0 or end < begin:
        return None
    try:
        found = json.loads(line[begin : end + 1])
    except (ValueError, RecursionError):
        return None
    return dict(_flat(found, "", 0)) if isinstance(found, dict) else None


def _flat(values: Mapping[str, Any], before: str, depth: int) -> Iterable[tuple[str, str]]:
    """Yield the texts and numbers of an object, those of objects inside it as `a.b`."""
    for name, value in values.items():
        if not re.fullmatch(r"[^{}\[\]~!/]+", name):
            continue  # no template can name it
        if isinstance(value, dict) and depth < _DEEPEST:
            yield from _flat(value, f"{before}{name}.", depth + 1)
        elif isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            yield before + name, ";".join(value)
        elif isinstance(value, bool):
            yield before + name, str(value).lower()
        elif isinstance(value, str | int | float):
            yield before + name, str(value)


def cef_cut(lines: Sequence[str]) -> Cut | None:
    """Return lines in the Common Event Format."""
    return _with_header(lines, "cef", _CEF_HEAD, lambda line: _CEF_PAIR.finditer(line.rpartition("|")[2]))


def leef_cut(lines: Sequence[str]) -> Cut | None:
    """Return lines in the Log Event Extended Format."""
    pair = re.compile(rf"(?:^|[\t^|]|#011)({KEY})=([^\t^|]*?)(?=[\t^|]|#011|$)")
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
    return keyed_cut(parser, why, pairs, re.escape(f"{vendor}|{product}|"), {"checks": checks})


def key_value_cut(lines: Sequence[str]) -> Cut | None:
    """Return lines of `key=value`, whatever stands between them and before the first."""
    return _keys_cut([line for line in lines if not line.startswith("#")], "=", _PAIR)


def key_colon_cut(lines: Sequence[str]) -> Cut | None:
    """Return lines of `key: value` or `key:value`."""
    kept = [line for line in lines if not line.startswith("#") and not line.lstrip().startswith("{")]
    return _keys_cut(kept, ":", _COLON_PAIR)


def _keys_cut(lines: Sequence[str], sign: str, pair: re.Pattern[str]) -> Cut | None:
    found = [(line, [one[1] for one in pair.finditer(line)]) for line in lines]
    usual = Counter(key for _, keys in found for key in dict.fromkeys(keys))
    seldom = _SELDOM if sign == "=" else _SELDOM_COLON  # others stand in texts, or are names before a colon
    kept = {key for key, count in usual.items() if count > seldom * len(lines)}
    kept -= {key for key in kept if sign == ":" and "." in key}  # a host with a port
    some = [line for line, keys in found if len(kept & set(keys)) >= FEWEST_COLUMNS]
    if not some or len(kept) > MOST_COLUMNS:
        return None
    blank = sign == ":" and sum(f"{key}: " in line for line, keys in found for key in keys[:3]) >= len(some)
    gives = ": " if blank else sign
    between = max(_SIGNS, key=lambda one: (sum(_parts_keys(line, one, sign, kept) for line in some), one != " "))
    written = {";": "; ", ",": ", " if all(_spaced(line, sign) for line in some) else ","}.get(between, between)
    rows = [_values(line, kept, gives, between) for line in some]
    first = Counter(next(iter(row)) for row in rows if row).most_common(1)[0][0]
    why = f"each line is key{gives}value, with {_SIGNS[between]} between"
    single = frozenset(key for key in kept if _all_single([row[key] for row in rows if row.get(key)]))
    rows = [{key: value.strip("'") if key in single else value for key, value in row.items()} for row in rows]
    cut = keyed_cut("keyvalue", why, list(zip(some, rows, strict=True)), rf"\b{re.escape(first)}\s?{sign}")
    cut = cut and replace(cut, single=single)
    keys: dict[str, Any] = {} if written == " " else {"separator": written}
    keys |= {} if gives == "=" else {"gives": gives}
    return _with_head(cut, keys) if cut else None


def _all_single(values: Sequence[str]) -> bool:
    return bool(values) and all(len(value) > 1 and value[0] == value[-1] == "'" for value in values)


def _spaced(line: str, sign: str) -> bool:
    """Return whether a blank follows every comma before a key."""
    return len(re.findall(rf",\s+{KEY}\s?{sign}", line)) >= len(re.findall(rf",\s*{KEY}\s?{sign}", line))


def _with_head(cut: Cut, keys: dict[str, Any]) -> Cut:
    """Return the cut with what stands before the first key, if that is alike in most lines."""
    heads = [line[: line.find(next(iter(row)))] if row else "" for line, row in zip(cut.lines, cut.rows, strict=True)]
    known = head_pattern([head.rstrip(' \t|;,"[{<') for head in heads])
    if known is None:
        return replace(cut, keys=keys)
    names, rows, pattern = known
    together = tuple({**head, **row} for head, row in zip(rows, cut.rows, strict=True))
    return replace(cut, keys={**keys, "head": pattern}, names=(*names, *cut.names), rows=together)


def _parts_keys(line: str, between: str, sign: str, kept: set[str]) -> int:
    found = re.findall(rf'(?:^|{re.escape(between)})\s*"?({KEY}){sign}', line)
    return sum(key in kept for key in found)


def _values(line: str, kept: set[str], gives: str, between: str) -> Row:
    """Return the values of the keys of a line; after a blank, comma or semicolon one reaches to the next key."""
    if between in "|\t~^":
        cells = [cell.partition(gives) for cell in line.split(between)]
        return {key.strip(' "'): value.strip().strip('"') for key, there, value in cells if there}
    keys = "|".join(re.escape(key) for key in sorted(kept, key=len, reverse=True))
    mark = r"(?:\s+|,\s*)" if between == "," else r";\s*" if between == ";" else r"\s+"
    starts = [*re.finditer(rf'"(?:[^"\\]|\\.)*"(?!\w)|(?:^|{mark}|(?<=[\s>"\[]))"?(?P<key>{keys}){gives}', line)]
    found: Row = {}
    marks = [one for one in starts if one["key"]]
    for one, after in zip(marks, [*marks[1:], None], strict=True):
        value = line[one.end() : after.start() if after else len(line)].strip().rstrip(",;").strip()
        found.setdefault(one["key"], value.removesuffix("/>").strip().strip('"'))
    return found


def w3c_cut(lines: Sequence[str]) -> Cut | None:
    """Return lines below a `#Fields:` line."""
    header = next((line for line in lines if re.match(r"(?i)#\s?fields:", line)), "")
    names = [name.lower() for name in header.partition(":")[2].split()]
    if len(names) < FEWEST_COLUMNS or len({*names}) < len(names):
        return None
    tabs = "\t" in header.strip()
    pairs = [(line, split(line, "\t" if tabs else " ")) for line in lines if not line.startswith("#")]
    rows = [(line, dict(zip(names, cells, strict=True))) for line, cells in pairs if len(cells) == len(names)]
    cut = keyed_cut("w3c", "a #Fields line names the columns", rows, "^#")
    return cut and replace(cut, names=tuple(names), heading=header)


def split(line: str, sign: str) -> list[str]:
    """Return the cells of a line; those in quotes may hold the sign."""
    if sign == " ":
        return [one.strip('"') for one in re.findall(r'"(?:[^"]|"")*"|\S+', line)]
    try:
        return next(csv.reader(io.StringIO(line.strip(" \r\n")), delimiter=sign, skipinitialspace=sign != "\t"), [])
    except csv.Error:
        return []


def marked_cut(lines: Sequence[str]) -> Cut | None:
    """Return lines of values with their names before and after them, as `<ip>192.0.2.1</ip>`."""
    found = [(line, {one[1]: one[2].strip() for one in _MARKED.finditer(line)}) for line in lines]
    some = [(line, row) for line, row in found if len(row) >= FEWEST_COLUMNS]
    if not some or max(len(row) for _, row in some) > MOST_COLUMNS:
        return None
    usual = max((tuple(row) for _, row in some), key=len)
    names = names_of(usual, [[]]) or [re.sub(r"\W+", "_", name) for name in usual]
    if len({*names}) < len(names):
        return None
    pieces = [rf"<{re.escape(old)}>\s*(?P<{new}>[^<]*?)\s*</" for old, new in zip(usual, names, strict=True)]
    there = [all(name in row for _, row in some) for name in usual]
    rest = (f".*?{one}" if always else f"(?:.*?{one})?" for one, always in zip(pieces[1:], there[1:], strict=True))
    pattern = pieces[0] + "".join(rest)
    fits = re.compile(pattern)
    rows = [
        (line, {new: (match[new] or "").strip() for new in names}) for line, _ in some if (match := fits.search(line))
    ]
    if len(rows) < _MOSTLY * len(some):
        return None
    cut = keyed_cut(
        "regex", "names in < > stand before and after each value; signs written as &amp; stay so", rows, f"<{usual[0]}>"
    )
    return cut and replace(cut, keys={"pattern": pattern})
