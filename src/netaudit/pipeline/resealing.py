"""Sealing anew what is sealed, after officers came or went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path

from netaudit.custody import Header, Identity, Sealed, fingerprint_of, seal, two_people, unseal
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.officers import Officers, load_officers
from netaudit.errors import StoreError
from netaudit.pipeline.sealing import Whose
from netaudit.pipeline.seals import drop_other_keys, put_seal, registers_of, seal_headers, today_of
from netaudit.pipeline.stores import open_store, require_store
from netaudit.pipeline.trails import note, operator
from netaudit.protect import Identities
from netaudit.store import SealFiles


@dataclass(frozen=True, slots=True)
class Resealed:
    """What was sealed anew."""

    anew: int
    before: int  # to the officers of today already: an earlier attempt stopped there
    unopened: int  # that these two cannot open; not which: whoever is left out would learn that it is about them


def reseal(
    configuration: Configuration,
    out: Path,
    ig_key: Identity,
    hr_key: Identity,
    now: datetime,
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> Resealed:
    """Open every seal in memory and seal it to the officers of today, each under a new key; no name is shown.

    Stopped in the middle, the same goes on: a seal that was made anew is known by what can be read of it.

    Args:
        configuration: what the organisation has decided.
        out: where a run wrote.
        ig_key: of an officer of IG in office, to whom they were sealed.
        hr_key: likewise of HR.
        now: the moment.
        tell: hears how far it is.

    Raises:
        StoreError: these are not two officers in office, nobody is there to seal to, or the store is in use.
    """
    today = today_of(configuration, now)
    officers = load_officers(configuration.officers_file)
    both = two_people(ig_key, hr_key, officers, today)
    who = f"{both[0].name} and {both[1].name}, at {operator()}"
    registers = registers_of(configuration)
    whose = Whose(registers.people, officers, Identities(registers, configuration.realms), configuration.zone)
    present = fingerprint_of(officers, today)
    to = [one.name for role in ("ig", "hr") for one in officers.of_role(role, today)]
    require_store(configuration, out)
    store = open_store(configuration, out)
    try:
        files = SealFiles(store.folder)
        files.clear_half_written()
        seals = seal_headers(store)
        for case, header in seals.items():
            drop_other_keys(store, case, header.key)
        old = {case: header for case, header in seals.items() if header.officers != present}
        if old:
            note(configuration, out, "seals.renewed", {"names": len(old), "officers": to, "done": "begun"}, now, who)
        unopened = 0
        for number, (case, header) in enumerate(old.items(), 1):
            try:
                what = unseal(files.read(case) or b"", header, store.keys.key(header.key, case), ig_key, hr_key)
            except StoreError:
                unopened += 1
                continue
            put_seal(store, replace(header, officers=present), partial(_made, what, officers, whose, today))
            tell(number, len(old))
        if old:
            about = {"names": len(old) - unopened, "left": unopened, "officers": to, "done": "finished"}
            note(configuration, out, "seals.renewed", about, now, who)
    finally:
        store.close()
    return Resealed(len(old) - unopened, len(seals) - len(old), unopened)


def _made(what: Sealed, officers: Officers, whose: Whose, today: date, header: Header, key: bytes) -> bytes:
    return seal(what, header, officers, whose.officers_of(what), today, key)
