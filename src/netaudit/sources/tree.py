"""The files of an origin by their paths: links are followed inside it, and nothing leads out of it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from netaudit.sources.limits import Limits, refused

Content = bytes | memoryview
Reader = Callable[[], Content]
_MOST_HOPS = 40  # as Linux: a link that leads over more links than that leads nowhere
_DRIVE = re.compile(r"[A-Za-z]:")
_SHOWN = 200  # characters of a name in a message


@dataclass(frozen=True, slots=True)
class Member:
    """What stands under one path: a file to read, a folder, or a link and where it leads."""

    path: str
    read: Reader | None = None
    target: str | None = None
    from_root: bool = False  # a hard link names its target from the root, a symbolic one from where it stands
    modified: float | None = None  # seconds since 1970, as an archive has them


@dataclass(frozen=True, slots=True)
class Tree:
    """Files by path; what a link leads to is there under the link's path too."""

    where: str
    files: Mapping[str, Reader]
    dangling: int = 0  # links to what the origin does not hold
    modified: float | None = None  # the newest file's time, where an archive tells it


def tidy(path: str, where: str) -> str:
    """Return a path from the root without needless parts; "" for the root itself.

    Raises:
        InputError: the path leads out.

    >>> tidy("./blacklists//ads/", "x.tar")
    'blacklists/ads'
    """
    if path.startswith("/") or _DRIVE.match(path):
        raise refused("it holds an absolute path", _at(where, path))
    if "\\" in path or "\0" in path:
        raise refused("it holds a path with a character that has no business in one", _at(where, path))
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if ".." in parts:
        raise refused("it holds a path that leads out of it", _at(where, path))
    return "/".join(parts)


def tree_of(members: Iterable[Member], limits: Limits, where: str) -> Tree:
    """Return the files of an origin, its links followed.

    Raises:
        InputError: a path or a link leads out, links lead round in a circle, or a path stands twice.
    """
    files: dict[str, Reader] = {}
    folders: set[str] = set()
    links: dict[str, Member] = {}
    modified: float | None = None
    for member in members:
        path = tidy(member.path, where)
        is_folder = member.read is None and member.target is None
        if path in files or path in links or (path in folders and not is_folder):
            raise refused("it holds one path twice", _at(where, path))
        if member.target is not None:
            links[path] = member
        elif member.read is not None:
            files[path] = member.read
            modified = max(modified or 0.0, member.modified or 0.0) or None
        else:
            folders.add(path)
        _count(len(files) + len(links) + len(folders), limits, where)
        if len(links) > limits.most_links:
            raise refused(f"it holds more than {limits.most_links:,} links", where)
    folders |= {above for path in (*files, *links, *folders) for above in _above(path)}
    for path in sorted(folders & {*files, *links}):
        raise refused("it holds one path twice, as a file and as a folder", _at(where, path))
    return replace(_Links(files, folders, links, limits, where).followed(), modified=modified)


def _above(path: str) -> Iterator[str]:
    """Yield the folders that a path lies in; the root is one."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def _count(count: int, limits: Limits, where: str) -> None:
    if count > limits.most_members:
        raise refused(f"it holds more than {limits.most_members:,} files", where)


@dataclass(slots=True)
class _Links:
    """Follows the links of an origin."""

    files: Mapping[str, Reader]  # what is really there
    folders: Collection[str]
    links: Mapping[str, Member]
    limits: Limits
    where: str
    _ends: dict[str, str] = field(default_factory=dict)  # link → where it leads
    _sorted: list[str] = field(default_factory=list)
    _held: dict[str, dict[str, Reader]] = field(default_factory=dict)  # folder → what it holds, by the path below it

    def followed(self) -> Tree:
        self._sorted = sorted(self.files)
        self._ends = {link: self._end(link) for link in self.links}
        self._no_circles()
        found = dict(self.files)
        dangling = 0
        for link, end in self._ends.items():
            found |= {f"{link}{below}": read for below, read in self._reached(end).items()}
            dangling += end not in self.files and end not in self.folders
            _count(len(found), self.limits, self.where)
        return Tree(self.where, found, dangling)

    def _reached(self, end: str) -> dict[str, Reader]:
        """Return the file at a path, or the files of the folder there, with what comes after the path."""
        if end in self.files:
            return {"": self.files[end]}
        return {f"/{below}": read for below, read in self._below(end).items()} if end in self.folders else {}

    def _below(self, folder: str) -> dict[str, Reader]:
        """Return the files of a folder and what its links lead to, by their paths below it."""
        if folder not in self._held:
            start = folder + "/" if folder else ""
            begin = bisect_left(self._sorted, start)
            end = bisect_left(self._sorted, start[:-1] + "0") if start else len(self._sorted)  # "0" comes after "/"
            held = {path[len(start) :]: self.files[path] for path in self._sorted[begin:end]}
            for link, leads_to in self._ends.items():
                if link.startswith(start):
                    below = link[len(start) :]
                    held |= {below + rest: read for rest, read in self._reached(leads_to).items()}
                    _count(len(held), self.limits, self.where)
            self._held[folder] = held
        return self._held[folder]

    def _end(self, link: str) -> str:
        """Return where a link leads in the end."""
        walked: list[str] = []
        ahead = link.split("/")
        hops = 0
        while ahead:
            part = ahead.pop(0)
            if part in {"", "."}:
                continue
            if part == "..":
                if not walked:
                    raise refused("a link leads out of it", _at(self.where, link))
                walked.pop()
                continue
            walked.append(part)
            member = self.links.get("/".join(walked))
            if member is not None and member.target is not None:
                hops += 1
                if hops > _MOST_HOPS:
                    raise refused("a link leads back to itself", _at(self.where, link))
                if member.target.startswith("/") or _DRIVE.match(member.target) or "\\" in member.target:
                    raise refused("a link leads out of it", _at(self.where, link))
                walked = [] if member.from_root else walked[:-1]
                ahead = member.target.split("/") + ahead
        return "/".join(walked)

    def _no_circles(self) -> None:
        """Refuse folders that hold themselves by way of links."""
        done: dict[str, bool] = {}  # false while it is being looked at
        for first in self._ends:
            ahead = [first]
            while ahead:
                link = ahead[-1]
                if link in done:
                    done[ahead.pop()] = True
                    continue
                done[link] = False
                end = self._ends[link]
                inside = [other for other in self._ends if other.startswith(f"{end}/" if end else "")]
                for other in inside if end in self.folders else ():
                    if done.get(other) is False:
                        raise refused("a link leads back to itself", _at(self.where, link))
                    if other not in done:
                        ahead.append(other)


def _at(where: str, path: str) -> str:
    return f"{where}: {path[:_SHOWN]}"
