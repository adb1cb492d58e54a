"""What two fields of a sample have to do with one another: which settles which."""

from __future__ import annotations

import ipaddress
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from netaudit.ingest.propose.cut import Cut
from netaudit.ingest.propose.looks import HOST
from netaudit.ingest.propose.verdicts import column

_FEWEST = 2  # lines with one value, for a second to be settled by it
_CLEARLY = 0.2  # more of the lines
_NETWORKS = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
)  # RFC 1918, 4193


def settled_by(first: Mapping[int, str], second: Mapping[int, str]) -> float:
    """Return in which share of lines the second value is the usual one for the first; both are by line.

    Of an address the host counts. A value that stands in one line only settles nothing.
    """
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for line, value in first.items():
        if line in second:
            groups[_host(value)].append(second[line])
    told = [found for found in groups.values() if len(found) >= _FEWEST]
    usual = sum(Counter(found).most_common(1)[0][1] for found in told)
    return usual / sum(map(len, told)) if len(told) >= _FEWEST else 0.0


def best_address(cut: Cut, names: Sequence[str], by: Mapping[str, str]) -> tuple[str, str]:
    """Return which of some fields with addresses holds the client's, and why.

    Args:
        cut: the sample.
        names: of the fields, in the order of the lines.
        by: fields with what was asked for, by role.
    """
    if len(names) == 1:
        return names[0], f"'{names[0]}' is the only field that holds addresses"
    inside = {name: _share_inside(list(column(cut, name).values())) for name in names}
    best = max(names, key=lambda name: inside[name])
    if all(inside[best] - inside[name] > _CLEARLY for name in names if name != best):
        return best, f"the addresses in '{best}' are of private networks, those in other fields less so"
    host = by.get("host") or by.get("url")
    if host:
        asked = column(cut, host)
        settled = {name: settled_by(asked, column(cut, name)) for name in names}
        best = min(names, key=lambda name: settled[name])
        if all(settled[name] - settled[best] > _CLEARLY for name in names if name != best):
            return best, f"the addresses in '{best}' do not follow from what was asked for; those in other fields do"
    return names[0], f"UNSURE: '{names[0]}' is the first of the fields that hold addresses; a server's would come later"


def _share_inside(values: Sequence[str]) -> float:
    return sum(map(_is_inside, values)) / max(1, len(values))


def _is_inside(value: str) -> bool:
    bare = value.strip("[]").partition("%")[0]
    bare = bare.rpartition(":")[0] if bare.count(":") == 1 else bare
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return False
    return any(address in network for network in _NETWORKS if network.version == address.version)


def _host(value: str) -> str:
    found = HOST.search(value)
    return found[0].partition(":")[0].lower() if found else value
