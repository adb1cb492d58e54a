"""The lab's score of a visit table: minutes, minute by minute, classes and the one-hour rule.

The definitions are those of the lab's own `score.py`, so that its baselines can be compared; a test holds the two
against each other where that file is at hand.

Truth of personal use is what a person looked at (`human`) of a personal class. All times are seconds since 1970.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Interval = tuple[float, float]

# Classes that are personal whatever hosts.csv says; those that it calls personal are added.
PERSONAL = frozenset(
    {
        "news", "social", "shopping", "gambling", "property", "webmail", "video", "sport", "travel", "health", "forum",
        "reading", "adult",
    }
)  # fmt: skip
BLOCKED = frozenset({"gambling", "adult", "social"})  # the classes that the scorer watches
LIMIT_MINUTES = 60  # of the one-hour rule
GAP_MINUTES = 5  # a break that still counts as the same continuous use
MOST_OF_A_MINUTE = 30  # seconds: a minute with so many of them is used
NEAR = 120  # seconds: a visit so close to a true one of its class is not a false one


class TruthRow(NamedTuple):
    """What was on the screen, or what the machine did."""

    start: float
    end: float
    host: str
    category: str
    kind: str  # human, idle-tab, embedded, background


class VisitRow(NamedTuple):
    """What an auditor says that a person looked at."""

    start: float
    end: float
    host: str
    category: str
    personal: bool


@dataclass(frozen=True, slots=True)
class PersonScore:
    """One person's score."""

    user: str
    true_minutes: float
    found_minutes: float
    right: int  # minutes of the clock that both call personal
    wrong: int  # that only the auditor does
    missed: int  # that only the truth does
    true_longest: float  # minutes of continuous use
    found_longest: float
    false_classes: tuple[str, ...]
    missed_classes: tuple[str, ...]
    false_visits: int  # to watched classes, with no true one near

    @property
    def error(self) -> float:
        """Return by how many minutes the auditor is above the truth."""
        return self.found_minutes - self.true_minutes

    @property
    def true_hour(self) -> bool:
        """Return whether there was continuous use of more than the limit."""
        return self.true_longest > LIMIT_MINUTES

    @property
    def found_hour(self) -> bool:
        """Return whether the auditor says so."""
        return self.found_longest > LIMIT_MINUTES


@dataclass(frozen=True, slots=True)
class Score:
    """The score of some people, or days of people."""

    people: tuple[PersonScore, ...]
    strangers: tuple[str, ...] = ()  # whom the auditor knows and the truth does not

    def __add__(self, other: Score) -> Score:
        """Return the score of both together."""
        return Score(self.people + other.people, self.strangers + other.strangers)

    def _sum(self, name: str) -> int:
        return sum(getattr(one, name) for one in self.people)

    @property
    def mean_error(self) -> float:
        """Return the mean of the errors' sizes."""
        return sum(abs(one.error) for one in self.people) / len(self.people) if self.people else 0.0

    @property
    def mean_signed_error(self) -> float:
        """Return the mean error."""
        return sum(one.error for one in self.people) / len(self.people) if self.people else 0.0

    @property
    def error_of_nine_in_ten(self) -> float:
        """Return the 90th percentile of the errors' sizes: the nearest rank, so that it is somebody's."""
        sizes = sorted(abs(one.error) for one in self.people)
        return sizes[math.ceil(0.9 * len(sizes)) - 1] if sizes else 0.0

    @property
    def precision(self) -> float:
        """Return which share of the minutes found are right."""
        found = self._sum("right") + self._sum("wrong")
        return self._sum("right") / found if found else 0.0

    @property
    def recall(self) -> float:
        """Return which share of the true minutes were found."""
        true = self._sum("right") + self._sum("missed")
        return self._sum("right") / true if true else 0.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def false_classes(self) -> int:
        """Return how often somebody is placed in a watched class without having been there."""
        return sum(len(one.false_classes) for one in self.people)

    @property
    def missed_classes(self) -> int:
        """Return how often somebody's watched class was not found."""
        return sum(len(one.missed_classes) for one in self.people)

    @property
    def false_visits(self) -> int:
        """Return how many visits to watched classes have no true one near."""
        return self._sum("false_visits")

    @property
    def hours_right(self) -> int:
        """Return how many one-hour verdicts are right."""
        return sum(one.true_hour == one.found_hour for one in self.people)

    @property
    def hours_false(self) -> int:
        """Return how many people are wrongly said to have broken the one-hour rule."""
        return sum(one.found_hour and not one.true_hour for one in self.people)

    @property
    def hours_missed(self) -> int:
        """Return how many people broke it unnoticed."""
        return sum(one.true_hour and not one.found_hour for one in self.people)


def score(
    truth: Mapping[str, Sequence[TruthRow]],
    visits: Mapping[str, Sequence[VisitRow]],
    personal: frozenset[str] = PERSONAL,
    blocked: frozenset[str] = BLOCKED,
) -> Score:
    """Return the score of everybody in the truth.

    Args:
        truth: rows of each person.
        visits: rows of each person.
        personal: classes whose use is personal.
        blocked: classes that are watched.
    """
    people = tuple(_of_person(user, truth[user], visits.get(user, ()), personal, blocked) for user in sorted(truth))
    return Score(people, tuple(sorted(set(visits) - set(truth))))


