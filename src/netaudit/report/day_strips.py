"""The picture of a case's day: lanes from midnight to midnight, and the same again around the case itself.

Positions are in per cent of the width and by time passed; labels are by the clock on the wall. So the day on which the
clocks are put forward has 23 hours, and the one on which they are put back has 25. What a bar means is told by its
lane and its form, never by its colour alone: solid up to what is proven, striped up to the likely figure, hollow up to
what the log allows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from netaudit.contracts.leaving import Case, CaseDay, Piece, Span
from netaudit.report.charts import Mark
from netaudit.report.words import clock, comes_twice, counted, day, exact, passed, stretch

_MINUTE, _HOUR = 60, 3600
_THINNEST = 0.35  # per cent: a moment is still to be seen
_LABELLED_HOURS = 3
_NARROW_HOURS = 6  # on a phone
_USUAL_DAY = 24 * _HOUR
_LONGEST_CLOSE_UP = 0.6 * _USUAL_DAY  # a case that fills most of a day needs no second picture
_CLOSE_UP_STEPS = (5, 10, 15, 20, 30, 60, 120, 180)  # minutes from label to label
_MOST_LABELS = 6
_SHORTEST = 10 * _MINUTE  # of a close-up
_EVERY_MINUTE = 3 * _HOUR  # up to here a close-up has a mark for each minute
LANE_HEIGHT = 40
FOOT = 34

_HOURS = {"core": "Core hours", "lunch": "lunch"}
_LANES = (
    ("blocked", "Not allowed"),
    ("personal", "Personal"),
    ("work", "Work"),
    ("unknown", "Not known"),
    ("idle", "No person: adverts, open pages, software"),
)


class Form(NamedTuple):
    """A rectangle in a lane: where it begins, how wide it is, and how it is filled."""

    left: float
    width: float
    kind: str  # solid, striped, hollow, excused, work, unknown, idle, core, lunch, bar, break


class DayLane(NamedTuple):
    """Everything of one kind."""

    kind: str
    label: str
    forms: tuple[Form, ...]


class DayStrip(NamedTuple):
    """A picture: a day, or the case close up."""

    title: str
    lanes: tuple[DayLane, ...]
    ticks: tuple[Mark, ...]  # labelled
    narrow: tuple[bool, ...]  # whether each keeps its label on a phone
    lines: tuple[float, ...]  # hours of a day
    minutes: tuple[tuple[float, bool], ...]  # marks at the foot of a close-up, and whether a phone has them
    limits: tuple[float, ...]  # the first and the last moment of the case
    says: str

    @property
    def height(self) -> int:
        """Return the height of the picture in px."""
        return len(self.lanes) * LANE_HEIGHT + FOOT


class _Frame(NamedTuple):
    """What a picture shows: from when to when, in seconds passed."""

    begin: float
    end: float

    def at(self, moment: datetime) -> float:
        return (passed(moment) - self.begin) * 100.0 / (self.end - self.begin)

    def shows(self, timed: _Timed) -> bool:
        return timed.begin < self.end and timed.end >= self.begin


class _Timed(NamedTuple):
    """A piece or a stretch of hours, with its ends in seconds passed and its lane."""

    begin: float
    end: float
    of: Piece | Span
    lane: str


class _Day(NamedTuple):
    """What all pictures of a case are made of."""

    case: Case
    begin: float
    end: float
    chained: bool
    hours: list[_Timed]
    pieces: list[_Timed]


def day_strips(case: Case, shown: CaseDay) -> tuple[DayStrip, ...]:
    """Return the pictures of a case: each of its days, then the case itself close up."""
    hours = [_Timed(passed(span.start), passed(span.end), span, span.kind) for span in shown.hours]
    pieces = [_Timed(passed(piece.start), passed(piece.end), piece, _lane_of(piece)) for piece in shown.pieces]
    day_of_case = _Day(case, passed(case.start), passed(case.end), shown.whole, hours, pieces)
    pictures = [_of_day(day_of_case, one) for one in shown.days]
    near = _close_up(day_of_case)
    return (*pictures, *([near] if near else []))


def _of_day(of: _Day, one: Span) -> DayStrip:
    frame = _Frame(passed(one.start), passed(one.end))
    hours = round((frame.end - frame.begin) / _HOUR)
    changed = f" ({hours} hours: the clocks change)" if hours * _HOUR != _USUAL_DAY else ""
    return _strip(of, frame, f"{day(one.start)}{changed}", list(_hour_marks(one, frame)), _grid(hours), ())


@lru_cache(maxsize=8)
def _grid(hours: int) -> tuple[float, ...]:
    return tuple(hour * 100.0 / hours for hour in range(hours + 1))


def _hour_marks(one: Span, frame: _Frame) -> Iterator[tuple[Mark, bool]]:
    for hour in range(0, 24, _LABELLED_HOURS):
        at = frame.at(one.start.replace(hour=hour))
        yield Mark(at, f"{hour:02d}:00", "middle" if hour else "start"), hour % _NARROW_HOURS == 0
    yield Mark(100.0, "24:00", "end"), True


def _close_up(of: _Day) -> DayStrip | None:
    case = of.case
    within = [timed for timed in of.pieces if isinstance(timed.of, Piece) and timed.of.within]
    begin = min([of.begin, *(timed.begin for timed in within)])
    end = max([of.end, begin + _SHORTEST, *(timed.end for timed in within)])
    if end - begin > _LONGEST_CLOSE_UP:
        return None
    few = 3 if comes_twice(case.start) or comes_twice(case.end) else _MOST_LABELS  # for longer labels
    step = next((step for step in _CLOSE_UP_STEPS if (end - begin) / (step * _MINUTE) <= few - 1), 240) * _MINUTE
    zone = case.start.tzinfo or UTC
    first = datetime.fromtimestamp(begin, zone)
    left = begin - ((first.hour * 60 + first.minute) * _MINUTE) % step
    steps = max(1, int(-(-(end - left) // step)))
    marks = [
        (
            Mark(
                number * 100.0 / steps,
                clock(datetime.fromtimestamp(left + number * step, zone)),
                "start" if not number else "end" if number == steps else "middle",
            ),
            steps < few or number in (0, steps) or not (steps % 2 or number % 2),
        )
        for number in range(steps + 1)
    ]
    frame = _Frame(left, left + steps * step)
    title = f"Close up: {stretch(case.start, case.end)}"
    return _strip(of, frame, title, marks, (), _minute_marks(steps * step, step))


@lru_cache(maxsize=64)
def _minute_marks(length: int, step: int) -> tuple[tuple[float, bool], ...]:
    each = _MINUTE if length <= _EVERY_MINUTE else step // 6
    return tuple((at * each * 100.0 / length, not at % 5 or each > _MINUTE) for at in range(length // each + 1))


def _strip(
    of: _Day,
    frame: _Frame,
    title: str,
    marks: Sequence[tuple[Mark, bool]],
    lines: tuple[float, ...],
    minutes: tuple[tuple[float, bool], ...],
) -> DayStrip:
    shown = [timed for timed in of.pieces if frame.shows(timed)]
    hours = [timed for timed in of.hours if frame.shows(timed)]
    lanes = []
    if of.hours:
        bands = tuple(
            _form(frame, one.begin, one.end, one.lane) for kind in _HOURS for one in hours if one.lane == kind
        )
        lanes.append(DayLane("hours", _hours_label(hours), bands))
    lanes.append(DayLane("case", "This case", tuple(_bar(of, shown, frame))))
    by_lane: dict[str, list[Form]] = {"personal": []} if not of.case.category else {}
    for timed in shown:
        by_lane.setdefault(timed.lane, []).extend(_forms(timed, frame))
    lanes += [DayLane(kind, label, tuple(by_lane[kind])) for kind, label in _LANES if kind in by_lane]
    return DayStrip(
        title,
        tuple(lanes),
        tuple(mark for mark, _ in marks),
        tuple(narrow for _, narrow in marks),
        lines,
        minutes,
        tuple(
            (moment - frame.begin) * 100.0 / (frame.end - frame.begin)
            for moment in (of.begin, of.end)
            if frame.begin <= moment <= frame.end
        ),
        _says(of, hours, lanes),
    )


def _hours_label(hours: Sequence[_Timed]) -> str:
    told = []
    for kind, name in _HOURS.items():
        spans = [one.of for one in hours if one.lane == kind]
        if len(spans) > 1:
            return "Core hours and lunch"
        told += [f"{name} {span.start:%H:%M}\N{EN DASH}{span.end:%H:%M}" for span in spans]  # a phone has no room
    return ", ".join(told) or "No core hours"


def _bar(of: _Day, shown: Sequence[_Timed], frame: _Frame) -> Iterator[Form]:
    """Yield the case from its first to its last moment: solid where something counts, thin in its breaks."""
    if of.begin < frame.end and of.end >= frame.begin:
        yield _form(frame, of.begin, of.end, "break")
    for timed in shown:
        if isinstance(timed.of, Piece) and timed.of.state == "counted":
            yield _form(frame, timed.begin, timed.end, "bar")


def _forms(timed: _Timed, frame: _Frame) -> Iterator[Form]:
    piece = timed.of
    if not isinstance(piece, Piece):
        return
    if piece.state != "counted":
        yield _form(frame, timed.begin, timed.end, _FORMS[piece.state])
        return
    yield _form(frame, timed.begin, timed.end, "striped")
    proven = (
        min(1.0, piece.low_us / piece.likely_us) if piece.likely_us else float(piece.low_us > 0 or not piece.high_us)
    )
    if proven:
        yield _form(frame, timed.begin, timed.begin + (timed.end - timed.begin) * proven, "solid")


_FORMS = {
    "reading": "hollow", "personal": "excused", "excused": "excused", "stopped": "excused", "work": "work",
    "unknown": "unknown", "idle": "idle",
}  # fmt: skip


def _lane_of(piece: Piece) -> str:
    if piece.state in ("counted", "reading", "personal", "excused", "stopped"):
        return "blocked" if piece.use == "blocked" else "personal"
    return piece.state


def _form(frame: _Frame, begin: float, end: float, kind: str) -> Form:
    begin, end = max(begin, frame.begin), min(max(begin, end), frame.end)
    whole = frame.end - frame.begin
    left, width = (begin - frame.begin) * 100.0 / whole, (end - begin) * 100.0 / whole
    if kind not in ("core", "lunch", "solid", "break"):
        width = max(width, _THINNEST)
    return Form(min(left, 100.0 - _THINNEST), width, kind)


def _says(of: _Day, hours: Sequence[_Timed], lanes: Sequence[DayLane]) -> str:
    parts = [f"{_HOURS[one.lane].capitalize()} {clock(one.of.start)} to {clock(one.of.end)}." for one in hours]
    parts.append(f"This case: {clock(of.case.start)} to {clock(of.case.end)}.")
    breaks = _breaks(of)
    if breaks:
        parts.append(f"{counted(len(breaks), 'break')} in it, the longest {exact(max(breaks))} minutes.")
    for lane in lanes:
        if lane.kind not in ("hours", "case"):
            number = sum(form.kind != "solid" for form in lane.forms)
            parts.append(f"{lane.label}: {counted(number, 'stretch', 'stretches')}.")
    parts.append("The table below lists the case in order.")
    return " ".join(parts)


def _breaks(of: _Day) -> list[float]:
    """Return the minutes between what counts, where a case is a chain."""
    found: list[float] = []
    latest: float | None = None
    for timed in of.pieces if of.chained else ():
        if isinstance(timed.of, Piece) and timed.of.state == "counted":
            if latest is not None and timed.begin > latest:
                found.append((timed.begin - latest) / _MINUTE)
            latest = max(latest or 0.0, timed.end)
    return found
