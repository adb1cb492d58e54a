"""What a filter says of a request: which words mean that it was stopped, by the words and by what went with them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netaudit.ingest.propose.cut import Cut, Named
from netaudit.ingest.propose.looks import NULLS, is_action
from netaudit.ingest.propose.toml_text import table

STOPPED = (
    r"block|blk|den[yi]|drop|reject|forbid|refus|prohibit|filtered|infected|stop|quarantin|halt|banned|prevent|disallow"
    r"|(?:not|non?|un)[ _-]?(?:permit|allow|pass|autoris|erlaub|zul)|terminat|abgelehnt|abgewiesen|untersagt|verboten"
    r"|verweigert|gesperrt|geblockt|interdit|bloqu|blocc|negado|negato|deneg|proibi|vietat|recus|rechaz|geweigerd|nekad"
)
_STOPPED = re.compile(f"(?i){STOPPED}")
_NOT_STOPPED = re.compile(
    r"(?i)(?:not|non?|un|never|nicht)[ _-]?(?:block|den[iy]|drop|reject|filter|stop|gesperrt|bloqu)"
)
_LET_THROUGH = re.compile(
    r"(?i)allow|permit|pass|accept|\bacc\b|grant|erlaub|zugelassen|gestatt|freigeg|autoris|consent|serv(?:ed|ing)|clean"
    r"|proceed|^ok(?:ay)?$|^go$|^forward|released?$|let.?through|^continued?$|^delivered$|^relayed$|^fetched$|frei$"
)
_YES = frozenset({"true", "1", "y", "yes", "ja", "oui", "si", "sí", "t"})
_NO = frozenset({"false", "0", "n", "no", "nein", "non", "f"})
_SAYS_LET = re.compile(r"(?i)allow|permit|pass|accept|grant|erlaub|zugelassen|autoris|^ok$")
_FORBIDDEN = frozenset({"403", "451"})  # RFC 9110 §15.5.4, RFC 7725
_MOST_WORDS = 8  # with which evidence is looked for
_LONGEST = 30  # signs of a word
_FEWEST_LINES = 3
_FEWEST_WHO = 2  # different clients or users, so that it is nobody's name
_ALL, _NONE = 0.9, 0.1


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that go with a status that forbids."""

    words: tuple[str, ...]
    lines: int  # that have them
    others: int  # lines with other words


def is_verdict(values: Sequence[str]) -> bool:
    """Return whether few words, one of them about letting through or stopping, are all that stands there."""
    distinct = {value.lower() for value in values}
    told = any(_STOPPED.search(one) or _LET_THROUGH.search(one) for one in distinct)
    return 0 < len(distinct) <= _MOST_WORDS + 4 and told and max(map(len, distinct)) <= _LONGEST


def is_mostly_verdicts(values: Sequence[str]) -> bool:
    """Return whether half of the words are about letting through or stopping."""
    distinct = {*values}
    told = sum(bool(_STOPPED.search(one) or _LET_THROUGH.search(one)) for one in distinct)
    return told * 2 >= len(distinct)


def is_flag(values: Sequence[str]) -> bool:
    """Return whether all that stands there is few short words or codes, each in several lines."""
    counts = Counter(values)
    return 0 < len(counts) <= _MOST_WORDS and max(map(len, counts)) <= _LONGEST and len(values) >= len(counts)


def evidence(words: Mapping[int, str], statuses: Mapping[int, str], who: Mapping[int, str]) -> Evidence | None:
    """Return the words whose lines are forbidden by their status, where no others are; each argument is by line."""
    by_word: defaultdict[str, list[int]] = defaultdict(list)
    for line, word in words.items():
        if line in statuses:
            by_word[word].append(line)
    if not 1 < len(by_word) <= _MOST_WORDS:
        return None
    share = {word: sum(statuses[n] in _FORBIDDEN for n in lines) / len(lines) for word, lines in by_word.items()}
    stopped = [word for word, one in share.items() if one >= _ALL]
    clear = all(one >= _ALL or one <= _NONE for one in share.values())
    lines = [line for word in stopped for line in by_word[word]]
    several = not who or len({who[line] for line in lines if line in who}) >= _FEWEST_WHO
    if not stopped or not clear or len(lines) < _FEWEST_LINES or not several:
        return None
    return Evidence(tuple(sorted(stopped)), len(lines), sum(map(len, by_word.values())) - len(lines))


