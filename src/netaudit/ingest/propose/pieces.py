"""Fields that hold two values: a name with an address, sizes with a slash between, a method before an address."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from netaudit.definitions.log_words import METHODS
from netaudit.ingest.propose.cut import Cut
from netaudit.ingest.propose.looks import HOST, LOOKS, NULLS, is_action, is_ip, is_lasted, is_size

_LOOKED_AT = 300
_NEARLY_ALL = 0.95
_WHOLE = ("url", "host", "path", "mime", "request", "size", "result", "method", "ip", "lasted")
_LABEL = re.compile(r"(?!(?i:cn|uid|ou|dc)=)[A-Za-z_][\w.-]*[=:](?!//)")
_FEWEST = 3


def _is_account(value: str) -> bool:
    return bool(re.fullmatch(r"[\w.'\\-]+", value)) and not value.isdigit()


def _is_place(value: str) -> bool:
    return "://" in value or value.startswith("/") or bool(HOST.match(value))


# What stands before a sign and behind it: how the whole is cut, and what both look like. The first that fits counts.
_WAYS: tuple[tuple[str, str, Callable[[str], bool], Callable[[str], bool]], ...] = (
    (r"^(.*)@([^@]+)$", "an account and an address", _is_account, is_ip),
    (r"^([^@]+)@(.*)$", "an address and an account", is_ip, _is_account),
    (r"^(.*)[/,;|]([^/,;|]+)$", "an account and an address", _is_account, is_ip),
    (r"^([^/,;|]+)[/,;|](.*)$", "an address and an account", is_ip, _is_account),
    (r"^(\d+[A-Za-z]*)[/|+:,]([\d]+[A-Za-z]*)$", "two numbers", is_size, is_size),
    (r"^([A-Z]+)[:/|,](.+)$", "a method and an address", lambda value: value in METHODS, _is_place),
    (r"^(\d\d\d)[/:|,-]([A-Za-z_-]+)$", "a status and a word", LOOKS["status"], is_action),
    (r"^([A-Za-z_-]+)[/:|,-](\d\d\d)$", "a word and a status", is_action, LOOKS["status"]),
    (r"^(\d\d\d)[/:|,]([\d.]+[A-Za-z]*)$", "a status and a number", LOOKS["status"], is_lasted),
    (r"^([^>]+?)\s?->\s?(.+)$", "a client and what it asked", is_ip, lambda value: is_ip(value) or _is_place(value)),
)


def with_pieces(cut: Cut, taken: Sequence[str]) -> Cut:
    """Return the cut with a field for each piece of fields that hold two values, or a label before their value."""
    for name in cut.names:
        if name in taken or name in cut.parts:
            continue
        values = [value for value in cut.values(name)[:_LOOKED_AT] if value not in NULLS]
        if len(values) < _FEWEST:
            continue
        if cut.parser == "columns" and (label := _label(values)):
            cut = _split(cut, name, ((label[:-1], f"^{re.escape(label)}(.*)$"),))
        elif not any(_share(LOOKS[look], values) >= _NEARLY_ALL for look in _WHOLE) and (way := _way(values)):
            cut = _split(cut, name, ((f"{name}_first", _first(way)), (f"{name}_second", _second(way))))
    return cut


def _label(values: Sequence[str]) -> str:
    """Return the label that stands before all values; empty if there is none."""
    found = {match[0] if (match := _LABEL.match(value)) else "" for value in values}
    return found.pop() if len(found) == 1 else ""


def _way(values: Sequence[str]) -> str:
    for pattern, _, left, right in _WAYS:
        pairs = [found for value in values if (found := re.match(pattern, value))]
        fits = [one for one in pairs if (one[1] in NULLS or left(one[1])) and (one[2] in NULLS or right(one[2]))]
        if len(fits) >= _NEARLY_ALL * len(values):
            return pattern
    return ""


def _first(pattern: str) -> str:
    """Return the pattern with its first group alone."""
    first, second = _groups(pattern)
    return pattern.replace(second, f"(?:{second[1:]}") if first != second else _only(pattern, 0)


def _second(pattern: str) -> str:
    first, second = _groups(pattern)
    return pattern.replace(first, f"(?:{first[1:]}") if first != second else _only(pattern, 1)


def _groups(pattern: str) -> tuple[str, str]:
    first, second = re.findall(r"\((?!\?)[^()]*\)", pattern)
    return first, second


def _only(pattern: str, keep: int) -> str:
    """Return the pattern in which only one of two groups that are alike takes its text."""
    number = iter(range(2))
    return re.sub(r"\((?!\?)", lambda found: found[0] if next(number) == keep else "(?:", pattern)


def _split(cut: Cut, name: str, pieces: Sequence[tuple[str, str]]) -> Cut:
    known = {*cut.names}
    named = [(new if new not in known else f"{name}_{new}", pattern) for new, pattern in pieces]
    names = [one for old in cut.names for one in ([new for new, _ in named] if old == name else [old])]
    rows = []
    for row in cut.rows:
        made: dict[str, str] = {}
        for old, value in row.items():
            if old != name:
                made[old] = value
                continue
            for new, pattern in named:
                if found := re.match(pattern, value):
                    made[new] = found[1]
        rows.append(made)
    parts = {new: f"{{{name}~{pattern}}}" for new, pattern in named}
    return replace(cut, names=tuple(names), rows=tuple(rows), parts={**cut.parts, **parts})


def _share(look: Callable[[str], bool], values: Sequence[str]) -> float:
    return sum(map(look, values)) / len(values)
