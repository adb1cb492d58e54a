"""What another policy would change, as figures that tell nobody's part in it.

The reader we guard against asks again and again, each time with slightly other settings, and looks for the one at
which a figure moves. So three things hold beside what holds for published figures:

* a figure is shown only where the published ones of that policy would show it as well;
* where fewer people than the threshold would come under another verdict, or one or two make up most of the minutes that
  move, the figure after is the figure before, whatever the true one: small changes cannot be seen at all;
* there is no unit but the organisation, and minutes are told in hours.

What remains: a figure moves when enough people do, and when a sum passes the middle between two roundings. Whoever asks
often enough learns at which setting *some* person, nobody knows who, makes it move.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from netaudit.definitions.policies import Policy
from netaudit.protect.clauses import PERSONAL_USES, Clauses, clauses_of, withheld_clauses
from netaudit.protect.counting import attended, by_clause
from netaudit.protect.disclosure import Figure, uncovered
from netaudit.protect.publish import publish
from netaudit.protect.suppression import MS_PER_MINUTE, SuppressionSettings
from netaudit.protect.units import everyone, staff_of

STATUSES = ("new", "close", "excused")
PLACES = ("core", "lunch", "own")  # where personal time lies: in core time outside lunch, at lunch, in one's own time
_HOUR_MS = 60 * MS_PER_MINUTE
_WHOLE_HOURS = 100  # up to here; from here on to two figures
_MOVED_MS = MS_PER_MINUTE // 2  # less is rounding


class Effect(NamedTuple):
    """One figure before and after; None is hidden."""

    table: str  # findings: people; time: hours
    clause: str  # "" for time
    value: str  # a status, or a place
    before: int | None
    after: int | None

    @property
    def hidden(self) -> Effect:
        """The figure of a week that is still open: one night's beside the next's would tell of single people."""
        return self._replace(before=None, after=None)

    @property
    def change(self) -> int | None:
        """By how much the printed figure would change; None where either is hidden."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class Side:
    """A week under one policy."""

    policy: Policy
    findings: pl.DataFrame  # FINDINGS
    spells: pl.DataFrame  # SPELLS


@dataclass(frozen=True, slots=True)
class _Counted:
    """The true figures of a side, for the organisation as a whole."""

    active: int
    people: Mapping[tuple[str, str], frozenset[int]]  # by clause and status
    minutes: Mapping[str, Mapping[int, int]]  # by place, milliseconds of each person
    hidden_clauses: frozenset[str]  # those that published figures would not show
    hidden_classes: frozenset[str]  # likewise, their people or their minutes
    least_ms: float  # between which personal time lies by what published figures would show of classes
    most_ms: float


def effects(
    visits: pl.DataFrame, people: pl.DataFrame, period: str, before: Side, after: Side, settings: SuppressionSettings
) -> list[Effect]:
    """Return the figures of a week before and after, every one of them always listed.

    Args:
        visits: VISITS of the week.
        people: PEOPLE, the whole directory; without rows everybody who was active counts.
        period: the week.
        before: the week under the one policy.
        after: the week under the other.
        settings: thresholds.
    """
    sides = [_count(visits, people, period, side, settings) for side in (before, after)]
    if _told_by_two(before.policy, after.policy, sides[0].hidden_classes | sides[1].hidden_classes):
        sides[1] = sides[0]
    rows = dict.fromkeys(row for side in (before, after) for row in _rows(side.policy, settings))
    hidden = [{key for status in STATUSES for key in _hidden(side, status, rows, settings)} for side in sides]
    found = []
    for row in sorted(rows):
        for status in STATUSES:
            key = (row, status)
            sets = [side.people.get(key, frozenset[int]()) for side in sides]
            shown = [None if key in hidden[side] else settings.rounded(len(group)) for side, group in enumerate(sets)]
            moved = max(len(sets[0] - sets[1]), len(sets[1] - sets[0]))
            found.append(Effect("findings", row, status, shown[0], shown[0 if settings.too_small(moved) else 1]))
    return found + list(_time(sides[0], sides[1], settings))


def _told_by_two(before: Policy, after: Policy, hidden: frozenset[str]) -> bool:
    """Return whether a hidden class counts as personal time under one policy alone.

    Two questions, one with the class and one without it, would tell its minutes by their difference.
    """
    one, other = (set(policy.categories_used_as(*PERSONAL_USES)) for policy in (before, after))
    return bool((one ^ other) & hidden)


def _rows(policy: Policy, settings: SuppressionSettings) -> Iterator[str]:
    """Yield the rows of findings as IG's published figures have them."""
    clauses = clauses_of(policy)
    withheld = withheld_clauses(clauses, settings)
    yield from (row for row in withheld.values())
    for clause, routes in clauses.routes.items():
        if any((clause, route) not in withheld for route in routes):
            yield clause


def _count(
    visits: pl.DataFrame, people: pl.DataFrame, period: str, side: Side, settings: SuppressionSettings
) -> _Counted:
    policy, clauses = side.policy, clauses_of(side.policy)
    seen = attended(visits, policy.classes)
    staff = everyone(seen["user_hash"]) if people.is_empty() else staff_of(people, period, settings.unit_size)
    members = staff.members.filter(unit=0).select("user_hash").unique()
    found = side.findings.with_columns(pl.col("status").cast(pl.String).replace("confirmed", "new"))
    found = found.join(members, on="user_hash", how="semi")
    spells = side.spells.join(members, on="user_hash", how="semi")
    published = publish(
        visits,
        side.findings,
        people,
        policy.classes,
        period,
        policy.zone,
        settings,
        clauses=clauses,
        provisional=True,
    ).filter(unit_level="organisation", report="ig")
    least, most = _time_told(published, policy, settings)
    return _Counted(
        active=seen.join(members, on="user_hash", how="semi")["user_hash"].n_unique(),
        people={
            (row, status): group
            for status in STATUSES
            for row, group in _by_row(found.filter(status=status), clauses, settings)
        },
        minutes=_minutes(spells),
        hidden_clauses=frozenset(published.filter(pl.col("suppressed"), table="findings_by_clause")["value"]),
        hidden_classes=frozenset(
            published.filter(pl.col("minutes").is_null(), table="time_by_class")["value"].to_list()
        ),
        least_ms=least,
        most_ms=most,
    )