def column(cut: Cut, name: str) -> dict[int, str]:
    """Return the values of a field by the number of the line."""
    return {n: row[name] for n, row in enumerate(cut.rows) if row.get(name, "") not in {"", *NULLS}}


def evidence_of(cut: Cut, name: str, roles: Mapping[str, Named]) -> Evidence | None:
    """Return what the statuses say of the words in a field."""
    if "status" not in roles:
        return None
    who = next((column(cut, roles[one].name) for one in ("client", "user") if one in roles), {})
    words = {n: row.get(name) or "" for n, row in enumerate(cut.rows)}
    return evidence({n: one for n, one in words.items() if one}, column(cut, roles["status"].name), who)


def blocked_table(cut: Cut, roles: Mapping[str, Named]) -> str:
    """Return the `[[blocked]]` entries as TOML, with the reason for each word."""
    if "action" in roles:
        return _of_words(cut, roles)
    if "result" in roles:
        return table("[[blocked]]", "What the proxy refused, as Squid writes it.", {"event_action": "DENIED"})
    if "status" in roles:
        why = "No word of a filter was found: what is forbidden is taken for stopped."
        return table("[[blocked]]", why, {"http_response_status_code": r"^(?:40[37]|451)$"})
    return ""


def _of_words(cut: Cut, roles: Mapping[str, Named]) -> str:
    name = roles["action"].name
    words = sorted({value for value in cut.values(name) if value not in NULLS or value.lower() in _NO})
    if (flagged := _by_name(name, words)) is not None:
        way = "|".join(map(re.escape, flagged))
        said = "that" if _STOPPED.search(name) else "that nothing"
        why = f"'{name}' is named so, so {', '.join(flagged)} says {said} was stopped."
        return table("[[blocked]]", why, {"event_action": f"^(?i)(?:{way})$"})
    known = [word for word in words if is_action(word)]  # others may be anything, somebody's name too
    shown = ", ".join(known[:_MOST_WORDS]) or "none that is known"
    stopped = [word for word in words if _STOPPED.search(word) and not _NOT_STOPPED.search(word)]
    found = evidence_of(cut, name, roles)
    safe = found.words if found else ()
    if not stopped and not found:
        why = f"UNSURE: no word of the sample says that something was stopped ({shown}): say which words do."
        return table("[[blocked]]", why, {"event_action": f"(?i){STOPPED}"})
    few = len(words) <= _MOST_WORDS
    exact = [word for word in stopped if word in known or (few and _is_of_words(word))]
    ways = [_escaped(word) for word in dict.fromkeys([*exact, *safe])]
    if set(stopped) - {*exact, *safe}:
        ways.append(f".*(?:{STOPPED}).*")
    why = f"What the filter stopped. Words of the sample that are known: {shown}."
    if found:
        agree = set(found.words) == set(stopped) or not stopped
        why += f" {found.lines} lines have a status that forbids, and "
        why += "all of them have such a word; no other line has one." if agree else "NOT all of them such a word: look."
    rest = set(words) - set(stopped) - set(safe)
    if rest and not any(_LET_THROUGH.search(word) for word in rest):
        why += " Is every other word one with which requests are let through?"
    return table("[[blocked]]", why, {"event_action": f"^(?i)(?:{'|'.join(ways)})$"})


def _is_of_words(word: str) -> bool:
    """Return whether a text is made of words about stopping and rules, and of nobody's name."""
    bare = re.sub(rf"(?i)[a-z]*(?:{STOPPED})[a-z]*", " ", word)
    return not re.search(r"[^\W\d_]{2,}", re.sub(r"(?i)\b(?:by|policy|rule|access|request|the|url|site)\b", " ", bare))


def _by_name(name: str, words: Sequence[str]) -> tuple[str, ...] | None:
    """Return the words of a flag that say that something was stopped, if its name says what it is about."""
    last = name.rpartition(".")[2]
    low = {word.lower(): word for word in words}
    if not low.keys() <= _YES | _NO:
        return None
    if _STOPPED.search(last) and not _NOT_STOPPED.search(last):
        return tuple(low[one] for one in sorted(low.keys() & _YES)) or ("true", "yes", "y", "1")
    if _SAYS_LET.search(last):
        return tuple(low[one] for one in sorted(low.keys() & _NO)) or ("false", "no", "n", "0")
    return None


def _escaped(word: str) -> str:
    return re.escape(word).replace(r"\ ", " ").replace(r"\-", "-")
