"""What several commands take."""

from __future__ import annotations

from pathlib import Path

import click

from netaudit.definitions.configuration import Configuration, load_configuration

_DEFAULT_CONFIGURATION = Path("netaudit.toml")

config_option = click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration; ./netaudit.toml if there is one.",
)
out_option = click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where the run wrote."
)


def configuration_of(path: Path | None) -> Configuration:
    """Return the configuration that is named, or the one in the current folder, or the defaults."""
    if path is None and _DEFAULT_CONFIGURATION.exists():
        path = _DEFAULT_CONFIGURATION
    return load_configuration(path)
