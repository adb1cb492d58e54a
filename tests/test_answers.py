"""Answers of name servers: they stand for a question that is not logged, and for none that is."""

from __future__ import annotations

import pytest

from netaudit.definitions.format_files import load_formats
from netaudit.ingest import parse_chunk
from netaudit.ingest.logfile import Chunk

FORMATS = {one.name: one for one in load_formats()}
QUESTION = "10-Mar-2026 08:16:01.599 client @0x7f62b80115d0 {client}#5557 ({name}): query: {name} IN A + (192.0.2.53)"
ANSWER = "10-Mar-2026 08:16:{second} client {client}#5557: UDP: query: {name} IN A response: NOERROR +"


def lines_of(*lines: str) -> tuple[list[int], list[int]]:
    """Return the numbers of the lines that are events, and of those that are not web."""
    read = parse_chunk(Chunk("\n".join(lines).encode() + b"\n", 1), FORMATS["bind-querylog"], "UTC")
    assert read.parsed.height + read.not_web == read.lines == len(lines)
    return read.parsed["log_line"].to_list(), sorted(read.others["log_line"].to_list())


def test_an_answer_whose_question_is_logged_is_no_second_event() -> None:
    question = QUESTION.format(client="192.0.2.36", name="www.example.com")
    answer = ANSWER.format(client="192.0.2.36", name="www.example.com", second="02.100")
    assert lines_of(question, answer) == ([1], [2])
    assert lines_of(answer, question) == ([2], [1])


def test_an_answer_alone_stands_for_its_question() -> None:
    answer = ANSWER.format(client="192.0.2.36", name="www.example.com", second="02.100")
    assert lines_of(answer) == ([1], [])


@pytest.mark.parametrize(
    ("client", "name", "second"),
    [
        ("192.0.2.37", "www.example.com", "02.100"),  # somebody else's
        ("192.0.2.36", "www.example.org", "02.100"),  # another name
        ("192.0.2.36", "www.example.com", "31.100"),  # half a minute later
    ],
)
def test_other_questions_do_not_take_an_answer(client: str, name: str, second: str) -> None:
    question = QUESTION.format(client="192.0.2.36", name="www.example.com")
    assert lines_of(question, ANSWER.format(client=client, name=name, second=second)) == ([1, 2], [])
