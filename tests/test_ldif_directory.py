"""LDIF exports of Active Directory and OpenLDAP: who becomes a person, what is left out, and faults without a name."""

from __future__ import annotations

import base64
import uuid
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netaudit.definitions.configuration import load_configuration
from netaudit.definitions.registers import LdifMapping, Registers, load_registers
from netaudit.errors import DefinitionError

ANN = """\
dn: CN=Ann,OU=Staff,DC=example
objectClass: top
objectClass: person
objectClass: organizationalPerson
objectClass: user
employeeID: P1
sAMAccountName: ann
userPrincipalName: ann@example.nhs.uk
mail: Ann@example.nhs.uk
department: Finance
division: Corporate
manager: cn=bob, ou=Staff,dc=EXAMPLE
userAccountControl: 512
accountExpires: 9223372036854775807
"""
BOB = """\
dn: CN=Bob,OU=Staff,DC=example
objectClass: user
employeeID: P2
sAMAccountName: bob
userAccountControl: 66048
accountExpires: 0
"""


def load(folder: Path, content: str | bytes, mapping: LdifMapping | None = None) -> Registers:
    path = folder / "staff.ldif"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load_registers(path, None, "Europe/London", frozenset(), ldif=mapping)


def faults_of(folder: Path, content: str | bytes, mapping: LdifMapping | None = None) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        load(folder, content, mapping)
    return [str(problem) for problem in caught.value.problems]


def test_active_directory_becomes_people(tmp_path: Path) -> None:
    found = load(tmp_path, f"version: 1\n\n{ANN}\n{BOB}")
    ann, bob = found.people
    assert (ann.person_id, ann.accounts) == ("p1", ("ann", "ann@example.nhs.uk"))
    assert (ann.team, ann.directorate, ann.manager) == ("Finance", "Corporate", "p2")
    assert (ann.starts, ann.ends, bob.ends, bob.manager) == (None, None, None, None)
    assert (ann.place, bob.place) == ("staff.ldif:3", "staff.ldif:18")


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_every_way_of_writing_it_is_read(tmp_path: Path) -> None:
    name = "CN=Zoë,OU=Staff,DC=example"
    lines = [
        "version: 1",
        "# a comment that",
        "  goes on",
        "",
        f"dn:: {encoded(name)}",
        "objectclass: inetOrgPerson",
        "uid: zoe",
        "mail;lang-en: zoe@",
        " example.nhs.uk",
        f"department:: {encoded('Café')[:4]}",
        f" {encoded('Café')[4:]}",
        "",
        "",
        "dn: uid=max,ou=people,dc=example",
        "objectClass: inetOrgPerson",
        "uid:max",
        f"manager:: {encoded(name.lower())}",
        "",
        "search: 2",
        "result: 0 Success",
    ]
    contents = {
        end.join(lines).encode(encoding)
        for end in ("\n", "\r\n", "\r")
        for encoding in ("utf-8", "utf-8-sig", "utf-16")
    }
    found = {load(tmp_path, content).people for content in contents}
    assert len(contents) == 9
    ((zoe, max_),) = found
    assert (zoe.person_id, zoe.accounts, zoe.team) == ("zoe", ("zoe@example.nhs.uk", "zoe"), "Café")
    assert max_.manager == "zoe"


def test_what_is_no_person_is_left_out_and_counted(tmp_path: Path) -> None:
    others = """
dn: CN=PC1,DC=example
objectClass: user
objectClass: computer
sAMAccountName: PC1$

dn: CN=Staff,DC=example
objectClass: group
sAMAccountName: staff

dn: OU=Staff,DC=example
objectClass: organizationalUnit

dn: CN=Gone,DC=example
objectClass: user
employeeID: P9
sAMAccountName: gone
userAccountControl: 514

dn: CN=Guest,DC=example
objectClass: person
employeeID: P8
"""
    found = load(tmp_path, ANN + others)
    assert [one.person_id for one in found.people] == ["p1"]
    assert found.skipped == {
        "computers": 1,
        "disabled accounts": 1,
        "groups": 1,
        "other entries": 1,
        "people without an account": 1,
    }
    kept = load(tmp_path, ANN + others, LdifMapping(disabled=True))
    assert [one.person_id for one in kept.people] == ["p1", "p9"]


def test_without_classes_of_object_whoever_has_an_account_is_a_person(tmp_path: Path) -> None:
    found = load(tmp_path, "dn: CN=Ann\nemployeeID: P1\nsAMAccountName: ann\n\ndn: OU=Staff\nou: Staff\n")
    assert [one.person_id for one in found.people] == ["p1"]
    assert found.skipped == {"other entries": 1}


@pytest.mark.parametrize(
    ("written", "last_day"),
    [
        ("133801632000000000", date(2024, 12, 31)),  # 2025-01-01 00:00 UTC, when the day before is over
        ("133801631990000000", date(2024, 12, 31)),  # a second before
        ("133962768000000000", date(2025, 7, 6)),  # 2025-07-06 12:00 UTC
        ("20251231000000Z", date(2025, 12, 30)),
        ("20251231120000.0Z", date(2025, 12, 31)),
        ("2025-12-31", date(2025, 12, 31)),
        ("0", None),
        ("9223372036854775807", None),
        ("99991231000000Z", None),
    ],
)
def test_accounts_end_on_the_last_day_on_which_they_work(tmp_path: Path, written: str, last_day: date | None) -> None:
    found = load(tmp_path, f"{BOB.replace('accountExpires: 0', f'accountExpires: {written}')}")
    assert found.people[0].ends == last_day


