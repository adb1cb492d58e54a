"""Laws of the reconstruction: what may be done to any log without changing anybody's visits, and what may not.

Where a law has an exception, its test's docstring says which, and docs/methodology.md says it to readers.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from zlib import crc32

import polars as pl
import pytest
from approved import APPROVED
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from reconstruct_events import CLASSES, event, fetch, table, tunnel
from shared_material import SHARED, needs_shared
from test_determinism import tables
from test_reconstruct_laws import logs as odd_logs

from netaudit.contracts import EVENTS
from netaudit.definitions.configuration import Configuration
from netaudit.pipeline import run_audit
from netaudit.pipeline.days import widened
from netaudit.reconstruct import Reconstruction, ReconstructSettings, reconstruct

VISIT = ["user_hash", "site", "category", "event_start", "event_end", "minutes_low", "minutes", "minutes_high", "kind"]
BETS, BETS_IMG = "www.bets.example", "img.bets.example"
SITES = (
    ("www.news.example", "img.news.example"),
    ("www.social.example", "static.social-cdn.example"),
    ("app.supplier.example", "img.supplier.example"),
    ("www.films.example", "video.films.example"),
    ("www.essays.example", None),
    ("www.club.example", "x1.parts.example"),
)
# Constants that the log would teach: the length of the last page, and the time-out of hosts that it shows too seldom.
PINNED = ReconstructSettings(tail_floor_ms=60_000, tail_ceiling_ms=60_000, idle_timeout_count=10**9)
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def got(when: float, host: str, name: str, mime: str | None = "text/html", **other: object) -> dict:
    """Return a GET whose address is its own, as it is in life: no two hosts have the same."""
    return fetch(
        when, host, name, **{"http_response_mime_type": mime, "url_key": crc32(f"{host}/{name}".encode()), **other}
    )


@st.composite
def days(draw: st.DrawFn, people: int = 2, sites: tuple[tuple[str, str | None], ...] = SITES) -> list[dict]:
    """Return a day of page loads as browsers make them: tunnels, addresses, or addresses with referrers."""
    rows: list[dict] = []
    for user in range(1, people + 1):
        kind = draw(st.sampled_from(["tunnels", "urls", "referrers"]))
        second = draw(st.integers(0, 600))
        for number in range(draw(st.integers(1, 12))):
            second += draw(st.sampled_from([3, 9, 25, 70, 160, 290, 340, 1_500]))
            page, asset = draw(st.sampled_from(sites))
            when = second + draw(st.integers(0, 999)) / 1000
            lasts = draw(st.sampled_from([20.3, 61, 240.2, 4_000]))
            rows += page_load(kind, when, page, asset, f"page{number}", lasts, user)
    return rows


def page_load(kind: str, when: float, page: str, asset: str | None, name: str, lasts: float, user: int) -> list[dict]:
    """Return one page load."""
    if kind == "tunnels":
        rows = [tunnel(when, page, lasts, user_hash=user)]
        if asset:
            rows += [tunnel(when + 0.4, asset, lasts, 200_000, user_hash=user)]
            rows += [tunnel(when + 0.4, asset, 2, 39, user_hash=user)]
        return [*rows, tunnel(when + 0.9, "ads.example", 120.3, 9_000, user_hash=user)]
    told = {"referrer_domain": page, "referrer_key": 7} if kind == "referrers" else {}
    return [
        got(when, page, name, user_hash=user),
        got(when + 0.3, page, f"{name}.css", "text/css", user_hash=user, **told),
        got(when + 0.5, asset or page, f"{name}.jpg", "image/jpeg", user_hash=user, **told),
        got(when + 0.9, "ads.example", f"frame{when}", user_hash=user, **told),
    ]


def seeded(seed: object) -> Random:
    return Random(str(seed))  # noqa: S311 - no secret


def outcome(events: pl.DataFrame, constants: ReconstructSettings | None = None) -> Reconstruction:
    return reconstruct(events, constants or ReconstructSettings())


def visits(events: pl.DataFrame, constants: ReconstructSettings | None = None) -> pl.DataFrame:
    return outcome(events, constants).visits.select(VISIT).sort(VISIT, nulls_last=True)


def with_rows(events: pl.DataFrame, rows: list[dict]) -> pl.DataFrame:
    """Return the events and more, as lines after all others."""
    last = 10**9
    numbered = [{**row, "log_line": last + number} for number, row in enumerate(rows)]
    return pl.concat([events, EVENTS.fit(pl.DataFrame(numbered, schema=EVENTS.schema))])


@cache
def lab_day(mode: str) -> pl.DataFrame:
    """Return the recorded day as EVENTS: in full, as the program itself reads and stores them."""
    folder = SHARED / "lab" / "setA" / mode.removesuffix("+referrers")
    name = "access_ext.log" if mode.endswith("+referrers") else "access.log"
    log = next(path for path in (folder / name, folder / f"{name}.gz") if path.exists())
    with TemporaryDirectory() as scratch:
        out = Path(scratch, "out")
        run_audit([str(log)], Configuration(dpia=APPROVED), out, datetime(2026, 4, 20, 6, tzinfo=UTC), lambda *_: None)
        days = [table for place, table in tables(out).items() if place[0] == "events"]
    return pl.concat([widened(day.lazy()).collect().cast({pl.Categorical: pl.String}) for day in days])


lab_modes = pytest.mark.parametrize("mode", ["connect_only", "intercepted", "intercepted+referrers"])


# --- Order, files, names, weeks -----------------------------------------------------------------------------------


@few
@given(days() | odd_logs, st.randoms(use_true_random=False))
def test_files_and_the_order_of_lines_do_not_matter(rows: list[dict], random: Random) -> None:
    """Lines of one person and one instant must stay in their order: it is all that a log in whole seconds tells."""
    events = table(rows)
    assume(events.select("user_hash", "event_start").is_unique().all())
    spread = [{**row, "log_file": str(random.randrange(1, 4))} for row in random.sample(rows, len(rows))]
    assert_frame_equal(visits(table(spread)), visits(events))


@few
@given(days() | odd_logs, st.integers(-60, 60))
def test_delaying_all_by_whole_weeks_delays_all_visits(rows: list[dict], weeks: int) -> None:
    events, delay = table(rows), timedelta(weeks=weeks)
    delayed = visits(events.with_columns(pl.col("event_start") + delay))
    assert_frame_equal(delayed.with_columns(pl.col("event_start", "event_end") - delay), visits(events))


@few
@given(days(people=3) | odd_logs, st.permutations([-(2**62), 5, 2**62]))
def test_renaming_people_changes_nothing(rows: list[dict], names: list[int]) -> None:
    new = dict(zip((1, 2, 3), names, strict=True))
    events = table(rows)
    renamed = events.with_columns(pl.col("user_hash").replace_strict(new, return_dtype=pl.Int64))
    back = pl.col("user_hash").replace_strict({name: old for old, name in new.items()}, return_dtype=pl.Int64)
    found = visits(renamed).with_columns(back).sort(VISIT, nulls_last=True)
    assert_frame_equal(found, visits(events))


@few
@given(days() | odd_logs, st.permutations(["aaa.example", "mmm.example", "zzz.example", "www.yyy.example"]))
def test_renaming_hosts_of_no_known_class_changes_nothing_but_their_names(rows: list[dict], names: list[str]) -> None:
    """The exception: whether a host bears the name of a site (images.club-media.example) is read from its name."""
    unknown = sorted({row["url_domain"] for row in rows if row["category"] == "uncategorised"})
    hosts = dict(zip(unknown, names, strict=False))
    sites = {CLASSES[host][0]: name.removeprefix("www.") for host, name in hosts.items()}
    events = table(rows)
    renamed = visits(events.with_columns(pl.col("url_domain").replace(hosts), pl.col("site").replace(sites)))
    expected = visits(events).with_columns(pl.col("site").replace(sites))
    assert_frame_equal(renamed, expected.sort(VISIT, nulls_last=True))


# --- One person, one clock ----------------------------------------------------------------------------------------


def assert_within_the_clock(found: pl.DataFrame) -> None:
    timed = found.filter(pl.col("minutes_high") > 0).sort("user_hash", "event_start")
    assert (timed["minutes_low"] >= 0).all()
    assert (timed["minutes_low"] <= timed["minutes"] + 1e-9).all()
    assert (timed["minutes"] <= timed["minutes_high"] + 1e-9).all()
    following = (pl.col("event_start").shift(-1) - pl.col("event_start")).over("user_hash").dt.total_milliseconds()
    after = timed.with_columns(following=following / 60_000).drop_nulls("following")
    assert (after["minutes_high"] <= after["following"] + 1e-9).all()


@few
@given(days(people=3) | odd_logs, st.integers(0, 7_200), st.sampled_from([60, 600, 3_600]))
def test_nobody_is_in_two_places_nor_longer_than_the_clock(rows: list[dict], begin: int, lasts: int) -> None:
    """At most (`minutes_high`) never reaches beyond the person's next visit either."""
    found = visits(table(rows))
    assert_within_the_clock(found)
    start = table(rows)["event_start"].min() + timedelta(seconds=begin)
    end = start + timedelta(seconds=lasts)
    inside = pl.min_horizontal("event_end", pl.lit(end)) - pl.max_horizontal("event_start", pl.lit(start))
    spent = (
        found.filter(pl.col("minutes") > 0)
        .group_by("user_hash")
        .agg(inside.dt.total_milliseconds().clip(lower_bound=0).sum().alias("spent"))
    )
    assert (spent["spent"] <= lasts * 1_000).all()


