"""The shield: who visits a site of a special category leaves no trace of which, by whatever way."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from approved import APPROVED
from browsing import LEVELS, Person
from filter_logs import zscaler

from netaudit.definitions.categories import categories_folder, load_class_map
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.format_files import load_formats
from netaudit.definitions.registers import Registers
from netaudit.ingest import parse_chunk
from netaudit.ingest.logfile import Chunk
from netaudit.pipeline import run_audit
from netaudit.pipeline.door import Door
from netaudit.protect import Identities, Keyring
from netaudit.report import BESIDE
from netaudit.store import Store

MIDNIGHT = int(datetime(2026, 3, 10, tzinfo=UTC).timestamp())
NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)
FORMATS = {one.name: one for one in load_formats()}
CLASS_MAP = load_class_map(categories_folder())

# Each by another way; and what of it no byte may show.
WAYS = {
    "domain": ("http://samaritans.org/", ["samaritans"]),
    "subdomain": ("http://www.samaritans.org/canary.html", ["samaritans", "canary"]),
    "path on a site of work": ("http://www.nhs.uk/conditions/canary/", ["canary"]),
    "path in capitals": ("http://www.nhs.uk/CONDITIONS/Canary", ["canary"]),
    "path with its signs encoded": ("http://www.nhs.uk//conditions/can%61ry", ["ry/"]),
    "tunnel": ("www.samaritans.org:443", ["samaritans"]),
    "capitals": ("http://WWW.Samaritans.ORG/", ["samaritans"]),
    "a dot at the end": ("http://www.samaritans.org./", ["samaritans"]),
    "a port": ("http://www.samaritans.org:8080/", ["samaritans"]),
    "user information": ("http://ann:canary@www.samaritans.org/", ["samaritans", "canary"]),
    "percent signs": ("http://www.s%61maritans.org/", ["maritans"]),
    "a look-alike": ("http://samaritans-leeds.example/", ["samaritans"]),
    "a branch": ("http://unison-branch-22.example/", ["unison", "branch-22"]),
    "a town": ("http://www.gay-leeds.example/", ["gay-leeds"]),
    "a slip of the finger": ("http://www.samaritens.org/", ["samaritens"]),
    "two letters swapped": ("http://www.samartians.org/", ["samartians"]),
    "another script": ("http://xn--glise-9ra.example/", ["glise"]),
    "another script, as typed": ("http://église-leeds.example/", ["glise"]),
    "a translation": ("http://www-samaritans-org.translate.goog/", ["samaritans"]),
    "a translation of what has no telling word": ("http://www-refuge-org-uk.translate.goog/", ["refuge"]),
    "a fast copy": ("http://www-stonewall-org-uk.cdn.ampproject.org/c/s/www.stonewall.org.uk/", ["stonewall"]),
    "the site for telephones": ("http://m.samaritans.org/", ["samaritans"]),
    "an unknown tunnel": ("samaritans-leeds.example:443", ["samaritans"]),
}


def let_in(*lines: str, dataset: str = "squid", door: Door | None = None) -> pl.DataFrame:
    door = door or make_door()
    parsed = parse_chunk(Chunk("".join(lines).encode(), 1), FORMATS[dataset], "UTC", "1").parsed
    ((_, _, events),) = door.let_in(parsed, dataset, "1")
    return events


def make_door() -> Door:
    return Door(CLASS_MAP, Identities(Registers(), {}), lambda *_: b"k" * 32, "Europe/London")


def squid(url: str, number: int = 0, mime: str = "text/html", referrer: str = "-") -> str:
    method = "CONNECT" if url.endswith(":443") else "GET"
    return (
        f"{MIDNIGHT + 36000 + number}.000 5 192.0.2.1 TCP_MISS/200 4083 {method} {url} ann HIER_DIRECT/198.51.100.7 "
        f'{mime} "{referrer}" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/156.0.0.0" 515 56516\n'
    )


def texts(events: pl.DataFrame, column: str) -> list[str | None]:
    return events[column].cast(pl.String).to_list()


@pytest.mark.parametrize("way", WAYS)
def test_no_way_to_a_shielded_site_leaves_its_name(way: str) -> None:
    url, secrets = WAYS[way]
    events = let_in(squid(url))
    assert texts(events, "category") == ["shielded"]
    for column in ("url_domain", "site", "category_match", "category_source", "url_key", "referrer_key"):
        assert events[column].null_count() == 1, column
    for secret in secrets:
        assert secret not in events.write_csv().casefold()


@pytest.mark.parametrize("way", [way for way in WAYS if "tunnel" not in way])
def test_where_somebody_came_from_leaves_nothing(way: str) -> None:
    url, secrets = WAYS[way]
    events = let_in(squid("http://www.bbc.co.uk/news", referrer=url), squid("http://what.example/", 1, referrer=url))
    assert texts(events, "category") == ["news", "shielded"]
    assert texts(events, "referrer_domain") == ["www.bbc.co.uk", None]  # as if it had referred to itself
    assert events["referrer_key"].to_list() == [events["url_key"][0], None]
    for secret in (*secrets, "what.example"):
        assert secret not in events.write_csv().casefold()


def test_who_is_referred_to_from_elsewhere_keeps_the_referrer() -> None:
    events = let_in(squid("http://www.bbc.co.uk/news", referrer="http://www.gov.uk/"))
    assert texts(events, "referrer_domain") == ["www.gov.uk"]
    assert events["referrer_key"][0] != events["url_key"][0]


def test_of_content_type_and_extension_only_the_kind_is_left() -> None:
    kinds = {
        ("canary.pdf", "application/pdf"): (None, None),
        ("canary.aspx", "text/html;charset=canary"): ("text/html", "html"),
        ("canary.woff2", "font/woff2"): ("text/css", "css"),
        ("canary", "image/webp"): ("text/css", None),
        ("canary.zip", "-"): (None, None),
    }
    events = let_in(*(squid(f"http://www.samaritans.org/{name}", mime=mime) for name, mime in kinds))
    found = list(zip(texts(events, "http_response_mime_type"), texts(events, "url_extension"), strict=True))
    assert found == list(kinds.values())


def test_hosts_that_serve_a_shielded_sites_parts_are_shielded_with_it() -> None:
    page = "http://www.samaritans.org/"
    events = let_in(
        squid("static.pieces.example:443"),
        squid("http://static.pieces.example/a.css", 1, "text/css", page),
        squid("http://www.link.example/", 2, "text/html", page),
        squid("http://www.link.example/b", 3),
        squid("http://fonts.googleapis.com/css", 4, "text/css", page),
    )
    assert texts(events, "category") == ["shielded", "shielded", "shielded", "uncategorised", "infra_cdn"]
    assert "pieces" not in events.write_csv()


def test_what_a_filter_shields_is_shielded_where_it_says_nothing() -> None:
    door = make_door()
    first = let_in(
        zscaler(url="www.canary.example:443", method="CONNECT"),
        zscaler(url="www.canary.example/", said="Health"),
        zscaler(url="img.canary.example/a.png"),
        dataset="zscaler-nss",
        door=door,
    )
    later = let_in(zscaler(url="img.canary.example/b.png"), dataset="zscaler-nss", door=door)
    assert texts(first, "category") == ["shielded"] * 3
    assert texts(later, "category") == ["shielded"]
    assert "canary" not in first.write_csv() + later.write_csv()


# --- Sites that keep their class and lose their name -----------------------------------------------------------------

REVEALING = {
    "www.jdate.com": "Dating (name withheld)",
    "muzz.com": "Dating (name withheld)",
    "cdns.grindr.com": "Dating (name withheld)",
    "positivesingles.com": "Dating (name withheld)",
    "www.gaytube.com": "Pornography and adult content (name withheld)",
    "unison-leeds.blogspot.com": "Blogs (name withheld)",
}


@pytest.mark.parametrize("host", REVEALING)
def test_a_site_whose_name_reveals_keeps_its_class_only(host: str) -> None:
    first = let_in(squid(f"http://{host}/a.html"), squid("http://www.bbc.co.uk/", 1, referrer=f"http://{host}/a.html"))
    category = texts(first, "category")[0]
    assert category is not None
    assert CLASS_MAP.taxonomy[category].title in REVEALING[host]
    assert texts(first, "site")[0] == f"{CLASS_MAP.taxonomy[category].title} (name withheld)"
    assert str(texts(first, "url_domain")[0]).endswith(f"{category}.withheld.invalid")
    assert texts(first, "referrer_domain")[1] == texts(first, "url_domain")[0]
    assert first["category_match"][0] is None
    name = host.removeprefix("www.").removeprefix("cdns.").partition(".")[0]
    assert name not in first.write_csv().casefold()


def test_no_site_of_a_class_is_named_in_which_many_names_tell() -> None:
    """Were the others named, a name that is missing would say that there is something to it."""
    events = let_in(*(squid(f"http://{host}/", number) for number, host in enumerate(["tinder.com", "muslima.com"])))
    assert texts(events, "category") == ["dating"] * 2
    assert texts(events, "url_domain") == ["dating.withheld.invalid"] * 2
    assert texts(events, "site") == ["Dating (name withheld)"] * 2


def test_what_tells_nothing_keeps_its_name() -> None:
    hosts = ["www.youtube.com", "www.bet365.com", "www.creditunion.co.uk", "cancer.leedsth.nhs.uk", "www.churchill.com"]
    events = let_in(*(squid(f"http://{host}/", number) for number, host in enumerate(hosts)))
    assert texts(events, "url_domain") == hosts


def test_a_filters_class_makes_of_a_telling_name_a_class_without_a_name() -> None:
    said = ["Gambling", None, "Health"]
    lines = [zscaler(url="www.gay-casino.example/", said=words, time=36000 + n) for n, words in enumerate(said)]
    events = let_in(*lines, dataset="zscaler-nss")
    assert texts(events, "category") == ["gambling", "shielded", "shielded"]
    assert texts(events, "site") == ["Gambling (name withheld)", None, None]
    assert events["vendor_category"].null_count() == 3
    assert "casino" not in events.write_csv()


def test_an_override_is_believed_before_words(tmp_path: Path) -> None:
    header = "pattern,category,reason,author,date,expires,ticket\n"
    (tmp_path / "overrides.csv").write_text(header + "samaritans-leeds.example,news,why,IG,2026-01-01,,\n")
    door = Door(
        load_class_map(categories_folder(), [tmp_path]), Identities(Registers(), {}), lambda *_: b"k" * 32, "UTC"
    )
    assert texts(let_in(squid("http://samaritans-leeds.example/"), door=door), "site") == ["samaritans-leeds.example"]


# --- Whole runs ------------------------------------------------------------------------------------------------------

Visit = Callable[[Person, str], None]


def pages_with_all_they_pull_in(person: Person, site: str) -> None:
    """Open pages of a site in the middle of a case, after it, and late; go on to another site from each."""
    for at in (14.2 * 3600 + 20, 15.2 * 3600, 15.25 * 3600, 16.9 * 3600):
        page = person.page(at, f"https://{site}/help/me", adverts=True)
        for number, embedded in enumerate(("www.bet365.com/banner.html", "www.youtube.com/embed/x")):
            person.get(at + 1.5 + number, f"https://{embedded}", size=20_000, referrer=f"https://{site}/")
        person.page(at + 40, "https://www.rightmove.co.uk/next", referrer=page)


def fifty_requests(person: Person, site: str) -> None:
    for number in range(6):
        person.page(10 * 3600 + 500 * number, f"https://{site}/{number}", parts=7)


def one_request(person: Person, site: str) -> None:
    person.get(11.1 * 3600, f"https://{site}/")


def everybody(site: str | None, visit: Visit, *, how_many: int, working: bool) -> Iterator[Person]:
    for number in range(12):
        yield (person := Person(f"u{number}"))
        person.ordinary_day(number)
    for number in range(how_many):
        yield (person := Person(f"canary{number}"))
        if working:
            person.ordinary_day(3 + number)
            person.repeat(
                13.9 * 3600, 15.15 * 3600, 90, lambda at, one=person: one.page(at, f"https://www.ebay.co.uk/{at}")
            )
        if site:
            visit(person, site)


class Runs:
    """Whole runs under the same keys."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number = folder, 0

    def __call__(self, site: str | None, visit: Visit, level: str, how_many: int = 1, *, working: bool = True) -> Path:
        self.number += 1
        out, log = self.folder / f"run{self.number}", self.folder / "access.log"
        people = list(everybody(site, visit, how_many=how_many, working=working))
        log.write_text("".join(line + "\n" for _, line in sorted(LEVELS[level](people, MIDNIGHT))))
        keys = self.folder / "run1" / "keys"
        if keys.is_dir():
            shutil.copytree(keys, out / "keys")
        said: list[str] = []
        configuration = Configuration(dpia=APPROVED)
        run_audit([str(log)], configuration, out, NOW, lambda *words, **_: said.append(str(words)))
        # How many lines were read is said; of anything else, the same whoever was where.
        (out / "said.txt").write_text(re.sub("[0-9,]+", "0", "\n".join(said)))
        return out


