"""Figures held against those that were printed before: of other weeks, and in the former edition of the same week.

The reader we guard against lays two pages side by side, knows who joined, left, moved or was away in between, and takes
everybody else to have done what they did before. What then differs would be the doing of one person. So a figure that
differs by the doing of few is printed as it was printed before; or it is hidden, where it was hidden then, where it
must be hidden now, or where the former figure would be too far from the truth to be honest.

None of the rules asks what the one person in question did: the same is printed whether they count or not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl

from netaudit.contracts import PUBLISHED
from netaudit.protect.counting import ACTIVE, OF_THE_WHOLE, TIMED
from netaudit.protect.disclosure import MEASURES
from netaudit.protect.moves import ACTIVE_PEOPLE, HEADCOUNT, KEY, moves, paired, with_others
from netaudit.protect.publish import Key
from netaudit.protect.suppression import MS_PER_MINUTE, SuppressionSettings

OTHERS_MOVED = 3
"""Where so many of those who were there in both weeks came into a figure or left it, nobody can say who made the
difference: whoever takes all others to have done what they did before is wrong about three people."""

FAR_OFF = 0.25
"""Minutes are not printed as before where they would be further from the truth than this share of it."""

Minutes = tuple[int, int, int]


class Printed(NamedTuple):
    """What was printed of a figure; None is hidden."""

    people: int | None
    minutes: Minutes | None  # by MEASURES


class Claim(NamedTuple):
    """What an earlier figure asks of a new one: that its people, its minutes, or both stand as they were printed."""

    printed: Printed
    people: bool
    minutes: bool


Claims = Mapping[Key, Claim]


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was printed, and whom it counts."""

    published: pl.DataFrame  # PUBLISHED
    counted: pl.DataFrame  # COUNTED
    held: frozenset[Key] = frozenset()  # hidden for the sake of what was printed before it


@dataclass(frozen=True, slots=True)
class Standing:
    """What becomes of the figures of a week for the sake of those that were printed before."""

    hidden: frozenset[Key]
    repeated: Mapping[Key, Printed]  # None: as it is now


def printed_of(published: pl.DataFrame) -> dict[Key, Printed]:
    """Return what Information Governance is shown of each figure."""
    rows = published.filter(report="ig")
    return {  # published figures, a few thousand: not log data
        (table, value, level, unit): Printed(people, None if likely is None else (low, likely, high))
        for table, value, level, unit, people, low, likely, high in rows.select(*KEY, "people", *MEASURES).iter_rows()
    }


def claims_of_edition(before: Earlier, counted: pl.DataFrame, settings: SuppressionSettings) -> dict[Key, Claim]:
    """Return what the former edition of a week asks of the next one.

    A figure changes only where as many people came into it or left it as a group must have to be shown; its minutes
    only where those of as many people changed, and no one or two of them make up most of the change. What was hidden
    for the sake of other figures is free if none of its row had to be hidden for being what it was.

    Args:
        before: the former edition.
        counted: COUNTED of the week as it is now.
        settings: thresholds.
    """
    found = {_key(row): row for row in moves(paired(before.counted, counted)).iter_rows(named=True)}
    everything = printed_of(before.published)
    delicate = {_line(key) for key in everything if _had_to_be_hidden(key, found, settings)}
    claims = {}
    for key, printed in everything.items():
        if key[1] == HEADCOUNT and key not in found:
            continue  # a head count by the staff list is nobody's doing
        if printed.people is None and key not in before.held and _line(key) not in delicate:
            continue
        row = found.get(key)  # None: nobody then, nobody now
        people = row is None or settings.too_small(max(row["came"], row["went"]))
        minutes = key[0] in TIMED and (
            row is None
            or any(
                settings.too_small(row[f"{measure}_people"])
                or settings.dominated(row[f"{measure}_moved"], *_two(row[f"{measure}_top"]))
                for measure in MEASURES
            )
        )
        if people or minutes:
            claims[key] = Claim(printed, people=people, minutes=minutes)
    return claims


