"""What a web filter's own words for a site mean: a table for each vendor, with examples inside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from netaudit.definitions.toml_files import did_you_mean, read_what_is_toml, unknown_keys, wrong_kind
from netaudit.errors import Problem

VENDORS_FOLDER = "vendors"
VENDOR_SOURCE = "vendor/"  # stands before a table's name where its words decided about a class

_KINDS: Mapping[str, type] = {
    "name": str,
    "title": str,
    "reference": str,
    "datasets": list,
    "separators": list,
    "blanks": bool,
    "classes": dict,
    "ignored": list,
    "codes": dict,
    "example": list,
}
_NEEDED = ("name", "title", "reference", "datasets", "classes", "ignored", "example")
_EXAMPLE: Mapping[str, type] = {"said": str, "category": str, "shielded": bool, "unknown": list}
_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class VendorExample:
    """What a log says, and what is to be read from it."""

    said: str
    category: str = ""  # the class that decides; empty for none
    shielded: bool = False  # whether it shields a site
    unknown: tuple[str, ...] = ()  # words that the table does not know


@dataclass(frozen=True)
class VendorTable:
    """One vendor's words for sites. Words are told apart by their `normal_form`."""

    name: str
    title: str
    reference: str  # where the vendor publishes its list
    datasets: tuple[str, ...]  # formats whose logs carry these words
    separators: tuple[str, ...]  # between several words of one site
    classes: Mapping[str, str]  # the vendor's word, as it writes it → our class
    ignored: tuple[str, ...]  # the vendor's words that say nothing we could use
    codes: Mapping[str, str] = field(default_factory=dict)  # number or short form → the word it stands for
    examples: tuple[VendorExample, ...] = ()
    blanks: bool = False  # words may also be parted by blanks, which names hold as well

    @property
    def source(self) -> str:
        """Who classed a site if these words did."""
        return f"{VENDOR_SOURCE}{self.name}"

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Every word that is known, as the vendor writes it, by its normal form and that of its codes."""
        return self.names | {normal_form(code): self.names[normal_form(word)] for code, word in self.codes.items()}

    @cached_property
    def splitter(self) -> re.Pattern[str]:
        """What parts the words of one site; matches nothing where a vendor gives each site one."""
        return re.compile("|".join(map(re.escape, self.separators)) or r"(?!)")

    @cached_property
    def most_pieces(self) -> int:
        """In how many pieces a known word may come, because it holds a separator itself."""
        return max((len(self.splitter.split(word)) for word in self.words.values()), default=1)

    @cached_property
    def most_blanks(self) -> int:
        """In how many parts a known word may come where blanks part words."""
        return max((len(word.split()) for word in self.words.values()), default=1)

    @cached_property
    def names(self) -> dict[str, str]:
        """The same without the codes, which are too short to be told from part of another name."""
        return {normal_form(word): word for word in (*self.classes, *self.ignored)}


def normal_form(word: str) -> str:
    """Return a word as all its spellings have it: small letters and digits, one blank between words.

    >>> normal_form("NEWS_AND_MEDIA"), normal_form("News & Media"), normal_form("Web%20Communications")
    ('news and media', 'news and media', 'web communications')
    """
    text = unquote(word) if "%" in word else word
    return _NO_LETTER.sub(" ", text.casefold().replace("&", " and ")).strip()


def vendor_files(folders: Iterable[Path]) -> dict[str, Path]:
    """Return the tables that count, in the order of their names: the last folder that has a name wins."""
    paths = [path for folder in folders for path in (folder / VENDORS_FOLDER).glob("*.toml")]
    return dict(
        sorted((f"{VENDORS_FOLDER}/{path.name}", path) for path in {path.name: path for path in paths}.values())
    )


def read_vendors(
    paths: Iterable[Path], categories: Sequence[str]
) -> tuple[tuple[VendorTable, ...], dict[Path, list[Problem]]]:
    """Return the tables of files and every fault by file.

    Args:
        paths: one file for each vendor.
        categories: ids of the taxonomy.
    """
    tables: dict[Path, VendorTable] = {}
    problems: dict[Path, list[Problem]] = {}
    for path in paths:
        document, problems[path] = read_what_is_toml(path)
        problems[path] += _faults(document, path, categories)
        if not problems[path]:
            tables[path] = _table(document)
    served: dict[str, Path] = {}
    for path, table in tables.items():
        for dataset in table.datasets:
            if served.setdefault(dataset, path) != path:
                what = f"dataset '{dataset}' is served by {served[dataset].name} already"
                problems[path].append(Problem(what, str(path), "a log's words are read with one table"))
    return tuple(tables.values()), problems


def _table(document: Mapping[str, Any]) -> VendorTable:
    values = _with_tuples(document)
    examples = values.pop("example")
    values.setdefault("separators", ())
    return VendorTable(**values, examples=tuple(VendorExample(**_with_tuples(one)) for one in examples))


def _with_tuples(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


def _faults(document: Mapping[str, object], path: Path, categories: Sequence[str]) -> list[Problem]:
    """Return everything that is wrong with a table whose TOML can be read, as far as it can."""
    where = str(path)
    problems = [*unknown_keys(document, _KINDS, where), *wrong_kind(document, _KINDS, where)]
    problems += [Problem(f"'{key}' is missing", where, f"add {key} = …") for key in _NEEDED if key not in document]
    if document.get("name", path.stem) != path.stem:
        problems.append(Problem("the table is not named as its file", where, f'write name = "{path.stem}"'))
    lists = {key: _list(document, key) for key in ("datasets", "separators", "ignored")}
    for key, values in lists.items():
        if not all(isinstance(value, str) and value for value in values):
            problems.append(Problem(f"'{key}' is not a list of texts", where, f'write {key} = ["…"]'))
    if any(isinstance(value, str) and normal_form(value) for value in lists["separators"]):
        remedy = 'write signs, such as separators = [";", ","]'
        problems.append(Problem("a separator holds letters or digits", where, remedy))
    problems += _word_faults(document, where, categories)
    for number, example in enumerate(_list(document, "example"), start=1):
        problems += _example_faults(example, f"{where}: [[example]] {number}", categories)
    return problems


def _word_faults(document: Mapping[str, object], where: str, categories: Sequence[str]) -> list[Problem]:
    """Return what is wrong with a table's words: classes that are none, words that come twice, codes for nothing."""
    problems: list[Problem] = []
    ignored = [value for value in _list(document, "ignored") if isinstance(value, str)]
    classes = _texts(document, "classes", where, problems)
    for word, category in classes.items():
        if category not in categories:
            what, hint = f"'{word}' is in an unknown class '{category}'", did_you_mean(category, categories)
            problems.append(Problem(what, f"{where}: [classes]", hint))
    known: dict[str, str] = {}
    for word in [*classes, *ignored]:
        problems += _again(word, known, where)
    codes = _texts(document, "codes", where, problems)
    names = dict(known)
    for code, word in codes.items():
        if normal_form(word) not in names:
            what, hint = f"code '{code}' stands for an unknown word '{word}'", did_you_mean(word, names.values())
            problems.append(Problem(what, f"{where}: [codes]", hint))
    for code in codes:
        problems += _again(code, known, where)
    return problems


