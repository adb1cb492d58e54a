"""Why a finding might be wrong, in plain words: printed with it, before anybody decides about a person."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from netaudit.contracts import EvidenceLine, Ignored
from netaudit.definitions.categories import OVERRIDES_SOURCE, OWN_SOURCE
from netaudit.definitions.vendor_categories import VENDOR_SOURCE


@dataclass(frozen=True, slots=True)
class DoubtSettings:
    """From when on a doubt is worth telling. Telling more is safe; nothing here raises or drops a finding."""

    # Proven minutes at most this much above the limit are close to it: a few seconds' gap decides.
    close_to_limit: float = 1.1
    # The allowed minutes at least this many times the proven ones make a wide range.
    wide_range: float = 1.5
    # So few requests can come from a mistyped address, a redirect or a link in an e-mail.
    few_requests: int = 5
    # A stretch at least this long …
    quiet_minutes: float = 10.0
    # … with fewer requests a minute than this is reading, or nobody at the screen: the log cannot tell.
    quiet_requests_a_minute: float = 0.5
    # A share of the proven minutes in core time below this makes the working pattern decide the case.
    core_share: float = 0.5
    # Classes whose pages go on playing without anybody looking.
    playing: frozenset[str] = frozenset({"streaming_media", "social_video_sharing"})


Finding = dict[str, Any]
"""A row of FINDINGS."""

Lines = Sequence[EvidenceLine]


class _Facts(NamedTuple):
    finding: Finding
    lines: Lines
    settings: DoubtSettings
    ignored: Sequence[Ignored]


_ALWAYS = (
    (
        "The log shows an account on a machine, not who sat there: a screen left unlocked, a shared machine "
        "or a colleague's help looks the same."
    ),
    (
        "Where a site was reached through an encrypted connection, the log shows its name and when the "
        "connection was in use, not which pages were read."
    ),
    "The class of a site is a general judgement. The person may have had a reason in their work to be there.",
)


def doubts_of(
    finding: Finding, lines: Lines, settings: DoubtSettings, ignored: Sequence[Ignored] = ()
) -> tuple[str, ...]:
    """Return the reasons to doubt a finding, those of its own facts first, then those that hold for all."""
    facts = _Facts(finding, lines, settings, ignored)
    told = (doubt(facts) for doubt in _DOUBTS)
    return (*(text for text in told if text), *_ALWAYS)


def _only_likely(facts: _Facts) -> str:
    if facts.finding["status"] != "close":
        return ""
    return "The minutes that the log proves do not break the rule. Only the likely minutes do."


def _close_to_limit(facts: _Facts) -> str:
    limit, low = facts.finding["limit"], facts.finding["minutes_low"]
    if facts.finding["measure"] != "minutes" or not limit < low <= limit * facts.settings.close_to_limit:
        return ""
    return f"It is close to the limit: {_proven(low, limit)} are proven, and the limit is {_minutes(limit)}."


def _fails_at_half(facts: _Facts) -> str:
    if facts.finding["holds_at_half"] is not False:
        return ""
    return (
        "It does not hold if the break that is allowed is halved: with shorter gaps, this would "
        "be several shorter stretches."
    )


def _wide_range(facts: _Facts) -> str:
    low, high = facts.finding["minutes_low"], facts.finding["minutes_high"]
    if high < low * facts.settings.wide_range or high - low < 1:
        return ""
    return (
        f"The range is wide: the log proves {_proven(low)} and would allow {_minutes(high)}. "
        "What lies between is an estimate of how long pages were read."
    )


def _little_core_time(facts: _Facts) -> str:
    core, low = facts.finding["core_minutes_low"], facts.finding["minutes_low"]
    if not _depends_on_hours(facts.finding) or low <= 0 or core >= low * facts.settings.core_share:
        return ""
    return (
        f"Only {_proven(core)} of it can be proven to lie in core hours outside lunch. Flexible working, a "
        "swapped shift or leave that the directory does not know would change that."
    )


def _lunch(facts: _Facts) -> str:
    if not _depends_on_hours(facts.finding) or not facts.finding["lunch_minutes"]:
        return ""
    return (
        f"{_minutes(facts.finding['lunch_minutes'])} of it may be lunch, as the working pattern has it. The log does "
        "not show when they really had lunch."
    )


def _unlisted(facts: _Facts) -> str:
    if facts.finding.get("listed") is not False:
        return ""
    if not _depends_on_hours(facts.finding):
        return "The person was not in the staff directory on that day, so an exemption for their role cannot be known."
    return (
        "The person was not in the staff directory on that day: standard hours were assumed. Part-time work, a shift "
        "or a day off would change everything."
    )


def _few_requests(facts: _Facts) -> str:
    through = facts.finding["requests"] - facts.finding["requests_blocked"]
    if facts.finding["measure"] in ("attempts", "MB downloaded"):
        return ""
    if through > facts.settings.few_requests:
        return ""
    return (
        f"It rests on few requests ({through} came through). A mistyped address, a redirect, a search "
        "result or a link in an e-mail can do that by accident."
    )


def _blocked(facts: _Facts) -> str:
    if not facts.finding["requests_blocked"] or facts.finding["measure"] == "attempts":
        return ""
    return (
        f"The filter stopped {facts.finding['requests_blocked']} of {facts.finding['requests']} requests. "
        "Stopped requests are no access, and pages make requests that nobody asked for."
    )


def _left_open(facts: _Facts) -> str:
    if not _has(facts, "idle"):
        return ""
    return "Pages were left open and renewed themselves. That is not counted, but nearby activity may be the same."


def _adverts(facts: _Facts) -> str:
    if not _has(facts, "embedded"):
        return ""
    return (
        "Part of what reached these sites was adverts or content inside other pages. That is not counted, "
        "but the line between the two is drawn by timing and can be drawn wrongly."
    )


def _came_back(facts: _Facts) -> str:
    # The reason is reconstruct's wording for a visit that began without a page being opened.
    if not any(line.label == "human" and "open page" in line.reason for line in facts.lines):
        return ""
    return (
        "Part of it rests on new content reaching a page that was already open. That is taken for the person "
        "coming back to it, and can be the page's own doing."
    )


def _only_ends(facts: _Facts) -> str:
    if not any(line.label == "human" and "only the ends" in line.reason for line in facts.lines):
        return ""
    return (
        "Part of it comes from a log that says only when connections ended. When a page was opened, and by which page "
        "its parts were fetched, is a guess there: such minutes are likely at best, never proven."
    )


def _quiet(facts: _Facts) -> str:
    quiet = [
        line
        for line in facts.lines
        if line.label == "human"
        and _is_named(line)
        and _length(line) >= facts.settings.quiet_minutes
        and line.requests < facts.settings.quiet_requests_a_minute * _length(line)
    ]
    if not quiet:
        return ""
    return (
        "There are long stretches with few requests. Somebody reading quietly and somebody who left the desk "
        "look the same."
    )


def _playing(facts: _Facts) -> str:
    if not {facts.finding["category"], *(line.category for line in facts.lines)} & facts.settings.playing:
        return ""
    return "Video and sound go on playing while a person works at something else, or is not there."


def _unknown_between(facts: _Facts) -> str:
    if not any(line.use == "unknown" for line in facts.lines):
        return ""
    return "Sites that the class list cannot judge were used in between. That may have been work."


def _by_filter(facts: _Facts) -> str:
    if not any(_is_named(line) and _of_filter(line) for line in facts.lines):
        return ""
    return (
        "The class of some of these sites is the web filter's own word for them, which no list of ours confirms. "
        "Filters class most sites by machine."
    )


def _by_import(facts: _Facts) -> str:
    own = (OWN_SOURCE, OVERRIDES_SOURCE, "")
    if not any(_is_named(line) and line.source not in own and not _of_filter(line) for line in facts.lines):
        return ""
    return "The class of some of these sites comes from an imported list, which others keep."


def _unconfirmed(facts: _Facts) -> str:
    if all(line.confirmed for line in facts.lines):
        return ""
    return (
        "Among the sites in between are some that a single list accuses and nobody confirms. They are neither named "
        "nor counted: such lists are gathered by machine, and call help for gamblers gambling."
    )


def _bytes(facts: _Facts) -> str:
    if facts.finding["measure"] == "MB downloaded":
        return (
            "A log shows that a file was sent whole, not that anybody kept it, opened it or knew what it was: browsers "
            "show some files as they show pages, and a page can start to send one by itself."
        )
    if not facts.finding["measure"].startswith("MB"):
        return ""
    return "Amounts of data say little about a person: one video or one automatic update can make up most of it."


def _attempts(facts: _Facts) -> str:
    if facts.finding["measure"] != "attempts":
        return ""
    return (
        "An attempt is no access. A page, a link in an e-mail or an old bookmark can ask for a stopped site again and "
        "again without anybody meaning to; the log does not show why a site was asked for."
    )


_DOUBTS: Collection[Callable[[_Facts], str]] = (
    _only_likely,
    _unlisted,
    _close_to_limit,
    _fails_at_half,
    _wide_range,
    _little_core_time,
    _lunch,
    _few_requests,
    _blocked,
    _came_back,
    _only_ends,
    _quiet,
    _playing,
    _unknown_between,
    _left_open,
    _adverts,
    _by_filter,
    _by_import,
    _unconfirmed,
    _bytes,
    _attempts,
)


def _depends_on_hours(finding: Finding) -> bool:
    """A rule about a class of its own holds at any time; only rules about time depend on when."""
    return finding["measure"] == "minutes" and finding["category"] is None


def _has(facts: _Facts, label: str) -> bool:
    """Whether requests of a kind reached sites that may be named, from the first to the last of a finding."""
    ignored = any(one.what == label and one.sites for one in facts.ignored)
    return ignored or any(line.label == label for line in facts.lines)


def _is_named(line: EvidenceLine) -> bool:
    return line.use in ("personal", "blocked")


def _of_filter(line: EvidenceLine) -> bool:
    return line.source.startswith(VENDOR_SOURCE)


def _length(line: EvidenceLine) -> float:
    return (line.end - line.start).total_seconds() / 60


def _proven(amount: float, limit: float | None = None) -> str:
    """Return a lower bound in words: never rounded up, and never down to the limit that it exceeds."""
    tenths = math.floor(amount * 10)
    if limit is not None and tenths <= limit * 10 < amount * 10:
        return f"just over {_minutes(limit)}"
    return "1 minute" if tenths == 10 else f"{tenths / 10:g} minutes"  # noqa: PLR2004 - ten tenths


def _minutes(amount: float) -> str:
    whole = round(amount)
    return "1 minute" if whole == 1 else f"{whole} minutes"
