"""An invented organisation in which it is known, line by line and entry by entry, what is whose."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from approved import DPIA_SECTION
from officers_data import Enrolled, enrol

NETAUDIT = Path(sys.executable).with_name("netaudit")
LONDON = ZoneInfo("Europe/London")
RUN_AT = "2026-04-10T06:00:00"
DIRECTORY = """\
person_id,accounts,team,directorate,manager,roles,pattern,starts,ends
q1,canary.ann;EX\\canary.annie,Canary Finance,Corporate,q9,comms,,,
q2,canary.bob;canary.desk,Canary Estates,Corporate,q9,,,,2026-03-11
q5,canary.eve;canary.desk,Canary Estates,Corporate,q1,,,2026-03-13,
q9,canary.lead,Canary Estates,Corporate,,,,,
"""
REGISTERS = {
    "consents.csv": """\
person_id,starts,ends,categories,approver,reason
q1,2026-03-09T14:00,2026-03-09T14:10,,q9,of ann
q2,2026-03-09T14:00,2026-03-09T14:10,,q1,of canary bob
canary.annie@ex.example,2026-04-01,2026-04-02,,q9,of ann by account
q1,2026-03-09T14:00,2026-03-09T14:10,,q9,of ann
""",
    "exemptions.csv": """\
person_id,role,categories,starts,ends,approver,reason
,comms,social_microblogging,2026-01-01,2026-12-31,q9,of a role of ann
q5,,social_microblogging,2026-01-01,2026-12-31,q9,of canary eve
""",
    "objections.csv": """\
person_id,received,decision,starts,ends,decided_by,reason
q1,2026-01-05,refused,,,q9,of ann
q2,2026-01-05,refused,,,q9,of canary bob
""",
    "leave.csv": "person_id,starts,ends,half\nq1,2026-05-04,2026-05-05,\nq5,2026-05-04,2026-05-05,\n",
    "shared_devices.csv": """\
account_or_address,note,starts,ends
EX\\canary.annie,in the hall,2026-06-01,
192.0.2.250,kiosk,,
""",
}
ANNS = {
    "consents.csv": [2, 4, 5],
    "exemptions.csv": [2],
    "objections.csv": [2],
    "leave.csv": [2],
    "shared_devices.csv": [2],
}


@dataclass
class World:
    """A log of which each line is known to be somebody's, and what was made of it."""

    folder: Path
    officers: Enrolled
    lines: list[str] = field(default_factory=list)
    whose: dict[str, list[int]] = field(default_factory=dict)  # who → numbers of lines

    def ask(
        self, who: str, user: str, when: str, site: str, *, minutes: int = 1, every: int = 60, ip: str = "192.0.2.7"
    ) -> None:
        """Open a page of a site, again and again; `who` is the person in truth."""
        start = datetime.fromisoformat(when).replace(tzinfo=LONDON)
        for number in range(minutes * 60 // every):
            at = (start + timedelta(seconds=every * number)).timestamp()
            self.lines.append(
                f"{at:.3f} 100 {ip} TCP_MISS/200 {40_000 + len(self.lines)} GET http://{site}/{number} {user} "
                "HIER_DIRECT/198.51.100.7 text/html\n"
            )
            self.whose.setdefault(who, []).append(len(self.lines))

    def register(self, name: str, text: str) -> None:
        (self.folder / "registers").mkdir(exist_ok=True)
        (self.folder / "registers" / name).write_text(text, encoding="utf-8")

    def configure(self, more: str = "", dpia: str = DPIA_SECTION) -> None:
        text = (
            '[organisation]\nname = "Canary Trust"\ncontact = "ig@canary.example"\n'
            '[identity]\ndirectory = "directory.csv"\nregisters = "registers"\nrealms = { "ex.example" = "EX" }\n'
            '[keys]\nofficers = "officers/officers.toml"\n[categories]\nfolder = "categories"\n'
        )
        (self.folder / "categories").mkdir(exist_ok=True)
        (self.folder / "netaudit.toml").write_text(text + more + dpia)

    def netaudit(self, *arguments: object, stdin: str = "", ok: bool = True) -> subprocess.CompletedProcess[str]:
        options = ["--config", self.folder / "netaudit.toml"]
        if arguments[:2] != ("correct", "directory"):
            options += ["--out", self.folder / "out"]
        done = subprocess.run(
            [NETAUDIT, *map(str, arguments), *options], input=stdin, capture_output=True, text=True, check=False,
            cwd=self.folder, env={**os.environ, "PYTHONWARNINGS": "error"},
        )  # fmt: skip
        if ok:
            assert done.returncode == 0, done.stderr
        return done

    def run(self, *more: str) -> None:
        (self.folder / "access.log").write_text("".join(self.lines))
        self.netaudit("run", "access.log", "--now", RUN_AT, *more)

    def access(
        self, person: str, to: str = "answer", *, ig: str = "ig", hr: str = "hr", ok: bool = True
    ) -> subprocess.CompletedProcess[str]:
        keys = ["--ig-key", self.officers.key(ig), "--hr-key", self.officers.key(hr)]
        return self.netaudit(
            "subject-access", "-", "--reference", "SAR-2026-007", "--to", self.folder / to, *keys,
            stdin=person + "\n", ok=ok,
        )  # fmt: skip

    def held(self, to: str = "answer") -> dict[str, Any]:
        return json.loads((self.folder / to / "held.json").read_text(encoding="utf-8"))

    def trail(self) -> str:
        return "".join(path.read_text() for path in sorted((self.folder / "out" / "audit").rglob("*.jsonl")))

    def entries(self) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.trail().splitlines()]
        return [one for one in found if "kind" in one]


def a_world(folder: Path) -> World:
    """Two weeks: ann reads of houses and bets, under two accounts; others share an account, one after the other."""
    world = World(folder, enrol(folder / "officers", "ig", "hr", "second_ig"))
    world.configure()
    (folder / "directory.csv").write_text(DIRECTORY)
    for name, text in REGISTERS.items():
        world.register(name, text)
    world.ask("ann", "canary.ann", "2026-03-10T10:00:00", "www.rightmove.co.uk", minutes=80)
    world.ask("ann", "EX%5Ccanary.annie", "2026-03-11T10:00:00", "bet365.com", minutes=20)
    world.ask("ann", "canary.annie@ex.example", "2026-03-11T12:00:00", "www.samaritans.org", minutes=3)
    world.ask("ann", "canary.ann", "2026-03-15T23:30:00", "www.rightmove.co.uk", minutes=60)  # over the week's end
    world.ask("ann", "canary.ann", "2026-03-17T11:00:00", "www.example.org", minutes=2)
    world.ask("bob", "canary.bob", "2026-03-10T10:00:30", "canarysite.example", minutes=10, ip="192.0.2.8")
    world.ask("bob", "canary.desk", "2026-03-10T15:00:00", "bobsite.example", minutes=5)
    world.ask("nobody", "canary.desk", "2026-03-12T15:00:00", "noones.example", minutes=5)
    world.ask("eve", "canary.desk", "2026-03-16T15:00:00", "evesite.example", minutes=5)
    world.ask("eve", "canary.eve", "2026-03-16T15:10:00", "bet365.com", minutes=20)
    world.ask("stranger", "canary.stranger", "2026-03-16T09:00:00", "strange.example", minutes=4)
    return world
