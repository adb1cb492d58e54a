"""The lab's scorer and what goes with it, on days small enough to reckon by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from shared_material import SHARED, needs_shared

from netaudit.definitions.policies import load_policy
from netaudit.reconstruct import ReconstructSettings

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks" / "lab"))

import accuracy  # noqa: E402  (scripts, not a package)
import figures as lab_figures  # noqa: E402
import score_set  # noqa: E402
import scoring  # noqa: E402
import sensitivity  # noqa: E402
import simulate  # noqa: E402
from audited import audited  # noqa: E402
from generated_parts import write_part  # noqa: E402
from lab_sets import LabSet, sets_under  # noqa: E402
from scoring import TruthRow, VisitRow  # noqa: E402
from simulator.worlds import WORLDS  # noqa: E402

SET_A = SHARED / "lab" / "setA"
NEWS, SHOP, BET = ("www.bbc.co.uk", "news"), ("www.asos.com", "shopping"), ("www.bet365.com", "gambling")


def read(start: float, end: float, site: tuple[str, str] = NEWS, kind: str = "human") -> TruthRow:
    return TruthRow(start * 60, end * 60, *site, kind)


def said(start: float, end: float, site: tuple[str, str] = NEWS, *, personal: bool = True) -> VisitRow:
    return VisitRow(start * 60, end * 60, *site, personal)


def scored(truth: Sequence[TruthRow], visits: Sequence[VisitRow]) -> scoring.PersonScore:
    (one,) = scoring.score({"ann": truth}, {"ann": visits}).people
    return one


def test_minutes_count_once_however_many_rows_say_them() -> None:
    one = scored([read(0, 10), read(5, 12, SHOP), read(12, 13)], [said(0, 4), said(2, 6), said(6, 8)])
    assert (one.true_minutes, one.found_minutes, one.error) == (13, 8, -5)
    assert (one.right, one.wrong, one.missed) == (8, 0, 5)


def test_only_what_a_person_read_for_themselves_is_true_personal_use() -> None:
    rows = [read(0, 10, kind="idle-tab"), read(10, 20, kind="embedded"), read(20, 30, ("gov.uk", "business"))]
    one = scored(rows, [said(40, 41), said(0, 10, personal=False)])
    assert (one.true_minutes, one.found_minutes, one.wrong) == (0, 1, 1)


def test_a_minute_of_the_clock_is_used_if_half_of_it_is() -> None:
    assert scoring.minutes_of_the_clock([(30, 90)]) == {0, 1}
    assert scoring.minutes_of_the_clock([(31, 89)]) == set()
    assert scoring.minutes_of_the_clock([(0, 15), (20, 35)]) == {0}


def test_the_hour_goes_on_over_breaks_of_five_minutes_which_do_not_count() -> None:
    assert scoring.longest_use([(0, 1800), (2100, 3900)]) == 60
    assert scoring.longest_use([(0, 1800), (2101, 3900)]) == pytest.approx(30)
    assert not scored([read(0, 30), read(35, 65)], []).true_hour  # sixty minutes are not more than an hour
    assert scored([read(0, 30), read(35, 65.1)], []).true_hour


def test_a_watched_class_is_false_unless_somebody_was_there() -> None:
    one = scored([read(0, 10, BET)], [said(0, 10, BET), said(13, 14, BET), said(20, 21, ("x.com", "social"))])
    assert one.false_classes == ("social",)
    assert one.false_visits == 2  # three minutes after the true one is not near it
    assert one.missed_classes == ()
    assert scored([read(0, 10, BET)], [said(0, 10, BET, personal=False)]).missed_classes == ("gambling",)
    assert scored([read(0, 9, BET, kind="embedded")], [said(0, 9, BET)]).false_classes == ("gambling",)
    assert scored([], [said(0, 9, SHOP)]).false_classes == ()  # the scorer watches three classes


def test_totals_are_of_everybody_in_the_truth() -> None:
    result = scoring.score({"ann": [read(0, 10)], "ben": [read(0, 70)]}, {"ann": [said(0, 12)], "zoe": [said(0, 5)]})
    assert result.strangers == ("zoe",)
    assert (result.mean_error, result.mean_signed_error) == (36, -34)
    assert (result.precision, result.recall) == (10 / 12, 10 / 80)
    assert result.f1 == pytest.approx(20 / 92)
    assert (result.hours_right, result.hours_false, result.hours_missed) == (1, 0, 1)
    assert result.error_of_nine_in_ten == 70
    assert (result + result).mean_error == result.mean_error


def test_nothing_at_all_can_be_scored() -> None:
    assert "TOTAL users 0" in scoring.total(scoring.score({}, {}))
    assert "F1 0.000" in scoring.total(scoring.score({"ann": []}, {}))


def test_a_range_is_useful_by_its_width_and_true_by_its_ends() -> None:
    one = lab_figures.PersonRange("ann", true=50, low=40, likely=50, high=70, unknown=0)
    assert (one.width, one.holds, one.useful) == (30, True, True)
    assert not lab_figures.PersonRange("ann", true=39.9, low=40, likely=50, high=70.1, unknown=0).useful
    assert not lab_figures.PersonRange("ann", true=39.9, low=40, likely=50, high=70, unknown=0).holds


def test_every_class_that_counts_as_personal_time_has_a_word_of_the_scorers_or_its_own() -> None:
    policy = load_policy("leeds")
    words = {
        name: lab_figures.scorer_word(name) for name, use in policy.classes.items() if use in lab_figures.PERSONAL_USES
    }
    assert set(lab_figures._SCORER_WORDS) <= set(words)
    assert {"gambling", "adult", "social", "shopping", "video", "forum", "reading"} <= set(words.values())
    watched = {name for name, word in words.items() if word in scoring.BLOCKED}
    assert watched == {
        "gambling", "adult", "social_microblogging", "social_blogging", "social_bookmarking", "social_sharing"
    }  # fmt: skip


def test_days_end_at_four_in_the_morning_by_the_clock() -> None:
    """On 28 March 2026 four o'clock in London is 04:00 UTC, a day later it is 03:00 UTC."""
    zone = lab_figures.ZoneInfo("Europe/London")
    begin = datetime(2026, 3, 28, 3, 30, tzinfo=UTC).timestamp()
    days = lab_figures._by_day({"ann": [TruthRow(begin, begin + 48 * 3600, *NEWS, "human")]}, zone)
    hours = {day: sum(row.end - row.start for row in rows) / 3600 for day, rows in days.items()}
    assert hours == {"ann 2026-03-27": 0.5, "ann 2026-03-28": 23, "ann 2026-03-29": 24, "ann 2026-03-30": 0.5}


