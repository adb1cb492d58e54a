"""Published figures as files, the definitions that tables lead to, and findings for a SIEM."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import polars as pl
import pytest
import report_data as data
from jsonschema import Draft202012Validator

from netaudit.definitions.figures import definition_of, figure_definitions
from netaudit.report import render
from netaudit.report.published_files import published_files

ROOT = Path(__file__).resolve().parents[1]
_COUNTS = ("people", "minutes_low", "minutes", "minutes_high")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    render(folder, data.published(), data.cases(), data.facts(), data.TITLES)
    return folder


def told(path: Path) -> list[dict[str, object]]:
    return json.loads(path.read_bytes())["figures"]  # type: ignore[no-any-return]


def test_the_files_are_as_the_schema_says(out: Path) -> None:
    schema = json.loads((ROOT / "docs" / "published.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    files = sorted(out.rglob("published.json"))
    assert {path.relative_to(out).parts[0] for path in files} == {"board", "ig", "managers"}
    for path in files:
        Draft202012Validator(schema).validate(json.loads(path.read_bytes()))


def test_both_files_have_the_same_rows(out: Path) -> None:
    for path in out.rglob("published.json"):
        text = path.with_suffix(".csv").read_text("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert len(rows) == len(told(path))
        for row, figure in zip(rows, told(path), strict=True):
            for name in _COUNTS:
                assert row[name] == (figure[name] if figure[name] is None else str(figure[name])) or (
                    row[name] in ("", "[c]") and figure[name] is None
                )
            assert (row["people"] == "[c]") == figure["suppressed"]


def test_each_folder_has_its_own_rows_alone(out: Path) -> None:
    published = data.published()
    of_ig = published.filter(pl.col("report") == "ig")
    assert len(told(out / "ig" / "published.json")) == of_ig.height
    for path in (out / "managers").rglob("published.json"):
        rows = told(path)
        assert not any(row["suppressed"] or row["provisional"] for row in rows)
        assert len({(row["unit"], row["unit_level"]) for row in rows}) <= 1
        assert {row["table"] for row in rows} <= {"active_people", "findings_by_clause", "time_by_class"}
        assert not any(row["value"] == "active" for row in rows)
    assert told(out / "managers" / "nursing-and-quality" / "published.json")
    assert told(out / "managers" / "finance" / "published.json") == []  # nothing is released, not even its size
    for row in told(out / "board" / "published.json"):
        assert row["unit_level"] == "organisation"
        assert not row["suppressed"]
        assert row["value"] not in data.facts().left_out


def test_every_table_of_a_page_leads_to_its_definition(out: Path) -> None:
    for path in out.rglob("*.csv"):
        if "cases" not in path.parts and path.name != "published.csv":
            assert definition_of(path.name), path.name
    for page in out.rglob("*.html"):
        links = re.findall(r'href="([^"]*definitions\.html)#([a-z-]+)"', page.read_text(encoding="utf-8"))
        if "managers" in page.parts:
            assert not links  # such a page is mailed by itself
        for target, place in links:
            definitions = (page.parent / target).resolve()
            assert definitions.is_relative_to(out)
            assert definitions.relative_to(out).parts[0] == page.relative_to(out).parts[0]
            assert f'id="{place}"' in definitions.read_text(encoding="utf-8")
    assert 'href="definitions.html#time-by-class"' in (out / "ig" / "index.html").read_text(encoding="utf-8")
    week = (out / "ig" / "periods" / "2026-w45" / "index.html").read_text(encoding="utf-8")
    assert 'href="../../definitions.html#' in week


def test_every_published_table_is_defined_under_its_name() -> None:
    defined = {one.id: one for one in figure_definitions()}
    assert len(defined) == len(figure_definitions())
    for table in data.published()["table"].cast(pl.String).unique():
        assert defined[table].published == (table,)
    for one in defined.values():
        assert set(one.published) <= defined.keys()


def test_findings_for_a_siem_have_nothing_to_search_a_proxy_log_for(tmp_path: Path) -> None:
    from rights_world import a_world  # noqa: PLC0415 - officers are enrolled when it is made

    world = a_world(tmp_path)
    world.run()
    number = {}
    for form in ("ecs", "ocsf"):
        world.netaudit(
            "export", "findings", "--format", form, "--to", tmp_path / form, "--route", "manager", "--route", "hr"
        )
        text = (tmp_path / form).read_text()
        events = [json.loads(line) for line in text.splitlines()]
        number[form] = [one["event"]["id"] if form == "ecs" else one["finding_info"]["uid"] for one in events]
        assert number[form]
        lowered = text.lower()
        for word in ("canary.", "rightmove", "bet365", "gambling", "property", "hash", "minutes", "2026-03-10", "q1"):
            assert word not in lowered, word
        times = {one["@timestamp"] if form == "ecs" else one["time"] for one in events}
        monday = {"ecs": "2026-03-09T00:00:00+00:00", "ocsf": 1773014400000}[form]
        assert monday in times
        assert len(times) <= 2  # the weeks
    assert number["ecs"] == number["ocsf"]
    world.configure(dpia="")
    refused = world.netaudit("export", "findings", "--format", "ecs", "--to", tmp_path / "no", ok=False)
    assert refused.returncode == 2
    assert not (tmp_path / "no").exists()


def test_minutes_that_alone_are_hidden_are_shown_as_hidden() -> None:
    """The minutes of an hour can tell too much where its people do not; the page shows `[c]` there."""
    row = {"report": "ig", "table": "time_by_weekday_hour", "period": "2026-W46", "unit_level": "organisation"}
    row |= {"unit": "Organisation", "dimension": "weekday_hour", "value": "2-10", "people": 10}
    row |= {"minutes_low": None, "minutes": None, "minutes_high": None, "suppressed": False, "provisional": False}
    frame = pl.DataFrame([row], schema_overrides=dict(data.published().schema)).select(data.published().columns)
    files = published_files(frame, "ig", data.facts(), {})
    (told_row,) = csv.DictReader(io.StringIO(files["published.csv"].decode("utf-8-sig"), newline=""))
    assert [told_row[name] for name in _COUNTS] == ["10", "[c]", "[c]", "[c]"]
    assert told_row["title"] == "Tuesday 10:00 to 11:00"
    figure = json.loads(files["published.json"])["figures"][0]
    assert (figure["people"], figure["minutes"], figure["suppressed"]) == (10, None, False)
