"""How the lines of a sample are cut: the syntax that reads most of them and finds most fields."""

from __future__ import annotations

from collections.abc import Sequence

from netaudit.ingest.propose.cut import Cut
from netaudit.ingest.propose.cut_columns import column_cuts, padded_cut, spaced_cut
from netaudit.ingest.propose.cut_keys import (
    cef_cut,
    json_cut,
    key_colon_cut,
    key_value_cut,
    leef_cut,
    marked_cut,
    w3c_cut,
)
from netaudit.ingest.propose.looks import LOOKS, NULLS

_LEAST_SHARE = 0.5  # of the lines; a syntax that reads fewer is not that of the file
_NEARLY_ALL = 0.97
_LOOKED_AT = 100
_MOST = 0.8  # of the values must look alike
_TELLING = ("url", "host", "path", "ip", "method", "request", "status", "mime", "size", "lasted", "agent")
_CUTS = (json_cut, cef_cut, leef_cut, w3c_cut, key_value_cut, key_colon_cut, marked_cut)


def cut_lines(lines: Sequence[str]) -> Cut | None:
    """Return the cut that understands most of the lines; None if none understands half of them.

    Of two that understand as many, the one that finds more fields whose values are of a known kind; and then the one
    that says more about itself: JSON before keys before columns.
    """
    kept = [line for line in lines if line.strip()]
    found = [cut for make in _CUTS if (cut := make(kept)) is not None]
    found += [*column_cuts(kept), *(cut for make in (spaced_cut, padded_cut) if (cut := make(kept)) is not None)]
    records = sum(not line.startswith("#") for line in kept)
    found = [cut for cut in found if cut.rows and len(cut.rows) >= _LEAST_SHARE * records]
    return max(found, key=lambda cut: (min(len(cut.rows) / records, _NEARLY_ALL), _typed(cut)), default=None)


def _typed(cut: Cut) -> float:
    """Return how many fields have values of a known kind; words that stand in all lines are no fields."""
    columns = [[one for one in cut.values(name)[:_LOOKED_AT] if one not in NULLS] for name in cut.names]
    same = sum(len(values) == len(cut.rows[:_LOOKED_AT]) > 1 == len({*values}) for values in columns)
    return sum(map(_is_typed, columns)) - same / 2


def _is_typed(values: Sequence[str]) -> bool:
    return bool(values) and any(sum(map(LOOKS[look], values)) >= _MOST * len(values) for look in _TELLING)
