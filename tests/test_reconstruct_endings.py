"""Logs that say only when connections ended, or only when they began."""

from __future__ import annotations

import polars as pl
import pytest
from reconstruct_events import at, event, run, tunnel

from netaudit.reconstruct import Reconstruction, ReconstructSettings


def ended(when: str, host: str, size: int = 50_000, **other: object) -> dict:
    """Return a tunnel of which the log knows the end alone."""
    return tunnel(when, host, 0, size, **other)


VISIT = (
    # A social page from about 10:00 to 10:09: its pictures' connections end a minute or so after their use, the page's
    # own two hours later.
    ended("10:01:20", "static.social-cdn.example", 400_000),
    ended("10:04:00", "static.social-cdn.example", 300_000),
    ended("10:10:10", "static.social-cdn.example", 200_000),
    ended("12:20:00", "www.social.example", 700_000),
)


def read(*rows: dict, starts: bool = False) -> Reconstruction:
    settings = ReconstructSettings(start_marked_datasets=frozenset({"squid"} if starts else ()))
    return run(list(rows), settings)


def test_a_visit_is_told_by_the_ends_of_the_connections_to_its_parts() -> None:
    visits = read(*VISIT).visits
    assert visits["site"].to_list() == ["social.example"]
    assert visits["minutes"].item() == pytest.approx(9, abs=2)
    assert visits["minutes_high"].item() >= 9


def test_it_proves_nothing() -> None:
    visit = read(*VISIT).visits.row(0, named=True)
    assert visit["minutes_low"] == 0
    assert visit["documents_allowed"] == 0
    assert visit["reason"] == "probably used a page: the log has only the ends of connections"


def test_further_connections_to_its_host_prove_nothing_either() -> None:
    further = [ended(f"10:0{minute}:00", "www.social.example", 300_000) for minute in (2, 5, 8)]
    (visit,) = read(*VISIT, *further).visits.to_dicts()
    assert visit["minutes"] > 5
    assert visit["minutes_low"] == 0
    assert visit["documents_allowed"] == 0


def test_parts_without_the_end_of_a_page_are_no_visit() -> None:
    assert read(*VISIT[:3]).visits.is_empty()


def test_a_page_without_parts_is_no_visit_however_often_it_is_polled() -> None:
    polls = [ended(f"{hour}:{minute:02}:00", "www.social.example") for hour in range(9, 17) for minute in (0, 7, 31)]
    assert read(*polls).visits.is_empty()


def test_what_a_larger_page_shows_of_another_site_belongs_to_that_page() -> None:
    news = [
        ended("10:01:10", "img.news.example", 900_000),
        ended("10:05:00", "img.news.example", 900_000),
        ended("10:08:30", "img.news.example", 900_000),
        ended("10:30:00", "www.news.example", 90_000),
    ]
    banner = [ended("10:02:00", "img.bets.example", 60_000), ended("10:03:10", "www.bets.example", 40_000)]
    found = read(*news, *banner)
    assert found.visits["site"].to_list() == ["news.example"]
    words = found.labelled.filter(pl.col("site") == "bets.example")["label"].cast(pl.String)
    assert words.unique().to_list() == ["embedded"]


def test_a_stream_fills_the_silence_for_which_it_has_the_bytes() -> None:
    opening = ended("12:01:10", "video.films.example", 250_000)
    rest = ended("12:46:00", "www.films.example")
    film = ended("12:40:00", "video.films.example", 60_000_000)
    assert read(opening, film, rest).visits["minutes"].to_list() == [pytest.approx(39, abs=2)]
    picture = read(opening, ended("12:40:00", "video.films.example", 300_000), rest).visits
    assert picture["minutes"].sum() < 5


def test_where_any_tunnel_has_a_duration_nothing_is_guessed() -> None:
    timed = tunnel("09:00", "app.supplier.example", 30)
    assert "probably" not in " ".join(read(*VISIT, timed).visits["reason"])


def test_a_source_that_logs_beginnings_is_read_as_such() -> None:
    rows = [
        ended("10:00:00", "www.social.example"),
        ended("10:00:02", "static.social-cdn.example"),
        ended("10:04:00", "static.social-cdn.example"),
        ended("10:11:30", "static.social-cdn.example"),
    ]
    (visit,) = read(*rows, starts=True).visits.to_dicts()
    assert visit["event_start"].hour * 3600 + visit["event_start"].minute * 60 == at("10:00")
    assert visit["minutes_low"] == pytest.approx(4)  # no longer silence is proved …
    assert visit["minutes"] >= 11.5  # … but connections that are open already can hide one
    assert visit["reason"] == "opened a page"


def test_requests_with_an_address_need_no_duration() -> None:
    pages = [event(f"14:0{minute}", "www.news.example", event_duration_ms=None) for minute in (0, 3)]
    style = {"url_extension": "css", "http_response_mime_type": "text/css", "event_duration_ms": None}
    parts = [event(f"14:00:0{second}", "img.news.example", **style) for second in (1, 2)]
    (visit,) = read(*pages, *parts, *VISIT).visits.filter(pl.col("site") == "news.example").to_dicts()
    assert visit["minutes_low"] == pytest.approx(3)
