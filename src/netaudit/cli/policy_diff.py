"""netaudit policy diff: what is different in another policy, and which past verdicts would be."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from netaudit.cli.options import (
    config_option,
    configuration_of,
    key_fd_option,
    out_option,
    say_left_out,
    terminal_width,
    weeks_option,
)
from netaudit.cli.recording import record
from netaudit.definitions.dpia import Gate
from netaudit.definitions.policies import Policy
from netaudit.definitions.policy_differences import PARTS, Difference, policy_differences
from netaudit.pipeline.policy_choice import choose_policy
from netaudit.pipeline.policy_weeks import FIGURES, WeekChanges, both_sides, week_changes
from netaudit.pipeline.stored_weeks import Span, open_weeks
from netaudit.pipeline.stores import has_store
from netaudit.protect import SuppressionSettings
from netaudit.report.plain import csv_cell
from netaudit.report.policy_text import Line, wrapped
from netaudit.report.words import counted

_DIGITS = 16  # of a hash, in text
_NAMES: Mapping[str, str] = {
    "minutes_low": "proven minutes",
    "minutes": "likely minutes",
    "minutes_high": "minutes at most",
    "core_minutes_low": "in core time",
    "lunch_minutes": "at lunch",
    "amount": "counted",
    "limit": "limit",
    "route": "route",
}
_COMPARED = ("status", "route", *FIGURES)
_TABLE = (
    *("part", "change", "name", "before", "after", "week", "rule"),
    *(f"{name}_{side}" for name in _COMPARED for side in ("before", "after")),
    "people",
)


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--csv", "as_csv", is_flag=True, help="Write comma-separated values with a header.")
@weeks_option
@key_fd_option
@config_option
@out_option
def diff(before: str, after: str, weeks: Span | None, config: Path | None, out: Path, *, as_csv: bool) -> None:
    """Say what is different in policy B, and which stored verdicts under A would be others. Nothing is written.

    A and B are names, paths of .toml files, or 8 or more digits of the hash of a policy that a run has used. Stored
    weeks are assessed under both, with today's directory and registers. Without a store only the texts are compared.

    \b
    Example:
      netaudit policy diff leeds our-trust --config netaudit.toml --out /srv/netaudit
    """
    configuration = configuration_of(config)
    now = datetime.now(UTC)
    old, new = (choose_policy(name, configuration, out) for name in (before, after))
    settings = SuppressionSettings(threshold=configuration.minimum_group)
    differences = policy_differences(old, new)
    texts = wrapped(_texts(old, new, differences), terminal_width())
    for line in _rows_of_texts(differences) if as_csv else texts:
        click.echo(line)
    if not has_store(configuration, out) and weeks is None:
        if not as_csv:
            click.echo("\nThere is no store: no past verdicts can be compared.")
        return
    with open_weeks(configuration, out, weeks) as stored:
        record("view", configuration, out, weeks=list(stored.periods))
        stood_in, changes = (0, 0), []
        gate = Gate(configuration.dpia, now.astimezone(ZoneInfo(configuration.zone)).date())
        for week in both_sides(stored, configuration, old, new, now):
            stood_in = week.stood_in
            changes.append(week_changes(week, new, settings, gate))
    say_left_out(stored.left_out)
    for line in _rows_of_verdicts(changes) if as_csv else _verdicts(changes, settings):
        click.echo(line)
    for line in () if as_csv else stood_in_lines((old, new), stood_in):
        click.echo(line)


def stood_in_lines(policies: Iterable[Policy], rows: Iterable[int]) -> Iterator[str]:
    """Yield, of each policy that lacks working patterns of the directory, what stood in for them, as lines of text."""
    sides = {(policy.policy_id, policy.default_pattern, count) for policy, count in zip(policies, rows, strict=True)}
    for policy_id, default, count in sorted(sides):
        if count:
            what = (
                f"Policy {policy_id} lacks the working pattern of {counted(count, 'row')} of the directory: "
                f"its default pattern, {default}, stands in."
            )
            yield from wrapped([Line(what)], terminal_width())


def _texts(old: Policy, new: Policy, differences: Iterable[Difference]) -> Iterator[Line]:
    for word, policy in (("From", old), ("To", new)):
        title = f"{policy.policy_id}: {policy.title}, version {policy.version}"
        yield Line(f"{word} {title} ({policy.sha256[:_DIGITS]})", hanging=True)
    clock = old.zone if old.zone == new.zone else f"{old.zone}, then {new.zone}"
    yield Line(f"By the clock of {clock}")
    yield Line("")
    names = (old.policy_id, new.policy_id) if old.policy_id != new.policy_id else ("the first", "the second")
    found = False
    for part, of_part in groupby(differences, key=lambda one: one.part):
        found = True
        yield Line(f"{PARTS[part]}:")
        these = list(of_part)
        lines = _examples(these) if part == "example" else (_difference(one, names) for one in these)
        yield from (Line(text, 1, hanging=True) for text in lines)
    if not found:
        yield Line("The texts say the same.")


def _difference(one: Difference, names: tuple[str, str]) -> str:
    if one.before is not None and one.after is not None:
        return f"{one.name}: {one.before} → {one.after}"
    name, what = (names[0], one.before) if one.after is None else (names[1], one.after)
    return f"{one.name}: only in {name}" + (f" ({what})" if what else "")  # a closure day need not say why


def _examples(differences: Iterable[Difference]) -> Iterator[str]:
    """Yield how many worked examples of each rule differ; which, the table says."""
    counts: dict[str, Counter[str]] = {}
    for one in differences:
        counts.setdefault(one.name.partition(": ")[0], Counter())[_change(one)] += 1
    for rule, of_rule in counts.items():
        yield f"{rule}: {', '.join(f'{count} {change}' for change, count in sorted(of_rule.items()))}"


def _change(one: Difference) -> str:
    return "gone" if one.after is None else "added" if one.before is None else "changed"


def _verdicts(weeks: Iterable[WeekChanges], settings: SuppressionSettings) -> Iterator[str]:
    for week in weeks:
        yield ""
        if week.standing is None:
            yield f"Week {week.period}: cases are withheld, because no current DPIA covers this monitoring:"
            yield from (f"  {lack}" for lack in week.withheld)
        else:
            yield f"Week {week.period}: {counted(week.standing, 'stored case')} compared"
        rows = [_words(row) for row in week.cases.iter_rows(named=True)]
        widths = [max(len(row[column]) for row in rows) if rows else 0 for column in range(2)]
        for number, rule, what in rows:
            yield f"  {number:<{widths[0]}}  {rule:<{widths[1]}}  {what}"
        if not rows and not week.withheld:
            yield "  No stored case would change."
        for rule, status, people in week.new:
            yield f"  About {people} people would have a new finding by rule {rule} ({status})."
        if week.left_out:
            left = f"{counted(week.left_out, 'stored case')} {'is' if week.left_out == 1 else 'are'}"
            yield f"  {left} none under either policy, with today's registers and program."
    yield ""
    yield f"Of new findings about fewer than {settings.threshold} people nothing is said, nor whether there are any."


def _words(row: Mapping[str, Any]) -> tuple[str, str, str]:
    what = row["change"]
    if what == "stands again":
        what = f"stands under the second alone ({row['status_after']})"
    if what == "changes":
        told = [f"{row['status']} → {row['status_after']}"] if row["status"] != row["status_after"] else []
        for name, words in _NAMES.items():
            then, now = (_number(row[one]) for one in (name, f"{name}_after"))
            told += [f"{words} {then} → {now}"] if then != now else []
        told += ["another number"] if row["renumbered"] else []
        what = "; ".join(told) or "begins at another moment"
    return row["finding_id"], row["rule_id"], what


def _rows_of_texts(differences: Iterable[Difference]) -> Iterator[str]:
    yield ",".join(_TABLE)
    for one in differences:
        before, after = ("", "") if one.part == "example" else (one.before, one.after)
        yield _row(part=one.part, change=_change(one), name=one.name, before=before, after=after)


def _rows_of_verdicts(weeks: Iterable[WeekChanges]) -> Iterator[str]:
    for week in weeks:
        for row in week.cases.iter_rows(named=True):
            cells = {
                f"{name}_{side}": _number(row[column])
                for name in _COMPARED
                for side, column in (("before", name), ("after", f"{name}_after"))
            }
            change, name, rule = row["change"], row["finding_id"], row["rule_id"]
            yield _row(part="case", change=change, name=name, week=week.period, rule=rule, **cells)
        for rule, status, people in week.new:
            yield _row(part="new", change="is new", week=week.period, rule=rule, status_after=status, people=people)


def _number(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else "" if value is None else str(value)


def _row(**cells: object) -> str:
    text = io.StringIO()
    values = (cells.get(name) for name in _TABLE)
    csv.writer(text, lineterminator="").writerow("" if value is None else csv_cell(str(value)) for value in values)
    return text.getvalue()
