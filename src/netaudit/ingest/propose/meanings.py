"""What the fields of a sample mean: guessed by their names first, then by what stands in them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from netaudit.definitions.log_words import ACTIONS, METHODS
from netaudit.definitions.public_suffixes import public_suffixes
from netaudit.ingest.propose.cuts import Cut

NULLS = ("-", "--", "none", "None", "NONE", "null", "NULL", "N/A", "n/a", "NA", "unknown", "(null)", "anonymous")
_MOST = 0.8  # of the values must look right
_LOOKED_AT = 300
_HOST = re.compile(r"(?i)(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]{1,62}(?::\d{1,5})?")
_TUNNEL = re.compile(r"(?i)[a-z0-9_.-]+\.[a-z0-9-]+:\d{1,5}|\[[0-9a-f:.]+\]:\d{1,5}|\d+(?:\.\d+){3}:\d{1,5}")
_MIME = re.compile(r"[a-z]+/[A-Za-z0-9.+*-]+(?:;.*)?")
_REQUEST_LINE = re.compile(r"[A-Z]{3,10} \S+(?: HTTP/[\d.]+)?")
_RESULT = re.compile(r"[A-Z][A-Z_]+/\d{3}")
_PEER = re.compile(r"[A-Z][A-Z_]+/\S+")
_HTTP_STATUS = range(100, 600)
_RESERVED = frozenset({"example", "test", "local", "lan", "internal", "invalid"})  # RFC 2606, and what networks use


def _is_ip(value: str) -> bool:
    try:
        ipaddress.ip_address(value.strip("[]").split("%")[0])
    except ValueError:
        return bool(re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}:\d{1,5}", value))
    return True


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit()


def _is_action(value: str) -> bool:
    words = re.findall(r"[A-Za-z]+", value.lower()) if re.fullmatch(r"[A-Za-z][A-Za-z_ -]*", value) else []
    return bool(words) and all(word in ACTIONS for word in words)


def _is_text(value: str) -> bool:
    return any(one.isalpha() for one in value)


def _is_account(value: str) -> bool:
    return bool(re.fullmatch(r"(?:[\w.-]+[\\/])?[\w.'$-]+(?:@[\w.-]+)?|(?i:cn|uid)=.+", value)) and not _is_ip(value)


_LOOKS: dict[str, Callable[[str], bool]] = {
    "url": lambda value: "://" in value or bool(_TUNNEL.fullmatch(value)),
    "host": lambda value: bool(_HOST.fullmatch(value)) or _is_ip(value),
    "path": lambda value: value.startswith("/"),
    "scheme": lambda value: value.lower() in {"http", "https", "ftp", "ssl", "tls", "tcp", "ws", "wss"},
    "port": lambda value: _is_number(value) and int(value) < 65_536,  # noqa: PLR2004 - ports have 16 bits
    "ip": _is_ip,
    "user": _is_account,
    "method": lambda value: value.upper() in METHODS,
    "request": lambda value: bool(_REQUEST_LINE.fullmatch(value)),
    "status": lambda value: _is_number(value) and int(value) in _HTTP_STATUS,
    "number": _is_number,
    "seconds": lambda value: bool(re.fullmatch(r"\d+(?:\.\d+)?", value)),
    "mime": lambda value: bool(_MIME.fullmatch(value)),
    "agent": lambda value: "/" in value and _is_text(value),
    "action": _is_action,
    "text": _is_text,
    "result": lambda value: bool(_RESULT.fullmatch(value)),
}

# Role → pattern of names (the likelier first), how its values look, whether values alone may decide.
_ROLES: tuple[tuple[str, tuple[str, ...], str, bool], ...] = (
    ("agent", (r"user.?agent|cs\(user-agent\)|\bua\b|^agent$|browser|ClientApplication",), "agent", False),
    ("referrer", (r"refer",), "url", False),
    ("request", (r"^request$|request.?line|first.?line",), "request", True),
    ("url", (r"^(?:full_?|request_?|cs-)?ur[il]$|url$|^uri$|^request$|address$",), "url", True),
    ("host", (r"^(?:cs-|url_?|http_?)?host(?:name)?$|domain|^dhost$|fqdn|sitename|^site$|dest.*host|server_?name|sni|^ziel$|^cible$|^destino$",), "host", True),
    ("path", (r"path|uri-?stem|^uri$|^url$|resource",), "path", True),
    ("query", (r"query",), "any", False),
    ("scheme", (r"scheme|^proto(?:col)?$|^app$|service",), "scheme", True),
    ("method", (r"method|verb",), "method", True),
    ("status", (r"status|(?:http|resp(?:onse)?|return|sc).?code|^code$|^rc$|outcome",), "status", True),
    ("user", (r"^(?:cs-|auth_?|s|src_?|source_?|client_?)?user(?:_?name|_?id)?$|^user|login|account|principal|^who$|uid|usr|employee|person|staff|benutzer|utilisateur|usuario",), "user", False),
    ("client", (r"^(?:c-?ip|src(?:_?ip)?|source(?:_?(?:ip|addr\w*))?|client(?:_?(?:ip|addr\w*))?|from|user_?ip|local_?ip|workstation|cip|host_?ip|device_?ip)$|(?:src|source|client|internal|user|orig|quell).*(?:ip|addr)", r"^ip$|^ip_?addr|remote"), "ip", False),
    ("server", (r"(?:dst|dest|server|remote|target|external).*|^s-ip$|^dip$|^sip$",), "ip", False),
    ("mime", (r"mime|content.?type|media.?type",), "mime", True),
    ("duration", (r"elapsed|duration|taken|latency|took|response.?time|^ms$|^dur$|time.?spent|millis",), "seconds", False),
    ("bytes_in", (r"(?:sc|dst|dest|rcvd|recv|receiv\w*|resp\w*|down\w*|in|from_server|s2c|server)[_-]?(?:bytes?|size|len\w*|octets)?$|(?:bytes?|size|len\w*|octets)[_-]?(?:in|recv|rcvd|received|down\w*|resp\w*|to_client)|^(?:rx|in)$", r"^(?:bytes?|size|len(?:gth)?|octets|content.?length|total_?bytes)$"), "number", False),
    ("bytes_out", (r"(?:cs|src|source|sent|send|req\w*|up\w*|out|to_server|c2s|client)[_-]?(?:bytes?|size|len\w*|octets)$|^(?:sent|uploaded)$|(?:bytes?|size|len\w*|octets)[_-]?(?:out|sent|up\w*|req\w*|from_client)|^(?:tx|out)$",), "number", False),
    ("action", (r"action|^act$|verdict|disposition|decision|outcome|result|policy|filter|aktion|acci[oó]n|^status$|allowed|blocked",), "action", True),
    ("category", (r"categor|kategor|catégor|^cat$|class|topic|url_?type|group",), "text", False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Role:
    """A field and what it is taken for."""

    name: str  # of the field
    why: str


def guess_roles(cut: Cut, taken: Sequence[str]) -> dict[str, Role]:
    """Return which field has which role; a field has one role only.

    Args:
        cut: the sample in fields.
        taken: fields that are spoken for.
    """
    left = [name for name in cut.names if name not in taken]
    values = {name: [one for one in cut.values(name)[:_LOOKED_AT] if one not in NULLS] for name in left}
    roles: dict[str, Role] = {}
    most_names = max(len(patterns) for _, patterns, _, _ in _ROLES)
    for rank in range(most_names):
        for role, patterns, look, _ in _ROLES:
            if role not in roles and rank < len(patterns):
                _by_name(role, patterns[rank], look, left, values, roles)
    for role, _, look, by_values in _ROLES:
        if role not in roles and by_values:
            _by_values(role, look, left, values, roles)
    for find in (_first_two_addresses, _agents, _results, _who, _counts, _words):
        find(left, values, roles)
    return roles


def _looks(values: Sequence[str], look: str) -> bool:
    """Return whether most values look as they should; a field that is always empty may be anything."""
    if look == "any":
        return True
    return bool(values) and sum(map(_LOOKS[look], values)) >= _MOST * len(values)


def _take(role: str, name: str, why: str, left: list[str], roles: dict[str, Role]) -> None:
    roles[role] = Role(name, why)
    left.remove(name)


def _by_name(
    role: str, pattern: str, look: str, left: list[str], values: dict[str, list[str]], roles: dict[str, Role]
) -> None:
    for name in left:
        last = name.rpartition(".")[2]
        if not (re.search(pattern, last, re.IGNORECASE) or re.search(pattern, name.replace(".", "_"), re.IGNORECASE)):
            continue
        suits = _looks(values[name], look) or (role == "url" and _looks(values[name], "host"))
        suits = (
            suits
            or (role == "url" and _addresses_without_scheme(values[name]))
            or (role == "action" and _verdicts(values[name]))
        )
        suits = suits or (role in {"user", "category"} and not values[name])
        suits = (
            suits
            or (role == "user" and _looks(values[name], "text"))
            or (role == "referrer" and _addresses_without_scheme(values[name]))
        )
        if suits:
            _take(
                role,
                name,
                f"'{name}' is named so" + (", and its values look like it" if values[name] else ""),
                left,
                roles,
            )
            return


def _addresses_without_scheme(values: Sequence[str]) -> bool:
    hosts = [
        found[0]
        for value in values
        if (found := _HOST.match(value)) and (found.end() == len(value) or value[found.end()] in "/?:")
    ]
    return bool(values) and len(hosts) >= _MOST * len(values) and _public(hosts)


def _public(values: Sequence[str]) -> bool:
    """Return whether most names end as names on the internet do: `aiko.brandt` is a person."""
    known = public_suffixes(private=False)
    ends = [value.partition(":")[0].rpartition(".")[2].lower() for value in values]
    return sum(end in known or end in _RESERVED or end.isdigit() for end in ends) >= _MOST * len(values)


def _verdicts(values: Sequence[str]) -> bool:
    """Return whether few words, one of them about letting through or stopping, are all that stands there."""
    distinct = {value.lower() for value in values}
    return 0 < len(distinct) <= 12 and any(
        re.search(r"allow|permit|pass|accept|block|den[yi]|drop|reject|forbid", one) for one in distinct
    )


def _by_values(role: str, look: str, left: list[str], values: dict[str, list[str]], roles: dict[str, Role]) -> None:
    if role in {"host", "path", "scheme", "request"} and ("url" in roles or (role != "request" and "request" in roles)):
        return
    for name in left:
        if role == "host" and (all(map(_is_ip, values[name])) or not _public(values[name])):
            continue
        whole = role == "url" and _addresses_without_scheme(values[name]) and any("/" in one for one in values[name])
        if role == "url" and not whole and not any("://" in value for value in values[name]):
            continue
        if role == "action" and not _verdicts(values[name]) and not any("_" in value for value in values[name]):
            continue
        if whole or _looks(values[name], look):
            _take(role, name, f"the values of '{name}' look like it", left, roles)
            return


def _first_two_addresses(left: list[str], values: dict[str, list[str]], roles: dict[str, Role]) -> None:
    if "client" in roles:
        return
    addresses = [name for name in left if _looks(values[name], "ip")]
    if addresses:
        why = f"'{addresses[0]}' is the first of the fields that hold addresses; a server's would come later"
        _take("client", addresses[0], why, left, roles)


def _agents(left: list[str], values: dict[str, list[str]], roles: dict[str, Role]) -> None:
    for name in left if "agent" not in roles else ():
        if any("Mozilla/" in value for value in values[name]):
            _take("agent", name, f"'{name}' holds texts that browsers send of themselves", left, roles)
            return


def _results(left: list[str], values: dict[str, list[str]], roles: dict[str, Role]) -> None:
    """Find Squid's result word with the status, and the second column of addresses: where people came from."""
    for name in left:
        if "status" not in roles and _looks(values[name], "result"):
            _take("result", name, f"'{name}' holds a result word and a status", left, roles)
            break
    for name in left if "referrer" not in roles else ():
        if _looks(values[name], "url"):
            _take("referrer", name, f"'{name}' is a second field with addresses", left, roles)
            return


