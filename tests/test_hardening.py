"""The process from outside: what it leaves behind, what it shows, and how it ends, whatever happens inside."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

CANARY = "canary.surname"
DUMPABLE = 3  # PR_GET_DUMPABLE, prctl(2)
SET_DUMPABLE = 4  # prctl(2)

# netaudit as a program, with something put in the place of the function that finds logs.
PROGRAM = """
import sys
from netaudit import cli

def inside(*_):
{body}

cli.find_logs = inside
sys.argv = ["netaudit", "detect", "x"]
cli.main()
"""
CANARIES = f"""
names = ["{CANARY}", "192.0.2.77"]
"""


def program(body: str) -> list[str]:
    return [sys.executable, "-c", PROGRAM.format(body=textwrap.indent(CANARIES + body, "    "))]


def run(body: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(program(body), capture_output=True, text=True, check=False, timeout=60)


def assert_quiet(done: subprocess.CompletedProcess[str]) -> None:
    for word in (CANARY, "192.0.2.77", "Traceback"):
        assert word not in done.stdout + done.stderr, done.stderr


FAILURES = {
    "an exception from another, with a note": (
        "try: int(names[0])\nexcept ValueError as error: error.add_note(names[0]); raise KeyError(names) from error",
        "bug: KeyError in netaudit",
    ),
    "several exceptions": ("raise ExceptionGroup(names[0], [ValueError(names)])", "bug: ExceptionGroup in netaudit"),
    "no memory": ("raise MemoryError(names)", "bug: MemoryError in netaudit"),
    "too deep": ("def deep(names): return deep(names)\ndeep(names)", "bug: RecursionError in netaudit"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_bug_shows_places_and_no_message(name: str) -> None:
    body, told = FAILURES[name]
    done = run(body)
    assert done.returncode == 1
    assert told in done.stderr
    assert "  <string>:" in done.stderr
    assert_quiet(done)


ASIDE = """
import asyncio, logging, os, subprocess, threading, warnings

def fail(): raise RuntimeError(names)
thread = threading.Thread(target=fail, name=names[0])
thread.start()
thread.join()

class Odd:
    def __del__(self): raise LookupError(names)
Odd()

warnings.warn(names[0])
logging.getLogger("x").error("%s", names)

async def fail(): raise RuntimeError(names)
async def main():
    task = asyncio.create_task(fail(), name=names[0])
    await asyncio.sleep(0.01)
asyncio.run(main())

