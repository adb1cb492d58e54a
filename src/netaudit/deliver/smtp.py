"""The talk with a mail server (RFC 5321), in steps: who sends must know on which side of the final dot it was lost."""

from __future__ import annotations

import re
import select
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from netaudit.errors import InputError, Problem

_TAKEN, _GO_ON, _TEMPORARY, _FOR_GOOD, _END = 200, 300, 400, 500, 600
_CLOSING = 421
_TOO_LARGE = 552
_ANSWERS_TO_DATA = 354
_LINE_BREAK = re.compile(rb"\r\n|\r|\n")
_GRACE_SECONDS = 0.05  # for a server's last words before the final dot: what is lost by then was surely not taken
_PATIENCE = 10  # times the usual: the answer to the final dot is what must not be missed (RFC 5321 4.5.3.2.6: 10 min)


class Outcome(Enum):
    """What became of a message."""

    TAKEN = "taken"  # the server answers for it now
    LATER = "later"  # surely not taken; it may be another time
    REFUSED = "refused"  # surely not taken, and never will be
    UNKNOWN = "unknown"  # lost after the final dot


class LostError(Exception):
    """There is no talk, or no longer: nothing of what was being said can have been taken."""


class _NotTakenError(Exception):
    """The server said so, before the final dot."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails are handed in."""

    host: str
    port: int
    implicit_tls: bool  # else STARTTLS, which must be offered
    user: str
    password: str = field(repr=False)
    name: str  # by which we greet
    authorities: Path | None = None
    timeout_seconds: float = 60


