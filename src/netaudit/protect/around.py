"""The rest of a case's day, in whole hours: it says that there was work, and not when somebody came or went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from netaudit.contracts import Piece

_HOUR = 3600  # seconds
_TOLD = ("work", "unknown", "idle")  # of an hour in which several were so, the first is told


def in_whole_hours(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces of a case in order: those of the case as they are, the others as whole hours of one state.

    To the minute, a day around a case is a print of its person: by when work begins and ends, cases of two weeks could
    be put together, and laid beside a rota, a calendar or the log of a door. Hours end where the case begins.

    Args:
        pieces: of one case, in order; those that are not part of it lie before it or after it.
    """
    own = [piece for piece in pieces if piece.within]
    if len(own) == len(pieces):
        return list(pieces)
    begin = min((piece.start for piece in own), default=None)
    end = max((piece.end for piece in own), default=None)
    before = [piece for piece in pieces if not piece.within and begin is not None and piece.start < begin]
    after = [piece for piece in pieces if not piece.within and piece not in before]
    return [*_hours(before, None, begin), *own, *_hours(after, end, None)]


def _hours(pieces: Sequence[Piece], first: datetime | None, last: datetime | None) -> Iterator[Piece]:
    """Yield a piece for each run of hours in which the same is told, within two moments."""
    told: dict[int, str] = {}
    for piece in pieces:
        for hour in range(_hour(piece.start), max(_hour(piece.start), _hour(piece.end, up=True) - 1) + 1):
            told[hour] = min(told.get(hour, piece.state), piece.state, key=_place)
    zone = pieces[0].start.tzinfo if pieces else None
    run: list[int] = []
    hours: list[int | None] = [*sorted(told), None]
    for at in hours:
        if run and (at is None or at != run[-1] + 1 or told[at] != told[run[0]]):
            start, end = (datetime.fromtimestamp(hour * _HOUR, zone) for hour in (run[0], run[-1] + 1))
            start, end = (start if first is None else max(start, first)), (end if last is None else min(end, last))
            if start < end:
                yield Piece(start, end, told[run[0]], within=False)
            run = []
        if at is not None:
            run.append(at)


def _hour(moment: datetime, *, up: bool = False) -> int:
    seconds = round(moment.timestamp())
    return -(-seconds // _HOUR) if up else seconds // _HOUR


def _place(state: str) -> int:
    return _TOLD.index(state) if state in _TOLD else len(_TOLD)
