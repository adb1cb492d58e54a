"""The door: PARSED records get their class and lose their name, a chunk at a time, in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from netaudit.categorise import categorise, first_segments, has_path_rules
from netaudit.contracts import EVENTS
from netaudit.contracts.content_types import PART_TYPES
from netaudit.contracts.distinct import Distinct, places
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.periods import MARGIN, local_days, period_of
from netaudit.definitions.taxonomy import UNCATEGORISED, UNCATEGORISED_IP
from netaudit.definitions.tiers import NONE
from netaudit.ingest import ParsedChunk, known_words, url_parts, url_paths, user_agent_names
from netaudit.pipeline.filter_words import FilterWords
from netaudit.pipeline.forgotten import Forgotten
from netaudit.pipeline.machine_names import MachineNames
from netaudit.protect import Identities, Pseudonyms, pseudonymise, shield

_NO_CLASS = [UNCATEGORISED, UNCATEGORISED_IP]
_WORDS_OF_HOST = ("site", "category", "category_match", "category_tier", "category_source", "host_role")
_OF_HOST = (*_WORDS_OF_HOST, "name_tells", "category_confirmed", "shielded", "withheld")
_OF_LISTS = ("event_action", "http_request_method", "http_response_mime_type")
_NOWHERE = ""  # the address of a line that names none: it has no host
_NOTHING_FORGOTTEN = Forgotten()
_MARGIN_US = MARGIN // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Records with `url` and `referrer`, and what these number: the chunk's distinct addresses.

    `addresses` have a `place` in `classes`: hosts, and parts of hosts that are of another class. Records have a
    `place` of their own where what the filter said of them counts.
    """

    records: pl.DataFrame
    addresses: pl.DataFrame
    classes: pl.DataFrame


