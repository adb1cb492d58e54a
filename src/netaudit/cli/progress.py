"""How far a run is: a bar on a terminal, a line for each step otherwise."""

from __future__ import annotations

import sys
from typing import Any, Self

import click

from netaudit.cli.terminal import as_it_is, spelt_out

_STAGES = {"read": "Reading", "reconstruct": "Human time", "assess": "Policy", "report": "Reports", "pack": "Evidence"}


class Progress:
    """A bar on a terminal, a line for each step otherwise."""

    def __init__(self) -> None:
        self._on_terminal = sys.stderr.isatty()
        self._bar: Any = None
        self._stage = ""
        self._what = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_bar()

    def tell(self, stage: str, what: str, amount: int) -> None:
        """Show how far a stage is: lines while reading, per cent afterwards."""
        title = _STAGES.get(stage, stage.capitalize())
        if not self._on_terminal:
            if stage == "read" and what != self._what:
                click.echo(f"{title} {what}", err=True)
            elif stage not in {self._stage, "read"}:
                click.echo(title, err=True)
            self._stage, self._what = stage, what
            return
        if stage == "read":
            shown = spelt_out(what)
            click.echo(f"\r\x1b[K{title} {shown}: {amount:,} lines", file=as_it_is(sys.stderr), nl=False)
        else:
            if stage != self._stage:
                self._end_bar()
                self._bar = click.progressbar(length=100, label=title, file=as_it_is(sys.stderr))
                self._bar.__enter__()
            self._bar.update(max(0, amount - self._bar.pos))
        self._stage = stage

    def _end_bar(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None
        elif self._on_terminal and self._stage == "read":
            click.echo(err=True)
