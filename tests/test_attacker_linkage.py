"""Somebody who reads every page and list of cases, and has the staff list, cannot say whose they are.

What is measured here is what the manual tells. What cannot be had is told there as well: the page of a case has sites
and times, because the person has to be able to answer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import attacker_figures as figures
import pytest
from attacker_linkage import creatures_of_habit, seen_cases, whose_cases
from attacker_worlds import PERIODS, audit_week

from netaudit.contracts import Piece
from netaudit.protect import Keyring, Pseudonyms
from netaudit.protect.around import in_whole_hours
from netaudit.report import AUDIENCES

LONDON = ZoneInfo("Europe/London")


def test_what_pages_of_cases_give_away_is_what_the_manual_says() -> None:
    assert [line for line in figures.case_rows() if line not in figures.documented()] == []


def test_lists_of_cases_link_nobody_to_another_week() -> None:
    found = figures.links().lists
    assert found.tries > 100
    assert found.hits == pytest.approx(found.chance)  # nothing in them differs from person to person


def test_the_picture_of_a_day_links_nobody_to_another_week() -> None:
    assert not figures.links().fields["the picture of the day"].is_better_than_chance


def test_the_attacker_would_link_people_by_what_lists_used_to_show() -> None:
    """Days and minutes, as pages have them: an attack that finds nothing anywhere would prove nothing."""
    fields = figures.links().fields
    assert fields["sites"].is_better_than_chance
    assert fields["time of day"].is_better_than_chance
    assert fields["minutes"].is_better_than_chance


def test_no_pseudonym_of_a_week_is_one_of_another_week() -> None:
    found = figures.links()
    assert found.pseudonyms > 100
    assert found.equal == 0


# ---------------------------------------------------------------------------------------------------- the day of a case


def _piece(start: str, end: str, state: str, *, within: bool = False) -> Piece:
    begins, ends = (datetime.fromisoformat(f"2026-02-03T{at}").replace(tzinfo=LONDON) for at in (start, end))
    return Piece(begins, ends, state, within)


def test_around_a_case_there_are_whole_hours_and_the_case_stays_as_it_is() -> None:
    case = [_piece("10:20", "10:50", "counted", within=True), _piece("10:52", "11:40", "counted", within=True)]
    pieces = [
        _piece("08:57", "09:03", "idle"),
        _piece("09:04", "09:40", "work"),
        _piece("10:02", "10:11", "work"),
        *case,
        _piece("11:50", "11:55", "unknown"),
        _piece("13:00", "14:00", "work"),
        _piece("16:59", "17:00", "idle"),
    ]
    before, work, *own, unknown, after, late = in_whole_hours(pieces)
    assert own == case
    assert before == _piece("08:00", "09:00", "idle")
    assert work == _piece("09:00", "10:20", "work")
    assert unknown == _piece("11:40", "12:00", "unknown")
    assert after == _piece("13:00", "14:00", "work")
    assert late == _piece("16:00", "17:00", "idle")


def test_a_case_with_nothing_around_it_stays_as_it_is() -> None:
    case = [_piece("10:20", "10:50", "counted", within=True)]
    assert in_whole_hours(case) == case


def test_hours_are_those_that_pass_when_the_clocks_go_back() -> None:
    begin = datetime(2026, 10, 25, 0, 10, tzinfo=ZoneInfo("UTC")).astimezone(LONDON)
    piece = Piece(
        begin, (begin.astimezone(ZoneInfo("UTC")) + timedelta(hours=2)).astimezone(LONDON), "work", within=False
    )
    (found,) = in_whole_hours([piece])
    assert found.start.isoformat() == "2026-10-25T01:00:00+01:00"
    assert found.end.isoformat() == "2026-10-25T03:00:00+00:00"


# ---------------------------------------------------------------------------------------------- guesses without a key


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what a run over two weeks leaves behind."""
    world = creatures_of_habit(3, count=12)
    out = tmp_path_factory.mktemp("guesses") / "out"
    for week in range(2):
        audit_week(world, week, out)
    return out


