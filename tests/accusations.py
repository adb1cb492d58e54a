"""Cases of whom a run accuses: each on a day of its own, in each kind of log, alone and amid ordinary lives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from browsing import LEVELS, Person

from netaudit.definitions import categories
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.periods import period_of
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


@dataclass(slots=True)
class Cases:
    """The cases of a file; each stands on a working day of its own, which is read by itself."""

    all: list[Case] = field(default_factory=list)

    def nobody(self, act: Act) -> Act:
        """Register what must accuse nobody."""
        self.all.append(Case(act.__name__, act, frozenset(), frozenset(LEVELS)))
        return act

    def accused(self, *rules: str, levels: frozenset[str] = frozenset(LEVELS)) -> Callable[[Act], Act]:
        """Register what must lead to findings of these rules, and of no others."""

        def register(act: Act) -> Act:
            self.all.append(Case(act.__name__, act, frozenset(rules), levels))
            return act

        return register

    def parameters(self) -> pytest.MarkDecorator:
        """Return the mark that makes a test run for every case, in every kind of log and both worlds."""
        found = [
            (case, level, world) for level in LEVELS for world in WORLDS for case in self.all if level in case.levels
        ]
        names = [f"{case.name}-{world}-{level}" for case, level, world in found]
        return pytest.mark.parametrize(("case", "level", "world"), found, ids=names)


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
    colleagues = [Person(f"colleague{number}") for number in range(2, 6)]
    for number, colleague in enumerate(colleagues, 2):
        colleague.ordinary_day(number)
    return [person, *colleagues]


def log_of(cases: list[Case], level: str, world: str) -> str:
    """Return the log of all cases' days."""
    lines = []
    for number, case in enumerate(cases):
        lines += LEVELS[level](people_of(case, world), int(day_of(number).timestamp()))
    return "".join(f"{line}\n" for _, line in sorted(lines, key=lambda one: one[0]))


def findings(cases: Cases, level: str, world: str) -> dict[str, list[tuple[str, ...]]]:
    """Return the findings of each case's person as (rule, status, class); a colleague's stand under ''."""
    return _findings(id(cases), level, world, lambda: cases.all)


_RUNS: dict[tuple[int, str, str], dict[str, list[tuple[str, ...]]]] = {}


def _findings(key: int, level: str, world: str, cases: Callable[[], list[Case]]) -> dict[str, list[tuple[str, ...]]]:
    if (key, level, world) not in _RUNS:
        with TemporaryDirectory() as place:
            _RUNS[key, level, world] = _audited(cases(), level, world, Path(place))
    return _RUNS[key, level, world]


def _audited(cases: list[Case], level: str, world: str, place: Path) -> dict[str, list[tuple[str, ...]]]:
    log, out = place / "access.log", place / "out"
    log.write_text(log_of(cases, level, world))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audit, "load_configured_class_map", _class_map)
        result = run_audit([str(log)], Configuration(), out, datetime(2026, 6, 1, tzinfo=UTC), lambda *_: None)
    (file,) = result.files
    assert not file.problem
    store = Store(out / "store", Keyring(out / "keys").key)
    try:
        found: dict[str, list[tuple[str, ...]]] = {}
        for number, case in enumerate(cases):
            period = period_of(day_of(number).date())
            table = store.read("findings", period, "week")
            whose = Pseudonyms(period, Keyring(out / "keys").key).of(f"account:\\{case.name}")
            mine = pl.col("user_hash") == whose
            columns = [pl.col(name).cast(pl.String) for name in ("rule_id", "status", "category")]
            found[case.name] = table.filter(mine).select(columns).rows() if table is not None else []
        return found
    finally:
        store.close()


@cache
def _shipped() -> categories.ClassMap:
    return categories.load_class_map(categories.categories_folder())


def _class_map(*_: object) -> categories.ClassMap:
    return _shipped()
