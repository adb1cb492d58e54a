"""The class map: the taxonomy, the class lists and the overrides, checked together and ready for look-up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

from netaudit.definitions.class_approval import Approval, approval_warnings, read_approval
from netaudit.definitions.host_labels import HostLabels, read_host_labels
from netaudit.definitions.imported_lists import IMPORTED, ImportedSource, live_sources, read_imported
from netaudit.definitions.list_files import read_lists
from netaudit.definitions.misspelt import Misspelt
from netaudit.definitions.overrides import read_overrides
from netaudit.definitions.patterns import LIST_COLUMNS, RULES, with_rules
from netaudit.definitions.rule_index import RuleIndex
from netaudit.definitions.special_words import SpecialWords, read_special_words
from netaudit.definitions.taxonomy import Category, read_taxonomy
from netaudit.definitions.tiers import OVERRIDE, RANK, with_tiers
from netaudit.definitions.toml_files import did_you_mean
from netaudit.definitions.vendor_categories import VendorTable, read_vendors, vendor_files
from netaudit.errors import DefinitionError, Problem

TAXONOMY_FILE = "taxonomy.toml"
OVERRIDES_FILE = "overrides.csv"
APPROVAL_FILE = "approval.toml"
HOST_LABELS_FILE = "host_labels.toml"
SPECIAL_WORDS_FILE = "special_words.toml"
_OTHER_FILES = (TAXONOMY_FILE, OVERRIDES_FILE, APPROVAL_FILE, HOST_LABELS_FILE, SPECIAL_WORDS_FILE)
_CANARIES_FILE = "canaries.toml"  # guards imports, decides nothing about a site
OVERRIDES_SOURCE = "overrides"
OWN_SOURCE = "netaudit"


@dataclass(frozen=True, eq=False)
class ClassMap:
    """Every class and every pattern, compiled. Two maps are the same when their `sha256` is."""

    taxonomy: Mapping[str, Category]
    rules: pl.DataFrame  # RULES of our own lists, with `tier`
    overrides: pl.DataFrame  # RULES that win over everything
    host_labels: HostLabels
    approval: Approval
    sha256: str  # of every file read, by name, and of every imported list, by version and date
    warnings: tuple[str, ...] = ()
    imported: pl.DataFrame = field(default_factory=IMPORTED.to_frame)  # with `source` and `tier`
    sources: tuple[ImportedSource, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)  # of its own, by name, as far as they won
    vendors: tuple[VendorTable, ...] = ()
    special_words: SpecialWords = field(default_factory=SpecialWords)

    @cached_property
    def vendor_by_dataset(self) -> Mapping[str, VendorTable]:
        """The table with which a format's logs' own words for sites are read."""
        return {dataset: table for table in self.vendors for dataset in table.datasets}

    @cached_property
    def machine_categories(self) -> frozenset[str]:
        """Classes that are never a person's visit."""
        return frozenset(name for name, category in self.taxonomy.items() if category.nature == "machine")

    @cached_property
    def special_categories(self) -> frozenset[str]:
        """Classes that are shielded."""
        return frozenset(name for name, category in self.taxonomy.items() if category.special)

    @cached_property
    def special_names(self) -> Misspelt:
        """The names of shielded sites, to find others that are spelt almost alike."""
        special = self.rules.filter(pl.col("category").is_in(list(self.special_categories)), pl.col("kind") != "path")
        return Misspelt.of(special.get_column("registered_domain"), self.special_words.shortest_misspelt)

    @cached_property
    def accusatory_categories(self) -> frozenset[str]:
        """Classes in connection with which it is grave to be named."""
        return frozenset(name for name, category in self.taxonomy.items() if category.accusatory)

    @cached_property
    def lines(self) -> pl.DataFrame:
        """Every pattern with its `category`, `source` and tier (`rank`): overrides, then `rules`, then imported."""
        parts = (
            self.overrides.select("pattern", "category", source=pl.lit(OVERRIDES_SOURCE), tier=pl.lit(OVERRIDE)),
            self.rules.select("pattern", "category", "tier", source=pl.lit(OWN_SOURCE)),
            self.imported,
        )
        classes, sources = pl.Enum(list(self.taxonomy)), [OVERRIDES_SOURCE, OWN_SOURCE]
        sources += [source.name for source in self.sources if source.name not in sources]
        return pl.concat(
            part.select(
                "pattern",
                pl.col("category").cast(classes),
                pl.col("source").cast(pl.Enum(sources)),
                rank=pl.col("tier").cast(pl.String).replace_strict(RANK, return_dtype=pl.UInt8),
            )
            for part in parts
        )

    @cached_property
    def index(self) -> RuleIndex:
        """The lines by what they match."""
        return RuleIndex.of(self.lines.get_column("pattern"))


