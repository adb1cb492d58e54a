"""A policy's clauses as rows of a table: where their findings go, and what a finding says of its person's time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from netaudit.definitions.calendars import WEEKDAYS
from netaudit.definitions.managers import INSTEAD, MANAGER
from netaudit.definitions.policies import Policy
from netaudit.definitions.policy_terms import Rule
from netaudit.protect.needed_time import Needed
from netaudit.protect.suppression import SuppressionSettings
from netaudit.protect.weekday_hours import hour_of

PERSONAL_USES = ("personal", "blocked")  # requirements §5: personal time = personal + blocked
# Kinds of rules of which a finding is no personal time: what was stopped, what was fetched.
_NO_TIME = ("attempts", "downloads")
_IN_CORE = ("core_minutes", "own_time")  # count core time outside lunch alone
_OF_MINUTES = ("one_hour", "class_minutes", "core_minutes", "own_time")


@dataclass(frozen=True, slots=True)
class Clauses:
    """Where a policy's rules send what they find."""

    routes: Mapping[str, Collection[str]]  # that findings of the rules that are on can take, by clause
    classes: Mapping[str, Collection[str]] = field(default_factory=dict)  # of all rules, by class they name
    # By clause and route: the classes in one of which everybody with such a finding had personal time. Missing where
    # a finding proves no such time: an attempt, a download.
    within: Mapping[tuple[str, str], Collection[str]] = field(default_factory=dict)
    needed: Mapping[tuple[str, str], Needed] = field(default_factory=dict)  # by clause and route


def clauses_of(policy: Policy) -> Clauses:
    """Return the clauses and classes of a policy's rules with their routes: for clauses, where findings can go."""
    clauses: defaultdict[str, set[str]] = defaultdict(set)
    classes: defaultdict[str, set[str]] = defaultdict(set)
    within: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    without: set[tuple[str, str]] = set()
    needed: defaultdict[tuple[str, str], list[Needed]] = defaultdict(list)
    own_time = policy.categories_used_as(*PERSONAL_USES)
    for rule in policy.rules:
        if rule.on:
            routes = (rule.route, INSTEAD) if rule.route == MANAGER else (rule.route,)  # whoever nobody is above
            clauses[rule.clause].update(routes)
            for route in routes:
                within[rule.clause, route].update(rule.categories or own_time)
                needed[rule.clause, route].append(_needed(rule, policy))
                if rule.kind in _NO_TIME:
                    without.add((rule.clause, route))
        for category in rule.categories:  # a rule that is off still says who may hear of its classes
            classes[category].add(rule.route)
    routes_of, routes_of_class = (
        {key: tuple(sorted(found[key])) for key in sorted(found)} for found in (clauses, classes)
    )
    return Clauses(
        routes_of,
        routes_of_class,
        {key: tuple(sorted(within[key])) for key in sorted(within) if key not in without},
        {key: _by_any(needed[key]) for key in sorted(needed)},
    )


def _needed(rule: Rule, policy: Policy) -> Needed:
    """Return what each finding of a rule needs: proven minutes over its limit, and some of them in core hours."""
    limit = policy.one_hour.limit_minutes if rule.kind == "one_hour" else rule.limit
    minutes = float(limit or 0.0) if rule.kind in _OF_MINUTES else 0.0
    needs_core = rule.kind in _IN_CORE or (rule.kind == "one_hour" and policy.one_hour.core_minutes > 0)
    cells = _core_cells(policy) if needs_core else ()
    return Needed(minutes, tuple(sorted({hour_of(cell) for cell in cells})), cells)


def _core_cells(policy: Policy) -> tuple[str, ...]:
    """Return the weekdays and hours that core time touches by the default pattern; none where it crosses midnight.

    Other patterns have other hours: whoever has one can be behind them, so that taking the default's hides too much and
    never too little.
    """
    weeks = policy.patterns[policy.default_pattern].cycle
    stretches = [
        (weekday, stretch)
        for week in weeks
        for weekday, day in enumerate(WEEKDAYS, start=1)
        for stretch in week.get(day, ())
    ]
    if any(stretch.crosses_midnight for _, stretch in stretches):
        return ()
    touched = {
        (weekday, hour)
        for weekday, stretch in stretches
        for hour in range(stretch.start.hour, stretch.end.hour + bool(stretch.end.minute or stretch.end.second))
    }
    return tuple(f"{weekday}-{hour:02d}" for weekday, hour in sorted(touched))


def _by_any(needs: Collection[Needed]) -> Needed:
    """Return what a finding needs that can be of any of several rules."""
    in_core = all(one.hours for one in needs)
    hours, cells = (
        tuple(sorted(frozenset[str]().union(*places))) if in_core else ()
        for places in ((one.hours for one in needs), (one.cells for one in needs))
    )
    return Needed(min(one.minutes for one in needs), hours, cells)


def proven_classes(
    clauses: Clauses, classes: Collection[str], settings: SuppressionSettings
) -> dict[str, frozenset[str]]:
    """Return the published classes in one of which everybody in a row of clauses was, by the row's value."""
    return {
        row: frozenset(category for pair in its for category in clauses.within[pair]) & frozenset(classes)
        for row, its in _pairs(clauses, settings).items()
        if all(pair in clauses.within for pair in its)
    }


def needed_time(clauses: Clauses, settings: SuppressionSettings) -> dict[str, Needed]:
    """Return what each finding in a row of clauses needs, by the row's value."""
    return {
        row: _by_any([clauses.needed.get(pair, Needed()) for pair in its])
        for row, its in _pairs(clauses, settings).items()
    }


def _pairs(clauses: Clauses, settings: SuppressionSettings) -> dict[str, list[tuple[str, str]]]:
    """Return the clauses and routes that are counted in each row."""
    withheld = withheld_clauses(clauses, settings)
    pairs: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for clause, routes in clauses.routes.items():
        for route in routes:
            pairs[withheld.get((clause, route), clause)].append((clause, route))
    return pairs


def withheld_classes(clauses: Clauses, settings: SuppressionSettings) -> frozenset[str]:
    """Return the classes that only rules with a withheld route name: managers never hear of them."""
    return frozenset(
        category for category, routes in clauses.classes.items() if not set(routes) - set(settings.withheld_routes)
    )


def withheld_clauses(clauses: Clauses, settings: SuppressionSettings) -> dict[tuple[str, str], str]:
    """Return the row in which findings of a clause on a withheld route are counted, by clause and route."""
    return {
        (clause, route): f"{clause} ({route})"
        for clause, routes in clauses.routes.items()
        for route in settings.withheld_routes
        if route in routes
    }
