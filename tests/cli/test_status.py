"""``status``: what stands open and what is wrong, from our own store alone."""

from __future__ import annotations

import pytest

from tests.cli.support import Result, Site


@pytest.fixture
def linked(site: Site) -> Site:
    """A site with its links."""
    site.link_all()
    return site


def test_a_new_store_has_nothing_wrong(site: Site) -> None:
    """Before anything was done, and without a key."""
    site.shell.environment.delenv("LINKED_ACCOUNTS_PLATFORM__KEY")
    site.shell.environment.delenv("LINKED_ACCOUNTS_PLATFORM__SECRET")
    done = site.run("status")
    assert done.code == 0
    assert "nothing is wrong" in done.out
    assert "never" in done.out


def test_it_asks_the_platform_nothing(linked: Site) -> None:
    """It works while the platform does not."""
    linked.shell.set(PLATFORM__BASE_URL="http://127.0.0.1:9")
    shown = linked.run("status", "--json")
    assert shown.code == 0
    links = shown.document["links"]
    assert links["families"] == 1
    assert links["aggregated"] + links["independent"] == 3


def test_a_sub_blocked_by_a_person_is_listed(linked: Site) -> None:
    """Left as it is, and nobody needs to wonder; it is no fault either."""
    links = linked.run("links", "list", "--json").document["links"]
    sub = next(row["sub_id"] for row in links if row["mode"] == "aggregated")
    linked.control("POST", "block", customer_id=sub, by="admin")
    assert linked.run("sync").code == 0
    shown = linked.run("status", "--json")
    assert shown.code == 0
    (row,) = [one for one in shown.document["refusals"] if one["account_id"] == sub]
    assert (row["rule"], row["weight"]) == ("blocked_by_person", "note")
    told = linked.run("status").out
    assert f"sub-account {sub} " in told
    assert "was blocked by administrator 1" in told


def hold(site: Site) -> str:
    """Let the platform refuse the merged invoice; the name of the step that is held then."""
    site.control("POST", "charge")
    site.control(
        "POST",
        "switch",
        fault={
            "method": "POST",
            "path_regex": "finance/invoices",
            "nth": 1,
            "count": 1,
            "kind": "http_422",
        },
    )
    assert site.run("sync").code == 1
    (row,) = site.run("status", "--json").document["held"]
    return f"{row['plan_id']}/{row['step']}"


def test_a_held_step_is_told_with_what_to_do(linked: Site) -> None:
    """The commands can be copied as they stand."""
    step = hold(linked)
    done = linked.run("status")
    assert done.code == 1
    assert f"linked-accounts retry {step}" in done.out
    assert f"linked-accounts cancel {step}" in done.out
    assert "somebody must look" in done.out


def test_a_held_step_is_retried(linked: Site) -> None:
    """In a person's name, by the next turn."""
    step = hold(linked)
    asked = linked.run("retry", step.lower(), "--by", "ada")
    assert asked.code == 0
    (request,) = linked.run("status", "--json").document["requests"]
    assert (request["by"], request["kind"], request["subject"]) == ("ada", "retry", step)
    assert linked.run("sync").code == 0
    assert linked.run("status").code == 0
    events = linked.run("history", step.partition("/")[0], "--json").document["events"]
    assert any(row["event"] == "retry_asked" and row["by"] == "ada" for row in events)


def test_a_held_step_is_cancelled(linked: Site) -> None:
    """The merge is given up with its invoice."""
    step = hold(linked)
    assert linked.run("cancel", step).code == 0
    linked.run("sync")
    shown: Result = linked.run("history", step.partition("/")[0], "--json")
    assert "withdrawn" in {row["event"] for row in shown.document["events"]}


def test_frozen_is_told_until_it_is_unfrozen(linked: Site) -> None:
    """And sync says so, too."""
    assert linked.run("freeze", "year end", "--by", "ada").code == 0
    assert linked.run("sync").code == 1
    done = linked.run("status")
    assert done.code == 1
    assert "frozen by ada: year end" in done.out
    assert linked.run("unfreeze").code == 0
    assert linked.run("sync").code == 0
    assert linked.run("status", "--json").document["frozen"] is None


def test_quarantine_is_told(linked: Site) -> None:
    """A record that nobody can read keeps its family from being written to."""
    linked.control("POST", "charge")
    linked.control(
        "POST",
        "switch",
        fault={
            "method": "GET",
            "path_regex": "finance/invoices",
            "nth": 1,
            "count": 50,
            "kind": 'bad_field:total:"abc"',
        },
    )
    assert linked.run("sync").code == 1
    shown = linked.run("status", "--json")
    assert shown.code == 1
    assert shown.document["quarantine"][0]["resource"] == "invoices"
    assert "in quarantine" in linked.run("status").out
