"""The timeline behind each finding: as much as deciding about it needs, and no more.

Only sites of personal and forbidden use are named. Work is shown as work, time of unknown use without its
site: an unlisted site may be a helpline, and so may one that a single bulk list accuses. Shielded visits leave no
trace, not even a gap. A finding about a class shows that class alone, not the person's day.
"""

from __future__ import annotations

import polars as pl

from netaudit.assess.human_time import PERSONAL_USES, download_visits, is_attempt, is_of_a_person, use_of
from netaudit.contracts import DOWNLOADS, EVIDENCE, FINDINGS, LABELLED, VISITS
from netaudit.definitions.policies import Policy

WORK = "work"
NOT_SHOWN = "not shown"
STOPPED = "stopped by the filter"
_KEY = ("finding_id", "line")


def evidence(
    findings: pl.DataFrame,
    visits: pl.DataFrame,
    labelled: pl.DataFrame,
    policy: Policy,
    downloads: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the timeline of each finding, as EVIDENCE, in order of the findings and of time.

    Args:
        findings: FINDINGS of the week.
        visits: VISITS of the week.
        labelled: LABELLED requests from which the visits came, at least those of `named_sites`; without rows, no line
            names its first request.
        policy: the policy under which the findings were raised.
        downloads: DOWNLOADS of the week; None: none is known.
    """
    findings, visits = FINDINGS.fit(findings), VISITS.fit(visits)
    scopes = pl.DataFrame(
        [
            (
                rule.rule_id,
                rule.kind,
                rule.kind == "one_hour",
                list(policy.categories_of(rule)) or None,
                list(rule.file_kinds),
            )
            for rule in policy.rules
        ],
        {
            "rule_id": pl.String,
            "rule_kind": pl.String,
            "whole": pl.Boolean,
            "categories": pl.List(pl.String),
            "file_kinds": pl.List(pl.String),
        },
        orient="row",
    )
    cases = findings.select(
        "finding_id", "rule_id", "user_hash", finding_class="category", since="event_start", until="event_end"
    ).with_row_index("finding")
    files = download_visits(DOWNLOADS.empty() if downloads is None else downloads)
    lines = (
        pl.concat([_plain(visits.with_columns(file_kind=pl.lit(None, pl.String))), _plain(files)], how="vertical")
        .filter(is_of_a_person(policy))
        .with_columns(
            pl.col("site", "category", "kind", "reason", "category_source").cast(pl.String), use=use_of(policy)
        )
        .join(cases.join(scopes, on="rule_id", maintain_order="left"), on="user_hash")
        .filter(_in_time(policy), _in_scope(), _of_kind())
        .sort("finding", "event_start", "event_end", "category", "site", "minutes_low", nulls_last=True)
        .with_columns(line=pl.int_range(pl.len()).over("finding_id"))
    )
    named, work = pl.col("use").is_in(PERSONAL_USES), pl.col("use") == "business"
    first = _first_requests(lines.filter(named), labelled)
    lines = lines.join(first, on=_KEY, how="left", maintain_order="left")
    return EVIDENCE.fit(
        lines.with_columns(
            site=pl.when(named).then("site").when(work).then(pl.lit(WORK)).otherwise(pl.lit(NOT_SHOWN)),
            category=pl.when(work).then(pl.lit("business")).otherwise("category"),
            category_source=pl.when(~work).then("category_source"),
            category_confirmed=pl.col("category_confirmed").fill_null(value=True),
            label="kind",
            reason=pl.when(named & is_attempt())
            .then(pl.lit(STOPPED))
            .when(named)
            .then(pl.col("reason").fill_null(""))
            .otherwise(pl.lit("")),
        )
    )


def named_sites(findings: pl.DataFrame, visits: pl.DataFrame, policy: Policy) -> pl.Series:
    """Return the sites whose requests timelines may point to: of personal or forbidden use by those in question."""
    asked = pl.col("user_hash").is_in(findings["user_hash"].unique().implode())
    return visits.filter(asked).filter(use_of(policy).is_in(PERSONAL_USES))["site"].drop_nulls().unique()


def _in_time(policy: Policy) -> pl.Expr:
    """Return whether a visit touches its finding; chains show what lies just before and after as well."""
    tolerance = (
        pl.when("whole")
        .then(pl.duration(seconds=round(policy.one_hour.tolerance_minutes * 60)))
        .otherwise(pl.duration(seconds=0))
    )
    return (pl.col("event_start") <= pl.col("until") + tolerance) & (pl.col("event_end") >= pl.col("since") - tolerance)


def _in_scope() -> pl.Expr:
    of_rule = pl.col("categories").is_null() | pl.col("categories").list.contains(pl.col("category"))
    of_class = pl.col("finding_class").is_null() | (pl.col("finding_class") == pl.col("category"))
    counted = pl.col("use").is_in(PERSONAL_USES)
    chain = pl.col("use").is_in([*PERSONAL_USES, "business", "unknown"]) & pl.col("kind").is_in(["human", "idle"])
    return pl.when("whole").then(chain).otherwise(counted & of_rule & of_class & (pl.col("kind") != "background"))


def _of_kind() -> pl.Expr:
    """Return whether a line is of what its rule counts: time, files, or what was stopped."""
    stopped = (pl.col("rule_kind") != "attempts") | (is_attempt() & (pl.col("use") == "blocked"))
    file_counts = pl.col("file_kinds").list.contains(pl.col("file_kind"))
    file = pl.when(pl.col("rule_kind") == "downloads").then(file_counts).otherwise(pl.col("file_kind").is_null())
    return stopped & file.fill_null(value=False)


def _plain(visits: pl.DataFrame) -> pl.DataFrame:
    """Return visits with plain text, to be put together."""
    return visits.with_columns(
        pl.col("attribution", "site", "category", "kind", "reason", "category_source", "file_kind").cast(pl.String)
    )


def _first_requests(lines: pl.DataFrame, labelled: pl.DataFrame) -> pl.DataFrame:
    """Return where in the logs each line's first request is: one of its own label if there is any."""
    labelled = LABELLED.empty() if labelled.is_empty() else LABELLED.fit(labelled)
    # most requests are to no site that is named: they are put aside before anything else is done with them
    sites = lines["site"].drop_nulls().unique().implode()
    requests = labelled.filter(pl.col("site").is_in(sites)).select(
        "user_hash",
        pl.col("site", "label").cast(pl.String),
        "log_line",
        pl.col("log_file").cast(pl.String),
        request_start="event_start",
    )
    wanted = lines.select(*_KEY, "user_hash", "site", "kind", "event_start", "event_end")
    return (
        requests.join(wanted, on=["user_hash", "site"])
        .filter(pl.col("request_start").is_between("event_start", "event_end"))
        .sort(
            *_KEY,
            pl.col("label") != pl.col("kind"),
            "request_start",
            "log_file",
            "log_line",
            nulls_last=True,
        )
        .unique(_KEY, keep="first", maintain_order=True)
        .select(*_KEY, "log_file", "log_line")
    )
