"""Files that people fetched: what a person asked for, and all that only looks like it."""

from __future__ import annotations

import polars as pl
import pytest
from reconstruct_events import at, event, fetch, page_by_urls, run, table, tunnel

from netaudit.contracts import DOWNLOADS, EVENTS
from netaudit.reconstruct import ReconstructSettings, reconstruct

BETS, BETS_IMG = "www.bets.example", "img.bets.example"
NEWS, NEWS_IMG = "www.news.example", "img.news.example"
PROGRAM = "application/x-msdownload"
TO_KEEP = "application/octet-stream"


def page(when: str = "10:00:00", host: str = BETS, asset: str = BETS_IMG, **other: object) -> list[dict]:
    return page_by_urls(when, host, asset, f"page{when}", **other)


def file(
    when: float | str, name: str = "setup.exe", mime: str | None = PROGRAM, host: str = BETS, **other: object
) -> dict:
    return fetch(when, host, name, mime, **({"http_response_bytes": 34_000_000} | other))


def found(*rows: dict) -> list[tuple]:
    downloads = run([*page(), *rows]).downloads
    return downloads.select("site", "category", "file_kind", "bytes").rows()


def test_a_program_fetched_from_an_open_page() -> None:
    downloads = run([*page(), file("10:00:40")]).downloads
    assert downloads.schema == DOWNLOADS.schema
    assert downloads.to_dicts() == [
        {
            "user_hash": 1,
            "attribution": "person",
            "site": "bets.example",
            "category": "gambling",
            "category_source": None,
            "category_confirmed": None,
            "event_start": table([file("10:00:40")])["event_start"][0],
            "file_kind": "program",
            "bytes": 34_000_000,
        }
    ]


@pytest.mark.parametrize(
    ("name", "mime", "kind"),
    [
        ("setup.exe", TO_KEEP, "program"),
        ("setup.msi", "application/x-msi", "program"),
        ("app.apk", "application/vnd.android.package-archive", "program"),
        ("setup.exe", None, "program"),
        ("get", PROGRAM, "program"),
        ("pack.zip", "application/zip", "archive"),
        ("pack.rar", TO_KEEP, "archive"),
        ("cd.iso", TO_KEEP, "disk_image"),
        ("song.mp3", TO_KEEP, "audio_video"),
        ("film.mp4", "application/force-download", "audio_video"),
        ("terms.pdf", "application/pdf", "document"),
        ("terms.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document"),
    ],
)
def test_the_kind_is_what_the_server_says_else_what_the_name_says(name: str, mime: str | None, kind: str) -> None:
    assert found(file("10:00:40", name, mime)) == [("bets.example", "gambling", kind, 34_000_000)]


@pytest.mark.parametrize(
    ("why", "row"),
    [
        ("a page about a program", file("10:00:40", "setup.exe", "text/html")),
        ("a picture of one", file("10:00:40", "setup.exe", "image/png")),
        ("sound that a page plays", file("10:00:40", "song.mp3", "audio/mpeg")),
        ("film that a page plays", file("10:00:40", "film.mp4", "video/mp4")),
        ("sound, where the log has no content types", file("10:00:40", "song.mp3", None)),
        ("a piece of a stream", file("10:00:40", "piece.ts", TO_KEEP)),
        ("data that a page loads", file("10:00:40", "level1.bin", TO_KEEP)),
        ("a part of a file, as a player asks for it", file("10:00:40", http_response_status_code=206)),
        ("a file that is not there", file("10:00:40", http_response_status_code=404)),
        ("what the filter stopped", file("10:00:40", disposition="blocked", http_response_status_code=403)),
        ("what the person broke off", file("10:00:40", event_action="TCP_MISS_ABORTED")),
        ("an answer without a size", file("10:00:40", http_response_bytes=None)),
        ("a question whether there is one", file("10:00:40", http_request_method="HEAD")),
        ("a form that was sent", file("10:00:40", http_request_method="POST")),
        ("software", file("10:00:40", user_agent_name="updater")),
        ("a host of updates", file("10:00:40", host="updates.example")),
        ("an advert", file("10:00:40", host="ads.example")),
        ("nobody", file("10:00:40", user_hash=None, attribution="none")),
        ("another person's file", file("10:00:40", user_hash=2)),
        ("a site of which no page was opened", file("10:00:40", host="www.shop.example")),
        ("what came with the page", file("10:00:03")),
        ("what a page may still be loading", file("10:00:15", "pack.zip", "application/zip")),
        ("long after the page was read", file("10:20:00")),
        ("a bare connection", tunnel("10:00:40", BETS, size=34_000_000)),
    ],
)  # fmt: skip
def test_nobody_is_accused_of(why: str, row: dict) -> None:
    assert found(row) == [], why


def test_a_file_that_came_after_a_page_of_another_site_is_not_told() -> None:
    assert run([*page(), *page("10:00:30", NEWS, NEWS_IMG), file("10:01:30")]).downloads.is_empty()


def test_a_shielded_site_leaves_no_file() -> None:
    hidden = {"site": None, "category": "shielded", "url_domain": None, "url_extension": "pdf"}
    rows = [
        event("10:00:00", "www.clinic.example", **hidden),
        event("10:00:40", "www.clinic.example", **hidden | {"http_response_mime_type": "application/pdf"}),
    ]
    assert run(rows).downloads.is_empty()


def test_the_same_file_counts_once_however_often_it_was_asked_for() -> None:
    rows = [file("10:00:40", http_response_bytes=10_000_000), file("10:01:20"), file("10:02:00", http_response_bytes=9)]
    assert found(*rows) == [("bets.example", "gambling", "program", 34_000_000)]
    other = file("10:01:40", "other.exe", http_response_bytes=5_000_000)
    assert len(found(*rows, other)) == 2


def test_a_timer_that_fetches_a_program_is_no_person() -> None:
    rows = [file(at("10:00:30") + 30 * number, f"v{number}.exe") for number in range(20)]
    beat = [file(at("10:00:30") + 30 * number) for number in range(20)]
    assert len(run([*page(), *rows]).downloads) > 1  # different files, one after the other
    assert run([*page(), *beat]).downloads.is_empty()


def test_the_order_of_the_lines_makes_no_difference() -> None:
    rows = [
        *page(),
        file("10:00:40"),
        file("10:01:10", "b.zip", "application/zip"),
        *page("11:00:00"),
        file("11:01:00", "c.iso", TO_KEEP),
    ]
    wanted = run(rows).downloads
    assert wanted.height == 3
    events = table(rows)
    for seed in range(5):
        shuffled = events.sample(fraction=1, shuffle=True, seed=seed)
        assert reconstruct(shuffled, ReconstructSettings()).downloads.equals(wanted)


def test_text_held_as_categories_makes_no_difference() -> None:
    rows = [*page(), file("10:00:40")]
    events = table(rows)
    text = [name for name, dtype in EVENTS.schema.items() if dtype == pl.String]
    held = events.with_columns(pl.col(text).cast(pl.Categorical))
    assert reconstruct(held, ReconstructSettings()).downloads.equals(run(rows).downloads)