def _who(left: list[str], values: dict[str, list[str]], roles: dict[str, Role]) -> None:
    """Find accounts by their look, where no field is named so: words with a realm, or names with a dot."""
    if "user" in roles:
        return
    for strict in (
        r"[\w.-]+\\[\w.$-]+|[\w.'-]+@[\w.-]+",
        r"[a-z]+\.[a-z]+\d*|[a-z]{1,3}\d{3,8}",
        r"[a-z][a-z0-9._-]{1,30}",
    ):
        for name in left:
            known = values[name]
            if (
                known
                and _varies(known)
                and sum(bool(re.fullmatch(strict, one, re.IGNORECASE)) for one in known) >= _MOST * len(known)
                and not _looks(known, "action")
            ):
                named = not name.startswith("column_")
                if named and strict.startswith("[a-z][a-z0-9"):
                    continue  # a field with another name holds something else
                _take("user", name, f"the values of '{name}' look like accounts", left, roles)
                return


def _varies(values: Sequence[str]) -> bool:
    """Return whether a field tells lines apart; what is the same in all of them is the device's."""
    return len(values) < 2 or len(set(values)) > 1  # noqa: PLR2004 - one value tells nothing of that


def _counts(left: list[str], values: dict[str, list[str]], roles: dict[str, Role]) -> None:
    """Find durations and bytes among columns without names: of the numbers behind the address."""
    columns = [name for name in left if name.startswith("column_") and values[name]]
    for name in columns if "duration" not in roles else ():
        if all(re.fullmatch(r"\d+\.\d+", value) for value in values[name]):
            _take("duration", name, f"'{name}' holds numbers with a decimal point: taken for seconds", left, roles)
            break
    place = list(values).index
    asked = max(
        (
            place(roles[one].name)
            for one in ("url", "request", "host", "status")
            if one in roles and roles[one].name in values
        ),
        default=-1,
    )
    numbers = [name for name in columns if name in left and _looks(values[name], "number") and place(name) > asked]
    numbers = [name for name in numbers if max(map(int, values[name])) > 99]  # noqa: PLR2004 - sizes have more digits
    for role, what in (("bytes_in", "what the client got"), ("bytes_out", "what it sent")):
        if role in roles or not numbers:
            continue
        largest = max(numbers, key=lambda name: sum(map(int, values[name])))
        numbers.remove(largest)
        _take(role, largest, f"'{largest}' holds the largest numbers that are left: taken for {what}", left, roles)


def _words(left: list[str], values: dict[str, list[str]], roles: dict[str, Role]) -> None:
    """Find the category among columns without names: texts of few kinds, with capital letters or spaces."""
    for name in reversed(left) if "category" not in roles else ():
        known = values[name]
        if not name.startswith("column_") or not known or not _varies(known) or _looks(known, "mime"):
            continue
        odd = any(_PEER.fullmatch(one) or any(sign.isdigit() for sign in one) or "://" in one for one in known)
        if not odd and _looks(known, "text"):
            _take("category", name, f"'{name}' holds texts of a few kinds", left, roles)
            return
