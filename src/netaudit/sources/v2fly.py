"""Lists of v2fly's domain-list-community: files that include one another, whose rules have attributes.

Source: https://github.com/v2fly/domain-list-community, README, "Structure of data".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from netaudit.sources import reasons
from netaudit.sources.limits import refused
from netaudit.sources.reasons import CLASSED

_MOST_STEPS = 200_000  # from list to list; all 1,500 lists together take some thousands
_HOSTS = {"domain": False, "full": True}  # kind of rule → this host alone
_PATTERNS = {"keyword", "regexp", "regex"}


@dataclass(frozen=True, slots=True)
class _Filter:
    """Attributes that rules must have, and must not have."""

    wanted: frozenset[str] = frozenset()
    banned: frozenset[str] = frozenset()

    def passes(self, attributes: frozenset[str]) -> bool:
        return self.wanted <= attributes and not self.banned & attributes

    def and_also(self, other: _Filter) -> _Filter:
        return _Filter(self.wanted | other.wanted, self.banned | other.banned)


@dataclass(frozen=True, slots=True)
class _Rule:
    host: str
    exact: bool
    attributes: frozenset[str]


@dataclass(slots=True)
class _List:
    rules: list[int] = field(default_factory=list)
    includes: list[tuple[str, _Filter]] = field(default_factory=list)


def v2fly_names(
    files: Mapping[str, pl.Series], classes: Collection[str], left_out: Collection[str], where: str
) -> pl.DataFrame:
    """Return CLASSED rows of all files: a row for each class that a rule is in, or one for a line without any.

    Args:
        files: lines by the name of the list.
        classes: names of lists, or `list@attribute`, `list@-attribute` for those of their rules that have it or not.
        left_out: attributes whose rules no class has that does not ask for them.
        where: the origin, for messages.

    Raises:
        InputError: the lists include one another in more ways than lists do.
    """
    reading = _Reading()
    for name, lines in sorted(files.items()):
        for line in lines.to_list():
            reading.take(name.lower(), line)
    classes_of: dict[int, list[str]] = defaultdict(list)
    attribute_only: set[int] = set()
    for upstream in classes:
        name, only = _asked_for(upstream)
        for number in reading.reached(name, only, frozenset(left_out), where):
            classes_of[number].append(upstream)
        attribute_only |= reading.reached(name, only, frozenset(), where)
    rows = list(reading.unused)
    for number, rule in enumerate(reading.rules):
        rows += [(rule.host, rule.exact, None, upstream) for upstream in classes_of[number]]
        if not classes_of[number]:
            reason = reasons.ATTRIBUTE if number in attribute_only else reasons.NOT_MAPPED
            rows.append((None, False, reason, None))
    return pl.DataFrame(rows, schema=CLASSED, orient="row")


def _asked_for(upstream: str) -> tuple[str, _Filter]:
    name, *attributes = upstream.split("@")
    return name.lower(), _filter(attributes)


def _filter(attributes: Collection[str]) -> _Filter:
    return _Filter(
        frozenset(one.lower() for one in attributes if not one.startswith("-")),
        frozenset(one[1:].lower() for one in attributes if one.startswith("-")),
    )


class _Reading:
    """What all lists hold."""

    def __init__(self) -> None:
        self.rules: list[_Rule] = []
        self.unused: list[tuple[str | None, bool, str | None, str | None]] = []
        self._lists: dict[str, _List] = defaultdict(_List)

    def take(self, name: str, line: str | None) -> None:
        """Read a line of a list."""
        words = (line or "").partition("#")[0].split()
        if line is None:
            self._leave(reasons.TOO_LONG)
        elif not words:
            self._leave(reasons.COMMENT if line else reasons.BLANK)
        else:
            kind, colon, value = words[0].partition(":")
            kind, value = (kind.lower(), value) if colon else ("domain", words[0])
            marks = words[1:]
            attributes = [mark[1:] for mark in marks if mark.startswith("@")]
            if kind == "include":
                self._lists[name].includes.append((value.lower(), _filter(attributes)))
                self._leave(reasons.INCLUDE)
            elif kind in _PATTERNS:
                self._leave(reasons.REGEX)
            elif kind not in _HOSTS or any(mark[0] not in "@&" for mark in marks):
                self._leave(reasons.NOT_READABLE)
            else:
                self.rules.append(_Rule(value, _HOSTS[kind], frozenset(one.lower() for one in attributes)))
                for to in {name, *(mark[1:].lower() for mark in marks if mark.startswith("&"))}:
                    self._lists[to].rules.append(len(self.rules) - 1)

    def _leave(self, reason: str) -> None:
        self.unused.append((None, False, reason, None))

    def reached(self, name: str, only: _Filter, left_out: frozenset[str], where: str) -> set[int]:
        """Return the rules of a list and of all that it includes, however they include one another.

        Rules with an attribute of `left_out` are only reached over a filter that asks for it.
        """
        found: set[int] = set()
        ahead = [(name, only)]
        seen = set(ahead)
        while ahead:
            name, only = ahead.pop()
            if name not in self._lists:
                continue
            one = self._lists[name]
            banned = left_out - only.wanted
            found |= {
                number
                for number in one.rules
                if only.passes(attributes := self.rules[number].attributes) and not banned & attributes
            }
            for step in self._steps(one, only):
                if step not in seen:
                    seen.add(step)
                    ahead.append(step)
            if len(seen) > _MOST_STEPS:
                raise refused("its lists include one another in too many ways", where)
        return found

    @staticmethod
    def _steps(one: _List, only: _Filter) -> Iterator[tuple[str, _Filter]]:
        for name, further in one.includes:
            yield name, only.and_also(further)
