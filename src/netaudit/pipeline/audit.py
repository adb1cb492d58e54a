"""The audit of a batch of logs, top to bottom: the methodology in one page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.contracts import PUBLISHED, RunFacts
from netaudit.definitions.categories import ClassMap, categories_folder, load_class_map
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.dpia import Gate
from netaudit.definitions.formats import Format
from netaudit.definitions.known_formats import BrokenFormat, KnownFormats
from netaudit.definitions.officers import Officers, load_officers
from netaudit.definitions.policies import Policy, load_policy, unclassed
from netaudit.definitions.policy_words import clause_titles
from netaudit.definitions.registers import Registers, load_registers
from netaudit.definitions.toml_files import did_you_mean
from netaudit.errors import DefinitionError, InputError, Problem, unwritable
from netaudit.ingest import find_logs
from netaudit.pipeline.assessing import assess_weeks
from netaudit.pipeline.choices import choices_of
from netaudit.pipeline.class_maps import PackedMap, find_map, keep, load_kept_map, packed
from netaudit.pipeline.code_version import ran_with
from netaudit.pipeline.days import reconstruct_settings, work_through
from netaudit.pipeline.delivered import Delivered
from netaudit.pipeline.door import Door
from netaudit.pipeline.facts import (
    all_files,
    definition_hashes,
    format_warnings,
    lasting_files,
    periods_of,
    run_facts,
    run_warnings,
    settle_accounts,
    told_broken,
    with_register_use,
)
from netaudit.pipeline.forgotten import Forgotten, forgotten_by
from netaudit.pipeline.known_formats import known_formats
from netaudit.pipeline.mails import undelivered
from netaudit.pipeline.open_sites import still_open
from netaudit.pipeline.policy_texts import keep_policy
from netaudit.pipeline.purge_plan import purge_warnings
from netaudit.pipeline.reading import ReadFile, read_files
from netaudit.pipeline.rejects import store_rejects
from netaudit.pipeline.sealing import seal_names, sealing_of, tidy_seals
from netaudit.pipeline.source_quality import quality_of, quality_warnings
from netaudit.pipeline.stores import open_store, store_folder
from netaudit.pipeline.week_cases import WeekCases
from netaudit.pipeline.weeks import Rules, Week, leaks_of, open_sites_of, shown_weeks, unsettled_weeks
from netaudit.protect import Identities, SuppressionSettings
from netaudit.reconstruct import ReconstructSettings
from netaudit.report import LIST_TITLE, Settled, render
from netaudit.store import Commit, Store

Tell = Callable[[str, str, int], None]  # stage, what of it, how far


@dataclass(frozen=True, slots=True)
class Definitions:
    """Everything that a run is told, checked; of formats, the broken ones are known as such."""

    known_formats: KnownFormats
    class_map: ClassMap
    policy: Policy
    registers: Registers
    officers: Officers = field(default_factory=Officers)

    @property
    def formats(self) -> tuple[Format, ...]:
        """Return the formats that can read."""
        return self.known_formats.sound


@dataclass(frozen=True, slots=True)
class Result:
    """What a run did."""

    files: tuple[ReadFile, ...]
    weeks: tuple[Week, ...]
    facts: RunFacts
    reports: tuple[Path, ...]
    filter_words: Mapping[str, Sequence[str]] = field(default_factory=dict)  # unknown ones that many met, by vendor
    notes: tuple[str, ...] = ()  # for whoever runs it
    broken: tuple[BrokenFormat, ...] = ()  # formats that read nothing

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return why lines of some files are missing: files that could not be read, or not to their end."""
        return tuple(one.problem for one in self.files if one.problem)


def load_configured_class_map(configuration: Configuration, today: date) -> ClassMap:
    """Return the classes as the configuration has them on a day: shipped, the organisation's own, and imported.

    Raises:
        DefinitionError: naming all faults of all files.
    """
    overlays = [configuration.categories_folder] if configuration.categories_folder else []
    return load_class_map(categories_folder(), overlays, today, configuration.imports_folder)


