"""Made-up adapters, class maps and lists for the tests of imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import polars as pl

from netaudit.definitions.canaries import Canaries
from netaudit.definitions.categories import ClassMap, load_class_map
from netaudit.definitions.list_sources import ListSource
from netaudit.sources import GuardSettings, ImportReport, import_list
from netaudit.sources.limits import Limits
from netaudit.sources.reading import Reading, read_source
from netaudit.sources.tree import Member, Tree, tree_of

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)

# Classes of a small world: two that accuse, two that do not, one of work, one to be shielded, one of machines.
TAXONOMY = """
[[category]]
id = "gambling"
title = "Gambling"
definition = "Casinos."
nature = "human"
accusatory = true
[[category]]
id = "dating"
title = "Dating"
definition = "Partners."
nature = "human"
accusatory = true
[[category]]
id = "news"
title = "News"
definition = "Newspapers."
nature = "human"
[[category]]
id = "webmail"
title = "Webmail"
definition = "Private mail."
nature = "human"
[[category]]
id = "business_nhs"
title = "NHS"
definition = "Hospitals."
nature = "human"
business = true
[[category]]
id = "special_helpline"
title = "Helplines"
definition = "Help."
nature = "human"
special = true
[[category]]
id = "special_religion"
title = "Religion"
definition = "Belief."
nature = "human"
special = true
[[category]]
id = "infra_ads"
title = "Adverts"
definition = "Adverts."
nature = "machine"
[[category]]
id = "internal"
title = "Internal"
definition = "Internal."
nature = "human"
[[category]]
id = "uncategorised"
title = "Uncategorised"
definition = "Unknown."
nature = "human"
[[category]]
id = "uncategorised_ip"
title = "Addresses"
definition = "Unknown."
nature = "human"
"""
LISTS = {
    "business_nhs": ["nhs.uk,,,whole suffix", "=mail.clinic.example,,,", "clinic.example/staff/,,,"],
    "special_helpline": ["quitgambling.example,,,"],
    "special_religion": ["faithdating.example,,,"],
    "news": ["paper.example,,,", "gazette.example,,,"],
    "gambling": ["ourbets.example,,,", "paper.example/bets/,,,"],
    "infra_ads": ["adverts.example,,,"],
}
CANARIES = Canaries(
    classes={"business_nhs": "work", "special_helpline": "help"},
    doubtful={"special_religion": "is both"},
    sites={"paper.example": "a newspaper", "broadcaster.example": "public service"},
)


def write_categories(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "taxonomy.toml").write_text(TAXONOMY, encoding="utf-8")
    for name, rows in LISTS.items():
        text = "\n".join(["pattern,site,role,note", *rows, ""])
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@cache
def class_map_of(folder: Path) -> ClassMap:
    return load_class_map(write_categories(folder))


def adapter(syntax: str = "squidguard", classes: Mapping[str, str] | None = None, **more: object) -> ListSource:
    return ListSource(
        name="made_up",
        title="A made-up list",
        homepage="https://lists.example/",
        licence="CC0-1.0",
        attribution="Nobody",
        tier="bulk",
        syntax=syntax,
        classes=classes or {"casinos": "gambling", "partners": "dating", "papers": "news"},
        **more,  # type: ignore[arg-type]
    )


def tree(files: Mapping[str, bytes | str | Sequence[str]]) -> Tree:
    """Return files in memory; a sequence is lines."""
    contents = {
        path: content
        if isinstance(content, bytes)
        else (content if isinstance(content, str) else "\n".join(content)).encode()
        for path, content in files.items()
    }
    members = [Member(path, read=lambda content=content: content) for path, content in contents.items()]
    return tree_of(members, Limits(), "made-up")


def read(source: ListSource, files: Mapping[str, bytes | str | Sequence[str]]) -> Reading:
    return read_source(source, tree(files))


def rows(reading: Reading) -> list[tuple[str, str]]:
    return list(reading.rows.select("pattern", "upstream").iter_rows())


def adds_up(reading: Reading) -> bool:
    return reading.lines + reading.further == reading.rows.height + sum(reading.unused.values())


def hosts(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number}.example" for number in range(count)]


def write_lists(folder: Path, lists: Mapping[str, Sequence[str]]) -> Path:
    """Write a tree as squidGuard has it; a name that ends in /urls is of that file."""
    for name, lines in lists.items():
        path = folder / (name if name.endswith("/urls") else f"{name}/domains")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return folder


def bring_in(source: ListSource, origin: Path, folder: Path, class_map: ClassMap, **more: object) -> ImportReport:
    values = {"canaries": CANARIES, "settings": GuardSettings(), **more}
    now = values.pop("now", NOW)
    return import_list(source, origin, folder, class_map, now, **values)  # type: ignore[arg-type]


def live_rows(folder: Path) -> pl.DataFrame:
    (path,) = sorted((folder / "lists").glob("*.parquet"))
    return pl.read_parquet(path)
