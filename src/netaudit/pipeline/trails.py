"""Where the audit trail of a configuration lies, and who writes into it."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from netaudit.custody import Entry, Trail
from netaudit.definitions.audit_events import NEEDS_SECOND
from netaudit.definitions.configuration import Configuration
from netaudit.errors import Problem, StoreError
from netaudit.pipeline.setting_digests import setting_digests, together
from netaudit.pipeline.stores import has_store


def open_trail(configuration: Configuration, out: Path) -> Trail:
    """Return the audit trail of a configuration."""
    return Trail(configuration.audit_folder or out / "audit", configuration.second_folder)


def operator() -> str:
    """Return the account that runs this, as the machine calls it; with sudo, also whose it was."""
    try:
        account = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        account = f"account {os.getuid()}"
    before = os.environ.get("SUDO_USER")
    return f"{account} (sudo by {before})" if before else account


def note(
    configuration: Configuration,
    out: Path,
    kind: str,
    about: Mapping[str, Any],
    now: datetime,
    who: str = "",
    *,
    must_reach_second: bool = False,
    whole: bool = False,
) -> Entry:
    """Return the entry that was appended to the trail; before it stands what was changed in the settings.

    Args:
        configuration: says where the trail lies.
        out: where it lies otherwise.
        kind: one of EVENTS.
        about: what is to be known of it; nothing of anybody in the logs.
        now: the moment.
        who: the officer; "" means the account that runs this.
        must_reach_second: refuse where the second place cannot be told, and check all of the trail: for what reveals
            or destroys something. The kinds in NEEDS_SECOND always do.
        whole: check all of the trail.

    Raises:
        StoreError: the trail is damaged or cannot be written: then what was asked for must not be done.
    """
    trail = open_trail(configuration, out)
    if kind == "view" and not trail.exists and not has_store(configuration, out):
        remedy = "name what the runs were given: --config, --out"
        raise StoreError(Problem("there is neither a store nor an audit trail here", str(trail.folder), remedy))
    digests = setting_digests(configuration)
    digest = together(digests)
    last = trail.latest()
    if last is None or last.settings != digest:
        known = trail.latest("setting.changed")
        before = known.about["settings"] if known else {}
        changed = {
            name: [before.get(name, ""), digests.get(name, "")]
            for name in sorted({*before, *digests})
            if before.get(name) != digests.get(name)
        }
        if changed:
            told = {"changed": changed, "settings": digests}
            trail.append("setting.changed", told, who=operator(), at=now, whole=whole, settings=digest)
    return trail.append(
        kind,
        about,
        who=who or operator(),
        at=now,
        must_reach_second=must_reach_second or kind in NEEDS_SECOND,
        whole=whole,
        settings=digest,
    )


def untold(configuration: Configuration, out: Path) -> int:
    """Return how many entries the second place has not been told, as far as the end of the trail says; 0: none."""
    last = open_trail(configuration, out).latest() if configuration.second_folder else None
    if last is None or (last.told >= last.number - 1 and last.kind != "trail.behind"):
        return 0
    return 0 if last.about.get("state") in {"caught up", "joined"} else last.number - last.told
