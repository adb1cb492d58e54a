"""No type of page goes unchecked: every template that is a page, and every audience, is in PAGE_TYPES."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import page_types
import pytest
from page_types import PAGE_TYPES, page_templates, watched, write_pages

from netaudit.report import AUDIENCES, render


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[bytes, str]]:
    folder = tmp_path_factory.mktemp("pages")
    with watched() as made:
        write_pages(folder)
    return folder, made


def unlisted(folder: Path, made: Mapping[bytes, str], listed: Collection[str]) -> set[str]:
    """Return the templates of pages of which no listed page was made."""
    return set(page_templates()) - {made.get((folder / page).read_bytes()) for page in listed}


def test_each_template_that_is_a_page_has_a_listed_page(written: tuple[Path, dict[bytes, str]]) -> None:
    folder, made = written
    assert len(page_templates()) >= 19
    assert unlisted(folder, made, PAGE_TYPES.values()) == set(), "add its page to tests/page_types.py"


@pytest.mark.parametrize("left_out", ["dpia/dpia-annex.html", "it/index.html"])
def test_a_page_that_is_in_no_list_is_noticed(written: tuple[Path, dict[bytes, str]], left_out: str) -> None:
    folder, made = written
    template = made[(folder / left_out).read_bytes()]
    listed = [page for page in PAGE_TYPES.values() if made[(folder / page).read_bytes()] != template]
    assert unlisted(folder, made, listed) == {template}


def test_each_page_was_made_by_a_template(written: tuple[Path, dict[bytes, str]]) -> None:
    folder, made = written
    unknown = [path for path in folder.rglob("*.html") if path.read_bytes() not in made]
    assert unknown == []


def test_each_audience_has_a_listed_page() -> None:
    """`render` is what a nightly run calls."""
    assert page_types.render is render
    assert {page.partition("/")[0] for page in PAGE_TYPES.values()} >= set(AUDIENCES)
