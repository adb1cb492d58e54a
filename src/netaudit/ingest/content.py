"""What a file is that is no log, from its first bytes; for messages that say what to do."""

from __future__ import annotations

from dataclasses import dataclass

_UNPACK = "unpack it first, and give the files in it"
_EXPORT = "export it as text"
_PACKETS = "a packet capture"
_NO_PACKETS = "give the log of the proxy: packets are not read"
_PCAPNG, _PCAPNG_ORDER = b"\n\r\r\n", (b"\x1a\x2b\x3c\x4d", b"\x4d\x3c\x2b\x1a")
_TAR_MAGIC = slice(257, 262)
# What may hold a log, but is none yet. Source: the magic numbers of file(1).
_ARCHIVES = (
    (b"PK\x03\x04", "a zip archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"MSCF\0\0\0\0", "a cabinet archive", _UNPACK),
    (b"\x1f\x9d", "compressed with compress", "unpack it, or use gzip"),
    (b"\x04\x22\x4d\x18", "compressed with lz4", "unpack it, or use zstd"),
    (b"LZIP\x01", "compressed with lzip", "unpack it, or use xz"),
    (b"\x89LZO\0\r\n\x1a\n", "compressed with lzop", "unpack it, or use gzip"),
    (b"\x1f\x8b\x08", "compressed twice", "unpack it once"),
    (b"BZh", "compressed twice", "unpack it once"),
    (b"\xfd7zXZ\0", "compressed twice", "unpack it once"),
    (b"\x28\xb5\x2f\xfd", "compressed twice", "unpack it once"),
    (b"age-encryption.org/", "encrypted with age", "decrypt it first"),
    (b"-----BEGIN PGP MESSAGE", "encrypted with PGP", "decrypt it first"),
    (b"Salted__", "encrypted with OpenSSL", "decrypt it first"),
    (b"ElfFile\0", "a Windows event log", _EXPORT),
    (b"LPKSHHRH", "a systemd journal", "export it with journalctl --output=short-iso"),
    (b"\xd4\xc3\xb2\xa1", _PACKETS, _NO_PACKETS),
    (b"\xa1\xb2\xc3\xd4", _PACKETS, _NO_PACKETS),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office file", _EXPORT),
    (b"SQLite format 3\0", "a database", _EXPORT),
    (b"PAR1", "a Parquet table", _EXPORT),
    (b"\xff\xfe\0\0", "text in UTF-32", "save it as UTF-8"),
    (b"\0\0\xfe\xff", "text in UTF-32", "save it as UTF-8"),
)
_STRANGERS = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF document"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\0", "a program"),
    (b"RIFF", "a sound or a film"),
    (b"ID3", "a sound"),
)
_LEAST_BINARY = 0.05  # of the bytes; a power cut leaves some in a log, never so many


@dataclass(frozen=True, slots=True)
class NotALog:
    """What a file is, and what to do about it."""

    what: str
    remedy: str


def archive(head: bytes) -> NotALog | None:
    r"""Return what must be unpacked, decrypted or exported before it is a log; None for anything else.

    >>> archive(b"7z\xbc\xaf\x27\x1c").what
    'a 7-Zip archive'
    """
    if head[_TAR_MAGIC] == b"ustar":
        return NotALog("a tar archive", _UNPACK)
    if head.startswith(b"PK\x03\x04") and b"[Content_Types].xml" in head[:4096]:
        return NotALog("an Office file", _EXPORT)
    if head.startswith(_PCAPNG) and head[8:12] in _PCAPNG_ORDER:
        return NotALog(_PACKETS, _NO_PACKETS)
    return next((NotALog(what, remedy) for magic, what, remedy in _ARCHIVES if head.startswith(magic)), None)


def stranger(head: bytes) -> NotALog | None:
    """Return what a file is that no format reads, where its bytes tell: a picture, a program, or no text at all."""
    for magic, what in _STRANGERS:
        if head.startswith(magic):
            return NotALog(f"{what}, not a log", "leave it away")
    noughts = head.count(0)
    if noughts * 3 > len(head):
        either = max(head[::2].count(0), head[1::2].count(0))
        if either * 10 > noughts * 9:
            return NotALog("text in UTF-16 without a byte order mark", "save it as UTF-8")
    controls = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\f\r\x1b")
    if controls > len(head) * _LEAST_BINARY:
        return NotALog("not text", "is it the log itself?")
    return None
