"""The records that a report may see beside published figures: a case, and what a run did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from netaudit.contracts.quality import Quality


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A stretch of a case's timeline, in local time."""

    start: datetime
    end: datetime
    site: str
    category: str
    use: str
    label: str
    reason: str
    requests: int
    source: str = ""  # who says of what class the site is, as in EVENTS
    confirmed: bool = True  # false: a single bulk list says so; the line counts for nothing


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of local time of one kind."""

    start: datetime
    end: datetime
    kind: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a case's day in which one thing was so, in local time to the minute; amounts in microseconds."""

    start: datetime
    end: datetime
    state: str  # one of STATES
    within: bool  # told in full
    site: str = ""
    category: str = ""
    use: str = ""
    label: str = ""
    reason: str = ""
    source: str = ""
    confirmed: bool = True
    low_us: int = 0
    likely_us: int = 0
    high_us: int = 0
    core_low_us: int = 0
    requests: tuple[int, ...] = (0, 0, 0, 0)  # as LABELS


@dataclass(frozen=True, slots=True)
class Ignored:
    """What a case did not count, and why."""

    what: str
    reason: str
    requests: int
    would_add_us: int
    sites: tuple[str, ...]
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overturn:
    """What would have to be otherwise, and what would be left then; as OVERTURNS."""

    kind: str
    start: datetime | None
    end: datetime | None
    site: str
    category: str
    stretches: int
    low_us: int
    left_low_us: int
    left_core_us: int
    amount: float | None
    outcome: str


@dataclass(frozen=True, slots=True)
class CaseDay:
    """The day or days of a case, piece by piece."""

    days: tuple[Span, ...]  # local civil days, from midnight to midnight
    whole: bool  # all of the person's day is told, not one class of site alone
    hours: tuple[Span, ...]  # core, lunch; none where the rule holds at any time
    pieces: tuple[Piece, ...]
    ignored: tuple[Ignored, ...]
    overturns: tuple[Overturn, ...]
    tolerance_minutes: float | None  # breaks up to here do not end a stretch; None where there are no breaks
    needed_core_minutes: float | None  # so much must lie in core hours; None where it need not
    self_report_days: float


@dataclass(frozen=True, slots=True)
class Case:
    """One finding as its route may see it: a case number, never a pseudonym or a name."""

    case_number: str
    rule_id: str
    rule_title: str
    clause: str
    clause_text: str
    route: str
    period: str
    start: datetime
    end: datetime
    span_minutes: float
    minutes_low: float
    minutes: float
    minutes_high: float
    core_minutes_low: float
    lunch_minutes: float
    limit: float
    measure: str
    category: str
    requests: int
    requests_blocked: int
    holds_at_half: bool | None
    holds_at_double: bool | None
    status: Literal["new", "excused", "close", "confirmed", "withdrawn"]
    status_reason: str
    doubts: tuple[str, ...]  # why it might be wrong, in plain words
    evidence: tuple[EvidenceLine, ...]
    day: CaseDay | None = None  # None: a version stored it that kept no more than the evidence
    route_reason: str = ""  # why the route is not the rule's own
    entries: str = ""  # register entries that cover any of it
    pattern: str = ""  # the title of the working pattern it was held against; "" where nobody knows
    listed: bool = True  # whether the staff directory had the person
    amount: float | None = None  # what it comes to in `measure`; None: an earlier version stored it
    kind: str = ""  # of its rule; "" where the policy no longer has the rule
    per: str = ""  # how long its rule counts up: day, week, or chain; "" where an earlier version stored it
    statements: tuple[tuple[date, str], ...] = ()  # what the person says to it, and when it was received


@dataclass(frozen=True, slots=True)
class TimeChoice:
    """What the lines of a file do not say of their times, what it was taken for, and why."""

    what: Literal["order", "unit", "year", "zone", "hour"]  # of day and month; of numbers; which of a doubled hour
    value: str
    how: Literal["evidence", "configured", "default"]
    says: str  # in words, from which it follows
    look: bool = False  # whether somebody should look at it


@dataclass(frozen=True, slots=True)
class FileAccount:
    """The line account of one log file: the counts add up to `lines`."""

    log_file: str  # the file's number; its name stays in the ledger's keyed form
    event_dataset: str
    lines: int
    events: int = 0
    continuations: int = 0
    not_web: int = 0
    duplicates: int = 0
    rejects: int = 0
    directives: int = 0
    blank: int = 0
    first: datetime | None = None
    last: datetime | None = None
    status: str = "read"  # read, known already, refused
    reason: str = ""
    times: tuple[TimeChoice, ...] = ()
    doubts: tuple[str, ...] = ()  # what its headers say of the lines below them, and should not
    also: tuple[str, ...] = ()  # other formats that have lines in the file, by name

    def has(self, event_dataset: str) -> bool:
        """Return whether the file has lines of the format that a record's `event_dataset` names."""
        return event_dataset.partition(".")[0] in {self.event_dataset, *self.also}

    @property
    def adds_up(self) -> bool:
        """Whether every line is accounted for exactly once."""
        return self.lines == (
            self.events
            + self.continuations
            + self.not_web
            + self.duplicates
            + self.rejects
            + self.directives
            + self.blank
        )


