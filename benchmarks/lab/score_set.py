"""Scores our human time against a lab set's truth: `python score_set.py DIR [--ext] [--json]`.

DIR holds access.log[.gz] (or access_ext.log[.gz]), truth.csv[.gz] and people.csv; hosts.csv and score.py
lie beside it or in one of the folders above. hosts.csv names classes for the scorer only: the audit itself
uses our own class lists.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from netaudit.categorise import categorise
from netaudit.contracts import EVENTS
from netaudit.definitions.categories import categories_folder, load_class_map
from netaudit.reconstruct import Reconstruction, ReconstructSettings, reconstruct

# Our class ids in the scorer's words. Personal use in the lab is leisure of any kind; everything else is
# work or machinery.
SCORER_CLASS = {
    "adult": "adult",
    "gambling": "gambling",
    "shopping_auction": "shopping",
    "streaming_media": "video",
    "social_video_sharing": "video",
    "webmail": "webmail",
    "news": "news",
    "sport": "sport",
    "travel": "travel",
    "property": "property",
    "forums": "forum",
    "review_sites": "forum",
    "leisure": "reading",
    "reference": "reading",
    "dating": "social",
    "online_games": "video",
    "social_microblogging": "social",
    "social_blogging": "social",
    "social_bookmarking": "social",
    "social_sharing": "social",
}

# Squid native, with the lab's longer tail: referrer, user agent, request bytes and client port.
_NATIVE = (
    r"^(?P<end>\d+\.\d{3}) +(?P<elapsed>\d+) (?P<ip>\S+) "
    r"(?P<action>[A-Z_]+)/(?P<status>\d{3}) (?P<bytes>\d+) "
    r"(?P<method>\S+) (?P<url>\S+) (?P<user>\S+) (?P<hierarchy>\S+) (?P<mime>\S+)"
    r'(?: "(?P<referrer>[^"]*)" "(?P<agent>[^"]*)" (?P<sent>\d+) (?P<port>\d+))?$'
)


def read_text(path: Path) -> str:
    """Return the text of a file that may be gzipped."""
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8", errors="replace")


def find(folder: Path, *names: str) -> Path:
    """Return the first of the names found in the folder or up to three folders above it."""
    for place in (folder, *list(folder.resolve().parents)[:3]):
        for name in names:
            if (place / name).exists():
                return place / name
    raise SystemExit(f"none of {', '.join(names)} in {folder} or the folders above it")


def host_of(url: pl.Expr) -> pl.Expr:
    """Return the lower-case host of a URL or of CONNECT's host:port."""
    return url.str.replace(r"^[a-z]+://", "").str.extract(r"^([^/?#:]*)", 1).str.to_lowercase().str.strip_suffix(".")


