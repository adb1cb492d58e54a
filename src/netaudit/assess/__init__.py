"""Visits, a policy and the registers in; spells, findings and their evidence out."""

from netaudit.assess.evidence import evidence
from netaudit.assess.examples import check_policy
from netaudit.assess.week import Assessment, assess

__all__ = ["Assessment", "assess", "check_policy", "evidence"]
