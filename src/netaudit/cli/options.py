"""What several commands take."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from netaudit.definitions.configuration import Configuration, load_configuration
from netaudit.definitions.periods import is_period
from netaudit.pipeline.stored_weeks import Span

_DEFAULT_CONFIGURATION = Path("netaudit.toml")
_BETWEEN = ".."  # the first week and the last

config_option = click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The configuration; ./netaudit.toml if there is one.",
)
out_option = click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where the run wrote."
)
set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="A setting to try in place of the policy's own, such as time.lunch=12:00-13:30; may be repeated.",
)

_NARROWEST, _WIDEST = 40, 100  # columns


def terminal_width() -> int:
    """Return how many columns text may take."""
    return min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)


def configuration_of(path: Path | None) -> Configuration:
    """Return the configuration that is named, or the one in the current folder, or the defaults."""
    if path is None and _DEFAULT_CONFIGURATION.exists():
        path = _DEFAULT_CONFIGURATION
    return load_configuration(path)


def _span(_: click.Context, __: click.Parameter, text: str | None) -> Span | None:
    """Return the first and the last week that a text names."""
    if text is None:
        return None
    first, between, last = text.partition(_BETWEEN)
    last = last if between else first
    if not (is_period(first) and is_period(last) and first <= last):
        raise click.BadParameter(f"'{text}' names no weeks; write 2026-W11, or 2026-W10..2026-W12")
    return first, last


weeks_option = click.option(
    "--weeks", metavar="WEEK[..WEEK]", callback=_span, help="The weeks to look at; all that are stored if left out."
)
