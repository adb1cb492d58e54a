"""netaudit policy list: which policies there are."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click

from netaudit.cli.options import config_option, configuration_of
from netaudit.definitions.policies import SHIPPED, Policy, load_policy, policy_names
from netaudit.errors import DefinitionError, Problem


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
    overlays = [configuration.policies_folder] if configuration.policies_folder else []
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
        origin = "" if not own else "own, in place of a shipped one" if (SHIPPED / f"{name}.toml").is_file() else "own"
        rows.append((mark, name, found, origin))
    width = max((len(name) for _, name, _, _ in rows), default=0)
    today = datetime.now(UTC).date()
    for mark, name, found, origin in rows:
        click.echo(f"{mark} {name:<{width}}  {found.title}, version {found.version}{f' ({origin})' if origin else ''}")
        click.echo(f"  {'':<{width}}  {review(found, today)}")
    if problems:
        raise DefinitionError(problems)


def review(policy: Policy, today: date) -> str:
    """Return when a policy is to be reviewed, and whether that is past."""
    if policy.review_by is None:
        return "no review date"
    day = f"{policy.review_by.day} {policy.review_by:%B %Y}"
    return f"review was due by {day}: overdue" if policy.review_by < today else f"review by {day}"
