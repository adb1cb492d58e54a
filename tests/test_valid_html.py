"""Every page is HTML as the standard has it: the W3C's checker and a strict parser say so; links lead somewhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

import html5lib
import pytest
from page_types import PAGE_TYPES

JAVA = shutil.which("java")
CHECKER = Path(__file__).parent / "html_checker/node_modules/vnu-jar/build/dist/vnu.jar"


def unstyled(page: str) -> str:
    """Return a page without its style sheet: that is nine tenths of it, and of no HTML."""
    start, end = page.index("<style>") + len("<style>"), page.index("</style>")
    return page[:start] + page[end:]


def invalid(texts: Iterable[tuple[str, str]], folder: Path) -> dict[str, list[str]]:
    """Return what the checker calls an error, by page."""
    for number, (_, page) in enumerate(names := list(texts)):
        (folder / f"{number}.html").write_text(unstyled(page), encoding="utf-8")
    done = subprocess.run(
        [str(JAVA), "-Xss8m", "-XX:TieredStopAtLevel=1", "-jar", str(CHECKER), "--format", "json", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, list[str]] = {}
    for message in json.loads(done.stderr)["messages"]:
        if message["type"] != "info":
            name = names[int(Path(message["url"]).stem)][0]
            found.setdefault(name, []).append(f"{message['message']}: {message.get('extract', '')}")
    return found


needs_checker = pytest.mark.skipif(
    JAVA is None or not CHECKER.is_file(), reason="the W3C's checker is not installed (make browser)"
)


@needs_checker
def test_the_checker_of_the_w3c_finds_no_error(pages: Path, tmp_path: Path) -> None:
    texts = {name: (pages / path).read_text(encoding="utf-8") for name, path in PAGE_TYPES.items()}
    first = next(iter(texts.values()))
    planted = {
        "a part in the wrong place": first.replace("</h1>", "</h1><ul><p>No item</p></ul>", 1),
        "a role that says nothing": first.replace("<main", "<main role='button'", 1),
    }
    found = invalid([*texts.items(), *planted.items()], tmp_path)
    assert {name for name in planted if name in found} == set(planted)
    assert {name: told for name, told in found.items() if name in texts} == {}


def test_a_strict_parser_takes_each_page(pages: Path) -> None:
    for name, path in PAGE_TYPES.items():
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(unstyled((pages / path).read_text(encoding="utf-8")))
        assert parser.errors == [], name


def dead(path: Path) -> list[str]:
    """Return the links of a page that lead nowhere."""
    page = unstyled(path.read_text(encoding="utf-8"))
    lost = []
    for address in re.findall(r'<a\b[^>]*?\bhref="([^"]*)"', page):
        file, _, part = address.partition("#")
        if ":" in file:
            lost.append(f"{address} leaves the report")
            continue
        target = path if not file else path.parent / unquote(file)
        if not target.is_file() or (part and f'id="{part}"' not in target.read_text(encoding="utf-8")):
            lost.append(address)
    return lost


@pytest.mark.parametrize("name", PAGE_TYPES)
def test_each_link_leads_somewhere(pages: Path, name: str) -> None:
    assert dead(pages / PAGE_TYPES[name]) == []


def test_a_link_that_leads_nowhere_is_found(pages: Path, tmp_path: Path) -> None:
    page = (pages / PAGE_TYPES["method"]).read_text(encoding="utf-8")
    more = '<a href="gone.html">a</a><a href="#gone">b</a><a href="https://evil.example/">c</a></h1>'
    shutil.copytree((pages / PAGE_TYPES["method"]).parent, tmp_path / "ig")
    broken = tmp_path / "ig" / "method.html"
    broken.write_text(page.replace("</h1>", more, 1), encoding="utf-8")
    assert dead(broken) == ["gone.html", "#gone", "https://evil.example/ leaves the report"]
