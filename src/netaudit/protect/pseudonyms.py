"""The door: names, addresses, paths and queries become keyed hashes, in memory, before anything is stored."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime

import numpy as np
import polars as pl

from netaudit.contracts import EVENTS, PEOPLE, REGISTER
from netaudit.contracts.content_types import DOCUMENT_EXTENSIONS, DOCUMENT_TYPES, PART_EXTENSIONS, PART_TYPES
from netaudit.contracts.distinct import Distinct
from netaudit.definitions.registers import Entry, Registers
from netaudit.errors import Problem, StoreError
from netaudit.protect.identities import Identities

# Names of keys that encrypt no table. That of pages says as well how they are told apart.
PSEUDONYMS, PAGES, EARLIER_PAGES = "pseudonyms", "page_addresses", "pages"
_BLOCK_BYTES, _PADS = 64, (0x36, 0x5C)  # of SHA-256, and of HMAC
_UNLUCKY = "begin a new store with new keys, and run the logs that you keep"
_HASH_BYTES = 8  # 64 bits: for 5,000 people the chance of one collision is below 1e-12
_SHIELDED = "shielded"
WITHHELD_DOMAIN = ".withheld.invalid"  # RFC 2606 §2: no host is ever called so
# Of an address, and of a host.
_TELLING = ("url_full", "url_domain", "site", "category_match", "category_tier", "category_source")
# Of a request: what was loaded, where from, and what the proxy thought of it.
_TELLING_TOO = ("url_key", "vendor_category", "referrer_key", "referrer_domain")
# Whether it was a page or a part of one stays, in one word for each: who takes a page for none takes the adverts in it
# for pages that somebody opened.
_PAGE_TYPE, _PART_TYPE = DOCUMENT_TYPES[0], "text/css"
_PAGE_EXTENSION, _PART_EXTENSION = DOCUMENT_EXTENSIONS[0], "css"


class Pseudonyms:
    """Makes the pseudonyms of one period, with that period's random key.

    HMAC-SHA-256 (FIPS 198-1), 64 bits kept. That no two people share a pseudonym is asserted. Of pages it is not: two
    that shared a key would be one page in what follows, which neither makes nor names a visit.
    """

    def __init__(
        self,
        period: str,
        key_of: Callable[[str, str], bytes],
        has_key: Callable[[str, str], bool] = lambda _name, _period: False,
    ) -> None:
        """Take the keys of a period.

        Args:
            period: the week.
            key_of: finds or makes a key, by name and period.
            has_key: says whether there is one, without making it.
        """
        self.period = period
        self._key_of = key_of
        self._begun_earlier = has_key(EARLIER_PAGES, period)  # one page must stay one page until the week is over
        self._people_key = key_of(PSEUDONYMS, period)
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
            problem = Problem(
                "two people share a pseudonym",
                self.period,
                _UNLUCKY,
            )
            raise StoreError(problem)
        self._people[text] = value
        return value

    def text_of(self, pseudonym: int) -> str | None:
        """Return what a pseudonym was made of, such as `person:p7`, if it was made in this run; only to seal it."""
        return self._text_of.get(pseudonym)

    @property
    def key_of_lines(self) -> bytes:
        """Return the key by which a line of this period is known again; it goes when the key of people goes."""
        return hmac.digest(self._people_key, b"lines of logs", "sha256")  # no text that a pseudonym is made of

    def of_pages(self, urls: pl.Series) -> pl.Series:
        """Return the key of each URL, none of which may be null; equal if the URL is, and else with chance 2^-64."""
        codes = _earlier_codes if self._begun_earlier else _codes
        key = self._key_of(EARLIER_PAGES if self._begun_earlier else PAGES, self.period)
        return pl.Series(urls.name, np.frombuffer(b"".join(codes(key, urls.cast(pl.Binary).to_list())), np.int64))


def _codes(key: bytes, texts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield HMAC-SHA-256 of each text, cut; as `hmac` does, but with the key worked in once for all of them."""
    block = key.ljust(_BLOCK_BYTES, b"\0")
    inner, outer = (hashlib.sha256(bytes(one ^ pad for one in block)).copy for pad in _PADS)
    for text in texts:
        within, around = inner(), outer()
        within.update(text)
        around.update(within.digest())
        yield around.digest()[:_HASH_BYTES]


