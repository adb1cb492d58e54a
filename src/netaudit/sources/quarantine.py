"""Rows that are never taken, whoever lists them: canaries in a class of people's sites, and public suffixes."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping

import polars as pl

from netaudit.definitions.canaries import Canaries
from netaudit.definitions.categories import ClassMap
from netaudit.sources.own_lists import OwnLists, is_at_or_under, parents_of

SUFFIX = "a public suffix: strangers have names under it"
OURS = "our own lists know it as {}"
ABOVE = "sites that must not be in such a class lie under it"
SITE = "no honest list has it there: {}"
LIKENESS = "looks like {}, which it is not"

QUARANTINED = pl.Schema(
    {
        "pattern": pl.String,
        "category": pl.String,
        "upstream": pl.String,
        "why": pl.String,
        "accuses": pl.Boolean,  # stands in a class that accuses
        "is_canary": pl.Boolean,  # accuses what no honest list accuses: a sign of poison
    }
)
# Letters that look like Latin ones. Unicode TR 39, confusables.txt: those of the scripts that names are registered in.
_LOOKS_LIKE = str.maketrans(
    "аеорсухіјѕһԁԛԝьӏгпктмнвзбαβγικνορτυχωδηѵıłøđħŧəɡɩʀʏ",
    "aeopcyxijshdqwblrnktmhb36abyikvoptuxwdnvilodhtegiry",
)


def quarantine(rows: pl.DataFrame, class_map: ClassMap, canaries: Canaries) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows that may be taken, and QUARANTINED rows.

    A canary is a row of a class of people's sites for a host that our own lists put into a class of `canaries`; of an
    accusing class also a row for one of its sites, for what lies above either, and for a name that looks like one.
    Where our own lists themselves put the host into the row's class, it is none.

    Args:
        rows: reading.ROWS.
        class_map: our own lists; imported ones in it are not asked.
        canaries: the classes and sites.
    """
    finder = _Finder(class_map, canaries)
    reasons = finder.reasons(rows)
    found = rows.join(reasons, on=["pattern", "category"], how="left", maintain_order="left").with_columns(
        pl.col("accuses", "is_canary").fill_null(value=False),
        why=pl.coalesce("why", pl.when("is_suffix").then(pl.lit(SUFFIX))),
    )
    kept = found.filter(pl.col("why").is_null()).select(rows.columns)
    return kept, found.filter(pl.col("why").is_not_null()).select(QUARANTINED.names())


class _Finder:
    """Finds canaries."""

    def __init__(self, class_map: ClassMap, canaries: Canaries) -> None:
        self._own = OwnLists.of(class_map)
        self._sites = canaries.sites
        self._doubtful = set(canaries.doubtful)
        self._protected = {*canaries.classes, *canaries.doubtful}
        ours = class_map.rules.filter(pl.col("category").is_in(list(self._protected)))
        self._hosts = set(ours.get_column("host"))
        whole = ours.filter(pl.col("kind") != "path").get_column("host")
        self._above = parents_of([*whole, *canaries.sites])
        self._accusing = class_map.accusatory_categories
        self._human = {name for name, one in class_map.taxonomy.items() if one.nature == "human"} - self._protected

    def reasons(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return what is to be said of rows that our own lists or the canaries' sites speak against."""
        people = rows.filter(pl.col("category").is_in(sorted(self._human)))
        host = people.get_column("host")
        accusing = people.get_column("category").is_in(sorted(self._accusing))
        above = host.is_in(pl.Series(sorted(self._above), dtype=pl.String).implode())
        strange = host.str.contains("xn--", literal=True)
        near = is_at_or_under(host, self._hosts | set(self._sites)) | (accusing & (above | strange))
        found = []
        for pattern, category in people.filter(near).select("pattern", "category").unique().iter_rows():
            own = self._own.category(pattern)
            why = self._why(pattern, category, own)
            accuses = category in self._accusing
            counts = accuses and (own not in self._doubtful or bool(_at_or_above(_host(pattern), self._sites)))
            if why:
                found.append((pattern, category, why, accuses, counts))
        schema = {name: QUARANTINED[name] for name in QUARANTINED.names() if name != "upstream"}
        return pl.DataFrame(found, schema=schema, orient="row")

    def _why(self, pattern: str, category: str, own: str | None) -> str:
        if own == category:
            return ""
        if own in self._protected:
            return OURS.format(own)
        if category not in self._accusing:
            return ""
        host = _host(pattern)
        site = _at_or_above(host, self._sites)
        if site:
            return SITE.format(self._sites[site])
        if host in self._above and pattern == host:
            return ABOVE
        likeness = skeleton(host)
        original = likeness != host and (_at_or_above(likeness, self._sites) or _at_or_above(likeness, self._hosts))
        return LIKENESS.format(original) if original else ""


def skeleton(host: str) -> str:
    """Return how a host looks to somebody who knows Latin letters only.

    >>> skeleton("xn--bb-pmc.co.uk")
    'bbc.co.uk'
    """
    labels = []
    for label in host.split("."):
        try:
            text = label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
        except (UnicodeError, ValueError):
            text = label
        bare = "".join(one for one in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(one))
        labels.append(bare.translate(_LOOKS_LIKE))
    return ".".join(labels)


def _host(pattern: str) -> str:
    return pattern.removeprefix("=").partition("/")[0]


def _at_or_above(host: str, names: Collection[str] | Mapping[str, str]) -> str:
    """Return the longest name that a host is or lies under; nothing if there is none."""
    while host and host not in names:
        host = host.partition(".")[2]
    return host
