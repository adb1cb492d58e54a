"""What is past its time, by table and week, and what is held back: looked at from outside, without a change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from netaudit.definitions.configuration import Configuration
from netaudit.definitions.periods import days_of, is_closed, is_period, period_of
from netaudit.errors import NetauditError, StoreError
from netaudit.pipeline.certificates import certificates_folder, certified_places, old_certificates, read_pending
from netaudit.pipeline.class_maps import lists_of
from netaudit.pipeline.purge_custody import seals_past_time, trail_past_time
from netaudit.pipeline.purge_holds import Holds, holds_of
from netaudit.pipeline.purge_items import (
    CERTIFICATES,
    CLASS_MAPS,
    FILES,
    POLICIES,
    REPORTS,
    RUNS,
    Held,
    Item,
    Plan,
    described,
    is_past,
)
from netaudit.pipeline.rejects import REJECTS_TABLE
from netaudit.pipeline.stores import keys_folder, store_folder
from netaudit.protect import SeenKeys, look
from netaudit.report import AUDIENCES, BESIDE
from netaudit.store import POLICIES as POLICIES_FOLDER
from netaudit.store import Archive, Inventory, read_kept, take_inventory

_LISTS = "lists"
_GRACE = timedelta(days=7)  # until a run says that nobody has purged
_PAST, _CAME_BACK = "past its time", "came back: certificate {} says that it was destroyed"
_MARKED = "its key was destroyed on {}"
_LAST_NUMBER = "the last number is kept, so that none is given twice"
# What pages show of a week: once it is gone, so must they be.
_SHOWN = frozenset(
    {"findings", "evidence", "timeline", "hours", "ignored", "overturns", "leaks", "published", "provenance",
     "unlisted", "tallies", "open_sites"}
)  # fmt: skip  # not hours without logs, which tell of nobody: a report would be gone each week for them
_Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Scene:
    """All that a plan is made of."""

    configuration: Configuration
    out: Path
    now: datetime
    inventory: Inventory
    keys: SeenKeys
    certified: Mapping[_Place, int]  # the certificate of its destruction, by table and period
    hashed: bool

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.configuration.zone)).date()

    @property
    def store(self) -> Path:
        return store_folder(self.configuration, self.out)

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.configuration.zone)).date()


def make_plan(
    configuration: Configuration, out: Path, now: datetime, lapsed: Collection[str] = (), *, hashed: bool = True
) -> Plan:
    """Return what is past its time at a moment, and what of it is held back. Nothing is changed.

    Args:
        configuration: says how long things are kept, and where they are.
        out: where they are otherwise.
        now: the moment.
        lapsed: cases whose sealed names nobody asked for in time.
        hashed: with the checksums of all files, which takes its time.

    Raises:
        DefinitionError: the file of holds has faults.
        StoreError: ledger, keys, certificates or the audit trail cannot be read.
    """
    scene = _Scene(
        configuration,
        out,
        now,
        take_inventory(store_folder(configuration, out)),
        look(keys_folder(configuration, out)),
        certified_places(configuration, out),
        hashed,
    )
    due, held = list(_due_tables(scene)), list[Held]()
    holds = holds_of(configuration, out, now, scene.inventory)
    items = []
    for item in due:
        reason = holds.periods.get(item.period)
        if reason is not None and scene.keys.destroyed(*item.place) is None:
            held.append(Held(*item.place, reason))
        else:
            items.append(item)
    held += _unknown_tables(scene)
    gone = {item.place for item in items}
    remaining = {place for place in scene.inventory.rows if place not in gone}
    for of in (_ledger_rows, _archives):
        more, left = of(scene, holds, remaining, items)
        items += more
        held += left
    weeks = {item.period for item in items if item.what == "findings"}
    more, left = seals_past_time(scene.store, scene.keys, holds, weeks, lapsed, hashed=hashed)
    items += [one for one in more if one.place not in gone]
    held += left
    items += _reports(scene, items)
    items += trail_past_time(configuration, out, now, holds)
    items += _old_certificates(scene)
    return Plan(tuple(items), tuple(held))


def purge_warnings(configuration: Configuration, out: Path, now: datetime) -> Iterator[str]:
    """Yield what a run says of a purge that nobody has run for a week, or that was stopped."""
    try:
        yield from _purge_warnings(configuration, out, now)
    except NetauditError as error:  # no reason to read no logs; a purge will say all of it
        yield f"Nobody can tell what is past its retention: {error.problems[0].what} ({error.problems[0].where})."


def _purge_warnings(configuration: Configuration, out: Path, now: datetime) -> Iterator[str]:
    if read_pending(certificates_folder(configuration, out)) is not None:
        yield "A purge was stopped before it ended: run netaudit purge again; it goes on."
    keys = look(keys_folder(configuration, out))
    today = now.astimezone(ZoneInfo(configuration.zone)).date() - _GRACE
    retention = configuration.retention
    late = {place for place in keys.keys if is_period(place[1]) and is_past(today, retention.last_day(*place))}
    if not late:
        return
    due = [item for item in make_plan(configuration, out, now, hashed=False).tables() if item.place in late]
    if due:
        weeks = f"{len(weeks)} weeks" if len(weeks := sorted({item.period for item in due})) > 1 else weeks[0]
        since = date.fromisoformat(min(item.due for item in due))
        yield (
            f"Data of {weeks} is past its retention since {since:%-d %B %Y} and was not destroyed: "
            "run netaudit purge, best every night after the run."
        )


def _due_tables(scene: _Scene) -> Iterator[Item]:
    inventory, keys = scene.inventory, scene.keys
    places = {*inventory.rows, *inventory.on_disk, *keys.keys}
    for table, period in sorted(places, key=lambda place: (place[1], place[0])):
        last_day = _last_day(table, period, scene)
        marked, certificate = keys.destroyed(table, period), scene.certified.get((table, period))
        if marked is not None:
            why = _MARKED.format(marked) if certificate is None else _CAME_BACK.format(certificate)
        elif certificate is not None:
            why = _CAME_BACK.format(certificate)
        elif is_past(scene.today, last_day) and not _is_open(period, scene):
            why = _PAST
        else:
            continue
        yield Item(
            table,
            period,
            why,
            due=(last_day + timedelta(days=1)).isoformat() if last_day else "",
            rows=inventory.rows.get((table, period), 0),
            key=keys.keys.get((table, period), ""),
            files=described("store", scene.store, inventory.on_disk.get((table, period), ()), hashed=scene.hashed),
        )


def _is_open(period: str, scene: _Scene) -> bool:
    return is_period(period) and not is_closed(period, scene.configuration.zone, scene.now)


def _last_day(table: str, period: str, scene: _Scene) -> date | None:
    """Return the last day on which a table is kept; None where nothing says so."""
    retention = scene.configuration.retention
    if is_period(period):
        return retention.last_day(table, period)
    if table != REJECTS_TABLE:
        return None
    runs = scene.inventory.runs_of.get((table, period), frozenset())
    started = [scene.local_day(run.started) for run in scene.inventory.runs if run.number in runs]
    return max(started) + timedelta(days=retention.days[REJECTS_TABLE]) if started else None


def _unknown_tables(scene: _Scene) -> Iterator[Held]:
    known = scene.configuration.retention.days
    places = [place for place in (*scene.inventory.rows, *scene.keys.keys) if is_period(place[1])]
    for table in sorted({table for table, _ in places if table not in known}):
        yield Held(table, "", "this version does not know the table, and leaves it alone")


def _ledger_rows(
    scene: _Scene, holds: Holds, remaining: set[_Place], _: Iterable[Item]
) -> tuple[list[Item], list[Held]]:
    """Return rows of log files and of runs that nothing needs any more."""
    inventory, days = scene.inventory, scene.configuration.retention.days
    evident = {period for table, period in remaining if table == "evidence"}
    items, held = [], []

    def gone(what: str, moments: Mapping[int, datetime], needed: Callable[[int], str]) -> list[int]:
        numbers = []
        for number, moment in moments.items():
            week = days_of(period_of(scene.local_day(moment)))
            if is_past(scene.today, week[-1] + timedelta(days=days[what])):
                reason = _LAST_NUMBER if number == max(moments) else needed(number)
                if reason:
                    held.append(Held(what, "", f"number {number}: {reason}"))
                else:
                    numbers.append(number)
        return numbers

    started = {run.number: run.started for run in inventory.runs}
    files = {one.number: one for one in inventory.files}

    def reason_of_file(number: int) -> str:
        periods = _periods(files[number].first, files[number].last, scene)
        of_holds = [holds.periods[period] for period in sorted(periods & set(holds.periods))]
        return "; ".join(of_holds) or ("evidence names it" if periods & evident else "")

    last = {number: one.last or started.get(one.run, scene.now) for number, one in files.items()}
    forgotten = gone(FILES, last, reason_of_file)
    if forgotten:
        digests = tuple(f"{number}:{files[number].sha256}" for number in forgotten)
        items.append(Item(FILES, "", _PAST, rows=len(forgotten), entries=digests))
    needed = {run for place in remaining for run in inventory.runs_of[place]}
    needed |= {one.run for number, one in files.items() if number not in forgotten}
    facts = {run.number: run.facts for run in inventory.runs}

    def reason_of_run(number: int) -> str:
        of_holds = [holds.periods[one] for one in facts[number].get("periods", ()) if one in holds.periods]
        return "; ".join(dict.fromkeys(of_holds)) or ("it wrote what is still kept" if number in needed else "")

    runs = gone(RUNS, started, reason_of_run)
    if runs:
        items.append(Item(RUNS, "", _PAST, rows=len(runs), entries=tuple(map(str, runs))))
    return items, held


def _periods(first: datetime | None, last: datetime | None, scene: _Scene) -> set[str]:
    if first is None or last is None:
        return set()
    day, end = (scene.local_day(moment) for moment in (first, last))
    return {period_of(day + timedelta(days=number)) for number in range((end - day).days + 1)}


def _archives(scene: _Scene, _: Holds, __: set[_Place], items: Iterable[Item]) -> tuple[list[Item], list[Held]]:
    """Return class maps and policies that no run used which is still known."""
    gone = {entry for item in items if item.what == RUNS for entry in item.entries}
    hashes = [run.facts.get("hashes") for run in scene.inventory.runs if str(run.number) not in gone]
    if not hashes:  # nothing is known of any run: a store that has just begun, or an older ledger
        return [], []
    found, held = [], []
    for what, archive, key in (
        (CLASS_MAPS, Archive(scene.store), "categories"),
        (POLICIES, Archive(scene.store, POLICIES_FOLDER), "policy"),
    ):
        used = {str(one.get(key)) for one in hashes if one}
        paths = [archive.folder / name for name in archive.names(".zip")]
        unused = [path for path in paths if path.stem not in used]
        if what == CLASS_MAPS:
            try:
                needed = {name for path in paths if path not in unused for name in lists_of(read_kept(path) or b"")}
                lists = (archive.folder / _LISTS).glob("*") if (archive.folder / _LISTS).is_dir() else ()
                unused += [path for path in lists if f"{_LISTS}/{path.name}" not in needed and path.is_file()]
            except StoreError as error:
                held.append(Held(what, "", f"imported lists stay, as nobody can tell which are needed: {error}"))
        if unused:
            files = described("store", scene.store, unused, hashed=scene.hashed)
            found.append(Item(what, "", "no run that is still known has used it", files=files))
    return found, held


def _reports(scene: _Scene, items: Iterable[Item]) -> list[Item]:
    """Return the pages that show what is destroyed, or that are older than they may be."""
    files = [one for folder in report_folders(scene.out) for one in folder.rglob("*") if one.is_file()]
    if not files:
        return []
    last_run = max((run.started for run in scene.inventory.runs), default=None)
    days = scene.configuration.retention_days
    if last_run is not None and is_past(scene.today, scene.local_day(last_run) + timedelta(days=days)):
        due = scene.local_day(last_run) + timedelta(days=days + 1)
        why = f"they were written more than {days} days ago"
    elif any(item.what in _SHOWN and (item.rows or item.key) for item in items):
        why, due = "they show weeks of which something is destroyed; they are made again without", None
    else:
        return []
    shown = described(REPORTS, scene.out, files, hashed=scene.hashed)
    return [Item(REPORTS, "", why, due.isoformat() if due else "", files=shown)]


def report_folders(out: Path) -> list[Path]:
    """Return the folders of all audiences, what was kept beside them, and what a run that was stopped has left."""
    return sorted(
        folder
        for name in (*AUDIENCES, *BESIDE)
        for folder in (out / name, *out.glob(f".{name}-*"))
        if folder.is_dir() and not folder.is_symlink()
    )


def _old_certificates(scene: _Scene) -> list[Item]:
    days = scene.configuration.retention.days[CERTIFICATES]
    files = old_certificates(scene.configuration, scene.out, scene.today - timedelta(days=days))
    folder = certificates_folder(scene.configuration, scene.out)
    described_files = described(CERTIFICATES, folder, files, hashed=scene.hashed)
    return [Item(CERTIFICATES, "", _PAST, files=described_files)] if files else []
