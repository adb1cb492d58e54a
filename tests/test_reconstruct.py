"""The traps that people have been accused over: what looks like a visit in a log, and is none."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest
from reconstruct_events import (
    at,
    event,
    fetch,
    labels,
    minutes,
    page_by_tunnels,
    page_by_urls,
    run,
    table,
    tunnel,
)

from netaudit.contracts import LABELLED, VISITS
from netaudit.reconstruct import ReconstructSettings

NEWS, NEWS_IMG = "www.news.example", "img.news.example"
SOCIAL, SOCIAL_CDN = "www.social.example", "static.social-cdn.example"
BETS, BETS_IMG = "www.bets.example", "img.bets.example"
READ = 7.66  # minutes from the first to the last of the pages below
LAST_PAGE = 3.0  # minutes that the last page may be read, at most


def reading_news_by_tunnels(*embedded: str) -> list[dict]:
    rows = []
    for when in ("10:00:00", "10:02:10", "10:05:00", "10:07:40"):
        rows += page_by_tunnels(when, NEWS, NEWS_IMG)
        rows += [tunnel(at(when) + 1.2, host, lasts=66, size=26_000) for host in embedded]
    return rows


def reading_news_by_urls(*embedded: str) -> list[dict]:
    rows = []
    for number, when in enumerate(("10:00:00", "10:02:10", "10:05:00", "10:07:40")):
        rows += page_by_urls(when, NEWS, NEWS_IMG, f"story{number}")
        rows += [fetch(at(when) + 1.2, host, "button", http_response_bytes=460) for host in embedded]
        rows += [fetch(at(when) + 1.9, host, f"creative{number}.gif", "image/gif") for host in embedded]
    return rows


# --- A visit ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [reading_news_by_tunnels(), reading_news_by_urls()])
def test_pages_opened_one_after_another_are_a_visit_of_that_length(rows) -> None:
    result = run(rows)
    assert READ <= minutes(result, "news.example") <= READ + LAST_PAGE
    visit = result.visits.filter(site="news.example").to_dicts()
    assert len(visit) == 1
    assert visit[0]["minutes_low"] == pytest.approx(7.67, abs=0.1)
    assert visit[0]["minutes_low"] <= visit[0]["minutes"] <= visit[0]["minutes_high"]
    assert visit[0]["documents_allowed"] == 4
    assert visit[0]["category"] == "news"


def test_the_outcome_has_the_form_of_the_contracts() -> None:
    result = run(reading_news_by_tunnels())
    assert LABELLED.fit(result.labelled).height == result.labelled.height
    assert result.visits.schema == VISITS.schema


def test_no_events_are_no_visits() -> None:
    result = run([])
    assert result.visits.height == 0
    assert result.labelled.height == 0


# --- Embedded: adverts, buttons, frames, prefetches --------------------------------------------------------------


@pytest.mark.parametrize("reading", [reading_news_by_tunnels, reading_news_by_urls])
@pytest.mark.parametrize(("host", "site"), [(BETS, "bets.example"), (SOCIAL, "social.example")])
def test_what_a_news_page_pulls_in_is_no_visit(reading, host, site) -> None:
    result = run(reading(host))
    assert site not in result.visits["site"].to_list()
    assert "human" not in labels(result, host)
    assert READ <= minutes(result, "news.example") <= READ + LAST_PAGE


@pytest.mark.parametrize("reading", [reading_news_by_tunnels, reading_news_by_urls])
def test_and_stays_none_when_the_open_page_refreshes_it(reading) -> None:
    refresh = tunnel if reading is reading_news_by_tunnels else lambda when, host: fetch(when, host, "button")
    later = [refresh(at("10:09:00") + 47 * n, BETS) for n in range(40)]
    assert "bets.example" not in run(reading(BETS) + later).visits["site"].to_list()


@pytest.mark.parametrize(
    "rows",
    [
        page_by_tunnels("10:30", BETS, BETS_IMG) + page_by_tunnels("10:32", BETS, BETS_IMG),
        page_by_urls("10:30", BETS, BETS_IMG, "odds") + page_by_urls("10:32", BETS, BETS_IMG, "slip"),
    ],
)
def test_a_real_visit_to_the_same_site_is_still_seen(rows) -> None:
    reading = reading_news_by_urls if rows[0]["url_scheme"] == "https" else reading_news_by_tunnels
    result = run(reading(BETS) + rows)
    assert 2 <= minutes(result, "bets.example") <= 2 + LAST_PAGE
    assert result.visits.filter(site="bets.example")["event_start"][0].hour == 10


def test_a_prefetched_page_is_no_visit() -> None:
    rows = []
    for number, when in enumerate(("11:00:00", "11:00:50", "11:02:31", "11:02:58", "11:04:40", "11:07:02")):
        rows += page_by_urls(when, "www.search.example", "www.search.example", f"q{number}")[:3]
        rows.append(fetch(at(when) + 3.5, NEWS, "first-result"))
    result = run(rows)
    assert "news.example" not in result.visits["site"].to_list()
    assert labels(result, NEWS) == {"embedded"}


def test_a_typed_address_is_a_visit_although_another_page_was_just_opened() -> None:
    """A frame names the page it stands in as referrer, or hides it; what was typed brings parts of its own as well."""
    club = page_by_urls("11:00", "www.club.example", "www.club.example", "q")
    named = [{**row, "referrer_domain": "www.club.example", "referrer_key": 5} for row in club[1:]]
    bare = fetch("11:00:06", "www.essays.example", "essay")
    style = fetch("11:00:07", "www.essays.example", "essay.css", "text/css", referrer_domain="www.essays.example")
    framed = {**bare, "referrer_domain": "www.club.example", "referrer_key": 5}
    assert labels(run([club[0], *named, bare, style]), "www.essays.example") == {"human", "embedded"}
    assert labels(run([club[0], *named, bare]), "www.essays.example") == {"embedded"}
    assert labels(run([club[0], *named, framed, style]), "www.essays.example") == {"embedded"}


def test_a_person_whose_proxy_keeps_no_referrers_is_not_taken_to_have_typed_every_frame() -> None:
    """Somebody else's lines with referrers, or a few of the person's own, do not make the others typed."""
    club = page_by_urls("11:00", "www.club.example", "www.club.example", "q")
    frame = [fetch("11:00:06", BETS, "frame"), fetch("11:00:07", BETS, "frame.css", "text/css")]
    told = {"referrer_domain": "www.club.example", "referrer_key": 5}
    other = [{**row, **told, "user_hash": 2} for row in page_by_urls("11:00", NEWS, NEWS, "front")]
    own = fetch("11:30", "www.essays.example", "a.jpg", "image/jpeg", referrer_domain="www.essays.example")
    assert labels(run([*club, *frame, *other, own]), BETS) == {"embedded"}


# --- Sockets -----------------------------------------------------------------------------------------------------


def test_speculative_sockets_are_neither_visits_nor_counted() -> None:
    spare = [tunnel(at("10:00") + n / 10, SOCIAL, lasts=4, size=39 if n % 2 else 1_600) for n in range(11)]
    assert run(spare).visits.height == 0
    assert labels(run(spare), SOCIAL) == {"background"}
    real = run(reading_news_by_tunnels())
    extra = [tunnel(at("10:00") + n / 10, NEWS_IMG, lasts=3, size=39) for n in range(8)]
    more = run(reading_news_by_tunnels() + extra)
    assert more.visits["human_requests"].sum() == real.visits["human_requests"].sum()
    assert more.visits["minutes"].to_list() == real.visits["minutes"].to_list()


def test_the_keep_alive_tail_is_not_reading() -> None:
    """The host keeps connections for 110 s; the last of six loads ends the visit, not the connection."""
    rows = []
    for number in range(6):
        start = at("10:00") + 100 * number
        rows += [tunnel(start, NEWS, lasts=110.2), tunnel(start + 0.4, NEWS_IMG, lasts=110.3, size=300_000)]
    visit = run(rows).visits.to_dicts()[0]
    assert visit["minutes_low"] == pytest.approx(500 / 60, abs=0.1)
    assert visit["minutes"] < (500 + 110) / 60


def test_one_connection_that_serves_a_whole_visit_is_read_from_its_end() -> None:
    """Eight minutes of feed over two connections; short ones elsewhere in the log teach the host's time-out."""
    short = [tunnel(at("08:00") + 900 * n, SOCIAL_CDN, lasts=60.2, size=30_000, user_hash=2) for n in range(6)]
    rows = [
        tunnel("10:00", SOCIAL, lasts=7_000, size=900_000),
        tunnel("10:00:01", SOCIAL_CDN, lasts=480 + 60, size=2_000_000),
    ]
    visits = run(rows + short).visits.filter(user_hash=1)
    assert visits["minutes_low"].sum() == pytest.approx(8.0, abs=0.1)
    assert visits["minutes"].sum() < 10


