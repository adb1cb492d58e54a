"""What is odd about a host's name by itself: a slip of the pen, or a name that is made to look like another."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from functools import cache

from netaudit.definitions.public_suffixes import public_suffixes

_PUNYCODE = "xn--"
_LONGEST_NAME = 253  # RFC 1035 §2.3.4, less the octets of the first length and the root
# Scripts that one label may hold together: https://www.unicode.org/reports/tr39/#highly_restrictive
_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)


def is_known_top_level(host: str) -> bool:
    """Return whether a name ends in a top-level domain that there is.

    >>> is_known_top_level("www.example.org"), is_known_top_level("example.co.ukk")
    (True, False)
    """
    return host.rpartition(".")[2] in _top_levels()


def name_faults(host: str) -> list[str]:
    """Return what is wrong with a name in the form of patterns.

    >>> name_faults("xn--mnchen-3ya.de")
    []
    >>> name_faults("xn--example-3ya-x.org"), name_faults("xn--pypal-4ve.com")
    (["'xn--example-3ya-x' is not punycode"], ["'xn--pypal-4ve' mixes CYRILLIC and LATIN letters"])
    """
    faults = []
    if len(host) > _LONGEST_NAME:
        faults.append(f"{len(host)} characters, and no name is longer than {_LONGEST_NAME}")
    for label in host.split("."):
        if not label.startswith(_PUNYCODE):
            continue
        text = _decoded(label)
        if text is None:
            faults.append(f"'{label}' is not punycode")
        elif scripts := _mixed(text):
            faults.append(f"'{label}' mixes {' and '.join(scripts)} letters")
    return faults


@cache
def _top_levels() -> Collection[str]:
    return frozenset(name.rpartition(".")[2] for name in public_suffixes(private=False))


def _decoded(label: str) -> str | None:
    try:
        text = label.removeprefix(_PUNYCODE).encode("ascii").decode("punycode")
    except UnicodeError:
        return None
    return text if _PUNYCODE + text.encode("punycode").decode("ascii") == label and not text.isascii() else None


def _mixed(text: str) -> list[str]:
    """Return the scripts of a label's letters if they do not belong together."""
    scripts = {unicodedata.name(sign, "?").split()[0] for sign in text if unicodedata.category(sign).startswith("L")}
    return sorted(scripts) if len(scripts) > 1 and not any(scripts <= some for some in _TOGETHER) else []
