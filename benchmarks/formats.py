"""Measure what a line costs in each way of writing it, against Squid's own layout: the same requests in all of them.

    python benchmarks/formats.py --lines 1000000

The log of `generate_logs.py` is written again as other products would write it, with an agent where they have one.
Reading is what it takes to find the format and to make events of the lines; the job is all of it, log to reports.
Each is a process of its own; seconds are of CPU.
"""

from __future__ import annotations

import argparse
import json
import resource
import string
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
from log_files import HERE, Recipe, borrowed, say
from netaudit_job import run_netaudit
from tables import Column, Table, machine, today

BASE = "squid"
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0",
    "Microsoft-Delivery-Optimization/10.0",
)
AIMS = {"columns": 1.5, "w3c": 1.5, "zeek": 4.0, "keyvalue": 4.0, "cef": 4.0, "json": 4.0}
CSV = (
    '"{day} {clock}","{user}","{ip}","203.0.113.12","198.51.100.7","{type}","ALLOWED","{url}","","{agent}","{status}",'
    '"850","{size}","","","News/Media","","","","","","AD Users",""'
)
W3C = (
    (
        "#Fields: date time time-taken c-ip cs-username sc-status s-action sc-bytes cs-bytes cs-method cs-uri-scheme "
        "cs-host cs-uri-path rs(Content-Type) cs(User-Agent) cs-categories s-ip\n"
    ),
    (
        '{day} {clock} {elapsed} {ip} {user} {status} {action} {size} 850 {method} {scheme} {host} {path} {type} "{agent}" '
        '"News/Media" 192.0.2.1'
    ),
)
TABBED = (
    (
        "#Fields: c-ip\tcs-username\tc-agent\tdate\ttime\ts-computername\tr-host\ttime-taken\tcs-bytes\tsc-bytes\t"
        "cs-protocol\ts-operation\tcs-uri\tsc-status\n"
    ),
    "{ip}\t{user}\t{agent}\t{day}\t{clock}\tPROXY1\t{host}\t{elapsed}\t850\t{size}\t{scheme}\t{method}\t{url}\t{status}",
)
KEYS = (
    'date={day} time={clock} devname="gate1" devid="FG100E0000000001" logid="0317013312" type="utm" '
    'subtype="webfilter" eventtype="ftgd_allow" level="notice" vd="root" policyid=1 sessionid=1234 user="{user}" '
    'srcip={ip} srcport=61930 dstip=203.0.113.7 dstport=443 proto=6 service="HTTPS" hostname="{host}" '
    'profile="default" action="passthrough" reqtype="direct" url="{url}" sentbyte=850 rcvdbyte={size} '
    'direction="outgoing" agent="{agent}" httpmethod="{method}" msg="URL belongs to an allowed category in policy" '
    'cat=36 catdesc="News and Media"'
)
CEF = (
    "CEF:0|Example Systems|Web Proxy|2.1|{status}|{method}|1|rt={day}T{clock}Z src={ip} suser={user} "
    "requestMethod={method} request={url} requestClientApplication={agent} in=850 out={size} cs2=News "
    "cs2Label=URL Category act=allowed"
)
JSON = (
    '{{"Action":"allow","Datetime":"{day}T{clock}Z","DestinationIP":"198.51.100.7","DestinationPort":443,'
    '"DeviceName":"LAPTOP-1","Email":"{user}","HTTPHost":"{host}","HTTPMethod":"{method}","HTTPStatusCode":{status},'
    '"HTTPVersion":"HTTP/2","IsIsolated":false,"Referer":"","RequestID":"r-1","SourceIP":"{ip}","SourcePort":49907,'
    '"URL":"{url}","UntrustedCertificateAction":"none","UserAgent":"{agent}"}}'
)
NESTED = (
    '{{"timestamp":"{day}T{clock}.656417+0000","flow_id":492213234342652,"in_iface":"eth0","event_type":"http",'
    '"src_ip":"{ip}","src_port":48656,"dest_ip":"198.51.100.4","dest_port":80,"proto":"TCP","tx_id":0,"http":'
    '{{"hostname":"{host}","url":"{path}","http_user_agent":"{agent}","http_content_type":"{type}",'
    '"http_method":"{method}","protocol":"HTTP/1.1","status":{status},"length":{size}}}}}'
)
ZEEK = (
    (
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\thttp\n"
        "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tmethod\thost\turi\tuser_agent\trequest_body_len\t"
        "response_body_len\tstatus_code\tusername\tresp_mime_types\n"
        "#types\ttime\tstring\taddr\tport\taddr\tport\tstring\tstring\tstring\tstring\tcount\tcount\tcount\tstring\t"
        "vector[string]\n"
    ),
    (
        "{time}\tCk3xYo2tqP1fHc9Ab\t{ip}\t51004\t192.0.2.8\t3128\t{method}\t{host}\t{path}\t{agent}\t0\t{size}\t{status}\t"
        "{user}\t{type}"
    ),
)
APACHE = '{ip} - {user} [{apache}] "{method} {url} HTTP/1.1" {status} {size} "-" "{agent}"'
# Of each: the parser that its definition has, the lines above the records, a record.
WAYS: dict[str, tuple[str, str, str]] = {
    "umbrella-proxy": ("columns", "", CSV),
    "bluecoat-proxysg": ("w3c", *W3C),
    "isa-tmg-w3c": ("w3c", *TABBED),
    "zeek": ("zeek", *ZEEK),
    "fortigate": ("keyvalue", "", KEYS),
    "generic-cef": ("cef", "", CEF),
    "cloudflare-gateway-http": ("json", "", JSON),
    "suricata-eve": ("json", "", NESTED),
    "apache": ("regex", "", APACHE),
}


