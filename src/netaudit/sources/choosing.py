"""Which files of an origin are lists of a source, and what class each of them stands for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from netaudit.definitions.list_sources import CLASSED_SYNTAXES, ListSource
from netaudit.sources.limits import refused

_ENDINGS = (".txt", ".list", ".lst", ".hosts", ".conf", ".csv", ".json", ".dat")
_LISTS = ("domains", "urls")  # of squidGuard; beside them stand expressions and words on how a class is used
_V2FLY = ("data/*", "*")


class Chosen(NamedTuple):
    """A file and the class it stands for; none if the file itself says what class each row has."""

    path: str
    upstream: str | None
    is_list: bool = True  # false for what stands beside the lists of a class


def chosen(source: ListSource, paths: Iterable[str], where: str) -> list[Chosen]:
    """Return the files that count.

    Raises:
        InputError: there is none for any class that is taken, or there are two for one class.
    """
    visible = sorted(path for path in paths if not any(part.startswith(".") for part in path.split("/")))
    found = list(_chosen(source, visible))
    if not any(one.is_list and (one.upstream is None or one.upstream in source.classes) for one in found):
        remedy = f"give what {source.homepage} offers, whole"
        raise refused(f"there is no list of {source.name} in it", where, remedy)
    _one_place_each(source, found, where)
    return found


def _chosen(source: ListSource, paths: Sequence[str]) -> Iterator[Chosen]:
    if source.syntax == "squidguard":
        for path in paths:
            folder, _, name = path.rpartition("/")
            yield Chosen(path, folder.rpartition("/")[2], name in _LISTS)
    elif source.syntax == "v2fly":
        yield from (Chosen(path, None) for path in _first(source.files or _V2FLY, paths))
    elif source.syntax in CLASSED_SYNTAXES:
        yield from (Chosen(path, None) for path in _first(source.files or ("*",), paths))
    elif source.members:
        for upstream, globs in source.members.items():
            yield from (Chosen(path, upstream) for path in _first(globs, paths))
    else:
        yield from (Chosen(path, _class_of(source, path)) for path in _first(source.files or ("*",), paths))


def _first(globs: Iterable[str], paths: Sequence[str]) -> list[str]:
    """Return what the first of the globs finds that finds anything.

    A glob that begins with "/" starts at the top: below the one folder that everything lies in, if there is one.
    """
    tops = {path.partition("/")[0] for path in paths if "/" in path}
    top = f"{tops.pop()}/" if len(tops) == 1 and all("/" in path for path in paths) else ""
    for glob in globs:
        found = [path for path in paths if PurePosixPath("/" + path.removeprefix(top)).match(glob)]
        if found:
            return found
    return []


def _class_of(source: ListSource, path: str) -> str:
    if source.class_of == "source":
        return source.name
    name = PurePosixPath(path)
    if source.class_of == "folder":
        return name.parent.name
    return name.stem if name.suffix in _ENDINGS else name.name


def _one_place_each(source: ListSource, found: Iterable[Chosen], where: str) -> None:
    """Refuse a class that stands in two places: one of them would be a surprise."""
    if source.class_of == "source":
        return
    places: dict[str, set[str]] = defaultdict(set)
    for one in found:
        if one.upstream is not None and one.upstream in source.classes and one.is_list:
            tree = source.syntax == "squidguard"
            places[one.upstream].add(one.path.rpartition("/")[0] if tree else one.path)
    for upstream, paths in places.items():
        if len(paths) > 1:
            first, second = sorted(paths)[:2]
            remedy = "give one of them alone"
            raise refused(f"class '{upstream}' stands in it twice: {first} and {second}", where, remedy)