HOSTS = (
    "host,category,class\nwww.bbc.co.uk,news,personal\nwww.bet365.com,gambling,personal\nwww.gov.uk,business,business\n"
)


def made_set(folder: Path, lines: Sequence[str], truth: str, people: str = "user\nann.price\nben.okoro\n") -> Path:
    folder.mkdir(parents=True)
    (folder / "access.log").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (folder / "truth.csv").write_text("start,end,user,host,category,kind\n" + truth, encoding="utf-8")
    (folder / "people.csv").write_text(people, encoding="utf-8")
    (folder.parent / "hosts.csv").write_text(HOSTS, encoding="utf-8")
    return folder


def pages(begin: datetime, user: str, host: str, count: int, every: int = 60) -> list[str]:
    """A page a minute or so, with style and pictures, as Squid logs what it intercepts; a timer is more regular."""
    start = begin.timestamp()
    form = "{:.3f}    150 192.0.2.7 TCP_MISS/200 {} GET https://{}/{} {} HIER_DIRECT/198.51.100.7 {}"
    parts = (
        (0.15, 30_000, "", "text/html"),
        (0.9, 20_000, ".css", "text/css"),
        (1.2, 8_000, ".png", "image/png"),
        (1.4, 9_000, ".jpg", "image/jpeg"),
    )
    return [
        form.format(
            start + number * every + number * 7 % 11 + late, size + 97 * number, host, f"{number}{end}", user, kind
        )
        for number in range(count)
        for late, size, end, kind in parts
    ]


