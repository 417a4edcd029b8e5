"""Log lines tell what happened to which thing, for machines and people, and never what somebody wrote."""

import asyncio
import io
import json
import logging
from typing import Any

import pytest
import structlog

from bot import logs

WRITTEN = "mật khẩu của tôi là 271828"
"""What a person wrote, and an error quotes."""

pytestmark = pytest.mark.usefixtures("logging_as_before")


class Fault(Exception):
    pass


def fails() -> None:
    try:
        int(WRITTEN)
    except ValueError as error:
        raise Fault(WRITTEN) from error


def fault() -> Fault:
    try:
        fails()
    except Fault as error:
        return error
    raise AssertionError


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def stream() -> io.StringIO:
    """Where the lines go: not a terminal."""
    made = io.StringIO()
    logs.configure(stream=made)
    return made


def test_a_line_is_one_json_object_with_its_place_and_time(stream: io.StringIO) -> None:
    structlog.get_logger("bot.worker").warning("event failed", inbox=7, reason="một\nhai")

    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "event failed",
        "inbox": 7,
        "reason": "một\nhai",
        "level": "warning",
        "logger": "bot.worker",
    }


def test_an_error_is_its_classes_and_where_it_was_raised_and_not_its_words(stream: io.StringIO) -> None:
    structlog.get_logger("bot").error("event failed", exc_info=fault())

    (line,) = lines(stream)
    assert WRITTEN not in stream.getvalue()
    assert line["error"] == "Fault < ValueError"
    assert [frame.rsplit(" ", 1)[1] for frame in line["trace"]] == ["fault", "fails"]
    assert all(frame.startswith(__file__) for frame in line["trace"])


def test_the_error_being_handled_is_found_and_its_words_are_not_told(stream: io.StringIO) -> None:
    try:
        fails()
    except Fault:
        structlog.get_logger("bot").exception("event failed")

    (line,) = lines(stream)
    assert WRITTEN not in stream.getvalue()
    assert line["error"] == "Fault < ValueError"


def test_an_error_that_hides_its_cause_is_named_alone(stream: io.StringIO) -> None:
    try:
        try:
            fails()
        except Fault:
            raise KeyError(WRITTEN) from None
    except KeyError as error:
        structlog.get_logger("bot").error("event failed", exc_info=error)

    (line,) = lines(stream)
    assert WRITTEN not in stream.getvalue()
    assert line["error"] == "KeyError"


def test_the_systems_own_words_are_told_and_not_the_files_name(stream: io.StringIO) -> None:
    error = FileNotFoundError(2, "No such file or directory", WRITTEN)

    structlog.get_logger("bot").error("sweep failed", exc_info=error)

    (line,) = lines(stream)
    assert WRITTEN not in stream.getvalue()
    assert line["error"] == "FileNotFoundError (No such file or directory)"


def test_what_a_library_logs_of_an_error_has_no_words_of_it_either(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=fault())

    (line,) = lines(stream)
    assert WRITTEN not in stream.getvalue()
    assert (line["event"], line["level"]) == ("Exception in ASGI application", "error")
    assert line["error"] == "Fault < ValueError"


def test_a_task_that_nobody_waited_for_is_told_without_the_words_of_its_error(stream: io.StringIO) -> None:
    async def nobody_waits() -> None:
        raise Fault(WRITTEN)

    async def main() -> None:
        task = asyncio.ensure_future(nobody_waits())
        await asyncio.wait([task])

    asyncio.run(main())

    (line,) = lines(stream)
    assert WRITTEN not in stream.getvalue()
    assert (line["event"], line["error"]) == ("Task exception was never retrieved", "Fault")


def test_libraries_that_tell_too_much_are_heard_only_when_something_is_wrong(stream: io.StringIO) -> None:
    for level in (logging.DEBUG, logging.INFO, logging.WARNING):
        logging.getLogger("httpx").log(level, "at level %s", level)

    assert [line["event"] for line in lines(stream)] == ["at level 30"]


def test_on_a_terminal_the_lines_are_readable_and_tell_no_more() -> None:
    stream = io.StringIO()
    logs.configure(stream=stream, is_console=True)

    structlog.get_logger("bot").error("event failed", inbox=7, exc_info=fault())

    assert WRITTEN not in stream.getvalue()
    assert "event failed" in stream.getvalue()
    assert "Fault < ValueError" in stream.getvalue()
