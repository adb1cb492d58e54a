"""Raw lines of a chunk as a column."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from netaudit.ingest.text_views import PADDING, texts_at

_BLOCK_BYTES = 1 << 18  # small enough to stay in the processor's cache


def line_ends(data: bytes) -> npt.NDArray[np.int64]:
    """Return where each line of `data` ends: the place after its line end, or after the last byte."""
    characters = np.frombuffer(data, np.uint8)
    found = [
        np.flatnonzero(characters[start : start + _BLOCK_BYTES] == ord("\n")) + (start + 1)
        for start in range(0, len(data), _BLOCK_BYTES)
    ]
    if data and not data.endswith(b"\n"):
        found.append(np.array([len(data)]))
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def count_ends(data: bytes) -> int:
    """Return how many line ends there are in `data`; quicker than `bytes.count`, which stops at each."""
    characters = np.frombuffer(data, np.uint8)
    return sum(
        int(np.count_nonzero(characters[start : start + _BLOCK_BYTES] == ord("\n")))
        for start in range(0, len(data), _BLOCK_BYTES)
    )


def some_lines(data: bytes, ends: npt.NDArray[np.int64], wanted: pl.Series) -> pl.Series:
    """Return the lines of `data` for which `wanted` is true, as `line_column` does."""
    rows = np.flatnonzero(wanted.to_numpy())
    starts = np.where(rows == 0, 0, ends[rows - 1])
    pieces = [data[start:end] for start, end in zip(starts.tolist(), ends[rows].tolist(), strict=True)]
    return line_column(b"".join(pieces))


def line_column(data: bytes) -> pl.Series:
    """Return one String per line of `data`, without line ends; bytes that are not UTF-8 become U+FFFD."""
    if not data:
        return pl.Series("line", [], dtype=pl.String)
    if not _is_utf8(data):
        data = data.decode("utf-8", "replace").encode()
    ends = line_ends(data)
    begin = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
    end = ends - (np.frombuffer(data, np.uint8)[ends - 1] == ord("\n"))
    return texts_at(data + PADDING, begin, end).alias("line").str.strip_suffix("\r")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
