"""The comparison with peers: what they say is read rightly, and one that fails is a row and not a crash."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import log_files  # noqa: E402
import parts  # noqa: E402
import peers  # noqa: E402
from measure import Counted, Measured, run  # noqa: E402
from netaudit_job import count_netaudit, middle  # noqa: E402
from peers import PEERS, Outcome, compare  # noqa: E402
from tables import Column, Table, machine  # noqa: E402

PEER = {peer.name: peer for peer in PEERS}
LOG = log_files.Log(Path("access.log"), 1_000_000, 141_000_000, 0.01)
BROKEN_LINES = 5  # in a generated log, one a day

# Each stands for a peer: it reads the log as the real one is told to, and says so in the real one's words.
FAKE = {
    "webalizer": """
if "-V" in sys.argv:
    print("Webalizer V2.23-08 (made up)")
    sys.exit()
settings = Path(sys.argv[sys.argv.index("-c") + 1]).read_text()
assert settings and sys.argv[sys.argv.index("-F") + 1] == "squid"
print(f"{count(Path(sys.argv[-1]).read_bytes())} records (5 bad) in 1 seconds, 50000/sec")
""",
    "goaccess": """
if "--version" in sys.argv:
    print("GoAccess - 1.7.")
    sys.exit()
[report] = [word.partition("=")[2] for word in sys.argv if word.startswith("--output=")]
lines = count(Path(sys.argv[1]).read_bytes())
Path(report).write_text('<script>var json_data={"general":{"start_date": "09/Mar/2026","total_requests": '
                        f'{lines},"valid_requests": {lines - 5},"failed_requests": 5}}}}</script>')
""",
    "calamaris": """
if "--version" in sys.argv:
    print("Calamaris 2.99.4.7")
    sys.exit()
lines = count(sys.stdin.buffer.read())
print(f"lines parsed:                                   lines     {lines - 5} ")
print("invalid lines:                                  lines          5 ")
""",
    "sarg": """
if "--version" in sys.argv:
    print("SARG Version: 2.4.0 Jan-16-2020")
    sys.exit()
