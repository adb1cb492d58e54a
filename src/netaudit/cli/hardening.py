"""The process that reads logs, closed: no core dump, no look into its memory, nothing of a log on a terminal.

What holds for netaudit's own messages (places and counts, never what a line says) is not true of the libraries below:
Polars prints the message of a panic straight to file descriptor 2, and the message may quote a value. So netaudit
writes to a copy of that descriptor, and behind the descriptor itself sits a small process which reads all that arrives
and lets through what it knows to be harmless. It outlives a crash, so that IT still learns where it struck.
"""

from __future__ import annotations

import ctypes
import io
import logging
import os
import re
import resource
import secrets
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType

from netaudit import __version__

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_DUMPABLE = 4  # prctl(2)
_STANDARD_ERROR = 2
_MOST_DESCRIPTORS = 1 << 16
_END_BYTES = 16  # of the line that says that the program is over: nothing that a library writes by chance
_LONGEST_LINE = 4096  # bytes; the rest of a longer one is no place
# What is let through of what libraries write, and how it is said. Of a panic the library and the place, which were
# written when the library was compiled; of the interpreter one of its own words for a crash.
_CRATE = rb"((?:polars|arrow|parquet|rayon|regex|chrono|hashbrown)(?:-[a-z]{1,15}){0,2}|std|core|alloc)(?:-[\d.]+)?"
_PLACE = rb"([a-z_0-9/]{1,80}\.rs:\d{1,6}:\d{1,5}):?$"
_CRASHES = rb"(Segmentation fault|Bus error|Aborted|Illegal instruction|Floating-point exception)$"
_PANIC = rb"^thread '.{0,100}'(?: \(\d+\))? panicked at (?:[\w./-]*/)?" + _CRATE + rb"/src/" + _PLACE
_HARMLESS = (
    (_PANIC, b"bug: a library panicked: %s, %s"),
    (rb"^memory allocation of (\d{1,20}) bytes failed$", b"error: there was no memory left for %s bytes"),
    (rb"^Fatal Python error: " + _CRASHES, b"bug: the interpreter crashed: %s"),
)


