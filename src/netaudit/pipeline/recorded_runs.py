"""A run in the audit trail: that it began, and what came of it; never the name of a file, which may hold anybody's."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from netaudit import __version__
from netaudit.definitions.configuration import Configuration
from netaudit.pipeline.audit import Result
from netaudit.pipeline.trails import note


def note_begun(configuration: Configuration, out: Path, moment: datetime, *, given: bool) -> None:
    """Note that a run begins, before it stores anything; all of the trail is checked then.

    Args:
        configuration: of the run.
        out: where it writes.
        moment: the one that the run takes for now.
        given: it is not the clock's.

    Raises:
        StoreError: the trail is damaged or cannot be written: then nothing is run.
    """
    about = {"state": "begun", "version": __version__, **({"as_of": moment.isoformat()} if given else {})}
    note(configuration, out, "run", about, datetime.now(UTC), whole=True)


def note_finished(configuration: Configuration, out: Path, result: Result) -> None:
    """Note what a run did: counts, weeks, and digests of all that decided.

    Raises:
        StoreError: the trail is damaged or cannot be written.
    """
    new = [one for one in result.files if not one.known]
    sources = hashlib.sha256("".join(sorted(one.sha256 for one in new)).encode()).hexdigest()
    about = {
        "state": "finished",
        "version": result.facts.version,
        "hashes": dict(result.facts.hashes),
        "files": len(new),
        "files_known_already": len(result.files) - len(new),
        "files_unread": len(result.problems),
        **({"formats_broken": len(result.broken)} if result.broken else {}),
        "files_sha256": sources,
        "lines": sum(one.account.lines for one in new),
        "events": sum(one.account.events for one in new),
        "set_aside": sum(one.account.rejects for one in new),
        "duplicates": sum(one.account.duplicates for one in new),
        "weeks": sorted({week.period for week in result.weeks}),
        "reports": len(result.reports),
    }
    note(configuration, out, "run", about, datetime.now(UTC))
