"""Mail: what is due goes out or is written, and the ledger knows what became of it.

A mail goes out once for each recipient, unit and published week. Whoever is new gets the latest week, and from then on
every one. It needs neither the store nor its keys: what goes out is what the reports say.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from netaudit.definitions.configuration import Configuration
from netaudit.definitions.mail_recipients import AUDIENCE, Recipient, read_recipients
from netaudit.deliver import (
    LEDGER_FILE,
    Clock,
    Mail,
    MailLedger,
    State,
    Talk,
    Tally,
    file_of,
    send_all,
    undecided,
    write_all,
)
from netaudit.errors import DefinitionError, InputError, Problem, StoreError
from netaudit.pipeline.mail_letters import AUDIENCES, NOTICE, SUMMARY, Writer
from netaudit.pipeline.mail_plan import HANDED, Due, Whose, as_due, corrections, due_mails, told, whose
from netaudit.pipeline.mail_server import server_of
from netaudit.pipeline.trails import note, open_trail
from netaudit.report import MailList, read_mail_list

_KIND = "mail.sent"
_KEEP_DAYS = 400  # closed entries of the ledger; a week of the year before is never mailed again, as a later one was


class SystemClock:
    """The machine's own."""

    def now(self) -> datetime:
        """Return the moment."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a `send` did, or would do."""

    states: Mapping[State, int]
    due: tuple[str, ...]  # a line for each mail that was due, without addresses
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]  # what somebody must look at; the rest is done


def mail_folder(configuration: Configuration, out: Path) -> Path:
    """Return where the ledger of a configuration lies."""
    return configuration.mail.ledger or out / "mail"


def send_mails(
    configuration: Configuration, out: Path, clock: Clock, *, dry_run: bool = False, new_ledger: bool = False
) -> Sent:
    """Send all mails that are due, and return what became of them.

    Args:
        configuration: says to whom, from whom and through which server.
        out: where the reports lie.
        clock: tells the time, and waits between attempts.
        dry_run: only find out what is due; nothing is sent, written or noted.
        new_ledger: begin a ledger anew where the old one is lost, at the risk that the latest week goes out twice.

    Raises:
        DefinitionError: the section [mail] or the file of recipients has faults.
        InputError: there are no reports, or the server does not trust us or cannot be trusted.
        StoreError: the ledger is lost, in use, or cannot be written; or the audit trail cannot.
    """
    settings = configuration.mail
    lacks = settings.lacks(f"{configuration.path or 'netaudit.toml'}, [mail]")
    if lacks or settings.recipients is None:
        raise DefinitionError(lacks)
    recipients = read_recipients(settings.recipients, settings.allowed_domains, tuple(AUDIENCES))
    listed = read_mail_list(out / "managers")
    folder = mail_folder(configuration, out)
    recorded = open_trail(configuration, out).latest(_KIND)
    is_there = (folder / LEDGER_FILE).is_file()
    if recorded and not is_there and not new_ledger:
        raise StoreError(_lost("the ledger of mails is gone, and mails were sent or begun", folder))
    if dry_run and not is_there:
        mails = due_mails(recipients, listed, (), summaries=settings.summaries)
        return Sent({}, tuple(told(one, recipients) for one in mails), _notes(recipients, listed), ())
    ledger = MailLedger(folder, new=True)
    try:
        handed, sends = (int(recorded.about.get(key, 0)) if recorded else 0 for key in ("handed", "sends"))
        if (ledger.handed < handed or ledger.sends < sends) and not new_ledger:
            raise StoreError(_lost("the ledger of mails is an old copy: later mails are not in it", folder))
        known = ledger.mails()
        mails = due_mails(recipients, listed, known, summaries=settings.summaries, forgotten=ledger.forgotten)
        if dry_run:
            waiting = [as_due(mail) for mail in ledger.mails(State.WAITING, State.SENDING)]
            lines = tuple(told(one, recipients) for one in [*waiting, *mails])
            return Sent({}, lines, _notes(recipients, listed), _problems(ledger, recipients, stopped=False))
        return _send(configuration, out, clock, ledger, recipients, listed, mails)
    finally:
        ledger.close()


