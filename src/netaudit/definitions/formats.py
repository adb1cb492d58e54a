"""Log formats: TOML files that say how a line is read, with sample lines inside."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import polars as pl

from netaudit.contracts import PARSED
from netaudit.definitions.templates import Template, parse_template
from netaudit.definitions.toml_files import did_you_mean, read_toml, unknown_keys, wrong_kind
from netaudit.errors import DefinitionError, Problem

FORMATS_FOLDER = Path(__file__).parents[1] / "formats"

# What a line can give: the columns of PARSED, except those that the engine works out, and the time.
TARGETS = frozenset(PARSED.schema.names()) - {"event_start", "disposition", "log_line"} | {"time"}
_CAPTURES = TARGETS | {"_"}

_KEYS = {
    "name", "title", "reference", "scope", "signature", "record_start", "time", "values", "parts", "fields", "blocked",
    "web", "not_web", "layout", "sample",
}  # fmt: skip
_NEEDED_KEYS = ("name", "title", "time", "layout", "sample")
_LAYOUT_KEYS = {
    "parser", "separator", "padded", "columns", "optional", "extra", "checks", "cells", "pattern", "needs", "parts",
    "fields", "head", "root", "web", "note",
}  # fmt: skip
_RULES = ("blocked", "web", "not_web")
_TIME_KEYS = {"styles", "marks", "duration"}
_VALUES_KEYS = {"null", "percent", "base64"}
_KINDS = {
    "name": str, "title": str, "reference": str, "scope": str, "signature": str, "record_start": str, "time": dict,
    "values": dict, "parts": dict, "fields": dict, "blocked": list, "web": list, "not_web": list, "layout": list,
    "sample": list,
}  # fmt: skip
_LAYOUT_KINDS = {
    "separator": str, "padded": bool, "columns": list, "optional": int, "extra": bool, "checks": dict, "pattern": str,
    "cells": dict, "needs": list, "parts": dict, "fields": dict, "head": str, "root": str, "web": bool,
}  # fmt: skip
SYSLOG_TIME = "syslog_time"  # a field of any line that came in an envelope: the time written on that
PARSERS = ("delimited", "regex", "columns", "w3c", "keyvalue", "json", "cef", "leef")
_MAPPED = PARSERS[2:]  # their fields have the vendor's names, and `fields` says what they mean

Fields = Mapping[str, tuple[Template, ...]]  # of each target, the first template that gives a value counts
Rule = Mapping[str, str]  # field or target → pattern


@dataclass(frozen=True, slots=True)
class Layout:
    """One way a format writes its lines; earlier layouts of a format are tried first."""

    parser: str
    separator: str = " "
    padded: bool = False  # runs of separators stand before a number, as padding
    columns: tuple[str, ...] = ()  # one name a column; `a/b` is two values in one column; `_` is not looked at
    optional: int = 0  # so many columns may be missing at the end
    extra: bool = False  # more columns may follow
    checks: Mapping[str, str] = field(default_factory=dict)  # what a column must look like for a line to be claimed
    cells: Mapping[str, str] = field(default_factory=dict)  # columns that may hold the separator, as patterns
    pattern: str = ""
    needs: tuple[str, ...] = ()  # columns that a header must name, keys or parts that must have a value
    head: str = ""  # what stands before the first key, as a pattern whose named groups are fields
    root: str = ""  # the object that holds the fields
    parts: Fields = field(default_factory=dict)  # names for what templates make of fields; later ones build on earlier
    fields: Fields = field(default_factory=dict)
    web: bool = True  # False: what this layout reads are records of other things than web requests
    percent: frozenset[str] = frozenset()  # fields in which characters are written as %20
    base64: frozenset[str] = frozenset()
    looked_at: frozenset[str] = frozenset()  # fields that the format's rules look at

    def wanted(self) -> set[str]:
        """Return the vendor's names of all fields that are made use of."""
        made = (*self.parts.values(), *self.fields.values())
        used = {part.name for templates in made for one in templates for part in one.fields()}
        return (used | self.looked_at | set(self.checks) | set(self.needs)) - {SYSLOG_TIME} - set(self.parts)


@dataclass(frozen=True, slots=True)
class TimeStyle:
    """How the moment of a line is written, and which end of the request it marks.

    Styles are tried in order: `epoch` (seconds, or finer units by their size), `iso`, or a strftime pattern; one that
    names `GMT`, `UTC` or `Z` is in UTC.
    """

    styles: tuple[str, ...]
    marks: Literal["start", "end"] = "end"
    duration: Literal["ms", "s"] = "ms"  # the unit in which durations are written


@dataclass(frozen=True, slots=True)
class Sample:
    """A line and what must be read from it; no fields and a reason for a line to be refused."""

    line: str
    fields: Mapping[str, Any]
    outcome: Literal["event", "not_web", "reject"]


