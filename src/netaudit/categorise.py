"""From distinct URLs to classes of site: the most specific pattern wins, on label boundaries.

Order: overrides; then addresses and internal names; then the lists. Within a tier a path pattern beats an exact host,
which beats a suffix; of several paths or suffixes the longest wins. A special category anywhere on a host's chain
shields it, whatever class wins, unless an override says otherwise: masking errs on the safe side.
"""

from __future__ import annotations

from collections.abc import Iterable

import idna
import polars as pl

from netaudit.definitions.categories import ClassMap
from netaudit.definitions.patterns import registered_domain
from netaudit.definitions.taxonomy import INTERNAL, UNCATEGORISED, UNCATEGORISED_IP
from netaudit.errors import Problem

RESULT_COLUMNS = (
    "url_registered_domain",
    "site",
    "category",
    "category_match",
    "host_role",
    "shielded",
)

# RFC 1035 §2.3.4: a name has at most 255 octets. Longer ones are noise and match nothing.
_LONGEST_HOST = 255
_NAME = r"^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$"
_OCTET = r"(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_IPV4 = rf"^{_OCTET}(\.{_OCTET}){{3}}$"
# RFC 1918 §3 private use, RFC 1122 §3.2.1.3 loopback, RFC 3927 link-local.
_IPV4_INTERNAL = r"^(10\.|127\.|192\.168\.|169\.254\.|172\.(1[6-9]|2[0-9]|3[01])\.)"
_IPV6 = r"^\[[0-9a-f:]*:[0-9a-f:.]*(%[^\]]*)?\]$"
# RFC 4291 §2.5.3 loopback, §2.5.6 link-local; RFC 4193 unique local.
_IPV6_INTERNAL = r"^\[(::1(%[^\]]*)?\]$|fe[89ab][0-9a-f]:|f[cd][0-9a-f]{2}:)"
_BARE_IPV6 = r"^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*(%.*)?$"
# RFC 6762 .local, RFC 8375 home.arpa, ICANN's reservation of .internal (2024), and .lan by wide custom.
_INTERNAL_NAME = r"(^|\.)(local|internal|lan|localhost|home\.arpa)$"


def categorise(urls: pl.DataFrame, class_map: ClassMap) -> pl.DataFrame:
    """Return the same rows in the same order with the class of each URL and why.

    Args:
        urls: `url_domain` (host, lower case, no port) and `url_path` (null where only the host is known). Should
            be distinct URLs; other columns are kept.
        class_map: the compiled lists.

    Returns:
        The rows plus `url_registered_domain` (null for addresses and internal names), `site`, `category`,
        `category_match` (the pattern that decided; null for none), `host_role` (page or asset), `shielded`.
        Any text is accepted as a host: what matches nothing is `uncategorised`.
    """
    given = urls.select(
        pl.col("url_domain").cast(pl.String).alias("given"), pl.col("url_path").cast(pl.String).alias("path")
    )
    hosts = _normalised(given.get_column("given").unique())
    distinct = _with_special(hosts.select("host").unique(), class_map)
    rows = given.join(hosts, on="given", how="left", nulls_equal=True, maintain_order="left").join(
        distinct, on="host", how="left", nulls_equal=True, maintain_order="left"
    )
    rows = _with_paths(rows, class_map)
    return urls.with_columns(_answers(rows, class_map).get_columns())


def has_path_rules(hosts: pl.Series, class_map: ClassMap) -> pl.Series:
    """Return for each host whether its class may depend on the path; the class of the others is the host's own."""
    rules = pl.concat([class_map.rules, class_map.overrides], how="diagonal").filter(kind="path")
    with_paths = rules.get_column("host").unique()
    if with_paths.is_empty():
        return pl.repeat(value=False, n=hosts.len(), eager=True)
    ends = _suffixes(_normalised(hosts.alias("given")).get_column("host"), _depths(rules))
    return _any(pl.DataFrame([end.alias(str(depth)) for depth, end in ends.items()]), with_paths, "has_path_rules")