def test_interception_bookkeeping_is_never_evidence() -> None:
    rows = [
        tunnel(at("10:00") + 40 * n, BETS, size=0, event_action="NONE_NONE", http_response_status_code=200)
        for n in range(20)
    ]
    result = run(rows)
    assert result.visits.height == 0
    assert labels(result, BETS) == {"background"}


def test_without_durations_a_tunnel_alone_accuses_nobody() -> None:
    """Stamped at their ends, a page and what it embeds come in any order."""
    rows = reading_news_by_tunnels(SOCIAL)
    for row in rows:
        row["event_start"] += pl.select(pl.duration(milliseconds=row["event_duration_ms"])).item()
        row["event_duration_ms"] = None
    assert "social.example" not in run(rows).visits["site"].to_list()


@pytest.mark.parametrize("reading", [reading_news_by_tunnels, reading_news_by_urls])
def test_a_log_in_whole_seconds_tells_the_same(reading) -> None:
    events = table(reading(BETS)).with_columns(pl.col("event_start").dt.truncate("1s"))
    result = run(events.to_dicts())
    assert "bets.example" not in result.visits["site"].to_list()
    assert READ <= minutes(result, "news.example") <= READ + LAST_PAGE


# --- Idle --------------------------------------------------------------------------------------------------------


