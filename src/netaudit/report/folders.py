"""One folder for each audience, closed to all others, and swapped in whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO

from netaudit.report.tables import Table, csv_text

_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600


class Folder:
    """Collects the files of one audience beside the final place, then takes that place.

    Readers see the old folder or the new one; what the run did not write again is gone.
    """

    def __init__(self, final: Path) -> None:
        """Open an empty folder beside `final`; what a crashed run left there is removed."""
        final.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        self.final = final
        for left_by_a_crash in final.parent.glob(f".{final.name}-*"):
            shutil.rmtree(left_by_a_crash)
        self._work = Path(tempfile.mkdtemp(prefix=f".{final.name}-", dir=final.parent))  # mkdtemp makes it 0700
        self._names: list[str] = []
        self._folders = {""}
        self._noted: dict[str, str] | None = None

    @property
    def names(self) -> Sequence[str]:
        """Return the names of the files so far."""
        return self._names

    def page(self, name: str, html: bytes) -> None:
        """Add a page."""
        self._add(name, html)

    def csv(self, name: str, table: Table) -> None:
        """Add a table; the byte order mark tells Excel that it is UTF-8."""
        self._add(name, csv_text(table).encode("utf-8-sig"))

    def stream(self, name: str) -> BinaryIO:
        """Return a file that is written bit by bit; who opens it closes it."""
        self._make_folder(name)
        self._names.append(name)
        opened = os.open(f"{self._work}/{name}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
        return os.fdopen(opened, "wb")

    @contextmanager
    def noting(self) -> Iterator[dict[str, str]]:
        """Give the checksums of the files that are added within, by name."""
        noted: dict[str, str] = {}
        self._noted = noted
        try:
            yield noted
        finally:
            self._noted = None

    def take_over(self, files: Mapping[str, str]) -> bool:
        """Link files of the folder that is still in place, all or none, and return whether it was done.

        Args:
            files: their checksums by name; a file that has another is not taken.
        """
        if not all(_is_plain(name) and self._has(name, sha256) for name, sha256 in files.items()):
            return False
        linked: list[str] = []
        try:
            for name in files:
                self._make_folder(name)
                os.link(self.final / name, self._work / name, follow_symlinks=False)
                linked.append(name)
        except OSError:  # a disk that knows no links
            for name in linked:
                (self._work / name).unlink()
            return False
        self._names += linked
        return True

    def _has(self, name: str, sha256: str) -> bool:
        try:
            opened = os.open(self.final / name, os.O_RDONLY | os.O_NOFOLLOW)
            with os.fdopen(opened, "rb", buffering=0) as file:
                return hashlib.sha256(file.read()).hexdigest() == sha256
        except OSError:
            return False

    def publish(self) -> list[Path]:
        """Put the folder in its place and return the paths of its files."""
        old = Path(tempfile.mkdtemp(prefix=f".{self.final.name}-old-", dir=self.final.parent))
        if self.final.exists():
            self.final.rename(old / "folder")
        self._work.rename(self.final)
        shutil.rmtree(old)
        return [self.final / name for name in self._names]

    def discard(self) -> None:
        """Remove what was collected, after a failure."""
        shutil.rmtree(self._work, ignore_errors=True)

    def _make_folder(self, name: str) -> None:
        folder = name.rpartition("/")[0]
        if folder not in self._folders:
            for path in (*reversed(PurePath(folder).parents), PurePath(folder)):
                (self._work / path).mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
            self._folders.add(folder)

    def _add(self, name: str, content: bytes) -> None:
        self._make_folder(name)
        # Exclusive: two pages of one name are a fault, not a page the less. No file object: there can be thousands.
        opened = os.open(f"{self._work}/{name}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(opened, left) :]
        finally:
            os.close(opened)
        self._names.append(name)
        if self._noted is not None:
            self._noted[name] = hashlib.sha256(content).hexdigest()


def _is_plain(name: str) -> bool:
    """Whether a name leads to no place outside its folder."""
    return ".." not in PurePath(name).parts and not PurePath(name).is_absolute()