settings = dict(line.split(" ", 1) for line in Path(sys.argv[2]).read_text().splitlines())
assert int(settings["max_total_log_errors"]) > 1000 and Path(settings["output_dir"]).is_dir()
lines = count(Path(settings["access_log"]).read_bytes())
print(f"SARG: Records in file: 7\\rSARG: Records in file: {lines}")
print(f"SARG: Processed records: {lines - 5} records in 37 seconds (54 records/s)", file=sys.stderr)
""",
}
HEAD = "import os, subprocess, sys, time\nfrom pathlib import Path\ncount = lambda data: data.count(b'\\n')\n"


def install(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!{sys.executable}\n{HEAD}{text}", encoding="utf-8")
    program.chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))  # peers that are installed on the machine do not count
    return folder


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "access.log"
    path.write_bytes(b"a line\n" * 12)
    return path


def test_goaccess_says_what_it_read_in_its_page(tmp_path: Path) -> None:
    page = (
        '<script>x={"total_requests": {"label": "Total"}};y={"total_requests": 50000,"valid_requests": 49999}</script>'
    )
    (tmp_path / "report.html").write_text(page)
    assert peers.count_goaccess(tmp_path, "") == Counted(50_000, 49_999)
    (tmp_path / "report.html").write_text("<html>nothing to see</html>")
    assert peers.count_goaccess(tmp_path, "") is None


def test_sargs_last_count_is_the_one(tmp_path: Path) -> None:
    words = (
        "SARG: Records in file: 5000\rSARG: Records in file: 10000\rSARG: Records in file: 12003\n"
        "SARG: Total execution time: 3 seconds\nSARG: Processed records: 12001 records in 3 seconds (4000 records/s)\n"
    )
    assert peers.count_sarg(tmp_path, words) == Counted(12_003, 12_001)
    assert peers.count_sarg(tmp_path, "SARG: Records in file: 5000\rSARG: No records found\n") is None


def test_calamaris_leaves_invalid_lines_out_of_the_parsed_ones(tmp_path: Path) -> None:
    words = (
        "# Summary\nlines parsed:                    lines      49999 \n"
        "invalid lines:                   lines          1 \nparse time:       sec          2 \n"
    )
    assert peers.count_calamaris(tmp_path, words) == Counted(50_000, 49_999)
    assert peers.count_calamaris(tmp_path, "no summary") is None


@pytest.mark.parametrize(
    ("line", "counted"),
    [
        ("50000 records (1 bad) in 1 seconds, 50000/sec", Counted(50_000, 49_999)),
        ("50000 records in 0.42 seconds, 119047/sec", Counted(50_000, 50_000)),
        ("50000 records (12 ignored, 3 bad) in 1 seconds, 50000/sec", Counted(50_000, 49_985)),
        ("Error: Can't open log file", None),
    ],
)
def test_webalizer_names_bad_and_ignored_records_where_there_are_any(
    tmp_path: Path, line: str, counted: Counted | None
) -> None:
    assert peers.count_webalizer(tmp_path, f"Skipping bad record (27886)\n{line}\n") == counted


def test_netaudits_account_adds_up_over_files() -> None:
    words = (
        "File  lines = events + not web + duplicates + set aside + blank\n"
        "   1  21,372 = 21,360 + 1 + 6 + 3 + 2  squid, read  access.log.1\n"
        "   2  1,000 = 990 + 0 + 0 + 10 + 0  squid, read  access.log\n"
        "      set aside: 13 × too few columns\n"
    )
    assert count_netaudit(words) == Counted(22_372, 21_360 + 1 + 6 + 990)


@pytest.mark.parametrize("name", PEER)
def test_a_peer_that_reads_the_log_is_measured_and_agrees(name: str, programs: Path, log: Path) -> None:
    install(programs, PEER[name].program, FAKE[PEER[name].program])
    outcome = compare(PEER[name], log, limit_s=30)
    assert outcome.trouble == ""
    assert outcome.counted == Counted(12, 7)
    assert outcome.version in {"2.23-08", "1.7", "2.99.4.7", "2.4.0"}
    assert outcome.measured
    assert 0 < outcome.measured.cpu_s <= outcome.measured.wall_s * (os.cpu_count() or 1)
    assert outcome.measured.peak_mb > 1


def test_only_one_of_the_two_runs_of_sarg_draws_graphs(tmp_path: Path, log: Path) -> None:
    settings = []
    for name in ("sarg", "sarg, no graphs"):
        folder = tmp_path / name
        folder.mkdir()
        PEER[name].arguments(log, folder)
        settings.append((folder / "sarg.conf").read_text())
    assert ["graphs no" in text for text in settings] == [False, True]


@pytest.mark.usefixtures("programs")
def test_a_missing_peer_is_a_row_that_says_how_to_get_it(log: Path) -> None:
    outcome = compare(PEER["goaccess"], log, limit_s=30)
    assert outcome.measured is None
    assert outcome.trouble == "not installed: apt-get install --no-install-recommends goaccess"
    assert peers.missing() == ["webalizer", "goaccess", "calamaris", "sarg"]


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("sys.exit(3)", "failed with exit code 3"),
        ("os.kill(os.getpid(), 11)", "killed by signal 11"),
    ],
)
def test_a_failing_peer_is_a_row(programs: Path, log: Path, text: str, trouble: str) -> None:
    install(programs, "webalizer", text)
    outcome = compare(PEER["webalizer"], log, limit_s=30)
    assert (outcome.trouble, outcome.measured) == (trouble, None)


def test_a_peer_that_cannot_be_started_is_a_row(programs: Path, log: Path) -> None:
    program = programs / "webalizer"
    program.write_bytes(b"\x00neither a program nor a script")
    program.chmod(0o755)
    outcome = compare(PEER["webalizer"], log, limit_s=30)
    assert outcome.trouble.startswith("cannot be started: ")
    assert outcome.measured is None


def test_a_peer_that_writes_no_report_does_not_agree(programs: Path, log: Path) -> None:
    install(programs, "goaccess", "print('done')")
    outcome = compare(PEER["goaccess"], log, limit_s=30)
    assert (outcome.trouble, outcome.counted, outcome.version) == ("", None, "unknown")
    assert parts.agreement(12, Counted(12, 7), outcome.counted) == "does not say"


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or state.read_text().rpartition(") ")[2][0] != "Z"  # a zombie waits for its reaper


def test_a_peer_that_takes_too_long_is_stopped_with_its_children(programs: Path, log: Path, tmp_path: Path) -> None:
    note = tmp_path / "child"
    text = f"""
