"""Which findings fall away because of register entries, and which entries cover any part of one."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from netaudit.assess.human_time import PERSONAL_USES
from netaudit.assess.registers import covers_of, uncovered
from netaudit.assess.rule_kinds import IN_CORE
from netaudit.contracts import UTC_TIME
from netaudit.definitions.policies import Policy, Rule

_FORBIDDING_KINDS = ("blocked_class", "class_minutes")
_OF_ANY_CLASS = ("downloads", "attempts")  # forbidding too; of several classes at once, each reported for itself
_ON_HOURS = ("one_hour", *IN_CORE)  # kinds of rule that leave can touch
_PAIRS = pl.Schema({"case": pl.UInt32, "entry": pl.String})
_DECIDED = ("confirmed", "withdrawn")


def excuses_of(
    found: pl.DataFrame,
    seen: pl.DataFrame,
    people: pl.DataFrame,
    register: pl.DataFrame,
    policy: Policy,
    judged: Callable[[pl.DataFrame], pl.DataFrame],
) -> pl.DataFrame:
    """Return `case`, `entries` (those that cover any part of it) and `excuse` (those that remove it, null for none).

    A case is excused when what its entries leave of the visits does not break its rule by itself. Of a case that is
    proven, what is left must be proven too.

    Args:
        found: FOUND with `case`, a row number.
        seen: `people_visits`.
        people: PEOPLE.
        register: REGISTER.
        policy: the policy.
        judged: what the rules find in some visits, as FOUND.
    """
    rules = pl.DataFrame(
        [
            (
                rule.rule_id,
                is_forbidding(rule, policy),
                rule.kind in _OF_ANY_CLASS,
                rule.kind in _ON_HOURS,
                list(policy.categories_of(rule)) or None,
            )
            for rule in policy.rules
        ],
        {
            "rule_id": pl.String,
            "strict": pl.Boolean,
            "of_any_class": pl.Boolean,
            "on_hours": pl.Boolean,
            "of": pl.List(pl.String),
        },
        orient="row",
    )
    cases = found.join(rules, on="rule_id", maintain_order="left").with_columns(
        about_class=pl.col("category").is_not_null() | pl.col("of_any_class")
    )
    covers = covers_of(seen, people, register, policy)
    covers = covers.join(seen.select("visit", "use", "until_us"), on="visit")
    direct = _covering(cases, covers)
    standing = [
        _standing(cases, seen, covers, judged, strict=s, about_class=c) for s in (False, True) for c in (False, True)
    ]
    fallen = cases.join(pl.concat(standing), on="case", how="anti")
    told = direct.join(fallen, on="case", how="semi")
    # Where consent frees lunch for another stretch of the day, that one falls with it.
    untold = fallen.join(told, on="case", how="anti")
    excused = pl.concat([told, _covering(untold, covers, beside=True)])
    every = pl.concat([direct, excused, _on_leave(cases, register)])
    return (
        found.select("case")
        .join(_joined(every, "entries"), on="case", how="left", maintain_order="left")
        .join(_joined(excused, "excuse"), on="case", how="left", maintain_order="left")
        .with_columns(pl.col("entries").fill_null(""))
    )


def is_forbidding(rule: Rule, policy: Policy) -> bool:
    """Whether what the rule counts is allowed at no time, so that nobody can consent to it in general."""
    if rule.kind == "megabytes" and rule.categories:
        return {policy.classes.get(category) for category in rule.categories} == {"blocked"}
    return rule.kind in (*_FORBIDDING_KINDS, *_OF_ANY_CLASS)


def _counts_for() -> pl.Expr:
    """Return whether an entry can cover anything of a case: forbidden classes, and rules that are not about a class."""
    return (~pl.col("strict") | pl.col("forbidden")) & (pl.col("about_class") | ~pl.col("of_class"))


def _standing(
    cases: pl.DataFrame,
    seen: pl.DataFrame,
    covers: pl.DataFrame,
    judged: Callable[[pl.DataFrame], pl.DataFrame],
    *,
    strict: bool,
    about_class: bool,
) -> pl.DataFrame:
    """Return the cases (`case`) of one sort that stand without what is covered."""
    mine = cases.filter(strict=strict, about_class=about_class)
    theirs = covers.with_columns(strict=pl.lit(strict), about_class=pl.lit(about_class)).filter(_counts_for())
    asked = mine.filter(pl.col("user_hash").is_in(theirs["user_hash"].unique().implode()))
    if asked.is_empty():
        return mine.select("case")
    whose = pl.col("user_hash").is_in(asked["user_hash"].unique().implode())
    left = judged(uncovered(seen.filter(whose), theirs.filter(whose))).select(
        "user_hash", "rule_id", "category", left_us="start_us", left_proven="proven"
    )
    stands = asked.join(left, on=["user_hash", "rule_id", "category"], nulls_equal=True).filter(
        pl.col("left_us").is_between("start_us", "end_us"), pl.col("left_proven") | ~pl.col("proven")
    )
    others = mine.join(asked.select("case"), on="case", how="anti")
    return pl.concat([stands.select("case"), others.select("case")]).unique()


def _covering(cases: pl.DataFrame, covers: pl.DataFrame, *, beside: bool = False) -> pl.DataFrame:
    """Return the entries (columns `case`, `entry`) that cover visits of each case, or only of the days beside it."""
    visits = covers.rename({"start_us": "visit_us", "until_us": "visit_until", "category": "visit_category"})
    of_rule = pl.col("of").is_null() | pl.col("of").list.contains(pl.col("visit_category"))
    near = 86_400_000_000 if beside else 0
    return (
        cases.join(visits, on="user_hash")
        .filter(
            pl.col("use").is_in(PERSONAL_USES),
            pl.col("visit_us") <= pl.col("end_us") + near,
            pl.col("visit_until") > pl.col("start_us") - near,
            pl.col("category").is_null() | (pl.col("category") == pl.col("visit_category")),
            of_rule,
            _counts_for(),
        )
        .select("case", "entry")
    )


def _on_leave(cases: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Return the leave (columns `case`, `entry`) that any part of a case about working hours lies in."""
    leave = register.filter(pl.col("register") == "leave", pl.col("user_hash").is_not_null()).select(
        "user_hash",
        "entry",
        since=pl.col("starts").cast(UTC_TIME).to_physical().fill_null(pl.Int64.min()),
        until=pl.col("ends").cast(UTC_TIME).to_physical().fill_null(pl.Int64.max()),
    )
    return (
        cases.filter("on_hours")
        .join(leave, on="user_hash")
        .filter(pl.col("since") < pl.col("end_us"), pl.col("until") > pl.col("start_us"))
        .select("case", "entry")
    )


