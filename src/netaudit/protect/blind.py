"""Who is who without names: the directory and the registers of devices as digests under a key that only the logs give.

Whoever has the logs has the names in them anyway, and can make the digests of what they read there; whoever has not
can learn nothing from these.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

from netaudit.definitions.accounts import is_machine
from netaudit.definitions.registers import Device, Person, Registers
from netaudit.protect.identities import Identities, _address
from netaudit.protect.pseudonyms import Pseudonyms

_MARK = "\0blind:"  # no log holds it
_DIGEST_BYTES = 16
_FIRST_BYTE = 56


class Blind:
    """Makes digests of names."""

    def __init__(self, key: bytes) -> None:
        """Take the key."""
        self._key = key

    def of(self, kind: str, text: str) -> str:
        """Return the digest of a text of a kind."""
        found = hmac.digest(self._key, f"{kind}\0{text}".encode("utf-8", "surrogatepass"), "sha256")
        return found[:_DIGEST_BYTES].hex()

    def account(self, canonical: str) -> str:
        """Return what stands for an account; that of a machine keeps its mark."""
        return f"{_MARK}{self.of('account', canonical)}{'$' if is_machine(canonical) else ''}"

    def places(self, text: str) -> Mapping[str, Any]:
        """Return what stands for the address or network that a register of devices names, if it names one."""
        if "/" not in text:
            return {"address": self.of("address", _address(text))}
        try:
            network = ipaddress.ip_network(text)
        except ValueError:
            return {}
        return {"network": [network.version, network.prefixlen, self.of("network", str(network))]}


def blinded(registers: Registers, identities: Identities, blind: Blind, shown: Collection[str]) -> dict[str, Any]:
    """Return directory and devices with digests for names, for `BlindIdentities`.

    Args:
        registers: what is to be blinded.
        identities: says what is one account.
        blind: makes the digests.
        shown: identifiers of people who are not blinded; of others only who is above them, and when they are there.
    """

    def person_id(text: str) -> str:
        return text if text in shown else blind.of("person", text)

    people = []
    for person in registers.people:
        row: dict[str, Any] = {
            "id": person_id(person.person_id),
            "accounts": [blind.account(identities.canonical(one)) for one in person.accounts],
            "manager": person_id(person.manager) if person.manager else None,
            "starts": _day(person.starts),
            "ends": _day(person.ends),
        }
        if person.person_id in shown:
            row |= {
                "team": person.team,
                "directorate": person.directorate,
                "roles": list(person.roles),
                "pattern": person.pattern,
            }
        people.append(row)
    devices = [
        {
            "kind": device.kind,
            "account": blind.account(identities.canonical(device.text)),
            "starts": _day(device.starts),
            "ends": _day(device.ends),
            **(blind.places(device.text) if device.kind != "service" else {}),
        }
        for device in registers.devices
    ]
    return {"people": people, "devices": devices}


def people_of(blinded_rows: Mapping[str, Any]) -> tuple[Person, ...]:
    """Return the directory of `blinded`."""
    return tuple(
        Person(
            row["id"],
            tuple(row["accounts"]),
            row.get("team"),
            row.get("directorate"),
            row["manager"],
            tuple(row.get("roles", ())),
            row.get("pattern"),
            _date(row["starts"]),
            _date(row["ends"]),
        )
        for row in blinded_rows["people"]
    )


class BlindIdentities(Identities):
    """Says which person an account belongs to on a day, from digests: the accounts themselves come from the logs."""

    def __init__(
        self,
        rows: Mapping[str, Any],
        blind: Blind,
        realms: Mapping[str, str],
        *,
        own_devices_are_people: bool = False,
    ) -> None:
        """Take what `blinded` made, and the key that it was made with."""
        self._blind = blind
        super().__init__(Registers(people_of(rows)), realms, own_devices_are_people=own_devices_are_people)
        self._prefixes: set[tuple[int, int]] = set()
        for number, row in enumerate(rows["devices"]):
            device = Device(row["kind"], row["account"], str(number), _date(row["starts"]), _date(row["ends"]))
            self._accounts[row["account"]].append(device)
            if "address" in row:
                self._addresses[row["address"]].append(device)
            if "network" in row:
                version, length, digest = row["network"]
                self._prefixes.add((version, length))
                self._addresses[digest].append(device)

    def canonical(self, account: str) -> str:
        """Return what stands for an account, in whatever form it is written."""
        return account if account.startswith(_MARK) else self._blind.account(super().canonical(account))

    def _devices_at(self, address: str) -> list[Device]:
        plain = _address(address)
        devices = list(self._addresses.get(self._blind.of("address", plain), ()))
        try:
            number = ipaddress.ip_address(plain)
        except ValueError:
            return devices
        for version, length in sorted(self._prefixes):
            if version == number.version:
                network = ipaddress.ip_network((number, length), strict=False)
                devices += self._addresses.get(self._blind.of("network", str(network)), ())
        return devices


class SortedPseudonyms(Pseudonyms):
    """Pseudonyms with other keys that fall into the same groups of people as they did with the first ones.

    Who is learnt from together is decided by the first byte of a pseudonym; the rest of it makes no difference.
    """

    def __init__(
        self,
        period: str,
        key_of: Callable[[str, str], bytes],
        has_key: Callable[[str, str], bool],
        group_of: Callable[[str], int | None],
    ) -> None:
        """Take keys as `Pseudonyms` does, and what knows the group (0 to 255) of a text; None leaves it to chance."""
        super().__init__(period, key_of, has_key)
        self._group_of = group_of

    def of(self, text: str) -> int:
        """Return the pseudonym of a person or an address."""
        value = super().of(text)
        group = self._group_of(text)
        return value if group is None else ((group - 128) << _FIRST_BYTE) | (value & ((1 << _FIRST_BYTE) - 1))


def group_of(pseudonym: int) -> int:
    """Return the group (0 to 255) that a pseudonym falls into.

    >>> group_of(-(1 << 63)), group_of(-1), group_of(0)
    (0, 127, 128)
    """
    return (pseudonym >> _FIRST_BYTE) + 128


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
