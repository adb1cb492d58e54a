"""Pages that an earlier run made of the same things: they are linked into the new folder, not made again.

A year has tens of thousands of pages of settled weeks, and no night changes them. What is kept is checked file by file
against the checksum that was noted when it was made; where one differs, all of its group are made anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from netaudit.contracts.leaving import Case, Quality, RunFacts
from netaudit.durable import replace_file
from netaudit.report.folders import Folder
from netaudit.report.pages import templates_folder

KEPT_FOLDER = ".kept"
"""Beside the folders of the audiences: what was made of what."""

_LIBRARIES = ("jinja2", "markupsafe", "nhsuk-frontend-jinja")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Settled:
    """What is known of the cases of weeks beside what lists tell.

    A week whose digest is that of the last time has the same cases, to the last word on their pages.
    """

    digests: Mapping[str, str]  # by period; a week without one is made anew
    whole: Mapping[str, Sequence[Case]]  # the cases of a week with evidence and day; may be opened when asked for


class KeptPages:
    """What an earlier run made for one audience, and what this one makes."""

    def __init__(self, path: Path, folder: Folder, facts: RunFacts, shared: str) -> None:
        """Read what was noted; what cannot be read was not.

        Args:
            path: where it is noted.
            folder: in the making, with the earlier one still in its place.
            facts: of this run.
            shared: digest of all that every page depends on but the moment of the run.
        """
        self._path, self._folder, self._shared = path, folder, shared
        self._run_at, self._destroy_by = facts.run_at, facts.destroy_by
        self._before = _read(path)
        self._now: dict[str, dict[str, Any]] = {}

    def again(self, group: str, *made_of: str) -> bool:
        """Take over a group of pages, if it was made of the same, and return whether it was."""
        noted = self._before.get(group)
        digest = self._digest(made_of)
        if noted is None or noted["of"] != digest or not self._is_of_use(noted):
            return False
        if not self._folder.take_over(noted["files"]):
            return False
        self._now[group] = noted
        return True

    def files(self, group: str) -> Mapping[str, str]:
        """Return the checksums of a group's files in this run, by name; none where it is not there."""
        return self._now[group]["files"] if group in self._now else {}

    @contextmanager
    def making(self, group: str, *made_of: str) -> Iterator[None]:
        """Note the pages that are added within as those of a group."""
        with self._folder.noting() as files:
            yield
        end = self._destroy_by.isoformat() if self._destroy_by else ""
        made = {"of": self._digest(made_of), "made": self._run_at.isoformat(), "until": end, "files": files}
        self._now[group] = made

    def write(self) -> None:
        """Note what there is now, once the folder is in its place."""
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        replace_file(self._path, json.dumps(self._now, sort_keys=True).encode())

    def _digest(self, made_of: Sequence[str]) -> str:
        return hashlib.sha256("\0".join((self._shared, *made_of)).encode()).hexdigest()

    def _is_of_use(self, noted: Mapping[str, Any]) -> bool:
        """Whether a page that says when it was made, and by when it has to go, can still stand."""
        is_earlier = datetime.fromisoformat(noted["made"]) <= self._run_at
        until = noted["until"]
        if bool(until) != bool(self._destroy_by):
            return False
        return is_earlier and (not until or self._run_at.date().isoformat() < until)


def settled_facts(facts: RunFacts) -> RunFacts:
    """Return the facts without what changes from night to night: pages of settled weeks are made of these alone."""
    more = len(facts.warnings) > len(facts.validity)
    return replace(
        facts,
        files=(),
        reject_reasons={},
        reject_examples=(),
        periods=(),
        provisional_periods=(),
        attribution={},
        label_counts={},
        due={},
        warnings=(*facts.validity, "the first page has more") if more else facts.validity,
        late_events=0,
        managers=(),
        provenance={},
        provenance_of="",
        registers=(),
        unlisted={},
        no_people={},
        undelivered=(),
        quality=Quality(),
    )


def shared_digest(facts: RunFacts, titles: Mapping[str, str]) -> str:
    """Return a digest of what every page of a settled week depends on: facts, titles, templates, and this program.

    Args:
        facts: as `settled_facts` returns them.
        titles: by class id.
    """
    timeless = replace(facts, run_at=_EPOCH, destroy_by=None)
    told = repr((timeless, str(facts.run_at.tzinfo), sorted(titles.items())))
    return hashlib.sha256(f"{told}\0{_program()}".encode()).hexdigest()


@cache
def _program() -> str:
    """Return a digest of the templates, of all modules of this program, and of what turns templates into pages."""
    digest = hashlib.sha256(" ".join(version(name) for name in _LIBRARIES).encode())
    for folder in (templates_folder(), Path(__file__).parents[1]):
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".py", ".toml", ".jinja", ".css"}:
                digest.update(f"{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(path.read_bytes())
        return {
            str(group): {
                "of": str(noted["of"]),
                "made": datetime.fromisoformat(noted["made"]).isoformat(),
                "until": str(noted["until"]),
                "files": {str(name): str(sha256) for name, sha256 in noted["files"].items()},
            }
            for group, noted in found.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
