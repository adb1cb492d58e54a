"""What the annex is made of: the configuration as it is now, and what the ledger says of the last run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from netaudit import __version__
from netaudit.definitions.categories import TAXONOMY_FILE, ClassMap, categories_folder
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.managers import MANAGER
from netaudit.definitions.officers import ROLES, load_officers
from netaudit.definitions.policies import Policy, Rule, load_policy, unclassed
from netaudit.definitions.policy_differences import policy_differences
from netaudit.definitions.registers import REGISTERS
from netaudit.definitions.taxonomy import read_taxonomy
from netaudit.errors import DefinitionError, StoreError
from netaudit.pipeline.audit import load_configured_class_map
from netaudit.pipeline.dpia.shielding import unshielded
from netaudit.pipeline.facts import definition_hashes
from netaudit.pipeline.known_formats import known_formats
from netaudit.pipeline.policy_choice import overlays_of
from netaudit.pipeline.policy_texts import find_policy
from netaudit.pipeline.purge_plan import purge_warnings
from netaudit.pipeline.setting_digests import setting_digests
from netaudit.pipeline.stores import keys_folder, store_folder
from netaudit.pipeline.trails import open_trail
from netaudit.protect import key_states
from netaudit.store import SealFiles, last_run

SAFEGUARDING = "safeguarding"
_KEPT_BY_PEOPLE = ("officers", "directory", "registers", "holds")


@dataclass(frozen=True, slots=True)
class LastRun:
    """What the ledger says of the last run."""

    at: datetime  # local
    version: str
    hashes: Mapping[str, str]
    datasets: tuple[str, ...]  # layouts of all logs ever read


@dataclass(frozen=True, slots=True)
class Facts:
    """The configuration that would run now, and what did."""

    configuration: Configuration
    out: Path
    now: datetime  # local
    policy: Policy
    class_map: ClassMap
    hashes: Mapping[str, str]
    registers: frozenset[str]  # file names of those that are there
    roles: frozenset[str]  # of ROLES, held by an officer today
    keys: frozenset[str]  # states of the keys that are there: plain, wrapped, damaged
    shield_lost: tuple[str, ...]  # classes that netaudit shields as it ships and this configuration does not
    unshielded: tuple[str, ...]  # patterns of single sites from which overrides or own lists take the shield
    has_trail: bool
    has_seals: bool  # whether names lie sealed, by whatever run
    overdue: tuple[str, ...]  # what is past its retention and was not destroyed
    last: LastRun | None
    policy_changes: tuple[str, ...]  # what of the policy is not as it ran last
    files_changed: tuple[
        str, ...
    ]  # officers, directory, registers, holds: those that are not as the last run knew them

    @property
    def today(self) -> date:
        """The day in the staff's time zone."""
        return self.now.date()

    @property
    def changed(self) -> tuple[str, ...]:
        """Return in words what is not as it was when it last ran."""
        last = self.last
        if last is None:
            return ()
        names = {"policy": "policy", "categories": "class map", "formats": "log formats", "configuration": "file"}
        found = [f"The {names.get(one, one)} changed since the last run."
                 for one, digest in self.hashes.items() if last.hashes.get(one) != digest]  # fmt: skip
        found = [one.replace("The file", "The configuration file") for one in found]
        if last.version != __version__:
            found.append(f"The last run was made by netaudit {last.version}; this is netaudit {__version__}.")
        return (*found, *self.policy_changes)

    @property
    def concerns_elsewhere(self) -> tuple[Rule, ...]:
        """Return the rules about somebody's safety whose findings do not go to the safeguarding team."""
        named = {name for name, one in self.class_map.taxonomy.items() if one.safeguarding}
        return tuple(
            rule
            for rule in self.policy.rules
            if rule.on and rule.route != SAFEGUARDING and named & set(self.policy.categories_of(rule))
        )

    @property
    def concerns_to_managers(self) -> tuple[Rule, ...]:
        """Return those of them that go to line managers."""
        return tuple(rule for rule in self.concerns_elsewhere if rule.route == MANAGER)

    @property
    def keys_apart(self) -> bool:
        """Whether the keys lie neither in the store nor among the reports."""
        keys = keys_folder(self.configuration, self.out).resolve()
        places = (self.out.resolve(), store_folder(self.configuration, self.out).resolve())
        return not any(keys.is_relative_to(place) for place in places)

    @property
    def second_is_elsewhere(self) -> bool:
        """Whether the second place of the trail is there and lies on another file system than the trail."""
        second = self.configuration.second_folder
        if second is None or not second.is_dir():
            return False
        trail = open_trail(self.configuration, self.out).folder
        here = next((one for one in (trail, *trail.parents) if one.exists()), Path())
        return here.stat().st_dev != second.stat().st_dev


