"""netaudit social-accounts: the organisation's own social media accounts against a policy's reasons to close them."""

from __future__ import annotations

import csv
import io
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from netaudit.assess.social_accounts import Judgement, judge_account
from netaudit.cli.options import config_option, configuration_of
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.policies import Policy, load_policy, policy_names
from netaudit.definitions.policy_sentences import capital, day_in_words
from netaudit.definitions.social_account_files import Account, read_accounts
from netaudit.definitions.social_accounts import SocialAccounts
from netaudit.errors import DefinitionError, InputError, Problem, printable
from netaudit.pipeline.policy_choice import choose_policy, overlays_of
from netaudit.report.plain import csv_cell

_USUAL_POLICY = "stw"
_LONGEST_NAME = 100  # characters, in text; the table has all
_WIDTH = 80
_YEARS = (2000, 2200)  # a day outside them is a slip of the finger
_TABLE = ("account", "platform", "criterion", "clause", "reason_in_the_policy", "outcome", "why")

_Judged = Sequence[tuple[Account, Sequence[Judgement]]]


@click.command("social-accounts")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day of the export; today if left out.")
@click.option(
    "--policy",
    metavar="POLICY",
    help=f"Whose criteria; the configured policy's if it has any, else those of {_USUAL_POLICY}.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Write comma-separated values with a header.")
@config_option
def social_accounts(
    file: Path, today: datetime | None, policy: str | None, config: Path | None, *, as_csv: bool
) -> None:
    """Say which of the organisation's own social media accounts meet a reason to be closed. Nothing is written.

    FILE is a CSV export of these accounts, a row for each account or for each post. What it does not say is held
    against no account: then nobody can tell.

    \b
    Example:
      netaudit social-accounts accounts.csv --policy stw --today 2026-11-21
    """
    configuration = configuration_of(config)
    day = today.date() if today else datetime.now(UTC).astimezone(ZoneInfo(configuration.zone)).date()
    if not _YEARS[0] <= day.year < _YEARS[1]:
        raise click.BadParameter(f"write a day from {_YEARS[0]} on", param_hint="--today")
    found, criteria = _criteria(policy, configuration)
    judged = [(one, judge_account(one, criteria, day)) for one in read_accounts(file, day)]
    for line in _table(judged, criteria) if as_csv else _text(judged, found, criteria, day):
        click.echo(line)


def _criteria(name: str | None, configuration: Configuration) -> tuple[Policy, SocialAccounts]:
    if name is None:
        own = choose_policy(configuration.policy_pack, configuration)
        if own.social_accounts:
            return own, own.social_accounts
    policy = choose_policy(name or _USUAL_POLICY, configuration)
    if policy.social_accounts is None:
        having = ", ".join(_having_criteria(configuration)) or "none"
        what = f"policy '{policy.policy_id}' says nothing of the organisation's own accounts"
        raise InputError(Problem(what, "--policy", f"policies with a table [social_accounts]: {having}"))
    return policy, policy.social_accounts


def _having_criteria(configuration: Configuration) -> Iterator[str]:
    for name in policy_names(overlays_of(configuration)):
        try:
            if load_policy(name, overlays_of(configuration)).social_accounts:
                yield name
        except DefinitionError:  # `netaudit policy list` tells of it
            continue


def _text(judged: _Judged, policy: Policy, criteria: SocialAccounts, today: date) -> Iterator[str]:
    yield from _wrapped(
        f"Accounts on {day_in_words(today)}, against {policy.title}, version {policy.version} ({policy.policy_id}), "
        f"clause {criteria.clause}: an account may be closed for a reason that it meets. People decide.",
        0,
    )
    for account, judgements in judged:
        met = sum(one.outcome == "met" for one in judgements)
        platform = f" on {_name(account.platform)}" if account.platform else ""
        yield ""
        reasons = "no reason" if not met else "1 reason" if met == 1 else f"{met} reasons"
        yield from _wrapped(f"{_name(account.account)}{platform}: {reasons} to close it", 0)
        for one in judgements:
            if one.outcome != "not met":
                quoted = f"\N{LEFT DOUBLE QUOTATION MARK}{one.criterion.bullet}\N{RIGHT DOUBLE QUOTATION MARK}"
                words = f"{capital(one.criterion.name)}, {quoted}: {one.outcome}. {_name(one.why, len(one.why))}"
                yield from _wrapped(words, 1)
        others = [one.criterion.name for one in judgements if one.outcome == "not met"]
        if others:
            yield from _wrapped(f"Not met: {', '.join(others)}", 1)
    outcomes = Counter((one.criterion.name, one.outcome) for _, judgements in judged for one in judgements)
    yield ""
    yield f"{len(judged)} account{'' if len(judged) == 1 else 's'}"
    for criterion in criteria.criteria:
        met, unknown = outcomes[criterion.name, "met"], outcomes[criterion.name, "cannot tell"]
        yield f"  {capital(criterion.name)}: {met} met, {unknown} cannot tell"


def _table(judged: _Judged, criteria: SocialAccounts) -> Iterator[str]:
    yield ",".join(_TABLE)
    for account, judgements in judged:
        for one in judgements:
            cells = (
                account.account, account.platform, one.criterion.name, criteria.clause, one.criterion.bullet,
                one.outcome, one.why,
            )  # fmt: skip
            text = io.StringIO()
            csv.writer(text, lineterminator="").writerow(map(csv_cell, cells))
            yield text.getvalue()


def _name(text: str, longest: int = _LONGEST_NAME) -> str:
    """Return a name as a terminal may have it."""
    shown = text if len(text) <= longest else text[:longest] + "\N{HORIZONTAL ELLIPSIS}"
    return printable(shown)


def _wrapped(text: str, depth: int) -> list[str]:
    first, following = "  " * depth, "  " * (depth + 1)
    return textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=following, break_long_words=False, break_on_hyphens=False
    )
