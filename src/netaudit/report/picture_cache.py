"""Pictures that were drawn before: a private folder of them beside the reports, by checksum of what they show.

To draw takes a tenth of a second for each, and a year has hundreds that did not change. An entry counts only if its
checksum is right and it holds no element and no attribute but those we draw with; else the picture is drawn anew.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from markupsafe import Markup

from netaudit.report.picture_svg import is_clean

FOLDER = ".pictures"
"""The name of the folder, beside those of the audiences."""

Drawings = tuple[Markup, Markup]
_NAME = re.compile(r"[0-9a-f]{64}\.drawing")
_MOST = 2_000_000  # bytes; no drawing of ours comes near
_WRITTEN_ANEW = re.compile(r"[0-9a-f]{64}\.drawing\.[a-z0-9_]+")  # what a crash left


class Kept:
    """A folder of drawings; what was not asked for goes when it is closed."""

    def __init__(self, folder: Path) -> None:
        """Open a folder, which is made where it is missing and not used where it is not ours alone."""
        self._folder = folder
        self._asked: set[str] = set()
        self._usable = _is_private(folder)

    def get(self, key: str, draw: Callable[[], Drawings]) -> Drawings:
        """Return the drawings of a checksum, drawn only if they are not at hand."""
        name = f"{key}.drawing"
        self._asked.add(name)
        if not self._usable:
            return draw()
        found = _read(self._folder / name)
        if found is None:
            found = draw()
            _write(self._folder, name, found)
        return found

    def tidy(self) -> None:
        """Remove what this run did not ask for."""
        if not self._usable:
            return
        for path in self._folder.iterdir():
            mine = _NAME.fullmatch(path.name) or _WRITTEN_ANEW.fullmatch(path.name)
            if mine and path.name not in self._asked:
                with suppress(OSError):
                    path.unlink()


_KEPT: ContextVar[Kept | None] = ContextVar("kept_pictures", default=None)


@contextmanager
def kept_pictures(folder: Path) -> Iterator[None]:
    """Keep what is drawn meanwhile in a folder; when all went well, drop what was there and not asked for."""
    kept = Kept(folder)
    token = _KEPT.set(kept)
    try:
        yield
    finally:
        _KEPT.reset(token)
    kept.tidy()


def kept_or_drawn(key: str, draw: Callable[[], Drawings]) -> Drawings:
    """Return the drawings of a checksum, from the folder in use if there is one."""
    kept = _KEPT.get()
    return draw() if kept is None else kept.get(key, draw)


def _is_private(folder: Path) -> bool:
    """Whether a folder is a real one, ours, and closed to all others; it is made if need be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def _read(path: Path) -> Drawings | None:
    """Return the drawings of a file; None if it is missing or in any way not as it was written."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(opened, "rb") as file:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            return None
        content = file.read(_MOST + 1)
    digest, _, rest = content.partition(b"\n")
    if len(content) > _MOST or digest != hashlib.sha256(rest).hexdigest().encode():
        return None
    texts = rest.decode("utf-8", "replace").split("\n")
    if len(texts) != 2 or not all(map(is_clean, texts)):  # noqa: PLR2004  # wide and narrow
        return None
    return Markup(texts[0]), Markup(texts[1])  # noqa: S704  # seen to be nothing but what `cleaned` writes


def _write(folder: Path, name: str, drawings: Drawings) -> None:
    """Keep drawings; where that does not work they are drawn again next time."""
    rest = "\n".join(drawings).encode("utf-8")
    made = ""
    try:
        opened, made = tempfile.mkstemp(prefix=f"{name}.", dir=folder)  # 0600
        with os.fdopen(opened, "wb") as file:
            file.write(hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest)
        Path(made).replace(folder / name)
    except OSError:
        with suppress(OSError):
            Path(made).unlink()
