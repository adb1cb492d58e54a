"""The layouts of a log format, read with every fault and its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from netaudit.definitions.format_fields import (
    Templates,
    check_order,
    check_pattern,
    fields_of,
    read_fields,
    read_templates,
)
from netaudit.definitions.format_patterns import pattern_fault
from netaudit.definitions.format_times import read_time
from netaudit.definitions.formats import GIVES, MAPPED, PARSERS, SYSLOG_TIME, TARGETS, Layout, TimeStyle, heading_name
from netaudit.definitions.toml_files import did_you_mean, unknown_keys
from netaudit.definitions.toml_tables import Shape, Tables

_SHAPE: Shape = {
    "parser": str, "separator": str, "padded": bool, "columns": list, "optional": int, "extra": bool, "checks": dict,
    "cells": dict, "pattern": str, "needs": list, "parts": dict, "fields": dict, "head": str, "gives": str, "root": str,
    "web": bool, "note": str, "kind": str, "time": dict, "answer": bool,
    "header": list,
}  # fmt: skip
_OF_MAPPED = {"needs", "checks", "parts", "fields", "web", "kind", "time", "answer"}
_KEYS: Mapping[str, set[str]] = {
    "delimited": {"separator", "padded", "columns", "optional", "checks", "kind", "time"},
    "regex": {"pattern", *_OF_MAPPED},
    "columns": {"separator", "columns", "optional", "extra", "cells", *_OF_MAPPED},
    "w3c": {"separator", "cells", *_OF_MAPPED},
    "zeek": _OF_MAPPED,
    "table": {"header", "cells", *_OF_MAPPED},
    "keyvalue": {"separator", "gives", "head", *_OF_MAPPED},
    "json": {"root", *_OF_MAPPED},
    "cef": _OF_MAPPED,
    "leef": _OF_MAPPED,
}
_CAPTURES = TARGETS | {"_"}
_NAMES = re.compile(r"\(\?P?<(\w+)>")
_KIND = re.compile(r"[a-z][a-z0-9_-]*")
_NO_GROUP = "line"  # a group of this name would stand in the place of the line itself
_NUMBERS = ("event_duration_ms", "http_request_bytes", "http_response_bytes", "http_response_status_code")
_PAIRED = ("event_action", "user_name", "source_ip", "http_request_method", "http_response_mime_type")
_PAIRS = {"_/_", *(f"{first}/{second}" for first in _PAIRED for second in _PAIRED + _NUMBERS if first != second)}
_ANY_CELL = '(?:"(?:[^"]|"")*"|[^"]*)'


@dataclass(frozen=True, slots=True)
class Shared:
    """What all layouts of a format have in common, and whether the file could be read to its end."""

    parts: Templates
    fields: Templates
    percent: frozenset[str]
    base64: frozenset[str]
    escaped: frozenset[str]
    labels: frozenset[str]
    lost: Mapping[str, str]
    decimal: str
    kilobyte: int
    looked_at: frozenset[str]
    whole: bool
    time: TimeStyle


def kind_of(tables: Tables, known: Mapping[str, Any], where: str) -> str:
    """Return the kind of a layout's records."""
    kind = str(known.get("kind", ""))
    if kind and not _KIND.fullmatch(kind):
        tables.fault(f"'kind' is '{kind}'", where, "write one word in small letters")
    if known.get("answer") and not kind:
        tables.fault("answers are no kind of their own", where, 'write kind = "answer"')
    return kind if _KIND.fullmatch(kind) else ""


def read_layouts(tables: Tables, entries: Iterable[object], shared: Shared) -> tuple[Layout, ...]:
    """Return the layouts as far as they are well formed; the faults are in `tables.problems`."""
    layouts = tuple(_layout(tables, entry, shared, f"layout {n}") for n, entry in enumerate(entries, 1))
    for number, layout in enumerate(layouts, 1):
        if layout.parser == "delimited" and number > 1:
            what = "a delimited layout can only be the first"
            tables.fault(what, f"layout {number}", 'move it up, or write parser = "columns"')
    told = {layout.parser for layout in layouts} & {"table", "w3c", "zeek"}
    if len(told) > 1:
        what = f"lines are named by headers of two kinds: {' and '.join(sorted(told))}"
        tables.fault(what, "", "make a format of each")
    return layouts


