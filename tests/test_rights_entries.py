"""Objections, corrections, statements: written as people keep the file, checked first, and acted on by the next run."""

from __future__ import annotations

import csv
import re
import shutil
import stat
from pathlib import Path

import pytest
from rights_world import DIRECTORY, World, a_world
from shown_cases import statuses

from netaudit.definitions.registers.changing import with_other_row, with_row
from netaudit.definitions.registers.files import REGISTERS as KNOWN
from netaudit.errors import DefinitionError


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = a_world(tmp_path_factory.mktemp("entries"))
    (world.folder / "registers" / "consents.csv").unlink()
    world.run()
    return world


@pytest.fixture
def world(ran: World, tmp_path: Path) -> World:
    folder = tmp_path / "world"
    shutil.copytree(ran.folder, folder)
    return World(folder, ran.officers, list(ran.lines), dict(ran.whose))


def cases(world: World, *, of: str = "rightmove") -> list[str]:
    folder = world.folder / "out" / "ig" / "cases"
    return [path.stem.upper() for path in sorted(folder.glob("*.html")) if of in path.read_text()]


def page(world: World, case: str) -> str:
    return (world.folder / "out" / "ig" / "cases" / f"{case.lower()}.html").read_text(encoding="utf-8")


def test_an_objection_holds_the_cases_back_at_the_next_run(world: World) -> None:
    before = statuses(world.folder / "out")
    assert before["new"] >= 3
    said = world.netaudit("object", "-", "--received", "2026-03-09", stdin="q1\n")
    assert "objections.csv:4" in said.stdout
    assert "note" not in said.stderr
    world.run()
    after = statuses(world.folder / "out")
    assert after["excused"] - before.get("excused", 0) == len(cases(world)) + 1  # houses on two days, and the bets
    assert after["new"] == before["new"] - len(cases(world)) - 1  # eve's stay
    assert "line 4 of objections.csv" in page(world, cases(world)[0])


def test_an_objection_is_decided_on_its_own_line_and_only_by_somebody(world: World) -> None:
    world.netaudit("object", "-", "--received", "2026-03-09", stdin="canary.ann\n")
    nobody = world.netaudit("object", "-", "--decision", "refused", stdin="q1\n", ok=False)
    assert (nobody.returncode, "decided" in nobody.stderr) == (2, True)
    myself = world.netaudit("object", "-", "--decision", "upheld", "--decided-by", "canary.ann", stdin="q1\n", ok=False)
    assert "'decided_by' is the person themself" in myself.stderr
    path = world.folder / "registers" / "objections.csv"
    before = path.read_text().splitlines()
    world.netaudit("object", "-", "--decision", "upheld", "--decided-by", "DPO", "--reason", "a, b", stdin="q1\n")
    after = path.read_text().splitlines()
    assert after[:-1] == before[:-1]
    assert after[-1] == 'q1,2026-03-09,upheld,,,DPO,"a, b"'
    none = world.netaudit("object", "-", "--decision", "refused", "--decided-by", "DPO", stdin="q1\n", ok=False)
    assert "no objection of the person waits" in none.stderr


def test_of_several_that_wait_one_is_named(world: World) -> None:
    for day in ("2026-03-09", "2026-03-16"):
        world.netaudit("object", "-", "--received", day, stdin="q5\n")
    two = world.netaudit("object", "-", "--decision", "refused", "--decided-by", "DPO", stdin="q5\n", ok=False)
    assert "several objections" in two.stderr
    world.netaudit(
        "object", "-", "--decision", "refused", "--decided-by", "DPO", "--received", "2026-03-16", stdin="q5\n"
    )
    rows = list(csv.reader((world.folder / "registers" / "objections.csv").read_text().splitlines()))
    assert [row[1:3] for row in rows if row[0] == "q5"] == [["2026-03-09", "pending"], ["2026-03-16", "refused"]]


def test_a_refused_objection_holds_nothing_back(world: World) -> None:
    before = statuses(world.folder / "out")
    world.netaudit("object", "-", "--received", "2026-03-09", stdin="q1\n")
    world.netaudit("object", "-", "--decision", "refused", "--decided-by", "DPO", stdin="q1\n")
    world.run()
    assert statuses(world.folder / "out") == before


def test_a_consent_that_was_missing_excuses_at_the_next_run(world: World) -> None:
    before = statuses(world.folder / "out").get("excused", 0)
    spans = ("--starts", "2026-03-10T09:00", "--ends", "2026-03-10T12:00", "--approver", "q9", "--reason", "house")
    world.netaudit("correct", "consent", "-", *spans, stdin="q1\n")
    world.run()
    assert statuses(world.folder / "out")["excused"] == before + 1


