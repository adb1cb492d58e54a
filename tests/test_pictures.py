"""Pictures of figures: whole, inert, the same everywhere, and silent about what is hidden."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import picture_data as data
import pytest

from netaudit.report import pictures
from netaudit.report.picture_drawings import KINDS
from netaudit.report.picture_svg import Unusable, cleaned, is_clean
from netaudit.report.picture_text import broken, shortened, width
from netaudit.report.pictures import Amount, Picture, bars, heat_map, hours, trend

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = {
    "markup": "</text></svg><script>alert(1)</script>",
    "attribute": '" onload="alert(1)" x="',
    "expression": "datum.x; event; {{ 7*7 }}",
    "signal": '{"signal": "1+1"}',
    "expr": '{"expr": "warn(1)"}',
    "field": "datum['x']",
    "url": "url(http://evil.example/x)",
    "data": "data:text/html,<script>",
    "entity": "&lt;b&gt;&#x41;",
    "doctype": '<!DOCTYPE svg [<!ENTITY x "y">]>&x;',
    "cdata": "]]><![CDATA[x",
    "bidi": "ok\u202etxt.exe",
    "control": "a\x00b\x1b[31m\x07",
    "newline": "a\nb\r\nc",
    "surrogate": "a\ud800b",
    "date": "2026-01-02",
    "number": "1e5",
    "nothing": "null",
    "long": "x" * 10_000,
    "wide letters": "\u8a9e" * 10_000,
}


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314  # our own


def both(picture: Picture) -> list[str]:
    return [str(picture.wide), str(picture.narrow)]


def texts(svg: str) -> list[str]:
    return ["".join(found.itertext()) for found in parsed(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", data.EVERY)
def test_a_drawing_is_inert(name: str) -> None:
    """No script, no style, no id, no reference, no event; only the elements that are drawn with."""
    for svg in both(data.EVERY[name]()):
        root = parsed(svg)
        assert {found.tag.removeprefix(SVG) for found in root.iter()} <= {"svg", "g", "path", "line", "rect", "text"}
        attributes = {attribute for found in root.iter() for attribute in found.attrib}
        assert not {one for one in attributes if one in {"id", "style", "class", "href"} or one.startswith("on")}
        assert "url(" not in svg
        assert svg.count("http") == 1  # the name of the language
        assert is_clean(svg)


@pytest.mark.parametrize("name", data.EVERY)
def test_a_drawing_has_a_size_and_a_text_beside_it(name: str) -> None:
    picture = data.EVERY[name]()
    assert picture.title
    assert len(picture.says) > 20
    wide, narrow = (parsed(svg).get("viewBox", "").split() for svg in both(picture))
    assert wide[2] == "720"
    assert narrow[2] == "288"


@pytest.mark.parametrize("name", [name for name in data.EVERY if name != "plain bars"])
def test_nothing_hidden_is_in_a_picture(name: str) -> None:
    """Neither its bounds nor its words; and it is marked in both drawings, the key, and the text beside it."""
    picture = data.EVERY[name]()
    whole = " ".join((*both(picture), picture.says, picture.title, str(picture.key)))
    assert "7371" not in whole
    assert "9893" not in whole
    assert picture.any_hidden
    assert "[c]" in picture.says
    assert ("c", "hidden to protect people") in picture.key
    for svg in both(picture):
        assert any(text in {"c", "[c]"} or text.startswith("[c]") for text in texts(svg))


@pytest.mark.parametrize("kind", ["bars", "hours", "heat map", "trend"])
def test_what_is_hidden_changes_no_byte(kind: str) -> None:
    """Not even the scale: two pictures that differ in hidden figures alone are the same."""

    def drawn(low: float, high: float) -> Picture:
        hidden, shown = Amount("b", low, None, high, str(high)), Amount("a", 1.0, 2.0, 3.0, "2")
        if kind == "bars":
            return bars("x", [shown, hidden], ranged=True)
        if kind == "hours":
            return hours("x", [shown, hidden] * 12, None)
        if kind == "heat map":
            return heat_map("x", {(1, 9): shown, (2, 9): hidden}, None, None)
        return trend("x", [("w1", shown), ("w2", hidden)])

    assert drawn(0, 0) == drawn(50, 70_000)


def test_a_missing_hour_is_hidden_like_a_suppressed_one() -> None:
    shown = {(1, 9): data.amount("", 30)}
    with_hidden = heat_map("x", {**shown, (2, 9): data.amount("", None)}, None, None)
    assert with_hidden == heat_map("x", shown, None, None)
    assert "167 hours of 168 hidden" in with_hidden.says


def test_no_hour_of_nothing_is_taken_for_a_hidden_one() -> None:
    empty = heat_map("x", {(d, h): data.amount("", 0) for d in range(1, 8) for h in range(24)}, None, None)
    assert not empty.any_hidden
    assert "[c]" not in empty.says
    assert not [text for svg in both(empty) for text in texts(svg) if "c" in text and "[" in text]


def test_core_hours_and_lunch_are_marked_and_said() -> None:
    meanings = dict(data.some_map().key)
    assert meanings["core"] == "core hours, 09:00 to 17:00"
    assert meanings["lunch"] == "when lunch can be, 12:00 to 14:00"
    without = heat_map("x", {}, None, None)
    assert not {"core", "lunch"} & set(dict(without.key))
    for with_them, bare in zip(both(data.some_map()), both(without), strict=True):
        assert "stroke-dasharray" in with_them
        assert "stroke-dasharray" not in bare


def test_core_hours_over_midnight_are_two_stretches() -> None:
    night = hours("x", [data.amount("", 10)] * 24, (22.0, 6.0))
    assert "Core hours 22:00 to 06:00" in night.says
    assert str(night.wide).count("#E8EDEE") == 2


def test_a_larger_figure_has_a_larger_square() -> None:
    svg = str(heat_map("x", {(1, hour): data.amount("", 10.0 * 2**hour) for hour in range(4)}, None, None).wide)
    sides = [float(side) for side in re.findall(r'd="M[-0-9.,]+h([0-9.]+)v[^"]*Z"', svg)]
    assert len(sides) == 4
    assert len(set(sides)) == 4


def test_a_bar_is_as_long_as_its_figure() -> None:
    svg = str(bars("x", [Amount("a", 50.0, 50.0, 50.0, "a"), Amount("b", 100.0, 100.0, 100.0, "b")]).wide)
    first, second = sorted(float(side) for side in re.findall(r'd="M[-0-9.,]+h([0-9.]+)v', svg))
    assert second == pytest.approx(2 * first, rel=0.01)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_stay_words(name: str) -> None:
    word = HOSTILE[name]
    whole = Picture("", "", data.some_bars().wide, data.some_bars().narrow, any_hidden=True)
    for picture in (
        data.some_bars(label=word), data.some_bars(text=word), data.some_hours(word), data.some_map(word),
        data.some_trend(word), bars(word, [data.amount("a", 3)]),
    ):  # fmt: skip
        for svg in both(picture):
            assert is_clean(svg)
            assert "<script" not in svg
            assert svg.isprintable()
            assert len(svg) < 40_000
            assert parsed(svg) is not None
        assert len(picture.says) < 40_000
        assert "\u202e" not in picture.says + picture.title
        assert "\x1b" not in picture.says + picture.title
    assert len(both(data.some_bars(label=word))[0]) < len(str(whole.wide)) + 1000


@pytest.mark.parametrize("word", ["datum.x", '{"signal": "1+1"}', "2026-01-02", "1e5", "null", "true", "</text><b>"])
def test_a_word_is_drawn_as_it_is(word: str) -> None:
    for svg in both(data.some_bars(label=word)):
        assert word in texts(svg)


def test_a_word_that_does_not_fit_says_that_it_goes_on() -> None:
    for svg in both(data.some_bars(label="Shopping " * 40)):
        assert any(text.endswith("…") for text in texts(svg))


def test_widths_are_no_less_than_those_of_arial() -> None:
    """Advance widths of Arial in 2048ths of an em."""
    for text, units in (("W", 1933), ("i", 455), ("m", 1706), ("0", 1139), ("A", 1366), ("@", 2079), ("%", 1821)):
        assert width(text, 2048) >= units
    assert shortened("News", 16, 200) == "News"
    assert width(shortened("W" * 500, 16, 100), 16) <= 100
    assert list(broken("Video and audio", 16, 60, 2)) == ["Video", "and audio"] or width("and audio", 16) > 60


@pytest.mark.parametrize(
    "svg",
    [
        "",
        "<html></html>",
        "<svg",
        '<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>',
        "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_what_is_no_drawing_is_refused(svg: str) -> None:
    with pytest.raises(Unusable):
        cleaned(svg, 10, 10)


def test_what_acts_is_left_out() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"><script>alert(1)</script><style>*{}</style>'
        '<image href="http://evil.example/x"/><foreignObject><b>x</b></foreignObject><a href="javascript:x()"/>'
        '<rect id="x" style="fill:red" class="y" fill="url(#a)" stroke="#000000" onclick="x()" x="1" width="9e9"/>'
        '<text fill="#000000">a<tspan>b</tspan></text></svg>'
    )
    made = str(cleaned(svg, 10, 10))
    assert is_clean(made)
    for word in ("script", "style", "image", "foreign", "href", "onclick", "onload", "id=", "class", "url", "evil"):
        assert word not in made
    assert '<rect x="1"' in made


@pytest.mark.parametrize("name", data.EVERY)
def test_a_specification_is_good_vega_lite(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []

    def kept(kind: str, facts: str) -> tuple[object, object]:
        drawn.append((kind, json.loads(facts)))
        return "", ""

    monkeypatch.setattr(pictures, "_drawn", kept)
    data.EVERY[name]()
    ((kind, facts),) = drawn
    for wide in (True, False):
        specification = KINDS[kind](facts, wide=wide).specification(checked=True)
        assert specification["$schema"].startswith("https://vega.github.io/schema/vega-lite/v6.")
        assert "7371" not in json.dumps(specification)
        assert not re.search(r'"(?:url|expr|signal|href|labelExpr)"', json.dumps(specification))


DIGEST = (
    "import hashlib, picture_data as data\n"
    "for name, make in data.EVERY.items():\n"
    "    p = make(); print(name, hashlib.sha256((p.wide + p.narrow + p.says).encode()).hexdigest())\n"
)


def digests(**environment: str) -> str:
    inherited = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment}
    done = subprocess.run([sys.executable, "-c", DIGEST], capture_output=True, text=True, check=True, env=inherited)
    return done.stdout


def test_the_same_bytes_without_any_font(tmp_path: Path) -> None:
    """Another machine has other fonts, another locale, another zone."""
    none = tmp_path / "fonts.conf"
    none.write_text(
        f'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>{tmp_path}</dir></fontconfig>'
    )
    elsewhere = digests(
        FONTCONFIG_FILE=str(none), FONTCONFIG_PATH=str(tmp_path), HOME=str(tmp_path), LC_ALL="C", TZ="Asia/Tokyo",
        PYTHONHASHSEED="1",
    )  # fmt: skip
    assert elsewhere == digests(PYTHONHASHSEED="2")
    assert len(elsewhere.splitlines()) == len(data.EVERY)


def test_nothing_at_all_is_a_picture_too() -> None:
    nothing = [
        bars("x", []),
        hours("x", [Amount("", 0, 0, 0, "")] * 24, None),
        heat_map("x", {}, None, None),
        trend("x", []),
    ]
    for picture in nothing:
        assert all(map(is_clean, both(picture)))


def test_loading_the_pages_does_not_load_the_library() -> None:
    code = "import sys, netaudit.report; assert not {'altair', 'vl_convert'} & set(sys.modules)"
    inherited = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=inherited).returncode == 0
