"""The annex to the DPIA, written from the configuration that really runs: `netaudit dpia`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from netaudit import __version__
from netaudit.contracts.annex import Annex, Block, Bullets, Grid, Section, Words
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.honest_limits import honest_limits
from netaudit.definitions.policy_sentences import listed
from netaudit.errors import unwritable
from netaudit.pipeline.dpia.facts import Facts, gather
from netaudit.pipeline.dpia.judgement import consultation, need, outcomes, proportionality, record_of_processing
from netaudit.pipeline.dpia.processing import processing
from netaudit.pipeline.dpia.register import assessed, lessened, measures_of, risks_of, switched_off
from netaudit.pipeline.dpia.said import open_questions
from netaudit.pipeline.trails import note
from netaudit.report.annex import write_files

__all__ = ["annex", "annex_of", "write_annex"]


def annex(configuration: Configuration, out: Path, now: datetime) -> Annex:
    """Return the annex of a configuration as it is now; nothing is opened, written or recorded.

    Args:
        configuration: what the organisation has decided.
        out: where a run wrote, or would write.
        now: the moment.

    Raises:
        DefinitionError: with every fault of what the configuration names.
        StoreError: ledger, key folder or audit trail cannot be read.
    """
    return annex_of(gather(configuration, out, now))


def write_annex(configuration: Configuration, out: Path, now: datetime, folder: Path) -> tuple[Annex, list[Path]]:
    """Write the annex as a page and as a Word document, and return it with their paths; the audit trail says so.

    Raises:
        DefinitionError: as `annex`.
        StoreError: as `annex`; or the trail cannot be written, and then there is no annex.
        InputError: the folder cannot be written to.
    """
    made = annex(configuration, out, now)
    about = {"what": "dpia annex", "measures_off": [one.measure_id for one in made.off], "hashes": dict(made.hashes)}
    note(configuration, out, "export", about, now)
    try:
        return made, write_files(made, folder)
    except OSError as error:
        raise unwritable(folder, error.strerror) from error


def annex_of(facts: Facts) -> Annex:
    """Return the annex that facts make."""
    configuration = facts.configuration
    measures = measures_of(facts)
    risks, questions = risks_of(measures), open_questions(facts)
    lacks = configuration.dpia.lacks(facts.today)
    sections = [
        Section("What this is, and what it is not", tuple(_beginning(facts))),
        Section("What is not switched on", tuple(switched_off(measures))),
        *need(facts),
        *processing(facts),
        *consultation(facts),
        *proportionality(facts),
        *assessed(risks),
        *lessened(risks, measures),
        *outcomes(facts),
        *record_of_processing(facts),
        Section("Annex B: Honest limits", (_LIMITS, Bullets(honest_limits()))),
        Section("Annex C: What remains to be completed", (Bullets(questions),)),
        Section("Annex D: What this was made from", (_versions(facts),)),
    ]
    return Annex(
        configuration.organisation,
        configuration.handling,
        facts.policy.title,
        configuration.zone,
        facts.now,
        __version__,
        "" if lacks else str(configuration.dpia),
        lacks,
        tuple(sorted(facts.hashes.items())),
        facts.last is not None,
        facts.changed,
        risks,
        measures,
        questions,
        tuple(sections),
    )


_LIMITS = Words(
    "What netaudit does not protect against, whatever is switched on; from the page on privacy of its manual."
)


def _beginning(facts: Facts) -> list[Block]:
    blocks: list[Block] = [
        Words(
            "This annex was written by netaudit from its configuration. It says what the tool is told to do, and what "
            "it does by itself. It is no assessment: whether the monitoring is needed, lawful and fair is for people "
            "to judge. What the controller has stated stands here in their own words and was not checked; where only "
            "they can answer and have not, it says so."
        )
    ]
    if facts.configuration.dpia.lacks(facts.today):
        blocks.append(Words(f"No current assessment covers the monitoring: "
                            f"{'; '.join(facts.configuration.dpia.lacks(facts.today))}.", "warning"))  # fmt: skip
    if facts.last is None:
        blocks.append(Words("Nothing has run yet with this store: what follows is what would be done.", "warning"))
    elif facts.changed:
        said = "The configuration is NOT the one that ran last. What follows describes it as it is now."
        blocks += [Words(said, "warning"), Bullets(facts.changed)]
    else:
        blocks.append(Words("The configuration is the one that ran last."))
    if facts.files_changed:
        said = f"Since the last run began, what people keep has changed: {listed(facts.files_changed)}."
        blocks.append(Words(f"{said} What follows describes it as it is now.", "warning"))
    return blocks


def _versions(facts: Facts) -> Grid:
    last = facts.last
    ran = {} if last is None else dict(last.hashes)
    configuration = facts.configuration
    file = str(configuration.path.name) if configuration.path else "none: the defaults"
    rows = [
        ("Program", f"netaudit {__version__}", f"netaudit {last.version}" if last else "nothing has run"),
        ("When", f"{facts.now:%Y-%m-%d %H:%M}", f"{last.at:%Y-%m-%d %H:%M}" if last else "nothing has run"),
        ("Configuration file", file, "its name is not recorded" if last else "nothing has run"),
    ]
    rows += [
        (f"SHA-256 of the {name}", digest, ran.get(name, "not recorded") if last else "nothing has run")
        for name, digest in sorted(facts.hashes.items())
    ]
    return Grid("Now, and at the last run", ("What", "Now", "When it last ran"), tuple(rows))
