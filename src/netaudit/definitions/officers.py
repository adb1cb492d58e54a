"""The officers: who may ask for a name, who may agree, and the public halves of their keys."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from netaudit.definitions.toml_files import did_you_mean, read_what_is_toml, unknown_keys, wrong_kind
from netaudit.errors import DefinitionError, Problem

ROLES: Mapping[str, str] = {
    "ig": "Information Governance: asks for a name, and opens the outer seal",
    "hr": "HR: agrees to a request, and opens the inner seal",
    "approver": "agrees to a request (SIRO, Caldicott Guardian, data protection officer); opens no seal",
}
_KINDS: Mapping[str, Any] = {
    "name": str,
    "role": str,
    "recipient": str,
    "verify_key": str,
    "enrolled": date,
    "until": date,
    "person_id": str,
    "proof": str,
}
_NEEDED = ("name", "role", "recipient", "verify_key", "enrolled", "proof")
_AS_PRINTED = "take the entry that `netaudit officers new` printed, as it is"
_VERIFY_KEY_DIGITS = 64
# Letters that look like Latin ones, in Cyrillic, Greek and Latin itself, as Unicode's confusables.txt has them.
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u0261"
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
    "\u03b1\u03b9\u03bd\u03bf\u03c1\u03c5\u03f2\u03f3\u0131\u0142\u0141\u00f8\u00d8\u0111\u0110",
    "aeopcyxijshdqwg" "ABESIJKMHOPCTYX" "ABEZHIKMNOPTYX" "aivopucjilLoOdD",
)  # fmt: skip
_UNSEEN = ("Cf", "Cc")  # signs of no width
_INSIDE_WORDS = re.compile(r"['\u2018\u2019\u02bc.\-\u2010\u2011]")


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who holds a key."""

    name: str
    role: str  # one of ROLES
    recipient: str  # age1…: what is sealed to the officer
    verify_key: str  # Ed25519, 64 hexadecimal digits: what the officer signs is checked with it
    enrolled: date
    until: date | None = None  # the last day; None: still in office
    person_id: str = ""  # in the staff directory; what is about an officer is not sealed to them
    proof: str = ""  # made with the officer's own key over all of this but the last day

    @property
    def statement(self) -> bytes:
        """Return what the officer's own key has signed: that this key is theirs, in this role."""
        said = {
            "statement": "netaudit officer 1",
            "name": self.name,
            "role": self.role,
            "recipient": self.recipient,
            "verify_key": self.verify_key,
            "enrolled": self.enrolled.isoformat(),
            "person_id": self.person_id,
        }
        return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()

    @property
    def fingerprint(self) -> str:
        """Return what can be read out over the telephone, to tell whether two files hold the same keys."""
        digits = hashlib.sha256(f"{self.recipient} {self.verify_key}".encode()).hexdigest()[:20]
        return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))

    def is_same_person(self, other: Officer) -> bool:
        """Return whether two entries are of one person, as far as names, identifiers and keys tell."""
        return any(
            mine and mine == theirs
            for mine, theirs in (
                (is_one_name(self.name, other.name), True),
                (folded(self.person_id), folded(other.person_id)),
                (self.verify_key, other.verify_key),
                (self.recipient, other.recipient),
            )
        )

    def is_there(self, day: date) -> bool:
        """Return whether the officer is in office on a day."""
        return self.enrolled <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Officers:
    """All officers, also former ones: what they signed stays theirs."""

    people: tuple[Officer, ...] = ()

    def of_role(self, role: str, day: date) -> tuple[Officer, ...]:
        """Return who holds a role on a day, in the order of the file."""
        return tuple(one for one in self.people if one.role == role and one.is_there(day))

    def holding(self, verify_key: str) -> Officer | None:
        """Return whose a key is, in office or not."""
        return next((one for one in self.people if one.verify_key == verify_key), None)


