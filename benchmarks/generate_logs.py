"""Write a large Squid access log that is like a real one where it matters for speed.

    python benchmarks/generate_logs.py --lines 3000000 --out benchmarks/logs/squid-3m.log --seed 1

What matters: thousands of users; tens of thousands of hosts with a popularity like Zipf's; page loads as
bursts inside sessions inside working hours; about 60 % CONNECT (four users in ten are intercepted, and
their requests show whole URLs, most of them distinct); software that calls home day and night; tunnels
of hours; speculative sockets; 407 and 403; a few lines that are broken. Lines stand in the order in
which Squid writes them: by the time a request ended. The same arguments give the same bytes under the
same NumPy.

Clients are in 198.18.0.0/16 and servers in 198.19.0.0/16, which RFC 2544 sets aside for benchmarks.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from made_up_web import WORDS, Web, build_web

Ints = np.ndarray  # of any integer kind

MONDAY = int(datetime(2026, 3, 9, tzinfo=UTC).timestamp())
DAY_MS = 86_400_000
LINES_A_USER_AND_DAY = 220
SHARE_OF_PAGES = 0.72  # of the lines; the rest is software on its own
SHARE_INTERCEPTED = 0.42  # of the users
BAD_PER_MILLION = 8
LINES_A_PIECE = 200_000  # are text at a time

ACTIONS = (
    "TCP_TUNNEL/200",
    "NONE_NONE/200",
    "TCP_MISS/200",
    "TCP_MEM_HIT/200",
    "TCP_REFRESH_UNMODIFIED/304",
    "TCP_MISS/204",
    "TCP_MISS_ABORTED/000",
    "TCP_MISS/404",
    "TCP_DENIED/407",
    "TCP_DENIED/403",
)
TUNNEL, NONE, MISS, HIT, FRESH, EMPTY, ABORTED, ABSENT, WHO, NO = range(len(ACTIONS))
# What is asked for: verb, path with a place for a number, type, median bytes.
KINDS = (
    ("CONNECT ", ":443", "-", 4_000),
    ("GET https://", "/article/{}", "text/html", 22_000),
    ("GET https://", "/static/app-{}.js", "application/javascript", 30_000),
    ("GET https://", "/static/theme-{}.css", "text/css", 15_000),
    ("GET https://", "/images/photo_{}.jpg", "image/jpeg", 38_000),
    ("GET https://", "/images/{}.webp", "image/webp", 24_000),
    ("GET https://", "/api/v2/items?id={}&fields=all", "application/json", 2_600),
    ("GET https://", "/pixel.gif?cb={}", "image/gif", 420),
    ("POST https://", "/collect?tid=G-{}", "text/plain", 330),
    ("GET http://", "/page-{}.html", "text/html", 18_000),
    ("POST https://", "/OneCollector/1.0/", "application/json", 690),
)
CONNECT, PAGE, PIXEL, BEACON, PLAIN_PAGE, CALL_HOME = 0, 1, 7, 8, 9, 10
# How often an address of a kind comes only once (a cache-buster, a token), and how many others of its kind a host has.
# Scripts and styles are the same for everybody, pictures and pages for many.
ONLY_ONCE = np.array([0.0, 0.1, 0.02, 0.02, 0.1, 0.1, 0.4, 1.0, 0.0, 0.1, 0.0])
OTHERS = np.array([1, 2000, 12, 6, 4000, 4000, 200, 1, 1, 300, 1])
PARTS = (2, 3, 4, 5, 6)
PART_SHARES = (0.24, 0.1, 0.34, 0.2, 0.12)
# Share of the day's page loads that fall into each hour.
HOURS = np.array([1, 1, 1, 1, 1, 2, 5, 20, 62, 100, 105, 102, 88, 92, 98, 95, 88, 55, 18, 10, 8, 6, 3, 2], float)
BROKEN = (
    b"1773048",
    b"1773057301.114    211 198.18.3.44 TCP_TUNNEL/200 18",
    b"\x00\x00\x00\x00\x00\x00\x00\x00",
    b"\xff\xfe\x1f\x8b\x08\xc3\x28\xa0\xa1 \x80 \xf0\x28\x8c\xbc",
    b"",
)


@dataclass(slots=True)
class Requests:
    """Requests by column; `fields` are concatenated and sorted together."""

    start_ms: Ints
    user: Ints
    host: Ints
    kind: Ints

    def take(self, keep: Ints | slice) -> Requests:
        """Return the requests that a mask, an index or a slice picks."""
        return Requests(self.start_ms[keep], self.user[keep], self.host[keep], self.kind[keep])


def page_loads(rng: np.random.Generator, web: Web, wanted: int, activity: np.ndarray, intercepted: Ints) -> Requests:
    """Return about as many requests of page loads as wanted, for one day that begins at 0."""
    sessions = max(wanted // 95, 1)
    hour = rng.choice(24, sessions, p=HOURS / HOURS.sum())
    begin = hour * 3_600_000 + rng.integers(0, 3_600_000, sessions)
    whose = np.minimum(np.searchsorted(activity, rng.random(sessions)), activity.size - 1)
    site = np.searchsorted(web.popularity, rng.random(sessions))
    views = 1 + rng.geometric(1 / 7, sessions)
    # Every view of a session: the gaps between views, added up from the session's start.
    session = np.repeat(np.arange(sessions), views)
    gap = (np.exp(rng.normal(3.7, 0.8, session.size)) * 1000).astype(np.int64)
    passed = np.cumsum(gap) - np.repeat((np.cumsum(gap) - gap)[np.cumsum(views) - views], views)
    viewed_at = begin[session] + passed
    elsewhere = rng.random(session.size) < 0.25
    view_site = np.where(elsewhere, np.searchsorted(web.popularity, rng.random(session.size)), site[session])
    view_user = whose[session]
    # Every request of a view. Tunnels carry many requests each, so that they are fewer.
    lines = 2 + rng.geometric(np.where(intercepted[view_user], 1 / 17, 1 / 7))
    view = np.repeat(np.arange(view_site.size), lines)
    first = np.zeros(view.size, bool)
    first[np.cumsum(lines) - lines] = True
    start = viewed_at[view] + np.where(first, 0, rng.exponential(1_400, view.size).astype(np.int64))
    lot = rng.random(view.size)
    own = web.assets[view_site[view], rng.integers(0, 2, view.size)]
    partner = web.partners[(rng.random(view.size) ** 2 * web.partners.size).astype(np.int64)]
    edge = web.edges[(rng.random(view.size) ** 1.5 * web.edges.size).astype(np.int64)]
    page = web.pages[view_site[view]]
    host = np.select([first, lot < 0.42, lot < 0.82, lot < 0.86], [page, own, partner, edge], page)
    part = rng.choice(PARTS, view.size, p=PART_SHARES)
    small = rng.choice((PIXEL, BEACON), view.size)
    kind = np.select([first, (lot >= 0.42) & (lot < 0.66)], [PAGE, small], part)
    user = view_user[view]
    kind = np.where(intercepted[user], kind, np.where(first & (rng.random(view.size) < 0.3), PLAIN_PAGE, CONNECT))
    kind = np.where(intercepted[user] & (rng.random(view.size) < 0.28), CONNECT, kind)
    found = Requests(start, user, host, kind)
    return found.take(np.arange(min(found.user.size, wanted)))


def software(rng: np.random.Generator, web: Web, count: int, users: int, intercepted: Ints) -> Requests:
    """Return what machines ask for on their own: most of it in working hours, some all night."""
    hour = rng.choice(24, count, p=(HOURS + 8) / (HOURS + 8).sum())
    start = hour * 3_600_000 + rng.integers(0, 3_600_000, count)
    user = rng.integers(0, users, count)
    host = web.software[(rng.random(count) ** 1.6 * web.software.size).astype(np.int64)]
    kind = np.where(intercepted[user] & (rng.random(count) < 0.6), CALL_HOME, CONNECT)
    return Requests(start, user, host, kind)


def outcomes(rng: np.random.Generator, requests: Requests, intercepted: Ints) -> tuple[Ints, Ints, Ints]:
    """Return result, milliseconds and bytes of each request."""
    count = requests.kind.size
    tunnel = requests.kind == CONNECT
    opened = tunnel & intercepted[requests.user]
    lot = rng.random(count)
    action = np.select(
        [opened, tunnel, lot < 0.62, lot < 0.82, lot < 0.92, lot < 0.95, lot < 0.97],
        [NONE, TUNNEL, MISS, HIT, FRESH, EMPTY, ABORTED],
        ABSENT,
    )
    action = np.where((action == ABSENT) & (lot < 0.985), MISS, action)
    spare = tunnel & ~opened & (lot < 0.3)
    long = np.exp(rng.normal(4.3, 1.1, count)) * 1000
    short = np.exp(rng.normal(4.1, 1.0, count))
    elapsed = np.where(tunnel & ~opened, np.where(spare, long / 20, long), short)
    elapsed = np.where(action == HIT, 0, np.minimum(elapsed, 30_000_000)).astype(np.int64)
    medians = np.array([kind[3] for kind in KINDS])
    size = (medians[requests.kind] * np.exp(rng.normal(0, 1.2, count))).astype(np.int64) + 39
    size = np.select(
        [spare, opened, action == ABORTED, action == FRESH],
        [39 + (lot * 3_300).astype(np.int64), 0, 0, 340],
        size,
    )
    refused = rng.random(count)
    action = np.where(refused < 0.02, WHO, np.where(refused < 0.023, NO, action))
    denied = refused < 0.023
    return action, np.where(denied, 0, elapsed), np.where(denied, 3_900, size)


def day_lines(rng: np.random.Generator, web: Web, users: list[str], day: int, count: int) -> Iterator[bytes]:
    """Yield one day of exactly this many lines, a piece at a time: as text a large day would fill the memory."""
    intercepted = np.arange(len(users)) * 37 % 100 < SHARE_INTERCEPTED * 100
    weights = np.exp(rng.normal(0, 0.9, len(users)))
    bad = max(int(count * BAD_PER_MILLION / 1e6), 1)
    pages = page_loads(rng, web, int((count - bad) * SHARE_OF_PAGES), np.cumsum(weights / weights.sum()), intercepted)
    rest = software(rng, web, count - bad - pages.user.size, len(users), intercepted)
    requests = Requests(
        *(np.concatenate([getattr(pages, name), getattr(rest, name)]) for name in ("start_ms", "user", "host", "kind"))
    )
    action, elapsed, size = outcomes(rng, requests, intercepted)
    end = requests.start_ms + elapsed
    # Nothing leaves the day: what would is put somewhere in its evening, with the time it has left.
    late = end >= DAY_MS
    end[late] = DAY_MS - 1 - rng.integers(0, 3_600_000, int(late.sum()))
    elapsed = np.minimum(elapsed, end)
    order = np.argsort(end, kind="stable")
    kind = requests.kind[order]
    path = np.where(
        rng.random(order.size) < ONLY_ONCE[kind],
        rng.integers(1, 10**8, order.size),
        (rng.random(order.size) ** 2 * OTHERS[kind]).astype(np.int64),
    )
    ended = end[order] + (MONDAY * 1000 + day * DAY_MS)
    facts = (ended, elapsed[order], size[order], action[order], path)
    requests = requests.take(order)
    broken = list(enumerate(np.sort(rng.integers(0, order.size, bad))[::-1].tolist()))  # from the last to the first
    for begin in range(0, order.size, LINES_A_PIECE):
        piece = slice(begin, begin + LINES_A_PIECE)
        lines = _lines(web, users, requests.take(piece), tuple(fact[piece] for fact in facts))
        for place, at in broken:
            if begin <= at < begin + LINES_A_PIECE:
                lines.insert(at - begin, BROKEN[place % len(BROKEN)])
        yield b"\n".join(lines) + b"\n"


def _lines(web: Web, users: list[str], requests: Requests, facts: tuple[Ints, ...]) -> list[bytes]:
    end, elapsed, size, action, path = facts
    seconds, thousandths = np.divmod(end, 1000)
    clients = [f"198.18.{number // 250 % 256}.{number % 250 + 1}" for number in range(len(users))]
    names, servers = web.names, web.servers
    verbs, paths, mimes = ([kind[column] for kind in KINDS] for column in range(3))
    unnamed = {WHO}
    away = {HIT, WHO, NO}
    # The result decides the type where nothing, or the proxy's own page, came back.
    types = ["-" if act in {TUNNEL, NONE, FRESH, ABORTED} else "" for act in range(len(ACTIONS))]
    types[WHO] = types[NO] = "text/html"
    columns = (seconds, thousandths, elapsed, requests.user, action, size, requests.kind, requests.host, path)
    return [
        (
            f"{sec}.{milli:03d} {took:6d} {clients[who]} {ACTIONS[act]} {size} {verbs[kind]}{names[host]}"
            f"{paths[kind].format(number)} {'-' if act in unnamed else users[who]} "
            f"{'HIER_NONE/-' if act in away else servers[host]} {types[act] or mimes[kind]}"
        ).encode()
        for sec, milli, took, who, act, size, kind, host, number in zip(*(c.tolist() for c in columns), strict=True)
    ]


def generate(lines: int, out: Path, *, seed: int = 1, days: int = 5) -> None:
    """Write the log.

    Args:
        lines: how many, bad ones included.
        out: the file, replaced if it is there.
        seed: another seed makes another log.
        days: how many days they are spread over, from Monday 9 March 2026.
    """
    rng = np.random.default_rng(seed)
    web = build_web(rng)
    count = max(lines // (days * LINES_A_USER_AND_DAY), 40)
    words = WORDS.split()
    first, second = rng.integers(0, len(words), (2, count))
    users = [f"{words[a]}.{words[b]}{number}" for number, (a, b) in enumerate(zip(first, second, strict=True))]
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(out.name + ".partial")  # a log that was interrupted is never taken for a whole one
    with partial.open("wb") as file:
        for day in range(days):
            file.writelines(day_lines(rng, web, users, day, lines // days + (day < lines % days)))
    partial.replace(out)


def main() -> None:
    """Read the command line and write the log."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=5)
    arguments = parser.parse_args()
    began = time.perf_counter()
    generate(arguments.lines, arguments.out, seed=arguments.seed, days=arguments.days)
    took = time.perf_counter() - began
    size = arguments.out.stat().st_size / 1e6
    print(f"{arguments.lines:,} lines, {size:,.0f} MB, {took:.1f} s: {arguments.out}")


if __name__ == "__main__":
    main()
