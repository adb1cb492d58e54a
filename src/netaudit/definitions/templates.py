"""Templates: how a value is put together from the fields of a line, as a log format writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"\{(?P<name>[^{}~!]+)(?:(?P<use>[~!])(?P<pattern>[^{}]+))?\}|(?P<open>\[)|(?P<close>\])|(?P<text>[^{}\[\]]+)"
)
_NO_GROUP = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]"
)  # an escaped character, or a class: its brackets group nothing


@dataclass(frozen=True, slots=True)
class FieldPart:
    """The value of a field; where a pattern is given, only a value that matches, and of it the group if there is one.

    Of a pattern that is `unwanted`, only a value that does not match.
    """

    name: str
    pattern: str = ""
    unwanted: bool = False

    @property
    def takes(self) -> bool:
        """Return whether the pattern has a group that takes a piece of the value."""
        return not self.unwanted and re.search(r"\((?!\?)", _NO_GROUP.sub("", self.pattern)) is not None


Part = str | FieldPart


@dataclass(frozen=True, slots=True)
class Template:
    """Parts in order; each group of parts is left out if a field in it has no value, unless it is required."""

    groups: tuple[tuple[bool, tuple[Part, ...]], ...]  # required, parts

    def fields(self) -> Iterator[FieldPart]:
        """Yield every field that is used."""
        for _, parts in self.groups:
            yield from (part for part in parts if isinstance(part, FieldPart))


def parse_template(text: str) -> Template:
    r"""Return the template that a text describes.

    `{name}` is the value of a field, `{name~pattern}` only if it matches, `[...]` may be missing, other text stands
    for itself. A text without braces is the name of a field. Of a pattern with a group, what the group holds is the
    value: `{method~^CONNECT()$}` is a condition that adds no text. `{name!pattern}` is a value that does not match.

    Raises:
        ValueError: a brace or bracket that has no partner.

    >>> [field.name for field in parse_template("[{scheme}://]{host}").fields()]
    ['scheme', 'host']
    >>> parse_template("cs-username") == parse_template("{cs-username}")
    True
    >>> [field.takes for field in parse_template(r"{user~^([^\\]+)\\}{port~^(?:80|443)$}{page!(x)}").fields()]
    [True, False, False]
    """
    if "{" not in text:
        return Template(((True, (FieldPart(text),)),))
    groups: list[tuple[bool, tuple[Part, ...]]] = []
    parts: list[Part] = []
    required, at = True, 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or (found["open"] and not required) or (found["close"] and required):
            raise ValueError(f"a brace or bracket has no partner at character {at + 1} of '{text}'")
        at = found.end()
        if found["open"] or found["close"]:
            if parts:
                groups.append((required, tuple(parts)))
            parts, required = [], bool(found["close"])
        else:
            name, pattern = found["name"], found["pattern"] or ""
            parts.append(FieldPart(name, pattern, unwanted=found["use"] == "!") if name else found["text"])
    if not required:
        raise ValueError(f"a bracket is not closed in '{text}'")
    if parts:
        groups.append((True, tuple(parts)))
    return Template(tuple(groups))