def check_class_map(class_map: ClassMap) -> list[Problem]:
    """Return a problem for every example of the taxonomy that is not in its class, or counter-example that is."""
    wanted = [
        (category.id, text, is_example)
        for category in class_map.taxonomy.values()
        for texts, is_example in ((category.examples, True), (category.counter_examples, False))
        for text in texts
    ]
    parts = [text.partition("://")[2] or text for _, text, _ in wanted]
    urls = pl.DataFrame(
        {
            "url_domain": [part.partition("/")[0] for part in parts],
            "url_path": ["/" + part.partition("/")[2] if "/" in part else None for part in parts],
        },
        schema={"url_domain": pl.String, "url_path": pl.String},
    )
    found = categorise(urls, class_map)
    problems = []
    for (category, text, is_example), now, match in zip(
        wanted, found.get_column("category"), found.get_column("category_match"), strict=True
    ):
        if (now == category) is not is_example:
            kind = "example" if is_example else "counter-example"
            problems.append(
                Problem(
                    f"{kind} '{text}' of category '{category}' is '{now}'",
                    f"taxonomy.toml: {category}",
                    f"decided by the pattern {match}" if match else "no pattern matches it",
                )
            )
    return problems


def _normalised(given: pl.Series) -> pl.DataFrame:
    """Return each text with its host in the form that patterns use: lower case, punycode, no port, no last dot."""
    host = (
        pl.col("given")
        .str.to_lowercase()
        .str.strip_chars()
        .str.replace(r"^.*@", "")  # user information must never become a site
        .str.replace(r"^(\[[^\]]*\]|[^:\[\]]*):[0-9]*$", "$1")
        .str.replace(_BARE_IPV6, "[$0]")
        .str.replace(r"^\[::ffff:([0-9.]+)\]$", "$1")  # RFC 4291 §2.5.5.2: an IPv4 address in IPv6 dress
        .str.strip_chars_end(".")
    )
    frame = given.to_frame("given").with_columns(host=host)
    foreign = frame.filter(~pl.col("host").str.contains(r"^[\x00-\x7f]*$")).get_column("host").unique()
    if foreign.is_empty():
        return frame
    return frame.with_columns(
        pl.col("host").replace(foreign, pl.Series([_punycode(name) for name in foreign], dtype=pl.String))
    )


def _punycode(host: str) -> str:
    """Return an internationalised name as browsers send it (UTS 46), or the text itself if it is not a name.

    >>> _punycode("münchen.de")
    'xn--mnchen-3ya.de'
    """
    if len(host) > _LONGEST_HOST:
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return host


def _with_special(hosts: pl.DataFrame, class_map: ClassMap) -> pl.DataFrame:
    """Add what the host alone tells: address or internal, the rule of each tier, the shield of its chain."""
    host = pl.col("host")
    ipv4, ipv6 = host.str.contains(_IPV4), host.str.contains(_IPV6)
    name = host.str.contains(_NAME) & ~ipv4 & (host.str.len_bytes() <= _LONGEST_HOST)
    hosts = hosts.with_columns(
        is_name=name.fill_null(value=False),
        fixed=pl.when(ipv4 & host.str.contains(_IPV4_INTERNAL) | ipv6 & host.str.contains(_IPV6_INTERNAL))
        .then(pl.lit(INTERNAL))
        .when(ipv4 | ipv6)
        .then(pl.lit(UNCATEGORISED_IP))
        .when(name & (~host.str.contains(".", literal=True) | host.str.contains(_INTERNAL_NAME)))
        .then(pl.lit(INTERNAL)),
    )
    return hosts.with_columns(
        *_host_rule(hosts, class_map.rules, class_map, "list"),
        *_host_rule(hosts, class_map.overrides, class_map, "override"),
    )


