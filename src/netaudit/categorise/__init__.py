"""From distinct URLs to classes of site: the most specific pattern wins, on label boundaries.

Order: overrides; then addresses and internal names; then the lists. Within a tier a path pattern beats an
exact host, which beats a suffix; of several paths or suffixes the longest wins. A special category anywhere
on the chain of a host shields it, whatever class wins, unless an override says otherwise: masking errs on
the safe side.
"""

from netaudit.categorise.classes import categorise, first_segments, has_path_rules
from netaudit.categorise.examples import check_class_map

__all__ = ["categorise", "check_class_map", "first_segments", "has_path_rules"]
