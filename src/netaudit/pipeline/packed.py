"""Tables in memory in half the room: for rows that wait until all of their day have come."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import polars as pl

from netaudit.contracts.distinct import Distinct

_FEW = 256  # values that a byte can number
_INT32 = 1 << 31


@dataclass(frozen=True, slots=True)
class Packed:
    """A table whose columns are as narrow as their values allow.

    What all rows say is kept once; text of few values as a byte a row; whole numbers in 32 bits if they fit.
    """

    rows: pl.DataFrame
    same: pl.DataFrame  # one row
    values: Mapping[str, pl.Series]  # of columns that are numbers in `rows`
    wide: Collection[str]  # columns that were of 64 bits

    @classmethod
    def of(cls, table: pl.DataFrame) -> Packed:
        """Return a table, packed."""
        # One column is always kept: it says how many rows there are.
        same = [one.name for one in table.get_columns()[1:] if table.height > 1 and _says_one_thing(one)]
        values: dict[str, pl.Series] = {}
        wide: list[str] = []
        columns = []
        for one in table.drop(same).get_columns():
            column = one
            if column.dtype == pl.Categorical:
                distinct = Distinct(column)
                if len(distinct.values) <= _FEW:
                    values[one.name] = distinct.values
                    column = distinct.rows.cast(pl.UInt8).alias(one.name)
            elif column.dtype == pl.Int64 and _fits_int32(column):
                wide.append(one.name)
                column = column.cast(pl.Int32)
            columns.append(column)
        return cls(pl.DataFrame(columns), table.select(same).head(1), values, wide)

    def of_rows(self, rows: pl.DataFrame) -> Packed:
        """Return a table of other rows that are packed alike."""
        return replace(self, rows=rows)

    def unpacked(self, names: Collection[str] | None = None) -> pl.DataFrame:
        """Return the table, or some of its columns, as it was; the order of columns may be another."""
        columns = []
        for one in self.rows.get_columns():
            if names is not None and one.name not in names:
                continue
            if one.name in self.values:
                columns.append(self.values[one.name].gather(one.cast(pl.UInt32)).alias(one.name))
            else:
                columns.append(one.cast(pl.Int64) if one.name in self.wide else one)
        said = [one for one in self.same.get_columns() if names is None or one.name in names]
        columns += [one.new_from_index(0, self.rows.height) for one in said]
        return pl.DataFrame(columns)

    def value(self, name: str) -> str | None:
        """Return what all rows say in a column of text; None if they may differ."""
        if self.rows.height == 1 and name in self.rows.columns:
            return str(self.unpacked((name,))[name].item())
        return str(self.same[name].item()) if name in self.same.columns else None


def _fits_int32(column: pl.Series) -> bool:
    least, most = column.min(), column.max()
    return isinstance(least, int) and isinstance(most, int) and least >= -_INT32 and most < _INT32


def _says_one_thing(column: pl.Series) -> bool:
    nulls = column.null_count()
    if nulls:
        return nulls == len(column)
    values = column.to_physical()
    return bool(values.min() == values.max())
