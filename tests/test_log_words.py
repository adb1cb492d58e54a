"""What is kept of a record's words: known ones, of which later stages tell the same as of what was written."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.categorise import judged, kept_words
from netaudit.categorise.vendor import _UNKNOWN, judge
from netaudit.contracts import content_types
from netaudit.definitions.categories import categories_folder, load_class_map
from netaudit.definitions.log_words import ACTIONS, EXTENSIONS, METHODS, MIME_TYPES, OTHER, SOFTWARE, TOP_LEVEL_TYPES
from netaudit.definitions.vendor_categories import normal_form
from netaudit.ingest import url_parts, user_agent_names
from netaudit.ingest.words import known_action, known_method, known_type
from netaudit.reconstruct import downloads, kinds
from netaudit.reconstruct.settings import ReconstructSettings

CLASS_MAP = load_class_map(categories_folder())
TYPES = (
    content_types.DOCUMENT_TYPES, content_types.PART_TYPES, kinds._STYLE_TYPES, kinds._MEDIA_TYPES, downloads._TO_KEEP,
    *((name,) for name in downloads._BY_TYPE),
)  # fmt: skip
BEGINNINGS = sorted({name for group in TYPES for name in group})
NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789.+-_", min_size=1, max_size=12)


@given(
    st.one_of(st.sampled_from(BEGINNINGS), NAMES), NAMES, st.sampled_from(["", ";charset=utf-8", ";%20x=y", " x", ","])
)
def test_a_type_is_told_apart_as_before(beginning: str, name: str, end: str) -> None:
    for written in (beginning + name + end, f"{beginning}/{name}{end}", beginning + end):
        kept = known_type(written)
        for group in TYPES:
            assert kept.startswith(group) == written.startswith(group), (written, kept)


@given(st.text(max_size=40))
def test_nothing_is_kept_of_a_type_but_known_ones(text: str) -> None:
    others = {OTHER, *(f"{top}/{OTHER}" for top in TOP_LEVEL_TYPES)}
    for written in (text, f"text/{text}", f"{text}/html", f"application/{text}"):
        assert known_type(written) in MIME_TYPES | others


@given(st.lists(st.one_of(NAMES, st.sampled_from(["TCP", "NONE", "ABORTED", "MISS", "block", "url"])), max_size=9))
def test_an_action_is_told_apart_as_before_and_made_of_known_words(tokens: list[str]) -> None:
    for sign in ("_", "-", " "):
        written = sign.join(tokens)
        kept = known_action(written)
        assert {token.lower() for token in kept.replace("-", "_").replace(" ", "_").split("_")} <= ACTIONS
        if tokens and tokens[0] == "NONE":
            assert kept.startswith("NONE")
        if "ABORTED" in tokens[:8]:
            assert "ABORT" in kept


def test_what_proxies_write_is_kept_as_it_is() -> None:
    actions = (
        "TCP_MISS", "TCP_REFRESH_FAIL_ERR", "TCP_CLIENT_REFRESH_MISS", "TCP_TUNNEL_ABORTED", "NONE_NONE", "UDP_HIT",
        "TCP_REFRESH_UNMODIFIED_ABORTED", "TCP_NC_MISS", "TUNNELED", "passthrough", "block-override", "reset-both",
        "Allowed", "Blocked", "EXCEPTION* *SCANNED", "DENIED", "TCP_MEM_HIT", "TCP_SWAPFAIL_MISS",
    )  # fmt: skip
    assert [known_action(one) for one in actions] == list(actions)
    for method in ("GET", "CONNECT", "PROPFIND", "BITS_POST", "M-SEARCH", "RPC_IN_DATA"):
        assert known_method(method) == method
    assert known_method("get") == OTHER  # RFC 9110 §9.1: small letters are another method


def test_every_extension_that_matters_is_known() -> None:
    told = set(downloads._BY_EXTENSION).union(
        content_types.DOCUMENT_EXTENSIONS,
        content_types.PART_EXTENSIONS,
        kinds._MEDIA_EXTENSIONS,
        kinds._SOUND_EXTENSIONS,
    )
    assert told <= EXTENSIONS
    assert OTHER not in told | METHODS


def test_all_browsers_are_known_and_all_else_is_software() -> None:
    browsers = ReconstructSettings().browsers
    assert not browsers & (SOFTWARE | {OTHER})
    agents = pl.Series(
        [
            "Mozilla/5.0 (X11)",
            "Firefox 3.0",
            "chrome/1.0",
            "AnnSmith-Laptop/1.0",
            "ann.smith@trust.example",
            "tEaMs/1.0",
        ]
    )
    assert user_agent_names(agents).to_list() == ["Mozilla", "Firefox", OTHER, OTHER, OTHER, "Teams"]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://ann:pa@ss@www.example/x", "www.example"),
        ("http://ann%40www.example/x", "www.example"),
        ("http://ann%3Asecret%40www.example/x", "www.example"),
        ("http://www.example%2Fann/x", ""),
        ("http://www.example\\ann\\x", "www.example"),
        ("http://CORP\\ann:secret@www.example/x", "www.example"),
        ("http://www.example;ann=1/x", ""),
        ("http://www.example&u=ann/x", ""),
        ("http://ann smith/x", ""),
        ("http:// www.example/x", "www.example"),
        ("http://www%2Eexample/x", "www.example"),
        ("http://ann\N{FULLWIDTH COMMERCIAL AT}www.example/x", ""),
        ("http://[2001:db8::1]:80/x", "[2001:db8::1]"),
        ("http://münchen.example/x", "münchen.example"),
        ("http://❤.example/x", "❤.example"),
        (f"http://{'ann.' * 100}example/x", ""),
    ],
)
def test_a_host_is_a_host_and_nothing_of_its_user(url: str, host: str) -> None:
    for text, tunnel in ((url, False), (url.removeprefix("http://").removesuffix("/x"), True)):
        found = url_parts(pl.DataFrame({"url_full": [text], "tunnel": [tunnel]}))
        assert found["url_domain"].to_list() == [host]


def test_a_scheme_and_an_extension_are_known_or_other() -> None:
    urls = ["annsmith://www.example/x", "tunnel://www.example/x", "ws://www.example/x.smith", "http://a.example/x.PDF"]
    found = url_parts(pl.DataFrame({"url_full": urls, "tunnel": [False] * 4}))
    assert found["url_scheme"].to_list() == [OTHER, OTHER, "ws", "http"]
    assert found["url_extension"].to_list() == [None, None, OTHER, "pdf"]


@pytest.mark.parametrize("name", sorted({table.name for table in CLASS_MAP.vendor_by_dataset.values()}))
@settings(deadline=None)  # the first call reads the class map's words
@given(st.data())
def test_a_filters_words_say_the_same_when_they_are_kept(name: str, data: st.DataObject) -> None:
    table = next(table for table in CLASS_MAP.vendor_by_dataset.values() if table.name == name)
    known = st.sampled_from(sorted({*table.classes, *table.ignored, *table.codes}))
    signs = st.sampled_from([*table.separators, *([" "] if table.blanks else [])] or [" "])
    words = data.draw(st.lists(st.one_of(known, NAMES, st.sampled_from(["Ann Smith", "ann.smith@x"])), max_size=6))
    said = data.draw(signs).join(words)
    kept = kept_words(said, table)
    one, other = judge(said, table, CLASS_MAP), judge(kept or "", table, CLASS_MAP)
    assert (one.category, one.match, one.specials) == (other.category, other.match, other.specials), (said, kept)
    assert set(other.unknown) <= {_UNKNOWN}
    assert kept_words(kept or "", table) == kept
    (row,), _ = judged([kept or ""], table, CLASS_MAP)[0].rows(), None
    assert row[0] == one.category


def test_no_vendor_knows_the_word_for_unknown_ones() -> None:
    for table in CLASS_MAP.vendor_by_dataset.values():
        assert normal_form(_UNKNOWN) not in table.words
