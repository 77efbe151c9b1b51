"""``parked``: who waits for a person, why, what was seen, and the command that goes on."""

from __future__ import annotations

import pytest

from tests.cli.support import Site


@pytest.fixture
def main_id(site: Site) -> int:
    """The main account of a family that was parked: three of its credit notes were refused."""
    site.link_all()
    site.control("POST", "charge")
    site.control(
        "POST",
        "switch",
        fault={
            "method": "POST",
            "path_regex": "finance/credit-notes",
            "nth": 1,
            "count": 3,
            "kind": "http_422",
        },
    )
    assert site.run("sync").code == 1
    (row,) = site.run("parked", "--json").document["parked"]
    return int(row["main_id"])


def test_nobody_is_parked_in_a_new_store(site: Site) -> None:
    """Without a key, and it says so."""
    site.shell.environment.delenv("LINKED_ACCOUNTS_PLATFORM__KEY")
    site.shell.environment.delenv("LINKED_ACCOUNTS_PLATFORM__SECRET")
    done = site.run("parked")
    assert done.code == 0
    assert "no family is parked" in done.out


def test_it_names_reason_evidence_and_the_next_command(site: Site, main_id: int) -> None:
    """As text and as JSON; each held step with its document."""
    done = site.run("parked")
    assert done.code == 1
    assert f"`linked-accounts retry {main_id}`" in done.out
    shown = site.run("parked", "--json")
    assert shown.code == 1
    (row,) = shown.document["parked"]
    assert (row["cause"], row["retry"]) == ("refusals", f"linked-accounts retry {main_id}")
    assert len(row["evidence"]) == 3
    assert all("invoice" in line and "422" in line for line in row["evidence"])
    assert {line.partition(":")[0] for line in row["evidence"]} == {
        f"{held['plan_id']}/{held['step']}" for held in shown.document["held"]
    }


def test_status_shows_it_and_needs_somebody(site: Site, main_id: int) -> None:
    """Once, under its own heading; the plan that stopped is listed as parked, too."""
    done = site.run("status")
    assert done.code == 1
    assert "parked families (1)" in done.out
    assert f"its family is let go on: `linked-accounts retry {main_id}`" in done.out
    assert site.run("sync").code == 1
    assert site.run("status").out.count("refused or contradicted") == 1


def test_a_named_person_lets_it_go_on(site: Site, main_id: int) -> None:
    """By the family's number; what was refused comes last. It is listed with the name if asked for."""
    asked = site.run("retry", str(main_id), "--by", "ada")
    assert asked.code == 0
    assert f"family {main_id} goes on" in asked.out
    assert site.run("sync").code == 75
    done = site.run("parked", "--lifted", "5", "--json")
    assert done.document["parked"] == []
    (row,) = done.document["lifted"]
    assert (row["main_id"], row["lifted_by"]) == (main_id, "ada")
    assert "lifted by ada" in site.run("parked", "--lifted", "5").out


def test_a_family_that_is_not_parked_cannot_go_on(site: Site) -> None:
    """Told at once, and nothing is recorded."""
    done = site.run("retry", "77")
    assert done.code == 1
    assert "no family 77 is parked" in done.err
    assert site.shell.count("request") == 0