def claims_of_week(before: Earlier, counted: pl.DataFrame, settings: SuppressionSettings) -> dict[Key, Claim]:
    """Return what the figures of another week ask of this one's.

    They ask for something where fewer than three of those who were active in the unit in both weeks came into a figure
    or left it, and others joined the unit, left it, or were active in one of the weeks only: then the difference is the
    doing of these. It may be printed where it is itself fit to be a figure: of 8 people or more, and not of nearly all
    of them. Of minutes likewise, and never where one or two of those others make up most of what moved.

    Args:
        before: the other week; its people are known as this week's are.
        counted: COUNTED of this week.
        settings: thresholds.
    """
    pairs, others = with_others(paired(before.counted, counted))
    numbers = {tuple(place): (joined, left) for *place, joined, left in others.iter_rows()}
    rows = {_key(row): row for row in moves(pairs).iter_rows(named=True)}
    printed = printed_of(before.published)
    claims = {}
    for key, row in rows.items():
        was = printed.get(key)
        joined, left = numbers.get((*key[2:], key[0] == ACTIVE_PEOPLE), (0, 0))
        if was is None or joined + left == 0:
            continue
        if was.people is None and not _had_to_be_hidden(key, rows, settings):
            continue  # it was hidden for another figure's sake: that it is shown now tells nothing of anybody
        people = _is_of_few(key, row, joined, left, settings)
        minutes = key[0] in TIMED and was.people is not None and _minutes_are_of_few(row, was, settings)
        if people or minutes:
            claims[key] = Claim(was, people=people, minutes=minutes)
    return claims


def _is_of_few(key: Key, row: Mapping[str, int], joined: int, left: int, settings: SuppressionSettings) -> bool:
    """Return whether the difference of a figure is the doing of few people, or of nearly all of some people."""
    if row["stayers"] >= OTHERS_MOVED:
        return False
    moved = ((row["others_came"], joined), (row["others_went"], left))
    if settings.too_small(max(people for people, _ in moved)):
        return True
    return key[0] != ACTIVE_PEOPLE and any(
        people > 0 and settings.says_it_of_all(people, group) for people, group in moved
    )


def _minutes_are_of_few(row: Mapping[str, Any], was: Printed, settings: SuppressionSettings) -> bool:
    """Return whether the difference of some minutes is the doing of few people."""
    if was.minutes is None and not any(
        settings.dominated(row[f"{measure}_then"], *_two(row[f"{measure}_then_top"])) for measure in MEASURES
    ):
        return False  # they were hidden for the sake of others
    return any(
        row[f"{measure}_stayers"] < OTHERS_MOVED
        or settings.dominated(row[f"{measure}_moved"], *_two(row[f"{measure}_others_top"]))
        for measure in MEASURES
    )


def _had_to_be_hidden(key: Key, rows: Mapping[Key, Mapping[str, int]], settings: SuppressionSettings) -> bool:
    """Return whether a figure was hidden for being what it was: of few people, or of nearly all."""
    row, group = rows.get(key), rows.get((ACTIVE_PEOPLE, ACTIVE, *key[2:]))
    if row is None or settings.too_small(row["then"]):
        return True
    return key[0] != ACTIVE_PEOPLE and group is not None and settings.says_it_of_all(row["then"], group["then"])


def _line(key: Key) -> tuple[str, ...]:
    """Return the figures that can protect one another: those of all units, or of all hours, or of all statuses."""
    return key[:1] if key[0] in OF_THE_WHOLE else key[:2]


