"""Who a finding goes to: the rule's own route, or for managers, whoever the staff directory has above the person.

A finding of the route "manager" is for the manager of the person whom it is about, so a manager's own findings go one
further up. Where nobody stands above them on the day the finding starts, it is for Human Resources. Other routes are
never changed: a safeguarding, fraud, HR or IT finding stays what it is.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from netaudit.definitions.managers import INSTEAD, MANAGER, Standing, tree_of_people

NOBODY_NAMED = "The staff directory names no managers, so nobody knows whose manager this is for."
REASONS: Mapping[Standing, str] = {
    "manager": "",
    "climbed": (
        "The person's own manager was not in the staff directory on that day, so it is for the next one above them."
    ),
    "top": "Nobody in the staff directory is above this person.",
    "unlisted": "The staff directory did not have this person on that day, so it names no manager.",
    "unclear": "The staff directory named more than one manager for this person on that day.",
    "circle": "In the staff directory this person is above themself, so nobody can be told who is.",
    "gap": "Nobody whom the staff directory names above this person was there on that day.",
}


def routed(findings: pl.DataFrame, people: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Return the findings with the route that each takes, why, and the manager whom it is for.

    Args:
        findings: with user_hash, event_start, and in `route` the rule's own route.
        people: PEOPLE of the week.
        zone: of the policy; a finding belongs to the local day that it starts on.
    """
    tree = tree_of_people(people)
    mine = pl.col("route") == MANAGER
    if not tree.names_managers():
        reason = pl.when(mine).then(pl.lit(NOBODY_NAMED)).otherwise(pl.lit(""))
        return findings.with_columns(route_reason=reason, recipient=pl.lit(None, pl.Int64))
    local_day = pl.col("event_start").dt.convert_time_zone(zone).dt.date()
    whose = findings.with_columns(_day=pl.when(mine).then(local_day))
    asked = whose.select("user_hash", "_day").drop_nulls().unique()
    answers = [(person, day, tree.above(person, day)) for person, day in asked.iter_rows()]  # people with a finding
    known = pl.DataFrame(
        [
            (person, day, MANAGER if above.manager is not None else INSTEAD, REASONS[above.standing], above.manager)
            for person, day, above in answers
        ],
        schema={"user_hash": pl.Int64, "_day": pl.Date, "route": pl.String, "route_reason": pl.String}
        | {"recipient": pl.Int64},
        orient="row",
    )
    return (
        whose.drop("route_reason", "recipient", strict=False)
        .join(known, on=["user_hash", "_day"], how="left", suffix="_taken", maintain_order="left")
        .with_columns(
            route=pl.coalesce("route_taken", "route"),
            route_reason=pl.col("route_reason").fill_null(""),
        )
        .drop("_day", "route_taken")
    )
