"""The command line: one command per verb; exit 0 done, 1 a bug, 2 something that you can mend."""

from __future__ import annotations

import gc
import os
import signal
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import click

from netaudit import __version__
from netaudit.cli.audit import audit
from netaudit.cli.case import case
from netaudit.cli.categories import categories
from netaudit.cli.check import check
from netaudit.cli.corrections import correct, object_
from netaudit.cli.dpia import dpia
from netaudit.cli.evidence import evidence
from netaudit.cli.export import export
from netaudit.cli.format_show import formats
from netaudit.cli.hardening import Stopped, hardened
from netaudit.cli.keys import keys
from netaudit.cli.log_formats import detection_lines
from netaudit.cli.officers import officers
from netaudit.cli.options import config_option, configuration_of, format_option, key_fd_option, out_option
from netaudit.cli.packs import verify
from netaudit.cli.policies import policy
from netaudit.cli.progress import Progress
from netaudit.cli.purge import purge_
from netaudit.cli.recording import is_done, record, record_refusal, remember_out, say_where, warn_of_second_place
from netaudit.cli.register_lines import register_lines, withheld_lines
from netaudit.cli.report import report_
from netaudit.cli.review import review
from netaudit.cli.rights import challenge, notice, subject_access
from netaudit.cli.send import send
from netaudit.cli.social_accounts import social_accounts
from netaudit.cli.terminal import plainly
from netaudit.definitions.periods import is_period
from netaudit.errors import InputError, NetauditError, Problem
from netaudit.ingest import find_logs, waiting_for
from netaudit.pipeline import Result, explain_finding, run_audit
from netaudit.pipeline.choices import choices_of
from netaudit.pipeline.known_formats import known_formats
from netaudit.pipeline.reading import WAITS
from netaudit.pipeline.recorded_runs import note_begun, note_finished
from netaudit.pipeline.starter import write_starter_files
from netaudit.report import words

_USER_CAN_MEND = 2
_LONGEST_SHOWN = 80


class _Program(click.Group):
    """The group of commands: what the user can mend ends with 2, a bug with 1, and neither shows what a log says."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - click's signature
        """Run as a program, in a process that is closed first; `main.main` runs inside another program."""
        with hardened():
            return super().__call__(*args, **kwargs)

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - click's signature
        """Run; whatever is printed, refusals of click's own among it, steers no terminal."""
        with plainly():
            return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:  # Polars hears the signal, too, and says so in its own way
            raise Stopped(signal.SIGINT) from error
        except NetauditError as error:
            _refuse(ctx, error)
        except UnicodeEncodeError as error:  # files are read as UTF-8, so that it came by the command line
            where, remedy = str(error.object)[:_LONGEST_SHOWN], "write it in UTF-8"
            _refuse(ctx, InputError(Problem("a name or a value is not UTF-8 text", where, remedy)))
        finally:
            warn_of_second_place(ctx)
            say_where(ctx)


def _refuse(ctx: click.Context, error: NetauditError) -> NoReturn:
    for problem in error.problems:
        click.echo(f"error: {problem}", err=True)
    record_refusal(ctx, error)
    ctx.exit(_USER_CAN_MEND)


@click.group(cls=_Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="netaudit")
def main() -> None:
    """Audit internet use from proxy logs: human time, not hits; pseudonyms, not names.

    \b
    Example:
      netaudit init
      netaudit run /var/log/squid/ --out reports
    """
    os.umask(0o077)  # whatever is written is for the owner alone
    gc.freeze()  # what was imported stays; looking through it again and again for rubbish takes time
    gc.set_threshold(100_000)


@main.command()
@click.argument("logs", nargs=-1, required=True)
@key_fd_option
@config_option
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    is_eager=True,
    callback=remember_out,
    help="Gets the reports.",
)
@click.option(
    "--now",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]),
    help="The moment of the run, for repeating an old one. Local time.",
)
@click.option("--reissue", multiple=True, metavar="WEEK", help="Make a published week's figures anew, as 2026-W11.")
@format_option
@click.option("--class-map", metavar="HASH", help="Use a class map of an earlier run: 8 or more digits, or its .zip.")
def run(
    logs: tuple[str, ...],
    config: Path | None,
    out: Path,
    now: datetime | None,
    reissue: tuple[str, ...],
    formats: tuple[str, ...],
    class_map: str | None,
) -> None:
    """Read LOGS, store what they say without names, and write the reports.

    LOGS are files, folders, globs or `-`; plain, .gz, .zst, .bz2 or .xz. A file that was read before is not
    read again, and a line that stands in two files counts once, so the same command can run every night.

    \b
    Example:
      netaudit run /var/log/squid/access.log* --config netaudit.toml --out /srv/netaudit
    """
    for week in reissue:
        if not is_period(week):
            raise click.BadParameter(f"'{week}' is no week; write it as 2026-W11", param_hint="--reissue")
    configuration = configuration_of(config)
    clock = datetime.now(UTC)
    moment = now.replace(tzinfo=ZoneInfo(configuration.zone)) if now else clock
    with Progress() as progress:
        begin = partial(note_begun, configuration, out, moment, given=now is not None)
        result = run_audit(
            logs,
            configuration,
            out,
            moment,
            progress.tell,
            frozenset(reissue),
            class_map,
            begin=begin,
            clock=clock,
            named=formats,
        )
    note_finished(configuration, out, result)
    _print_result(result, out)
    problems = [*(problem for one in result.broken for problem in one.problems), *result.problems]
    if problems:  # all that could be read is stored and reported, but lines are missing
        is_done(click.get_current_context())
        raise NetauditError(problems)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
