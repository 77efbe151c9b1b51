"""What a look costs in requests: nothing changed, one payment, and however many accounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.sandbox.server import SandboxOptions
from tests.acceptance.bench import open_bench

IDLE_REQUESTS_MAX = 10


def test_an_idle_sync_costs_at_most_ten_requests_with_100_accounts(tmp_path: Path) -> None:
    """After a month-end merge as well as before it; a payment costs one family, not all."""
    with open_bench(tmp_path, SandboxOptions(families=25, subs=3)) as bench:
        bench.link_all()
        bench.sync()
        bench.forget_requests()
        bench.sync()
        assert len(bench.requests()) <= IDLE_REQUESTS_MAX
        bench.control("POST", "charge", {})
        bench.sync()
        bench.forget_requests()
        bench.sync()
        assert len(bench.requests()) <= IDLE_REQUESTS_MAX
        payer = next(f["main_id"] for f in bench.audit()["families"] if f["merged_documents"])
        bench.control("POST", "pay", {"customer_id": payer})
        bench.forget_requests()
        report = bench.sync()
        assert report.cycle.looked_at == 1
        assert len(bench.requests()) <= 3 * IDLE_REQUESTS_MAX
        assert bench.audit()["findings"] == []


@pytest.mark.slow
def test_an_idle_sync_costs_no_more_with_5000_accounts(tmp_path: Path) -> None:
    """All 1,250 families linked, every account with an invoice; only looked at, to be quick."""
    with open_bench(tmp_path, SandboxOptions(families=1250, subs=3)) as bench:
        bench.configure(mode="observe")
        bench.control("POST", "charge", {})
        bench.link_all()
        report = bench.sync()
        assert report.cycle.looked_at == 1250
        bench.forget_requests()
        bench.sync()
        assert len(bench.requests()) <= IDLE_REQUESTS_MAX
        payer = bench.audit()["families"][0]["main_id"]
        bench.control("POST", "pay", {"customer_id": payer})
        bench.forget_requests()
        report = bench.sync()
        assert report.cycle.looked_at == 1
        assert len(bench.requests()) <= 3 * IDLE_REQUESTS_MAX
