"""A year of joiners, movers, leavers and accounts that change hands, through the door and the rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from assess_tables import visit, visits

from netaudit.assess import assess
from netaudit.definitions.categories import categories_folder, load_class_map
from netaudit.definitions.format_files import load_formats
from netaudit.definitions.periods import period_of
from netaudit.definitions.policies import load_policy
from netaudit.definitions.registers import Registers, load_registers
from netaudit.ingest import parse_chunk
from netaudit.ingest.logfile import Chunk
from netaudit.pipeline.door import Door
from netaudit.pipeline.register_use import unlisted
from netaudit.protect import Identities, Keyring, people_table, register_table

LEEDS = load_policy("leeds")
CLASS_MAP = load_class_map(categories_folder())
SQUID = next(one for one in load_formats() if one.name == "squid")
LONDON = ZoneInfo("Europe/London")
LINE = "{time}.000 0 {ip} TCP_MISS/200 4083 GET http://a.example/ {user} HIER_DIRECT/198.51.100.7 text/html\n"

# p1 moves in April and leaves in September; her old desk's account passes to p2, who joins in May, and her own account
# to p3 in November. p4 works nights from July on. Nobody holds "desk" in April.
DIRECTORY = """\
person_id,accounts,team,directorate,manager,roles,pattern,starts,ends
p1,ann;desk,Finance,Corporate,p4,,,2026-01-05,2026-03-31
p1,EX\\ann,Estates,Corporate,p2,comms,,2026-04-01,2026-09-30
p2,desk;bob,Finance,Corporate,p4,,,2026-05-04,
p3,EX\\ann,Finance,Corporate,p4,,,2026-11-02,
p4,dee,Finance,Corporate,,,,,2026-06-30
p4,dee,Finance,Corporate,,,nights,2026-07-01,
"""
REGISTERS = {
    "consents": "person_id,starts,ends,approver,reason\n"
    "EX\\ann,2026-06-01,2026-06-30,p4,agreed\nEX\\ann,2026-12-01,2026-12-31,p4,agreed\n",
    "exemptions": "person_id,role,categories,starts,ends,approver,reason\n"
    ",comms,social_sharing,2026-01-01,2026-12-31,p4,corporate accounts\n",
    "own_devices": "account_or_address,note,starts,ends\n203.0.113.0/24,Wi-Fi,2026-03-01,2026-10-31\n",
    "shared_devices": "account_or_address,note,starts,ends\n192.0.2.9,kiosk,2026-08-01,\n",
}


def holder(account: str, day: date) -> str:
    """Return whose an account is, by hand."""
    if account == "desk":
        if date(2026, 1, 5) <= day <= date(2026, 3, 31):
            return "person:p1"
        return "person:p2" if day >= date(2026, 5, 4) else "account:\\desk"
    if account == "EX\\ann":
        if date(2026, 4, 1) <= day <= date(2026, 9, 30):
            return "person:p1"
        return "person:p3" if day >= date(2026, 11, 2) else "account:ex\\ann"
    return {"ann": "person:p1", "bob": "person:p2", "dee": "person:p4"}.get(account, f"account:\\{account}")


def attribution(address: str, day: date) -> str:
    if address == "203.0.113.77" and date(2026, 3, 1) <= day <= date(2026, 10, 31):
        return "own_device"
    return "shared" if address == "192.0.2.9" and day >= date(2026, 8, 1) else "person"


@pytest.fixture(scope="module")
def registers(tmp_path_factory: pytest.TempPathFactory) -> Registers:
    folder = tmp_path_factory.mktemp("year")
    (folder / "directory.csv").write_text(DIRECTORY)
    for name, text in REGISTERS.items():
        (folder / f"{name}.csv").write_text(text)
    (folder / "registers").mkdir()
    for name in REGISTERS:
        (folder / f"{name}.csv").rename(folder / "registers" / f"{name}.csv")
    return load_registers(folder / "directory.csv", folder / "registers", LEEDS.zone, frozenset(CLASS_MAP.taxonomy))


def doors(registers: Registers, folder: Path) -> tuple[Door, Identities]:
    identities = Identities(registers, {})
    return Door(CLASS_MAP, identities, Keyring(folder / "keys").make, LEEDS.zone), identities


def test_every_day_of_the_year_each_account_is_its_holders(registers: Registers, tmp_path: Path) -> None:
    door, _ = doors(registers, tmp_path)
    accounts = ["ann", "EX\\ann", "desk", "bob", "dee", "stranger"]
    addresses = ["192.0.2.1", "203.0.113.77", "192.0.2.9"]
    changes = {date(2026, month, day) for month, day in ((3, 31), (4, 1), (5, 3), (5, 4), (9, 30), (10, 1), (11, 2))}
    days = sorted({date(2026, 1, 1) + timedelta(days=9 * n) for n in range(40)} | changes)
    seen: set[tuple[str, str]] = set()
    for day in days:
        for clock in (datetime(day.year, day.month, day.day, tzinfo=LONDON),  # the first second, and the last
                      datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=LONDON)):  # fmt: skip
            asked = [(user, ip) for user in accounts for ip in addresses]
            data = "".join(LINE.format(time=int(clock.timestamp()), ip=ip, user=user) for user, ip in asked)
            parsed = parse_chunk(Chunk(data.encode(), 1), SQUID, "UTC", "1").parsed
            own = [(period, events) for period, _, events in door.let_in(parsed, "squid", "1")]
            for period, events in own:
                of = door.pseudonyms(period).of
                found = events.sort("log_line").select("user_hash", pl.col("attribution").cast(pl.String)).rows()
                wanted = [
                    (None if kind == "own_device" else of(holder(user, day)), kind)
                    for user, ip in asked
                    for kind in (attribution(ip, day),)
                ]
                assert found == wanted, (day, clock)
            seen |= {(user, holder(user, day)) for user in accounts}
    assert {who for user, who in seen if user == "desk"} == {"person:p1", "person:p2", "account:\\desk"}


def week_of(
    registers: Registers, door: Door, identities: Identities, day: date, *rows: tuple[str, str]
) -> pl.DataFrame:
    """Return the findings about some people who looked at something for 90 minutes from 10:00, London time."""
    period = period_of(day)
    pseudonyms = door.pseudonyms(period)
    begin = datetime(day.year, day.month, day.day, 10, tzinfo=LONDON).astimezone(UTC)
    start, end = (moment.replace(tzinfo=None).isoformat() for moment in (begin, begin + timedelta(minutes=90)))
    seen = visits(*(visit(start, end, category, pseudonyms.of(holder(user, day))) for user, category in rows))
    found = assess(
        seen, people_table(registers, pseudonyms), register_table(registers, identities, pseudonyms), LEEDS
    ).findings
    names = {pseudonyms.of(holder(user, day)): user for user, _ in rows}
    return found.with_columns(user=pl.col("user_hash").replace_strict(names)).select(
        "user", "status", "entries", "pattern", "listed"
    )


@pytest.mark.parametrize(
    ("day", "user", "category", "wanted"),
    [
        # The account's holder of the day has the consent, the role and the pattern; nobody else does.
        (date(2026, 6, 9), "EX\\ann", "travel", ("excused", "consents.csv:2", "full_time", True)),
        (date(2026, 7, 7), "EX\\ann", "travel", ("new", "", "full_time", True)),
        (date(2026, 12, 8), "EX\\ann", "travel", ("excused", "consents.csv:3", "full_time", True)),
        (date(2026, 11, 10), "EX\\ann", "travel", ("new", "", "full_time", True)),
        (date(2026, 3, 10), "desk", "social_sharing", ("new", "", "full_time", True)),  # not yet in communications
        (date(2026, 4, 14), "ann", "social_sharing", ("excused", "exemptions.csv:2", "full_time", True)),
        (date(2026, 10, 13), "ann", "social_sharing", ("new", "", "full_time", False)),  # has left
        (date(2026, 4, 14), "desk", "travel", ("new", "", "full_time", False)),  # nobody's that month
        (date(2026, 6, 9), "desk", "travel", ("new", "", "full_time", True)),
        (date(2026, 6, 30), "dee", "travel", ("new", "", "full_time", True)),
        (date(2026, 7, 1), "dee", "travel", None),  # works at night from today
        (date(2026, 6, 9), "stranger", "travel", ("new", "", "full_time", False)),
    ],
)
def test_on_each_day_people_have_what_they_have_then(
    registers: Registers, tmp_path: Path, day: date, user: str, category: str, wanted: tuple[object, ...] | None
) -> None:
    door, identities = doors(registers, tmp_path)
    found = week_of(registers, door, identities, day, (user, category)).drop("user").rows()
    assert found == ([wanted] if wanted else [])


def test_who_is_missing_is_counted_and_not_named(registers: Registers, tmp_path: Path) -> None:
    door, _ = doors(registers, tmp_path)
    for day, users, wanted in (
        (date(2026, 6, 9), ["ann", "desk", "dee", "bob"], (0, 0)),
        (date(2026, 10, 13), ["ann", "EX\\ann", "stranger", "dee"], (2, 1)),
        (date(2026, 4, 14), ["desk", "bob"], (1, 1)),
    ):
        pseudonyms = door.pseudonyms(period_of(day))
        start = f"{day}T10:00"
        rows = [visit(start, f"{day}T10:10", "travel", pseudonyms.of(holder(user, day))) for user in users]
        shielded = visit(start, f"{day}T10:10", "shielded", pseudonyms.of("account:\\stranger"))
        found = unlisted(visits(*rows, shielded), people_table(registers, pseudonyms), LEEDS)
        assert found.rows() == [wanted]
    assert unlisted(visits(*rows), people_table(Registers(), pseudonyms), LEEDS).is_empty()
