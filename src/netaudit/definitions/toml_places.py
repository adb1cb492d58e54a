"""In which line of a TOML file a fault stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from netaudit.errors import Problem

_HEADING = re.compile(r"\s*\[{1,2}\s*([A-Za-z0-9_.-]+)\s*\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([A-Za-z0-9_.-]+))\s*=""")
_WHERE = re.compile(r"(?:\[{1,2})?([a-z_]+)(?:\]{1,2})?(?: (\d+))?(?:, ([a-z]+))?")
_NAMED = re.compile(r"'([^']+)'|^([a-z_]+): |^time\.([a-z]+) ")
_SAID = re.compile(r"^unknown ([a-z_]+) '")  # the key, of a value that is no known word
_LONG = ("'''", '"""')  # between two of these, a text goes over several lines


@dataclass(frozen=True, slots=True)
class _Section:
    name: str  # as its heading has it; empty before the first
    number: int  # among those of the same name
    owner: int  # of `layout.fields`: the number of the layout
    line: int  # of the heading
    keys: dict[str, int]  # line of each


def in_lines(problems: Sequence[Problem], path: str, text: str) -> list[Problem]:
    """Return faults with the line in which each stands, as far as the file's headings and keys tell.

    Args:
        problems: whose places are `path: layout 2, checks`, `path: [time]`, or the like.
        path: of the file.
        text: of the file.
    """
    sections = list(_sections(text))
    found = []
    for problem in problems:
        before, _, where = problem.where.partition(": ")
        line = _line(sections, where, problem.what) if before == path else 0
        place = f"{path}:{line}" + (f": {where}" if where else "")
        found.append(replace(problem, where=place) if line else problem)
    return found


def _line(sections: Sequence[_Section], where: str, what: str) -> int:
    asked = _WHERE.fullmatch(where)
    name, number, part = asked.groups() if asked else ("", None, None)
    if where and not asked:
        return 0
    words = [next(filter(None, found)) for found in (*_NAMED.findall(what), *((one,) for one in _SAID.findall(what)))]
    top = next((one for one in sections if not one.name), None)
    if name and top and name in top.keys:  # `signature`, or `blocked = […]`
        return top.keys[name]
    own = [one for one in sections if one.name == (name or "") and one.number == int(number or 1)]
    inner = [one for one in sections if name and one.name.startswith(f"{name}.") and one.owner == int(number or 1)]
    if part:
        inner = [one for one in inner if one.name == f"{name}.{part}"]
    for one in (*inner, *own) if part else (*own, *inner):
        for word in words:
            if word in one.keys:
                return one.keys[word]
    return next((one.line for one in ((*inner, *own) if part else own)), 0)


def _sections(text: str) -> Iterator[_Section]:
    counts: dict[str, int] = {}
    now, inside = _Section("", 1, 1, 0, {}), ""
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if inside:
            inside = "" if inside in line else inside
            continue
        if heading := _HEADING.match(line):
            yield now
            name = heading[1]
            counts[name] = counts.get(name, 0) + 1
            owner = counts.get(name.partition(".")[0], 1)
            now = _Section(name, counts[name], owner, number, {})
        elif key := _KEY.match(line):
            now.keys.setdefault(key[1] or key[2] or key[3], number)
            inside = next((sign for sign in _LONG if line.count(sign) % 2), "")
    yield now
