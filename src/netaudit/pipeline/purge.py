"""A purge: what is past its time is destroyed, that is proved, and a certificate says so.

What is about to be destroyed is written down first, then the audit trail is told, and only then anything is touched.
Stopped at any moment, the same command goes on: with the same certificate, which lists what both attempts destroyed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from netaudit import __version__
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.periods import is_period
from netaudit.errors import NetauditError, Problem, StoreError
from netaudit.pipeline.audit import run_audit
from netaudit.pipeline.certificates import (
    BEGUN,
    CANNOT_BE_PROVED,
    FINISHED,
    alone,
    certificate_path,
    certificates_folder,
    end_pending,
    next_number,
    read_certificate,
    read_pending,
    write_certificate,
    write_pending,
    write_text,
)
from netaudit.pipeline.purge_custody import first_of_trail, lapsed_cases, tell_of_seals, trail_bounds
from netaudit.pipeline.purge_holds import holds_of
from netaudit.pipeline.purge_items import (
    CERTIFICATES,
    FILES,
    NOT_TABLES,
    REPORTS,
    RUNS,
    SEALED_NAME,
    TRAIL,
    Item,
    Plan,
    as_json,
    described,
    from_json,
    merged,
)
from netaudit.pipeline.purge_plan import make_plan, report_folders
from netaudit.pipeline.stores import has_store, keys_folder, require_store, store_folder
from netaudit.pipeline.trails import note, open_trail, operator
from netaudit.protect import destroy_places, look
from netaudit.store import remove, remove_empty, sole_use, take_inventory, take_out

__all__ = ["Plan", "Purged", "purge", "rehearse_purge"]


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge has done."""

    plan: Plan
    certificate: Path | None  # None: there was nothing to do
    remark: str = ""  # what somebody should know beside it


def rehearse_purge(configuration: Configuration, out: Path, now: datetime) -> Plan:
    """Return what a purge would destroy, and what it would leave; nothing is changed.

    Raises:
        NetauditError: as of `purge`.
    """
    plan = _Purge(configuration, out, now, lapsed_cases(configuration, out, now)).plan()
    if not plan.items:  # where nothing lies, that nothing is past its time would be no answer
        require_store(configuration, out)
    return plan


def purge(configuration: Configuration, out: Path, now: datetime) -> Purged:
    """Destroy what is past its time, prove it, certify it, and make reports again that have shown some of it.

    Args:
        configuration: says how long things are kept, and where they are.
        out: where they are otherwise.
        now: the moment.

    Raises:
        DefinitionError: the file of holds has faults.
        StoreError: a run or another purge is at work; something cannot be read, written or removed; the audit trail is
            damaged; something is still there that should be gone. The same command goes on once that is mended.
    """
    if not has_store(configuration, out):
        rehearse_purge(configuration, out, now)
    work = _Purge(configuration, out, now, lapsed_cases(configuration, out, now))
    with alone(work.folder):
        with sole_use(work.store):
            settled = work.settle_finished()
            plan = work.plan()
            path = work.carry_out(plan) if plan.items else None
        show_again = settled or _are_made_again(plan.items)
        remark = work.make_reports_again() if show_again else ""
        end_pending(work.folder)
    return Purged(plan, path, remark)


def _are_made_again(items: Iterable[Item]) -> bool:
    """Return whether reports were removed for what they showed, and not for their age."""
    return any(item.what == REPORTS and not item.due for item in items)


