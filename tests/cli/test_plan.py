"""``plan``: the preview shows what the next turn would do, and does nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.cli.support import Site


@pytest.fixture
def charged(site: Site) -> Site:
    """A linked family whose invoices of the cycle are there."""
    site.link_all()
    site.control("POST", "charge")
    return site


def writes(site: Site) -> list[Any]:
    """Requests that change something, other than logging in."""
    seen = site.control("GET", "requests")
    rows = seen["requests"] if isinstance(seen, dict) else seen
    return [
        row
        for row in rows
        if row["method"] in {"POST", "PUT", "DELETE"} and "auth/tokens" not in row["path"]
    ]


def test_exit_code_tells_whether_changes_wait(site: Site) -> None:
    """0 before there is anything to merge, 3 afterwards; without the option always 0."""
    site.link_all()
    assert site.run("plan", "--exit-code").code == 0
    site.control("POST", "charge")
    assert site.run("plan", "--exit-code").code == 3
    assert site.run("plan").code == 0


def test_the_document_shows_every_line_and_adds_up(charged: Site) -> None:
    """Sources make the total, and so do the lines, rounded once."""
    shown = charged.run("plan", "--json").document
    assert shown["mode"] == "act"
    assert shown["changes"] == 1
    (document,) = shown["families"][0]["documents"]
    total = Decimal(document["total"])
    assert sum(Decimal(source["total"]) for source in document["sources"]) == total
    lines = sum(Decimal(line["gross"]) for line in document["lines"])
    assert abs(lines - total) <= Decimal("0.005")
    assert document["state"] == "new"
    assert document["due_on"] > document["issued_on"] == "2026-01-01"


def test_people_see_sources_lines_and_total(charged: Site) -> None:
    """On one screen, uncoloured in a pipe, and no line is cut off."""
    (document,) = charged.run("plan", "--json").document["families"][0]["documents"]
    told = charged.run("plan")
    assert told.err == ""
    for source in document["sources"]:
        assert f"from {source['number']} of account {source['account_id']}: " in told.out
    for line in document["lines"]:
        assert line["description"] in told.out
    assert f"total {Decimal(document['total']):.2f}, " in told.out
    assert "\x1b" not in told.out
    assert all(line == line.rstrip() for line in told.out.splitlines())


def test_nothing_is_written_anywhere(charged: Site) -> None:
    """Neither to the platform nor to our journal."""
    before = charged.shell.count("operation"), charged.shell.count("agenda")
    charged.run("plan", "--all")
    assert writes(charged) == []
    assert (charged.shell.count("operation"), charged.shell.count("agenda")) == before


def test_the_next_turn_does_what_was_shown(charged: Site) -> None:
    """Same plan, same name."""
    (document,) = charged.run("plan", "--json").document["families"][0]["documents"]
    assert charged.run("sync").code == 0
    events = charged.run("history", document["plan_id"], "--json").document["events"]
    assert events[0]["event"] == "closed"
    assert charged.run("plan", "--all", "--exit-code").code == 0


def test_a_plan_that_waits_is_shown_once(charged: Site) -> None:
    """The preview knows it again; the list of waiting ones names it."""
    charged.shell.set(MODE="propose")
    assert charged.run("sync").code == 0
    shown = charged.run("plan", "--all", "--exit-code", "--json")
    assert shown.code == 3
    assert shown.document["changes"] == 1
    (waiting,) = shown.document["waiting"]
    (document,) = shown.document["families"][0]["documents"]
    assert (document["plan_id"], document["state"]) == (waiting["plan_id"], "waiting")
    assert f"linked-accounts approve {waiting['plan_id']}" in charged.run("plan").out


def test_observe_mode_plans_and_says_that_it_only_observes(charged: Site) -> None:
    """The first thing anybody does with us."""
    charged.shell.set(MODE="observe")
    done = charged.run("plan", "--exit-code")
    assert done.code == 3
    assert "observe mode" in done.out


def test_main_takes_main_and_sub_numbers(charged: Site) -> None:
    """A family may be named by any of its members."""
    for number in ("1", "2"):
        shown = charged.run("plan", "--main", number, "--json").document
        assert [family["main_id"] for family in shown["families"]] == [1]


def test_main_refuses_a_stranger(charged: Site) -> None:
    """An account of no family has no plan."""
    done = charged.run("plan", "--main", "77")
    assert done.code == 1
    assert "account 77 belongs to no family" in done.err


def test_an_open_window_tells_whom_it_waits_for(site: Site) -> None:
    """And until when."""
    site.link_all()
    site.control("POST", "charge", customer_ids=[2])
    (family,) = site.run("plan", "--json").document["families"]
    (window,) = family["windows"]
    assert window["sentence"].startswith("waiting for ")
    assert window["until"] > "2026-01-01"
    assert "stays open until " in site.run("plan").out
