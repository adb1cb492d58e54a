"""Templates: how a value is put together from the fields of a line, as a log format writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(r"\{(?P<name>[^{}~]+)(?:~(?P<pattern>[^{}]+))?\}|(?P<open>\[)|(?P<close>\])|(?P<text>[^{}\[\]]+)")


@dataclass(frozen=True, slots=True)
class FieldPart:
    """The value of a field; where a pattern is given, only if it matches, and of it the group if there is one."""

    name: str
    pattern: str = ""


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
    """Return the template that a text describes.

    `{name}` is the value of a field, `{name~pattern}` only if it matches, `[...]` may be missing, other text stands
    for itself. A text without braces is the name of a field. Of a pattern with a group, what the group holds is the
    value: `{method~^CONNECT()$}` is a condition that adds no text.

    Raises:
        ValueError: a brace or bracket that has no partner.

    >>> [field.name for field in parse_template("[{scheme}://]{host}").fields()]
    ['scheme', 'host']
    >>> parse_template("cs-username") == parse_template("{cs-username}")
    True
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
            parts.append(FieldPart(found["name"], found["pattern"] or "") if found["name"] else found["text"])
    if not required:
        raise ValueError(f"a bracket is not closed in '{text}'")
    if parts:
        groups.append((True, tuple(parts)))
    return Template(tuple(groups))