def load_events(log: Path) -> tuple[pl.DataFrame, dict[int, str]]:
    """Return a lab log as EVENTS, and the name behind each pseudonym."""
    lines = pl.DataFrame({"line": read_text(log).splitlines()}).with_row_index("log_line", offset=1)
    rows = (
        lines.with_columns(_part=pl.col("line").str.extract_groups(_NATIVE))
        .unnest("_part")
        .filter(pl.col("end").is_not_null())
    )
    users = {name: number for number, name in enumerate(sorted(set(rows["user"].to_list()) - {"-"}), start=1)}
    tunnel = pl.col("method") == "CONNECT"
    rows = rows.with_columns(
        url_domain=host_of(pl.col("url")),
        url_path=pl.when(tunnel).then(None).otherwise(pl.col("url").str.extract(r"^[a-z]+://[^/]*(/[^?#]*)", 1)),
        referrer=pl.col("referrer").replace("-", None),
        end_ms=(pl.col("end").cast(pl.Float64) * 1000).round().cast(pl.Int64),
        elapsed=pl.col("elapsed").cast(pl.Int64),
    )
    classes = classify(rows.select("url_domain", "url_path").unique(maintain_order=True))
    rows = rows.join(classes, on=["url_domain", "url_path"], how="left", nulls_equal=True, maintain_order="left")
    mime = pl.col("mime").replace("-", None)
    events = rows.select(
        event_start=(pl.col("end_ms") - pl.col("elapsed"))
        .cast(pl.Datetime("ms"))
        .dt.replace_time_zone("UTC")
        .cast(pl.Datetime("us", "UTC")),
        event_duration_ms="elapsed",
        event_dataset=pl.lit("squid"),
        event_action="action",
        user_hash=pl.col("user").replace_strict(users, default=None, return_dtype=pl.Int64),
        source_hash=pl.col("ip").hash(7).reinterpret(signed=True),
        attribution=pl.when(pl.col("user") == "-").then(pl.lit("none")).otherwise(pl.lit("person")),
        url_scheme=pl.when(tunnel).then(pl.lit("tunnel")).otherwise(pl.col("url").str.extract(r"^([a-z]+):", 1)),
        url_domain="url_domain",
        url_key=pl.when(tunnel).then(None).otherwise(pl.col("url").hash(11).reinterpret(signed=True)),
        referrer_key=pl.col("referrer").hash(11).reinterpret(signed=True),
        referrer_domain=host_of(pl.col("referrer")),
        url_extension=pl.col("url_path").str.extract(r"\.([A-Za-z0-9]{1,5})$", 1).str.to_lowercase(),
        site="site",
        category="category",
        category_match="category_match",
        category_source="category_source",
        category_confirmed="category_confirmed",
        host_role="host_role",
        http_request_method="method",
        http_request_bytes=pl.col("sent").cast(pl.Int64),
        http_response_bytes=pl.col("bytes").cast(pl.Int64),
        http_response_status_code=pl.col("status").cast(pl.Int32),
        http_response_mime_type=mime,
        user_agent_name=agent_name("agent"),
        disposition=pl.when(pl.col("action").str.contains("DENIED"))
        .then(pl.lit("blocked"))
        .otherwise(pl.lit("allowed")),
        vendor_category=pl.lit(None, dtype=pl.String),
        log_file=pl.lit("1"),
        log_line=pl.col("log_line").cast(pl.Int64),
    )
    return EVENTS.fit(
        events.with_columns(
            referrer_key=pl.when(pl.col("referrer_domain").is_null()).then(None).otherwise("referrer_key")
        )
    ), {number: name for name, number in users.items()}


def agent_name(column: str) -> pl.Expr:
    """Return a browser's name, or the first word of other software."""
    agent = pl.col(column).replace("-", None)
    return (
        pl.when(agent.str.contains(r"Teams/|Outlook|Microsoft Office|OneDrive"))
        .then(pl.lit("Office"))
        .when(agent.str.contains(r"\bChrome/"))
        .then(pl.lit("Chrome"))
        .otherwise(agent.str.extract(r"^([A-Za-z0-9_.+-]{2,40})", 1))
    )


def classify(urls: pl.DataFrame) -> pl.DataFrame:
    """Return site, category and host role for each URL, from our own lists."""
    class_map = load_class_map(categories_folder())
    return categorise(urls, class_map).with_columns(
        site=pl.when("shielded").then(None).otherwise("site"),
        category=pl.when("shielded").then(pl.lit("shielded")).otherwise("category"),
    )


def visit_rows(result: Reconstruction, names: dict[int, str], which: str) -> list[dict[str, str]]:
    """Return the scorer's visit table; each visit is as long as its minutes say."""
    human = result.visits.filter(pl.col("kind") == "human").sort("user_hash", "event_start", "site")
    rows = []
    for visit in human.to_dicts():
        start = visit["event_start"].timestamp()
        kind = SCORER_CLASS.get(visit["category"])
        rows.append(
            {
                "user": names[visit["user_hash"]],
                "start": f"{start:.3f}",
                "end": f"{start + visit[which] * 60:.3f}",
                "host": visit["site"] or "",
                "category": kind or "business",
                "personal": "true" if kind else "false",
            }
        )
    return rows


