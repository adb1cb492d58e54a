"""The door: PARSED records get their class and lose their name, a chunk at a time, in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from netaudit.categorise import categorise, first_segments, has_path_rules
from netaudit.contracts import EVENTS
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.periods import MARGIN, period_of
from netaudit.ingest import url_parts, user_agent_names
from netaudit.protect import Identities, Pseudonyms, pseudonymise, shield

_OF_HOST = ("site", "category", "category_match", "host_role")
_OF_URL = ("url_scheme", "url_domain", "url_extension", *_OF_HOST)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Records with `url` and `referrer`: row numbers in `addresses`, the chunk's distinct addresses and classes."""

    records: pl.DataFrame
    addresses: pl.DataFrame


class Door:
    """Turns PARSED chunks into EVENTS, by the period and local day in which each request began."""

    def __init__(
        self, class_map: ClassMap, identities: Identities, key_of: Callable[[str, str], bytes], zone: str
    ) -> None:
        self._class_map = class_map
        self._identities = identities
        self._key_of = key_of
        self._zone = zone
        self._pseudonyms: dict[str, Pseudonyms] = {}
        self._segments = first_segments(class_map)
        nothing = pl.DataFrame(schema={"url_domain": pl.String})
        self._hosts = self._host_classes(nothing)  # of all chunks so far: most hosts come again

    def pseudonyms(self, period: str) -> Pseudonyms:
        """Return the maker of a period's pseudonyms."""
        return self._pseudonyms.setdefault(period, Pseudonyms(period, self._key_of))

    def let_in(
        self, parsed: pl.DataFrame, event_dataset: str, log_file: str
    ) -> Iterator[tuple[str, date, pl.DataFrame]]:
        """Yield EVENTS by period and day.

        A request within three hours of a week's end is yielded under both weeks' keys, so that someone's night is
        one night; its second copy stands under a day that is not of the period.
        """
        local = pl.col("event_start").dt.convert_time_zone(self._zone).dt
        chunk = self._classified(
            parsed.with_columns(
                event_dataset=pl.lit(event_dataset, pl.Categorical),
                log_file=pl.lit(log_file, pl.Categorical),
                day=local.date(),
            )
        )
        days = sorted(chunk.records["day"].unique().to_list())
        for day in days:
            period = period_of(day)
            of_day = chunk.records if len(days) == 1 else chunk.records.filter(pl.col("day") == day)
            yield period, day, self._pseudonymised(of_day, chunk.addresses, period)
            for neighbour, towards in ((day - timedelta(days=1), "-"), (day + timedelta(days=1), "")):
                other = period_of(neighbour)
                if other != period:
                    near = of_day.filter(local.offset_by(f"{towards}{MARGIN.seconds}s").dt.date() == neighbour)
                    if near.height:
                        yield other, day, self._pseudonymised(near, chunk.addresses, other)

    def _classified(self, parsed: pl.DataFrame) -> _Chunk:
        """Look up each distinct address, referrer and agent once."""
        tunnel = (pl.col("http_request_method") == "CONNECT").fill_null(value=False)
        parsed = parsed.with_columns(tunnel=tunnel)
        requested = parsed.lazy().select("url_full", "tunnel").unique()
        referred = parsed.lazy().select(url_full="http_request_referrer", tunnel=pl.lit(value=False)).drop_nulls()
        addresses = pl.concat([requested, referred.unique()]).unique().with_row_index("row").collect()
        agents = parsed.select("user_agent_original").unique().drop_nulls()
        agents = agents.with_columns(
            user_agent_name=user_agent_names(agents["user_agent_original"]).cast(pl.Categorical)
        )
        places = addresses.lazy().select("row", "url_full", "tunnel")
        wanted = parsed.lazy().select("url_full", "tunnel", "http_request_referrer", "user_agent_original")
        found = wanted.join(
            places.rename({"row": "url"}), on=["url_full", "tunnel"], how="left", maintain_order="left"
        ).join(agents.lazy(), on="user_agent_original", how="left", maintain_order="left")
        if parsed["http_request_referrer"].null_count() < parsed.height:
            referrers = places.filter(~pl.col("tunnel")).select(http_request_referrer="url_full", referrer="row")
            found = found.join(referrers, on="http_request_referrer", how="left", maintain_order="left")
        else:
            found = found.with_columns(referrer=pl.lit(None, pl.UInt32))
        records = parsed.drop("tunnel", "url_full", "http_request_referrer", "user_agent_original").with_columns(
            found.select("url", "referrer", "user_agent_name").collect().get_columns()
        )
        return _Chunk(records, self._with_classes(addresses))

    def _with_classes(self, addresses: pl.DataFrame) -> pl.DataFrame:
        """Add what is known of each address: first by its host, then by its path where that matters."""
        parts = url_parts(addresses.select("url_full", "tunnel"))
        new = parts.select("url_domain").unique().join(self._hosts, on="url_domain", how="anti")
        if new.height:
            self._hosts = pl.concat([self._hosts, self._host_classes(new)])
        known = parts.join(self._hosts, on="url_domain", how="left", maintain_order="left")
        segment = pl.col("url_path").str.strip_chars_start("/").str.splitn("/", 2).struct.field("field_0")
        known = known.with_row_index("row")
        by_path = known.filter("has_path_rules").filter(segment.str.to_lowercase().is_in(self._segments))
        if by_path.height:
            exact = categorise(by_path.select("row", "url_domain", "url_path"), self._class_map)
            exact = exact.select("row", *(pl.col(name).cast(pl.Categorical) for name in _OF_HOST), "shielded")
            known = known.update(exact, on="row")  # a null would keep the host's own class: it is the same one
        return shield(known.select("url_full", *(pl.col(name).cast(pl.Categorical) for name in _OF_URL), "shielded"))

    def _host_classes(self, hosts: pl.DataFrame) -> pl.DataFrame:
        classed = categorise(hosts.with_columns(url_path=pl.lit(None, pl.String)), self._class_map)
        return classed.select(
            "url_domain",
            *(pl.col(name).cast(pl.Categorical) for name in _OF_HOST),
            "shielded",
            has_path_rules=has_path_rules(hosts["url_domain"], self._class_map),
        )

    def _pseudonymised(self, records: pl.DataFrame, addresses: pl.DataFrame, period: str) -> pl.DataFrame:
        """Return EVENTS of some records of a chunk under a period's keys."""
        pseudonyms = self.pseudonyms(period)
        url, referrer = records["url"], records["referrer"]
        rows = pl.concat([url, referrer]).drop_nulls().unique()
        pages = pl.DataFrame({"row": rows, "page": addresses["url_full"].gather(rows)}).drop_nulls()
        keys = pages.select("row", key=pseudonyms.of_pages(pages["page"]))
        row = pl.DataFrame({"row": pl.int_range(addresses.height, eager=True, dtype=pl.UInt32)})
        key = row.join(keys, on="row", how="left", maintain_order="left")["key"]
        classed = records.with_columns(
            addresses.select(*_OF_URL, "shielded")[url].get_columns(),
            url_key=key.gather(url),
            referrer_key=key.gather(referrer),
            referrer_domain=addresses["url_domain"].gather(referrer),
        )
        return EVENTS.fit(pseudonymise(classed, self._identities, pseudonyms))
