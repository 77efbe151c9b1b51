"""``approve`` and its like: refused at once when they make no sense, else left for the next turn."""

from __future__ import annotations

import pytest

from tests.cli.support import Site

NOWHERE = "A" * 20


@pytest.fixture
def waiting(site: Site) -> str:
    """A plan that waits for approval."""
    site.shell.set(BOUNDS__FIRST_RUN_APPROVAL="true")
    site.link_all()
    site.control("POST", "charge")
    assert site.run("sync").code == 0
    (row,) = site.run("status", "--json").document["waiting"]
    return str(row["plan_id"])


def test_a_plan_is_approved_and_carried_out(site: Site, waiting: str) -> None:
    """The command only asks; the next turn acts."""
    assert f"linked-accounts approve {waiting}" in site.run("status").out
    asked = site.run("approve", waiting, "--by", "ada")
    assert asked.code == 0
    assert "next turn" in asked.out
    assert len(site.run("status", "--json").document["waiting"]) == 1
    assert site.run("sync").code == 0
    assert site.run("status", "--json").document["waiting"] == []
    events = site.run("history", waiting, "--json").document["events"]
    assert any(row["by"] == "ada" for row in events)
    assert events[0]["event"] == "closed"


def test_all_plans_are_approved(site: Site, waiting: str) -> None:
    """However many wait."""
    assert site.run("approve", "ALL").code == 0
    assert site.run("sync").code == 0
    assert site.run("history", waiting, "--json").document["events"][0]["event"] == "closed"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("approve", NOWHERE), "no plan"),
        (("retry", f"{NOWHERE}/1"), "no plan"),
        (("cancel", "nonsense"), "no plan"),
    ],
)
def test_what_is_not_there_cannot_be_asked_for(
    site: Site, words: tuple[str, ...], told: str
) -> None:
    """Told at once, and nothing is recorded."""
    done = site.run(*words)
    assert done.code == 1
    assert told in done.err
    assert site.shell.count("request") == 0


def test_a_step_that_is_not_held_cannot_be_retried(site: Site, waiting: str) -> None:
    """It will come by itself."""
    done = site.run("retry", f"{waiting}/1")
    assert done.code == 1
    assert "not held" in done.err


def test_requests_need_no_key(site: Site) -> None:
    """The person at the shell has none; the service has."""
    site.shell.environment.delenv("LINKED_ACCOUNTS_PLATFORM__KEY")
    site.shell.environment.delenv("LINKED_ACCOUNTS_PLATFORM__SECRET")
    assert site.run("freeze", "why").code == 0
