"""What all tests share: nothing that could be run may be skipped where CI is set."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# Continuous integration tries the same examples each time; whoever runs the tests by hand tries new ones.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and skipped and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"{len(skipped)} skipped: continuous integration can run all of them", red=True)
