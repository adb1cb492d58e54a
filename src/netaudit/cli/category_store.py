"""netaudit categories uncategorised: what the store's weeks say about the lists."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from netaudit.cli.options import config_option, configuration_of, key_fd_option, out_option, say_left_out, weeks_option
from netaudit.cli.recording import record
from netaudit.definitions.policies import load_policy
from netaudit.pipeline.audit import load_configured_class_map
from netaudit.pipeline.stored_weeks import Span, open_weeks
from netaudit.pipeline.uncategorised import Order, open_sites, template_lines
from netaudit.protect import SuppressionSettings


@click.command()
@click.option("--top", type=click.IntRange(min=1), default=50, show_default=True, help="How many sites to write.")
@click.option(
    "--by",
    "order",
    type=click.Choice(["people", "minutes"]),
    default="people",
    show_default=True,
    help="What makes a site come first.",
)
@weeks_option
@key_fd_option
@config_option
@out_option
def uncategorised(top: int, order: Order, weeks: Span | None, config: Path | None, out: Path) -> None:
    """Write the sites that have no class, or an unconfirmed one, as overrides to fill in.

    Only sites that eight people or more used in one week are named, with rounded figures of the week in which most
    did: nobody's own use can be told from them.

    \b
    Example:
      netaudit categories uncategorised --top 50 --config netaudit.toml --out /srv/netaudit > to-fill-in.csv
    """
    configuration = configuration_of(config)
    now = datetime.now(UTC)
    folders = [configuration.policies_folder] if configuration.policies_folder else []
    policy = load_policy(configuration.policy_pack, folders, configuration.zone)
    class_map = load_configured_class_map(configuration, now.date())
    settings = SuppressionSettings(threshold=configuration.minimum_group)
    with open_weeks(configuration, out, weeks) as stored:
        record("view", configuration, out, weeks=list(stored.periods))
        found = open_sites(stored, class_map, policy, settings, now)
    say_left_out(stored.left_out)
    for line in template_lines(found, top, order, settings):
        click.echo(line)