@dataclass(frozen=True, slots=True)
class Format:
    """A log source: its layouts, what its words mean, and samples that prove it."""

    name: str
    title: str
    reference: str
    scope: str
    layouts: tuple[Layout, ...]
    time: TimeStyle
    null_values: tuple[str, ...]
    blocked: tuple[Rule, ...]  # a line is blocked if all patterns of one entry match
    web: tuple[Rule, ...]  # if there are any: a line is a web request only if all patterns of one entry match
    not_web: tuple[Rule, ...]
    samples: tuple[Sample, ...]
    path: Path
    sha256: str = field(repr=False)
    signature: str = ""  # a file without a line that matches is not of this format
    record_start: str = ""  # a line that begins a record; others belong to the record above


def load_formats(overlays: Sequence[Path] = ()) -> tuple[Format, ...]:
    """Return all formats, shipped and overlaid (same file name replaces), sorted by name.

    Raises:
        DefinitionError: with every fault of every file.
    """
    files: dict[str, Path] = {}
    for folder in (FORMATS_FOLDER, *overlays):
        files.update({path.name: path for path in sorted(folder.glob("*.toml"))})
    formats: list[Format] = []
    problems: list[Problem] = []
    for path in files.values():
        try:
            formats.append(load_format(path))
        except DefinitionError as error:
            problems.extend(error.problems)
    if problems:
        raise DefinitionError(problems)
    return tuple(sorted(formats, key=lambda one: one.name))


def load_format(path: Path) -> Format:
    """Return one format.

    Raises:
        DefinitionError: with every fault of the file.
    """
    raw = read_toml(path)
    where = str(path)
    problems = unknown_keys(raw, _KEYS, where)
    problems += [Problem(f"'{key}' is missing", where, f"add {key}") for key in _NEEDED_KEYS if key not in raw]
    problems += wrong_kind(raw, _KINDS, where)
    if problems:
        raise DefinitionError(problems)
    time = _time(raw["time"], f"{where}, [time]", problems)
    values = raw.get("values", {})
    problems += unknown_keys(values, _VALUES_KEYS, f"{where}, [values]")
    shared = _Shared(
        parts=_templates(raw.get("parts", {}), f"{where}, [parts]", problems),
        fields=_fields(raw.get("fields", {}), f"{where}, [fields]", problems),
        percent=frozenset(values.get("percent", ())),
        base64=frozenset(values.get("base64", ())),
    )
    looked_at = frozenset(name for key in _RULES for entry in raw.get(key, []) for name in entry) - TARGETS
    layouts = [
        _layout(entry, shared, looked_at, f"{where}, layout {n}", problems) for n, entry in enumerate(raw["layout"], 1)
    ]
    known = TARGETS.union(*(layout.wanted() for layout in layouts))
    for key in _RULES:
        for entry in raw.get(key, []):
            if all(layout.parser not in _MAPPED for layout in layouts):
                problems += unknown_keys(entry, known, f"{where}, {key}", "column")
            for pattern in entry.values():
                problems += _regex_problems(pattern, f"{where}, {key}")
    for key in ("signature", "record_start"):
        problems += _regex_problems(raw.get(key, ""), f"{where}, {key}")
    samples = [_sample(entry, f"{where}, sample {n}", problems) for n, entry in enumerate(raw["sample"], 1)]
    if problems:
        raise DefinitionError(problems)
    return Format(
        name=raw["name"],
        title=raw["title"],
        reference=raw.get("reference", ""),
        scope=raw.get("scope", "web"),
        layouts=tuple(layouts),
        time=time,
        null_values=tuple(values.get("null", ["-"])),
        blocked=tuple(raw.get("blocked", [])),
        web=tuple(raw.get("web", [])),
        not_web=tuple(raw.get("not_web", [])),
        samples=tuple(samples),
        path=path,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        signature=raw.get("signature", ""),
        record_start=raw.get("record_start", ""),
    )


def _time(entry: Mapping[str, Any], where: str, problems: list[Problem]) -> TimeStyle:
    problems += unknown_keys(entry, _TIME_KEYS, where)
    styles = entry.get("styles", [])
    if not isinstance(styles, list) or not styles or not all(isinstance(one, str) for one in styles):
        problems.append(Problem("time.styles is not a list of styles", where, "use epoch, iso or strftime patterns"))
        styles = []
    for style in styles:
        if style not in {"epoch", "iso"} and "%" not in style:
            problems.append(Problem(f"unknown style of time '{style}'", where, "use epoch, iso or a strftime pattern"))
        elif "%" in style:
            problems += _style_problems(style, where)
    for key, words in (("marks", ("start", "end")), ("duration", ("ms", "s"))):
        if entry.get(key, words[0]) not in words:
            problems.append(Problem(f"time.{key} is unknown", where, "use " + " or ".join(words)))
    return TimeStyle(styles=tuple(styles), marks=entry.get("marks", "end"), duration=entry.get("duration", "ms"))


