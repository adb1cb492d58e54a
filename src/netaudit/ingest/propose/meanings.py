"""What the fields of a sample mean: guessed by their names first, then by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from netaudit.definitions.log_roles import LogRole, log_roles
from netaudit.definitions.public_suffixes import public_suffixes
from netaudit.ingest.propose.cuts import Cut
from netaudit.ingest.propose.looks import HOST, LOOKS, NULLS, PEER, RESERVED, is_ip

_MOST = 0.8  # of the values must look right
_LOOKED_AT = 300
_MOST_VERDICTS = 12  # different words
_VERDICT = re.compile(
    "allow|permit|pass|accept|block|den[yi]|drop|reject|forbid"
    "|erlaubt|zugelassen|gesperrt|verweigert|autoris|interdit|refus|bloqu|permitid|negado|deneg"
)


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
    for rank in range(max(len(role.names) for role in log_roles())):
        for role in log_roles():
            if role.id not in roles:
                _by_name(role, rank, left, values, roles)
    for role in log_roles():
        if role.id not in roles and role.by_values:
            _by_values(role.id, role.looks, left, values, roles)
    for find in (_first_two_addresses, _agents, _results, _who, _counts, _words):
        find(left, values, roles)
    return roles


def _looks(values: Sequence[str], look: str) -> bool:
    """Return whether most values look as they should; a field that is always empty may be anything."""
    if look == "any":
        return True
    return bool(values) and sum(map(LOOKS[look], values)) >= _MOST * len(values)


def _take(role: str, name: str, why: str, left: list[str], roles: dict[str, Role]) -> None:
    roles[role] = Role(name, why)
    left.remove(name)


def _by_name(role: LogRole, rank: int, left: list[str], values: dict[str, list[str]], roles: dict[str, Role]) -> None:
    name = next((one for one in left if role.is_called(one, rank) and _suits(role, values[one])), None)
    if name is not None:
        why = f"'{name}' is named so" + (", and its values look like it" if values[name] else "")
        _take(role.id, name, why, left, roles)


def _suits(role: LogRole, values: Sequence[str]) -> bool:
    """Return whether values are what a role asks for, or near enough for a field that is named so."""
    if _looks(values, role.looks):
        return True
    return {
        "url": lambda: (_looks(values, "host") and not all(map(is_ip, values))) or _addresses_without_scheme(values),
        "referrer": lambda: _addresses_without_scheme(values),
        "action": lambda: _verdicts(values),
        "user": lambda: not values or _looks(values, "text"),
        "category": lambda: not values,
    }.get(role.id, lambda: False)()


def _addresses_without_scheme(values: Sequence[str]) -> bool:
    hosts = [
        found[0]
        for value in values
        if (found := HOST.match(value)) and (found.end() == len(value) or value[found.end()] in "/?:")
    ]
    return bool(values) and len(hosts) >= _MOST * len(values) and _public(hosts)


def _public(values: Sequence[str]) -> bool:
    """Return whether most names end as names on the internet do: `aiko.brandt` is a person."""
    known = public_suffixes(private=False)
    ends = [value.partition(":")[0].rpartition(".")[2].lower() for value in values]
    return sum(end in known or end in RESERVED or end.isdigit() for end in ends) >= _MOST * len(values)


def _verdicts(values: Sequence[str]) -> bool:
    """Return whether few words, one of them about letting through or stopping, are all that stands there."""
    distinct = {value.lower() for value in values}
    return 0 < len(distinct) <= _MOST_VERDICTS and any(map(_VERDICT.search, distinct))


def _by_values(role: str, look: str, left: list[str], values: dict[str, list[str]], roles: dict[str, Role]) -> None:
    if role in {"host", "path", "scheme", "request"} and ("url" in roles or (role != "request" and "request" in roles)):
        return
    for name in left:
        if role == "host" and (all(map(is_ip, values[name])) or not _public(values[name])):
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
        r"(?:cn|uid)=.+",
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
        odd = any(PEER.fullmatch(one) or any(sign.isdigit() for sign in one) or "://" in one for one in known)
        if not odd and _looks(known, "text"):
            _take("category", name, f"'{name}' holds texts of a few kinds", left, roles)
            return
