"""A lab set through the program's own stages, from its lines to findings, with the names put back at the end.

Names are put back by hashing the accounts that people.csv lists with the week's key, in memory: the store that the run
wrote holds none, and is gone when the block ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from lab_sets import LabSet

from netaudit.assess import assess
from netaudit.assess.human_time import people_visits
from netaudit.contracts import FINDINGS, SPELLS
from netaudit.definitions.configuration import load_configuration
from netaudit.definitions.periods import days_of
from netaudit.pipeline.audit import Definitions, load_definitions, run_audit
from netaudit.pipeline.days import EVENTS_TABLE, days_with_events, read_day
from netaudit.pipeline.rehearsal import Rehearsal
from netaudit.pipeline.stored_weeks import StoredWeeks, open_weeks
from netaudit.pipeline.weeks import WHOLE, visits_of
from netaudit.protect import Identities, Pseudonyms, people_table, register_table
from netaudit.reconstruct import ReconstructSettings

_UNTIL_CLOSED = timedelta(days=14)  # after its last line a week is closed


@dataclass(frozen=True, slots=True)
class Tables:
    """What a run says of people, each row with `user`: the account, or a word for somebody whom nobody listed."""

    visits: pl.DataFrame  # people's own visits of personal, blocked and unknown use, as `people_visits` has them
    spells: pl.DataFrame  # SPELLS
    findings: pl.DataFrame  # FINDINGS


@dataclass(frozen=True, slots=True)
class Audited:
    """A set that has been audited, while its store is open."""

    lab: LabSet
    definitions: Definitions
    lines: int
    events: int
    rejects: int
    cpu_seconds: float  # of the run
    _identities: Identities
    _weeks: StoredWeeks
    _events: dict[tuple[str, str], pl.DataFrame]  # at hand for the next reading

    def tables(self) -> Tables:
        """Return what the run stored."""

        def stored(name: str, period: str) -> pl.DataFrame:
            found = self._weeks.tables.read(name, period, WHOLE)
            if found is None:
                raise KeyError(f"no {name} of {period}")
            return found

        return self._with_names(
            lambda period: (
                visits_of(period, self._weeks.tables),
                stored("spells", period),
                stored("findings", period),
            )
        )

    def read_again(self, settings: ReconstructSettings) -> Tables:
        """Return what a run with other constants would have stored, from the events of this one."""
        policy, registers = self.definitions.policy, self.definitions.registers
        tables = _Again(self._weeks, self._events)

        def read(period: str) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
            for day in days_with_events(period, tables):
                read_day(period, day, tables, settings, policy.zone)
            visits = visits_of(period, tables)
            pseudonyms = Pseudonyms(period, self._weeks.store.keys.key)
            people = people_table(registers, pseudonyms)
            found = assess(visits, people, register_table(registers, self._identities, pseudonyms), policy)
            return visits, SPELLS.at_rest(found.spells), FINDINGS.at_rest(found.findings)

        return self._with_names(read)

    def _with_names(self, read: Callable[[str], tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]]) -> Tables:
        parts = []
        for period in self._weeks.periods:
            visits, spells, findings = read(period)
            seen = people_visits(visits, self.definitions.policy)
            names = self._names(period, seen)
            parts.append([frame.join(names, on="user_hash", how="left") for frame in (seen, spells, findings)])
        if not parts:
            raise SystemExit(f"{self.lab.folder}: no event to audit: its log is empty, or nothing in it could be read")
        return Tables(*(pl.concat(frames) for frames in zip(*parts, strict=True)))

    def _names(self, period: str, seen: pl.DataFrame) -> pl.DataFrame:
        """Return `user_hash, user`: the first of a person's accounts, or a number for somebody who is not listed."""
        pseudonyms = Pseudonyms(period, self._weeks.store.keys.key)
        known = self._identities.resolve(pl.Series(list(self.lab.people), dtype=pl.String), days_of(period)[0])
        hashes = pl.Series([pseudonyms.of(person) for person in known["person"]], dtype=pl.Int64)
        names = pl.DataFrame({"user_hash": hashes, "user": known["user_name"]}).unique("user_hash", keep="first")
        others = seen.join(names, on="user_hash", how="anti").sort("start_us", "site", "until_us", nulls_last=True)
        others = others.select("user_hash").unique(maintain_order=True).with_row_index("number", offset=1)
        number = pl.format("(not listed: {} {})", pl.lit(period), "number")
        return pl.concat([names, others.select("user_hash", user=number)])


class _Again(Rehearsal):
    """The tables of a run, read again: events are taken from memory, visits are kept there."""

    def __init__(self, weeks: StoredWeeks, events: dict[tuple[str, str], pl.DataFrame]) -> None:
        super().__init__(weeks.store, lambda frame: frame)
        self._at_hand = events

    def read(
        self, table: str, period: str, part: str, change: Callable[[pl.LazyFrame], pl.LazyFrame] = lambda frame: frame
    ) -> pl.DataFrame | None:
        """Return a part."""
        if table != EVENTS_TABLE:
            return super().read(table, period, part, change)
        if (period, part) not in self._at_hand:
            found = super().read(table, period, part)
            if found is None:
                return None
            self._at_hand[period, part] = found
        return change(self._at_hand[period, part].lazy()).collect()


@contextmanager
def audited(lab: LabSet, *, ext: bool = False, settings: ReconstructSettings | None = None) -> Iterator[Audited]:
    """Run the whole audit of a set into a store that is gone afterwards: read, class, hide, reconstruct, assess.

    Without a netaudit.toml of its own a set is audited with what the program ships: policy `leeds`, our own lists, no
    directory and no registers. Only where its manifest says that accounts are not single people's, they all stand in
    the register of shared accounts, as an organisation has to enter them.

    Args:
        lab: the set.
        ext: read the log with referrer and user agent.
        settings: the constants of the reconstruction; None: the shipped ones.
    """
    with TemporaryDirectory(prefix="netaudit-lab-") as name:
        out = Path(name, "out")
        configuration = replace(
            load_configuration(lab.configuration),
            imports_folder=Path(name, "none"),
            keys_folder=None,
            store_folder=None,
        )
        if not lab.attributable and configuration.registers is None:
            configuration = replace(configuration, registers=_register_of_shared(lab, Path(name, "registers")))
        now = lab.ended + _UNTIL_CLOSED
        began = time.process_time()
        result = run_audit([str(lab.log(ext=ext))], configuration, out, now, lambda *_: None, settings=settings)
        spent = time.process_time() - began
        accounts = [one.account for one in result.files]
        definitions = load_definitions(configuration, now.date())
        with open_weeks(configuration, out, None) as weeks:
            yield Audited(
                lab,
                definitions,
                lines=sum(one.lines for one in accounts),
                events=sum(one.events for one in accounts),
                rejects=sum(one.rejects for one in accounts),
                cpu_seconds=spent,
                _identities=Identities(definitions.registers, configuration.realms),
                _weeks=weeks,
                _events={},
            )


def _register_of_shared(lab: LabSet, folder: Path) -> Path:
    folder.mkdir()
    lines = ["account_or_address,note", *(f"{account},many people use it" for account in lab.people if account)]
    (folder / "shared_devices.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