class Talk:
    """A talk over TLS, after the log-in. No error of it repeats what the server said: servers quote addresses."""

    def __init__(self, server: Server) -> None:
        """Begin the talk.

        Raises:
            LostError: there is no such server for now, or it wants us to come later.
            InputError: it cannot be trusted, or does not trust us; trying again would change nothing.
        """
        self._where = f"{server.host}:{server.port}"
        self._timeout = server.timeout_seconds
        context = _context(server.authorities)
        self._smtp = _unconnected(server, context)
        try:
            with self._no_longer_than(_PATIENCE):
                self._begin(server, context)
        except ssl.SSLCertVerificationError as error:
            self._smtp.close()
            raise _not_trusted(error, self._where) from None
        except (OSError, ValueError, smtplib.SMTPException):  # ValueError: it asked for something that is no base64
            self._smtp.close()
            raise LostError from None
        except BaseException:
            self._smtp.close()
            raise

    def hand_over(
        self, sender: str, to: str, message: bytes, about_to_finish: Callable[[], None]
    ) -> tuple[Outcome, int]:
        """Hand over a message; return what became of it and the server's code, 0 where it said none.

        Args:
            sender: whom bounces go to.
            to: the one recipient.
            message: as RFC 5322 has it.
            about_to_finish: called before the final dot goes out: from then on it may have arrived.

        Raises:
            LostError: the talk ended before the final dot.
            InputError: the server takes nothing from this sender; it would say the same of every mail.
        """
        try:
            with self._no_longer_than(_PATIENCE):
                sock = self._say_all_but_the_dot(sender, to, message)
        except _NotTakenError as error:
            return self._not_taken(error.code)
        except (OSError, smtplib.SMTPException):
            self.end()
            raise LostError from None
        about_to_finish()
        try:
            sock.settimeout(self._timeout * _PATIENCE)
            with self._no_longer_than(2 * _PATIENCE):
                sock.sendall(b".\r\n")
                code = self._smtp.getreply()[0]
            sock.settimeout(self._timeout)
        except (OSError, smtplib.SMTPException):
            code = -1
        if _TAKEN <= code < _GO_ON:
            return Outcome.TAKEN, code
        if _TEMPORARY <= code < _END:
            return self._not_taken(code)
        self.end()
        return Outcome.UNKNOWN, 0

    def _begin(self, server: Server, context: ssl.SSLContext) -> None:
        code = self._smtp.connect(server.host, server.port)[0]
        if not _TAKEN <= code < _GO_ON:
            raise LostError
        self._greet()
        if not server.implicit_tls:
            self._begin_tls(context)
        self._log_in(server)

    def _say_all_but_the_dot(self, sender: str, to: str, message: bytes) -> socket.socket:
        size = [f"SIZE={len(message)}"] if self._smtp.has_extn("size") else []
        code = self._smtp.mail(sender, size)[0]
        if _FOR_GOOD <= code < _END and code != _TOO_LARGE:
            remedy = "check [mail] sender, and whether the account may send from it; nobody was refused"
            raise InputError(Problem(f"the mail server refuses the sender (code {code})", self._where, remedy))
        if _TAKEN <= code < _GO_ON:
            code = self._smtp.rcpt(to)[0]
        if not _TAKEN <= code < _GO_ON:
            raise _NotTakenError(code)
        code = self._smtp.docmd("DATA")[0]
        if code != _ANSWERS_TO_DATA:
            raise _NotTakenError(code)
        sock = self._smtp.sock
        if sock is None:
            raise LostError
        sock.sendall(_stuffed(message))
        self._hear_last_words(sock)
        return sock

    @contextmanager
    def _no_longer_than(self, times: int) -> Iterator[None]:
        """Cut the talk off after that many times the usual wait, which each byte that trickles in begins anew."""

        def cut() -> None:
            sock = self._smtp.sock
            if sock is not None:
                with suppress(OSError):  # not TLS's own good-bye: whoever reads just now sees the end of the stream
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)

        timer = threading.Timer(times * self._timeout, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def end(self) -> None:
        """Say good-bye; whoever is not there any more need not answer."""
        try:
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(1)
            self._smtp.quit()
        except (OSError, smtplib.SMTPException, ValueError):
            self._smtp.close()

    def _begin_tls(self, context: ssl.SSLContext) -> None:
        if not self._smtp.has_extn("starttls"):
            remedy = "mend the server, or set [mail] security and port; nothing is sent without TLS"
            raise InputError(Problem("the mail server offers no STARTTLS", self._where, remedy))
        code = self._smtp.starttls(context=context)[0]
        if not _TAKEN <= code < _GO_ON:
            raise LostError
        self._greet()

    def _greet(self) -> None:
        if not _TAKEN <= self._smtp.ehlo()[0] < _GO_ON:
            raise LostError

    def _log_in(self, server: Server) -> None:
        try:
            self._smtp.login(server.user, server.password)
        except UnicodeEncodeError:
            remedy = "set a password of letters, digits and signs on a plain keyboard, without pound or euro sign"
            problem = "the password or [mail] user is not plain ASCII, which is all that can be said to a mail server"
            raise InputError(Problem(problem, self._where, remedy)) from None
        except smtplib.SMTPAuthenticationError as error:
            if not _FOR_GOOD <= error.smtp_code < _END:
                raise LostError from None
            remedy = "check [mail] user and the password's file; it is not tried again, as accounts get locked"
            problem = f"the mail server refused the log-in (code {error.smtp_code})"
            raise InputError(Problem(problem, self._where, remedy)) from None
        except smtplib.SMTPNotSupportedError:
            remedy = "mend the server, or name the port for handing in mail (587 or 465)"
            raise InputError(Problem("the mail server offers no log-in", self._where, remedy)) from None

    def _not_taken(self, code: int) -> tuple[Outcome, int]:
        if code == _CLOSING or not _TEMPORARY <= code < _END:
            self.end()
            raise LostError
        try:
            self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.end()
        return (Outcome.LATER if code < _FOR_GOOD else Outcome.REFUSED), code

    def _hear_last_words(self, sock: socket.socket) -> None:
        """Notice a server that went, or spoke out of turn, before the final dot.

        Raises:
            OSError: it did.
        """
        file = self._smtp.file
        if file is None or not select.select([sock], [], [], _GRACE_SECONDS)[0]:
            return
        sock.settimeout(0)
        try:
            file.peek(1)  # b"" at the end of the stream, or words: both are no way to go on
        except (BlockingIOError, ssl.SSLWantReadError):  # nothing but TLS's own housekeeping
            return
        finally:
            sock.settimeout(self._timeout)
        raise ConnectionResetError

    @property
    def is_open(self) -> bool:
        """Whether there is somebody at the other end, as far as we know."""
        return self._smtp.sock is not None


def _unconnected(server: Server, context: ssl.SSLContext) -> smtplib.SMTP:
    """Return what will talk; the name is what a certificate must be of."""
    smtp = (
        smtplib.SMTP_SSL(local_hostname=server.name, timeout=server.timeout_seconds, context=context)
        if server.implicit_tls
        else smtplib.SMTP(local_hostname=server.name, timeout=server.timeout_seconds)
    )
    smtp._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001 - set by its constructor if that connects
    return smtp


def _context(authorities: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=None if authorities is None else str(authorities))
    except (OSError, ssl.SSLError):
        remedy = "give it certificates of authorities in PEM"
        raise InputError(Problem("cannot be read as certificates", str(authorities), remedy)) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _not_trusted(error: ssl.SSLCertVerificationError, where: str) -> InputError:
    problem = f"the certificate of the mail server is not to be trusted ({error.verify_message})"
    remedy = "name the authorities that signed it in [mail] authorities; nothing was said to it"
    return InputError(Problem(problem, where, remedy))


def _stuffed(message: bytes) -> bytes:
    """Return a message as it follows DATA, without the final dot: CRLF throughout, dots in front doubled."""
    whole = _LINE_BREAK.sub(b"\r\n", message)
    whole = whole if whole.endswith(b"\r\n") else whole + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", whole)
