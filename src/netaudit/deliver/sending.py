"""Mails sent in rounds: what was surely not taken is tried again after a while, what may have arrived never is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from netaudit.deliver.mail_ledger import Mail, MailLedger, State
from netaudit.deliver.smtp import LostError, Outcome, Talk
from netaudit.durable import replace_file
from netaudit.errors import InputError, StoreError

_FIRST_WAIT_SECONDS = 15
_LONGER = 4  # 15 s, 1 min, 4 min: greylisting servers want minutes; what is left waits for the next `send`
_LOST_IN_A_ROW = 3  # talks; then the round ends
_UNKNOWN_IN_A_ROW = 2  # a server that always goes after the final dot must not leave every mail in doubt
_FINAL = {Outcome.TAKEN: State.SENT, Outcome.LATER: State.WAITING, Outcome.REFUSED: State.REFUSED}


class Clock(Protocol):
    """Time, as far as sending needs it."""

    def now(self) -> datetime:
        """Return the moment."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


@dataclass(slots=True)
class Tally:
    """What became of the mails of one `send`."""

    states: Counter[State] = field(default_factory=Counter)
    rounds: int = 0
    stopped_in_doubt: bool = False  # the rest was not tried: too many in a row might have arrived
    stopped_by: InputError | None = None  # the rest was not tried: it would go the same way


Compose = Callable[[Mail], bytes]


def send_all(
    due: Sequence[Mail],
    ledger: MailLedger,
    connect: Callable[[], Talk],
    compose: Compose,
    sender: str,
    clock: Clock,
    attempts: int,
) -> Tally:
    """Send mails through a server and return what became of them; the ledger knows each step before it is taken.

    Args:
        due: mails that wait.
        ledger: is told before and after each.
        connect: begins a talk with the server; raises LostError where there is none for now.
        compose: makes the bytes of a mail.
        sender: the address that mails come from.
        clock: tells the time, and waits between rounds.
        attempts: rounds.
    """
    tally = Tally()
    left = list(due)
    for attempt in range(attempts):
        if attempt:
            clock.sleep(_FIRST_WAIT_SECONDS * _LONGER ** (attempt - 1))
        tally.rounds += 1
        try:
            left = _Round(ledger, connect, compose, sender, clock, tally).send(left)
        except InputError as error:
            tally.stopped_by = error
            done = sum(tally.states.values())
            tally.states[State.WAITING] += len(due) - done
            return tally
        if not left or tally.stopped_in_doubt:
            break
    tally.states[State.WAITING] += len(left)
    return tally


@dataclass(slots=True)
class _Round:
    ledger: MailLedger
    connect: Callable[[], Talk]
    compose: Compose
    sender: str
    clock: Clock
    tally: Tally
    talk: Talk | None = None
    lost: int = 0  # in a row
    unknown: int = 0

    def send(self, mails: Sequence[Mail]) -> list[Mail]:
        """Return the mails that are still to be sent."""
        left: list[Mail] = []
        try:
            for number, mail in enumerate(mails):
                if self.lost >= _LOST_IN_A_ROW or self.unknown >= _UNKNOWN_IN_A_ROW:
                    left += mails[number:]
                    break
                if self._try(mail) is State.WAITING:
                    left.append(mail)
        finally:
            if self.talk is not None:
                self.talk.end()
        self.tally.stopped_in_doubt = self.unknown >= _UNKNOWN_IN_A_ROW and bool(left)
        return left

    def _try(self, mail: Mail) -> State:
        message = self.compose(mail)
        begins = self.talk is None or not self.talk.is_open
        if self.talk is None or begins:
            try:
                self.talk = self.connect()
            except LostError:
                self.lost += 1
                return State.WAITING
        self.ledger.set_state(mail.mail_id, State.SENDING, self.clock.now())
        try:
            outcome, code = self.talk.hand_over(self.sender, mail.address, message, lambda: self._finishing(mail))
        except LostError:
            self.ledger.set_state(mail.mail_id, State.WAITING, self.clock.now())
            if not begins:  # servers end a talk after so many mails or minutes, and are there for the next
                return self._try(mail)
            self.lost += 1
            return State.WAITING
        except InputError:
            self.ledger.set_state(mail.mail_id, State.WAITING, self.clock.now())
            raise
        self.lost = 0
        self.unknown = self.unknown + 1 if outcome is Outcome.UNKNOWN else 0
        state = _FINAL.get(outcome, State.UNCONFIRMED)
        self.ledger.set_state(mail.mail_id, state, self.clock.now(), code)
        if state is not State.WAITING:
            self.tally.states[state] += 1
        return state

    def _finishing(self, mail: Mail) -> None:
        self.ledger.set_state(mail.mail_id, State.FINISHING, self.clock.now())


def file_of(folder: Path, mail: Mail) -> Path:
    """Return where a mail is written."""
    return folder / f"{mail.mail_id}.eml"


def write_all(due: Sequence[Mail], ledger: MailLedger, folder: Path, compose: Compose, clock: Clock) -> Tally:
    """Write mails as files in place of sending them; none is written again that may have been picked up.

    Raises:
        StoreError: the folder cannot be written to; what was written before is noted.
    """
    tally = Tally(rounds=1)
    for mail in due:
        path = file_of(folder, mail)
        try:
            content = compose(mail)
        except InputError as error:
            tally.stopped_by = error
            tally.states[State.WAITING] = len(due) - tally.states[State.WRITTEN]
            break
        ledger.set_state(mail.mail_id, State.FINISHING, clock.now())  # whatever picks it up may do so at once
        try:
            replace_file(path, content)
        except StoreError:
            if not path.exists():
                ledger.set_state(mail.mail_id, State.WAITING, clock.now())
            raise
        ledger.set_state(mail.mail_id, State.WRITTEN, clock.now())
        tally.states[State.WRITTEN] += 1
    return tally
