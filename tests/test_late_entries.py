"""Register entries that come after a week was published: they excuse its cases, and change nothing else."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from shown_cases import statuses
from test_register_use import TUESDAY, Site, reading

from netaudit.protect import Keyring
from netaudit.store import Store

CONSENT = "person_id,starts,ends,approver,reason\n{person},2026-03-10T09:00,2026-03-10T{until},p9,canary agreed\n"
_A_WEEK = 7 * 86_400


@pytest.fixture
def site(tmp_path: Path) -> Site:
    whole_week = "".join(reading("canary.lead", TUESDAY + day * 86_400, minutes=3) for day in (-1, 1, 2, 3))
    (tmp_path / "access.log").write_text(reading("canary.ann") + whole_week)
    site = Site(tmp_path)
    assert "Week 2026-W11: published\n" in site.run()
    assert statuses(tmp_path / "out") == {"new": 1}
    (tmp_path / "access.log").write_text(reading("canary.lead", TUESDAY + _A_WEEK, minutes=3))  # the next night's
    return site


def findings(site: Site) -> pl.DataFrame:
    store = Store(site.folder / "out" / "store", Keyring(site.folder / "out" / "keys"))
    try:
        found = store.read("findings", "2026-W11", "week")
        assert found is not None
        return found.select("finding_id", "status", "entries", "minutes_low")
    finally:
        store.close()


def test_a_consent_that_is_entered_late_excuses_the_case(site: Site) -> None:
    before = findings(site)
    site.register("consents.csv", CONSENT.format(person="p1", until="12:00"))
    site.run()
    after = findings(site)
    assert after["status"].to_list() == ["excused"]
    assert after["entries"].to_list() == ["consents.csv:2"]
    assert after.drop("status", "entries").equals(before.drop("status", "entries"))
    case = next((site.folder / "out" / "ig" / "cases").glob("*.html")).read_text()
    assert "line 2 of consents.csv" in case


def test_one_of_somebody_else_or_too_short_excuses_nobody(site: Site) -> None:
    before = findings(site)
    for person, until in (("p2", "12:00"), ("p1", "10:05")):
        site.register("consents.csv", CONSENT.format(person=person, until=until))
        site.run()
        assert findings(site).equals(before)


def test_one_that_is_taken_back_accuses_nobody_again(site: Site) -> None:
    site.register("consents.csv", CONSENT.format(person="p1", until="12:00"))
    site.run()
    (site.folder / "registers" / "consents.csv").unlink()
    site.run()
    assert findings(site)["status"].to_list() == ["excused"]