def personal_use(truth: Iterable[TruthRow], personal: frozenset[str]) -> list[Interval]:
    """Return when there truly was personal use, without overlaps."""
    return union((row.start, row.end) for row in truth if row.kind == "human" and row.category in personal)


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the intervals in order, those that overlap or touch as one."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def minutes_long(intervals: Iterable[Interval]) -> float:
    """Return how many minutes the intervals have together."""
    return sum(end - start for start, end in intervals) / 60


def minutes_of_the_clock(intervals: Iterable[Interval]) -> set[int]:
    """Return the minutes since 1970 of which at least half is covered."""
    covered: defaultdict[int, float] = defaultdict(float)
    for start, end in intervals:
        for minute in range(int(start // 60), math.ceil(end / 60)):
            covered[minute] += min(end, minute * 60 + 60) - max(start, minute * 60)
    return {minute for minute, seconds in covered.items() if seconds >= MOST_OF_A_MINUTE}


def longest_use(intervals: Iterable[Interval]) -> float:
    """Return the most minutes of use in a row, over breaks that are short enough; breaks do not count."""
    longest = current = 0.0
    last: float | None = None
    for start, end in intervals:
        goes_on = last is not None and start - last <= GAP_MINUTES * 60
        current = current + (end - start) if goes_on else end - start
        last = end
        longest = max(longest, current)
    return longest / 60


def _of_person(
    user: str,
    truth: Sequence[TruthRow],
    visits: Sequence[VisitRow],
    personal: frozenset[str],
    blocked: frozenset[str],
) -> PersonScore:
    true = personal_use(truth, personal)
    found = union((visit.start, visit.end) for visit in visits if visit.personal and visit.end > visit.start)
    true_clock, found_clock = minutes_of_the_clock(true), minutes_of_the_clock(found)
    watched = [visit for visit in visits if visit.personal and visit.category in blocked]
    seen = [row for row in truth if row.kind == "human" and row.category in blocked]
    true_classes = {row.category for row in seen}
    found_classes = {visit.category for visit in watched}
    return PersonScore(
        user=user,
        true_minutes=minutes_long(true),
        found_minutes=minutes_long(found),
        right=len(true_clock & found_clock),
        wrong=len(found_clock - true_clock),
        missed=len(true_clock - found_clock),
        true_longest=longest_use(true),
        found_longest=longest_use(found),
        false_classes=tuple(sorted(found_classes - true_classes)),
        missed_classes=tuple(sorted(true_classes - found_classes)),
        false_visits=sum(
            not any(is_near(visit.start, visit.end, row) and row.category == visit.category for row in seen)
            for visit in watched
        ),
    )


def is_near(start: float, end: float, row: TruthRow) -> bool:
    """Return whether a truth row overlaps a time, or nearly so."""
    return row.start - NEAR <= end and start <= row.end + NEAR


def table(name: str, result: Score) -> str:
    """Return the table of a score, line by line as the lab's own scorer prints it."""
    head = (
        f"{'user':12} {'truth_m':>8} {'est_m':>9} {'error_m':>9} {'prec':>5} {'rec':>5} {'1h t/e':>7} "
        f"{'longest t/e':>11} {'false_class':16} {'missed_class':14} false_blocked_visits"
    )
    lines = [f"== {name}", head]
    for one in result.people:
        hours = "/".join("Y" if verdict else "n" for verdict in (one.true_hour, one.found_hour))
        lines.append(
            f"{one.user:12} {one.true_minutes:8.1f} {one.found_minutes:9.1f} {one.error:+9.1f} "
            f"{_share(one.right, one.wrong):>5} {_share(one.right, one.missed):>5} {hours:>7} "
            f"{f'{one.true_longest:.0f}/{one.found_longest:.0f}':>11} {','.join(one.false_classes) or '-':16} "
            f"{','.join(one.missed_classes) or '-':14} {one.false_visits}"
        )
    if result.strangers:
        lines.append(f"users not in truth: {list(result.strangers)}")
    return "\n".join([*lines, total(result)])


def total(result: Score) -> str:
    """Return the total line of a score, as the lab's own scorer prints it."""
    return (
        f"TOTAL users {len(result.people)}  mean|err| {result.mean_error:.1f} min  "
        f"mean err {result.mean_signed_error:+.1f} min  minute precision {result.precision:.3f} "
        f"recall {result.recall:.3f} F1 {result.f1:.3f}  "
        f"false blocked-class findings {result.false_classes} (visits {result.false_visits}) "
        f"missed {result.missed_classes}  one-hour: {result.hours_right}/{len(result.people)} right, "
        f"{result.hours_false} false, {result.hours_missed} missed"
    )


def _share(hits: int, others: int) -> str:
    return f"{hits / (hits + others):.2f}" if hits + others else "-"
