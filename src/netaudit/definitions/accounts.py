"""Accounts: what a log's text for a user means, and the one form in which accounts are compared.

Two steps, which must not be mixed up. `as_meant` is for texts out of logs, `unescaped` for what somebody copies from
them: they undo %5C, once. `canonical_account` is for accounts, whoever wrote them; what comes out goes in again
unchanged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import unquote

from netaudit.definitions.distinguished_names import canonical_name, is_distinguished_name, ldap_path


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# How logs write that they know no user. Beside these a format has null words of its own. A name with a realm is never
# among them: none@example.org is somebody.
_NOBODY = _words("""
    - -- --- ? * none (none) <none> [none] null (null) <null> nil undefined unknown (unknown) <unknown> unknown_user
    unknown-user n/a n.a. #n/a anonymous (anonymous) <anonymous> anonymous_user anonymous-user unavailable
    not_available not-available notavailable unauthenticated unauthenticated_user not_authenticated
    not-authenticated notauthenticated unidentified no_user nouser no-user (empty) <empty> empty nobody invalid
""") | {
    "unknown user", "anonymous user", "anonymous logon", "not available", "unauthenticated user", "not authenticated",
    "no user", "user unknown",
}  # fmt: skip
_NOBODY_AS_WRITTEN = frozenset({"NA"})  # in small letters it may well be somebody's
_QUOTES = "\"'\u201c\u201d\u2018\u2019"
_BLANK = " \t\r\n\f\v\u00a0\u0000"
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_BACKSLASHES = re.compile(r"\\+")
_SLASHED = re.compile(r"[^/\\@:]+/[^/\\@:]+")
# Of these realms all accounts are of the machine itself, in the languages in which Windows names them.
_MACHINE_REALMS = frozenset({
    "nt authority", "nt-autorität", "autorite nt", "autorité nt", "autoridad nt", "autoridade nt", "nt-instans",
    "nt service", "nt-dienst", "nt virtual machine", "builtin", "vordefiniert", "iis apppool", "window manager",
    "font driver host", "local service", "network service",
})  # fmt: skip
_MACHINE_USERS = frozenset({
    "system", "localsystem", "local system", "local service", "localservice", "network service", "networkservice",
    "anonymous logon", "krbtgt", "s-1-5-18", "s-1-5-19", "s-1-5-20",
})  # fmt: skip
_MACHINE_USER = re.compile(r"(?:dwm|umfd)-\d+")
# A Kerberos principal of a service: host/pc.example@REALM. Source: Microsoft's list of service classes (sPNMappings).
_SERVICE_CLASSES = _words("""
    host restrictedkrbhost http https www cifs ldap gc dns wsman termsrv termserv rpc rpcss nfs imap imaps pop pop3
    smtp ftp mssqlsvc mssql krbtgt kadmin afs sip xmpp hdfs hive impala postgres oracle vnc rfb exchangemdb
    exchangeab
""")


def as_meant(text: str, *, escaped: bool = True) -> str | None:
    r"""Return the account that a log's text for a user names, its realm as it is written; None for nobody.

    Args:
        text: as the log has it.
        escaped: characters may be written as %5C; once that is undone it must not be undone again.

    >>> [as_meant(text) for text in ('"EX%5CAnn" ', "a%2540b", "(null)", "none@example.org", "EX\\-")]
    ['EX\\Ann', 'a%40b', None, 'none@example.org', None]
    """
    plain = _plain(text)
    if escaped:
        plain = _plain(unescaped(plain))
    realm, _, user = plain.rpartition("\\")
    bare = plain if "\\" not in plain else user
    if not bare or plain in _NOBODY_AS_WRITTEN or (not realm and bare.casefold() in _NOBODY) or bare == "-":
        return None
    return None if plain.startswith("@") else plain


def canonical_account(account: str, realms: Mapping[str, str]) -> str:
    r"""Return an account as realm, backslash, user, in small letters.

    A distinguished name is one user without a realm, however its spaces, letters and escapes are written. What a
    directory's path names (`LDAP://server OU=…/name`) is a user of that path, whichever server said so. Neither is
    taken for any other account.

    Args:
        account: such as `EX\ann`, `EX/ann`, `ann@example.nhs.uk` or `ann`, without escapes (see `as_meant`).
        realms: which realm is equal to which other one.

    >>> canonical_account("Ann@HQ.example", {"hq.example": "hq"}), canonical_account("CN=Ann, O=Ex", {})
    ('hq\\ann', '\\cn=ann,o=ex')
    """
    text = unicodedata.normalize("NFC", account).strip(_BLANK)
    path = ldap_path(text)
    if path is not None:
        return path
    if is_distinguished_name(text):
        return f"\\{canonical_name(text)}"
    text = _folded(text)
    if "\\" in text:
        realm, _, user = _BACKSLASHES.sub(r"\\", text).partition("\\")
        if not realm and is_distinguished_name(user):
            return f"\\{canonical_name(user)}"
    elif "@" in text:
        user, _, realm = text.rpartition("@")
    elif _SLASHED.fullmatch(text) and text.partition("/")[0] not in _SERVICE_CLASSES:
        realm, _, user = text.partition("/")  # neither part of a Windows account can hold a slash
    else:
        realm, user = "", text
    realm, user = _without_dots(realm.strip(_BLANK)), _without_dots(user.strip(_BLANK))
    return f"{realms.get(realm, realm)}\\{user}"


def is_machine(account: str) -> bool:
    r"""Return whether an account in canonical form is a machine's or a part of its system's, and nobody's.

    >>> [is_machine(one) for one in ("ex\\pc-0417$", "nt authority\\system", "example\\host/pc", "\\ann")]
    [True, True, True, False]
    """
    realm, _, user = account.partition("\\")
    service, slash, _ = user.partition("/")
    return (
        account.endswith("$")
        or realm in _MACHINE_REALMS
        or user in _MACHINE_USERS
        or _MACHINE_USER.fullmatch(user) is not None
        or bool(slash and service in _SERVICE_CLASSES)
    )


def _plain(text: str) -> str:
    """Return the text without blanks and quotes around it; a quote inside a name stays."""
    plain = text.strip(_BLANK)
    while len(plain) > 1 and plain[0] in _QUOTES and plain[-1] in _QUOTES:
        plain = plain[1:-1].strip(_BLANK)
    return "" if plain in {*_QUOTES} else plain


def unescaped(text: str) -> str:
    r"""Return a text with characters in place of %5C and the like, as somebody copies it from a log.

    >>> unescaped("EX%5Cann"), unescaped("50%off"), unescaped("ann%0A")
    ('EX\\ann', '50%off', 'ann%0A')
    """
    if not _ESCAPED.search(text):
        return text
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text
    return decoded if decoded.isprintable() else text


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def _without_dots(text: str) -> str:
    """Return the text without dots at its end; the realm `.` alone is the machine itself."""
    return text.rstrip("." + _BLANK) or text
