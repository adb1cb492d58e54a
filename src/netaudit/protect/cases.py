"""The second of two doors: one finding at a time, for those who must decide about it, without a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.contracts import EVIDENCE, FINDINGS, Case, CaseTables, EvidenceLine
from netaudit.definitions.dpia import Gate
from netaudit.definitions.policies import Policy
from netaudit.definitions.registers import Registers
from netaudit.protect.case_days import case_days
from netaudit.protect.counting import is_shielded
from netaudit.protect.doubts import DoubtSettings, doubts_of

Statements = Mapping[str, Sequence[tuple[date, str]]]  # by case number
# Contracts of the rows below, less what must not leave: pseudonyms, and the place of a line in the logs.
_OF_A_CASE = [name for name in FINDINGS.schema if name not in ("user_hash", "recipient")]
_OF_A_LINE = [name for name in EVIDENCE.schema if name not in ("log_file", "log_line")]


def open_cases(
    findings: pl.DataFrame,
    evidence: pl.DataFrame,
    policy: Policy,
    period: str,
    zone: str,
    gate: Gate,
    settings: DoubtSettings | None = None,
    *,
    tables: CaseTables | None = None,
    statements: Statements | None = None,
) -> list[Case]:
    """Return each finding as a case, the earliest first, with its timeline and its doubts; none while the gate is shut.

    A case has a number, and neither a pseudonym nor a team: two cases of one person cannot be told from those
    of two. Times are local, to the minute; a start is rounded down and an end up. A shielded line of evidence
    is left out here too, whoever let it in.

    Args:
        findings: FINDINGS of a week.
        evidence: EVIDENCE of these findings.
        policy: the policy they were raised under; words for rules it no longer has are left empty.
        period: the week.
        zone: time zone of the organisation.
        gate: the DPIA and the day; without a current one there is no case, for nobody.
        settings: when a doubt is told.
        tables: the rest of what was kept with these findings; None: nothing, in a store of an earlier version.
        statements: what people say to their cases.

    Raises:
        ValueError: a table breaks its contract.
    """
    if not gate.is_open:
        return []
    settings, findings = settings or DoubtSettings(), FINDINGS.completed(findings)
    titles = {rule.rule_id: (rule.title, rule.bullet, rule.kind) for rule in policy.rules}
    timelines: defaultdict[str, list[EvidenceLine]] = defaultdict(list)
    order = ["event_start", "event_end", "site", "category", "label", "reason", "requests"]
    for line in _rows(_local(EVIDENCE.fit(evidence), zone).select(_OF_A_LINE).sort(order, nulls_last=True)):
        if not is_shielded(line["category"] or "", line["use"] or ""):
            timelines[line["finding_id"]].append(_line(line))
    days = case_days(findings, tables, policy, zone) if tables else {}
    cases = []
    for finding in _rows(_local(findings, zone).select(_OF_A_CASE).sort("event_start", "rule_id", "finding_id")):
        title, text, kind = titles.get(finding["rule_id"], (finding["rule_id"], "", ""))
        lines = tuple(timelines[finding["finding_id"]])
        day = days.get(finding["finding_id"])
        cases.append(
            Case(
                case_number=finding["finding_id"],
                rule_id=finding["rule_id"],
                rule_title=title,
                clause=finding["clause"],
                clause_text=text or policy.clauses.get(finding["clause"], ""),
                route=finding["route"],
                period=period,
                start=finding["event_start"],
                end=finding["event_end"],
                span_minutes=finding["span_minutes"],
                minutes_low=finding["minutes_low"],
                minutes=finding["minutes"],
                minutes_high=finding["minutes_high"],
                core_minutes_low=finding["core_minutes_low"],
                lunch_minutes=finding["lunch_minutes"],
                limit=finding["limit"],
                measure=finding["measure"],
                category=finding["category"] or "",
                requests=finding["requests"],
                requests_blocked=finding["requests_blocked"],
                holds_at_half=finding["holds_at_half"],
                holds_at_double=finding["holds_at_double"],
                status=finding["status"],
                status_reason=finding["status_reason"] or "",
                doubts=doubts_of(finding, lines, settings, day.ignored if day else ()),
                evidence=lines,
                day=day,
                route_reason=finding["route_reason"] or "",
                entries=finding["entries"] or "",
                pattern=_pattern_title(finding["pattern"], policy),
                listed=finding["listed"] is not False,
                amount=finding["amount"],
                kind=kind,
                per=finding["per"] or "",
                statements=tuple((statements or {}).get(finding["finding_id"], ())),
            )
        )
    return cases


def statements_of(registers: Registers, zone: str) -> Statements:
    """Return what people say to their cases, by case number; each with the local day it came, in that order."""
    found: defaultdict[str, list[tuple[date, str]]] = defaultdict(list)
    for entry in registers.entries:
        if entry.register == "statement" and entry.reference and entry.starts:
            found[entry.reference].append((entry.starts.astimezone(ZoneInfo(zone)).date(), entry.reason))
    return {case: sorted(said) for case, said in found.items()}


def _local(table: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Return the table with local times to the minute."""
    start, end = (pl.col(column).dt.convert_time_zone(zone) for column in ("event_start", "event_end"))
    return table.with_columns(
        start.dt.truncate("1m"),
        (end + pl.duration(minutes=1) - pl.duration(microseconds=1)).dt.truncate("1m"),
    )


def _rows(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Return findings or their evidence as rows: a few hundred, never log data."""
    return table.to_dicts()


def _pattern_title(name: str | None, policy: Policy) -> str:
    if name is None:
        return ""
    return policy.patterns[name].title if name in policy.patterns else name


def _line(line: dict[str, Any]) -> EvidenceLine:
    return EvidenceLine(
        start=line["event_start"],
        end=line["event_end"],
        site=line["site"] or "",
        category=line["category"] or "",
        use=line["use"] or "",
        label=line["label"] or "",
        reason=line["reason"] or "",
        requests=line["requests"],
        source=line["category_source"] or "",
        confirmed=line["category_confirmed"] is not False,
    )
