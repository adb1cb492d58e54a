"""The facts of a run: line account, hashes, warnings; what every report and the ledger say about it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from netaudit import __version__
from netaudit.contracts import FileAccount, RunFacts
from netaudit.contracts.quality import Quality
from netaudit.definitions.categories import ClassMap
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.dpia import EXAMPLE, Gate
from netaudit.definitions.known_formats import BrokenFormat, KnownFormats
from netaudit.definitions.periods import period_of
from netaudit.definitions.policies import Policy
from netaudit.definitions.policy_words import core_days, core_hours, lunch_hours, switched_off
from netaudit.definitions.registers import Registers
from netaudit.pipeline.days import Settled, tallies
from netaudit.pipeline.delivered import READ_OTHERWISE
from netaudit.pipeline.directory_faults import DirectoryFault, directory_faults
from netaudit.pipeline.reading import CUT_SHORT, NOT_READ, NOT_REMEMBERED, UNKNOWN_FORMAT, WAITS, ReadFile
from netaudit.pipeline.register_use import register_use, unlisted_by_week
from netaudit.pipeline.rejects import RejectSummary
from netaudit.pipeline.validity import departures, validity_warnings
from netaudit.pipeline.weeks import Rules, Week
from netaudit.protect import SuppressionSettings, clauses_of, withheld_values
from netaudit.store import Commit

_NEW_STORE = "if they were wrong then, begin a new store with the logs that you still have"
_NOTHING_KNOWN = Quality()
_FEW_FILES = 3  # a warning of more of them is said once
_FILES_NAMED = 8  # data quality names all of them
_SOME, _MANY = 5, 20  # per cent of lines set aside: bands, so that many files can share a warning


@dataclass(frozen=True, slots=True)
class Warnings:
    """What a run warns of."""

    all: tuple[str, ...]
    validity: tuple[str, ...]  # of these, what is overdue for review or approval
    faults: tuple[DirectoryFault, ...]  # of the tree of managers; the warnings tell them too

    def and_more(self, others: Iterable[str]) -> Warnings:
        """Return these with some others after them."""
        return replace(self, all=(*self.all, *others))


def settle_accounts(files: Sequence[ReadFile], settled: Settled, commit: Commit) -> list[ReadFile]:
    """Return the files with their duplicates counted, and record them for the commit."""
    duplicates = settled.duplicates.copy()
    accounted = []
    for one in files:
        if one.known:
            accounted.append(one)
            continue
        count = duplicates.pop(one.account.log_file, 0)
        account = replace(one.account, events=one.account.events - count, duplicates=one.account.duplicates + count)
        if not account.adds_up:
            raise ArithmeticError(f"the line account of file {account.log_file} does not add up")
        if account.status not in NOT_REMEMBERED:
            commit.add_file(account, one.sha256, one.fingerprint)
        accounted.append(replace(one, account=account))
    for log_file, count in sorted(duplicates.items()):
        commit.move_to_duplicates(log_file, count)
    return accounted


def periods_of(files: Sequence[ReadFile], zone: str) -> set[str]:
    """Return the periods that the files reach into."""
    place = ZoneInfo(zone)
    periods = set()
    for one in files:
        first, last = one.account.first, one.account.last
        if first and last:
            day, end = first.astimezone(place).date(), last.astimezone(place).date()
            while period_of(day) < period_of(end):
                periods.add(period_of(day))
                day = day.fromordinal(day.toordinal() + 7)
            periods.add(period_of(end))
    return periods


def definition_hashes(
    configuration: Configuration, formats: KnownFormats, class_map: ClassMap, policy: Policy
) -> dict[str, str]:
    """Return the digests of everything that decides about a verdict; a format that is broken decides what waits."""
    digests = sorted(
        [(one.name, one.sha256) for one in formats.sound] + [(one.name, one.sha256) for one in formats.broken]
    )
    together = hashlib.sha256("".join(digest for _, digest in digests).encode()).hexdigest()
    return {
        "policy": policy.sha256,
        "categories": class_map.sha256,
        "formats": together,
        "configuration": configuration.sha256 or "none: the defaults",
    }


def all_files(files: Sequence[ReadFile], commit: Commit) -> list[FileAccount]:
    """Return the accounts of all files ever read, and of those of this run that could not be read."""
    return commit.files() + [one.account for one in files if one.account.status in NOT_REMEMBERED]


def lasting_files(files: Sequence[ReadFile]) -> Callable[[pl.Expr], pl.Expr]:
    """Return what tells from `log_file` whether REJECTS are recorded: not those of a file that no format reads."""
    unknown = [one.account.log_file for one in files if one.account.status in NOT_REMEMBERED]
    return lambda log_file: ~log_file.cast(pl.String).is_in(unknown)


def run_facts(
    configuration: Configuration,
    policy: Policy,
    hashes: Mapping[str, str],
    weeks: Sequence[Week],
    commit: Commit,
    files: Sequence[FileAccount],
    rejects: RejectSummary,
    suppression: SuppressionSettings,
    now: datetime,
    warnings: Warnings,
    class_map: ClassMap,
    quality: Quality = _NOTHING_KNOWN,
) -> RunFacts:
    """Return what every report says about the run and about all files that were ever read, with REJECTS of them."""
    counts = tallies(commit, [week.period for week in weeks])

    def by(column: str) -> dict[str, int]:
        grouped = counts.group_by(column).agg(pl.col("events").sum()).sort(column)
        return dict(grouped.iter_rows())

    has_one_hour = any(rule.on and rule.kind == "one_hour" for rule in policy.rules)
    told = next((week for week in reversed(weeks) if any(n is not None for n in week.provenance.values())), None)
    return RunFacts(
        organisation=configuration.organisation,
        handling=configuration.handling,
        policy_title=policy.title,
        policy_id=policy.policy_id,
        policy_review_by=policy.review_by,
        run_at=now.astimezone(ZoneInfo(policy.zone)),
        time_zone=policy.zone,
        version=__version__,
        hashes=hashes,
        files=tuple(files),
        reject_reasons=rejects.reasons,
        reject_examples=tuple(rejects.examples.select("log_file", "log_line", "reason").iter_rows()),
        periods=tuple(week.period for week in weeks),
        provisional_periods=tuple(week.period for week in weeks if week.provisional),
        due={week.period: week.due for week in weeks if week.due},
        attribution=by("attribution"),
        label_counts=by("label"),
        warnings=warnings.all,
        late_events=sum(week.late_events for week in weeks),
        core_hours=core_hours(policy),
        lunch_hours=lunch_hours(policy),
        core_days=core_days(policy),
        tolerance_minutes=policy.one_hour.tolerance_minutes if has_one_hour else None,
        minimum_group=suppression.threshold,
        rounding=suppression.base,
        provenance=told.provenance if told else {},
        provenance_of=told.period if told else "",
        destroy_by=(now + timedelta(days=configuration.retention_days)).astimezone(ZoneInfo(policy.zone)).date(),
        validity=warnings.validity,
        not_auditable=tuple((one.clause, one.bullet, one.why) for one in policy.not_auditable),
        switched_off=switched_off(policy),
        has_rules=any(rule.on for rule in policy.rules),
        forbids=bool(policy.categories_used_as("blocked")),
        managers=tuple((one.what, one.where, one.follows) for one in warnings.faults),
        contact=configuration.contact.strip(),
        left_out=tuple(sorted(left_out(policy, class_map, suppression))),
        quality=quality,
    )


def left_out(policy: Policy, class_map: ClassMap, suppression: SuppressionSettings) -> frozenset[str]:
    """Return the values of published tables that no paper tells of: of withheld routes, and of safeguarding."""
    withheld = withheld_values(clauses_of(policy), suppression)
    return withheld | {one for one, kind in class_map.taxonomy.items() if kind.safeguarding}


def with_register_use(facts: RunFacts, rules: Rules, weeks: Sequence[Week], gate: Gate) -> RunFacts:
    """Return the facts with what became of directory and registers in the weeks that are shown."""
    registers = rules.registers
    cases = [case for week in weeks for case in week.heads] if gate.is_open else None
    return replace(
        facts,
        registers=register_use(registers, rules.identities, cases, rules.policy, facts.run_at),
        unlisted=unlisted_by_week((week.period, week.unlisted) for week in weeks),
        no_people=registers.skipped,
        withheld=gate.lacks,
        mend=() if gate.is_open else EXAMPLE,
        dpia=str(gate.dpia) if gate.is_open else "",
    )


def run_warnings(
    configuration: Configuration,
    policy: Policy,
    class_map: ClassMap,
    registers: Registers,
    periods: Collection[str],
    files: Sequence[FileAccount],
    today: date,
) -> Warnings:
    """Return what IG must know before anything else.

    Args:
        configuration: what the organisation has decided.
        policy: the policy of the run.
        class_map: the class map of the run.
        registers: the staff directory, whose tree of managers is looked at.
        periods: the weeks that were assessed.
        files: all files ever read.
        today: the day of the run.
    """
    validity = validity_warnings(configuration, policy, class_map, today)
    faults = directory_faults(registers, periods, today)
    warnings = [*validity, *departures(policy, class_map)]
    if not any(rule.on for rule in policy.rules):
        warnings.append("No rule of the policy is switched on: whatever the logs show, there will be no case.")
    if configuration.directory is None:
        warnings.append(
            "There is no staff directory: each account counts as one person, with the standard working hours."
        )
    warnings += _file_warnings(files)
    warnings += [fault.warning for fault in faults]
    return Warnings(tuple(warnings), tuple(validity), faults)


def told_broken(broken: Iterable[BrokenFormat]) -> dict[str, dict[str, str]]:
    """Return what the record of a run says of formats that read nothing: their files and digests, if there are any."""
    files = {one.path.name: one.sha256 for one in broken}
    return {"broken_formats": files} if files else {}


def format_warnings(broken: Iterable[BrokenFormat]) -> list[str]:
    """Return which formats read nothing, and what follows."""
    return [
        f"The log format {one.in_words}: netaudit check says what is wrong with it. Logs that only it can read are not "
        "read until it is mended."
        for one in broken
    ]


def _file_warnings(files: Sequence[FileAccount]) -> Iterator[str]:
    """Yield what IT must look at in files; what is the same in many is said once, with their numbers."""
    named: dict[str, list[str]] = {}
    for account in files:
        for text in _warnings_of(account):
            named.setdefault(text, []).append(account.log_file)
    for text, numbers in named.items():
        if len(numbers) <= _FEW_FILES:
            yield from (f"File {one}: {text}." for one in numbers)
        else:
            told, more = ", ".join(numbers[:_FILES_NAMED]), len(numbers) - _FILES_NAMED
            yield f"{len(numbers)} files ({told}{f' and {more} more' if more > 0 else ''}): {text}."


def _warnings_of(account: FileAccount) -> Iterator[str]:
    """Yield what IT must look at in a file."""
    if account.status == NOT_READ:
        yield f"it could not be read ({account.reason}); it is tried again when it comes again"
    elif account.status == WAITS:
        yield f"it is not read: {account.reason}; it is read when it comes again and that is mended"
    elif account.status == UNKNOWN_FORMAT:
        nothing = "nothing of it is in this report" if not account.lines else "all its lines are set aside"
        yield f"{account.reason}; {nothing}"
    elif account.status == CUT_SHORT:
        yield f"{account.reason}; what could be read is in this report"
    elif account.reason:
        yield f"{account.reason}; look at the clock of the proxy"
    yield from (one.says for one in account.times if one.look)
    for one in account.doubts:
        yield f"{one}; {_NEW_STORE if one == READ_OTHERWISE else 'look at what its header says'}"
    if account.status != UNKNOWN_FORMAT and account.lines and account.rejects * 100 > account.lines:
        share = account.rejects * 100 / account.lines
        band = "1 to 5 %" if share <= _SOME else "5 to 20 %" if share <= _MANY else f"more than {_MANY} %"
        yield f"{band} of its lines are set aside"