def gather(configuration: Configuration, out: Path, now: datetime) -> Facts:
    """Return what a configuration is and what ran last; neither the store nor a key is opened.

    Raises:
        DefinitionError: with every fault of policy, classes or officers.
        StoreError: ledger or key folder cannot be read, or the trail is damaged.
    """
    local = now.astimezone(ZoneInfo(configuration.zone))
    today = local.date()
    class_map = load_configured_class_map(configuration, today)
    policy = load_policy(configuration.policy_pack, overlays_of(configuration), configuration.zone)
    formats = known_formats(configuration)
    if faults := unclassed(policy, class_map.taxonomy):
        raise DefinitionError(faults)
    officers = load_officers(configuration.officers_file)
    last = _last_run(configuration, out, local)
    keys = keys_folder(configuration, out)
    shipped, _ = read_taxonomy(categories_folder() / TAXONOMY_FILE)
    special = {name: one.title for name, one in shipped.items() if one.special}
    return Facts(
        configuration,
        out,
        local,
        policy,
        class_map,
        definition_hashes(configuration, formats, class_map, policy),
        registers=frozenset(one for one in REGISTERS if _is_there(configuration.registers, one)),
        roles=frozenset(role for role in ROLES if officers.of_role(role, today)),
        keys=frozenset(one.state for one in key_states(keys, ())) if keys.is_dir() else frozenset(),
        shield_lost=tuple(title for name, title in special.items() if name not in class_map.special_categories),
        unshielded=unshielded(class_map) if configuration.categories_folder else (),
        has_trail=next(iter(open_trail(configuration, out).entries()), None) is not None,
        has_seals=_has_seals(configuration, out),
        overdue=tuple(purge_warnings(configuration, out, now)),
        last=last,
        policy_changes=_policy_changes(configuration, out, policy, last),
        files_changed=_files_changed(configuration, out) if last else (),
    )


def _is_there(folder: Path | None, name: str) -> bool:
    return folder is not None and (folder / name).is_file()


def _last_run(configuration: Configuration, out: Path, local: datetime) -> LastRun | None:
    found = last_run(store_folder(configuration, out))
    if found is None:
        return None
    started, facts, datasets = found
    at = datetime.fromisoformat(started).astimezone(local.tzinfo)
    return LastRun(at, str(facts.get("version", "")), dict(facts.get("hashes", {})), datasets)


def _has_seals(configuration: Configuration, out: Path) -> bool:
    return next(iter(SealFiles(store_folder(configuration, out))), None) is not None


def _files_changed(configuration: Configuration, out: Path) -> tuple[str, ...]:
    """Return which files that people keep are not as they were when the last run began, as far as the trail says."""
    then: Mapping[str, str] = {}
    known: Mapping[str, str] = {}
    for entry in open_trail(configuration, out).entries():
        if entry.kind == "setting.changed":
            known = entry.about.get("settings", {})
        elif entry.kind == "run":
            then = known
    now = setting_digests(configuration)
    return tuple(name for name in _KEPT_BY_PEOPLE if then and then.get(name) != now.get(name))


def _policy_changes(configuration: Configuration, out: Path, policy: Policy, last: LastRun | None) -> tuple[str, ...]:
    """Return what of the policy is not as it ran last, as far as that one is kept."""
    digest = last.hashes.get("policy", "") if last else ""
    if not digest or digest == policy.sha256:
        return ()
    try:
        before = find_policy(digest, store_folder(configuration, out), (), configuration.zone)
    except (StoreError, DefinitionError):
        return ("The policy of the last run is no longer kept: what differs cannot be told.",)
    return tuple(
        f"Policy, {one.name}: {_said(one.before)} when it last ran, {_said(one.after)} now."
        for one in policy_differences(before, policy)
        if one.part in ("setting", "pattern", "rule", "route", "excuse", "class")
    )


def _said(value: str | None) -> str:
    return "nothing" if value is None else f"“{value}”"