def _earlier_codes(key: bytes, texts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield keyed BLAKE2b (RFC 7693) of each text: how weeks are told apart that an earlier version began."""
    fresh = hashlib.blake2b(digest_size=_HASH_BYTES, key=key).copy
    for text in texts:
        code = fresh()
        code.update(text)
        yield code.digest()


def pseudonymise(classed: pl.DataFrame, identities: Identities, pseudonyms: Pseudonyms, day: date) -> pl.DataFrame:
    """Return EVENTS for rows of one period and day: no name, address, path or query; shielded sites without a trace.

    Args:
        classed: PARSED with what is known of url and referrer (see `shield`), `event_dataset`, `log_file`, `url_key`,
            `referrer_key`, `user_agent_name` and `shielded`.
        identities: who an account belongs to.
        pseudonyms: the period's.
        day: the local day in which the requests began: accounts pass from one person to another.
    """
    accounts, sources = Distinct(classed["user_name"]), Distinct(classed["source_ip"])
    people = identities.resolve(accounts.values, day)
    attribution = pl.Series("attribution", [*people["attribution"], "none"], dtype=pl.Categorical)
    names = sources.values.cast(pl.String).to_list()
    events = classed.with_columns(
        attribution.gather(accounts.rows.fill_null(len(accounts.values))),
        user_hash=accounts.spread(_hashes(people["person"], pseudonyms)),
        source_hash=sources.spread(_hashes((f"address:{name}" for name in names), pseudonyms)),
    )
    kinds = pl.Series([identities.address_kind(name, day) for name in names], dtype=pl.String)
    if (kinds != "").any():
        at, account = sources.spread(kinds.cast(pl.Categorical)), pl.col("attribution")
        # Somebody's own device is not shared; who is at a shared one is nobody in particular, whatever the account.
        is_shared = (at == "shared") & account.is_in(["person", "own_device"])
        is_own = (at == "own_device") & account.is_in(["person", "none"])
        events = events.with_columns(
            attribution=pl.when(is_shared)
            .then(_word("shared"))
            .when(is_own)
            .then(_word("own_device"))
            .otherwise("attribution")
        )
    if not identities.own_devices_are_people and (events["attribution"] == "own_device").any():
        # What counts for nothing need not be anybody's.
        events = events.with_columns(user_hash=pl.when(pl.col("attribution") != "own_device").then("user_hash"))
    if classed["shielded"].any():
        events = events.with_columns(
            *(pl.when(~pl.col("shielded")).then(pl.col(name)).alias(name) for name in _TELLING_TOO),
            *(pl.when("shielded").then(coarse).otherwise(name).alias(name) for name, coarse in _coarse(events).items()),
        )
    if "withheld" in classed.columns and classed["withheld"].any():
        # The filter's own words may say what the name would.
        events = events.with_columns(vendor_category=pl.when(~pl.col("withheld")).then("vendor_category"))
    return EVENTS.fit(events)


def _coarse(events: pl.DataFrame) -> dict[str, pl.Expr]:
    """Return what stands for content types and extensions of shielded requests: a page, a part of one, or nothing."""
    kinds = {
        "http_response_mime_type": (DOCUMENT_TYPES, _PAGE_TYPE, PART_TYPES, _PART_TYPE, False),
        "url_extension": (DOCUMENT_EXTENSIONS, _PAGE_EXTENSION, PART_EXTENSIONS, _PART_EXTENSION, True),
    }
    coarse: dict[str, pl.Expr] = {}
    for name, (pages, page, parts, part, whole) in kinds.items():
        texts = Distinct(events[name].cast(pl.Categorical)).values.cast(pl.String).to_list()

        def among(
            wanted: tuple[str, ...], *, name: str = name, whole: bool = whole, texts: list[str] = texts
        ) -> pl.Expr:
            found = [text for text in texts if (text in wanted if whole else text.startswith(wanted))]
            return pl.col(name).is_in(found) if found else pl.lit(value=False)

        coarse[name] = pl.when(among(pages)).then(_word(page)).when(among(parts)).then(_word(part))
    return coarse


def _hashes(texts: Iterable[str], pseudonyms: Pseudonyms) -> pl.Series:
    return pl.Series([pseudonyms.of(text) for text in texts], dtype=pl.Int64)


def shield(addresses: pl.DataFrame) -> pl.DataFrame:
    """Return addresses, or hosts, with their classes: shielded ones without anything that tells which they are.

    Of hosts that are `withheld` the class and the site, which is everybody's, stay; the name is one for all of a class.

    Args:
        addresses: `shielded`, perhaps `withheld`, and columns that are known of an address.
    """
    if "withheld" in addresses.columns and addresses["withheld"].any():
        kind = pl.when(pl.col("host_role") == "asset").then(pl.lit("parts.")).otherwise(pl.lit(""))
        name = (kind + pl.col("category").cast(pl.String) + WITHHELD_DOMAIN).cast(pl.Categorical)
        addresses = addresses.with_columns(
            url_domain=pl.when("withheld").then(name).otherwise("url_domain"),
            category_match=pl.when(~pl.col("withheld")).then("category_match"),
        )
    if not addresses["shielded"].any():
        return addresses
    open_to_all = ~pl.col("shielded")
    instead = {"category": _word(_SHIELDED), "host_role": _word("page"), "category_confirmed": pl.lit(value=True)}
    return addresses.with_columns(
        *(pl.when(open_to_all).then(name).alias(name) for name in _TELLING if name in addresses.columns),
        *(
            pl.when(open_to_all).then(name).otherwise(word).alias(name)
            for name, word in instead.items()
            if name in addresses.columns
        ),
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
                pseudonyms.of(f"person:{person.manager}") if person.manager else None,
                person.starts,
                person.ends,
            )
            for person in registers.people
        ],
        schema=PEOPLE.schema,
        orient="row",
    )


def decisions_table(registers: Registers) -> pl.DataFrame:
    """Return the decisions about cases as REGISTER: they name no person and are the same in every period."""
    decisions = [entry for entry in registers.entries if entry.register == "decision"]
    return _register(decisions, lambda _: None)


def register_table(registers: Registers, identities: Identities, pseudonyms: Pseudonyms) -> pl.DataFrame:
    """Return REGISTER for a period: the entries of all registers by pseudonym."""

    def pseudonym(entry: Entry) -> int | None:
        if entry.person_id is None:
            return None
        return pseudonyms.of(identities.named(entry.person_id, entry.starts.date() if entry.starts else None))

    return _register(registers.entries, pseudonym)


def _instant(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


def _register(entries: Iterable[Entry], pseudonym: Callable[[Entry], int | None]) -> pl.DataFrame:
    rows: Iterable[tuple[object, ...]] = (
        (
            entry.register,
            entry.place,
            pseudonym(entry),
            entry.role,
            list(entry.categories) or None,
            _instant(entry.starts),
            _instant(entry.ends),
            entry.reason,
            _instant(entry.reported),
            entry.state,
            entry.reference,
        )
        for entry in entries
    )
    return pl.DataFrame(list(rows), schema=REGISTER.schema, orient="row")
