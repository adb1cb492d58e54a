"""What must hold of every log, however odd."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from reconstruct_events import CLASSES, event, fetch, run, table, tunnel

from netaudit.contracts import LABELS
from netaudit.reconstruct import ReconstructSettings, reconstruct

HOSTS = sorted(CLASSES)
ORDER = ["log_line"]


def _tunnels() -> st.SearchStrategy[dict]:
    return st.builds(
        lambda when, host, lasts, size, user: tunnel(when, host, lasts, size, user_hash=user),
        st.floats(0, 7_200, width=32),
        st.sampled_from(HOSTS),
        st.sampled_from([0, 3.2, 60.2, 61, 240, 900, 5_000]),
        st.sampled_from([0, 39, 1_600, 2_180, 26_000, 900_000, 60_000_000]),
        st.sampled_from([1, 1, 2]),
    )


def _fetches() -> st.SearchStrategy[dict]:
    return st.builds(
        lambda when, host, name, mime, status, user: fetch(
            when,
            host,
            name,
            mime,
            user_hash=user,
            http_response_status_code=status,
            disposition="blocked" if status == 403 else "allowed",
        ),
        st.floats(0, 7_200, width=32),
        st.sampled_from(HOSTS),
        st.sampled_from(["", "a", "b.jpg", "c.css", "poll"]),
        st.sampled_from(["text/html", "image/jpeg", "text/css", "application/json", "video/mp4", None]),
        st.sampled_from([200, 200, 304, 403, 0, 101, 407]),
        st.sampled_from([1, 1, 2]),
    )


logs = st.lists(_tunnels() | _fetches(), min_size=1, max_size=60)
few = settings(max_examples=60, deadline=None)


@few
@given(logs, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, random) -> None:
    events = table(rows)
    shuffled = events[random.sample(range(events.height), events.height)]
    one, other = (reconstruct(frame, ReconstructSettings()) for frame in (events, shuffled))
    assert_frame_equal(one.visits, other.visits)
    assert_frame_equal(
        one.labelled.sort(ORDER), other.labelled.sort(ORDER), check_dtypes=False, categorical_as_str=True
    )


@few
@given(logs)
def test_the_range_is_a_range_and_no_two_visits_of_a_person_overlap(rows) -> None:
    visits = run(rows).visits
    assert (visits["minutes_low"] >= 0).all()
    assert (visits["minutes_low"] <= visits["minutes"]).all()
    assert (visits["minutes"] <= visits["minutes_high"]).all()
    timed = visits.filter(pl.col("minutes") > 0).sort("user_hash", "event_start")
    following = pl.col("event_start").shift(-1).over("user_hash")
    assert timed.filter(pl.col("event_end") > following).height == 0
    lasts = (pl.col("event_end") - pl.col("event_start")).dt.total_milliseconds() / 60_000
    assert timed.filter((pl.col("minutes") - lasts).abs() > 1e-9).height == 0


@few
@given(logs)
def test_a_persons_time_is_never_more_than_the_clocks(rows) -> None:
    result = run(rows)
    tail = ReconstructSettings().tail_ceiling_ms / 60_000
    ended = pl.col("event_start") + pl.duration(milliseconds="event_duration_ms")
    clock = result.labelled.group_by("user_hash").agg(
        span=(ended.max() - pl.col("event_start").min()).dt.total_milliseconds() / 60_000
    )
    spent = result.visits.group_by("user_hash").agg(pl.col("minutes").sum()).join(clock, on="user_hash")
    assert spent.filter(pl.col("minutes") > pl.col("span") + tail + 1e-6).height == 0


@few
@given(logs)
def test_every_request_has_a_label_and_the_visits_count_them(rows) -> None:
    result = run(rows)
    assert set(result.labelled["label"].cast(pl.String)) <= set(LABELS)
    assert result.labelled["label_reason"].null_count() == 0
    assert set(result.visits["kind"]) <= {"human"}
    assert (result.visits["human_requests"] >= 1).all()
    assert (result.visits["human_requests"] <= result.visits["requests"]).all()
    human = result.labelled.filter(pl.col("label") == "human").height
    assert result.visits["human_requests"].sum() == human


background = st.lists(
    st.builds(
        lambda when, kind: event(when, "www.news.example") | kind,
        st.floats(0, 7_200, width=32),
        st.sampled_from(
            [
                {"user_hash": None},
                {"http_response_status_code": 407},
                {"category": "infra_update", "url_domain": "updates.example"},
                {"user_agent_name": "updater"},
                {"url_scheme": "tunnel", "event_action": "NONE_NONE", "http_response_mime_type": None},
                {
                    "category": "infra_tracker",
                    "url_domain": "tags.example",
                    "http_response_mime_type": "image/gif",
                    "url_extension": "gif",
                },
            ]
        ),
    ),
    max_size=30,
)


@few
@given(logs, background)
def test_background_requests_and_pixels_change_nothing(rows, extra) -> None:
    assert_frame_equal(run(rows).visits, run(rows + extra).visits)


def test_the_outcome_does_not_depend_on_the_number_of_threads() -> None:
    code = (
        "from test_reconstruct import *;"
        "r = run(reading_news_by_tunnels(BETS) + reading_news_by_urls(SOCIAL));"
        "print(r.visits.write_csv(), r.labelled.write_csv())"
    )
    here = Path(__file__).parent
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=here,
            env={
                **os.environ,
                "POLARS_MAX_THREADS": threads,
                "PYTHONPATH": os.pathsep.join([*sys.path, str(here)]),
            },
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for threads in ("1", "2", "5")
    }
    assert len(outputs) == 1
    assert "news.example" in outputs.pop()
