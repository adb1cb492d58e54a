"""Parquet with every column and the footer encrypted: the one place that touches Polars' unstable interface."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

from netaudit.errors import Problem, StoreError


def write_encrypted(frame: pl.DataFrame, path: Path, key: bytes, purpose: str) -> None:
    """Write the frame so that it is whole on disk under its name, or absent.

    Args:
        frame: any table.
        path: where it goes; the folder is made.
        key: 32 bytes.
        purpose: what the file holds; a file renamed to serve another purpose is refused when read.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_suffix(".new")
    beside.touch(mode=0o600)
    frame.write_parquet(
        beside,
        compression="lz4",  # a quarter larger than zstd's quickest, and written in two thirds of the time
        statistics=False,
        encryption=pl.ParquetEncryptionProperties(footer_key=key, aad_prefix=purpose.encode()),
    )
    with beside.open("rb") as written:
        os.fsync(written.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def scan_encrypted(path: Path, key: bytes, purpose: str) -> pl.LazyFrame:
    """Return the file as a lazy frame; it is deciphered when collected.

    Raises:
        StoreError: the key does not fit, the file was changed, or it was moved from another place.
    """
    decryption = pl.ParquetDecryptionProperties(footer_key=key, aad_prefix=purpose.encode())
    try:
        frame = pl.scan_parquet(path, decryption=decryption, glob=False)
        frame.collect_schema()
    except (pl.exceptions.ComputeError, OSError) as error:
        raise _refused(path) from error
    return frame


def read_encrypted(path: Path, key: bytes, purpose: str) -> pl.DataFrame:
    """Return the file's table.

    Raises:
        StoreError: the key does not fit, the file was changed, or it was moved from another place.
    """
    try:
        return scan_encrypted(path, key, purpose).collect()
    except (pl.exceptions.ComputeError, OSError) as error:
        raise _refused(path) from error


def _refused(path: Path) -> StoreError:
    remedy = "restore the file and its key from the same back-up; the source logs can also be run again"
    return StoreError(Problem("the key does not open this file, or the file was changed or moved", str(path), remedy))
