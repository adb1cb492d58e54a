"""The list of managers' pages, for `netaudit send`: whoever mails them needs neither the store nor its keys."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from netaudit.errors import InputError, Problem

MAIL_LIST = "mail.json"
_SCHEMA = 1
_ORDER = ["table", "dimension", "value"]


@dataclass(frozen=True, slots=True)
class MailPage:
    """A page of a unit about a week."""

    page: str  # below the managers' folder
    sha256: str
    figures: str  # a digest of the published figures alone: it changes when the week is issued again with others


@dataclass(frozen=True, slots=True)
class MailList:
    """What there is to be mailed."""

    weeks: tuple[str, ...]  # published ones, the latest first
    pages: Mapping[tuple[str, str, str], MailPage]  # (unit, level, week) →


def digest_of_figures(published: pl.DataFrame, unit: tuple[str, str], period: str) -> str:
    """Return a digest of what is published of a unit in a week."""
    of_unit = (pl.col("unit") == unit[0]) & (pl.col("unit_level") == unit[1]) & (pl.col("period") == period)
    rows = published.filter(of_unit).sort(_ORDER).drop("report", "provisional").rows()
    return hashlib.sha256(json.dumps(rows, ensure_ascii=True, default=str).encode()).hexdigest()


def mail_list_bytes(published: pl.DataFrame, pages: Mapping[tuple[str, str, str], MailPage]) -> bytes:
    """Return the list as it lies in the managers' folder.

    Args:
        published: PUBLISHED, of all audiences.
        pages: by unit, level and week.
    """
    weeks = published.filter(~pl.col("provisional"))["period"].cast(pl.String).unique().sort(descending=True)
    units = [
        {"unit": unit, "level": level, "week": week, "page": one.page, "sha256": one.sha256, "figures": one.figures}
        for (unit, level, week), one in sorted(pages.items())
    ]
    told = {"schema": _SCHEMA, "weeks": weeks.to_list(), "pages": units}
    return (json.dumps(told, ensure_ascii=True, indent=1) + "\n").encode("ascii")


def read_mail_list(managers: Path) -> MailList:
    """Return the list of a managers' folder.

    Raises:
        InputError: there is none, or it is none.
    """
    path = managers / MAIL_LIST
    try:
        told = json.loads(path.read_bytes())
        pages = {
            (one["unit"], one["level"], one["week"]): MailPage(one["page"], one["sha256"], one["figures"])
            for one in {_SCHEMA: told["pages"]}[told["schema"]]  # another schema is a KeyError
        }
        return MailList(tuple(told["weeks"]), pages)
    except FileNotFoundError:
        remedy = "name the folder that `run --out` wrote to with --out; a run with this version writes the list"
        raise InputError(Problem("there is no list of pages to be mailed", str(path), remedy)) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(Problem("no list of pages to be mailed", str(path), "run `netaudit run` again")) from None
