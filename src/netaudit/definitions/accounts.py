"""The one form in which accounts are compared, however a log, a directory or a register writes them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote


def canonical_account(account: str, realms: Mapping[str, str]) -> str:
    r"""Return an account as realm, backslash, user, in small letters.

    Args:
        account: such as `EX\ann`, `ann@example.nhs.uk` or `ann`, as the log writes it or with its signs escaped.
        realms: which realm is equal to which other one.

    >>> canonical_account("Ann%40HQ.example", {"hq.example": "hq"})
    'hq\\ann'
    """
    account = unquote(account).strip().casefold()
    if "\\" in account:
        realm, _, user = account.partition("\\")
    elif "@" in account:
        user, _, realm = account.rpartition("@")
    else:
        realm, user = "", account
    return f"{realms.get(realm, realm)}\\{user}"
