"""The section [mail] of the configuration: which mails go out, from whom, and through which server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netaudit.errors import Problem

SECURITY = {"starttls": 587, "tls": 465}  # how TLS begins → the usual port; nothing is sent without TLS
_DOMAIN = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])\Z")
_LOCAL = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_MOST_PREFIX = 40
_LIMITS = {"port": (1, 65_535), "attempts": (1, 10), "timeout_seconds": (1, 600)}


@dataclass(frozen=True, slots=True)
class MailSettings:
    """What an organisation has decided about mail; without recipients nothing is sent."""

    recipients: Path | None = None  # a CSV file: unit,level,address
    sender: str = ""
    allowed_domains: tuple[str, ...] = ()  # no mail goes anywhere else
    location: str = ""  # where readers find the folder of the reports: a share or an address
    subject_prefix: str = ""
    summaries: bool = False  # whether managers get the page of their unit, or only where it lies
    folder: Path | None = None  # gets mails as files, where there is no server
    server: str = ""
    port: int = 0  # 0: the usual one
    security: str = "starttls"
    user: str = ""
    password_file: Path | None = None
    authorities: Path | None = None  # certificates (PEM) that the server's is checked against; None: the system's
    attempts: int = 4  # in one `send`
    timeout_seconds: int = 60  # for each answer of the server
    ledger: Path | None = None  # None: `mail` beside the reports

    def lacks(self, where: str) -> list[Problem]:
        """Return what is missing for mail to be sent."""
        needed: list[tuple[object, str, str]] = [
            (self.recipients, "recipients", "name the CSV file of recipients: unit,level,address"),
            (self.sender, "sender", "write the address that mails come from"),
            (self.allowed_domains, "allowed_domains", 'list the domains that mail may go to: ["example.nhs.uk"]'),
            (self.location, "location", "say where readers find the folder of the reports"),
        ]
        if self.server:
            needed.append((self.user, "user", "name the account at the mail server: nothing is sent without one"))
        problems = [Problem(f"'{key}' is missing", where, remedy) for value, key, remedy in needed if not value]
        if bool(self.server) == bool(self.folder):
            what = "both 'server' and 'folder' are set" if self.server else "neither 'server' nor 'folder' is set"
            problems.append(Problem(what, where, "name a mail server, or a folder for files in its place"))
        return problems


def is_domain(text: str) -> bool:
    """Return whether a text is the name of a domain, in lower case.

    >>> is_domain("example.nhs.uk"), is_domain("-x.example"), is_domain("example")
    (True, False, False)
    """
    return _DOMAIN.match(text) is not None


def is_address(text: str) -> bool:
    r"""Return whether a text is a plain e-mail address: no name, quotes, comment, or sign beyond ASCII.

    >>> is_address("ig.team@example.nhs.uk"), is_address("a@b.example, c@d.example"), is_address("x@y.example\n")
    (True, False, False)
    """
    local, _, domain = text.rpartition("@")
    return _LOCAL.match(local) is not None and is_domain(domain.lower())


def read_mail(table: Mapping[str, Any], where: str, beside: Path) -> tuple[MailSettings, list[Problem]]:
    """Return the settings of a section, and what is wrong with its values; those of a wrong kind are told elsewhere."""
    problems = list(_faults(table, where))
    if problems:
        return MailSettings(), problems

    def text(key: str, default: str = "") -> str:
        value = table.get(key, default)
        return value if isinstance(value, str) else default

    def path(key: str) -> Path | None:
        return beside / text(key) if text(key) else None

    def number(key: str, default: int) -> int:
        value = table.get(key, default)
        return value if isinstance(value, int) else default

    security, domains = text("security", "starttls"), table.get("allowed_domains", [])
    return MailSettings(
        recipients=path("recipients"),
        sender=text("sender"),
        allowed_domains=tuple(one.lower() for one in domains) if isinstance(domains, list) else (),
        location=text("location"),
        subject_prefix=text("subject_prefix").strip(),
        summaries=table.get("summaries") is True,
        folder=path("folder"),
        server=text("server"),
        port=number("port", 0),
        security=security,
        user=text("user"),
        password_file=path("password_file"),
        authorities=path("authorities"),
        attempts=number("attempts", MailSettings().attempts),
        timeout_seconds=number("timeout_seconds", MailSettings().timeout_seconds),
        ledger=path("ledger"),
    ), []


def _faults(table: Mapping[str, Any], where: str) -> Iterator[Problem]:
    for key in ("sender", "server", "user", "location", "subject_prefix", "security"):
        value = table.get(key, "")
        if isinstance(value, str) and not value.isprintable():
            yield Problem(f"'{key}' holds a control character, or one that cannot be seen", where, "write it anew")
    security = table.get("security", "starttls")
    if isinstance(security, str) and security not in SECURITY:
        yield Problem("'security' is neither 'starttls' nor 'tls'", where, "nothing is sent without TLS")
    sender = table.get("sender")
    if isinstance(sender, str) and not is_address(sender):
        yield Problem("'sender' is no e-mail address", where, "write it plainly, as reports@example.nhs.uk")
    domains = table.get("allowed_domains", [])
    if isinstance(domains, list):
        for number, one in enumerate(domains, start=1):
            if not isinstance(one, str) or not is_domain(one.lower()):
                yield Problem(f"domain {number} of 'allowed_domains' is none", where, 'write "example.nhs.uk"')
    yield from _bad_sizes(table, where)


def _bad_sizes(table: Mapping[str, Any], where: str) -> Iterator[Problem]:
    prefix = table.get("subject_prefix", "")
    if isinstance(prefix, str) and len(prefix) > _MOST_PREFIX:
        yield Problem(f"'subject_prefix' is longer than {_MOST_PREFIX} signs", where, 'write "[secure]"')
    for key, (least, most) in _LIMITS.items():
        value = table.get(key, least)
        if isinstance(value, int) and not least <= value <= most:
            yield Problem(f"'{key}' is out of range", where, f"write {least} to {most}")
