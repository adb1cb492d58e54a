"""Pseudonyms at the door, suppression at the exit."""

from netaudit.protect.cases import open_cases
from netaudit.protect.counting import clauses_of
from netaudit.protect.identities import Identities
from netaudit.protect.keys import Keyring
from netaudit.protect.pseudonyms import Pseudonyms, people_table, pseudonymise, register_table, shield
from netaudit.protect.publish import publish
from netaudit.protect.suppression import SuppressionSettings

__all__ = [
    "Identities",
    "Keyring",
    "Pseudonyms",
    "SuppressionSettings",
    "clauses_of",
    "open_cases",
    "people_table",
    "pseudonymise",
    "publish",
    "register_table",
    "shield",
]
