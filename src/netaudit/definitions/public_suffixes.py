"""Which part of a host was registered by somebody, by the public suffix list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from netaudit.errors import DefinitionError, Problem

# The snapshot that tldextract carries is read here, and tldextract itself left alone: importing it brings an HTTP
# client along, and it looks at one host in the time in which this module looks at five.
_PACKAGE, _FILE = "tldextract", ".tld_set_snapshot"
_PRIVATE_PART = "// ===BEGIN PRIVATE DOMAINS==="
_PLAIN, _WILDCARD, _EXCEPTION = 1, 2, 4
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")

Suffixes = Mapping[str, int]  # what is said of a name: _PLAIN, _WILDCARD (of the names under it), _EXCEPTION


@cache
def public_suffixes(*, private: bool) -> Suffixes:
    """Return the public suffix list, ready for look-up; internationalised names are in punycode.

    Args:
        private: whether suffixes that companies give away names under (github.io) count as public ones.

    Raises:
        DefinitionError: the list is not where the package that carries it is installed.

    Source: https://publicsuffix.org/list/ (the snapshot inside tldextract).
    """
    lines = _snapshot()
    # https://github.com/publicsuffix/list/wiki/Format: a rule is a line up to its first space; "//" is a comment.
    part = lines if private else lines[: lines.index(_PRIVATE_PART)]
    rules = [line.split(maxsplit=1)[0] for line in part if line and line[0] not in "/ \t"]
    suffixes = dict.fromkeys(rules, _PLAIN)
    for rule in [rule for rule in rules if rule[0] in "*!"]:
        del suffixes[rule]
        name, said = (rule[1:], _EXCEPTION) if rule[0] == "!" else (rule.removeprefix("*."), _WILDCARD)
        suffixes[name] = suffixes.get(name, 0) | said
    for name in [name for name in suffixes if not name.isascii()]:
        suffixes[_punycode(name)] = suffixes[name]
    return suffixes


def registered_domain(host: str, *, private: bool) -> str:
    """Return the registered domain of a host, or "" for a public suffix and for an address.

    The host is in the form that patterns use: small letters, punycode, no port. With `private`, suffixes that
    companies give away names under (github.io) count as public ones.

    >>> registered_domain("www.leeds.ac.uk", private=False)
    'leeds.ac.uk'
    >>> registered_domain("someone.github.io", private=True)
    'someone.github.io'
    >>> registered_domain("nhs.uk", private=False)
    ''
    >>> registered_domain("www.trust.example", private=False)
    'trust.example'

    Source: https://github.com/publicsuffix/list/wiki/Format#algorithm (a last label that no rule names is a
    public suffix).
    """
    return _registered(host, public_suffixes(private=private))


def registered_domains(hosts: Iterable[str | None], *, private: bool) -> list[str]:
    """Return the registered domain of each host, as `registered_domain` does of one; "" for null."""
    suffixes = public_suffixes(private=private)
    return ["" if host is None else _registered(host, suffixes) for host in hosts]


def is_public_suffix(host: str) -> bool:
    """Return whether strangers register names directly under the host.

    >>> is_public_suffix("co.uk"), is_public_suffix("example.org"), is_public_suffix("server01")
    (True, False, False)
    """
    suffixes = public_suffixes(private=False)
    under = host.lower().partition(".")[2]
    said, above = suffixes.get(host.lower(), 0), suffixes.get(under, 0)
    return bool(said & _PLAIN or (above & _WILDCARD and not said & _EXCEPTION))


def _registered(host: str, suffixes: Suffixes) -> str:
    text, above, further = host, "", ""  # what is looked up, and the same with one label and with two labels more
    while True:
        said = suffixes.get(text)
        if said is not None:
            if said == _PLAIN:
                return above
            if said & _EXCEPTION:
                return text
            if said & _WILDCARD and above:
                return further
            if said & _PLAIN:
                return above
        _, dot, rest = text.partition(".")
        if not dot:
            return "" if _is_address(host) else above
        text, above, further = rest, text, above


@cache
def _snapshot() -> list[str]:
    spec = find_spec(_PACKAGE)
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / _FILE
        if path.is_file():
            return path.read_text(encoding="utf-8").splitlines()
    raise DefinitionError(Problem("the public suffix list is missing", f"{_PACKAGE}/{_FILE}", "install netaudit again"))


@cache
def _punycode(name: str) -> str:
    # The list is in the normal form of names already, so that nothing but the encoding is left to do.
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii") for label in name.split(".")
    )


def _is_address(host: str) -> bool:
    return host[-1:].isdigit() and _IPV4.fullmatch(host) is not None
