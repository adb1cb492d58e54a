"""Which commands leave an entry in the audit trail, which need not, and how refusals and views get there."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from netaudit.definitions.configuration import Configuration, load_configuration
from netaudit.errors import NetauditError, StoreError
from netaudit.pipeline.stores import has_store
from netaudit.pipeline.trails import note, open_trail, untold

_DEFAULT_CONFIGURATION = Path("netaudit.toml")
_CONFIG, _OUT, _COMMAND, _DONE = "netaudit.config", "netaudit.out", "netaudit.command", "netaudit.done"

# A command stands in one of these two. What changes a setting is noted by the next command that leaves an entry, which
# compares digests of all settings with those that the trail knew last.
REVEALS_NOTHING: Mapping[str, str] = {
    "audit show": "shows the trail itself, in which nothing of anybody in the logs stands",
    "audit verify": "shows whether the trail is whole; an auditor runs it on copies",
    "categories explain": "says what lists say of a site that the user names; opens no store",
    "categories import": "changes lists, which the next recorded command notes; opens no store",
    "categories lookup": "says what lists say of sites that the user names; opens no store",
    "categories sources": "describes lists that can be imported; opens no store",
    "categories status": "describes the class lists; opens no store",
    "check": "checks definitions; opens no store",
    "correct directory": "says where the staff directory lies; opens no store",
    "detect": "names the format of a log and shows none of its lines; opens no store",
    "formats list": "lists formats; opens no store",
    "formats new": "proposes a format from a sample, with made-up people in its examples; opens no store",
    "formats show": "says what formats can tell, from their definitions; opens no store",
    "formats try": "shows lines of logs to whoever can read them, says that it shows names, and opens no store",
    "init": "writes examples; opens no store",
    "keys list": "lists keys by week and table, nothing under them and nobody",
    "officers list": "lists the officers of a file, none of whom is in the logs as such; opens no store",
    "officers new": "writes a new private key; it opens nothing until it is enrolled, which is a change of settings",
    "policy list": "lists policies; opens no store",
    "policy show": "shows a policy's text; opens no store",
    "policy try": "tries made-up stories; opens no store",
    "social-accounts": "looks at the organisation's own accounts; opens no store",
}
LEAVES: Mapping[str, tuple[str, ...]] = {
    "audit restart": ("trail.restarted",),
    "audit stamp": ("trail.stamped",),  # the request shows a checksum, the answer is what counts
    "case approve": ("case.approved",),
    "case close": ("case.closed",),
    "case list": ("view",),
    "case open": ("case.opening", "case.opened"),
    "case pack": ("pack.made",),
    "case request": ("case.requested",),
    "categories diff": ("view",),
    "categories lint": ("view",),  # where it opens a store
    "categories uncategorised": ("view",),
    "challenge": ("export",),
    **dict.fromkeys(
        (
            "correct consent",
            "correct decision",
            "correct exemption",
            "correct self-report",
            "correct site",
            "correct statement",
        ),
        ("rights.correction",),
    ),
    "dpia": ("export",),
    "evidence dspt": ("export",),
    "evidence foi": ("export",),
    "evidence year": ("export",),
    "explain": ("view",),
    "export findings": ("export",),
    "keys destroy": ("keys.destroyed",),
    "keys rewrap": ("keys.rewrapped",),
    "notice": ("export",),
    "object": ("rights.objection",),
    "officers reseal": ("seals.renewed",),
    "policy diff": ("view",),  # where it opens a store
    "policy what-if": ("view",),
    "purge": ("purge.begun", "purge.finished"),
    "review export": ("review.exported",),
    "review import": ("review.imported",),  # where it has anything new
    "report": ("export",),
    "run": ("run",),
    "send": ("mail.sent",),
    "subject-access": ("rights.access",),
    "verify": ("pack.verified",),
}


_BEGIN = frozenset({"run", "verify"})  # the one makes what the others look for, the other needs none of it


def remember_config(context: click.Context, _: click.Parameter, path: Path | None) -> Path | None:
    """Remember which configuration a command was given, should it be refused before that is read."""
    context.meta[_CONFIG] = path
    context.meta[_COMMAND] = _command_of(context)
    return path


def remember_out(context: click.Context, _: click.Parameter, path: Path) -> Path:
    """Remember where a command was told that everything lies."""
    context.meta[_OUT] = path
    context.meta[_COMMAND] = _command_of(context)
    return path


def record(kind: str, configuration: Configuration, out: Path, **about: object) -> None:
    """Note what a command does, before it does so.

    Args:
        kind: one of EVENTS.
        configuration: says where the trail lies.
        out: where it lies otherwise.
        about: what is to be known of it, beside which command it is; nothing of anybody in the logs.

    Raises:
        StoreError: nothing can be recorded: then nothing may be done or shown.
    """
    told: dict[str, Any] = {"command": _command_of(click.get_current_context()), **about}
    note(configuration, out, kind, told, datetime.now(UTC))


def is_done(context: click.Context) -> None:
    """Say that what follows is no refusal: the command has done what it could, and ends with code 2 all the same."""
    context.meta[_DONE] = True


def record_refusal(context: click.Context, error: NetauditError) -> None:
    """Note that a command was refused: which, and by which part of the program; nothing that was typed.

    Nothing is noted where there is neither a trail nor a store, and where the configuration cannot be read.
    """
    command = context.meta.get(_COMMAND)
    if command not in LEAVES or context.meta.get(_DONE) or error.is_recorded:
        return
    try:
        configuration, out = _where(context)
        if open_trail(configuration, out).exists or has_store(configuration, out):
            about = {"command": command, "refusal": type(error).__name__, "by": _place(error)}
            note(configuration, out, "refused", about, datetime.now(UTC))
    except NetauditError:  # the trail is damaged, which the command was refused for, or is told next time
        return


def warn_of_second_place(context: click.Context) -> None:
    """Say on standard error that the second place lags behind, if it does."""
    if context.meta.get(_COMMAND) not in LEAVES:
        return
    try:
        configuration, out = _where(context)
        count = untold(configuration, out)
    except NetauditError:
        return
    if count:
        click.echo(
            f"warning: the second place of the audit trail cannot be reached: {count} entries wait to be told, and "
            "until then nobody vouches for them; nothing can be opened or destroyed",
            err=True,
        )


def say_where(context: click.Context) -> None:
    """Say on standard error where a command was recorded, if no run has written there: another --out may be meant."""
    if context.meta.get(_COMMAND) not in LEAVES or context.meta.get(_COMMAND) in _BEGIN:
        return
    try:
        configuration, out = _where(context)
        trail = open_trail(configuration, out)
        if has_store(configuration, out) or not trail.exists:
            return
    except NetauditError:
        return
    click.echo(
        f"note: no run has written here, so this was recorded in a trail of its own, {trail.folder}; if runs write "
        "elsewhere, name their folder with --out",
        err=True,
    )


def _where(context: click.Context) -> tuple[Configuration, Path]:
    path = context.meta.get(_CONFIG)
    if path is None and _DEFAULT_CONFIGURATION.exists():
        path = _DEFAULT_CONFIGURATION
    try:
        return load_configuration(path), context.meta.get(_OUT) or Path()
    except OSError as error:
        raise StoreError(()) from error


def _command_of(context: click.Context) -> str:
    """Return what a command is called, without the program's own name."""
    return context.command_path.partition(" ")[2]


def _place(error: NetauditError) -> str:
    """Return which part of the program refused; what it says may quote what was typed."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if "netaudit" in Path(one.filename).parts]
    if not frames:
        return ""
    path = Path(frames[-1].filename)
    return f"{path.parent.name}.{path.stem}.{frames[-1].name}"
