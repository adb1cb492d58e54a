"""Detection: every real log is taken for what it is, by its lines alone; names only tell apart what is alike."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from shared_material import SHARED, needs_shared

from netaudit.definitions.format_files import load_formats
from netaudit.definitions.formats import format_name
from netaudit.errors import InputError
from netaudit.ingest import LogFile, LogReader, as_called

FORMATS = load_formats()
BY_NAME = {one.name: one for one in FORMATS}
LEAST_LINES = 3

# Folders of sources whose lines other formats read too: what a relay forwards, and kinds that several products write.
READ_AS: Mapping[str, frozenset[str]] = {
    "generic-cef": frozenset({"paloalto", "fortigate", "checkpoint", "cisco-asa-ftd", "trend-officescan-url"}),
    "generic-leef": frozenset({"forcepoint-websense", "watchguard", "sonicwall"}),
    "pfsense": frozenset({"haproxy", "unbound", "squid", "suricata-eve", "snort"}),
    "nginx": frozenset({"apache"}),
    "apache": frozenset({"nginx", "haproxy"}),
    "traefik": frozenset({"apache"}),
    "sophos-sfos": frozenset({"sophos-utm"}),
    "sophos-utm": frozenset({"bind-querylog", "dnsmasq-pihole"}),
    "juniper-srx": frozenset({"paloalto"}),
    "squid": frozenset({"apache", "olfeo"}),
    "dansguardian": frozenset({"squid"}),
    "infoblox-dns": frozenset({"bind-querylog"}),
    "efficientip-dns": frozenset({"bind-querylog"}),
    "paloalto-prisma": frozenset({"paloalto"}),
}
# Files that no format reads as they are, and why.
_CUT = "pieces of records, without time"
UNREAD: Mapping[str, str] = {
    "azure-firewall/cloudflare__Azure-Sentinel__ApplicationRule_msg_s.log": _CUT,
    "bluecoat-proxysg/unknown-logstash-notes__syslog-wrapped-elff.log": "its one record does not fit its header",
    "generic-cef/philippkahr__integrations__cef-log-test-checkpoint.log": _CUT,
    "generic-cef/philippkahr__integrations__cef-log-test-netscaler.log": _CUT,
    "generic-cef/philippkahr__integrations__cef-log-test-trend-micro.log": _CUT,
    "squid/ossec__ossec-docs__web_proxies_squid_1.log": _CUT,
}


def families(source: str) -> set[str]:
    """Return the formats that may read a source: its own, those that have it as an alias, and those it is read as."""
    own = {one.name for one in FORMATS if source in {one.name, *one.alias_names}}
    return own | READ_AS.get(source, frozenset())


def real_logs() -> Iterator[Path]:
    """Yield the real logs of sources that have a definition."""
    for path in sorted((SHARED / "logs").glob("*/*.log")) if SHARED.exists() else ():
        lines = [line for line in path.read_bytes().split(b"\n") if line.strip()]
        if len(lines) >= LEAST_LINES and families(path.parent.name):
            yield path


@needs_shared
def test_every_real_log_is_known_by_its_lines_alone(tmp_path: Path) -> None:
    """The copies have neutral names: neither file nor folder tells what they are."""
    wrong: dict[str, str] = {}
    for number, path in enumerate(real_logs()):
        copy = tmp_path / f"{number}.txt"
        shutil.copy(path, copy)
        source = path.parent.name
        name = f"{source}/{path.name}"
        try:
            reader = LogReader(LogFile(copy), FORMATS)
        except InputError as error:
            wrong[name] = error.problems[0].what
            continue
        records: Counter[str] = Counter()
        for chunk in reader.chunks():
            for names in (chunk.parsed["event_dataset"], chunk.others.filter(outcome="not_web")["event_dataset"]):
                records.update(format_name(str(one)) for one in names)
        strangers = records.keys() - families(source)
        if strangers or (not records and name not in UNREAD):
            wrong[name] = f"{[one.name for one in reader.formats]} {dict(records)}"
    assert wrong == {}


@needs_shared
def test_no_source_is_without_a_definition() -> None:
    folders = {path.parent.name for path in (SHARED / "logs").glob("*/*.log")}
    assert {source for source in folders if not families(source)} == set()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("logs/nginx/access.log", "nginx"),
        ("logs/web/nginx-access.log.1", "nginx"),
        ("logs/nginx/site/access.log", "nginx"),
        ("logs/nginxx/access.log", "apache"),
        ("logs/nginx/apache.log", "apache"),  # the nearest name counts
        ("logs/access.log", "apache"),
        ("nginx/a/b/c/access.log", "apache"),
    ],
)
def test_names_tell_who_wrote_lines_that_are_alike(path: str, name: str) -> None:
    assert as_called(BY_NAME["apache"], Path(path)).name == name


def test_what_somebody_says_goes_before_names() -> None:
    assert as_called(BY_NAME["apache"], Path("nginx/access.log"), "apache").name == "apache"
    assert as_called(BY_NAME["apache"], Path("apache/access.log"), "nginx").name == "nginx"
    assert as_called(BY_NAME["apache"], None).name == "apache"
