"""Weeks: visits against the policy, and what of it may be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.assess import assess, case_tables, decided, evidence, named_sites, with_downloads
from netaudit.contracts import (
    CASE_CONTRACTS,
    DOWNLOADS,
    EVIDENCE,
    FINDINGS,
    LEAKS,
    OPEN_SITES,
    PUBLISHED,
    SPELLS,
    VISITS,
    Case,
    Unlisted,
)
from netaudit.definitions.calendars import working_days
from netaudit.definitions.dpia import Gate
from netaudit.definitions.periods import closes_at, days_of, is_closed
from netaudit.definitions.policies import Policy
from netaudit.definitions.registers import Registers
from netaudit.pipeline.case_requests import requests_by_minute
from netaudit.pipeline.days import (
    BESIDE_TABLE,
    DOWNLOADS_TABLE,
    VISITS_TABLE,
    days_with_events,
    labelled_events,
    tallies,
)
from netaudit.pipeline.door import Door
from netaudit.pipeline.forgotten import Forgotten
from netaudit.pipeline.let_through import let_through_of
from netaudit.pipeline.open_sites import OPEN_SITES_TABLE, open_sites_table
from netaudit.pipeline.publishing import Figures, publish_nothing_yet, publish_week
from netaudit.pipeline.register_use import unlisted
from netaudit.pipeline.week_cases import WeekCases
from netaudit.protect import (
    Identities,
    Pseudonyms,
    SuppressionSettings,
    filter_leaks,
    hidden_until_closed,
    open_leaks,
    people_table,
    provenance,
    register_table,
    strangers,
)
from netaudit.reconstruct import ReconstructSettings
from netaudit.store import Commit

WHOLE = "week"
_NOTHING_FORGOTTEN = Forgotten()
SATURDAY = 5
Read = Callable[[str, str, str], pl.DataFrame | None]  # table, period, part


@dataclass(frozen=True, slots=True)
class Week:
    """What may be shown of a week."""

    period: str
    published: pl.DataFrame
    heads: tuple[Case, ...]  # its cases, as lists tell them
    provisional: bool
    due: datetime | None  # when its figures come: it is still open
    late_events: int  # came after the figures were published; the findings know them, the figures do not
    provenance: Mapping[str, int | None]  # where the classes come from; empty in a store of an earlier version
    leaks: pl.DataFrame  # LEAKS: forbidden sites that the filter let through
    open_sites: pl.DataFrame  # OPEN_SITES: sites that no list knows; none while the week is open
    unlisted: Unlisted | None = None  # None: without a directory, and in a store of an earlier version
    digest: str = ""  # of all that the cases are made of: the same, and they are; "" where that is not known


@dataclass(frozen=True, slots=True)
class Rules:
    """What a week is measured against."""

    policy: Policy
    registers: Registers
    identities: Identities
    suppression: SuppressionSettings
    reconstruction: ReconstructSettings


def assess_week(
    period: str,
    commit: Commit,
    door: Door,
    rules: Rules,
    now: datetime,
    has_key: Callable[[str, str], bool],
    *,
    reissue: bool,
) -> None:
    """Write a week's spells, findings, evidence and figures.

    Figures of a week that was published stay as they were, unless a re-issue is asked for; those of a week that is
    still open are not shown to anybody.

    Args:
        period: the week.
        commit: what the run writes.
        door: makes pseudonyms.
        rules: what the week is measured against.
        now: the moment of the run.
        has_key: whether there is a key of a table and a period.
        reissue: whether published figures are to be made anew.
    """
    policy = rules.policy
    judged = judge_week(period, commit, door.pseudonyms(period), rules)
    before = commit.read("published", period, WHOLE)
    if before is not None and not before["provisional"].any() and not reissue:
        return
    figures = Figures(
        period,
        judged.visits,
        decided(judged.findings, judged.register),
        judged.people,
        policy,
        rules.registers,
        rules.suppression,
        door.pseudonyms,
        has_key,
    )
    sources = provenance(judged.visits, policy.classes, rules.suppression)
    unknown_sites = OPEN_SITES.empty()  # like figures, they come once: beside those of another night they would tell
    if is_closed(period, policy.zone, now):
        unknown_sites = open_sites_table(period, judged.visits, door.class_map, policy, rules.suppression)
        publish_week(figures, commit, provisional=not _is_complete(period, commit, policy))
    else:
        publish_nothing_yet(figures, commit)
        sources = sources.with_columns(number=pl.lit(None, pl.Int64))
    commit.put("provenance", period, WHOLE, sources)
    commit.put(OPEN_SITES_TABLE, period, WHOLE, unknown_sites)
    commit.put("issued", period, WHOLE, pl.DataFrame({"events": [_events(period, commit)]}))


@dataclass(frozen=True, slots=True)
class Judged:
    """A week against the policy, as far as its figures need it."""

    visits: pl.DataFrame
    findings: pl.DataFrame
    people: pl.DataFrame
    register: pl.DataFrame  # with what people decided


def judge_week(period: str, commit: Commit, pseudonyms: Pseudonyms, rules: Rules, whose: int | None = None) -> Judged:
    """Write a week's spells, findings and evidence, and all that is kept with them.

    Args:
        period: the week.
        commit: what the run writes.
        pseudonyms: the period's.
        rules: what the week is measured against.
        whose: the pseudonym of the one person to look at; None: everybody.
    """
    policy = rules.policy
    people = people_table(rules.registers, pseudonyms)
    # What people decide may be decided otherwise tomorrow: it is laid over the findings wherever they are shown.
    every = register_table(rules.registers, rules.identities, pseudonyms)
    register = every.filter(pl.col("register") != "decision")
    mine = pl.lit(value=True) if whose is None else pl.col("user_hash") == whose
    visits, downloads, beside = (of(period, commit).filter(mine) for of in (visits_of, downloads_of, beside_of))
    assessment = assess(visits, people, register, policy, downloads, beside)
    findings = FINDINGS.at_rest(assessment.findings)
    in_view = pl.concat([visits, beside])
    shown = with_downloads(in_view, downloads)
    sites = named_sites(findings, shown, policy)
    found_about = shown.join(findings, on="user_hash", how="semi").filter(pl.col("site").is_in(sites.implode()))
    labelled = labelled_events(period, days_of(period), found_about, policy.zone, commit)
    commit.put("spells", period, WHOLE, SPELLS.at_rest(assessment.spells))
    commit.put("findings", period, WHOLE, findings)
    commit.put("evidence", period, WHOLE, EVIDENCE.at_rest(evidence(findings, in_view, labelled, policy, downloads)))
    commit.put(
        "leaks", period, WHOLE, LEAKS.at_rest(filter_leaks(let_through_of(period, commit), policy.classes, period))
    )
    requests = requests_by_minute(period, _days_of_findings(findings, policy), commit)
    tables = case_tables(findings, visits, requests, people, register, policy, downloads, beside)
    for name, contract in CASE_CONTRACTS.items():
        commit.put(name, period, WHOLE, contract.at_rest(getattr(tables, name)))
    commit.put("unlisted", period, WHOLE, unlisted(visits, people, policy))
    return Judged(visits, findings, people, every)


def visits_of(period: str, commit: Commit) -> pl.DataFrame:
    """Return the VISITS of a week."""
    frames: Sequence[pl.DataFrame] = [
        VISITS.completed(part)
        for day in days_of(period)
        if (part := commit.read(VISITS_TABLE, period, day.isoformat())) is not None
    ]
    return pl.concat(frames) if frames else VISITS.empty()


def beside_of(period: str, commit: Commit) -> pl.DataFrame:
    """Return the VISITS of the hours beside a week; of weeks that an earlier version read, none is known."""
    parts = (commit.read(BESIDE_TABLE, period, day.isoformat()) for day in days_of(period))
    return pl.concat([VISITS.empty(), *(VISITS.completed(part) for part in parts if part is not None)])


def downloads_of(period: str, commit: Commit) -> pl.DataFrame:
    """Return the DOWNLOADS of a week; of days that an earlier version read, none is known."""
    parts = (commit.read(DOWNLOADS_TABLE, period, day.isoformat()) for day in days_of(period))
    return pl.concat([DOWNLOADS.empty(), *(DOWNLOADS.completed(part) for part in parts if part is not None)])


def _days_of_findings(findings: pl.DataFrame, policy: Policy) -> dict[date, pl.Series]:
    """Return the pseudonyms that a local day has findings about."""
    first, last = (pl.col(name).dt.convert_time_zone(policy.zone).dt.date() for name in ("event_start", "event_end"))
    days = findings.select("user_hash", day=pl.date_ranges(first, last)).explode("day").unique()
    return {day: rows["user_hash"] for (day,), rows in sorted(days.group_by("day"))}


def unsettled_weeks(commit: Commit) -> set[str]:
    """Return the periods whose figures are still provisional: the calendar alone may close them."""
    periods = {period for period, _ in commit.parts("published")}
    published = {period: commit.read("published", period, WHOLE) for period in periods}
    return {period for period, table in published.items() if table is not None and table["provisional"].any()}


def shown_weeks(
    commit: Commit, rules: Rules, gate: Gate, now: datetime, cases: WeekCases, only: str | None = None
) -> list[Week]:
    """Return what may be shown of every week in the store, or of one of them, in order; `cases` has those of all."""
    periods = [period for period, _ in commit.parts("published") if only in (None, period)]
    return [_shown(one, commit, rules, gate, now, cases) for one in periods]


def _shown(period: str, commit: Commit, rules: Rules, gate: Gate, now: datetime, cases: WeekCases) -> Week:
    policy = rules.policy
    published, issued = (
        table if (table := commit.read(name, period, WHOLE)) is not None else pl.DataFrame()
        for name in ("published", "issued")
    )
    is_open = not is_closed(period, policy.zone, now)
    if is_open:  # whatever an earlier version has made of it
        published = hidden_until_closed(PUBLISHED.completed(published))
    names = ("provenance", "unlisted", "leaks", OPEN_SITES_TABLE)
    sources, counts, leaks, unknown_sites = (commit.read(name, period, WHOLE) for name in names)
    return Week(
        period=period,
        published=published,
        heads=cases.heads(period),
        provisional=bool(published["provisional"].any()),
        due=closes_at(period, policy.zone).astimezone(ZoneInfo(policy.zone)) if is_open else None,
        late_events=max(0, _events(period, commit) - int(issued["events"].item())) if issued.height else 0,
        provenance={} if sources is None else dict(sources.iter_rows()),
        leaks=LEAKS.empty() if leaks is None else open_leaks(leaks, gate),
        open_sites=OPEN_SITES.empty()
        if unknown_sites is None or is_open or not gate.is_open
        else OPEN_SITES.completed(unknown_sites),
        unlisted=strangers(counts, rules.suppression),
        digest=cases.digest(period),
    )


def leaks_of(weeks: Iterable[Week]) -> pl.DataFrame:
    """Return the LEAKS of some weeks."""
    return pl.concat([LEAKS.empty(), *(week.leaks for week in weeks)])


def open_sites_of(weeks: Iterable[Week]) -> pl.DataFrame:
    """Return the OPEN_SITES of some weeks."""
    return pl.concat([OPEN_SITES.empty(), *(week.open_sites for week in weeks)])


def _events(period: str, commit: Commit) -> int:
    return int(tallies(commit, [period])["events"].sum())


def _is_complete(period: str, commit: Commit, policy: Policy) -> bool:
    """Return whether there are events of each working day; a week that was only tried out is not published."""
    days = days_of(period)
    pattern = policy.patterns[policy.default_pattern]
    zone = ZoneInfo(policy.zone)
    hours = working_days(pattern, days, zone, policy.bank_holidays, policy.closure_days)
    has_hours = any(stretches for week in pattern.cycle for stretches in week.values())
    # without any hours, from Monday to Friday there is somebody
    working = {day for day in days if (hours[day].core if has_hours else day.weekday() < SATURDAY)}
    return working <= set(days_with_events(period, commit))
