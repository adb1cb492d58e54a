"""Words in the names of hosts that tell of a special category, where no list says so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netaudit.definitions.taxonomy import Category
from netaudit.definitions.toml_files import did_you_mean, read_what_is_toml, unknown_keys, wrong_kind
from netaudit.errors import Problem

_LISTS = ("whole", "inside", "other", "within", "examples", "counter_examples")
_GROUP_KEYS = ("category", "help", *_LISTS)
_KEYS = ("words", "wrappers", "shortest_misspelt")
_WORD = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*")
_SUFFIX = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
PUNYCODE = "xn--"
_NOTHING = r"[^\s\S]"


@dataclass(frozen=True, slots=True)
class WordGroup:
    """Words that tell of one special category."""

    category: str
    whole: tuple[str, ...] = ()  # by themselves: no other letter touches them; a blank stands for any sign or none
    inside: tuple[str, ...] = ()  # in longer words, too
    other: tuple[str, ...] = ()  # in which one of them stands and tells nothing
    within: tuple[str, ...] = ()  # they tell only of sites of these classes; empty: of all
    help: bool = False  # who is there seeks help: no imported list and no filter makes an offence of it
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()

    @property
    def regex(self) -> str:
        """Matches a name that one of the words is in."""
        parts = [rf"(?:^|[^a-z])(?:{_any(self.whole)})(?:[^a-z]|$)"] if self.whole else []
        return "|".join([*parts, *map(_spelt, self.inside)]) or _NOTHING

    @property
    def other_regex(self) -> str:
        """Matches what is taken out of a name before."""
        return _any(self.other) if self.other else _NOTHING

    def found_in(self, name: str) -> str:
        """Return the part of a host's name that tells, or ""."""
        found = re.search(self.regex, re.sub(self.other_regex, ".", readable(name)))
        return re.sub("^[^a-z]|[^a-z]$", "", found[0]) if found else ""


@dataclass(frozen=True, slots=True)
class SpecialWords:
    """All words, and what else in a name tells of a special category."""

    groups: tuple[WordGroup, ...] = ()
    wrappers: tuple[str, ...] = ()  # under which translators and caches show other sites, dots written as hyphens
    shortest_misspelt: int = 0  # letters; names of shielded sites that are as long are known with one letter wrong

    @property
    def regex(self) -> str:
        """Matches whatever any group matches, and more: what is taken out is still in."""
        return "|".join(group.regex for group in self.groups) or _NOTHING


def readable(host: str) -> str:
    """Return a host's name with each label in punycode spelt in plain letters, accents taken away.

    >>> readable("www.xn--glise-9ra.example")
    'www.eglise.example'
    """
    return ".".join(_readable_label(label) for label in host.split(".")) if PUNYCODE in host else host


def _readable_label(label: str) -> str:
    if not label.startswith(PUNYCODE):
        return label
    try:
        text = label.removeprefix(PUNYCODE).encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def read_special_words(path: Path, taxonomy: Mapping[str, Category]) -> tuple[SpecialWords, list[Problem]]:
    """Return the words of a file, with every fault found in it."""
    document, problems = read_what_is_toml(path)
    if problems:
        return SpecialWords(), problems
    problems = unknown_keys(document, _KEYS, str(path))
    problems += wrong_kind(document, {"wrappers": list, "shortest_misspelt": int}, str(path))
    entries = document.get("words", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return SpecialWords(), [*problems, Problem("'words' are no entries", str(path), "write [[words]]")]
    for number, entry in enumerate(entries, start=1):
        problems += _faults(entry, f"{path}: [[words]] {number}", taxonomy)
    wrappers = document.get("wrappers", [])
    problems += [
        Problem(f"'{suffix}' in wrappers is not the end of host names", str(path), "write it as in translate.goog")
        for suffix in (wrappers if isinstance(wrappers, list) else [])
        if not isinstance(suffix, str) or not _SUFFIX.fullmatch(suffix)
    ]
    if problems:
        return SpecialWords(), problems
    groups = tuple(
        WordGroup(
            entry["category"], help=entry.get("help", False), **{key: tuple(entry.get(key, ())) for key in _LISTS}
        )
        for entry in entries
    )
    words = SpecialWords(groups, tuple(wrappers), document.get("shortest_misspelt", 0))
    return words, [
        problem for number, group in enumerate(groups, start=1) for problem in _wrong_examples(group, number, path)
    ]


def _faults(entry: Mapping[str, Any], where: str, taxonomy: Mapping[str, Category]) -> list[Problem]:
    problems = unknown_keys(entry, _GROUP_KEYS, where)
    special = [name for name, one in taxonomy.items() if one.special]
    if entry.get("category") not in special:
        remedy = did_you_mean(str(entry.get("category", "")), special)
        problems.append(Problem("'category' is not the id of a special class", where, remedy))
    problems += wrong_kind(entry, {"help": bool}, where)
    for key in _LISTS:
        texts = entry.get(key, [])
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            problems.append(Problem(f"'{key}' is not a list of texts", where, f'write {key} = ["…"]'))
        elif key in {"whole", "inside", "other"}:
            problems += [
                Problem(f"'{text}' in {key} is not a word", where, "use small letters, and blanks between words")
                for text in texts
                if not _WORD.fullmatch(text)
            ]
        elif key == "within":
            problems += [
                Problem(f"unknown class '{text}' in within", where, did_you_mean(text, list(taxonomy)))
                for text in texts
                if text not in taxonomy
            ]
    if not problems and not entry.get("whole") and not entry.get("inside"):
        problems.append(Problem("there are no words", where, "write whole or inside"))
    if not problems and not (entry.get("examples") and entry.get("counter_examples")):
        problems.append(
            Problem(
                "there is no example or no counter-example", where, "write a host that is meant, and one that is not"
            )
        )
    return problems


def _wrong_examples(group: WordGroup, number: int, path: Path) -> list[Problem]:
    where = f"{path}: [[words]] {number} ({group.category})"
    missed = [
        Problem(f"no word is in '{host}'", where, "add one") for host in group.examples if not group.found_in(host)
    ]
    caught = ((host, group.found_in(host)) for host in group.counter_examples)
    return missed + [
        Problem(f"'{word}' is in '{host}'", where, "take the word out, or name what it stands in under other")
        for host, word in caught
        if word
    ]


def _any(words: Collection[str]) -> str:
    return "|".join(map(_spelt, words))


def _spelt(word: str) -> str:
    return word.replace(" ", "[^a-z]*")
