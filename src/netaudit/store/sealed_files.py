"""Files of the store: each opens under its own name alone, and only as it was written, to the last bit."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from netaudit.store.encrypted_parquet import Change, new_nonce, read_encrypted, refused, seal_of, write_encrypted

# part, run, what was drawn for this file, its seal
_SEALED = re.compile(r"(?P<stem>(?P<part>.+)\.\d+\.(?P<nonce>[0-9a-f]{24}))\.(?P<seal>[0-9a-f]{32})\.parquet")
# before files were sealed: part, run, random digits
_EARLIER = re.compile(r".+\.\d+\.[0-9a-f]{8}\.parquet")

Place = tuple[str, str, str]  # table, period, part


def write_sealed(frame: pl.DataFrame, store: Path, key: bytes, place: Place, run_id: int) -> str:
    """Write a part, and return its name in the store.

    The file is encrypted for its table, period, part, run and a random number, all of which are in its name; what
    came of it is sealed, and the seal is in its name too.

    Raises:
        StoreError: the disk is full, or the folder is not to be written to.
    """
    table, period, part = place
    nonce = new_nonce()
    stem = f"{part}.{run_id}.{nonce.hex()}"

    def named(written: Path) -> Path:
        return written.with_name(f"{stem}.{seal_of(written, key, nonce)}.parquet")

    path = write_encrypted(frame, store / table / period / stem, key, _purpose(table, period, stem), named)
    return str(path.relative_to(store))


def read_sealed(store: Path, name: str, key: bytes, place: Place, change: Change) -> pl.DataFrame:
    """Return a part from the file of this name, or what is asked of it.

    Raises:
        StoreError: the key does not fit, the file was changed, or it was written as another one.
    """
    table, period, part = place
    path = store / name
    found = _SEALED.fullmatch(path.name)
    if found is None:
        if not _EARLIER.fullmatch(path.name):
            raise refused(path)
        return read_encrypted(path, key, _purpose(table, period, part), change)
    if found["part"] != part or seal_of(path, key, bytes.fromhex(found["nonce"])) != found["seal"]:
        raise refused(path)
    return read_encrypted(path, key, _purpose(table, period, found["stem"]), change)


def _purpose(table: str, period: str, what: str) -> str:
    return f"netaudit/{table}/{period}/{what}"
