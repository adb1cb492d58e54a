"""Scenarios run through the real thing: what a policy finds in a story, and where that is not what the story says."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.assess import assess, decided, download_rows, visit_row
from netaudit.contracts import DOWNLOADS, FINDINGS, VISITS
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.local_times import instants
from netaudit.definitions.periods import days_of
from netaudit.definitions.policies import load_policy
from netaudit.definitions.policy_changes import Change
from netaudit.definitions.policy_terms import Policy
from netaudit.definitions.registers import DIRECTORY, REGISTERS, Registers, load_registers
from netaudit.definitions.scenario_terms import Row, Scenario, ScenarioEntry, ScenarioVisit
from netaudit.definitions.scenarios import load_scenarios
from netaudit.errors import DefinitionError
from netaudit.pipeline.audit import load_configured_class_map, run_audit, unknown_patterns
from netaudit.pipeline.scenario_outcomes import Found, differences
from netaudit.pipeline.sites import look_up
from netaudit.pipeline.stored_weeks import open_weeks
from netaudit.pipeline.weeks import WHOLE
from netaudit.protect import Identities, Pseudonyms, decisions_table, people_table, register_table

_PERIOD = "scenario"
_NO_SECRET = bytes(32)  # the people of a story are made up: nobody has to be hidden


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of a scenario."""

    scenario: Scenario
    found: tuple[Found, ...]
    differences: tuple[str, ...]


def try_scenarios(pack: str, path: Path, configuration: Configuration, today: date) -> list[Outcome]:
    """Return what a policy makes of each scenario of a file.

    Visits go through assess, with people and registers read as those of an organisation are; lines of logs go through
    a whole audit, in a folder that is deleted afterwards.

    Args:
        pack: name or path of the policy.
        path: the file.
        configuration: where the organisation's own policies, classes and formats are.
        today: the day for which class lists are read.

    Raises:
        DefinitionError: with every fault of the file, its people and its registers.
    """
    overlays = [configuration.policies_folder] if configuration.policies_folder else []

    def load(zone: str | None, changes: Sequence[Change]) -> Policy:
        return load_policy(pack, overlays, zone, changes)

    scenarios = load_scenarios(path, load)
    outcomes, problems = [], []
    for scenario in _with_classes(scenarios, configuration, today):
        try:
            outcomes.append(_tried(scenario, configuration))
        except DefinitionError as error:
            problems += [replace(one, where=f"{scenario.place}, {one.where}") for one in error.problems]
    if problems:
        raise DefinitionError(problems)
    return outcomes


def _with_classes(scenarios: Iterable[Scenario], configuration: Configuration, today: date) -> Iterator[Scenario]:
    """Yield the scenarios with the class and site of each visit to an address."""
    class_map = None
    for scenario in scenarios:
        urls = [one.url for one in scenario.visits if one.url is not None]
        if not urls:
            yield scenario
            continue
        class_map = class_map or load_configured_class_map(configuration, today)
        answers = look_up(pl.Series(urls, dtype=pl.String).unique(), class_map, scenario.policy)
        known = {row["input"]: row for row in answers.iter_rows(named=True)}
        yield replace(scenario, visits=tuple(_classed(one, known) for one in scenario.visits))


def _classed(one: ScenarioVisit, known: Mapping[str, Mapping[str, object]]) -> ScenarioVisit:
    if one.url is None:
        return one
    answer = known[one.url]
    category = "shielded" if answer["shielded"] else str(answer["category"])
    visit = replace(
        one.visit, category=category, site=str(answer["site"] or ""), confirmed=answer["confirmed"] is not False
    )
    return replace(one, visit=visit)


def _tried(scenario: Scenario, configuration: Configuration) -> Outcome:
    judge = _of_visits if scenario.visits else _of_logs
    undecided = [entry for entry in scenario.entries if entry.of_rule is None]
    found = judge(scenario, undecided, configuration)
    if len(undecided) < len(scenario.entries):  # what was decided names findings, whose numbers are only known now
        found = judge(scenario, _with_case_numbers(scenario.entries, found), configuration)
    mine = [one for one in found if scenario.only_rule in (None, one.row["rule_id"])]
    return Outcome(scenario, tuple(mine), tuple(differences(scenario.expect, mine, scenario.policy.zone)))


def _with_case_numbers(entries: Iterable[ScenarioEntry], found: Sequence[Found]) -> Iterator[ScenarioEntry]:
    for entry in entries:
        if entry.of_rule is None:
            yield entry
            continue
        person = entry.row["case_number"]  # where a story names the person
        numbers = [one.row["finding_id"] for one in found if one.is_of(person) and one.row["rule_id"] == entry.of_rule]
        for number in numbers:
            yield replace(entry, row={**entry.row, "case_number": str(number)})


@contextmanager
def _organisation(
    scenario: Scenario, entries: Iterable[ScenarioEntry], configuration: Configuration
) -> Iterator[tuple[Configuration, Path]]:
    """Give a configuration with the scenario's people and registers, and a folder for whatever comes of it."""
    with TemporaryDirectory(prefix="netaudit-scenario-") as name:
        folder = Path(name)
        directory, registers = scenario.directory, scenario.registers
        if scenario.people:
            directory = folder / "directory.csv"
            _write(directory, DIRECTORY.known, scenario.people)
        rows: dict[str, list[Row]] = {}
        for entry in entries:
            rows.setdefault(entry.file, []).append(entry.row)
        if rows:
            registers = folder / "registers"
            registers.mkdir()
            for file, own in rows.items():
                _write(registers / file, REGISTERS[file].known, own)
        changed = replace(
            configuration,
            directory=directory,
            registers=registers,
            zone=scenario.policy.zone,
            input_zone=scenario.log_zone,
            keys_folder=None,
            store_folder=None,
            key_descriptor=None,
            key_file=None,
        )
        yield changed, folder


