"""What the class map says of hosts and URLs that somebody asks about, and why."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from netaudit.assess import class_use
from netaudit.categorise import MISSPELT, categorise, normalised, votes_about, words_in
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.host_labels import HostLabels
from netaudit.definitions.policies import Policy
from netaudit.definitions.tiers import INFRASTRUCTURE, INTERNAL, NONE, OWN
from netaudit.ingest import url_parts, url_paths

# What `netaudit categories lookup` gives for each line.
LOOKUP = ("input", "host", "category", "use", "tier", "source", "confirmed", "shielded")


def look_up(inputs: pl.Series, class_map: ClassMap, policy: Policy) -> pl.DataFrame:
    """Return a row of LOOKUP, and more columns of `categorise`, for each host or URL, in their order.

    Args:
        inputs: text as people write it: a host, with a port or without, or a URL with a scheme or without.
        class_map: the compiled lists.
        policy: says what a class counts as.
    """
    distinct = inputs.unique().to_frame("input")
    found = _hosts_and_paths(distinct)
    found = categorise(found, class_map).rename(
        {"category_tier": "tier", "category_source": "source", "category_confirmed": "confirmed"}
    )
    found = found.with_columns(
        host=normalised(found["url_domain"].alias("given"))["host"],
        use=pl.when("shielded")
        .then(pl.lit("shielded"))
        .when("confirmed")
        .then(class_use(policy))
        .otherwise(pl.lit("unknown")),
    )
    return inputs.to_frame("input").join(found, on="input", how="left", maintain_order="left")


def explain_site(text: str, class_map: ClassMap, policy: Policy) -> Iterator[str]:
    """Yield in plain words, line by line, what a host or URL is taken for, every vote, who won, and why."""
    answer = look_up(pl.Series([text], dtype=pl.String), class_map, policy).row(0, named=True)
    titles = {name: category.title for name, category in class_map.taxonomy.items()}
    yield f"{answer['host']}: {titles[answer['category']]} ({answer['category']}), counts as {answer['use']}"
    yield f"  site {answer['site']}" + (
        ", a host that only serves parts of it" if answer["host_role"] == "asset" else ""
    )
    if answer["shielded"]:
        yield "  shielded: no output names it"
    yield from _told_by_name(answer, class_map)
    if not answer["confirmed"]:
        yield f"  unconfirmed: only {answer['source']} says so; it counts as unknown and never makes a finding alone"
    votes = votes_about(answer["host"], answer["url_path"], class_map)
    yield from _why(answer, votes, class_map.host_labels)
    if votes.is_empty():
        yield "No list says anything about it."
        return
    yield "Who says what, first who is believed first:"
    width = max(len(pattern) for pattern in votes["pattern"])
    for number, vote in enumerate(votes.iter_rows(named=True)):
        won = "*" if number == 0 and answer["category_match"] == vote["pattern"] else " "
        shield = ", shields" if vote["special"] else ""
        yield (
            f"{won} {vote['tier']:<14} {vote['source']:<12} {vote['pattern']:<{width}}  "
            f"{vote['category']}{shield}  ({vote['note']})"
        )


def _told_by_name(answer: dict[str, object], class_map: ClassMap) -> Iterator[str]:
    """Yield what a host's name tells of a special category, if that hides anything."""
    if not (answer["withheld"] or (answer["shielded"] and answer["name_tells"])):
        return
    for word, special in words_in(str(answer["host"]), str(answer["category"]), class_map):
        title = class_map.taxonomy[special].title
        yield f"  the word '{word}' in its name tells of {title} ({special}): special_words.toml"
    if MISSPELT in str(answer["name_tells"]).split():
        yield "  its name is almost that of a site that is shielded"
    if answer["withheld"]:
        yield "  its name is withheld: all such sites of the class are shown as one"
    else:
        yield "  a line in a class list, or an override, is believed before such words"


def _why(answer: dict[str, object], votes: pl.DataFrame, labels: HostLabels) -> Iterator[str]:
    tier = answer["tier"]
    if tier == INTERNAL:
        yield "  its form says so: it is an address, or a name that is only known inside"
    elif tier == INFRASTRUCTURE and answer["category_match"] is None:
        yield f"  a word in its name says so: one of those in host_labels.toml gives {labels.machine_category}"
    elif tier == NONE and answer["shielded"]:
        yield "  no list knows it, and no filter is asked here"
    elif tier == NONE:
        yield "  nothing is known about it: its time counts as unknown"
    else:
        yield f"  decided by the pattern {answer['category_match']} of {answer['source']} (tier {tier})"
    if votes.is_empty():
        return
    best = votes.head(1)
    same = votes.filter((pl.col("tier") == best["tier"].first()) & (pl.col("pattern") == best["pattern"].first()))
    if tier != OWN and same["category"].n_unique() > 1:
        yield "  ambiguous: lists of this tier disagree about the pattern; the class that accuses nobody is taken"


def _hosts_and_paths(inputs: pl.DataFrame) -> pl.DataFrame:
    """Return `input` with `url_domain` and `url_path` (null for a host alone)."""
    text = pl.col("input").str.strip_chars().str.strip_prefix("//")  # of a link that takes its page's scheme
    frame = inputs.with_columns(url_full=text, tunnel=~text.str.contains_any(["/", "?", "#"]))
    urls = frame.filter(~pl.col("tunnel"))
    parts = urls.select("input", url_domain=url_parts(urls)["url_domain"].cast(pl.String), url_path=url_paths(urls))
    hosts = frame.filter("tunnel").select("input", url_domain="url_full", url_path=pl.lit(None, pl.String))
    return pl.concat([parts, hosts])