def standing(
    claims: Iterable[Claims], counted: pl.DataFrame, fresh: pl.DataFrame, settings: SuppressionSettings
) -> Standing:
    """Return which figures are hidden and which are repeated, so that all claims are met.

    A figure that was hidden is hidden again. Where two weeks ask for different figures, and where the former figure is
    8 people (the threshold) or more than a quarter of the minutes from the truth, it is hidden too; not that of active
    people, for with it would go all others.

    Args:
        claims: of the former edition, or of other weeks.
        counted: COUNTED of the week as it is now.
        fresh: PUBLISHED as it would be if nothing had been printed before.
        settings: thresholds.
    """
    claims = list(claims)
    truth = _truth(counted)
    now = printed_of(fresh)
    hidden: set[Key] = set()
    repeated: dict[Key, Printed] = {}
    for key in sorted({key for one in claims for key in one} & set(now)):
        asked = [one[key] for one in claims if key in one]
        people = {claim.printed.people for claim in asked if claim.people}
        minutes = {claim.printed.minutes for claim in asked if claim.minutes and claim.printed.people is not None}
        true_people, true_ms = truth.get(key, (0, (0, 0, 0)))
        if _people_cannot_stand(key, people, true_people, settings) or (
            now[key].minutes is not None and _minutes_cannot_stand(minutes, true_ms, settings)
        ):
            hidden.add(key)
        else:
            repeated[key] = Printed(next(iter(people), None), next(iter(minutes), None))
    return Standing(frozenset(hidden), repeated)


def _truth(counted: pl.DataFrame) -> dict[Key, tuple[int, tuple[int, ...]]]:
    sums = (pl.col(f"{measure}_ms").sum() for measure in MEASURES)
    cells = counted.group_by(*KEY).agg(pl.col("is_counted").sum(), *sums)
    return {
        (table, value, level, unit): (people, tuple(amounts))
        for table, value, level, unit, people, *amounts in cells.iter_rows()
    }


def _people_cannot_stand(key: Key, asked: Collection[int | None], true: int, settings: SuppressionSettings) -> bool:
    """Return whether what is asked for is hidden, several figures, or far off."""
    return len(asked) > 1 or any(
        one is None or (key[0] != ACTIVE_PEOPLE and not settings.too_small(abs(true - one))) for one in asked
    )


def _minutes_cannot_stand(
    asked: Collection[Minutes | None], milliseconds: Sequence[int], settings: SuppressionSettings
) -> bool:
    if len(asked) > 1 or None in asked:
        return True
    return any(
        abs(one - true / MS_PER_MINUTE) > max(settings.minutes_base, FAR_OFF * true / MS_PER_MINUTE)
        for printed in asked
        for one, true in zip(printed or (), milliseconds, strict=True)
    )


def repeat(published: pl.DataFrame, repeated: Mapping[Key, Printed]) -> pl.DataFrame:
    """Return PUBLISHED with the figures that stand as they were printed before; what is hidden stays hidden."""
    names = ("people", *MEASURES)
    before = pl.DataFrame(
        [(*key, printed.people, *(printed.minutes or (None,) * len(MEASURES))) for key, printed in repeated.items()],
        schema=dict.fromkeys(KEY, pl.String) | {f"{name}_before": pl.Int64 for name in names},
        orient="row",
    )
    return PUBLISHED.fit(
        published.join(before, on=KEY, how="left", maintain_order="left").with_columns(
            pl.when(pl.col(name).is_not_null()).then(pl.coalesce(f"{name}_before", name)).alias(name) for name in names
        )
    )


def hidden_until_closed(published: pl.DataFrame) -> pl.DataFrame:
    """Return PUBLISHED of a week that is still open: every row is there, for IG alone, and nothing is shown.

    Figures of tonight less those of last night would be the doing of one day, and often of one person.
    """
    return PUBLISHED.fit(
        published.filter(report="ig").with_columns(
            *(pl.lit(None, pl.Int64).alias(name) for name in ("people", *MEASURES)),
            suppressed=pl.lit(value=True),
            provisional=pl.lit(value=True),
        )
    )


def _key(row: Mapping[str, str]) -> Key:
    return (row["table"], row["value"], row["unit_level"], row["unit"])


def _two(largest: Sequence[int]) -> tuple[int, int]:
    first, second, *_ = [*largest, 0, 0]
    return first, second
