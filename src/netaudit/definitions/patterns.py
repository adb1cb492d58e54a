"""The patterns of class lists: which hosts and paths each stands for, and whether it is well formed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from netaudit.definitions.public_suffixes import registered_domain, registered_domains
from netaudit.errors import Problem

LIST_COLUMNS = ("pattern", "site", "role", "note")
ROLES = ("page", "asset")
WHOLE_SUFFIX_NOTE = "whole suffix"
RULES = pl.Schema(
    {
        "pattern": pl.String,  # as written
        "host": pl.String,
        "path": pl.String,  # "" unless kind is "path"; else begins and ends with "/"
        "kind": pl.String,  # suffix, exact, path
        "category": pl.String,
        "site": pl.String,  # "": of each host its own registered domain (whole public suffixes)
        "registered_domain": pl.String,
        "role": pl.String,
        "where": pl.String,  # file:line
    }
)

# RFC 1035 §2.3.4: labels of 63 octets at most; underscores occur in real host names.
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_PATH = re.compile(r"(?:/[^/?#\s*]+)+/")
# Admits nothing that `_pattern_faults` finds a fault in; what it does not admit is looked at by itself.
_WELL_FORMED = rf"^(?:=?{_HOST.pattern}|{_HOST.pattern}(?:/[!-~&&[^/?#*A-Z]]+)+/)$"


def with_rules(rows: pl.DataFrame) -> tuple[pl.DataFrame, dict[int, list[Problem]]]:
    """Return the RULES of rows of class lists, and by row number every fault of a pattern, its site or its role.

    Args:
        rows: LIST_COLUMNS, `category` and `where`.
    """
    bare = pl.col("pattern").str.strip_prefix("=")
    host_and_path = bare.str.splitn("/", 2).struct
    path = host_and_path.field("field_1")
    rules = rows.with_columns(
        host=host_and_path.field("field_0"),
        path=pl.when(path.is_null()).then(pl.lit("")).otherwise("/" + path),
        kind=pl.when(path.is_not_null())
        .then(pl.lit("path"))
        .when(pl.col("pattern").str.starts_with("="))
        .then(pl.lit("exact"))
        .otherwise(pl.lit("suffix")),
    )
    domains = registered_domains(rules.get_column("host"), private=False)
    rules = rules.with_columns(pl.Series("registered_domain", domains, dtype=pl.String))
    no_domain = pl.col("registered_domain") == ""
    whole_suffix = no_domain & (pl.col("kind") == "suffix")
    sound = (
        pl.col("pattern").str.contains(_WELL_FORMED)
        & ((pl.col("site") == "") | pl.col("site").str.contains(f"^{_HOST.pattern}$"))
        & pl.col("role").is_in(["", *ROLES])
        & (~whole_suffix | pl.col("note").str.starts_with(WHOLE_SUFFIX_NOTE))
    )
    doubtful = rules.with_row_index("row").filter(~sound)
    problems = {row["row"]: list(_problems(row)) for row in doubtful.iter_rows(named=True)}
    rules = rules.with_columns(
        site=pl.when(pl.col("site") != "")
        .then("site")
        .when(whole_suffix)
        .then(pl.lit(""))
        .when(no_domain)
        .then("host")
        .otherwise("registered_domain"),
        role=pl.when(pl.col("role") != "").then("role").otherwise(pl.lit("page")),
    )
    return rules.select(RULES.names()), problems


def is_host(text: str) -> bool:
    """Return whether a text is a host in the form that patterns use.

    >>> is_host("www.example.org"), is_host("Example.org"), is_host("example.org:80")
    (True, False, False)
    """
    return _HOST.fullmatch(text) is not None


def not_hosts(hosts: Iterable[str], where: str, *, suffixes: bool = False) -> list[Problem]:
    """Return what is wrong with texts that should be names of hosts or sites, or with `suffixes` of whole suffixes."""
    problems = []
    for host in hosts:
        faults = list(_pattern_faults(host))
        if not faults and (host.startswith("=") or "/" in host):
            faults = [(f"'{host}' is not a host name", "write it as in example.org")]
        if not faults and not suffixes and not registered_domain(host, private=False):
            faults = [(f"'{host}' is a public suffix or an address", "name a site")]
        problems += [Problem(what, where, remedy) for what, remedy in faults]
    return problems


def _problems(row: Mapping[str, str]) -> Iterator[Problem]:
    pattern, where, site, role = row["pattern"], row["where"], row["site"], row["role"]
    sound = True
    for what, remedy in _faults(pattern, site, role):
        sound = False
        yield Problem(what, where, remedy)
    whole = row["note"].startswith(WHOLE_SUFFIX_NOTE)
    if sound and row["kind"] == "suffix" and not whole and not registered_domain(row["host"], private=False):
        remedy = f"begin its note with '{WHOLE_SUFFIX_NOTE}' if every name under it belongs to the class"
        yield Problem(f"'{pattern}' is a public suffix or an address", where, remedy)


def _faults(pattern: str, site: str, role: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the form of a row, and what to do."""
    yield from _pattern_faults(pattern)
    if site and not _HOST.fullmatch(site):
        yield f"site '{site}' is not a host name", "write it as in example.org"
    if role and role not in ROLES:
        yield f"role is '{role}'", "it is empty (a page) or 'asset'"


def _pattern_faults(pattern: str) -> Iterator[tuple[str, str]]:
    if not pattern.isascii():
        host = pattern.removeprefix("=").partition("/")[0]
        yield f"pattern '{pattern}' is not ASCII", f"write its punycode form, {_punycode(host)}"
        return
    if pattern != pattern.lower():
        yield f"pattern '{pattern}' has capital letters", f"write '{pattern.lower()}'"
        return
    host, slash, path = pattern.removeprefix("=").partition("/")
    if not _HOST.fullmatch(host):
        remedy = "write example.org, =host.example.org or example.org/path/: no scheme, port, space or wildcard"
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
