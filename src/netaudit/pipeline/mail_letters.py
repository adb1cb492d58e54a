"""What mails say: where a report lies and, to managers, what their page says. No name, no case, no own figure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from netaudit.definitions.configuration import Configuration
from netaudit.definitions.mail_recipients import AUDIENCE
from netaudit.deliver import Attached, Letter, Mail, message_bytes, page_text
from netaudit.errors import InputError, Problem
from netaudit.report import MailList, MailPage, plain, words

NOTICE, SUMMARY = "notice", "summary"
# The folders of reports that a notice can be about, in words.
AUDIENCES: Mapping[str, str] = {
    "ig": "Information Governance",
    "it": "the IT team",
    "safeguarding": "the safeguarding team",
    "hr": "Human Resources",
    "fraud": "the counter-fraud specialist",
    "board": "the board",
}
_LONGEST = 80  # of a unit's name in a mail
_ALWAYS = (
    "You get this mail for every week, whatever the report says: that it comes does not mean that there is something "
    "in it, and it does not mean that there is nothing."
)
_NOTHING = (
    "There are no figures that can be released for this unit and this week.\n\nYou get this text every time the "
    "figures are too small to be shown without pointing at a person. It does not mean that there was nothing, and it "
    "does not mean that there was something.\n\nYou need to do nothing, unless the Information Governance team gets in "
    "touch. Please do not ask staff to account for this mail."
)
_CORRECTED = "These figures take the place of those that you were sent before for this week."


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the mails of a ledger from the reports as they lie there now."""

    configuration: Configuration
    out: Path
    listed: MailList
    corrections: frozenset[str]  # identifiers of mails that take the place of earlier ones

    def page_of(self, mail: Mail) -> MailPage | None:
        """Return the page that a mail is about; None where its unit has none of its own."""
        return self.listed.pages.get((mail.unit, mail.level, mail.week))

    def message(self, mail: Mail) -> bytes:
        """Return a mail as it goes out.

        Raises:
            InputError: a page is not what the list of pages says: the reports were changed meanwhile.
        """
        settings = self.configuration.mail
        week = words.dates_of(mail.week)
        page = None if mail.level == AUDIENCE else self.page_of(mail)
        html = self._read(page) if page and mail.kind == SUMMARY else None
        corrected = mail.mail_id in self.corrections
        title = f"{'Corrected: internet' if corrected else 'Internet'} use report, {week}"
        subject = f"{settings.subject_prefix} {title}".strip()
        attached = Attached(f"internet-use-{mail.week.lower()}.html", html) if html else None
        parts = [_CORRECTED] if corrected else []
        parts += [self._body(mail, page, html), self._end()]
        text = "\n\n".join(part.strip() for part in parts) + "\n"
        return message_bytes(Letter(mail.mail_id, settings.sender, mail.address, subject, text, mail.planned, attached))

    def _body(self, mail: Mail, page: MailPage | None, html: bytes | None) -> str:
        """Return what a mail is about."""
        if html is not None:
            return page_text(html)
        week = words.dates_of(mail.week)
        if mail.level != AUDIENCE and page is None:
            return f"{_unit(mail.unit)}: internet use, {week}\n\n{_NOTHING}"
        whom = AUDIENCES.get(mail.unit, "") if mail.level == AUDIENCE else f"{_unit(mail.unit)} ({mail.level})"
        folder = f"{mail.unit}/index.html" if page is None else f"managers/{page.page}"
        place = f"{self.configuration.mail.location.rstrip('/')}/{folder}"
        return f"The report on internet use, {week}, is ready.\n\nIt is for: {whom}\nIt lies at: {place}\n\n{_ALWAYS}"

    def _end(self) -> str:
        contact = self.configuration.contact
        asked = f"Questions: {plain(contact)}" if contact else "Questions: ask the Information Governance team."
        return (
            f"Handling of the report: {plain(self.configuration.handling)}\n{asked}\n"
            "This mail was sent by a program. Please do not answer it."
        )

    def _read(self, page: MailPage) -> bytes:
        path = self.out / "managers" / page.page
        try:
            html = path.read_bytes()
        except OSError:
            html = b""
        if hashlib.sha256(html).hexdigest() != page.sha256:
            remedy = "a run may be writing them just now: send again when it is done"
            raise InputError(Problem("a page is not what the list of pages says", str(path), remedy))
        return html


def _unit(text: str) -> str:
    shown = plain(" ".join(text.split()))
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
