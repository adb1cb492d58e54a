"""Whether the examples of the taxonomy are in their classes."""

from __future__ import annotations

import polars as pl

from netaudit.categorise.classes import categorise
from netaudit.definitions.categories import ClassMap
from netaudit.errors import Problem


def check_class_map(class_map: ClassMap) -> list[Problem]:
    """Return a problem for each taxonomy example outside its class, and each counter-example inside."""
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
