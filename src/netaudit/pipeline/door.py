"""The door: PARSED records get their class and lose their name, a chunk at a time, in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import polars as pl

from netaudit.categorise import categorise
from netaudit.contracts import EVENTS
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.periods import MARGIN, period_of
from netaudit.ingest import url_parts, user_agent_names
from netaudit.protect import Identities, Pseudonyms, pseudonymise

_URL_CLASSES = ("url_scheme", "url_domain", "url_extension", "site", "category", "category_match", "host_role")
_FEW_VALUES = ("event_dataset", "attribution", "url_scheme", "category", "host_role", "log_file")
_HOSTS = ("url_domain", "site", "category_match", "referrer_domain", "url_extension", "user_agent_name", "disposition")


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
        classed = self._classified(parsed).with_columns(
            event_dataset=pl.lit(event_dataset),
            log_file=pl.lit(log_file),
            day=local.date(),
            day_before=local.offset_by(f"-{MARGIN.seconds}s").dt.date(),
            day_after=local.offset_by(f"{MARGIN.seconds}s").dt.date(),
        )
        for day in sorted(classed["day"].unique().to_list()):
            period = period_of(day)
            of_day = classed.filter(pl.col("day") == day)
            yield period, day, self._pseudonymised(of_day, period)
            for neighbour, column in ((day - timedelta(days=1), "day_before"), (day + timedelta(days=1), "day_after")):
                other = period_of(neighbour)
                if other != period:
                    near = of_day.filter(pl.col(column) == neighbour)
                    if near.height:
                        yield other, day, self._pseudonymised(near, other)

    def _classified(self, parsed: pl.DataFrame) -> pl.DataFrame:
        """Add what is known of url, referrer and agent; each is looked up once per distinct value."""
        tunnel = (pl.col("http_request_method") == "CONNECT").fill_null(value=False)
        parsed = parsed.with_columns(tunnel=tunnel)
        urls = self._lookup(parsed.select("url_full", "tunnel").unique())
        parsed = parsed.join(urls, on=["url_full", "tunnel"], how="left", maintain_order="left")
        referrers = parsed.select(url_full="http_request_referrer").drop_nulls().unique()
        if referrers.height:
            found = self._lookup(referrers.with_columns(tunnel=pl.lit(value=False))).select(
                http_request_referrer="url_full",
                referrer_domain="url_domain",
                referrer_shielded="shielded",
            )
            parsed = parsed.join(found, on="http_request_referrer", how="left", maintain_order="left")
        else:
            parsed = parsed.with_columns(
                referrer_domain=pl.lit(None, pl.String), referrer_shielded=pl.lit(None, pl.Boolean)
            )
        agents = parsed.select(pl.col("user_agent_original")).unique().drop_nulls()
        names = agents.with_columns(user_agent_name=user_agent_names(agents["user_agent_original"]))
        return parsed.join(names, on="user_agent_original", how="left", maintain_order="left")

    def _lookup(self, urls: pl.DataFrame) -> pl.DataFrame:
        parts = url_parts(urls).with_columns(tunnel=urls["tunnel"])
        classes = categorise(parts, self._class_map)
        return classes.select("url_full", "tunnel", *_URL_CLASSES, "shielded")

    def _pseudonymised(self, classed: pl.DataFrame, period: str) -> pl.DataFrame:
        pseudonyms = self.pseudonyms(period)
        addresses = pl.concat([classed["url_full"], classed["http_request_referrer"]]).drop_nulls().unique()
        keys = pl.DataFrame({"url_full": addresses, "key": pseudonyms.of_pages(addresses)})
        keyed = classed.join(
            keys.rename({"key": "url_key"}), on="url_full", how="left", maintain_order="left"
        ).join(
            keys.rename({"url_full": "http_request_referrer", "key": "referrer_key"}),
            on="http_request_referrer",
            how="left",
            maintain_order="left",
        )
        events = pseudonymise(keyed, self._identities, pseudonyms)
        return EVENTS.fit(events.with_columns(pl.col(*_FEW_VALUES, *_HOSTS).cast(pl.Categorical)))
