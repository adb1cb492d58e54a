"""Policies that runs have used, kept so that an old verdict can be read beside the words that it was made by.

A policy is one archive, `policies/<hash>.zip` in the store: the text of each file that it stands on, uncompressed, as
`0.toml`, `1.toml` and so on, where each extends the one before it. The hash is that of these texts, wherever they lie.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from netaudit.definitions.policies import Policy, load_policy, load_policy_texts, policy_names
from netaudit.definitions.policy_changes import Change
from netaudit.errors import DefinitionError, Problem, StoreError
from netaudit.pipeline.class_maps import DAMAGE
from netaudit.store import POLICIES, Archive, is_beginning_of_hash, read_kept, zipped

_ENDING = ".zip"
_RESTORE = "restore it from a back-up, or use another policy"


def keep_policy(policy: Policy, archive: Archive) -> None:
    """Keep the text of a policy for good.

    Raises:
        StoreError: the disk is full.
    """
    archive.keep(policy.sha256 + _ENDING, zipped({f"{n}.toml": text for n, text in enumerate(policy.texts)}))


def find_policy(
    name_or_hash: str,
    store_folder: Path | None = None,
    overlays: Sequence[Path] = (),
    zone: str | None = None,
    changes: Sequence[Change] = (),
) -> Policy:
    """Return a policy by its name or path, or one that a run has used by the beginning of its hash.

    Args:
        name_or_hash: such as `leeds`, `policies/our-trust.toml`, `9f2c41ab` or the path of a kept `.zip`. A policy
            that has such a name goes before one that has such a hash.
        store_folder: the store in which policies of earlier runs are kept; None: there is none.
        overlays: the site's own `policies/` folders, first one wins.
        zone: the time zone to use in place of the policy's own.
        changes: settings to try in place of the policy's own.

    Raises:
        DefinitionError: there is no policy of that name, or it has faults.
        StoreError: no policy is kept whose hash begins like that, or several are, or it is damaged.
    """
    if name_or_hash.endswith(_ENDING):
        return _kept_policy(Path(name_or_hash), zone, changes)
    named = name_or_hash.endswith(".toml") or name_or_hash in policy_names(overlays)
    if named or store_folder is None or not is_beginning_of_hash(name_or_hash):
        return load_policy(name_or_hash, overlays, zone, changes)
    return _kept_policy(Archive(store_folder, POLICIES).find(name_or_hash, _ENDING, "policy"), zone, changes)


def _kept_policy(path: Path, zone: str | None, changes: Sequence[Change]) -> Policy:
    content = read_kept(path)
    if content is None:
        raise StoreError(Problem("there is no such file", str(path), "name the archive of a policy"))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            texts = [archive.read(f"{number}.toml") for number in range(len(archive.namelist()))]
    except DAMAGE as error:
        raise StoreError(Problem("the policy is damaged", str(path), _RESTORE)) from error
    digest = hashlib.sha256(b"\0".join(texts)).hexdigest()
    if not texts or (len(path.stem) == len(digest) and path.stem != digest):  # named by its hash, not by somebody
        raise StoreError(Problem("the policy is not the one that it says it is", str(path), _RESTORE))
    try:
        kept = load_policy_texts(texts, str(path), zone)
    except DefinitionError as error:
        first = error.problems[0]
        raise StoreError(
            Problem(f"this version cannot read the policy: {first.what}", first.where, _RESTORE)
        ) from error
    return load_policy_texts(texts, str(path), zone, changes) if changes else kept
