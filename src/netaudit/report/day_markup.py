"""The inside of the picture of a case's day, as markup."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup

from netaudit.report.day_strips import LANE_HEIGHT, DayLane, DayStrip, Form
from netaudit.report.markup import AXIS, LANE_COLOURS, printed

_INK = "#212B32"
_GRID = "#D8DDE0"
WIDE = ' class="na-svg__wide"'  # left out on a phone
_LABEL, _TOP, _BAR = 13, 18, 18  # px in a lane: the label's line, where bars begin, how high they are
_LONG = ("personal", "blocked")
_TOUCHING = 0.01  # per cent: bars that only touch stay apart
_THIN = 8  # px high: what nobody did

# Where a form's bar lies in its lane and how it is drawn; {0} is the lane's colour, {1} the picture's name.
_STYLES = {
    "core": (_TOP, _BAR, f'fill="#FFFFFF" stroke="{AXIS}" stroke-width="2"'),
    "lunch": (_TOP, _BAR, f'fill="url(#{{1}}-dots)" stroke="{AXIS}" stroke-width="2"'),
    "bar": (_TOP, _BAR, f'fill="{_INK}" stroke="{_INK}"'),
    "break": (_TOP + 7, 4, f'fill="{_INK}" stroke="none"'),
    "solid": (_TOP, _BAR, 'fill="{0}" stroke="{0}"'),
    "striped": (_TOP, _BAR, 'fill="url(#{1}-{2})" stroke="{0}"'),
    "hollow": (_TOP, _BAR, 'fill="#FFFFFF" stroke="{0}"'),
    "excused": (_TOP, _BAR, 'fill="#FFFFFF" stroke="{0}" stroke-dasharray="2 2"'),
    "work": (_TOP, _BAR, 'fill="{0}" stroke="{0}"'),
    "unknown": (_TOP, _BAR, 'fill="url(#{1}-unknown)" stroke="{0}"'),
    "idle": (_TOP + _BAR - _THIN, _THIN, 'fill="#FFFFFF" stroke="{0}"'),
}
_COLOURS = {**LANE_COLOURS, "work": "#1F7F78", "unknown": "#B84A0E", "idle": LANE_COLOURS["background"]}
PATTERNS = tuple((kind, _COLOURS[kind]) for kind in ("blocked", "personal", "unknown"))


def day_drawing(strip: DayStrip, name: str) -> Markup:
    """Return the inside of a day's picture; `name` is that of the picture, and begins the names of its patterns."""
    foot = len(strip.lanes) * LANE_HEIGHT
    parts = [_hours(strip.lines, foot)]
    for number, lane in enumerate(strip.lanes):
        parts += _lane(lane, number * LANE_HEIGHT, name)
    parts.append(_minutes(strip.minutes, foot))
    for tick, narrow in zip(strip.ticks, strip.narrow, strict=True):
        small = "na-svg__small" if narrow else "na-svg__small na-svg__wide"
        parts.append(
            f'<line x1="{tick.at:.2f}%" x2="{tick.at:.2f}%" y1="{foot - 2}" y2="{foot + 8}" stroke="{_INK}"/>\n'
            f'<text class="{small}" x="{tick.at:.2f}%" y="{foot + 24}" text-anchor="{tick.anchor}">'
            f"{printed(tick.label)}</text>\n"
        )
    # Last, so that no bar hides them: the case begins and ends exactly here.
    parts += (
        f'<line class="na-limit" x1="{at:.2f}%" x2="{at:.2f}%" y1="{LANE_HEIGHT - 24}" y2="{foot}" '
        f'stroke="{_INK}" stroke-width="2"/>\n'
        for at in strip.limits
    )
    parts += (
        f'<text class="na-svg__small na-svg__halo" x="2" y="{number * LANE_HEIGHT + _LABEL}">'
        f"{printed(lane.label)}</text>\n"
        for number, lane in enumerate(strip.lanes)
    )
    return Markup("".join(parts))  # noqa: S704  # each text went through `printed`


@lru_cache(maxsize=32)
def _hours(lines: tuple[float, ...], foot: int) -> str:
    return "".join(f'<line x1="{at:.2f}%" x2="{at:.2f}%" y1="0" y2="{foot}" stroke="{_GRID}"/>\n' for at in lines)


@lru_cache(maxsize=256)
def _minutes(marks: tuple[tuple[float, bool], ...], foot: int) -> str:
    return "".join(
        f'<line{"" if narrow else WIDE} x1="{at:.2f}%" x2="{at:.2f}%" y1="{foot - 2}" y2="{foot + 4}" '
        f'stroke="{AXIS}"/>\n'
        for at, narrow in marks
    )


def _lane(lane: DayLane, top: int, name: str) -> list[str]:
    """Return a lane; what most of its bars are drawn with stands once, since there can be hundreds."""
    colour = _COLOURS.get(lane.kind, AXIS)
    line = f'<line x1="0" x2="100%" y1="{top + LANE_HEIGHT - 2}" y2="{top + LANE_HEIGHT - 2}" stroke="{AXIS}"/>\n'
    bars = "".join(_bar(form, lane.kind, top, colour, name) for form in _together(lane.forms))
    outline = f' stroke="{colour}"'
    if lane.kind in _LONG and bars:
        return [f"<g{outline}>\n{bars.replace(outline, '')}</g>\n", line]
    return [bars, line]


def _together(forms: Iterable[Form]) -> list[Form]:
    """Return the forms with those as one that follow one another, are filled alike, and lie over one another.

    They do where each is drawn wider than it is, to be seen at all: a day of hundreds of moments is one bar to the eye.
    """
    found: list[Form] = []
    for form in forms:
        last = found[-1] if found else None
        if last and last.kind == form.kind and last.left <= form.left < last.left + last.width - _TOUCHING:
            end = max(last.left + last.width, form.left + form.width)
            found[-1] = last._replace(width=end - last.left)
        else:
            found.append(form)
    return found


def _bar(form: Form, kind: str, top: int, colour: str, name: str) -> str:
    below, height, style = _STYLES[form.kind]
    return (
        f'<rect class="na-block" x="{form.left:.2f}%" y="{top + below}" width="{form.width:.2f}%" '
        f'height="{height}" {style.format(colour, name, kind)}/>\n'
    )
