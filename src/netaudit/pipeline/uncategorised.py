"""Sites without a class, and those whose class is not confirmed: what an organisation may want to class itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from netaudit.definitions.categories import ClassMap
from netaudit.definitions.overrides import OVERRIDE_COLUMNS, can_be_overridden
from netaudit.definitions.periods import is_closed
from netaudit.definitions.policies import Policy
from netaudit.pipeline.open_sites import open_of_week
from netaudit.pipeline.stored_weeks import StoredWeeks
from netaudit.pipeline.weeks import visits_of
from netaudit.protect import ShownSite, SuppressionSettings, busiest_weeks, many_or_few

Order = Literal["people", "minutes"]


@dataclass(frozen=True, slots=True)
class OpenSites:
    """The sites of some weeks that nobody has classed for sure, as far as they may be named."""

    shown: tuple[tuple[str, str, str, ShownSite], ...]  # site, what is known of it, its busiest week, the figures then
    hidden: int  # how many may not be named
    nameless: int  # how many of those that may be named no override can name
    open_weeks: tuple[str, ...]


def open_sites(
    weeks: StoredWeeks, class_map: ClassMap, policy: Policy, settings: SuppressionSettings, now: datetime
) -> OpenSites:
    """Return the sites without a class or with one that is not confirmed, then and by the class map of today.

    Shielded sites, sites of parts and of software, and what the class map has learnt since are left out.
    """
    found: list[tuple[str, Mapping[str, ShownSite]]] = []
    notes: dict[str, str] = {}
    for period in weeks.periods:
        of_week = open_of_week(visits_of(period, weeks.tables), class_map, policy, settings)
        notes |= of_week.notes
        found.append((period, of_week.shown))
    best = busiest_weeks(found)
    usable = [site for site in best if can_be_overridden(site)]
    return OpenSites(
        shown=tuple((site, notes[site], *best[site]) for site in usable),
        hidden=len(notes) - len(best),
        nameless=len(best) - len(usable),
        open_weeks=tuple(period for period in weeks.periods if not is_closed(period, policy.zone, now)),
    )


def template_lines(sites: OpenSites, top: int, order: Order, settings: SuppressionSettings) -> Iterator[str]:
    """Yield an overrides file in which nothing but class, author and date has to be filled in."""
    yield ",".join(OVERRIDE_COLUMNS)
    ranked = sorted(sites.shown, key=lambda one: (*_rank(one[3], order), one[0]))
    for site, note, period, shown in ranked[:top]:
        yield _row({"pattern": site, "reason": f"{note}; {_figures(shown)} in {period}"})
    # A spreadsheet would put quotes around a comma, and then it is no comment any more.
    yield "# Fill in category and author and date (as 2026-12-31); then move the rows to the overrides.csv of your own"
    if len(ranked) > top:
        yield f"# {len(ranked) - top} more sites could be shown: raise --top"
    few = f"{settings.threshold} people"
    yield f"# {many_or_few(sites.hidden, settings)} sites are not shown: in no week did {few} use them"
    if sites.nameless:
        yield f"# {many_or_few(sites.nameless, settings)} sites are not shown: no override can name them"
    for period in sites.open_weeks:
        yield f"# {period} is not over: its figures may still change and are for information governance only"


def _row(cells: Mapping[str, str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([cells.get(name, "") for name in OVERRIDE_COLUMNS])
    return text.getvalue()


def _figures(shown: ShownSite) -> str:
    people = f"{shown.people}{' or more' if shown.or_more else ''} people"
    return people if shown.minutes_high is None else f"{people}, {shown.minutes_high} minutes at most,"


def _rank(shown: ShownSite, order: Order) -> tuple[int, int]:
    people, minutes = -shown.people, -(shown.minutes_high or 0)
    return (people, minutes) if order == "people" else (minutes, people)
