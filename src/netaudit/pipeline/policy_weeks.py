"""Stored weeks assessed under two policies, in memory: what a change of policy would have meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.assess import Assessment, assess
from netaudit.contracts import FINDINGS
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.dpia import Gate
from netaudit.definitions.periods import is_closed
from netaudit.definitions.policies import Policy
from netaudit.pipeline.audit import load_definitions, unknown_patterns
from netaudit.pipeline.case_changes import case_changes
from netaudit.pipeline.stored_weeks import StoredWeeks
from netaudit.pipeline.weeks import WHOLE, beside_of, downloads_of, visits_of
from netaudit.protect import (
    Identities,
    Pseudonyms,
    SuppressionSettings,
    attended,
    new_people,
    open_changes,
    people_table,
    register_table,
)

FIGURES = ("minutes_low", "minutes", "minutes_high", "core_minutes_low", "lunch_minutes", "amount", "limit")
WORDS = ("route",)
_WORTH_A_WORD = 0.05  # minutes or megabytes: less is not printed


@dataclass(frozen=True, slots=True)
class BothSides:
    """A stored week under two policies."""

    period: str
    visits: pl.DataFrame
    people: pl.DataFrame
    stored: frozenset[str]  # the numbers of the cases that are kept
    before: Assessment
    after: Assessment
    is_open: bool  # its figures are not shown to anybody yet
    stood_in: tuple[int, int]  # rows of the directory, before and after, whose pattern that policy lacks


@dataclass(frozen=True, slots=True)
class WeekChanges:
    """Which verdicts of a week would be others; nothing of it names a person."""

    period: str
    withheld: tuple[str, ...]  # why no case is shown
    cases: pl.DataFrame  # stored ones that differ: see `case_changes`; "stands again": under the second policy only
    new: tuple[tuple[str, str, int], ...]  # rule, status, people (rounded), where that may be told
    standing: int | None  # stored cases that were compared; None: none is shown
    left_out: int | None  # stored cases that neither policy leads to, with today's registers and program


def both_sides(
    weeks: StoredWeeks, configuration: Configuration, before: Policy, after: Policy, now: datetime
) -> Iterator[BothSides]:
    """Yield each week under both policies, with today's directory and registers. Nothing is written.

    A visit's stored class is used as it is. Where the directory names a working pattern that one of the policies lacks,
    that policy's default pattern stands in: an organisation's own patterns are no part of the policy that it extends.

    Raises:
        DefinitionError: the directory names a working pattern that the configured policy lacks, or is wrong otherwise.
    """
    definitions = load_definitions(configuration, now.astimezone(ZoneInfo(configuration.zone)).date())
    registers = definitions.registers
    stood_in = (len(unknown_patterns(registers, before)), len(unknown_patterns(registers, after)))
    identities = Identities(registers, configuration.realms)
    for period in weeks.periods:
        pseudonyms = Pseudonyms(period, weeks.store.keys.key)
        people = people_table(registers, pseudonyms)
        register = register_table(registers, identities, pseudonyms)
        visits, downloads, beside = (of(period, weeks.tables) for of in (visits_of, downloads_of, beside_of))
        kept = weeks.tables.read("findings", period, WHOLE)
        yield BothSides(
            period,
            visits,
            people,
            frozenset() if kept is None else frozenset(kept["finding_id"]),
            assess(visits, _known(people, before), register, before, downloads, beside),
            assess(visits, _known(people, after), register, after, downloads, beside),
            not is_closed(period, configuration.zone, now),
            stood_in,
        )


def week_changes(week: BothSides, policy: Policy, settings: SuppressionSettings, gate: Gate) -> WeekChanges:
    """Return which verdicts of a week the second policy changes.

    Args:
        week: both sides of it.
        policy: the second policy, which says what counts as what.
        settings: when something may be told of new findings.
        gate: the DPIA and the day, without which nothing is told of single cases.
    """
    before, after = FINDINGS.at_rest(week.before.findings), FINDINGS.at_rest(week.after.findings)
    is_stored = pl.col("finding_id").is_in(list(week.stored))
    known = before.filter(is_stored)
    again = after.filter(is_stored).join(before, on="finding_id", how="anti")
    of_known = after.join(known, on="finding_id", how="semi")
    # What the first policy leads to as well is no difference; what is kept is not new.
    added = after.join(before, on="finding_id", how="anti").join(again, on="finding_id", how="anti")
    found = case_changes(known, pl.concat([of_known, added]), FIGURES, WORDS, _WORTH_A_WORD)
    returned = again.select(
        "finding_id",
        pl.col("rule_id", "category").cast(pl.String),
        *(pl.col(name).alias(f"{name}_after") for name in FIGURES),
        *(pl.col(name).cast(pl.String).alias(f"{name}_after") for name in ("status", *WORDS)),
        change=pl.lit("stands again"),
        renumbered=pl.lit(value=False),
    )
    cases = open_changes(pl.concat([found, returned], how="diagonal"), gate)
    return WeekChanges(
        period=week.period,
        withheld=gate.lacks,
        cases=cases.sort("finding_id", maintain_order=True),
        new=new_people(found, attended(week.visits, policy.classes)["user_hash"].n_unique(), settings),
        standing=known.height + again.height if gate.is_open else None,
        left_out=len(week.stored) - known.height - again.height if gate.is_open else None,
    )


def _known(people: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return the people, without patterns that the policy lacks."""
    return people.with_columns(pattern=pl.when(pl.col("pattern").is_in(list(policy.patterns))).then("pattern"))
