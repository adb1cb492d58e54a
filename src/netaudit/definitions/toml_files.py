"""TOML files read with all their faults: the one way a definition enters the program."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from netaudit.errors import DefinitionError, Problem

_KINDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
    date: "a date",
    datetime: "a date and time",
    time: "a time of day",
}
_NARROWER = (bool, datetime)  # kinds that Python takes for another: true for 1, a date and time for a date


def read_toml(path: Path) -> dict[str, Any]:
    """Return the contents of a TOML file.

    Raises:
        DefinitionError: the file is absent, unreadable, not UTF-8 or not TOML; says where.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(Problem(f"not TOML: {error}", str(path), "mend the line that is named")) from error
    except UnicodeDecodeError as error:
        raise DefinitionError(Problem("not UTF-8 text", str(path), "save the file as UTF-8")) from error
    except OSError as error:
        raise DefinitionError(
            Problem(f"cannot be read: {error.strerror}", str(path), "check the path and its permissions")
        ) from error


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the nearest known word, or all of them.

    >>> did_you_mean("zoen", ["zone", "lunch"])
    "did you mean 'zone'?"
    """
    known = sorted(known)
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return "known: " + ", ".join(known) if known else "leave it out"


def unknown_keys(table: Mapping[str, Any], known: Iterable[str], where: str, title: str = "key") -> list[Problem]:
    """Return one problem for each key of the table that is not known."""
    known = list(known)
    return [Problem(f"unknown {title} '{key}'", where, did_you_mean(key, known)) for key in table if key not in known]


def wrong_kind(table: Mapping[str, Any], kinds: Mapping[str, type | tuple[type, ...]], where: str) -> list[Problem]:
    """Return one problem for each value that is not of the kind asked for."""
    problems = []
    for key, kind in kinds.items():
        wanted = kind if isinstance(kind, tuple) else (kind,)
        value = table.get(key)
        strange = any(isinstance(value, kind) and kind not in wanted for kind in _NARROWER)
        if key in table and (strange or not isinstance(value, wanted)):
            words = " or ".join(_KINDS.get(one, one.__name__) for one in wanted)
            problems.append(Problem(f"'{key}' is not {words}", where, f"write {key} as {words}"))
    return problems
