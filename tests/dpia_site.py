"""An installation in which every measure that a setting can switch is on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from officers_data import enrol

from netaudit.contracts.annex import Annex
from netaudit.definitions.categories import categories_folder
from netaudit.definitions.configuration import Configuration, load_configuration
from netaudit.definitions.registers import REGISTERS
from netaudit.pipeline.dpia import annex
from netaudit.protect import Keyring, wrapping_key

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)
CONFIGURATION = """\
[organisation]
name = "Dales Trust"
[identity]
directory = "directory.csv"
registers = "registers"
registers_review_by = 2099-12-31
[policy]
pack = "ours"
folder = "policies"
[categories]
folder = "categories"
imports = "lists"
[keys]
folder = "keys"
officers = "officers/officers.toml"
[audit]
second = "second"
[retention]
store = "store"
days = 21
[dpia]
reference = "DPIA-2026-014"
owner = "Head of Information Governance"
approved = 2020-01-01
review_by = 2099-12-31
"""
POLICY = 'extends = "leeds"\nid = "ours"\ntitle = "Our policy"\nratified = 2025-01-01\nreview_by = 2099-12-31\n'
DIRECTORY = "person_id,accounts,team,directorate,manager\npetrel-p1,petrel.ann,Petrel Finance,Corporate,petrel-p9\n"


class WholeSite:
    """Files of an installation, to be changed one by one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("registers", "policies", "categories", "second"):
            (folder / name).mkdir()
        self.write("netaudit.toml", CONFIGURATION)
        self.write("directory.csv", DIRECTORY)
        self.write("policies/ours.toml", POLICY)
        approval = 'version = "1"\nowner = "IG"\napproved_by = "IG committee"\nreview_by = 2099-12-31\n'
        self.write("categories/approval.toml", approval)
        self.officers = enrol(folder / "officers", "ig", "hr")
        for name, columns in REGISTERS.items():
            self.write(f"registers/{name}", ",".join(columns.known) + "\n")
        self.make_keys(wrapped=True)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def swap(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def copy_shipped(self, name: str, change: Callable[[str], str]) -> None:
        shipped = (categories_folder() / name).read_text(encoding="utf-8")
        assert change(shipped) != shipped
        self.write(f"categories/{name}", change(shipped))

    def lose_officer(self, who: str) -> None:
        del self.officers.people[who]
        self.officers.write()

    def make_keys(self, *, wrapped: bool, period: str = "2026-W11") -> None:
        shutil.rmtree(self.folder / "keys", ignore_errors=True)
        secret = self.folder / "secret"
        if not secret.exists():
            secret.touch(mode=0o600)
            secret.write_bytes(os.urandom(32))
        ring = Keyring(self.folder / "keys", wrapping_key(None, secret) if wrapped else None)
        ring.make("events", period)
        ring.close()

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def configuration(self) -> Configuration:
        return load_configuration(self.folder / "netaudit.toml")

    def annex(self) -> Annex:
        return annex(self.configuration(), self.out, NOW)


def words_of(made: Annex) -> str:
    """Return everything that an annex says."""
    return repr(made.sections)
