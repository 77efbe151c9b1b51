"""``undo``: asked for while nobody has paid; a worksheet, and exit code 1, when it is too late."""

from __future__ import annotations

import pytest

from tests.cli.support import Site


@pytest.fixture
def merged(site: Site) -> str:
    """The plan of a merge that is closed."""
    site.link_all()
    site.control("POST", "charge")
    assert site.run("sync").code == 0
    (plan,) = {row["plan_id"] for row in site.run("history", "--json").document["events"]}
    return str(plan)


def test_it_is_asked_for_and_carried_out(site: Site, merged: str) -> None:
    """In the name of who asked; the next turn acts, and a second wish is refused."""
    asked = site.run("undo", merged.lower(), "--by", "ada")
    assert asked.code == 0
    assert "back to" in asked.out
    assert "next turn" in asked.out
    assert site.run("sync").code == 0
    events = site.run("history", "--json").document["events"]
    assert events[0]["event"] == "closed"
    assert any(row["by"] == "ada" for row in events)
    view = site.run("status")
    assert view.code == 0
    assert "ada asked for" in view.out
    again = site.run("undo", merged)
    assert again.code == 1
    assert "was undone by plan" in again.err


def test_a_request_is_one_document(site: Site, merged: str) -> None:
    """For programs: the number of the request, and no worksheet."""
    told = site.run("undo", merged, "--json")
    assert told.code == 0
    assert told.document["worksheet"] is None
    assert told.document["request"] == 1


def test_too_late_it_prints_a_worksheet(site: Site, merged: str) -> None:
    """Some of it was paid: nothing is asked for, nothing is written, and hands are told how."""
    site.control("POST", "pay", customer_id=1, amount="5.00")
    site.control("DELETE", "requests")
    late = site.run("undo", merged, "--by", "ada")
    assert late.code == 1
    assert "is not undone: of " in late.out
    assert "some of it was paid or credited" in late.out
    assert "payments of account 1 since the merge" in late.out
    assert "5.00" in late.out
    assert "1. decide which accounts" in late.out
    assert "linked-accounts links remove 2" in late.out
    assert site.shell.count("request") == 0
    log = site.control("GET", "requests")
    writes = [row["path"] for row in log if row["method"] in {"POST", "PUT", "DELETE"}]
    assert [path for path in writes if "auth/tokens" not in path] == []


def test_the_worksheet_as_one_document(site: Site, merged: str) -> None:
    """Each source with its rates, and what was paid."""
    site.control("POST", "pay", customer_id=1)
    late = site.run("undo", merged, "--json")
    assert late.code == 1
    assert late.document["request"] is None
    sheet = late.document["worksheet"]
    assert sheet["merged"]["due"] in {"0", "0.0000", "0.00"}
    assert [row["account_id"] for row in sheet["rows"]] == [1, 2, 3, 4]
    assert all(row["shares"] for row in sheet["rows"])
    (payment,) = sheet["payments"]
    assert payment["account_id"] == 1
    assert sheet["todo"]


def test_in_observe_mode_it_is_refused(site: Site, merged: str) -> None:
    """There would be nothing to write with."""
    site.shell.set(MODE="observe")
    done = site.run("undo", merged)
    assert done.code == 1
    assert "observe" in done.err
    assert site.shell.count("request") == 0


def test_what_is_no_plan_cannot_be_undone(site: Site) -> None:
    """Told at once."""
    done = site.run("undo", "A" * 20)
    assert done.code == 1
    assert "no plan" in done.err
