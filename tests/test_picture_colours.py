"""Colours of the charts, reckoned from their own markup: for pale eyes, for the colour-blind, and in grey."""

from __future__ import annotations

import re
from itertools import combinations

import picture_data as data
import pytest

from netaudit.report.picture_layers import AXIS, DARK, FAINT, GRID, GROUND, INK, MID, WHITE
from netaudit.report.pictures import Picture

Colour = tuple[float, float, float]
HELPERS = {GRID, FAINT}  # lines that only help the eye along; each figure stands in the table below
GROUNDS = {WHITE, GROUND}

# Machado, Oliveira and Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision Deficiency",
# severity 1.0, in linear RGB.
BLINDNESS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "no colour": ((0.2126, 0.7152, 0.0722),) * 3,
}


def linear(colour: str) -> Colour:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def luminance(colour: Colour) -> float:
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), colour, strict=True))


def contrast(one: Colour, other: Colour) -> float:
    """WCAG 2.2, "contrast ratio"."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def seen(colour: str, kind: str) -> Colour:
    red, green, blue = (
        min(1.0, max(0.0, sum(share * part for share, part in zip(row, linear(colour), strict=True))))
        for row in BLINDNESS[kind]
    )
    return red, green, blue


def lab(colour: Colour) -> Colour:
    """CIE L*a*b*, D65."""
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    x, y, z = (
        sum(share * part for share, part in zip(row, colour, strict=True)) / white
        for row, white in zip(rows, (0.9505, 1.0, 1.089), strict=True)
    )
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: Colour, other: Colour) -> float:
    """CIE 1976; 2.3 is just noticeable."""
    return sum((a - b) ** 2 for a, b in zip(lab(one), lab(other), strict=True)) ** 0.5


def colours(picture: Picture) -> set[str]:
    return set(re.findall(r'(?:fill|stroke)="(#[0-9A-F]{6})"', str(picture.wide) + str(picture.narrow)))


def test_the_measures_are_right() -> None:
    """Black on white is 21:1, and #767676 is the palest grey that passes 4.5:1 on white (WebAIM)."""
    assert contrast(linear("#000000"), linear("#FFFFFF")) == pytest.approx(21)
    assert 4.5 <= contrast(linear("#767676"), linear("#FFFFFF")) < 4.6
    assert contrast(linear("#777777"), linear("#FFFFFF")) < 4.5
    assert distance(linear("#FFFFFF"), linear("#000000")) == pytest.approx(100, abs=0.1)
    assert distance(seen("#D00000", "deuteranopia"), seen("#4A7000", "deuteranopia")) < distance(
        linear("#D00000"), linear("#4A7000")
    )


@pytest.mark.parametrize("name", data.EVERY)
def test_what_is_drawn_stands_out_from_every_ground(name: str) -> None:
    found = colours(data.EVERY[name]())
    assert found <= {INK, DARK, MID, AXIS, GRID, FAINT, GROUND, WHITE}
    for ground in GROUNDS & (found | {WHITE}):
        for colour in found - GROUNDS - HELPERS:
            assert contrast(linear(colour), linear(ground)) >= 3, (colour, ground)
        assert contrast(linear(INK), linear(ground)) >= 4.5
        assert contrast(linear(AXIS), linear(ground)) >= 4.5  # words, too: the [c] of a map


@pytest.mark.parametrize("kind", BLINDNESS)
@pytest.mark.parametrize("name", data.EVERY)
def test_the_colour_blind_see_the_same_parts(name: str, kind: str) -> None:
    found = colours(data.EVERY[name]()) | {WHITE}
    for ground in GROUNDS & found:
        for colour in found - GROUNDS - HELPERS:
            assert contrast(seen(colour, kind), seen(ground, kind)) >= 3, (colour, ground)
    for one, other in combinations(sorted(found & {DARK, MID, WHITE}), 2):
        assert distance(seen(one, kind), seen(other, kind)) >= 15, (one, other)  # and they differ in shape


def test_parts_differ_in_shape_and_not_only_in_colour() -> None:
    """Solid, striped, hollow: one ink. And squares of a map differ in size."""
    ranged = data.some_bars()
    assert colours(ranged) == {DARK, INK, WHITE}
    assert 'stroke-dasharray="2,3"' in str(ranged.wide)
    sides = set(re.findall(r'd="M[-0-9.,]+h([0-9.]+)v[^"]*Z"', str(data.some_map().wide).split("[c]")[0]))
    assert len(sides) >= 4
