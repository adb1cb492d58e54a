"""Parquet with every column and the footer encrypted: the one place that touches Polars' unstable interface."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl

from netaudit.errors import Problem, StoreError, unwritable


def write_encrypted(frame: pl.DataFrame, path: Path, key: bytes, purpose: str) -> None:
    """Write the frame so that it is whole on disk under its name, or absent.

    Args:
        frame: any table.
        path: where it goes; the folder is made.
        key: 32 bytes.
        purpose: what the file holds; a file renamed to serve another purpose is refused when read.

    Raises:
        StoreError: the disk is full, or the folder is not to be written to.
    """
    beside = path.with_suffix(".new")
    try:
        _write(frame, path, beside, pl.ParquetEncryptionProperties(footer_key=key, aad_prefix=purpose.encode()))
    except (OSError, pl.exceptions.ComputeError) as error:
        reason = _reason(error)
        if reason is None:
            raise
        beside.unlink(missing_ok=True)
        raise unwritable(path.parent, reason) from error


def _write(frame: pl.DataFrame, path: Path, beside: Path, encryption: pl.ParquetEncryptionProperties) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside.touch(mode=0o600)
    frame.write_parquet(
        beside,
        compression="uncompressed",  # columns of few values are small anyway; a fifth larger than lz4, and quicker
        statistics=False,
        encryption=encryption,
    )
    with beside.open("rb") as written:
        os.fsync(written.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def read_encrypted(
    path: Path, key: bytes, purpose: str, change: Callable[[pl.LazyFrame], pl.LazyFrame] = lambda frame: frame
) -> pl.DataFrame:
    """Return the file's table, or what is asked of it: columns and rows that are left out need not be deciphered.

    Raises:
        StoreError: the key does not fit, the file was changed, or it was moved from another place.
    """
    decryption = pl.ParquetDecryptionProperties(footer_key=key, aad_prefix=purpose.encode())
    try:
        frame = pl.scan_parquet(path, decryption=decryption, glob=False)
        frame.collect_schema()
        return change(frame).collect()
    except (pl.exceptions.ComputeError, OSError) as error:
        raise _refused(path) from error


def _reason(error: Exception) -> str | None:
    """Return what the system said when something could not be written."""
    if isinstance(error, OSError):
        return error.strerror
    number = re.search(r"\(os error (\d+)\)", str(error))
    return os.strerror(int(number[1])) if number else None


def _refused(path: Path) -> StoreError:
    remedy = "restore the file and its key from the same back-up; the source logs can also be run again"
    return StoreError(Problem("the key does not open this file, or the file was changed or moved", str(path), remedy))
