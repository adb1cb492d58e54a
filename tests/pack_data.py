"""The sample week with officers, one case of which two people have opened: what packs are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
from officers_data import Enrolled, enrol

from netaudit.definitions.configuration import Configuration, load_configuration
from netaudit.pipeline import run_audit
from netaudit.pipeline.case_steps import approve_case, open_case, request_case
from netaudit.protect import Keyring
from netaudit.store import Store

SAMPLE = Path(__file__).resolve().parents[1] / "sample_logs"
NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)
PERIOD = "2026-W11"


def silent(*_: object) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Opened:
    """A store with an opened case."""

    out: Path
    configuration: Configuration
    enrolled: Enrolled
    findings: pl.DataFrame

    def case_of(self, rule_id: str) -> str:
        """Return the number of the first new case by a rule."""
        return str(self.findings.filter(rule_id=rule_id, status="new").sort("event_start")["finding_id"][0])


def ran(
    folder: Path,
    nights: Sequence[tuple[Sequence[Path], datetime]],
    change: Callable[[Configuration], Configuration] = lambda one: one,
) -> Opened:
    """Run the sample's organisation over logs, night by night."""
    enrolled = enrol(folder / "officers")
    configuration = change(replace(load_configuration(SAMPLE / "netaudit.toml"), officers_file=enrolled.file))
    out = folder / "out"
    for logs, now in nights:
        run_audit([str(one) for one in logs], configuration, out, now, silent)
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        findings = store.read("findings", PERIOD, "week")
    finally:
        store.close()
    assert findings is not None
    return Opened(out, configuration, enrolled, findings)


def open_name(opened: Opened, case_number: str, now: datetime) -> None:
    """Let two people open the name of a case."""
    keys = opened.enrolled.identities
    state = request_case(opened.configuration, opened.out, case_number, "a hearing", keys["ig"], now, None)
    approve_case(opened.configuration, opened.out, state.request_id, keys["hr"], now + timedelta(minutes=1))
    open_case(
        opened.configuration,
        opened.out,
        state.request_id,
        keys["ig"],
        keys["second_hr"],
        now + timedelta(minutes=2),
        silent,
    )
