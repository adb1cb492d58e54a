"""What it takes to make a case again: which runs read which files, and what these runs were told."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from netaudit.contracts import FileAccount, TimeChoice
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.dpia import Dpia
from netaudit.definitions.periods import MARGIN, day_bounds, days_of
from netaudit.definitions.registers import Entry
from netaudit.errors import Problem, StoreError
from netaudit.pipeline.class_maps import DAMAGE
from netaudit.pipeline.pack_archive import Signed, written
from netaudit.store import CLASS_MAPS, POLICIES, Ledger

FOLDER = "inputs"
REBUILD, IDENTITIES, GROUPS, ENTRIES, CONFIGURATION = (
    f"{FOLDER}/{name}" for name in ("rebuild.json", "identities.json", "groups.json", "entries.json", "netaudit.toml")
)
_WHOLE = "week"
_UNKNOWN = "not recorded"
_REMEDY = "ask who made the pack for it as it was; nothing in this one can be relied on"


@dataclass(frozen=True, slots=True)
class File:
    """A log file as a run read it."""

    number: int
    sha256: str
    format: str
    lines: int
    rejects: int
    times: tuple[TimeChoice, ...] = ()  # what was decided about its times; none: an earlier version read it


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the ledger has it."""

    number: int
    started: datetime
    zone: str
    policy: str  # sha256, as the next three
    categories: str
    formats: str
    configuration: str
    version: str
    code: str
    registers: str
    files: tuple[File, ...]

    @property
    def day(self) -> date:
        """Return the local day of the run."""
        return self.started.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a rebuild is told but the logs."""

    case_number: str
    period: str
    subject: str  # the person's blinded text, which a pseudonym is made of
    rule_id: str
    category: str
    start: datetime  # UTC, exact
    end: datetime
    runs: tuple[Run, ...]  # that read files which reach into the week
    judged_by: Run  # the run whose policy and registers the case comes from; perhaps without files
    late: frozenset[str]  # places of register entries that excused the case after it was found
    identities: Mapping[str, Any]
    groups: Mapping[str, int]  # of people, where a day was too large to be learnt from as a whole
    register: Sequence[Mapping[str, Any]]
    configuration: bytes
    files: Mapping[str, bytes]  # policies, class maps, formats: by their paths in the pack

    def digests(self) -> list[str]:
        """Return the digests of all log files, each once."""
        return list(dict.fromkeys(file.sha256 for run in self.runs for file in run.files))

    def entries(self) -> list[Entry]:
        """Return the entries of registers that are about the person, a role of theirs, or the case."""
        return [
            Entry(
                **{
                    **row,
                    "categories": tuple(row["categories"]),
                    **{name: _moment(row[name]) for name in ("starts", "ends", "reported")},
                }
            )
            for row in self.register
        ]

    def members(self) -> dict[str, bytes]:
        """Return the files of the pack that hold this."""
        said = {
            "case_number": self.case_number,
            "period": self.period,
            "subject": self.subject,
            "rule_id": self.rule_id,
            "category": self.category,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "runs": [_run_to_json(run) for run in self.runs],
            "judged_by": _run_to_json(self.judged_by),
            "late": sorted(self.late),
        }
        return {
            REBUILD: written(said),
            IDENTITIES: written(self.identities),
            GROUPS: written(self.groups),
            ENTRIES: written(list(self.register)),
            CONFIGURATION: self.configuration,
            **self.files,
        }

    def unpack(self, folder: Path) -> None:
        """Write policies, class maps and formats into a folder: what runs are told, and nothing about people."""
        for name, content in self.files.items():
            path = folder / PurePosixPath(name).relative_to(FOLDER)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def inputs_of(pack: Signed) -> Inputs:
    """Return what a pack holds for a rebuild.

    Raises:
        StoreError: it is not as this version writes it.
    """
    try:
        said = json.loads(pack.files[REBUILD])
        others = {
            name: content
            for name, content in pack.files.items()
            if name.startswith(tuple(f"{FOLDER}/{one}/" for one in (CLASS_MAPS, POLICIES, "formats")))
        }
        if any(".." in PurePosixPath(name).parts for name in others):
            raise ValueError("a name leads elsewhere")
        return Inputs(
            **{name: str(said[name]) for name in ("case_number", "period", "subject", "rule_id", "category")},
            start=datetime.fromisoformat(said["start"]),
            end=datetime.fromisoformat(said["end"]),
            runs=tuple(map(_run_of_json, said["runs"])),
            judged_by=_run_of_json(said["judged_by"]),
            late=frozenset(said["late"]),
            identities=json.loads(pack.files[IDENTITIES]),
            groups=json.loads(pack.files[GROUPS]),
            register=json.loads(pack.files[ENTRIES]),
            configuration=pack.files[CONFIGURATION],
            files=others,
        )
    except DAMAGE as error:
        raise StoreError(Problem("the pack does not say how the case is made again", REBUILD, _REMEDY)) from error


def runs_of(ledger: Ledger, period: str, zone: str) -> tuple[tuple[Run, ...], Run, bool]:
    """Return the runs that a week's verdicts come from, the one that gave them, and whether entries came late.

    A run is taken with all files that it read: what a filter said of a site in one of them holds for the next.

    Raises:
        StoreError: the ledger does not know which run judged the week.
    """
    days = days_of(period)
    begin, end = day_bounds(days[0], zone)[0] - MARGIN, day_bounds(days[-1], zone)[1] + MARGIN

    def reaches_in(account: FileAccount) -> bool:
        return bool(account.first and account.last and account.first < end and account.last >= begin)

    recorded = ledger.recorded_files()
    judged, found = (ledger.run_of(table, period, _WHOLE) for table in ("timeline", "findings"))
    wanted = {one.run_id for one in recorded if reaches_in(one.account)}
    runs = {
        number: Run(
            number=number,
            started=datetime.fromisoformat(started),
            zone=zone,
            **{name: facts.get("hashes", {}).get(name, _UNKNOWN) for name in _HASHES},
            version=facts.get("version", _UNKNOWN),
            code=facts.get("code", _UNKNOWN),
            registers=facts.get("registers", _UNKNOWN),
            files=tuple(
                File(
                    int(one.account.log_file),
                    one.sha256,
                    one.account.event_dataset,
                    one.account.lines,
                    one.account.rejects,
                    one.account.times,
                )
                for one in recorded
                if one.run_id == number
            ),
        )
        for number, started, facts in ledger.numbered_runs()
    }
    if judged is None or judged not in runs:
        what = "an earlier version found this case, and did not keep how"
        raise StoreError(Problem(what, period, "run the week's logs again with this version"))
    return tuple(runs[number] for number in sorted(wanted) if number <= judged), runs[judged], found != judged


_HASHES = ("policy", "categories", "formats", "configuration")


def settings_of(content: bytes) -> Configuration:
    """Return the settings of a configuration that a rebuild needs; not its paths, which lead elsewhere now.

    Args:
        content: of the configuration file; nothing stands for the defaults.
    """
    raw = tomllib.loads(content.decode())
    default = Configuration()

    def value(section: str, key: str, instead: Any) -> Any:  # noqa: ANN401 - a TOML value
        return raw.get(section, {}).get(key, instead)

    known = {one.name for one in fields(Dpia)}
    return replace(
        default,
        organisation=value("organisation", "name", default.organisation),
        handling=value("organisation", "handling", default.handling),
        input_zone=value("inputs", "zone", default.input_zone),
        expansion_limit=value("inputs", "expansion_limit", default.expansion_limit),
        realms={one.lower(): other.lower() for one, other in value("identity", "realms", {}).items()},
        zone=value("time", "zone", default.zone),
        dpia=Dpia(**{name: one for name, one in raw.get("dpia", {}).items() if name in known}),
    )


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """Return an entry of a register as the pack holds it."""
    row = asdict(entry)
    return {
        name: one.astimezone(UTC).isoformat()
        if isinstance(one, datetime)
        else list(one)
        if isinstance(one, tuple)
        else one
        for name, one in row.items()
    }


def _run_to_json(run: Run) -> dict[str, Any]:
    return {**asdict(run), "started": run.started.isoformat(), "files": [asdict(file) for file in run.files]}


def _run_of_json(said: Mapping[str, Any]) -> Run:
    return Run(
        **{
            **said,
            "started": datetime.fromisoformat(said["started"]),
            "files": tuple(map(_file_of_json, said["files"])),
        }
    )


def _file_of_json(said: Mapping[str, Any]) -> File:
    return File(**{**said, "times": tuple(TimeChoice(**one) for one in said.get("times", ()))})


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
