"""Cases of whom a run accuses: each on a day of its own, in each kind of log, alone and amid ordinary lives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from approved import APPROVED
from browsing import LEVELS, Person

from netaudit.definitions.categories import ClassMap, categories_folder, load_class_map
from netaudit.definitions.configuration import Configuration
from netaudit.pipeline import audit, run_audit
from netaudit.protect import Keyring, Pseudonyms
from netaudit.store import Store

FIRST_DAY = datetime(2026, 1, 12, tzinfo=UTC)  # a Monday; in winter London keeps UTC
WORLDS = ("alone", "in ordinary life")
TEN = 10 * 3600.0

Act = Callable[[Person], object]


@dataclass(frozen=True, slots=True)
class Case:
    """What somebody's machine did, and the rules that a run must find broken: none, mostly."""

    name: str
    act: Act
    rules: frozenset[str]
    levels: frozenset[str]
    cannot_tell: frozenset[str] = frozenset()  # kinds of log that hold the same of an innocent and of a guilty person
    why: str = ""


@dataclass(slots=True)
class Cases:
    """The cases of a file; each stands on a working day of its own, which is read by itself."""

    all: list[Case] = field(default_factory=list)

    def nobody(self, act: Act) -> Act:
        """Register what must accuse nobody."""
        self.all.append(Case(act.__name__, act, frozenset(), frozenset(LEVELS)))
        return act

    def nobody_but(self, cannot_tell: Iterable[str], why: str, levels: Iterable[str] = LEVELS) -> Callable[[Act], Act]:
        """Register what must accuse nobody, but does where the log holds what it would hold of a real visit."""

        def register(act: Act) -> Act:
            self.all.append(Case(act.__name__, act, frozenset(), frozenset(levels), frozenset(cannot_tell), why))
            return act

        return register

    def accused(self, *rules: str, levels: Iterable[str] = LEVELS) -> Callable[[Act], Act]:
        """Register what must lead to findings of these rules, and of no others."""

        def register(act: Act) -> Act:
            self.all.append(Case(act.__name__, act, frozenset(rules), frozenset(levels)))
            return act

        return register

    def parameters(self) -> pytest.MarkDecorator:
        """Return the mark that makes a test run for every case, in every kind of log and both worlds."""
        found = [
            (case, level, world) for level in LEVELS for world in WORLDS for case in self.all if level in case.levels
        ]
        marked = [
            pytest.param(
                *one,
                id=f"{one[0].name}-{one[2]}-{one[1]}",
                marks=pytest.mark.xfail(reason=one[0].why, strict=True) if one[1] in one[0].cannot_tell else (),
            )
            for one in found
        ]
        return pytest.mark.parametrize(("case", "level", "world"), marked)


def day_of(number: int) -> datetime:
    """Return the midnight of a working day."""
    return FIRST_DAY + timedelta(days=number // 5 * 7 + number % 5)


def people_of(case: Case, world: str) -> list[Person]:
    """Return the person of a case, with an ordinary day and colleagues around it unless alone."""
    person = Person(case.name)
    case.act(person)
    if world == "alone":
        return [person]
    person.ordinary_day(1)
    colleagues = [Person(f"colleague{number}") for number in range(2, 4)]
    for number, colleague in enumerate(colleagues, 2):
        colleague.ordinary_day(number)
    return [person, *colleagues]


def log_of(cases: list[Case], level: str, world: str) -> str:
    """Return the log of all cases' days."""
    lines = []
    for number, case in enumerate(cases):
        lines += LEVELS[level](people_of(case, world), int(day_of(number).timestamp()))
    return "".join(f"{line}\n" for _, line in sorted(lines, key=lambda one: one[0]))


Rows = list[tuple[str, ...]]


def findings(cases: Cases, level: str, world: str) -> dict[str, Rows]:
    """Return the findings of each case's person as (rule, status, class); those of anybody else under ''."""
    return _run(cases, level, world)[0]


def attempts(cases: Cases, level: str, world: str) -> dict[str, Rows]:
    """Return the visits of each case's person in which something was blocked that was asked for, as (site, class)."""
    return _run(cases, level, world)[1]


_RUNS: dict[tuple[int, str, str], tuple[dict[str, Rows], dict[str, Rows]]] = {}


def _run(cases: Cases, level: str, world: str) -> tuple[dict[str, Rows], dict[str, Rows]]:
    run = (id(cases), level, world)
    if run not in _RUNS:
        with TemporaryDirectory() as place:
            _RUNS[run] = _audited(cases.all, level, world, Path(place))
    return _RUNS[run]


def _audited(cases: list[Case], level: str, world: str, place: Path) -> tuple[dict[str, Rows], dict[str, Rows]]:
    log, out = place / "access.log", place / "out"
    log.write_text(log_of(cases, level, world))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "load_configured_class_map", lambda *_: _shipped())
        result = run_audit(
            [str(log)], Configuration(dpia=APPROVED), out, datetime(2026, 6, 1, tzinfo=UTC), lambda *_: None
        )
    (file,) = result.files
    assert not file.problem
    keyring = Keyring(out / "keys")
    store = Store(out / "store", keyring)
    found: dict[str, Rows] = {"": []}
    stopped: dict[str, Rows] = {"": []}
    try:
        for period in store.ledger.parts("findings"):
            broken = _named(store, "findings", *period)
            visits = pl.concat(
                [_named(store, "visits", *one) for one in store.ledger.parts("visits") if one[0] == period[0]]
            )
            pseudonyms = Pseudonyms(period[0], keyring.key)
            whose = {pseudonyms.of(f"account:\\{case.name}"): case.name for case in cases}
            for user, *row in broken.select("user_hash", "rule_id", "status", "category").rows():
                found.setdefault(whose.get(user, ""), []).append(tuple(row))
            blocked = visits.filter(pl.col("requests_blocked") > 0)
            for user, *row in blocked.select("user_hash", "site", "category").rows():
                stopped.setdefault(whose.get(user, ""), []).append(tuple(row))
    finally:
        store.close()
    for case in cases:
        found.setdefault(case.name, [])
        stopped.setdefault(case.name, [])
    return found, stopped


def _named(store: Store, name: str, period: str, part: str) -> pl.DataFrame:
    table = store.read(name, period, part)
    assert table is not None
    return table.with_columns(pl.col(pl.Categorical).cast(pl.String))


@cache
def _shipped() -> ClassMap:
    return load_class_map(categories_folder())