@needs_shared
@lab_modes
def test_nobody_of_the_recorded_day_is_in_two_places(mode: str) -> None:
    assert_within_the_clock(visits(lab_day(mode)))


# --- Background and embedded requests -----------------------------------------------------------------------------

CONNECT = {"url_scheme": "tunnel", "http_request_method": "CONNECT", "http_response_mime_type": None}
TUNNELLED = CONNECT | {"event_action": "TCP_TUNNEL", "event_duration_ms": 61_000}
ADVERT = {"url_domain": "shop-window.example", "site": "shop-window.example", "host_role": "asset"}
BACKGROUND: dict[str, dict] = {
    "of nobody": {"user_hash": None},
    "asked for a password": {"http_response_status_code": 407},
    "an update": {"url_domain": "updates.example", "site": "updates.example", "category": "infra_update"},
    "an update, tunnelled": TUNNELLED
    | {"url_domain": "updates.example", "site": "updates.example", "category": "infra_update"},
    "a certificate": {"url_domain": "ocsp.example", "site": "ocsp.example", "category": "infra_cert"},
    "telemetry": TUNNELLED | {"url_domain": "t.example", "site": "t.example", "category": "infra_telemetry"},
    "software": {"user_agent_name": "updater", "http_response_mime_type": "text/html"},
    "bookkeeping": CONNECT | {"event_action": "NONE_NONE", "http_response_bytes": 0},
    "a socket never used": TUNNELLED | {"http_response_bytes": 39},
    "a socket closed at once": TUNNELLED | {"http_response_bytes": 0, "event_duration_ms": 0},
    "a pixel": ADVERT | {"category": "infra_tracker", "http_response_mime_type": "image/gif", "url_extension": "gif"},
    "a beacon": ADVERT
    | {"category": "infra_analytics", "http_request_method": "POST", "http_response_mime_type": None},
    "a picture of an advert": ADVERT | {"category": "infra_ads", "url_key": 77, "http_response_mime_type": "image/png"},
    "an advert that plays": ADVERT | {"category": "infra_ads", "url_key": 78, "http_response_mime_type": "video/mp4"},
    "mail": TUNNELLED
    | {"url_domain": "m.example", "site": "m.example", "category": "webmail", "host_role": "page"}
    | {"event_duration_ms": 7_200_000, "http_response_bytes": 30_000},
}