def categories_folder() -> Path:
    """Return the folder of the shipped class lists: the checkout's, or the one inside the installed package.

    Raises:
        DefinitionError: if there is neither.
    """
    # The checkout comes first: an editable installation can leave stale copies in the package.
    places = (Path(__file__).parents[3] / "categories", Path(__file__).parents[1] / "categories")
    for place in places:
        if (place / TAXONOMY_FILE).is_file():
            return place
    raise DefinitionError(
        Problem("the class lists are missing", " or ".join(map(str, places)), "install netaudit again")
    )


def load_class_map(
    folder: Path, overlays: Sequence[Path] = (), today: date | None = None, imports: Path | None = None
) -> ClassMap:
    """Return the class map of a folder, where files of the overlay folders replace those of the same name.

    A folder holds `taxonomy.toml`, `approval.toml`, `host_labels.toml`, `special_words.toml`, `overrides.csv`,
    one `<id>.csv` for each class and one `vendors/<name>.toml` for each web filter; only the first must be there.
    With `today`, overrides that have expired are left out, and a lapsed review is a warning, as is an old list.
    `imports` is the folder of the imported lists; it need not be there.

    Raises:
        DefinitionError: naming all faults of all files.
    """
    files, problems = _files((folder, *overlays))
    taxonomy_file = files.get(TAXONOMY_FILE, folder / TAXONOMY_FILE)
    taxonomy, faults = read_taxonomy(taxonomy_file)
    if not taxonomy:
        raise DefinitionError([*problems, *faults])
    problems_of: dict[Path, list[Problem]] = {taxonomy_file: faults}
    warnings: list[str] = []
    approval, labels, words, overrides = Approval(), HostLabels(), SpecialWords(), RULES.to_frame()
    if APPROVAL_FILE in files:
        path = files[APPROVAL_FILE]
        approval, problems_of[path] = read_approval(path)
        warnings += approval_warnings(approval, today)
    if HOST_LABELS_FILE in files:
        path = files[HOST_LABELS_FILE]
        labels, problems_of[path] = read_host_labels(path, taxonomy)
    if SPECIAL_WORDS_FILE in files:
        path = files[SPECIAL_WORDS_FILE]
        words, problems_of[path] = read_special_words(path, taxonomy)
    if OVERRIDES_FILE in files:
        path = files[OVERRIDES_FILE]
        overrides, expired, problems_of[path] = read_overrides(path, taxonomy, today)
        warnings += expired
    lists = [path for name, path in files.items() if name not in _OTHER_FILES]
    rules, list_problems = _class_lists(lists, taxonomy)
    problems_of |= list_problems
    tables = vendor_files((folder, *overlays))
    vendors, vendor_problems = read_vendors(tables.values(), list(taxonomy))
    problems_of |= vendor_problems
    read = (taxonomy_file, *files.values(), *tables.values())
    problems += [problem for path in read for problem in problems_of.pop(path, ())]
    problems += _duplicates(rules) + _duplicates(overrides)
    sources = live_sources(imports) if imports else ()
    imported, import_problems = read_imported(sources)
    problems += import_problems + _unknown_classes(imported, sources, taxonomy)
    if problems:
        raise DefinitionError(problems)
    for source in sources:
        warnings += _age_warning(source, today)
    return ClassMap(
        taxonomy,
        with_tiers(rules, taxonomy),
        overrides,
        labels,
        approval,
        map_digest({name: path.read_bytes() for name, path in (files | tables).items()}, sources),
        tuple(warnings),
        imported,
        sources,
        files | tables,
        vendors,
        words,
    )


