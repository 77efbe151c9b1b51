"""Fixtures: sandboxes on real ports and families with known amounts."""

from collections.abc import Iterator
from typing import Any

import pytest

from connector.sandbox.server import RunningSandbox, SandboxOptions
from tests.sandbox.bench import Bench
from tests.sandbox.caller import Caller


@pytest.fixture
def box() -> Iterator[RunningSandbox]:
    """An empty sandbox of release 5.1."""
    with RunningSandbox() as running:
        yield running


@pytest.fixture
def old_box() -> Iterator[RunningSandbox]:
    """An empty sandbox of release 4.3."""
    with RunningSandbox(SandboxOptions(release="4.3")) as running:
        yield running


@pytest.fixture
def caller(box: RunningSandbox) -> Caller:
    """A caller of the 5.1 sandbox."""
    return Caller(box)


def make_family(box: RunningSandbox, *modes: str) -> tuple[int, list[int]]:
    """A main at 30.00 net and one sub per mode at 20.00 net, all at 20 %."""
    subs = [{"mode": mode, "services": [{"price": "20.00"}]} for mode in modes]
    order = {"main": {"name": "Payer", "services": [{"price": "30.00"}]}, "subs": subs}
    made: Any = box.control("POST", "family", order)
    return made["main_id"], made["sub_ids"]


def rules(box: RunningSandbox) -> list[str]:
    """The rules that the audit finds broken."""
    report: Any = box.control("GET", "audit")
    assert report["ok"] == (not report["findings"])
    return sorted(finding["rule"] for finding in report["findings"])


def charge(box: RunningSandbox) -> list[int]:
    """Charge everybody billed today; the new invoices' ids."""
    answer: Any = box.control("POST", "charge")
    return list(answer["invoice_ids"])


@pytest.fixture
def bench() -> Bench:
    """A 5.1 sandbox in process."""
    return Bench()