def beside(base: list[dict], kind: str, random: Random, count: int) -> list[dict]:
    """Return so many requests of a kind at times around those of the log: they have its people and hosts."""
    added = []
    for _ in range(count):
        near = random.choice(base)
        own = {name: near[name] for name in ("url_domain", "site", "category", "host_role", "user_hash", "source_hash")}
        when = near["event_start"] + timedelta(milliseconds=random.choice([-4_000, -1, 0, 1, 700, 9_000, 50_000]))
        added.append({**event(0, "www.news.example"), **own, "event_start": when, **BACKGROUND[kind]})
    return [row for row in added if kind != "mail" or not any(just_before(row, other) for other in base)]


def just_before(row: dict, other: dict) -> bool:
    passed = other["event_start"] - row["event_start"]
    return other["user_hash"] == row["user_hash"] and timedelta(0) <= passed <= timedelta(seconds=5)


@few
@given(days() | odd_logs, st.sampled_from(sorted(BACKGROUND)), st.randoms(use_true_random=False), st.integers(1, 30))
def test_background_changes_no_visit(rows: list[dict], kind: str, random: Random, count: int) -> None:
    """Whatever is known for background by itself, and adverts and counters whose addresses are known, at any time.

    The exception: a standing connection is known by its length alone, and so may be a page. If most of a site's pages
    open within five seconds after such, the site may be part of those.
    """
    events = table(rows)
    assert_frame_equal(visits(with_rows(events, beside(rows, kind, random, count))), visits(events))


