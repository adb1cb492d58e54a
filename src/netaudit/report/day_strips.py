"""The picture of a case's day: lanes from midnight to midnight, and the same again around the case itself.

Positions are in per cent of the width and by time passed; labels are by the clock on the wall. So the day on which the
clocks are put forward has 23 hours, and the one on which they are put back has 25. What a bar means is told by its
lane and its form, never by its colour alone: solid up to what is proven, striped up to the likely figure, hollow up to
what the log allows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from netaudit.contracts import Case, CaseDay, Piece, Span
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
_EVERY_MINUTE = 3 * _HOUR  # up to here a close-up has a mark for each minute
LANE_HEIGHT = 40
FOOT = 34

_STATES_OF_LANES = (
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

    def shows(self, start: datetime, end: datetime) -> bool:
        return passed(start) < self.end and passed(end) >= self.begin


def day_strips(case: Case, shown: CaseDay) -> tuple[DayStrip, ...]:
    """Return the pictures of a case: each of its days, then the case itself close up."""
    pictures = [_of_day(case, shown, one) for one in shown.days]
    near = _close_up(case, shown)
    return (*pictures, *([near] if near else []))


def _of_day(case: Case, shown: CaseDay, one: Span) -> DayStrip:
    frame = _Frame(passed(one.start), passed(one.end))
    hours = round((frame.end - frame.begin) / _HOUR)
    changed = f" ({hours} hours: the clocks change)" if hours * _HOUR != _USUAL_DAY else ""
    marks = list(_hour_marks(one, frame))
    lines = tuple((at * _HOUR) * 100.0 / (frame.end - frame.begin) for at in range(hours + 1))
    return _strip(case, shown, frame, f"{day(one.start)}{changed}", marks, lines, ())


def _hour_marks(one: Span, frame: _Frame) -> Iterator[tuple[Mark, bool]]:
    for hour in range(0, 24, _LABELLED_HOURS):
        at = frame.at(one.start.replace(hour=hour))
        yield Mark(at, f"{hour:02d}:00", "middle" if hour else "start"), hour % _NARROW_HOURS == 0
    yield Mark(100.0, "24:00", "end"), True


def _close_up(case: Case, shown: CaseDay) -> DayStrip | None:
    within = [piece for piece in shown.pieces if piece.within]
    begin = min((passed(piece.start) for piece in within), default=passed(case.start))
    end = max((passed(piece.end) for piece in within), default=passed(case.end))
    begin, end = min(begin, passed(case.start)), max(end, passed(case.end), begin + 10 * _MINUTE)
    if end - begin > _LONGEST_CLOSE_UP:
        return None
    few = 3 if any(comes_twice(moment) for moment in (case.start, case.end)) else _MOST_LABELS  # for longer labels
    step = next((step for step in _CLOSE_UP_STEPS if (end - begin) / (step * _MINUTE) <= few - 1), 240) * _MINUTE
    zone = case.start.tzinfo or UTC
    first = datetime.fromtimestamp(begin, zone)
    left = begin - ((first.hour * 60 + first.minute) * _MINUTE) % step
    steps = max(1, -(-(end - left) // step))
    frame = _Frame(left, left + steps * step)
    marks = []
    for number in range(int(steps) + 1):
        label = clock(datetime.fromtimestamp(left + number * step, zone))
        anchor = "start" if not number else "end" if number == steps else "middle"
        marks.append((Mark(number * 100.0 / steps, label, anchor), True))
    each = _MINUTE if frame.end - frame.begin <= _EVERY_MINUTE else step / 6
    marks_of = range(int((frame.end - frame.begin) // each) + 1)
    minutes = tuple((at * each * 100.0 / (frame.end - frame.begin), not at % 5 or each > _MINUTE) for at in marks_of)
    return _strip(case, shown, frame, f"Close up: {stretch(case.start, case.end)}", marks, (), minutes)


def _strip(
    case: Case,
    shown: CaseDay,
    frame: _Frame,
    title: str,
    marks: Sequence[tuple[Mark, bool]],
    lines: tuple[float, ...],
    minutes: tuple[tuple[float, bool], ...],
) -> DayStrip:
    lanes = []
    if shown.hours:
        lanes.append(DayLane("hours", _hours_label(shown, frame), tuple(_hours(shown, frame))))
    lanes.append(DayLane("case", "This case", tuple(_bar(case, shown, frame))))
    for kind, label in _STATES_OF_LANES:
        forms = tuple(_forms(shown.pieces, kind, frame))
        if forms or (kind == "personal" and not case.category):
            lanes.append(DayLane(kind, label, forms))
    limits = tuple(frame.at(moment) for moment in (case.start, case.end) if frame.begin <= passed(moment) <= frame.end)
    return DayStrip(
        title,
        tuple(lanes),
        tuple(mark for mark, _ in marks),
        tuple(narrow for _, narrow in marks),
        lines,
        minutes,
        limits,
        _says(case, shown, lanes, frame),
    )


def _hours(shown: CaseDay, frame: _Frame) -> Iterator[Form]:
    for kind in ("core", "lunch"):
        for span in shown.hours:
            if span.kind == kind and frame.shows(span.start, span.end):
                yield _form(frame, passed(span.start), passed(span.end), kind)


def _hours_label(shown: CaseDay, frame: _Frame) -> str:
    told = []
    for kind, name in (("core", "Core hours"), ("lunch", "lunch")):
        spans = [span for span in shown.hours if span.kind == kind and frame.shows(span.start, span.end)]
        if len(spans) > 1:
            return "Core hours and lunch"
        told += [f"{name} {clock(span.start)} to {clock(span.end)}" for span in spans]
    return ", ".join(told) if told[:1] and told[0].startswith("Core") else "No core hours"


def _bar(case: Case, shown: CaseDay, frame: _Frame) -> Iterator[Form]:
    """Yield the case from its first to its last moment: solid where something counts, thin in its breaks."""
    if frame.shows(case.start, case.end):
        yield _form(frame, passed(case.start), passed(case.end), "break")
    for piece in shown.pieces:
        if piece.state == "counted" and frame.shows(piece.start, piece.end):
            yield _form(frame, passed(piece.start), passed(piece.end), "bar")


def _forms(pieces: Sequence[Piece], lane: str, frame: _Frame) -> Iterator[Form]:
    for piece in pieces:
        if _lane_of(piece) != lane or not frame.shows(piece.start, piece.end):
            continue
        begin, end = passed(piece.start), passed(piece.end)
        if piece.state == "counted":
            proven = piece.low_us / piece.likely_us if piece.likely_us else 1.0 if piece.low_us else 0.0
            yield _form(frame, begin, end, "striped")
            if proven:
                yield _form(frame, begin, begin + (end - begin) * min(1.0, proven), "solid")
        else:
            yield _form(frame, begin, end, _FORMS[piece.state])


_FORMS = {
    "reading": "hollow", "personal": "hollow", "excused": "excused", "stopped": "excused", "work": "work",
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


def _says(case: Case, shown: CaseDay, lanes: Sequence[DayLane], frame: _Frame) -> str:
    parts = []
    for span in shown.hours:
        if frame.shows(span.start, span.end):
            name = "Core hours" if span.kind == "core" else "Lunch"
            parts.append(f"{name} {clock(span.start)} to {clock(span.end)}.")
    parts.append(f"This case: {clock(case.start)} to {clock(case.end)}.")
    breaks = _breaks(shown)
    if breaks:
        parts.append(f"{counted(len(breaks), 'break')} in it, the longest {exact(max(breaks))} minutes.")
    for lane in lanes:
        if lane.kind not in ("hours", "case"):
            number = sum(form.kind != "solid" for form in lane.forms)
            parts.append(f"{lane.label}: {counted(number, 'stretch', 'stretches')}.")
    parts.append("The table below lists the case in order.")
    return " ".join(parts)


def _breaks(shown: CaseDay) -> list[float]:
    """Return the minutes between what counts, where a case is a chain."""
    if not shown.whole:
        return []
    found, latest = [], None
    for piece in shown.pieces:
        if piece.state == "counted":
            if latest is not None and passed(piece.start) > latest:
                found.append((passed(piece.start) - latest) / _MINUTE)
            latest = max(latest or 0.0, passed(piece.end))
    return found
