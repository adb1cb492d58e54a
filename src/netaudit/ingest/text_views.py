"""Texts as they stand in bytes: a column of them is made without a copy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

_SHORT = 12  # bytes; a text that is no longer stands in its view, another where it was found
_WORD = 4
_FIRST_BYTES = np.array([(1 << 8 * number) - 1 for number in range(_WORD + 1)], np.uint32)  # masks
_LITTLE = np.dtype("<u4")
PADDING = bytes(_WORD)
"""Must follow the last text."""

Places = npt.NDArray[np.int32] | npt.NDArray[np.int64]


def texts_at(buffer: bytes, begin: Places, end: Places, there: npt.NDArray[np.bool_] | None = None) -> pl.Series:
    """Return the texts between places of UTF-8, which are not looked at; null where there is none.

    Source: https://arrow.apache.org/docs/format/Columnar.html#variable-size-binary-view-layout

    Args:
        buffer: bytes, which live as long as any of the texts, with `PADDING` behind.
        begin: where each text begins, between two characters.
        end: where it ends, between two characters.
        there: whether there is a text; None: everywhere.
    """
    import pyarrow as pa  # noqa: PLC0415 - it is large, and most commands cut no lines

    if there is not None:
        begin, end = np.where(there, begin, 0), np.where(there, end, 0)
    length = end - begin
    views = np.zeros((len(begin), 4), _LITTLE)
    views[:, 0] = length
    words = np.ndarray((len(buffer) - _WORD + 1,), _LITTLE, buffer, strides=(1,))
    for number in range(3):
        mask = _FIRST_BYTES[np.clip(length - _WORD * number, 0, _WORD)]
        views[:, 1 + number] = words[np.minimum(begin + _WORD * number, len(words) - 1)] & mask
    long = length > _SHORT
    views[long, 2] = 0  # the number of the buffer
    views[long, 3] = begin[long]
    known = None if there is None else pa.py_buffer(np.packbits(there, bitorder="little"))
    parts = [known, pa.py_buffer(views), pa.py_buffer(buffer)]
    return pl.Series(pl.from_arrow(pa.Array.from_buffers(pa.string_view(), len(begin), parts)))
