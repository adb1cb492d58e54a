"""The manual shows each type of page, as small pictures that are really there."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from page_types import PAGE_TYPES, page_templates

screens = pytest.importorskip("screens", reason="playwright is not installed")
ROOT = Path(__file__).resolve().parents[1]
MANUAL = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", screens.SCREENS)
def test_each_picture_is_there_and_in_the_manual(name: str) -> None:
    assert screens.SCREENS[name] in PAGE_TYPES
    for width in screens.WIDTHS:
        file = screens.picture_of(name, width)
        assert f"(screens/{file})" in MANUAL
        picture = (screens.FOLDER / file).read_bytes()
        assert struct.unpack(">I", picture[16:20]) == (width,)


def test_no_picture_is_left_over_and_all_are_small() -> None:
    files = list(screens.FOLDER.iterdir())
    assert {file.name for file in files} == {
        screens.picture_of(name, width) for name in screens.SCREENS for width in screens.WIDTHS
    }
    assert sum(file.stat().st_size for file in files) < 6_000_000


def test_each_audience_and_each_template_is_shown() -> None:
    """By folder and name of the page, as templates are named."""
    shown = {PAGE_TYPES[page].split("/")[0] for page in screens.SCREENS.values()}
    assert shown >= {name.split("/")[0] for name in page_templates()} - {"base", "evidence"}
