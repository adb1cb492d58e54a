"""Longer times: unions of whole weeks, of which no more is told than the weeks' own printed figures tell.

A sum over weeks would be a new figure. It would count people more than once, for nobody is the same pseudonym in two
weeks, so that eight in a year can be one person in eight weeks; and less the weeks that are printed it would be those
that are hidden. So nothing is added up. What is told of a year follows from what was printed of its weeks, and from
nothing else: whoever has those pages learns nothing from it, and whoever has not learns less than they say.

Counts of what was done about cases (requests, openings, answers) are not in those pages. They are told in wide bands,
for whole years that are over, and not where they are small: a count of this month less that of last month would be the
name that was opened in between.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from netaudit.contracts import PUBLISHED, RANGES
from netaudit.protect.clauses import Clauses, withheld_classes, withheld_clauses
from netaudit.protect.counting import ACTIVE, TABLES
from netaudit.protect.suppression import SuppressionSettings
from netaudit.protect.units import LEVELS

LEAST_WEEKS = 4
"""A range of fewer weeks is the figures of single weeks, and says nothing of a longer time."""

_BANDS = (25, 50, 100, 250, 1_000)  # a count's bands begin at the threshold and at each of these
_STEP = 10  # per cent
_WITHOUT = 2  # weeks: a share stands without its largest two


def weekly_ranges(
    published: pl.DataFrame, settings: SuppressionSettings, without: Collection[str] = ()
) -> pl.DataFrame:
    """Return RANGES of some weeks: between which printed figures of the organisation each row lies.

    A row that is printed in fewer than four of the weeks, or in fewer than half of them, has no range. Weeks that are
    provisional are left out, and so are findings on withheld routes, and the head count, which is the staff list's.

    Args:
        published: PUBLISHED of the weeks, as stored: suppressed. Nothing else is asked.
        settings: thresholds; a printed figure below them (of a store with a smaller threshold) counts as hidden.
        without: values that the readers are not told of.
    """
    withheld = "|".join(settings.withheld_routes)
    rows = PUBLISHED.fit(published).filter(
        pl.col("report") == "ig",
        pl.col("unit_level") == LEVELS[0],
        ~pl.col("provisional"),
        pl.col("table").is_in(list(TABLES)),
        (pl.col("table") != "active_people") | (pl.col("value") == ACTIVE),
        ~pl.col("value").is_in(list(without)),
        # a policy of an earlier week may have had other clauses
        (pl.col("table") != "findings_by_clause") | ~pl.col("value").str.contains(rf" \(({withheld})\)$"),
    )
    is_shown = pl.col("people").is_not_null() & ~pl.col("suppressed") & (pl.col("people") >= settings.threshold)
    rows = rows.with_columns(people=pl.when(is_shown).then("people"), minutes=pl.when(is_shown).then("minutes"))

    def told(name: str) -> pl.Expr:
        shown = pl.col(name).count()
        return (shown >= LEAST_WEEKS) & (2 * shown >= pl.len())

    found = rows.group_by("table", "value").agg(
        pl.len().cast(pl.Int64).alias("weeks"),
        pl.col("people").count().cast(pl.Int64).alias("weeks_shown"),
        *(
            pl.when(told(name)).then(of).alias(f"{name}_{end}")
            for name in ("people", "minutes")
            for end, of in (("low", pl.col(name).min()), ("high", pl.col(name).max()))
        ),
    )
    return RANGES.fit(found.sort("table", "value"))


def withheld_values(clauses: Clauses, settings: SuppressionSettings) -> frozenset[str]:
    """Return the values of published tables that managers and the public are not told of.

    Args:
        clauses: of the policy.
        settings: the routes that are withheld.
    """
    return frozenset(withheld_clauses(clauses, settings).values()) | withheld_classes(clauses, settings)


def band(count: int, settings: SuppressionSettings) -> str | None:
    """Return in which band a count lies; None below the threshold, nought included.

    >>> [band(count, SuppressionSettings()) for count in (0, 7, 8, 24, 25, 5000)]
    [None, None, '8 to 24', '8 to 24', '25 to 49', '1,000 or more']
    """
    if settings.too_small(count):
        return None
    edges = [settings.threshold, *(edge for edge in _BANDS if edge > settings.threshold)]
    low = max(edge for edge in edges if edge <= count)
    above = [edge for edge in edges if edge > low]
    return f"{low:,} to {above[0] - 1:,}" if above else f"{low:,} or more"


def withdrawn_share(decided: Sequence[tuple[int, int]], settings: SuppressionSettings) -> int | None:
    """Return how many of a hundred decided findings were withdrawn, to the nearest 10; None where it is not told.

    It is told where as many people as make a group stand on either side even without the two weeks that have most of
    them, so that it says of no week that there was anybody.

    Args:
        decided: of each week, people with a confirmed finding, and people with a withdrawn one.
        settings: thresholds.

    >>> withdrawn_share([(4, 2)] * 6, SuppressionSettings())
    30
    >>> withdrawn_share([(9, 9), (9, 9), (1, 1)], SuppressionSettings()) is None
    True
    """
    sides = [sorted(counts[side] for counts in decided) for side in (0, 1)]
    if any(settings.too_small(sum(side[:-_WITHOUT])) for side in sides):
        return None
    confirmed, withdrawn = map(sum, sides)
    return round(100 * withdrawn / (confirmed + withdrawn) / _STEP) * _STEP
