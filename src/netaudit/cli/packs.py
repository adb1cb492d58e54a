"""netaudit case pack and netaudit verify: the evidence of an opened case, sealed, and held against its source logs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from netaudit.cli.case import case
from netaudit.cli.officer_keys import key_option, passphrase, passphrase_option
from netaudit.cli.options import config_option, configuration_of, key_fd_option, out_option
from netaudit.custody import Identity
from netaudit.errors import InputError, NetauditError, Problem
from netaudit.pipeline.pack_tasks import keys_of, pack_case, record_verified
from netaudit.pipeline.pack_verify import Verdict, verify_pack, write_report

_MOST_BYTES = 1 << 20


@case.command("pack")
@click.argument("case_number", metavar="CASE")
@click.option("--logs", multiple=True, required=True, metavar="LOGS", help="The logs it comes from; may be repeated.")
@click.option(
    "--to", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to write; never overwritten."
)
@click.option(
    "--recipient",
    "recipients",
    multiple=True,
    required=True,
    metavar="WHO",
    help="Who can open it: the name of an officer, or NAME=age1…; may be repeated.",
)
@click.option(
    "--statement", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="What the person has to say."
)
@key_option
@key_fd_option
@config_option
@out_option
def pack(
    case_number: str,
    logs: tuple[str, ...],
    to: Path,
    recipients: tuple[str, ...],
    statement: Path | None,
    key: Identity,
    config: Path | None,
    out: Path,
) -> None:
    """Put all evidence of an opened CASE into one file, signed with your key and sealed to those you name.

    It holds a name, and the lines of the logs behind the case. It is encrypted before it touches the disk.

    \b
    Example:
      netaudit case pack F-7KQ2M9XWTB --logs /var/log/squid --to case.pack --recipient "Harriet Rowe" \\
        --key ingrid.key --out /srv/netaudit
    """
    configuration = configuration_of(config)
    said = b""
    if statement is not None:
        said = statement.read_bytes()
        if len(said) > _MOST_BYTES:
            raise InputError(Problem("the statement is too long", str(statement), "give 1 MB of text at most"))
    done = pack_case(case_number, logs, to, recipients, key, configuration, out, datetime.now(UTC), said)
    click.echo(f"Packed: {done.path}, {done.bytes:,} bytes, {done.lines:,} lines of {done.files} log files.")
    click.echo(f"Sealed to: {', '.join(done.recipients)}. Nobody else can open it, you neither unless you are one.")
    click.echo(f"Its manifest, which is in the audit trail: {done.manifest_sha256}")
    for remark in done.remarks:
        click.echo(f"note: {remark}")


@click.command()
@click.argument("pack_file", metavar="PACK", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--key",
    "key_file",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The key of a recipient: an officer's, or one of age-keygen.",
)
@passphrase_option
@click.option("--logs", multiple=True, metavar="LOGS", help="The logs it comes from; may be repeated.")
@click.option(
    "--to", type=click.Path(path_type=Path, dir_okay=False), help="Also write what was found to this new file."
)
@config_option
@out_option
def verify(
    pack_file: Path, key_file: Path, logs: tuple[str, ...], to: Path | None, config: Path | None, out: Path
) -> None:
    """Check PACK, and make its case again from the source logs: byte-identical, or what differs.

    It needs nothing but the pack, the key and the logs: on any machine. Without logs it checks checksums, signature and
    custody alone, and says so. Where the configuration of the organisation is at hand, the signature is held against
    its officers, and the audit trail says that the pack was verified.

    \b
    Example:
      netaudit verify case.pack --key harriet.key --logs /mnt/evidence/logs
    """
    configuration = configuration_of(config)
    keys = keys_of(key_file, lambda: passphrase("--passphrase-fd", f"your key ({key_file})"))
    verdict = verify_pack(pack_file, keys, logs, _silent, configuration)
    _say(verdict)
    for line in record_verified(verdict, configuration, out, datetime.now(UTC)):
        click.echo(line)
    if to is not None:
        write_report(verdict, to)
    if not verdict.is_good:
        remedy = "look at each: another program or other registers can explain it; otherwise do not rely on the pack"
        what = f"the case is not what the logs give: {len(verdict.found) or len(verdict.faults)} differences"
        raise NetauditError([Problem(what, str(pack_file), remedy)])


def _say(verdict: Verdict) -> None:
    for line in (*verdict.said, *verdict.faults):
        click.echo(line)


def _silent(*_: object) -> None:
    return