def _host_rule(hosts: pl.DataFrame, rules: pl.DataFrame, class_map: ClassMap, tier: str) -> list[pl.Series]:
    """Return for each host its best pattern without a path, whether its chain is special, and if paths matter."""
    host = hosts.get_column("host")
    suffixes = _suffixes(host, _depths(rules))
    exact = _look_up(host, rules.filter(kind="exact"))
    by_suffix = {
        depth: _look_up(suffix, rules.filter(kind="suffix")) for depth, suffix in suffixes.items()
    }
    chain = [exact, *(by_suffix[depth] for depth in sorted(by_suffix, reverse=True))]
    special = rules.filter(pl.col("category").is_in(list(class_map.special_categories))).get_column("pattern")
    path_hosts = rules.filter(kind="path").get_column("host").unique()
    frame = pl.DataFrame([found.alias(str(number)) for number, found in enumerate(chain)])
    on_paths = pl.DataFrame([suffix.alias(str(depth)) for depth, suffix in suffixes.items()])
    return [
        frame.select(pl.coalesce(pl.all()).alias(f"{tier}_rule")).to_series(),
        _any(frame, special, f"{tier}_special"),
        _any(on_paths, path_hosts, f"{tier}_paths") if suffixes else host.is_null().alias(f"{tier}_paths"),
    ]


def _with_paths(rows: pl.DataFrame, class_map: ClassMap) -> pl.DataFrame:
    """Let a pattern with a path, where one matches, take the place of the host's own."""
    rows = rows.with_row_index("row")
    for tier, rules in (("list", class_map.rules), ("override", class_map.overrides)):
        path_rules = rules.filter(kind="path")
        candidates = rows.filter(pl.col(f"{tier}_paths") & pl.col("path").is_not_null())
        if path_rules.is_empty() or candidates.is_empty():
            continue
        # Compared in lower case: servers differ, and a shielded page must not slip through in capitals.
        path = candidates.get_column("path").str.to_lowercase().str.replace(r"[?#].*$", "").str.replace_all("/+", "/")
        parts = path.str.strip_chars("/").str.split("/")
        longest = max(path_rules.get_column("path").str.count_matches("/")) - 1
        found = []
        for suffix in reversed(_suffixes(candidates.get_column("host"), _depths(path_rules)).values()):
            for depth in range(longest, 0, -1):
                prefix = parts.list.head(depth).list.join("/")
                found.append(_look_up(suffix + "/" + prefix + "/", path_rules).alias(str(len(found))))
        frame = pl.DataFrame(found)
        special = path_rules.filter(pl.col("category").is_in(list(class_map.special_categories)))
        matched = candidates.select("row").with_columns(
            frame.select(pl.coalesce(pl.all()).alias("path_rule")).to_series(),
            _any(frame, special.get_column("pattern"), "path_special"),
        )
        rows = (
            rows.join(matched, on="row", how="left", maintain_order="left")
            .with_columns(
                pl.coalesce("path_rule", f"{tier}_rule").alias(f"{tier}_rule"),
                (pl.col(f"{tier}_special") | pl.col("path_special").fill_null(value=False)).alias(f"{tier}_special"),
            )
            .drop("path_rule", "path_special")
        )
    return rows


def _answers(rows: pl.DataFrame, class_map: ClassMap) -> pl.DataFrame:
    """Return the result columns, in the order of the rows."""
    listed = class_map.rules.select(
        pl.col("pattern", "category", "site", "registered_domain", "role", "kind").name.prefix("list_"),
        list_host=pl.when(pl.col("kind") == "suffix").then("host"),
    )
    ruled = class_map.overrides.select(pl.col("pattern", "category").name.prefix("override_"))
    rows = rows.join(
        listed, left_on="list_rule", right_on="list_pattern", how="left", maintain_order="left"
    ).join(ruled, left_on="override_rule", right_on="override_pattern", how="left", maintain_order="left")
    outright = pl.col("fixed").is_not_null()
    rows = _with_own_domain(rows, rows.select(~outright & pl.col("is_name")).to_series())
    list_site = pl.when(pl.col("list_site") != "").then(pl.col("list_site"))
    list_domain = pl.when(pl.col("list_registered_domain") != "").then(pl.col("list_registered_domain"))
    rows = rows.with_columns(_part(rows, class_map))
    special = list(class_map.special_categories)
    counts = pl.col("part") == "machine"
    return rows.select(
        url_registered_domain=pl.when(~outright).then(pl.coalesce(list_domain, "own_domain")),
        site=pl.when(outright).then("host").otherwise(pl.coalesce(list_site, "own_domain", "host")),
        category=pl.coalesce(
            "override_category",
            "fixed",
            pl.when(counts).then(pl.lit(class_map.host_labels.machine_category)),
            "list_category",
            pl.lit(UNCATEGORISED),
        ),
        category_match=pl.coalesce("override_rule", pl.when(~outright).then("list_rule")),
        host_role=pl.when(outright)
        .then(pl.lit("page"))
        .when((pl.col("list_role") == "asset") | pl.col("part").is_not_null())
        .then(pl.lit("asset"))
        .otherwise(pl.lit("page")),
        shielded=pl.when(pl.col("override_rule").is_not_null())
        .then(pl.col("override_category").is_in(special))
        .otherwise(~outright & pl.col("list_special")),
    )


