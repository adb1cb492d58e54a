"""What the controller has said, and what only the controller can say."""

from __future__ import annotations

from netaudit.contracts.annex import TO_COMPLETE, Answers, Words
from netaudit.definitions.dpia_statements import STATEMENTS
from netaudit.pipeline.dpia.facts import Facts

SCORES = "The likelihood and severity of each risk, the effect of the measures, and what remains"
SIGNATURES = (
    "Who approved the measures and the risk that remains, on which day, and who keeps the assessment under review"
)
PEOPLE = "How many people are monitored, and whether there are some who need more protection"
AREA = "The places and sites that it covers"
_CONTACTS = {
    "controller": "The controller's name and address ([organisation] controller)",
    "dpo": "How the data protection officer is reached ([organisation] dpo)",
    "contact": "Where staff ask, object and challenge ([organisation] contact)",
}


def own(text: str) -> Words:
    """Return the controller's own words, or the place for them."""
    return Words(text, "stated") if text.strip() else Words(TO_COMPLETE, "open")


def stated(facts: Facts, *keys: str) -> Answers:
    """Return questions of STATEMENTS with the controller's answers."""
    said = facts.configuration.dpia.stated
    return Answers("", tuple((STATEMENTS[key], own(said.get(key, ""))) for key in keys))


def open_questions(facts: Facts) -> tuple[str, ...]:
    """Return what only the controller can still complete."""
    configuration = facts.configuration
    contacts = [text for key, text in _CONTACTS.items() if not getattr(configuration, key).strip()]
    texts = [f"{text} ([dpia] {key})" for key, text in STATEMENTS.items() if key not in configuration.dpia.stated]
    return (*contacts, *texts, PEOPLE, AREA, SCORES, SIGNATURES)
