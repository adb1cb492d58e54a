"""What the audit trail can say: kinds of entries, each with what it means."""

from __future__ import annotations

from collections.abc import Mapping

# What reveals or destroys something: none of it is done where the second place cannot be told, or the trail is damaged.
NEEDS_SECOND = frozenset({"case.opening", "keys.destroyed", "pack.made", "purge.begun", "rights.access"})

EVENTS: Mapping[str, str] = {
    "trail.begun": "the trail begins",
    "trail.repaired": "a last entry that was cut short was taken away",
    "trail.behind": "the second place could not be written to, or was caught up",
    "trail.restarted": "a damaged trail was set aside, and a new one begun",
    "trail.stamped": "an authority stamped the head with its time",
    "trail.shortened": "entries past their retention were taken away",
    "setting.changed": "a setting, a policy, lists, or the officers changed since the entry before",
    "run": "logs were read, and reports written",
    "view": "something about people was shown",
    "export": "something was written to be passed on",
    "refused": "something was asked for and not given",
    "case.requested": "Information Governance asked for the name behind a case",
    "case.approved": "somebody else agreed",
    "case.opening": "both seals are being opened",
    "case.opened": "the name was shown",
    "case.closed": "the case was closed, and its seal destroyed",
    "case.lapsed": "nobody proved a case in time, and its seal was destroyed",
    "seals.made": "identities were sealed",
    "seals.renewed": "identities were sealed anew, to other officers",
    "seals.dropped": "sealed identities were destroyed, as their findings fell away",
    "rights.access": "somebody was told what is held about them",
    "rights.objection": "an objection was recorded",
    "rights.correction": "a correction was recorded",
    "mail.sent": "a mail was handed to the mail server, or written to a file in its place",
    "review.exported": "a sheet of cases was written for an officer to fill in",
    "review.imported": "the decisions of a review sheet were recorded",
    "pack.made": "the evidence of an opened case was packed",
    "pack.verified": "a pack was held against the source logs",
    "keys.destroyed": "keys were destroyed",
    "keys.rewrapped": "keys were wrapped anew",
    "purge.begun": "the destruction of what is past its retention began",
    "purge.finished": "it was completed, and certified",
}
