"""An export of the organisation's own social media accounts, one row for each account or for each post."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from netaudit.definitions.csv_tables import Columns, Row, read_rows
from netaudit.definitions.social_accounts import months_later
from netaudit.errors import InputError, Problem

COLUMNS = Columns(
    known=(
        "account", "platform", "opened", "last_post", "posts_last_2_months", "followers", "project", "project_status",
        "project_ends", "managed", "approved_by", "approved_on", "posted", "original", "note",
    ),
    needed=("account",),
)  # fmt: skip
COUNTED_MONTHS = 2  # what posts_last_2_months counts
NEVER = ("never", "none")
_YES, _NO = ("yes", "y", "true"), ("no", "n", "false", "none")
_OPEN, _CLOSED, _NO_PROJECT = ("open", "active", "running"), ("closed", "ended", "finished"), ("none", "permanent")
_DIGITS = 12  # of a number of posts or followers
_EARLIEST = date(1990, 1, 1)  # no such platform is older: a slip of the finger
_Placed = tuple[str, Row]  # where it stands, and what it says


@dataclass(frozen=True, slots=True)
class Account:
    """What is known of one account; None is what nobody wrote."""

    account: str
    platform: str
    opened: date | None
    last_post: date | None
    never_posted: bool
    posts: int | None  # original ones in the last two months, the day of the check included
    followers: int | None
    project: str
    has_project: bool | None
    project_closed: bool | None  # as the export says
    project_ends: date | None
    managed: bool | None  # through the corporate process
    approved_by: str
    approved_on: date | None
    contradictions: tuple[str, ...] = ()


def read_accounts(path: Path, today: date) -> list[Account]:
    """Return the accounts of an export, sorted by platform and name.

    An export with a column `posted` has one row for each post; what it says of the account may stand in any of them.

    Args:
        path: UTF-8, RFC 4180, the first line naming the columns.
        today: the day of the check, after which nothing can have happened.

    Raises:
        InputError: with every fault of the file.
    """
    if not path.is_file():
        raise InputError(Problem("there is no such file", str(path), "name the export of the accounts"))
    problems: list[Problem] = []
    rows = read_rows(path, COLUMNS, problems)
    reader = _Reader(today, problems)
    accounts = [reader.account(group) for group in _by_account(rows, problems).values()]
    if not rows and not problems:
        problems.append(Problem("there is no account in it", str(path), "export at least one"))
    if problems:
        raise InputError(problems)
    return sorted(
        accounts, key=lambda one: (one.platform.casefold(), one.account.casefold(), one.platform, one.account)
    )


def _by_account(rows: Iterable[_Placed], problems: list[Problem]) -> Mapping[tuple[str, str], list[_Placed]]:
    groups: dict[tuple[str, str], list[_Placed]] = {}
    for where, row in rows:
        groups.setdefault((row["platform"].casefold(), row["account"].casefold()), []).append((where, row))
    for group in groups.values():
        for where, row in group[1:]:
            if not row["posted"]:
                first = group[0][0]
                remedy = f"keep one of this and {first}; a row for each post needs a date in 'posted'"
                problems.append(Problem("this account is there already", where, remedy))
    return groups


@dataclass(frozen=True, slots=True)
class _Reader:
    today: date
    problems: list[Problem]

    def account(self, rows: Sequence[_Placed]) -> Account:
        """Return one account from all rows about it."""
        where, row = self._joined(rows)
        per_post = any(one["posted"] for _, one in rows)
        posted = sorted(self._posted(rows))
        never = row["last_post"].casefold() in NEVER
        last = None if never else self._day(row, "last_post", where)
        count = self._number(row, "posts_last_2_months", where)
        contradictions = []
        opened = self._day(row, "opened", where)
        has_project, closed, ends = self._project(row, where)
        if per_post:
            since = months_later(self.today, -COUNTED_MONTHS)
            if row["last_post"] or row["posts_last_2_months"]:
                remedy = "leave last_post and posts_last_2_months away where each post has a row"
                self.problems.append(Problem("posts are told twice", where, remedy))
            never, last = not posted, posted[-1] if posted else None
            count = sum(day > since for day in posted)
        elif never or last:
            recent = last is not None and last > months_later(self.today, -COUNTED_MONTHS)
            if count is None and not recent:
                count = 0
            elif count is not None and recent is not (count > 0):
                contradictions.append("the last post and the number of posts contradict each other")
        first = posted[0] if posted else last
        if opened and first and first < opened:
            contradictions.append("it is said to have posted before it was opened")
        return Account(
            account=min(one["account"] for _, one in rows),  # of two spellings always the same
            platform=min(one["platform"] for _, one in rows),
            opened=opened,
            last_post=last,
            never_posted=never,
            posts=count,
            followers=self._number(row, "followers", where),
            project=row["project"],
            has_project=has_project,
            project_closed=closed,
            project_ends=ends,
            managed=self._managed(row, where),
            approved_by=row["approved_by"],
            approved_on=self._day(row, "approved_on", where),
            contradictions=tuple(contradictions),
        )

    def _joined(self, rows: Sequence[_Placed]) -> tuple[str, Row]:
        """Return what all rows of an account say together, and the place of the first."""
        where, joined = rows[0][0], dict(rows[0][1])
        for place, row in rows[1:]:
            for name in COLUMNS.known:
                if name in ("account", "platform", "posted", "original", "note") or not row[name]:
                    continue
                if joined[name] and joined[name] != row[name]:
                    remedy = "let the rows of one account say the same, or say it in one of them"
                    self.problems.append(Problem(f"'{name}' is another than at {where}", place, remedy))
                joined[name] = joined[name] or row[name]
        return where, joined

    def _posted(self, rows: Sequence[_Placed]) -> Iterator[date]:
        for where, row in rows:
            original = self._word(row, "original", where, yes=_YES, no=_NO)
            day = self._day(row, "posted", where)
            if day and original is not False:
                yield day

    def _project(self, row: Row, where: str) -> tuple[bool | None, bool | None, date | None]:
        """Return whether there is a project, whether it has closed, and its end, as far as that is said."""
        status, ends = row["project_status"].casefold(), self._day(row, "project_ends", where, future=True)
        known = (*_OPEN, *_CLOSED, *_NO_PROJECT)
        if status and status not in known:
            self.problems.append(Problem("'project_status' is no word for it", where, "write open, closed or none"))
        has_project = False if status in _NO_PROJECT else True if status or ends else None
        return has_project, True if status in _CLOSED else False if status in _OPEN else None, ends

    def _managed(self, row: Row, where: str) -> bool | None:
        """Return whether the corporate process knows the account: as it is said, or as an approval shows."""
        said = self._word(row, "managed", where, yes=_YES, no=_NO)
        if said is not None:
            return said
        if row["approved_by"].casefold() in _NO:
            return False
        return True if row["approved_by"] or row["approved_on"] else None

    def _word(self, row: Row, name: str, where: str, *, yes: Sequence[str], no: Sequence[str]) -> bool | None:
        text = row[name].casefold()
        if text and text not in (*yes, *no):
            self.problems.append(Problem(f"'{name}' is neither yes nor no", where, "write yes or no, or nothing"))
        return True if text in yes else False if text in no else None

    def _day(self, row: Row, name: str, where: str, *, future: bool = False) -> date | None:
        """Return the day of a cell, whether it gives the hour or not."""
        text = row[name]
        if not text:
            return None
        try:
            day = datetime.fromisoformat(text).date()
        except ValueError:
            self.problems.append(Problem(f"'{name}' is no date", where, "write it as 2026-11-21"))
            return None
        if day < _EARLIEST or (day > self.today and not future):
            remedy = "mend the date, or name the day of the export with --today"
            what = "is too long ago" if day < _EARLIEST else "is after the day of the check"
            self.problems.append(Problem(f"'{name}' {what}", where, remedy))
            return None
        return day

    def _number(self, row: Row, name: str, where: str) -> int | None:
        text = row[name].replace(",", "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
            self.problems.append(Problem(f"'{name}' is no whole number", where, "write it in digits, 0 or more"))
            return None
        return int(text)