def requests(log: Path) -> pl.DataFrame:
    """Return what the generated log says, a text per part of a line; lines that are broken are left out."""
    names = ["time", "elapsed", "ip", "action", "size", "method", "target", "user", "peer", "type"]
    lines = pl.read_csv(log, has_header=False, separator="\x1f", quote_char=None, new_columns=["line"])["line"]
    parts = pl.col("line").str.replace_all(r"\x20+", " ").str.split_exact(" ", 9).struct.rename_fields(names)
    cut = lines.to_frame().select(parts).unnest("line").drop_nulls()
    when = pl.from_epoch((pl.col("time").cast(pl.Float64) * 1000).cast(pl.Int64), "ms")
    tunnel = pl.col("method") == "CONNECT"
    found = pl.col("target").str.extract_groups(r"^(?:(?<scheme>\w+)://)?(?<host>[^/:?]+)(?::\d+)?(?<path>[/?].*)?$")
    number = pl.int_range(pl.len())
    return cut.with_columns(
        found.struct.field("scheme").fill_null("tcp"),
        found.struct.field("host"),
        found.struct.field("path").fill_null("/"),
        day=when.dt.strftime("%Y-%m-%d"),
        clock=when.dt.strftime("%H:%M:%S"),
        apache=when.dt.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        status=pl.col("action").str.extract(r"/(\d+)$"),
        action=pl.col("action").str.extract(r"^([^/]+)"),
        url=pl.when(tunnel).then(pl.format("tcp://{}/", "target")).otherwise("target"),
        agent=pl.when(number % 7 == 0).then(pl.lit(AGENTS[2])).otherwise(pl.lit(AGENTS[0])),
    )


def written(known: pl.DataFrame, head: str, record: str, target: Path) -> Path:
    """Write the requests in another way."""
    text = known.select(_filled(record)).to_series()
    with target.open("w", encoding="utf-8") as file:
        file.write(head)
        for begin in range(0, len(text), 100_000):
            file.write(str(text[begin : begin + 100_000].str.join("\n").item()) + "\n")
    return target


def _filled(record: str) -> pl.Expr:
    parts: list[pl.Expr] = []
    for literal, name, _, _ in string.Formatter().parse(record):
        if literal:
            parts.append(pl.lit(literal))
        if name:
            parts.append(pl.col(name))
    return pl.concat_str(parts).alias("line")


