"""Guards of imports: each with a list that it stops, and one beside it that passes."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from source_lists import (
    CANARIES,
    NOW,
    adapter,
    bring_in,
    class_map_of,
    hosts,
    live_rows,
    read,
    write_categories,
    write_lists,
)

from netaudit.definitions.canaries import Canaries
from netaudit.definitions.categories import ClassMap, load_class_map
from netaudit.definitions.list_sources import ListSource
from netaudit.errors import InputError
from netaudit.sources import ImportReport
from netaudit.sources.quarantine import quarantine, skeleton

Lists = Mapping[str, Sequence[str]]
HONEST: Lists = {"casinos": hosts("bet", 1000), "partners": hosts("date", 500), "papers": hosts("daily", 300)}


@pytest.fixture(scope="module")
def class_map(tmp_path_factory: pytest.TempPathFactory) -> ClassMap:
    return class_map_of(tmp_path_factory.mktemp("categories"))


class Desk:
    """Where versions are imported one after another."""

    def __init__(self, place: Path, class_map: ClassMap) -> None:
        self.place = place
        self.class_map = class_map
        self.folder = place / "category_lists"
        self.count = 0

    def bring(self, lists: Lists, source: ListSource | None = None, **more: object) -> ImportReport:
        self.count += 1
        origin = write_lists(self.place / str(self.count), lists)
        return bring_in(source or adapter(), origin, self.folder, self.class_map, **more)


@pytest.fixture
def desk(tmp_path: Path, class_map: ClassMap) -> Desk:
    return Desk(tmp_path, class_map)


def why(report: ImportReport) -> list[str]:
    assert report.is_live is not bool(report.refusals)
    return [problem.what for problem in report.refusals]


def quarantined(class_map: ClassMap, lines: Sequence[str], category: str = "gambling") -> dict[str, tuple[str, bool]]:
    """Return why each pattern is in quarantine, and whether it counts as a canary."""
    reading = read(adapter("plain", {"list": category}), {"list": lines})
    _, found = quarantine(reading.rows, class_map, CANARIES)
    return {row["pattern"]: (row["why"], row["is_canary"]) for row in found.iter_rows(named=True)}


# --- Quarantine -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "why", "counts"),
    [
        ("ward.trust.nhs.uk", "our own lists know it as business_nhs", True),
        ("nhs.uk", "our own lists know it as business_nhs", True),
        ("quitgambling.example", "our own lists know it as special_helpline", True),
        ("www.quitgambling.example", "our own lists know it as special_helpline", True),
        ("clinic.example/staff/rota/", "our own lists know it as business_nhs", True),
        ("mail.clinic.example", "our own lists know it as business_nhs", True),
        ("clinic.example", "sites that must not be in such a class lie under it", True),
        ("uk", "sites that must not be in such a class lie under it", True),
        ("paper.example", "no honest list has it there: a newspaper", True),
        ("paper.example/sport/", "no honest list has it there: a newspaper", True),
        ("shop.broadcaster.example", "no honest list has it there: public service", True),
        ("xn--pper-53d.example", "looks like paper.example, which it is not", True),  # its second letter is Cyrillic
        ("faithdating.example", "our own lists know it as special_religion", False),
        ("co.uk", "a public suffix: strangers have names under it", False),
        ("github.io", "a public suffix: strangers have names under it", False),
    ],
)
def test_rows_that_are_never_taken(class_map: ClassMap, pattern: str, why: str, *, counts: bool) -> None:
    assert quarantined(class_map, [pattern]) == {pattern: (why, counts)}


@pytest.mark.parametrize(
    "pattern",
    [
        "casino.example",
        "paper.example/bets/",  # our own lists say the same
        "ourbets.example",
        "notpaper.example",
        "nhs.uk.casino.example",
        "clinic.example/visitors/",
        "xn--mnchen-3ya.example",
    ],
)
def test_rows_that_look_as_if_they_were_canaries_are_taken(class_map: ClassMap, pattern: str) -> None:
    assert quarantined(class_map, [pattern]) == {}


def test_in_a_class_that_accuses_nobody_our_own_lists_still_know_better(class_map: ClassMap) -> None:
    assert quarantined(class_map, ["mail.trust.nhs.uk", "paper.example", "clinic.example"], "webmail") == {
        "mail.trust.nhs.uk": ("our own lists know it as business_nhs", False)
    }


def test_adverts_and_work_may_stand_where_they_are(class_map: ClassMap) -> None:
    assert quarantined(class_map, ["ads.trust.nhs.uk"], "infra_ads") == {}
    assert quarantined(class_map, ["ward.trust.nhs.uk"], "business_nhs") == {}


def test_what_a_name_looks_like() -> None:
    for spelt in ("bb\u0441.co.uk", "bb\u0107.co.uk", "\u0432\u0432\u0441.\u0441\u043e.uk"):
        host = ".".join(
            label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in spelt.split(".")
        )
        assert skeleton(host) == "bbc.co.uk"
    assert skeleton("www.example.org") == "www.example.org"


def test_rows_in_quarantine_are_shown_and_do_not_become_live(desk: Desk) -> None:
    report = desk.bring({**HONEST, "casinos": [*HONEST["casinos"], "ward.trust.nhs.uk"]})
    assert why(report) == []
    assert report.quarantined.select("pattern", "is_canary").rows() == [("ward.trust.nhs.uk", True)]
    assert report.rows == {"dating": 500, "gambling": 1000, "news": 300}
    assert "ward.trust.nhs.uk" not in live_rows(desk.folder)["pattern"]


# --- Refusals -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("poison", ["ward{}.trust.nhs.uk", "www{}.paper.example", "paper.example/{}"])
def test_more_than_one_canary_in_a_thousand_rows_refuses_the_source(desk: Desk, poison: str) -> None:
    few = {**HONEST, "casinos": [*HONEST["casinos"], poison.format(1)]}
    assert why(desk.bring(few)) == []
    many = {**HONEST, "casinos": [*HONEST["casinos"], poison.format(1), poison.format(2)]}
    (told,) = why(desk.bring(many))
    assert told.startswith("2 of 1,802 rows accuse sites that no honest list accuses, more than 0.1 %: ")
    assert poison.format(1) in told
    assert live_rows(desk.folder).height == 1800


def test_what_honest_lists_differ_about_is_refused_only_in_masses(desk: Desk) -> None:
    def with_doubtful(count: int) -> Lists:
        return {**HONEST, "casinos": [*HONEST["casinos"], *(f"s{n}.faithdating.example" for n in range(count))]}

    report = desk.bring(with_doubtful(49))
    assert why(report) == []
    assert report.quarantined.select("accuses", "is_canary").unique().rows() == [(True, False)]
    (told,) = why(desk.bring(with_doubtful(60)))
    assert told.startswith(
        "60 of 1,860 rows accuse sites that our own lists know better, more than 1 %: s0.faithdating"
    )


def test_a_site_that_is_a_canary_counts_whatever_class_it_has(class_map: ClassMap) -> None:
    canaries = Canaries(doubtful={"special_religion": "is both"}, sites={"faithdating.example": "well known"})
    reading = read(adapter("plain", {"list": "gambling"}), {"list": ["a.faithdating.example"]})
    _, found = quarantine(reading.rows, class_map, canaries)
    assert found.select("accuses", "is_canary").rows() == [(True, True)]


def test_at_most_ten_rows_are_shown(desk: Desk) -> None:
    (told,) = why(desk.bring({**HONEST, "casinos": [*HONEST["casinos"], *(f"w{n}.trust.nhs.uk" for n in range(40))]}))
    assert told.count("trust.nhs.uk as gambling") == 10


@pytest.mark.parametrize(("count", "refused"), [(1250, False), (1251, True), (750, False), (749, True)])
def test_a_class_that_grows_or_shrinks_by_more_than_a_quarter_is_refused(
    desk: Desk, count: int, *, refused: bool
) -> None:
    desk.bring(HONEST)
    found = why(desk.bring({**HONEST, "casinos": hosts("bet", count)}))
    assert [told.partition(":")[0] for told in found] == (
        [f"class 'casinos' has {count:,} rows, 1,000 in the last version"] if refused else []
    )


def test_a_small_class_may_change_by_fewer_than_fifty_rows(desk: Desk) -> None:
    desk.bring({**HONEST, "papers": hosts("daily", 20)})
    assert why(desk.bring({**HONEST, "papers": hosts("daily", 69)})) == []
    (told,) = why(desk.bring({**HONEST, "papers": hosts("daily", 200)}))
    assert told.startswith("class 'papers' has 200 rows, 69 in the last version")


def test_the_first_import_is_measured_by_what_the_adapter_expects(desk: Desk) -> None:
    flooded = {**HONEST, "casinos": hosts("bet", 60_740)}
    (told,) = why(desk.bring(flooded, adapter(expected={"casinos": 428})))
    assert told.startswith("class 'casinos' has 60,740 rows, 428 expected by the adapter: a change of more than 25 %")
    assert not desk.folder.exists()
    assert why(desk.bring(HONEST, adapter(expected={"casinos": 1050}))) == []


def test_what_came_and_went_is_shown(desk: Desk) -> None:
    desk.bring(HONEST)
    (told,) = why(desk.bring({**HONEST, "casinos": [*hosts("bet", 600), *hosts("jobs", 900)]}))[:1]
    assert "; new: jobs" in told
    assert "; gone: bet" in told
    assert told.count(".example") <= 10


def test_a_class_that_is_missing_is_refused(desk: Desk) -> None:
    source = adapter(expected={"casinos": 1000})
    lists = {name: rows for name, rows in HONEST.items() if name != "casinos"}
    assert why(desk.bring(lists, source)) == ["class 'casinos' is not in it (about 1,000 expected)"]
    desk.bring(HONEST, source)
    assert why(desk.bring(lists, source)) == ["class 'casinos' is not in it (1,000 rows in the last version)"]
    assert why(desk.bring(lists))[0].startswith("class 'casinos' has 0 rows, 1,000 in the last version")


@pytest.mark.parametrize(("swapped", "refused"), [(140, False), (200, True), (500, True)])
def test_rows_exchanged_for_others_are_seen_though_their_number_stays(
    desk: Desk, swapped: int, *, refused: bool
) -> None:
    desk.bring(HONEST)
    poisoned = [*hosts("bet", 1000 - swapped), *hosts("victim", swapped)]
    found = why(desk.bring({**HONEST, "casinos": poisoned}))
    assert bool(found) is refused
    if refused:
        assert found[0].startswith("of class 'casinos' and its last version together, only ")
        assert "; new: victim" in found[0]


def test_poison_in_small_doses_is_seen(desk: Desk) -> None:
    count, told = 1000, ""
    for month in range(6):
        report = desk.bring({**HONEST, "casinos": hosts("bet", count)}, now=NOW + timedelta(days=7 * month))
        if report.refusals:
            told = report.refusals[0].what
            break
        count = int(count * 1.2)
    assert told.startswith("class 'casinos' has 2,073 rows, 1,000 when its last steps began to be counted")


def test_honest_growth_over_the_years_is_not(desk: Desk) -> None:
    count = 1000
    for quarter in range(6):
        assert why(desk.bring({**HONEST, "casinos": hosts("bet", count)}, now=NOW + timedelta(days=91 * quarter))) == []
        count = int(count * 1.2)
    assert count > 2500


def test_must_haves(desk: Desk) -> None:
    source = adapter(must_have={"gambling": ("bet1.example", "www.bet2.example", "famous.example")})
    assert why(desk.bring(HONEST, source)) == [
        "nothing in it says that famous.example is gambling, which every version has said"
    ]
    with_it = {**HONEST, "casinos": [*HONEST["casinos"], "famous.example"]}
    assert why(desk.bring(with_it, source)) == []
    elsewhere = {**HONEST, "papers": [*HONEST["papers"], "famous.example"]}
    assert why(desk.bring(elsewhere, source)) != []


def test_a_class_copied_into_another_is_refused(desk: Desk) -> None:
    lists = {**HONEST, "partners": [*HONEST["partners"], *hosts("bet", 125)]}
    assert why(desk.bring(lists)) == []
    (told,) = why(
        desk.bring({**HONEST, "partners": [*HONEST["partners"], *hosts("bet", 1000)]}, accept={"partners": "?"})
    )
    assert told.startswith("classes 'casinos' and 'partners' share 100 % of their rows: bet0.example, bet1.example")


def test_classes_that_mean_the_same_may_share_their_rows(desk: Desk) -> None:
    source = adapter(classes={"casinos": "gambling", "partners": "gambling", "papers": "news"})
    assert why(desk.bring({**HONEST, "partners": HONEST["casinos"]}, source)) == []


def test_a_class_that_is_a_link_to_another_is_refused(desk: Desk, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in ("casinos", "papers"):
            info = tarfile.TarInfo(f"lists/{name}/domains")
            content = "\n".join(HONEST[name]).encode()
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        switched = tarfile.TarInfo("lists/partners")
        switched.type, switched.linkname = tarfile.SYMTYPE, "casinos"
        archive.addfile(switched)
    path = tmp_path / "lists.tar"
    path.write_bytes(buffer.getvalue())
    (told,) = why(bring_in(adapter(), path, desk.folder, desk.class_map))
    assert "classes 'casinos' and 'partners' share 100 %" in told


def test_a_class_filled_from_elsewhere_is_refused_even_at_first(tmp_path: Path) -> None:
    folder = write_categories(tmp_path / "categories")
    known = "\n".join(["pattern,site,role,note", *(f"daily{n}.example,,," for n in range(25)), ""])
    (folder / "news.csv").write_text(known)
    desk = Desk(tmp_path, load_class_map(folder))
    (told,) = why(
        desk.bring({"casinos": HONEST["papers"], "partners": HONEST["partners"], "papers": hosts("other", 90)})
    )
    assert told.startswith(
        "class 'casinos' is not what it says: of 25 rows that we know, 0 % are gambling; daily0.example (news)"
    )
    assert why(desk.bring(HONEST)) == []


def test_names_by_the_dozen_under_a_site_that_is_not_listed_are_refused(desk: Desk) -> None:
    desk.bring(HONEST)
    under = [f"a{number}.innocent.example" for number in range(60)]
    (told,) = why(desk.bring({**HONEST, "casinos": [*HONEST["casinos"], *under]}))
    assert told.startswith(
        "class 'casinos' (gambling) has 60 new names under innocent.example, which it does not list: a0."
    )
    assert why(desk.bring({**HONEST, "casinos": [*HONEST["casinos"], *under, "innocent.example"]})) == []
    assert why(desk.bring({**HONEST, "papers": [*HONEST["papers"], *under]})) == []


def test_on_a_first_import_such_names_are_a_warning(desk: Desk) -> None:
    under = [f"a{number}.innocent.example" for number in range(120)]
    report = desk.bring({**HONEST, "casinos": [*HONEST["casinos"], *under]})
    assert report.warnings == ("120 names of class 'casinos' lie under innocent.example, which it does not list",)
    assert desk.bring({**HONEST, "casinos": [*HONEST["casinos"], *under]}).warnings == ()


def test_all_reasons_are_told_at_once(desk: Desk) -> None:
    source = adapter(expected={"partners": 500}, must_have={"gambling": ("famous.example",)})
    desk.bring(HONEST)
    poisoned = {
        "casinos": [*hosts("victim", 1000), *(f"w{n}.trust.nhs.uk" for n in range(9))],
        "papers": hosts("daily", 3000),
    }
    told = " | ".join(why(desk.bring(poisoned, source)))
    for words in (
        "accuse sites",
        "'partners' is not in it",
        "'papers' has 3,000",
        "only 0 % of the rows",
        "famous.example",
    ):
        assert words in told


# --- What a person may accept ---------------------------------------------------------------------------------


def test_a_person_may_accept_a_change_of_size_with_a_reason(desk: Desk) -> None:
    desk.bring(HONEST)
    grown = {**HONEST, "casinos": hosts("bet", 3000)}
    report = desk.bring(grown, accept={"casinos": "the list was merged with another"})
    assert why(report) == []
    assert report.accepted == {"gambling": "casinos: the list was merged with another"}
    assert why(desk.bring(grown)) == []  # what was accepted is what later versions are measured by
    by_category = desk.bring({**HONEST, "casinos": hosts("bet", 1000)}, accept={"gambling": "split again"})
    assert by_category.accepted == {"gambling": "casinos: split again"}


@pytest.mark.parametrize(
    ("lists", "more"),
    [
        ({**HONEST, "casinos": [*HONEST["casinos"], *(f"w{n}.trust.nhs.uk" for n in range(9))]}, {}),
        (HONEST, {"must_have": {"gambling": ("famous.example",)}}),
    ],
)
def test_nobody_can_accept_canaries_or_missing_must_haves(desk: Desk, lists: Lists, more: Mapping[str, object]) -> None:
    accept = {"casinos": "trust me", "partners": "trust me", "papers": "trust me"}
    report = desk.bring(lists, adapter(**more), accept=accept)
    assert len(why(report)) == 1
    assert report.refusals[0].remedy.startswith("this cannot be accepted")


def test_to_accept_what_there_is_not_is_an_error(desk: Desk) -> None:
    with pytest.raises(InputError, match="made_up has no class 'casino' to accept") as caught:
        desk.bring(HONEST, accept={"casino": "x", "papers": " "})
    assert [problem.remedy for problem in caught.value.problems] == [
        "did you mean 'casinos'?",
        "write papers=why it is right",
    ]


def test_to_accept_without_need_is_a_warning(desk: Desk) -> None:
    report = desk.bring(HONEST, accept={"casinos": "to be sure"})
    assert report.warnings == ("there was nothing to accept in: casinos",)
    assert report.accepted == {}


def test_imported_lists_are_never_asked_about_imported_lists(desk: Desk, tmp_path: Path) -> None:
    poisoned = adapter(classes={"casinos": "business_nhs"})
    bring_in(poisoned, write_lists(tmp_path / "first", {"casinos": hosts("bet", 100)}), desk.folder, desk.class_map)
    with_imports = load_class_map(write_categories(tmp_path / "categories"), imports=desk.folder)
    reading = read(adapter("plain", {"list": "gambling"}), {"list": ["bet1.example"]})
    kept, found = quarantine(reading.rows, with_imports, CANARIES)
    assert (kept.height, found.height) == (1, 0)


def test_without_canaries_only_suffixes_are_held_back(class_map: ClassMap) -> None:
    reading = read(adapter("plain", {"list": "gambling"}), {"list": ["ward.trust.nhs.uk", "co.uk"]})
    kept, found = quarantine(reading.rows, class_map, Canaries())
    assert kept.get_column("pattern").to_list() == ["ward.trust.nhs.uk"]
    assert found.select(pl.col("pattern")).to_series().to_list() == ["co.uk"]


def test_a_list_without_any_row_is_refused(desk: Desk) -> None:
    first = desk.bring(HONEST)
    report = desk.bring({name: [] for name in HONEST})
    assert first.is_live
    assert not report.is_live
    assert any(what.startswith("no line of") for what in why(report))


def test_a_class_that_comes_from_nothing_is_a_change_of_size(desk: Desk) -> None:
    without = {name: rows for name, rows in HONEST.items() if name != "papers"}
    first = desk.bring(without)
    assert first.is_live, why(first)
    report = desk.bring(HONEST)
    assert not report.is_live
    assert any("class 'papers' has 300 rows, 0 in the last version" in what for what in why(report))
