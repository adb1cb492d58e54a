"""What a web filter says of a site in its own words: which class that is, and when it is heard.

The words of one record, in the order in which the filter writes them, are looked up in the vendor's table. Of the
classes found, those that weigh least on a person decide: what nobody visits and what people work with, before what is
personal, before what accuses; of several that weigh alike the first. So an accusing class is taken only if nothing
harmless is said beside it. Special classes never name a site; they shield it.

The filter is heard after our own and curated lists, and before bulk lists (`definitions.tiers`). Shields add up: what
the filter calls health is shielded whatever the lists say, unless an override decides, or the lists have put the site
into a class whose `subject` it is anyway.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import polars as pl

from netaudit.categorise.names import decided_by_name
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.tiers import NONE, OVERRIDE, RANK, VENDOR
from netaudit.definitions.vendor_categories import VendorTable, normal_form
from netaudit.errors import Problem

JUDGED = pl.Schema(
    {
        "said_category": pl.String,  # the class that decides; null for none
        "said_match": pl.String,  # the vendor's word for it
        "said_specials": pl.String,  # special classes with blanks between; empty for none
    }
)
_MOST_WORDS = 50  # of one record: vendors write a handful
_MOST_CHARACTERS = 4000
_UNKNOWN = "netaudit-other"  # written for a word that the table does not know; no table knows it
_HARMLESS, _PERSONAL, _ACCUSING = range(3)


class Judgement(NamedTuple):
    """What is read from one record's words."""

    category: str | None = None  # the class that decides
    match: str | None = None  # the vendor's word for it
    specials: tuple[str, ...] = ()  # special classes, each once, sorted
    unknown: tuple[str, ...] = ()  # words that the table does not know, as they were written


class _Word(NamedTuple):
    written: str
    known: str | None  # as the vendor's list has it
    doubtful: bool = False  # beside words that are not known, of whose name it may be a part


def judge(said: str, table: VendorTable, class_map: ClassMap) -> Judgement:
    """Return what a record's words say of its site.

    Args:
        said: the field as the log has it.
        table: the vendor's.
        class_map: whose classes the table names.
    """
    found: list[tuple[int, str, str]] = []
    specials: set[str] = set()
    unknown: list[str] = []
    for word in islice(_words(said[:_MOST_CHARACTERS], table), _MOST_WORDS):
        if word.known is None:
            unknown.append(word.written)
            continue
        category = table.classes.get(word.known)
        if category in class_map.special_categories:
            specials.add(category)
        elif category is not None:
            weight = _weight(category, class_map)
            if not (word.doubtful and weight == _ACCUSING):
                found.append((weight, category, word.known))
    _, decides, match = min(found, key=lambda one: one[0], default=(0, None, None))
    return Judgement(decides, match, tuple(sorted(specials)), tuple(unknown))


def kept_words(said: str, table: VendorTable) -> str | None:
    """Return a record's words as they are kept: in the vendor's own writing, others as one neutral word; None for none.

    What `judge` says of them it says of what is kept, too.
    """
    parts = islice(_parts(said[:_MOST_CHARACTERS], table), _MOST_WORDS)
    kept = (" ".join(_UNKNOWN if word.known is None else word.known for word in part) for part in parts)
    return (table.separators[0] if table.separators else " ").join(one for one in kept if one) or None


def judged(said: Sequence[str], table: VendorTable, class_map: ClassMap) -> tuple[pl.DataFrame, list[tuple[str, ...]]]:
    """Return a row of JUDGED for each of some distinct fields, and the words of each that the table does not know."""
    found = [judge(text, table, class_map) for text in said]
    rows = [(one.category, one.match, " ".join(one.specials)) for one in found]
    return pl.DataFrame(rows, JUDGED, orient="row"), [one.unknown for one in found]


def with_vendor(pairs: pl.DataFrame, source: str, class_map: ClassMap) -> pl.DataFrame:
    """Return places, each with what a filter says of it, with the filter heard where it is to be.

    Args:
        pairs: of the lists' answer `category`, `category_match`, `category_tier`, `category_source`,
            `category_confirmed` and `shielded`, perhaps `site` and `name_tells`; of the
            filter's the columns of JUDGED. Other columns are kept.
        source: what `category_source` says where the filter decides.
        class_map: the compiled lists.

    Returns:
        The same rows and columns, without those of JUDGED.
    """
    below = [tier for tier, rank in RANK.items() if rank > RANK[VENDOR]]
    decides = pl.col("category_tier").cast(pl.String).is_in(below) & pl.col("said_category").is_not_null()
    heard: Mapping[str, pl.Expr] = {
        "category": pl.col("said_category"),
        "category_match": pl.col("said_match"),
        "category_tier": pl.lit(VENDOR),
        "category_source": pl.lit(source),
        "category_confirmed": pl.lit(value=True),
    }
    told = [
        pl.when(decides).then(says.cast(pairs.schema[name])).otherwise(name).alias(name) for name, says in heard.items()
    ]
    # Words in a host's name speak where nobody else does: here the filter does.
    by_name = pl.col("shielded") & (pl.col("category_tier").cast(pl.String) == NONE).fill_null(value=False)
    heard_instead = pl.col("shielded") & ~(by_name & decides)
    found = pairs.with_columns(*told, shielded=heard_instead | _shields(pairs, class_map)).drop(JUDGED.names())
    return decided_by_name(found, class_map) if "name_tells" in found.columns else found


