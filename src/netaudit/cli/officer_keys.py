"""Options that name an officer's private key: a file, and its passphrase from a descriptor or the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from netaudit.errors import InputError, Problem
from netaudit.pipeline.officer_keys import read_officer

_Command = TypeVar("_Command", bound=Callable[..., Any])
_MOST_BYTES = 4_096
_LONGEST_NUMBER = 6
_STANDARD_OUTPUTS = (1, 2)


def _descriptor(name: str, text: str) -> Callable[[_Command], _Command]:
    variable = "NETAUDIT_" + name.removeprefix("--").replace("-", "_").upper()

    def remember(context: click.Context, _: click.Parameter, number: str | None) -> None:
        secret = variable.removesuffix("_FD")
        if secret in os.environ:
            remedy = f"unset it, change the passphrase (others may have seen it), and use {variable}"
            raise InputError(Problem("a passphrase in the environment can be seen by others", secret, remedy))
        if number is not None and not (number.isdecimal() and len(number) <= _LONGEST_NUMBER):
            remedy = f"{name} 3 3< FILE; a passphrase that was written there may have been seen by others: change it"
            raise InputError(Problem("that is not the number of a file descriptor", f"{name} or {variable}", remedy))
        context.meta[name] = None if number is None else int(number)

    return click.option(
        name, envvar=variable, metavar="N", expose_value=False, is_eager=True, callback=remember, help=text
    )


def _of_descriptor(descriptor: int, name: str) -> str:
    where = f"{name} {descriptor}"
    remedy = f"open it for reading before netaudit starts: {name} 3 3< FILE"
    if descriptor in _STANDARD_OUTPUTS:
        raise InputError(Problem("no passphrase can come from there", where, remedy))
    try:
        with os.fdopen(descriptor, "rb", buffering=0) as stream:
            content = b""
            while len(content) <= _MOST_BYTES and (more := stream.read(_MOST_BYTES)):
                content += more
        return content.decode().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise InputError(Problem(f"the passphrase cannot be read: {error.strerror}", where, remedy)) from error
    except UnicodeDecodeError as error:
        raise InputError(Problem("the passphrase is no text", where, remedy)) from error


def passphrase(name: str, whose: str, *, twice: bool = False) -> str:
    """Return a passphrase, from the descriptor that an option names, or asked for without showing it.

    Args:
        name: of the option, such as `--passphrase-fd`.
        whose: what the person at the terminal is asked for.
        twice: ask again, as a slip would lose the key for good.

    Raises:
        InputError: nobody is there to ask.
    """
    descriptor = click.get_current_context().meta.get(name)
    if descriptor is not None:
        return _of_descriptor(descriptor, name)
    if not sys.stdin.isatty():
        raise InputError(Problem("there is nobody to ask for the passphrase", name, f"give it by {name} N"))
    return str(click.prompt(f"Passphrase of {whose}", hide_input=True, confirmation_prompt=twice, err=True))


def _key(name: str, descriptor: str, whose: str, text: str) -> Callable[[_Command], _Command]:
    def read(_: click.Context, __: click.Parameter, path: Path) -> object:
        return read_officer(path, lambda: passphrase(descriptor, f"{whose} ({path})"))

    option = click.option(
        name, required=True, metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), callback=read, help=text
    )
    from_descriptor = _descriptor(descriptor, f"Read the passphrase of {name} from this file descriptor.")

    def both(command: _Command) -> _Command:
        return option(from_descriptor(command))

    return both


key_option = _key("--key", "--passphrase-fd", "your key", "Your private key, as `officers new` wrote it.")
ig_key_option = _key("--ig-key", "--ig-passphrase-fd", "the key of IG", "The private key of an officer of IG.")
hr_key_option = _key("--hr-key", "--hr-passphrase-fd", "the key of HR", "The private key of an officer of HR.")
passphrase_option = _descriptor("--passphrase-fd", "Read the passphrase from this file descriptor.")
