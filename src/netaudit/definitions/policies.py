"""Policies: found by name or path, extended, checked, and given with their hash."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from netaudit.definitions.policy_changes import ENTRY_NAMES, Change, with_changes
from netaudit.definitions.policy_file import read_policy
from netaudit.definitions.policy_terms import (
    KINDS,
    LIMITED_KINDS,
    ROUTES,
    Attempts,
    BlockedClass,
    Example,
    ExampleDownload,
    ExampleEntry,
    ExampleVisit,
    Excuse,
    NotAuditable,
    OneHour,
    OwnTime,
    Policy,
    Rule,
)
from netaudit.definitions.time_zones import is_time_zone, zone_hint
from netaudit.definitions.toml_files import did_you_mean, what_is_toml
from netaudit.definitions.toml_tables import Tables
from netaudit.errors import DefinitionError, Problem

__all__ = [
    "KINDS",
    "LIMITED_KINDS",
    "ROUTES",
    "Attempts",
    "BlockedClass",
    "Example",
    "ExampleDownload",
    "ExampleEntry",
    "ExampleVisit",
    "Excuse",
    "NotAuditable",
    "OneHour",
    "OwnTime",
    "Policy",
    "Rule",
    "load_policy",
    "load_policy_texts",
    "policy_names",
    "scenario_files",
    "unclassed",
]

_IS_MISSING = re.compile(r"^there is no (pattern|example)|^there are no (categories|file_kinds)$|is missing$")
SHIPPED = Path(__file__).resolve().parents[1] / "policies"
_SHIELDED = "shielded"  # what is left of the class of a shielded site; no class list has it
_NAMED_TABLES = (
    "clauses",
    "time",
    "patterns",
    "one_hour",
    "blocked_class",
    "own_time",
    "attempts",
    "self_report",
    "own_devices",
    "classes",
    "social_accounts",
)


def policy_names(overlays: Sequence[Path] = ()) -> tuple[str, ...]:
    """Return the names of the policies that can be loaded, shipped ones and a site's own, sorted."""
    return tuple(sorted({path.stem for folder in (*overlays, SHIPPED) for path in folder.glob("*.toml")}))


def scenario_files(overlays: Sequence[Path] = ()) -> list[Path]:
    """Return the files of stories that come with policies: `scenarios/x.toml` is about the `x.toml` above it."""
    return [path for folder in (SHIPPED, *overlays) for path in sorted((folder / "scenarios").glob("*.toml"))]


def load_policy(
    name_or_path: str | Path, overlays: Sequence[Path] = (), zone: str | None = None, changes: Sequence[Change] = ()
) -> Policy:
    """Return a policy by its name, or by the path of its file.

    A name is looked for in the overlay folders first, then among the shipped policies. A file that says
    `extends = "leeds"` takes everything from that policy but what it writes itself; of a rule with the same
    rule_id, it takes every key but those it writes. A file may extend the shipped policy of its own name.

    Args:
        name_or_path: such as `leeds`, or `policies/our-trust.toml`.
        overlays: the site's own `policies/` folders, first one wins.
        zone: the time zone to use in place of the policy's own.
        changes: settings to try in place of the policy's own.

    Raises:
        DefinitionError: with every fault of the policy.
    """
    path = _find(str(name_or_path), overlays, ())
    faults: list[Problem] = []
    return _policy(_read(path, overlays, (), faults), faults, zone, changes)


def load_policy_texts(
    texts: Sequence[bytes], place: str, zone: str | None = None, changes: Sequence[Change] = ()
) -> Policy:
    """Return a policy from the texts of its files, as `Policy.texts` has them: what it extends comes first.

    Args:
        texts: what the files hold.
        place: where they are, for messages.
        zone: as in `load_policy`.
        changes: as in `load_policy`.

    Raises:
        DefinitionError: with every fault of the policy.
    """
    faults: list[Problem] = []
    files = []
    for number, text in enumerate(texts):
        document, not_toml = what_is_toml(text, f"{place}, {number}.toml")
        faults += not_toml
        files.append(_File(f"{place}, {number}.toml", text, document))
    return _policy(files, faults, zone, changes)


class _File(NamedTuple):
    """One of the files that a policy stands on."""

    place: str
    content: bytes
    document: Mapping[str, Any]