@pytest.fixture
def run(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def pages_of(out: Path) -> dict[str, bytes]:
    """Return what a run gave away, by file: everything but its store and keys, and what it keeps for the next run."""
    kept = (out / "store", out / "keys", *(out / name for name in BESIDE))
    files = (path for path in out.rglob("*") if path.is_file() and not any(path.is_relative_to(one) for one in kept))
    return {str(path.relative_to(out)): path.read_bytes() for path in files}


def differing(one: Path, other: Path) -> set[str]:
    first, second = pages_of(one), pages_of(other)
    assert first.keys() == second.keys()
    return {name for name in first if first[name] != second[name]}


def stored(out: Path) -> dict[str, pl.DataFrame]:
    store = Store(out / "store", Keyring(out / "keys"))
    try:
        names = ("events", "labels", "visits", "findings", "evidence", "spells", "published", "leaks")
        return {
            name: pl.concat([store.read(name, *part) for part in store.ledger.parts(name)], how="vertical_relaxed")
            for name in names
            if store.ledger.parts(name)
        }
    finally:
        store.close()


SECRETS = ("samaritans", "help/me", "helpline", "special_", "gaytube", "grindr")
OF_EVENTS = {
    "attribution.csv",
    "labels.csv",
    "files.csv",
    "sources.csv",
    "line-account.csv",
    "data-quality.html",
    "index.html",
}


@pytest.mark.parametrize("level", ["urls, referrers, agents", "tunnels"])
def test_a_shielded_visit_looks_like_work_but_for_the_stretches_of_work(run: Runs, level: str) -> None:
    shielded = run("www.samaritans.org", pages_with_all_they_pull_in, level)
    unknown = run("samaritans-x.example", pages_with_all_they_pull_in, level)
    work = run("www.supplychain.nhs.uk", pages_with_all_they_pull_in, level)
    has_cases = any("/cases/" in path for path in pages_of(shielded))
    assert has_cases is (level != "tunnels")  # where only names are known, nothing so short is proven
    assert not differing(shielded, unknown)
    assert all("/cases/" in path for path in differing(shielded, work))
    for out in (shielded, unknown):
        written = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file() and path.suffix != ".zip")
        tables = "".join(str(frame.cast(pl.String, strict=False).write_csv()) for frame in flat(out))
        for secret in SECRETS:
            assert secret.encode() not in written.lower(), secret
            assert secret not in tables.lower(), secret
    # The pages that a shielded one pulled in are nobody's doing, as those that a page of work pulls in.
    for one in ("findings", "visits"):
        columns = ["minutes_low", "minutes", "minutes_high", "category"]
        assert_same_but_work(stored(shielded)[one].select(columns), stored(work)[one].select(columns))


