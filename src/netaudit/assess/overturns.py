"""What would have to be otherwise for a finding to fall: found by looking, then put to the rule itself.

Each statement leaves some visits out, as a consent or an exemption would, and asks the rule anew, with lunch placed
anew. What the rule still finds is what is left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import polars as pl

from netaudit.assess.fewest import Chain, Stretch, fewest_of_day, pieces_at
from netaudit.assess.human_time import MINUTE_US
from netaudit.assess.rule_kinds import IN_CORE, UNITS, unit_of
from netaudit.assess.rules import judge, people_time
from netaudit.assess.time_spent import Time
from netaudit.contracts import OVERTURNS, UTC_TIME
from netaudit.definitions.categories import OVERRIDES_SOURCE, OWN_SOURCE
from netaudit.definitions.policies import Policy

RETURNED = "came back to an open page"  # reconstruct's word for a visit that began without a page
_MOST_VISITS = 400  # of one finding; beyond, the search for the fewest would take too long
_SINGLES, _SITES, _CLASSES = 3, 3, 2
_VARIANT = pl.Schema({"variant": pl.Int64, "visit": pl.UInt32})


class _Question(NamedTuple):
    """Visits of a finding to be left out, and what they have in common."""

    finding: int
    kind: str
    without: tuple[int, ...]  # places among the finding's stretches
    site: str | None = None
    category: str | None = None


def overturns_of(
    cases: pl.DataFrame,
    seen: pl.DataFrame,
    time: Time,
    counted: pl.DataFrame,
    people: pl.DataFrame,
    register: pl.DataFrame,
    policy: Policy,
) -> pl.DataFrame:
    """Return what would undo each finding, as OVERTURNS.

    Args:
        cases: `numbered`, with days.
        seen: `people_visits` of the people in question.
        time: their time as the rules saw it.
        counted: the visits that make up each finding.
        people: PEOPLE.
        register: REGISTER.
        policy: the policy.
    """
    stretches = _stretches(time, counted)
    questions: list[_Question] = []
    answered: list[dict[str, object]] = []
    for case in cases.iter_rows(named=True):  # findings, not log data
        mine = stretches.get(case["finding"], [])
        if case["status"] == "excused":
            questions.append(_Question(case["finding"], "base", ()))
        if case["status"] != "new" or not mine or len(mine) > _MOST_VISITS:
            continue
        if case["kind"] == "one_hour":
            chain = Chain(mine, policy.one_hour)
            answered += _breaks(case, chain)
            questions += _of_chain(case["finding"], mine, chain)
        else:
            questions += _of_day(case, mine, policy)
    rows = pl.DataFrame(answered, OVERTURNS.schema) if answered else OVERTURNS.empty()
    asked = _ask(questions, cases, seen, stretches, people, register, policy)
    order = {finding_id: place for place, finding_id in enumerate(cases["finding_id"])}
    both = pl.concat([asked, OVERTURNS.fit(rows)])
    place = pl.col("finding_id").replace_strict(order, return_dtype=pl.Int64)
    return OVERTURNS.fit(both.sort(place, maintain_order=True))


def _stretches(time: Time, counted: pl.DataFrame) -> dict[int, list[Stretch]]:
    columns = ("visit", "start_us", "end_us", "until_us", "low", "core", "documents", "number")
    told = ("site", "category", "category_source", "reason")
    rows = (
        counted.rename({"low_us": "low", "core_low_us": "core"})
        .join(pl.concat([time.personal, time.attempts, time.downloads], how="diagonal"), on="visit")
        .sort("finding", "start_us", "end_us", "visit")
        .select("finding", *columns, *told)
    )
    found: defaultdict[int, list[Stretch]] = defaultdict(list)
    for row in rows.iter_rows():  # what makes up findings, not log data
        found[row[0]].append(Stretch(*row[1:]))
    return found


def _breaks(case: dict[str, object], chain: Chain) -> Iterator[dict[str, object]]:
    """Yield what shorter breaks would make of a chain: at half the tolerance, and just below what it needs."""
    needed = chain.needed_tolerance()
    below = pieces_at(chain.stretches, needed - 1) if needed else ()
    half = round(chain.one_hour.tolerance_minutes * MINUTE_US / 2)
    for kind, tolerance, pieces in (
        ("breaks", needed, below),
        ("half", half, pieces_at(chain.stretches, half)),
    ):
        longest = max(pieces, key=lambda piece: piece.low, default=None)
        yield {
            "finding_id": case["finding_id"],
            "kind": kind,
            "stretches": len(pieces),
            "left_low_us": longest.low if longest else 0,
            "left_core_us": longest.core if longest else 0,
            "low_us": 0,
            "amount": tolerance / MINUTE_US,
            "outcome": "new" if any(chain.is_broken(piece.low, piece.core) for piece in pieces) else "none",
        }


def _of_chain(finding: int, mine: Sequence[Stretch], chain: Chain) -> Iterator[_Question]:
    fewest = chain.fewest()
    if fewest is not None:
        yield _Question(finding, "fewest", fewest)
    if len(mine) > 1:
        everywhere = range(len(mine))
        deciding = [one for one in everywhere if not chain.breaks_without({one})]
        if deciding:
            deciding = sorted(deciding, key=lambda one: (mine[one].low, one))[:_SINGLES]
        else:  # then at least the longest is known not to decide
            deciding = [max(everywhere, key=lambda one: (mine[one].low, -one))]
        yield from (_Question(finding, "visit", (one,)) for one in sorted(deciding) if (one,) != fewest)
    yield from _in_common(finding, mine)


def _of_day(case: dict[str, object], mine: Sequence[Stretch], policy: Policy) -> Iterator[_Question]:
    finding = int(str(case["finding"]))
    rule = policy.rule(str(case["rule_id"]))
    if rule.kind == "blocked_class":
        evidence = policy.blocked_class
        enough = round(evidence.minutes_low * MINUTE_US)
        proved = fewest_of_day(
            [one.low for one in mine], enough - 1, [one.documents for one in mine], evidence.documents - 1
        )
        exact = evidence.documents <= 1
    elif rule.kind == "attempts":
        proved, exact = _fewest_attempts(mine, rule.limit or 0), True
    elif rule.kind == "own_time":
        enough = round(policy.own_time.minutes_low * MINUTE_US)
        proved, exact = fewest_of_day([one.number for one in mine], enough - 1), True
    else:
        proved, exact = fewest_of_day([one.number for one in mine], round((rule.limit or 0) * unit_of(rule))), True
    yield _Question(finding, "fewest" if exact else "enough", proved)
    if len(mine) > 1 and len(proved) > 1:
        longest = max(range(len(mine)), key=lambda one: (mine[one].number, -one))
        yield _Question(finding, "visit", (longest,))
    yield from _in_common(finding, mine)


def _fewest_attempts(mine: Sequence[Stretch], limit: float) -> tuple[int, ...]:
    """Return the places of the fewest stops without which no more attempts than the limit are left, whole ones each."""
    attempts: list[list[int]] = []
    for place, one in enumerate(mine):
        if one.number or not attempts:
            attempts.append([])
        attempts[-1].append(place)
    shortest = sorted(attempts, key=lambda places: (len(places), places))
    return tuple(sorted(place for places in shortest[: len(attempts) - int(limit)] for place in places))


def _in_common(finding: int, mine: Sequence[Stretch]) -> Iterator[_Question]:
    """Yield stretches that stand or fall together: of a site, of a class, on one kind of word."""
    every = tuple(range(len(mine)))
    for kind, most in (("site", _SITES), ("category", _CLASSES)):
        groups: dict[str, list[int]] = {}
        for place, one in enumerate(mine):
            groups.setdefault(str(getattr(one, kind) or ""), []).append(place)
        if len(groups) > 1:
            largest = sorted(groups, key=lambda name: (-sum(mine[one].number for one in groups[name]), name))[:most]
            sites = {name: {mine[one].site for one in groups[name]} for name in largest}
            for name in largest:
                if len(groups[name]) > 1 and (kind == "site" or len(sites[name]) > 1):
                    yield _Question(finding, kind, tuple(groups[name]), **{kind: name})
    own = (None, "", OWN_SOURCE, OVERRIDES_SOURCE)
    for kind, chosen in (
        ("source", tuple(place for place in every if mine[place].category_source not in own)),
        ("returns", tuple(place for place in every if mine[place].reason == RETURNED)),
    ):
        if chosen:
            yield _Question(finding, kind, chosen)


def _ask(
    questions: Sequence[_Question],
    cases: pl.DataFrame,
    seen: pl.DataFrame,
    stretches: dict[int, list[Stretch]],
    people: pl.DataFrame,
    register: pl.DataFrame,
    policy: Policy,
) -> pl.DataFrame:
    """Return the answers of the rules themselves: everybody in question once more for each question."""
    if not questions:
        return OVERTURNS.empty()
    asked = pl.DataFrame(
        [(number, *_of(question, stretches)) for number, question in enumerate(questions)],
        {
            "variant": pl.Int64, "finding": pl.UInt32, "kind_of": pl.String, "stretches": pl.Int64,
            "site": pl.String, "category_of": pl.String, "removed_us": pl.Int64,
            "removed": pl.Int64, "begin": pl.Int64, "end": pl.Int64,
        },
        orient="row",
    ).join(cases, on="finding", maintain_order="left")  # fmt: skip
    without = pl.DataFrame(
        [
            (number, stretches[question.finding][place].visit)
            for number, question in enumerate(questions)
            for place in question.without
        ],
        _VARIANT,
        orient="row",
    )
    # The days beside count where a shift crosses midnight.
    near = (pl.col("day") >= pl.col("first").dt.offset_by("-1d")) & (pl.col("day") <= pl.col("last"))
    whose = asked.select("variant", "user_hash", "first", "last", "since_us")
    kept = (
        whose.join(seen, on="user_hash")
        .filter(near)
        .join(without, on=["variant", "visit"], how="anti")
        .sort("variant", "visit")
        # What is left of a chain is asked for wherever it begins.
        .with_columns(of_week=pl.col("of_week") | (pl.col("start_us") >= pl.col("since_us")))
        .with_columns(user_hash="variant", visit=pl.int_range(pl.len(), dtype=pl.UInt32))
        .select(seen.columns)
    )
    staff, entries = (
        whose.select("variant", "user_hash")
        .join(table, on="user_hash")
        .with_columns(user_hash="variant")
        .select(table.columns)
        for table in (people, register)
    )
    spent = people_time(kept, staff, entries, policy)
    found = judge(spent, policy).select("rule_id", "start_us", "proven", variant="user_hash", finding_class="category")
    outcome = (
        asked.join(found, on=["variant", "rule_id"])
        .filter(
            pl.col("start_us").is_between("since_us", "until_us"),
            (pl.col("kind") != "blocked_class") | (pl.col("finding_class") == pl.col("finding_class_right")),
        )
        .group_by("variant")
        .agg(proven=pl.col("proven").any())
    )
    left = _left(asked, spent)
    start, end = (pl.col(name).cast(pl.Datetime("us")).dt.replace_time_zone("UTC") for name in ("begin", "end"))
    answers = (
        asked.join(outcome, on="variant", how="left")
        .join(left, on="variant", how="left")
        .with_columns(
            event_start=start.cast(UTC_TIME),
            event_end=end.cast(UTC_TIME),
            kind="kind_of",
            category="category_of",
            low_us="removed_us",
            left_low_us=pl.col("left_low_us").fill_null(0),
            left_core_us=pl.col("left_core_us").fill_null(0),
            amount=pl.col("removed") / pl.col("kind").replace_strict(UNITS, default=None, return_dtype=pl.Int64),
            outcome=pl.when("proven")
            .then(pl.lit("new"))
            .when(pl.col("proven").is_not_null())
            .then(pl.lit("close"))
            .otherwise(pl.lit("none")),
        )
        .sort("variant")
    )
    # A set that the rule itself does not confirm is not told.
    claimed = pl.col("kind").is_in(["fewest", "enough"])
    return OVERTURNS.fit(answers.filter(~claimed | (pl.col("outcome") != "new")))


def _of(question: _Question, stretches: dict[int, list[Stretch]]) -> tuple[object, ...]:
    mine = [stretches[question.finding][place] for place in question.without]
    sites, classes = {one.site for one in mine}, {one.category for one in mine}
    return (
        question.finding,
        question.kind,
        len(mine),
        question.site or (sites.pop() if len(sites) == 1 else None),
        question.category or (classes.pop() if len(classes) == 1 else None),
        sum(one.low for one in mine),
        sum(one.number for one in mine),
        min((one.start_us for one in mine), default=None),
        max((one.until_us for one in mine), default=None),
    )


def _left(asked: pl.DataFrame, spent: Time) -> pl.DataFrame:
    """Return the proven time of the largest case that is left: of the longest chain, or of the day."""
    one_hour = pl.col("kind") == "one_hour"
    chains = (
        asked.filter(one_hour)
        .join(spent.spells.rename({"user_hash": "variant"}), on="variant", suffix="_of_spell")
        .filter(pl.col("start_us").is_between("since_us", "until_us"))
        .sort("variant", "low_us", "start_us", descending=[False, True, False])
        .unique("variant", keep="first", maintain_order=True)
        .select("variant", left_low_us="low_us", left_core_us="core_low_us")
    )
    of_rule = pl.col("categories").is_null() | pl.col("categories").list.contains(pl.col("category"))
    by_class = (pl.col("kind") != "blocked_class") | (pl.col("category") == pl.col("finding_class"))
    core = pl.col("kind").is_in(IN_CORE)
    days = (
        asked.filter(~one_hour & ~pl.col("kind").is_in(list(UNITS)))
        .join(spent.personal.drop("site").rename({"user_hash": "variant"}), on="variant")
        .filter(of_rule, by_class, pl.col("start_us").is_between("since_us", "until_us"))
        .group_by("variant")
        .agg(
            left_low_us=pl.when(core).then("core_low_us").otherwise("low_us").sum(),
            left_core_us=pl.col("core_low_us").sum(),
        )
    )
    return pl.concat([chains, days])
