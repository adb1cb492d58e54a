"""Whether the parts of an evidence pack agree: its signature says who made it, and not that it says one thing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from netaudit.definitions.accounts import canonical_account
from netaudit.pipeline.class_maps import DAMAGE
from netaudit.pipeline.pack_archive import Signed
from netaudit.pipeline.pack_contents import CASE, FAVOUR, PERSON, in_favour
from netaudit.pipeline.pack_inputs import Inputs
from netaudit.protect import Blind

NOT_COMPARED = (
    "Not compared: pages and case.txt, which say in words what the .json files hold; where they differ, these count."
)


def disagreements(pack: Signed, inputs: Inputs) -> Iterator[str]:
    """Yield what of a pack is not what other parts of it give; no logs are needed for it."""
    try:
        if pack.files[FAVOUR] != in_favour(pack.files[CASE]):
            yield f"{FAVOUR} is not what speaks for the person in {CASE}"
        said = json.loads(pack.files[PERSON])
        kind, _, name = inputs.subject.partition(":")
        if said["person_id"] != ([name] if kind == "person" else []):
            yield f"{PERSON} names another person than the one whose case was made again"
        if said["register_entries"] != list(inputs.register):
            yield f"{PERSON} has other register entries than the case was made with"
    except DAMAGE:
        yield f"{PERSON} or {FAVOUR} is not as packs have it"


def foreign_accounts(pack: Signed, inputs: Inputs, realms: Mapping[str, str], blind: Blind) -> Iterator[str]:
    """Yield a fault where the accounts that a pack names are not those of the person whose case was made again.

    Args:
        pack: what it holds.
        inputs: what the case is made again from.
        realms: which realm is equal to which other one.
        blind: made from the logs; without them nobody can tell.
    """
    try:
        named = {blind.account(canonical_account(one, realms)) for one in json.loads(pack.files[PERSON])["accounts"]}
    except DAMAGE:
        return  # told already
    kind, _, name = inputs.subject.partition(":")
    rows = inputs.identities["people"]
    theirs = {one for row in rows if row["id"] == name for one in row["accounts"]} if kind == "person" else {name}
    if named != theirs:
        yield f"{PERSON} names other accounts than those of the person whose case was made again"
