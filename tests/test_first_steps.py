"""What a newcomer meets: what `check` still asks for after `init`, and commands that look in the wrong folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from approved import DPIA_SECTION

NETAUDIT = Path(sys.executable).with_name("netaudit")


def netaudit(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([NETAUDIT, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def test_check_leads_on_from_what_init_wrote(tmp_path: Path) -> None:
    assert netaudit(tmp_path, "init").returncode == 0
    done = netaudit(tmp_path, "check")
    assert done.returncode == 0
    for said in ("no officers are named", "still that of the example", "lacks controller, dpo, contact",
                 "no current DPIA", "directory.csv, consents.csv, exemptions.csv"):  # fmt: skip
        assert said in done.stdout
    (tmp_path / "registers" / "consents.csv").write_text("person_id,starts,ends,categories,approver,reason\n")
    text = (tmp_path / "netaudit.toml").read_text()
    (tmp_path / "netaudit.toml").write_text(text.replace('"Your organisation"', '"Example Trust"'))
    done = netaudit(tmp_path, "check")
    assert "still that of the example" not in done.stdout
    assert "consents.csv" not in done.stdout


@pytest.mark.parametrize("command", [["case", "list"], ["purge", "--dry-run"], ["purge", "--yes"],
                                     ["challenge", "F-7KQ2M9XWTB"], ["explain", "F-7KQ2M9XWTB"]])  # fmt: skip
def test_where_no_run_has_written_nothing_passes_for_an_answer(tmp_path: Path, command: list[str]) -> None:
    """A forgotten --out must not look like "no cases", or "nothing is past its time", nor leave a store and keys."""
    (tmp_path / "netaudit.toml").write_text(DPIA_SECTION)
    done = netaudit(tmp_path, *command)
    assert done.returncode == 2
    assert "there is no store" in done.stderr
    assert "--out" in done.stderr
    assert sorted(one.name for one in tmp_path.iterdir()) == ["netaudit.toml"]


def test_a_trail_that_begins_apart_from_every_run_is_said(tmp_path: Path) -> None:
    done = netaudit(tmp_path, "notice", "--to", "notice.txt")
    assert done.returncode == 0
    assert "no run has written here, so this was recorded in a trail of its own" in done.stderr
