"""Register entries that came after a week was assessed: they can still excuse, and never accuse.

A week that is published keeps its figures and its cases. But whoever has a consent entered late must not stay under
review, so the cases that nobody has excused yet are held against the registers again whenever these have changed.
"""

from __future__ import annotations

import hashlib

import polars as pl

from netaudit.assess import assess
from netaudit.contracts import FINDINGS
from netaudit.pipeline.days import BESIDE_TABLE, DOWNLOADS_TABLE, VISITS_TABLE
from netaudit.pipeline.weeks import WHOLE, Rules, beside_of, downloads_of, visits_of
from netaudit.protect import PSEUDONYMS, Pseudonyms, people_table, register_table
from netaudit.store import Commit

_TABLE = "registers_seen"
# Tables and keys of a week without which nothing can be excused any more.
TO_EXCUSE = frozenset({PSEUDONYMS, VISITS_TABLE, BESIDE_TABLE, DOWNLOADS_TABLE, "findings", _TABLE})
_UNDER_REVIEW = ("new", "close")
_WHERE_AND_WHY = ("entry", "reason")  # an entry that was moved, or given another reason, excuses no more than before


def take_late_entries(period: str, commit: Commit, pseudonyms: Pseudonyms, rules: Rules) -> None:
    """Excuse the cases of a stored week that today's registers excuse; all else stays as it was found."""
    stored = commit.read("findings", period, WHOLE)
    if stored is None:
        return
    stored = FINDINGS.completed(stored)
    open_cases = stored.filter(pl.col("status").is_in(_UNDER_REVIEW))
    if open_cases.is_empty():
        return
    whose = open_cases["user_hash"].unique().implode()
    people = people_table(rules.registers, pseudonyms)
    every = register_table(rules.registers, rules.identities, pseudonyms)
    register = every.filter(pl.col("register") != "decision")
    mark = pl.DataFrame({"mark": [_mark(register, people.filter(pl.col("user_hash").is_in(whose)))]})
    seen = commit.read(_TABLE, period, WHOLE)
    if seen is not None and seen.equals(mark):
        return
    commit.put(_TABLE, period, WHOLE, mark)
    visits, downloads, beside = (
        of(period, commit).filter(pl.col("user_hash").is_in(whose)) for of in (visits_of, downloads_of, beside_of)
    )
    today = assess(visits, people, register, rules.policy, downloads, beside).findings
    excused = open_cases.select("finding_id").join(
        today.filter(status="excused").select("finding_id", "status", "status_reason", "entries"), on="finding_id"
    )
    if excused.height:
        commit.put("findings", period, WHOLE, FINDINGS.at_rest(stored.update(excused, on="finding_id")))


def _mark(register: pl.DataFrame, people: pl.DataFrame) -> str:
    """Return what differs if an entry, or a role of those in question, does."""
    tables = (register.drop(_WHERE_AND_WHY), people.select("user_hash", "roles", "starts", "ends"))
    rows = (sorted(map(repr, table.iter_rows())) for table in tables)  # registers and a few people, not log data
    return hashlib.sha256("\n".join(line for table in rows for line in table).encode()).hexdigest()
