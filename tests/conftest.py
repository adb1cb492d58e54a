"""What all tests share: nothing that could be run may be skipped where CI is set."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Continuous integration tries the same examples each time; whoever runs the tests by hand tries new ones.
# How long one takes is no law.
settings.register_profile("by hand", deadline=None)
settings.register_profile("ci", derandomize=True, deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "by hand")


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a page of every type, see tests/page_types.py; made once, so nobody changes it."""
    from page_types import write_pages  # noqa: PLC0415  # half of netaudit: only for tests that want it

    folder = tmp_path_factory.mktemp("pages")
    write_pages(folder)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, once for all tests."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    checks = pytest.importorskip("page_checks", reason="axe-playwright-python is not installed")
    if checks.CHROMIUM is None:
        pytest.skip("no chromium on the PATH (make browser)")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=checks.CHROMIUM, args=list(checks.FLAGS))
        yield running
        running.close()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and skipped and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"{len(skipped)} skipped: continuous integration can run all of them", red=True)