def load_definitions(
    configuration: Configuration, today: date, class_map: ClassMap | None = None, policy: Policy | None = None
) -> Definitions:
    """Return formats, classes, policy, registers and officers of a configuration, as they stand on a day.

    Args:
        configuration: where they are.
        today: the day.
        class_map: used instead of the configuration's, if given.
        policy: likewise.

    Raises:
        DefinitionError: with every fault of all of them; but none if only formats are broken.
    """
    formats = known_formats(configuration)
    problems: list[Problem] = []
    loaded: dict[str, object] = {}

    def attempt(name: str, load: Callable[[], object]) -> None:
        try:
            loaded[name] = load()
        except DefinitionError as error:
            problems.extend(error.problems)

    def overlay(folder: Path | None) -> list[Path]:
        return [folder] if folder else []

    attempt("classes", lambda: class_map or load_configured_class_map(configuration, today))
    attempt(
        "policy",
        lambda: (
            policy or load_policy(configuration.policy_pack, overlay(configuration.policies_folder), configuration.zone)
        ),
    )
    classes, chosen = loaded.get("classes"), loaded.get("policy")
    if isinstance(classes, ClassMap):
        known = frozenset(classes.taxonomy)
        attempt(
            "registers",
            lambda: load_registers(
                configuration.directory,
                configuration.registers,
                configuration.zone,
                known,
                configuration.realms,
                configuration.ldif,
            ),
        )
        if isinstance(chosen, Policy):
            problems.extend(unclassed(chosen, known))
    attempt("officers", lambda: load_officers(configuration.officers_file))
    registers = loaded.get("registers")
    if isinstance(chosen, Policy) and isinstance(registers, Registers):
        problems.extend(unknown_patterns(registers, chosen))
    if problems:
        raise DefinitionError([*formats.problems, *problems])
    registers, officers = loaded["registers"], loaded["officers"]
    if not (
        isinstance(classes, ClassMap)
        and isinstance(chosen, Policy)
        and isinstance(registers, Registers)
        and isinstance(officers, Officers)
    ):
        raise TypeError("a definition was loaded as something else")
    return Definitions(formats, classes, chosen, registers, officers)


def titles_of(class_map: ClassMap) -> dict[str, str]:
    """Return what reports call classes and imported lists."""
    titles = {name: category.title for name, category in class_map.taxonomy.items()}
    return titles | {f"{LIST_TITLE}{source.name}": source.title for source in class_map.sources}


def unknown_patterns(registers: Registers, policy: Policy) -> list[Problem]:
    """Return one problem for each person of the directory whose working pattern the policy does not have."""
    return [
        Problem(
            f"'pattern' is no working pattern of policy '{policy.policy_id}'",
            person.place,
            did_you_mean(person.pattern, policy.patterns),
        )
        for person in registers.people
        if person.pattern and person.pattern not in policy.patterns
    ]


def _must_be_known(reissue: frozenset[str], commit: Commit, forgotten: Forgotten) -> None:
    forgotten.refuse(reissue)
    known = [period for period, _ in commit.parts("published")]
    problems = [
        Problem(
            f"there are no figures of week {week} to issue again", "--reissue", "weeks: " + (", ".join(known) or "none")
        )
        for week in sorted(reissue - set(known))
    ]
    if problems:
        raise InputError(problems)


def _opened(configuration: Configuration, out: Path, begin: Callable[[], object] | None) -> Store:
    if begin:
        begin()
    return open_store(configuration, out, whole=True)


def _keep_beside(kept: PackedMap, policy: Policy, delivered: Delivered, store: Store) -> None:
    """Store what goes with the events: what they were classed and judged by, and the marks of their lines."""
    keep(kept, store.archive)
    keep_policy(policy, store.policies)
    delivered.write()


