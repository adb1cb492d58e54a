"""TOML files read with all their faults: the one way a definition enters the program."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from netaudit.errors import Problem

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
_PLACE = re.compile(r"\(at line (\d+), column \d+\)$")
_HEADING = re.compile(r"\s*(\[{1,2})\s*([A-Za-z0-9_.-]+)\s*\]{0,2}\s*$")
_APART = "apart-from-the-rest-"
_MOST_FAULTS = 20  # of form; a file with more is something else
_REMEDY = "mend the line that is named"
_REMEDIES = {
    "Invalid value": "put text in double quotes",
    "Unescaped '\\'": "put text with a backslash in single quotes",
}
_NARROWER = (bool, datetime)  # kinds that Python takes for another: true for 1, a date and time for a date


def read_what_is_toml(path: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Return the contents of a TOML file without the lines that are not TOML, and one problem for each of those.

    With problems, the contents serve to find more faults and nothing else.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        return {}, [Problem(f"cannot be read: {error.strerror}", str(path), "check the path and its permissions")]
    return what_is_toml(content, str(path))


def what_is_toml(content: bytes, place: str) -> tuple[dict[str, Any], list[Problem]]:
    """Return what `read_what_is_toml` does, of bytes that were read already; `place` is named in the problems."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return {}, [Problem("not UTF-8 text", place, "save the file as UTF-8")]
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    problems: list[Problem] = []
    while len(problems) < _MOST_FAULTS:
        try:
            document = tomllib.loads("\n".join(lines))
            return {key: value for key, value in document.items() if not key.startswith(_APART)}, problems
        except (ValueError, RecursionError) as error:  # TOMLDecodeError is one; a number of 5000 digits is another
            words = str(error) if isinstance(error, ValueError) else "nested too deeply"
        what, number = _fault(words)
        remedy = next((remedy for start, remedy in _REMEDIES.items() if what.startswith(start)), _REMEDY)
        problems.append(Problem(f"not TOML: {what}", f"{place}:{number}" if number else place, remedy))
        if not number or not lines[number - 1].strip():
            break
        lines[number - 1] = _instead(lines[number - 1], number)
    return {}, problems


def _fault(words: str) -> tuple[str, int]:
    """Return what is wrong, and in which line; 0 where the reader does not know."""
    found = _PLACE.search(words)
    return (words[: found.start()].rstrip(), int(found[1])) if found else (words, 0)


def _instead(line: str, number: int) -> str:
    """Return what TOML can have in place of a line: a heading with its brackets, else nothing.

    What follows a heading that stands twice is put where nobody looks.
    """
    heading = _HEADING.match(line)
    if not heading:
        return ""
    mended = f"{heading[1]}{heading[2]}{']' * len(heading[1])}"
    return mended if mended != line.strip() else f"[{_APART}{number}]"


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
            remedy = f"write {key} = 2026-12-31, without quotes" if wanted == (date,) else f"write {key} as {words}"
            problems.append(Problem(f"'{key}' is not {words}", where, remedy))
    return problems
