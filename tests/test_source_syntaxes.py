"""What each syntax of foreign lists says, line by line; every line is accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from shared_material import SHARED, needs_shared
from source_lists import adapter, adds_up, read, rows

from netaudit.errors import InputError
from netaudit.sources import reasons
from netaudit.sources.line_syntaxes import detected, names_of
from netaudit.sources.names import named
from netaudit.sources.texts import line_count, lines_of, text_of

Said = list[str | None]


def said(syntax: str, *lines: str, modifiers: Sequence[str] = ()) -> Said:
    """Return for each name on the lines its pattern, or the reason why there is none."""
    found = named(names_of(lines_of("\n".join(lines).encode()), syntax, modifiers))
    return found.select(pl.coalesce("pattern", "reason")).to_series().to_list()


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("example.org", "example.org"),
        ("Example.ORG", "example.org"),
        (" example.org\t", "example.org"),
        ("example.org.", "example.org"),
        (".example.org", "example.org"),
        ("*.example.org", "example.org"),
        ("http://example.org", "example.org"),
        ("https://ann:secret@example.org:8443/A/b", "example.org/a/b/"),
        ("example.org:80", "example.org"),
        ("example.org/", "example.org"),
        ("example.org//a//b//", "example.org/a/b/"),
        ("example.org/index.php", "example.org/index.php/"),
        ("example.org#top", "example.org"),
        ("a_b.example.org", "a_b.example.org"),
        ("münchen.example", "xn--mnchen-3ya.example"),
        ("MÜNCHEN.example/Straße", "xn--mnchen-3ya.example/stra%c3%9fe/"),
        ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ("example.org/?page=1", reasons.QUERY),
        ("example.org/a?b", reasons.QUERY),
        ("example.org/../b", reasons.QUERY),
        ("example.org/a*b", reasons.QUERY),
        ("example.org/a\\.b", reasons.QUERY),
        ("192.0.2.1", reasons.ADDRESS),
        ("192.0.2.0/24", reasons.ADDRESS),
        ("http://192.0.2.1:8080/x", reasons.ADDRESS),
        ("0x7f.1", reasons.ADDRESS),
        ("2001:db8::1", reasons.ADDRESS),
        ("[2001:db8::1]", reasons.ADDRESS),
        ("server01", reasons.SINGLE_LABEL),
        ("localhost", reasons.LOCAL_NAME),
        ("printer.local", reasons.LOCAL_NAME),
        ("1.0.0.127.in-addr.arpa", reasons.LOCAL_NAME),
        ("a..example.org", reasons.NOT_A_HOST),
        ("-a.example.org", reasons.NOT_A_HOST),
        ("a-.example.org", reasons.NOT_A_HOST),
        ("two words.example", reasons.NOT_A_HOST),
        ("someone@example.org", reasons.NOT_A_HOST),
        ("nul\0.example.org", reasons.NOT_A_HOST),
        (f"{'a' * 64}.example.org", reasons.NOT_A_HOST),
        (f"{'abc.' * 70}org", reasons.NOT_A_HOST),
        ("a*.example.org", reasons.WILDCARD),
        ("*", reasons.WILDCARD),
        ("# a word", reasons.COMMENT),
        ("example.org # a word", "example.org"),
        ("\n", reasons.BLANK),
        ("x" * 5000, reasons.TOO_LONG),
    ],
)
def test_a_name_in_any_dress(text: str, pattern: str) -> None:
    assert said("plain", text) == [pattern]


@pytest.mark.parametrize(
    ("host", "is_suffix"),
    [
        ("com", True),
        ("co.uk", True),
        ("nhs.uk", True),
        ("gov.uk", True),
        ("github.io", True),
        ("blogspot.com", True),
        ("anything.ck", True),
        ("www.ck", False),
        ("city.kawasaki.jp", False),
        ("trust.nhs.uk", False),
        ("someone.github.io", False),
        ("example.org", False),
    ],
)
def test_what_strangers_have_names_under_is_marked(host: str, *, is_suffix: bool) -> None:
    found = named(names_of(lines_of(host.encode()), "plain"))
    assert found.get_column("is_suffix").to_list() == [is_suffix]


def test_hosts() -> None:
    lines = (
        "# Title: a list",
        "127.0.0.1 localhost",
        "::1 ip6-localhost ip6-loopback",
        "255.255.255.255 broadcasthost",
        "0.0.0.0 casino.example www.casino.example # both",
        "0 poker.example",
        "127.0.0.1\tbets.example",
        ":: bingo.example",
        "192.0.2.7 intranet.example",
        "0.0.0.0 0.0.0.0",
        "0.0.0.0 ",
        "casino.example",
        "fe80::1%lo0 localhost",
    )
    assert said("hosts", *lines) == [
        reasons.COMMENT,
        reasons.LOCAL_NAME,
        reasons.SINGLE_LABEL,
        reasons.SINGLE_LABEL,
        reasons.REAL_ADDRESS,
        "casino.example",
        "www.casino.example",
        "poker.example",
        "bets.example",
        "bingo.example",
        reasons.REAL_ADDRESS,
        reasons.ADDRESS,
        reasons.NOT_A_HOST,
        reasons.NOT_A_HOST,
        reasons.REAL_ADDRESS,
    ]


def test_adblock() -> None:
    lines = {
        "[Adblock Plus 2.0]": reasons.COMMENT,
        "! Title: a list": reasons.COMMENT,
        "# a word": reasons.COMMENT,
        "||casino.example^": "casino.example",
        "||Casino2.example^": "casino2.example",
        "||*.casino3.example^": "casino3.example",
        "||casino4.example": "casino4.example",
        "||casino5.example^|": "casino5.example",
        "||casino6.example:8443^": "casino6.example",
        "||casino7.example/poker/": "casino7.example/poker/",
        "||casino7.example/poker/*": "casino7.example/poker/",
        "||casino8.example^$important": "casino8.example",
        "||casino9.example^$document,all": "casino9.example",
        "||shop.example^$third-party": reasons.MODIFIER,
        "||shop.example^$important,third-party": reasons.MODIFIER,
        "||shop.example^$domain=other.example": reasons.MODIFIER,
        "||shop.example^$badfilter": reasons.EXCEPTION,
        "@@||good.example^": reasons.EXCEPTION,
        "shop.example##.banner": reasons.COSMETIC,
        "##.banner": reasons.COSMETIC,
        "shop.example#@#.banner": reasons.COSMETIC,
        "/banner[0-9]+/": reasons.REGEX,
        "||ads*.shop.example^": reasons.WILDCARD,
        "||shop.example/a?b=1": reasons.QUERY,
        "||192.0.2.1^": reasons.ADDRESS,
        "-banner-": reasons.NOT_A_HOST_RULE,
        "|https://shop.example/": reasons.NOT_A_HOST_RULE,
        "shop.example": reasons.NOT_A_HOST_RULE,
    }
    assert dict(zip(lines, said("adblock", *lines), strict=True)) == lines


def test_an_adapter_may_take_rules_that_hold_for_other_sites_only() -> None:
    lines = ("||pixel.example^$third-party", "||pixel2.example^$3p,important", "||pixel3.example^$script")
    assert said("adblock", *lines, modifiers=["third-party", "3p"]) == [
        "pixel.example",
        "pixel2.example",
        reasons.MODIFIER,
    ]


def test_dnsmasq() -> None:
    lines = {
        "# a word": reasons.COMMENT,
        "no-resolv": reasons.HEADER,
        "address=/casino.example/#": "casino.example",
        "address=/casino2.example/": "casino2.example",
        "address=/casino3.example/0.0.0.0": "casino3.example",
        "address=/casino4.example/::": "casino4.example",
        "local=/casino5.example/": "casino5.example",
        "server=/casino6.example/": "casino6.example",
        "server=/intranet.example/192.0.2.53": reasons.FORWARDED,
        "server=/open.example/#": reasons.FORWARDED,
        "address=/intranet.example/192.0.2.7": reasons.REAL_ADDRESS,
    }
    assert dict(zip(lines, said("dnsmasq", *lines), strict=True)) == lines
    assert said("dnsmasq", "address=/a.example/b.example/#") == ["a.example", "b.example"]


def test_unbound() -> None:
    lines = {
        "server:": reasons.HEADER,
        "# a word": reasons.COMMENT,
        'local-zone: "casino.example." always_null': "casino.example",
        "local-zone: casino2.example static": "casino2.example",
        'local-zone: "open.example." transparent': reasons.FORWARDED,
        'local-data: "casino3.example. A 0.0.0.0"': "=casino3.example",
        'local-data: "casino4.example 3600 IN AAAA ::"': "=casino4.example",
        'local-data: "intranet.example A 192.0.2.7"': reasons.REAL_ADDRESS,
    }
    assert dict(zip(lines, said("unbound", *lines), strict=True)) == lines


@pytest.mark.parametrize(
    ("syntax", "line"),
    [
        ("plain", "casino.example"),
        ("plain", "*.casino.example"),
        ("hosts", "0.0.0.0 casino.example"),
        ("adblock", "||casino.example^"),
        ("dnsmasq", "address=/casino.example/#"),
        ("unbound", 'local-zone: "casino.example." always_null'),
    ],
)
def test_a_syntax_is_found_out(syntax: str, line: str) -> None:
    lines = lines_of(f"# Title: a list\n\n{line}\n{line}\nnonsense here\n".encode())
    assert detected(lines) == syntax
    assert said("auto", "# a list", line) == [reasons.COMMENT, "casino.example"]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"a\nb", ["a", "b"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\rb", ["a", "b"]),
        (b"\xef\xbb\xbfa\n", ["a"]),
        ("a\nb".encode("utf-16"), ["a", "b"]),
        ("a.example\nb".encode("utf-16-le"), ["a.example", "b"]),
        ("a.example\nb".encode("utf-16-be"), ["a.example", "b"]),
        ("a\nb".encode("utf-32"), ["a", "b"]),
        (b"a\xffb", ["a\ufffdb"]),
        (b"x" * 5000 + b"\ny", [None, "y"]),
    ],
)
def test_any_bytes_are_lines(content: bytes, lines: Said) -> None:
    assert lines_of(content).to_list() == lines
    assert line_count(content) == len(lines)
    assert "\r" not in text_of(content)


def test_a_squidguard_tree() -> None:
    reading = read(
        adapter(),
        {
            "blacklists/casinos/domains": ["casino.example", "casino.example", "192.0.2.1"],
            "blacklists/casinos/urls": ["games.example/Poker", "games.example/?x"],
            "blacklists/casinos/expressions": ["(casino|poker)"],
            "blacklists/casinos/usage": ["black"],
            "blacklists/papers/domains": ["paper.example"],
            "blacklists/other/domains": ["a.example", "b.example"],
            "blacklists/global_usage": ["NAME: casinos"],
        },
    )
    assert rows(reading) == [
        ("casino.example", "casinos"),
        ("games.example/poker/", "casinos"),
        ("paper.example", "papers"),
    ]
    assert reading.unused == {
        reasons.ADDRESS: 1,
        reasons.QUERY: 1,
        reasons.OTHER_FILE: 2,
        reasons.TWICE: 1,
        reasons.NOT_MAPPED: 3,
    }
    assert adds_up(reading)


def test_a_class_in_two_places_is_refused() -> None:
    with pytest.raises(InputError, match="class 'casinos' stands in it twice: a/casinos and b/casinos"):
        read(adapter(), {"a/casinos/domains": ["x.example"], "b/casinos/domains": ["y.example"]})


def test_an_origin_without_any_list_is_refused() -> None:
    with pytest.raises(InputError, match="there is no list of made_up in it"):
        read(adapter(), {"README": ["hello"], "other/domains": ["x.example"]})


def test_classes_by_file_folder_and_source() -> None:
    files = {"x/casinos.txt": ["a.example"], "x/README.md": ["b.example"], "x/.git/casinos.txt": ["c.example"]}
    assert rows(read(adapter("plain"), files)) == [("a.example", "casinos")]
    assert rows(read(adapter("plain", class_of="folder"), {"casinos/list": ["a.example"]})) == [
        ("a.example", "casinos")
    ]
    one = adapter("plain", {"made_up": "gambling"}, class_of="source")
    assert rows(read(one, {"1.txt": ["a.example"], "2.txt": ["b.example"]})) == [
        ("a.example", "made_up"),
        ("b.example", "made_up"),
    ]


def test_the_first_glob_that_finds_anything_counts() -> None:
    files = {"top/plain/casinos.txt": ["a.example"], "top/hosts/casinos.txt": ["0.0.0.0 b.example"]}
    assert rows(read(adapter("auto", files=("hosts/*.txt", "*.txt")), files)) == [("b.example", "casinos")]
    assert rows(read(adapter("auto", files=("nowhere/*", "plain/*")), files)) == [("a.example", "casinos")]
    at_the_top = adapter("auto", members={"casinos": ("/hosts",)}, classes={"casinos": "gambling"})
    found = read(at_the_top, {"top/hosts": ["0.0.0.0 a.example"], "top/other/hosts": ["0.0.0.0 b.example"]})
    assert rows(found) == [("a.example", "casinos")]


V2FLY = {
    "data/casinos": [
        "# firms",
        "casino.example",
        "domain:bets.example @cn",
        "full:www.casino.example",
        "ads.casino.example @ads",
        "keyword:casino",
        "regexp:^casino[0-9]+\\.example$",
        "include:poker",
        "include:partners @-adult",
        "nonsense:x.example",
        "",
    ],
    "data/poker": ["poker.example # the best", "include:casinos", "include:nowhere"],
    "data/partners": ["date.example", "date-adult.example @adult", "far.example &papers"],
    "data/unread": ["unread.example"],
}


def v2fly(classes: dict[str, str], **more: object) -> list[tuple[str, str]]:
    reading = read(adapter("v2fly", classes, attributes_left_out=("ads",), **more), V2FLY)
    assert adds_up(reading)
    return rows(reading)


def test_v2fly_includes_with_attributes_even_in_a_circle() -> None:
    assert v2fly({"casinos": "gambling"}) == [
        ("=www.casino.example", "casinos"),
        ("bets.example", "casinos"),
        ("casino.example", "casinos"),
        ("date.example", "casinos"),
        ("far.example", "casinos"),
        ("poker.example", "casinos"),
    ]


def test_v2fly_classes_of_an_attribute() -> None:
    assert v2fly({"casinos@ads": "infra_ads"}) == [("ads.casino.example", "casinos@ads")]
    assert v2fly({"casinos@-cn": "gambling"})[:2] == [
        ("=www.casino.example", "casinos@-cn"),
        ("casino.example", "casinos@-cn"),
    ]
    assert ("bets.example", "casinos@-cn") not in v2fly({"casinos@-cn": "gambling"})


def test_v2fly_rules_that_are_affiliated_to_another_list() -> None:
    assert v2fly({"papers": "news"}) == [("far.example", "papers")]


def test_v2fly_accounts_for_every_line() -> None:
    reading = read(adapter("v2fly", {"casinos": "gambling", "poker": "gambling"}, attributes_left_out=("ads",)), V2FLY)
    assert reading.lines == 17
    assert reading.further == 6  # six rules are in both classes
    assert reading.unused == {
        reasons.ATTRIBUTE: 1,
        reasons.COMMENT: 1,
        reasons.INCLUDE: 4,
        reasons.NOT_MAPPED: 2,
        reasons.NOT_READABLE: 1,
        reasons.REGEX: 2,
    }


def test_v2fly_lists_that_include_one_another_without_end_are_refused() -> None:
    lists = {
        f"data/l{number}": [f"include:l{number + 1} @a{number}", f"include:l{number + 1} @b{number}"]
        for number in range(40)
    }
    with pytest.raises(InputError, match="include one another in too many ways"):
        read(adapter("v2fly", {"l0": "gambling"}), lists)


def test_csv() -> None:
    source = adapter("csv", {"GMB": "gambling", "NEWS": "news"}, columns={"pattern": "url", "class": "category_code"})
    reading = read(
        source,
        {
            "lists/gb.csv": [
                "url,category_code,notes",
                'https://casino.example/,GMB,"one, two"',
                "https://paper.example/sport,NEWS,",
                "https://clinic.example/,PUBH,",
                "broken",
                "",
                '"multi',
                'line.example",GMB,',
            ]
        },
    )
    assert rows(reading) == [("casino.example", "GMB"), ("paper.example/sport/", "NEWS")]
    assert reading.unused == {
        reasons.HEADER: 1,
        reasons.NOT_MAPPED: 1,
        reasons.NOT_READABLE: 1,
        reasons.BLANK: 1,
        reasons.NOT_A_HOST: 1,
    }
    assert adds_up(reading)


def test_csv_without_the_columns_says_so_of_every_line() -> None:
    source = adapter("csv", {"GMB": "gambling"}, columns={"pattern": "url", "class": "category_code"})
    reading = read(source, {"a.csv": ["host,kind", "casino.example,GMB"]})
    assert reading.unused == {reasons.HEADER: 1, reasons.NOT_READABLE: 1}


def test_csv_with_a_cell_of_megabytes() -> None:
    source = adapter("csv", {"GMB": "gambling"}, columns={"pattern": "url", "class": "class"})
    reading = read(source, {"a.csv": ["url,class", "a.example,GMB", "x" * 200_000, "b.example,GMB"]})
    assert rows(reading) == [("a.example", "GMB")]
    assert reading.unused == {reasons.HEADER: 1, reasons.NOT_READABLE: 2}
    assert adds_up(reading)


def test_misp() -> None:
    source = adapter("misp", {"made_up": "webmail"}, class_of="source")
    document = (
        '{"list": ["mail.example", ".post.example", "192.0.2.0/24", 7, "\\ud800.example"],'
        ' "matching_attributes": ["hostname", "domain"], "type": "hostname"}'
    )
    reading = read(source, {"list.json": document})
    assert [pattern for pattern, _ in rows(reading)] == ["mail.example", "post.example"]
    assert reading.unused == {reasons.ADDRESS: 1, reasons.NOT_READABLE: 1, reasons.NOT_A_HOST: 1}
    for other in ('{"list": ["10.0.0.0/8"], "type": "cidr"}', '{"list": ["x"], "matching_attributes": ["md5"]}'):
        assert read(source, {"list.json": other}).unused == {reasons.NOT_ABOUT_HOSTS: 1}
    for nonsense in ("[", "[[[[" * 30_000, "null", '{"list": 1}', "9" * 5000):
        assert read(source, {"list.json": nonsense}).unused == {reasons.NOT_READABLE: 1}


def test_two_factor_directory() -> None:
    source = adapter("two_factor_directory", {"betting": "gambling", "dating": "dating"})
    entries = (
        '"A": {"domain": "casino.example", "additional-domains": ["casino2.example"],'
        ' "categories": ["betting", "dating"]},'
        '"B": {"domain": "clinic.example", "categories": ["health"]}, "C": {"domain": "x.example"}, "D": 1'
    )
    reading = read(source, {"entries.json": "{" + entries + "}"})
    assert rows(reading) == [
        ("casino.example", "dating"),
        ("casino.example", "betting"),
        ("casino2.example", "dating"),
        ("casino2.example", "betting"),
    ]
    assert reading.unused == {reasons.NOT_MAPPED: 1, reasons.NO_CLASS: 1, reasons.NOT_READABLE: 1}
    assert adds_up(reading)
    older = '[["A", {"domain": "casino.example", "keywords": ["betting"]}]]'
    assert rows(read(source, {"entries.json": older})) == [("casino.example", "betting")]


def test_m365_endpoints() -> None:
    source = adapter("m365_endpoints", {"Exchange": "webmail"})
    document = (
        '[{"serviceArea": "Exchange", "urls": ["outlook.example", "*.outlook.example", "a.*.example", "*-b.example"]},'
        ' {"serviceArea": "Exchange", "ips": ["192.0.2.0/24"]}, {"serviceArea": "Common", "urls": ["crl.example"]}, 3]'
    )
    reading = read(source, {"endpoints.json": document})
    assert [pattern for pattern, _ in rows(reading)] == ["=outlook.example", "outlook.example"]
    assert reading.unused == {
        reasons.WILDCARD: 2,
        reasons.NOT_ABOUT_HOSTS: 1,
        reasons.NOT_MAPPED: 1,
        reasons.NOT_READABLE: 1,
    }
    assert adds_up(reading)


def test_adguard_services() -> None:
    source = adapter("adguard_services", {"casino": "gambling", "group:dating": "dating"})
    document = (
        '{"blocked_services": [{"id": "casino", "group": "games", "rules": ["||casino.example^", "@@||x.example^"]},'
        ' {"id": "meet", "group": "dating", "rules": ["||meet.example^"]}, {"id": "cdn", "rules": ["||cdn.example^"]},'
        ' {"id": "empty", "rules": []}, 5]}'
    )
    reading = read(source, {"services.json": document})
    assert rows(reading) == [("casino.example", "casino"), ("meet.example", "group:dating")]
    assert reading.unused == {reasons.EXCEPTION: 1, reasons.NOT_MAPPED: 1, reasons.NOT_ABOUT_HOSTS: 2}
    assert adds_up(reading)


def test_rows_that_are_known_to_be_wrong_are_left_out() -> None:
    source = adapter("plain", {"list": "gambling"}, known_wrong={"gateway.example": "a supplier"})
    reading = read(source, {"list": ["gateway.example", "vpn.gateway.example", "notgateway.example"]})
    assert rows(reading) == [("notgateway.example", "list")]
    assert reading.unused == {reasons.KNOWN_WRONG: 2}


@needs_shared
@pytest.mark.parametrize(
    ("name", "syntax", "least"),
    [
        ("hosts-0.0.0.0.txt", "hosts", 149),
        ("hosts-with-header.txt", "hosts", 128),
        ("plain-domains.txt", "plain", 149),
        ("adblock.txt", "adblock", 140),
        ("dnsmasq.conf", "dnsmasq", 140),
        ("unbound.conf", "unbound", 139),
        ("wildcard.txt", "plain", 140),
        ("ut1-urls.txt", "plain", 145),
    ],
)
def test_the_first_lines_of_real_lists(name: str, syntax: str, least: int) -> None:
    lines = lines_of(Path(SHARED / "categories" / "list_syntaxes" / name).read_bytes())
    assert detected(lines) == syntax
    found = named(names_of(lines, "auto"))
    assert found.get_column("pattern").count() >= least
    assert len(found) == len(lines)
