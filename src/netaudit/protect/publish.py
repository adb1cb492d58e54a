"""The first of two doors: a week's visits and findings as figures that any audience may read.

Counts and durations leave here suppressed and rounded, the same bytes from the same week whatever the order
of its rows. A figure about one person cannot be told from the page, nor whether that person was there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import polars as pl

from netaudit.contracts import FINDINGS, PEOPLE, PUBLISHED, VISITS
from netaudit.protect.clauses import Clauses, needed_time, proven_classes, withheld_classes, withheld_clauses
from netaudit.protect.counting import ACTIVE, OF_THE_WHOLE, TABLES, TIMED, counted, figures, values_of
from netaudit.protect.needed_time import Needed, Printed, telling_clauses
from netaudit.protect.release import Rows, Week, released
from netaudit.protect.suppression import SuppressionSettings
from netaudit.protect.units import LEVELS, Staff, everyone, staff_of

Key = tuple[str, str, str, str]
"""A published figure: its table, value, unit_level and unit."""

# Tables that managers read. How cases stand is the work of IG.
_MANAGERS_READ = ("active_people", "findings_by_clause", "time_by_class", "time_by_hour")


def publish(
    visits: pl.DataFrame,
    findings: pl.DataFrame,
    people: pl.DataFrame,
    policy_uses: Mapping[str, str],
    period: str,
    zone: str,
    settings: SuppressionSettings,
    *,
    clauses: Clauses,
    provisional: bool,
    held: Collection[Key] = (),
) -> pl.DataFrame:
    """Return the published figures of one ISO week: PUBLISHED, suppressed, sorted.

    Tables, with their values (all of them always listed, so that no row's existence says anything):

    * `active_people` (none): active, of the organisation only, and headcount, of every unit.
    * `findings_by_clause` (clause): people with a finding that is new or confirmed; for every unit. Only findings for
      managers count in "7.4"; those on a withheld route have a row of their own, "7.4 (safeguarding)", which
      managers do not get.
    * `time_by_class` (category): people and minutes by personal or blocked class; for every unit. Managers do
      not get classes that only rules with a withheld route name, such as extremism.
    * `time_by_hour` (hour): people and minutes of personal time by local hour; the organisation only.
    * `time_by_weekday_hour` (weekday_hour): the same by ISO weekday and local hour, such as 1-09 on Mondays from nine;
      the organisation only, for IG. Of the two hours in which a week begins and ends, each is that of its own weekday.
    * `cases_by_status` (status): people with a finding of that status; the organisation only, for IG.

    Hidden rows have no people and no minutes; a row with people but without minutes has its minutes hidden
    because few people make them up. Minutes are rounded to two figures and people to 5.

    Report `ig` has every unit; `managers` the lowest unit that each team is published in. A provisional week
    is for `ig` alone.

    Args:
        visits: VISITS of the week. Only human visits of attributable people count, never shielded ones.
        findings: FINDINGS of the week.
        people: PEOPLE, the whole directory; who is not in it is not counted, nor is who stands at the top of it. Who
            heads a unit is counted where their own manager is. Without rows the organisation is the only unit, and
            its head count is the number of active pseudonyms.
        policy_uses: use by category, for every category.
        period: the week, such as 2026-W47.
        zone: time zone of the organisation.
        settings: thresholds.
        clauses: the clauses of the policy that have a rule, and the routes of its rules: `clauses_of`.
        provisional: whether the week is still open.
        held: figures that are hidden whatever they are; those that the week does not have are ignored.

    Raises:
        ValueError: a finding's clause or route is not in `clauses`, or a table breaks its contract.
    """
    who = counted(VISITS.fit(visits), FINDINGS.fit(findings), policy_uses, zone, settings, clauses)
    directory = PEOPLE.fit(people)
    active = who.filter(table="active_people")["user_hash"]
    staff = everyone(active) if directory.is_empty() else staff_of(directory, period, settings.unit_size)
    withheld = withheld_clauses(clauses, settings).values()
    kept_back = withheld_classes(clauses, settings)
    # Where the organisation is the only unit, managers read its hours too: all hours less the classes that they
    # read would be the classes that they may not. So nobody reads those, and the rest is protected as for any [c].
    lowest = set(staff.tree.lowest)
    values = values_of(policy_uses, clauses, settings)
    whole = replace(staff, members=staff.members.filter(unit=0))
    true = {
        table: figures(whole if table in OF_THE_WHOLE else staff, who.filter(table=table), values[table], settings)
        for table in TABLES
    }
    places = {(unit.level, unit.name): place for place, unit in enumerate(staff.tree.units)}
    back = {(table, value, places[level, name]) for table, value, level, name in held if (level, name) in places}
    if 0 in lowest:
        back |= {("time_by_class", value, 0) for value in kept_back}
    week = Week(
        staff,
        active=true["active_people"][ACTIVE],
        held=frozenset(back),
        proven=proven_classes(clauses, values["time_by_class"], settings),
        clauses=true["findings_by_clause"],
        classes=true["time_by_class"],
        hours=true["time_by_hour"],
        statuses=true["cases_by_status"],
        cells=true["time_by_weekday_hour"],
    )
    needed = needed_time(clauses, settings)
    tables = list(released(week, settings))
    while more := _telling(week, tables, needed, settings) - week.held:
        week = replace(week, held=week.held | more)
        tables = list(released(week, settings))
    cells = [
        (table, unit, dimension, value, shown)
        for table, dimension, rows in tables
        for unit in _in_order(staff)
        for value, row in rows.items()
        if (shown := row.get(unit)) is not None
    ]
    audiences = {
        "ig": cells,
        "managers": []
        if provisional
        else [
            cell
            for cell in cells
            if cell[1] in lowest and cell[0] in _MANAGERS_READ and cell[3] not in {*withheld, *kept_back}
        ],
    }
    return PUBLISHED.fit(
        pl.DataFrame(
            [
                (
                    report,
                    table,
                    period,
                    staff.tree.units[unit].level,
                    staff.tree.units[unit].name,
                    dimension,
                    value,
                    *shown,
                    shown.people is None,
                    provisional,
                )
                for report, its_cells in audiences.items()
                for table, unit, dimension, value, shown in its_cells
            ],
            schema=PUBLISHED.schema,
            orient="row",
        )
    )


def _telling(
    week: Week, tables: Iterable[tuple[str, str, Rows]], needed: Mapping[str, Needed], settings: SuppressionSettings
) -> frozenset[tuple[str, str, int]]:
    """Return the counts of clauses that prove somebody behind a hidden figure, by what findings need."""
    printed = {
        title: {
            value: {unit: Printed(shown.people, shown.minutes_low) for unit, shown in by_unit.items()}
            for value, by_unit in rows.items()
        }
        for title, _, rows in tables
    }
    of_classes, of_hours, of_cells = (printed[title] for title in TIMED)
    of_clauses = printed["findings_by_clause"]
    found = telling_clauses(of_clauses, of_classes, of_hours, of_cells, week.proven, needed, settings)
    return frozenset(("findings_by_clause", row, unit) for row, unit in found)


def _in_order(staff: Staff) -> list[int]:
    """Return the units as a page lists them: level by level, then by name."""
    units = staff.tree.units
    return sorted(range(len(units)), key=lambda unit: (LEVELS.index(units[unit].level), units[unit].name))
