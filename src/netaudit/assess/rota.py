"""When people are expected at work: by the pattern in effect on each day, less their leave."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from netaudit.contracts import UTC_TIME
from netaudit.definitions.calendars import working_days
from netaudit.definitions.policies import Policy
from netaudit.definitions.toml_files import did_you_mean
from netaudit.errors import DefinitionError, Problem

SHIFT = ("user_hash", "shift_day")
_BESIDE = ("-1d", "0d", "1d")
_LONG_AGO, _FAR_AHEAD = date.min, date.max
_ALWAYS, _FOREVER = -(2**63), 2**63 - 1


def rota(
    visits: pl.DataFrame, people: pl.DataFrame, register: pl.DataFrame, policy: Policy
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return everybody's core time and lunch bands for the days of their visits and the days beside them.

    Leave is no core time. Where somebody moves from one pattern to another, what two shifts share counts once.

    Returns:
        core: user_hash, shift_day, core_start, core_end, a row for each stretch.
        breaks: user_hash, shift_day, band_start, band_end, break_us.

    Raises:
        DefinitionError: somebody's pattern is not in the policy.
    """
    days = (
        visits.select("user_hash", "day")
        .unique()
        .with_columns(shift_day=pl.concat_list(pl.col("day").dt.offset_by(by) for by in _BESIDE))
        .explode("shift_day")
        .select(SHIFT)
        .unique()
    )
    days = with_pattern(days, people, policy)
    core, bands = _civil_to_utc(days.select("pattern", "shift_day").unique().sort("pattern", "shift_day"), policy)
    on = ["pattern", "shift_day"]
    core = _once(days.join(core, on=on).select(*SHIFT, "core_start", "core_end"))
    return (
        _without_leave(core, register),
        days.join(bands, on=on).select(*SHIFT, "band_start", "band_end", "break_us"),
    )


def with_pattern(days: pl.DataFrame, people: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Return the days (user_hash, shift_day) with `pattern`, the working pattern in effect, and `listed`.

    Of several rows of a person that are in effect the one that starts last counts. Whoever has none on a day has the
    policy's default pattern and is not listed, unless there is no directory at all: then nobody is missing from it.

    Raises:
        DefinitionError: somebody's pattern is not in the policy.
    """
    named = set(people["pattern"].drop_nulls().to_list())
    if strange := named - set(policy.patterns):  # which is not printed: anything may stand in a directory
        hints = sorted({did_you_mean(name, policy.patterns) for name in strange})
        what = f"policy '{policy.policy_id}' has no pattern of a name that is given"
        raise DefinitionError(Problem(what, "the staff directory", hint) for hint in hints)
    rows = people.drop_nulls("user_hash").select(
        "user_hash",
        "pattern",
        pl.col("starts").fill_null(_LONG_AGO),
        pl.col("ends").fill_null(_FAR_AHEAD),
        listed=pl.lit(value=True),
    )
    in_effect = (
        days.select(SHIFT)
        .unique()
        .join(rows, on="user_hash")
        .filter(pl.col("shift_day").is_between("starts", "ends"))
        .sort(*SHIFT, "starts", "ends", "pattern", nulls_last=True)
        .unique(SHIFT, keep="last", maintain_order=True)
        .select(*SHIFT, "pattern", "listed")
    )
    return days.join(in_effect, on=SHIFT, how="left", maintain_order="left").with_columns(
        pl.col("pattern").fill_null(policy.default_pattern),
        pl.col("listed").fill_null(value=people.is_empty()),
    )


def _civil_to_utc(wanted: pl.DataFrame, policy: Policy) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return core time and lunch band of each pattern on each date, as microseconds."""
    zone = ZoneInfo(policy.zone)
    core, bands = [], []
    for name, days in wanted.group_by("pattern", maintain_order=True).agg("shift_day").iter_rows():  # a handful
        pattern = policy.patterns[name]
        for day, working in working_days(pattern, days, zone, policy.bank_holidays, policy.closure_days).items():
            core += [(name, day, start, end) for start, end in working.core]
            if working.lunch:
                earliest, latest, length = working.lunch
                bands.append((name, day, earliest, latest, length // timedelta(microseconds=1)))
    key: dict[str, pl.DataType | type[pl.DataType]] = {"pattern": pl.String, "shift_day": pl.Date}
    return (
        pl.DataFrame(core, {**key, "core_start": UTC_TIME, "core_end": UTC_TIME}, orient="row").with_columns(
            pl.col("core_start", "core_end").to_physical()
        ),
        pl.DataFrame(
            bands, {**key, "band_start": UTC_TIME, "band_end": UTC_TIME, "break_us": pl.Int64}, orient="row"
        ).with_columns(pl.col("band_start", "band_end").to_physical()),
    )


def _once(core: pl.DataFrame) -> pl.DataFrame:
    """Return the stretches without what an earlier one of the same person covers."""
    earlier = pl.col("core_end").cum_max().shift(1).over("user_hash")
    return (
        core.sort("user_hash", "core_start", "core_end", "shift_day")
        .with_columns(core_start=pl.max_horizontal("core_start", earlier))
        .filter(pl.col("core_start") < pl.col("core_end"))
    )


def _without_leave(core: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """Return the stretches less what lies in the person's leave."""
    leave = (
        register.filter(pl.col("register") == "leave", pl.col("user_hash").is_not_null())
        .select(
            "user_hash",
            since=pl.col("starts").to_physical().fill_null(_ALWAYS),
            until=pl.col("ends").to_physical().fill_null(_FOREVER),
        )
        .filter(pl.col("since") < pl.col("until"))
        .sort("user_hash", "since", "until")
    )
    if leave.is_empty():
        return core
    reached = pl.col("until").cum_max().shift(1).over("user_hash").fill_null(_ALWAYS)
    between = leave.select("user_hash", at_work_from=reached, at_work_until="since")
    after = leave.group_by("user_hash").agg(at_work_from=pl.col("until").max())
    at_work = pl.concat([between, after.with_columns(at_work_until=pl.lit(_FOREVER, pl.Int64))])
    worked = core.join(at_work, on="user_hash").select(
        *SHIFT,
        core_start=pl.max_horizontal("core_start", "at_work_from"),
        core_end=pl.min_horizontal("core_end", "at_work_until"),
    )
    others = core.join(leave, on="user_hash", how="anti")
    return pl.concat([others, worked.filter(pl.col("core_start") < pl.col("core_end"))])
