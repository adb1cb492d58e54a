"""Which sites an organisation's own word has taken the shield from, whatever file it stands in."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from netaudit.categorise import categorise
from netaudit.definitions.categories import ClassMap, categories_folder, load_class_map


def unshielded(class_map: ClassMap) -> tuple[str, ...]:
    """Return the patterns whose sites would be shielded but for the organisation's own overrides and lists.

    Asked of the lists themselves: what netaudit shields as it ships, what the lists in use name as special, and what
    overrides name; each as the map in use answers, and as it would without the organisation's word.
    """
    shipped = load_class_map(categories_folder())
    bare = replace(class_map, overrides=class_map.overrides.clear())
    special = [
        one.lines.filter(pl.col("category").cast(pl.String).is_in(list(one.special_categories))).select("pattern")
        for one in (shipped, bare)
    ]
    patterns = pl.concat([*special, class_map.overrides.select("pattern")]).get_column("pattern").unique().sort()
    places = patterns.str.strip_prefix("=")
    urls = pl.DataFrame(
        {
            "url_domain": places.str.extract(r"^([^/]*)"),
            "url_path": places.str.extract(r"^[^/]*(/.*)$"),
        }
    )
    now = categorise(urls, class_map).get_column("shielded")
    before = categorise(urls, shipped).get_column("shielded") | categorise(urls, bare).get_column("shielded")
    return tuple(patterns.filter(before & ~now))
