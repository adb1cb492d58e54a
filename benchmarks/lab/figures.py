"""What an audit of a lab set is worth: the scorer's figures, each person's range, and whether the findings are true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor
from typing import TypeVar
from zoneinfo import ZoneInfo

import polars as pl
from audited import Audited, Tables
from lab_sets import LabSet
from scoring import (
    LIMIT_MINUTES,
    Score,
    TruthRow,
    VisitRow,
    is_near,
    longest_use,
    minutes_long,
    personal_use,
    score,
)

from netaudit.assess.human_time import PERSONAL_USES
from netaudit.definitions.policies import Policy

# Our classes in the scorer's words, where they differ. Whether a class is personal is for the policy to say.
_SCORER_WORDS = {
    "shopping_auction": "shopping",
    "streaming_media": "video",
    "social_video_sharing": "video",
    "online_games": "games",
    "forums": "forum",
    "review_sites": "forum",
    "leisure": "reading",
    "social_microblogging": "social",
    "social_blogging": "social",
    "social_bookmarking": "social",
    "social_sharing": "social",
}
_MINUTE_US = 60_000_000
_USEFUL_SHARE, _USEFUL_MINUTES = 0.4, 10  # a range is useful if it is no wider than these of the likely figure
_DAY_BEGINS = timedelta(hours=4)  # by the clock: an evening that lasts beyond midnight is one evening

Row = TypeVar("Row", TruthRow, VisitRow)


@dataclass(frozen=True, slots=True)
class PersonRange:
    """One person's personal minutes: the truth, and what is said of them."""

    user: str
    true: float
    low: float
    likely: float
    high: float
    unknown: float  # of `high`: on sites of unknown use

    @property
    def width(self) -> float:
        """Return how far apart the ends are."""
        return self.high - self.low

    @property
    def holds(self) -> bool:
        """Return whether the truth lies in the range as it is printed: proven rounded down, at most rounded up."""
        return floor(self.low * 10) / 10 <= self.true <= ceil(self.high * 10) / 10

    @property
    def useful(self) -> bool:
        """Return whether the range is narrow enough to say something."""
        return self.width <= _USEFUL_SHARE * self.likely + _USEFUL_MINUTES