if "-V" in sys.argv:
    sys.exit()
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
Path({str(note)!r}).write_text(str(child.pid))
time.sleep(60)
"""
    install(programs, "webalizer", text)
    began = time.monotonic()
    outcome = compare(PEER["webalizer"], log, limit_s=3)
    assert time.monotonic() - began < 30
    assert (outcome.trouble, outcome.measured) == ("stopped after 3 s", None)
    deadline = time.monotonic() + 10
    while alive(int(note.read_text())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(int(note.read_text()))


def test_the_work_and_the_peak_of_children_count(tmp_path: Path) -> None:
    child = "import time; block = bytearray(150_000_000)\nwhile time.process_time() < 0.5: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    ended = run([sys.executable, "-c", parent], tmp_path)
    assert ended.trouble == ""
    assert ended.measured.cpu_s >= 0.5
    assert ended.measured.peak_mb >= 150


def test_a_program_finds_neither_our_settings_nor_our_language(tmp_path: Path, programs: Path, log: Path) -> None:
    said = tmp_path / "said"
    install(programs, "webalizer", f"Path({str(said)!r}).write_text(' '.join(sorted(os.environ)) + os.environ['HOME'])")
    compare(PEER["webalizer"], log, limit_s=30)
    assert said.read_text().startswith("HOME LC_ALL PATH TMPDIR")
    assert str(Path.home()) != said.read_text().removeprefix("HOME LC_ALL PATH TMPDIR")


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (None, "does not say"),
        (Counted(1_000_000, 999_992), "yes"),
        (Counted(1_000_000, 999_995), "nearly: +3 of 8 unusable lines"),
        (Counted(1_000_000, 999_990), "nearly: -2 of 8 unusable lines"),
        (Counted(27_885, 27_884), "NOT THE SAME WORK: -972,108 requests"),
    ],
)
def test_agreement(theirs: Counted | None, said: str) -> None:
    assert parts.agreement(1_000_000, Counted(1_000_000, 999_992), theirs) == said


def test_the_comparison_has_a_row_for_each_whatever_became_of_it() -> None:
    outcomes = [
        Outcome("netaudit", "0.1.0", "all", "", Measured(6.25, 6.0, 557.4), Counted(1_000_000, 999_995)),
        Outcome("quick", "1.0", "less", "", Measured(2.0, 1.5, 20.0), Counted(1_000_000, 999_995)),
        Outcome("slow", "2.0", "less", "stopped after 900 s"),
        Outcome("absent", "", "less", "not installed: apt-get install absent"),
    ]
    table = parts.peers_table(LOG, ["a fact"], outcomes)
    text = table.markdown().splitlines()
    assert text[:4] == [
        "# netaudit beside its peers",
        "",
        "- Log: 1,000,000 lines, 141,000,000 bytes; reading the bytes alone: 0.01 s",
        "- a fact",
    ]
    assert text[7:11] == [
        "| netaudit | 0.1.0 | 6.2 | 6.0 | 6.00 | 557 | 160,000 | 1,000,000 | 999,995 | – | all |",
        "| quick | 1.0 | 2.0 | 1.5 | 1.50 | 20 | 500,000 | 1,000,000 | 999,995 | yes | less |",
        "| slow | 2.0 | – | – | – | – | – | – | – | stopped after 900 s | less |",
        "| absent | – | – | – | – | – | – | – | – | not installed: apt-get install absent | less |",
    ]
    assert len({line.count("|") for line in text[5:11]}) == 1


def test_compressed_logs_are_held_against_the_plain_one() -> None:
    same = Counted(1_000_000, 999_995)
    found = [
        ("plain", 100, Measured(5, 4.0, 500), same),
        (".gz", 20, Measured(6, 5.2, 510), same),
        (".zst", 18, Measured(6, 5.3, 510), Counted(1_000_000, 999_990)),
    ]
    table = parts.compressed_table(LOG, [], found)
    assert [row[7] for row in table.rows] == [1.0, 1.3, pytest.approx(1.325)]
    [verdict] = table.verdicts
    assert ".gz 1.30 met; .zst 1.32 MISSED; .zst READ -5 REQUESTS" in verdict


@pytest.mark.parametrize(("peak", "said"), [(1250.0, "1.25, met"), (1260.0, "1.26, MISSED")])
def test_memory_is_held_against_the_smallest_log(peak: float, said: str) -> None:
    found = [(LOG, Measured(60, 60, 1000)), (LOG, Measured(180, 180, 1100)), (LOG, Measured(180, 180, peak))]
    [verdict] = parts.memory_table([], found).verdicts
    assert said in verdict


def test_a_table_rounds_for_people_and_not_for_programs() -> None:
    columns = [Column("name", "name"), Column("wall s", "wall_s", ",.1f"), Column("lines", "lines", ",d")]
    table = Table("one", "One", ["a fact", "and another"], columns, [["a|b", 1234.567, 1_000_000], ["", None, None]])
    assert table.markdown() == (
        "# One\n\n- a fact\n- and another\n\n| name | wall s | lines |\n| --- | ---: | ---: |\n"
        "| a\\|b | 1,234.6 | 1,000,000 |\n| – | – | – |\n"
    )
    assert table.csv() == (
        "name,wall_s,lines,about\na|b,1234.567,1000000,a fact; and another\n,,,a fact; and another\n"
    )


def test_the_machine_is_described_without_its_name() -> None:
    assert f"{os.cpu_count()} cores" in machine()
    assert os.uname().nodename not in machine().split()


def test_times_are_medians_and_peaks_the_largest() -> None:
    runs = [Measured(9, 1, 5), Measured(1, 9, 6), Measured(5, 5, 4)]
    assert middle(runs) == Measured(5, 5, 6)


def test_a_log_that_was_there_before_stays(tmp_path: Path) -> None:
    recipe = log_files.Recipe(tmp_path)
    with log_files.borrowed(recipe, 100, keep=False) as made:
        assert made.read_bytes().count(b"\n") == 100
    assert not made.exists()
    with log_files.borrowed(recipe, 100, keep=True) as kept:
        pass
    with log_files.borrowed(recipe, 100, keep=False) as again:
        assert again == kept
    assert kept.exists()


def test_a_log_for_which_there_is_no_room_is_not_begun(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"1,000,000,000,000 lines need 150000.0 GB in .*, where .* GB are free"):
        log_files.generated(log_files.Recipe(tmp_path), 10**12)
    assert not list(tmp_path.iterdir())


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def benchmark(*options: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCHMARKS / "run.py"), *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_whole_script_writes_every_table(tmp_path: Path, programs: Path) -> None:
    true = shutil.which("true", path=os.defpath)
    assert true
    (programs / "true").symlink_to(true)
    for name in ("goaccess", "sarg"):
        install(programs, name, FAKE[name])
    install(programs, "calamaris", "sys.exit(1)")
    results = tmp_path / "results"
    done = benchmark(
        *("--lines", "2000", "--logs", tmp_path / "logs", "--results", results, "--note", "made up"),
        *("--peers", "--compressed", "--memory", "1500", "1000"),
    )
    assert done.returncode == 0, done.stderr
    assert "on Debian: apt-get install --no-install-recommends webalizer" in done.stderr
    rows = {row["program"]: row for row in table(results / "peers.csv")}
    assert {name: row["agreement"] for name, row in rows.items()} == {
        "netaudit": "",
        "webalizer": "not installed: apt-get install --no-install-recommends webalizer",
        "goaccess": "yes",
        "calamaris": "failed with exit code 1",
        "sarg": "yes",
        "sarg, no graphs": "yes",
    }
    assert int(rows["netaudit"]["requests"]) == 2000 - BROKEN_LINES
    assert "made up" in rows["netaudit"]["about"]
    packed = table(results / "compressed.csv")
    assert [int(row["requests"]) for row in packed] == [2000 - BROKEN_LINES] * 3
    assert int(packed[0]["bytes"]) > 2 * max(int(row["bytes"]) for row in packed[1:])
    sizes = table(results / "memory.csv")
    assert [row["lines"] for row in sizes] == ["1000", "1500"]
    for name in ("peers", "compressed", "memory"):
        assert (results / f"{name}.md").read_text(encoding="utf-8") in done.stdout
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["squid-2000-1.log"]


@pytest.mark.parametrize("part", ["--peers", "--compressed", "--memory"])
def test_a_real_log_is_not_given_to_peers_nor_copied(tmp_path: Path, part: str) -> None:
    log = tmp_path / "access.log"
    log.write_text("")
    done = benchmark("--log", log, part)
    assert done.returncode == 2
    assert "--log measures the whole job only" in done.stderr


def test_the_script_stays_small_lest_small_programs_seem_large() -> None:
    code = f"import sys; sys.path.insert(0, {str(BENCHMARKS)!r}); import run; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert {"parts", "peers", "measure"} <= set(loaded)
    assert not {"numpy", "polars", "netaudit", "zstandard"} & set(loaded)