@pytest.mark.parametrize("begin", [datetime(2026, 7, 7, 9, tzinfo=UTC), datetime(2026, 3, 29, 0, 50, tzinfo=UTC)])
def test_a_set_of_another_date_is_scored_whoever_is_in_it(tmp_path: Path, begin: datetime) -> None:
    """In summer, or over the hour that is left out; one did nothing, one is not listed, and a line is broken."""
    lines = pages(begin, "ann.price", "www.bbc.co.uk", 21) + pages(begin, "no.body", "www.bet365.com", 5)
    end = begin.timestamp() + 1230  # the last page was read for half a minute
    truth = f"{begin.isoformat()},{end:.0f},ann.price,www.bbc.co.uk,news,human\n"
    found, text = score_set.score(made_set(tmp_path / "set", [*lines, "broken"], truth))
    assert found["people"] == 1
    assert abs(found["mean_signed_error"]) < 2
    assert found["in_range"] == 2  # also of the one who did nothing
    assert found["rejects"] == 1
    assert "users not in truth: ['(not listed: " in text
    assert "(not listed: " in text.split("== findings")[1]  # gambling, by somebody of whom nothing is known
    assert "truth within the range: 2 of 2; useful ranges: 2 of 2" in text


def test_a_false_accusation_is_told(tmp_path: Path) -> None:
    begin = datetime(2026, 3, 10, 10, tzinfo=UTC)
    lines = pages(begin, "ann.price", "www.bet365.com", 10) + pages(begin, "ben.okoro", "www.bet365.com", 10)
    truth = "".join(
        f"{begin.isoformat()},{begin.replace(minute=9).isoformat()},{user},www.bet365.com,gambling,{kind}\n"
        for user, kind in (("ann.price", "human"), ("ben.okoro", "embedded"))
    )
    found, text = score_set.score(made_set(tmp_path / "set", lines, truth))
    assert (found["findings"], found["false_findings"], found["false_blocked_classes"]) == (2, 1, 1)
    assert "findings to review: 2, of which the truth contradicts 1" in text


def test_logs_in_whole_seconds_without_durations_are_scored(tmp_path: Path) -> None:
    begin = datetime(2026, 3, 10, 10, tzinfo=UTC)
    page = '192.0.2.7 - ann.price [{:%d/%b/%Y:%H:%M:%S +0000}] "GET http://www.bbc.co.uk/{} HTTP/1.1" 200 30000'
    lines = [page.format(begin.replace(minute=minute), minute) + " TCP_MISS:HIER_DIRECT" for minute in range(20)]
    truth = f"{begin.isoformat()},{begin.replace(minute=19).isoformat()},ann.price,www.bbc.co.uk,news,human\n"
    found, _ = score_set.score(made_set(tmp_path / "set", lines, truth))
    assert found["in_range"] == 2
    assert abs(found["mean_signed_error"]) < 2


def test_several_days_are_people_of_one_set_and_days_of_people(tmp_path: Path) -> None:
    """Friday and Monday are of two weeks, under two keys."""
    days = [datetime(2026, 3, day, 10, tzinfo=UTC) for day in (13, 16)]
    lines = [line for begin in days for line in pages(begin, "ann.price", "www.bbc.co.uk", 11)]
    truth = "".join(
        f"{begin.isoformat()},{begin.replace(minute=10).isoformat()},ann.price,www.bbc.co.uk,news,human\n"
        for begin in days
    )
    with audited(LabSet(made_set(tmp_path / "set", lines, truth))) as audit:
        whole = lab_figures.figures_of(audit, audit.tables())
        by_day = lab_figures.figures_of(audit, audit.tables(), by_day=True)
    assert [one.user for one in whole.score.people] == ["ann.price"]
    assert [one.user for one in by_day.score.people] == ["ann.price 2026-03-13", "ann.price 2026-03-16"]
    assert [round(one.true) for one in by_day.ranges] == [10, 10]
    assert sum(one.likely for one in by_day.ranges) == pytest.approx(sum(one.likely for one in whole.ranges))


