"""The door: names, addresses, paths and queries become keyed hashes, in memory, before anything is stored."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable

import numpy as np
import polars as pl

from netaudit.contracts import EVENTS, PEOPLE, REGISTER
from netaudit.definitions.registers import Registers
from netaudit.errors import Problem, StoreError
from netaudit.protect.identities import Identities

_HASH_BYTES = 8  # 64 bits: for 5,000 people the chance of one collision is below 1e-12
_SHIELDED = "shielded"
_TELLING = ("url_domain", "url_extension", "site", "category_match")  # of an address


class Pseudonyms:
    """Makes the pseudonyms of one period, with that period's random key.

    People and addresses: HMAC-SHA-256, 64 bits kept. Addresses of pages, of which there are millions: keyed BLAKE2b
    (RFC 7693), which is as sound a code and three times as quick.
    """

    def __init__(self, period: str, key_of: Callable[[str, str], bytes]) -> None:
        self.period = period
        self._people_key = key_of("pseudonyms", period)
        self._pages_key = key_of("pages", period)
        self._people: dict[str, int] = {}
        self._text_of: dict[int, str] = {}

    def of(self, text: str) -> int:
        """Return the pseudonym of a person or an address.

        Raises:
            StoreError: two people would share a pseudonym; the period then needs another key.
        """
        known = self._people.get(text)
        if known is not None:
            return known
        digest = hmac.digest(self._people_key, text.encode("utf-8", "surrogatepass"), "sha256")
        value = int.from_bytes(digest[:_HASH_BYTES], "big", signed=True)
        if self._text_of.setdefault(value, text) != text:
            problem = Problem("two people share a pseudonym", self.period, "destroy the period's key and run it again")
            raise StoreError(problem)
        self._people[text] = value
        return value

    def of_pages(self, urls: pl.Series) -> pl.Series:
        """Return the key of each URL, none of which may be null; equal if and only if the URL is equal."""
        key, blake2b = self._pages_key, hashlib.blake2b
        digests = [blake2b(url, digest_size=_HASH_BYTES, key=key).digest() for url in urls.cast(pl.Binary).to_list()]
        return pl.Series(urls.name, np.frombuffer(b"".join(digests), np.int64))


def pseudonymise(classed: pl.DataFrame, identities: Identities, pseudonyms: Pseudonyms) -> pl.DataFrame:
    """Return EVENTS for rows of one period: no name, address, path or query; shielded sites without a trace.

    Args:
        classed: PARSED with what is known of url and referrer (see `shield`), `event_dataset`, `log_file`, `url_key`,
            `referrer_key`, `user_agent_name` and `shielded`.
        identities: who an account belongs to.
        pseudonyms: the period's.
    """
    accounts = identities.resolve(classed["user_name"].drop_nulls().unique())
    accounts = accounts.select(
        pl.col("user_name").cast(classed.schema["user_name"]),
        pl.col("attribution").cast(pl.Categorical),
        user_hash=pl.Series([pseudonyms.of(person) for person in accounts["person"]], dtype=pl.Int64),
    )
    addresses = classed["source_ip"].drop_nulls().unique().cast(pl.String)
    sources = pl.DataFrame(
        {
            "source_ip": addresses,
            "source_hash": [pseudonyms.of(f"address:{one}") for one in addresses.to_list()],
            "shared_address": addresses.is_in(list(identities.shared_addresses)),
        },
        schema={"source_ip": pl.String, "source_hash": pl.Int64, "shared_address": pl.Boolean},
    ).with_columns(pl.col("source_ip").cast(classed.schema["source_ip"]))
    named = (
        classed.lazy()
        .join(accounts.lazy(), on="user_name", how="left", maintain_order="left")
        .join(sources.lazy(), on="source_ip", how="left", maintain_order="left")
    )
    events = named.with_columns(
        attribution=pl.when(pl.col("shared_address") & (pl.col("attribution") == "person"))
        .then(_word("shared"))
        .otherwise(pl.col("attribution").fill_null(_word("none")))
    )
    if classed["shielded"].any():  # what was loaded, where from, and what the proxy thought of it would tell as well
        hidden = ("http_response_mime_type", "vendor_category", "referrer_key", "referrer_domain")
        events = events.with_columns(pl.when(~pl.col("shielded")).then(pl.col(name)).alias(name) for name in hidden)
    return EVENTS.fit(events.collect())


def shield(addresses: pl.DataFrame) -> pl.DataFrame:
    """Return addresses with their classes, shielded ones without anything that tells which they are.

    Args:
        addresses: `url_full`, `shielded` and the columns that are known of an address.
    """
    open_to_all = ~pl.col("shielded")
    return addresses.with_columns(
        *(pl.when(open_to_all).then(pl.col(name)).alias(name) for name in _TELLING),
        category=pl.when(open_to_all).then("category").otherwise(_word(_SHIELDED)),
        host_role=pl.when(open_to_all).then("host_role").otherwise(_word("page")),
        url_full=pl.when(open_to_all).then("url_full"),
    )


def _word(text: str) -> pl.Expr:
    return pl.lit(text, pl.Categorical)


def people_table(registers: Registers, pseudonyms: Pseudonyms) -> pl.DataFrame:
    """Return PEOPLE for a period: who each pseudonym is to the organisation, without a name."""
    return pl.DataFrame(
        [
            (
                pseudonyms.of(f"person:{person.person_id}"),
                person.team,
                person.directorate,
                list(person.roles),
                person.pattern,
                person.starts,
                person.ends,
            )
            for person in registers.people
        ],
        schema=PEOPLE.schema,
        orient="row",
    )


def register_table(registers: Registers, identities: Identities, pseudonyms: Pseudonyms) -> pl.DataFrame:
    """Return REGISTER for a period: consents, exemptions and self-reports by pseudonym."""
    listed = {person.person_id for person in registers.people}

    def pseudonym(person_id: str | None) -> int | None:
        if person_id is None:
            return None
        text = f"person:{person_id}" if person_id in listed else f"account:{identities.canonical(person_id)}"
        return pseudonyms.of(text)

    rows: Iterable[tuple[object, ...]] = (
        (
            entry.register,
            entry.place,
            pseudonym(entry.person_id),
            entry.role,
            list(entry.categories) or None,
            entry.starts,
            entry.ends,
            entry.reason,
        )
        for entry in registers.entries
    )
    return pl.DataFrame(list(rows), schema=REGISTER.schema, orient="row")
