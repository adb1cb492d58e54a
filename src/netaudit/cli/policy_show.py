"""netaudit policy list and show: which policies there are, and what one says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from netaudit.cli.options import config_option, configuration_of, out_option, set_option, terminal_width
from netaudit.definitions.policies import SHIPPED, load_policy, policy_names
from netaudit.definitions.policy_changes import read_changes
from netaudit.errors import DefinitionError, Problem, printable
from netaudit.pipeline.policy_choice import choose_policy, class_titles, overlays_of
from netaudit.report.policy_text import policy_page, review_in_words, wrapped


@click.command("list")
@config_option
def list_command(config: Path | None) -> None:
    """List the policies that are shipped and the organisation's own, with version and review date.

    The one that the configuration names is marked with *.

    \b
    Example:
      netaudit policy list --config netaudit.toml
    """
    configuration = configuration_of(config)
    overlays = overlays_of(configuration)
    problems: list[Problem] = []
    rows = []
    for name in policy_names(overlays):
        try:
            found = load_policy(name, overlays, configuration.zone)
        except DefinitionError as error:
            problems += error.problems
            continue
        mark = "*" if name == configuration.policy_pack else " "
        own = any((folder / f"{name}.toml").is_file() for folder in overlays)
        origin = " (own, in place of a shipped one)" if own and (SHIPPED / f"{name}.toml").is_file() else " (own)"
        rows.append((mark, name, found, origin if own else ""))
    width = max((len(name) for _, name, _, _ in rows), default=0)
    today = datetime.now(UTC).date()
    for mark, name, found, origin in rows:
        click.echo(printable(f"{mark} {name:<{width}}  {found.title}, version {found.version}{origin}"))
        click.echo(f"  {'':<{width}}  {review_in_words(found, today)}")
    if problems:
        raise DefinitionError(problems)


@click.command()
@click.argument("policy", metavar="POLICY")
@click.option("--examples", is_flag=True, help="Tell the worked examples of each rule as well.")
@set_option
@config_option
@out_option
def show(policy: str, settings: tuple[str, ...], config: Path | None, out: Path, *, examples: bool) -> None:
    """Print POLICY as a person would read it: hours, rules, excuses, classes, and what logs cannot show.

    POLICY is a name, the path of a .toml file, or 8 or more digits of the hash of one that a run has used.

    \b
    Example:
      netaudit policy show leeds --set rule.core_time.limit_minutes=30
    """
    configuration = configuration_of(config)
    found = choose_policy(policy, configuration, out, read_changes(settings, "--set"))
    titles = class_titles(configuration)
    page = policy_page(found, datetime.now(UTC).date(), titles, examples=examples, changed=settings)
    for line in wrapped(page, terminal_width()):
        click.echo(line)
