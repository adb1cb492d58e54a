"""Marks of lines: 64 bits for each, under a key, by which the same line is known again without its text."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

Marks = npt.NDArray[np.uint64]

_WORD = 8  # bytes taken at once, of all lines together
_AT_ONCE = 8_192  # lines: what is worked on stays in the processor's cache
_LONG = 2_048  # bytes; the few lines that are longer are marked one by one
_KEYED_BYTES = 64  # BLAKE2b takes no longer keys (RFC 7693)
_MASKS = np.array([(1 << (8 * count)) - 1 for count in range(_WORD)], np.uint64)  # of the last bytes of a line
_HALF, _THIRD = np.uint64(32), np.uint64(29)


def line_marks(data: bytes, ends: npt.NDArray[np.int64], key: bytes, most: int | None = None) -> Marks:
    """Return the mark of each line, its line end left out: equal if the lines are, and else with a chance near 2^-64.

    Marks are the same on every machine and in every version: they are compared with those of earlier nights. Who does
    not have the key can neither tell a line from its mark nor make two lines that share one.

    Args:
        data: whole lines.
        ends: where each of them ends: see `line_ends`.
        key: secret.
        most: bytes of each line that count; None: all.
    """
    padded = np.frombuffer(data + bytes(_WORD), np.uint8)
    starts = np.append(np.zeros(1, np.int64), ends[:-1])
    lengths = _lengths(padded, starts, ends)
    if most is not None:
        lengths = np.minimum(lengths, most)
    secrets = _secrets(key)
    is_long = lengths > _LONG
    short = np.where(is_long, 0, lengths)
    marks = np.zeros(len(ends), np.uint64)
    for begin in range(0, len(ends), _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        marks[some] = _marks(padded, starts[some], short[some], secrets)
    for row in np.flatnonzero(is_long).tolist():
        text = data[starts[row] : starts[row] + lengths[row]]
        digest = hashlib.blake2b(text, digest_size=_WORD, key=key[:_KEYED_BYTES]).digest()
        marks[row] = int.from_bytes(digest, "little")
    return marks


def record_marks(marks: Marks, begins: npt.NDArray[np.bool_]) -> Marks:
    """Return the marks of records: each has the line that begins it, and those up to the next that begins one.

    Lines before the first record are in none. A record of one line has the mark of the line.
    """
    firsts = np.flatnonzero(begins)
    if not len(firsts) or len(firsts) == len(marks):
        return marks[firsts]
    place = np.arange(len(marks)) - firsts[np.maximum(np.cumsum(begins) - 1, 0)]
    with np.errstate(over="ignore"):
        turned = marks * (np.uint64(2) * place.astype(np.uint64) + np.uint64(1))
        turned ^= np.where(place > 0, turned >> _THIRD, np.uint64(0))
        return np.add.reduceat(turned, firsts)


def _lengths(
    padded: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return how long lines are without their ends, which may be written in two ways."""
    stops = ends - (padded[ends - 1] == ord("\n"))
    stops -= (stops > starts) & (padded[stops - 1] == ord("\r"))
    lengths: npt.NDArray[np.int64] = stops - starts
    return lengths


def _secrets(key: bytes) -> Marks:
    """Return five numbers made of a key; those that multiply are odd."""
    digest = hashlib.blake2b(key, digest_size=5 * _WORD, person=b"line marks").digest()
    secrets = np.frombuffer(digest, "<u8").astype(np.uint64)
    secrets[2:] |= np.uint64(1)
    return secrets


def _marks(
    padded: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64], secrets: Marks
) -> Marks:
    """Mix the words of all lines, the first of each first; lines that have ended stand aside."""
    begin, added, first, second, last = secrets
    longest_first = np.argsort((_LONG - lengths).astype(np.uint16), kind="stable")
    ordered = lengths[longest_first]
    places = starts[longest_first]
    words = np.ndarray((len(padded) - _WORD + 1,), "<u8", padded.data, strides=(1,))
    left = np.searchsorted(-ordered, -np.arange(0, _LONG + 2 * _WORD, _WORD), side="left")  # longer than so many bytes
    state = begin ^ (ordered.astype(np.uint64) * last)
    for number, count in enumerate(left[:-1].tolist()):
        if not count:
            break
        word = words[places[:count]]
        whole = int(np.searchsorted(-ordered, -_WORD * (number + 1), side="right"))
        if whole < count:
            word[whole:] &= _MASKS[ordered[whole:count] - _WORD * number]
        word += added
        word ^= word >> _HALF
        word *= first
        word ^= word >> _THIRD
        some = state[:count]
        some ^= word
        some *= second
        some ^= some >> _HALF
        places[:count] += _WORD
    state *= last
    state ^= state >> _THIRD
    marks: Marks = np.empty_like(state)
    marks[longest_first] = state
    return marks
