"""Run a program to its end, or stop it, and say what it took by the kernel's own count."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PAUSE_S = 0.005  # between two looks at whether a program has ended: the error of a wall time


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run took.

    Processor time is the program's and that of all processes which it waited for, in user mode and in the kernel.
    The peak is that of the largest single process among them: the kernel keeps no sum.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Counted:
    """What a program says about a log: lines that it read, and how many of them it used as requests."""

    lines: int
    requests: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: `trouble` is empty if it ended well; `words` is all that it wrote to stdout and stderr."""

    trouble: str
    measured: Measured
    words: str


def run(
    command: Sequence[str],
    folder: Path,
    *,
    stdin: Path | None = None,
    environment: Mapping[str, str] | None = None,
    limit_s: float | None = None,
) -> Ended:
    """Run a command in a folder, as the leader of a process group of its own.

    To the kernel a program that is started has at least the peak of the one that starts it: who calls this must stay
    small, or small programs seem larger than they are.

    Args:
        command: the program and its arguments.
        folder: its working directory; its words are put down there as well.
        stdin: the file that it reads as standard input, otherwise an empty one.
        environment: instead of this process's own.
        limit_s: after so many seconds the whole group is killed.

    Returns:
        What it took and how it ended; a command that cannot be started at all has taken nothing.
    """
    out, errors = folder / "stdout.txt", folder / "stderr.txt"
    with out.open("wb") as stdout, errors.open("wb") as stderr, (stdin or Path(os.devnull)).open("rb") as source:
        began = time.perf_counter()
        try:
            child = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=source,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
        except OSError as error:
            return Ended(f"cannot be started: {error.strerror}", Measured(0, 0, 0), "")
        stopped = False
        try:
            while not (waited := os.wait4(child.pid, os.WNOHANG))[0]:
                if limit_s is not None and not stopped and time.perf_counter() - began > limit_s:
                    os.killpg(child.pid, signal.SIGKILL)
                    stopped = True
                time.sleep(PAUSE_S)
        except BaseException:  # Ctrl-C reaches this process only: take the others along
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            raise
        wall = time.perf_counter() - began
    _, status, usage = waited
    child.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes there, kibibytes elsewhere
    measured = Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6)
    words = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in (out, errors))
    return Ended(_trouble(child.returncode, limit_s if stopped else None), measured, words)


def _trouble(code: int, stopped_after_s: float | None) -> str:
    if stopped_after_s is not None:
        return f"stopped after {stopped_after_s:g} s"
    if code < 0:
        return f"killed by signal {-code}"
    return f"failed with exit code {code}" if code else ""


def smallest_peak_mb() -> float:
    """Return the peak of a program that does nothing, which is this process's own."""
    with tempfile.TemporaryDirectory() as folder:
        return run(["true"], Path(folder)).measured.peak_mb
