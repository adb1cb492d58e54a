"""The parts of a policy: rules with their worked examples, working patterns, classes and their use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, get_args

from netaudit.definitions.calendars import BankHolidays, Pattern
from netaudit.definitions.local_times import Clock
from netaudit.definitions.social_accounts import SocialAccounts

Kind = Literal[
    "one_hour", "blocked_class", "own_time", "class_minutes", "core_minutes", "megabytes", "downloads", "attempts"
]
KINDS: tuple[str, ...] = get_args(Kind)
ROUTES = ("manager", "hr", "safeguarding", "fraud", "it")
# Kinds that count something up, by the day or the week: off until the organisation sets a limit.
LIMITED_KINDS: Mapping[str, str] = {
    "class_minutes": "limit_minutes",
    "core_minutes": "limit_minutes",
    "megabytes": "limit_megabytes",
    "downloads": "limit_megabytes",
    "attempts": "limit_attempts",
}
PERIODS = ("day", "week")
DIRECTIONS = ("both", "in", "out")


@dataclass(frozen=True, slots=True)
class OneHour:
    """Continuous personal use: a chain of visits with short gaps that adds up to too much."""

    tolerance_minutes: float  # longest gap that still counts as tabbing in and out
    limit_minutes: float  # more than this many active minutes break the rule
    core_minutes: float  # at least this many of them in core time outside lunch


@dataclass(frozen=True, slots=True)
class BlockedClass:
    """What proves that somebody was on a site of a forbidden class: either is enough."""

    minutes_low: float
    documents: int


@dataclass(frozen=True, slots=True)
class OwnTime:
    """What proves that somebody used in working time what may be used in one's own time only."""

    minutes_low: float = 1  # at least so many proven minutes of a day in core time outside lunch


@dataclass(frozen=True, slots=True)
class Attempts:
    """What makes one attempt of many requests that the filter stopped."""

    apart_minutes: float = 10  # what was stopped with no longer breaks between is one attempt


@dataclass(frozen=True, slots=True)
class Excuse:
    """Minutes a day of a class that count as acceptable use."""

    category: str
    minutes_a_day: float
    clause: str
    bridges: bool = False  # True: the excused minutes still hold a chain together


@dataclass(frozen=True, slots=True)
class ExampleDownload:
    """A file that a visit of a worked example fetched."""

    kind: str  # one of FILE_KINDS
    megabytes: float


@dataclass(frozen=True, slots=True)
class ExampleVisit:
    """A visit of a worked example; times without an offset are local civil times."""

    start: datetime
    end: Clock  # a clock time: the next moment at which the clock shows it
    category: str
    site: str
    minutes_low: float | None  # None: as long as the visit lasts
    minutes: float | None
    minutes_high: float | None
    documents_allowed: int
    requests_blocked: int
    requests: int
    megabytes: float
    attribution: str
    kind: str
    confirmed: bool  # false: a single bulk list names the class
    megabytes_out: float = 0
    downloads: tuple[ExampleDownload, ...] = ()


@dataclass(frozen=True, slots=True)
class ExampleEntry:
    """A register entry of a worked example."""

    register: str
    start: datetime
    end: Clock
    categories: tuple[str, ...] | None
    role: str | None
    somebody_else: bool


@dataclass(frozen=True, slots=True)
class Example:
    """A case that breaks its rule, or one that does not, with all that it relies on."""

    title: str
    breaks: bool
    visits: tuple[ExampleVisit, ...]
    register: tuple[ExampleEntry, ...] = ()
    pattern: str | None = None
    roles: tuple[str, ...] = ()
    zone: str | None = None
    relies_on: Mapping[str, float] = field(default_factory=dict)
    status: str | None = None  # of the finding; None: "new" where it breaks, no finding where it does not
    expect: Mapping[str, float | bool] = field(default_factory=dict)  # columns of the finding


@dataclass(frozen=True, slots=True)
class Rule:
    """One bullet of the policy that a log can speak about."""

    rule_id: str
    title: str
    clause: str
    bullet: str  # the policy's own words
    kind: Kind
    categories: tuple[str, ...]  # (): all personal use
    route: str
    limit: float | None  # minutes, megabytes or attempts; None where the kind has its own table, or is off
    on: bool
    examples: tuple[Example, ...] = ()
    per: str = "day"  # day or week: how long the counting kinds count up
    direction: str = "both"  # megabytes: both, in (to the person) or out (uploads)
    file_kinds: tuple[str, ...] = ()  # downloads: which kinds of file count


@dataclass(frozen=True, slots=True)
class NotAuditable:
    """A bullet that a log cannot speak about, and why."""

    clause: str
    bullet: str
    why: str


@dataclass(frozen=True, slots=True)
class Policy:
    """An internet policy as data: what counts as what, and what breaks it."""

    policy_id: str
    title: str
    version: str
    owner: str
    ratified: date | None
    review_by: date | None
    source: str
    zone: str
    bank_holidays: BankHolidays | None
    default_pattern: str
    patterns: Mapping[str, Pattern]
    one_hour: OneHour
    blocked_class: BlockedClass
    self_report_days: float
    excuses: tuple[Excuse, ...]
    classes: Mapping[str, str]  # category to use
    clauses: Mapping[str, str]  # number to quotation
    rules: tuple[Rule, ...]
    not_auditable: tuple[NotAuditable, ...]
    social_accounts: SocialAccounts | None = None  # when the organisation's own accounts may be closed
    own_devices_count: bool = False  # whether what people do on devices of their own is held against them
    sha256: str = ""  # of the file, or of the files where it extends another
    closure_days: Mapping[date, str] = field(default_factory=dict)  # closed to everybody, and why, if that is said
    texts: tuple[bytes, ...] = field(default=(), repr=False, compare=False)  # of these files, what it extends first
    own_time: OwnTime = OwnTime()
    attempts: Attempts = Attempts()

    def rule(self, rule_id: str) -> Rule:
        """Return the rule with an id.

        Raises:
            KeyError: there is none.
        """
        for rule in self.rules:
            if rule.rule_id == rule_id:
                return rule
        raise KeyError(rule_id)

    def categories_of(self, rule: Rule) -> tuple[str, ...]:
        """Return the classes that a rule is about: its own; of attempts without any, every forbidden one; () is all."""
        if rule.kind == "attempts" and not rule.categories:
            return self.categories_used_as("blocked")
        return rule.categories

    def categories_used_as(self, *uses: str) -> tuple[str, ...]:
        """Return the categories that the policy gives any of the uses, sorted."""
        return tuple(sorted(category for category, use in self.classes.items() if use in uses))
