"""Whom a request for access is about: an identifier or an account becomes all that the store may call the person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from netaudit.definitions.accounts import canonical_account, unescaped
from netaudit.definitions.registers import Person, Registers
from netaudit.errors import InputError, Problem
from netaudit.protect.pseudonyms import Pseudonyms

Days = tuple[tuple[date, date], ...]  # first and last days; none: always


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the person, and the days on which it was theirs."""

    name: str  # in the form in which accounts are compared
    days: Days = ()

    def is_theirs(self, day: date) -> bool:
        """Return whether it was theirs on a day."""
        return not self.days or any(first <= day <= last for first, last in self.days)


@dataclass(frozen=True, slots=True)
class Subject:
    """The person that a request is about; in memory only."""

    person_id: str | None  # None: the directory does not have them
    rows: tuple[Person, ...]  # of the directory
    accounts: tuple[Account, ...]

    def hashes(self, pseudonyms: Pseudonyms) -> dict[int, Days]:
        """Return all pseudonyms that the person may have in a week, each with the days that are theirs.

        Who the directory did not have at first is under the account, and later under the identifier.
        """
        found: dict[int, Days] = {}
        for one in self.accounts:
            found[pseudonyms.of(f"account:{one.name}")] = one.days
        if self.person_id is not None:
            found[pseudonyms.of(f"person:{self.person_id}")] = ()
        return found

    def is_named(self, text: str, day: date | None, realms: Mapping[str, str]) -> bool:
        """Return whether a register means the person by an identifier or an account.

        Args:
            text: what stands in the register.
            day: the day from which on the entry holds; None: not known.
            realms: which realm is equal to which other one.
        """
        if not text:
            return False
        if self.person_id is not None and text.lower() == self.person_id:
            return True
        name = canonical_account(unescaped(text), realms)
        for account in self.accounts:
            if account.name == name:
                return not account.days or (day is not None and account.is_theirs(day))
        return False


def subject_of(text: str, registers: Registers, realms: Mapping[str, str]) -> Subject:
    """Return the person that is meant by an identifier of the directory, or by an account.

    An account that passed from one person to another names nobody.

    Raises:
        InputError: it is empty, or such an account; the message does not repeat it.
    """
    text = text.strip()
    if not text:
        raise InputError(Problem("no person was named", "PERSON", "give an identifier of the directory, or an account"))
    wanted = text.lower()
    ids = {person.person_id for person in registers.people}
    name = canonical_account(unescaped(text), realms)
    if wanted not in ids:
        holders = {
            one.person_id for one in registers.people for a in one.accounts if canonical_account(a, realms) == name
        }
        if len(holders) > 1:
            remedy = "give the person's identifier of the directory instead"
            raise InputError(Problem("the account passed from one person to another", "PERSON", remedy))
        if not holders:
            return Subject(None, (), tuple(Account(one) for one in _spellings(name, realms)))
        (wanted,) = holders
    rows = tuple(person for person in registers.people if person.person_id == wanted)
    return Subject(wanted, rows, tuple(_accounts(wanted, rows, registers.people, realms)))


def _accounts(
    person_id: str, rows: Iterable[Person], people: Iterable[Person], realms: Mapping[str, str]
) -> Iterable[Account]:
    names = dict.fromkeys(canonical_account(a, realms) for one in rows for a in one.accounts)
    for name in names:
        held = [one for one in people if name in {canonical_account(a, realms) for a in one.accounts}]
        alone = {one.person_id for one in held} == {person_id}
        days = tuple((one.starts or date.min, one.ends or date.max) for one in held if one.person_id == person_id)
        for spelt in _spellings(name, realms):
            yield Account(spelt, () if alone else days)


def _spellings(name: str, realms: Mapping[str, str]) -> list[str]:
    """Return an account as it is, and under each realm that is equal to its own: it may be stored from before."""
    realm, _, user = name.partition("\\")
    others = sorted(one for one, other in realms.items() if other == realm and one != realm)
    return [name, *(f"{one}\\{user}" for one in others)]


def theirs(hashes: Mapping[int, Days], zone: str, *, column: str = "user_hash", at: str = "event_start") -> pl.Expr:
    """Return whether a row is the person's: one of their pseudonyms, on a day that was theirs.

    Args:
        hashes: as `Subject.hashes`.
        zone: time zone of the organisation.
        column: the pseudonym's.
        at: the moment's.
    """
    always = [one for one, days in hashes.items() if not days]
    found = pl.col(column).is_in(always)
    day = pl.col(at).dt.convert_time_zone(zone).dt.date()
    for one, days in hashes.items():
        for first, last in days:
            found |= (pl.col(column) == one) & day.is_between(first, last)
    return found
