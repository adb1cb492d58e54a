"""Which mails are due: one for each recipient, unit and published week, and what was issued again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from netaudit.definitions.mail_recipients import AUDIENCE, Recipient
from netaudit.deliver import Mail, State
from netaudit.pipeline.mail_letters import NOTICE, SUMMARY
from netaudit.report import MailList

HANDED = (State.SENT, State.WRITTEN, State.CONFIRMED, State.UNCONFIRMED)
Whose = tuple[str, str, str]
Due = tuple[str, str, str, str, str, str]  # kind, week, unit, level, address, edition


def due_mails(
    recipients: Iterable[Recipient],
    listed: MailList,
    known: Sequence[Mail],
    *,
    summaries: bool,
    forgotten: str = "",
) -> list[Due]:
    """Return what no mail is about yet: for each recipient the weeks from the first one on, and figures issued again.

    Weeks need not be published in their order: logs of one may come late.

    Args:
        recipients: who gets mails.
        listed: what there is to be mailed.
        known: all mails of the ledger. Those that were given up count for nothing: their recipient may be back.
        summaries: whether units get their page.
        forgotten: up to this week nobody knows any more what went out.
    """
    by_whose: dict[Whose, list[Mail]] = defaultdict(list)
    for mail in known:
        by_whose[whose(mail)].append(mail)
    found: list[Due] = []
    for one in recipients:
        mine = by_whose[one.whose]
        first = min((mail.week for mail in mine), default="")
        mine = [mail for mail in mine if mail.state is not State.DROPPED]
        about = {mail.week for mail in mine}
        kind = SUMMARY if summaries and one.level != AUDIENCE else NOTICE
        weeks = [week for week in sorted(listed.weeks) if week >= first] if first else list(listed.weeks[:1])
        for week in (each for each in weeks if each not in about and each > forgotten):
            edition = _edition(listed, one, week, 0) if kind == SUMMARY else ""
            found.append((kind, week, one.unit, one.level, one.address, edition))
        if kind == SUMMARY:
            found += _issued_again(one, mine, listed)
    return found


def corrections(mails: Sequence[Mail]) -> frozenset[str]:
    """Return the summaries before which another edition went out."""
    went = Counter((whose(mail), mail.week) for mail in mails if mail.kind == SUMMARY and mail.state in HANDED)
    return frozenset(
        mail.mail_id
        for mail in mails
        if mail.kind == SUMMARY and mail.edition[:2] != "0:" and went[whose(mail), mail.week]
    )


def told(one: Due, recipients: Iterable[Recipient]) -> str:
    """Return a mail in words: its recipient is a line of the file."""
    kind, week, unit, level, address, _ = one
    key = (" ".join(unit.split()).casefold(), level, address.casefold())
    place = next((other.place for other in recipients if other.whose == key), "no longer in the file")
    return f"{kind}  {week}  {place}"


def as_due(mail: Mail) -> Due:
    """Return what was planned, of a mail."""
    return mail.kind, mail.week, mail.unit, mail.level, mail.address, mail.edition


def whose(mail: Mail) -> Whose:
    """Return what makes recipients one, of a mail."""
    return Recipient(mail.unit, mail.level, mail.address, "").whose


def _issued_again(one: Recipient, mine: Sequence[Mail], listed: MailList) -> list[Due]:
    of_week: dict[str, list[Mail]] = defaultdict(list)
    for mail in mine:
        if mail.kind == SUMMARY:
            of_week[mail.week].append(mail)
    found: list[Due] = []
    for week, mails in sorted(of_week.items()):
        latest = max(mails, key=lambda mail: int(mail.edition.partition(":")[0]))
        number = int(latest.edition.partition(":")[0])
        if week in listed.weeks and _edition(listed, one, week, number) != latest.edition:
            found.append((SUMMARY, week, one.unit, one.level, one.address, _edition(listed, one, week, number + 1)))
    return found


def _edition(listed: MailList, one: Recipient, week: str, number: int) -> str:
    page = listed.pages.get((one.unit, one.level, week))
    return f"{number}:{page.figures if page else ''}"
