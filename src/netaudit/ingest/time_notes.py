"""What the reading of a file has shown of its times: units, and whether the zone can be right."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from netaudit.contracts import TimeChoice
from netaudit.ingest.time_evidence import CHOOSE_ORDER, CHOOSE_YEAR, Circumstances
from netaudit.ingest.times import FileTimes, TimesSeen

_UNITS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
_ENOUGH = 3  # lines whose sender wrote an offset
_NEARLY_ALL = 0.8
_SLOW = timedelta(minutes=10)  # clocks differ by so much without anybody's mistake
_ZONES_APART = timedelta(hours=14)
CHOOSE_ZONE = "say its zone for its folder, in [[inputs.folders]] of the configuration"


def noted_times(
    times: FileTimes, about: Circumstances, last: datetime | None, names: Collection[str] = ()
) -> Iterator[TimeChoice]:
    """Yield what is to be said of units and zone once a file has been read.

    Args:
        times: what was decided, and what was seen.
        about: what is known of the file beside its lines.
        last: the last moment in the file.
        names: of formats that have read requests of it, where several were asked.
    """
    seen = [one for name, one in times.seen.items() if name in names or len(times.seen) == 1]
    units = sorted({unit for one in seen for unit in one.units}, key=list(_UNITS).index)
    if units:
        names = " and ".join(_UNITS[unit] for unit in units)
        says = f"numbers count {names} since 1970: their size shows it"
        if len(units) > 1:
            says = f"numbers count {names} since 1970 in one file; each is read by its size"
        yield TimeChoice("unit", " and ".join(units), "evidence", says, look=len(units) > 1)
    late = [one for name, one in times.seen.items() if name not in times.decided and one in seen]
    if about.order is None and any(one.either for one in late):
        says = "lines that may have the day or the month first stand far below others: they are read as is usual"
        yield TimeChoice("order", "as is usual", "default", f"{says}. Else {CHOOSE_ORDER}", look=True)
    if any(one.bare for one in late):
        says = "lines without a year stand far below others: each is taken as the last that can be"
        yield TimeChoice("year", str(about.latest.year), "default", f"{says}. Else {CHOOSE_YEAR}", look=True)
    whole = TimesSeen()
    for one in seen:
        whole.civil += one.civil
        whole.skipped += one.skipped
        whole.behind.update(one.behind)
    if whole.civil:
        yield _zone(whole, about, last)


def _zone(seen: TimesSeen, about: Circumstances, last: datetime | None) -> TimeChoice:
    doubts = [*_doubts(seen, about, last)]
    agree = seen.behind[0] >= max(_ENOUGH, _NEARLY_ALL * seen.behind.total())
    how = "evidence" if agree and not doubts else about.zone_how
    says = f"times without an offset are read as those of {about.zone}"
    says += {
        "evidence": ", and the offsets that were written beside them agree",
        "configured": ", as configured",
        "default": "; no zone is configured, and no line shows whether that is right",
    }[how]
    if doubts:
        says = f"{says}; but {', and '.join(doubts)}: {CHOOSE_ZONE}"
    elif how == "default":
        says = f"{says}: {CHOOSE_ZONE}"
    return TimeChoice("zone", about.zone, how, says, look=bool(doubts) or how == "default")


def _doubts(seen: TimesSeen, about: Circumstances, last: datetime | None) -> Iterator[str]:
    """Yield what speaks against the zone."""
    if seen.skipped:
        lines = f"{seen.skipped:,} {'line lies' if seen.skipped == 1 else 'lines lie'}"
        yield f"{lines} in the hour that its clocks skip in spring"
    count = seen.behind.total()
    if count >= _ENOUGH and seen.behind[0] < (1 - _NEARLY_ALL) * count:
        (quarters, most), *_ = sorted(seen.behind.items(), key=lambda one: (-one[1], one[0]))
        by = _length(quarters) if most >= _NEARLY_ALL * count else "hours"
        side = "after" if quarters > 0 else "before"
        yield f"they are {by} {side} those that were written beside them with an offset"
    bound = min(about.last_changed or about.now, about.now)
    if last is not None and _SLOW < last - bound <= _ZONES_APART:
        what = "the file was last changed" if bound != about.now else "they were read"
        yield f"the last is {_length(round((last - bound) / timedelta(minutes=15)))} after {what}"


def _length(quarters: int) -> str:
    """Return a number of quarters of an hour in words.

    >>> _length(4), _length(-22), _length(1)
    ('1 hour', '5 hours and 30 minutes', '15 minutes')
    """
    hours, minutes = divmod(abs(quarters) * 15, 60)
    parts = [f"{hours} hour{'s' if hours > 1 else ''}"] if hours else []
    parts += [f"{minutes} minutes"] if minutes or not hours else []
    return " and ".join(parts)