def folded(text: str) -> str:
    """Return a name in the form in which names are compared: without case, signs and spaces that differ.

    >>> folded("O-Neil,  Ánn") == folded("o'neil ann")
    True
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).translate(_LOOK_ALIKES).casefold())
    seen = [one for one in plain if not unicodedata.combining(one) and unicodedata.category(one) not in _UNSEEN]
    return " ".join("".join(one if one.isalnum() else " " for one in seen).split())


def is_one_name(one: str, other: str) -> bool:
    """Return whether two names may be one, written in another way: other spaces or signs, the surname first.

    >>> is_one_name("O'Neil, Ann", "Ann ONeil"), is_one_name("Ann O'Neil", "Anna O'Neil")
    (True, False)
    """
    return bool(folded(one)) and bool(_ways(one) & _ways(other))


def _ways(name: str) -> set[str]:
    joined = folded(_INSIDE_WORDS.sub("", unicodedata.normalize("NFKD", name))).split()
    return {"".join(joined), " ".join(sorted(joined)), " ".join(sorted(folded(name).split()))}


def load_officers(path: Path | None) -> Officers:
    """Return the officers of a file; none without one.

    Raises:
        DefinitionError: with every fault of the file.
    """
    if path is None:
        return Officers()
    raw, problems = read_what_is_toml(path)
    problems += unknown_keys(raw, {"officer": None}, str(path), "section")
    entries = raw.get("officer", [])
    if not isinstance(entries, list):
        raise DefinitionError([*problems, Problem("'officer' is no list", str(path), "write [[officer]]")])
    people: list[Officer] = []
    for number, entry in enumerate(entries, 1):
        where = f"{path}, officer {number}"
        faults = list(_faults(entry, where))
        problems += faults
        if not faults:
            officer = Officer(**entry)
            people.append(officer)
            if not _is_proven(officer):
                problems.append(Problem("'proof' is not that of this entry and this key", where, _AS_PRINTED))
    problems += _shared(people, path)
    if problems:
        raise DefinitionError(problems)
    return Officers(tuple(people))


def _faults(entry: Mapping[str, Any], where: str) -> Iterator[Problem]:
    if not isinstance(entry, dict):
        yield Problem("an officer is no table", where, "write [[officer]]")
        return
    yield from unknown_keys(entry, _KINDS, where)
    wrong = wrong_kind(entry, _KINDS, where)
    yield from wrong
    if wrong:
        return
    for key in _NEEDED:
        if not entry.get(key):
            yield Problem(f"'{key}' is missing", where, _AS_PRINTED)
    for key in ("enrolled", "until"):
        if isinstance(entry.get(key), datetime):
            yield Problem(f"'{key}' is no day", where, "write 2026-01-31")
    role = entry.get("role")
    if role and role not in ROLES:
        yield Problem(f"'{role}' is no role of an officer", where, did_you_mean(role, ROLES))
    yield from _odd_texts(entry, where)


def _odd_texts(entry: Mapping[str, Any], where: str) -> Iterator[Problem]:
    key = entry.get("verify_key", "")
    if key and not (len(key) == _VERIFY_KEY_DIGITS and set(key) <= set("0123456789abcdef")):
        yield Problem("'verify_key' is no key", where, _AS_PRINTED)
    if not all(str(entry.get(name, "")).isprintable() for name in ("name", "person_id")):
        yield Problem("there are signs in it that cannot be seen", where, _AS_PRINTED)
    if not str(entry.get("recipient") or "age1").startswith("age1"):
        yield Problem("'recipient' is no key", where, _AS_PRINTED)


def _shared(people: list[Officer], path: Path) -> Iterator[Problem]:
    """Yield one problem for each name, key or person that stands there twice: nobody may be two officers."""
    for what in ("name", "recipient", "verify_key", "person_id"):
        is_same = is_one_name if what == "name" else _is_one
        for number, officer in enumerate(people, 1):
            text = getattr(officer, what)
            before = next((one for one in range(number - 1) if is_same(getattr(people[one], what), text)), None)
            if before is not None:
                remedy = "one person holds one key and one role; of two who share a name, write more of it"
                yield Problem(f"officers {before + 1} and {number} have the same '{what}'", str(path), remedy)


def _is_one(one: str, other: str) -> bool:
    return bool(folded(one)) and folded(one) == folded(other)


def _is_proven(officer: Officer) -> bool:
    """Return whether the holder of the key has signed the entry: nobody binds another's key to a name or a role."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(officer.verify_key))
        key.verify(bytes.fromhex(officer.proof), officer.statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def entry_of(officer: Officer) -> str:
    """Return the entry of an officer for the file, as TOML."""
    texts = ("name", "role", "recipient", "verify_key")
    lines = ["[[officer]]", *(f"{name} = {json.dumps(getattr(officer, name), ensure_ascii=False)}" for name in texts)]
    lines.append(f"enrolled = {officer.enrolled.isoformat()}")
    if officer.person_id:
        lines.append(f"person_id = {json.dumps(officer.person_id, ensure_ascii=False)}")
    lines.append(f"proof = {json.dumps(officer.proof)}")
    return "\n".join(lines) + "\n"


def parse_entry(text: str) -> Officer:
    """Return the officer of an entry as `officers new` prints it."""
    return Officer(**tomllib.loads(text)["officer"][0])


def unfilled(officers: Officers, day: date) -> Iterator[str]:
    """Yield what the officers in office do not suffice for, in words; nothing if a name can be asked for and opened."""
    count = {role: len(officers.of_role(role, day)) for role in ROLES}
    if not count["ig"]:
        yield "no officer of IG is in office: nobody can ask for a name, and none is sealed"
    if not count["hr"]:
        yield "no officer of HR is in office: nobody can open the inner seal, and none is sealed"
    for role, title in (("ig", "IG"), ("hr", "HR")):
        if count[role] == 1:
            yield f"one officer of {title} is in office: while they are away, or where it is about them, no name opens"
    nameless = [one.name for one in officers.people if one.is_there(day) and not one.person_id]
    if nameless:
        yield (
            "officers without 'person_id', to whom a case about themselves would be sealed, and who could be enrolled "
            f"twice unseen: {', '.join(nameless)}"
        )
