"""Measure the class map: how long a million and a half imported patterns take to load, and hosts to look up.

    python benchmarks/class_map.py

The patterns are made up, as are the hosts: half of them are under a pattern. Each figure is the least of several
runs in one process that has loaded the libraries, in seconds of processor time.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
from tables import Cell, Column, Table, machine, today

from netaudit.categorise import categorise, has_path_rules
from netaudit.definitions.categories import ClassMap, categories_folder, load_class_map

HERE = Path(__file__).parent
SOURCES = {"one": "bulk", "two": "bulk", "three": "curated"}
PATH_EVERY = 20  # every so many patterns one has a path
COLUMNS = (
    Column("imported patterns", "imported_patterns", ",d"),
    Column("load, CPU s", "load_cpu_s", ".2f"),
    Column("200,000 hosts, CPU s", "hosts_cpu_s", ".2f"),
    Column("200,000 URLs, CPU s", "urls_cpu_s", ".2f"),
    Column("3,000 hosts, CPU ms", "chunk_cpu_ms", ".0f"),
)
HOSTS = 200_000
CHUNK = 3_000  # hosts that are new in 16 MB of a large organisation's log


def keep_made_up_lists(folder: Path, patterns: int) -> None:
    """Write live versions of three sources with so many patterns together."""
    (folder / "lists").mkdir(parents=True)
    sources = {}
    for number, (name, tier) in enumerate(SOURCES.items()):
        rows = pl.int_range(number, patterns, len(SOURCES), eager=True)
        # a prime, so that neighbours in the list are none in the alphabet
        text = "n" + (rows * 7_919 % 15_485_863).cast(pl.String) + ".example"
        text = pl.select(pl.when(rows % PATH_EVERY == 0).then(text + "/a/b/").otherwise(text)).to_series()
        path = folder / "lists" / f"{name}.parquet"
        pl.DataFrame({"pattern": text, "category": "travel", "upstream": "travel"}).sort("pattern").write_parquet(path)
        sources[name] = {
            "version": str(patterns),
            "file": f"lists/{name}.parquet",
            "file_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "tier": tier,
            "imported_at": "2026-11-01T00:00:00+00:00",
        }
    (folder / "live.json").write_text(json.dumps({"sources": sources}))


def least(times: int, work: Callable[[], object]) -> float:
    """Return the processor seconds of the quickest run."""
    taken = []
    for _ in range(times):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


def figures(imports: Path, patterns: int, repeat: int) -> list[Cell]:
    """Return a row of the table."""

    def load() -> ClassMap:
        class_map = load_class_map(categories_folder(), imports=imports)
        if not class_map.index.hosts.keys.size:  # the index is made on demand
            raise SystemExit("the class map is empty")
        return class_map

    seconds = least(repeat, load)
    class_map = load()
    numbers = pl.int_range(HOSTS, eager=True).cast(pl.String)
    hosts = pl.DataFrame(
        {"url_domain": "www.n" + numbers + ".example", "url_path": None}, schema_overrides={"url_path": pl.String}
    )
    urls = hosts.with_columns(url_path=pl.lit("/a/b/c"))
    few = hosts.head(CHUNK)
    return [
        patterns,
        seconds,
        least(repeat, lambda: (categorise(hosts, class_map), has_path_rules(hosts["url_domain"], class_map))),
        least(repeat, lambda: categorise(urls, class_map)),
        least(repeat, lambda: categorise(few, class_map)) * 1000,
    ]


def main() -> None:
    """Write and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patterns", type=int, nargs="*", default=[0, 150_000, 1_500_000])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--results", type=Path, default=HERE / "results", help="gets class_map.md and class_map.csv")
    arguments = parser.parse_args()
    rows = []
    for patterns in arguments.patterns:
        with tempfile.TemporaryDirectory(prefix="netaudit-benchmark-") as name:
            keep_made_up_lists(Path(name) / "lists", patterns)
            rows.append(figures(Path(name) / "lists", patterns, arguments.repeat))
    own = load_class_map(categories_folder()).rules.height
    facts = [f"{own:,} patterns of our own beside those imported", machine(), today()]
    table = Table("class_map", "The class map", facts, COLUMNS, rows)
    table.write(arguments.results)
    print(table.markdown())


if __name__ == "__main__":
    main()