def _written(out: Path) -> str:
    pages = (path for audience in AUDIENCES for path in sorted((out / audience).rglob("*")) if path.is_file())
    return "\n".join(f"{path.name}\n{path.read_text(encoding='utf-8')}" for path in pages)


def _guesses(names: list[str]) -> Iterator[bytes]:
    """Yield checksums of names as whoever has the staff list and the code, and no key, would make them."""
    guessed_keys = [b"", b"\0" * 32, b"netaudit", *(period.encode() for period in PERIODS), b"pseudonyms", b"secret"]
    for name in names:
        text = name.encode()
        for digest in ("sha256", "sha1", "md5", "sha512"):
            yield hashlib.new(digest, text, usedforsecurity=False).digest()
        yield hashlib.blake2b(text, digest_size=8).digest()
        for key in guessed_keys:
            yield hmac.digest(key, text, "sha256")
            yield hashlib.blake2b(text, digest_size=8, key=key).digest()


def _names(count: int) -> list[str]:
    """Return what people are called in logs, in the directory and in the code."""
    own = [f"canary{number}" for number in range(1, count + 1)] + [f"p{number}" for number in range(1, count + 1)]
    forms = ("{}", "person:{}", "account:\\{}", "account:{}")
    return [form.format(name) for form in forms for name in own]


def test_no_checksum_of_a_name_is_in_anything_that_is_written(out: Path) -> None:
    written = _written(out)
    lowered = written.lower()
    tokens = set(re.findall(r"[0-9a-z]{8,}", lowered)) | set(re.findall(r"-?\d{15,}", lowered))
    starts = {token[:10] for token in tokens} | {token[:12] for token in tokens} | tokens
    tried = 0
    for guess in _guesses(_names(12)):
        tried += 1
        number = int.from_bytes(guess[:8], "big", signed=True)
        forms = {
            guess.hex()[:12],
            str(number),
            base64.b32encode(guess).decode().lower()[:12],
            _crockford(guess).lower(),
        }
        assert not forms & starts
    assert tried > 1000
    assert "canary" not in lowered


def _crockford(digest: bytes) -> str:
    """Return a checksum as it would look as the number of a case."""
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = int.from_bytes(digest[:8], "big")
    return "".join(alphabet[number >> shift & 31] for shift in range(0, 50, 5))


def test_nobody_can_ask_of_a_case_number_whether_it_is_about_somebody(out: Path) -> None:
    """Whoever knows person, rule, class and the very microsecond still lacks the pseudonym, which needs the key."""
    cases = seen_cases(out / "ig")
    assert len(cases) > 20
    numbers = {case.number for case in cases}
    texts = (_names(12), ("one_hour", "gambling", "shopping"), ("", "gambling", "shopping_auction"), sorted(
        {line[0] for case in cases for line in case.lines[:1]}
    ))  # fmt: skip
    for name, rule, category, start in itertools.product(*texts):
        for moment in (str(round(start.timestamp() * 1_000_000)), start.isoformat()):
            guess = f"{name}|{rule}|{moment}|{category}"
            assert f"F-{_crockford(hashlib.blake2b(guess.encode(), digest_size=8).digest())}" not in numbers


def test_the_same_people_have_other_numbers_and_pseudonyms_under_other_keys(out: Path, tmp_path: Path) -> None:
    world = creatures_of_habit(3, count=12)
    audit_week(world, 0, tmp_path / "out")
    mine, theirs = (whose_cases(folder, world.people) for folder in (out, tmp_path / "out"))
    assert set(theirs.values()) <= set(mine.values())
    assert set(mine) & set(theirs) == set()
    keys = [Pseudonyms(PERIODS[0], Keyring(folder / "keys").key) for folder in (out, tmp_path / "out")]
    assert {keys[0].of(name) for name in _names(12)} & {keys[1].of(name) for name in _names(12)} == set()
