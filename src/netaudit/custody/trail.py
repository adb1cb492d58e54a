"""The audit trail: files to which entries are only ever appended, each holding the checksum of the one before."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from netaudit.custody.trail_check import BEGINNINGS, Checked, check_chain
from netaudit.custody.trail_end import End, backwards, catch_up, damaged, find_end, meet_second, unreachable
from netaudit.custody.trail_entries import Entry, canonical, next_entry, parse
from netaudit.custody.trail_files import (
    alone,
    lines,
    make_folder,
    segment_path,
    segments,
    shared,
    snapshot,
    sync_folder,
    whole_size,
    write_at,
)
from netaudit.custody.trail_restart import NEW, PLACE, begin_anew
from netaudit.custody.trail_second import SecondPlace
from netaudit.definitions.audit_events import EVENTS
from netaudit.errors import unwritable

__all__ = ["Entry", "Trail", "canonical"]


_NO_SECOND = "no second place was looked at: that entries were cut off at the end, or all rewritten, cannot be found"


class Trail:
    """Appends entries, and reads them back."""

    def __init__(self, folder: Path, second: Path | None = None) -> None:
        """Name the folder, and the second place that is told each head; both are made when they are needed."""
        self.folder = folder  # holds the lock, the folder with the trail's files, and trails that were set aside
        self.second = second
        self.is_behind = False  # after an entry: the second place could not be told

    @property
    def place(self) -> Path:
        """Return where the files are: a copy may be without the folder around them."""
        inner = self.folder / PLACE
        return inner if inner.is_dir() or not segments(self.folder) else self.folder

    @property
    def exists(self) -> bool:
        """Return whether anything was ever written here."""
        return bool(segments(self.place))

    @property
    def is_restarting(self) -> bool:
        """Return whether a restart was stopped in the middle."""
        return not self.place.is_dir() and (self.folder / NEW).is_dir()

    def append(
        self,
        kind: str,
        about: Mapping[str, Any],
        *,
        who: str,
        at: datetime,
        must_reach_second: bool = False,
        whole: bool = False,
        settings: str = "",
    ) -> Entry:
        """Return the entry that now stands, on disk, at the end.

        Args:
            kind: one of EVENTS.
            about: what is to be known of it; nothing of anybody in the logs.
            who: the officer, or the account of the machine.
            at: the moment.
            must_reach_second: refuse where the second place cannot be told: for what reveals or destroys. Then all of
                the trail is checked, too.
            whole: check all of the trail before, not only its end.
            settings: a digest of all settings as they are.

        Raises:
            StoreError: it cannot be written, or the trail does not end as it was left; then what was to be recorded
                must not be done.
        """
        if kind not in EVENTS:
            raise ValueError(kind)
        with self._ready(who, at, must_reach_second=must_reach_second) as end:
            if whole or must_reach_second:
                self._refuse_faults()
            return self._add(end, kind, about, who, at, settings, must_tell=must_reach_second)

    def shorten(self, before: datetime, *, who: str, at: datetime, keep_from: int | None = None) -> Entry | None:
        """Take away whole files all of whose entries are older than a moment; return the entry that says so.

        What was to be taken away earlier, and was stopped, is taken away now. The last file always stays.

        Args:
            before: the moment.
            who: the officer, or the account of the machine.
            at: now.
            keep_from: the number of an entry that has to stay, with all that follow.

        Raises:
            StoreError: the trail is damaged, or the second place cannot be told: then nothing is taken away.
        """
        with self._ready(who, at, must_reach_second=True) as end:
            self._refuse_faults()
            files = segments(self.place)
            entries = [parse(line) for _, path in files for line in lines(path)]
            done = max((one.about["last"] for one in entries if one.kind == "trail.shortened"), default=0)
            entry, last = None, done
            for (first, _), (following, _) in pairwise(files):
                is_old = all(one.at < before for one in entries if first <= one.number < following)
                if not is_old or (keep_from is not None and following > keep_from):
                    break
                last = max(last, following - 1)
            if last > done:
                head = next(one for one in entries if one.number == last)
                about = {"first": entries[0].number, "last": last, "head": head.sha256, "before": before.isoformat()}
                entry = self._add(end, "trail.shortened", about, who, at, entries[-1].settings, must_tell=True)
            for (_, path), (following, _) in pairwise(files):
                if following - 1 <= last:
                    path.unlink()
                    sync_folder(path.parent)  # one after another: what is left begins where another file began
            return entry

    def restart(self, about: Mapping[str, Any], *, who: str, at: datetime, aside: str) -> Entry:
        """Set a damaged trail aside as it is, and begin a new one; return its first entry.

        Stopped in the middle, the same goes on: until then nothing can be appended.

        Args:
            about: the reason, and who agreed.
            who: the officer, or the account of the machine.
            at: the moment.
            aside: the name of the folder, beside the trail, that keeps the old one.

        Raises:
            StoreError: the trail is not damaged, or the second place cannot be told.
        """
        with ExitStack() as stack:
            try:
                make_folder(self.folder)
                stack.enter_context(alone(self.folder / "lock"))
                second = SecondPlace(self.second) if self.second else None
                return begin_anew(stack, self.folder, self._check(), second, about, who, at, aside)
            except OSError as error:
                raise unwritable(error.filename or self.folder, error.strerror) from error

    def entries(self) -> Iterator[Entry]:
        """Yield all entries as they stood when this was called, the oldest first.

        Raises:
            StoreError: an entry does not follow from the one before.
        """
        files = snapshot(self.place, self.folder / "lock")
        if faults := check_chain(files, None).faults:
            raise damaged(self.folder, faults[0])
        for _, path, size in files:
            for line in lines(path, size):
                if line.endswith(b"\n"):  # what was never whole was never done
                    yield parse(line)

    def latest(self, kind: str = "") -> Entry | None:
        """Return the last entry, or the last one of a kind; read from the end, so that it takes no time.

        Raises:
            StoreError: the end is damaged.
        """
        files = snapshot(self.place, self.folder / "lock")
        found = (
            backwards(self.place, [(first, path) for first, path, _ in files], whole_size(files[-1][1])[0])
            if files
            else ()
        )
        return next((one for one in found if not kind or one.kind == kind), None)

    def check(self, wanted: Sequence[int] = ()) -> Checked:
        """Return what is known of the trail after all of it, and the second place, was read.

        Args:
            wanted: numbers of entries whose lines' checksums are needed.
        """
        with shared(self.folder / "lock"):
            return self._check(wanted)

    def _check(self, wanted: Sequence[int] = ()) -> Checked:
        heads: list[bytes] | None = None
        failure: OSError | None = None
        if self.second:
            second = SecondPlace(self.second)
            try:
                second.folder.stat()
                heads = list(second.heads()) if second.path.exists() else []
            except OSError as error:
                failure = error
        found = check_chain([(first, path, path.stat().st_size) for first, path in segments(self.place)], heads, wanted)
        if isinstance(failure, FileNotFoundError) and not (found.last and found.last.told):
            found.remarks.append("the second place has not been told of anything yet")
        elif failure:
            found.unreachable = f"the second place cannot be read: {failure.strerror}"
        elif heads is None:
            found.remarks.append(_NO_SECOND)
            if found.last and found.last.told:
                found.remarks.append(f"there is one, which was told up to entry {found.last.told}: give it")
        if self.is_restarting:
            found.say("a restart was stopped in the middle: restart again")
        return found

    def _refuse_faults(self) -> None:
        if faults := self._check().faults:
            raise damaged(self.folder, faults[0])

    @contextmanager
    def _ready(self, who: str, at: datetime, *, must_reach_second: bool) -> Iterator[End]:
        """Give the end of the trail, mended and known to the second place, and let nobody else write meanwhile."""
        with ExitStack() as stack:
            try:
                make_folder(self.folder)
                stack.enter_context(alone(self.folder / "lock"))
                if self.is_restarting:
                    raise damaged(self.folder, "a restart was stopped in the middle: restart again")
                make_folder(self.place)
                end = find_end(self.place)
                if self.second:
                    meet_second(stack, end, self.second, must_reach=must_reach_second)
                settings = end.last.settings if end.last else ""
                late = catch_up(end, must_reach=must_reach_second)
                if end.torn:
                    about = {"bytes": len(end.torn), "sha256": hashlib.sha256(end.torn).hexdigest()}
                    self._add(end, "trail.repaired", about, who, at, settings, must_tell=must_reach_second)
                if late:
                    self._add(end, "trail.behind", late, who, at, settings, must_tell=must_reach_second)
                yield end
            except OSError as error:
                raise unwritable(self.folder, error.strerror) from error

    def _add(
        self, end: End, kind: str, about: Mapping[str, Any], who: str, at: datetime, settings: str, *, must_tell: bool
    ) -> Entry:
        """Return the entry that was written, and told to the second place; a new trail begins with one of its own."""
        if end.last is None and kind not in BEGINNINGS:
            beginning = {"trail": secrets.token_hex(16)}
            if kind == "trail.repaired":  # what was cut short was the very beginning
                return self._add(end, "trail.begun", {**about, **beginning}, who, at, settings, must_tell=must_tell)
            self._add(end, "trail.begun", beginning, who, at, settings, must_tell=must_tell)
        trail = end.last.trail if end.last else str(about["trail"])
        entry = next_entry(end.last, kind, about, who, at, trail=trail, told=end.told, settings=settings)
        was_told = end.last is None or end.told >= end.last.number - 1
        is_new_year = end.last is not None and end.offset > 0 and entry.at.year > end.last.at.year
        if end.path is None or (is_new_year and not end.torn):  # what repairs a line takes its place
            end.path, end.offset = segment_path(self.place, entry.number), 0
        write_at(end.path, end.offset, entry.line)
        end.last, end.offset, end.torn = entry, end.offset + len(entry.line), b""
        if self.second and not self._tell(end, entry, self.second, must_tell=must_tell):
            self.is_behind = True
            if was_told and kind != "trail.behind":
                about = {"state": "unreachable", "since": end.told}
                self._add(end, "trail.behind", about, who, at, settings, must_tell=False)
        return entry

    @staticmethod
    def _tell(end: End, entry: Entry, second: Path, *, must_tell: bool) -> bool:
        if end.second is None:
            return False
        try:
            end.second.tell([entry])
        except OSError as error:
            end.second = None
            if must_tell:
                raise unreachable(second, error) from error
            return False
        end.told = entry.number
        return True
