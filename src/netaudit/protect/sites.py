"""Sites that may be named beside figures of a week, because enough people were there.

A site is named where the threshold of people or more used it in one week. How many they were is rounded, and never more
is told than a count that does not say it of nearly everybody. Weeks are looked at one by one: nobody's pseudonym lasts
longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import polars as pl

from netaudit.protect.counting import figures
from netaudit.protect.disclosure import MEASURES
from netaudit.protect.suppression import SuppressionSettings
from netaudit.protect.units import everyone

_HIGH = MEASURES.index("minutes_high")


class ShownSite(NamedTuple):
    """What is printed of a site in one week; sorts by what is printed and nothing else."""

    people: int  # rounded
    or_more: bool  # the count is near that of everybody: more is not told
    minutes_high: int | None  # rounded; None: few people make up most of it


def shown_sites(seen: pl.DataFrame, counted: pl.DataFrame, settings: SuppressionSettings) -> dict[str, ShownSite]:
    """Return what may be printed of a week's sites, by name; those that may not be named are left out.

    Args:
        seen: what `attended` returns of the week: whoever is in it was active.
        counted: `user_hash`, `value` (the site) and MEASURES in milliseconds, of some of these visits.
        settings: thresholds.
    """
    staff = everyone(seen["user_hash"])
    group = staff.tree.units[0].headcount
    most = _most_told(group, settings)
    shown = {}
    for site, (figure,) in figures(staff, counted, counted["value"].unique().sort().to_list(), settings).items():
        if settings.too_small(figure.people) or settings.too_small(most):
            continue
        people = settings.rounded(figure.people)
        minutes = None if figure.dominated else settings.rounded_minutes(figure.milliseconds[_HIGH])
        shown[site] = ShownSite(min(people, most), people >= most, minutes)
    return shown


def busiest_weeks(weeks: Iterable[tuple[str, Mapping[str, ShownSite]]]) -> dict[str, tuple[str, ShownSite]]:
    """Return for each site the week in which it is shown with most people, and what is shown of it then.

    Weeks are never added up, since nobody can tell whether the people of two weeks are the same.
    """
    found: dict[str, tuple[str, ShownSite]] = {}
    for period, sites in weeks:
        for site, shown in sites.items():
            if site not in found or (_order(shown), period) > (_order(found[site][1]), found[site][0]):
                found[site] = (period, shown)
    return found


def many_or_few(count: int, settings: SuppressionSettings) -> str:
    """Return a count in words that tell of no single one.

    >>> many_or_few(3, SuppressionSettings()), many_or_few(13, SuppressionSettings())
    ('fewer than 8', 'about 15')
    """
    return f"fewer than {settings.threshold}" if settings.too_small(count) else f"about {settings.rounded(count)}"


def _most_told(group: int, settings: SuppressionSettings) -> int:
    """Return the largest count that can be printed of so many people without saying it of nearly all of them."""
    most = settings.rounded(group)
    while most > 0 and settings.says_it_of_all(most, group):
        most -= settings.base
    return most


def _order(shown: ShownSite) -> tuple[int, int]:
    return shown.people, -1 if shown.minutes_high is None else shown.minutes_high
