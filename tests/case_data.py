"""A store with cases about invented people whose names are sealed to invented officers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from officers_data import Enrolled, enrol
from policy_store import HOUR, TUESDAY, pages, write_site

from netaudit.cli.options import load_configuration
from netaudit.custody import CaseState, Entry, Sealed, Trail, case_states, read_identity
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.officers import load_officers
from netaudit.pipeline import run_audit
from netaudit.pipeline.case_steps import approve_case, close_case, open_case, request_case
from netaudit.pipeline.trails import open_trail
from netaudit.protect import Keyring
from netaudit.store import Store

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)
BETTORS, HOUSES = range(3), range(3, 6)
# person 2 has two accounts; 4 is an officer of HR; 5 is in no directory
DIRECTORY = (
    "person_id,accounts,team\n"
    "quillworth0,canary0,Estates\nquillworth1,canary1,Finance\nquillworth2,canary2;canary2b,Finance\n"
    "quillworth3,canary3,Finance\np-harriet,canary4,HR\np-ingrid,canary-ig,IG\n"
)
NAMES = ("quillworth", *(f"canary{number}" for number in range(6)))
PURPOSE = "HR meeting on 24 March"


def quiet(_stage: str, _what: str, _percent: int) -> None:
    return None


@dataclass
class Site:
    """A folder with a configuration, officers, and what runs made of a log."""

    folder: Path
    officers: Enrolled
    shown: list[Sealed] = field(default_factory=list)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def configuration(self) -> Configuration:
        return load_configuration(self.folder / "netaudit.toml")

    @property
    def trail(self) -> Trail:
        return open_trail(self.configuration, self.out)

    @property
    def seals(self) -> dict[str, bytes]:
        return {path.stem: path.read_bytes() for path in sorted((self.out / "store" / "seals").glob("*.seal"))}

    def run(self, now: datetime = NOW, log: str = "access.log") -> tuple[str, ...]:
        return run_audit([str(self.folder / log)], self.configuration, self.out, now, quiet).notes

    def configure(self, text: str) -> None:
        with (self.folder / "netaudit.toml").open("a") as stream:
            stream.write(text)

    def request(self, case: str, who: str = "ig", now: datetime = NOW, purpose: str = PURPOSE) -> CaseState:
        return request_case(self.configuration, self.out, case, purpose, self.officers.identities[who], now)

    def approve(self, state: CaseState | str, who: str = "hr", now: datetime = NOW) -> CaseState:
        request = state if isinstance(state, str) else state.request_id
        return approve_case(self.configuration, self.out, request, self.officers.identities[who], now)

    def open(self, state: CaseState | str, ig: str = "ig", hr: str = "hr", now: datetime = NOW) -> Sealed:
        request = state if isinstance(state, str) else state.request_id
        keys = self.officers.identities[ig], self.officers.identities[hr]
        open_case(self.configuration, self.out, request, *keys, now, lambda what, _state: self.shown.append(what))
        return self.shown[-1]

    def close(self, case: str, who: str = "hr", now: datetime = NOW) -> None:
        close_case(self.configuration, self.out, case, "no case to answer", self.officers.identities[who], now)

    def entries(self, kind: str = "") -> list[Entry]:
        return [entry for entry in self.trail.entries() if not kind or entry.kind == kind]

    def state(self, case: str, now: datetime = NOW) -> CaseState | None:
        return case_states(self.trail.entries(), now, self.officers.officers).get(case)

    def in_store(self, do: Callable[[Store], object]) -> object:
        store = Store(self.out / "store", Keyring(self.out / "keys"))
        try:
            return do(store)
        finally:
            store.close()

    def files(self) -> Iterator[Path]:
        """Yield all files that netaudit wrote."""
        yield from (path for path in self.out.rglob("*") if path.is_file())


def make_site(folder: Path, *, officers: bool = True, log: str = "") -> Site:
    """Return a site whose log was not read yet: three people bet, three look at houses for an hour and more."""
    folder.mkdir(parents=True)
    log = log or pages("bets.example", BETTORS, 30, TUESDAY) + pages("homes.example", HOUSES, 100, TUESDAY + HOUR)
    write_site(folder, log, {})
    site = Site(folder, enrol(folder / "officers"))
    (folder / "directory.csv").write_text(DIRECTORY)
    site.configure('\n[identity]\ndirectory = "directory.csv"\n')
    if officers:
        site.configure('[keys]\nofficers = "officers/officers.toml"\n')
    return site


def site_at(folder: Path) -> Site:
    """Return a site that stands in a folder, with all the keys that lie there."""
    people = {one.name: one for one in load_officers(folder / "officers" / "officers.toml").people}
    keys = {path.stem: read_identity(path.read_bytes(), "") for path in (folder / "officers").glob("*.key")}
    held = {who: next(one for one in people.values() if one.verify_key == key.verify_key) for who, key in keys.items()}
    return Site(folder, Enrolled(folder / "officers", keys, held))


def copy_of(site: Site, folder: Path) -> Site:
    """Return a site of its own that stands as another one does."""
    shutil.copytree(site.folder, folder)
    people, identities = dict(site.officers.people), dict(site.officers.identities)
    return Site(folder, Enrolled(folder / "officers", identities, people))


def in_hours(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def in_days(days: float) -> datetime:
    return NOW + timedelta(days=days)


def text_of(entries: list[Entry]) -> str:
    return json.dumps([[entry.kind, entry.who, dict(entry.about)] for entry in entries])
