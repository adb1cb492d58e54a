"""What the cover page of an evidence pack says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from netaudit import __version__
from netaudit.contracts import RunFacts
from netaudit.custody import CaseState, Entry
from netaudit.definitions.audit_events import EVENTS
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.dpia import Gate
from netaudit.definitions.officers import Officer
from netaudit.definitions.policies import Policy
from netaudit.pipeline.pack_case import OF_THE_KEYS
from netaudit.pipeline.pack_contents import Material
from netaudit.pipeline.pack_inputs import Inputs, Run
from netaudit.report import Section

_UNKNOWN = "not recorded"
_SHORT = 16  # digits of a hash, in words
LIMITS = (
    (
        "An account is not a person: whoever sat at an unlocked computer, knew a password or shared a device used the "
        "same account."
    ),
    (
        "Browsers fetch pages in advance (prefetch), advertisements and parts of other sites by themselves; netaudit "
        "tells most "
        "of these from people, by rules that can be wrong."
    ),
    (
        "Tunnels (https) show a host, and not what was read there. A page that stays open can look like reading, and "
        "reading in "
        "silence leaves nothing."
    ),
    "The clock is that of the proxy. Nobody has checked it here beyond the times that were set aside as impossible.",
    "The registers hold what somebody entered; a consent that nobody wrote down is not in them.",
    (
        "Lines about sites that may tell of health, religion, politics, a union or other private matters are not in "
        "this pack, nor "
        "is their number, even if they lie in the span of the case. What somebody typed into a search can still stand "
        "in a line."
    ),
    (
        "Lines of other people are not in this pack. Timers and connections are learnt from everybody's lines, so the "
        "case can be "
        "made again only from the whole log files."
    ),
)
_PRINCIPLES = (
    (
        "Principle 1, nothing is changed: netaudit opens logs for reading alone. Each file is named by its SHA-256 as "
        "it was read."
    ),
    (
        "Principle 2, competence: the officer named above made this pack and can be asked about it; the method is in "
        "the pack."
    ),
    (
        "Principle 3, an audit trail that others can follow to the same result: the custody log below, and netaudit "
        "verify."
    ),
    "Principle 4, responsibility: the controller answers for it, under the impact assessment named above.",
)


def frame_facts(configuration: Configuration, policy: Policy, run: Run, now: datetime, gate: Gate) -> RunFacts:
    """Return the frame of the pages of a pack: of a run it says no more than what the case comes from."""
    return RunFacts(
        organisation=configuration.organisation,
        handling=configuration.handling,
        policy_title=policy.title,
        policy_id=policy.policy_id,
        policy_review_by=policy.review_by,
        run_at=now.astimezone(ZoneInfo(policy.zone)),
        time_zone=policy.zone,
        version=__version__,
        hashes={name: getattr(run, name) for name in ("policy", "categories", "formats", "configuration")},
        files=(),
        reject_reasons={},
        reject_examples=(),
        periods=(),
        provisional_periods=(),
        attribution={},
        label_counts={},
        not_auditable=tuple((one.clause, one.bullet, one.why) for one in policy.not_auditable),
        dpia=str(gate.dpia),
        destroy_by=(now + timedelta(days=configuration.retention_days)).astimezone(ZoneInfo(policy.zone)).date(),
    )


def standing(inputs: Inputs, hashes: Mapping[str, str], registers: str, code: str) -> Iterator[str]:
    """Yield what of the day of the runs is not what is packed, or may not be; nothing where all is the same."""
    runs = {run.number: run for run in (*inputs.runs, inputs.judged_by)}.values()
    for title, name, now in (
        ("log formats", "formats", hashes["formats"]),
        ("configuration", "configuration", hashes["configuration"]),
        ("staff directory and registers", "registers", registers),
        ("program", "code", code),
    ):
        other = [run.number for run in runs if getattr(run, name) not in (now, _UNKNOWN)]
        unknown = [run.number for run in runs if getattr(run, name) == _UNKNOWN]
        if other:
            told = ", ".join(map(str, other))
            yield f"The {title} changed since run {told}: those of today are packed, and the rebuild uses them."
        if unknown:
            yield f"Run {', '.join(map(str, unknown))} did not record its {title}; those of today are packed."
    if inputs.late:
        yield "Register entries that came after the case was found excused it; the rebuild takes them in that order."


def sections(
    material: Material,
    policy: Policy,
    state: CaseState,
    custody: Sequence[Entry],
    officer: Officer,
    recipients: Sequence[str],
    now: datetime,
    has_statement: bool,
) -> list[Section]:
    """Return the sections of the cover page, under the headings of ISO/IEC 27037 and the principles of ACPO."""
    case, subject, inputs = material.case, material.subject, material.inputs
    zone = ZoneInfo(policy.zone)
    made = now.astimezone(zone)
    judged = inputs.judged_by
    rows = (
        ("Identifier", ", ".join(sorted(subject.person_ids)) or "none: the staff directory has not the person"),
        ("Accounts", ", ".join(subject.accounts)),
        *(
            (
                f"Directory ({row.place})",
                ", ".join(one for one in (row.team, row.directorate, row.pattern, *row.roles) if one),
            )
            for row in subject.rows
        ),
    )
    files = [
        f"{file.sha256}: {file.format}, {file.lines:,} lines, read by run {run.number} on "
        f"{run.started.astimezone(zone):%d %B %Y}; "
        f"of this case {sum(len(one.lines) for one in material.lines if one.sha256 == file.sha256):,}"
        for run in inputs.runs
        for file in run.files
    ]
    return [
        Section(
            "What this is",
            facts=(
                ("Made by", f"{officer.name}, on {made:%d %B %Y at %H:%M}"),
                ("Sealed to", ", ".join(sorted(recipients))),
                ("Purpose of the opening", state.purpose),
                ("Asked for by", state.requested_by),
                ("Agreed to by", state.approved_by),
                ("Impact assessment", str(material.dpia)),
                ("Rule", f"clause {case.clause}, {case.rule_title}"),
                ("Status", case.status),
            ),
        ),
        Section("Whom it is about", facts=rows),
        Section(
            "What speaks for the person",
            ("Read this before anything else. Each is told in full on the page of the case, and in in_favour.json.",),
            items=tuple(_in_favour(material, policy, has_statement=has_statement)),
        ),
        Section(
            "Identification: the log files",
            ("SHA-256 of each file as it was read. What a file was called is not kept.",),
            items=tuple(files),
        ),
        Section(
            "Collection and acquisition: what was taken",
            (
                (
                    "All lines of the files above whose account is the person's, and whose request begins before the "
                    "end of the case and "
                    "ends after its beginning, as they stand in the file, with their numbers."
                ),
                ""
                if material.all_lines_known
                else "The events of that week are no longer kept, so only lines are here that the timeline names.",
                "In lines/, one file for each log; lines/lines.json has the numbers.",
            ),
            facts=(
                ("From", f"{inputs.start.astimezone(zone):%d %B %Y, %H:%M:%S %Z}"),
                ("To", f"{inputs.end.astimezone(zone):%d %B %Y, %H:%M:%S %Z}"),
                ("Lines", f"{sum(len(one.lines) for one in material.lines):,}"),
            ),
        ),
        Section(
            "Preservation",
            (
                (
                    "manifest.json has the SHA-256 of each file in the pack, and signature.json the Ed25519 signature "
                    "of the officer over "
                    "it. The pack is encrypted (age) to those named above; nothing of it lay unencrypted on a disk "
                    "when it was made."
                ),
            ),
        ),
        Section(
            "Auditability: custody log",
            ("Every entry of the audit trail about this case; custody.json has the checksums up to its head.",),
            items=tuple(
                f"{one.number}. {one.at.astimezone(zone):%d %B %Y, %H:%M:%S}: {EVENTS.get(one.kind, one.kind)} ("
                f"{one.who})"
                for one in custody
            ),
        ),
        Section(
            "Repeatability and reproducibility",
            (
                (
                    "netaudit verify PACK --key FILE --logs LOGS makes the case again from the log files, in "
                    f"{len(inputs.runs)} runs as they "
                    "were recorded, and compares it with case.json byte by byte. Not compared as they are:"
                ),
            ),
            items=OF_THE_KEYS,
            facts=(
                ("Program", f"netaudit {judged.version}, {judged.code[:_SHORT]}"),
                ("Policy", f"{policy.title}, {judged.policy[:_SHORT]}"),
                ("Classes of sites", judged.categories[:_SHORT]),
                ("Log formats", judged.formats[:_SHORT]),
                ("Configuration", judged.configuration[:_SHORT]),
                *((f"Not the same ({number})", one) for number, one in enumerate(material.remarks, 1)),
            ),
        ),
        Section(
            "Justifiability",
            (
                (
                    f"“{case.clause_text}” ({policy.title}, clause {case.clause}). The policy as it was is in "
                    "inputs/policies."
                ),
            ),
        ),
        Section("The principles of the ACPO guide", items=_PRINCIPLES),
        Section(
            "Time",
            (
                (
                    f"Times on pages are civil time in {policy.zone}; in JSON they carry their offset. Times in logs "
                    "that carry none are "
                    f"taken as {material.input_zone}. In lines/ they stand as the proxy wrote them."
                ),
            ),
        ),
        Section("Limits", items=LIMITS),
    ]


def _in_favour(material: Material, policy: Policy, *, has_statement: bool) -> Iterator[str]:
    case = material.case
    yield from case.doubts
    if case.day is not None:
        yield f"What would overturn it: {len(case.day.overturns)} things were put to the rule; see its page."
        left_out = sum(one.requests for one in case.day.ignored)
        yield f"What was left out: {left_out:,} requests that count for nothing; see the page of the case."
    for entry in material.subject.entries:
        yield f"Register entry {entry.place}: {entry.register}{f', {entry.state}' if entry.state else ''}."
    others = [rule.title for rule in policy.rules if rule.on and rule.rule_id in material.unbroken]
    if others:
        yield (
            f"Rules that the person did not break on that day: {'; '.join(others)}. A rule that is not named is "
            "off, is that of "
            "this case, or is not told here: another case is no part of this pack."
        )
    for day, text in case.statements:
        yield f"The person said on {day:%d %B %Y}: {text}"
    if has_statement:
        yield "What the person says is in statement.txt."
    elif not case.statements:
        yield "No statement of the person was given for this pack, and none is in the registers."
