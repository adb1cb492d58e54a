"""What is told of longer times: nothing that is not printed of their weeks, and no small count."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attacker_figures as figures
import polars as pl
import protect_data as data
import pytest
from attacker import PeopleAttack, Week, told
from attacker_worlds import published
from evidence_data import IN_2026, NEXT_YEAR, content, copied, export, make_store, parts, rows, span_of, trail_of
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.contracts import PUBLISHED
from netaudit.protect import Keyring, SuppressionSettings, band, weekly_ranges, withdrawn_share

SETTINGS = SuppressionSettings()
ROUTES = SETTINGS.withheld_routes
RIGHTS = ("rights.access", "rights.objection", "rights.correction")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("weeks") / "site"
    make_store(place)
    return place


# --------------------------------------------------------------------------------------- ranges of what is printed


def week(number: int, people: int | None, minutes: int | None = None, **changes: object) -> dict[str, object]:
    row = {
        "report": "ig", "table": "time_by_class", "period": f"2026-W{number:02d}", "unit_level": "organisation",
        "unit": "Organisation", "dimension": "category", "value": "news", "people": people, "minutes_low": minutes,
        "minutes": minutes, "minutes_high": minutes, "suppressed": people is None, "provisional": False,
    }  # fmt: skip
    return row | changes


def ranges(rows_of: Sequence[dict[str, object]]) -> dict[str, object]:
    found = weekly_ranges(pl.DataFrame(rows_of, schema=PUBLISHED.schema), SETTINGS)
    return found.row(0, named=True) if found.height else {}


def test_a_range_is_the_least_and_the_greatest_that_is_printed() -> None:
    found = ranges([week(1, 20, 100), week(2, 35, 400), week(3, None), week(4, 10, 90), week(5, 15, 90)])
    assert (found["people_low"], found["people_high"]) == (10, 35)
    assert (found["minutes_low"], found["minutes_high"]) == (90, 400)
    assert (found["weeks_shown"], found["weeks"]) == (4, 5)


def test_three_weeks_are_no_longer_time() -> None:
    assert ranges([week(n, 20) for n in range(1, 4)])["people_low"] is None
    assert ranges([week(n, 20) for n in range(1, 5)])["people_low"] == 20


def test_what_is_hidden_in_most_weeks_is_hidden() -> None:
    shown = [week(n, 20) for n in range(1, 6)]
    assert ranges(shown + [week(n, None) for n in range(6, 11)])["people_low"] == 20
    assert ranges(shown + [week(n, None) for n in range(6, 12)])["people_low"] is None


def test_other_units_reports_and_open_weeks_are_left_out() -> None:
    shown = [week(n, 20) for n in range(1, 5)]
    others = [
        week(1, 500, report="managers"),
        week(2, 500, unit_level="team", unit="Canary team"),
        week(5, 500, provisional=True),
    ]
    withheld = [
        week(n, 20, table="findings_by_clause", value=f"9.9 ({route})") for n in range(1, 9) for route in ROUTES
    ]
    assert ranges(withheld) == {}  # whatever the policy of that week was
    assert ranges(shown + others) == ranges(shown)


def test_a_store_with_a_lower_threshold_shows_no_more() -> None:
    found = weekly_ranges(
        pl.DataFrame([week(n, 10) for n in range(1, 6)], schema=PUBLISHED.schema), SuppressionSettings(threshold=12)
    )
    assert found["people_low"].to_list() == [None]


@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(8, 400)), st.integers(0, 9000)), min_size=1, max_size=52))
def test_no_figure_is_told_that_is_not_printed_of_a_week(weeks: list[tuple[int | None, int]]) -> None:
    found = ranges(
        [week(n, people, None if people is None else minutes) for n, (people, minutes) in enumerate(weeks, 1)]
    )
    shown = [people for people, _ in weeks if people is not None]
    assert found["people_low"] in (None, *shown)
    assert found["people_high"] in (None, *shown)
    assert (found["people_low"] is None) == (len(shown) < 4 or 2 * len(shown) < len(weeks))


def test_whoever_has_the_weekly_pages_can_write_the_yearly_figures_themselves(store: Path, tmp_path: Path) -> None:
    """So they learn nothing from them. Worked out from the files that readers have, with pen and paper."""
    done = export(copied(store, tmp_path / "site"), "year")
    told_of = {
        row[0]: row[1]
        for name in ("findings-by-clause", "time-by-class", "active-people")
        for row in next(one for one in parts(done)["What was found"]["tables"] if one["name"] == name)["rows"]
    }
    printed = [table.filter(report="ig", unit_level="organisation") for table in published(store / "out").values()]
    by_hand = {}
    for _, value, people in pl.concat(printed).select("table", "value", "people").iter_rows():
        by_hand.setdefault(value, []).append(people)
    taken = {
        value: f"{min(n for n in one if n is not None):,} to {max(n for n in one if n is not None):,}"
        for value, one in by_hand.items()
        if len(one) - one.count(None) >= 4 and len(set(one) - {None}) > 1
    }
    assert taken, "nothing is shown, so that nothing is tried"
    assert {text for text in told_of.values() if " to " in text} <= set(taken.values())
    assert sum(" to " in text for text in told_of.values()) >= 2


def test_worlds_that_print_the_same_weeks_have_the_same_year() -> None:
    """Two or six people behind a hidden figure: no page differs, so no range does; a sum over weeks would."""
    sums, told_of, pages = [], [], []
    for few in (2, 6):
        people = data.people({("Finance", "A"): 40, ("Estates", "B"): 40})
        seen = [data.visit(user, "business_nhs") for user in people["user_hash"]]
        seen += [data.visit(user, "news") for user in (*range(1, 21), *range(41, 61))]
        seen += [data.visit(user, "gambling") for user in range(1, 1 + few)]
        page = data.published(data.visits(seen), people, data.findings([]))
        page = page.filter(pl.col("table") != "time_by_hour")  # which no sheet has
        weeks = pl.concat([page.with_columns(period=pl.lit(f"2026-W{n:02d}")) for n in range(1, 7)])
        pages.append(page)
        told_of.append(weekly_ranges(weeks, SETTINGS))
        sums.append(6 * few)
    assert pages[0].equals(pages[1])
    assert told_of[0].equals(told_of[1])
    assert told_of[0].filter(value="news")["people_low"].item() == 40
    assert sums[0] != sums[1]


def test_a_sum_over_weeks_would_give_a_hidden_week_away_and_a_range_does_not() -> None:
    """The solver of the attacker, once with what is printed and once with the exact sum that is not."""
    weeks, true = [], []
    for count in (22, 22, 22, 7):
        people = data.people({("Finance", "A"): 40, ("Estates", "B"): 40})
        seen = [data.visit(user, "business_nhs") for user in people["user_hash"]]
        seen += [data.visit(user, "news") for user in range(1, count + 1)]
        public = figures.public_week((data.visits(seen), data.findings([]), people))
        shown = public.printed.filter(pl.col("value").is_in(["active", "news"]), unit_level="organisation")
        weeks.append(Week(shown, public.staff, public.place))
        true.append(count)
    hidden = (3, "time_by_class", "news", "organisation", "Organisation")
    alone = PeopleAttack(weeks)
    assert alone.hidden.keys() == {hidden}
    assert told(alone.ranges()) == {}
    every = [alone.unknown(group, ("time_by_class", "news")) for n in range(4) for group in alone._groups[n]]
    terms = {place: 1.0 for place in every if place is not None}
    alone.model.condition(terms, sum(true), sum(true))
    summed = alone.model.solver().ranges(alone.hidden, alone.most, 99.0)
    assert summed[hidden].says_somebody  # which is why it is not printed


# ------------------------------------------------------------------------------------------------- what people decided


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=30))
def test_a_share_says_of_no_two_weeks_that_there_was_anybody(weeks: list[tuple[int, int]]) -> None:
    share = withdrawn_share(weeks, SETTINGS)
    if share is None:
        return
    assert share % 10 == 0
    for one in range(len(weeks)):
        for other in range(one):
            rest = [counts for n, counts in enumerate(weeks) if n not in (one, other)]
            assert sum(confirmed for confirmed, _ in rest) >= 8
            assert sum(withdrawn for _, withdrawn in rest) >= 8


def test_a_share_of_few_decisions_is_not_told() -> None:
    assert withdrawn_share([], SETTINGS) is None
    assert withdrawn_share([(1, 1)] * 9, SETTINGS) is None
    assert withdrawn_share([(1, 1)] * 10, SETTINGS) == 50


# ---------------------------------------------------------------------------------------------------------- the trail


def some(cases: int, rights: int = 0) -> list[str]:
    return [*["case", "case.lapsed"] * cases, *(kind for _ in range(rights) for kind in RIGHTS), "run"]


@pytest.mark.parametrize("kind", ["year", "foi"])
def test_none_and_seven_openings_are_the_same_bytes(store: Path, tmp_path: Path, kind: str) -> None:
    written = {}
    for count in (0, 1, 7, 8):
        place = copied(store, tmp_path / str(count))
        trail_of(place, [*some(count, count)])
        written[count] = content(export(place, kind))
    assert written[0] == written[1] == written[7]
    assert written[8] != written[7]


def test_of_the_toolkit_too_but_for_the_checksum_of_the_trail(store: Path, tmp_path: Path) -> None:
    told_of = {}
    for count in (0, 7):
        place = copied(store, tmp_path / str(count))
        trail_of(place, some(count, count))
        found = parts(export(place, "dspt"))
        told_of[count] = json.dumps(found).replace(rows(found["C1.b"], "trail")["Checksum of that entry"][0], "")
    assert told_of[0] == told_of[7]


def test_a_year_that_goes_on_tells_of_no_opening(store: Path, tmp_path: Path) -> None:
    """Whoever prints it each day would see on which day a name was opened."""
    now, written = datetime(2026, 11, 1, tzinfo=UTC), {}
    for count in (0, 40):
        place = copied(store, tmp_path / str(count))
        trail_of(place, some(count, count))
        written[count] = content(export(place, "year", now))
    assert written[0] == written[40]


def test_large_counts_are_told_in_bands(store: Path, tmp_path: Path) -> None:
    place = copied(store, tmp_path / "many")
    trail_of(place, some(30, 9))
    found = parts(export(place, "year"))
    assert "no opening lacks a request" in found["Names that were opened"]["covers"][0]
    assert rows(found["Names that were opened"], "cases")["Names that were opened, or may have been"] == ["25 to 49"]
    assert rows(found["Rights of staff"], "rights")["Objections, recorded or decided"] == ["8 to 24"]


def test_an_opening_that_nobody_agreed_to_is_told(store: Path, tmp_path: Path) -> None:
    place = copied(store, tmp_path / "site")
    trail_of(place, ["run", "case.opened"])
    (said,) = parts(export(place, "year"))["Names that were opened"]["covers"]
    assert "does not count" in said


def test_one_entry_that_lets_thirty_cases_lapse_is_thirty(store: Path, tmp_path: Path) -> None:
    place = copied(store, tmp_path / "site")
    about = {"cases": [f"F-{number}" for number in range(30)]}
    trail_of(place, ["run"]).append("case.lapsed", about, who="canary", at=IN_2026 + timedelta(hours=1))
    told_of = rows(parts(export(place, "year"))["Names that were opened"], "cases")
    assert told_of["Cases that nobody proved in time, and their seal destroyed"] == ["25 to 49"]


def test_an_answer_in_two_steps_is_one(store: Path, tmp_path: Path) -> None:
    place = copied(store, tmp_path / "site")
    trail = trail_of(place, ["run"])
    for number in range(7):
        for stage in ("begun", "written"):
            about = {"reference": f"SAR-{number}", "stage": stage}
            trail.append("rights.access", about, who="canary", at=IN_2026 + timedelta(hours=1 + number))
    (told_of, *_) = rows(parts(export(place, "year"))["Rights of staff"], "rights").values()
    assert told_of == ["[c]"]


def test_keys_of_sealed_names_are_not_counted(store: Path, tmp_path: Path) -> None:
    """There is one for each case: their number would be that of cases."""
    told_of = []
    for count in (0, 5):
        place = copied(store, tmp_path / str(count))
        keyring = Keyring(place / "out" / "keys")
        for number in range(count):
            keyring.make("identity_0a1b2c3d", f"F-CANARY{number}")
        keyring.close()
        told_of.append(rows(parts(export(place, "dspt"))["C1.b"], "keys"))
    assert told_of[0] == told_of[1]
    assert sum(count for (count,) in told_of[0].values()) > 0


def test_nothing_is_told_of_a_year_whose_entries_are_not_all_there(store: Path, tmp_path: Path) -> None:
    for kind in ("trail.restarted", "trail.shortened"):
        place = copied(store, tmp_path / kind)
        trail_of(place, [*some(30), kind])
        found = parts(export(place, "year"))["Names that were opened"]
        assert found["tables"] == []
        assert any("not told" in gap for gap in found["could_not_be_told"])


def test_bands_begin_at_the_threshold() -> None:
    for threshold in (8, 10, 25, 30):
        strict = SuppressionSettings(threshold=threshold)
        told_of = [band(count, strict) for count in range(3000)]
        assert told_of[:threshold] == [None] * threshold
        assert None not in told_of[threshold:]
        for count, text in enumerate(told_of[threshold:], threshold):
            low, _, high = text.replace(",", "").replace(" or more", " to 99999").partition(" to ")
            assert int(low) <= count <= int(high)


def test_the_entries_that_are_counted_exactly_are_about_nobody(store: Path, tmp_path: Path) -> None:
    """No total and no number of an entry stands beside them: less all others it would be the openings."""
    place = copied(store, tmp_path / "site")
    trail = trail_of(place, ["run", "view", "view", *some(3, 2), "refused"], IN_2026)
    later = IN_2026 + timedelta(days=1)
    for changed in (["registers"], ["directory", "registers"], ["registers", "[time]"]):  # an objection is the first
        about = {"changed": {name: ["", "1"] for name in changed}, "settings": {}}
        trail.append("setting.changed", about, who="canary.officer", at=later)
    for kind in ("dspt", "year"):
        found = parts(export(place, kind, NEXT_YEAR))
        counted = {
            row[1]: row[2]
            for part in found.values()
            for table in part["tables"]
            if table["columns"][-1] == "Entries"
            for row in table["rows"]
        }
        assert counted["view"] == 2
        assert counted["refused"] == 1
        assert counted["setting.changed"] == 1
        assert not [one for one in counted if one.startswith(("case.", "seals.", "rights.", "pack."))]
    assert span_of("dspt").holds(IN_2026.date())
