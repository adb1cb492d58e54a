"""A case made again from the source logs: the runs that it comes from, one by one, under keys of the moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from netaudit.assess import decided
from netaudit.contracts import CASE_CONTRACTS, EVIDENCE, FINDINGS, Case, CaseTables
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.dpia import Gate
from netaudit.definitions.format_files import load_formats_of
from netaudit.definitions.formats import Format
from netaudit.definitions.policies import Policy
from netaudit.definitions.registers import Registers
from netaudit.errors import DefinitionError, Problem, StoreError
from netaudit.ingest import LogFile
from netaudit.pipeline.choices import Choices
from netaudit.pipeline.class_maps import load_kept_map
from netaudit.pipeline.days import reconstruct_settings, work_through
from netaudit.pipeline.delivered import Delivered
from netaudit.pipeline.door import Door
from netaudit.pipeline.late_entries import take_late_entries
from netaudit.pipeline.memory_keys import KeysInMemory
from netaudit.pipeline.pack_inputs import Inputs, Run, settings_of
from netaudit.pipeline.policy_texts import find_policy
from netaudit.pipeline.reading import Gathered, read_delivered
from netaudit.pipeline.rejects import Rejects
from netaudit.pipeline.weeks import WHOLE, Rules, judge_week
from netaudit.protect import (
    Blind,
    BlindIdentities,
    Pseudonyms,
    SortedPseudonyms,
    SuppressionSettings,
    decisions_table,
    open_cases,
    people_of,
    statements_of,
)
from netaudit.store import Commit, Store

Tell = Callable[[str, str, int], None]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What the logs gave, and in what it was not done as it had been."""

    case: Case | None  # None: no finding of this person by this rule
    notes: tuple[str, ...]
    others: tuple[datetime, ...] = ()  # where the person's findings by this rule start instead


@dataclass(slots=True)
class _OfOneWeek(Gathered):
    """Gathers the events of one week alone."""

    period: str = ""

    def add(self, period: str, day: date, events: pl.DataFrame) -> None:
        """Keep events of the week."""
        if period == self.period:
            Gathered.add(self, period, day, events)


class _DoorOfRebuild(Door):
    """A door whose pseudonyms fall into the groups of people that the recorded ones fell into."""

    groups: Mapping[str, int] = {}
    blind: Blind
    keys: KeysInMemory

    def pseudonyms(self, period: str) -> Pseudonyms:
        """Return the maker of a period's pseudonyms."""
        known = self._pseudonyms.get(period)
        if known is None:
            known = self._pseudonyms[period] = SortedPseudonyms(period, self._key_of, self._has_key, self._group)
        return known

    def _group(self, text: str) -> int | None:
        return self.groups.get(self.blind.of("group", text)) if self.groups else None


@dataclass(slots=True)
class _Definitions:
    """What runs are told, unpacked into a private folder; nothing of it is about people."""

    folder: Path
    zone: str
    maps: dict[str, ClassMap] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)

    def class_map(self, run: Run) -> ClassMap:
        """Return the class map of a run."""
        if run.categories not in self.maps:
            self.maps.clear()  # one at a time: imported lists are large
            self.maps[run.categories] = load_kept_map(self.folder / "class_maps" / f"{run.categories}.zip", run.day)[0]
        return self.maps[run.categories]

    def policy(self, run: Run) -> Policy:
        """Return the policy of a run."""
        if run.policy not in self.policies:
            self.policies[run.policy] = find_policy(str(self.folder / "policies" / f"{run.policy}.zip"), zone=self.zone)
        return self.policies[run.policy]

    def formats(self) -> tuple[Format, ...]:
        """Return the formats."""
        return load_formats_of(sorted((self.folder / "formats").glob("*.toml")))


@contextmanager
def private_folder() -> Iterator[Path]:
    """Make a folder for this account alone, which is gone afterwards, whatever happens."""
    with TemporaryDirectory(prefix="netaudit-verify-") as name:
        yield Path(name)


def rebuild(inputs: Inputs, logs: Mapping[str, LogFile], blind: Blind, today: date, tell: Tell) -> Rebuilt:
    """Return the case as the logs give it.

    The runs are those that the ledger recorded, with their files in their order. Tables are encrypted, under keys that
    are in memory alone, in a private folder that is removed.

    Args:
        inputs: what the pack holds for it.
        logs: the log files, by the digest that the ledger has of them.
        blind: made from the logs: see `netaudit.pipeline.pack_logs`.
        today: the day of the pack, on which its DPIA was current.
        tell: hears how far it is.

    Raises:
        StoreError: something in the pack is not what it says it is.
        InputError: a log cannot be read.
    """
    with private_folder() as folder:
        inputs.unpack(folder)
        settings = settings_of(inputs.configuration)
        definitions = _Definitions(folder, settings.zone)
        try:
            formats = definitions.formats()
        except DefinitionError as error:
            remedy = "verify with the version that made the pack"
            raise StoreError(Problem("this version cannot read the packed formats", "formats", remedy)) from error
        keys = KeysInMemory()
        store = Store(folder / "store", keys)
        try:
            notes: list[str] = []
            for number, run in enumerate(inputs.runs, 1):
                door = _door(inputs, definitions, run, blind, store, keys)
                told = partial(tell, f"rebuild {number}/{len(inputs.runs)}")
                with store.commit(run.started) as commit:
                    gathered = _OfOneWeek(store, period=inputs.period)
                    delivered = Delivered(door.key_of_lines, settings.zone, store, commit)
                    choices = Choices(formats, settings.input_zone)
                    notes += _read(run, choices, door, gathered, delivered, store, logs, told)
                    work_through(gathered, commit, reconstruct_settings(formats), settings.zone, _silent)
            tell("rebuild", "rules", 100)
            return _judged(inputs, definitions, formats, blind, store, keys, Gate(settings.dpia, today), notes)
        finally:
            store.close()