class Door:
    """Turns PARSED chunks into EVENTS, by the period and local day in which each request began."""

    def __init__(
        self,
        class_map: ClassMap,
        identities: Identities,
        key_of: Callable[[str, str], bytes],
        zone: str,
        forgotten: Forgotten = _NOTHING_FORGOTTEN,
        has_key: Callable[[str, str], bool] = lambda _name, _period: False,
    ) -> None:
        self.class_map = class_map
        self.filter_words = FilterWords(class_map)
        self._identities = identities
        self._key_of = key_of
        self._has_key = has_key
        self._zone = zone
        self._forgotten = forgotten
        self._closed = forgotten.periods
        self._pseudonyms: dict[str, Pseudonyms] = {}
        self._segments = first_segments(class_map)
        nothing = pl.DataFrame(schema={"url_domain": pl.Categorical})
        self._hosts = self._host_classes(nothing)  # of all chunks so far: most hosts come again
        self._machines = MachineNames()

    def pseudonyms(self, period: str) -> Pseudonyms:
        """Return the maker of a period's pseudonyms."""
        if period not in self._pseudonyms:
            self._pseudonyms[period] = Pseudonyms(period, self._key_of, self._has_key)
        return self._pseudonyms[period]

    def key_of_lines(self, period: str) -> bytes:
        """Return the key by which a line of a period is known again."""
        return self.pseudonyms(period).key_of_lines

    def without_forgotten(self, read: ParsedChunk, log_file: str) -> ParsedChunk:
        """Return the chunk with lines of weeks whose keys were destroyed among its rejects."""
        return self._forgotten.without(read, log_file, self._zone) if self._closed else read

    def let_in(
        self, parsed: pl.DataFrame, event_dataset: str, log_file: str
    ) -> Iterator[tuple[str, date, pl.DataFrame]]:
        """Yield EVENTS by period and day.

        A request within three hours of a week's end is yielded under both weeks' keys, so that someone's night is
        one night; its second copy stands under a day that is not of the period.
        """
        chunk = self._classified(
            parsed.with_columns(
                event_dataset=pl.lit(event_dataset, pl.Categorical), log_file=pl.lit(log_file, pl.Categorical)
            )
        )
        chunk = self._with_filter_words(chunk, event_dataset)
        self.filter_words.shield_sites(_pulled_sites(chunk))
        chunk = _shielded(replace(chunk, classes=self.filter_words.spread_to_sites(chunk.classes)))
        parts = [
            (period, day, chunk.records if rows is None else chunk.records[rows])
            for period, day, rows in self._by_period(parsed["event_start"])
            if period not in self._closed
        ]
        keys: dict[str, pl.Series] = {}
        for period, day, records in parts:
            if period not in keys:
                of_period = [records for one, _, records in parts if one == period]
                keys[period] = self._page_keys(chunk.addresses, of_period, period)
            hosts = self._machines.hidden(chunk.classes, self.pseudonyms(period))
            shown = chunk if hosts is None else replace(chunk, classes=hosts)
            yield period, day, self._pseudonymised(records, shown, keys[period], period, day)

    def _by_period(self, starts: pl.Series) -> list[tuple[str, date, pl.Series | None]]:
        """Return which rows (None: all) belong to each period and local day."""
        moments = starts.to_physical().to_numpy()
        days, day_of = local_days(moments, self._zone)
        parts: list[tuple[str, date, pl.Series | None]] = []
        for number, day in enumerate(days):
            rows = np.flatnonzero(day_of == number) if len(days) > 1 else np.arange(len(moments))
            parts.append((period_of(day), day, pl.Series(rows) if len(days) > 1 else None))
            for neighbour, margin in ((day - timedelta(days=1), -_MARGIN_US), (day + timedelta(days=1), _MARGIN_US)):
                if period_of(neighbour) != period_of(day):
                    near_days, near_day_of = local_days(moments[rows] + margin, self._zone)
                    if neighbour in near_days:
                        near = rows[near_day_of == near_days.index(neighbour)]
                        parts.append((period_of(neighbour), day, pl.Series(near)))
        return parts

    def _classified(self, parsed: pl.DataFrame) -> _Chunk:
        """Look up each distinct address, referrer and agent once."""
        url, referrer, agent = (parsed[name] for name in ("url_full", "http_request_referrer", "user_agent_original"))
        url = url.cast(pl.String).fill_null(_NOWHERE)
        tunnel = (parsed["http_request_method"] == "CONNECT").fill_null(value=False).to_numpy()
        has_referrers = referrer.null_count() < len(referrer)
        texts = Distinct(pl.concat([url, referrer.cast(pl.String).rename(url.name)]) if has_referrers else url)
        # twice the text's number, and one more for a tunnel: what is only a page elsewhere may be a host here
        numbers = texts.rows.fill_null(0).to_numpy() * np.uint32(2)
        numbers[: len(tunnel)] += tunnel
        known = numbers if texts.rows.null_count() == 0 else numbers[texts.rows.is_not_null().to_numpy()]
        found, place = places(known, 2 * len(texts.values))
        rows = place[numbers]
        agents = Distinct(agent)
        records = parsed.drop("url_full", "http_request_referrer", "user_agent_original").with_columns(
            *(known_words(parsed[name]) for name in _OF_LISTS),
            url=pl.Series(rows[: len(url)]),
            referrer=pl.Series(rows[len(url) :]) if has_referrers else pl.lit(None, pl.UInt32),
            user_agent_name=agents.spread(user_agent_names(agents.values).cast(pl.Categorical)),
        )
        self._machines.note(parsed["source_ip"])
        if has_referrers:
            records = records.with_columns(referrer=pl.when(referrer.is_not_null()).then("referrer"))
        addresses = pl.DataFrame({"url_full": texts.values.gather(found // 2), "tunnel": found % 2 == 1})
        return _Chunk(records, *self._with_classes(addresses))

    def _with_classes(self, addresses: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return what is known of each address: first by its host, then by its path where that matters.

        Nothing of it is shielded yet: the filter may know a site of which its name alone tells too much.
        """
        parts = url_parts(addresses)
        hosts = Distinct(parts["url_domain"])
        names = hosts.values.to_frame()
        new = names.join(self._hosts, on="url_domain", how="anti")
        if new.height:
            self._hosts = pl.concat([self._hosts, self._host_classes(new)])
        classes = names.join(self._hosts, on="url_domain", how="left", maintain_order="left")
        place = hosts.rows
        by_path = hosts.spread(classes["has_path_rules"]).arg_true()
        spots = pl.DataFrame({"row": by_path, "place": place.gather(by_path)}).with_columns(
            url_path=url_paths(addresses.select(pl.all().gather(by_path)))
        )
        segment = pl.col("url_path").str.strip_chars_start("/").str.splitn("/", 2).struct.field("field_0")
        spots = spots.filter(segment.str.to_lowercase().is_in(self._segments))
        classes = classes.select("url_domain", *_OF_HOST)
        if spots.height:
            exact = spots.select(classes["url_domain"].gather(spots["place"]), "url_path")
            exact = categorise(exact, self.class_map).select("url_domain", *_of_host())
            place = place.scatter(spots["row"], np.arange(classes.height, classes.height + exact.height))
            classes = pl.concat([classes, exact])
        known = addresses.select("url_full", parts["url_scheme"], parts["url_extension"], place=place)
        return known, classes

    def _host_classes(self, hosts: pl.DataFrame) -> pl.DataFrame:
        classed = categorise(hosts.with_columns(url_path=pl.lit(None, pl.String)), self.class_map)
        return classed.select(
            "url_domain",
            *_of_host(),
            has_path_rules=has_path_rules(hosts["url_domain"], self.class_map),
        )

    def _with_filter_words(self, chunk: _Chunk, event_dataset: str) -> _Chunk:
        """Return the chunk with what the web filter wrote beside the requests heard, row by row."""
        records = chunk.records
        said = records["vendor_category"]
        if said.null_count() == len(said):
            return chunk
        kept = self.filter_words.kept(said, event_dataset)
        place = chunk.addresses["place"].gather(records["url"])
        chunk = replace(chunk, records=records.with_columns(kept))
        heard = self.filter_words.heard(said, records["user_name"], place, chunk.classes, event_dataset)
        if heard is None:
            return chunk
        place, classes = heard
        return _Chunk(chunk.records.with_columns(place=place), chunk.addresses, classes)

    def _page_keys(self, addresses: pl.DataFrame, records: list[pl.DataFrame], period: str) -> pl.Series:
        """Return the keys of the addresses that some records of a period name; null for others and shielded ones."""
        used = np.zeros(addresses.height, np.bool_)
        for frame in records:
            for name in ("url", "referrer"):
                used[frame[name].drop_nulls().to_numpy()] = True
        named = (addresses["url_full"] != _NOWHERE).fill_null(value=False)  # what is shielded has lost its own
        wanted = (pl.Series(used) & named).arg_true()
        keys = pl.Series([None], dtype=pl.Int64).new_from_index(0, addresses.height)
        return keys.scatter(wanted, self.pseudonyms(period).of_pages(addresses["url_full"].gather(wanted)))

    def _pseudonymised(
        self, records: pl.DataFrame, chunk: _Chunk, keys: pl.Series, period: str, day: date
    ) -> pl.DataFrame:
        """Return EVENTS of a day's records of a chunk under a period's keys."""
        addresses, classes = chunk.addresses, chunk.classes
        url, referrer = records["url"], records["referrer"]
        place = records["place"] if "place" in records.columns else addresses["place"].gather(url)
        classed = records.with_columns(
            addresses["url_scheme"].gather(url),
            addresses["url_extension"].gather(url),
            *(classes[name].gather(place) for name in ("url_domain", *_OF_HOST)),
            url_key=keys.gather(url),
            referrer_key=pl.lit(None, pl.Int64),
            referrer_domain=pl.lit(None, pl.Categorical),
        )
        if referrer.null_count() < len(referrer):
            from_place = addresses["place"].gather(referrer)
            domain = classes["url_domain"].gather(from_place)
            hidden = classes["shielded"].gather(from_place).fill_null(value=False)
            by_filter = self.filter_words.are_shielded(domain)
            if by_filter is not None:  # where somebody came from tells as much
                hidden |= by_filter.fill_null(value=False)
            # A page that names itself says less than one that names nobody: that it was not typed must not be lost.
            classed = classed.with_columns(
                referrer_key=pl.when(hidden).then("url_key").otherwise(keys.gather(referrer)),
                referrer_domain=pl.when(hidden).then("url_domain").otherwise(domain),
            )
            pulled = hidden & classed["category"].cast(pl.String).is_in(_NO_CLASS)
            if pulled.any():  # nobody knows the host: it may well be the shielded site's own
                classed = shield(classed.with_columns(shielded=classed["shielded"] | pulled))
        return EVENTS.fit(pseudonymise(classed, self._identities, self.pseudonyms(period), day))


def _pulled_sites(chunk: _Chunk) -> pl.Series:
    """Return the sites that no list knows and from which shielded pages fetch parts: most are their own."""
    records, classes = chunk.records, chunk.classes
    own, of_page = (chunk.addresses["place"].gather(records[name]) for name in ("url", "referrer"))
    mime = Distinct(records["http_response_mime_type"])
    is_part = mime.spread(mime.values.cast(pl.String).str.contains(f"^(?:{'|'.join(PART_TYPES)})"))
    unknown = classes["category_tier"].cast(pl.String) == NONE
    pulled = is_part & classes["shielded"].gather(of_page) & unknown.gather(own)
    return classes["site"].gather(own.filter(pulled.fill_null(value=False))).cast(pl.String).unique()


def _shielded(chunk: _Chunk) -> _Chunk:
    """Return the chunk with nothing left in what it numbers that tells of a shielded site."""
    of_address = chunk.classes["shielded"].gather(chunk.addresses["place"])
    by_name = (chunk.classes["category_tier"].cast(pl.String) == NONE).gather(chunk.addresses["place"])
    # Where the filter may know better, what stands beside the request says whether it is shielded.
    if "place" in chunk.records.columns:
        of_address &= ~by_name.fill_null(value=False)
    addresses = shield(chunk.addresses.with_columns(shielded=of_address))
    return _Chunk(chunk.records, addresses, shield(chunk.classes))


def _of_host() -> tuple[pl.Expr, ...]:
    """Return what `categorise` says of a host, as it is kept here."""
    return tuple(pl.col(name).cast(pl.Categorical) if name in _WORDS_OF_HOST else pl.col(name) for name in _OF_HOST)
