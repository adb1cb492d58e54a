"""How a log format writes times: read with every fault and its place."""

from __future__ import annotations

from netaudit.definitions.format_patterns import style_fault
from netaudit.definitions.formats import TimeStyle
from netaudit.definitions.toml_tables import Shape, Tables

_SHAPE: Shape = {"styles": list, "marks": str, "duration": str, "day_or_month": bool}
_NOTHING = TimeStyle(())


def read_time(
    tables: Tables, table: object, where: str, usual: TimeStyle = _NOTHING, *, whole: bool = True
) -> TimeStyle:
    """Return how times are written, as far as it is well formed.

    Args:
        tables: gets the faults.
        table: as the file has it.
        where: the place in the file.
        usual: what counts for a key that is not there.
        whole: whether the file could be read to its end; else missing things are no faults.
    """
    known = tables.table(table, _SHAPE, where)
    styles = known.get("styles", list(usual.styles))
    if (not styles and whole) or not all(isinstance(style, str) for style in styles):
        tables.fault("time.styles is not a list of styles", where, "use epoch, iso or strftime patterns")
    styles = [style for style in styles if isinstance(style, str)]
    for style in styles:
        if style in {"epoch", "iso"}:
            continue
        if "%" not in style:
            tables.fault(f"unknown style of time '{style}'", where, "use epoch, iso or a strftime pattern")
        elif fault := style_fault(style):
            what = f"'{style}' is no style of time: {fault}"
            tables.fault(what, where, "name day, month, hour and minute, and the year where it is written")
    tables.one_of(known, "marks", ("start", "end"), where)
    tables.one_of(known, "duration", ("s", "ms", "us", "ns"), where)
    return TimeStyle(
        styles=tuple(styles),
        marks=known.get("marks", usual.marks),
        duration=known.get("duration", usual.duration),
        day_or_month=known.get("day_or_month", usual.day_or_month),
    )