def _by_row(
    found: pl.DataFrame, clauses: Clauses, settings: SuppressionSettings
) -> Iterator[tuple[str, frozenset[int]]]:
    people = by_clause(found, clauses, settings).group_by("value").agg("user_hash")
    yield from ((row, frozenset(group)) for row, group in people.iter_rows())


def _minutes(spells: pl.DataFrame) -> dict[str, dict[int, int]]:
    """Return whole milliseconds: sums of floats depend on their order."""
    in_ms = {name: (pl.col(name) * MS_PER_MINUTE).round().cast(pl.Int64) for name in _COLUMNS}
    core, lunch, total = (in_ms[name] for name in _COLUMNS)
    by_person = (
        spells.select("user_hash", core=core, lunch=lunch, own=total - core - lunch)
        .group_by("user_hash")
        .agg(pl.col(PLACES).sum())
        .sort("user_hash")
    )
    return {
        place: {user: amount for user, amount in by_person.select("user_hash", place).iter_rows() if amount > 0}
        for place in PLACES
    }


_COLUMNS = ("core_minutes", "lunch_minutes", "minutes")


def _hidden(
    side: _Counted, status: str, rows: Mapping[str, None], settings: SuppressionSettings
) -> set[tuple[str, str]]:
    """Return which rows of a status are hidden."""
    figures = {row: Figure(len(side.people.get((row, status), ()))) for row in rows}
    hidden = {
        row
        for row, figure in figures.items()
        if settings.too_small(figure.people)
        or settings.says_it_of_all(figure.people, side.active)
        or (status == "new" and row in side.hidden_clauses)
    }
    # How many people have any finding of the status is among the published figures: it must prove nobody behind a [c].
    everybody = frozenset[int]().union(*(side.people.get((row, status), frozenset()) for row in rows))
    if uncovered(figures, hidden, {status: Figure(len(everybody))}, settings):
        hidden = set(rows)
    return {(row, status) for row in hidden}


def _time_told(published: pl.DataFrame, policy: Policy, settings: SuppressionSettings) -> tuple[float, float]:
    """Return the least and most that an attacker must be able to believe of all personal time, in milliseconds.

    Each class that published figures hide must remain possible at nought, which it does where another one is hidden,
    and at as much as hidden minutes always have to remain possible at. Excused minutes are in the classes alone.
    """
    classes = published.filter(table="time_by_class")
    hidden = classes["minutes"].null_count()
    excused = {excuse.category for excuse in policy.excuses}
    spans = [
        (0.0 if category in excused else low, high)
        for category, minutes in classes.select("value", "minutes").drop_nulls().iter_rows()
        for low, high in (settings.minutes_span(minutes),)
    ]
    least = sum(low for low, _ in spans) + settings.hidden_minutes
    most = sum(high for _, high in spans) if hidden == 1 else float("inf")
    return (least if hidden else 0.0) * MS_PER_MINUTE, most * MS_PER_MINUTE


def _time(before: _Counted, after: _Counted, settings: SuppressionSettings) -> Iterator[Effect]:
    shown = [_hours_of(side, settings) for side in (before, after)]
    for place in PLACES:
        then, now = before.minutes[place], after.minutes[place]
        moves = [abs(then.get(user, 0) - now.get(user, 0)) for user in {*then, *now}]
        moves = sorted((move for move in moves if move >= _MOVED_MS), reverse=True)
        few = settings.too_small(len(moves)) or settings.dominated(sum(moves), *moves[:2])
        yield Effect("time", "", place, shown[0][place], shown[0 if few else 1][place])


def _hours_of(side: _Counted, settings: SuppressionSettings) -> dict[str, int | None]:
    """Return the hours that are printed, by place."""
    told: dict[str, int | None] = {}
    for place, of_person in side.minutes.items():
        amounts = sorted(of_person.values(), reverse=True)
        few = settings.too_small(len(amounts)) or settings.dominated(sum(amounts), *amounts[:2])
        told[place] = None if few else _rounded_hours(sum(amounts))
    spans = [_hours_span(hours) for hours in told.values() if hours is not None]
    least, most = sum(low for low, _ in spans), sum(high for _, high in spans)
    # With a place hidden, there is no upper limit to all of it.
    if least > side.most_ms or (len(spans) == len(told) and most < side.least_ms):
        return dict.fromkeys(told)
    return told


def _rounded_hours(milliseconds: int) -> int:
    hours = (milliseconds + _HOUR_MS // 2) // _HOUR_MS
    step = max(1, 10 ** (len(str(hours)) - 2)) if hours >= _WHOLE_HOURS else 1
    return (hours + step // 2) // step * step


def _hours_span(hours: int) -> tuple[float, float]:
    """Return between which amounts printed hours can lie, in milliseconds; rather too widely."""
    step = max(1, 10 ** (len(str(hours)) - 2)) if hours >= _WHOLE_HOURS else 1
    half = (step + 1) / 2 * _HOUR_MS
    return max(0.0, hours * _HOUR_MS - half), hours * _HOUR_MS + half
