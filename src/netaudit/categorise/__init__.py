"""From distinct URLs to classes of site: who is believed first decides, on label boundaries.

The order is in `definitions.tiers`. A special category anywhere on the chain of a host shields it, whatever class
wins, unless an override says otherwise: masking errs on the safe side. What a web filter wrote into the log is heard
in its tier, row by row: see `vendor`.
"""

from netaudit.categorise.classes import categorise, first_segments, has_path_rules
from netaudit.categorise.examples import check_class_map
from netaudit.categorise.hosts import normalised
from netaudit.categorise.names import MISSPELT, words_in
from netaudit.categorise.vendor import check_vendor, judged, kept_words, with_vendor
from netaudit.categorise.votes import votes_about

__all__ = [
    "MISSPELT",
    "categorise",
    "check_class_map",
    "check_vendor",
    "first_segments",
    "has_path_rules",
    "judged",
    "kept_words",
    "normalised",
    "votes_about",
    "with_vendor",
    "words_in",
]
