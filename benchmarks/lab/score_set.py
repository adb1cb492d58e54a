"""Scores a whole audit of a lab set against its truth: `python score_set.py DIR [--ext] [--json]`.

DIR holds access.log[.gz] (and access_ext.log[.gz], for --ext), truth.csv[.gz] and people.csv; hosts.csv lies
in it or in a folder above. The log goes through the program itself: read, classed by our lists, pseudonymised,
reconstructed and measured against the policy. hosts.csv names classes for the scorer only.

Prints the lab's own score of the visits; each person's range beside the truth; and the findings.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from audited import audited
from figures import Figures, LabFinding, PersonRange, figures_of
from lab_sets import LabSet
from scoring import table

from netaudit.reconstruct import ReconstructSettings


def score(
    folder: Path, *, ext: bool = False, settings: ReconstructSettings | None = None
) -> tuple[dict[str, float], str]:
    """Return the figures of a set by name, and the report.

    Args:
        folder: the set.
        ext: use the log with referrer and user agent.
        settings: the constants of the reconstruction; None: the shipped ones.
    """
    with audited(LabSet(folder), ext=ext, settings=settings) as audit:
        figures = figures_of(audit, audit.tables())
        summary = figures.summary() | {"rejects": audit.rejects, "cpu_seconds": audit.cpu_seconds}
        name = f"auditor {audit.lab.log(ext=ext)}"
        policy = audit.definitions.policy.policy_id
        account = (
            f"{audit.lines} lines: {audit.events} events, {audit.rejects} set aside; policy '{policy}'; "
            f"{audit.cpu_seconds:.1f} CPU seconds"
        )
    return summary, "\n\n".join([table(name, figures.score), _ranges(figures), _findings(figures), account])


def _ranges(figures: Figures) -> str:
    head = (
        f"{'user':24} {'true':>6} {'low':>6} {'likely':>6} {'high':>6} {'width':>6}  {'truth':5} {'width':6} "
        "of high on sites of unknown class"
    )
    count = len(figures.ranges)
    verdicts = f"truth within the range: {figures.in_range} of {count}; useful ranges: {figures.useful} of {count}"
    known = [replace(one, high=one.high - one.unknown, unknown=0.0) for one in figures.ranges]
    high, unknown = (sum(getattr(one, name) for one in figures.ranges) for name in ("high", "unknown"))
    of_unknown = ", ".join(f"{category} {minutes:.1f}" for category, minutes in figures.unknown.items()) or "none"
    return "\n".join(
        [
            "== personal minutes: the truth, and what is proven, likely and at most",
            head,
            *map(_range, figures.ranges),
            verdicts,
            (
                f"without sites of unknown class: truth within {sum(one.holds for one in known)}, "
                f"useful {sum(one.useful for one in known)}; "
                f"proven exceeds the truth: {len(figures.proven_too_much)}, at most by "
                f"{max(figures.proven_too_much, default=0.0):.1f} minutes"
            ),
            f"of the {high:.1f} minutes at most, {unknown:.1f} are on sites of unknown class: {of_unknown}",
        ]
    )


def _range(one: PersonRange) -> str:
    return (
        f"{one.user:24} {one.true:6.1f} {one.low:6.1f} {one.likely:6.1f} {one.high:6.1f} {one.width:6.1f}  "
        f"{'in' if one.holds else 'OUT':5} {'useful' if one.useful else 'WIDE':6} {one.unknown:6.1f}"
    )


def _findings(figures: Figures) -> str:
    count = {status: sum(one.status == status for one in figures.findings) for status in ("new", "close", "excused")}
    head = (
        f"{'user':24} {'rule':20} {'clause':6} {'status':7} {'start':22} {'end':22} {'low':>6} {'likely':>6} "
        f"{'high':>6} {'half':4} {'double':6} true"
    )
    sums = (
        f"findings to review: {count['new']}, of which the truth contradicts {figures.false_findings}; "
        f"close: {count['close']}; excused: {count['excused']}"
    )
    return "\n".join(["== findings", head, *map(_finding, figures.findings), sums])


def _finding(one: LabFinding) -> str:
    start, end = (moment.isoformat(timespec="minutes") for moment in (one.start, one.end))
    return (
        f"{one.user:24} {one.rule_id:20} {one.clause:6} {one.status:7} {start:22} {end:22} {one.low:6.1f} "
        f"{one.likely:6.1f} {one.high:6.1f} {_yes(one.holds_at_half):4} {_yes(one.holds_at_double):6} "
        f"{_yes(one.true)}"
    )


def _yes(verdict: bool | None) -> str:
    return "-" if verdict is None else "yes" if verdict else "NO"


def main() -> None:
    """Print the report, or the figures, of one set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--ext", action="store_true", help="use the log with referrer and user agent")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    figures, text = score(options.folder, ext=options.ext)
    print(json.dumps(figures, indent=1) if options.json else text)


if __name__ == "__main__":
    main()
