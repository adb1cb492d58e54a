"""netaudit policy what-if: what other settings would change, in figures that tell of nobody."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from netaudit.cli.options import (
    config_option,
    configuration_of,
    key_fd_option,
    out_option,
    say_left_out,
    set_option,
    terminal_width,
    weeks_option,
)
from netaudit.cli.policy_diff import stood_in_lines
from netaudit.cli.recording import record
from netaudit.definitions.policies import Policy
from netaudit.definitions.policy_changes import read_changes
from netaudit.definitions.policy_words import clause_titles
from netaudit.errors import InputError, Problem, printable
from netaudit.pipeline.policy_choice import choose_policy
from netaudit.pipeline.policy_weeks import both_sides
from netaudit.pipeline.stored_weeks import Span, open_weeks
from netaudit.protect import Effect, Side, SuppressionSettings, effects
from netaudit.report.plain import csv_cell
from netaudit.report.policy_text import Line, wrapped

_HIDDEN = "[c]"
_NONE = "\N{EN DASH}"
_TABLE = ("week", "table", "clause", "value", "before", "after", "change")
_PLACES = {
    "core": "in core time outside lunch",
    "lunch": "at lunch",
    "own": "in people's own time",
}
_Weeks = Sequence[tuple[str, Sequence[Effect]]]


@click.command("what-if")
@set_option
@click.option("--policy", metavar="POLICY", help="The policy whose settings are tried; the configured one if left out.")
@click.option("--csv", "as_csv", is_flag=True, help="Write comma-separated values with a header.")
@weeks_option
@key_fd_option
@config_option
@out_option
def what_if(
    settings: tuple[str, ...], policy: str | None, weeks: Span | None, config: Path | None, out: Path, *, as_csv: bool
) -> None:
    """Say what other settings would have changed in the stored weeks: people with findings, and where time lies.

    Only figures of the organisation as a whole, suppressed and rounded as published ones are; what fewer than eight
    people would make different is not shown as different. Nothing is written.

    \b
    Example:
      netaudit policy what-if --set time.lunch=12:00-13:30 --config netaudit.toml --out /srv/netaudit
    """
    if not settings:
        raise InputError(Problem("no setting is tried", "--set", "write --set time.lunch=12:00-13:30"))
    configuration = configuration_of(config)
    name = policy or configuration.policy_pack
    changes = read_changes(settings, "--set")
    old, new = choose_policy(name, configuration, out), choose_policy(name, configuration, out, changes)
    suppression = SuppressionSettings(threshold=configuration.minimum_group)
    stood_in, found = (0, 0), []
    with open_weeks(configuration, out, weeks) as stored:
        record("view", configuration, out, weeks=list(stored.periods))
        for week in both_sides(stored, configuration, old, new, datetime.now(UTC)):
            sides = (
                Side(old, week.before.findings, week.before.spells),
                Side(new, week.after.findings, week.after.spells),
            )
            told = effects(week.visits, week.people, week.period, *sides, suppression)
            found.append((week.period, [one.hidden for one in told] if week.is_open else told))
            stood_in = week.stood_in
    say_left_out(stored.left_out)
    for line in _rows(found) if as_csv else _text(found, old, new, settings, suppression):
        click.echo(line)
    for line in () if as_csv else stood_in_lines((old, new), stood_in):
        click.echo(line)


def _text(
    weeks: _Weeks, old: Policy, new: Policy, settings: Sequence[str], suppression: SuppressionSettings
) -> Iterator[str]:
    width, least = terminal_width(), suppression.threshold
    heading = [Line(f"{old.policy_id}: {old.title}, version {old.version}", hanging=True)]
    yield from wrapped([*heading, *(Line(f"Tried: {text}", hanging=True) for text in settings)], width)
    titles = clause_titles(new) | clause_titles(old)
    for period, of_week in weeks:
        findings = [one for one in of_week if one.table == "findings"]
        names = [f"{titles.get(one.clause, one.clause)}, {one.value}" for one in findings]
        yield ""
        yield from _columns(f"Week {period}: people with a finding", names, findings, width)
        yield ""
        time = [one for one in of_week if one.table == "time"]
        yield from _columns("Hours of personal time", [_PLACES[one.value] for one in time], time, width)
    yield ""
    notes = (
        f"{_HIDDEN}: fewer than {least} people or none, nearly everybody, or a figure that would give such a one away; "
        "all of a week that is still open. "
        f"People are rounded to {suppression.base}, hours to two figures. Where fewer than {least} people would come "
        "under another verdict, the figure after is the one before. Withdrawn findings do not count, confirmed ones "
        "are new. These figures are for IG."
    )
    yield from wrapped([Line(notes)], width)


def _columns(title: str, names: Sequence[str], rows: Sequence[Effect], width: int) -> Iterator[str]:
    room = width - 30  # for three columns of figures
    longest = min(max(len(title), *map(len, names)) + 2, room)
    yield f"{title:<{longest}}{'before':>10}{'after':>10}{'change':>10}"
    for name, row in zip(names, rows, strict=True):
        shown = name if len(name) <= longest - 2 else _shortened(name, longest - 2)
        change = _NONE if not row.change else f"{row.change:+}"
        yield printable(f"  {shown:<{longest - 2}}{_cell(row.before):>10}{_cell(row.after):>10}{change:>10}")


def _shortened(name: str, room: int) -> str:
    """Return a name with its end, which says route and status, and as much of its beginning as there is room for."""
    title, _, status = name.rpartition(", ")
    begin = title.rfind(" (") if title.endswith(")") else len(title)
    end = f"{title[begin:]}, {status}"
    return f"{title[: room - len(end) - 1]}\N{HORIZONTAL ELLIPSIS}{end}"


def _cell(figure: int | None) -> str:
    return _HIDDEN if figure is None else f"{figure:,}"


def _rows(weeks: _Weeks) -> Iterator[str]:
    yield ",".join(_TABLE)
    for period, of_week in weeks:
        for one in of_week:
            figures = (_HIDDEN if figure is None else str(figure) for figure in (one.before, one.after))
            change = "" if one.change is None else str(one.change)
            cells = (period, one.table, csv_cell(one.clause), one.value, *figures, change)
            text = io.StringIO()
            csv.writer(text, lineterminator="").writerow(cells)
            yield text.getvalue()
