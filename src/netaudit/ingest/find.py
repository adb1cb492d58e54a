"""The log files that the command line names: each found once, in order; what leads nowhere is kept with its reason."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from netaudit.errors import Problem
from netaudit.ingest.logfile import EXPANSION_LIMIT, LogFile

_OTHERS = {".toml", ".md", ".py", ".html", ".key", ".sqlite"}
_NOTHING = Problem("no such file or folder", "", "check the path or the pattern")
_EMPTY = Problem("the folder holds no log file", "", "check the path")


def find_logs(arguments: Sequence[str], expansion_limit: int = EXPANSION_LIMIT) -> list[LogFile]:
    """Return the log files that paths, folders, globs and `-` name, sorted, each once.

    An argument that leads nowhere, a link in a folder that does, and a folder that cannot be looked into stand among
    them with the problem, so that the others can be read.

    Args:
        arguments: what the command line names.
        expansion_limit: how many times its size a compressed file may hold.
    """
    found: dict[Path, Problem | None] = {}
    standard_input = False
    for argument in arguments:
        if argument == "-":
            standard_input = True
            continue
        for path, problem in _of_argument(argument):
            found.setdefault(path, problem)
    logs = [LogFile(path, found[path], expansion_limit) for path in sorted(found)]
    return [LogFile(None, None, expansion_limit), *logs] if standard_input else logs


def _of_argument(argument: str) -> Iterator[tuple[Path, Problem | None]]:
    path = Path(argument)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        gone = isinstance(error, ValueError) or error.errno in {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}
        if not gone or _is_link(path):
            yield path, None  # opening it says why
            return
        inside = _of_pattern(path)
        yield from inside or [(path, _at(_NOTHING, path))]
        return
    if not stat.S_ISDIR(mode):
        yield path, None
        return
    inside = list(_of_folder(path))
    yield from inside or [(path, _at(_EMPTY, path))]


def _is_link(path: Path) -> bool:
    try:
        return path.is_symlink()
    except (OSError, ValueError):
        return False


def _of_pattern(path: Path) -> list[tuple[Path, Problem | None]]:
    try:
        inside = Path(path.anchor or ".").glob(str(path.relative_to(path.anchor)))
        return [(one, None) for one in inside if _may_be_log(one)]
    except (ValueError, OSError, NotImplementedError, IndexError):
        return []


def _of_folder(folder: Path) -> Iterator[tuple[Path, Problem | None]]:
    """Yield the files in a folder and below; hidden ones and those that this program writes are none."""
    closed: list[OSError] = []
    for place, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(place, name)
            if not name.startswith(".") and path.suffix.lower() not in _OTHERS and _may_be_log(path):
                yield path, None
    for error in closed:
        path = Path(error.filename)
        what = f"the folder cannot be looked into: {error.strerror}"
        yield path, Problem(what, str(path), "let the account that runs netaudit read it")


def _may_be_log(path: Path) -> bool:
    """Return whether to open what was found by the way: pipes, sockets and devices never are logs."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True  # opening it says why it cannot be read


def _at(problem: Problem, path: Path) -> Problem:
    return Problem(problem.what, str(path), problem.remedy)
