"""Sealed names and entries of the audit trail that are past their time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from netaudit.custody import Header, read_header
from netaudit.custody.trail_entries import parse
from netaudit.custody.trail_files import lines, segments
from netaudit.definitions.configuration import Configuration
from netaudit.pipeline.purge_holds import Holds
from netaudit.pipeline.purge_items import SEALED_NAME, TRAIL, Held, Item, described
from netaudit.pipeline.seals import lapsed_seals, today_of
from netaudit.pipeline.stores import store_folder
from netaudit.pipeline.trails import note, open_trail
from netaudit.protect import SeenKeys
from netaudit.store import SealFiles

LAPSED = "nobody asked for it in time"
_DROPPED = "its finding is destroyed"


def lapsed_cases(configuration: Configuration, out: Path, now: datetime) -> frozenset[str]:
    """Return the cases whose sealed names nobody asked for in time; the store is opened only if there may be any.

    Raises:
        StoreError: the store is in use, its keys are wrapped and no key is given, or the trail is damaged.
    """
    today, days = today_of(configuration, now), configuration.unproven_days
    headers = _headers(store_folder(configuration, out))
    if not any((today - one.raised).days > min((one.expires - one.raised).days, days) for one in headers):
        return frozenset()
    return frozenset(one.case_number for one in lapsed_seals(configuration, out, now))


def seals_past_time(
    store: Path, keys: SeenKeys, holds: Holds, weeks: Collection[str], lapsed: Collection[str], *, hashed: bool
) -> tuple[list[Item], list[Held]]:
    """Return sealed names that lapsed, and those of findings that are destroyed.

    Args:
        store: its folder.
        keys: what lies in the key folder.
        holds: what must stay.
        weeks: whose findings are destroyed.
        lapsed: cases that nobody asked about in time.
        hashed: with checksums.
    """
    items, held = [], []
    for header in _headers(store):
        case = header.case_number
        if case not in lapsed and header.period not in weeks:
            continue
        # What lapsed is not held by somebody else's case in the week: the next run would not hold it either.
        reason = holds.cases.get(case) or (None if case in lapsed else holds.periods.get(header.period))
        if reason:
            held.append(Held(header.key, case, reason))
            continue
        path = SealFiles(store).folder / f"{case}.seal"
        files = described("store", store, [path], hashed=hashed)
        why = LAPSED if case in lapsed else _DROPPED
        items.append(Item(header.key, case, why, key=keys.keys.get((header.key, case), ""), files=files))
    return items, held


def tell_of_seals(configuration: Configuration, out: Path, items: Collection[Item], now: datetime) -> None:
    """Record in the audit trail which cases end with a purge, before their seals are destroyed."""
    for kind, is_lapsed in (("case.lapsed", True), ("seals.dropped", False)):
        cases = [one.period for one in items if one.what.startswith(SEALED_NAME) and (one.why == LAPSED) == is_lapsed]
        if cases:
            about = {"cases": cases, "days": configuration.unproven_days} if is_lapsed else {"cases": cases}
            note(configuration, out, kind, about, now)


def trail_past_time(configuration: Configuration, out: Path, now: datetime, holds: Holds) -> Iterator[Item]:
    """Yield the entries of the audit trail that are older than they are kept: whole years of them."""
    trail = open_trail(configuration, out)
    before, keep_from = trail_bounds(configuration, out, now, holds)
    last = 0
    files = segments(trail.place)
    for (_, path), (following, _) in pairwise(files):
        if any(parse(line).at >= before for line in lines(path)) or (keep_from is not None and following > keep_from):
            break
        last = following - 1
    if last:
        first = parse(next(lines(files[0][1]))).number
        yield Item(TRAIL, "", "past its time", rows=last - first + 1, entries=(f"{first}-{last}",))


def trail_bounds(configuration: Configuration, out: Path, now: datetime, holds: Holds) -> tuple[datetime, int | None]:
    """Return before when entries go, and the number from which on they stay whatever their age."""
    held = [
        entry.number for entry in open_trail(configuration, out).entries() if entry.about.get("case") in holds.cases
    ]
    return now - timedelta(days=configuration.retention.days[TRAIL]), min(held, default=None)


def first_of_trail(configuration: Configuration, out: Path) -> int:
    """Return the number of the first entry that is there; 0 if none is."""
    return next((entry.number for entry in open_trail(configuration, out).entries()), 0)


def _headers(store: Path) -> list[Header]:
    files = SealFiles(store)
    found = (read_header(files.read(case) or b"") for case in files)
    return [one for one in found if one is not None]
