"""Structured log lines on stderr that tell what happened to which thing, and never what somebody wrote."""

import logging
import sys
import traceback
from typing import TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

QUIET = ("alembic", "asyncio", "httpcore", "httpx", "sqlalchemy", "telegram", "uvicorn", "watchfiles")
"""Libraries that tell too much at INFO: httpx, for one, logs addresses with the bot's token in them."""


def configure(*, stream: TextIO | None = None, is_console: bool | None = None) -> None:
    """Sends all log lines to the stream (stderr): readable ones for a terminal, JSON for everything else."""
    stream = stream or sys.stderr
    is_console = stream.isatty() if is_console is None else is_console
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        trace_without_texts,
    ]
    last: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=is_console)]
        if is_console
        else [structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def trace_without_texts(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Replaces an exception by its classes and where it was raised.

    Its own words are left out: those of a database or a parser quote what they could not take, which may be
    what a person wrote.
    """
    del logger, method
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        event["error"] = named(error)
        # asyncio, for one, quotes the exception itself on the second line.
        event["event"] = str(event.get("event", "")).partition("\n")[0]
        event["trace"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
        ]
    return event


def named(error: BaseException) -> str:
    """The class of an error and of those that caused it; with the system's own words where they can quote nobody."""
    names: list[str] = []
    current: BaseException | None = error
    while current is not None and len(names) < 5:
        told = f" ({current.strerror})" if isinstance(current, OSError) and current.strerror else ""
        names.append(type(current).__name__ + told)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return " < ".join(names)
