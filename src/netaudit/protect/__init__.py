"""Pseudonyms at the door, suppression at the exit."""

from netaudit.protect.blind import Blind, BlindIdentities, SortedPseudonyms, blinded, group_of, people_of
from netaudit.protect.cases import open_cases, statements_of
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
from netaudit.protect.held import SHIELDED, held_about, linked_by
from netaudit.protect.held_columns import HELD, LINKS, NOT_CONNECTED, TOLD_WITH, Kept
from netaudit.protect.identities import Identities
from netaudit.protect.keys import (
    Keyring,
    KeyState,
    Rewrapped,
    SeenKeys,
    destroy,
    destroy_places,
    is_name_of_table,
    key_states,
    look,
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
from netaudit.protect.subjects import Subject, subject_of, theirs
from netaudit.protect.suppression import SuppressionSettings
from netaudit.protect.unions import band, weekly_ranges, withdrawn_share, withheld_values

__all__ = [
    "EARLIER_PAGES",
    "HELD",
    "LINKS",
    "NOT_CONNECTED",
    "PAGES",
    "PSEUDONYMS",
    "SHIELDED",
    "TOLD_WITH",
    "WITHHELD_DOMAIN",
    "Blind",
    "BlindIdentities",
    "Claim",
    "Earlier",
    "Effect",
    "Identities",
    "Kept",
    "KeyState",
    "Keyring",
    "Pseudonyms",
    "Rewrapped",
    "SeenKeys",
    "ShownSite",
    "Side",
    "SortedPseudonyms",
    "Subject",
    "SuppressionSettings",
    "attended",
    "band",
    "basis_of_edition",
    "blinded",
    "busiest_weeks",
    "claims_of_edition",
    "claims_of_week",
    "clauses_of",
    "counted",
    "decisions_table",
    "destroy",
    "destroy_places",
    "effects",
    "filter_leaks",
    "group_of",
    "held_about",
    "hidden_until_closed",
    "is_name_of_table",
    "key_states",
    "known_as",
    "linked_by",
    "look",
    "many_or_few",
    "new_cases",
    "new_people",
    "open_cases",
    "open_changes",
    "open_leaks",
    "people_of",
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
    "statements_of",
    "strangers",
    "subject_of",
    "theirs",
    "weekly_ranges",
    "whom_figures_count",
    "withdrawn_share",
    "withheld_values",
    "wrapping_key",
]