def map_digest(files: Mapping[str, bytes], sources: Sequence[ImportedSource]) -> str:
    """Return the digest of a class map: of its files, in the order of their names, and of its imported lists.

    How old a list is belongs to it: reports warn of old ones.
    """
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    for source in sources:
        age = f"{source.dated}\0{source.stale_after_days}"
        digest.update(f"{source.name}\0{source.tier}\0{source.version}\0{age}\n".encode())
    return digest.hexdigest()


def _files(folders: Iterable[Path]) -> tuple[dict[str, Path], list[Problem]]:
    """Return the files that count, in the order of their names: the last folder that has a name wins."""
    found: dict[str, Path] = {}
    problems = []
    for folder in folders:
        if not folder.is_dir():
            remedy = "name an existing folder of class lists"
            problems.append(Problem("there is no such folder of categories", str(folder), remedy))
            continue
        found |= {path.name: path for path in folder.iterdir() if path.suffix in {".csv", ".toml"}}
    found.pop(_CANARIES_FILE, None)
    return dict(sorted(found.items())), problems


def _class_lists(
    paths: Iterable[Path], taxonomy: Mapping[str, Category]
) -> tuple[pl.DataFrame, dict[Path, list[Problem]]]:
    """Return the rules of all lists and every fault by file."""
    known: list[Path] = []
    problems: dict[Path, list[Problem]] = {}
    for path in paths:
        if path.suffix == ".csv" and path.stem in taxonomy:
            known.append(path)
            continue
        hint = did_you_mean(path.stem, list(taxonomy))
        remedy = f"{hint} (a list is named <id>.csv, for an id of {TAXONOMY_FILE})"
        problems[path] = [Problem(f"'{path.name}' is not the list of a category", str(path), remedy)]
    rows, faults = read_lists(known, LIST_COLUMNS)
    problems |= faults
    rules, row_faults = with_rules(rows.rename({"list": "category"}))
    lists = {path.stem: path for path in known}
    for number, row_problems in row_faults.items():
        problems[lists[rows["list"][number]]] += row_problems
    return rules, problems


def _age_warning(source: ImportedSource, today: date | None) -> list[str]:
    if today is None or source.age_days(today) <= source.stale_after_days:
        return []
    return [f"the imported list {source.name} is {source.age_days(today)} days old"]


def _unknown_classes(
    imported: pl.DataFrame, sources: Iterable[ImportedSource], taxonomy: Mapping[str, Category]
) -> list[Problem]:
    found = imported.filter(~pl.col("category").is_in(list(taxonomy))).group_by("source").agg("category")
    files = {source.name: str(source.file) for source in sources}
    return [
        Problem(
            f"imported rows have a class that is not in the taxonomy: {', '.join(sorted(set(categories)))}",
            files[source],
            f"add the class to {TAXONOMY_FILE}, or import the list again",
        )
        for source, categories in found.sort("source").iter_rows()
    ]


def _duplicates(rules: pl.DataFrame) -> list[Problem]:
    again = rules.filter(pl.col("pattern").is_duplicated()).select("pattern", "where")
    first: dict[str, str] = {}
    return [
        Problem(f"'{pattern}' is listed twice", f"{first[pattern]} and {where}", "keep the one that is right")
        for pattern, where in again.iter_rows()
        if first.setdefault(pattern, where) != where
    ]