def check_vendor(table: VendorTable, class_map: ClassMap) -> list[Problem]:
    """Return a problem for each example of a vendor's table that is not read as it says."""
    problems = []
    for number, example in enumerate(table.examples, start=1):
        found = judge(example.said, table, class_map)
        now = (found.category or "", bool(found.specials), found.unknown)
        wanted = (example.category, example.shielded, example.unknown)
        problems += [
            Problem(
                f"example {number} ('{example.said}') of '{table.name}': {title} is {one!r}, not {other!r}",
                f"vendors/{table.name}.toml",
                "mend the table or the example",
            )
            for title, one, other in zip(("category", "shielded", "unknown"), now, wanted, strict=True)
            if one != other
        ]
    return problems


def _weight(category: str, class_map: ClassMap) -> int:
    known = class_map.taxonomy[category]
    if known.accusatory:
        return _ACCUSING
    return _HARMLESS if known.business or known.nature == "machine" else _PERSONAL


def _shields(pairs: pl.DataFrame, class_map: ClassMap) -> pl.Series:
    """Return for each pair whether the filter's words shield the place."""
    keys = pairs.select(pl.col("category_tier", "category", "said_specials").cast(pl.String))
    some = keys.get_column("said_specials") != ""
    distinct = keys.filter(some).unique()
    is_news = [_is_news(tier, category, specials, class_map) for tier, category, specials in distinct.rows()]
    news = distinct.filter(pl.Series(is_news, dtype=pl.Boolean))
    raised = keys.filter(some).select(pl.struct(keys.columns).is_in(news.to_struct().implode())).to_series()
    return pl.repeat(value=False, n=pairs.height, dtype=pl.Boolean, eager=True).scatter(some.arg_true(), raised)


def _is_news(tier: str, category: str, specials: str, class_map: ClassMap) -> bool:
    """Return whether special classes tell more of a place than its class, as far as lists above the filter gave it."""
    if tier == OVERRIDE:
        return False
    by_lists = RANK[tier] < RANK[VENDOR] and category in class_map.taxonomy
    subject = class_map.taxonomy[category].subject if by_lists else ()
    return any(special not in subject for special in specials.split())


def _words(said: str, table: VendorTable) -> Iterator[_Word]:
    """Yield the words of a field: the longest that are known, as names may hold what parts others."""
    for part in _parts(said, table):
        yield from part


def _parts(said: str, table: VendorTable) -> Iterator[Sequence[_Word]]:
    """Yield the words of a field, those together that no separator parts."""
    signs = [sign.span() for sign in table.splitter.finditer(said)]
    starts, ends = [0, *(end for _, end in signs)], [*(start for start, _ in signs), len(said)]
    place = 0
    while place < len(starts):
        last = min(place + table.most_pieces, len(starts))
        spellings = [said[starts[place] : ends[after]].strip() for after in range(place, last)]
        count, known = _longest(spellings, table.words)
        written = spellings[count - 1]
        place += count
        if known is None and table.blanks:
            yield list(_parted_by_blanks(written, table))
        elif known is not None or normal_form(written):
            yield [_Word(written, known)]


def _parted_by_blanks(text: str, table: VendorTable) -> Iterator[_Word]:
    """Yield the words of a text in which blanks part names as well as the words of a name."""
    parts = text.split()
    found: list[_Word] = []
    while parts:
        spellings = [" ".join(parts[:count]) for count in range(1, min(table.most_blanks, len(parts)) + 1)]
        count, known = _longest(spellings, table.names)
        found.append(_Word(spellings[count - 1], known))
        parts = parts[count:]
    doubtful = any(word.known is None for word in found)
    yield from (word._replace(doubtful=doubtful) for word in found)


def _longest(spellings: Sequence[str], known: Mapping[str, str]) -> tuple[int, str | None]:
    """Return of how many pieces the longest known word is, and the word; one piece and none if no word is known."""
    for count in range(len(spellings), 0, -1):
        word = known.get(normal_form(spellings[count - 1]))
        if word is not None:
            return count, word
    return 1, None
