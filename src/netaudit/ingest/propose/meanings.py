"""What the fields of a sample mean: guessed by their names first, then by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from netaudit.definitions.log_roles import LogRole, log_roles
from netaudit.definitions.public_suffixes import public_suffixes
from netaudit.ingest.propose.counts import find_counts, says_unit
from netaudit.ingest.propose.cut import Cut
from netaudit.ingest.propose.looks import HOST, LOOKS, NULLS, PEER, RESERVED, is_ip
from netaudit.ingest.propose.together import best_address, settled_by
from netaudit.ingest.propose.verdicts import column, evidence_of, is_flag, is_mostly_verdicts, is_verdict

_MOST = 0.8  # of the values must look right
_LOOKED_AT = 300
_UNNAMED = re.compile(r"(?:column|head)_\d+(?:_(?:first|second))?")
_FEWEST_LETTERS = 3  # of a class
_TEXT_KINDS = 60  # different classes in a sample; more are something else


@dataclass(frozen=True, slots=True)
class Role:
    """A field and what it is taken for."""

    name: str  # of the field
    why: str


@dataclass(slots=True)
class _Guess:
    """The sample, the fields that are left, and what is known of the others."""

    cut: Cut
    left: list[str]
    values: dict[str, list[str]]
    roles: dict[str, Role]

    def take(self, role: str, name: str, why: str) -> None:
        self.roles[role] = Role(name, why)
        self.left.remove(name)

    @property
    def unnamed(self) -> list[str]:
        return [name for name in self.left if _UNNAMED.fullmatch(name) and self.values[name]]


def guess_roles(cut: Cut, taken: Sequence[str]) -> dict[str, Role]:
    """Return which field has which role; a field has one role only.

    Args:
        cut: the sample in fields.
        taken: fields that are spoken for.
    """
    left = [name for name in cut.names if name not in taken]
    values = {name: [one for one in cut.values(name)[:_LOOKED_AT] if one not in NULLS] for name in left}
    guess = _Guess(cut, left, values, {})
    for rank in range(max(len(role.names) for role in log_roles())):
        for role in log_roles():
            if role.id not in guess.roles:
                _by_name(role, rank, guess)
    for filled in (_MOST, 0.0):  # a field that few lines have is where people came from
        for role in log_roles():
            if role.id not in guess.roles and role.by_values:
                _by_values(role.id, role.looks, guess, filled)
    for find in (_addresses, _agents, _results, _verdicts, _who, _counts, _classes):
        find(guess)
    if not guess.roles.keys() & {"url", "host", "request"} and "server" in guess.roles:
        name = guess.roles.pop("server").name
        guess.roles["host"] = Role(name, f"'{name}' holds the server's address; no name or address of a page was found")
    return guess.roles


def _looks(values: Sequence[str], look: str) -> bool:
    """Return whether most values look as they should; a field that is always empty may be anything."""
    if look == "any":
        return True
    return bool(values) and sum(map(LOOKS[look], values)) >= _MOST * len(values)


def _by_name(role: LogRole, rank: int, guess: _Guess) -> None:
    for name in guess.left:
        if _UNNAMED.fullmatch(name) or not role.is_called(name, rank) or not _suits(role, rank, guess, name):
            continue
        why = f"'{name}' is named so" + (", and its values look like it" if guess.values[name] else "")
        guess.take(role.id, name, why)
        return


def _suits(role: LogRole, rank: int, guess: _Guess, name: str) -> bool:
    """Return whether values are what a role asks for, or near enough for a field that is named so."""
    values = guess.values[name]
    if role.id == "action":
        written = guess.cut.values(name)[:_LOOKED_AT]
        return bool(values) and (is_verdict(values) or _looks(values, "action") or (rank == 0 and is_flag(written)))
    if role.id == "category":
        return not values or (_looks(values, "text") and not _looks(values, "mime"))
    if role.id == "host" and values and all(map(is_ip, values)):
        return False  # of a server, unless nothing else is known
    if _looks(values, role.looks):
        return True
    return {
        "url": lambda: (_looks(values, "host") and not all(map(is_ip, values))) or _addresses_without_scheme(values),
        "referrer": lambda: _addresses_without_scheme(values) or not values,
        "user": lambda: not values or _looks(values, "text"),
        "agent": lambda: not values,
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


def _by_values(role: str, look: str, guess: _Guess, filled: float) -> None:
    if role in {"host", "path", "scheme", "request"} and not _is_open(role, guess):
        return
    fits = _OF_VALUES.get(role)
    name = next(
        (name for name in guess.left if (fits(guess, name, filled) if fits else _looks(guess.values[name], look))),
        None,
    )
    if name is not None:
        guess.take(role, name, f"the values of '{name}' look like it")


def _is_open(role: str, guess: _Guess) -> bool:
    """Return whether what was asked for is still to be found; of a request line with a path alone, the host is."""
    if "request" not in guess.roles or role == "request":
        return "url" not in guess.roles
    bare = any(" /" in value for value in guess.values[guess.roles["request"].name])
    return role == "host" and bare and "url" not in guess.roles


def _is_host(guess: _Guess, name: str, _: float) -> bool:
    values = guess.values[name]
    return not all(map(is_ip, values)) and _public(values) and _looks(values, "host")


def _is_url(guess: _Guess, name: str, filled: float) -> bool:
    """Return whether values are addresses of pages, in so many of the lines; or in few, where nothing else tells."""
    values = guess.values[name]
    if len(values) < filled * len(guess.cut.rows[:_LOOKED_AT]) or (
        not filled and {"host", "path"} & guess.roles.keys()
    ):
        return False
    if _addresses_without_scheme(values) and any("/" in one for one in values):
        return True
    return any("://" in value for value in values) and _looks(values, "url")


def _is_action(guess: _Guess, name: str, _: float) -> bool:
    values = guess.values[name]
    if _looks(values, "action"):
        return is_verdict(values) or any("_" in value for value in values)
    return bool(_UNNAMED.fullmatch(name)) and _verdict(values)


_OF_VALUES: dict[str, Callable[[_Guess, str, float], bool]] = {"host": _is_host, "url": _is_url, "action": _is_action}


def _verdict(values: Sequence[str]) -> bool:
    return is_verdict(values) and is_flag(values) and len({*values}) > 1


def _addresses(guess: _Guess) -> None:
    if "client" in guess.roles:
        return
    addresses = [name for name in guess.left if _looks(guess.values[name], "ip")]
    if addresses:
        by: dict[str, str] = {role: guess.roles[role].name for role in ("host", "url") if role in guess.roles}
        name, why = best_address(guess.cut, addresses, by)
        guess.take("client", name, why)


def _agents(guess: _Guess) -> None:
    for name in guess.left if "agent" not in guess.roles else ():
        if any("Mozilla/" in value for value in guess.values[name]):
            guess.take("agent", name, f"'{name}' holds texts that browsers send of themselves")
            return


def _results(guess: _Guess) -> None:
    """Find Squid's result word with the status, and the second column of addresses: where people came from."""
    for name in guess.left:
        if "status" not in guess.roles and _looks(guess.values[name], "result"):
            guess.take("result", name, f"'{name}' holds a result word and a status")
            break
    for name in guess.left if "referrer" not in guess.roles else ():
        if _looks(guess.values[name], "url") and any("://" in value for value in guess.values[name]):
            guess.take("referrer", name, f"'{name}' is a second field with addresses")
            return


