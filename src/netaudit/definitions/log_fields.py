"""What a log may tell of a request, and what follows where it does not, read from a file: one text for every place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from netaudit.contracts.quality import Clock
from netaudit.definitions.format_patterns import tells_year
from netaudit.definitions.formats import TARGETS, Format, Layout, TimeStyle

_FILE = Path(__file__).with_name("log_fields.toml")
_OF_ANYTHING = ("named", "addressed")  # of interest also where a log has nothing of visits
_NAMED_GROUP = re.compile(r"\(\?P<(\w+)>")
_INSTANT, _WITH_OFFSET = re.compile("^epoch$"), re.compile("%z|GMT|UTC|(?<!%)Z")


@dataclass(frozen=True, slots=True)
class Tells:
    """Something that a log may tell, and what follows where it does not."""

    id: str
    what: str
    follows: str
    field: str = ""  # the column of a record that holds it
    called: str = ""  # in lists
    only: str = ""  # the scope of formats that have nothing else
    needs: Sequence[Sequence[str]] = ()  # of each group one column must be there
    cases: bool = False  # whether it may speak against what a case says

    @property
    def groups(self) -> Sequence[Sequence[str]]:
        """Return columns of a record, one of each group of which must be there."""
        return [[self.field]] if self.field else self.needs


@cache
def told() -> Mapping[str, Tells]:
    """Return what logs may tell, by id, in the order in which it is listed.

    >>> told()["timed"].field
    'event_duration_ms'
    """
    return {one["id"]: Tells(**one) for one in _read()["tells"]}


def fields_in_words() -> Mapping[str, str]:
    """Return what the columns of a record are called, in the order in which they are listed."""
    return {one.field: one.called for one in told().values() if one.field}


def clock_in_words(clock: Clock, zone: str) -> str:
    """Return how a source tells the time.

    >>> clock_in_words("local", "UTC")
    'in local time without a zone, read as UTC'
    """
    return str(_read()["clock"][clock]).format(zone=zone)


def words_of(table: str) -> Mapping[str, str]:
    """Return a table of words: `scope`, `evidence` or `card`.

    >>> words_of("scope")["dns"]
    'names that were looked up'
    """
    words: Mapping[str, str] = _read()[table]
    return words


def web_layouts(log_format: Format, kind: str = "") -> tuple[Layout, ...]:
    """Return the layouts of web requests or look-ups, of one kind of record where the device writes that."""
    web = tuple(layout for layout in log_format.layouts if layout.web)
    return tuple(layout for layout in web if layout.kind == kind) or web


def places(layout: Layout) -> frozenset[str]:
    """Return the columns of a record that a layout has a place for."""
    named = {name for column in layout.columns for name in column.split("/")}
    return frozenset(named | set(layout.fields) | set(_NAMED_GROUP.findall(layout.pattern))) & TARGETS - {"time"}


def lacking(log_format: Format, fields: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of what a format does not tell.

    Args:
        log_format: with its scope and its rules.
        fields: the columns of a record that it can fill.
    """
    known = set(fields)
    only = [one.id for one in told().values() if one.only and one.only == log_format.scope]
    looked_at = [told()[name] for name in _OF_ANYTHING] if only else told().values()
    lacks = [one.id for one in looked_at if any(known.isdisjoint(group) for group in one.groups)]
    return (*only, *lacks, *(() if only or log_format.blocked else ("blocked",)))


def clock_of(times: Iterable[TimeStyle]) -> Clock:
    """Return whether moments are absolute: in seconds since 1970, with an offset, in local time, one or the other."""
    styles = [style for time in times for style in time.styles]
    if styles and all(_INSTANT.search(style) for style in styles):
        return "instant"
    if styles and all(_INSTANT.search(style) or _WITH_OFFSET.search(style) for style in styles):
        return "offset"
    absolute = any(style == "iso" or _INSTANT.search(style) or _WITH_OFFSET.search(style) for style in styles)
    return "either" if absolute else "local"


def lacks_year(times: Iterable[TimeStyle]) -> bool:
    """Return whether any style names no year, so that it has to be found otherwise."""
    return any("%" in style and not tells_year(style) for time in times for style in time.styles)


@cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
