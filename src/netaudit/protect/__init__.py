"""Pseudonyms at the door, suppression at the exit."""

from netaudit.protect.cases import open_cases
from netaudit.protect.changes import new_cases, new_people, open_changes
from netaudit.protect.clauses import clauses_of
from netaudit.protect.counting import attended, counted
from netaudit.protect.earlier import (
    Claim,
    Earlier,
    claims_of_edition,
    claims_of_week,
    hidden_until_closed,
    printed_of,
    repeat,
    standing,
)
from netaudit.protect.effects import Effect, Side, effects
from netaudit.protect.identities import Identities
from netaudit.protect.keys import (
    Keyring,
    KeyState,
    Rewrapped,
    destroy,
    is_name_of_table,
    key_states,
    rewrap,
    wrapping_key,
)
from netaudit.protect.leaks import filter_leaks, open_leaks
from netaudit.protect.moves import basis_of_edition, known_as, whom_figures_count
from netaudit.protect.provenance import provenance
from netaudit.protect.pseudonyms import (
    EARLIER_PAGES,
    PAGES,
    PSEUDONYMS,
    WITHHELD_DOMAIN,
    Pseudonyms,
    decisions_table,
    people_table,
    pseudonymise,
    register_table,
    shield,
)
from netaudit.protect.publish import publish
from netaudit.protect.sites import ShownSite, busiest_weeks, many_or_few, shown_sites
from netaudit.protect.strangers import strangers
from netaudit.protect.suppression import SuppressionSettings

__all__ = [
    "EARLIER_PAGES",
    "PAGES",
    "PSEUDONYMS",
    "WITHHELD_DOMAIN",
    "Claim",
    "Earlier",
    "Effect",
    "Identities",
    "KeyState",
    "Keyring",
    "Pseudonyms",
    "Rewrapped",
    "ShownSite",
    "Side",
    "SuppressionSettings",
    "attended",
    "basis_of_edition",
    "busiest_weeks",
    "claims_of_edition",
    "claims_of_week",
    "clauses_of",
    "counted",
    "decisions_table",
    "destroy",
    "effects",
    "filter_leaks",
    "hidden_until_closed",
    "is_name_of_table",
    "key_states",
    "known_as",
    "many_or_few",
    "new_cases",
    "new_people",
    "open_cases",
    "open_changes",
    "open_leaks",
    "people_table",
    "printed_of",
    "provenance",
    "pseudonymise",
    "publish",
    "register_table",
    "repeat",
    "rewrap",
    "shield",
    "shown_sites",
    "standing",
    "strangers",
    "whom_figures_count",
    "wrapping_key",
]
