"""Formats of which some are broken: the sound ones, and what is known of the others, so that their logs can wait."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from netaudit.definitions.format_files import FORMATS_FOLDER, format_files, load_format, read_format
from netaudit.definitions.format_patterns import bytes_pattern_fault
from netaudit.definitions.formats import SCOPES, Format, Layout
from netaudit.errors import DefinitionError, Problem

# In a file of which some lines are no TOML, the name or the scope may stand in one of those.
_NAME = re.compile(r"""^\s*name\s*=\s*["']?([\w.-]+)""", re.MULTILINE)
_SCOPE = re.compile(r"^\s*scope\b", re.MULTILINE)
_NOT_WHERE_ANYBODY_WENT = "server"

TrySamples = Callable[[Format], Sequence[Problem]]


@dataclass(frozen=True, slots=True)
class BrokenFormat:
    """A definition with faults: nothing is read by it, and what it might have read waits until it is mended."""

    path: Path
    problems: tuple[Problem, ...]
    as_far: Format  # as far as it is well formed; its scope accuses nobody where it cannot be read
    has_name: bool = True  # False: nobody can tell what it is called, but for its file
    instead: tuple[Format, ...] = ()  # shipped formats in whose place it stands: they know its lines, and do not read
    sha256: str = ""

    @property
    def name(self) -> str:
        """Return what it is called."""
        return self.as_far.name

    @property
    def names(self) -> frozenset[str]:
        """Return all names by which somebody may ask for it."""
        others = (self.as_far, *self.instead)
        return frozenset(name for one in others for name in (one.name, *one.alias_names) if name) | {self.path.stem}

    @property
    def signatures(self) -> tuple[str, ...]:
        """Return patterns of the lines that are its own; none where that cannot be read."""
        signatures = (one.signature for one in (self.as_far, *self.instead))
        return tuple(dict.fromkeys(one for one in signatures if one and not bytes_pattern_fault(one)[0]))

    @property
    def in_words(self) -> str:
        """Return which it is and how much is wrong with it; not what, as samples may be lines of a log."""
        faults = f"{len(self.problems)} fault{'' if len(self.problems) == 1 else 's'}"
        return f"{self.path.name} is broken ({faults})"


@dataclass(frozen=True, slots=True)
class KnownFormats:
    """All formats, shipped and overlaid."""

    sound: tuple[Format, ...]  # sorted by name
    broken: tuple[BrokenFormat, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return every fault of those that are broken."""
        return tuple(problem for one in self.broken for problem in one.problems)

    @property
    def ever(self) -> tuple[Format, ...]:
        """Return all that lines may have been read by when they were read: the broken ones were not always."""
        return (*self.sound, *(each for one in self.broken for each in (one.as_far, *one.instead)))


def load_known_formats(
    overlays: Sequence[Path] = (), try_samples: TrySamples | None = None, *, thorough: bool = False
) -> KnownFormats:
    """Return all formats, shipped and overlaid; one that is broken stops no other.

    Of two with one name, nobody can tell which is meant: those of the site are broken. A shipped format in whose place
    a broken one stands is not there.

    Args:
        overlays: folders of the site.
        try_samples: returns what is wrong with the samples of a format of the site; None: they are not tried.
        thorough: try the patterns of shipped formats, too.
    """
    read = {path: read_format(path, thorough=thorough) for path in format_files(overlays)}
    faults = {path: tuple(problems) for path, (_, problems) in read.items()}
    for path, (one, _) in read.items():
        namesakes = [other for other, (known, _) in read.items() if known.name == one.name and other != path]
        if namesakes and one.name and (path.parent != FORMATS_FOLDER):
            where = " and ".join(sorted(map(str, (path, *namesakes))))
            twice = Problem(f"there are two formats '{one.name}'", where, "give one of them another name")
            faults[path] = (*faults[path], twice)
        if try_samples and not faults[path] and path.parent != FORMATS_FOLDER:
            faults[path] = tuple(try_samples(one))
    broken = tuple(_broken(path, read[path][0], problems) for path, problems in faults.items() if problems)
    replaced = {one.path for other in broken for one in other.instead}
    sound = [read[path][0] for path, problems in faults.items() if not problems and path not in replaced]
    return KnownFormats(tuple(sorted(sound, key=lambda one: one.name)), broken)


def _broken(path: Path, as_far: Format, problems: Iterable[Problem]) -> BrokenFormat:
    content = _bytes_of(path)
    text = content.decode("utf-8", "replace")
    said = _NAME.search(text)
    name = as_far.name or (said[1] if said else "")
    known = replace(
        as_far,
        name=name or path.stem,
        scope=_scope(as_far, text),
        layouts=as_far.layouts or (Layout("json"),),  # so that it has a dataset
    )
    instead = () if path.parent == FORMATS_FOLDER else tuple(_shipped(path.name, name))
    return BrokenFormat(path, tuple(problems), known, bool(name), instead, hashlib.sha256(content).hexdigest())


def _scope(as_far: Format, text: str) -> str:
    """Return the scope; where it cannot be read, one in which nobody went anywhere."""
    is_read = bool(as_far.sha256) or as_far.scope != "web" or (text != "" and not _SCOPE.search(text))
    says_web = re.search(r"""^\s*scope\s*=\s*["']web["']""", text, re.MULTILINE) is not None
    return as_far.scope if (is_read or says_web) and as_far.scope in SCOPES else _NOT_WHERE_ANYBODY_WENT


def _shipped(file_name: str, name: str) -> Iterable[Format]:
    for path in dict.fromkeys((FORMATS_FOLDER / file_name, FORMATS_FOLDER / f"{Path(name).name}.toml")):
        try:
            if path.is_file():
                yield load_format(path)
        except DefinitionError:  # it is told by itself
            continue


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
