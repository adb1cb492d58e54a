"""What a host's own name tells of a special category, where no list for it says so.

Without a class, such a host is shielded. With one, it keeps the class and is shown without its name. Of a class in
which many names tell (`nameless`) none is shown, or the missing name would tell as much.
"""

from __future__ import annotations

import polars as pl

from netaudit.definitions.categories import ClassMap
from netaudit.definitions.special_words import PUNYCODE, readable
from netaudit.definitions.taxonomy import INTERNAL, UNCATEGORISED
from netaudit.definitions.tiers import BULK, CURATED, NONE, OVERRIDE, VENDOR

MISSPELT = "misspelt"  # in `name_tells`: almost the name of a shielded site
_WITHHELD = "(name withheld)"
_UNTOLD = ""


def with_names(answered: pl.DataFrame, places: pl.DataFrame, class_map: ClassMap) -> pl.DataFrame:
    """Return answers with `name_tells`, `withheld`, and shielded or without their site where a name tells too much.

    Args:
        answered: `site`, `category`, `category_tier`, `shielded` of each place.
        places: of the same, `host`, `is_name`, `fixed`, `own_domain`, `line_pattern`.
        class_map: the compiled lists.
    """
    tells = _tells(answered, places, class_map)
    return decided_by_name(answered.with_columns(name_tells=tells), class_map)


def decided_by_name(answered: pl.DataFrame, class_map: ClassMap) -> pl.DataFrame:
    """Return answers shielded, or withheld and without their site, as `name_tells` makes them for their class."""
    keys = answered.select(pl.col("name_tells", "category", "category_tier").cast(pl.String))
    some = keys.filter(pl.col("name_tells") != _UNTOLD).unique()
    telling = some.filter(
        pl.Series([_is_news(tells, name, tier, class_map) for tells, name, tier in some.rows()], dtype=pl.Boolean)
    )
    nameless = [name for name, one in class_map.taxonomy.items() if one.nameless]
    bare = keys.select(pl.col("category").is_in(nameless) & (pl.col("category_tier") != OVERRIDE)).to_series()
    bare &= ~answered["shielded"]
    if telling.is_empty() and not bare.any():
        return answered.with_columns(withheld=pl.lit(value=False))
    found = (
        keys.select(pl.struct(keys.columns).is_in(telling.to_struct().implode())).to_series() & ~answered["shielded"]
    )
    sought = telling.filter(
        pl.Series([_is_help(tells, name, tier, class_map) for tells, name, tier in telling.rows()], dtype=pl.Boolean)
    )
    unknown = keys["category"] == UNCATEGORISED
    if sought.height:
        unknown |= keys.select(pl.struct(keys.columns).is_in(sought.to_struct().implode())).to_series()
    withheld = ((found | bare) & ~(found & unknown)).alias("withheld")
    classes = keys["category"].unique().to_list()
    sites = [withheld_site(name, class_map) for name in classes]
    label = keys["category"].replace_strict(classes, sites, return_dtype=pl.String)
    return answered.with_columns(
        withheld,
        shielded=answered["shielded"] | (found & unknown),
        site=pl.when(withheld).then(pl.lit(label).cast(answered.schema["site"])).otherwise("site"),
    )


def withheld_site(category: str, class_map: ClassMap) -> str:
    """Return what stands for all sites of a class that are not named."""
    known = class_map.taxonomy.get(category)
    return f"{known.title if known else category} {_WITHHELD}"


def words_in(host: str, category: str, class_map: ClassMap) -> list[tuple[str, str]]:
    """Return the words in a host's name that tell, each with the special class that it tells of."""
    found = []
    for group in class_map.special_words.groups:
        word = group.found_in(host)
        if word and (not group.within or category in group.within):
            found.append((word, group.category))
    return found


def unwrapped(hosts: pl.Series, class_map: ClassMap) -> pl.Series:
    """Return the hosts that translators and caches show under names of their own; null for others."""
    wrappers = class_map.special_words.wrappers
    if not wrappers:
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(hosts))
    ends = "|".join("[.]" + wrapper.replace(".", "[.]") for wrapper in wrappers)
    label = pl.lit(hosts).str.extract(rf"^([^.]+)(?:{ends})$", 1)
    # A hyphen of the name itself is written twice.
    plain = label.str.replace_all("--", "/", literal=True).str.replace_all("-", ".", literal=True)
    return pl.select(plain.str.replace_all("/", "-", literal=True).alias("host")).to_series()