def _layout(tables: Tables, entry: object, shared: Shared, where: str) -> Layout:
    known = tables.table(entry, _SHAPE, where)
    parser = known.get("parser", "")
    if parser not in PARSERS:
        if "parser" in known or not isinstance(entry, dict) or "parser" not in entry:
            tables.fault(f"unknown parser '{parser}'", where, did_you_mean(parser, PARSERS))
    else:
        for key in sorted(known.keys() - _KEYS[parser] - {"parser", "note"}):
            tables.fault(f"parser '{parser}' has no key '{key}'", where, did_you_mean(key, _KEYS[parser]))
    own = read_fields(tables, known.get("fields", {}), f"{where}, fields")
    own_parts = read_templates(tables, known.get("parts", {}), f"{where}, parts")
    parts = {**shared.parts, **own_parts}
    check_order(tables, parts, f"{where}, parts")
    columns = _texts(tables, known, "columns", where)
    web = known.get("web", True)
    mapped = parser in MAPPED or (parser == "regex" and (bool(known.get("fields")) or not web))
    inside = {"delimited": "^({})/.", "columns": "(?:{})"}.get(parser, "{}")
    checks = read_patterns(tables, known.get("checks", {}), f"{where}, checks", inside)
    needs = _texts(tables, known, "needs", where)
    fields = {**shared.fields, **own} if mapped and web else {}  # of other records nothing is read but what tells them
    looked_at = shared.looked_at if web else frozenset()
    used = {*needs, *checks, *looked_at, *(one.name for made in fields.values() for one in fields_of(made))}
    layout = Layout(
        parser=parser,
        separator=known.get("separator", " "),
        padded=known.get("padded", False),
        columns=columns,
        optional=known.get("optional", 0),
        extra=known.get("extra", False),
        checks=checks,
        cells=read_patterns(tables, known.get("cells", {}), f"{where}, cells", inside),
        pattern=known.get("pattern", ""),
        needs=needs,
        header=_texts(tables, known, "header", where),
        head=known.get("head", ""),
        gives=known.get("gives", "="),
        root=known.get("root", ""),
        parts=_those_of(used, parts) if mapped else {},
        fields=fields,
        web=web,
        kind=kind_of(tables, known, where),
        note=" ".join(str(known.get("note", "")).split()),
        answer=known.get("answer", False),
        time=read_time(tables, known["time"], f"{where}, time", shared.time) if "time" in known else None,
        percent=shared.percent,
        base64=shared.base64,
        escaped=shared.escaped,
        labels=shared.labels,
        lost=shared.lost,
        decimal=shared.decimal if mapped else "",
        kilobyte=shared.kilobyte if mapped else 0,
        looked_at=looked_at & set(columns) if parser == "columns" else looked_at,
    )
    tables.one_of(known, "gives", GIVES, where)
    for key in ("pattern", "head"):
        check_pattern(tables, known.get(key, ""), where)
        if _NO_GROUP in _NAMES.findall(known.get(key, "")):
            tables.fault(f"a group of {key} is named '{_NO_GROUP}'", where, "give it another name")
    named = {one.name for templates in (*own.values(), *own_parts.values()) for one in fields_of(templates)}
    _check(tables, layout, named - set(parts) - {SYSLOG_TIME}, shared, where)
    return layout


def _those_of(names: set[str], parts: Templates) -> Templates:
    """Return the parts that some names need, and those that these are made of."""
    needed: Templates = {}
    for name, templates in reversed(parts.items()):
        if name in names:
            needed[name] = templates
            names |= {one.name for one in fields_of(templates)}
    return dict(reversed(needed.items()))


