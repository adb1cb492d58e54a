"""netaudit policy try: what a policy makes of stories whose outcome is known."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from netaudit.cli.options import config_option, configuration_of
from netaudit.errors import DefinitionError, Problem
from netaudit.pipeline.scenarios import try_scenarios


@click.command("try")
@click.argument("pack")
@click.argument("scenario", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@config_option
def try_command(pack: str, scenario: Path, config: Path | None) -> None:
    """Run the stories of SCENARIO under the policy PACK and print where the outcome differs.

    Ends with 0 if nothing differs, with 2 if something does. The people of a story are made up: their names are
    printed. See "Scenarios" in docs/extending.md for how a story is written.

    \b
    Example:
      netaudit policy try leeds scenarios/night-shift.toml
    """
    configuration = configuration_of(config)
    problems = []
    for outcome in try_scenarios(pack, scenario, configuration, datetime.now(UTC).date()):
        click.echo(f"{'differs' if outcome.differences else 'as told'}  {outcome.scenario.title}")
        for found in outcome.found:
            click.echo(f"    found  {found.described(outcome.scenario.policy.zone)}")
        if not outcome.found:
            click.echo("    found  nothing")
        for difference in outcome.differences:
            click.echo(f"    BUT    {difference}")
        remedy = "mend the story, or the policy"
        problems += [Problem(one, outcome.scenario.place, remedy) for one in outcome.differences]
    if problems:
        raise DefinitionError(problems)
