"""The style sheet: built from pinned parts, whole in itself, and never short of what a page uses."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import report_data as data

from netaudit.report import render

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
hatch_build = pytest.importorskip("hatch_build", reason="hatchling is not installed")


def test_the_style_sheet_is_current() -> None:
    assert hatch_build.is_current(ROOT), "a template changed: run 'python hatch_build.py'"


def test_the_style_sheet_names_no_address_and_no_frutiger() -> None:
    css = (ROOT / hatch_build.BUILT).read_text(encoding="utf-8")
    assert "@font-face" not in css
    assert "Frutiger" not in css
    assert not re.search(r"url\((?!data:)", css)
    assert "font-family:Arial,sans-serif" in css


def test_pages_use_no_class_that_was_purged_by_name(tmp_path: Path) -> None:
    used: set[str] = set()
    for number, cases in enumerate([data.cases(), []]):
        for path in render(tmp_path / str(number), data.published(), cases, data.facts(), data.TITLES):
            if path.suffix == ".html":
                body = path.read_text(encoding="utf-8").partition("<body>")[2]
                used.update(name for names in re.findall(r'class="([^"]*)"', body) for name in names.split())
    assert "nhsuk-table" in used
    assert used.isdisjoint(hatch_build.UNUSED)


def test_npm_packages_are_pinned_with_checksums_and_without_addresses() -> None:
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert wanted["nhsuk-frontend"] == "10.6.1"  # pairs with nhsuk-frontend-jinja 0.10.2
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: found for name, found in lock["packages"].items() if name}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert all("integrity" in found and "resolved" not in found for found in packages.values())


def test_a_style_sheet_with_an_address_left_stops_the_build() -> None:
    font = "@font-face{font-family:Frutiger W01;src:url(https://assets.example/f.woff2)}"
    assert hatch_build.self_contained(font + "html{font-family:Frutiger W01,arial,sans-serif}") == (
        "html{font-family:Arial,sans-serif}"
    )
    with pytest.raises(SystemExit, match=r"assets\.example"):
        hatch_build.self_contained("a{background:url(https://assets.example/a.png)}")


def test_what_is_written_without_a_template_is_named_in_one() -> None:
    """Purging reads templates alone: a tag or a class that only Python names would lose its rules."""
    written = (ROOT / "src" / "netaudit" / "report" / "markup.py").read_text(encoding="utf-8")
    templates = (ROOT / "reports" / "templates").rglob("*.jinja")
    named = set(re.findall(r"[\w-]+", " ".join(path.read_text(encoding="utf-8") for path in templates)))
    classes = set(re.findall(r"nhsuk-[a-z_-]*[a-z]", written)) - {"nhsuk-table"}
    tags = set(re.findall(r"<([a-z]+)[ >]", written)) | set(re.findall(r'"(t[hd])"', written))
    kinds = {f"nhsuk-table__{kind}{more}" for kind in ("header", "cell") for more in ("", "--numeric")}
    assert {"td", "th", "tr", "nhsuk-table__row", "nhsuk-summary-list__key"} <= tags | classes
    assert tags | classes | kinds <= named


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("pyproject.toml", "package.json", "package-lock.json", "hatch_build.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "reports", tmp_path / "reports")
    return tmp_path


def test_a_changed_template_asks_for_a_new_build_and_line_ends_do_not(checkout: Path) -> None:
    assert not hatch_build.build(checkout)
    template = checkout / "reports" / "templates" / "it" / "index.jinja"
    template.write_bytes(template.read_bytes().replace(b"\n", b"\r\n"))
    assert hatch_build.is_current(checkout)
    template.write_bytes(template.read_bytes() + b"<p>new</p>")
    assert not hatch_build.is_current(checkout)


def test_without_npm_the_build_says_what_to_install(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / hatch_build.BUILT).unlink()
    monkeypatch.setenv("PATH", str(checkout))
    with pytest.raises(SystemExit, match="install Node"):
        hatch_build.build(checkout)
    hook = hatch_build.StyleSheetHook(str(checkout), {}, None, None, "", "wheel")
    assert hook.dependencies() == ["nhsuk-frontend-jinja>=0.10.2,<0.11", hatch_build.NODE]


def test_the_wheel_carries_templates_and_style_and_renders_with_them(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "lib" / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    program = (
        "import report_data as d, pathlib\n"
        "from netaudit.report import render\n"
        "from netaudit.report.pages import templates_folder\n"
        "print(templates_folder())\n"
        f"render(pathlib.Path({str(tmp_path / 'out')!r}), d.published(), d.cases(), d.facts(), d.TITLES)\n"
    )
    path = os.pathsep.join([str(installed), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.strip() == str(installed / "netaudit" / "templates")
    render(tmp_path / "same", data.published(), data.cases(), data.facts(), data.TITLES)
    page = Path("ig") / "index.html"
    assert (tmp_path / "out" / page).read_bytes() == (tmp_path / "same" / page).read_bytes()