def test_other_constants_are_a_run_with_other_constants(tmp_path: Path) -> None:
    begin = datetime(2026, 3, 10, 10, tzinfo=UTC)
    lines = pages(begin, "ann.price", "www.bbc.co.uk", 11, every=120)
    folder = made_set(
        tmp_path / "set", lines, f"{begin.isoformat()},{begin.isoformat()},ann.price,x.example,news,human\n"
    )
    other = ReconstructSettings(gap_ms=60_000, gap_low_ms=60_000)
    with audited(LabSet(folder)) as audit, audited(LabSet(folder), settings=other) as run:
        again, shipped, stored = audit.read_again(other), audit.read_again(ReconstructSettings()), audit.tables()
        in_full = run.tables()
    for name in ("visits", "spells", "findings"):
        assert (
            getattr(shipped, name)
            .drop("user_hash", "finding_id", strict=False)
            .equals(getattr(stored, name).drop("user_hash", "finding_id", strict=False))
        )
        assert (
            getattr(again, name)
            .drop("user_hash", "finding_id", strict=False)
            .equals(getattr(in_full, name).drop("user_hash", "finding_id", strict=False))
        )
    assert again.visits["likely_us"].sum() < stored.visits["likely_us"].sum()


@needs_shared
@pytest.mark.parametrize("mode", ["connect_only", "intercepted"])
def test_our_scorer_says_what_the_labs_own_says(mode: str, tmp_path: Path) -> None:
    lab = LabSet(SET_A / mode)
    with audited(lab) as audit:
        tables = audit.tables()
    rows = [(user, *row) for user, of_user in lab_figures.visit_rows(tables).items() for row in of_user]
    rows += [("anna.price", *one[1:]) for one in rows if one[0] == "jack.hill"]  # somebody wrongly accused …
    rows = [one for one in rows if one[0] != "hugo.lane"]  # … and somebody overlooked
    visits = tmp_path / "visits.csv"
    lines = [
        f"{user},{start:.3f},{end:.3f},{host},{category},{personal}\n"
        for user, start, end, host, category, personal in rows
    ]
    visits.write_text("user,start,end,host,category,personal\n" + "".join(lines), encoding="utf-8")
    truth = tmp_path / "truth.csv"
    truth.write_text(lab.text("truth.csv"), encoding="utf-8")
    lab_folder = SHARED / "lab"
    command = [sys.executable, lab_folder / "score.py", "--hosts", lab_folder / "hosts.csv"]
    theirs = subprocess.run(
        [*command, "--truth", truth, "--visits", visits], check=True, capture_output=True, text=True
    )
    found: dict[str, list[VisitRow]] = {}
    for user, *row in rows:
        found.setdefault(user, []).append(VisitRow(*row))
    ours = scoring.table(f"auditor {visits}", scoring.score(lab.truth, found, lab.personal))
    assert "gambling" in ours
    assert ours.splitlines() == theirs.stdout.rstrip().splitlines()