def _texts(tables: Tables, known: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    """Return a list of names."""
    names = known.get(key, [])
    if not all(isinstance(name, str) and name for name in names):
        tables.fault(f"'{key}' holds something that is no name", where, f'write {key} = ["name", …]')
    return tuple(name for name in names if isinstance(name, str) and name)


def read_patterns(tables: Tables, entries: Mapping[str, object], where: str, inside: str = "{}") -> dict[str, str]:
    """Return a table of patterns, each of which is tried inside another."""
    patterns = {}
    for name, pattern in entries.items():
        if isinstance(pattern, str):
            patterns[name] = pattern
            check_pattern(tables, pattern, where, inside)
        else:
            tables.fault(f"'{name}' is not text", where, f"write {name} as a pattern in quotes")
    return patterns


def _check(tables: Tables, layout: Layout, used: set[str], shared: Shared, where: str) -> None:
    """Note what does not fit together in a layout; `used` are fields that its own templates name."""
    groups = set(_NAMES.findall(layout.pattern))
    named = {one for column in layout.columns for one in column.split("/")}
    if layout.parser in {"delimited", "columns"}:
        _check_columns(tables, layout, shared, where)
    if layout.parser == "regex" and not layout.pattern and shared.whole:
        tables.fault("'pattern' is missing", where, "add pattern = '…'")
    if layout.parser == "delimited" or (layout.parser == "regex" and layout.web and not layout.fields):
        told = named if layout.parser == "delimited" else groups
        _known(tables, told, _CAPTURES, where)
        _known(tables, layout.checks, told, f"{where}, checks")
        if layout.parser == "regex" and (layout.checks or layout.needs):
            what = "checks and needs are not looked at without [layout.fields]"
            tables.fault(what, where, "say what is needed in the pattern")
    else:
        told = set(layout.fields)
        if layout.parser in {"columns", "regex"}:
            there = set(layout.columns) if layout.parser == "columns" else groups
            asked = {*used, *layout.checks, *layout.needs} - set(layout.parts) - {SYSLOG_TIME}
            _known(tables, asked | set(layout.cells), there, where)
    _check_names(tables, layout, where)
    if layout.parser == "table":
        _check_table(tables, layout, {*used, *layout.checks, *layout.needs, *layout.cells}, shared, where)
    if layout.parser in PARSERS and layout.web and shared.whole:
        for needed in ("time", "url_full"):
            if needed not in told:
                what = f"the layout captures no {needed}"
                tables.fault(what, where, f"name the part of the line that holds {needed}")


def _known(tables: Tables, names: Iterable[str], known: Iterable[str], where: str) -> None:
    tables.problems += unknown_keys(dict.fromkeys(sorted(names)), known, tables.place(where), "column")


def _check_columns(tables: Tables, layout: Layout, shared: Shared, where: str) -> None:
    if not layout.columns:
        if shared.whole:
            tables.fault("there are no columns", where, 'write columns = ["time", …]')
        return
    if not 0 <= layout.optional < len(layout.columns):
        what = f"'optional' is {layout.optional}"
        tables.fault(what, where, f"write 0 to {len(layout.columns) - 1}: how many columns at the end may be missing")
    if layout.parser == "delimited":
        _check_delimited(tables, layout, where)
        return
    if tables.proven:
        return
    cells = [f"(?P<c{n}>{layout.cells.get(name, _ANY_CELL)})" for n, name in enumerate(layout.columns)]
    if not any(map(pattern_fault, layout.cells.values())) and (fault := pattern_fault("".join(cells))):
        tables.fault(f"the columns make no pattern together: {fault}", where, "use shorter cells, and no named groups")


def _check_table(tables: Tables, layout: Layout, used: set[str], shared: Shared, where: str) -> None:
    """Note names that no line above a table could have as they are compared; `used` are those of fields."""
    if not layout.header and shared.whole:
        tables.fault("'header' is missing", where, 'add header = ["time", "user|username", …], the names that tell it')
    named = used - set(layout.parts)
    for name in sorted({one for needed in layout.header for one in needed.split("|")} | named):
        if name != heading_name(name) or not name:
            tables.fault(
                f"'{name}' is not written as names are compared", where, f"write {heading_name(name) or 'a name'}"
            )


def _check_delimited(tables: Tables, layout: Layout, where: str) -> None:
    names = [name for column in layout.columns for name in column.split("/") if name != "_"]
    for name in sorted({name for name in names if names.count(name) > 1}):
        tables.fault(f"column '{name}' stands twice", where, "keep one; a column that is not looked at is _")
    for column in layout.columns:
        if "/" in column and column not in _PAIRS:
            what = f"'{column}' cannot be two values of one column"
            tables.fault(what, where, "write _/_, or the first of " + ", ".join(_PAIRED))
    if layout.padded and layout.columns[1:2] not in [(name,) for name in _NUMBERS]:
        what = "'padded' is for lines whose second column is a number"
        tables.fault(what, where, "leave it out, or use another parser")


def _check_names(tables: Tables, layout: Layout, where: str) -> None:
    """Note separators and names that no line could have."""
    one = layout.parser in {"delimited", "columns", "w3c"}
    sign = layout.separator
    if not sign or (one and (len(sign) > 1 or sign in '"\r\n' or (not sign.isprintable() and sign != "\t"))):
        what = f"'separator' is {sign!r}" if sign else "'separator' is empty"
        tables.fault(what, where, "write the one character that parts columns" if one else "write what parts keys")
    elif layout.parser == "delimited" and not sign.isascii():
        tables.fault(f"'separator' is {sign!r}", where, 'use parser = "columns"')
    if not all(layout.root.split(".")) and layout.root:
        tables.fault(f"'root' is '{layout.root}'", where, "write the name of an object: event, or outer.event")
    if layout.parser == "w3c":
        for name in sorted({*layout.needs, *layout.checks}):
            if name != name.lower():
                tables.fault(f"'{name}' is in capital letters", where, f"write {name.lower()}")
    by_name = layout.parser in MAPPED and layout.parser != "columns"
    if by_name and not layout.web and not layout.needs and not layout.checks:
        tables.fault("nothing says which lines this layout is of", where, "add needs or checks")