def _verdicts(guess: _Guess) -> None:
    """Find what the filter said by what goes with it: a word of all lines whose status forbids, and of no others."""
    for name in guess.left if "action" not in guess.roles else ():
        if is_flag(guess.cut.values(name)[:_LOOKED_AT]) and evidence_of(guess.cut, name, guess.roles):
            guess.take("action", name, f"the values of '{name}' go with the statuses: one stands where these forbid")
            return


def _who(guess: _Guess) -> None:
    """Find accounts by their look, where no field is named so: words with a realm, or names with a dot."""
    if "user" in guess.roles:
        return
    for strict in (
        r"(?:cn|uid)=.+",
        r"[\w.-]+\\[\w.$-]+|[\w.'-]+@[\w.-]+",
        r"[a-z]+\.[a-z]+\d*|[a-z]{1,3}\d{3,8}",
        r"[a-z][a-z0-9._-]{1,30}",
    ):
        for name in guess.left:
            known = guess.values[name]
            if (
                known
                and _varies(known)
                and sum(bool(re.fullmatch(strict, one, re.IGNORECASE)) for one in known) >= _MOST * len(known)
                and not _looks(known, "action")
                and not is_verdict(known)
                and not (strict.startswith("[a-z]") and _follows_the_host(guess, name))
            ):
                named = not _UNNAMED.fullmatch(name)
                if named and strict.startswith("[a-z][a-z0-9"):
                    continue  # a field with another name holds something else
                guess.take("user", name, f"the values of '{name}' look like accounts")
                return


def _follows_the_host(guess: _Guess, name: str) -> bool:
    """Return whether the address settles what stands in a field: then it is a class, and nobody's account."""
    host = next((guess.roles[one].name for one in ("host", "url") if one in guess.roles), "")
    return bool(host) and settled_by(column(guess.cut, host), column(guess.cut, name)) >= _MOST


def _varies(values: Sequence[str]) -> bool:
    """Return whether a field tells lines apart; what is the same in all of them is the device's."""
    return len(values) < 2 or len(set(values)) > 1  # noqa: PLR2004 - one value tells nothing of that


def _counts(guess: _Guess) -> None:
    known = {role: one.name for role, one in guess.roles.items()}
    telling = [name for name in guess.left if name not in guess.unnamed and says_unit(guess.values[name])]
    unnamed = {name: guess.values[name] for name in (*guess.unnamed, *telling)}
    for one in [*find_counts(guess.cut.names, unnamed, known)]:
        guess.take(one.role, one.name, one.why)


def _classes(guess: _Guess) -> None:
    """Find the category among columns without names: texts of few kinds, and the same for one site."""
    if "category" in guess.roles:
        return
    fits = [name for name in reversed(guess.unnamed) if _is_class(guess.values[name])]
    sure = next((name for name in fits if _follows_the_host(guess, name)), "")
    if sure:
        guess.take("category", sure, f"'{sure}' holds texts of a few kinds, and mostly the same for one site")
    elif fits:
        guess.take("category", fits[0], f"UNSURE: '{fits[0]}' holds texts of a few kinds; maybe something else")


def _is_class(values: Sequence[str]) -> bool:
    if not _varies(values) or _looks(values, "mime") or is_mostly_verdicts(values) or len({*values}) > _TEXT_KINDS:
        return False
    odd = any(PEER.fullmatch(one) or any(sign.isdigit() for sign in one) or "://" in one for one in values)
    return not odd and _looks(values, "text") and max(map(len, values)) >= _FEWEST_LETTERS
