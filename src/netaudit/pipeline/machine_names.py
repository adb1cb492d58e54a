"""Hosts that are machines in the house, or somebody's own: told apart, without their names and addresses."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import polars as pl

from netaudit.contracts.distinct import Distinct
from netaudit.definitions.taxonomy import INTERNAL, UNCATEGORISED_IP
from netaudit.definitions.tiers import INTERNAL as BY_FORM
from netaudit.protect import Pseudonyms

_NAMED = ("url_domain", "site")
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052 §2.1: an IPv4 address stands in its last 32 bits
_LAST_32_BITS = (1 << 32) - 1
_KNOWN_BY = "machine-"  # stands before what tells one machine from others, for one period


class MachineNames:
    """The addresses from which requests came in one run, and what stands for hosts that are no site of the internet.

    A policy lets domain names be recorded. `pc-ann-smith` is none, nor is an address at home, or the address from
    which somebody asked. What an override names is a site that the organisation knows, and keeps its name.
    """

    def __init__(self) -> None:
        self._clients: set[str] = set()  # as logs write them
        self._addresses: set[str] = set()  # in one form

    def note(self, sources: pl.Series) -> None:
        """Take note of the addresses from which requests came."""
        found = set(Distinct(sources).values.cast(pl.String).to_list()) - self._clients
        self._clients |= found
        self._addresses |= set(map(_address, found))

    def hidden(self, classes: pl.DataFrame, pseudonyms: Pseudonyms) -> pl.DataFrame | None:
        """Return classes of hosts in which machines have names that only the period's key can make; None for no change.

        Args:
            classes: with `url_domain`, `site`, `category` and `category_tier`.
            pseudonyms: the period's.
        """
        by_form = classes["category_tier"] == BY_FORM
        internal = by_form & (classes["category"] == INTERNAL)
        addresses = (by_form & (classes["category"] == UNCATEGORISED_IP)).fill_null(value=False)
        rows = internal.fill_null(value=False).arg_true().to_list()
        hosts = classes["site"].cast(pl.String)  # the address in its usual form, however it was written
        rows += [row for row in addresses.arg_true() if _address(hosts[row] or "") in self._addresses]
        if not rows:
            return None
        return classes.with_columns(
            column.cast(pl.String).scatter(rows, _names(column.gather(rows), pseudonyms)).cast(column.dtype)
            for column in classes.select(_NAMED)
        )


def _names(texts: pl.Series, pseudonyms: Pseudonyms) -> pl.Series:
    known = texts.is_not_null().arg_true()
    keys = pseudonyms.of_pages("machine:" + texts.cast(pl.String).gather(known))
    names = [f"{_KNOWN_BY}{key % (1 << 64):016x}" for key in keys]
    return pl.Series([None], dtype=pl.String).new_from_index(0, len(texts)).scatter(known, names)


def _address(text: str) -> str:
    """Return an address in the one form that its kind has, without brackets and port; other text as it is.

    >>> _address("[2001:DB8::0:1]:443"), _address("::ffff:192.0.2.7"), _address("192.0.2.7:51000")
    ('2001:db8::1', '192.0.2.7', '192.0.2.7')
    >>> _address("[64:ff9b::c000:207]"), _address("[2002:c000:207::1]")
    ('192.0.2.7', '192.0.2.7')
    """
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    bare = bare.partition(":")[0] if bare.count(":") == 1 else bare
    try:
        found = ip_address(bare.partition("%")[0])
    except ValueError:
        return text
    if not isinstance(found, IPv6Address):
        return str(found)
    translated = IPv4Address(int(found) & _LAST_32_BITS) if found in _NAT64 else None
    return str(found.ipv4_mapped or found.sixtofour or translated or found)