def test_a_self_report_that_was_missing_excuses_the_bets(world: World) -> None:
    before = statuses(world.folder / "out").get("excused", 0)
    told = (
        "--date",
        "2026-03-11",
        "--category",
        "gambling",
        "--incident",
        "INC-7",
        "--reported-at",
        "2026-03-11T16:00",
    )
    world.netaudit("correct", "self-report", "-", *told, stdin="q1\n")
    world.run()
    assert statuses(world.folder / "out")["excused"] == before + 1


def test_an_exemption_for_a_role_excuses_its_people(world: World) -> None:
    span = ("--starts", "2026-03-01", "--ends", "2026-03-31", "--approver", "q9", "--reason", "research into betting")
    world.netaudit("correct", "exemption", "comms", "--role", "--categories", "gambling", *span)
    before = statuses(world.folder / "out").get("excused", 0)
    world.run()
    assert statuses(world.folder / "out")["excused"] == before + 1  # ann's bets, not eve's


def test_a_case_is_withdrawn_and_a_statement_stands_on_its_page(world: World) -> None:
    case = cases(world)[0]
    assert "What the person says to it" not in page(world, case)
    world.netaudit("correct", "statement", case, "--text", "-", stdin="It was <b>my colleague</b>,\nat my desk.\n")
    world.netaudit("correct", "decision", case, "--decision", "withdrawn", "--decided-by", "DPO", "--reason", "rota")
    world.run()
    text = page(world, case)
    assert "What the person says to it" in text
    assert "It was &lt;b&gt;my colleague&lt;/b&gt;, at my desk." in text
    assert "Withdrawn" in text
    assert "my colleague" in world.netaudit("explain", case).stdout
    others = [one for one in cases(world, of="") if one != case]
    assert others
    assert not any("my colleague" in page(world, one) for one in others)


def test_a_statement_with_an_account_of_the_directory_is_refused(world: World) -> None:
    for name in ("canary.bob", "Canary.Annie,", "EX\\canary.annie"):
        refused = world.netaudit(
            "correct", "statement", cases(world)[0], "--text", "-", stdin=f"It was {name} at my desk", ok=False
        )
        assert refused.returncode == 2
        assert "canary" not in refused.stderr.lower()
    assert not (world.folder / "registers" / "statements.csv").exists()


def test_a_reason_with_an_account_of_the_directory_is_refused(world: World) -> None:
    """It stands on the page of the case, as a statement does."""
    decided = ("--decision", "withdrawn", "--decided-by", "DPO", "--reason", "spoke to <canary.annie>")
    refused = world.netaudit("correct", "decision", cases(world)[0], *decided, ok=False)
    assert refused.returncode == 2
    assert "the reason names" in refused.stderr
    assert "canary" not in refused.stderr.lower()


def test_a_site_of_the_wrong_class_is_right_for_lines_that_come(world: World) -> None:
    before = cases(world, of="bet365")
    assert len(before) == 2
    options = ("--category", "business_supplier", "--reason", "rota", "--author", "IG team", "--until", "2026-12-31")
    world.netaudit("correct", "site", "bet365.com", *options)
    (row,) = list(csv.DictReader((world.folder / "categories" / "overrides.csv").read_text().splitlines()))
    assert (row["pattern"], row["category"], row["expires"]) == ("bet365.com", "business_supplier", "2026-12-31")
    world.ask("ann", "canary.ann", "2026-03-18T10:00:00", "bet365.com", minutes=20)
    world.run()
    assert cases(world, of="bet365") == before  # what is stored keeps its class


@pytest.mark.parametrize(
    "more", [("--category", "busines"), ("--category", "business_supplier", "--until", "2026-13-01")]
)
def test_an_override_that_is_wrong_changes_nothing(world: World, more: tuple[str, ...]) -> None:
    refused = world.netaudit("correct", "site", "rota.example", "--reason", "r", "--author", "IG", *more, ok=False)
    assert refused.returncode == 2
    assert list((world.folder / "categories").iterdir()) == []


def test_where_the_directory_is_put_right_is_said_and_it_is_not_touched(world: World) -> None:
    said = world.netaudit("correct", "directory").stdout
    assert "directory.csv" in said
    assert (world.folder / "directory.csv").read_text() == DIRECTORY