def _tells(answered: pl.DataFrame, places: pl.DataFrame, class_map: ClassMap) -> pl.Series:
    """Return for each place the numbers of the groups of words that its name holds, with blanks between."""
    words = class_map.special_words
    nothing = pl.Series([_UNTOLD], dtype=pl.String).new_from_index(0, places.height)
    judged = answered.select(
        (pl.col("category_tier") != OVERRIDE)
        & ~pl.col("shielded")
        & places["is_name"]
        & ~pl.col("category").is_in(list(class_map.special_categories))
    ).to_series()
    named = places.select(
        host="host",
        listed=pl.col("line_pattern").str.strip_prefix("=").str.splitn("/", 2).struct.field("field_0"),
        own_domain="own_domain",
        category=answered["category"],
        tier=answered["category_tier"],
    )
    rows = judged.arg_true()
    some = named.select(pl.all().gather(rows))
    texts = _texts(some, class_map)
    told: dict[int, list[str]] = {}
    odd = texts.str.contains(PUNYCODE, literal=True).arg_true()
    if len(odd):
        texts = texts.scatter(odd, pl.Series([readable(text) for text in texts.gather(odd)], dtype=pl.String))
    hits = texts.str.contains(words.regex).arg_true()
    suspects = texts.gather(hits)
    for number, group in enumerate(words.groups):
        left = suspects.str.replace_all(group.other_regex, ".")
        for place in left.str.contains(group.regex).arg_true():
            told.setdefault(int(rows[int(hits[place])]), []).append(str(number))
    unknown = (some["tier"] == NONE).arg_true()
    for place in _misspelt(some["own_domain"].gather(unknown).fill_null(""), class_map):
        told.setdefault(int(rows[int(unknown[place])]), []).append(MISSPELT)
    if not told:
        return nothing
    return nothing.scatter(list(told), pl.Series([" ".join(one) for one in told.values()], dtype=pl.String))


def _misspelt(domains: pl.Series, class_map: ClassMap) -> pl.Series:
    """Return the places of domains that are almost those of shielded sites: as they are read, not as they are coded."""
    names = class_map.special_names
    odd = domains.str.contains(PUNYCODE, literal=True).arg_true()
    if odd.is_empty():
        return names.like(domains).is_not_null().arg_true()
    read = [readable(domain) for domain in domains.gather(odd)]
    same = pl.Series([domain.partition(".")[0] in names.names for domain in read], dtype=pl.Boolean)
    like = names.like(domains.scatter(odd, pl.Series(read, dtype=pl.String))).is_not_null()
    return like.scatter(odd.filter(same), values=True).arg_true()


def _texts(named: pl.DataFrame, class_map: ClassMap) -> pl.Series:
    """Return of each host what is looked at: of work and of machinery only what stands left of the listed name."""
    harmless = {name for name, one in class_map.taxonomy.items() if one.business or one.nature == "machine"}
    known = pl.coalesce("listed", "own_domain")
    host = pl.col("host")
    left = pl.when(host.str.ends_with("." + known)).then(
        host.str.head(host.str.len_chars() - known.str.len_chars() - 1)
    )
    by_list = pl.col("category").is_in(sorted(harmless - {INTERNAL}))
    return named.select(
        pl.when(by_list).then(left.fill_null("")).otherwise(host).fill_null("").alias("text")
    ).to_series()


def _is_help(tells: str, category: str, tier: str, class_map: ClassMap) -> bool:
    """Return whether a name tells of help, and others than our own lists put it into a class that accuses.

    Many lists call help for gamblers gambling.
    """
    groups = (class_map.special_words.groups[int(one)] for one in tells.split() if one != MISSPELT)
    by_others = tier in {CURATED, VENDOR, BULK}
    return by_others and category in class_map.accusatory_categories and any(group.help for group in groups)


def _is_news(tells: str, category: str, tier: str, class_map: ClassMap) -> bool:
    """Return whether a name that tells of special classes tells more than the site's class does."""
    if tier == OVERRIDE:
        return False
    known = class_map.taxonomy.get(category)
    for one in tells.split():
        if one == MISSPELT:
            if category == UNCATEGORISED:
                return True
            continue
        group = class_map.special_words.groups[int(one)]
        if group.within and category not in group.within:
            continue
        if known is None or group.category not in known.subject:
            return True
    return False
