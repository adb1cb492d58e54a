"""A mail as bytes: the same letter has the same bytes, so that whoever got it twice can tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

_LONGEST_SUBJECT = 200
_POLICY = SMTP.clone(cte_type="7bit", max_line_length=78)


@dataclass(frozen=True, slots=True)
class Attached:
    """A page that goes along."""

    name: str
    html: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written to one recipient."""

    mail_id: str  # M-7KQ2M9XWTB; the Message-ID is made of it
    sender: str
    to: str
    subject: str
    text: str
    written: datetime  # when it was planned; what is sent again has the same date
    attached: Attached | None = None


def message_bytes(letter: Letter) -> bytes:
    """Return a letter as RFC 5322 has it: ASCII, CRLF, no line longer than a server takes.

    Raises:
        ValueError: a heading holds a line break. Whoever writes letters makes text from outside plain before.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = _address(letter.sender)
    message["To"] = _address(letter.to)
    # The library would decode an encoded word (RFC 2047) in it, and what that holds may break the line.
    message["Subject"] = letter.subject.replace("=?", "= ?")[:_LONGEST_SUBJECT]
    message["Date"] = letter.written
    message["Message-ID"] = f"<{letter.mail_id.lower()}.netaudit@{_address(letter.sender).domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers it
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    message.set_content(letter.text, cte="quoted-printable")
    if letter.attached:
        page = letter.attached
        message.add_attachment(
            page.html, maintype="text", subtype="html", filename=page.name, cte="base64", params={"charset": "utf-8"}
        )
        message.set_boundary(f"=_{letter.mail_id}")
    return message.as_bytes()


def _address(text: str) -> Address:
    local, _, domain = text.rpartition("@")
    return Address(username=local, domain=domain)
