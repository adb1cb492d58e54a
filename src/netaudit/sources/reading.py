"""A foreign list read: its rows in our own forms, and an account of every line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from netaudit.definitions.list_sources import LINE_SYNTAXES, ListSource
from netaudit.sources import reasons
from netaudit.sources.choosing import Chosen, chosen
from netaudit.sources.limits import refused
from netaudit.sources.line_syntaxes import names_of
from netaudit.sources.names import named
from netaudit.sources.origins import is_archive
from netaudit.sources.reasons import CLASSED, NAMES, unused
from netaudit.sources.structured import adguard_names, csv_names, m365_names, misp_names, two_factor_names
from netaudit.sources.texts import line_count, lines_of
from netaudit.sources.tree import Content, Tree
from netaudit.sources.v2fly import v2fly_names

ROWS = pl.Schema(
    {
        "pattern": pl.String,
        "category": pl.String,  # ours
        "upstream": pl.String,  # the source's class
        "host": pl.String,
        "is_suffix": pl.Boolean,  # strangers register names under it
    }
)


@dataclass(frozen=True, eq=False)
class Reading:
    """What a list says. `lines` and `further` names on them add up to the rows and the `unused`."""

    rows: pl.DataFrame  # ROWS, sorted, each once
    lines: int  # or records, or entries
    further: int  # names beyond the first on a line, or classes beyond the first of a name
    unused: Mapping[str, int] = field(default_factory=dict)  # reason → lines or names
    found: frozenset[str] = frozenset()  # classes that are taken and are there
    dangling: int = 0  # links that lead to nothing


def read_source(source: ListSource, tree: Tree) -> Reading:
    """Return what the files of an origin say, as the adapter understands them.

    Raises:
        InputError: there is no list of this source, or it cannot be read.
    """
    files = chosen(source, tree.files, tree.where)
    taken = [one for one in files if one.upstream is None or one.upstream in source.classes]
    skipped = sum(line_count(tree.files[one.path]()) for one in files if one not in taken)
    names, lines = _all_names(source, {one: _content(tree, one.path) for one in taken}, tree.where)
    rows, counts = _rows(source, names)
    if skipped:
        counts[reasons.NOT_MAPPED] += skipped
    there = {one.upstream for one in taken if one.upstream is not None and one.is_list}
    return Reading(
        rows=rows,
        lines=lines + skipped,
        further=names.height - lines,
        unused=dict(sorted(counts.items())),
        found=frozenset(there | set(rows.get_column("upstream").unique())),
        dangling=tree.dangling,
    )


def _all_names(source: ListSource, contents: Mapping[Chosen, Content], where: str) -> tuple[pl.DataFrame, int]:
    """Return CLASSED rows of all files, and how many lines they have."""
    if source.syntax == "v2fly":
        lists = {one.path.rpartition("/")[2]: lines_of(content) for one, content in contents.items()}
        names = v2fly_names(lists, source.classes, source.attributes_left_out, where)
        return names, sum(len(lines) for lines in lists.values())
    frames, count = [CLASSED.to_frame()], 0
    for one, content in contents.items():
        names, lines = _names(source, one, content)
        frames.append(names)
        count += lines
    return pl.concat(frames), count


def _names(source: ListSource, file: Chosen, content: Content) -> tuple[pl.DataFrame, int]:
    """Return CLASSED rows of one file, and how many lines it has."""
    match source.syntax:
        case "csv":
            return csv_names(content, source.columns, source.separator)
        case "two_factor_directory":
            return two_factor_names(content)
        case "m365_endpoints":
            return m365_names(content)
        case "adguard_services":
            return adguard_names(content, source.classes, source.modifiers)
        case "misp":
            names, lines = misp_names(content)
        case _ if file.is_list:
            texts = lines_of(content)
            syntax = source.syntax if source.syntax in LINE_SYNTAXES else "plain"
            names, lines = names_of(texts, syntax, source.modifiers), len(texts)
        case _:
            lines = line_count(content)
            names = unused(reasons.OTHER_FILE, lines)
    return names.select(*NAMES, upstream=pl.lit(file.upstream, pl.String)), lines


def _content(tree: Tree, path: str) -> Content:
    content = tree.files[path]()
    if is_archive(content):
        remedy = "unpack it, look at what is in it, and import the folder"
        raise refused("there is an archive inside it", f"{tree.where}: {path[:200]}", remedy)
    return content


def _rows(source: ListSource, names: pl.DataFrame) -> tuple[pl.DataFrame, Counter[str]]:
    """Return ROWS, each once, and how many names are not among them, by reason."""
    not_taken = (
        pl.when(pl.col("upstream").is_null())
        .then(pl.lit(reasons.NO_CLASS))
        .when(~pl.col("upstream").is_in(list(source.classes)))
        .then(pl.lit(reasons.NOT_MAPPED))
    )
    names = names.with_columns(reason=pl.coalesce("reason", not_taken))
    names = names.with_columns(text=pl.when(pl.col("reason").is_null()).then("text"))
    rows = named(names)
    wrong = pl.any_horizontal(
        pl.lit(value=False),
        *[(pl.col("host") == host) | pl.col("host").str.ends_with(f".{host}") for host in source.known_wrong],
    )
    rows = rows.with_columns(reason=pl.when(wrong).then(pl.lit(reasons.KNOWN_WRONG)).otherwise("reason"))
    unused_ones = rows.filter(pl.col("reason").is_not_null()).get_column("reason")
    counts: Counter[str] = Counter(dict(unused_ones.value_counts().iter_rows()))
    used = rows.filter(pl.col("reason").is_null()).with_columns(
        category=pl.col("upstream").replace_strict(
            list(source.classes), list(source.classes.values()), return_dtype=pl.String
        )
    )
    once = used.select(ROWS.names()).unique(["pattern", "category", "upstream"])
    if once.height < used.height:
        counts[reasons.TWICE] += used.height - once.height
    return once.sort("pattern", "category", "upstream"), counts
