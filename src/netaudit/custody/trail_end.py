"""Where an audit trail ends: found without reading all of it, and held against what the second place knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netaudit.custody.trail_entries import Entry, NoEntryError, parse
from netaudit.custody.trail_files import lines_backwards, segments, whole_size
from netaudit.custody.trail_second import Head, SecondPlace
from netaudit.errors import Problem, StoreError

_REMEDY = "see `netaudit audit verify`; `netaudit audit restart` sets a damaged trail aside and begins a new one"


@dataclass(slots=True)
class End:
    """Where the next entry goes."""

    place: Path  # of the files
    last: Entry | None
    path: Path | None  # of the file that ends the trail
    offset: int  # where its whole lines end
    torn: bytes  # what follows them
    told: int  # the last entry that the second place has
    second: SecondPlace | None = None  # None: there is none, or it cannot be reached


def damaged(place: Path, what: str) -> StoreError:
    """Return what to say of a trail that is not as it was left."""
    return StoreError(Problem(f"the audit trail is damaged: {what}", str(place), _REMEDY))


def unreachable(second: Path, error: OSError) -> StoreError:
    """Return what to say where the second place has to be told, and cannot be."""
    remedy = "what reveals or destroys something waits until the place can be written to; other commands go on"
    return StoreError(
        Problem(f"the second place of the audit trail cannot be told: {error.strerror}", str(second), remedy)
    )


def find_end(place: Path) -> End:
    """Return where the next entry goes, from the last lines alone.

    Raises:
        StoreError: the last entry was changed.
    """
    files = segments(place)
    if not files:
        return End(place, None, None, 0, b"", 0)
    number, path = files[-1]
    offset, size = whole_size(path)
    torn = b""
    if size > offset:
        with path.open("rb") as stream:
            stream.seek(offset)
            torn = stream.read()
    last = next(backwards(place, files, offset), None)
    if (last is None and number != 1) or (last and not offset and number != last.number + 1):
        raise damaged(place, "its last file does not follow the one before")
    return End(place, last, path, offset, torn, last.told if last else 0)


def meet_second(stack: ExitStack, end: End, folder: Path, *, must_reach: bool) -> None:
    """Hold the end against what the second place knows, and keep others from telling it while the stack lives.

    Raises:
        StoreError: the two do not agree, or the place has to be reached and cannot be.
    """
    second = SecondPlace(folder)
    try:
        if not end.told:  # one that was told before and is gone is no place to begin in
            second.make()
        stack.enter_context(second.alone())
        head = second.last()
    except NoEntryError as error:
        raise damaged(folder, f"the second place's last line {error}") from error
    except OSError as error:
        if must_reach:
            raise unreachable(folder, error) from error
        return
    end.second = second
    if head is None:
        if end.told:
            raise damaged(end.place, "the second place was emptied")
        return
    if fault := _disagreement(end, head):
        raise damaged(end.place, fault)
    end.told = head.number


def _disagreement(end: End, head: Head) -> str:
    if end.last is None:
        if end.torn:
            return f"its first entry is cut short, but the second place knows one of {head.number} entries"
        return (
            f"there is none here, but the second place knows one of {head.number} entries: --out or [audit] folder "
            "names another folder than before, or it was taken away"
        )
    if head.trail != end.last.trail:
        return "the second place knows another trail: an older one was put back, or the place is shared"
    if head.number > end.last.number:
        return f"it ends with entry {end.last.number}, but the second place knows entry {head.number}"
    if head.number < end.told:
        return f"the second place ends with entry {head.number}, but was told entry {end.told}"
    back = backwards(end.place, segments(end.place), end.offset)
    own = next((one for one in back if one.number <= head.number), None)
    is_same = own is not None and own.sha256 == head.sha256
    return "" if is_same else f"entry {head.number} is not the one that the second place knows: forked or rewritten"


def catch_up(end: End, *, must_reach: bool) -> dict[str, Any] | None:
    """Tell the second place what it has missed; return what is to be noted of that, nothing if it cannot be told.

    Raises:
        StoreError: it has to be told, and cannot be.
    """
    if end.second is None or end.last is None or end.told == end.last.number:
        return None
    missed: list[Entry] = []
    for entry in backwards(end.place, segments(end.place), end.offset):
        if entry.number <= end.told:
            break
        missed.insert(0, entry)
    about = {
        "state": "caught up" if end.told else "joined",
        "first": missed[0].number,
        "last": missed[-1].number,
    }
    second = end.second
    try:
        second.tell(missed)
    except OSError as error:
        end.second = None
        if must_reach:
            raise unreachable(second.folder, error) from error
        return None
    end.told = missed[-1].number
    return about


def backwards(place: Path, files: Sequence[tuple[int, Path]], offset: int) -> Iterator[Entry]:
    """Yield the entries from the end on; each is held against the one after it."""
    after: Entry | None = None
    for position, (_, path) in enumerate(reversed(files)):
        for line in lines_backwards(path, path.stat().st_size if position else offset):
            try:
                entry = parse(line)
            except NoEntryError as error:
                number = f"entry {after.number - 1}" if after else "the last entry"
                raise damaged(place, f"{number} {error}") from error
            if after and (after.previous, after.number) != (entry.sha256, entry.number + 1):
                raise damaged(place, f"entry {after.number} does not follow the one before")
            yield entry
            after = entry