def _again(word: str, known: dict[str, str], where: str) -> list[Problem]:
    """Note a word that comes twice, or is none."""
    form = normal_form(word)
    if not form:
        return [Problem(f"'{word}' holds no letter or digit", where, "leave it out")]
    if form in known:
        what = f"'{word}' is there twice" if known[form] == word else f"'{word}' and '{known[form]}' are the same word"
        return [Problem(what, where, "keep the one that is right")]
    known[form] = word
    return []


def _example_faults(example: object, where: str, categories: Sequence[str]) -> list[Problem]:
    if not isinstance(example, dict):
        return [Problem("not a table", where, 'write [[example]] and below it said = "…"')]
    problems = [*unknown_keys(example, _EXAMPLE, where), *wrong_kind(example, _EXAMPLE, where)]
    if "said" not in example:
        problems.append(Problem("'said' is missing", where, "add said = …"))
    if not all(isinstance(word, str) for word in _list(example, "unknown")):
        problems.append(Problem("'unknown' is not a list of texts", where, 'write unknown = ["…"]'))
    category = example.get("category", "")
    if category and isinstance(category, str) and category not in categories:
        problems.append(Problem(f"unknown category '{category}'", where, did_you_mean(category, categories)))
    return problems


def _list(table: Mapping[str, object], key: str) -> list[object]:
    value = table.get(key, [])
    return value if isinstance(value, list) else []


def _texts(document: Mapping[str, object], key: str, where: str, problems: list[Problem]) -> dict[str, str]:
    """Return a table's texts, and note what is none."""
    table = document.get(key, {})
    if not isinstance(table, dict):
        return {}
    problems += [
        Problem(f"'{word}' is not text", f"{where}: [{key}]", f'write "{word}" = "…"')
        for word, value in table.items()
        if not isinstance(value, str)
    ]
    return {word: value for word, value in table.items() if isinstance(value, str)}
