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
from netaudit.definitions.toml_files import read_toml, unknown_keys
from netaudit.errors import DefinitionError, Problem

FORMATS_FOLDER = Path(__file__).parents[1] / "formats"

# What a layout may capture: the columns of PARSED, except those that the engine works out, and the time.
CAPTURES = frozenset(PARSED.schema.names()) - {"event_start", "disposition", "log_line"} | {"time", "_"}

_KEYS = {"name", "title", "reference", "scope", "time", "values", "blocked", "not_web", "layout", "sample"}
_LAYOUT_KEYS = {"parser", "separator", "padded", "columns", "optional", "checks", "pattern", "note"}
_TIME_KEYS = {"kind", "pattern", "marks"}


@dataclass(frozen=True, slots=True)
class Layout:
    """One way a format writes its lines; earlier layouts of a format are tried first."""

    parser: Literal["delimited", "regex"]
    separator: str = " "
    padded: bool = False  # runs of separators stand before a number, as padding
    columns: tuple[str, ...] = ()  # one name a column; `a/b` is two values in one column
    optional: int = 0  # so many columns may be missing at the end
    checks: Mapping[str, str] = field(default_factory=dict)  # what a delimited column must look like
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class TimeStyle:
    """How the moment of a line is written, and which end of the request it marks."""

    kind: Literal["epoch", "iso", "pattern"]
    marks: Literal["start", "end"] = "end"
    pattern: str = ""  # strftime, for kind = "pattern"


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
    blocked: tuple[Mapping[str, str], ...]  # a line is blocked if all patterns of one entry match
    not_web: tuple[Mapping[str, str], ...]
    samples: tuple[Sample, ...]
    path: Path
    sha256: str = field(repr=False)


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
    problems += [
        Problem(f"'{key}' is missing", where, f"add {key}")
        for key in ("name", "title", "time", "layout", "sample")
        if key not in raw
    ]
    if problems:
        raise DefinitionError(problems)
    problems += unknown_keys(raw["time"], _TIME_KEYS, f"{where}, [time]")
    if raw["time"].get("kind") not in {"epoch", "iso", "pattern"}:
        problems.append(Problem("time.kind is unknown", where, "use epoch, iso or pattern"))
    layouts = [_layout(entry, f"{where}, layout {n}", problems) for n, entry in enumerate(raw["layout"], 1)]
    for key in ("blocked", "not_web"):
        for entry in raw.get(key, []):
            problems += unknown_keys(entry, CAPTURES, f"{where}, {key}", "column")
            for pattern in entry.values():
                problems += _regex_problems(pattern, f"{where}, {key}")
    samples = [_sample(entry, f"{where}, sample {n}", problems) for n, entry in enumerate(raw["sample"], 1)]
    if problems:
        raise DefinitionError(problems)
    return Format(
        name=raw["name"],
        title=raw["title"],
        reference=raw.get("reference", ""),
        scope=raw.get("scope", "web"),
        layouts=tuple(layouts),
        time=TimeStyle(**raw["time"]),
        null_values=tuple(raw.get("values", {}).get("null", ["-"])),
        blocked=tuple(raw.get("blocked", [])),
        not_web=tuple(raw.get("not_web", [])),
        samples=tuple(samples),
        path=path,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def _layout(entry: Mapping[str, Any], where: str, problems: list[Problem]) -> Layout:
    problems += unknown_keys(entry, _LAYOUT_KEYS, where)
    parser = entry.get("parser")
    names: list[str] = []
    if parser == "delimited":
        names = [part for column in entry.get("columns", []) for part in column.split("/")]
    elif parser == "regex":
        problems += _regex_problems(entry.get("pattern", ""), where)
        names = re.findall(r"\(\?P<(\w+)>", entry.get("pattern", ""))
    else:
        problems.append(Problem(f"unknown parser '{parser}'", where, "use delimited or regex"))
    problems += unknown_keys(dict.fromkeys(names), CAPTURES, where, "column")
    problems += unknown_keys(entry.get("checks", {}), names, f"{where}, checks", "column")
    for pattern in entry.get("checks", {}).values():
        problems += _regex_problems(pattern, f"{where}, checks")
    problems += [
        Problem(f"the layout captures no {needed}", where, f"name the part of the line that holds {needed}")
        for needed in ("time", "url_full")
        if parser in {"delimited", "regex"} and needed not in names
    ]
    return Layout(
        parser=parser if parser in {"delimited", "regex"} else "regex",
        separator=entry.get("separator", " "),
        padded=entry.get("padded", False),
        columns=tuple(entry.get("columns", ())),
        optional=entry.get("optional", 0),
        checks=entry.get("checks", {}),
        pattern=entry.get("pattern", ""),
    )


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
