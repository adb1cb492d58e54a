"""What several commands take."""

from __future__ import annotations

import base64
import binascii
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from netaudit.cli.recording import remember_config, remember_out
from netaudit.definitions.configuration import Configuration, load_configuration
from netaudit.definitions.periods import is_period
from netaudit.errors import InputError, Problem
from netaudit.pipeline.stored_weeks import Span

_DEFAULT_CONFIGURATION = Path("netaudit.toml")
_BETWEEN = ".."  # the first week and the last

KEY_FD, NEW_KEY_FD = "NETAUDIT_KEY_FD", "NETAUDIT_NEW_KEY_FD"
_SECRETS = ("NETAUDIT_KEY", "NETAUDIT_NEW_KEY")  # who is used to other programs may try these
_KEY_BYTES = 32
_Command = TypeVar("_Command", bound=Callable[..., Any])

config_option = click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path, dir_okay=False),
    is_eager=True,  # a key that is refused must not keep the refusal from being recorded
    callback=remember_config,
    help="The configuration; ./netaudit.toml if there is one.",
)
out_option = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    is_eager=True,
    callback=remember_out,
    help="Where the run wrote.",
)
format_option = click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="NAME",
    help="The format that the logs are in, where their lines cannot tell; may be repeated. See netaudit formats.",
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
    configuration = load_configuration(path)
    for name in _SECRETS:
        if name in os.environ:
            remedy = f"unset it, replace the key (others may have seen it), and use {name}_FD or {name}_FILE"
            raise InputError(Problem("a key in the environment can be seen by others", name, remedy))
    context = click.get_current_context(silent=True)
    if context is None or KEY_FD not in context.meta:  # a command that opens no store
        return configuration
    return replace(
        configuration, key_descriptor=context.meta[KEY_FD], key_file=file_of_environment("NETAUDIT_KEY_FILE")
    )


def descriptor_option(name: str, variable: str, text: str) -> Callable[[_Command], _Command]:
    """Return an option that names a file descriptor, which the context then knows under the variable's name.

    What is no number is not shown: it may be the key itself.
    """

    def remember(context: click.Context, _: click.Parameter, number: str | None) -> None:
        if number is not None and not (number.isdecimal() and len(number) < 7):  # noqa: PLR2004 - digits
            remedy = f"{name} 3 3< FILE; a key that was written there may have been seen by others: replace it"
            raise InputError(Problem("that is not the number of a file descriptor", f"{name} or {variable}", remedy))
        context.meta[variable] = None if number is None else int(number)

    return click.option(name, envvar=variable, metavar="N", expose_value=False, callback=remember, help=text)


key_fd_option = descriptor_option(
    "--key-fd", KEY_FD, "Read the key that wraps the keys from this file descriptor; see NETAUDIT_KEY_FILE."
)


def file_of_environment(variable: str) -> Path | None:
    """Return the path that a variable of the environment holds.

    Raises:
        InputError: it holds the key itself, which is not shown.
    """
    text = os.environ.get(variable)
    if not text:
        return None
    try:
        is_key = len(base64.b64decode(text, validate=True)) in {_KEY_BYTES, _KEY_BYTES * 3 // 2}
    except (binascii.Error, ValueError):
        is_key = False
    if is_key:
        remedy = "unset it, replace the key (others may have seen it), and give the path of a file that holds it"
        raise InputError(Problem("a key in the environment can be seen by others", variable, remedy))
    return Path(text)


def say_left_out(weeks: tuple[str, ...]) -> None:
    """Say on standard error which weeks cannot be looked at."""
    if weeks:
        click.echo(f"note: left out, because keys were destroyed: {', '.join(weeks)}", err=True)


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
