"""The organisation's own social media accounts against the reasons for which a policy lets them be closed.

What the export does not say is never held against an account: then nobody can tell. Doubt about months and weeks goes
to the account as well, except where the policy's own words leave none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from netaudit.definitions.policy_sentences import amount, day_in_words
from netaudit.definitions.social_account_files import COUNTED_MONTHS, Account
from netaudit.definitions.social_accounts import Criterion, SocialAccounts, months_later

Outcome = Literal["met", "not met", "cannot tell"]
_DAYS_A_WEEK = 7
_ABOUT_POSTS = ("inactivity", "frequency")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one criterion makes of one account, and why."""

    criterion: Criterion
    outcome: Outcome
    why: str


def judge_account(account: Account, policy: SocialAccounts, today: date) -> tuple[Judgement, ...]:
    """Return what each criterion of a policy makes of an account on a day, in the policy's order."""
    return tuple(Judgement(one, *_judge(account, one, today)) for one in policy.criteria)


def _judge(account: Account, criterion: Criterion, today: date) -> tuple[Outcome, str]:
    if account.contradictions and criterion.name in _ABOUT_POSTS:
        return "cannot tell", f"The export contradicts itself: {'; '.join(account.contradictions)}."
    return _JUDGES[criterion.name](account, criterion, today)


def _inactivity(account: Account, criterion: Criterion, today: date) -> tuple[Outcome, str]:
    """A month is a calendar month: after a post on 31 January the last day of February completes it."""
    silent = account.never_posted or (account.last_post is None and account.posts == 0)
    if silent and not account.never_posted and criterion.months > COUNTED_MONTHS:
        return "cannot tell", "When it last posted is not known."
    since = account.opened if silent else account.last_post
    if since is None:
        told = "It has no posts, but when it was opened" if silent else "When it last posted"
        return "cannot tell", f"{told} is not known."
    if silent and not account.never_posted:
        over = months_later(since, criterion.months) <= today
        told = f"No original post in {amount(COUNTED_MONTHS, 'months')}; it was opened on {day_in_words(since)}."
        return "met" if over else "not met", told
    what = "It was opened on" if account.never_posted else "The last original post was on"
    never = ", and nothing was posted since" if account.never_posted else ""
    over = months_later(since, criterion.months) <= today
    return "met" if over else "not met", f"{what} {day_in_words(since)}{never}."


def _frequency(account: Account, criterion: Criterion, today: date) -> tuple[Outcome, str]:
    """An account is measured over the whole period only, and by whole weeks: one post in each is enough."""
    if account.posts is None:
        return "cannot tell", "How many posts there were is not known."
    if criterion.months != COUNTED_MONTHS:
        return "cannot tell", f"The export counts the posts of {amount(COUNTED_MONTHS, 'months')}."
    begin = months_later(today, -criterion.months)
    weeks = (today - begin).days // _DAYS_A_WEEK
    told = f"{amount(account.posts, 'posts')} in the {weeks} whole weeks since {day_in_words(begin)}"
    if account.posts >= weeks * criterion.posts_a_week:
        return "not met", f"{told}."
    if account.opened is None:
        return "cannot tell", f"{told}, but when the account was opened is not known."
    if months_later(account.opened, criterion.months) > today:
        return "not met", f"It was opened on {day_in_words(account.opened)}: too new to be judged by this."
    return "met", f"{told}."


def _interest(account: Account, criterion: Criterion, today: date) -> tuple[Outcome, str]:
    if account.followers is not None and account.followers >= criterion.followers:
        return "not met", f"{amount(account.followers, 'followers')}."
    if account.opened is not None and months_later(account.opened, criterion.months) > today:
        return "not met", f"It was opened on {day_in_words(account.opened)}: too new to be judged by this."
    if account.followers is None:
        return "cannot tell", "How many followers it has is not known."
    told = amount(account.followers, "followers")
    if account.opened is None:
        return "cannot tell", f"{told}, but when the account was opened is not known."
    return "met", f"{told}; it was opened on {day_in_words(account.opened)}."


def _relevance(account: Account, criterion: Criterion, today: date) -> tuple[Outcome, str]:  # noqa: ARG001
    whose, ends = f"The project {account.project}".rstrip(), account.project_ends
    over = ends is not None and ends < today
    outcome: Outcome = "not met"
    if account.has_project is None:
        outcome, why = "cannot tell", "Nothing is said of its programme or project."
    elif not account.has_project:
        outcome = "cannot tell" if ends else "not met"
        why = f"It is said to belong to no project{', and to have an end' if ends else ''}."
    elif account.project_closed:
        outcome, why = "met", f"{whose} has closed{f' (its end: {_day(ends)})' if ends else ''}."
    elif over and account.project_closed is False:
        outcome, why = "cannot tell", f"{whose} is said to be open, and to have ended on {_day(ends)}."
    elif over:
        outcome, why = "met", f"{whose} ended on {_day(ends)}."
    else:
        why = f"{whose} is open{f' until {_day(ends)}' if ends else ''}."
    return outcome, why


def _governance(account: Account, criterion: Criterion, today: date) -> tuple[Outcome, str]:  # noqa: ARG001
    approved = f"approved by {account.approved_by}" if account.approved_by else "approved"
    if account.approved_on:
        approved += f" on {day_in_words(account.approved_on)}"
    has_approval = account.managed is not False and (account.approved_by or account.approved_on)
    if account.managed is None:
        return "cannot tell", "Nothing is said of who manages or approved it."
    if account.managed:
        return "not met", f"It was {approved}." if has_approval else "It is managed through the corporate process."
    return "met", "It is said not to be."


_JUDGES: Mapping[str, Callable[[Account, Criterion, date], tuple[Outcome, str]]] = {
    "inactivity": _inactivity,
    "frequency": _frequency,
    "interest": _interest,
    "relevance": _relevance,
    "governance": _governance,
}


def _day(day: date | None) -> str:
    return day_in_words(day) if day else ""