def _style_problems(style: str, where: str) -> list[Problem]:
    try:
        pl.Series(["0"]).str.to_datetime(style, strict=False)
    except pl.exceptions.ComputeError as error:
        reason = str(error).strip().splitlines()[0]
        return [Problem(f"'{style}' is no style of time: {reason}", where, "name day, month, year, hour and minute")]
    return []


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all layouts of a format have in common."""

    parts: dict[str, tuple[Template, ...]]
    fields: dict[str, tuple[Template, ...]]
    percent: frozenset[str]
    base64: frozenset[str]


def _fields(entry: Mapping[str, Any], where: str, problems: list[Problem]) -> dict[str, tuple[Template, ...]]:
    problems += unknown_keys(entry, TARGETS, where, "target")
    return _templates(entry, where, problems)


def _templates(entry: Mapping[str, Any], where: str, problems: list[Problem]) -> dict[str, tuple[Template, ...]]:
    fields: dict[str, tuple[Template, ...]] = {}
    for target, value in entry.items():
        templates = []
        for text in value if isinstance(value, list) else [value]:
            try:
                templates.append(parse_template(str(text)))
            except ValueError as error:
                problems.append(Problem(f"{target}: {error}", where, "close every { and ["))
                continue
            for part in templates[-1].fields():
                problems += _regex_problems(part.pattern, where)
        fields[target] = tuple(templates)
    return fields


def _layout(
    entry: Mapping[str, Any], shared: _Shared, looked_at: frozenset[str], where: str, problems: list[Problem]
) -> Layout:
    problems += unknown_keys(entry, _LAYOUT_KEYS, where)
    problems += wrong_kind(entry, _LAYOUT_KINDS, where)
    parser = entry.get("parser", "")
    columns = tuple(entry.get("columns", ()))
    own = _fields(entry.get("fields", {}), f"{where}, fields", problems)
    parts = {**shared.parts, **_templates(entry.get("parts", {}), f"{where}, parts", problems)}
    fields = {**shared.fields, **own}
    problems += [
        Problem(f"the part '{name}' is made of a field of the same name", where, "give the part a name of its own")
        for name, templates in parts.items()
        if any(used.name == name for one in templates for used in one.fields())
    ]
    mapped = parser in _MAPPED or (parser == "regex" and bool(own))
    names: set[str] = set()
    if parser == "delimited":
        names = {part for column in columns for part in column.split("/")}
    elif mapped:
        names = set(fields)
    elif parser == "regex":
        names = set(re.findall(r"\(\?P<(\w+)>", entry.get("pattern", "")))
    else:
        problems.append(Problem(f"unknown parser '{parser}'", where, did_you_mean(parser, PARSERS)))
    for key in ("pattern", "head"):
        problems += _regex_problems(entry.get(key, ""), where)
    for table in ("checks", "cells"):
        for pattern in entry.get(table, {}).values():
            problems += _regex_problems(pattern, f"{where}, {table}")
    if parser in {"delimited", "regex"} and not mapped:
        problems += unknown_keys(dict.fromkeys(sorted(names)), _CAPTURES, where, "column")
        problems += unknown_keys(entry.get("checks", {}), names, f"{where}, checks", "column")
    layout = Layout(
        parser=parser,
        separator=entry.get("separator", " "),
        padded=entry.get("padded", False),
        columns=columns,
        optional=entry.get("optional", 0),
        extra=entry.get("extra", False),
        checks=entry.get("checks", {}),
        cells=entry.get("cells", {}),
        pattern=entry.get("pattern", ""),
        needs=tuple(entry.get("needs", ())),
        head=entry.get("head", ""),
        root=entry.get("root", ""),
        parts=parts if mapped else {},
        fields=fields if mapped else {},
        web=entry.get("web", True),
        percent=shared.percent,
        base64=shared.base64,
        looked_at=looked_at & set(columns) if parser == "columns" else looked_at,
    )
    if parser == "columns":
        used = {part.name for templates in own.values() for one in templates for part in one.fields()} - set(parts)
        problems += unknown_keys(
            dict.fromkeys(sorted(used | set(layout.checks) | set(layout.cells))), columns, where, "column"
        )
    problems += [
        Problem(f"the layout captures no {needed}", where, f"name the part of the line that holds {needed}")
        for needed in ("time", "url_full")
        if parser in PARSERS and layout.web and needed not in names
    ]
    return layout


def _regex_problems(pattern: str, where: str) -> list[Problem]:
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError as error:
        reason = str(error).strip().splitlines()[-1]
        remedy = r"mend the pattern; it has no look-around, and a space in a verbose pattern is \x20"
        return [Problem(f"not a regular expression: {reason}", where, remedy)]
    return []


def _sample(entry: Mapping[str, Any], where: str, problems: list[Problem]) -> Sample:
    fields = {key: value for key, value in entry.items() if key not in {"line", "outcome", "note"}}
    known = (set(PARSED.schema.names()) - {"log_line"}) | {"line", "outcome", "note"}
    problems += unknown_keys(entry, known, where)
    outcome = entry.get("outcome", "event")
    if outcome not in {"event", "not_web", "reject"}:
        problems.append(Problem(f"unknown outcome '{outcome}'", where, "use event, not_web or reject"))
    if outcome == "event" and len(fields) == 0:
        problems.append(Problem("the sample expects nothing", where, "state the fields that must be read"))
    return Sample(line=entry.get("line", ""), fields=fields, outcome=outcome)
