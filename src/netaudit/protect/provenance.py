"""Where the classes behind a week's human time come from: shares so coarse that they say nothing of a person."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from netaudit.contracts import PROVENANCE, VISITS
from netaudit.definitions.categories import OVERRIDES_SOURCE, OWN_SOURCE
from netaudit.definitions.taxonomy import UNCATEGORISED, UNCATEGORISED_IP
from netaudit.definitions.vendor_categories import VENDOR_SOURCE
from netaudit.protect.counting import attended
from netaudit.protect.suppression import SuppressionSettings

OWN, IMPORTED, FILTER, UNCONFIRMED, NOBODY = KINDS = ("own", "imported", "filter", "unconfirmed", "nobody")
SITES = "unconfirmed_sites"
_STEP = 5  # per cent


def provenance(visits: pl.DataFrame, policy_uses: Mapping[str, str], settings: SuppressionSettings) -> pl.DataFrame:
    """Return PROVENANCE of one ISO week: the first door, for Information Governance.

    Of the organisation's likely human time, to the nearest 5 per cent: `own` (our lists and overrides), `imported`,
    `filter`, `unconfirmed` (an accusing class that a single bulk list names) and `nobody`. A kind that fewer people
    than the threshold make up, or mostly one or two, is hidden, and its time stands with `nobody`, so that no
    difference tells it. `unconfirmed_sites` is a count of sites, rounded as people are, and hidden below the threshold.

    Args:
        visits: VISITS of the week. Only human visits of attributable people count, never shielded ones.
        policy_uses: use by category.
        settings: thresholds.
    """
    seen = attended(VISITS.fit(visits), policy_uses).with_columns(kind=_kind())
    by_kind = {kind: _time(seen, [kind]) for kind in KINDS}
    hidden = [kind for kind in KINDS if kind != NOBODY and _is_hidden(by_kind[kind], settings)]
    by_kind[NOBODY] = _time(seen, [*hidden, NOBODY])
    shown = {kind: time for kind, time in by_kind.items() if kind not in hidden and not _is_hidden(time, settings)}
    whole = sum(sum(time) for time in by_kind.values()) - sum(sum(by_kind[kind]) for kind in hidden)
    sites = seen.filter(~pl.col("category_confirmed"))["site"].drop_nulls().n_unique()
    numbers: dict[str, int | None] = {
        kind: round(100 * sum(shown[kind]) / whole / _STEP) * _STEP if whole and kind in shown else None
        for kind in KINDS
    }
    # Of two shares of a hundred one tells the other.
    if len(shown) < len(KINDS) - len(hidden):
        numbers = dict.fromkeys(KINDS)
    numbers[SITES] = None if settings.too_small(sites) else settings.rounded(sites)
    return PROVENANCE.fit(pl.DataFrame(list(numbers.items()), PROVENANCE.schema, orient="row"))


def _kind() -> pl.Expr:
    source = pl.col("category_source").fill_null("")
    return (
        pl.when(~pl.col("category_confirmed"))
        .then(pl.lit(UNCONFIRMED))
        .when(pl.col("category").is_in([UNCATEGORISED, UNCATEGORISED_IP]))
        .then(pl.lit(NOBODY))
        .when(source.str.starts_with(VENDOR_SOURCE))
        .then(pl.lit(FILTER))
        .when(source.is_in([OWN_SOURCE, OVERRIDES_SOURCE, ""]))
        .then(pl.lit(OWN))
        .otherwise(pl.lit(IMPORTED))
    )


def _time(seen: pl.DataFrame, kinds: list[str]) -> list[int]:
    """Return the likely milliseconds of each person, the most first."""
    mine = seen.filter(pl.col("kind").is_in(kinds)).group_by("user_hash").agg(pl.col("minutes").sum())
    return mine["minutes"].sort(descending=True).to_list()


def _is_hidden(time: list[int], settings: SuppressionSettings) -> bool:
    first, second = [*time, 0, 0][:2]
    return settings.too_small(len(time)) or settings.dominated(sum(time), first, second)
