"""Visits, a policy and the registers in; spells, findings and their evidence out."""

from netaudit.assess.evidence import evidence, named_sites
from netaudit.assess.examples import check_policy
from netaudit.assess.human_time import use_of
from netaudit.assess.week import Assessment, assess

__all__ = ["Assessment", "assess", "check_policy", "evidence", "named_sites", "use_of"]
