"""Whether an audit trail is what was written: each entry follows the one before, and the second place agrees."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from netaudit.custody.trail_entries import FIRST, Entry, NoEntryError, parse
from netaudit.custody.trail_files import lines
from netaudit.custody.trail_second import Head, parse_head

BEGINNINGS = ("trail.begun", "trail.restarted")
_RELIED_ON: Mapping[str, Mapping[str, type]] = {
    "trail.shortened": {"last": int, "head": str},
    "trail.stamped": {"entry": int, "stamp_sha256": str},
    "setting.changed": {"changed": dict, "settings": dict},
}
_MOST_FAULTS = 20
Files = Sequence[tuple[int, Path, int]]  # the number of the first entry, the file, its size


@dataclass(slots=True)
class Checked:
    """What is known of a trail after all of it was read."""

    count: int = 0
    first: Entry | None = None
    last: Entry | None = None
    faults: list[str] = field(default_factory=list)  # any of these: the trail is not what was written
    remarks: list[str] = field(default_factory=list)  # what happened to it, and what cannot be known
    told: int = 0  # up to which entry the second place vouches for it; 0: there is none
    lines: dict[int, str] = field(default_factory=dict)  # SHA-256 of the lines that were asked for
    stamped: list[Entry] = field(default_factory=list)  # what says that there is a stamp
    of_cases: list[Entry] = field(default_factory=list)  # what says something of a case
    unreachable: str = ""  # why the second place could not be read, if it could not
    torn: int = 0  # bytes of a last line that was cut short: a crash, which the next entry repairs, or somebody cut it

    def say(self, fault: str) -> None:
        """Add a fault, unless there are enough."""
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(fault)
        elif len(self.faults) == _MOST_FAULTS:
            self.faults.append("and more: all that follows is to be doubted")


def check_chain(files: Files, heads: Iterable[bytes] | None, wanted: Collection[int] = ()) -> Checked:
    """Return what is known of a trail.

    Args:
        files: of the trail, the oldest first.
        heads: the lines of the second place; None: there is none.
        wanted: numbers of entries whose lines' checksums are needed.
    """
    found = Checked()
    known = None if heads is None else _heads(heads, found)
    shortened: list[Entry] = []
    for entry, line in _entries(files, found):
        found.first = found.first or entry
        found.last, found.count = entry, found.count + 1
        if entry.number in wanted:
            found.lines[entry.number] = hashlib.sha256(line).hexdigest()
        head = known.get(entry.number) if known else None
        if head and (head.sha256, head.at, head.previous) != (entry.sha256, entry.at.isoformat(), entry.previous):
            found.say(
                f"entry {entry.number} is not the one that the second place was told of: the trail was rewritten or "
                "forked from here on"
            )
        if not _says_enough(entry):
            found.say(f"entry {entry.number} does not say what an entry of its kind says: netaudit did not write it")
            continue
        if entry.kind == "trail.shortened":
            shortened.append(entry)
        elif entry.kind == "trail.stamped":
            found.stamped.append(entry)
        elif entry.kind.startswith("case."):
            found.of_cases.append(entry)
        found.remarks += _remarks(entry)
    _check_beginning(found, shortened)
    if known is not None:
        _compare_ends(found, known, shortened)
    return found


def _entries(files: Files, found: Checked) -> Iterator[tuple[Entry, bytes]]:
    """Yield the entries, telling of each that does not follow from the one before."""
    previous: Entry | None = None
    number = files[0][0] if files else 1
    for position, (first, path, size) in enumerate(files):
        if first != number:
            found.say(f"{path.name} should begin with entry {number}: a file is missing, or does not belong here")
            number = first
        is_last = position == len(files) - 1
        if not size and not is_last:
            found.say(f"{path.name} is empty: entries from {first} on are missing")
        for line in lines(path, size):
            if not line.endswith(b"\n"):
                if is_last:
                    found.torn = len(line)
                else:
                    found.say(f"{path.name} ends in the middle of entry {number}: the rest of it is missing")
                    number += 1
                continue
            try:
                entry = parse(line)
            except NoEntryError as error:
                found.say(f"entry {number} {error}")
                number, previous = number + 1, None
                continue
            if fault := _fault(entry, number, previous):
                found.say(fault)
            number, previous = entry.number + 1, entry
            yield entry, line


def _fault(entry: Entry, number: int, before: Entry | None) -> str:
    if entry.number > number:
        missing = str(number) if entry.number == number + 1 else f"{number} to {entry.number - 1}"
        return f"entry {missing} is missing, or entries were put in another order: {entry.number} stands in its place"
    if entry.number < number:
        return f"entry {entry.number} stands where entry {number} should: replayed, or put in another order"
    if before is None:
        return "" if number > 1 or entry.previous == FIRST else "entry 1 is not the beginning of a trail"
    fault = ""
    if entry.trail != before.trail:
        fault = "was copied from another trail"
    elif entry.previous != before.sha256:
        fault = f"does not follow entry {number - 1}: forked, or what stands before it was rewritten"
    elif not before.told <= entry.told < entry.number:
        fault = "does not say what the second place knew"
    return f"entry {number} {fault}" if fault else ""


def _says_enough(entry: Entry) -> bool:
    """Return whether an entry says what others rely on."""
    needed = _RELIED_ON.get(entry.kind, {})
    return all(isinstance(entry.about.get(name), kind) for name, kind in needed.items())


def _check_beginning(found: Checked, shortened: Sequence[Entry]) -> None:
    first = found.first
    if first is None:
        return
    last = shortened[-1].about.get("last", 0) if shortened else 0
    if first.number == 1 and not last:
        if first.kind not in BEGINNINGS or first.about.get("trail") != first.trail:
            found.say("entry 1 is not the beginning of a trail")
        return
    if first.number > last + 1:
        found.say(f"entries before {first.number} are missing, and no entry says that they were taken away")
    elif first.number == last + 1 and first.previous != shortened[-1].about.get("head"):
        found.say(f"entry {first.number} does not follow what was taken away")
    elif first.number <= last:
        found.remarks.append(f"entries up to {last} were to be taken away, which was stopped: purge again")


def _remarks(entry: Entry) -> Iterator[str]:
    about, moment = entry.about, f"{entry.at:%Y-%m-%d %H:%M} UTC"
    if entry.kind == "trail.repaired" or (entry.kind == "trail.begun" and "bytes" in about):
        yield (
            f"entry {entry.number} ({moment}): a last line of {about.get('bytes')} bytes that was cut short was taken "
            "away: a crash, or somebody cut it"
        )
    elif entry.kind == "trail.restarted":
        yield (
            f"entry {entry.number} ({moment}): begun anew after a damaged trail of {about.get('entries')} entries, "
            f"which was set aside as {about.get('set_aside')}"
        )
    elif entry.kind == "trail.shortened":
        yield (
            f"entry {entry.number} ({moment}): entries {about.get('first')} to {about.get('last')} were taken away, "
            "past their retention"
        )
    elif entry.kind == "trail.behind" and about.get("state") == "unreachable":
        yield f"entry {entry.number} ({moment}): the second place could not be reached"
    elif entry.kind == "trail.behind" and about.get("state") == "caught up":
        yield (
            f"entry {entry.number} ({moment}): the second place was told of entries {about.get('first')} to "
            f"{about.get('last')} late: until then nobody vouched for them"
        )


def _heads(heads: Iterable[bytes], found: Checked) -> dict[int, Head]:
    """Return what the second place knows, by number, telling of what is wrong with it."""
    known: dict[int, Head] = {}
    before: Head | None = None
    for position, line in enumerate(heads, 1):
        if not line.endswith(b"\n"):
            found.remarks.append(
                f"the second place's last line is cut short ({len(line)} bytes): the next entry takes it away"
            )
            continue
        try:
            head = parse_head(line)
        except NoEntryError as error:
            found.say(f"second place: line {position} {error}")
            before = None
            continue
        if head.number in known:
            same = known[head.number] == head
            found.say(
                f"second place: entry {head.number} stands there twice: "
                + ("replayed" if same else "the trail was forked: two copies of it were continued")
            )
        elif before and head.number != before.number + 1:
            found.say(f"second place: entry {head.number} follows entry {before.number}: cut, or put in another order")
        elif before and (head.previous != before.sha256 or head.trail != before.trail):
            found.say(f"second place: entry {head.number} does not follow entry {before.number}")
        known.setdefault(head.number, head)
        before = head
    return known


def _compare_ends(found: Checked, known: dict[int, Head], shortened: Sequence[Entry]) -> None:
    last = found.last
    if not known:
        if last and last.told:
            found.say(f"the second place is empty, but was told up to entry {last.told}: it was emptied or deleted")
        elif last:
            found.remarks.append("the second place has not been told of anything yet")
        return
    if last is None:
        found.say(
            f"there is no trail here, but the second place knows one of {max(known)} entries: --out or [audit] folder "
            "names another folder than before, or it was taken away"
        )
        return
    end = max(known)
    found.told = min(end, last.number)
    if known[end].trail != last.trail:
        found.say("the second place knows another trail: an older one was put back, or the place is shared")
    if end > last.number:
        missing = str(end) if end == last.number + 1 else f"{last.number + 1} to {end}"
        found.say(
            f"entry {missing} is missing at the end, which the second place knows: the trail was cut off, or an old "
            "copy was put back"
        )
    elif end < last.told:
        found.say(f"the second place ends with entry {end}, but was told up to entry {last.told}: it was cut off")
    elif end < last.number:
        found.remarks.append(f"the second place has not been told of what follows entry {end}: nobody vouches for that")
    begin = min(known)
    if begin > 1 + (shortened[-1].about.get("last", 0) if shortened else 0):
        found.say(f"the second place begins with entry {begin}: what stood before it was cut off")
