"""What a table between stages is: a name, columns in order, and what the absence of newer ones means."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True, slots=True)
class Contract:
    """A named table: its columns in order, with their types."""

    name: str
    schema: pl.Schema
    later: Mapping[str, object] = field(default_factory=dict)  # columns of newer versions → what their absence means

    def fit(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame with exactly the contract's columns, in order.

        Raises:
            ValueError: naming all columns that are missing or have another type.
        """
        found = frame.schema
        faults = [
            f"{column} is {found[column]}, not {wanted}" if column in found else f"{column} is missing"
            for column, wanted in self.schema.items()
            if column not in found or not _compatible(found[column], wanted)
        ]
        if faults:
            raise ValueError(f"not a {self.name} table: " + "; ".join(faults))
        names = self.schema.names()
        return frame if frame.columns == names else frame.select(names)  # select copies columns cut up differently

    def at_rest(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame as it is stored: the contract's columns and its plain types."""
        return self.fit(frame).cast(dict(self.schema.items()))

    def missing(self, found: Collection[str]) -> list[pl.Expr]:
        """Return the columns that a table stored by an earlier version lacks, given those that it has."""
        return [pl.lit(value, self.schema[name]).alias(name) for name, value in self.later.items() if name not in found]

    def completed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame as stored, with the columns that an earlier version did not know, as `fit` does."""
        return self.fit(frame.with_columns(self.missing(frame.columns)))

    def empty(self) -> pl.DataFrame:
        """Return a table without rows."""
        return pl.DataFrame(schema=self.schema)


def columns(types: Mapping[str, pl.DataType | pl.datatypes.DataTypeClass]) -> pl.Schema:
    """Return the schema of a contract."""
    return pl.Schema(types)


def _compatible(found: pl.DataType, wanted: pl.DataType) -> bool:
    if wanted == pl.String:
        return isinstance(found, pl.String | pl.Categorical | pl.Enum)
    return found == wanted