def test_a_tab_left_open_polls_all_day_for_five_minutes_of_use() -> None:
    rows = []
    for number in range(5):
        rows += page_by_urls(f"09:0{number}:00", SOCIAL, SOCIAL_CDN, f"post{number}")
    rows += [
        fetch(at("09:05") + 30 * n, SOCIAL, "any-news", "application/json", http_response_bytes=695) for n in range(900)
    ]
    result = run(rows)
    assert minutes(result, "social.example") == pytest.approx(5, abs=1.5)
    assert labels(result, SOCIAL) >= {"human", "idle"}


def test_a_page_that_reloads_itself_is_idle() -> None:
    rows = [fetch(at("09:00") + 60 * n, NEWS, "front") for n in range(120)]
    result = run(rows)
    assert minutes(result) < 2
    assert result.visits["minutes_low"].sum() < 2


def test_polling_over_tunnels_is_idle_and_does_not_break_a_visit() -> None:
    polls = [tunnel(at("09:00") + 180 * n, "app.supplier.example", lasts=5.3, size=2_180) for n in range(40)]
    result = run(reading_news_by_tunnels() + polls)
    assert labels(result, "app.supplier.example") == {"idle"}
    assert result.visits.filter(site="news.example").height == 1


def test_a_tunnel_held_open_for_hours_is_no_reading() -> None:
    rows = page_by_tunnels("09:00", NEWS, NEWS_IMG)
    rows[0]["event_duration_ms"] = 8 * 3600 * 1000
    visit = run(rows).visits.to_dicts()[0]
    assert visit["minutes"] < 5
    assert visit["minutes_high"] <= 25


def test_a_tab_left_open_proves_nothing_by_connections_to_its_own_hosts() -> None:
    rows = page_by_tunnels("10:00", BETS, BETS_IMG) + page_by_tunnels("10:01", BETS, BETS_IMG)
    rows += page_by_tunnels("10:02", "app.supplier.example", "img.supplier.example")
    read = run(rows).visits.filter(site="bets.example")["minutes_low"].sum()
    # Prices that the open page is told, over connections that the host ends and the page renews.
    pushed = [tunnel(when, BETS_IMG, lasts, size) for when, lasts, size in (
        ("11:00:00", 482.0, 2_976), ("11:08:06", 879.0, 8_858), ("11:22:49", 2_308.0, 9_258)
    )]  # fmt: skip
    visits = run(rows + pushed).visits.filter(site="bets.example")
    assert 0.9 < read < 1.1
    assert visits["minutes_low"].sum() == pytest.approx(read)