def flat(out: Path) -> Iterator[pl.DataFrame]:
    for frame in stored(out).values():
        yield frame.select(
            pl.col(name).cast(pl.String) for name, kind in frame.schema.items() if not isinstance(kind, pl.List)
        )


def assert_same_but_work(one: pl.DataFrame, other: pl.DataFrame) -> None:
    def shown(frame: pl.DataFrame) -> list[tuple[object, ...]]:
        plain = frame.with_columns(pl.col("category").cast(pl.String).fill_null(""))
        return sorted(plain.filter(~pl.col("category").is_in(["shielded", "business_nhs"])).rows())

    assert shown(one) == shown(other)


@pytest.mark.parametrize("how_many", [1, 10])
@pytest.mark.parametrize("visit", [one_request, fifty_requests])
def test_no_row_and_no_figure_but_counts_of_requests_hangs_on_shielded_visits(
    run: Runs, visit: Visit, how_many: int
) -> None:
    """Of people who do nothing else: not even that somebody was there."""
    nothing = run(None, visit, "urls", how_many, working=False)
    shielded = run("www.samaritans.org", visit, "urls", how_many, working=False)
    found = differing(nothing, shielded)
    assert {Path(name).name for name in found} <= OF_EVENTS
    assert {Path(name).parts[0] for name in found} <= {"ig", "it"}
    assert stored(nothing)["published"].equals(stored(shielded)["published"])


def test_a_revealing_site_is_judged_as_its_class_and_named_nowhere(run: Runs) -> None:
    def dates(person: Person, site: str) -> None:
        for number in range(8):
            person.page(15.5 * 3600 + 60 * number, f"https://{site}/{number}")

    for level in ("urls, referrers, agents", "tunnels"):
        withheld, named = run("www.grindr.com", dates, level), run("www.tinder.com", dates, level)
        columns = ["rule_id", "minutes_low", "minutes", "minutes_high", "category", "status"]
        both = [stored(out)["findings"].select(columns).sort(columns) for out in (withheld, named)]
        assert both[0].equals(both[1])
        pages = b"".join(pages_of(withheld).values()).lower()
        if level != "tunnels":
            assert "dating" in both[0]["category"].to_list()
            assert b"dating (name withheld)" in pages
        assert b"grindr" not in pages
        assert all("grindr" not in frame.write_csv().lower() for frame in flat(withheld))
