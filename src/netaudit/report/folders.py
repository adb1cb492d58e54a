"""One folder for each audience, closed to all others, and swapped in whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path, PurePath

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

    def page(self, name: str, html: bytes) -> None:
        """Add a page."""
        self._add(name, html)

    def csv(self, name: str, table: Table) -> None:
        """Add a table; the byte order mark tells Excel that it is UTF-8."""
        self._add(name, csv_text(table).encode("utf-8-sig"))

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

    def _add(self, name: str, content: bytes) -> None:
        folder = name.rpartition("/")[0]
        if folder not in self._folders:
            for path in (*reversed(PurePath(folder).parents), PurePath(folder)):
                (self._work / path).mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
            self._folders.add(folder)
        # Exclusive: two pages of one name are a fault, not a page the less. No file object: there can be thousands.
        opened = os.open(f"{self._work}/{name}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(opened, left) :]
        finally:
            os.close(opened)
        self._names.append(name)
