"""Turns log bytes into PARSED and REJECTS: every line is an event, set aside with its reason, or counted."""

from netaudit.ingest.called import as_called
from netaudit.ingest.content import NotALog, stranger
from netaudit.ingest.detect import Detection, Vote, detect, examine, votes
from netaudit.ingest.find import find_logs
from netaudit.ingest.line_marks import line_marks, record_marks
from netaudit.ingest.lines import line_ends
from netaudit.ingest.logfile import LogFile
from netaudit.ingest.parse import ParsedChunk, parse_chunk
from netaudit.ingest.reader import LogReader
from netaudit.ingest.records import cut_at_records
from netaudit.ingest.samples import check_format, read_sample
from netaudit.ingest.time_evidence import Circumstances
from netaudit.ingest.urls import url_parts, url_paths
from netaudit.ingest.user_agents import user_agent_names
from netaudit.ingest.waiting import WAITING_FOR, Awaited, waiting_for
from netaudit.ingest.words import known_words

__all__ = [
    "WAITING_FOR",
    "Awaited",
    "Circumstances",
    "Detection",
    "LogFile",
    "LogReader",
    "NotALog",
    "ParsedChunk",
    "Vote",
    "as_called",
    "check_format",
    "cut_at_records",
    "detect",
    "examine",
    "find_logs",
    "known_words",
    "line_ends",
    "line_marks",
    "parse_chunk",
    "read_sample",
    "record_marks",
    "stranger",
    "url_parts",
    "url_paths",
    "user_agent_names",
    "votes",
    "waiting_for",
]