def _policy(files: Sequence[_File], faults: list[Problem], zone: str | None, changes: Sequence[Change]) -> Policy:
    """Return the policy of some files, each of which extends the one before it."""
    tables = Tables(files[-1].place)
    document: dict[str, Any] = {}
    rule_files: dict[str, str] = {}
    for file in files:
        rules = file.document.get("rule", [])
        if isinstance(rules, list):
            rule_files |= {str(rule.get("rule_id")): file.place for rule in rules if isinstance(rule, dict)}
        document = _merged(document, file.document)
    document = with_changes(document, changes, tables)
    texts = tuple(file.content for file in files)
    policy = read_policy(tables, document, rule_files, hashlib.sha256(b"\0".join(texts)).hexdigest())
    if zone is not None and not is_time_zone(zone):
        tables.problems.append(Problem(f"'{zone}' is not a time zone", "the configuration", zone_hint(zone)))
    if faults:  # what stands in a line that is not TOML is not missing
        tables.problems = [*faults, *(one for one in tables.problems if not _IS_MISSING.search(one.what))]
    if tables.problems:
        raise DefinitionError(tables.problems)
    return replace(policy, zone=zone or policy.zone, texts=texts)


def unclassed(policy: Policy, category_ids: Iterable[str]) -> list[Problem]:
    """Return one problem for each category that the policy gives no use, and for each that there is not."""
    known = set(category_ids)
    return [
        Problem(
            f"unknown category '{category}'", f"policy '{policy.policy_id}', [classes]", did_you_mean(category, known)
        )
        for category in sorted(set(policy.classes) - known - {_SHIELDED})
    ] + [
        Problem(
            f"policy '{policy.policy_id}' does not say what category '{category}' counts as",
            "[classes]",
            f'add {category} = "…", one of business, personal, blocked, shielded, background, unknown',
        )
        for category in sorted(known - set(policy.classes))
    ]


def _find(name: str, overlays: Sequence[Path], tried: tuple[Path, ...]) -> Path:
    if name.endswith(".toml"):
        path = tried[-1].parent / name if tried else Path(name)
        if path.resolve() not in tried:
            return path
        remedy = "let it extend another policy, or none"
        raise DefinitionError(Problem("the policy extends itself", f"{tried[-1]}: extends", remedy))
    for folder in (*overlays, SHIPPED):
        path = folder / f"{name}.toml"
        if path.is_file() and path.resolve() not in tried:
            return path
    place = f"{tried[-1]}: extends" if tried else "the name of the policy"
    raise DefinitionError(Problem(f"there is no policy '{name}'", place, did_you_mean(name, policy_names(overlays))))


def _read(path: Path, overlays: Sequence[Path], tried: tuple[Path, ...], faults: list[Problem]) -> list[_File]:
    """Return the files that a policy stands on, what it extends first."""
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = Problem(f"cannot be read: {error.strerror}", str(path), "check the path and its permissions")
        raise DefinitionError([*faults, problem]) from error
    own, not_toml = what_is_toml(content, str(path))
    if not own and not_toml:
        raise DefinitionError([*faults, *not_toml])
    faults += not_toml
    tried = (*tried, path.resolve())
    base = own.get("extends")
    below = _read(_find(base, overlays, tried), overlays, tried, faults) if isinstance(base, str) else []
    return [*below, _File(str(path), content, own)]


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the base with everything that the other file writes itself."""
    merged = {**base, **own}
    merged.pop("extends", None)
    for key in _NAMED_TABLES:
        if isinstance(base.get(key), dict) and isinstance(own.get(key), dict):
            merged[key] = {**base[key], **own[key]}
    for key, name in ENTRY_NAMES.items():
        if isinstance(base.get(key), list) and isinstance(own.get(key), list):
            merged[key] = _merged_entries(base[key], own[key], name)
    return merged


def _merged_entries(base: Sequence[Any], own: Sequence[Any], name: str) -> list[Any]:
    entries = list(base)
    places = {str(entry.get(name)): place for place, entry in enumerate(base) if isinstance(entry, dict)}
    for entry in own:
        if isinstance(entry, dict) and str(entry.get(name)) in places:
            place = places.pop(str(entry.get(name)))  # a second one in the same file is a fault that the reader names
            entries[place] = {**entries[place], **entry}
        else:
            entries.append(entry)
    return entries
