"""The policy that somebody names: shipped, the organisation's own, a file, or one that was used before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from netaudit.definitions.categories import TAXONOMY_FILE, categories_folder
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.policies import Policy
from netaudit.definitions.policy_changes import Change
from netaudit.definitions.taxonomy import read_taxonomy
from netaudit.pipeline.policy_texts import find_policy
from netaudit.pipeline.stores import store_folder


def choose_policy(
    name: str, configuration: Configuration, out: Path | None = None, changes: Sequence[Change] = ()
) -> Policy:
    """Return a policy in the configuration's time zone, unless a setting that is tried names another.

    Args:
        name: a name, the path of a .toml file, or the beginning of the hash of one that a run has used.
        configuration: where the organisation's own policies, and perhaps the store, are.
        out: where the store is if the configuration does not say; None: there is none.
        changes: settings to try in place of the policy's own.

    Raises:
        DefinitionError: there is none, or it has faults.
        StoreError: none is kept whose hash begins like that, or several are.
    """
    tried = any(change.path == ("time", "zone") for change in changes)
    store = configuration.store_folder if out is None else store_folder(configuration, out)
    zone = None if tried else configuration.zone
    return find_policy(name, store, overlays_of(configuration), zone, changes)


def overlays_of(configuration: Configuration) -> list[Path]:
    """Return the folders of the organisation's own policies."""
    return [configuration.policies_folder] if configuration.policies_folder else []


def class_titles(configuration: Configuration) -> dict[str, str]:
    """Return what classes are called, by name; the faults of a taxonomy are `netaudit check`'s to tell."""
    own = configuration.categories_folder and configuration.categories_folder / TAXONOMY_FILE
    taxonomy, _ = read_taxonomy(own if own and own.is_file() else categories_folder() / TAXONOMY_FILE)
    return {name: category.title for name, category in taxonomy.items()}
