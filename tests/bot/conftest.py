"""What tests of the running service share."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import QUIET


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    """For tests that send the log lines of the whole process somewhere else."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    quiet = {name: logging.getLogger(name).level for name in QUIET}
    yield
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level
    for name, was in quiet.items():
        logging.getLogger(name).setLevel(was)