@dataclass(frozen=True, slots=True)
class RegisterUse:
    """How a register is used, by counts and line numbers: never a name, never what a line says."""

    name: str  # consents.csv
    entries: int
    in_force: int
    used: int | None  # entries that cover any part of a case that is shown, or decide about one; None: none is shown
    cases: int | None
    expired: tuple[int, ...] = ()  # lines
    not_begun: tuple[int, ...] = ()
    unmatched: tuple[int, ...] = ()  # name a person, an account or a role that the directory lacks, or an unseen device
    unused: tuple[int, ...] = ()  # could excuse something, and cover no part of any case that is shown
    notes: tuple[tuple[int, str], ...] = ()  # line, what is odd about it by itself
    case_notes: tuple[tuple[int, str], ...] = ()  # line, what is odd about it beside the case that it decides about


@dataclass(frozen=True, slots=True)
class Unlisted:
    """How many people with activity in a week the staff directory does not have, in bands."""

    missing: str  # at all
    outside: str  # on a day on which they were active, though on others
    is_told: bool  # whether either is so many that there is something to tell


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a run did and with what: the frame of every report."""

    organisation: str
    handling: str  # marking on every page
    policy_title: str
    policy_id: str
    policy_review_by: date | None
    run_at: datetime
    time_zone: str
    version: str
    hashes: Mapping[str, str]  # policy, categories, formats, configuration
    files: tuple[FileAccount, ...]
    reject_reasons: Mapping[str, int]
    reject_examples: tuple[tuple[str, int, str], ...]  # file number, line, reason
    periods: tuple[str, ...]
    provisional_periods: tuple[str, ...]
    attribution: Mapping[str, int]  # events by ATTRIBUTIONS
    label_counts: Mapping[str, int]  # events by LABELS
    due: Mapping[str, datetime] = field(default_factory=dict)  # open weeks, and when their figures come
    warnings: tuple[str, ...] = ()
    late_events: int = 0
    validity: tuple[str, ...] = ()  # of the warnings, those about review and approval: on every page
    not_auditable: tuple[tuple[str, str, str], ...] = ()  # clause, the policy's words, why logs cannot show it
    switched_off: tuple[tuple[str, str], ...] = ()  # clause and title of rules that wait for a limit, or are off
    has_rules: bool = True  # whether any rule of the policy is on
    forbids: bool = True  # whether the policy forbids any class of site
    managers: tuple[tuple[str, str, str], ...] = ()  # faults of the tree of managers: what, where, what follows
    core_hours: tuple[float, float] | None = None  # hours of the day, 9.0 to 17.0, marked on charts
    lunch_hours: tuple[float, float] | None = None  # when lunch can be, likewise
    core_days: tuple[int, ...] = ()  # ISO weekdays on which both are marked
    tolerance_minutes: float | None = None  # the longest break that does not end a stretch of personal use
    minimum_group: int = 8  # fewer people than this are never shown as a group
    rounding: int = 5  # published counts are rounded to this
    provenance: Mapping[str, int | None] = field(default_factory=dict)  # PROVENANCE of the latest week that has any
    provenance_of: str = ""  # that week
    destroy_by: date | None = None  # when the report itself is to be destroyed
    registers: tuple[RegisterUse, ...] = ()
    unlisted: Mapping[str, Unlisted] = field(default_factory=dict)  # by week
    withheld: tuple[str, ...] = ()  # what the DPIA lacks, so that no case is shown; nothing where it is current
    mend: tuple[str, ...] = ()  # the lines that would have to stand in [dpia]
    dpia: str = ""  # the assessment that covers the monitoring, in words; nothing where none is current
    no_people: Mapping[str, int] = field(default_factory=dict)  # entries of a directory that are no people, by kind
    contact: str = ""  # whom managers, the board and staff ask; "": the configuration names nobody
    left_out: tuple[str, ...] = ()  # values of published tables that no paper tells of which may be published
    undelivered: tuple[str, ...] = ()  # mails that somebody must see to: for IT, by identifier
    quality: Quality = field(default_factory=Quality)  # of the logs of the latest weeks