def reading(log: Path) -> None:
    """Read a log once; print what it took, as JSON."""
    from netaudit.definitions.format_files import load_formats  # noqa: PLC0415
    from netaudit.ingest.logfile import LogFile  # noqa: PLC0415
    from netaudit.ingest.reader import LogReader  # noqa: PLC0415

    formats = load_formats()
    began = time.process_time()
    reader = LogReader(LogFile(log), formats)
    lines = events = 0
    for chunk in reader.chunks():
        lines, events = lines + chunk.lines, events + chunk.parsed.height
    spent = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    name = reader.formats[0].name if reader.formats else ""
    print(json.dumps({"lines": lines, "events": events, "s": spent, "peak": peak, "format": name}))


def write(log: Path, folder: Path) -> None:
    """Write the log in all ways."""
    known = requests(log)
    for name, (_, head, record) in WAYS.items():
        written(known, head, record, folder / f"{name}.log")


def itself(*arguments: str) -> str:
    """Return what this script prints in a process of its own: one that has held much memory must start no others."""
    command = [sys.executable, str(Path(__file__).resolve()), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def table_of(log: Path, folder: Path, note: str | None) -> Table:
    """Measure every way in turn."""
    itself("--write", str(folder), "--log", str(log))
    ways = {BASE: ("delimited", log), **{name: (parser, folder / f"{name}.log") for name, (parser, *_) in WAYS.items()}}
    rows: list[list[str | float | None]] = []
    beyond = []
    for name, (parser, path) in ways.items():
        read = json.loads(itself("--reading", str(path)).splitlines()[-1])
        if read["format"] != name:
            raise SystemExit(f"{name} was read as {read['format']}")
        whole, _ = run_netaudit(path)
        million = read["lines"] / 1e6
        first = rows[0] if rows else [*[None] * 4, read["s"] / million, None, whole.cpu_s / million]
        ratios = [read["s"] / million / float(first[4] or 1), whole.cpu_s / million / float(first[6] or 1)]
        figures = [read["s"] / million, ratios[0], whole.cpu_s / million, ratios[1], read["peak"], whole.peak_mb]
        rows.append([name, parser, read["lines"], read["events"], *figures])
        say(" ".join(map(str, rows[-1])))
        if ratios[1] > AIMS.get(parser, float("inf")):
            beyond.append(f"{name}: {ratios[1]:.2f} times, the aim is {AIMS[parser]}.")
    columns = (
        Column("layout", "layout"),
        Column("parser", "parser"),
        Column("lines", "lines", ",d"),
        Column("events", "events", ",d"),
        Column("reading, CPU s / M lines", "reading_s", ".2f"),
        Column("times Squid's", "reading_ratio", ".2f"),
        Column("job, CPU s / M lines", "job_s", ".2f"),
        Column("times Squid's", "job_ratio", ".2f"),
        Column("reading, peak MB", "reading_mb", ",.0f"),
        Column("job, peak MB", "job_mb", ",.0f"),
    )
    facts = [f"The same requests in every layout; {today()}; {machine()}", *([note] if note else [])]
    return Table("formats", "What a line costs in each layout", facts, columns, rows, beyond)


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reading", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--log", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--logs", type=Path, default=HERE / "logs")
    parser.add_argument("--results", type=Path, default=HERE / "results")
    parser.add_argument("--note", help="a line for the head of the table")
    arguments = parser.parse_args()
    if arguments.reading:
        reading(arguments.reading)
    elif arguments.write:
        write(arguments.log, arguments.write)
    else:
        with (
            tempfile.TemporaryDirectory(prefix="netaudit-benchmark-") as name,
            borrowed(Recipe(arguments.logs), arguments.lines, keep=True) as log,
        ):
            table = table_of(log, Path(name), arguments.note)
        print(table.markdown())
        table.write(arguments.results)


if __name__ == "__main__":
    main()
