"""Pseudonyms at the door, suppression at the exit."""

from netaudit.protect.cases import open_cases
from netaudit.protect.changes import NEW, open_changes
from netaudit.protect.clauses import clauses_of
from netaudit.protect.counting import attended, counted
from netaudit.protect.effects import Effect, Side, effects
from netaudit.protect.identities import Identities
from netaudit.protect.keys import Keyring
from netaudit.protect.leaks import filter_leaks, open_leaks
from netaudit.protect.provenance import provenance
from netaudit.protect.pseudonyms import (
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
from netaudit.protect.suppression import SuppressionSettings

__all__ = [
    "NEW",
    "WITHHELD_DOMAIN",
    "Effect",
    "Identities",
    "Keyring",
    "Pseudonyms",
    "ShownSite",
    "Side",
    "SuppressionSettings",
    "attended",
    "busiest_weeks",
    "clauses_of",
    "counted",
    "decisions_table",
    "effects",
    "filter_leaks",
    "many_or_few",
    "open_cases",
    "open_changes",
    "open_leaks",
    "people_table",
    "provenance",
    "pseudonymise",
    "publish",
    "register_table",
    "shield",
    "shown_sites",
]