def _silent(*_: object) -> None:
    return


def _door(
    inputs: Inputs, definitions: _Definitions, run: Run, blind: Blind, store: Store, keys: KeysInMemory
) -> _DoorOfRebuild:
    policy = definitions.policy(run)
    identities = _identities(inputs, blind, policy)
    door = _DoorOfRebuild(definitions.class_map(run), identities, store.key_of_period, policy.zone, has_key=keys.has)
    door.groups, door.blind, door.keys = inputs.groups, blind, keys
    return door


def _identities(inputs: Inputs, blind: Blind, policy: Policy) -> BlindIdentities:
    realms = settings_of(inputs.configuration).realms
    return BlindIdentities(inputs.identities, blind, realms, own_devices_are_people=policy.own_devices_count)


def _read(
    run: Run,
    choices: Choices,
    door: Door,
    gathered: Gathered,
    delivered: Delivered,
    store: Store,
    logs: Mapping[str, LogFile],
    tell: Callable[[str, int], None],
) -> Iterator[str]:
    """Read the files of a run in its order, and yield in what the counts of their lines are not as recorded."""
    for file in run.files:
        found = logs[file.sha256]
        log = LogFile(found.path, None, found.expansion_limit)
        rejects = Rejects(store)
        _, delivery, account, _ = read_delivered(
            log,
            choices,
            door,
            gathered,
            rejects,
            delivered,
            str(file.number),
            lambda _, lines: tell("", lines),
            run.started,
            file.format,
            file.times,
        )
        delivered.keep(delivery, account)
        same = (account.lines, account.event_dataset) == (file.lines, file.format)
        if not same or account.rejects < file.rejects:  # what a file of another week had first is set aside here
            yield (
                f"file {file.sha256[:16]}: {account.lines} lines, {account.rejects} set aside, as "
                f"{account.event_dataset}; "
                f"recorded were {file.lines}, {file.rejects}, {file.format}"
            )
    gathered.finish()
    delivered.write()


def _judged(
    inputs: Inputs,
    definitions: _Definitions,
    formats: Sequence[Format],
    blind: Blind,
    store: Store,
    keys: KeysInMemory,
    gate: Gate,
    notes: Sequence[str],
) -> Rebuilt:
    run, period = inputs.judged_by, inputs.period
    policy = definitions.policy(run)
    identities = _identities(inputs, blind, policy)
    door = _door(inputs, definitions, run, blind, store, keys)
    pseudonyms = door.pseudonyms(period)
    whose = pseudonyms.of(inputs.subject)
    people, entries = people_of(inputs.identities), inputs.entries()

    def rules(late: bool) -> Rules:
        known = tuple(one for one in entries if late or one.place not in inputs.late)
        registers = Registers(people, known)
        return Rules(policy, registers, identities, SuppressionSettings(), reconstruct_settings(formats))

    with store.commit(run.started) as commit:
        judge_week(period, commit, pseudonyms, rules(late=not inputs.late), whose)
        if inputs.late:
            take_late_entries(period, commit, pseudonyms, rules(late=True))
        findings = commit.read("findings", period, WHOLE)
        if findings is None:
            raise KeyError(period)
        mine = FINDINGS.completed(findings).filter(
            pl.col("user_hash") == whose,
            pl.col("rule_id") == inputs.rule_id,
            pl.col("category").fill_null("").cast(pl.String) == inputs.category,
        )
        found = mine.filter(event_start=inputs.start)
        if found.height != 1:
            return Rebuilt(None, tuple(notes), tuple(mine["event_start"].sort().to_list()))
        return Rebuilt(_case(found, commit, inputs, policy, gate, entries), tuple(notes))


def _case(
    found: pl.DataFrame, commit: Commit, inputs: Inputs, policy: Policy, gate: Gate, entries: Sequence[Any]
) -> Case:
    """Return the case of a finding under the number that it has in the pack, which follows from the week's key."""
    period, own = inputs.period, found["finding_id"].item()

    def of_case(name: str) -> pl.DataFrame:
        table = commit.read(name, period, WHOLE)
        if table is None:
            raise KeyError(name)
        return table.filter(finding_id=own).with_columns(finding_id=pl.lit(inputs.case_number, pl.String))

    tables = {name: contract.completed(of_case(name)) for name, contract in CASE_CONTRACTS.items()}
    lines = EVIDENCE.completed(of_case("evidence"))
    finding = found.with_columns(finding_id=pl.lit(inputs.case_number, pl.String))
    registers = Registers(entries=tuple(entries))
    finding, said = decided(finding, decisions_table(registers)), statements_of(registers, policy.zone)
    kept = CaseTables(**tables)
    (case,) = open_cases(finding, lines, policy, period, policy.zone, gate, tables=kept, statements=said)
    return case
