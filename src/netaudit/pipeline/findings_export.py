"""Cases as lines of JSON for a SIEM: that there is one, under which clause, in which week, and how it stands.

A SIEM often holds the proxy's own log as well. Beside that a time, a site, a class or a number of minutes would tell
whose the case is, to people whom nobody asked, and past the two who must open a name together. So none of them is
exported, and no pseudonym: two cases of one person cannot be told from those of two.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from netaudit import __version__
from netaudit.contracts import Case
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.dpia import Gate
from netaudit.definitions.periods import days_of
from netaudit.durable import replace_file
from netaudit.errors import DefinitionError
from netaudit.pipeline.audit import load_definitions
from netaudit.pipeline.review_cases import review_cases
from netaudit.pipeline.stored_weeks import Span
from netaudit.pipeline.stores import open_store, require_store
from netaudit.pipeline.trails import note

USUAL_ROUTES = ("manager",)
"""Whose cases are exported unless others are named; safeguarding, fraud and HR have few readers, and a SIEM many."""
_ECS_VERSION, _OCSF_VERSION = "8.17.0", "1.4.0"
_TITLE = "Internet use: a case to be looked at"
# Of OCSF's Detection Finding: https://schema.ocsf.io/1.4.0/classes/detection_finding
_CLASS, _CATEGORY = 2004, 2
_ACTIVITY = {"new": 1, "confirmed": 2, "excused": 3, "withdrawn": 3}  # created, updated, closed
_STATUS_ID = {"new": 1, "confirmed": 2, "excused": 3, "withdrawn": 4}


def export_findings(
    configuration: Configuration,
    out: Path,
    to: Path,
    now: datetime,
    form: str,
    *,
    routes: Collection[str] = USUAL_ROUTES,
    span: Span | None = None,
) -> int:
    """Write cases as NDJSON, in the order of their numbers, and return how many.

    The number of a case is the identifier of its event: the same export again changes nothing in a SIEM that keeps the
    latest.
    What is close to a limit is no finding, and is left out.

    Args:
        configuration: says where the store and the registers are.
        out: where they are if it does not.
        to: the file.
        now: the moment.
        form: `ecs` or `ocsf`.
        routes: whose cases.
        span: the first week and the last; None: all.

    Raises:
        DefinitionError: no current DPIA covers the monitoring, so that no case is shown.
        StoreError: there is no store, the trail cannot be written to, or the file cannot.
    """
    today = now.astimezone(ZoneInfo(configuration.zone)).date()
    gate = Gate(configuration.dpia, today)
    if not gate.is_open:  # before anything is looked up
        raise DefinitionError(gate.refusal(str(configuration.path or "the configuration")))
    definitions = load_definitions(configuration, today)
    require_store(configuration, out)
    store = open_store(configuration, out)
    try:
        every = review_cases(store, definitions.policy, definitions.registers, gate)
    finally:
        store.close()
    chosen = [
        one.case
        for _, one in sorted(every.items())
        if one.case.route in routes
        and one.case.status in _STATUS_ID
        and (span is None or span[0] <= one.case.period <= span[1])
    ]
    made = FORMS[form]
    lines = [json.dumps(made(case, configuration), ensure_ascii=True, sort_keys=True) for case in chosen]
    about = {"what": f"findings as {form}", "cases": [case.case_number for case in chosen]}
    note(configuration, out, "export", about, now)
    replace_file(to, "".join(f"{line}\n" for line in lines).encode("ascii"))
    return len(lines)


def _week_begins(case: Case, configuration: Configuration) -> datetime:
    """Return the midnight that a case's week begins with: the only time that is told."""
    return datetime.combine(days_of(case.period)[0], time(), ZoneInfo(configuration.zone)).astimezone(UTC)


def _ecs(case: Case, configuration: Configuration) -> Mapping[str, Any]:
    return {
        "@timestamp": _week_begins(case, configuration).isoformat(timespec="seconds"),
        "ecs": {"version": _ECS_VERSION},
        "event": {
            "kind": "alert",
            "category": ["web"],
            "type": ["info"],
            "module": "netaudit",
            "dataset": "netaudit.findings",
            "id": case.case_number,
        },
        "message": _TITLE,
        "rule": {"ruleset": "netaudit", "reference": f"clause {case.clause}"},
        "labels": {"week": case.period, "status": case.status, "clause": case.clause},
        "organization": {"name": configuration.organisation},
        "observer": {"vendor": "netaudit", "product": "netaudit", "version": __version__},
    }


def _ocsf(case: Case, configuration: Configuration) -> Mapping[str, Any]:
    return {
        "class_uid": _CLASS,
        "category_uid": _CATEGORY,
        "activity_id": _ACTIVITY[case.status],
        "type_uid": _CLASS * 100 + _ACTIVITY[case.status],
        "severity_id": 1,  # informational: a case is a question
        "status_id": _STATUS_ID[case.status],
        "time": int(_week_begins(case, configuration).timestamp() * 1000),
        "metadata": {
            "version": _OCSF_VERSION,
            "product": {"name": "netaudit", "vendor_name": "netaudit", "version": __version__},
        },
        "finding_info": {"uid": case.case_number, "title": _TITLE},
        "unmapped": {"week": case.period, "status": case.status, "clause": case.clause},
    }


FORMS: Mapping[str, Callable[[Case, Configuration], Mapping[str, Any]]] = {"ecs": _ecs, "ocsf": _ocsf}
