"""Steps 5 and 6 of the annex: the risk register, and what is switched on against each risk."""

from __future__ import annotations

from netaudit.contracts.annex import TO_COMPLETE, Answers, Block, Grid, Measure, Risk, Section, Words
from netaudit.definitions.dpia_risks import RISKS
from netaudit.pipeline.dpia.built_in import BUILT_IN
from netaudit.pipeline.dpia.facts import Facts
from netaudit.pipeline.dpia.switched import SWITCHED, WARNING

RULES = (*SWITCHED, *BUILT_IN)
ON, OFF, ALWAYS = "On", "OFF", "Built in"


def measures_of(facts: Facts) -> tuple[Measure, ...]:
    """Return how every measure stands, those that a setting can switch first."""
    return tuple(rule.of(facts) for rule in RULES)


def risks_of(measures: tuple[Measure, ...]) -> tuple[Risk, ...]:
    """Return the risks with what lessens them."""
    return tuple(Risk(*one, tuple(each for each in measures if one.risk_id in each.risks)) for one in RISKS)


def state(measure: Measure) -> str:
    """Return whether a measure is on, in a word."""
    return (ALWAYS if measure.built_in else ON) if measure.is_on else OFF


def assessed(risks: tuple[Risk, ...]) -> list[Section]:
    """Return step 5: the risks, to be scored by the controller."""
    said = Words(
        "Likelihood (remote, possible, probable), severity (minimal, significant, severe) and the risk overall (low, "
        "medium, high) are for the controller to score: the tool knows what is switched on and not how things are done."
    )
    scores = Grid(
        "Scores before measures",
        ("Risk", "What it is", "Likelihood", "Severity", "Overall"),
        tuple((one.risk_id, one.title, TO_COMPLETE, TO_COMPLETE, TO_COMPLETE) for one in risks),
    )
    sections = [Section("Step 5: Identify and assess risks", (said, scores))]
    sections += [
        Section(
            f"{one.risk_id}: {one.title}",
            (
                Answers(
                    "",
                    (
                        ("Where it comes from", Words(one.source)),
                        ("Who is harmed", Words(one.harmed)),
                        ("How", Words(one.harm)),
                        ("Not switched on against it", Words(_titles(one.off), "warning" if one.off else "plain")),
                    ),
                ),
                Grid(
                    f"Measures against {one.risk_id}",
                    ("Measure", "State"),
                    tuple((each.title, state(each)) for each in one.measures),
                ),
            ),
            2,
        )
        for one in risks
    ]
    return sections


def lessened(risks: tuple[Risk, ...], measures: tuple[Measure, ...]) -> list[Section]:
    """Return step 6: every measure as it stands, with its tests; and what remains, for the controller to say."""
    remains = Grid(
        "What remains of each risk",
        ("Risk", "Effect of the measures", "What remains", "Approved"),
        tuple((f"{one.risk_id}: {one.title}", TO_COMPLETE, TO_COMPLETE, TO_COMPLETE) for one in risks),
    )
    said = Words(
        "What follows is computed from the configuration. The tests named are part of netaudit and try each measure; "
        "they show that the program does what is said here, not that the organisation uses it well."
    )
    return [
        Section("Step 6: Identify measures to reduce risk", (said, remains)),
        *(Section(f"Measure “{one.measure_id}”: {one.title}", _measure(one), 2) for one in measures),
    ]


def switched_off(measures: tuple[Measure, ...]) -> list[Block]:
    """Return what is not switched on, to stand at the very beginning."""
    off = [one for one in measures if not one.is_on]
    doubtful = [Words(f"{one.title}. {one.says}", "warning") for one in measures if one.is_on and WARNING in one.says]
    if not off:
        return [Words("Every measure that a setting can switch is switched on."), *doubtful]
    rows = tuple((one.title, ", ".join(one.risks), one.says) for one in off)
    return [
        Words(
            f"{len(off)} of {len(measures)} measures are NOT switched on. The risks beside them are the higher.",
            "warning",
        ),
        Grid("Not switched on", ("Measure", "Risks", "What that means"), rows),
        *doubtful,
    ]


def _measure(one: Measure) -> tuple[Block, ...]:
    kind = "plain" if one.is_on and WARNING not in one.says else "warning"
    tests = ", ".join(one.tests)
    return (
        Answers(
            "",
            (
                ("State", Words(state(one), "plain" if one.is_on else "warning")),
                ("What that means", Words(one.says, kind)),
                ("Against", Words(", ".join(one.risks))),
                ("Tests", Words(tests)),
            ),
        ),
    )


def _titles(measures: tuple[Measure, ...]) -> str:
    return "; ".join(one.title for one in measures) or "Nothing: all that lessens it is on"