@needs_shared
@lab_modes
@pytest.mark.parametrize("kind", BACKGROUND)
def test_background_changes_no_visit_of_the_recorded_day(mode: str, kind: str) -> None:
    events = lab_day(mode)
    base = events.filter(pl.col("user_hash").is_not_null()).sample(400, seed=1).to_dicts()
    assert_frame_equal(visits(with_rows(events, beside(base, kind, seeded(kind), 150))), visits(events))


@few
@given(days(), st.randoms(use_true_random=False), st.integers(1, 20))
def test_spare_sockets_change_no_visit(rows: list[dict], random: Random, count: int) -> None:
    """Sockets with a handshake and no page (less than 2 kB).

    The exception: where answers of that size are a poll, one more of them can break its beat, or make one.
    """
    spare = beside([row for row in rows if row["category"] != "infra_ads"], "a socket never used", random, count)
    for row in spare:
        row["http_response_bytes"] = random.choice([120, 900, 1_999])
        row["event_start"] += timedelta(milliseconds=random.randrange(20_000))
    events = table(rows)
    more = with_rows(events, spare)
    assume("idle" not in outcome(more).labelled["label"].cast(pl.String))
    assert_frame_equal(visits(more), visits(events))


def in_loads(events: pl.DataFrame, random: Random, count: int) -> list[dict]:
    """Return adverts, tunnelled or as documents, within the loads of pages that people opened.

    Never in the five seconds before another site's tunnel or document, or at its instant: see the law.
    """
    labelled = outcome(events).labelled
    pages = labelled.filter(pl.col("label_reason").cast(pl.String) == "a page the person opened").to_dicts()
    machine = labelled.select(pl.col("category").cast(pl.String).str.starts_with("infra")).to_series().to_list()
    openings = [
        (row["user_hash"], row["event_start"])
        for row, infra in zip(labelled.to_dicts(), machine, strict=True)
        if (row["url_scheme"] == "tunnel" or row["url_extension"] is None) and not infra
    ]
    added = []
    for _ in range(count if pages else 0):
        page = random.choice(pages)
        when = page["event_start"] + timedelta(milliseconds=random.randrange(1, 20_000))
        if any(
            user == page["user_hash"] and timedelta(0) <= start - when <= timedelta(seconds=5)
            for user, start in openings
        ):
            continue
        told = {"event_start": when, "user_hash": page["user_hash"]}
        name = f"ads{random.randrange(4)}.example"
        where = {"url_domain": name, "site": name, "category": random.choice(["infra_ads", "infra_tracker"])}
        kind = random.choice(
            [
                {"url_key": random.randrange(1, 4)},
                TUNNELLED | {"http_response_bytes": 900},
                TUNNELLED | {"http_response_bytes": 90_000, "event_duration_ms": 240_300},
                TUNNELLED | {"http_response_bytes": 30_000_000, "event_duration_ms": 900_000},
            ]
        )
        added.append({**event(0, "ads.example"), **told, **where, **kind})
    return added


