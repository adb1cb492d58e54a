"""netaudit formats show: what a log format can tell, and what follows from what it cannot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from netaudit.cli.format_cards import as_markdown, as_text
from netaudit.cli.format_new import formats
from netaudit.cli.options import config_option, configuration_of
from netaudit.definitions.formats import Format
from netaudit.errors import DefinitionError, InputError, Problem
from netaudit.pipeline.format_cards import Card, as_json, card_called, card_of
from netaudit.pipeline.known_formats import known_formats

__all__ = ["formats"]  # the group, with the command of this module in it


@formats.command("show")
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--all", "every", is_flag=True, help="All formats that are known.")
@click.option("--json", "json_lines", is_flag=True, help="One JSON object for each format.")
@click.option("--markdown", is_flag=True, help="A page of the manual: this makes docs/formats.md.")
@config_option
def show_command(names: tuple[str, ...], config: Path | None, *, every: bool, json_lines: bool, markdown: bool) -> None:
    """Show what a log format can tell of a request, and what follows for reports where it cannot.

    NAME is a format, a product whose lines a format reads too, or one kind of a device's records, as
    fortigate.webfilter. A field counts as told only if an example inside the definition has it.

    \b
    Example:
      netaudit formats show squid
      netaudit formats show --json fortigate.webfilter paloalto
    """
    if bool(names) == every:
        raise InputError(Problem("which format to show is not clear", "", "name formats, or give --all"))
    if json_lines and markdown:
        raise InputError(Problem("--json and --markdown are given together", "", "give one of them"))
    found = known_formats(configuration_of(config))
    known = found.sound
    cards = _cards(names, known)
    if json_lines:
        click.echo("\n".join(json.dumps(as_json(card)) for card in cards))
    elif markdown:
        click.echo(as_markdown(cards, known), nl=False)
    else:
        click.echo("\n\n".join("\n".join(as_text(card)) for card in cards))
    if found.broken:
        raise DefinitionError(found.problems)


def _cards(names: Sequence[str], known: Sequence[Format]) -> list[Card]:
    return [card_called(name, known) for name in names] if names else [card_of(one) for one in known]
