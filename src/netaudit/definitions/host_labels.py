"""What a host's own name says about its part in a site: asset hosts and counting hosts."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from netaudit.definitions.toml_files import did_you_mean, read_what_is_toml, unknown_keys
from netaudit.errors import Problem

_WORDS = ("asset", "machine", "front", "work")
_CATEGORIES = ("machine_category", "work_category")
_KEYS = (*_WORDS, "beside", *_CATEGORIES, "machine_except")
_NOTHING = r"[^\s\S]"  # a class that no character is in
_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class HostLabels:
    """Words in the labels before a site's domain."""

    asset: tuple[str, ...] = ()
    machine: tuple[str, ...] = ()
    front: tuple[str, ...] = ()  # first labels of hosts that people open: no imported list makes them machinery
    work: tuple[str, ...] = ()  # applications that organisations run under names of their own
    beside: tuple[str, ...] = ()  # what may stand in one label with a word of `machine`, apart from those of `asset`
    machine_category: str = ""
    work_category: str = ""
    machine_except: tuple[str, ...] = ()

    @property
    def asset_regex(self) -> str:
        """Matches the labels of a host that only serves parts of a site."""
        return _regex(self.asset)

    @property
    def work_regex(self) -> str:
        """Matches the labels of a host whose first label is the name of an application that people work with."""
        return rf"^({'|'.join(self.work)})[0-9]*(\.|$)" if self.work else _NOTHING

    @property
    def machine_regex(self) -> str:
        """Matches the labels of a host that nobody visits.

        A label says so if nothing stands beside the word but words that mean no more than a part of a system:
        `eu-metrics-api`, and not `pixel-art` or `click-and-collect`.
        """
        if not self.machine:
            return _NOTHING
        machine = f"(?:{'|'.join(self.machine)})[0-9]*"
        beside = f"(?:{'|'.join((*self.machine, *self.asset, *self.beside, '[a-z]?[0-9]+'))})[0-9]*"
        return rf"(^|\.)({beside}-)*{machine}(-{beside})*(\.|$)"


def read_host_labels(path: Path, categories: Collection[str]) -> tuple[HostLabels, list[Problem]]:
    """Return the host labels of a file, with every fault found in it."""
    values, problems = read_what_is_toml(path)
    problems += unknown_keys(values, _KEYS, str(path))
    for key in (*_WORDS, "beside", "machine_except"):
        words = values.get(key, [])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            problems.append(Problem(f"'{key}' is not a list of texts", str(path), f'write {key} = ["…"]'))
            values[key] = []
    problems += [
        Problem(f"'{word}' in {key} is not a word of host names", str(path), "use small letters, digits, hyphens")
        for key in (*_WORDS, "beside")
        for word in values.get(key, [])
        if not _WORD.fullmatch(word)
    ]
    problems += [
        Problem(f"'{word}' is in {one} and in {other}", str(path), "a host is one or the other")
        for one, other in combinations(_WORDS, 2)
        for word in sorted({*values.get(one, [])} & {*values.get(other, [])})
    ]
    problems += [
        Problem(f"unknown category '{name}'", str(path), did_you_mean(str(name), sorted(categories)))
        for name in (*map(values.get, _CATEGORIES), *values.get("machine_except", []))
        if name is not None and not (isinstance(name, str) and name in categories)
    ]
    problems += [
        Problem(f"'{key}' is missing", str(path), f'write {key} = "…", the id of a class')
        for key in _CATEGORIES
        if values.get(key.removesuffix("_category")) and key not in values
    ]
    if problems:
        return HostLabels(), problems
    labels = HostLabels(
        asset=tuple(values.get("asset", ())),
        machine=tuple(values.get("machine", ())),
        front=tuple(values.get("front", ())),
        work=tuple(values.get("work", ())),
        beside=tuple(values.get("beside", ())),
        machine_category=values.get("machine_category", ""),
        work_category=values.get("work_category", ""),
        machine_except=tuple(values.get("machine_except", ())),
    )
    return labels, []


def _regex(words: Collection[str]) -> str:
    # Whole words between dots and hyphens, numbered or not.
    return rf"(^|[.-])({'|'.join(words)})[0-9]*([.-]|$)" if words else _NOTHING
