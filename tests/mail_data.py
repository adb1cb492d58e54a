"""Reports to be mailed, a mail server that does all that a real one does, and one that fails where it is told to."""

from __future__ import annotations

import base64
import email.policy
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import polars as pl
import report_data as data
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from netaudit.definitions.configuration import Configuration, load_configuration
from netaudit.report import render

USER, PASSWORD = "reports", "correct horse"
RECIPIENTS = (
    "unit,level,address\n"
    "ig,audience,ig.team@mail.example\n"
    "Nursing and Quality,directorate,chief.nurse@mail.example\n"
    "Payroll,team,head.payroll@mail.example\n"
)
WEEK = "2026-W46"


class Clock:
    """Time that passes when somebody waits."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 18, 3, tzinfo=UTC)
        self.waits: list[float] = []

    def now(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.moment += timedelta(seconds=seconds)


def reports(out: Path, published: pl.DataFrame | None = None) -> None:
    render(out, data.published() if published is None else published, [], data.facts(), data.TITLES)


@dataclass
class Site:
    """A configuration with recipients and reports."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    recipients: str = RECIPIENTS

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def path(self) -> Path:
        return self.folder / "netaudit.toml"

    def configuration(self, **changes: str) -> Configuration:
        """The configuration; values are TOML."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "recipients.csv").write_text(self.recipients)
        password = self.folder / "password"
        password.write_text(PASSWORD + "\n")
        password.chmod(0o600)
        settings = {
            "recipients": '"recipients.csv"',
            "sender": '"netaudit@reports.example"',
            "allowed_domains": '["mail.example"]',
            "location": '"//files.example/internet use"',
            **self.settings,
            **changes,
        }
        lines = "\n".join(f"{key} = {value}" for key, value in settings.items())
        self.path.write_text(f'[organisation]\ncontact = "ig.team@mail.example"\n\n[mail]\n{lines}\n')
        return load_configuration(self.path)


@dataclass
class Authority:
    """Certificates that a client can check."""

    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self._authority = trustme.CA()
        self.path = self.folder / "authority.pem"
        self._authority.cert_pem.write_to_path(str(self.path))

    def context(self, *names: str) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._authority.issue_cert(*(names or ("127.0.0.1",))).configure_cert(context)
        return context

    def settings(self, port: int, security: str) -> dict[str, str]:
        return {
            "server": '"127.0.0.1"', "port": str(port), "security": f'"{security}"', "user": f'"{USER}"',
            "password_file": '"password"', "authorities": f'"{self.path}"', "timeout_seconds": "5",
        }  # fmt: skip


class _Box:
    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []  # recipient, message
        self.refuse: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name and signature
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        assert session.ssl is not None
        assert session.authenticated
        self.taken += [(one, envelope.content) for one in envelope.rcpt_tos]
        return "250 taken"


def _authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, login: object) -> AuthResult:
    right = isinstance(login, LoginPassword) and (login.login, login.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=right)


@contextmanager
def real_server(context: ssl.SSLContext | None) -> Iterator[tuple[_Box, int]]:
    """A server that takes mail after STARTTLS and a log-in only; without a context it offers no TLS."""
    box = _Box()
    more = {} if context is None else {"tls_context": context, "require_starttls": True, "auth_required": True}
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), authenticator=_authenticate, **more)
    controller.start()
    try:
        yield box, controller.port
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


STAGES = ("connect", "tls", "ehlo", "auth", "mail", "rcpt", "data", "content", "dot", "taken", "answered")
"""Where the failing server can be told to do something else: `dot` before it keeps a message, `taken` after it."""
BEFORE_THE_DOT = STAGES[: STAGES.index("dot")]


class Failing(socketserver.ThreadingTCPServer):
    """A mail server over TLS that asks `behave` at each stage; what it keeps is `kept`.

    `behave` gets the stage and how many times it was reached; it gives None (go on), "drop", or an answer in its place.
    """

    daemon_threads = True
    block_on_close = True

    def __init__(self, context: ssl.SSLContext, behave: Callable[[str, int], str | None]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.context, self.behave = context, behave
        self.kept: list[bytes] = []
        self.talks: list[_Handler] = []
        self.reached: dict[str, int] = dict.fromkeys(STAGES, 0)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def ask(self, stage: str) -> str | None:
        self.reached[stage] += 1
        return self.behave(stage, self.reached[stage])

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is gone is what tests make happen."""


class _Dropped(Exception):  # noqa: N818 - no error
    pass


class _Handler(socketserver.BaseRequestHandler):
    server: Failing

    def handle(self) -> None:
        try:
            self._talk()
        except (_Dropped, OSError):
            pass
        finally:
            self.request.close()

    def _talk(self) -> None:
        self.server.talks.append(self)
        self._stage("connect")
        self.request.settimeout(10)
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        file = self.request.makefile("rb")
        with file:
            self._say("tls", "220 failing.example")
            while line := file.readline():
                word = line.strip().upper().partition(b" ")[0]
                if word == b"EHLO":
                    self._say("ehlo", "250-failing.example\r\n250 AUTH PLAIN")
                elif word == b"AUTH":
                    right = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()) in line
                    self._say("auth", "235 welcome" if right else "535 no")
                elif word in {b"MAIL", b"RCPT"}:
                    self._say(word.decode().lower(), "250 OK")
                elif word == b"DATA":
                    if self._say("data", "354 go on").startswith("354"):
                        self._message(file)
                elif word == b"QUIT":
                    self._say("", "221 bye")
                    return
                else:
                    self._say("", "250 OK")

    def _message(self, file: object) -> None:
        lines: list[bytes] = []
        while line := file.readline():  # type: ignore[attr-defined]
            if not lines:
                self._stage("content")
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
        else:
            return  # without the final dot nothing was handed over
        answer = self._stage("dot")
        if answer is not None and not answer.startswith("2"):
            self._send(answer)
            return
        self.server.kept.append(b"".join(lines))
        self._say("taken", "250 taken")
        self._stage("answered")

    def _stage(self, stage: str) -> str | None:
        answer = self.server.ask(stage) if stage else None
        if answer == "drop":
            raise _Dropped
        return answer

    def _say(self, stage: str, usual: str) -> str:
        answer = self._stage(stage) or usual
        self._send(answer)
        return answer

    def _send(self, answer: str) -> None:
        self.request.sendall(answer.encode() + b"\r\n")


@contextmanager
def failing_server(context: ssl.SSLContext, behave: Callable[[str, int], str | None]) -> Iterator[Failing]:
    with Failing(context, behave) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def read(message: bytes) -> EmailMessage:
    parsed = BytesParser(policy=email.policy.SMTP).parsebytes(message)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    content = body.get_content()
    assert isinstance(content, str)
    return content
