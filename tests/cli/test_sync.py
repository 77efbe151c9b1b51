"""``sync`` and ``history``: one full cycle, and what is told afterwards."""

from __future__ import annotations

import pytest

from connector.store.open import open_store
from tests.cli.support import Site


@pytest.fixture
def charged(site: Site) -> Site:
    """A linked family whose invoices of the cycle are there."""
    site.link_all()
    site.control("POST", "charge")
    return site


def test_it_merges_and_says_so(charged: Site) -> None:
    """Then there is nothing left, and the sandbox's own audit agrees."""
    done = charged.run("sync", "--json")
    assert done.code == 0
    assert done.err == ""
    assert done.document["sends"] > 0
    assert done.document["standing"]["open"] == 0
    assert charged.control("GET", "audit")["findings"] == []
    assert charged.run("sync", "--json").document["sends"] == 0


def test_people_get_a_summary(charged: Site) -> None:
    """Counts, and what waits until when."""
    charged.shell.set(MODE="observe")
    done = charged.run("sync")
    assert done.code == 0
    assert "families looked at" in done.out
    assert "family 1: observe mode" in done.out


def test_another_writer_is_75(charged: Site) -> None:
    """Two hands on one family would be one too many."""
    store = open_store(f"sqlite:///{charged.shell.folder}/state.sqlite3")
    try:
        store.acquire_lease("the service on host a")
        done = charged.run("sync")
    finally:
        store.close()
    assert done.code == 75
    assert "the service on host a" in done.err


def test_steps_that_wait_for_time_are_75(charged: Site) -> None:
    """An unclear answer is read back after the quiescence; we were told not to wait for it."""
    charged.shell.set(PLATFORM__QUIESCENCE_SECONDS="900")
    charged.control(
        "POST",
        "switch",
        fault={
            "method": "POST",
            "path_regex": "finance/invoices",
            "nth": 1,
            "count": 1,
            "kind": "http_502",
        },
    )
    done = charged.run("sync", "--wait", "0", "--json")
    assert done.code == 75
    assert done.document["standing"]["waiting_until"] is not None


def test_a_denied_write_is_77_and_told_once(charged: Site) -> None:
    """The family's trouble is the command's exit code."""
    charged.control("POST", "switch", deny=[["finance/invoices", "update"]])
    done = charged.run("sync", "--wait", "0")
    assert done.code == 77
    told = [line for line in done.err.splitlines() if line.startswith("linked-accounts: ")]
    assert len(told) == 1
    assert "finance/invoices" in told[0]


def test_history_of_an_account_and_of_everything(charged: Site) -> None:
    """Latest first, and no more than asked for."""
    charged.run("sync")
    every = charged.run("history", "--limit", "1000", "--json").document["events"]
    mine = charged.run("history", "2", "--json").document["events"]
    assert {row["account_id"] for row in mine} == {2}
    assert 0 < len(mine) < len(every)
    assert [row["at"] for row in every] == sorted((row["at"] for row in every), reverse=True)
    assert len(charged.run("history", "--limit", "2").out.splitlines()) == 3


def test_history_of_a_stranger_is_empty(charged: Site) -> None:
    """Which is no failure."""
    done = charged.run("history", "4711")
    assert done.code == 0
    assert done.out == "nothing is recorded\n"
