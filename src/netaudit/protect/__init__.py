"""Pseudonyms at the door, suppression at the exit."""

from netaudit.protect.cases import open_cases
from netaudit.protect.counting import attended, clauses_of
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
from netaudit.protect.leaks import filter_leaks
from netaudit.protect.provenance import provenance
from netaudit.protect.pseudonyms import (
    EARLIER_PAGES,
    PAGES,
    PSEUDONYMS,
    Pseudonyms,
    decisions_table,
    people_table,
    pseudonymise,
    register_table,
    shield,
)
from netaudit.protect.publish import publish
from netaudit.protect.sites import ShownSite, busiest_weeks, many_or_few, shown_sites
from netaudit.protect.suppression import SuppressionSettings

__all__ = [
    "EARLIER_PAGES",
    "PAGES",
    "PSEUDONYMS",
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
    "busiest_weeks",
    "clauses_of",
    "decisions_table",
    "destroy",
    "effects",
    "filter_leaks",
    "is_name_of_table",
    "key_states",
    "many_or_few",
    "open_cases",
    "people_table",
    "provenance",
    "pseudonymise",
    "publish",
    "register_table",
    "rewrap",
    "shield",
    "shown_sites",
    "wrapping_key",
]