def init(folder: Path) -> None:
    """Write a commented configuration, examples of directory and registers, and a key folder into FOLDER.

    Nothing that is there already is touched.

    \b
    Example:
      netaudit init /etc/netaudit
    """
    for path, is_new in write_starter_files(folder):
        click.echo(f"{'wrote' if is_new else 'kept '} {path}")
    path = folder / "netaudit.toml"
    click.echo(f"Now read {path}, then: netaudit run LOGS --config {path} --out DIR")


@main.command()
@click.argument("finding")
@key_fd_option
@config_option
@out_option
def explain(finding: str, config: Path | None, out: Path) -> None:
    """Print the timeline of FINDING, what was counted, what was not, and why it might be wrong.

    \b
    Example:
      netaudit explain F-7KQ2M9XWTB --config netaudit.toml --out /srv/netaudit
    """
    configuration = configuration_of(config)
    today = datetime.now(ZoneInfo(configuration.zone)).date()
    text = explain_finding(finding, configuration, out, today)
    record("view", configuration, out, case=finding.strip().upper())
    click.echo(text)


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@format_option
@config_option
def detect(files: tuple[str, ...], formats: tuple[str, ...], config: Path | None) -> None:
    """Say which format reads each FILE, what it finds in the first lines, and what it cannot.

    Nothing is stored, and nothing of what the lines say is shown.

    \b
    Example:
      netaudit detect /var/log/squid/access.log
    """
    configuration = configuration_of(config)
    known = known_formats(configuration)
    choices = choices_of(configuration, known, formats)
    problems: list[Problem] = [*known.problems]
    for log in find_logs(files):
        try:
            found = choices.reader(log)
        except InputError as error:
            problems += error.problems
            continue
        if found.waits_for:
            reason = waiting_for(found.waits_for)
            click.echo(f"{log.title}: {WAITS}")
            problems.append(Problem(WAITS, log.title, f"{reason}: mend it, then try the log again"))
            continue
        for line in detection_lines(log.title, found.detection):
            click.echo(line)
        if not found.formats:
            remedy = "add a format, or check that it is a web log"
            problems.append(Problem("no known format reads this file", log.title, remedy))
    if problems:
        raise InputError(problems)


main.add_command(audit)
main.add_command(case)
main.add_command(categories)
main.add_command(dpia)
main.add_command(evidence)
main.add_command(export)
main.add_command(formats)
main.add_command(keys)
main.add_command(check)
main.add_command(officers)
main.add_command(challenge)
main.add_command(correct)
main.add_command(keys)
main.add_command(notice)
main.add_command(object_)
main.add_command(policy)
main.add_command(purge_)
main.add_command(review)
main.add_command(send)
main.add_command(report_)
main.add_command(social_accounts)
main.add_command(subject_access)
main.add_command(verify)


def _print_result(result: Result, out: Path) -> None:
    click.echo("File  lines = events + not web + duplicates + set aside + blank")
    for one in result.files:
        account = one.account
        reason = f" ({account.reason})" if account.reason and account.status != "known already" else ""
        click.echo(
            f"{account.log_file:>4}  {account.lines:,} = {account.events:,} + {account.not_web:,} + "
            f"{account.duplicates:,} + {account.rejects:,} + "
            f"{account.blank + account.directives + account.continuations:,}"
            f"  {' and '.join((account.event_dataset, *account.also))}, {account.status}  {one.log.title}{reason}"
        )
    for reason, count in result.facts.reject_reasons.items():
        click.echo(f"      set aside: {count:,} × {reason}")
    for warning in result.facts.warnings:
        click.echo(f"warning: {warning}")
    for note in result.notes:
        click.echo(f"note: {note}")
    for vendor, names in result.filter_words.items():
        click.echo(f"      unknown to table '{vendor}': {', '.join(names) or 'nothing that eight people met'}")
    for line in register_lines(result.facts):
        click.echo(line)
    for week in result.weeks:
        state = "provisional" if week.provisional else "published"
        if week.due:
            state = f"open: figures from {words.day(week.due)}, {words.clock(week.due)}"
        click.echo(f"Week {week.period}: {state}")
    for line in withheld_lines(result.facts):
        click.echo(line)
    click.echo(f"The report is at {out / 'ig' / 'index.html'}")