def test_accounts_that_many_people_use_lead_to_no_finding(tmp_path: Path) -> None:
    begin = datetime(2026, 3, 10, 10, tzinfo=UTC)
    lines = pages(begin, "kiosk", "www.bet365.com", 70)
    truth = f"{begin.isoformat()},{begin.replace(hour=11).isoformat()},kiosk,www.bet365.com,gambling,human\n"
    folder = made_set(tmp_path / "kiosks" / "connect_only", lines, truth, people="user\nkiosk\n")
    as_a_person = accuracy.measure(LabSet(folder))
    assert {one.rule_id for one in as_a_person.figures.findings} == {"gambling", "one_hour"}
    said = {"world": "kiosks", "attributable": False, "sentence": "one account for all", "seed": 1}
    (folder.parent / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    (lab,) = sets_under(tmp_path)
    as_nobody = accuracy.measure(lab)
    assert not as_nobody.figures.findings
    assert accuracy.accusing([as_nobody]) == []
    assert accuracy.together([as_nobody]) is None
    assert accuracy.accusing([replace(as_nobody, figures=as_a_person.figures)])
    page = accuracy.page_part([as_nobody, replace(as_a_person, world="offices")], [], date(2026, 11, 21))
    (row,) = [line for line in page.splitlines() if line.startswith("| kiosks | connect_only |")]
    assert row.count("–") == len(row.split("|")) - 2 - 3  # nothing but the findings, of which there are none
    assert "| 0 |" in row
    assert "1 simulated person-days" in page


def test_every_numeric_constant_is_halved_and_doubled() -> None:
    trials = {(one.name, one.tried) for one in sensitivity.trials()}
    assert {("burst_ms", 10_000), ("burst_ms", 40_000), ("adopt_share", 1.0), ("poll_runs", 2)} <= trials
    names = [one.name for one in fields(ReconstructSettings)]
    assert sorted({name for name, _ in trials} | set(sensitivity.not_numbers())) == sorted(names)
    assert all(
        isinstance(getattr(ReconstructSettings(), name), str | tuple | frozenset) for name in sensitivity.not_numbers()
    )
    for one in sensitivity.trials():
        assert getattr(one.settings(), one.name) == one.tried
        assert type(one.tried) is type(one.usual)


def test_the_manual_says_what_each_constant_of_today_does() -> None:
    """Fails when constants change: `python benchmarks/lab/sensitivity.py --lab DIR --out docs/accuracy.md`."""
    page = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
    part = page.partition("<!-- begin: sensitivity -->")[2].partition("<!-- end: sensitivity -->")[0]
    told = [tuple(line.split(" | ")[:2]) for line in part.splitlines() if line.startswith("| `")]
    assert told == [(f"| `{one.name}`", one.in_words()) for one in sensitivity.trials()]
    assert all(f"`{name}`" in part for name in sensitivity.not_numbers())


def test_only_what_stands_between_the_marks_is_written(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- begin: one -->\nold\n<!-- end: one -->\nafter\n", encoding="utf-8")
    for _ in range(2):
        write_part(page, "one", "new")
    assert page.read_text(encoding="utf-8") == "before\n<!-- begin: one -->\n\nnew\n\n<!-- end: one -->\nafter\n"
    with pytest.raises(SystemExit, match="has no part 'two'"):
        write_part(page, "two", "new")


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> list[accuracy.Measured]:
    """Some forty person-days of all worlds, in both modes."""
    folder = tmp_path_factory.mktemp("worlds")
    people = max(3, round(40 / len(WORLDS)))
    command = [sys.executable, simulate.__file__, folder, "--people", str(people), "--seed", "7"]
    subprocess.run(command, check=True, capture_output=True)
    return [accuracy.measure(lab) for lab in sets_under(folder)]


def test_simulated_days_are_all_measured(simulated) -> None:
    figures = accuracy.together(simulated)
    assert {one.world for one in simulated} == set(WORLDS)
    assert len(figures.score.people) >= 60
    assert sum(one.status == "new" for one in figures.findings) > 0


def test_accounts_of_nobody_in_particular_lead_to_no_finding(simulated) -> None:
    assert accuracy.accusing(simulated) == []


def test_nobody_in_a_simulated_world_is_said_to_have_used_more_than_an_hour_who_has_not(simulated) -> None:
    assert accuracy.together(simulated).score.hours_false == 0


def test_nobody_in_a_simulated_world_is_accused_of_what_they_did_not_do(simulated) -> None:
    assert accuracy.together(simulated).false_findings == 0


def test_the_truth_of_a_simulated_day_lies_in_its_range(simulated) -> None:
    """As often as is asked for of the recorded day: ten times in twelve."""
    figures = accuracy.together(simulated)
    assert figures.in_range >= len(figures.ranges) * 10 / 12


@pytest.mark.xfail(reason="what is asked for of the recorded day is not met on simulated ones", strict=True)
def test_minutes_of_a_simulated_day_are_near_the_truth(simulated) -> None:
    figures = accuracy.together(simulated)
    assert figures.score.mean_error <= 4
    assert figures.score.f1 >= 0.90


def test_a_set_without_lines_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "access.log").write_text("")
    (tmp_path / "truth.csv").write_text(
        "start,end,user,host,category,kind\n"
        "2026-03-10T10:00:00+00:00,2026-03-10T10:05:00+00:00,ann,www.bbc.co.uk,news,human\n"
    )
    (tmp_path / "people.csv").write_text("user,ip,role,human_personal_min,idle_personal_min\n")
    (tmp_path / "hosts.csv").write_text("host,category,class\n")
    with pytest.raises(SystemExit, match="no event to audit"):
        score_set.score(tmp_path)
