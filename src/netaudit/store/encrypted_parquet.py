"""Parquet with every column and the footer encrypted: the one place that touches Polars' unstable interface."""

from __future__ import annotations

import functools
import hashlib
import hmac
import io
import mmap
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path

import polars as pl
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM

from netaudit.errors import Problem, StoreError, unwritable

# What the interface was tested with: pyproject.toml has the same bounds.
_OLDEST, _TOO_NEW = (2, 1), (2, 2)
_NONCE_BYTES = 12  # NIST SP 800-38D, 8.2.2: random, for one file each
_PIECE = 64 << 20
_PROBE = pl.DataFrame({"probe_column": ["probe-value"]})

Change = Callable[[pl.LazyFrame], pl.LazyFrame]


def write_encrypted(
    frame: pl.DataFrame,
    path: Path,
    key: bytes,
    purpose: str,
    named: Callable[[Path], Path] = lambda written: written.with_suffix(".parquet"),
) -> Path:
    """Write the frame so that it is whole on disk under its name, or absent; return its path.

    Args:
        frame: any table.
        path: where it goes, but for the ending; the folder is made.
        key: 32 bytes.
        purpose: what the file holds; a file renamed to serve another purpose is refused when read.
        named: says from what was written where it goes, in the same folder.

    Raises:
        StoreError: the disk is full, or the folder is not to be written to.
    """
    beside = path.with_name(path.name + ".new")
    try:
        return _write(frame, beside, _encryption(key, purpose), named)
    except (OSError, pl.exceptions.ComputeError) as error:
        reason = _reason(error)
        if reason is None:
            raise
        beside.unlink(missing_ok=True)
        raise unwritable(path.parent, reason) from error


def _write(
    frame: pl.DataFrame, beside: Path, encryption: pl.ParquetEncryptionProperties, named: Callable[[Path], Path]
) -> Path:
    beside.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside.touch(mode=0o600)
    _write_parquet(frame, beside, encryption)
    with beside.open("rb") as written:
        os.fsync(written.fileno())
    path = named(beside)
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return path


def _write_parquet(frame: pl.DataFrame, target: Path | io.BytesIO, encryption: pl.ParquetEncryptionProperties) -> None:
    frame.write_parquet(
        target,
        compression="uncompressed",  # columns of few values are small anyway; a fifth larger than lz4, and quicker
        statistics=False,
        encryption=encryption,
    )


def read_encrypted(path: Path, key: bytes, purpose: str, change: Change = lambda frame: frame) -> pl.DataFrame:
    """Return the file's table, or what is asked of it: columns and rows that are left out need not be deciphered.

    Raises:
        StoreError: the key does not fit, the file was changed, or it was moved from another place.
    """
    try:
        return _read_parquet(path, key, purpose, change)
    except (pl.exceptions.ComputeError, OSError) as error:
        raise refused(path) from error
    except BaseException as error:
        # what Rust gives up on is no Exception; it comes of a file that somebody has changed
        if type(error).__name__ != "PanicException":
            raise
        raise refused(path) from error


def _read_parquet(source: Path | io.BytesIO, key: bytes, purpose: str, change: Change) -> pl.DataFrame:
    decryption = pl.ParquetDecryptionProperties(footer_key=key, aad_prefix=purpose.encode())
    frame = pl.scan_parquet(source, decryption=decryption, glob=False)
    frame.collect_schema()
    return change(frame).collect()


def _encryption(key: bytes, purpose: str) -> pl.ParquetEncryptionProperties:
    return pl.ParquetEncryptionProperties(footer_key=key, aad_prefix=purpose.encode())


def seal_of(path: Path, key: bytes, nonce: bytes) -> str:
    """Return the authentication code of a whole file: 32 hexadecimal digits.

    Parquet's own encryption leaves some bytes of a file to chance, such as its first four, or what stands after the
    pages; this leaves none. It is a GMAC (NIST SP 800-38D) under a key made of the table's.

    Raises:
        StoreError: the file is not there or cannot be read.
    """
    own_key = hmac.digest(key, b"netaudit seal of a file", hashlib.sha256)
    code = Cipher(AES(own_key), GCM(nonce)).encryptor()
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size:
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content, memoryview(content) as view:
                    for begin in range(0, len(view), _PIECE):
                        with view[begin : begin + _PIECE] as piece:
                            code.authenticate_additional_data(piece)
    except OSError as error:
        raise refused(path) from error
    code.finalize()
    return code.tag.hex()


def new_nonce() -> bytes:
    """Return random bytes that one file has, and no other."""
    return secrets.token_bytes(_NONCE_BYTES)


@functools.cache
def check_engine() -> None:
    """Prove, once in a process, that what this Polars writes is encrypted, and that it refuses another key.

    Raises:
        StoreError: it is of a version that was not tested, or does not do so.
    """
    version = tuple(int(number) for number in re.findall(r"\d+", pl.__version__)[:2])
    if not _OLDEST <= version < _TOO_NEW:
        tested = f"{'.'.join(map(str, _OLDEST))} or later, before {'.'.join(map(str, _TOO_NEW))}"
        raise _unfit(f"Polars {pl.__version__} is not a version that encryption was tested with ({tested})")
    key, other = secrets.token_bytes(32), secrets.token_bytes(32)
    written = io.BytesIO()
    try:
        _write_parquet(_PROBE, written, _encryption(key, "probe"))
        data = written.getvalue()
        same = _read_parquet(io.BytesIO(data), key, "probe", lambda frame: frame).equals(_PROBE)
    except (pl.exceptions.PolarsError, OSError, TypeError, AttributeError, ValueError) as error:
        raise _unfit(f"Polars {pl.__version__} cannot write or read encrypted files here") from error
    if not same or b"probe" in data:
        raise _unfit(f"Polars {pl.__version__} does not encrypt what it should")
    for wrong_key, wrong_purpose in ((other, "probe"), (key, "another")):
        if _is_read(data, wrong_key, wrong_purpose):
            raise _unfit(f"Polars {pl.__version__} reads an encrypted file with a wrong key or in a wrong place")


def _is_read(data: bytes, key: bytes, purpose: str) -> bool:
    try:
        _read_parquet(io.BytesIO(data), key, purpose, lambda frame: frame)
    except pl.exceptions.PolarsError:
        return False
    return True


def _unfit(what: str) -> StoreError:
    oldest, too_new = (".".join(map(str, version)) for version in (_OLDEST, _TOO_NEW))
    remedy = f"install a version that was tested: pip install 'polars>={oldest},<{too_new}'"
    return StoreError(Problem(what, f"polars {pl.__version__}", remedy))


def _reason(error: Exception) -> str | None:
    """Return what the system said when something could not be written."""
    if isinstance(error, OSError):
        return error.strerror
    number = re.search(r"\(os error (\d+)\)", str(error))
    return os.strerror(int(number[1])) if number else None


def refused(path: Path) -> StoreError:
    """Return what to say of a file that is not what was written under its name."""
    remedy = "restore the file and its key from the same back-up; the source logs can also be run again"
    return StoreError(Problem("the key does not open this file, or the file was changed or moved", str(path), remedy))