def test_what_would_be_a_fault_is_not_written_and_not_recorded(world: World) -> None:
    path = world.folder / "registers" / "objections.csv"
    before, entries = path.read_bytes(), len(world.entries())
    for arguments in (
        ("object", "-", "--starts", "yesterday"),
        ("object", "-", "--starts", "2026-03-10", "--ends", "2026-03-01"),
        ("object", "-", "--reason", "=1+1"),
        ("correct", "decision", "F-1", "--decision", "withdrawn", "--decided-by", "DPO", "--reason", "x"),
        ("correct", "consent", "-", "--starts", "2026-03-01", "--ends", "2026-03-02", "--approver", "canary.ann",
         "--reason", "x"),
    ):  # fmt: skip
        refused = world.netaudit(*arguments, stdin="q1\n", ok=False)
        assert refused.returncode == 2, arguments
        assert "canary" not in refused.stderr.lower().replace(str(world.folder).lower(), "")
    assert path.read_bytes() == before
    assert [one for one in world.entries()[entries:] if one["kind"].startswith("rights.")] == []
    assert not (world.folder / "registers" / "decisions.csv").exists()


def test_who_asked_is_not_in_the_trail(world: World) -> None:
    world.netaudit(
        "object", "-", "--received", "2026-03-09", "--reason", "canary reason", stdin="canary.annie@ex.example\n"
    )
    world.netaudit("object", "-", "--decision", "upheld", "--decided-by", "DPO", stdin="q1\n")
    kinds = [one["kind"] for one in world.entries()]
    assert kinds.count("rights.objection") == 2
    own = [one for one in world.entries() if one["kind"] == "rights.objection"]
    assert [one["about"]["decision"] for one in own] == ["pending", "upheld"]
    assert "canary" not in str([one["about"] for one in own]).lower()
    assert not re.search(r"\bq1\b", str(own))


def test_somebody_whom_the_directory_lacks_is_noted_and_a_file_is_closed(world: World) -> None:
    said = world.netaudit("object", "-", stdin="canary.stranger\n")
    assert "does not have this person" in said.stderr
    assert "stranger" not in said.stdout + said.stderr
    path = world.folder / "registers" / "objections.csv"
    assert "canary.stranger" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not list(path.parent.glob(".*"))


COLUMNS = KNOWN["objections.csv"]
ROW = {"person_id": "p1", "received": "2026-03-09", "decision": "pending", "reason": "a; b, c"}


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (None, b'person_id,received,decision,starts,ends,decided_by,reason\np1,2026-03-09,pending,,,,"a; b, c"\n', 2),
        (b"", b'person_id,received,decision,starts,ends,decided_by,reason\np1,2026-03-09,pending,,,,"a; b, c"\n', 2),
        (
            b"\xef\xbb\xbfdecision;person_id;received;reason\r\nrefused;p2;2026-01-01;\r\n",
            (
                b"\xef\xbb\xbfdecision;person_id;received;reason\r\nrefused;p2;2026-01-01;\r\n"
                b'pending;p1;2026-03-09;"a; b, c"\r\n'
            ),
            3,
        ),
        (
            b'reason,decision,received,person_id\n"two\nlines",refused,2026-01-01,p2',
            (
                b'reason,decision,received,person_id\n"two\nlines",refused,2026-01-01,p2\n'
                b'"a; b, c",pending,2026-03-09,p1\n'
            ),
            4,
        ),
        (
            b"sep=;\nperson_id;received;decision;reason\n",
            b'sep=;\nperson_id;received;decision;reason\np1;2026-03-09;pending;"a; b, c"\n',
            3,
        ),
    ],
)
def test_a_file_keeps_its_layout(before: bytes | None, after: bytes, line: int) -> None:
    assert with_row(before, COLUMNS, ROW) == (after, line)


def test_one_record_is_replaced_and_every_other_byte_stays() -> None:
    head, rest = b"reason,decision,received,person_id\r\n", b"  ,pending , 2026-02-01,p3\r\n"
    before = head + b'"two\r\nlines",pending,2026-01-01,p2\r\n' + rest
    row = {"reason": "x", "decision": "upheld", "received": "2026-01-01", "person_id": "p2"}
    assert with_other_row(before, COLUMNS, 2, row) == head + b"x,upheld,2026-01-01,p2\r\n" + rest


def test_a_value_without_a_column_is_told_and_not_shown() -> None:
    with pytest.raises(DefinitionError) as error:
        with_row(b"person_id,received,decision\n", COLUMNS, {**ROW, "reason": "canary"})
    assert "'reason'" in str(error.value)
    assert "canary" not in str(error.value)