def truth_minutes(truth: Path, hosts: Path) -> dict[str, float]:
    """Return each person's true personal minutes, overlaps counted once."""
    with hosts.open() as table:
        personal = {row["host"] for row in csv.DictReader(table) if row["class"] == "personal"}
    spans: dict[str, list[tuple[float, float]]] = {}
    rows = pl.read_csv(io.StringIO(read_text(truth))).with_columns(
        pl.col("start", "end").str.to_datetime(time_zone="UTC").dt.epoch("ms")
    )
    for row in rows.to_dicts():
        spans.setdefault(row["user"], [])
        if row["kind"] == "human" and row["host"] in personal:
            spans[row["user"]].append((row["start"], row["end"]))
    totals = {}
    for user, intervals in spans.items():
        total, reached = 0.0, 0.0
        for start, end in sorted(intervals):
            total += max(0.0, end - max(start, reached))
            reached = max(reached, end)
        totals[user] = total / 60_000
    return totals


def person_ranges(result: Reconstruction, names: dict[int, str]) -> dict[str, tuple[float, float]]:
    """Return each person's least and greatest personal minutes; sites of no known class count in the greatest."""
    sums = dict.fromkeys(names.values(), (0.0, 0.0))
    personal = pl.col("category").is_in(list(SCORER_CLASS))
    table = (
        result.visits.filter(personal | (pl.col("category") == "uncategorised"))
        .group_by("user_hash")
        .agg(low=pl.col("minutes_low").filter(personal).sum(), high=pl.col("minutes_high").sum())
        .sort("user_hash")
    )
    return sums | {names[user]: (low, high) for user, low, high in table.iter_rows()}


def score(
    folder: Path, *, ext: bool = False, settings: ReconstructSettings | None = None
) -> tuple[dict[str, float], str]:
    """Return the scorer's figures for a lab set and its report; adds how often the truth is in our range."""
    log = find(folder, *(("access_ext.log", "access_ext.log.gz") if ext else ("access.log", "access.log.gz")))
    events, names = load_events(log)
    began = time.process_time()
    result = reconstruct(events, settings or ReconstructSettings())
    spent = time.process_time() - began
    truth, hosts = find(folder, "truth.csv", "truth.csv.gz"), find(folder, "hosts.csv")
    rows = visit_rows(result, names, "minutes")
    with tempfile.TemporaryDirectory() as scratch:
        visits, plain = Path(scratch, "visits.csv"), Path(scratch, "truth.csv")
        plain.write_text(read_text(truth))
        with visits.open("w", newline="") as out:
            writer = csv.DictWriter(out, ["user", "start", "end", "host", "category", "personal"])
            writer.writeheader()
            writer.writerows(rows)
        scorer = [
            sys.executable,
            str(find(folder, "score.py")),
            "--truth",
            str(plain),
            "--visits",
            str(visits),
        ]
        run = subprocess.run(
            [*scorer, "--hosts", str(hosts), "--json"],
            check=True,
            capture_output=True,
            text=True,
        )
    text, _, figures = run.stdout.rstrip().rpartition("\n")
    numbers = json.loads(figures)["auditor"]
    hits, wrong, missed = numbers["tp"], numbers["fp"], numbers["fn"]
    true = truth_minutes(truth, hosts)
    ranges = []
    for user, (low, high) in sorted(person_ranges(result, names).items()):
        verdict = "in" if low <= true[user] <= high else "OUT"
        ranges.append(f"{user:12} true {true[user]:6.1f}  range {low:6.1f} to {high:6.1f}  {verdict}")
    inside = sum(line.endswith(" in") for line in ranges)
    summary = {
        "mean_error": numbers["abs"] / numbers["n"],
        "f1": 2 * hits / (2 * hits + wrong + missed) if hits else 0.0,
        "false_blocked_classes": numbers["ff"],
        "missed_blocked_classes": numbers["miss"],
        "hours_right": numbers["hour_ok"],
        "people": numbers["n"],
        "in_range": inside,
        "cpu_seconds": spent,
    }
    return summary, "\n".join(
        [text, *ranges, f"truth within the range: {inside} of {len(ranges)} people; {spent:.2f} CPU seconds"]
    )


def main() -> None:
    """Print the scorer's report for one lab set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ext", action="store_true", help="use the log with referrer and user agent")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    figures, text = score(options.folder, ext=options.ext)
    print(json.dumps(figures) if options.json else text)


if __name__ == "__main__":
    main()
