"""netaudit check: whether the definitions are right, and what is still to be set before a run is of use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from netaudit.cli.options import config_option, configuration_of
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.holds import read_holds
from netaudit.definitions.mail_recipients import read_recipients
from netaudit.definitions.officers import load_officers, unfilled
from netaudit.errors import DefinitionError, NetauditError, Problem
from netaudit.pipeline import check_definitions
from netaudit.pipeline.checks import Check
from netaudit.pipeline.mail_letters import AUDIENCES
from netaudit.pipeline.starter import untouched_examples

_CONTACTS = ("controller", "dpo", "contact")


@click.command()
@config_option
def check(config: Path | None) -> None:
    """Check all definitions and the examples inside them, and say what is still to be set.

    \b
    Example:
      netaudit check --config netaudit.toml
    """

    def tell(one: Check) -> None:
        click.echo(f"{'ok   ' if not one.problems else 'wrong'} {one.title}: {one.examples} examples")

    configuration = configuration_of(config)
    today = datetime.now(ZoneInfo(configuration.zone)).date()
    problems = [*_table_faults(configuration, today), *check_definitions(configuration, today, tell)]
    if configuration.path:
        for lack in _to_be_set(configuration, today):
            click.echo(f"warning: {lack}")
    if configuration.officers_file and not problems:
        for lack in unfilled(load_officers(configuration.officers_file), today):
            click.echo(f"warning: {lack}")
    if problems:
        raise NetauditError(problems)


def _table_faults(configuration: Configuration, today: date) -> Iterator[Problem]:
    """Yield the faults of the files that only some commands read, so that none is found at night."""
    mail = configuration.mail
    try:
        if mail.recipients:
            read_recipients(mail.recipients, mail.allowed_domains, tuple(AUDIENCES))
    except DefinitionError as error:
        yield from error.problems
    try:
        read_holds(configuration.holds_file, today)
    except DefinitionError as error:
        yield from error.problems


def _to_be_set(configuration: Configuration, today: date) -> Iterator[str]:
    for lack in configuration.dpia.lacks(today):
        yield f"a run would show no case, as no current DPIA covers it: {lack}"
    if configuration.second_folder is None:
        yield (
            "the audit trail has no second place: that its end was cut off, or all of it rewritten, could not be "
            "found; name one in [audit] second"
        )
    if configuration.officers_file is None:
        yield (
            "no officers are named: no name is sealed or can be opened, and no request for access can be answered; "
            "see `netaudit officers new` and [keys] officers"
        )
    if configuration.organisation == Configuration().organisation:
        yield "[organisation] name is still that of the example; it stands on every page"
    if missing := [key for key in _CONTACTS if not getattr(configuration, key).strip()]:
        yield f"[organisation] lacks {', '.join(missing)}: the notice and the DPIA annex ask for it"
    if examples := untouched_examples(configuration):
        yield f"as `netaudit init` wrote them, so that their made-up rows count: {', '.join(examples)}"
