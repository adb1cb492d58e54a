"""The lines of a class list: which hosts and paths a pattern stands for, and whether it is well formed."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from tldextract import TLDExtract

from netaudit.definitions.taxonomy import did_you_mean
from netaudit.errors import Problem

LIST_COLUMNS = ("pattern", "site", "role", "note")
OVERRIDE_COLUMNS = ("pattern", "category", "reason", "author", "date", "expires", "ticket")
ROLES = ("page", "asset")
WHOLE_SUFFIX_NOTE = "whole suffix"

# RFC 1035 §2.3.4: labels of 63 octets at most; underscores occur in real host names.
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_PATH = re.compile(r"(?:/[^/?#\s*]+)+/")


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern and what it says about the hosts it stands for."""

    pattern: str  # as written
    host: str
    path: str  # "" unless kind is "path"; else begins and ends with "/"
    kind: Literal["suffix", "exact", "path"]
    category: str
    site: str  # "": of each host its own registered domain (whole public suffixes)
    registered_domain: str
    role: str
    where: str  # file:line


@cache
def suffix_list() -> TLDExtract:
    """Return the public suffix list as shipped with tldextract: it never goes online and writes no cache.

    Source: https://publicsuffix.org/list/ (the snapshot inside tldextract).
    """
    return TLDExtract(suffix_list_urls=(), cache_dir=None)


def registered_domain(host: str, *, private: bool) -> str:
    """Return the registered domain of a host, or "" for a public suffix and for an address.

    With `private`, suffixes that companies give away names under (github.io) count as public ones.

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
    parts = suffix_list().extract_str(host, include_psl_private_domains=private)
    if parts.suffix or not parts.domain or parts.ipv4 or parts.ipv6:
        return parts.top_domain_under_public_suffix
    above = parts.subdomain.rpartition(".")[2]
    return f"{above}.{parts.domain}" if above else ""


def is_public_suffix(host: str) -> bool:
    """Return whether strangers register names directly under the host.

    >>> is_public_suffix("co.uk"), is_public_suffix("example.org"), is_public_suffix("server01")
    (True, False, False)
    """
    return suffix_list().extract_str(host).suffix == host


def read_rows(path: Path, columns: Sequence[str]) -> tuple[list[tuple[int, dict[str, str]]], list[Problem]]:
    """Return the rows of a list with their line numbers, and every fault of its form.

    Empty lines and lines that begin with `#` are skipped. Missing cells at the end of a line are empty.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return [], [Problem(f"the list cannot be read: {error}", str(path), "save it as UTF-8 text")]
    try:
        lines = list(_lines(text))
    except csv.Error as error:
        return [], [
            Problem(f"the list cannot be read: {error}", str(path), "save it as comma-separated text")
        ]
    number, header = lines[0] if lines else (1, [])
    problems = [
        Problem(f"unknown column '{name}'", f"{path}:{number}", did_you_mean(name, columns))
        for name in header
        if name not in columns
    ]
    if not problems and header != list(columns):
        problems = [
            Problem(
                "the header is not complete", f"{path}:{number}", "the first line is " + ",".join(columns)
            )
        ]
    if problems:
        return [], problems
    rows = []
    for number, cells in lines[1:]:
        if len(cells) > len(columns):
            remedy = "put a text with a comma in double quotes"
            problems.append(Problem(f"{len(cells)} cells, not {len(columns)}", f"{path}:{number}", remedy))
            continue
        filled = [cell.strip() for cell in cells] + [""] * (len(columns) - len(cells))
        rows.append((number, dict(zip(columns, filled, strict=True))))
    return rows, problems


def read_rule(
    pattern: str, category: str, where: str, *, site: str = "", role: str = "", note: str = ""
) -> tuple[Rule, list[Problem]]:
    """Return a pattern's rule, with every fault of the pattern, its site and its role."""
    problems = [Problem(what, where, remedy) for what, remedy in _pattern_faults(pattern)]
    host, slash, path = pattern.removeprefix("=").partition("/")
    kind: Literal["suffix", "exact", "path"] = (
        "path" if slash else "exact" if pattern.startswith("=") else "suffix"
    )
    if site and not _HOST.fullmatch(site):
        problems.append(Problem(f"site '{site}' is not a host name", where, "write it as in example.org"))
    if role and role not in ROLES:
        problems.append(Problem(f"role is '{role}'", where, "it is empty (a page) or 'asset'"))
    domain = "" if problems else registered_domain(host, private=False)
    if kind == "suffix" and not domain and not note.startswith(WHOLE_SUFFIX_NOTE) and not problems:
        remedy = f"begin its note with '{WHOLE_SUFFIX_NOTE}' if every name under it belongs to the class"
        problems.append(Problem(f"'{pattern}' is a public suffix or an address", where, remedy))
    own_site = "" if kind == "suffix" and not domain else domain or host
    return Rule(
        pattern, host, slash + path, kind, category, site or own_site, domain, role or "page", where
    ), problems


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, next(csv.reader([line]))


def _pattern_faults(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a pattern, and what to do."""
    if not pattern.isascii():
        host = pattern.removeprefix("=").partition("/")[0]
        yield f"pattern '{pattern}' is not ASCII", f"write its punycode form, {_punycode(host)}"
        return
    if pattern != pattern.lower():
        yield f"pattern '{pattern}' has capital letters", f"write '{pattern.lower()}'"
        return
    host, slash, path = pattern.removeprefix("=").partition("/")
    if not _HOST.fullmatch(host):
        remedy = (
            "write example.org, =host.example.org or example.org/path/: no scheme, port, space or wildcard"
        )
        yield f"'{pattern}' is not a pattern", remedy
    elif slash and pattern.startswith("="):
        yield f"'{pattern}' is exact and has a path", "leave '=' away: a path pattern is a prefix"
    elif slash and not _PATH.fullmatch(slash + path):
        yield f"the path of '{pattern}' is not a prefix", "end it with '/', as in example.org/path/"


def _punycode(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return "xn--…"
