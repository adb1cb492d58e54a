"""Answers of name servers that repeat their question: one of the two is enough."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

_WITHIN = "10s"  # resolvers give up after five seconds (RFC 1123 §6.1.3.3 asks for as much); clocks of one server agree


def repeats(parsed: pl.DataFrame, answers: Collection[str]) -> pl.DataFrame:
    """Return the rows that are answers to a question which is there by itself.

    A question of the same client for the same name, not much earlier or later, is the one that was answered; where
    questions are not logged, the answer stands for its question.

    Args:
        parsed: PARSED.
        answers: the datasets whose records are answers.
    """
    if not answers:
        return parsed.head(0)
    is_answer = parsed["event_dataset"].cast(pl.String).is_in(list(answers))
    if not is_answer.any() or is_answer.all():
        return parsed.head(0)
    keys = parsed.select(
        "log_line", "event_start", pl.col("source_ip").cast(pl.String), "url_full", answer=is_answer
    ).sort("event_start", "log_line")
    asked = keys.filter(~pl.col("answer")).select("event_start", "source_ip", "url_full", question="log_line")
    found = keys.filter("answer").join_asof(
        asked,
        on="event_start",
        by=["source_ip", "url_full"],
        strategy="nearest",
        tolerance=_WITHIN,
        check_sortedness=False,
    )
    again = found.filter(pl.col("question").is_not_null())["log_line"]
    return parsed.filter(pl.col("log_line").is_in(again.implode()))
