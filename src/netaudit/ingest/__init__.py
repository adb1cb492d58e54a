"""Turns log bytes into PARSED and REJECTS: every line is an event, set aside with its reason, or counted."""

from netaudit.ingest.content import NotALog, stranger
from netaudit.ingest.detect import Detection, detect
from netaudit.ingest.find import find_logs
from netaudit.ingest.logfile import LogFile
from netaudit.ingest.parse import ParsedChunk, check_format, parse_chunk
from netaudit.ingest.urls import url_parts
from netaudit.ingest.user_agents import user_agent_names

__all__ = [
    "Detection",
    "LogFile",
    "NotALog",
    "ParsedChunk",
    "check_format",
    "detect",
    "find_logs",
    "parse_chunk",
    "stranger",
    "url_parts",
    "user_agent_names",
]
