"""Cases as a review sheet knows them, and codes by which a row tells that it was changed, or that its case was."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from netaudit.assess import decided
from netaudit.contracts import EVIDENCE, FINDINGS, Case
from netaudit.definitions.dpia import Gate
from netaudit.definitions.policies import Policy
from netaudit.definitions.registers import Registers
from netaudit.definitions.review_columns import SHOWN
from netaudit.pipeline.forgotten import forgotten_by
from netaudit.pipeline.weeks import WHOLE
from netaudit.protect import decisions_table, open_cases, statements_of
from netaudit.report.review_sheets import review_rows
from netaudit.store import Store

_TABLES = ("findings", "evidence")
_PURPOSE = b"netaudit review sheet"
_CODE_BYTES = 5  # eight letters and digits: nobody meets one by a slip
# What a decision is about, beside what the sheet shows. Were any of it otherwise, the page would tell another story.
_DECISIVE = (
    "rule_id", "clause", "route", "start", "end", "span_minutes", "minutes_low", "minutes", "minutes_high",
    "core_minutes_low", "lunch_minutes", "limit", "measure", "category", "requests", "requests_blocked",
    "holds_at_half", "holds_at_double", "status", "entries", "listed", "amount", "statements",
)  # fmt: skip

State = Literal["as it was", "changed in the sheet", "changed since"]


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """A case, what a sheet shows of it, and the key of its codes."""

    case: Case
    shown: Mapping[str, str]
    key: bytes

    def check(self, sheet: str) -> str:
        """Return the code of the case's row in a sheet: of what stands in the row, and of what its page told."""
        return f"{self._of_row(sheet, self.shown)}-{self._of_case(sheet)}"

    def state(self, row: Mapping[str, str]) -> State:
        """Return whether a row that was handed in is as it was written, and its case as it was then."""
        of_row, _, of_case = row["check"].upper().partition("-")
        if not hmac.compare_digest(of_row.encode(), self._of_row(row["sheet"], row).encode()):
            return "changed in the sheet"
        same = hmac.compare_digest(of_case.encode(), self._of_case(row["sheet"]).encode())
        return "as it was" if same and all(row[name] == self.shown[name] for name in SHOWN) else "changed since"

    def _of_row(self, sheet: str, row: Mapping[str, str]) -> str:
        return self._code("row", sheet, [row[name] for name in SHOWN])

    def _of_case(self, sheet: str) -> str:
        return self._code("case", sheet, [repr(getattr(self.case, name)) for name in _DECISIVE])

    def _code(self, what: str, sheet: str, texts: Sequence[str]) -> str:
        # A key, for without one minutes and hours could be found out by trying all of them.
        digest = hmac.digest(self.key, repr((what, sheet, self.case.case_number, *texts)).encode(), "sha256")
        return "K" + base64.b32encode(digest[:_CODE_BYTES]).decode("ascii")


def review_cases(store: Store, policy: Policy, registers: Registers, gate: Gate) -> dict[str, ReviewCase]:
    """Return all cases of a store that can be answered, as decided so far, by number; none while the gate is shut."""
    forgotten = forgotten_by(store.keys.marks())
    decisions, said = decisions_table(registers), statements_of(registers, policy.zone)
    found: dict[str, ReviewCase] = {}
    for period, _ in store.ledger.parts("findings"):
        if forgotten.lacks(period, _TABLES):
            continue
        findings, lines = (store.read(name, period, WHOLE) for name in _TABLES)
        if findings is None or lines is None:
            continue
        table = decided(FINDINGS.completed(findings), decisions)
        cases = open_cases(table, EVIDENCE.completed(lines), policy, period, policy.zone, gate, statements=said)
        key = hmac.digest(store.keys.key("findings", period), _PURPOSE, "sha256")
        by_number = {case.case_number: case for case in cases}
        found |= {row["case"]: ReviewCase(by_number[row["case"]], row, key) for row in review_rows(cases)}
    return found