@dataclass(frozen=True, slots=True)
class LabFinding:
    """One finding, and whether the truth bears it out."""

    user: str
    rule_id: str
    clause: str
    category: str | None
    status: str  # new, close, excused
    start: datetime
    end: datetime
    low: float
    likely: float
    high: float
    holds_at_half: bool | None
    holds_at_double: bool | None
    true: bool | None  # None: the truth does not tell

    @property
    def is_false(self) -> bool:
        """Return whether somebody would be asked about what they have not done."""
        return self.true is False and self.status == "new"


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that is measured of one audit, or of several together."""

    score: Score
    ranges: tuple[PersonRange, ...]
    findings: tuple[LabFinding, ...]
    unknown: Mapping[str, float]  # minutes at most on sites of unknown use, by class, most first

    def __add__(self, other: Figures) -> Figures:
        """Return the figures of both together."""
        unknown = Counter(self.unknown) + Counter(other.unknown)
        return Figures(
            self.score + other.score,
            self.ranges + other.ranges,
            self.findings + other.findings,
            dict(unknown.most_common()),
        )

    @property
    def in_range(self) -> int:
        """Return for how many the truth lies in the range."""
        return sum(one.holds for one in self.ranges)

    @property
    def useful(self) -> int:
        """Return how many ranges are narrow enough."""
        return sum(one.useful for one in self.ranges)

    @property
    def proven_too_much(self) -> list[float]:
        """Return by how many minutes the proven figure exceeds the truth, for each of whom it does."""
        return [one.low - one.true for one in self.ranges if one.low > one.true]

    @property
    def false_findings(self) -> int:
        """Return how many findings to review are not true."""
        return sum(one.is_false for one in self.findings)

    def summary(self) -> dict[str, float]:
        """Return the figures by name."""
        return {
            "people": len(self.score.people),
            "mean_error": self.score.mean_error,
            "mean_signed_error": self.score.mean_signed_error,
            "error_of_nine_in_ten": self.score.error_of_nine_in_ten,
            "precision": self.score.precision,
            "recall": self.score.recall,
            "f1": self.score.f1,
            "hours_right": self.score.hours_right,
            "hours_false": self.score.hours_false,
            "hours_missed": self.score.hours_missed,
            "false_blocked_classes": self.score.false_classes,
            "missed_blocked_classes": self.score.missed_classes,
            "in_range": self.in_range,
            "useful": self.useful,
            "proven_too_much": len(self.proven_too_much),
            "most_proven_too_much": max(self.proven_too_much, default=0.0),
            "findings": sum(one.status == "new" for one in self.findings),
            "false_findings": self.false_findings,
        }


def scorer_word(category: str) -> str:
    """Return what the scorer calls a class; its own words and what it has no word for stay as they are."""
    return _SCORER_WORDS.get(category, category)


def figures_of(audit: Audited, tables: Tables, *, by_day: bool = False) -> Figures:
    """Return the figures of what an audit says.

    Args:
        audit: says what is true, and by which policy the audit was made.
        tables: what it says.
        by_day: count each day of a person for itself, from four in the morning to four, local time: a day counts if
            somebody did something, or is said to have used something for themselves. A visit's range belongs to the
            day in which it begins.
    """
    lab, policy = audit.lab, audit.definitions.policy
    truth: Mapping[str, Sequence[TruthRow]] = lab.truth
    visits: Mapping[str, Sequence[VisitRow]] = visit_rows(tables)
    key = pl.col("user")
    if by_day:
        zone = ZoneInfo(policy.zone)
        human = {user: [row for row in rows if row.kind == "human"] for user, rows in truth.items()}
        truth, visits = _by_day(human, zone), _by_day(visits, zone)
        truth = {day: truth.get(day, ()) for day in {*truth, *visits}}
        local = pl.from_epoch("start_us", time_unit="us").dt.replace_time_zone("UTC").dt.convert_time_zone(policy.zone)
        key = pl.format("{} {}", "user", (local.dt.replace_time_zone(None) - _DAY_BEGINS).dt.date())
    listed = set(truth) if by_day else {*lab.people}
    return Figures(
        score(truth, visits, lab.personal),
        tuple(_ranges(tables.visits.with_columns(user=key), truth, listed, lab.personal)),
        tuple(_findings(tables.findings, lab, policy)),
        _unknown(tables.visits),
    )


def visit_rows(tables: Tables) -> dict[str, list[VisitRow]]:
    """Return people's personal visits in the scorer's words, each as long as its likely minutes.

    What the filter stopped is no visit, as in the assessment.
    """
    rows: dict[str, list[VisitRow]] = {}
    personal = tables.visits.filter(pl.col("use").is_in(PERSONAL_USES), ~pl.col("attempt"))
    names = ("user", "start_us", "likely_us", "site", "category")
    for user, start, likely, site, category in personal.sort("user", "start_us", "site").select(names).iter_rows():
        when = (round(start / 1e6, 3), round((start + likely) / 1e6, 3))
        rows.setdefault(user, []).append(VisitRow(*when, site or "", scorer_word(category), personal=True))
    return rows


def _ranges(
    visits: pl.DataFrame, truth: Mapping[str, Sequence[TruthRow]], listed: set[str], personal: frozenset[str]
) -> Iterator[PersonRange]:
    """Yield the range of everybody: sites of unknown use add all that they allow to `high`, and nothing else."""
    is_personal = pl.col("use").is_in(PERSONAL_USES)
    sums = (
        visits.filter(~pl.col("attempt"))
        .group_by("user")
        .agg(
            pl.col("low_us").filter(is_personal).sum(),
            pl.col("likely_us").filter(is_personal).sum(),
            pl.col("high_us").sum(),
            unknown_us=pl.col("high_us").filter(~is_personal).sum(),
        )
        .sort("user")
    )
    said = {user: [one / _MINUTE_US for one in minutes] for user, *minutes in sums.iter_rows()}
    for user in sorted(listed):
        true = minutes_long(personal_use(truth.get(user, ()), personal))
        yield PersonRange(user, true, *said.get(user, [0.0] * 4))


def _unknown(visits: pl.DataFrame) -> dict[str, float]:
    rows = visits.filter(~pl.col("attempt"), ~pl.col("use").is_in(PERSONAL_USES))
    sums = rows.group_by("category").agg(pl.col("high_us").sum() / _MINUTE_US)
    return dict(sums.sort("high_us", "category", descending=True).iter_rows())


def _findings(findings: pl.DataFrame, lab: LabSet, policy: Policy) -> Iterator[LabFinding]:
    kinds = {rule.rule_id: rule.kind for rule in policy.rules}
    zone = ZoneInfo(policy.zone)
    for row in findings.sort("user", "event_start", "rule_id").iter_rows(named=True):
        start, end = row["event_start"], row["event_end"]
        rows = [
            one
            for one in lab.truth.get(row["user"], ())
            if one.kind == "human" and is_near(start.timestamp(), end.timestamp(), one)
        ]
        true = None
        if kinds[row["rule_id"]] == "one_hour":
            true = longest_use(personal_use(rows, lab.personal)) > LIMIT_MINUTES
        elif row["category"] is not None:
            true = any(scorer_word(one.category) == scorer_word(row["category"]) for one in rows)
        yield LabFinding(
            user=row["user"],
            rule_id=row["rule_id"],
            clause=row["clause"],
            category=row["category"],
            status=row["status"],
            start=start.astimezone(zone),
            end=end.astimezone(zone),
            low=row["minutes_low"],
            likely=row["minutes"],
            high=row["minutes_high"],
            holds_at_half=row["holds_at_half"],
            holds_at_double=row["holds_at_double"],
            true=true,
        )


def _by_day(rows: Mapping[str, Sequence[Row]], zone: ZoneInfo) -> dict[str, list[Row]]:
    """Return each person's rows by day, cut where days end."""
    found: dict[str, list[Row]] = {}
    for user, of_user in rows.items():
        for row in of_user:
            start = row.start
            while True:
                day = (datetime.fromtimestamp(start, zone).replace(tzinfo=None) - _DAY_BEGINS).date()
                next_day = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone) + _DAY_BEGINS
                end = min(row.end, next_day.timestamp())
                found.setdefault(f"{user} {day}", []).append(row._replace(start=start, end=end))
                if end == row.end:
                    break
                start = end
    return found
