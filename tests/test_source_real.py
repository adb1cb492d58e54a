"""Real lists end to end: what they bring, what is held back, and poison of several kinds put into them."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from shared_material import SHARED, needs_shared
from source_lists import NOW

from netaudit.categorise import categorise
from netaudit.definitions.canaries import load_canaries
from netaudit.definitions.categories import ClassMap, categories_folder, load_class_map
from netaudit.definitions.list_source_files import load_list_sources
from netaudit.definitions.list_sources import ListSource
from netaudit.sources import ImportReport, import_list

pytestmark = needs_shared

LISTS = SHARED / "categories"
FILES = {
    "ut1": "ut1-subset-20260817.tar.gz",
    "v2fly": "v2fly-data.tar.gz",
    "nextdns_services": "nextdns-services.tar.gz",
    "two_factor_directory": "2fa-directory.json.gz",
    "shadowwhisperer": "shadowwhisperer-subset.tar.gz",
}
Change = Callable[[tarfile.TarInfo, bytes], Iterator[tuple[tarfile.TarInfo, bytes]]]


@pytest.fixture(scope="module")
def class_map() -> ClassMap:
    return load_class_map(categories_folder())


def source(name: str, class_map: ClassMap) -> ListSource:
    return load_list_sources([categories_folder()], class_map.taxonomy)[name]


def bring_in(one: ListSource, origin: Path, folder: Path, class_map: ClassMap, **more: object) -> ImportReport:
    canaries = load_canaries([categories_folder()], class_map.taxonomy)
    return import_list(one, origin, folder, class_map, NOW, canaries=canaries, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def reports(class_map: ClassMap, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ImportReport]:
    folder = tmp_path_factory.mktemp("imports")
    return {name: bring_in(source(name, class_map), LISTS / file, folder, class_map) for name, file in FILES.items()}


@pytest.fixture(scope="module")
def imports(reports: dict[str, ImportReport], tmp_path_factory: pytest.TempPathFactory, class_map: ClassMap) -> Path:
    assert reports
    folder = tmp_path_factory.mktemp("again")
    for name, file in FILES.items():
        bring_in(source(name, class_map), LISTS / file, folder, class_map)
    return folder


@pytest.mark.parametrize("name", list(FILES))
def test_real_lists_are_taken_and_every_line_is_told_of(reports: dict[str, ImportReport], name: str) -> None:
    report = reports[name]
    reading = report.reading
    assert (report.is_live, [problem.what for problem in report.refusals]) == (True, [])
    assert reading.lines + reading.further == reading.rows.height + sum(reading.unused.values())
    assert reading.rows.height == sum(report.rows.values()) + report.quarantined.height
    canaries = report.quarantined.get_column("is_canary").sum()
    # half of what refuses it, so that our lists have room to grow; of a short list one row
    assert canaries <= max(1, 0.0005 * reading.rows.height)


def test_ut1_as_it_is(reports: dict[str, ImportReport]) -> None:
    report = reports["ut1"]
    assert report.rows["gambling"] > 32_000
    assert "job_search" not in report.rows
    assert report.reading.unused["an address, not a name"] > 22_000
    held_back = dict(report.quarantined.select("pattern", "category").iter_rows())
    assert held_back["northerngamblingservice.nhs.uk"] == "gambling"
    assert held_back["office365.com"] == "webmail"


def test_the_flood_of_jobs_is_refused_whoever_asks_for_it(class_map: ClassMap, tmp_path: Path) -> None:
    ut1 = source("ut1", class_map)
    with_jobs = replace(
        ut1,
        classes={**ut1.classes, "jobsearch": "job_search"},
        expected={**ut1.expected, "jobsearch": 428},
        left_out={},
    )
    report = bring_in(with_jobs, LISTS / FILES["ut1"], tmp_path / "lists", class_map)
    assert "class 'jobsearch' has 60,7" in report.refusals[0].what
    assert "428 expected" in report.refusals[0].what
    assert not (tmp_path / "lists").exists()


def test_v2flys_lists_do_not_mix(reports: dict[str, ImportReport]) -> None:
    rows = reports["v2fly"].reading.rows
    by_host = dict(rows.select("pattern", "category").iter_rows())
    assert by_host["facebook.com"] == "social_sharing"
    assert by_host["xvideos.com"] == "adult"
    adverts = set(rows.filter(category="infra_ads").get_column("host"))
    assert not adverts & set(rows.filter(category="social_sharing").get_column("host"))
    assert reports["v2fly"].upstream_date is not None


def test_imports_are_right_about_what_they_accuse(imports: Path) -> None:
    class_map = load_class_map(categories_folder(), imports=imports)
    gold = pl.read_csv(LISTS / "oracle_gold.csv").rename({"category": "gold", "domain": "url_domain"})
    found = categorise(gold.with_columns(url_path=pl.lit(None, pl.String)), class_map)
    listed = [name for name, one in class_map.taxonomy.items() if "7.4" in one.clauses]
    accused = found.filter(pl.col("category").is_in(listed)).with_columns(right=pl.col("category") == pl.col("gold"))
    by_tier = dict(accused.group_by("category_tier").agg(pl.col("right").mean()).iter_rows())
    assert by_tier["curated"] >= 0.99
    assert by_tier["bulk"] >= 0.95


def test_imports_find_most_of_what_nobody_visits(imports: Path) -> None:
    background = pl.read_csv(LISTS / "oracle_background.csv").rename({"category": "gold", "domain": "url_domain"})
    background = background.with_columns(url_path=pl.lit(None, pl.String))

    def recall(class_map: ClassMap) -> float:
        found = categorise(background, class_map)
        return float(found.select(pl.col("category").is_in(list(class_map.machine_categories)).mean()).item())

    alone, with_imports = (recall(load_class_map(categories_folder(), imports=one)) for one in (None, imports))
    assert with_imports > alone
    assert with_imports >= 0.85


# --- New poison in a real tree --------------------------------------------------------------------------------


def poisoned(path: Path, change: Change) -> Path:
    with tarfile.open(LISTS / FILES["ut1"]) as old, tarfile.open(path, "w:gz") as new:
        for member in old:
            stream = old.extractfile(member) if member.isfile() else None
            for info, content in change(member, stream.read() if stream else b""):
                info.size = len(content)
                new.addfile(info, io.BytesIO(content))
    return path


def adds(name: str, lines: list[str]) -> Change:
    def change(info: tarfile.TarInfo, content: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
        more = "\n".join(["", *lines, ""]).encode() if info.name == f"blacklists/{name}" else b""
        yield info, content + more

    return change


def exchanges(name: str, share: float) -> Change:
    def change(info: tarfile.TarInfo, content: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
        if info.name == f"blacklists/{name}":
            lines = content.decode().splitlines()
            count = int(len(lines) * share)
            content = "\n".join([*lines[count:], *(f"victim{n}.example" for n in range(count))]).encode()
        yield info, content

    return change


def links(name: str, target: str) -> Change:
    def change(info: tarfile.TarInfo, content: bytes) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
        if info.name == f"blacklists/{name}/domains":
            switched = tarfile.TarInfo(f"blacklists/{name}")
            switched.type, switched.linkname = tarfile.SYMTYPE, target
            yield switched, b""
        elif not info.name.startswith(f"blacklists/{name}/"):
            yield info, content

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (adds("gambling/domains", [f"ward{n}.trust.nhs.uk" for n in range(300)]), "accuse sites that no honest list"),
        (adds("gambling/urls", [f"bbc.co.uk/news/{n}" for n in range(300)]), "accuse sites that no honest list"),
        (adds("adult/urls", [f"teams.microsoft.com/l/{n}" for n in range(300)]), "accuse sites that no honest list"),
        (adds("dating/domains", [f"a{n}.innocent.example" for n in range(70)]), "70 new names under innocent.example"),
        (adds("warez/domains", [f"job{n}.example" for n in range(900)]), "class 'warez' has 2,4"),
        (exchanges("gambling/domains", 0.2), "of class 'gambling' and its last version together, only 67 %"),
        (links("gambling", "shopping"), "'gambling' and 'shopping' share 100 % of their rows"),
        (links("dating", "jobsearch"), "class 'dating' has 60,7"),
        (links("vpn", "/etc"), None),
        (adds("bank/domains", []), ""),
    ],
    ids=["hosts", "paths", "m365", "names", "flood", "exchange", "link", "other", "out", "nothing"],
)
def test_new_poison_is_refused_and_the_old_version_stays(
    class_map: ClassMap, imports: Path, tmp_path: Path, change: Change, told: str | None
) -> None:
    live = (imports / "live.json").read_bytes()
    origin = poisoned(tmp_path / "ut1.tar.gz", change)
    if told is None:
        with pytest.raises(Exception, match="a link leads out of it"):
            bring_in(source("ut1", class_map), origin, imports, class_map)
    else:
        report = bring_in(source("ut1", class_map), origin, imports, class_map, dry_run=not told)
        assert any(told in problem.what for problem in report.refusals) is bool(told)
    assert (imports / "live.json").read_bytes() == live