class Stopped(BaseException):
    """Somebody asked the program to end. What was begun is cleared away on the way out."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def hardened() -> Iterator[None]:
    """Close the process while the block runs; end it by the signal that stopped it, if one did."""
    forbid_dumps()
    show_places_only()
    _stop_in_order()
    end = secrets.token_bytes(_END_BYTES).hex().encode()
    drain = _drained(end)
    number = 0
    try:
        yield
    except Stopped as stopped:
        number = stopped.number
    except BaseException as error:
        if not isinstance(error, SystemExit):
            sys.excepthook(type(error), error, error.__traceback__)
            sys.exit(1)
        raise
    finally:
        _end_of_output(drain, end)
    if number:
        _say(f"stopped by {signal.Signals(number).name}; what was stored before is whole")
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)


def forbid_dumps() -> None:
    """Let no crash write memory to disk, and no other process of the same account read it.

    Threads and forked children share this. Another program that they start does not, and has nothing of the memory.
    The kernel hands a dump to a collector whatever the limit is, but not that of a process which is not dumpable.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def show_places_only() -> None:
    """Let every hook that prints what went wrong print where, and no message: it may quote a line of log."""
    sys.excepthook = _bug
    threading.excepthook = lambda args: _bug(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _bug(args.exc_type, args.exc_value, args.exc_traceback)
    warnings.showwarning = _warning
    logging.lastResort = _Places(logging.WARNING)
    if not logging.root.handlers:  # or `logging.error` itself would hang one there, which prints messages
        logging.root.addHandler(_Places(logging.WARNING))
    logging.raiseExceptions = False


def _bug(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """Print where a bug struck."""
    if issubclass(kind, BrokenPipeError):  # whoever read our output has seen enough
        return
    _say(f"bug: {kind.__name__} in netaudit {__version__}; please report these places:")
    for frame in traceback.extract_tb(trace or (error.__traceback__ if error else None)):
        _say(f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}")


def _warning(
    message: Warning | str,  # noqa: ARG001 - the signature of warnings.showwarning
    category: type[Warning],
    filename: str,
    lineno: int,
    file: object = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    _say(f"a library warns: {category.__name__} at {Path(filename).name}:{lineno}")


class _Places(logging.Handler):
    """What libraries log and nobody asked for, by its place."""

    def emit(self, record: logging.LogRecord) -> None:
        _say(f"a library logs: {record.levelname} at {record.filename}:{record.lineno}")


def _say(text: str) -> None:
    if sys.stderr is not None:
        try:
            print(text, file=sys.stderr, flush=True)  # noqa: T201
        except (OSError, ValueError):
            return  # nobody listens any more


def _stop_in_order() -> None:
    """Let signals that ask for an end raise Stopped, but for those that whoever started the program has ignored."""
    if threading.current_thread() is not threading.main_thread():
        return

    def stop(number: int, _: FrameType | None) -> None:
        raise Stopped(number)

    for number in STOPPING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, stop)


def _drained(end: bytes) -> int | None:
    """Put the reader behind file descriptor 2 and own messages before it; return the reader's process number."""
    try:
        own = os.dup(_STANDARD_ERROR)
    except OSError:  # closed by whoever started the program
        own = os.open(os.devnull, os.O_WRONLY)
    os.set_inheritable(own, False)  # noqa: FBT003
    read, write = os.pipe()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()  # or the child has a copy
    child = _forked()
    if child == 0:
        os.close(write)
        _let_through(read, own, end)
    os.close(read)
    os.dup2(write, _STANDARD_ERROR)
    os.close(write)
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    sys.stderr = io.TextIOWrapper(io.FileIO(own, "w"), encoding, "replace", line_buffering=True, write_through=True)
    if child is None:  # no process to be had: nothing comes through at all
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _STANDARD_ERROR)
        os.close(nowhere)
    return child


def _forked() -> int | None:
    try:
        with warnings.catch_warnings():
            # Libraries' threads stand idle; the child uses nothing of theirs.
            warnings.simplefilter("ignore", DeprecationWarning)
            return os.fork()
    except OSError:
        return None


def _let_through(read: int, own: int, end: bytes) -> None:
    """Read what libraries write until the program says that it is over, say what is harmless of it, and end."""
    code = 1
    try:
        for number in (*STOPPING, signal.SIGQUIT):  # a terminal sends them to the reader, too
            signal.signal(number, signal.SIG_IGN)
        first = 0  # what else was handed to the program (standard input, a key) is none of the reader's
        for kept in (*sorted({read, own}), _MOST_DESCRIPTORS):
            os.closerange(first, kept)
            first = kept + 1
        withheld = 0
        for line in _lines(read):
            if line == end:
                break
            if not line:
                continue
            found = next((says % place.groups() for shape, says in _HARMLESS if (place := re.match(shape, line))), None)
            if found is None:
                withheld += 1
            else:
                os.write(own, found + b"\n")
        if withheld:
            note = f"note: libraries wrote {withheld} lines of their own; they may quote a log and are not shown\n"
            os.write(own, note.encode())
        code = 0
    finally:
        os._exit(code)  # nothing of the program's may be done twice


def _lines(read: int) -> Iterator[bytes]:
    """Yield lines without their ends, cut where they grow too long."""
    rest = b""
    while block := os.read(read, 1 << 16):
        *lines, rest = (rest + block).split(b"\n")
        yield from (line[:_LONGEST_LINE] for line in lines)
        rest = rest[:_LONGEST_LINE]
    if rest:
        yield rest


def _end_of_output(child: int | None, end: bytes) -> None:
    """Close what libraries write to, and wait until the reader has told what it has to tell.

    The reader is told that this is the end, as libraries may hold copies of the descriptor: it would never close.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue
    if child:
        try:
            os.write(_STANDARD_ERROR, b"\n" + end + b"\n")
        except OSError:  # the reader is gone
            child = None
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if child:
        _silence_copies(nowhere)
    os.dup2(nowhere, _STANDARD_ERROR)
    os.close(nowhere)
    if child:
        try:
            os.waitpid(child, 0)
        except ChildProcessError:
            return


def _silence_copies(nowhere: int) -> None:
    """Turn copies of descriptor 2 to nowhere: the library that draws charts keeps some, and the reader awaits all."""
    reader = os.fstat(_STANDARD_ERROR)
    try:
        descriptors = [int(path.name) for path in Path("/proc/self/fd").iterdir()]
    except OSError:  # no such file system
        return
    for one in descriptors:
        try:
            if one != _STANDARD_ERROR and os.path.samestat(os.fstat(one), reader):
                os.dup2(nowhere, one)
        except OSError:  # the list's own descriptor
            continue
