"""What a proposal asks of a line before it claims it: its signature, the keys it needs, and what columns look like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from netaudit.definitions.formats import SYSLOG_TIME
from netaudit.ingest.propose.cut import Cut
from netaudit.ingest.propose.looks import NULLS
from netaudit.ingest.propose.meanings import Role
from netaudit.ingest.propose.times import TimeGuess

_NOTHING = {"", *NULLS}
_MOST_SHAPES = 4  # ways to write the time, in one log
_TELLING = ("request", "url", "host", "client", "method", "action", "status")
_CHECKS = {  # wide enough for odd values: a bad address loses the field, not the line
    "method": r"^[A-Za-z_-]*$",
    "status": r"^(?:\d{1,3}|-*)$",
    "request": r"^(?:[A-Za-z_-]+\s|-?$)",
    "result": r"^[A-Z_]+/\d{3}$",
}
_PARTS = re.compile(r"\d+|[^\W\d_]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Marks:
    """By what lines of a log are known."""

    signature: str
    needs: tuple[str, ...] = ()
    checks: Mapping[str, str] = field(default_factory=dict)


def marks_of(cut: Cut, roles: Mapping[str, Role], time: TimeGuess | None) -> Marks:
    """Return by what lines like those of a sample are known, and strangers' are not."""
    times = tuple(name for name in time.fields if name != SYSLOG_TIME) if time else ()
    used = [*times, *(roles[one].name for one in _TELLING if one in roles)]
    always = [name for name in dict.fromkeys(used) if all(row.get(name, "") not in _NOTHING for row in cut.rows)]
    if cut.parser == "w3c":
        return Marks(rf"(?i)#\s?Fields:.*{re.escape(max(cut.names, key=len))}", tuple(always))
    if cut.parser in {"cef", "leef"}:
        return Marks(cut.signature, (), {**cut.keys.get("checks", {}), **_looks_of(always, {})})
    if cut.parser in {"json", "keyvalue"}:
        key = max(always or used or cut.names[:1], key=len, default="")
        return Marks(_key_signature(cut, key), tuple(always))
    checks = {name: shape for name in times if (shape := _shape(cut.values(name)))}
    of_roles = {role.name: _CHECKS[one] for one, role in roles.items() if one in _CHECKS}
    return Marks(_signature(cut, times, checks), (), {**_looks_of(times, checks), **of_roles})


def _looks_of(names: Sequence[str], shapes: Mapping[str, str]) -> dict[str, str]:
    return {name: f"^(?:{shapes[name]})$" for name in names if name in shapes}


def _key_signature(cut: Cut, key: str) -> str:
    name = re.escape(key.rpartition(".")[2])
    gives = str(cut.keys.get("gives", "=")).strip()
    return rf'"{name}"\s*:' if cut.parser == "json" else rf'(?:^|[\s,;|>~^"]){name}"?{gives}'


def _signature(cut: Cut, times: Sequence[str], shapes: Mapping[str, str]) -> str:
    """Return the look of the time and what stands beside it."""
    first = next((name for name in times if name in shapes), "")
    if not first:
        return ""
    shape = f"(?:{shapes[first]})"
    sign = cut.keys.get("separator")
    if not isinstance(sign, str):
        return shape
    sign = re.escape(sign)
    return rf'{shape}"?\s*{sign}' if first != cut.names[-1] else rf'{sign}\s*"?{shape}'


def _shape(values: Sequence[str]) -> str:
    r"""Return a pattern of values that are written alike; nothing if they are written in many ways.

    >>> print(_shape(["10/Mar/2026 9:00", "11/Mar/2026 10:00"]))
    \d{2}/\w{3}/\d{4}\s\d{1,2}:\d{2}
    """
    by_kind: dict[str, list[list[str]]] = {}
    for value in values:
        parts = _PARTS.findall(value)
        by_kind.setdefault(" ".join(map(_kind, parts)), []).append(parts)
    if not 0 < len(by_kind) <= _MOST_SHAPES:
        return ""
    return "|".join("".join(_parts(alike)) for alike in by_kind.values())


def _kind(part: str) -> str:
    return "0" if part.isdigit() else "a" if part.isalpha() else "_" if part.isspace() else part


def _parts(alike: Sequence[Sequence[str]]) -> Iterator[str]:
    for column in zip(*alike, strict=True):
        lengths = sorted({len(part) for part in column})
        many = f"{{{lengths[0]}}}" if len(lengths) == 1 else f"{{{lengths[0]},{lengths[-1]}}}"
        match _kind(column[0]):
            case "0":  # a clock at nine in the morning may have a digit less than the sample's
                yield r"\d" + ("{1,2}" if lengths[0] == 1 else many)
            case "a":
                yield r"\w" + many if len(lengths) == 1 and column[0].isascii() else r"\S+"
            case "_":
                yield r"\s" + ("" if lengths == [1] else "+")
            case sign:
                yield re.escape(sign)
