"""What web filters wrote beside each request: heard where the lists know less, and counted where no table knows it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from netaudit.categorise import judged, kept_words, with_vendor
from netaudit.contracts.distinct import Distinct, places
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.tiers import NONE, VENDOR
from netaudit.definitions.vendor_categories import VendorTable

_MOST_SLOTS = 1 << 24  # for numbering pairs by an index; beyond it they are sorted
_MOST_UNKNOWN = 1_000  # words kept of a vendor; a field with more holds something else
_MANY = 8  # people; a word that as many met names none of them
_LONGEST_NAME = 60  # characters
_OF_ADDRESSES = frozenset(".:@\\?=")  # what stands in a field that holds something else


class FilterWords:
    """The filters' words in the logs of one run."""

    def __init__(self, class_map: ClassMap) -> None:
        self._class_map = class_map
        self._shielded: set[str] = set()  # hosts that filters shielded so far
        self._shielded_sites: set[str] = set()  # what no list knows, as shielded pages, or filters, tell of it
        self._requests: Counter[str] = Counter()  # with unknown words, by vendor
        self._people: defaultdict[str, dict[str, set[int]]] = defaultdict(dict)  # by vendor and unknown word

    def heard(
        self, said: pl.Series, users: pl.Series, place: pl.Series, classes: pl.DataFrame, event_dataset: str
    ) -> tuple[pl.Series, pl.DataFrame] | None:
        """Return each row's place, and the classes with those added that only the filter makes; None if it adds none.

        Args:
            said: the filter's words in each row.
            users: who is named in each row.
            place: of each row in `classes`.
            classes: of hosts, with `url_domain`, what `categorise` says; nothing is taken out of those shielded yet.
            event_dataset: the format of the log.
        """
        table = _table_of(event_dataset, self._class_map)
        if table is None or said.null_count() == len(said):
            return None
        words = Distinct(said)
        sayings, unknown = judged(words.values.cast(pl.String).to_list(), table, self._class_map)
        self._note(table.name, unknown, words.rows, users)
        tells = sayings.select(pl.col("said_category").is_not_null() | (pl.col("said_specials") != "")).to_series()
        rows = words.spread(tells).fill_null(value=False).arg_true()
        if rows.is_empty():
            return None
        of_rows = place.gather(rows).to_numpy().astype(np.int64) * sayings.height + words.rows.gather(rows).to_numpy()
        found, number = _numbered(of_rows, classes.height * sayings.height)
        spots, texts = (pl.Series(part, dtype=pl.UInt32) for part in np.divmod(found, sayings.height))
        pairs = classes.select(pl.all().gather(spots)).hstack(sayings.select(pl.all().gather(texts)).get_columns())
        told = with_vendor(pairs, table.source, self._class_map)
        raised = told["shielded"] & ~pairs["shielded"]
        # A name that tells too much is no more than a name where the filter gives it a class.
        lowered = pairs["shielded"] & ~told["shielded"]
        changed = ((told["category_tier"] == VENDOR) & ~pairs["shielded"] | raised | lowered).arg_true()
        if changed.is_empty():
            return None
        self._shielded.update(pairs["url_domain"].filter(raised).drop_nulls().cast(pl.String))
        nobodys = pairs.filter(raised).filter(pl.col("category_tier").cast(pl.String) == NONE)
        self._shielded_sites.update(nobodys["site"].drop_nulls().cast(pl.String))
        spots = spots.scatter(changed, np.arange(classes.height, classes.height + len(changed), dtype=np.uint32))
        added = told.select(pl.col(classes.columns).gather(changed))
        return place.scatter(rows, spots.gather(number)), pl.concat([classes, added])

    def kept(self, said: pl.Series, event_dataset: str) -> pl.Series:
        """Return of the filter's words in each row those that its table knows; null where there is no table."""
        table = _table_of(event_dataset, self._class_map)
        if table is None:
            return pl.Series(said.name, [None], dtype=pl.Categorical).new_from_index(0, len(said))
        words = Distinct(said)
        known = [kept_words(text, table) for text in words.values.cast(pl.String).to_list()]
        return words.spread(pl.Series(said.name, known, dtype=pl.Categorical))

    def are_shielded(self, hosts: pl.Series) -> pl.Series | None:
        """Return for each host whether a filter has shielded it in this run; None if none was."""
        return hosts.cast(pl.String).is_in(sorted(self._shielded)) if self._shielded else None

    def shield_sites(self, sites: pl.Series) -> None:
        """Shield sites from here on, as far as no list knows them."""
        self._shielded_sites.update(sites.drop_nulls())

    def spread_to_sites(self, classes: pl.DataFrame) -> pl.DataFrame:
        """Return classes with those shielded that no list knows and that are of a site that has been shielded.

        Tunnels and pictures of the site often stand in the log without the filter's words.
        """
        if not self._shielded_sites:
            return classes
        same = pl.col("site").cast(pl.String).is_in(sorted(self._shielded_sites))
        unknown = pl.col("category_tier").cast(pl.String) == NONE
        return classes.with_columns(shielded=pl.col("shielded") | (same & unknown).fill_null(value=False))

    @property
    def warnings(self) -> list[str]:
        """Return a line for each vendor some of whose words no table knows: how many, and nothing that they say."""
        return [
            f"The web filter's words for sites: its table '{vendor}' does not know {len(words):,} of them, on "
            f"{self._requests[vendor]:,} {'request' if self._requests[vendor] == 1 else 'requests'}. "
            f"{'It is' if len(words) == 1 else 'They are'} taken for nothing."
            for vendor, words in sorted(self._people.items())
        ]

    @property
    def names(self) -> Mapping[str, Sequence[str]]:
        """Return by vendor the unknown words that eight people or more met, if they look like words for sites."""
        return {
            vendor: [
                word
                for word, people in sorted(words.items())
                if len(people) >= _MANY and word.isprintable() and not _OF_ADDRESSES & set(word)
            ]
            for vendor, words in sorted(self._people.items())
        }

    def _note(self, vendor: str, unknown: Sequence[Sequence[str]], rows: pl.Series, users: pl.Series) -> None:
        """Count the rows with unknown words, and for each word some of the people who met it."""
        odd = [number for number, words in enumerate(unknown) if words]
        if not odd:
            return
        met = (
            pl.DataFrame({"said": rows, "user": users})
            .filter(pl.col("said").is_in(odd))
            .group_by("said")
            .agg(pl.len(), pl.col("user").cast(pl.String).drop_nulls().unique().hash().head(_MANY))
        )
        known = self._people[vendor]
        for said, requests, people in met.rows():
            self._requests[vendor] += requests
            for word in unknown[said]:
                short = word[:_LONGEST_NAME]
                if short in known or len(known) < _MOST_UNKNOWN:
                    known.setdefault(short, set()).update(people)


