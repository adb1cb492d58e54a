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
    PUBLISHED,
    SPELLS,
    VISITS,
    Case,
    CaseTables,
    Unlisted,
)
from netaudit.definitions.calendars import working_days
from netaudit.definitions.dpia import Gate
from netaudit.definitions.periods import days_of, is_closed
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
from netaudit.pipeline.let_through import let_through_of
from netaudit.pipeline.register_use import unlisted
from netaudit.protect import (
    Identities,
    SuppressionSettings,
    clauses_of,
    decisions_table,
    filter_leaks,
    open_cases,
    open_leaks,
    people_table,
    provenance,
    publish,
    register_table,
)
from netaudit.reconstruct import ReconstructSettings
from netaudit.store import Commit

WHOLE = "week"
SATURDAY = 5
Read = Callable[[str, str, str], pl.DataFrame | None]  # table, period, part


@dataclass(frozen=True, slots=True)
class Week:
    """What may be shown of a week."""

    period: str
    published: pl.DataFrame
    cases: tuple[Case, ...]
    provisional: bool
    late_events: int  # came after the figures were published; the findings know them, the figures do not
    provenance: Mapping[str, int | None]  # where the classes come from; empty in a store of an earlier version
    leaks: pl.DataFrame  # LEAKS: forbidden sites that the filter let through
    unlisted: Unlisted | None = None  # None: without a directory, and in a store of an earlier version


@dataclass(frozen=True, slots=True)
class Rules:
    """What a week is measured against."""

    policy: Policy
    registers: Registers
    identities: Identities
    suppression: SuppressionSettings
    reconstruction: ReconstructSettings


def assess_week(period: str, commit: Commit, door: Door, rules: Rules, now: datetime, *, reissue: bool) -> None:
    """Write a week's spells, findings, evidence and figures.

    Figures of a week that was published stay as they were, unless a re-issue is asked for.
    """
    policy = rules.policy
    pseudonyms = door.pseudonyms(period)
    people = people_table(rules.registers, pseudonyms)
    # What people decide may be decided otherwise tomorrow: it is laid over the findings wherever they are shown.
    every = register_table(rules.registers, rules.identities, pseudonyms)
    register = every.filter(pl.col("register") != "decision")
    visits, downloads = visits_of(period, commit), downloads_of(period, commit)
    beside = beside_of(period, commit)
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
    before = commit.read("published", period, WHOLE)
    if before is not None and not before["provisional"].any() and not reissue:
        return
    closed = is_closed(period, policy.zone, now) and _is_complete(period, commit, policy)
    published = publish(
        visits,
        decided(findings, every),
        people,
        policy.classes,
        period,
        policy.zone,
        rules.suppression,
        clauses=clauses_of(policy),
        provisional=not closed,
    )
    commit.put("published", period, WHOLE, PUBLISHED.at_rest(published))
    commit.put("provenance", period, WHOLE, provenance(visits, policy.classes, rules.suppression))
    commit.put("issued", period, WHOLE, pl.DataFrame({"events": [_events(period, commit)]}))


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


def shown_weeks(commit: Commit, policy: Policy, registers: Registers, gate: Gate) -> list[Week]:
    """Return what may be shown of every week in the store, in order."""
    decisions = decisions_table(registers)
    return [_shown(period, commit, policy, decisions, gate) for period, _ in commit.parts("published")]


def _shown(period: str, commit: Commit, policy: Policy, decisions: pl.DataFrame, gate: Gate) -> Week:
    tables = {name: commit.read(name, period, WHOLE) for name in ("published", "findings", "evidence", "issued")}
    published, findings, lines, issued = (table if table is not None else pl.DataFrame() for table in tables.values())
    lines = EVIDENCE.completed(lines)
    findings = decided(FINDINGS.completed(findings), decisions)
    sources, strangers, leaks = (commit.read(name, period, WHOLE) for name in ("provenance", "unlisted", "leaks"))
    return Week(
        period=period,
        published=published,
        cases=tuple(
            open_cases(findings, lines, policy, period, policy.zone, gate, tables=stored_tables(commit.read, period))
        ),
        provisional=bool(published["provisional"].any()),
        late_events=max(0, _events(period, commit) - int(issued["events"].item())),
        provenance={} if sources is None else dict(sources.iter_rows()),
        leaks=LEAKS.empty() if leaks is None else open_leaks(leaks, gate),
        unlisted=None if strangers is None or strangers.is_empty() else Unlisted(*strangers.row(0)),
    )


def leaks_of(weeks: Iterable[Week]) -> pl.DataFrame:
    """Return the LEAKS of some weeks."""
    return pl.concat([LEAKS.empty(), *(week.leaks for week in weeks)])


def stored_tables(read: Read, period: str) -> CaseTables | None:
    """Return what is kept with the findings of a week; None in a store of a version that kept no more than evidence."""
    found = {name: read(name, period, WHOLE) for name in CASE_CONTRACTS}
    if any(table is None for table in found.values()):
        return None
    return CaseTables(
        **{name: CASE_CONTRACTS[name].completed(table) for name, table in found.items() if table is not None}
    )


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
