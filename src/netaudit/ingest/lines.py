"""Raw lines of a chunk as a column, without a Python loop over them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa


def some_lines(data: bytes, wanted: pl.Series) -> pl.Series:
    """Return the lines of `data` for which `wanted` is true, as `line_column` does."""
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n")) + 1
    ends = ends if data.endswith(b"\n") else np.append(ends, len(data))
    starts = np.append(0, ends[:-1])
    rows = wanted.to_numpy()
    pieces = [data[start:end] for start, end in zip(starts[rows].tolist(), ends[rows].tolist(), strict=True)]
    return line_column(b"".join(pieces))


def line_column(data: bytes) -> pl.Series:
    """Return one String per line of `data`, without line ends; bytes that are not UTF-8 become U+FFFD."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        data = data.decode("utf-8", "replace").encode()
    if not data:
        return pl.Series("line", [], dtype=pl.String)
    if not data.endswith(b"\n"):
        data += b"\n"
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
    offsets = np.concatenate(([0], ends + 1)).astype(np.int64)
    lines = pa.LargeStringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(data))
    column = pl.from_arrow(lines)
    if not isinstance(column, pl.Series):
        raise TypeError("a column of lines was expected")
    return column.str.strip_suffix("\n").str.strip_suffix("\r").alias("line")