def test_a_connection_hardly_used_does_not_prove_until_when_a_page_was_read() -> None:
    rows = [row for minute in range(8) for row in page_by_tunnels(f"10:0{minute}", BETS, BETS_IMG)]
    later = [tunnel("10:09", BETS_IMG, 450.0, 2_976)]  # a handshake, and now and then a word
    assert run(rows + later).visits["minutes_low"].sum() == pytest.approx(9, abs=0.1)


def test_a_connection_that_software_renews_is_no_new_visit() -> None:
    rows = page_by_tunnels("09:00", NEWS, NEWS_IMG)
    rows[0]["event_duration_ms"] = 2 * 3600 * 1000
    rows.append(tunnel("11:01:40", NEWS, lasts=3_000, size=120_000))
    result = run(rows)
    assert all(start.hour == 9 for start in result.visits["event_start"])


def test_mail_in_the_background_neither_counts_nor_interrupts() -> None:
    mail = [tunnel(at("08:00") + 3_000 * n, "mail.office.example", lasts=2_900, size=30_000) for n in range(4)]
    result = run(reading_news_by_tunnels() + mail + [tunnel("10:04", "mail.office.example", 900, 9_000)])
    assert labels(result, "mail.office.example") <= {"background", "idle"}
    assert result.visits["site"].to_list() == ["news.example"]


