"""What a purge destroys, and what it leaves: told before, written down, and told afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

FILES, RUNS, CLASS_MAPS, POLICIES = "files", "runs", "class_maps", "policies"
REPORTS, TRAIL, CERTIFICATES = "reports", "trail", "certificates"
SEALED_NAME = "identity_"  # how the key of a sealed name is called; it lies under the number of its case
NOT_TABLES = frozenset({FILES, RUNS, CLASS_MAPS, POLICIES, REPORTS, TRAIL, CERTIFICATES})
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True, order=True)
class FileItem:
    """A file as it was."""

    name: str  # its place (store, reports, certificates) and its path there
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is destroyed."""

    what: str  # a table, or one of NOT_TABLES
    period: str  # "" where it belongs to none
    why: str
    due: str = ""  # the first day on which it was past its time
    rows: int = 0
    key: str = ""  # what names its key; "" where there was none any more
    files: tuple[FileItem, ...] = ()
    entries: tuple[str, ...] = ()  # what is no file: checksums of log files, numbers of runs and cases

    @property
    def place(self) -> tuple[str, str]:
        """Return table and period."""
        return self.what, self.period

    def __str__(self) -> str:
        """Return it in words."""
        counts = [
            f"{self.rows:,} rows" if self.rows else "",
            f"{len(self.files):,} files" if self.files else "",
            f"{len(self.entries):,} entries" if self.entries else "",
            f"key {self.key}" if self.key else "",
        ]
        said = ", ".join(filter(None, counts)) or "nothing but its place"
        return f"{named(self.what, self.period)}: {said} ({self.why})"


@dataclass(frozen=True, slots=True)
class Held:
    """Something that is past its time and stays."""

    what: str
    period: str
    why: str

    def __str__(self) -> str:
        """Return it in words."""
        return f"{named(self.what, self.period)}: {self.why}"


def named(what: str, period: str) -> str:
    """Return what something is called.

    >>> named("events", "2026-W11"), named("identity_1f2e3d4c", "F-7KQ2M9XWTB"), named("runs", "")
    ('events of 2026-W11', 'sealed name of case F-7KQ2M9XWTB', 'runs')
    """
    if what.startswith(SEALED_NAME):
        return f"sealed name of case {period}"
    return f"{what} of {period}" if period else what


@dataclass(frozen=True, slots=True)
class Plan:
    """What a purge is about to do."""

    items: tuple[Item, ...] = ()
    held: tuple[Held, ...] = ()

    def tables(self) -> list[Item]:
        """Return the items that are tables, or keys of periods."""
        return [item for item in self.items if item.what not in NOT_TABLES]

    def of(self, what: str) -> Item | None:
        """Return the item of a kind of which there is one at most."""
        return next((item for item in self.items if item.what == what), None)


def as_json(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Return items as they are written."""
    return [asdict(item) for item in items]


def from_json(raw: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    """Return items that were written."""
    return tuple(
        Item(**{**one, "files": tuple(FileItem(**file) for file in one["files"]), "entries": tuple(one["entries"])})
        for one in raw
    )


def described(root: str, folder: Path, paths: Iterable[Path], *, hashed: bool) -> tuple[FileItem, ...]:
    """Return files as they are now.

    Args:
        root: what the folder is called.
        folder: in which they lie.
        paths: of the files.
        hashed: with their checksums; otherwise these are empty.
    """
    return tuple(
        FileItem(f"{root}/{path.relative_to(folder)}", _sha256(path) if hashed else "", path.stat().st_size)
        for path in sorted(paths)
    )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def merged(
    before: Iterable[Item],
    now: Plan,
    begun: Callable[[Item], bool],
    still_there: Callable[[Item, str], bool],
) -> Plan:
    """Return the plan of an attempt that goes on where another one stopped.

    What that one has begun is finished, and what it has destroyed stays listed; what it had not reached is done only
    if it is still past its time, and not held.

    Args:
        before: what the other one was about to destroy.
        now: what is past its time now.
        begun: whether nothing can stay of an item, because its key is destroyed.
        still_there: whether a file or an entry of an item is there; told by its name.
    """
    fresh = {item.place: item for item in now.items}
    items: list[Item] = []
    finished: set[tuple[str, str]] = set()
    for old in before:
        new = fresh.pop(old.place, None)
        files = {one.name: one for one in old.files if new is not None or begun(old) or not still_there(old, one.name)}
        entries = [one for one in old.entries if new is not None or not still_there(old, one)]
        if new is None and not begun(old) and not (files or entries):
            continue
        finished.add(old.place)
        later = tuple(one for one in new.files if files.get(one.name) != one) if new else ()
        items.append(
            replace(
                old,
                rows=max(old.rows, new.rows if new else 0),
                key=old.key or (new.key if new else ""),
                files=(*files.values(), *later),
                entries=tuple(dict.fromkeys([*entries, *(new.entries if new else ())])),
            )
        )
    held = tuple(one for one in now.held if (one.what, one.period) not in finished)
    return Plan((*items, *fresh.values()), held)


def is_past(today: date, last_day: date | None) -> bool:
    """Return whether a day lies after the last one on which something is kept."""
    return last_day is not None and today > last_day
