"""Fixtures: logging set up for one test, and put back as it was."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from connector.observe.logging import ServiceHandler


@pytest.fixture(autouse=True)
def untouched_logging() -> Iterator[None]:
    """Other tests must not find our handler, our levels, or our processors."""
    root = logging.getLogger()
    level = root.level
    yield
    structlog.reset_defaults()
    root.setLevel(level)
    for handler in [one for one in root.handlers if isinstance(one, ServiceHandler)]:
        root.removeHandler(handler)
