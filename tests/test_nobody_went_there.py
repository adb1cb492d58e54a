"""Look-ups of names, logs of one's own servers, and lines that name no site: nobody's visit, attempt or download."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from reconstruct_events import event, table
from test_door import door as door  # noqa: PLC0414 - a fixture
from test_door import let_in, lines
from test_reconstruct_laws import logs

from netaudit.contracts import EVENTS
from netaudit.definitions.format_files import load_formats
from netaudit.ingest import url_parts, url_paths
from netaudit.pipeline.days import reconstruct_settings
from netaudit.pipeline.door import Door
from netaudit.pipeline.let_through import let_through
from netaudit.reconstruct import Reconstruction, ReconstructSettings, reconstruct

SETTINGS = ReconstructSettings(names_only_datasets=frozenset({"bind"}), served_datasets=frozenset({"iis"}))
# What makes a request one that nobody made to a site, and the reason that is printed.
WAYS = {
    "a name was looked up; that shows no reading": ({"url_scheme": "dns"}, {"event_dataset": "bind"}),
    "a request to a server of the organisation's own": ({"event_dataset": "iis"},),
    "the line names no site": (
        {"url_domain": "", "url_scheme": None, "site": ""},
        {"url_domain": "", "url_scheme": "tunnel", "site": ""},
        {"url_domain": None, "url_scheme": None, "category": "shielded", "site": None},
        {"url_domain": None, "url_scheme": "http", "site": None},
    ),
}
ways = st.sampled_from([(reason, way) for reason, some in WAYS.items() for way in some])


def made(rows: list[dict]) -> Reconstruction:
    return reconstruct(table(rows), SETTINGS)


@settings(max_examples=60, deadline=None)
@given(logs, logs, ways)
def test_such_lines_are_background_and_change_nothing_of_anybodys_time(rows, others, way) -> None:
    reason, changes = way
    others = [{**one, **changes, "disposition": one["disposition"]} for one in others]
    alone, together = made(rows), made(rows + others)
    assert_frame_equal(alone.visits, together.visits)
    assert_frame_equal(alone.downloads, together.downloads)
    assert_frame_equal(alone.labelled, together.labelled.head(len(rows)), check_dtypes=False, categorical_as_str=True)
    added = together.labelled.tail(len(others)).select(pl.col("label", "label_reason").cast(pl.String))
    assert set(added["label"]) == {"background"}
    assert set(added["label_reason"]) <= {reason, "no user is named"}  # a password was asked for: 407


@pytest.mark.parametrize("way", [way for some in WAYS.values() for way in some])
def test_a_stopped_look_up_or_line_is_no_attempt(way: dict[str, object]) -> None:
    rows = [event(f"10:{n:02}", "www.bets.example", disposition="blocked", **way) for n in range(20)]
    assert made(rows).visits.is_empty()


def test_a_line_without_an_address_takes_nobody_elses(door: Door) -> None:
    data = lines(
        {"url": "http://www.bet365.com/", "user": "ann"},
        {"url": "error:invalid-request", "user": "bob"},
        {"url": ":80", "method": "CONNECT", "user": "bob"},
    )
    ((_, _, events),) = let_in(door, data)
    assert events.height == 3
    ann, *rest = events.rows(named=True)
    assert ann["url_domain"] == "www.bet365.com"
    for row in rest:
        assert row["url_domain"] == ""
        assert row["url_scheme"] is None
        assert row["url_key"] is None
        assert row["category"] != ann["category"]
    assert EVENTS.fit(events).equals(events)


def test_what_was_looked_up_was_let_through_by_no_filter() -> None:
    rows = [
        event("10:00", "www.bets.example"),
        event("10:01", "www.bets.example", url_scheme="dns"),
        event("10:02", "www.bets.example", event_dataset="iis"),
    ]
    assert let_through(table(rows), {"iis"})["requests"].to_list() == [1]


def test_formats_say_which_they_are_and_a_proxy_that_writes_as_a_server_is_none() -> None:
    formats = load_formats()
    found = reconstruct_settings(formats)
    for one in formats:
        for name in (name for layout in one.layouts for name in one.datasets(layout)):
            if one.scope == "dns":
                assert name in found.names_only_datasets
            elif one.scope != "server":
                assert name not in found.served_datasets
    assert {"iis-w3c", "apache"} <= found.served_datasets
    assert "squid" not in found.served_datasets


def test_a_looked_up_name_is_an_address_of_its_own_kind() -> None:
    urls = pl.DataFrame({"url_full": ["dns://www.example.com", "/index.html"], "tunnel": [False, False]})
    parts = url_parts(urls)
    assert parts["url_scheme"].to_list() == ["dns", None]
    assert parts["url_domain"].to_list() == ["www.example.com", ""]
    assert url_paths(urls).to_list() == ["/", "/index.html"]