def _joined(pairs: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the entries of each case as one text, by file and line."""
    file, line = pl.col("entry").str.extract(r"^(.*?)(?::\d+)?$"), pl.col("entry").str.extract(r":(\d+)$")
    return (
        pairs.cast(_PAIRS)
        .unique()
        .sort("case", file, line.cast(pl.Int64), "entry", nulls_last=True)
        .group_by("case", maintain_order=True)
        .agg(pl.col("entry").str.join("; ").alias(name))
    )


def decided(findings: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Return FINDINGS with what people have decided about them: confirmed or withdrawn, and why.

    Only what was to be reviewed can be confirmed; what is close to a limit can be withdrawn. An excused finding stays
    excused. Of two decisions that contradict each other the one that withdraws counts, whichever came first.

    Args:
        findings: FINDINGS.
        register: REGISTER; its decisions count, whatever else it has.
    """
    decisions = (
        register.filter(pl.col("register") == "decision", pl.col("state").is_in(_DECIDED))
        .sort("state", "entry", descending=[True, False])  # "withdrawn" before "confirmed"
        .unique("reference", keep="first", maintain_order=True)
        .select(finding_id="reference", decision="state", decision_entry="entry", why=pl.col("reason").fill_null(""))
    )
    if decisions.is_empty():
        return findings
    status = pl.col("status").cast(pl.String)
    applies = pl.col("decision").is_not_null() & (
        (status == "new") | ((status == "close") & (pl.col("decision") == "withdrawn"))
    )
    named = pl.concat_str(pl.col("entries").fill_null(""), "decision_entry", separator="; ").str.strip_prefix("; ")
    return (
        findings.join(decisions, on="finding_id", how="left", maintain_order="left")
        .with_columns(
            status=pl.when(applies).then("decision").otherwise(status),
            status_reason=pl.when(applies)
            .then(pl.concat_str("decision_entry", "why", separator=": "))
            .otherwise(pl.col("status_reason").cast(pl.String)),
            entries=pl.when(applies).then(named).otherwise(pl.col("entries").cast(pl.String)),
        )
        .select(findings.columns)
    )