def _with_own_domain(rows: pl.DataFrame, is_site: pl.Series) -> pl.DataFrame:
    """Add the registered domain of each host that no list gives a site, counting private suffixes as public ones."""
    hosts = rows.filter(is_site & (pl.col("list_site").fill_null("") == "")).get_column("host").unique()
    own = pl.DataFrame(
        {"host": hosts, "own_domain": [registered_domain(name, private=True) or None for name in hosts]},
        schema={"host": pl.String, "own_domain": pl.String},
    )
    return rows.join(own, on="host", how="left", maintain_order="left")


def _part(rows: pl.DataFrame, class_map: ClassMap) -> pl.Series:
    """Return what a host's own labels make of it: asset, machine, or null where they say nothing.

    Only labels to the left of the suffix that decided, or of the registered domain, are looked at: a line of a list
    for the very host has had its say.
    """
    labels = class_map.host_labels
    known = pl.when(pl.col("list_rule").is_null()).then("own_domain").otherwise("list_host")
    left = pl.when(pl.col("is_name") & pl.col("host").str.ends_with("." + known)).then(
        pl.col("host").str.head(pl.col("host").str.len_chars() - known.str.len_chars() - 1)
    )
    human = ~pl.col("list_category").is_in([*labels.machine_except, *class_map.machine_categories])
    return rows.select(
        pl.when(left.str.contains(labels.machine_regex) & human.fill_null(value=True))
        .then(pl.lit("machine"))
        .when(left.str.contains(labels.asset_regex))
        .then(pl.lit("asset"))
        .alias("part")
    ).to_series()


def _depths(rules: pl.DataFrame) -> list[int]:
    """Return how many labels the hosts of suffix and path patterns have, each number once, rising."""
    hosts = rules.filter(pl.col("kind") != "exact").get_column("host")
    return (hosts.str.count_matches(".", literal=True) + 1).unique().sort().to_list()


def _suffixes(host: pl.Series, depths: Iterable[int]) -> dict[int, pl.Series]:
    """Return the last labels of each host, by their number; null where a host has fewer, or is no name."""
    usable = pl.Series([None], dtype=pl.String)
    usable = host.to_frame("host").select(
        pl.when(pl.col("host").str.len_bytes() <= _LONGEST_HOST).then("host")
    ).to_series()
    labels = usable.str.split(".")
    return {
        depth: labels.list.tail(depth).list.join(".")
        for depth in depths
    }


def _look_up(texts: pl.Series, rules: pl.DataFrame) -> pl.Series:
    """Return for each text the pattern it equals, or null."""
    key = pl.when(pl.col("kind") == "path").then("pattern").otherwise("host")
    table = rules.select(key.alias("text"), "pattern")
    return (
        texts.alias("text").to_frame().join(table, on="text", how="left", maintain_order="left").get_column("pattern")
    )


def _any(frame: pl.DataFrame, patterns: pl.Series, name: str) -> pl.Series:
    """Return whether any column of each row is one of the patterns."""
    return frame.select(
        pl.any_horizontal(pl.all().is_in(patterns.implode()).fill_null(value=False)).alias(name)
    ).to_series()
