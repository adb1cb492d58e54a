"""What is known of the logs of the latest weeks: each source, its silences and its clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import chain, groupby
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.contracts import FileAccount
from netaudit.contracts.quality import GIVES, SHARES, Clock, Quality, Source
from netaudit.definitions.calendars import working_days
from netaudit.definitions.formats import Format, format_name, formats_by_name
from netaudit.definitions.log_fields import clock_of, lacking, places, web_layouts
from netaudit.definitions.periods import days_of
from netaudit.definitions.policies import Policy
from netaudit.definitions.policy_sentences import day_in_words
from netaudit.definitions.policy_words import core_hours
from netaudit.pipeline.source_clocks import clock_checks
from netaudit.pipeline.source_days import COMPARED_DAYS, SourceDays, silences, source_days
from netaudit.pipeline.source_hours import source_hours_of
from netaudit.protect import SuppressionSettings
from netaudit.store import Commit

WEEKS_LOOKED_AT = 13
"""A quarter of a year: what is usual changes, and older rows are destroyed."""

_WARNED_OF = 4  # weeks: what is older was told when it was new
_DAYS_NAMED = 3
_FEW_REQUESTS = 100  # fewer say nothing about a source
_BANDS = (0.1, 0.5, 0.9)


def quality_of(
    periods: Sequence[str],
    commit: Commit,
    formats: Sequence[Format],
    files: Sequence[FileAccount],
    policy: Policy,
    settings: SuppressionSettings,
    input_zone: str,
) -> Quality:
    """Return what is known of the logs of the latest of some weeks; of what an earlier version read, nothing is.

    Args:
        periods: weeks in order.
        commit: where the weeks' quarters of hours are.
        formats: all of them.
        files: the accounts of all files.
        policy: whose working days and zone count.
        settings: how many make a group.
        input_zone: in which local times are read where no file says it.
    """
    looked_at = tuple(periods[-WEEKS_LOOKED_AT:])
    hours = source_hours_of(looked_at, commit)
    days = source_days(hours, policy.zone, _days_off(looked_at, policy), settings.threshold)
    known = formats_by_name(formats)
    titles = {one.name: _title(one.name, known.get(format_name(one.name))) for one in days}
    totals = hours.group_by("event_dataset").agg(pl.col("lines", *GIVES).sum())
    counts = {str(row["event_dataset"]): row for row in totals.iter_rows(named=True)}  # one for each source
    shown = [day for period in looked_at for day in days_of(period)]
    return Quality(
        periods=looked_at,
        first=shown[0] if shown else None,
        last=shown[-1] if shown else None,
        sources=tuple(
            _source(one, titles[one.name], known.get(format_name(one.name)), counts[one.name], files, input_zone)
            for one in days
        ),
        silences=tuple(sorted(chain.from_iterable(map(silences, days)), key=lambda one: one.start, reverse=True)),
        clocks=tuple(clock_checks(days, files, core_hours(policy), titles, settings.threshold)),
        compared_days=COMPARED_DAYS,
    )


def quality_warnings(quality: Quality) -> list[str]:
    """Return what of it must be known before anything else is read: in the latest weeks alone."""
    if quality.last is None:
        return []
    since = quality.last - timedelta(weeks=_WARNED_OF)
    titles = {one.name: one.title for one in quality.sources}
    warnings = []
    recent = [one for one in quality.silences if one.start.date() > since]
    for name, some in groupby(sorted(recent, key=lambda one: one.source), key=lambda one: one.source):
        stretches = sorted({day_in_words(one.start.date()): one.start for one in some}.items(), key=lambda one: one[1])
        days = [day for day, _ in stretches]
        more = len(days) - _DAYS_NAMED
        named = [*days[:_DAYS_NAMED], *([f"{more} more {'day' if more == 1 else 'days'}"] if more > 0 else [])]
        told = " and ".join([", ".join(named[:-1]), named[-1]] if named[1:] else named)
        warnings.append(
            f"Lines of {titles.get(name, name)} seem to be missing on {told}: data quality says when. Whatever was "
            "done then is in no figure and in no case, and neither is what would speak for somebody."
        )
    warnings += [
        f"The clock of {titles.get(one.source, one.source)} may be wrong. {one.says}."
        for one in quality.clocks
        if one.verdict == "look" and one.check != "impossible"  # those are told file by file
    ]
    return warnings


def _title(name: str, log_format: Format | None) -> str:
    """Return what a source is called: the format's title, and the kind of record where a device writes several."""
    kind = name.partition(".")[2]
    title = name if log_format is None else log_format.title
    return f"{title}, {kind}" if kind and log_format is not None else title


def _days_off(periods: Sequence[str], policy: Policy) -> frozenset[date]:
    pattern = policy.patterns[policy.default_pattern]
    if not any(stretches for week in pattern.cycle for stretches in week.values()):
        return frozenset()  # without any hours, from Monday to Friday there is somebody
    days = [day for period in periods for day in days_of(period)]
    hours = working_days(pattern, days, ZoneInfo(policy.zone), policy.bank_holidays, policy.closure_days)
    return frozenset(day for day in days if not hours[day].core)


def _source(
    days: SourceDays,
    title: str,
    log_format: Format | None,
    counts: Mapping[str, int],
    files: Sequence[FileAccount],
    input_zone: str,
) -> Source:
    place = ZoneInfo(days.zone)
    active = days.quarters.filter(pl.col("lines") > 0)["quarter"]
    first, last = (
        moment.astimezone(place) if isinstance(moment, datetime) else None for moment in (active.min(), active.max())
    )
    lines = counts["lines"]
    return Source(
        name=days.name,
        title=title,
        files=sum(one.has(days.name) and bool(one.events) for one in files),
        requests=lines,
        first=first,
        last=last,
        clock=_clock(log_format, days.name),
        zone=_zones(days.name, files) or input_zone,
        lacks=_lacks(log_format, days.name),
        gives={name: share(counts[name], lines) for name in GIVES} if lines >= _FEW_REQUESTS else {},
        watched=days.watched,
    )


def _zones(name: str, files: Sequence[FileAccount]) -> str:
    """Return the zones in which local times of a source were read; nothing where no file says so."""
    mine = [choice.value for one in files if one.has(name) for choice in one.times if choice.what == "zone"]
    return " or ".join(sorted(set(mine)))


def share(some: int, of: int) -> str:
    """Return one of SHARES.

    >>> share(0, 900), share(5, 900), share(890, 900)
    ('none', 'few', 'nearly all')
    """
    return SHARES[0] if not some else SHARES[1 + sum(some / of >= least for least in _BANDS)]


def _lacks(log_format: Format | None, dataset: str) -> tuple[str, ...]:
    """Return what no layout of a source's records has a place for."""
    if log_format is None:
        return ()
    layouts = web_layouts(log_format, dataset.partition(".")[2])
    return lacking(log_format, frozenset[str]().union(*map(places, layouts)))


def _clock(log_format: Format | None, dataset: str) -> Clock:
    if log_format is None:
        return "local"
    kind = dataset.partition(".")[2]
    return clock_of(
        [log_format.time] if not kind else [one.time or log_format.time for one in web_layouts(log_format, kind)]
    )
