"""Accounts become people: realms, the staff directory of the day, and who is nobody in particular."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from netaudit.definitions.accounts import canonical_account, is_machine, unescaped
from netaudit.definitions.registers import Device, Person, Registers

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# Where several registers know an account or address, the first of these counts; none of them raises a finding.
_KINDS = ("service", "shared", "own_device")


class Identities:
    """Says which person an account belongs to on a day; holds names, in memory only."""

    def __init__(
        self, registers: Registers, realms: Mapping[str, str], *, own_devices_are_people: bool = False
    ) -> None:
        """Take the registers.

        Args:
            registers: the staff directory, and the registers of accounts and devices.
            realms: which realm of an account is equal to which other one.
            own_devices_are_people: the policy holds what somebody does on a device of their own against them, so that
                its rows must be told to be theirs.
        """
        self._realms = realms
        self.own_devices_are_people = own_devices_are_people
        self._holders: defaultdict[str, list[Person]] = defaultdict(list)
        for person in registers.people:
            for account in person.accounts:
                self._holders[self.canonical(account)].append(person)
        self._listed = {person.person_id for person in registers.people}
        self._accounts: defaultdict[str, list[Device]] = defaultdict(list)
        self._addresses: defaultdict[str, list[Device]] = defaultdict(list)
        self._networks: list[tuple[_Network, Device]] = []
        for device in registers.devices:
            self._accounts[self.canonical(device.text)].append(device)
            if device.kind != "service":
                self._put_address(device)
        self._known: dict[tuple[str, date], tuple[str, str, str]] = {}
        self._known_addresses: dict[tuple[str, date], str] = {}
        self.has_read = False  # whether any account or address was asked for
        self.met: set[str] = set()  # places of devices that the logs of this run name

    def _put_address(self, device: Device) -> None:
        if "/" not in device.text:
            self._addresses[_address(device.text)].append(device)
            return
        try:
            self._networks.append((ipaddress.ip_network(device.text), device))
        except ValueError:
            return

    def canonical(self, account: str) -> str:
        r"""Return the account in one form: realm, backslash, user, in small letters.

        >>> Identities(Registers(), {"hq.example": "hq"}).canonical("Ann@HQ.example")
        'hq\\ann'
        """
        return canonical_account(account, self._realms)

    def resolve(self, accounts: pl.Series, day: date) -> pl.DataFrame:
        """Return `user_name`, `person` (to make a pseudonym of) and `attribution` per distinct account of a day."""
        names = accounts.cast(pl.String).to_list()
        return pl.DataFrame(
            [self._resolved(name, day) for name in names],
            schema={"user_name": pl.String, "person": pl.String, "attribution": pl.String},
            orient="row",
        )

    def _resolved(self, name: str, day: date) -> tuple[str, str, str]:
        known = self._known.get((name, day))
        if known is None:
            one = self.canonical(name)
            self.has_read = True
            known = self._known[name, day] = (name, self._person(one, day), self._attribution(one, day))
        return known

    def _person(self, account: str, day: date | None) -> str:
        """Return whose an account is on a day: its only holder's, else the one's who holds it then, else its own."""
        holders = self._holders.get(account, ())
        people = {person.person_id for person in holders}
        if len(people) > 1:
            people = {person.person_id for person in holders if day is not None and person.is_there(day)}
        return f"person:{people.pop()}" if len(people) == 1 else f"account:{account}"

    def _attribution(self, account: str, day: date) -> str:
        if is_machine(account):
            return "machine"
        return self._kind(self._accounts.get(account, ()), day) or "person"

    def address_kind(self, address: str | None, day: date) -> str:
        """Return what the registers know an address as on a day, `shared` or `own_device`; nothing if they do not."""
        if address is None or not (self._addresses or self._networks):
            return ""
        known = self._known_addresses.get((address, day))
        if known is None:
            self.has_read = True
            known = self._known_addresses[address, day] = self._kind(self._devices_at(address), day)
        return known

    def _devices_at(self, address: str) -> list[Device]:
        plain = _address(address)
        devices = list(self._addresses.get(plain, ()))
        if self._networks:
            try:
                number = ipaddress.ip_address(plain)
            except ValueError:
                return devices
            devices += [device for network, device in self._networks if number in network]
        return devices

    def _kind(self, devices: Iterable[Device], day: date) -> str:
        there = [device for device in devices if device.is_there(day)]
        self.met.update(device.place for device in there)
        return min((device.kind for device in there), key=_KINDS.index, default="")

    def named(self, person_id: str, day: date | None) -> str:
        """Return whom a register means by an identifier or an account, to make a pseudonym of.

        Args:
            person_id: an identifier of the directory, or an account.
            day: the day that says whose an account is that has passed from one person to another.
        """
        return (
            f"person:{person_id}"
            if person_id in self._listed
            else self._person(self.canonical(unescaped(person_id)), day)
        )

    def lists(self, person_id: str) -> bool:
        """Whether the directory has an identifier or an account."""
        return person_id in self._listed or self.canonical(unescaped(person_id)) in self._holders


def _address(text: str) -> str:
    """Return an address in one form; anything else in small letters."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text.lower()
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address)
