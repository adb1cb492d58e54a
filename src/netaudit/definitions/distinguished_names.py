"""Distinguished names of a directory (RFC 4514), and the paths in which filters write them, in one form each."""

from __future__ import annotations

import re
import unicodedata


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A value in quotes is of the older RFC 1779; Windows writes names with ; as well.
_PAIR = re.compile(
    r"""\s*([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)\s*=\s*("(?:[^"\\]|\\.)*"|(?:[^",;+\\]|\\.)*)""", re.DOTALL
)
_PARTING = ",;+"
# What a directory calls the parts of a name (RFC 4519 §2, and Active Directory). A text with = in it that begins
# otherwise is an account like any other.
_TYPES = _words("""
    cn ou o dc uid userid l st s c sn g givenname gn initials title street streetaddress postalcode serialnumber
    dnqualifier pseudonym e email emailaddress mail t oid samaccountname userprincipalname ou1 ou2 description
    organizationname organizationalunitname commonname domaincomponent countryname localityname stateorprovincename
""")
_PATH = re.compile(r"(?:ldaps?|gc|winnt|nds)://([^\s/]*)[\s/]+(.*)", re.IGNORECASE | re.DOTALL)
_CANONICAL_PATH = "ldap:\\"  # a realm of Windows holds no colon
_ESCAPE = re.compile(r"\\([0-9A-Fa-f]{2}(?:\\[0-9A-Fa-f]{2})*|.)", re.DOTALL)
_SPECIAL = re.compile(r'([,;+"\\<>=/])')
_BLANKS = re.compile(r"\s+")


def is_distinguished_name(text: str) -> bool:
    r"""Return whether a text is a distinguished name.

    >>> is_distinguished_name("CN=Agent Smith,OU=fr,O=company"), is_distinguished_name("ann=smith")
    (True, False)
    """
    return bool(_pairs(text))


def canonical_name(name: str) -> str:
    r"""Return a distinguished name in small letters, with one way of escaping and without needless blanks.

    >>> canonical_name('cn="Smith, Ann" , O=Ex'), canonical_name(r"CN=Smith\2C  Ann,o=EX")
    ('cn=smith\\, ann,o=ex', 'cn=smith\\, ann,o=ex')
    """
    return "".join(f"{parting}{kind}={_escaped(value)}" for parting, kind, value in _pairs(name))


def ldap_path(text: str) -> str | None:
    r"""Return the one form of a directory's path and a name in it; None for anything else.

    Source: Forcepoint (Websense), `LDAP://server OU=…,DC=…/name`; the server is whichever answered.

    >>> ldap_path(r"LDAP://dc1 OU=Staff,DC=ex,DC=com/SMITH\, Ann")
    'ldap:\\ou=staff,dc=ex,dc=com/smith\\, ann'
    """
    if text.casefold().startswith(_CANONICAL_PATH):
        rest = text[len(_CANONICAL_PATH) :]
    elif found := _PATH.fullmatch(text):
        rest = found[2]
    else:
        return None
    base, name = _parted(rest.strip())
    if is_distinguished_name(base):
        folded = canonical_name(base)
    else:
        name, folded = f"{base}/{name}" if name else base, ""
    return f"{_CANONICAL_PATH}{folded}{'/' if folded and name else ''}{_escaped(_plain(name))}"


def _parted(rest: str) -> tuple[str, str]:
    """Return what stands before and after the first slash that is not escaped."""
    at = 0
    while at < len(rest) and rest[at] != "/":
        at += 2 if rest[at] == "\\" else 1
    return rest[:at], rest[at + 1 :]


def _pairs(text: str) -> list[tuple[str, str, str]]:
    """Return the parts of a distinguished name: what parts it from the one before, type, value; none if it is none."""
    found: list[tuple[str, str, str]] = []
    at, parting = 0, ""
    while True:
        pair = _PAIR.match(text, at)
        if pair is None or (pair[1].lower() not in _TYPES and not (found or pair[1][0].isdigit())):
            return []
        found.append((parting, pair[1].casefold(), _plain(pair[2])))
        at = pair.end()
        while at < len(text) and text[at].isspace():
            at += 1
        if at == len(text):
            return found
        if text[at] not in _PARTING:
            return []
        parting, at = "+" if text[at] == "+" else ",", at + 1


def _plain(value: str) -> str:
    """Return a value without quotes and escapes, in small letters, its blanks as one."""
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    value = _ESCAPE.sub(_unescaped, value)
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFD", value).casefold())
    return _BLANKS.sub(" ", folded).strip()


def _unescaped(found: re.Match[str]) -> str:
    if len(found[1]) == 1:
        return found[1]
    return bytes.fromhex(found[1].replace("\\", "")).decode("utf-8", "replace")


def _escaped(value: str) -> str:
    return _SPECIAL.sub(r"\\\1", value)
