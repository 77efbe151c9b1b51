"""Sandboxes for the tests of this directory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from connector.sandbox.server import RunningSandbox, SandboxOptions
from tests.splynx.sandboxed import World, world_of
from tests.splynx.support import Nonces


@pytest.fixture(params=["5.1", "4.3"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """One family of a main and two subs, invoiced on the first of January."""
    with RunningSandbox(SandboxOptions(release=request.param)) as box, ExitStack() as closing:
        service = {"price": "64.5161", "tax": "7.5"}
        one = {"mode": "aggregated", "services": [service]}
        box.control(
            "POST", "family", {"main": {"name": "Main", "services": [service]}, "subs": [one, one]}
        )
        box.control("POST", "charge", {})
        yield world_of(box, closing, Nonces())
