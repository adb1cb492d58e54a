"""Visits, a policy and the registers in; spells, findings and their evidence out."""

from netaudit.assess.case_tables import REQUESTS, case_tables
from netaudit.assess.evidence import evidence, named_sites
from netaudit.assess.examples import check_policy, download_rows, visit_row
from netaudit.assess.excuses import decided
from netaudit.assess.human_time import class_use, with_downloads
from netaudit.assess.week import Assessment, assess

__all__ = [
    "REQUESTS",
    "Assessment",
    "assess",
    "case_tables",
    "check_policy",
    "class_use",
    "decided",
    "download_rows",
    "evidence",
    "named_sites",
    "visit_row",
    "with_downloads",
]
