"""Drawings, made of boxes, lines, words and dots by Altair and turned into SVG by vl-convert, without a network.

All places are in the units of the data, or in px from the plot's edge where a margin is meant; nothing is laid out by
the width of a text, which depends on the fonts of a machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import altair as alt
import vl_convert
from altair.utils import schemapi

INK = "#212B32"  # of words
DARK = "#12436D"  # dark blue, the first of the Analysis Function's colours
MID = "#2073BC"  # mid blue of its sequence
WHITE = "#FFFFFF"
AXIS = "#4C6272"
GRID = "#AEB7BD"
FAINT = "#D8DDE0"  # lines that only help the eye along
GROUND = "#E8EDEE"
STRIPES = (2, 3)  # px drawn, px left out

_GRAMMAR = "6.4"  # the Vega-Lite that Altair 6.3 writes

Row = dict[str, float | str]
Align = Literal["left", "center", "right"]


@dataclass
class Sheet:
    """A drawing in the making; margins and sizes in px, domains in units of the data."""

    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]
    left: float = 0.0
    right: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    layers: list[alt.UnitSpec] = field(default_factory=list)
    data: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def x_px(self) -> float:
        """Return how many px one unit across has."""
        return (self.width - self.left - self.right) / (self.x[1] - self.x[0])

    @property
    def y_px(self) -> float:
        """Return how many px one unit down or up has."""
        return (self.height - self.top - self.bottom) / abs(self.y[1] - self.y[0])

    def _add(self, rows: Sequence[Row], mark: dict[str, Any], *, ranged: bool, ordered: bool = False) -> None:
        if not rows:
            return
        name = f"rows-{len(self.layers)}"
        self.data[name] = list(rows)
        # Tests hold the specifications against the grammar's schema; to do so each time costs more than to draw.
        with schemapi.debug_mode(False):  # noqa: FBT003
            channels: dict[str, Any] = {
                axis: alt.PositionFieldDef(
                    field=axis,
                    type="quantitative",
                    axis=None,
                    scale=alt.Scale(domain=list(ends), nice=False, zero=False),
                )
                for axis, ends in (("x", self.x), ("y", self.y))
            }
            if ranged:
                channels |= {axis: alt.SecondaryFieldDef(field=axis) for axis in ("x2", "y2")}
            if ordered:
                channels["order"] = alt.OrderFieldDef(field="x", type="quantitative")
            if mark["type"] == "text":
                channels["text"] = alt.StringFieldDef(field="text", type="nominal")
            layer = alt.UnitSpec(
                data=alt.NamedData(name=name), mark=alt.MarkDef(**mark), encoding=alt.Encoding(**channels)
            )
        self.layers.append(layer)

    def boxes(self, rows: Sequence[Row], fill: str, stroke: str | None = None, **style: Any) -> None:  # noqa: ANN401
        """Add rectangles: x, x2, y, y2."""
        self._add(rows, {"type": "rect", "fill": fill, "stroke": stroke, **style}, ranged=True)

    def lines(self, rows: Sequence[Row], stroke: str, thick: float, dash: Sequence[float] = ()) -> None:
        """Add straight lines: x, x2, y, y2."""
        style: dict[str, Any] = {"type": "rule", "stroke": stroke, "strokeWidth": thick}
        self._add(rows, style | ({"strokeDash": list(dash)} if dash else {}), ranged=True)

    def way(self, rows: Sequence[Row], stroke: str, thick: float) -> None:
        """Add a line from point to point."""
        style = {"type": "line", "stroke": stroke, "strokeWidth": thick}
        self._add(rows, style, ranged=False, ordered=True)

    def dots(self, rows: Sequence[Row], fill: str, area: float) -> None:
        """Add round dots of an area in px."""
        style = {"type": "point", "shape": "circle", "size": area, "fill": fill, "stroke": fill, "strokeWidth": 0}
        self._add(rows, style, ranged=False)

    def words(
        self,
        rows: Sequence[Row],
        size: float,
        align: Align = "left",
        *,
        dx: float = 0,
        dy: float = 0,
        bold: bool = False,
        halo: bool = False,
        ink: str = INK,
    ) -> None:
        """Add texts: x, y, text; `y` is the middle of the letters. A halo keeps them clear of what is below."""
        style = {"type": "text", "align": align, "baseline": "alphabetic", "fontSize": size, "limit": 0}
        style |= {"dx": dx, "dy": dy + round(size * 0.35), "fontWeight": "bold" if bold else "normal"}
        if halo:
            edge = {"stroke": WHITE, "strokeWidth": 4, "strokeJoin": "round", "fill": WHITE}
            self._add(rows, style | edge, ranged=False)
        self._add(rows, style | {"fill": ink}, ranged=False)

    def specification(self, *, checked: bool = False) -> dict[str, Any]:
        """Return the drawing in Vega-Lite, on request held against its schema."""
        with schemapi.debug_mode(checked):
            chart = alt.TopLevelLayerSpec(
                layer=self.layers,
                width=self.width - self.left - self.right,
                height=self.height - self.top - self.bottom,
                padding={"left": self.left, "right": self.right, "top": self.top, "bottom": self.bottom},
                autosize=alt.AutoSizeParams(type="none"),
                background="transparent",
                config=alt.Config(view=alt.ViewConfig(stroke=None)),
                datasets=self.data,
            )
            return {"$schema": alt.SCHEMA_URL, **chart.to_dict(validate=checked)}

    def svg(self) -> str:
        """Return the drawing as the library makes it."""
        specification = self.specification()
        return str(vl_convert.vegalite_to_svg(specification, vl_version=_GRAMMAR, allowed_base_urls=[]))
