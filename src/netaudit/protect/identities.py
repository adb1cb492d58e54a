"""Accounts become people: realms, the staff directory, and who is nobody in particular."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

import polars as pl

from netaudit.definitions.registers import Registers


class Identities:
    """Says which person an account belongs to; holds names, in memory only."""

    def __init__(self, registers: Registers, realms: Mapping[str, str]) -> None:
        self._realms = realms
        self._person_of = {
            self.canonical(account): person.person_id for person in registers.people for account in person.accounts
        }
        self._service = {self.canonical(account) for account in registers.service}
        self._shared = {self.canonical(account) for account in registers.shared}
        self.shared_addresses = registers.shared
        self._known: dict[str, tuple[str, str, str]] = {}

    def canonical(self, account: str) -> str:
        r"""Return the account in one form: realm, backslash, user, in small letters.

        >>> Identities(Registers(), {"hq.example": "hq"}).canonical("Ann%40HQ.example")
        'hq\\ann'
        """
        account = unquote(account).strip().casefold()
        if "\\" in account:
            realm, _, user = account.partition("\\")
        elif "@" in account:
            user, _, realm = account.rpartition("@")
        else:
            realm, user = "", account
        return f"{self._realms.get(realm, realm)}\\{user}"

    def resolve(self, accounts: pl.Series) -> pl.DataFrame:
        """Return `user_name`, `person` (to make a pseudonym of) and `attribution` per distinct account."""
        names = accounts.cast(pl.String).to_list()
        return pl.DataFrame(
            [self._resolved(name) for name in names],
            schema={"user_name": pl.String, "person": pl.String, "attribution": pl.String},
            orient="row",
        )

    def _resolved(self, name: str) -> tuple[str, str, str]:
        known = self._known.get(name)
        if known is None:
            one = self.canonical(name)
            person = f"person:{self._person_of[one]}" if one in self._person_of else f"account:{one}"
            known = self._known[name] = (name, person, self._attribution(one))
        return known

    def _attribution(self, account: str) -> str:
        if account.endswith("$"):
            return "machine"
        if account in self._service:
            return "service"
        return "shared" if account in self._shared else "person"
