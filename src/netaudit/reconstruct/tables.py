"""From stays and words to the tables of the contract: VISITS, and a word for every request."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from netaudit.contracts import UTC_TIME, VISITS
from netaudit.reconstruct.arrays import Flags, Ints, gaps_before, grouped, last_true
from netaudit.reconstruct.clock import Stays
from netaudit.reconstruct.kinds import SHIELDED
from netaudit.reconstruct.learning import Tunnels
from netaudit.reconstruct.proof import Proof
from netaudit.reconstruct.requests import Requests
from netaudit.reconstruct.settings import ReconstructSettings
from netaudit.reconstruct.starts import Signs
from netaudit.reconstruct.words import Word

_MS_PER_MINUTE = 60_000
_US_PER_MS = 1_000
# Of a stay without a page, with one, with more; of attempts; and where the log has only the ends of connections.
_REASONS = (
    "came back to an open page",
    "opened a page",
    "opened pages one after another",
    "asked for blocked pages",
    "probably used a page: the log has only the ends of connections",
)
_ATTEMPTS, _SUPPOSED = 3, 4


def stays_of(requests: Requests, stays: Stays) -> Ints:
    """Return the stay that each request falls into, by person, site and time; -1 for none."""
    stay = np.full(len(requests), -1, dtype=np.int64)
    if not len(stays.start):
        return stay
    places = requests.by_site
    group, start = requests.site_group[places], requests.start[places]
    floor = min(int(stays.start.min()), int(start.min()))
    span = np.int64(max(int(stays.start.max()), int(start.max())) - floor + 1)
    of_stay = requests.site_group[stays.opening]
    first = np.searchsorted(group * span + (start - floor), of_stay * span + (stays.start - floor))
    # Each stay from its first request on; stays are in order of time, so that the later of two outweighs the earlier.
    has_any = np.flatnonzero((first < len(group)) & (group[np.minimum(first, len(group) - 1)] == of_stay))
    held = np.full(len(places), -1, dtype=np.int64)
    held[first[has_any]] = has_any
    found = held[last_true(held >= 0)]
    inside = (found >= 0) & (of_stay[found] == group) & (start <= (stays.start + stays.likely)[found])
    inside &= ~requests.machine[places]
    stay[places[inside]] = found[inside]
    stay[stays.signs] = stays.stay
    return stay


def request_words(
    requests: Requests, tunnels: Tunnels, timed: Flags, signs: Signs, stay: Ints
) -> npt.NDArray[np.uint8]:
    """Return a Word number for each request."""
    words = np.full(len(requests), int(Word.OPEN), dtype=np.uint8)
    # What is said later outweighs what was said before.
    for flags, word in (
        (signs.home >= 0, Word.LEFT_OPEN),
        (signs.shadowed, Word.OTHER_PAGE),
        (stay >= 0, Word.PART),
        (signs.standing, Word.STANDING),
        (signs.standing & tunnels.renewed, Word.RENEWED),
        (timed, Word.TIMER),
        (tunnels.unused, Word.UNUSED),
        (signs.frame, Word.FRAME),
        (requests.machine, Word.SHARED_CONTENT),
        (signs.blocked, Word.BLOCKED_PAGE),
        (signs.back, Word.RETURN),
        (signs.page, Word.PAGE),
        ((signs.page | signs.back) & requests.guessed, Word.SUPPOSED),
    ):
        words *= (~flags).view(np.uint8)
        words += flags.view(np.uint8) * np.uint8(word)
    return words


def visit_table(
    events: pl.DataFrame,
    requests: Requests,
    stays: Stays,
    *,
    stay: Ints,
    words: npt.NDArray[np.uint8],
    proof: Proof,
    settings: ReconstructSettings,
) -> pl.DataFrame:
    """Return VISITS: one row per stay, and one without minutes per run of attempts at a blocked site."""
    attempts = np.flatnonzero((words == int(Word.BLOCKED_PAGE)) & (stay < 0))
    blocked, of_attempt = _blocked_runs(requests, attempts, settings)
    count = len(stays.start) + len(blocked)
    visit = stay.copy()
    visit[attempts] = len(stays.start) + of_attempt
    opening = np.concatenate([stays.opening, blocked])
    zero = np.zeros(len(blocked), dtype=np.int64)
    start = np.concatenate([stays.start, requests.start[blocked]])
    last_attempt = np.zeros(count, dtype=np.int64)
    np.maximum.at(last_attempt, visit[attempts], requests.start[attempts])
    likely = np.concatenate([stays.likely, zero])
    end = np.maximum(start + likely, last_attempt)

    rows = np.flatnonzero(visit >= 0)
    of = visit[rows]
    word = words[rows]
    page, refusal = word == int(Word.PAGE), word == int(Word.BLOCKED_PAGE)
    supposed = word == int(Word.SUPPOSED)
    human = page | refusal | supposed | (word == int(Word.RETURN))
    pages = np.bincount(of[page], minlength=count)
    refused = np.bincount(of[refusal], minlength=count)
    row = pl.Series(requests.row[rows].astype(np.uint32))
    taken = {
        name: events[column].gather(row).fill_null(0)
        for name, column in (("sent", "http_request_bytes"), ("received", "http_response_bytes"))
    }
    site = np.concatenate([stays.site, requests.site[blocked]])
    category = np.concatenate([stays.category, requests.category[blocked]])
    classes = pl.Series(requests.categories, dtype=pl.String)
    classed = _who_classed(events, requests.row[opening], of[human], requests.row[rows[human]])
    reason = np.clip(pages, 0, 2)
    reason[len(stays.start) :] = _ATTEMPTS
    reason[np.flatnonzero((pages == 0) & (np.bincount(of[supposed], minlength=count) > 0))] = _SUPPOSED
    visits = pl.DataFrame(
        {
            "user_hash": requests.users[np.concatenate([stays.user, requests.user[blocked]])],
            "attribution": events["attribution"].gather(requests.row[opening]).cast(pl.String),
            "site": requests.names.gather(site),
            "category": classes.gather(category),
            "event_start": pl.Series(start * _US_PER_MS).cast(UTC_TIME),
            "event_end": pl.Series(end * _US_PER_MS).cast(UTC_TIME),
            "minutes_low": np.concatenate([stays.low, zero]) / _MS_PER_MINUTE,
            "minutes": likely / _MS_PER_MINUTE,
            "minutes_high": np.concatenate([stays.high, zero]) / _MS_PER_MINUTE,
            "requests": np.bincount(of, minlength=count),
            "human_requests": np.bincount(of[human], minlength=count),
            "documents_allowed": np.bincount(of[page & proof.certain[rows]], minlength=count),
            "requests_blocked": refused,
            "bytes_in": _sums(of, taken["received"], count),
            "bytes_out": _sums(of, taken["sent"], count),
            "kind": pl.repeat("human", count, eager=True),
            "reason": pl.Series(_REASONS, dtype=pl.String).gather(reason),
            **classed,
        },
        schema_overrides=VISITS.schema,
    )
    return VISITS.fit(
        visits.with_columns(
            site=pl.when((pl.col("category") == SHIELDED).fill_null(value=False) | (pl.col("site") == ""))
            .then(None)
            .otherwise("site")
        ).sort("user_hash", "event_start", "site", "event_end", nulls_last=True)
    )


def _who_classed(events: pl.DataFrame, opening: Ints, of: Ints, human: Ints) -> dict[str, pl.Series]:
    """Return who said of what class each visit's site is, and whether that is confirmed of all that a person did.

    Args:
        events: EVENTS.
        opening: the row of each visit's first request.
        of: the visit of each human request.
        human: its row.
    """
    known = events["category_confirmed"].fill_null(value=True).to_numpy()
    confirmed, source = known[opening], opening.copy()
    if not known.all():
        doubtful = np.flatnonzero(~known[human])
        confirmed[of[doubtful]] = False
        source[of[doubtful[::-1]]] = human[doubtful[::-1]]  # the first of them
        source[~known[opening]] = opening[~known[opening]]
    return {
        "category_source": events["category_source"].gather(source.astype(np.uint32)).cast(pl.String),
        "category_confirmed": pl.Series(confirmed),
    }


def _sums(group: Ints, values: pl.Series, count: int) -> Ints:
    """Return whole-number sums per group; np.bincount would go through floats."""
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, group, values.to_numpy())
    return sums


def _blocked_runs(requests: Requests, attempts: Ints, settings: ReconstructSettings) -> tuple[Ints, Ints]:
    """Return the first attempt of each run at one blocked site, and each attempt's run."""
    wanted = np.zeros(len(requests), dtype=np.bool_)
    wanted[attempts] = True
    groups = grouped(requests.by_site, (requests.site_group,), wanted)
    begins = groups.first | (gaps_before(groups, requests.start) > settings.blocked_gap_ms)
    run = np.zeros(len(requests), dtype=np.int64)
    run[groups.places] = np.cumsum(begins) - 1
    return groups.places[begins], run[attempts]
