"""Adapters of foreign lists: whose they are, how they are written, which of their classes mean which of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

# One domain or more to a line; "auto" finds out which of the others a file is written in.
LINE_SYNTAXES = ("auto", "plain", "hosts", "adblock", "dnsmasq", "unbound", "wildcard")
# Those of which a single file says what class each of its rows has.
CLASSED_SYNTAXES = ("csv", "two_factor_directory", "m365_endpoints", "adguard_services")
SYNTAXES = (*LINE_SYNTAXES, "squidguard", "v2fly", "misp", *CLASSED_SYNTAXES)


@dataclass(frozen=True, slots=True)
class SourceExample:
    """A few literal lines of a list, and what must be read from them."""

    files: Mapping[str, tuple[str, ...]]  # path → lines
    yields: Mapping[str, str]  # pattern → category
    unused: Mapping[str, int] | None = None  # reason → lines; None: not said


@dataclass(frozen=True, slots=True)
class ListSource:
    """A foreign list. What it calls a class counts only where `classes` says what that is with us."""

    name: str
    title: str
    homepage: str
    licence: str
    attribution: str
    tier: Literal["curated", "bulk"]
    syntax: str  # one of SYNTAXES
    classes: Mapping[str, str]  # the source's class → our category
    left_out: Mapping[str, str] = field(default_factory=dict)  # the source's class → why it is not taken
    expected: Mapping[str, int] = field(default_factory=dict)  # the source's class → rows
    must_have: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # category → hosts
    known_wrong: Mapping[str, str] = field(default_factory=dict)  # host → why no row for it is taken
    files: tuple[str, ...] = ()  # globs, the first that finds anything counts; none: every file
    class_of: Literal["file", "folder", "source"] = "file"  # what gives a file's class its name
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # class → globs, in place of the above
    columns: Mapping[str, str] = field(default_factory=dict)  # of CSV: pattern, class
    separator: str = ","  # of CSV
    modifiers: tuple[str, ...] = ()  # of adblock, beside those that change nothing about a host
    attributes_left_out: tuple[str, ...] = ()  # of v2fly, unless a class asks for them
    stale_after_days: int = 30
    most_megabytes: int = 512  # unpacked
    most_files: int = 20_000
    examples: tuple[SourceExample, ...] = ()
    path: Path = Path()