def _write(path: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _of_visits(scenario: Scenario, entries: Iterable[ScenarioEntry], configuration: Configuration) -> list[Found]:
    policy, zone = scenario.policy, ZoneInfo(scenario.policy.zone)
    with _organisation(scenario, entries, configuration) as (organisation, _):
        registers = load_registers(
            organisation.directory,
            organisation.registers,
            policy.zone,
            frozenset(policy.classes),
            configuration.realms,
        )
    if problems := unknown_patterns(registers, policy):
        raise DefinitionError(problems)
    identities = Identities(registers, configuration.realms)
    pseudonyms = Pseudonyms(_PERIOD, lambda *_: _NO_SECRET)
    names = _Names(registers, identities, pseudonyms)
    visits = _one_at_a_time(scenario.visits, policy, zone, names)
    rows = [visit_row(one.visit, names.number(one.person, _day(one)), zone) for one in visits]
    for row, one in zip(rows, visits, strict=True):
        if one.visit.attribution == "person":
            row["attribution"] = names.attribution(one.person, _day(one))
    files = [
        {**file, "attribution": row["attribution"]}
        for row, one in zip(rows, visits, strict=True)
        for file in download_rows(one.visit, names.number(one.person, _day(one)), zone)
    ]
    assessed = assess(
        pl.DataFrame(rows, VISITS.schema),
        people_table(registers, pseudonyms),
        register_table(registers, identities, pseudonyms),
        policy,
        pl.DataFrame(files, DOWNLOADS.schema),
    )
    return names.found(assessed.findings)


def _one_at_a_time(
    visits: Iterable[ScenarioVisit], policy: Policy, zone: ZoneInfo, names: _Names
) -> list[ScenarioVisit]:
    """Return the visits in order; of time that two of a person share, only the one that began first has minutes.

    Accounts of one person are that person.
    """
    told = []
    until: dict[int, datetime] = {}
    spans = [
        (names.number(one.person, _day(one)), *instants(one.visit.start, one.visit.end, zone), one) for one in visits
    ]
    for person, start, end, one in sorted(spans, key=lambda span: (*span[:3], span[3].visit.category)):
        counts = one.visit.kind == "human" and policy.classes.get(one.visit.category) in {"personal", "blocked"}
        free = (end - max(start, min(end, until.get(person, start)))).total_seconds() / 60
        low, likely = (free if told_of is None else told_of for told_of in (one.visit.minutes_low, one.visit.minutes))
        told.append(replace(one, visit=replace(one.visit, minutes_low=low, minutes=likely)) if counts else one)
        if counts:
            until[person] = max(end, until.get(person, end))
    return told


def _of_logs(scenario: Scenario, entries: Iterable[ScenarioEntry], configuration: Configuration) -> list[Found]:
    with _organisation(scenario, entries, configuration) as (organisation, folder):
        logs = [str(path) for path in scenario.logs]
        if scenario.log_lines:
            log = folder / "lines.log"
            log.write_text(scenario.log_lines.strip("\n") + "\n", encoding="utf-8")
            logs.append(str(log))
        out = folder / "out"
        now = scenario.now or datetime.now(UTC)
        run_audit(logs, organisation, out, now, lambda *_: None, policy=scenario.policy)
        registers = load_registers(
            organisation.directory,
            organisation.registers,
            scenario.policy.zone,
            frozenset(scenario.policy.classes),
            configuration.realms,
        )
        identities = Identities(registers, configuration.realms)
        found = []
        with open_weeks(organisation, out, None) as weeks:
            for period in weeks.periods:
                stored = weeks.tables.read("findings", period, WHOLE)
                if stored is not None:
                    names = _Names(registers, identities, Pseudonyms(period, weeks.store.keys.key))
                    for one in scenario.expect:
                        names.number(one.person, days_of(period)[0])
                    found += names.found(decided(FINDINGS.completed(stored), decisions_table(registers)))
    return found


def _day(one: ScenarioVisit) -> date:
    """Return the day on which a visit begins."""
    return one.visit.start.date()


class _Names:
    """Knows who is who in a story: the people of its directory, and accounts that it names."""

    def __init__(self, registers: Registers, identities: Identities, pseudonyms: Pseudonyms) -> None:
        self._identities = identities
        self._pseudonyms = pseudonyms
        self._accounts = {person.person_id: person.accounts for person in registers.people}
        self._names: dict[int, str] = {}
        for person in self._accounts:
            self.number(person, date.min)

    def number(self, person: str, day: date) -> int:
        """Return the pseudonym of somebody by identifier or account."""
        listed = person.lower() in self._accounts
        text = f"person:{person.lower()}" if listed else self._resolved(person, day)["person"]
        number = self._pseudonyms.of(text)
        self._names.setdefault(number, person)
        return number

    def attribution(self, person: str, day: date) -> str:
        """Return whether somebody is a person, a machine or a shared account on a day."""
        accounts = self._accounts.get(person.lower(), ())
        return self._resolved(accounts[0] if accounts else person, day)["attribution"]

    def _resolved(self, account: str, day: date) -> dict[str, str]:
        return self._identities.resolve(pl.Series([account]), day).row(0, named=True)

    def found(self, findings: pl.DataFrame) -> list[Found]:
        """Return findings with names, in order."""
        return [
            Found(self._names.get(row["user_hash"], "somebody else"), self._names.get(row["recipient"], ""), row)
            for row in findings.iter_rows(named=True)
        ]
