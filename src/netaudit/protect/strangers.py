"""How many people with activity the directory does not have: in bands, as such a count is one of people."""

from __future__ import annotations

import polars as pl

from netaudit.contracts import Unlisted
from netaudit.protect.sites import many_or_few
from netaudit.protect.suppression import SuppressionSettings


def strangers(counts: pl.DataFrame | None, settings: SuppressionSettings) -> Unlisted | None:
    """Return how many people with activity in a week the directory does not have, so that nobody is told of.

    Nought and seven read alike. None: there is no directory, or the week is of a version that did not count them.

    Args:
        counts: one row of `missing`, `outside`; no row without a directory.
        settings: thresholds.
    """
    if counts is None or counts.is_empty():
        return None
    missing, outside = counts.row(0)
    return Unlisted(
        many_or_few(missing, settings),
        many_or_few(outside, settings),
        is_told=not (settings.too_small(missing) and settings.too_small(outside)),
    )