class _Purge:
    def __init__(self, configuration: Configuration, out: Path, now: datetime, lapsed: frozenset[str]) -> None:
        self.configuration = configuration
        self.out = out
        self.now = now
        self.lapsed = lapsed
        self.folder = certificates_folder(configuration, out)
        self.store = store_folder(configuration, out)
        self.keys = keys_folder(configuration, out)

    def plan(self) -> Plan:
        """Return what is to be done: what an earlier attempt has begun, and what is past its time now."""
        fresh = make_plan(self.configuration, self.out, self.now, self.lapsed)
        pending = read_pending(self.folder)
        if pending is None or self._is_certified(pending):
            return fresh
        before = from_json(pending["items"])
        if any(item.what == REPORTS for item in before) and fresh.of(REPORTS) is None:
            files = [one for folder in report_folders(self.out) for one in folder.rglob("*") if one.is_file()]
            again = Item(REPORTS, "", "an earlier purge was stopped before they were removed",
                         files=described(REPORTS, self.out, files, hashed=True))  # fmt: skip
            fresh = Plan((*fresh.items, again), fresh.held)
        keys, inventory = look(self.keys), take_inventory(self.store)
        numbers = {
            FILES: {f"{one.number}:{one.sha256}" for one in inventory.files},
            RUNS: {str(one.number) for one in inventory.runs},
        }

        def begun(item: Item) -> bool:
            return item.what not in NOT_TABLES and keys.destroyed(*item.place) is not None

        def still_there(item: Item, name: str) -> bool:
            if item.what == TRAIL:
                return first_of_trail(self.configuration, self.out) <= int(name.partition("-")[2])
            return name in numbers[item.what] if item.what in numbers else self._path(name).exists()

        return merged(before, fresh, begun, still_there)

    def _is_certified(self, pending: Mapping[str, Any]) -> bool:
        return certificate_path(self.folder, pending["number"]).is_file()

    def settle_finished(self) -> bool:
        """Finish what was certified and not recorded; return whether reports may have to be made again."""
        pending = read_pending(self.folder)
        if pending is None or not self._is_certified(pending):
            return False
        self._record(certificate_path(self.folder, pending["number"]))
        return _are_made_again(from_json(pending["items"]))

    def carry_out(self, plan: Plan) -> Path:
        """Destroy, prove, certify; return the certificate."""
        pending = self._begin(plan)
        self._destroy(plan)
        faults = self._faults(plan)
        if faults:
            raise StoreError(faults)
        finished = {
            **pending,
            "version": __version__,
            "organisation": self.configuration.organisation,
            "configuration": self.configuration.sha256 or "none: the defaults",
            "finished": self._moment(),
            "destroyed": pending["items"],
            "held_back": [asdict(one) for one in plan.held],
            "proved": self._proved(plan),
            "cannot_be_proved": list(CANNOT_BE_PROVED),
        }
        del finished["items"]
        path = write_certificate(self.folder, finished)
        self._record(path)
        return path

    def _begin(self, plan: Plan) -> dict[str, Any]:
        """Write down what is about to be destroyed, and tell the trail."""
        before = read_pending(self.folder)
        if before is not None and self._is_certified(before):
            before = None
        number = before["number"] if before else next_number(self.configuration, self.out)
        attempts = [*(before["attempts"] if before else ()), {"at": self._moment(), "by": operator()}]
        pending = {
            "number": number,
            "begun": before["begun"] if before else self._moment(),
            "attempts": attempts,
            "items": as_json(plan.items),
        }
        digest = write_pending(self.folder, pending)
        about = {"certificate": number, "attempt": len(attempts), "plan": digest, "things": len(plan.items)}
        note(self.configuration, self.out, BEGUN, about, self.now, must_reach_second=True)
        tell_of_seals(self.configuration, self.out, plan.items, self.now)
        return pending

    def _destroy(self, plan: Plan) -> None:
        places = [item.place for item in plan.tables()]
        if places:
            today = self.now.astimezone(ZoneInfo(self.configuration.zone)).date()
            destroy_places(self.keys, places, (), today)
            whole = self._nothing_left({period for _, period in places}, set(places))
            whole |= {case for what, case in places if what.startswith(SEALED_NAME)}
            destroy_places(self.keys, (), whole, today)
        numbers = {
            what: [int(entry.partition(":")[0]) for item in plan.items if item.what == what for entry in item.entries]
            for what in (FILES, RUNS)
        }
        take_out(self.store, places, numbers[FILES], numbers[RUNS])
        for item in plan.items:
            remove([self._path(one.name) for one in item.files], self.out)
        if plan.of(REPORTS) is not None:
            for folder in report_folders(self.out):
                remove_empty(folder)
        if plan.of(TRAIL) is not None:
            holds = holds_of(self.configuration, self.out, self.now, take_inventory(self.store))
            before, keep_from = trail_bounds(self.configuration, self.out, self.now, holds)
            trail = open_trail(self.configuration, self.out)
            trail.shorten(before, who=operator(), at=self.now, keep_from=keep_from)

    def _nothing_left(self, periods: set[str], going: set[tuple[str, str]]) -> set[str]:
        """Return the weeks of which nothing is left: nothing is ever to be stored under them again."""
        left = {period for _, period in look(self.keys).keys}
        left |= {period for table, period in take_inventory(self.store).rows if (table, period) not in going}
        return {period for period in periods - left if is_period(period)}

    def _faults(self, plan: Plan) -> list[Problem]:
        """Return one problem for each thing that is still there."""
        keys, inventory = look(self.keys), take_inventory(self.store)
        remedy = "find out what put it back or kept it, and run netaudit purge again: it goes on"
        faults = []
        for item in plan.tables():
            where = f"{item.what} of {item.period}"
            if item.place in keys.keys or keys.destroyed(*item.place) is None:
                faults.append(Problem("a key that was destroyed is there", where, remedy))
            if item.place in inventory.rows or inventory.on_disk.get(item.place):
                faults.append(Problem("a table that was destroyed is there", where, remedy))
        there = {FILES: {str(one.number) for one in inventory.files}, RUNS: {str(one.number) for one in inventory.runs}}
        for item in plan.items:
            kept = {entry for entry in item.entries if entry.partition(":")[0] in there.get(item.what, ())}
            kept |= {one.name for one in item.files if self._path(one.name).exists()}
            if item.what == TRAIL:
                first = first_of_trail(self.configuration, self.out)
                kept |= {one for one in item.entries if first <= int(one.partition("-")[2])}
            faults += [Problem("something that was destroyed is there", f"{item.what}: {one}", remedy)
                       for one in sorted(kept)]  # fmt: skip
        return faults

    def _proved(self, plan: Plan) -> list[str]:
        tables, files = plan.tables(), sum(len(item.files) for item in plan.items)
        said = []
        if tables:
            said.append(
                f"The key folder was read again: of {len(tables)} tables and keys there is no key, and a mark of the "
                "destruction, so that a key or a table that comes back from a back-up is destroyed again."
            )
            said.append("The ledger was read again: it has no row of them, and no file lies in their folders.")
        if files:
            said.append(f"{files:,} files were looked for under their names, and are gone.")
        return said or ["The ledger was read again, and has none of these rows."]

    def _record(self, path: Path) -> None:
        """Write the text of a certificate, and tell the trail of it, once."""
        digest, raw = write_text(path), read_certificate(path)
        trail = open_trail(self.configuration, self.out)
        if any(one.kind == FINISHED and one.about.get("sha256") == digest for one in trail.entries()):
            return
        about = {
            "certificate": raw["number"],
            "sha256": digest,
            "things": len(raw["destroyed"]),
            "held_back": len(raw["held_back"]),
        }
        note(self.configuration, self.out, FINISHED, about, self.now)

    def make_reports_again(self) -> str:
        """Make the reports of what is left; return what is to be said if that fails."""
        if not has_store(self.configuration, self.out):
            return ""
        try:
            run_audit((), self.configuration, self.out, self.now, lambda *_: None)
        except NetauditError as error:
            return f"The reports are gone until the next run makes them: {error.problems[0].what}"
        return ""

    def _path(self, name: str) -> Path:
        root, _, rest = name.partition("/")
        return {"store": self.store, REPORTS: self.out, CERTIFICATES: self.folder}[root] / rest

    def _moment(self) -> str:
        return self.now.astimezone(ZoneInfo(self.configuration.zone)).isoformat(timespec="seconds")