def run_audit(
    logs: Sequence[str],
    configuration: Configuration,
    out: Path,
    now: datetime,
    tell: Tell,
    reissue: frozenset[str] = frozenset(),
    class_map: str | None = None,
    settings: ReconstructSettings | None = None,
    policy: Policy | None = None,
    begin: Callable[[], object] | None = None,
    clock: datetime | None = None,
    named: Iterable[str] = (),
) -> Result:
    """Read the logs, store what they say without names, and write the reports.

    Args:
        logs: files, folders, globs, or `-`; none: only what is stored is looked at, and shown.
        configuration: what the organisation has decided.
        out: gets one folder for each audience, and store and keys if the configuration names no others.
        now: the moment of the run.
        tell: hears how far the run is.
        reissue: periods whose published figures are to be made anew.
        class_map: a map that a run has used, by its hash or the path of its archive, instead of today's.
        settings: the constants of the reconstruction; None: the shipped ones. Others are for measuring what they do.
        policy: used instead of the configuration's, if given.
        begin: called before anything is stored, once it is known that the run can begin.
        clock: what the clock says, by which names are sealed and destroyed; None: `now`.
        named: formats that the logs are in, where the operator says so.

    Raises:
        NetauditError: something that the user can mend; nothing stored is lost.
    """
    found = find_logs(logs, configuration.expansion_limit)
    nowhere = [log.problem for log in found if log.problem]
    if logs and len(nowhere) == len(found):  # before anything is made
        raise InputError(nowhere)
    today = now.astimezone(ZoneInfo(configuration.zone)).date()
    gate = Gate(configuration.dpia, today)
    old, kept = (
        load_kept_map(find_map(class_map, store_folder(configuration, out)), today) if class_map else (None, None)
    )
    definitions = load_definitions(configuration, today, old, policy)
    choices = choices_of(configuration, definitions.known_formats, named)
    kept, policy, zone = kept or packed(definitions.class_map), definitions.policy, definitions.policy.zone
    store = _opened(configuration, out, begin)
    try:
        sealing = sealing_of(configuration, out, definitions.officers, clock or now)
        forgotten = forgotten_by(store.keys.marks())
        identities = Identities(
            definitions.registers, configuration.realms, own_devices_are_people=policy.own_devices_count
        )
        door = Door(definitions.class_map, identities, store.key_of_period, zone, forgotten, store.keys.has)
        rules = Rules(
            policy,
            definitions.registers,
            identities,
            SuppressionSettings(threshold=configuration.minimum_group),
            reconstruct_settings(definitions.known_formats.ever, settings),
        )
        with store.commit(now) as commit:
            # 1. Every line of every log is an event, set aside with its reason, or counted.
            delivered = Delivered(door.key_of_lines, zone, store, commit)
            files, gathered, rejects = read_files(found, choices, door, store, delivered, partial(tell, "read"), now)
            _keep_beside(kept, policy, delivered, store)
            # 2. Each day's events are settled: what stood in two files stands once. Requests become people's visits.
            settled = work_through(
                gathered,
                commit,
                rules.reconstruction,
                zone,
                lambda day, number, of: tell("reconstruct", day.isoformat(), number * 100 // of),
            )
            # 3. The account is settled with them.
            files = settle_accounts(files, settled, commit)
            summary = store_rejects(rejects, lasting_files(files), commit, now)
            # 4. Visits are measured against the policy, a week at a time; open weeks are looked at again.
            _must_be_known(reissue, commit, forgotten)
            touched = (
                {period for period, _ in settled.days} | periods_of(files, zone) | unsettled_weeks(commit) | reissue
            ) - forgotten.periods
            periods = assess_weeks(touched, commit, door, rules, now, store.keys.has, forgotten, reissue, tell)
            cases = WeekCases(commit, policy, definitions.registers, gate, forgotten)
            weeks = shown_weeks(commit, rules, gate, now, cases)
            hashes = definition_hashes(configuration, definitions.known_formats, definitions.class_map, policy)
            accounts = all_files(files, commit)
            quality = quality_of(
                [week.period for week in weeks],
                commit,
                definitions.formats,
                accounts,
                policy,
                rules.suppression,
                configuration.input_zone,
            )
            warnings = run_warnings(
                configuration, policy, definitions.class_map, definitions.registers, periods, accounts, today
            ).and_more(
                [
                    *format_warnings(definitions.known_formats.broken),
                    *quality_warnings(quality),
                    *door.filter_words.warnings,
                    *forgotten.warnings(),
                    *purge_warnings(configuration, out, now),
                ]
            )
            facts = replace(
                with_register_use(
                    run_facts(
                        configuration,
                        policy,
                        hashes,
                        weeks,
                        commit,
                        accounts,
                        summary,
                        rules.suppression,
                        now,
                        warnings,
                        definitions.class_map,
                        quality,
                    ),
                    rules,
                    weeks,
                    gate,
                ),
                undelivered=undelivered(configuration, out),
            )
            # 5. Whose the findings are is sealed, so that two people together can open one.
            standing = seal_names(sealing, store, commit, door, rules, forgotten)
            commit.facts = {
                "version": facts.version,
                "hashes": hashes,
                "periods": periods,
                "zone": zone,
                **ran_with(configuration),
                **told_broken(definitions.known_formats.broken),
            }
        tidy_seals(sealing, store, standing)
        # 6. What may be shown is written, one folder for each audience.
        tell("report", "", 100)
        titles = titles_of(definitions.class_map) | clause_titles(policy)
        published = pl.concat([PUBLISHED.empty(), *(week.published for week in weeks)])
        try:
            reports = render(
                out,
                published,
                [case for week in weeks for case in week.heads],
                facts,
                titles,
                leaks_of(weeks),
                still_open(open_sites_of(weeks), definitions.class_map),
                Settled(
                    {week.period: week.digest for week in weeks},
                    cases.of(Commit(store, store.ledger.next_run())),  # which reads, and is never applied
                ),
            )
        except OSError as error:
            raise unwritable(out, error.strerror) from error
    finally:
        store.close()
    shown = tuple(week for week in weeks if week.period in periods)
    return Result(
        tuple(files),
        shown,
        facts,
        tuple(reports),
        door.filter_words.names,
        sealing.notes,
        definitions.known_formats.broken,
    )
