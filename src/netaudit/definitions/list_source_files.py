"""Files of adapters: `categories/sources/<name>.toml`, read with every fault and its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from netaudit.definitions.list_sources import CLASSED_SYNTAXES, SYNTAXES, ListSource, SourceExample
from netaudit.definitions.patterns import not_hosts
from netaudit.definitions.taxonomy import BUILT_IN, Category
from netaudit.definitions.tiers import IMPORTED_TIERS
from netaudit.definitions.toml_files import did_you_mean, read_what_is_toml
from netaudit.definitions.toml_tables import Shape, Tables
from netaudit.errors import DefinitionError, Problem

SOURCES_FOLDER = "sources"

_TOP: Shape = {
    "title": str, "homepage": str, "licence": str, "attribution": str, "tier": str, "syntax": str,
    "stale_after_days": int, "most_megabytes": int, "most_files": int, "files": list, "class_of": str,
    "separator": str, "modifiers": list, "attributes_left_out": list, "classes": dict, "left_out": dict,
    "expected": dict, "must_have": dict, "known_wrong": dict, "members": dict, "columns": dict, "example": list,
}  # fmt: skip
_NEEDED = ("title", "homepage", "licence", "attribution", "tier", "syntax", "classes")
_COLUMNS: Shape = {"pattern": str, "class": str}
_EXAMPLE: Shape = {"files": dict, "yields": dict, "unused": dict, "note": str}
_CLASS_OF = ("file", "folder", "source")
# Keys that only some syntaxes look at; elsewhere they would be ignored without a word.
_ONLY_FOR = {
    "columns": ("csv",),
    "separator": ("csv",),
    "files": tuple(syntax for syntax in SYNTAXES if syntax != "squidguard"),  # whose folders say it all
    "modifiers": ("auto", "adblock", "adguard_services"),
    "attributes_left_out": ("v2fly",),
}
_OWN_NAMING = ("squidguard", "v2fly", *CLASSED_SYNTAXES)  # syntaxes that say themselves what a class is called
_NAME = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
_MOST = {"stale_after_days": 3660, "most_megabytes": 16_384, "most_files": 1_000_000}


def load_list_sources(folders: Iterable[Path], taxonomy: Mapping[str, Category]) -> dict[str, ListSource]:
    """Return all adapters by name, in order; a file in a later folder replaces one of the same name.

    Args:
        folders: folders of categories; adapters lie in `sources/` inside them.
        taxonomy: our classes.

    Raises:
        DefinitionError: with every fault of every file.
    """
    files: dict[str, Path] = {}
    for folder in folders:
        files |= {path.name: path for path in sorted((folder / SOURCES_FOLDER).glob("*.toml"))}
    sources: dict[str, ListSource] = {}
    problems: list[Problem] = []
    for _, path in sorted(files.items()):
        try:
            sources[path.stem] = read_list_source(path, taxonomy)
        except DefinitionError as error:
            problems += error.problems
    if problems:
        raise DefinitionError(problems)
    return sources


def read_list_source(path: Path, taxonomy: Mapping[str, Category]) -> ListSource:
    """Return the adapter of a file; its name is that of the file.

    Raises:
        DefinitionError: with every fault of the file.
    """
    document, faults = read_what_is_toml(path)
    tables = Tables(str(path), faults)
    source = _Reader(tables, tables.table(document, _TOP, "", () if faults else _NEEDED), taxonomy).source(path)
    if source is None or tables.problems:
        raise DefinitionError(dict.fromkeys(tables.problems))
    return source


class _Reader:
    """Reads the parts of an adapter and notes every fault."""

    def __init__(self, tables: Tables, top: Mapping[str, Any], taxonomy: Mapping[str, Category]) -> None:
        self._tables = tables
        self._top = top
        self._taxonomy = taxonomy

    def source(self, path: Path) -> ListSource | None:
        """Return the adapter, or nothing if it is too broken to be made."""
        tables, top = self._tables, self._top
        if not _NAME.fullmatch(path.stem):
            tables.fault(f"'{path.stem}' is not a name of a source", "", "use small letters, digits and underscores")
        tables.one_of(top, "tier", IMPORTED_TIERS, "")
        tables.one_of(top, "syntax", SYNTAXES, "")
        tables.one_of(top, "class_of", _CLASS_OF, "")
        for key, most in _MOST.items():
            if not 1 <= top.get(key, 1) <= most:
                tables.fault(f"{key} is {top[key]}", "", f"write 1 to {most}")
        for key in ("title", "homepage", "licence", "attribution"):
            if top.get(key) == "":
                tables.fault(f"{key} is empty", "", "say it: it stands in every report that uses the list")
        self._fitting_keys()
        classes = self._classes()
        values: dict[str, Any] = {
            "classes": classes,
            "left_out": self._left_out(classes),
            "expected": self._expected(classes),
            "must_have": self._must_have(classes),
            "known_wrong": self._known_wrong(),
            "members": self._members(classes),
            "columns": self._columns(),
            "examples": self._examples(),
        }
        for key in ("files", "modifiers", "attributes_left_out"):
            values[key] = self._texts(top.get(key, []), key)
        if tables.problems:
            return None
        plain = {key: value for key, value in top.items() if key not in {*values, "example"}}
        return ListSource(name=path.stem, path=path, **plain, **values)

    def _fitting_keys(self) -> None:
        """Note keys that the syntax would not look at, and those that it cannot do without."""
        syntax = self._top.get("syntax")
        if syntax not in SYNTAXES:
            return
        for key, syntaxes in _ONLY_FOR.items():
            if key in self._top and syntax not in syntaxes:
                self._tables.fault(f"{key} says nothing to syntax '{syntax}'", "", "leave it out")
        for key in ("class_of", "members"):
            if key in self._top and syntax in _OWN_NAMING:
                self._tables.fault(f"{key} says nothing to syntax '{syntax}'", "", "it names its classes itself")
        if "members" in self._top and {"files", "class_of"} & {*self._top}:
            self._tables.fault("members and files or class_of do not go together", "", "keep members, or the others")
        if syntax == "csv" and "columns" not in self._top:
            self._tables.fault("'columns' is missing", "", 'write columns = { pattern = "…", class = "…" }')
        if len(self._top.get("separator", ",")) != 1:
            self._tables.fault("separator is not one character", "", 'write separator = ";" or "\\t"')

    def _classes(self) -> dict[str, str]:
        """Return the map of classes; note categories that are unknown or cannot come from a list."""
        known = self._taxonomy.keys() - set(BUILT_IN)  # those are for the program to give, not for lists
        found = {}
        for name, category in self._top.get("classes", {}).items():
            if not isinstance(category, str) or category not in known:
                hint = did_you_mean(str(category), known)
                self._tables.fault(f"unknown category '{category}'", f"classes, {name}", hint)
            else:
                found[name] = category
        if "classes" in self._top and not self._top["classes"]:
            self._tables.fault("'classes' is empty", "classes", "say which of its classes mean which of ours")
        return found

    def _left_out(self, classes: Mapping[str, str]) -> dict[str, str]:
        reasons = self._worded("left_out", "why the class is not taken")
        for name in reasons:
            if name in classes:
                self._tables.fault(f"'{name}' is taken and left out", "left_out", "remove it here or in classes")
        return reasons

    def _known_wrong(self) -> dict[str, str]:
        reasons = self._worded("known_wrong", "why its rows are wrong")
        self._hosts(reasons, "known_wrong")
        return reasons

    def _worded(self, key: str, about: str) -> dict[str, str]:
        for name, reason in self._top.get(key, {}).items():
            if not isinstance(reason, str) or not reason:
                self._tables.fault(f"'{name}' has no reason", key, f"write '{name}' = \"{about}\"")
        return dict(self._top.get(key, {}))

    def _expected(self, classes: Mapping[str, str]) -> dict[str, int]:
        for name, rows in self._top.get("expected", {}).items():
            self._known_class(name, classes, "expected")
            if not isinstance(rows, int) or isinstance(rows, bool) or rows < 1:
                self._tables.fault(f"'{name}' is no number of rows", "expected", f"write {name} = 1 or more")
        return dict(self._top.get("expected", {}))

    def _must_have(self, classes: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        found = {}
        for category, hosts in self._top.get("must_have", {}).items():
            if category not in classes.values():
                hint = did_you_mean(category, sorted({*classes.values()}))
                self._tables.fault(f"'{category}' is no category that classes lead to", "must_have", hint)
            found[category] = self._texts(hosts, f"must_have, {category}")
            self._hosts(found[category], f"must_have, {category}")
        return found

    def _members(self, classes: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        found = {}
        for name, globs in self._top.get("members", {}).items():
            self._known_class(name, classes, "members")
            found[name] = self._texts(globs, f"members, {name}")
        for name in classes:
            if found and name not in found:
                self._tables.fault(f"class '{name}' has no files", "members", f'write {name} = ["…"]')
        return found

    def _known_class(self, name: str, classes: Mapping[str, str], where: str) -> None:
        if name not in classes:
            self._tables.fault(f"'{name}' is not in classes", where, did_you_mean(name, classes))

    def _texts(self, values: object, where: str, *, empty: bool = False) -> tuple[str, ...]:
        if not isinstance(values, list) or not all(isinstance(value, str) and (value or empty) for value in values):
            self._tables.fault("not a list of texts", where, 'write ["…", "…"]')
            return ()
        return tuple(values)

    def _hosts(self, hosts: Iterable[str], where: str) -> None:
        self._tables.problems += not_hosts(hosts, self._tables.place(where))

    def _columns(self) -> dict[str, str]:
        if "columns" not in self._top:
            return {}
        return self._tables.table(self._top["columns"], _COLUMNS, "columns", ("pattern",))

    def _examples(self) -> tuple[SourceExample, ...]:
        entries = self._top.get("example", [])
        return tuple(self._example(entry, f"[[example]] {number}") for number, entry in enumerate(entries, start=1))

    def _example(self, entry: object, where: str) -> SourceExample:
        values = self._tables.table(entry, _EXAMPLE, where, ("files", "yields"))
        files = {
            name: self._texts(lines, f"{where}, files, {name}", empty=True)
            for name, lines in values.get("files", {}).items()
        }
        for pattern, category in values.get("yields", {}).items():
            if category not in self._taxonomy:
                hint = did_you_mean(str(category), sorted(self._taxonomy))
                self._tables.fault(f"'{pattern}' yields an unknown category '{category}'", where, hint)
        unused = values.get("unused")
        for reason, count in (unused or {}).items():
            if not isinstance(count, int):
                self._tables.fault(f"'{reason}' is no number of lines", where, f'write "{reason}" = 1')
        return SourceExample(files, dict(values.get("yields", {})), unused)
