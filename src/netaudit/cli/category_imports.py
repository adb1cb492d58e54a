"""`netaudit categories import` and `sources`: foreign lists, brought in and told about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import polars as pl

from netaudit.cli.options import config_option, configuration_of
from netaudit.definitions.canaries import load_canaries
from netaudit.definitions.categories import ClassMap, categories_folder, load_class_map
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.list_source_files import load_list_sources
from netaudit.definitions.list_sources import ListSource
from netaudit.definitions.toml_files import did_you_mean
from netaudit.errors import InputError, NetauditError, Problem
from netaudit.sources import ClassCount, Fetched, ImportReport, import_list

_CANARIES_SHOWN = 200
_OTHERS_SHOWN = 20
_CLASSES_SHOWN = 30


@click.command("import")
@click.argument("source")
@click.option("--from", "origin", required=True, metavar="FILE|DIR|URL", help="The list: a file, an archive, a folder.")
@click.option("--dry-run", is_flag=True, help="Find out what the import would do, and change nothing.")
@click.option(
    "--accept",
    multiple=True,
    metavar="CLASS=REASON",
    help="Take a change of size that you have looked at; may be repeated.",
)
@config_option
def import_command(origin: str, source: str, config: Path | None, accept: tuple[str, ...], *, dry_run: bool) -> None:
    """Import a version of SOURCE, or refuse it and keep the last one.

    Plain files, .tar, .zip, anything packed with gzip, bzip2, xz or zstd, and folders are read where they are.
    An address must be the one in the configuration's [categories.downloads]; nothing else asks the network.

    \b
    Example:
      netaudit categories import ut1 --from blacklists.tar.gz --dry-run
      netaudit categories import ut1 --from blacklists.tar.gz --accept "press=the list was cleaned up"
    """
    now = datetime.now(UTC)
    configuration = configuration_of(config)
    class_map = load_class_map(categories_folder(), _overlays(configuration), now.date())
    known = _known(configuration, class_map)
    if source not in known:
        raise InputError(
            Problem(f"unknown source '{source}'", "netaudit categories sources", did_you_mean(source, known))
        )
    reasons = _reasons(accept)
    report = import_list(
        known[source],
        _origin(origin, source, configuration),
        configuration.imports_folder,
        class_map,
        now,
        canaries=load_canaries([categories_folder(), *_overlays(configuration)], class_map.taxonomy),
        accept=reasons,
        dry_run=dry_run,
    )
    for line in report_lines(report, dry_run=dry_run):
        click.echo(line)
    if report.refusals:
        raise NetauditError(report.refusals)


@click.command("sources")
@config_option
def sources_command(config: Path | None) -> None:
    """List the sources that can be imported: whose they are, under which licence, what of them is taken.

    \b
    Example:
      netaudit categories sources
    """
    configuration = configuration_of(config)
    class_map = load_class_map(categories_folder(), _overlays(configuration))
    for source in _known(configuration, class_map).values():
        for line in source_lines(source):
            click.echo(line)


def source_lines(source: ListSource) -> Iterator[str]:
    """Yield what there is to say of a source."""
    yield f"{source.name}: {source.title}"
    yield f"  {source.tier}; {source.licence}; {source.homepage}"
    by_category: dict[str, list[str]] = {}
    for upstream, category in source.classes.items():
        by_category.setdefault(category, []).append(upstream)
    for category, names in sorted(by_category.items()):
        yield f"  {category}: {', '.join(names)}"
    if source.left_out:
        yield f"  left out: {', '.join(source.left_out)}"


def report_lines(report: ImportReport, *, dry_run: bool) -> Iterator[str]:
    """Yield what there is to say of an import."""
    source, reading = report.source, report.reading
    yield f"{source.name}: {source.title} ({source.tier}; {source.licence})"
    yield from _table(_counts(report.classes))
    rows, unused = sum(report.rows.values()), sum(reading.unused.values())
    yield (
        f"{reading.lines:,} lines + {reading.further:,} further names on them = "
        f"{rows:,} rows + {report.quarantined.height:,} in quarantine + {unused:,} not used"
    )
    for reason, count in reading.unused.items():
        yield f"  not used: {count:,} × {reason}"
    yield from _quarantined(report.quarantined)
    for category, reason in report.accepted.items():
        yield f"accepted: {category}: {reason}"
    for warning in report.warnings:
        yield f"warning: {warning}"
    yield _outcome(report, rows, dry_run=dry_run)


def _quarantined(rows: pl.DataFrame) -> Iterator[str]:
    """Yield all canaries, whole hosts before single pages, and some of the other rows."""
    canaries, others = rows.filter("is_canary"), rows.filter(~pl.col("is_canary"))
    whole_first = canaries.sort(pl.col("pattern").str.contains("/", literal=True), "pattern").head(_CANARIES_SHOWN)
    shown = pl.concat([whole_first, others.sort("pattern").head(_OTHERS_SHOWN)])
    for pattern, category, why in shown.select("pattern", "category", "why").iter_rows():
        yield f"  in quarantine: {pattern} as {category}: {why}"
    if rows.height > shown.height:
        yield f"  in quarantine: and {rows.height - shown.height:,} more"


def _outcome(report: ImportReport, rows: int, *, dry_run: bool) -> str:
    stays = "no version is live" if report.previous is None else f"version {report.previous[:16]} stays live"
    if report.refusals:
        return f"Refused: {stays}"
    if dry_run:
        return f"A trial: nothing was changed, {stays}"
    same = " (the same rows as before)" if report.version == report.previous else ""
    return f"Imported: version {report.version[:16]} with {rows:,} rows is live{same}"


def _counts(classes: Sequence[ClassCount]) -> list[tuple[str, ...]]:
    """Return the rows of classes, or of our categories where a source has more classes than anybody reads."""
    if len(classes) <= _CLASSES_SHOWN:
        return [(one.upstream, one.category, *map(_number, (one.rows, one.before, one.expected))) for one in classes]
    rows: Counter[str] = Counter()
    before: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for one in classes:
        rows[one.category] += one.rows
        before[one.category] += one.before or 0
        names[one.category] += 1
    return [
        (
            f"{names[category]} classes",
            category,
            _number(rows[category]),
            _number(before[category] or None),
            _number(None),
        )
        for category in sorted(names)
    ]


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    headed = [("class", "category", "rows", "before", "expected"), *rows]
    widths = [max(len(row[column]) for row in headed) for column in range(5)]
    for name, category, *numbers in headed:
        cells = [f"{number:>{width}}" for number, width in zip(numbers, widths[2:], strict=True)]
        yield "  ".join([f"{name:<{widths[0]}}", f"{category:<{widths[1]}}", *cells]).rstrip()


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _overlays(configuration: Configuration) -> list[Path]:
    return [configuration.categories_folder] if configuration.categories_folder else []


def _known(configuration: Configuration, class_map: ClassMap) -> Mapping[str, ListSource]:
    return load_list_sources([categories_folder(), *_overlays(configuration)], class_map.taxonomy)


def _reasons(accept: Sequence[str]) -> dict[str, str]:
    problems = [
        Problem(f"'{one}' does not say what is accepted and why", "--accept", "write CLASS=REASON")
        for one in accept
        if not all(part.strip() for part in one.partition("=")[::2])
    ]
    if problems:
        raise InputError(problems)
    return {one.partition("=")[0].strip(): one.partition("=")[2].strip() for one in accept}


def _origin(origin: str, source: str, configuration: Configuration) -> Path | Fetched:
    if "://" not in origin:
        return Path(origin)
    download = configuration.downloads.get(source)
    if download is None or download.url != origin:
        where = str(configuration.path or "there is no configuration")
        what = f"the configuration does not say that {source} comes from {origin}"
        raise InputError(Problem(what, where, f"add {source} to [categories.downloads], or fetch it and give the file"))
    from netaudit.sources.fetching import fetch  # noqa: PLC0415 - nothing else needs the network

    return fetch(download)
