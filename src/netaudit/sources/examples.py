"""Whether the examples inside an adapter yield what they say."""

from __future__ import annotations

from collections.abc import Callable

from netaudit.definitions.list_sources import ListSource, SourceExample
from netaudit.errors import InputError, Problem
from netaudit.sources.limits import Limits
from netaudit.sources.reading import read_source
from netaudit.sources.tree import Content, Member, tree_of


def check_source(source: ListSource) -> list[Problem]:
    """Return a problem for each thing that an example says and reading it does not."""
    problems = []
    for number, example in enumerate(source.examples, start=1):
        where = f"{source.path}: [[example]] {number}"
        try:
            problems += _faults(source, example, where)
        except InputError as error:
            problems += [Problem(one.what, where, one.remedy) for one in error.problems]
    return problems


def _faults(source: ListSource, example: SourceExample, where: str) -> list[Problem]:
    members = [Member(path, read=_reader("\n".join(lines))) for path, lines in example.files.items()]
    reading = read_source(source, tree_of(members, Limits(), where))
    found = dict(reading.rows.select("pattern", "category").iter_rows())
    problems = [
        Problem(f"'{pattern}' is {found.get(pattern, 'not read')}, not {category}", where)
        for pattern, category in example.yields.items()
        if found.get(pattern) != category
    ]
    problems += [
        Problem(f"'{pattern}' is read as {category}", where, "add it to yields, or mend the adapter")
        for pattern, category in found.items()
        if pattern not in example.yields
    ]
    if example.unused is not None and dict(example.unused) != dict(reading.unused):
        counts = ", ".join(f'"{reason}" = {count}' for reason, count in reading.unused.items())
        problems.append(Problem("other lines are unused than it says", where, f"unused = {{ {counts} }}"))
    return problems


def _reader(text: str) -> Callable[[], Content]:
    return text.encode
