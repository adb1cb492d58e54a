"""Statistics of a lab set and of a simulated world side by side, and how near they are.

    python benchmarks/lab/compare.py LABSET SIMSET      (each a folder with connect_only/ and intercepted/)

hosts.csv is looked for beside each set. Columns: the lab's figure, the simulation's, their ratio, and a word: near
(within half as much again), fair (within three times), far; "on purpose" where docs/simulator.md says why they differ.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
from lab_set import Log, hosts_table, read

QUANTILES = (10, 50, 90, 99)
# what the simulation makes different from the lab, and why
ON_PURPOSE = {
    "lines per person-day": "pages of the size they have in life; the lab's have 15 to 40 requests",
    "requests per page load": "pages of the size they have in life",
    "page loads per person-day": "applications of one document; the lab loads a document for every click",
    "third-party share of requests": "real stacks of advertising",
    "seconds to 95 % of a load's requests": "scrolling and late adverts, which the lab's pages do not have",
    "visit start to first own line, s p50": "shorter visits, tabs that are closed, and 32 connections are soon full",
    "visit start to first own line, s p90": "shorter visits, tabs that are closed, and 32 connections are soon full",
    "keep-alive tail, s p90": "servers that keep connections for up to 500 s",
    "seconds to 95 % of a visit's new tunnels": "the lab's clock was compressed, which widens bursts",
    "share of lines tunnels": "apps and certificate-pinned software are spliced",
    "share of tunnels under 2 kB": "TLS sessions are resumed, and pixels are many",
    "share of tunnels of 39 bytes": "more asset and advert hosts for each page",
    "tunnel seconds p10": "heavy pages push idle connections out of the browser's 32 within a second",
    "tunnel bytes p10": "TLS sessions are resumed, and pixels are many",
    "tunnel bytes p50": "certificate chains of the size they have in life",
    "tunnel bytes p99": "pages and videos of the size they have in life",
    "tunnels open at once p50": "more hosts for each page",
    "tunnels open at once p90": "more hosts for each page",
    "tunnels open at once p99": "more hosts for each page",
    "polling interval, s, p50": "timers of hidden tabs fire once a minute at most; the lab's pages poll faster",
    "polling interval, s, p90": "timers of hidden tabs fire once a minute at most; the lab's pages poll faster",
    "personal visits per person": "people go from site to site; the lab's script stays",
    "personal visit seconds p10": "glances are part of the day",
    "personal visit seconds p50": "people go from site to site; the lab's script stays",
    "work visit seconds p10": "searches of some seconds lead to pages",
}


def quantiles(name: str, values: list[float], which: tuple[int, ...] = (50, 90)) -> dict[str, float]:
    return {f"{name} p{q}": float(np.percentile(values, q)) if values else float("nan") for q in which}


def share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def tunnels(log: Log) -> list[int]:
    return [i for i, code in enumerate(log.code) if code == "TCP_TUNNEL/200"]


def common(log: Log, classes: dict[str, str]) -> dict[str, float]:
    count = len(log.code)
    infra = sum(classes.get(host) == "infra" for host in log.host)
    zero = sum(code == "NONE_NONE/200" for code in log.code)
    refused = sum(code.endswith("/407") for code in log.code)
    return {
        "lines per person-day": count / len(log.people),
        "share of lines tunnels": share(len(tunnels(log)), count),
        "407 lines per person-day": refused / len(log.people),
        "share of lines zero-byte CONNECT": share(zero, count),
        "share of lines to infrastructure": share(infra, count),
    }


def people(log: Log, personal: set[str]) -> dict[str, float]:
    out: dict[str, float] = {}
    spans = {user: [s for s in log.human[user] if s[3] in personal] for user in log.people}
    out["personal visits per person"] = float(np.mean([len(s) for s in spans.values()]))
    out["work visits per person"] = float(np.mean([len(log.human[u]) - len(spans[u]) for u in log.people]))
    minutes = [sum(b - a for a, b, *_ in s) / 60 for s in spans.values()]
    out |= quantiles("personal minutes per person", minutes)
    out |= quantiles("personal visit seconds", [b - a for s in spans.values() for a, b, *_ in s], (10, 50, 90))
    work = [b - a for u in log.people for a, b, _, c in log.human[u] if c not in personal]
    return out | quantiles("work visit seconds", work, (10, 50, 90))


def connections(log: Log, personal: set[str]) -> dict[str, float]:
    index = tunnels(log)
    size = [float(log.size[i]) for i in index]
    out = quantiles("tunnel seconds", [log.stamp[i] - log.start[i] for i in index], QUANTILES)
    out |= quantiles("tunnel bytes", size, QUANTILES)
    out["share of tunnels under 2 kB"] = share(sum(s < 2000 for s in size), len(size))
    out["share of tunnels of 39 bytes"] = share(sum(s == 39 for s in size), len(size))
    by_user: dict[str, list[int]] = defaultdict(list)
    for i in index:
        by_user[log.user[i]].append(i)
    first, tails, widths = [], [], []
    for user, spans in log.human.items():
        for a, b, host, category in spans:
            if category not in personal:
                continue
            own = [i for i in by_user[user] if log.host[i] == host]
            fresh = [log.stamp[i] - a for i in own if a - 15 <= log.start[i] <= b and log.stamp[i] >= a]
            first += [min(fresh)] if fresh else []
            if not any(x[2] == host and x[0] <= b + 5 and x[1] > b for x in log.idle[user]):
                again = min((x[0] for x in spans if x[2] == host and x[0] > b), default=float("inf"))
                last = [log.stamp[i] - b for i in own if log.start[i] <= b < log.stamp[i] < again]
                tails += [max(last)] if last else []
            new = sorted(log.start[i] - a for i in by_user[user] if a - 2 <= log.start[i] <= min(a + 40, b))
            widths += [new[int(len(new) * 0.95)]] if len(new) > 5 else []
    out |= quantiles("visit start to first own line, s", first)
    out |= quantiles("keep-alive tail, s", tails)
    out["seconds to 95 % of a visit's new tunnels"] = float(np.median(widths)) if widths else float("nan")
    return out | concurrency(log, index)


def concurrency(log: Log, index: list[int]) -> dict[str, float]:
    by_address: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for i in index:
        by_address[log.address[i]] += [(log.start[i], 1), (log.stamp[i], -1)]
    levels: list[float] = []
    for moves in by_address.values():
        level = 0
        for _, step in sorted(moves):
            level += step
            if step > 0:
                levels.append(level)
    return quantiles("tunnels open at once", levels, (50, 90, 99))


def requests(log: Log) -> dict[str, float]:
    browser = [
        i
        for i, agent in enumerate(log.agent)
        if ("Chrome/" in agent or "Firefox/" in agent) and "Teams" not in agent
        if log.method[i] in {"GET", "POST"} and log.user[i] != "-"
    ]
    sites = {u: {s[2] for s in spans} for u, spans in log.human.items()}
    loads = [
        i
        for i in browser
        if log.mime[i] == "text/html" and log.code[i].endswith("/200") and log.host[i] in sites.get(log.user[i], ())
    ]
    asked = [i for i in browser if log.referer[i] not in {"-", ""}]
    third = sum(log.referer[i].removeprefix("www.") not in log.host[i] for i in asked)
    by_page: dict[tuple[str, str], list[float]] = defaultdict(list)
    for i in asked:
        by_page[log.user[i], log.referer[i]].append(log.start[i])
    widths: list[float] = []
    halves: list[float] = []
    for i in loads:
        times = sorted(t - log.start[i] for t in by_page[log.user[i], log.host[i]] if 0 <= t - log.start[i] <= 15)
        if len(times) > 4:
            widths.append(times[int(len(times) * 0.95)])
            halves.append(times[len(times) // 2])
    polls: list[float] = []
    asked_at = _times(log)
    for user, spans in log.idle.items():
        for a, b, host, _ in spans:
            times = sorted({t for t in asked_at.get((user, host), ()) if a + 20 < t < b})
            polls += [float(x) for x in np.diff(times)]
    return {
        "requests per page load": share(len(asked), len(loads)),
        "page loads per person-day": len(loads) / len(log.people),
        "third-party share of requests": share(third, len(asked)),
        "seconds to 50 % of a load's requests": float(np.median(halves)) if halves else float("nan"),
        "seconds to 95 % of a load's requests": float(np.median(widths)) if widths else float("nan"),
        **quantiles("polling interval, s,", polls),
    }


def _times(log: Log) -> dict[tuple[str, str], list[float]]:
    """Times of requests by user and host."""
    made: dict[tuple[str, str], list[float]] = defaultdict(list)
    for start, user, host, method in zip(log.start, log.user, log.host, log.method, strict=True):
        if method != "CONNECT":
            made[user, host].append(start)
    return made


def statistics(folder: Path) -> dict[str, dict[str, float]]:
    """All figures of a set, by mode."""
    table = hosts_table(folder)
    classes = {row["host"]: row["class"] for row in table}
    personal = {row["category"] for row in table if row["class"] == "personal"}
    out: dict[str, dict[str, float]] = {}
    for mode in ("connect_only", "intercepted"):
        if not (folder / mode).exists():
            continue
        log = read(folder / mode)
        out[mode] = common(log, classes)
        if mode == "connect_only":
            out["people"] = people(log, personal)
            out[mode] |= connections(log, personal)
        else:
            out[mode] |= requests(log)
    return out


def verdict(name: str, lab: float, simulated: float) -> str:
    if not (lab == lab and simulated == simulated):  # noqa: PLR0124  a missing figure is not equal to itself
        return "-"
    ratio = (simulated + 1e-9) / (lab + 1e-9)
    far = max(ratio, 1 / ratio)
    word = "near" if far <= 1.5 else "fair" if far <= 3 else "far"
    return f"{word}, on purpose: {ON_PURPOSE[name]}" if name in ON_PURPOSE and word != "near" else word


def table(lab: dict[str, dict[str, float]], simulated: dict[str, dict[str, float]]) -> list[str]:
    """The comparison as a Markdown table."""
    out = ["| mode | statistic | lab | simulated | ratio | |", "|---|---|---:|---:|---:|---|"]
    for mode in ("people", "connect_only", "intercepted"):
        for name, value in lab.get(mode, {}).items():
            other = simulated.get(mode, {}).get(name, float("nan"))
            ratio = f"{other / value:.2f}" if value else "-"
            out.append(f"| {mode} | {name} | {value:,.4g} | {other:,.4g} | {ratio} | {verdict(name, value, other)} |")
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lab", type=Path)
    parser.add_argument("simulated", type=Path)
    options = parser.parse_args()
    lines = table(statistics(options.lab), statistics(options.simulated))
    print("\n".join(lines))
    words = [line.split("|")[-2].strip() for line in lines[2:]]
    count = {word: sum(w == word for w in words) for word in ("near", "fair", "far")}
    meant = sum("on purpose" in w for w in words)
    summary = ", ".join(f"{number} {word}" for word, number in count.items())
    print(f"\n{len(words)} figures: {summary}, {meant} different on purpose")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
