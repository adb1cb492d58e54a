"""Proposes the definition of a log format from a sample of its lines, and says why it guesses what it guesses."""

from netaudit.ingest.propose.cut import Cut
from netaudit.ingest.propose.cuts import cut_lines
from netaudit.ingest.propose.definition import Proposal, propose

__all__ = ["Cut", "Proposal", "cut_lines", "propose"]
