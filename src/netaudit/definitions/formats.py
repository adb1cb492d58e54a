"""Log formats: what a TOML file in a formats folder says of how a line is read; `format_files` loads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from netaudit.contracts import PARSED
from netaudit.definitions.templates import Template

# What a line can give: the columns of PARSED, except those that the engine works out, and the time.
TARGETS = frozenset(PARSED.schema.names()) - {"event_start", "disposition", "event_dataset", "log_line"} | {"time"}
SYSLOG_TIME = "syslog_time"  # a field of any line that came in an envelope: the time written on that
PARSERS = ("delimited", "regex", "columns", "w3c", "zeek", "table", "keyvalue", "json", "cef", "leef")
GIVES = ("=", ":", ": ")  # what may stand between a key and its value
MAPPED = PARSERS[2:]  # their fields have the vendor's names, and `fields` says what they mean

SCOPES = ("web", "server", "dns", "mixed")  # dns: names that were looked up; server: requests to one's own servers
EVIDENCE = ("samples", "documentation", "transcribed")  # real lines; the vendor's words; lines copied by hand

Fields = Mapping[str, tuple[Template, ...]]  # of each target, the first template that gives a value counts
Rule = Mapping[str, str]  # field or target → pattern


@dataclass(frozen=True, slots=True)
class TimeStyle:
    """How the moment of a line is written, and which end of the request it marks.

    Styles are tried in order: `epoch` (seconds, or finer units by their size), `iso`, or a strftime pattern; one that
    names `GMT`, `UTC` or `Z` is in UTC. One that names no year gets it from evidence.
    """

    styles: tuple[str, ...]
    marks: Literal["start", "end"] = "end"
    duration: Literal["s", "ms", "us", "ns"] = "ms"  # the unit in which durations are written
    day_or_month: bool = False  # which of the two comes first is decided by evidence; the style says what is usual


@dataclass(frozen=True, slots=True)
class Alias:
    """Another product whose lines cannot be told from those of the format that names it."""

    name: str
    title: str
    reference: str = ""
    path: str = ""  # a pattern of the names of files and folders; empty: the alias's own name as a word


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
    header: tuple[str, ...] = ()  # names that the line above a table must have; `a|b`: one of them
    gives: str = "="  # what stands between a key and its value
    root: str = ""  # the object that holds the fields
    parts: Fields = field(default_factory=dict)  # names for what templates make of fields; later ones build on earlier
    fields: Fields = field(default_factory=dict)
    web: bool = True  # False: what this layout reads are records of other things than web requests
    answer: bool = False  # records repeat the question that they answer, which may have a record of its own
    kind: str = ""  # of the records, where a device writes several
    note: str = ""  # what the way of writing is, in the definition's words
    time: TimeStyle | None = None  # None: the format's
    percent: frozenset[str] = frozenset()  # fields in which characters are written as %20
    base64: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()  # fields with names in which the length stands before each part
    lost: Mapping[str, str] = field(default_factory=dict)  # what a column may hold that is not what it is of
    escaped: frozenset[str] = frozenset()  # fields with a backslash before quotes and backslashes, and bytes as \xNN
    decimal: str = ""  # what parts the fraction of sizes and durations; the other of point and comma parts thousands
    kilobyte: int = 0  # bytes in one, where sizes have units
    looked_at: frozenset[str] = frozenset()  # fields that the format's rules look at

    def wanted(self) -> set[str]:
        """Return the vendor's names of all fields that are made use of."""
        made = (*self.parts.values(), *self.fields.values())
        used = {part.name for templates in made for one in templates for part in one.fields()}
        return (used | self.looked_at | set(self.checks) | set(self.needs)) - {SYSLOG_TIME} - set(self.parts)


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
    evidence: str = "samples"  # what the definition was made from: see EVIDENCE
    aliases: tuple[Alias, ...] = ()

    def dataset(self, layout: Layout) -> str:
        """Return the `event_dataset` of what a layout reads: the format's name, and the kind where it has several."""
        return f"{self.name}.{layout.kind}" if layout.kind else self.name

    def datasets(self, layout: Layout) -> tuple[str, ...]:
        """Return the same, and what stands in its place where a file is known to be of an alias."""
        kind = f".{layout.kind}" if layout.kind else ""
        return (self.dataset(layout), *(alias.name + kind for alias in self.aliases))

    @property
    def key(self) -> tuple[str, Path]:
        """Return what tells the format from every other: two files of definitions may read one product's lines."""
        return self.name, self.path

    @property
    def alias_names(self) -> tuple[str, ...]:
        """Return the names of products whose lines cannot be told from those of this one."""
        return tuple(alias.name for alias in self.aliases)

    @property
    def is_names_only(self) -> bool:
        """Whether the lines tell of names that were looked up, not of requests."""
        return self.scope == "dns"

    @property
    def is_general(self) -> bool:
        """Whether the lines may be of any product: those that another format knows are not of this one."""
        return self.scope == "mixed"


def heading_name(written: str) -> str:
    """Return the name of a column as it is compared: small letters and figures, for each product spells it its own way.

    >>> heading_name("Source_IP [UTC]")
    'sourceiputc'
    """
    return "".join(sign for sign in written.lower() if sign.isalnum())


def format_name(event_dataset: str) -> str:
    """Return the name of the format or alias whose records have this `event_dataset`.

    >>> format_name("fortigate.webfilter")
    'fortigate'
    """
    return event_dataset.partition(".")[0]


def formats_by_name(formats: Iterable[Format]) -> dict[str, Format]:
    """Return formats by their names and by those of their aliases, which have their own titles."""
    known = {one.name: one for one in formats}
    aliases = {alias.name: replace(one, name=alias.name, title=alias.title) for one in formats for alias in one.aliases}
    return aliases | known
