"""What pages have in great number, as markup: rows of tables, summary lists, the drawing of a timeline.

A template could say the same, but looks up, finalises and escapes each word by itself: a page of a case would take
twice as long. Here every text goes through `printed`, once for all the places where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from markupsafe import Markup, escape

from netaudit.report.case_words import Fact
from netaudit.report.charts import LANE_HEIGHT, Strip
from netaudit.report.plain import plain
from netaudit.report.tables import Cell, Column, Table

LANE_COLOURS = {
    "blocked": "#801650",
    "personal": "#12436D",
    "business": "#28A197",
    "unknown": "#F46A25",
    "background": "#3D3D3D",
}
AXIS = "#4C6272"
_GRID = "#D8DDE0"


@lru_cache(maxsize=4096)
def printed(text: str) -> str:
    r"""Return a text as a page prints it: nothing in it is invisible, and nothing is markup.

    >>> printed("<td>ok\u202e")
    '&lt;td&gt;ok[U+202E]'
    """
    return str(escape(plain(text)))


def summary_list(facts: Iterable[Fact]) -> Markup:
    """Return facts as a summary list."""
    rows = "".join(
        f'  <div class="nhsuk-summary-list__row"><dt class="nhsuk-summary-list__key">{printed(name)}</dt>'
        f'<dd class="nhsuk-summary-list__value">{printed(value)}</dd></div>\n'
        for name, value in facts
    )
    return Markup(f'<dl class="nhsuk-summary-list">\n{rows}</dl>\n')  # noqa: S704  # each text went through `printed`


def items(texts: Iterable[str]) -> Markup:
    """Return texts as the items of a list."""
    return Markup("".join([f"<li>{printed(text)}</li>" for text in texts]))  # noqa: S704  # as above


def table_rows(table: Table, status: Callable[[str], str] = printed) -> Markup:
    """Return the rows of a table's body; `status` makes the tag of a status word."""
    frames = [_frame(column, heading=not place) for place, column in enumerate(table.columns)]
    parts = []
    for row in table.rows:
        parts.append('    <tr class="nhsuk-table__row">\n')
        for (start, start_of_long, end), cell in zip(frames, row, strict=True):
            parts += (start_of_long if cell.long else start, _inside(cell, status), end)
        parts.append("    </tr>\n")
    return Markup("".join(parts))  # noqa: S704  # each text went through `printed`


@lru_cache(maxsize=256)
def _frame(column: Column, *, heading: bool) -> tuple[str, str, str]:
    """Return what stands before a cell, before one with long words, and after both."""
    name, kind, scope = ("th", "header", ' scope="row"') if heading else ("td", "cell", "")
    classes = f"nhsuk-table__{kind}"
    if column.numeric:
        classes += f" nhsuk-table__{kind}--numeric"
    start, start_of_long = (
        f'      <{name} class="{classes}{more}"{scope} data-title="{printed(column.title)}">'
        for more in ((" na-whole", " na-whole") if column.whole else ("", " na-long"))
    )
    return start, start_of_long, f"</{name}>\n"


def _inside(cell: Cell, status: Callable[[str], str]) -> str:
    if cell.tag:
        return status(cell.text)
    if cell.href:
        return f'<a class="nhsuk-link" href="{printed(cell.href)}">{printed(cell.text)}</a>'
    if cell.hidden:
        return f'<abbr class="na-hidden" title="hidden to protect people">{printed(cell.text)}</abbr>'
    return printed(cell.text)


def drawing(strip: Strip, name: str) -> Markup:
    """Return the inside of a timeline's picture; `name` is that of the picture, whose pattern is `name`-blocked."""
    foot = len(strip.lanes) * LANE_HEIGHT
    parts = [
        f'<line x1="{tick.at:.2f}%" x2="{tick.at:.2f}%" y1="0" y2="{foot + 6}" stroke="{_GRID}"/>\n'
        for tick in strip.ticks
    ]
    for number, lane in enumerate(strip.lanes):
        top, colour = number * LANE_HEIGHT, LANE_COLOURS[lane.use]
        fill = f"url(#{name}-blocked)" if lane.use == "blocked" else colour
        acted = f'height="22" fill="{fill}" stroke="{colour}"/>\n'
        by_itself = f'height="10" fill="#FFFFFF" stroke="{colour}"/>\n'
        parts += (
            f'<rect class="na-block" x="{block.left:.2f}%" y="{top + (22 if block.acted else 34)}" '
            f'width="{block.width:.2f}%" {acted if block.acted else by_itself}'
            for block in lane.blocks
        )
        parts.append(
            f'<line x1="0" x2="100%" y1="{top + 45}" y2="{top + 45}" stroke="{AXIS}"/>\n'
            f'<text class="na-svg__halo" x="2" y="{top + 15}">{printed(lane.label)}</text>\n'
        )
    parts += (
        f'<text class="na-svg__small" x="{tick.at:.2f}%" y="{foot + 22}" text-anchor="{tick.anchor}">'
        f"{printed(tick.label)}</text>\n"
        for tick in strip.ticks
    )
    return Markup("".join(parts))  # noqa: S704  # each text went through `printed`