def test_the_mapping_says_what_stands_where(tmp_path: Path) -> None:
    path = tmp_path / "netaudit.toml"
    path.write_text(
        '[identity.ldif]\nperson_id = "extensionAttribute9"\nteam = ["physicalDeliveryOfficeName", "department"]\n'
        'pattern = "extensionAttribute1"\nroles = ["extensionAttribute2"]\nstarts = "whenCreated"\nrealm = "EX"\n'
    )
    mapping = load_configuration(path).ldif
    text = ANN + (
        "extensionAttribute9: S-77\nextensionAttribute1: nights\nextensionAttribute2: comms\n"
        "extensionAttribute2: research\nwhenCreated: 20240331233000.0Z\n"
    )
    (ann,) = load(tmp_path, text, mapping).people
    assert (ann.person_id, ann.pattern, ann.roles, ann.team) == ("s-77", "nights", ("comms", "research"), "Finance")
    assert ann.accounts == ("ex\\ann", "ann", "ann@example.nhs.uk")
    assert ann.starts == date(2024, 4, 1)  # half past midnight in London


def test_an_object_guid_is_a_number_like_any_other(tmp_path: Path) -> None:
    guid = uuid.UUID("a63ba7f0-7b85-4e14-8a0f-0d5c0f1f7a11")
    text = BOB.replace("employeeID: P2", f"objectGUID:: {base64.b64encode(guid.bytes_le).decode()}")
    assert load(tmp_path, text).people[0].person_id == str(guid)


def test_two_entries_of_a_person_are_one_unless_they_contradict(tmp_path: Path) -> None:
    admin = BOB.replace("CN=Bob", "CN=Bob (admin)").replace("sAMAccountName: bob", "sAMAccountName: adm-bob")
    assert load(tmp_path, f"{BOB}\n{admin}").people[0].accounts == ("bob", "adm-bob")
    told = faults_of(tmp_path, f"{BOB}department: Finance\n\n{admin}department: Estates\n")
    assert told == [
        (
            "an identifier or account stands twice\n --> staff.ldif:9 and staff.ldif:1\n"
            "  = help: keep one, or give them dates that do not overlap"
        )
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "dn: CN=Canary\nchangetype: modify\nreplace: mail\nmail: canary\n",
            "a change, not an entry\n --> staff.ldif:2\n  = help: export entries, without changetype",
        ),
        (
            f"{BOB}jpegPhoto:< file:///canary\n",
            "a value stands elsewhere (:<)\n --> staff.ldif:7\n  = help: export values, not addresses of them",
        ),
        (f"{BOB}mail:: canary!\n", "not LDIF: broken base64\n --> staff.ldif:7\n  = help: export the file anew"),
        (
            f"{BOB}Ann Canary\n",
            "not LDIF: no attribute and value\n --> staff.ldif:7\n  = help: export the file anew",
        ),
        (
            "version: 2\n\n" + BOB,
            "LDIF of an unknown version\n --> staff.ldif:1\n  = help: export it as version 1",
        ),
        (
            f"mail: canary@example\n\n{BOB}",
            "an entry without a name (dn:)\n --> staff.ldif:1\n  = help: export the file anew",
        ),
        (
            f"{BOB}dn: CN=Canary\n",
            "an entry has two names\n --> staff.ldif:7\n  = help: part entries by an empty line",
        ),
        (
            f"{BOB}\n{BOB}".replace("P2", "canary", 1),
            "an entry stands twice\n --> staff.ldif:8 and staff.ldif:1\n  = help: keep one",
        ),
        (
            BOB.replace("employeeID: P2\n", ""),
            (
                "'person_id' is empty\n --> staff.ldif:1\n"
                "  = help: name an attribute in [identity.ldif] that every person has"
            ),
        ),
        (
            BOB.replace("accountExpires: 0", "accountExpires: canary"),
            (
                "'ends' is no date or time\n --> staff.ldif:1\n  = help: dates are read as 2026-03-09, as "
                "20260309120000Z, and as Active Directory counts time"
            ),
        ),
        ("", "there is no entry in it\n --> {path}\n  = help: export people as LDIF; each begins with dn:"),
    ],
)
def test_one_fault_is_one_message_without_a_name(tmp_path: Path, content: str, message: str) -> None:
    told = faults_of(tmp_path, content)
    assert message.replace("{path}", str(tmp_path / "staff.ldif")) in told
    assert "canary" not in "".join(told).lower()
    assert len(told) == 1


def test_the_mapping_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "netaudit.toml"
    path.write_text(
        '[identity.ldif]\nteams = "x"\naccounts = [""]\nends = []\nmanager = 3\nrealm = 4\ndisabled = "no"\n'
    )
    with pytest.raises(DefinitionError) as caught:
        load_configuration(path)
    assert [problem.what for problem in caught.value.problems] == [
        "unknown key 'teams'",
        "'accounts' names no attribute",
        "'manager' names no attribute",
        "'realm' is not text",
        "'disabled' is not true or false",
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    team=st.text(
        st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40
    ),
    width=st.integers(1, 12),
    plain=st.booleans(),
)
def test_a_value_comes_back_however_it_is_folded(tmp_path: Path, team: str, width: int, *, plain: bool) -> None:
    is_safe = plain and team.isascii() and team[0] not in " :<" and team == team.strip()
    line = f"department: {team}" if is_safe else f"department:: {encoded(team)}"
    folded = "\n ".join(line[at : at + width] for at in range(0, len(line), width))
    (bob,) = load(tmp_path, BOB + folded + "\n").people
    assert bob.team == (team.strip() or None)