@few
@given(days() | odd_logs, st.randoms(use_true_random=False), st.integers(1, 20))
def test_adverts_change_no_visit_while_a_page_loads(rows: list[dict], random: Random, count: int) -> None:
    """A tunnel to an advert, or an advert's frame, changes nothing within 20 seconds after a page was opened.

    The exceptions, all because adverts show that *some* page is loading:
    - those that follow a tunnel to a site prove that a page of it was asked for: low may grow, up to likely;
    - in the five seconds before another site's tunnel or document, or at its instant, it casts doubt on that, which may
      be of the page with the advert: then a visit can be missed;
    - at other times, two tunnels to different advertisers within five seconds can make the page that was opened last
      count as still in use, at most 15 minutes after its last sign: in likely and high.
    """
    events = table(rows)
    assert_same_but_for_proof(visits(with_rows(events, in_loads(events, random, count))), visits(events))


def assert_same_but_for_proof(found: pl.DataFrame, expected: pl.DataFrame) -> None:
    but = [name for name in VISIT if name != "minutes_low"]
    found, expected = found.sort(but, nulls_last=True), expected.sort(but, nulls_last=True)
    assert_frame_equal(found.select(but), expected.select(but))
    assert (found["minutes_low"] >= expected["minutes_low"]).all()


@needs_shared
def test_adverts_change_no_visit_of_the_recorded_day_while_a_page_loads() -> None:
    events = lab_day("connect_only")
    more = in_loads(events, seeded(5), 150)
    assert len(more) > 80
    assert_same_but_for_proof(visits(with_rows(events, more)), visits(events))


@few
@given(days() | odd_logs, st.randoms(use_true_random=False), st.integers(2, 20))
def test_adverts_at_any_time_make_no_visit(rows: list[dict], random: Random, count: int) -> None:
    """Tunnels to adverts at any time show that a page is loading, never whose it is."""
    events = table(rows)
    adverts = beside(rows, "a picture of an advert", random, count)
    more = with_rows(events, [{**row, **TUNNELLED, "url_key": None} for row in adverts])
    before, after = visits(events, PINNED), visits(more, PINNED)
    started = ["user_hash", "site", "event_start"]
    assert after.join(before, on=started, how="anti", nulls_equal=True).height == 0


def opened(events: pl.DataFrame) -> list[dict]:
    labelled = outcome(events).labelled
    return labelled.filter(pl.col("label_reason").cast(pl.String) == "a page the person opened").to_dicts()


def embedded(level: str, pages: list[dict], random: Random, count: int) -> list[dict]:
    """Return requests for a bookmaker's advert, frame and picture within loads of pages: the three kinds of log."""
    added = []
    for _ in range(count):
        page = random.choice(pages)
        second = random.choice([0.2, 0.9, 2.5, 6.0])
        user = {"user_hash": page["user_hash"]}
        if level == "tunnel":
            row = tunnel(0, BETS, random.choice([5.2, 60.2, 240.3]), random.choice([3_000, 40_000]), **user)
        else:
            kind = random.choice([("frame", "text/html"), ("odds.jpg", "image/jpeg"), (f"{random.random()}", None)])
            row = got(0, BETS, *kind, **user)
            if level == "referrer":
                row |= {"referrer_domain": page["url_domain"], "referrer_key": page["url_key"] or 1}
        added.append(row | {"event_start": page["event_start"] + timedelta(seconds=second)})
    return added


levels = pytest.mark.parametrize("level", ["tunnel", "url", "referrer"])


@levels
@few
@given(rows=days(), random=st.randoms(use_true_random=False), count=st.integers(1, 20))
def test_what_pages_embed_is_no_visit_there(level: str, rows: list[dict], random: Random, count: int) -> None:
    """A bookmaker's parts in pages that the log shows as opened make no visit to the bookmaker, in any kind of log.

    They may change other visits: a page opened up to 20 seconds after them, without parts of its own, is taken for
    part of the same page load, and what is embedded teaches the log that the bookmaker appears in others' pages.
    """
    events = table(rows)
    pages = opened(events)
    assume(pages)
    more = visits(with_rows(events, embedded(level, pages, random, count)))
    assert "bets.example" not in more["site"].to_list()


@needs_shared
@lab_modes
@levels
def test_what_pages_embed_is_no_visit_there_on_the_recorded_day(mode: str, level: str) -> None:
    events = lab_day(mode)
    found = visits(with_rows(events, embedded(level, opened(events), seeded(level), 150)))
    assert "bets.example" not in found["site"].to_list()


