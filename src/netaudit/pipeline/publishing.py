"""A week's published figures: when they come, and what they must not tell beside those that were printed before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from netaudit.contracts import COUNTED, PUBLISHED, TAKEN_OVER
from netaudit.definitions.periods import days_of, period_of
from netaudit.definitions.policies import Policy
from netaudit.definitions.registers import Registers
from netaudit.protect import (
    Claim,
    Earlier,
    Pseudonyms,
    SuppressionSettings,
    basis_of_edition,
    claims_of_edition,
    claims_of_week,
    clauses_of,
    hidden_until_closed,
    known_as,
    people_table,
    printed_of,
    publish,
    repeat,
    standing,
    whom_figures_count,
)
from netaudit.protect.publish import Key
from netaudit.store import Commit

WEEKS_BESIDE = 4
"""How many weeks before and after one its figures are held against."""

_WHOLE = "week"
_ASPECTS = ("people", "minutes")
_HELD = "held"
_KEYS = ("counted", "published", "pseudonyms")  # what a week needs to be compared
_Claims = dict[Key, Claim]
_TakenOver = dict[tuple[Key, str], str]  # figure and aspect → the week that it was taken over from


@dataclass(frozen=True, slots=True)
class Figures:
    """What the figures of a week are made of."""

    period: str
    visits: pl.DataFrame
    findings: pl.DataFrame  # with what was decided about them
    people: pl.DataFrame
    policy: Policy
    registers: Registers
    settings: SuppressionSettings
    pseudonyms: Callable[[str], Pseudonyms]
    has_key: Callable[[str, str], bool]  # of a table and a period

    def published(self, *, provisional: bool, held: frozenset[Key] = frozenset()) -> pl.DataFrame:
        """Return PUBLISHED as this week alone allows it."""
        return publish(
            self.visits,
            self.findings,
            self.people,
            self.policy.classes,
            self.period,
            self.policy.zone,
            self.settings,
            clauses=clauses_of(self.policy),
            provisional=provisional,
            held=held,
        )

    def counted(self) -> pl.DataFrame:
        """Return COUNTED of the week as it is."""
        return whom_figures_count(
            self.visits,
            self.findings,
            self.people,
            self.policy.classes,
            self.period,
            self.policy.zone,
            self.settings,
            clauses_of(self.policy),
        )


def publish_nothing_yet(figures: Figures, commit: Commit) -> None:
    """Write the rows of a week that is still open, all of them hidden."""
    published = hidden_until_closed(figures.published(provisional=True))
    commit.put("published", figures.period, _WHOLE, PUBLISHED.at_rest(published))


def publish_week(figures: Figures, commit: Commit, *, provisional: bool) -> None:
    """Write the figures of a closed week, and what later editions and other weeks are held against.

    What the former edition asks for comes first; of what it leaves free, other weeks may ask for something.
    """
    period, settings = figures.period, figures.settings
    counted = figures.counted()
    fresh = figures.published(provisional=provisional)
    former, taken_over = _edition(period, commit, figures.has_key)
    own: _Claims = {} if former is None else claims_of_edition(former, counted, settings)
    of_weeks = {week: _left_free(claims, own) for week, claims in _claims_of_weeks(figures, counted, commit)}
    shown, held = fresh, frozenset[Key]()
    while True:  # what is hidden now can free what was hidden to protect it
        result = standing([own, *of_weeks.values()], counted, shown, settings)
        if result.hidden <= held:
            break
        held |= result.hidden
        shown = figures.published(provisional=provisional, held=held)
    published = repeat(shown, result.repeated)
    if former is not None:
        stay = {aspect: [key for key, claim in own.items() if getattr(claim, aspect)] for aspect in _ASPECTS}
        counted = basis_of_edition(former.counted, counted, stay["people"], stay["minutes"])
    known = {place: week for place, week in taken_over.items() if place[0] in own and getattr(own[place[0]], place[1])}
    known |= _taken_over(fresh, of_weeks) | {(key, _HELD): period for key in held}
    commit.put("published", period, _WHOLE, PUBLISHED.at_rest(published))
    commit.put("counted", period, _WHOLE, COUNTED.at_rest(counted))
    commit.put(
        "taken_over",
        period,
        _WHOLE,
        pl.DataFrame(
            sorted((*key, aspect, week) for (key, aspect), week in known.items()),
            schema=TAKEN_OVER.schema,
            orient="row",
        ),
    )


def _edition(period: str, commit: Commit, has_key: Callable[[str, str], bool]) -> tuple[Earlier | None, _TakenOver]:
    """Return what was printed of a week; None where nothing was, or where it is not known whom it counts."""
    if not all(has_key(table, period) for table in ("published", "counted")):
        return None, {}
    published, counted = (commit.read(table, period, _WHOLE) for table in ("published", "counted"))
    if published is None or counted is None:
        return None, {}
    rows = commit.read("taken_over", period, _WHOLE) if has_key("taken_over", period) else None
    marks = {} if rows is None else {(_key(row), row[-2]): row[-1] for row in rows.iter_rows()}
    held = frozenset(key for key, aspect in marks if aspect == _HELD)
    taken_over = {place: week for place, week in marks.items() if place[1] != _HELD}
    return Earlier(PUBLISHED.completed(published), COUNTED.completed(counted), held), taken_over


def _claims_of_weeks(figures: Figures, counted: pl.DataFrame, commit: Commit) -> Iterator[tuple[str, _Claims]]:
    """Yield what other weeks ask of a week's figures, the nearest week first.

    A figure that was taken over is that of the week that it was taken over from, and counts whom it counted there.
    """
    if figures.people.is_empty():
        return  # nobody knows who is who from one week to another
    weeks: dict[str, tuple[Earlier, _TakenOver]] = {}

    def known(week: str) -> bool:
        if week not in weeks and all(figures.has_key(table, week) for table in _KEYS):
            earlier, taken_over = _edition(week, commit, figures.has_key)
            if earlier is not None:
                weeks[week] = (earlier, taken_over)
        return week in weeks

    beside = [week for week in _weeks_beside(figures.period) if known(week)]
    of_weeks: dict[str, set[str]] = {week: set() for week in beside}  # whose figures are asked after, by week
    stand_in: dict[tuple[str, Key, str], str] = {}
    for week in beside:
        for (key, aspect), source in weeks[week][1].items():
            if source != figures.period and known(source):
                stand_in[week, key, aspect] = source
                of_weeks.setdefault(source, set())
    for basis in sorted(of_weeks, key=lambda week: (abs(_number(week) - _number(figures.period)), week)):
        asked = _claims(basis, weeks[basis][0], figures, counted)
        mine: _Claims = {}
        for key, claim in asked.items():
            people, minutes = (
                any(stand_in.get((week, key, aspect), week) == basis for week in beside) for aspect in _ASPECTS
            )
            mine[key] = Claim(claim.printed, people=claim.people and people, minutes=claim.minutes and minutes)
        yield basis, {key: claim for key, claim in mine.items() if claim.people or claim.minutes}


def _claims(week: str, earlier: Earlier, figures: Figures, counted: pl.DataFrame) -> _Claims:
    then, now = (
        people_table(figures.registers, figures.pseudonyms(one))["user_hash"] for one in (week, figures.period)
    )
    return claims_of_week(Earlier(earlier.published, known_as(earlier.counted, then, now)), counted, figures.settings)


def _left_free(claims: _Claims, own: _Claims) -> _Claims:
    """Return the claims of another week without what the former edition decides."""
    return {
        key: Claim(
            claim.printed,
            people=claim.people and not (key in own and own[key].people),
            minutes=claim.minutes and not (key in own and own[key].minutes),
        )
        for key, claim in claims.items()
    }


def _taken_over(fresh: pl.DataFrame, of_weeks: Mapping[str, _Claims]) -> _TakenOver:
    """Return which figures are those of another week; not what this week alone would hide."""
    found: _TakenOver = {}
    for key, own in printed_of(fresh).items():
        if own.people is None:
            continue
        for aspect in _ASPECTS:
            asked = {
                week: claims[key] for week, claims in of_weeks.items() if key in claims and getattr(claims[key], aspect)
            }
            if len({getattr(claim.printed, aspect) for claim in asked.values()}) == 1:
                found[key, aspect] = next(iter(asked))  # the nearest
    return found


def _weeks_beside(period: str) -> Sequence[str]:
    monday = days_of(period)[0]
    return [
        period_of(monday + timedelta(weeks=sign * distance))
        for distance in range(1, WEEKS_BESIDE + 1)
        for sign in (-1, 1)
    ]


def _number(period: str) -> int:
    return days_of(period)[0].toordinal()


def _key(row: Sequence[str]) -> Key:
    table, value, level, unit, *_ = row
    return (table, value, level, unit)
