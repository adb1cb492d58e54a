"""Where everything stands in a picture: for each kind its two drawings, one for a desk and paper, one for a phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from netaudit.report.picture_layers import AXIS, DARK, FAINT, GRID, GROUND, MID, STRIPES, WHITE, Align, Row, Sheet
from netaudit.report.picture_text import broken, shortened, width
from netaudit.report.words import HIDDEN

WIDE, NARROW = 720.0, 288.0  # px; a screen of 320 px leaves 288
_TEXT, _SMALL = 16, 14  # px
_HOURS, _DAYS = 24, 7
_HIDDEN_BAR = f"{HIDDEN} hidden to protect people"
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_LABELS = 250.0  # px, beside the bars
_BAR = 20.0  # px
_GAP = 8.0  # px, between a bar and its words
_LINE = 20.0  # px, from one line of a label to the next

_COLUMN = 0.76  # of an hour's width
_PLOT = 180.0  # px
_HEADROOM = 40.0  # px, over the columns of hours: the core hours and their words
_FOOT = 28.0  # px

BANDS = 4
_SIDES = (0.34, 0.56, 0.78, 1.0)  # of the room in a cell, by band
_FILLS = (MID, MID, DARK, DARK)  # light enough and dark enough to tell apart in grey, too


def bars(facts: Mapping[str, Any], *, wide: bool) -> Sheet:
    """Return bars below one another: the label beside the bar, or above it on a phone."""
    rows: Sequence[Sequence[Any]] = facts["rows"]
    room = _LABELS - 2 * _GAP if wide else NARROW
    labels = [broken(label, _TEXT, room, 3) for label, *_ in rows]
    plot = (WIDE - _LABELS) if wide else NARROW
    words = max([width(str(row[4]), _TEXT, bold=True) for row in rows if row[2] is not None], default=0.0)
    share = max(0.3, 1 - (min(words, 0.7 * plot) + 2 * _GAP) / plot)
    top = max([row[3] for row in rows if row[2] is not None], default=0.0) or 1.0

    heights = [max(44.0, _LINE * len(lines) + _GAP) if wide else 34.0 + _LINE * len(lines) for lines in labels]
    whole = sum(heights) or 1.0
    sheet = Sheet(WIDE if wide else NARROW, whole, (0.0, top / share), (whole, 0.0), left=_LABELS if wide else 0.0)
    parts: dict[str, list[Row]] = {name: [] for name in ("high", "likely", "stripes", "low", "labels", "values", "c")}
    begin = 0.0
    for (_, low, likely, high, text), lines, height in zip(rows, labels, heights, strict=True):
        middle = begin + height / 2 if wide else begin + _LINE * len(lines) + _BAR / 2 + 4
        first = middle - _LINE * (len(lines) - 1) / 2 if wide else begin + _LINE / 2
        for number, line in enumerate(lines):
            parts["labels"].append({"x": 0.0, "y": first + number * _LINE, "text": line})
        edges = {"y": middle - _BAR / 2, "y2": middle + _BAR / 2}
        if likely is None:
            parts["c"].append({"x": 0.0, "y": middle, "text": _HIDDEN_BAR})
        else:
            said = shortened(text, _TEXT / 1.1, 0.7 * plot)
            parts["values"].append({"x": high, "y": middle, "text": said})
            if facts["ranged"]:
                parts["high"] += [{"x": 0.0, "x2": high, **edges}] if high else []
                parts["likely"] += [{"x": 0.0, "x2": likely, **edges}] if likely else []
                line_at = {"y": middle, "y2": middle}
                parts["stripes"] += [{"x": low, "x2": likely, **line_at}] if likely > low else []
            parts["low"] += [{"x": 0.0, "x2": low, **edges}] if low else []
        begin += height
    _three_parts(sheet, parts, _BAR)
    sheet.words(parts["labels"], _TEXT, dx=-_LABELS if wide else 0)
    sheet.words(parts["values"], _TEXT, dx=_GAP, bold=True)
    sheet.words(parts["c"], _TEXT, bold=True)
    return sheet


def _three_parts(sheet: Sheet, parts: Mapping[str, Sequence[Row]], thick: float) -> None:
    """Draw ranges: solid up to what is proven, striped up to what is likely, hollow up to what is allowed."""
    sheet.boxes(parts["high"], WHITE, DARK)
    sheet.boxes(parts["likely"], WHITE, DARK)
    sheet.lines(parts["stripes"], DARK, thick, STRIPES)
    sheet.boxes(parts["low"], DARK, DARK)


def hours(facts: Mapping[str, Any], *, wide: bool) -> Sheet:
    """Return 24 columns over the hours of the day, the core hours on a ground of their own."""
    rows: Sequence[Sequence[Any]] = facts["rows"]
    top = facts["top"]
    sheet = _plot((0.0, float(_HOURS)), top, facts["grid"], _HEADROOM, wide=wide)
    for begin, end in facts["core"]:
        sheet.boxes([{"x": begin, "x2": end, "y": 0.0, "y2": top + 22 / sheet.y_px}], GROUND)
        sheet.lines([_level(begin, end, top + 22 / sheet.y_px)], AXIS, 2)
    if facts["core"]:
        begin, end = max(facts["core"], key=lambda part: part[1] - part[0])
        label = facts["core_label"]
        sheet.words(
            [{"x": _inside((begin + end) / 2, label, sheet), "y": top, "text": label}], _SMALL, "center", dy=-31
        )
    _grid(sheet, facts["grid"])
    parts: dict[str, list[Row]] = {name: [] for name in ("high", "likely", "stripes", "low", "c")}
    for hour, (_, low, likely, high, _) in enumerate(rows):
        middle = hour + 0.5
        ends = {"x": middle - _COLUMN / 2, "x2": middle + _COLUMN / 2, "y": 0.0}
        if likely is None:
            parts["c"].append({"x": middle, "y": 0.0, "text": HIDDEN if wide else "c"})
            continue
        parts["high"] += [{**ends, "y2": high}] if high else []
        parts["likely"] += [{**ends, "y2": likely}] if likely else []
        parts["stripes"] += [{"x": middle, "x2": middle, "y": low, "y2": likely}] if likely > low else []
        parts["low"] += [{**ends, "y2": low}] if low else []
    _three_parts(sheet, parts, _COLUMN * sheet.x_px)
    sheet.words(parts["c"], _SMALL, "center", dy=-12)
    sheet.lines([_level(0.0, float(_HOURS), 0.0)], AXIS, 2)
    for hour in range(0, _HOURS + 1, 3) if wide else (6, 12, 18):
        align: Align = "left" if not hour else "right" if hour == _HOURS else "center"
        sheet.words([{"x": float(hour), "y": 0.0, "text": f"{hour:02d}:00"}], _SMALL, align, dy=16)
    return sheet


def _inside(middle: float, label: str, sheet: Sheet) -> float:
    """Return the middle of a label that is to stay inside the plot."""
    half = width(label, _SMALL) / 2 / sheet.x_px
    return min(max(middle, sheet.x[0] + half), max(sheet.x[1] - half, sheet.x[0] + half))


def _plot(
    ends: tuple[float, float], top: float, marks: Sequence[Sequence[Any]], headroom: float, *, wide: bool
) -> Sheet:
    whole = headroom + _PLOT + _FOOT
    left = max([width(label, _SMALL) for _, label in marks], default=0.0) + _GAP
    return Sheet(WIDE if wide else NARROW, whole, ends, (0.0, top), left=round(left), top=headroom, bottom=_FOOT)


def _grid(sheet: Sheet, marks: Sequence[Sequence[Any]]) -> None:
    sheet.lines([_level(*sheet.x, at) for at, _ in marks], GRID, 1, (2, 4))
    sheet.words([{"x": sheet.x[0], "y": at, "text": label} for at, label in marks], _SMALL, "right", dx=-_GAP)


def _level(begin: float, end: float, at: float) -> Row:
    return {"x": begin, "x2": end, "y": at, "y2": at}


def heat_map(facts: Mapping[str, Any], *, wide: bool) -> Sheet:
    """Return squares for the hours of the week, the larger and darker the more: days down, or across on a phone."""
    if wide:
        sheet = Sheet(WIDE, 30 + _DAYS * 30.0, (0.0, _HOURS), (_DAYS, 0.0), left=96, top=30)
    else:
        sheet = Sheet(NARROW, 26 + _HOURS * 21.0, (0.0, _DAYS), (_HOURS, 0.0), left=50, top=26)

    def box(day: float, hour: float, days: float, length: float) -> Row:
        if wide:
            return {"x": hour, "x2": hour + length, "y": day, "y2": day + days}
        return {"x": day, "x2": day + days, "y": hour, "y2": hour + length}

    areas = {
        name: [box(first - 1, begin, days, end - begin) for first, days in facts["days"] for begin, end in facts[name]]
        for name in ("core", "lunch")
    }
    sheet.boxes(areas["core"], GROUND)
    grid = [_level(0.0, sheet.x[1], float(at)) for at in range((_DAYS if wide else _HOURS) + 1)]
    grid += [{"x": float(at), "x2": float(at), "y": 0.0, "y2": sheet.y[0]} for at in range(int(sheet.x[1]) + 1)]
    sheet.lines(grid, FAINT, 1)
    sheet.boxes(areas["core"], "none", AXIS, strokeWidth=2)
    room = min(sheet.x_px, sheet.y_px) - 4
    cells: list[list[Row]] = [[] for _ in range(BANDS)]
    hidden: list[Row] = []
    for day, hour, band in facts["cells"]:
        across, down = (hour + 0.5, day - 0.5) if wide else (day - 0.5, hour + 0.5)
        if band is None:
            hidden.append({"x": across, "y": down, "text": HIDDEN})
        elif band:
            half = room * _SIDES[band - 1] / 2
            dx, dy = half / sheet.x_px, half / sheet.y_px
            cells[band - 1].append({"x": across - dx, "x2": across + dx, "y": down - dy, "y2": down + dy})
    for band, fill in enumerate(_FILLS):
        sheet.boxes(cells[band], fill)
    sheet.words(hidden, 13, "center", ink=AXIS)  # there can be many: they stand back behind what is shown
    sheet.boxes(areas["lunch"], "none", AXIS, strokeWidth=2, strokeDash=[5, 3])
    names: list[Row] = [
        {"x": 0.0, "y": day + 0.5, "text": name} if wide else {"x": day + 0.5, "y": 0.0, "text": name[:3]}
        for day, name in enumerate(_DAY_NAMES)
    ]
    clock: list[Row] = [
        {"x": float(hour), "y": 0.0, "text": f"{hour:02d}:00"} if wide else
        {"x": 0.0, "y": float(hour), "text": f"{hour:02d}:00"}
        for hour in range(0, _HOURS, 3)
    ]  # fmt: skip
    if wide:
        sheet.words(names, _TEXT, dx=-96)
        sheet.words(clock[:1], _SMALL, dy=-12)
        sheet.words(clock[1:], _SMALL, "center", dy=-12)
    else:
        sheet.words(names, _SMALL, "center", dy=-12)
        sheet.words(clock[:1], _SMALL, "right", dx=-6, dy=7)
        sheet.words(clock[1:], _SMALL, "right", dx=-6)
    return sheet


def trend(facts: Mapping[str, Any], *, wide: bool) -> Sheet:
    """Return a dot for each week with a line from low to high, joined where no week between them is hidden."""
    rows: Sequence[Sequence[Any]] = facts["rows"]
    last = max(len(rows), 1) - 0.5
    sheet = _plot((-0.5, last), facts["top"], facts["grid"], _SMALL, wide=wide)
    _grid(sheet, facts["grid"])
    sheet.lines([_level(-0.5, last, 0.0)], AXIS, 2)
    ranges: list[Row] = []
    dots: list[Row] = []
    marks: list[Row] = []
    gaps: list[Row] = []
    mark = HIDDEN if wide else "c"
    reach = (width(mark, _SMALL) + 2) / sheet.x_px
    for hidden, run in _runs(rows):
        if hidden:
            gaps.append(_level(run[0] - 0.4, run[-1] + 0.4, 0.0))
            middle = (run[0] + run[-1]) / 2
            if not marks or middle - float(marks[-1]["x"]) >= reach:  # the stripes mark each gap, room or no room
                marks.append({"x": middle, "y": 0.0, "text": mark})
            continue
        here: list[Row] = [{"x": float(at), "y": rows[at][2]} for at in run]
        ranges += [{"x": float(at), "x2": float(at), "y": rows[at][1], "y2": rows[at][3]} for at in run]
        dots += here
        if len(here) > 1:
            sheet.way(here, DARK, 2)
    sheet.lines(ranges, MID, min(4.0, 0.4 * sheet.x_px))
    sheet.dots(dots, DARK, min(64.0, (0.9 * sheet.x_px) ** 2))
    sheet.lines(gaps, DARK, 8, (1, 2))
    sheet.words(marks, _SMALL, "center", dy=-14, halo=True)
    _ends(sheet, rows)
    return sheet


def _runs(rows: Sequence[Sequence[Any]]) -> list[tuple[bool, list[int]]]:
    runs: list[tuple[bool, list[int]]] = []
    for at, row in enumerate(rows):
        hidden = row[2] is None
        if runs and runs[-1][0] == hidden:
            runs[-1][1].append(at)
        else:
            runs.append((hidden, [at]))
    return runs


def _ends(sheet: Sheet, rows: Sequence[Sequence[Any]]) -> None:
    """Name the first and the last week, and the one in the middle if there is room for all three."""
    room = sheet.width - sheet.left
    if not rows:
        return
    last, middle = len(rows) - 1, len(rows) // 2
    named = sorted({0, last, middle} if middle not in {0, last} else {0, last})
    if any(width(rows[at][0], _SMALL) > room / 3 - _GAP for at in named):
        named = sorted({0, last})
    for at in named:
        half = width(rows[at][0], _SMALL) / 2  # below its own week, if there is room at the ends
        roomy = min(at, last - at) + 0.5 >= half / sheet.x_px
        align: Align = "center" if roomy else "left" if not at else "right" if at == last else "center"
        x = sheet.x[0] if align == "left" else sheet.x[1] if align == "right" else float(at)
        label = shortened(rows[at][0], _SMALL, room / len(named) - _GAP)
        sheet.words([{"x": x, "y": 0.0, "text": label}], _SMALL, align, dy=16)


KINDS: Mapping[str, Callable[..., Sheet]] = {"bars": bars, "hours": hours, "heat_map": heat_map, "trend": trend}
