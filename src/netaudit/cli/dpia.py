"""netaudit dpia: the annex to the assessment, from the configuration that runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from netaudit.cli.options import config_option, configuration_of, out_option
from netaudit.errors import printable
from netaudit.pipeline.dpia import write_annex


@click.command()
@config_option
@out_option
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Gets the two files; the folder `dpia` in --out if left out.",
)
def dpia(config: Path | None, out: Path, folder: Path | None) -> None:
    """Write the annex to the data protection impact assessment, as a web page and as a Word document.

    It follows the ICO's seven steps, with the record of processing, the risk register, what is switched on now and
    what is not, and says where only the controller can answer. It needs no store, no keys and no current assessment.

    \b
    Example:
      netaudit dpia --config netaudit.toml --out /srv/netaudit --to dpia-2026
    """
    made, paths = write_annex(configuration_of(config), out, datetime.now(UTC), folder or out / "dpia")
    for path in paths:
        click.echo(f"wrote {path}")
    click.echo(f"{len(made.measures)} measures against {len(made.risks)} risks, of which {len(made.off)} are off:")
    for one in made.off:
        click.echo(printable(f"  off: {one.title}"))
    for change in made.changed:
        click.echo(printable(f"  changed since the last run: {change}"))
    if not made.has_run:
        click.echo("  nothing has run yet")
    click.echo(f"{len(made.open_questions)} questions are to be completed by the controller: Annex C lists them")
