"""An organisation all of whose fields are hostile: logs, their names, directory, registers, lists, policy, settings."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from officers_data import enrol
from rights_world import World

from netaudit.definitions.categories import TAXONOMY_FILE, categories_folder

PRODUCT = "1247689"  # what a template engine makes of the text below
TEXTS = (
    "<script>alert('hostile')</script>",
    "\"><img src=x onerror=alert('hostile')>",
    "</title></style></svg><svg onload=alert('hostile')>",
    "</td></tr></table><iframe src=//hostile.example></iframe>",
    "]]><!--<base href=//hostile.example/>",
    "' autofocus onfocus=alert('hostile') x='",
    "{{ 1117*1117 }}{% for x in ().__class__.__mro__ %}{{ x }}{% endfor %}",
    "${1117*1117} #{1117*1117} <%= 1117*1117 %> %s %(x)s {0} {x!r}",
    "<!--#exec cmd='hostile'--><?php hostile ?>",
    "gpj\u202eexe\u2066.hostile\u2069",
    "ho\u200bst\u200di\ufeffle\u00ad\U000e0041",
    "+HYPERLINK(0)hostile",
    "-2+3+cmd|' /C hostile'!A0",
    "@SUM(1+9)*cmd|'hostile'",
    "\uff1dHYPERLINK(0)hostile",
    "../../../../hostile/passwd",
    "..\\..\\con.hostile",
    "CON",
    "hostile%0d%0aBcc:%20hostile@hostile.example",
    "hostile\u2028Bcc: hostile@hostile.example\u2029",
    "&lt;script&gt;hostile&amp;#x3c;&#60;b&#62;",
    "hostile e\u0301\u0327" + "\u0300" * 40,
    "\u0627\u0644hostile\u05d0",
    '"=1+1 hostile',
    "'=1+1;=1+1 hostile",
    "\u3000\uff0b1 \uff0d1 \uff201 hostile",
    "javascript:alert('hostile')",
    "=?utf-8?q?=0d=0aBcc:_hostile=40hostile.example?="[1:],
    "<b>" + "hostile" * 1_463,  # 10 kB
)
"""What no file refuses; controls and cells that begin with = are refused in CSV files, as other tests show."""
CONTROLS = "hostile\x1b[2J\x1b]0;hostile\x07\x1b]8;;http://hostile.example\x1b\\\x9b31m\x00\x08\r\n\t=1+1"
FREE = (
    "=HYPERLINK(0)hostile", " =1+1 hostile", "\t=1+1 hostile", "\r=1+1 hostile", "\n=1+1 hostile", CONTROLS,
    "hostile\r\nBcc: hostile@hostile.example\r\n\r\nhostile", "=?utf-8?q?=0d=0aBcc:_hostile=40hostile.example?=",
)  # fmt: skip
"""What only files may hold that are no tables, such as policies."""
NOT_UTF_8 = b"hostile\xff\xfe\xed\xa0\x80\xc0\xbc\x80"  # among them a lone surrogate, and < in two bytes
UNITS = (*TEXTS[:4], TEXTS[6], TEXTS[9], TEXTS[11], TEXTS[15], TEXTS[18], TEXTS[-1])
LONDON = ZoneInfo("Europe/London")
HOSTS = (
    "www.rightmove.co.uk", "bet365.com", "<script>alert('hostile')</script>.example", "xn--hostile-.example",
    "=cmd.example", "@hostile.example", "+1.hostile.example", "-hostile.example", "{{1117*1117}}.example", "..",
    "gpj\u202eexe.example", "ho\u200bstile.example", "a" * 300 + ".example", "hostile.example/<b>", "[::hostile]",
)  # fmt: skip
Change = Callable[[str], str]


def harmless(text: str) -> str:
    """Return a text as long as a hostile one that is not: what is no letter is one, but for signs of addresses.

    >>> harmless("<b>../x\u202e")
    'xbxxx/xx'
    """
    return re.sub(r"\.\.|\A[-+]|[^A-Za-z0-9 ./:#?,_-]", lambda found: "x" * len(found[0]), text)


def cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def toml(text: str) -> str:
    return '"' + "".join(one if one.isalnum() and one.isascii() else f"\\U{ord(one):08X}" for one in text) + '"'


class Hostile:
    """Writes the organisation into a folder; with `change`, another one that is built alike."""

    def __init__(self, folder: Path, change: Change = str) -> None:
        self.folder = folder
        self.texts = tuple(map(change, TEXTS))
        self.free = tuple(map(change, FREE))
        self.units = tuple(map(change, UNITS))
        self.hosts = tuple(map(change, HOSTS))
        self.change = change

    def text(self, number: int) -> str:
        return self.texts[number % len(self.texts)]

    def any_text(self, number: int) -> str:
        """Return a text for a file that is no table."""
        both = self.free + self.texts
        return both[number % len(both)]

    def directory(self) -> str:
        """Ten people in each of the hostile units; accounts and roles are hostile, too."""
        rows = ["person_id,accounts,team,directorate,manager,roles,pattern,starts,ends"]
        for unit, name in enumerate(self.units):
            for person in range(10):
                number = unit * 10 + person
                account = f"user{number}" if number % 3 else f"user{number};{self.change(f'<b>{{{{{number}}}}}')}"
                more = "," if not number else f"p0,{cell(self.text(number).replace(';', ''))}"
                rows.append(f"p{number},{cell(account)},{cell(name)},{cell(self.units[unit % 5])},{more},,,")
        return "\n".join(rows) + "\n"

    def registers(self) -> dict[str, str]:
        def rows(heading: str, *lines: list[str]) -> str:
            return "\n".join([heading, *(",".join(map(cell, line)) for line in lines)]) + "\n"

        texts, day = list(enumerate(self.texts)), "2026-03-09"
        span = ["2026-01-05", "2026-06-30"]
        return {
            "consents.csv": rows(
                "person_id,starts,ends,categories,approver,reason",
                *([f"p{n + 1}", f"{day}T14:00", f"{day}T14:10", "", "p0", text] for n, text in texts),
                *([f"p{n + 1}", f"{day}T15:00", f"{day}T15:10", "", text, "hostile"] for n, text in texts),
            ),
            "exemptions.csv": rows(
                "person_id,role,categories,starts,ends,approver,reason",
                *(["", text.replace(";", ""), "travel", *span, text, text] for _, text in texts if text.strip()),
            ),
            "objections.csv": rows(
                "person_id,received,decision,starts,ends,decided_by,reason",
                *([f"p{n + 1}", "2026-01-05", "refused", "", "", text, text] for n, text in texts),
            ),
            "self_reports.csv": rows(
                "person_id,date,category,incident,reported_at",
                *([f"p{n}", "2026-03-10", "gambling", text, "2026-03-10T15:20"] for n, text in texts),
            ),
            "research.csv": rows(
                "person_id,categories,starts,ends,reference,approver,reason",
                *([f"p{n + 30}", "gambling", *span, text, "p0", text] for n, text in texts),
            ),
            "shared_devices.csv": rows(
                "account_or_address,note,starts,ends", *([f"192.0.2.{200 + n}", text, "", ""] for n, text in texts)
            ),
            "own_devices.csv": rows(
                "account_or_address,note,starts,ends",
                *([f"own{n}{text.replace('/', '')[:40]}", text, "", ""] for n, text in texts),
            ),
            "service_accounts.csv": rows(
                "account,note,starts,ends", *([f"svc{n}{text[:40]}", text, "", ""] for n, text in texts)
            ),
        }  # fmt: skip

    def lines(self) -> bytes:
        """Eighty minutes of many, a week of everybody, and a line for each text in each field of a log."""
        told: list[str] = []
        start = datetime(2026, 3, 10, 10, tzinfo=LONDON).timestamp()

        def say(at: float, user: str, url: str, **more: str) -> None:
            one = {"address": "192.0.2.7", "result": "TCP_MISS/200", "method": "GET", "way": "HIER_DIRECT/198.51.100.7"}
            one |= {"mime": "text/html", **more}
            told.append(
                f"{at:.3f} 100 {one['address']} {one['result']} 40000 {one['method']} {url} {user} {one['way']} "
                f"{one['mime']}"
            )

        for minute in range(80):
            for number in range(0, len(self.units) * 10, 8):
                say(start + 60 * minute + number / 10, f"user{number}", f"http://{HOSTS[0]}/{minute}")
            say(start + 60 * minute, "user2", f"http://{HOSTS[1]}/{minute}")
        for number, text in enumerate(self.texts + self.free):
            solid = "".join(text.split()).replace("\x00", "") or "-"
            at = start + 7200 + 8 * number
            fields = ("mime", "method", "result", "way", "address")
            say(at, solid, "http://www.example.org/")
            say(at + 1, "user4", f"http://www.example.org/{solid}?{solid}#{solid}")
            say(at + 2, "user4", solid)
            for later, name in enumerate(fields, 3):
                say(at + later, "user4", "http://www.example.org/", **{name: solid})
        for host in self.hosts[2:]:
            for number in range(12):
                say(start + 9000 + number, f"user{2 * number}", f"http://{host}/")
        for day in range(5):  # the week is whole, and is published
            for number in range(len(self.units) * 10):
                say(start + 86_400 * (day - 1) + number, f"user{number}", "http://www.bbc.co.uk/news")
        noise = "\n".join(f"{start + 9500:.3f} {text}" for text in self.texts + self.free)
        made = ("\n".join(told) + "\n" + noise + "\n" + self.change(CONTROLS) + "\n").encode("utf-8", "surrogatepass")
        broken = NOT_UTF_8 if self.change is str else b"xxxx"
        return made + told[-1].encode().replace(b"news", broken) + b"\n" + broken + b"\n"

    def policy(self) -> str:
        """A policy of our own whose words are hostile."""
        one, two, three, four = (toml(self.any_text(number)) for number in (4, 7, 13, 16))
        rules = "".join(
            f"[[rule]]\nrule_id = {toml(rule)}\ntitle = {toml(self.any_text(n))}\nclause = {toml(self.text(n))}\n"
            f"bullet = {toml(self.any_text(n + 5))}\n"
            for n, rule in enumerate(("one_hour", "gambling"), 1)
        )
        clauses = "".join(f"{toml(text)} = {toml(text)}\n" for text in self.texts[:3])
        nothing = f"[[not_auditable]]\nclause = {one}\nbullet = {two}\nwhy = {three}\n"
        return (
            f'extends = "leeds"\nid = "own"\ntitle = {one}\nversion = {two}\nowner = {three}\nsource = {four}\n'
            f"[clauses]\n{clauses}{rules}{nothing}"
        )

    def taxonomy(self) -> str:
        """The classes that ship, under hostile names."""
        text = (categories_folder() / TAXONOMY_FILE).read_text(encoding="utf-8")
        numbers = iter(range(10_000))
        return re.sub(
            r'^(title|definition) = ".*"$',
            lambda found: f"{found[1]} = {toml(self.any_text(next(numbers)))}",
            text,
            flags=re.MULTILINE,
        )

    def lists(self) -> dict[str, str]:
        """Short lists in place of those that ship, which take most of the time; their notes are hostile."""
        found = {}
        for path in sorted(categories_folder().glob("*.csv")):
            head, *lines = path.read_text(encoding="utf-8").splitlines()
            if head == "pattern,site,role,note":
                known = [one for one in lines if re.match(r"(bet365\.com|rightmove\.co\.uk|bbc\.co\.uk),", one)]
                made = [
                    f"{path.stem.replace('_', '-')}{n}.example.net,,,{cell(text)}" for n, text in enumerate(self.texts)
                ]
                found[f"categories/{path.name}"] = "\n".join((head, *known, *made)) + "\n"
        return found

    def settings(self) -> tuple[str, str, str]:
        """The section of the DPIA, those of the organisation, and more."""
        texts = [toml(self.any_text(number)) for number in range(len(TEXTS) + len(FREE))]
        statements = ("reference", "owner", "purposes", "lawful_basis", "consultation", "dpo_advice", "siro")
        dpia = "\n[dpia]\napproved = 2020-01-01\nreview_by = 2099-12-31\n" + "".join(
            f"{name} = {texts[number]}\n" for number, name in enumerate(statements, 7)
        )
        controls = self.change(CONTROLS)
        organisation = (
            f"[organisation]\nname = {toml(self.texts[0] + self.texts[9] + controls)}\n"
            f"handling = {toml(self.texts[1] + self.texts[9] + controls)}\n"
            f"contact = {toml(self.texts[3] + controls)}\ncontroller = {texts[4]}\ndpo = {texts[5]}\n"
        )
        seen = toml("//files.example/" + "".join(one for one in self.texts[0] if one.isprintable()))
        more = (
            '[policy]\npack = "own"\nfolder = "policies"\n[retention]\nholds = "holds.csv"\n'
            '[mail]\nrecipients = "recipients.csv"\nsender = "netaudit@reports.example"\nsummaries = true\n'
            f'allowed_domains = ["mail.example"]\nlocation = {seen}\nfolder = "mails"\n'
            f"subject_prefix = {toml(self.change('{{ 1117*1117 }} =?utf-8?q?=0d=0aBcc?='))}\n"
        )
        return dpia, organisation, more

    def write(self) -> World:
        folder = self.folder
        world = World(folder, enrol(folder / "officers", "ig", "hr"))
        for name, text in self.registers().items():
            world.register(name, text)
        units = "".join(f"{cell(unit)},team,manager{n}@mail.example\n" for n, unit in enumerate(self.units))
        dpia, organisation, more = self.settings()
        world.configure(more, dpia)
        held = [f"2026-W11,,{cell(text)},{cell(text)},2026-04-10," for text in self.texts]
        one, two, three = (toml(self.any_text(number)) for number in (4, 8, 11))
        for name, text in {
            "directory.csv": self.directory(),
            "policies/own.toml": self.policy(),
            "categories/taxonomy.toml": self.taxonomy(),
            "categories/approval.toml": f"version = {one}\nowner = {two}\napproved_by = {three}\n",
            "categories/overrides.csv": "pattern,category,reason,author,date,expires,ticket\n"
            + "".join(
                f"over{n}.example.org,gambling,{cell(text)},{cell(text)},2026-01-05,,{cell(text)}\n"
                for n, text in enumerate(self.texts)
            ),
            **self.lists(),
            "holds.csv": "period,case,reason,set_by,set_on,until\n" + "\n".join(held) + "\n",
            "recipients.csv": "unit,level,address\nig,audience,ig@mail.example\n"
            f"safeguarding,audience,sg@mail.example\n{units}",
            "accounts.csv": "account,platform,followers,project,approved_by,note\n"
            + "".join(f"{','.join(map(cell, (text, text, '1', text, text, text)))}\n" for text in self.texts),
        }.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        path = folder / "netaudit.toml"
        ours = '[organisation]\nname = "Canary Trust"\ncontact = "ig@canary.example"\n'
        written = path.read_text(encoding="utf-8")
        assert ours in written
        path.write_text(written.replace(ours, organisation), encoding="utf-8")
        self.logs()
        return world

    def logs(self) -> None:
        """Write the log, and small ones under hostile names."""
        folder = self.folder / "logs"
        folder.mkdir()
        lines = self.lines()
        (folder / "access.log").write_bytes(lines)
        first = lines.splitlines()
        names = [text.replace("/", "_").replace("\x00", "")[:50].encode() for text in self.texts[:16] + self.free]
        for number, name in enumerate([*names, NOT_UTF_8 if self.change is str else b"xxxx"]):
            place = os.path.join(os.fsencode(folder), name + b"%d.log" % number)  # noqa: PTH118 - bytes
            with open(place, "wb") as file:  # noqa: PTH123
                file.write(first[number] + b"\n")