def settle_mail(configuration: Configuration, out: Path, mail_id: str, now: datetime, *, again: bool) -> None:
    """Note that a mail arrived, or that it is to go out once more.

    Raises:
        InputError: there is no such mail, or nothing about it is open.
        StoreError: the ledger is missing or in use, or nothing can be recorded.
    """
    ledger = MailLedger(mail_folder(configuration, out))
    try:
        ledger.cut_off(now)
        mail = ledger.mail(mail_id.strip().upper())
        if mail is None:
            remedy = "`netaudit send --list` has them"
            raise InputError(Problem("there is no mail of this identifier", str(ledger.path), remedy))
        open_ones = (State.UNCONFIRMED, State.REFUSED) if again else (State.UNCONFIRMED,)
        if mail.state not in open_ones:
            remedy = "nothing needs to be done" if mail.state in HANDED else "`netaudit send` sees to it"
            raise InputError(Problem(f"this mail is {mail.state}", mail.mail_id, remedy))
        done = "again" if again else "confirmed"
        about = {"command": "send", "state": done, "mail": mail.mail_id, **_counted(ledger)}
        note(configuration, out, _KIND, about, now)
        ledger.set_state(mail.mail_id, State.WAITING if again else State.CONFIRMED, now)
    finally:
        ledger.close()


def list_mails(configuration: Configuration, out: Path) -> list[str]:
    """Return a line for each mail of the ledger, by the line of its recipient, without the address.

    Raises:
        StoreError: there is no ledger, or a `send` is at work.
    """
    settings = configuration.mail
    known: Sequence[Recipient] = ()
    if settings.recipients is not None:
        known = read_recipients(settings.recipients, settings.allowed_domains, tuple(AUDIENCES))
    ledger = MailLedger(mail_folder(configuration, out))
    try:
        codes = {mail.mail_id: f" (code {mail.code})" if mail.code else "" for mail in ledger.mails()}
        return [
            f"{mail.mail_id}  {_now_is(mail)}{codes[mail.mail_id]}  {told(as_due(mail), known)}"
            for mail in ledger.mails()
        ]
    finally:
        ledger.close()


def undelivered(configuration: Configuration, out: Path) -> tuple[str, ...]:
    """Return what IT's page says of mails that somebody must see to; nothing where all went well."""
    if configuration.mail.recipients is None:
        return ()
    try:
        found = undecided(mail_folder(configuration, out))
    except StoreError:  # no reason to be without a report
        return ("The ledger of mails cannot be read: run netaudit send, which says why.",)
    texts = {
        State.UNCONFIRMED: "may or may not have arrived: the mail server was lost, or netaudit was ended, before the "
        "answer. Ask the recipients, then run netaudit send --confirm or --again with their identifiers",
        State.REFUSED: "were refused by the mail server for good. Mend the addresses in the file of recipients",
        State.WAITING: "are still waiting: the mail server did not take them. The next netaudit send tries again",
    }
    return tuple(f"{len(ids)} of the mails {texts[state]} ({', '.join(ids)})." for state, ids in found.items())


def _send(
    configuration: Configuration,
    out: Path,
    clock: Clock,
    ledger: MailLedger,
    recipients: Sequence[Recipient],
    listed: MailList,
    mails: Sequence[Due],
) -> Sent:
    settings, now = configuration.mail, clock.now()
    server = server_of(settings) if settings.server else None
    folder = settings.folder or out / "mails"
    for mail in () if server else ledger.mails(State.FINISHING):
        if file_of(folder, mail).is_file():
            ledger.set_state(mail.mail_id, State.WRITTEN, now)
    ledger.cut_off(now)
    ledger.forget(now - timedelta(days=_KEEP_DAYS))
    ledger.plan(mails, now)
    dropped = _drop(ledger, recipients, listed, now)
    due = ledger.mails(State.WAITING)
    tally = Tally()
    if due:
        counts = {
            "weeks": sorted({mail.week for mail in due}),
            "notices": sum(mail.kind == NOTICE for mail in due),
            "summaries": sum(mail.kind == SUMMARY for mail in due),
            "to": "server" if server else "files",
        }
        ledger.begin()
        about = {"command": "send", "state": "begun", "due": len(due), **_counted(ledger), **counts}
        note(configuration, out, _KIND, about, now)
        writer = Writer(configuration, out, listed, corrections(ledger.mails()))
        if server is None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            tally = write_all(due, ledger, folder, writer.message, clock)
        else:
            tally = send_all(
                due, ledger, lambda: Talk(server), writer.message, settings.sender, clock, settings.attempts
            )
        states = {str(state): count for state, count in sorted(tally.states.items()) if count}
        about = {"command": "send", "state": "finished", **states, **_counted(ledger)}
        note(configuration, out, _KIND, about, clock.now())
    stopped = tally.stopped_by
    if stopped and not any(count for state, count in tally.states.items() if state is not State.WAITING):
        raise stopped
    return Sent(
        tally.states,
        tuple(told(as_due(mail), recipients) for mail in due),
        _notes(recipients, listed) + dropped,
        (*(stopped.problems if stopped else ()), *_problems(ledger, recipients, stopped=tally.stopped_in_doubt)),
    )


