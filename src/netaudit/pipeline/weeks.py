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
from netaudit.pipeline.publishing import Figures, publish_nothing_yet, publish_week
from netaudit.pipeline.register_use import unlisted
from netaudit.protect import (
    Identities,
    SuppressionSettings,
    decisions_table,
    filter_leaks,
    hidden_until_closed,
    open_cases,
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
    cases: tuple[Case, ...]
    provisional: bool
    due: datetime | None  # when its figures come: it is still open
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
    figures = Figures(
        period,
        visits,
        decided(findings, every),
        people,
        policy,
        rules.registers,
        rules.suppression,
        door.pseudonyms,
        has_key,
    )
    sources = provenance(visits, policy.classes, rules.suppression)
    if is_closed(period, policy.zone, now):
        publish_week(figures, commit, provisional=not _is_complete(period, commit, policy))
    else:
        publish_nothing_yet(figures, commit)
        sources = sources.with_columns(number=pl.lit(None, pl.Int64))
    commit.put("provenance", period, WHOLE, sources)
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


def shown_weeks(
    commit: Commit,
    rules: Rules,
    gate: Gate,
    now: datetime,
    forgotten: Forgotten = _NOTHING_FORGOTTEN,
) -> list[Week]:
    """Return what may be shown of every week in the store, in order.

    Cases without their evidence are not shown: nobody could answer them.
    """
    decisions = decisions_table(rules.registers)
    periods = [period for period, _ in commit.parts("published")]
    return [
        _shown(one, commit, rules, decisions, gate, now, without_cases=forgotten.lacks(one, ("findings", "evidence")))
        for one in periods
    ]


def _shown(
    period: str,
    commit: Commit,
    rules: Rules,
    decisions: pl.DataFrame,
    gate: Gate,
    now: datetime,
    *,
    without_cases: bool,
) -> Week:
    policy = rules.policy
    tables = {name: commit.read(name, period, WHOLE) for name in ("published", "findings", "evidence", "issued")}
    published, findings, lines, issued = (table if table is not None else pl.DataFrame() for table in tables.values())
    lines = EVIDENCE.empty() if without_cases else EVIDENCE.completed(lines)
    findings = FINDINGS.empty() if without_cases else decided(FINDINGS.completed(findings), decisions)
    is_open = not is_closed(period, policy.zone, now)
    if is_open:  # whatever an earlier version has made of it
        published = hidden_until_closed(PUBLISHED.completed(published))
    sources, counts, leaks = (commit.read(name, period, WHOLE) for name in ("provenance", "unlisted", "leaks"))
    return Week(
        period=period,
        published=published,
        cases=tuple(
            open_cases(findings, lines, policy, period, policy.zone, gate, tables=stored_tables(commit.read, period))
        ),
        provisional=bool(published["provisional"].any()),
        due=closes_at(period, policy.zone).astimezone(ZoneInfo(policy.zone)) if is_open else None,
        late_events=max(0, _events(period, commit) - int(issued["events"].item())) if issued.height else 0,
        provenance={} if sources is None else dict(sources.iter_rows()),
        leaks=LEAKS.empty() if leaks is None else open_leaks(leaks, gate),
        unlisted=strangers(counts, rules.suppression),
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
