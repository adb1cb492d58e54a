"""Files of log formats: TOML with sample lines inside, read with every fault and its place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from netaudit.contracts import PARSED
from netaudit.definitions.format_fields import check_pattern, read_fields, read_templates
from netaudit.definitions.format_layouts import Shared, read_layouts, read_patterns
from netaudit.definitions.format_patterns import bytes_pattern_fault
from netaudit.definitions.format_times import read_time
from netaudit.definitions.formats import EVIDENCE, MAPPED, SCOPES, TARGETS, Alias, Format, Layout, Rule, Sample
from netaudit.definitions.toml_files import read_what_is_toml, unknown_keys
from netaudit.definitions.toml_places import in_lines
from netaudit.definitions.toml_tables import Shape, Tables
from netaudit.errors import DefinitionError, Problem

FORMATS_FOLDER = Path(__file__).parents[1] / "formats"

_TOP: Shape = {
    "name": str, "title": str, "reference": str, "scope": str, "signature": str, "record_start": str, "time": dict,
    "values": dict, "parts": dict, "fields": dict, "blocked": list, "web": list, "not_web": list, "layout": list,
    "sample": list, "evidence": str, "alias": list,
}  # fmt: skip
_NEEDED = ("name", "title", "time", "layout", "sample")
_ALIAS: Shape = {"name": str, "title": str, "reference": str, "path": str}
_VALUES: Shape = {"null": list, "percent": list, "base64": list, "escaped": list, "labels": list, "lost": dict,
                  "decimal": str, "kilobyte": int}  # fmt: skip
_DECIMALS = (".", ",")
_KILOBYTES = (1000, 1024)
_RULES = ("blocked", "web", "not_web")
_OUTCOMES = ("event", "not_web", "reject")
_ABOUT_SAMPLE: Shape = {"line": str, "outcome": str, "note": str}
# What a sample may expect: a value of the column's kind, or empty text, which says that nothing is read.
_EXPECTED: Shape = {
    name: (datetime, str) if kind.is_temporal() else (int, str) if kind.is_numeric() else str
    for name, kind in PARSED.schema.items()
    if name != "log_line"
}


def load_formats(overlays: Sequence[Path] = (), *, thorough: bool = False) -> tuple[Format, ...]:
    """Return all formats, shipped and overlaid (same file name replaces), sorted by name.

    Args:
        overlays: folders of the site.
        thorough: try the patterns of shipped formats, too, as tests and `netaudit check` do.

    Raises:
        DefinitionError: with every fault of every file.
    """
    return load_formats_of(format_files(overlays), thorough=thorough)


def format_files(overlays: Sequence[Path] = ()) -> list[Path]:
    """Return the files of all formats, shipped and overlaid: same file name replaces."""
    files: dict[str, Path] = {}
    for folder in (FORMATS_FOLDER, *overlays):
        files.update({path.name: path for path in sorted(folder.glob("*.toml"))})
    return list(files.values())


def load_formats_of(files: Iterable[Path], *, thorough: bool = False) -> tuple[Format, ...]:
    """Return the formats of some files, sorted by name.

    Raises:
        DefinitionError: with every fault of every file.
    """
    formats: dict[str, Format] = {}
    problems: list[Problem] = []
    for path in files:
        try:
            one = load_format(path, thorough=thorough)
        except DefinitionError as error:
            problems.extend(error.problems)
            continue
        if one.name in formats:
            what, remedy = f"there are two formats '{one.name}'", "give one of them another name"
            problems.append(Problem(what, f"{formats[one.name].path} and {path}", remedy))
        formats[one.name] = one
    if problems:
        raise DefinitionError(problems)
    return tuple(formats[name] for name in sorted(formats))


def load_format(path: Path, *, thorough: bool = False) -> Format:
    """Return one format.

    Raises:
        DefinitionError: with every fault of the file.
    """
    log_format, problems = read_format(path, thorough=thorough)
    if problems:
        raise DefinitionError(problems)
    return log_format


def read_format(path: Path, *, thorough: bool = False) -> tuple[Format, list[Problem]]:
    """Return one format as far as it is well formed, and every fault of the file."""
    document, faults = read_what_is_toml(path)
    tables = Tables(str(path), faults, proven=not thorough and path.parent == FORMATS_FOLDER)
    log_format = _format(tables, document, path, whole=not faults)
    problems = list(dict.fromkeys(tables.problems))
    if problems and document:
        problems = in_lines(problems, str(path), path.read_text("utf-8", "replace"))
    return log_format, problems


def _format(tables: Tables, document: Mapping[str, Any], path: Path, *, whole: bool) -> Format:
    """Return the format as far as it is well formed; of a file that is not `whole`, missing things are no faults."""
    top = tables.table(document, _TOP, "", _NEEDED if whole else ())
    for key in ("name", "title"):
        if key in top and not (top[key].strip() and top[key].isprintable()):
            tables.fault(f"'{key}' is empty or cannot be printed", "", f"write {key} in one line")
    for key, entries in (("layout", "layouts"), ("sample", "samples")):
        if top.get(key) == [] and whole:
            tables.fault(f"there are no {entries}", "", f"add a [[{key}]]")
    values = tables.table(top.get("values", {}), _VALUES, "[values]")
    tables.one_of(values, "decimal", _DECIMALS, "[values]")
    if values.get("kilobyte", _KILOBYTES[0]) not in _KILOBYTES:
        tables.fault(f"'kilobyte' is {values['kilobyte']}", "[values]", "write how many bytes it has: 1000 or 1024")
    rules = {key: _rules(tables, top.get(key, []), key) for key in _RULES}
    time = read_time(tables, top.get("time", {}), "[time]", whole=whole)
    shared = Shared(
        parts=read_templates(tables, top.get("parts", {}), "[parts]"),
        fields=read_fields(tables, top.get("fields", {}), "[fields]"),
        percent=frozenset(_words(tables, values, "percent")),
        base64=frozenset(_words(tables, values, "base64")),
        escaped=frozenset(_words(tables, values, "escaped")),
        labels=frozenset(_words(tables, values, "labels")),
        lost=read_patterns(tables, values.get("lost", {}), "[values.lost]"),
        decimal=values.get("decimal", "") if values.get("decimal") in _DECIMALS else "",
        kilobyte=values.get("kilobyte", 0) if values.get("kilobyte") in _KILOBYTES else 0,
        looked_at=frozenset(name for entries in rules.values() for one in entries for name in one) - TARGETS,
        whole=whole,
        time=time,
    )
    layouts = read_layouts(tables, top.get("layout", []), shared)
    if whole and all(layout.parser not in MAPPED for layout in layouts):
        _check_rules(tables, rules, layouts)
    tables.one_of(top, "scope", SCOPES, "")
    tables.one_of(top, "evidence", EVIDENCE, "")
    signature, record_start = top.get("signature", ""), top.get("record_start", "")
    _check_bytes_pattern(tables, signature, "signature", "{}")
    _check_bytes_pattern(tables, record_start, "record_start", "^(?:{})")
    check_pattern(tables, record_start, "record_start", "^(?:{})")
    return Format(
        name=top.get("name", ""),
        title=top.get("title", ""),
        reference=top.get("reference", ""),
        scope=top.get("scope", "web"),
        layouts=layouts,
        time=time,
        null_values=_words(tables, values, "null") if "null" in values else ("-",),
        blocked=rules["blocked"],
        web=rules["web"],
        not_web=rules["not_web"],
        samples=tuple(_sample(tables, one, f"sample {n}") for n, one in enumerate(top.get("sample", []), 1)),
        path=path,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest() if whole else "",
        signature=signature,
        record_start=record_start,
        evidence=top.get("evidence", EVIDENCE[0]),
        aliases=tuple(_alias(tables, one, f"[[alias]] {n}") for n, one in enumerate(top.get("alias", []), 1)),
    )


def _alias(tables: Tables, entry: object, where: str) -> Alias:
    known = tables.table(entry, _ALIAS, where, ("name", "title"))
    _check_bytes_pattern(tables, known.get("path", ""), where, "{}")
    return Alias(**{"name": "", "title": "", **known})


def _words(tables: Tables, values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    words = values.get(key, [])
    if not all(isinstance(word, str) for word in words):
        tables.fault(f"'{key}' holds something that is not text", "[values]", f'write {key} = ["word", …]')
    return tuple(word for word in words if isinstance(word, str))


def _rules(tables: Tables, entries: Iterable[object], key: str) -> tuple[Rule, ...]:
    """Return the entries of `[[blocked]]` and the like."""
    rules = []
    for number, entry in enumerate(entries, 1):
        where = f"[[{key}]] {number}"
        if not isinstance(entry, dict) or not entry:
            tables.fault("not a table of patterns", where, "write field = 'pattern' below it")
            continue
        for name, pattern in entry.items():
            if isinstance(pattern, str):
                check_pattern(tables, pattern, where)
            else:
                tables.fault(f"'{name}' is not text", where, f"write {name} as a pattern in quotes")
        rules.append({name: pattern for name, pattern in entry.items() if isinstance(pattern, str)})
    return tuple(rules)


def _check_rules(tables: Tables, rules: Mapping[str, Sequence[Rule]], layouts: Sequence[Layout]) -> None:
    """Note rules about columns that no layout captures; elsewhere the vendor may write any field."""
    known = TARGETS.union(*(layout.wanted() - layout.looked_at for layout in layouts))
    for key, entries in rules.items():
        for number, entry in enumerate(entries, 1):
            tables.problems += unknown_keys(entry, known, tables.place(f"[[{key}]] {number}"), "column")


def _check_bytes_pattern(tables: Tables, pattern: str, where: str, inside: str) -> None:
    fault, remedy = ("", "") if tables.proven else bytes_pattern_fault(pattern, inside)
    if fault:
        tables.fault(f"not a regular expression: {fault}", where, remedy)


def _sample(tables: Tables, entry: object, where: str) -> Sample:
    known = tables.table(entry, {**_ABOUT_SAMPLE, **_EXPECTED}, where, ("line",))
    tables.one_of(known, "outcome", _OUTCOMES, where)
    fields = {key: value for key, value in known.items() if key in _EXPECTED}
    outcome = known.get("outcome", "event")
    if outcome == "event" and not fields and known:
        tables.fault("the sample expects nothing", where, "state the fields that must be read")
    if not known.get("line", "x").strip():
        tables.fault("the line is empty", where, "write the line as the log has it")
    return Sample(line=known.get("line", ""), fields=fields, outcome=outcome)