os.write(2, names[0].encode() + b"\\n")
for _ in range(300): os.write(2, names[0].encode() * 300)
os.write(2, b"\\n")
print(names, file=sys.__stderr__, flush=True)
logging.basicConfig()
logging.error("%d", names[0])
logging.error("root: %s", names)
subprocess.run(["sh", "-c", f"echo {names[0]} >&2"], check=False)
return []
"""


def test_what_is_said_aside_shows_places_and_no_message() -> None:
    done = run(ASIDE)
    assert done.returncode == 0, done.stderr
    for told in (
        "bug: RuntimeError in netaudit",
        "bug: LookupError in netaudit",
        "a library warns: UserWarning at <string>:",
        "a library logs: ERROR at <string>:",
        "a library logs: ERROR at base_events.py:",
        "note: libraries wrote 4 lines of their own",
    ):
        assert told in done.stderr, (told, done.stderr)
    assert_quiet(done)


def test_a_panic_of_polars_tells_its_place_alone() -> None:
    done = run("import polars as pl\npl.Series(names[0], names).new_from_index(0, 2**61)")
    assert done.returncode == 1
    assert "bug: a library panicked: alloc, raw_vec/mod.rs:" in done.stderr
    assert "bug: PanicException in netaudit" in done.stderr
    assert "capacity overflow" not in done.stderr
    assert_quiet(done)


def test_it_ends_although_a_library_holds_on_to_the_descriptor() -> None:
    """As a library does that brings a runtime of its own: it opens the three streams once more and keeps them."""
    done = run("import os\nkept = os.dup(2)\nos.write(kept, names[0].encode())\nprint('done')\nreturn []")
    assert (done.returncode, done.stdout) == (0, "done\n")
    assert done.stderr == "note: libraries wrote 1 lines of their own; they may quote a log and are not shown\n"


def test_the_message_of_a_panic_is_kept_back() -> None:
    said = (
        f"thread '{CANARY}' panicked at crates/polars-core/src/frame/mod.rs:12:5:\n"
        f"no column {CANARY}\n"
        f"thread 'x' panicked at /home/{CANARY}/polars-core/src/x.rs:1:1: {CANARY}\n"
        f"thread 'x' panicked at /home/{CANARY}.rs:1:1:\n"
        f"memory allocation of {CANARY} bytes failed\n"
        f"Fatal Python error: {CANARY}\n"
    )
    done = run(f"import os\nos.write(2, {said!r}.encode())\nreturn []")
    assert done.stderr.splitlines() == [
        "bug: a library panicked: polars-core, frame/mod.rs:12:5",
        "note: libraries wrote 5 lines of their own; they may quote a log and are not shown",
    ]


CRASHES = {
    "memory": (
        "import polars as pl\npl.int_range(0, 10**18, eager=True)",
        signal.SIGABRT,
        "error: there was no memory",
    ),
    "abort": ("import os\nos.abort()", signal.SIGABRT, ""),
    "segment": ("import ctypes\nctypes.string_at(1)", signal.SIGSEGV, ""),
    "fault handler": (
        "import ctypes, faulthandler\nfaulthandler.enable(file=2)\nctypes.string_at(1)",
        signal.SIGSEGV,
        "bug: the interpreter crashed: Segmentation fault",
    ),
}


@pytest.mark.parametrize("name", CRASHES)
def test_a_crash_leaves_no_dump_and_tells_what_it_was(name: str, tmp_path: Path) -> None:
    body, number, told = CRASHES[name]

    allowed = ["sh", "-c", 'ulimit -c $(ulimit -H -c); exec "$@"', "sh", *program(body)]
    child = subprocess.Popen(allowed, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, errors = child.communicate(timeout=60)  # ends when the reader behind descriptor 2 has ended, too
    assert child.returncode == -number
    assert told in errors
    assert list(tmp_path.iterdir()) == []
    for word in (CANARY, "192.0.2.77"):
        assert word not in out + errors


def test_a_crash_dumps_nothing_by_the_kernels_own_account() -> None:
    process = os.posix_spawn(sys.executable, program("import os\nos.abort()"), os.environ)
    _, status = os.waitpid(process, 0)
    assert os.WIFSIGNALED(status)
    assert not os.WCOREDUMP(status)


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux")
def test_nobody_reads_the_memory_of_the_program_or_of_its_children() -> None:
    asks = (
        "import ctypes, os, resource, threading\n"
        f"ask = lambda: ctypes.CDLL(None).prctl({DUMPABLE}, 0, 0, 0, 0)\n"
        "print(ask(), resource.getrlimit(resource.RLIMIT_CORE))\n"
        "thread = threading.Thread(target=lambda: print(ask()))\nthread.start()\nthread.join()\n"
        "sys.stdout.flush()\n"
        "if os.fork() == 0:\n"
        "    print(ask(), resource.getrlimit(resource.RLIMIT_CORE))\n    sys.stdout.flush()\n    os._exit(0)\n"
        "os.wait()\nreturn []"
    )
    assert run(asks).stdout.splitlines() == ["0 (0, 0)", "0", "0 (0, 0)"]


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux")
def test_another_process_of_the_same_account_cannot_look_in() -> None:
    """As an account without privileges; what is seen before the process is closed shows that the question is fair."""
    drops = "os.setgroups([])\nos.setgid(65534)\nos.setuid(65534)\n" if os.getuid() == 0 else ""
    becomes = f"import ctypes, os\n{drops}ctypes.CDLL(None).prctl({SET_DUMPABLE}, 1)\n"
    looks = (
        "import sys\n" + becomes + "def can(path):\n"
        "    try: os.close(os.open(path, os.O_RDONLY)); return True\n"
        "    except OSError: return False\n"
        "print([can(f'/proc/{sys.argv[1]}/{name}') for name in ('environ', 'maps')])\n"
    )
    waits = (
        becomes + "print('open', flush=True)\nsys.stdin.readline()\n"
        "from netaudit.cli.hardening import forbid_dumps\nforbid_dumps()\n"
        "print('closed', flush=True)\nsys.stdin.readline()\nreturn []"
    )
    child = subprocess.Popen(program(waits), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    seen = {}
    for state in ("open", "closed"):
        assert child.stdout.readline() == f"{state}\n"
        look = [sys.executable, "-c", looks, str(child.pid)]
        seen[state] = subprocess.run(look, capture_output=True, text=True, check=True).stdout
        child.stdin.write("\n")
        child.stdin.flush()
    child.communicate(timeout=60)
    # Where the kernel lets nobody look at all, the flag is what can be asked for: the test above does.
    assert seen["open"] in {"[True, True]\n", "[False, False]\n"}
    assert seen["closed"] == "[False, False]\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order(number: signal.Signals, tmp_path: Path) -> None:
    mark = tmp_path / "cleared"
    body = (
        "import os, pathlib, time\n"
        "try:\n"
        f"    os.kill(os.getpid(), {int(number)})\n    time.sleep(30)\n"
        f"finally:\n    pathlib.Path({str(mark)!r}).touch()"
    )
    done = run(body)
    assert done.returncode == -number
    assert done.stderr == f"stopped by {number.name}; what was stored before is whole\n"
    assert mark.exists()


def test_what_the_starter_ignores_is_ignored() -> None:
    body = "import os\nos.kill(os.getpid(), 1)\nreturn []"
    done = subprocess.run(["nohup", *program(body)], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0


def test_control_c_at_a_terminal_ends_it_in_order() -> None:
    """The terminal sends the signal to the reader behind descriptor 2 as well, which has to outlive the program."""
    body = "import time\nprint('ready', flush=True)\ntime.sleep(30)"
    command = program(body)
    process, terminal = pty.fork()
    if process == 0:
        os.execv(command[0], command)  # noqa: S606
    shown = b""
    asked = False
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            block = os.read(terminal, 4096)
        except OSError:  # everybody has closed it
            break
        shown += block
        if b"ready" in shown and not asked:
            os.write(terminal, b"\x03")
            asked = True
    os.close(terminal)
    _, status = os.waitpid(process, 0)
    assert os.WTERMSIG(status) == signal.SIGINT
    assert b"stopped by SIGINT" in shown
    assert b"Traceback" not in shown


def test_a_reader_that_has_seen_enough_is_no_bug() -> None:
    child = subprocess.Popen(
        program("for _ in range(100_000): print('much')\nreturn []"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.readline()
    child.stdout.close()
    assert b"bug" not in child.stderr.read()
    child.stderr.close()
    child.wait(timeout=60)


def test_a_library_that_keeps_a_copy_of_standard_error_does_not_hold_up_the_end() -> None:
    """As the one that draws the charts does: the reader waits until nobody can write to it any more."""
    done = run("import os\nos.dup(2)\nos.write(os.dup(2), names[0].encode())\nreturn []")
    assert done.returncode == 0
    assert_quiet(done)


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_it_runs_without_any_of_the_three_streams(closed: int, tmp_path: Path) -> None:
    command = ["sh", "-c", f'exec "$@" {closed}>&-', "sh", *program("return []")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux")
def test_a_process_list_shows_what_the_operator_typed() -> None:
    body = (
        "import pathlib\n"
        "for path in pathlib.Path('/proc/self/task').glob('*/comm'): print(path.read_text().strip())\n"
        "print(len(pathlib.Path('/proc/self/cmdline').read_bytes().split(b'\\0')))\n"
        "return []"
    )
    *names, words = run(body).stdout.splitlines()
    assert all(one.startswith(("python", "polars", "jemalloc", "async-executor", "tokio")) for one in names), names
    assert words == "4"  # the interpreter, -c, the program, and what ends them
