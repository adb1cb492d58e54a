"""What every step of a case needs, and how what is refused is recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from netaudit.custody import Cases, Identity
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.dpia import Gate
from netaudit.definitions.officers import Officer, Officers, load_officers
from netaudit.errors import DefinitionError, NetauditError
from netaudit.pipeline.seals import cases_of, today_of
from netaudit.pipeline.stores import open_store, require_store
from netaudit.pipeline.trails import note, operator
from netaudit.store import Store

_NUMBER = re.compile(r"[FR]-[0-9A-Z]{10,12}")  # of a case, or of a request


@dataclass(frozen=True, slots=True)
class Room:
    """What every step needs: who may act, the moment, and where cases stand."""

    configuration: Configuration
    out: Path
    now: datetime
    officers: Officers

    @property
    def today(self) -> date:
        """Return the local day."""
        return today_of(self.configuration, self.now)

    def cases(self) -> Cases:
        """Return where all cases stand."""
        return cases_of(self.configuration, self.out, self.now, self.officers)

    def note(self, kind: str, about: dict[str, str], *who: Officer) -> None:
        """Record a step, by its officers."""
        names = " and ".join(one.name for one in who)
        note(self.configuration, self.out, kind, about, self.now, f"{names}, at {operator()}")

    def gate(self) -> None:
        """Refuse without a current DPIA, before anything is looked up."""
        gate = Gate(self.configuration.dpia, self.today)
        if not gate.is_open:
            raise DefinitionError(gate.refusal(str(self.configuration.path or "the configuration")))


@contextmanager
def step(
    configuration: Configuration, out: Path, now: datetime, what: str, about: dict[str, str], *keys: Identity
) -> Iterator[Room]:
    """Give what a step needs; what is refused is recorded, with whoever asked."""
    officers = Officers()
    try:
        officers = load_officers(configuration.officers_file)
        yield Room(configuration, out, now, officers)
    except NetauditError as error:
        # What was typed is noted only if it is a number: it could be a name.
        about = {name: text for name, text in about.items() if _NUMBER.fullmatch(text)}
        known = [officers.holding(key.verify_key) for key in keys]
        names = [one.name if one else "a key that nobody enrolled" for one in known]
        why = [problem.what for problem in error.problems]
        try:
            note(configuration, out, "refused", {"what": what, **about, "by": names, "why": why}, now)
        except NetauditError as other:
            raise NetauditError([*error.problems, *other.problems]) from error
        error.is_recorded = True
        raise


@contextmanager
def opened_store(room: Room) -> Iterator[Store]:
    """Give the store, open."""
    require_store(room.configuration, room.out)
    store = open_store(room.configuration, room.out)
    try:
        yield store
    finally:
        store.close()