def film(seconds: int) -> list[dict]:
    rows = [fetch("12:00", "www.films.example", "watch")]
    rows += [
        fetch(
            at("12:00:05") + 8 * n,
            "video.films.example",
            f"piece{n}",
            "video/mp4",
            http_response_bytes=190_000,
        )
        for n in range(seconds // 8)
    ]
    return rows


def test_a_film_is_watched_while_it_is_fetched() -> None:
    assert minutes(run(film(3_000)), "films.example") == pytest.approx(50, abs=2)
    tunnels = [
        tunnel("12:00", "www.films.example", lasts=3_160, size=160_000),
        tunnel("12:00:05", "video.films.example", lasts=3_060, size=60_000_000),
    ]
    assert minutes(run(tunnels), "films.example") == pytest.approx(50, abs=3)


def test_a_stream_that_goes_on_without_the_person_proves_nothing() -> None:
    work = page_by_tunnels("12:30", "app.supplier.example", "img.supplier.example")
    by_tunnel = [
        tunnel("12:00", "www.films.example", lasts=9_160, size=160_000),
        tunnel("12:00:05", "video.films.example", lasts=9_060, size=190_000_000),
    ]
    for rows in (by_tunnel + work, film(9_000) + work):
        visit = run(rows).visits.filter(site="films.example")
        assert visit["minutes_low"].sum() < 5
        assert visit["minutes"].sum() < 5
        assert visit["minutes_high"].sum() > 25


# --- Blocked -----------------------------------------------------------------------------------------------------

REFUSED = {
    "disposition": "blocked",
    "event_action": "TCP_DENIED",
    "http_response_status_code": 403,
    "http_response_bytes": 3_800,
}


def test_a_blocked_page_that_a_person_asked_for_is_an_attempt_without_minutes() -> None:
    rows = [fetch("10:00", BETS, "", **REFUSED), fetch("10:00:40", BETS, "again", **REFUSED)]
    result = run(rows)
    assert labels(result, BETS) == {"human"}
    visit = result.visits.to_dicts()
    assert len(visit) == 1
    assert (visit[0]["minutes_low"], visit[0]["minutes"], visit[0]["minutes_high"]) == (0, 0, 0)
    assert visit[0]["requests_blocked"] == 2
    assert visit[0]["documents_allowed"] == 0


@pytest.mark.parametrize("reading", [reading_news_by_tunnels, reading_news_by_urls])
def test_a_blocked_frame_inside_a_page_is_embedded(reading) -> None:
    refuse = tunnel if reading is reading_news_by_tunnels else lambda *a, **k: fetch(*a, "frame", **k)
    rows = reading()
    for when in ("10:00:02", "10:02:12", "10:05:02", "10:07:42"):
        rows.append({**refuse(when, BETS), **REFUSED})
    result = run(rows)
    assert labels(result, BETS) == {"embedded"}
    assert result.visits["requests_blocked"].sum() == 0


def test_a_blocked_picture_is_no_attempt() -> None:
    """A filter answers with a page of its own whatever was asked for."""
    result = run([fetch("10:00", BETS, "banner.gif", "text/html", **REFUSED)])
    assert result.visits.height == 0


# --- People and machines -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("nobody", [{"user_hash": None, "attribution": "none"}, {"http_response_status_code": 407}])
def test_without_a_named_user_there_is_no_visit(nobody) -> None:
    rows = [{**row, **nobody} for row in reading_news_by_urls()]
    result = run(rows)
    assert result.visits.height == 0
    assert set(result.labelled["label"].cast(pl.String)) == {"background"}


def test_software_is_known_by_its_name() -> None:
    rows = [{**row, "user_agent_name": "updater"} for row in page_by_urls("10:00", NEWS, NEWS_IMG, "feed")]
    result = run(rows)
    assert result.visits.height == 0
    assert labels(result, NEWS) == {"background"}
    browser = [{**row, "user_agent_name": "Firefox"} for row in page_by_urls("10:00", NEWS, NEWS_IMG, "feed")]
    assert run(browser).visits.height == 1


def test_a_shared_account_keeps_its_attribution() -> None:
    rows = [{**row, "attribution": "shared"} for row in reading_news_by_urls()]
    assert run(rows).visits["attribution"].to_list() == ["shared"]


def test_a_shielded_site_has_the_clock_but_no_name() -> None:
    hidden = {"url_domain": None, "site": None, "category": "shielded", "url_key": None, "host_role": "page"}
    rows = page_by_urls("10:00", NEWS, NEWS_IMG, "a")
    rows += [event(at("10:01") + 60 * n, NEWS) | hidden for n in (0, 1.3, 2.1, 3.9)]
    rows += page_by_urls("10:06", NEWS, NEWS_IMG, "b")
    result = run(rows)
    shielded = result.visits.filter(category="shielded")
    assert shielded["site"].to_list() == [None]
    assert shielded["minutes"].sum() == pytest.approx(5, abs=0.2)
    assert minutes(result, "news.example") < 3


def test_one_person_is_on_one_site_at_a_time() -> None:
    rows = []
    for number in range(10):
        when, host, asset = [(0, NEWS, NEWS_IMG), (45, SOCIAL, SOCIAL_CDN)][number % 2]
        load = page_by_urls("10:00", host, asset, f"p{number}")
        shift = pl.select(pl.duration(seconds=90 * (number // 2) + when)).item()
        rows += [{**row, "event_start": row["event_start"] + shift} for row in load]
    visits = run(rows).visits.sort("event_start")
    assert visits["minutes"].sum() <= 10
    assert (visits["event_end"][:-1] <= visits["event_start"][1:]).all()


def test_silent_reading_is_allowed_for_but_not_proved() -> None:
    visit = run([tunnel("10:00", "www.essays.example", lasts=20, size=116_000)]).visits.to_dicts()[0]
    assert visit["minutes_low"] == 0
    assert 0 < visit["minutes"] <= 3
    assert visit["minutes_high"] == pytest.approx(15, abs=0.1)


# --- Unknown hosts -----------------------------------------------------------------------------------------------


def test_the_parts_of_a_site_are_learnt_where_the_lists_do_not_know_them() -> None:
    """The club's page stays on one connection; only the host of its pictures shows the later pages."""
    rows = []
    for user in (1, 2, 3):
        rows += [
            tunnel("10:00", "www.club.example", lasts=5_000, size=700_000, user_hash=user),
            tunnel("10:00:01", "x1.parts.example", size=300_000, user_hash=user),
            tunnel("10:02:30", "x1.parts.example", size=200_000, user_hash=user),
            tunnel("10:06:10", "x1.parts.example", size=250_000, user_hash=user),
        ]
    result = run(rows)
    assert set(result.visits["site"]) == {"club.example"}
    assert result.visits["minutes_low"].to_list() == pytest.approx([6.2] * 3, abs=0.2)


def test_a_content_network_used_by_many_sites_belongs_to_none() -> None:
    rows = reading_news_by_tunnels() + page_by_tunnels("10:30", SOCIAL, SOCIAL_CDN)
    rows += [tunnel(at(when) + 2, "shared-cdn.example") for when in ("10:00", "10:30", "11:00", "11:30")]
    rows += [tunnel(when, "www.essays.example") for when in ("11:00", "12:00")]
    assert labels(run(rows), "shared-cdn.example") == {"embedded"}


def test_a_film_from_another_sites_host_is_the_page_that_shows_it() -> None:
    """The news shows a film that lies with a film site on which the person has opened nothing."""
    rows = page_by_urls("12:00", NEWS, NEWS_IMG, "story")
    rows += [
        fetch(at("12:00:06") + 8 * n, "video.films.example", f"piece{n}", "video/mp4", http_response_bytes=190_000)
        for n in range(60)
    ]
    elsewhere = page_by_urls("09:00", "www.films.example", "video.films.example", "watch", user_hash=2)
    result = run(rows + elsewhere)
    mine = result.visits.filter(user_hash=1)
    assert mine["site"].to_list() == ["news.example"]
    assert mine["minutes"].sum() == pytest.approx(8, abs=1.5)
    assert mine["minutes_low"].sum() < 1


def test_parts_of_a_site_that_nobody_visits_belong_to_the_page_that_needs_them() -> None:
    rows = []
    for user in (1, 2):
        rows += [
            tunnel("10:00", "www.essays.example", lasts=5_000, size=700_000, user_hash=user),
            tunnel("10:00:01", "img.supplier.example", size=300_000, user_hash=user),
            tunnel("10:03:30", "img.supplier.example", size=200_000, user_hash=user),
        ]
    visits = run(rows).visits
    assert set(visits["site"]) == {"essays.example"}
    assert visits["minutes_low"].to_list() == pytest.approx([3.5] * 2, abs=0.2)


def test_a_page_that_comes_with_a_button_everywhere_is_not_learnt_from_it() -> None:
    """A tracker that no list knows opens with each social button; it is no part of the social site."""
    rows = []
    for number, when in enumerate(("10:00", "10:20", "10:40", "11:00")):
        rows += page_by_tunnels(when, NEWS, NEWS_IMG, user_hash=number % 2 + 1)
        rows += [
            tunnel(at(when) + 1.0, SOCIAL, lasts=125, size=3_000, user_hash=number % 2 + 1),
            tunnel(at(when) + 1.3, "x1.parts.example", lasts=65, size=6_000, user_hash=number % 2 + 1),
        ]
    result = run(rows)
    assert "social.example" not in result.visits["site"].to_list()
    assert "human" not in labels(result, SOCIAL)


def test_pages_of_two_classes_on_one_site_are_two_visits_without_a_gap() -> None:
    rows = page_by_urls("10:00", NEWS, NEWS_IMG, "a")
    sport = {"category": "sport"}
    rows += [row | sport if row["url_domain"] == NEWS else row for row in page_by_urls("10:02", NEWS, NEWS_IMG, "b")]
    visits = run(rows).visits
    assert visits["category"].to_list() == ["news", "sport"]
    assert visits["event_end"][0] == visits["event_start"][1]


def test_a_websocket_that_ends_shows_that_the_page_was_left() -> None:
    rows = page_by_urls("10:00", BETS, BETS_IMG, "odds")
    alone = minutes(run(rows))
    socket = event(
        "10:00:02", BETS, http_response_status_code=101, http_response_mime_type=None, event_duration_ms=180_000
    )
    result = run([*rows, socket])
    assert minutes(result) == pytest.approx(alone + 3, abs=0.2)
    assert result.visits["minutes_low"].sum() < 1


def test_a_lone_document_is_no_log_of_documents() -> None:
    lone = fetch("10:00", BETS, "promotion", http_response_bytes=41_000)
    assert run([lone]).visits["documents_allowed"].sum() == 0
    others = [fetch(f"11:{number:02}", NEWS, f"story{number}", user_hash=2) for number in range(12)]
    assert run([lone, *others]).visits.filter(user_hash=1)["documents_allowed"].sum() == 1


def test_every_setting_tells_its_reason() -> None:
    described = ReconstructSettings.__doc__ or ""
    for field in dataclasses.fields(ReconstructSettings):
        assert f"{field.name}:" in described or f"{field.name}, " in described, field.name
