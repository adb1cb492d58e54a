"""What stands around the pages that are made for one person or one case, outside a run."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from netaudit import __version__
from netaudit.contracts import RunFacts
from netaudit.definitions.configuration import Configuration
from netaudit.definitions.policies import Policy


def page_frame(
    configuration: Configuration, policy: Policy, now: datetime, *, handling: str = "", lasting: bool = False
) -> RunFacts:
    """Return the facts that frame a page: whose it is, under which policy, when it was made; nothing of a run.

    Args:
        configuration: names the organisation.
        policy: in force.
        now: the moment.
        handling: the marking; the configuration's if empty.
        lasting: it says nothing of anybody, and need not be destroyed.
    """
    local = now.astimezone(ZoneInfo(policy.zone))
    hour = any(rule.kind == "one_hour" and rule.on for rule in policy.rules)
    return RunFacts(
        organisation=configuration.organisation,
        handling=handling or configuration.handling,
        policy_title=policy.title,
        policy_id=policy.policy_id,
        policy_review_by=policy.review_by,
        run_at=local,
        time_zone=policy.zone,
        version=__version__,
        hashes={},
        files=(),
        reject_reasons={},
        reject_examples=(),
        periods=(),
        provisional_periods=(),
        attribution={},
        label_counts={},
        tolerance_minutes=policy.one_hour.tolerance_minutes if hour else None,
        minimum_group=configuration.minimum_group,
        destroy_by=None if lasting else (local + timedelta(days=configuration.retention_days)).date(),
    )
