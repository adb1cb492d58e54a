"""The cases of stored weeks: of each what lists tell, every night, and the whole only where a page is made of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

import polars as pl

from netaudit.assess import decided
from netaudit.contracts import CASE_CONTRACTS, EVIDENCE, FINDINGS, Case, CaseTables
from netaudit.definitions.dpia import Gate
from netaudit.definitions.policies import Policy
from netaudit.definitions.registers import Registers
from netaudit.pipeline.forgotten import Forgotten
from netaudit.protect import decisions_table, open_cases, statements_of
from netaudit.store import Commit

Read = Callable[[str, str, str], pl.DataFrame | None]  # table, period, part
_WHOLE = "week"
_NEEDED = ("findings", "evidence")  # cases without their evidence are not shown: nobody could answer them


class WeekCases(Mapping[str, Sequence[Case]]):
    """The cases of each week in a store, opened when they are asked for."""

    def __init__(self, commit: Commit, policy: Policy, registers: Registers, gate: Gate, forgotten: Forgotten) -> None:
        """Remember what they are made of.

        Args:
            commit: reads the tables.
            policy: the policy, whose words are told.
            registers: what people decided, and what they say to their cases.
            gate: the DPIA and the day.
            forgotten: weeks without keys.
        """
        self._commit, self._policy, self._gate, self._forgotten = commit, policy, gate, forgotten
        self._registers = registers
        self._decisions = decisions_table(registers)
        self._statements = statements_of(registers, policy.zone)
        self._open = cache(self._opened)

    def of(self, commit: Commit) -> WeekCases:
        """Return the same, read by another."""
        return WeekCases(commit, self._policy, self._registers, self._gate, self._forgotten)

    def __getitem__(self, period: str) -> Sequence[Case]:
        """Return the cases of a week with their evidence and days."""
        return self._open(period)

    def __iter__(self) -> Iterator[str]:
        """Yield the weeks."""
        return (period for period, _ in self._commit.parts("published"))

    def __len__(self) -> int:
        """Return how many weeks there are."""
        return len(self._commit.parts("published"))

    def heads(self, period: str) -> tuple[Case, ...]:
        """Return the cases of a week as lists tell them: without their day, their doubts incomplete.

        Of the evidence there is one line where the class of site is forbidden: lists tell that.
        """
        findings, lines = self._tables(period)
        classes = findings.select("finding_id", pl.col("category").cast(pl.String))
        forbidden = (
            lines.filter(pl.col("use").cast(pl.String) == "blocked")
            .with_columns(of=pl.col("category").cast(pl.String))
            .join(classes, left_on=["finding_id", "of"], right_on=["finding_id", "category"], how="semi")
            .unique("finding_id", keep="first", maintain_order=True)
            .drop("of")
        )
        return tuple(self._cases(period, findings, forbidden, None))

    def digest(self, period: str) -> str:
        """Return a digest of all that the cases of a week are made of: while it is the same, so are they."""
        tables = (*_NEEDED, *CASE_CONTRACTS)
        stored = [
            (self._commit.file_name(name, period, _WHOLE), self._commit.is_destroyed(name, period)) for name in tables
        ]
        mine = self._tables(period)[0]["finding_id"]
        decisions = self._decisions.filter(pl.col("reference").is_in(mine.implode())).rows()
        statements = sorted((case, said) for case in mine if (said := self._statements.get(case)))
        told = (stored, self._policy.sha256, self._policy.zone, decisions, statements)
        return hashlib.sha256(repr(told).encode()).hexdigest()

    def _opened(self, period: str) -> tuple[Case, ...]:
        findings, lines = self._tables(period)
        return tuple(self._cases(period, findings, lines, stored_tables(self._commit.read, period)))

    def _tables(self, period: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        if self._forgotten.lacks(period, _NEEDED):
            return FINDINGS.empty(), EVIDENCE.empty()
        read = (self._commit.read(name, period, _WHOLE) for name in _NEEDED)
        findings, lines = (table if table is not None else pl.DataFrame() for table in read)
        return decided(FINDINGS.completed(findings), self._decisions), EVIDENCE.completed(lines)

    def _cases(self, period: str, findings: pl.DataFrame, lines: pl.DataFrame, tables: CaseTables | None) -> list[Case]:
        policy = self._policy
        return open_cases(
            findings, lines, policy, period, policy.zone, self._gate, tables=tables, statements=self._statements
        )


def stored_tables(read: Read, period: str) -> CaseTables | None:
    """Return what is kept with the findings of a week; None in a store of a version that kept no more than evidence."""
    found = {name: read(name, period, _WHOLE) for name in CASE_CONTRACTS}
    if any(table is None for table in found.values()):
        return None
    return CaseTables(
        **{name: CASE_CONTRACTS[name].completed(table) for name, table in found.items() if table is not None}
    )
