"""netaudit categories diff: which past verdicts would change."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from netaudit.cli.options import config_option, configuration_of, key_fd_option, out_option, say_left_out, weeks_option
from netaudit.cli.recording import record
from netaudit.pipeline.class_diff import MapDiff, compare_maps
from netaudit.pipeline.stored_weeks import Span
from netaudit.protect import SuppressionSettings, many_or_few

_DIGITS = 16  # of a hash, in text
_MOST_PATTERNS = 100  # in text; the table has all
_TABLE = (
    "part", "change", "name", "before", "after", "tier", "source", "week", "people", "minutes_high",
    "status_before", "status_after", "minutes_low_before", "minutes_low_after", "minutes_before", "minutes_after",
    "count",
)  # fmt: skip


@click.command()
@click.option("--from", "before", metavar="HASH", help="A kept class map; what the store holds if left out.")
@click.option("--to", "after", metavar="HASH", help="A kept class map; the configuration's, as it is now, if left out.")
@click.option("--csv", "as_csv", is_flag=True, help="Write comma-separated values with a header.")
@weeks_option
@key_fd_option
@config_option
@out_option
def diff(
    before: str | None, after: str | None, weeks: Span | None, config: Path | None, out: Path, *, as_csv: bool
) -> None:
    """Say which patterns, hosts and cases would be others with another class map. Nothing is written.

    A class map is given by 8 or more digits of its hash, as reports show it, or as the path of its .zip.

    \b
    Example:
      netaudit categories diff --from 869eeefb --config netaudit.toml --out /srv/netaudit
    """
    configuration = configuration_of(config)
    found = compare_maps(configuration, out, before, after, weeks, datetime.now(UTC))
    record("view", configuration, out, weeks=list(found.periods))
    settings = SuppressionSettings(threshold=configuration.minimum_group)
    say_left_out(found.left_out)
    for line in _table(found) if as_csv else _text(found, settings):
        click.echo(line)


def _text(found: MapDiff, settings: SuppressionSettings) -> Iterator[str]:
    what = "the latest run's" if found.is_latest else "asked for"
    yield f"From class map {found.before[:_DIGITS]} ({what}) to {found.after[:_DIGITS]}"
    yield ""
    yield from _patterns(found)
    yield ""
    weeks = found.periods[0] if len(found.periods) == 1 else f"{found.periods[0]} to {found.periods[-1]}"
    yield f"Hosts of {weeks} that would be of another class:"
    for (before, after), count in found.moves.items():
        if not settings.too_small(count):
            yield f"  {before} → {after}: {many_or_few(count, settings)}"
    for host in found.hosts:
        people = f"{host.shown.people}{' or more' if host.shown.or_more else ''} people"
        minutes = "" if host.shown.minutes_high is None else f", {host.shown.minutes_high} minutes at most"
        by = f"{host.source}, {host.tier}" if host.source else host.tier
        yield f"  {host.host}: {host.before} → {host.after} ({by}); {people}{minutes} in {host.period}"
    least = settings.threshold
    yield f"  Named are those that {least} people or more opened in one week; shielded ones never are."
    yield f"  Of fewer than {least} hosts that move alike nothing is said, nor whether there are any."
    if found.by_path_now:
        hosts = many_or_few(found.by_path_now, settings)
        yield f"  Of {hosts} hosts some pages have a pattern of their own now. The store keeps no paths: which requests"
        yield "  they would have decided about cannot be told."
    yield ""
    yield from _cases(found, settings)


def _patterns(found: MapDiff) -> Iterator[str]:
    if found.patterns is None:
        yield f"Patterns: class map {found.before[:_DIGITS]} is not kept, so that they cannot be compared."
        return
    if found.patterns.is_empty():
        yield "No pattern would change its class."
    else:
        yield "Patterns:"
        groups = found.patterns.group_by("change", "source", "before", "after", maintain_order=True).len()
        for change, source, before, after, count in groups.iter_rows():
            yield f"  {count:,} {change}: {_move(before, after)} ({source})"
    if found.other_sites:
        yield f"  {found.other_sites:,} keep their class and belong to another site, or to another part of it"
    accusing = found.patterns.filter("accusing")
    if accusing.height:
        yield "Those that accuse, or did:"
    for change, source, pattern, before, after, _ in accusing.head(_MOST_PATTERNS).iter_rows():
        yield f"  {change}: {pattern}, {_move(before, after)} ({source})"
    if accusing.height > _MOST_PATTERNS:
        yield f"  and {accusing.height - _MOST_PATTERNS:,} more: --csv gives all"


def _move(before: str | None, after: str | None) -> str:
    return " → ".join(one for one in (before, after) if one)


def _cases(found: MapDiff, settings: SuppressionSettings) -> Iterator[str]:
    cases = found.cases
    if cases.withheld:
        yield "Cases are withheld, because no current DPIA covers this monitoring:"
        yield from (f"  {lack}" for lack in cases.withheld)
    else:
        yield "Cases:" if cases.cases.height else "No case that there is would change."
    for row in cases.cases.iter_rows(named=True):
        subject = f"{row['finding_id']} ({row['period']}, {row['rule_id']}) {row['change']}"
        if row["change"] == "changes":
            low = f"{row['minutes_low']:.1f} → {row['minutes_low_after']:.1f} minutes proven"
            likely = f"{row['minutes']:.1f} → {row['minutes_after']:.1f} likely"
            status = (
                f"{row['status']} → {row['status_after']}" if row["status"] != row["status_after"] else row["status"]
            )
            subject += f": {low}, {likely}, {status}" + (", another number" if row["renumbered"] else "")
        yield f"  {subject}"
    for rule, status, count in found.cases.new:
        yield f"  about {count} would be new by rule {rule} ({status})"
    yield f"  Of new ones about fewer than {settings.threshold} people nothing is said, nor whether there are any."
    if cases.standing is not None:
        yield f"  {cases.standing} stored cases were compared."
    if cases.left_out:
        yield f"  {cases.left_out} were not: by today's policy, registers and program they are no cases, or others."


def _table(found: MapDiff) -> Iterator[str]:
    yield ",".join(_TABLE)
    for change, source, pattern, before, after, _ in () if found.patterns is None else found.patterns.iter_rows():
        yield _row(part="pattern", change=change, name=pattern, before=before, after=after, source=source)
    for host in found.hosts:
        people = f"{host.shown.people}{'+' if host.shown.or_more else ''}"
        yield _row(
            part="host",
            change="moved",
            name=host.host,
            before=host.before,
            after=host.after,
            tier=host.tier,
            source=host.source,
            week=host.period,
            people=people,
            minutes_high=host.shown.minutes_high,
        )
    for row in found.cases.cases.iter_rows(named=True):
        yield _row(
            part="case",
            change=row["change"],
            name=row["finding_id"],
            before=row["rule_id"],
            after=row["rule_id"],
            week=row["period"],
            status_before=row["status"],
            status_after=row["status_after"],
            minutes_low_before=row["minutes_low"],
            minutes_low_after=row["minutes_low_after"],
            minutes_before=row["minutes"],
            minutes_after=row["minutes_after"],
        )
    for rule, status, count in found.cases.new:
        yield _row(part="case", change="is new", after=rule, status_after=status, count=count)


def _row(**cells: object) -> str:
    text = io.StringIO()
    values = (cells.get(name) for name in _TABLE)
    shown = (f"{value:.2f}" if isinstance(value, float) else "" if value is None else value for value in values)
    csv.writer(text, lineterminator="").writerow(shown)
    return text.getvalue()
