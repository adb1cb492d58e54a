"""Lists with a name, or a few, to a line: what each line of them says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

import polars as pl

from netaudit.sources import reasons
from netaudit.sources.names import named
from netaudit.sources.reasons import NAMES

# Where lists send names that are not to be reached. hosts(5); 0 stands for 0.0.0.0 with most resolvers.
_SINK = r"(?:0\.0\.0\.0|0|127(?:\.\d{1,3}){3}|::1?|0:0:0:0:0:0:0:[01])"
_COMMENT = r"^(?:#|!|;|//)"
_LOOKED_AT = 2_000  # lines, to find out which syntax a file is in

# https://adguard.com/kb/general/ad-filtering/create-own-filters/: modifiers that leave a rule for a whole host one.
_HARMLESS_MODIFIERS = ("important", "all", "document", "doc")
_COSMETIC = r"#@?[$?%]{0,2}#|\$@?\$"
_ADBLOCK_RULE = r"^\|\|([^\^/$|]+)(/[^\^$|]*)?[\^|*]*(?:\$(.*))?$"

_DNSMASQ_RULE = r"^(address|server|local)\s*=\s*/(.*)/([^/]*)$"
_UNBOUND_ZONE = r'^local-zone:\s*"?([^"\s]+?)"?\s+"?([a-z_]+)"?\s*$'
_UNBOUND_DATA = r"""^local-data:\s*["']?\s*([^"'\s]+)\s+(?:\d+\s+)?(?:IN\s+)?(A|AAAA|CNAME)\s+([^"'\s]+)"""
_UNBOUND_LETS_THROUGH = ("transparent", "typetransparent", "nodefault", "inform", "always_transparent")

Said = tuple[pl.Expr, pl.Expr]  # texts (or a list of them to a line), the reason for lines without


def names_of(lines: pl.Series, syntax: str, modifiers: Collection[str] = ()) -> pl.DataFrame:
    """Return NAMES of lines in a syntax: at least one row for each line.

    Args:
        lines: without white space at their ends; null for those that are far too long.
        syntax: one of definitions.list_sources.LINE_SYNTAXES.
        modifiers: of adblock, that are taken beside those that change nothing about a host.
    """
    if syntax == "auto":
        syntax = detected(lines, modifiers)
    line = pl.col("line")
    if syntax == "adblock":
        texts, reason = _adblock(line, modifiers)
        exact = pl.lit(value=False)
    else:
        texts, reason = _SYNTAXES[syntax](line)
        exact = _is_data(line) if syntax == "unbound" else pl.lit(value=False)
    reason = (
        pl.when(line.is_null())
        .then(pl.lit(reasons.TOO_LONG))
        .when(line == "")
        .then(pl.lit(reasons.BLANK))
        .otherwise(reason)
    )
    # A list without anything in it would lose its line; null keeps it.
    said = pl.when(reason.is_null()).then(texts)
    found = lines.to_frame("line").select(text=said, exact=exact, reason=reason)
    if found.schema["text"] != pl.String:
        found = found.explode("text")
    return found.cast(NAMES)


def detected(lines: pl.Series, modifiers: Collection[str] = ()) -> str:
    """Return the syntax that finds most names in the first lines; plain if none finds any."""
    some = lines.filter(~lines.str.contains(_COMMENT) & (lines != "")).head(_LOOKED_AT)
    best, most = "plain", 0
    for syntax in ("plain", "hosts", "adblock", "dnsmasq", "unbound"):
        found = named(names_of(some, syntax, modifiers)).get_column("pattern").count()
        if found > most:
            best, most = syntax, found
    return best


def _plain(line: pl.Expr) -> Said:
    text = line.str.replace(r"\s+[#;!].*$", "")
    reason = (
        pl.when(line.str.contains(_COMMENT))
        .then(pl.lit(reasons.COMMENT))
        .when(line.str.contains(r"^\[.*\]$") & ~line.str.contains(":", literal=True))
        .then(pl.lit(reasons.HEADER))
        .when(text.str.contains(r"\s"))
        .then(pl.lit(reasons.NOT_A_HOST))
    )
    return text, reason


def _hosts(line: pl.Expr) -> Said:
    rule = line.str.replace(r"\s*#.*$", "")
    reason = (
        pl.when(line.str.contains(_COMMENT))
        .then(pl.lit(reasons.COMMENT))
        .when(rule.str.contains(rf"^{_SINK}\s+\S"))
        .then(pl.lit(None, pl.String))
        .when(rule.str.contains(r"^[0-9A-Fa-f.:]+(?:%\S+)?\s+\S"))
        .then(pl.lit(reasons.REAL_ADDRESS))
        .otherwise(pl.lit(reasons.NOT_A_HOST))
    )
    return rule.str.extract_all(r"\S+").list.slice(1), reason


def _adblock(line: pl.Expr, modifiers: Collection[str]) -> Said:
    rule = line.str.extract_groups(_ADBLOCK_RULE).struct
    host, path, conditions = (rule.field(str(number)) for number in (1, 2, 3))
    harmless = [*_HARMLESS_MODIFIERS, *modifiers]
    named_ones = conditions.str.to_lowercase().str.split(",")
    unconditional = conditions.is_null() | named_ones.list.eval(pl.element().is_in(harmless)).list.all()
    reason = (
        pl.when(line.str.starts_with("!") | line.str.contains(r"^\[.*\]$") | line.str.contains(r"^#(?:\s|#*$)"))
        .then(pl.lit(reasons.COMMENT))
        .when(line.str.starts_with("@@") | line.str.contains(r"[$,]badfilter(?:,|$)"))
        .then(pl.lit(reasons.EXCEPTION))
        .when(line.str.contains(_COSMETIC))
        .then(pl.lit(reasons.COSMETIC))
        .when(line.str.starts_with("/"))
        .then(pl.lit(reasons.REGEX))
        .when(host.is_null())
        .then(pl.lit(reasons.NOT_A_HOST_RULE))
        .when(~unconditional)
        .then(pl.lit(reasons.MODIFIER))
    )
    return host + path.fill_null("").str.replace(r"/\*+$", "/"), reason


def _dnsmasq(line: pl.Expr) -> Said:
    rule = line.str.replace(r"\s+#.*$", "").str.extract_groups(_DNSMASQ_RULE).struct
    kind, hosts, target = (rule.field(str(number)) for number in (1, 2, 3))
    # dnsmasq(8): `#` or nothing as an address is the null address; a server of its own, or none to ask (`server=/x/`).
    sunk = target.is_in(["", "#"]) | target.str.contains(rf"^{_SINK}$")
    reason = (
        pl.when(line.str.contains(_COMMENT))
        .then(pl.lit(reasons.COMMENT))
        .when(kind.is_null())
        .then(pl.lit(reasons.HEADER))
        .when((kind == "server") & (target != ""))
        .then(pl.lit(reasons.FORWARDED))
        .when(~sunk)
        .then(pl.lit(reasons.REAL_ADDRESS))
    )
    return hosts.str.split("/"), reason


def _is_data(line: pl.Expr) -> pl.Expr:
    return line.str.starts_with("local-data:")  # of one name, where a zone is of all under it


def _unbound(line: pl.Expr) -> Said:
    rule = line.str.replace(r"\s+#.*$", "")
    zone, data = rule.str.extract_groups(_UNBOUND_ZONE).struct, rule.str.extract_groups(_UNBOUND_DATA).struct
    name, kind = zone.field("1"), zone.field("2")
    reason = (
        pl.when(line.str.contains(_COMMENT))
        .then(pl.lit(reasons.COMMENT))
        .when(kind.is_in(_UNBOUND_LETS_THROUGH))
        .then(pl.lit(reasons.FORWARDED))
        .when(name.is_not_null())
        .then(pl.lit(None, pl.String))
        .when(data.field("1").is_null())
        .then(pl.lit(reasons.HEADER))
        .when(~data.field("3").str.contains(rf"^{_SINK}\.?$"))
        .then(pl.lit(reasons.REAL_ADDRESS))
    )
    return pl.coalesce(name, data.field("1")), reason


_SYNTAXES: Mapping[str, Callable[[pl.Expr], Said]] = MappingProxyType(
    {"plain": _plain, "wildcard": _plain, "hosts": _hosts, "dnsmasq": _dnsmasq, "unbound": _unbound}
)
