"""The picture of a case's day in characters: a line for each day, and a line for each hour of the case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from netaudit.contracts.leaving import Case, CaseDay, Piece, Span
from netaudit.report.words import clock, day, passed

_MINUTE, _HOUR = 60, 3600
_A_CHARACTER = 15  # minutes, in the line of a day
_MOST_HOURS = 24  # lines of the case itself

LEGEND = (
    ("#", "counted and proven"),
    ("+", "counted as likely"),
    ("o", "at most: perhaps still reading"),
    ("p", "personal, not counted"),
    ("w", "work"),
    ("?", "not known"),
    ("-", "no person: adverts, open pages, software"),
    (".", "nothing that this case shows"),
)
_SIGNS = {
    "reading": "o", "personal": "p", "excused": "p", "stopped": "p", "work": "w", "unknown": "?", "idle": "-",
}  # fmt: skip
_ORDER = "#+opw?-."


def day_as_text(case: Case, shown: CaseDay) -> list[str]:
    """Return the days of a case and its hours minute by minute, as lines of plain characters with their legend."""
    lines: list[str] = []
    for one in shown.days:
        lines += _day(shown, one)
    lines += ["", "The case, one character for a minute", *_minutes(case, shown), ""]
    lines += [f"  {sign} {meaning}" for sign, meaning in LEGEND]
    if shown.hours:
        lines.append("  = core hours, ~ lunch as placed for the person")
    return lines


def _day(shown: CaseDay, one: Span) -> Iterator[str]:
    begin, end = passed(one.start), passed(one.end)
    step = _A_CHARACTER * _MINUTE
    count = round((end - begin) / step)
    hours = round((end - begin) / _HOUR)
    changed = f"; the clocks change, so it has {hours} hours" if hours != 24 else ""  # noqa: PLR2004 - hours of a day
    yield f"{day(one.start)}, one character for {_A_CHARACTER} minutes{changed}"
    ruler = [" "] * count
    for hour in range(0, 24, 3):
        place = round((passed(one.start.replace(hour=hour)) - begin) / step)
        ruler[place : place + 2] = f"{hour:02d}"
    yield "  " + "".join(ruler).rstrip()
    if shown.hours:
        yield "  " + "".join(_hour_sign(shown.hours, begin + place * step, step) for place in range(count)).rstrip()
    spans = _spans(shown.pieces)
    yield "  " + "".join(_sign(spans, begin + place * step, step) for place in range(count))


def _minutes(case: Case, shown: CaseDay) -> Iterator[str]:
    """Yield a line for each hour by the clock; the hour that comes twice has two."""
    spans = [span for span in _spans(shown.pieces) if span[3]]
    zone = case.start.tzinfo or UTC
    first = case.start.replace(minute=0)
    begin, last = passed(first), passed(case.end)
    told = 0
    while begin < last:
        hour = [_sign(spans, begin + minute * _MINUTE, _MINUTE) for minute in range(_MINUTE)]
        if set(hour) != {"."}:
            if told == _MOST_HOURS:
                yield "  …"
                return
            told += 1
            label = clock(datetime.fromtimestamp(begin, zone))
            yield f"  {label}  {''.join(hour)}"
        begin += _HOUR


def _spans(pieces: Sequence[Piece]) -> list[tuple[float, float, str, bool]]:
    """Return begin, end, sign, and whether it is told in full; what counts is proven first, then likely."""
    spans = []
    for piece in pieces:
        begin, end = passed(piece.start), passed(piece.end)
        if piece.state != "counted":
            spans.append((begin, end, _SIGNS[piece.state], piece.within))
            continue
        share = (
            min(1.0, piece.low_us / piece.likely_us)
            if piece.likely_us
            else float(piece.low_us > 0 or not piece.high_us)
        )
        middle = begin + round((end - begin) * share / _MINUTE) * _MINUTE
        spans += [(begin, middle, "#", piece.within), (middle, end, "+", piece.within)]
    return spans


def _sign(spans: Sequence[tuple[float, float, str, bool]], begin: float, length: float) -> str:
    """Return the sign of what takes up most of a stretch; of equals, and of moments, what counts for more."""
    taken: dict[str, float] = {}
    for start, end, sign, _ in spans:
        overlap = min(end, begin + length) - max(start, begin)
        if overlap > 0:
            taken[sign] = taken.get(sign, 0.0) + overlap
    return min(taken, key=lambda sign: (-taken[sign], _ORDER.index(sign)), default=".")


def _hour_sign(hours: Sequence[Span], begin: float, length: float) -> str:
    middle = begin + length / 2
    kinds = {span.kind for span in hours if passed(span.start) <= middle < passed(span.end)}
    return "~" if "lunch" in kinds else "=" if "core" in kinds else " "
