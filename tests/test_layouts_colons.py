"""Keys parted from their values by a colon, structured data of syslog, and CEF that a transport has changed."""

from __future__ import annotations

import polars as pl
import pytest

from netaudit.ingest.key_values import read_cef, read_keys

FIREPOWER = (
    "Mar 10 10:00:00 gate1 %FTD-1-430003: SrcIP: 192.0.2.36, DstIP: 203.0.113.7, Prefilter Policy: Default, User: ann, "
    "UserAgent: Mozilla/5.0 (KHTML, like Gecko), URL: http://one.example/a,b: c"
)
CHECK_POINT = '[action:"Accept"; src:"192.0.2.36"; ike::"x; user:\\"cara\\""; user:"ann"; ]'


def keys(line: str, separator: str, gives: str, *wanted: str) -> list[str | None]:
    return list(read_keys(pl.Series([line]), separator, wanted, gives=gives).select(wanted).row(0))


def test_values_may_hold_commas_and_colons() -> None:
    found = keys(FIREPOWER, ", ", ": ", "SrcIP", "User", "UserAgent", "URL")
    assert found == ["192.0.2.36", "ann", "Mozilla/5.0 (KHTML, like Gecko)", "http://one.example/a,b: c"]


def test_a_colon_may_stand_twice_and_what_is_quoted_holds_no_keys() -> None:
    assert keys(CHECK_POINT, "; ", ":", "action", "src", "user") == ["Accept", "192.0.2.36", "ann"]


@pytest.mark.parametrize(
    ("line", "separator", "gives"),
    [
        (FIREPOWER.replace("UserAgent: ", "UserAgent: x, User: cara, "), ", ", ": "),
        (CHECK_POINT.replace("; ]", '; user:"cara"; ]'), "; ", ":"),
    ],
)
def test_who_is_named_twice_is_nobody(line: str, separator: str, gives: str) -> None:
    assert keys(line, separator, gives, "User" if "User:" in line else "user") == [None]


def test_a_bracket_that_ends_structured_data_is_no_part_of_a_value() -> None:
    assert keys('[junos@2636 url="one.example" roles="a [b]"]', " ", "=", "url", "roles") == ["one.example", "a [b]"]


@pytest.mark.parametrize(
    "line",
    [
        "CEF:0|Vendor|Product|1|id|name|5|act=blocked src=192.0.2.36",
        " 0|Vendor|Product|1|id|name|5|act=blocked src=192.0.2.36",
        "CEF:0|Vendor|Product|1|id|name|5|Unknown|act=blocked\nsrc=192.0.2.36",
    ],
)
def test_a_head_that_a_transport_has_changed_is_read(line: str) -> None:
    found = read_cef(pl.Series([line]), ["device_vendor", "act", "src"]).row(0, named=True)
    assert found == {"device_vendor": "Vendor", "act": "blocked", "src": "192.0.2.36"}
