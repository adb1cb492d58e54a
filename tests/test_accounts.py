"""Accounts: one form for each, and two accounts never in one form."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import quote

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.definitions.accounts import as_meant, canonical_account, is_machine, unescaped
from netaudit.definitions.distinguished_names import canonical_name, is_distinguished_name
from netaudit.definitions.registers import Registers
from netaudit.protect import Identities

REALMS = {"hq.example": "hq"}
# What accounts are made of, in Windows and elsewhere; a dot or a blank cannot end them.
WORDS = st.from_regex(r"[a-z0-9_]([a-z0-9_. '-]{0,12}[a-z0-9_])?", fullmatch=True).filter(
    lambda word: as_meant(word) == word
)
VALUES = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="\x7f\xa0\xad"), min_size=1, max_size=8
)


def same(*accounts: str) -> bool:
    return len({canonical_account(one, REALMS) for one in accounts}) == 1


@pytest.mark.parametrize(
    "forms",
    [
        ("EX\\Ann", "ex\\ann", "EX\\\\ann", "EX/ann", "ann@EX", "ann@ex.", " ex\\ann "),
        ("ann@hq.example", "HQ\\ann", "hq.example\\Ann"),
        ("CN=Agent Smith,OU=fr,O=company", "cn=agent  smith, ou=FR, o=Company", 'CN="Agent Smith";OU=fr;O=company'),
        ("CN=Smith\\, Ann,O=x", 'cn="Smith, Ann",o=X', "CN=Smith\\2C Ann,O=x"),
        ("LDAP://dc1 OU=a,DC=b,DC=com/TEST\\, NAME", "ldap://dc2 ou=A, dc=b, dc=COM/Test\\2C Name"),
    ],
)
def test_an_account_is_one_however_it_is_written(forms: tuple[str, ...]) -> None:
    assert same(*forms), [canonical_account(one, REALMS) for one in forms]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("EX\\ann", "OTHER\\ann"),
        ("EX\\ann", "ann"),
        (".\\ann", "ann"),
        ("CN=ann,DC=ex", "ann@ex"),
        ("CN=ann,DC=ex", "ann"),
        ("CN=ann,OU=a,DC=ex", "CN=ann,OU=b,DC=ex"),
        ("CN=ann,O=x", "CN=ann\\,O\\=x"),
        ("LDAP://dc1 OU=a,DC=ex/ann", "LDAP://dc1 OU=b,DC=ex/ann"),
        ("LDAP://dc1 OU=a,DC=ex/ann", "CN=ann,OU=a,DC=ex"),
        ("ann%40ex", "ann@ex"),
        ("none@example.org", "none"),
    ],
)
def test_different_accounts_stay_apart(one: str, other: str) -> None:
    assert not same(one, other)


@given(
    st.text(max_size=30)
    | st.from_regex(r"(LDAP://)?[A-Za-z]{1,3}=[ -~]{0,20}(,[A-Z]{1,2}=[ -~]{0,9})*", fullmatch=True)
)
def test_what_comes_out_goes_in_again_unchanged(text: str) -> None:
    once = canonical_account(text, REALMS)
    assert canonical_account(once, REALMS) == once


@given(WORDS, WORDS, WORDS, WORDS)
def test_realm_and_user_alone_tell_accounts_apart(realm: str, user: str, realm_2: str, user_2: str) -> None:
    forms = [f"{realm}\\{user}", f"{user.upper()}@{realm}", f"{realm.upper()}\\{user}"]
    assert same(*forms)
    if (realm, user) != (realm_2, user_2):
        assert not same(forms[0], f"{realm_2}\\{user_2}")


@given(st.lists(VALUES, min_size=1, max_size=4), st.lists(VALUES, min_size=1, max_size=4))
def test_the_values_of_a_distinguished_name_alone_tell_it_apart(some: list[str], others: list[str]) -> None:
    def name(values: list[str], blank: str = "") -> str:
        escaped = [re.sub(r'([,;+"\\<>=/#])', r"\\\1", one) for one in values]
        return f"{blank},{blank}".join(
            f"{kind}={blank}{one}" for kind, one in zip(["CN", *"oooo"], escaped, strict=False)
        )

    assert same(name(some), name(some, " ").swapcase() if all(one.isascii() for one in some) else name(some, "  "))
    if [one.casefold() for one in some] != [one.casefold() for one in others]:
        plain = {canonical_name(name(one)) for one in (some, others)}
        assert len(plain) == 2 or canonical_name(name(some)) == canonical_name(name([one.casefold() for one in others]))


@given(WORDS, WORDS)
def test_what_is_escaped_once_is_undone_once(realm: str, user: str) -> None:
    account = f"{realm}\\{user}"
    assert as_meant(quote(account)) == account
    assert as_meant(quote(quote(account))) == quote(account)
    assert as_meant(quote(account), escaped=False) == quote(account)


@pytest.mark.parametrize(
    "text",
    ["-", "", " ", "anonymous", "Anonymous", "N/A", "n/a", "NA", "None", "null", "(null)", "unknown", "Unavailable",
     "Not available", "unauthenticated", '"-"', '""', "EX\\-", "EX\\", "\\", "@example.org", "%2D", "ANONYMOUS LOGON"],
)  # fmt: skip
def test_words_that_name_nobody(text: str) -> None:
    assert as_meant(text) is None


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("none@example.org", "none@example.org"),
        ("EX\\unknown", "EX\\unknown"),
        ("na", "na"),
        ('""ann""', "ann"),
        ("'EX\\ann' ", "EX\\ann"),
        ("O'Neil", "O'Neil"),
        ("50%off", "50%off"),
        ("ann%0A", "ann%0A"),
        ("ann%E9", "ann%E9"),
        ("CN=Agent Smith,OU=fr,O=company", "CN=Agent Smith,OU=fr,O=company"),
    ],
)
def test_names_of_somebody_stay(text: str, account: str) -> None:
    assert as_meant(text) == account


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        ("EX\\PC-0417$", "machine"),
        ("pc-0417$@ex.example", "machine"),
        ("host/pc-0417.ex.example@EX.EXAMPLE", "machine"),
        ("host/pc-0417", "machine"),
        ("NT AUTHORITY\\SYSTEM", "machine"),
        ("autorite nt\\service réseau", "machine"),
        ("SYSTEM", "machine"),
        ("Window Manager\\DWM-1", "machine"),
        ("EX\\ann", "person"),
        ("ann", "person"),
        ("EX/ann", "person"),
        ("CN=Agent Smith,OU=fr", "person"),
    ],
)
def test_accounts_of_machines_are_nobodys(account: str, kind: str) -> None:
    found = Identities(Registers(), {}).resolve(pl.Series([account]), date(2026, 3, 10))
    assert found["attribution"].to_list() == [kind]
    assert is_machine(canonical_account(account, {})) == (kind == "machine")


def test_what_is_copied_from_a_log_is_understood_in_registers() -> None:
    assert unescaped("EX%5Cann") == "EX\\ann"
    assert not is_distinguished_name("a=b")