def test_an_unlisted_sites_pictures_do_not_become_the_bookmakers_whose_adverts_it_shows() -> None:
    """Whatever opens after a bookmaker that itself opens with another page is not the bookmaker's."""
    rows = []
    for second in range(0, 3_000, 290):
        rows += page_load("tunnels", second, "www.club.example", "x1.parts.example", "", 1_000, 1)
        rows.append(tunnel(second + 0.2, BETS, 60.2, 40_000))
    assert "bets.example" not in visits(table(rows))["site"].to_list()


# --- Other people -------------------------------------------------------------------------------------------------

ELSEWHERE = tuple((f"www.place{n}.example", f"img.place{n}.example") for n in range(3))


@few
@given(days() | odd_logs, st.data())
def test_other_people_change_nothing_but_what_the_log_teaches(rows: list[dict], data: st.DataObject) -> None:
    """A log teaches by host, address and site, and four things of all: the length of the last page, the usual time-out,
    and whether it has content types and durations. So people on other hosts change nothing if those are given.
    """
    for page, asset in ELSEWHERE:
        CLASSES.setdefault(page, (page[4:], "leisure", "page"))
        CLASSES.setdefault(asset, (page[4:], "leisure", "asset"))
    others = [{**row, "user_hash": 90 + row["user_hash"]} for row in data.draw(days(sites=ELSEWHERE))]
    others = [row for row in others if not row["url_domain"].startswith("ads")]
    telling = [got(0, "www.place0.example", "x", user_hash=99), tunnel(60, "www.place0.example", 20, user_hash=99)]
    events = table([*rows, *telling])
    own = pl.col("user_hash") < 90
    assert_frame_equal(visits(with_rows(events, others), PINNED).filter(own), visits(events, PINNED).filter(own))


GIANT = 999


def ordinary_day(people: int, kind: str) -> list[dict]:
    """Return a day of people who read news, talk, work and watch."""
    random, rows = seeded(kind), []
    for user in range(1, people + 1):
        second = random.randrange(1_000)
        for number in range(25):
            second += round(random.lognormvariate(4, 1))
            page, asset = random.choice(SITES)
            lasts = 60.2 + random.choice([0, 0, 0.3, 5, 15, 60, 180])
            rows += page_load(kind, second + random.random(), page, asset, f"page{number}", lasts, user)
    return rows


def endless(giant: str, kind: str, count: int) -> list[dict]:
    """Return a day of one account that never stops."""
    rows: list[dict] = []
    for number in range(count):
        page, asset = SITES[number % len(SITES)]
        when = number * 2.5
        if giant == "asks for one page":
            page, asset = SITES[0]
            one = tunnel(when, page, 1.5) if kind == "tunnels" else got(when, page, "page1")
            rows.append({**one, "user_hash": GIANT})
        elif giant == "asks for new pages":
            one = tunnel(when, page, 1.5) if kind == "tunnels" else got(when, page, f"new{number}")
            rows.append({**one, "user_hash": GIANT})
        elif giant == "asks for hosts of its own":
            host = f"h{number // 6}.strange.example"
            rows.append({**tunnel(when, host, 4.5), "user_hash": GIANT})
        else:  # shows pages in turn, each while another one loads
            rows += page_load(kind, when, page, asset, f"page{number % 9}", 9.5, GIANT)[:3]
    return rows


@pytest.mark.parametrize("kind", ["tunnels", "urls"])
@pytest.mark.parametrize(
    "giant", ["asks for one page", "asks for new pages", "asks for hosts of its own", "shows pages in turn"]
)
def test_an_account_that_never_stops_changes_nothing_for_others(giant: str, kind: str) -> None:
    """A kiosk or a script with more requests than all others together; what it teaches weighs as one person's.

    That much it does teach: the length of the last page by seconds, and an address that hardly anybody else asks for.
    """
    events = table(ordinary_day(100, kind))
    more = with_rows(events, endless(giant, kind, 10_000))
    assert more.height >= 2 * events.height
    found, expected = visits(more).filter(pl.col("user_hash") != GIANT), visits(events)
    same = found.join(expected, on=["user_hash", "site", "event_start"])
    assert same.height >= 0.99 * max(found.height, expected.height)
    assert (same["minutes_low"] == same["minutes_low_right"]).mean() > 0.99
    assert ((same["minutes"] - same["minutes_right"]).abs() < 0.1).mean() > 0.99