def reheard(answers: pl.DataFrame, datasets: pl.Series, said: pl.Series, class_map: ClassMap) -> pl.DataFrame:
    """Return the lists' answers about stored requests, with what a filter wrote beside each heard anew.

    Args:
        answers: columns of `categorise`.
        datasets: the format that each request was read from.
        said: the filter's words; null for none.
        class_map: the compiled lists.
    """
    numbered = answers.with_row_index("row")
    for dataset in datasets.unique(maintain_order=True).drop_nulls().cast(pl.String):
        table = _table_of(dataset, class_map)
        own = ((datasets == dataset) & said.is_not_null()).fill_null(value=False)
        if table is None or not own.any():
            continue
        words = Distinct(said.filter(own))
        sayings, _ = judged(words.values.to_list(), table, class_map)
        pairs = numbered.filter(own).hstack(sayings.select(pl.all().gather(words.rows)).get_columns())
        numbered = pl.concat([numbered.filter(~own), with_vendor(pairs, table.source, class_map)]).sort("row")
    return numbered.drop("row")


def _table_of(event_dataset: str, class_map: ClassMap) -> VendorTable | None:
    """Return the table for a kind of record, or else for the format."""
    tables = class_map.vendor_by_dataset
    return tables.get(event_dataset) or tables.get(event_dataset.partition(".")[0])


def _numbered(values: npt.NDArray[np.int64], size: int) -> tuple[npt.NDArray[np.int64], pl.Series]:
    """Return the distinct values, all below `size`, in order, and the place of each row's among them."""
    if size <= _MOST_SLOTS:
        found, number = places(values, size)
        return found, pl.Series(number[values])
    found, rows = np.unique(values, return_inverse=True)
    return found, pl.Series(rows.astype(np.uint32))