def _counted(ledger: MailLedger) -> Mapping[str, int]:
    return {"handed": ledger.handed, "sends": ledger.sends}


def _drop(ledger: MailLedger, recipients: Iterable[Recipient], listed: MailList, now: datetime) -> tuple[str, ...]:
    """Give up mails whose recipient or page is gone, or whose figures were issued again before they went; say so."""
    left = {one.whose for one in recipients}
    newest: dict[tuple[Whose, str, str], int] = defaultdict(int)
    for mail in (one for one in ledger.mails() if one.state is not State.DROPPED):
        key = (whose(mail), mail.week, mail.kind)
        newest[key] = max(newest[key], int(mail.edition.partition(":")[0] or 0))
    notes = []
    for mail in ledger.mails(State.WAITING, State.REFUSED):
        if whose(mail) not in left:
            why = "its recipient is no longer in the file"
        elif mail.week not in listed.weeks:
            why = "its week is no longer in the reports"
        elif int(mail.edition.partition(":")[0] or 0) < newest[whose(mail), mail.week, mail.kind]:
            why = "its week was issued again before it went out"
        else:
            continue
        ledger.set_state(mail.mail_id, State.DROPPED, now)
        notes.append(f"{mail.mail_id} ({mail.kind}, {mail.week}) was given up: {why}")
    return tuple(notes)


def _problems(ledger: MailLedger, recipients: Sequence[Recipient], *, stopped: bool) -> tuple[Problem, ...]:
    def named(*states: State) -> tuple[int, str]:
        mails = ledger.mails(*states)
        places = {one.whose: one.place for one in recipients}
        return len(mails), ", ".join(
            f"{mail.mail_id} ({places.get(whose(mail), 'no longer in the file')})" for mail in mails
        )

    problems = []
    count, ids = named(State.UNCONFIRMED, State.FINISHING)
    if count:
        rest = "; the rest was not tried, as it might go the same way" if stopped else ""
        what = f"{count} of the mails may or may not have arrived{rest}: {ids}"
        remedy = "ask the recipients, then `netaudit send --confirm ID`, or `--again ID`; none is sent again by itself"
        problems.append(Problem(what, str(ledger.path), remedy))
    count, ids = named(State.REFUSED)
    if count:
        remedy = "mend the address in the file of recipients; or `netaudit send --again ID`"
        problems.append(Problem(f"{count} of the mails were refused for good: {ids}", str(ledger.path), remedy))
    count, ids = named(State.WAITING, State.SENDING)
    if count:
        remedy = "look whether the server is there; the next `netaudit send` tries again"
        problems.append(Problem(f"{count} of the mails were not taken yet: {ids}", str(ledger.path), remedy))
    return tuple(problems)


def _notes(recipients: Sequence[Recipient], listed: MailList) -> tuple[str, ...]:
    units = {(unit, level) for unit, level, _ in listed.pages}
    without = [one.place for one in recipients if one.level != AUDIENCE and (one.unit, one.level) not in units]
    if not listed.weeks:
        return ("no week is published yet, so nothing is due",)
    if not without:
        return ()
    text = "have no page of their own, because they are small or written otherwise in the staff directory"
    return (f"units of {', '.join(without)} {text}: they get the text that no figures can be released",)


def _lost(what: str, folder: Path) -> Problem:
    remedy = "restore it from a back-up; or use --new-ledger: then the latest week may go out twice"
    return Problem(what, str(folder / LEDGER_FILE), remedy)


def _now_is(mail: Mail) -> State:
    return {State.SENDING: State.WAITING, State.FINISHING: State.UNCONFIRMED}.get(mail.state, mail.state)
