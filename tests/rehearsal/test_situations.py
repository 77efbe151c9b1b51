"""Rehearsals from other beginnings: nothing installed yet, a merge half done, doors that are shut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from connector.errors import ConnectorError, SetupError
from connector.rehearsal.copy import Copy
from connector.rehearsal.ledger import bring_forward
from connector.rehearsal.load import load_rows, options_of
from connector.rehearsal.payers import Habit
from connector.rehearsal.rehearse import Wish
from connector.rehearsal.store_copy import make_store
from connector.runtime.bootstrap import open_service
from connector.runtime.cycle import run_cycle, start
from connector.runtime.service import hold_pen
from connector.sandbox.ledger.invoices import issue_invoice
from connector.sandbox.ledger.postings import effect_on_balance
from connector.sandbox.money import ZERO
from connector.sandbox.records import Invoice, Item
from connector.sandbox.seed import build_world
from connector.sandbox.witness import STAFF
from connector.sandbox.world import World
from tests.rehearsal.installation import HOURS, Installation, open_installation
from tests.rehearsal.test_copy import personal_texts

FOUR_DAYS = Wish(days=4, hours=HOURS)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Installation]:
    """Charged on the first of the month, and no connector yet."""
    with open_installation(tmp_path, start="2026-02-01T09:00:00") as found:
        found.box.control("POST", "charge", {})
        yield found


def loaded(copy: Copy) -> tuple[World, list[str]]:
    """A world from a copy, and what it warns of."""
    world = build_world(options_of(copy))
    return world, [*load_rows(world, copy), *bring_forward(world, copy)]


def test_links_from_a_file_before_anything_is_installed(fresh: Installation) -> None:
    """Wrong lines are told; the first approval is asked for, and taken as given."""
    fresh.configure(mode="observe", approval=True)
    for _ in range(4):  # strangers: the copy has far fewer accounts than the platform
        fresh.box.control("POST", "family", {"subs": [{}, {}]})
    links = "\n".join(fresh.links().splitlines()[:10]) + "\n77777,88888,aggregated\n5,5\n"
    copy = fresh.copy(links=links)
    outcome = fresh.rehearse(copy, FOUR_DAYS)
    assert not (fresh.folder / "state.sqlite3").exists()
    assert len(copy.of("accounts")) == 12
    assert any("77777" in text for text in copy.warnings)
    assert any("columns" in text for text in copy.warnings)
    assert {row.what for row in outcome.asked} == {"approve merge"}
    assert len(outcome.merged) == len(outcome.asked)
    assert outcome.merged
    assert outcome.is_good


def test_without_any_link_there_is_nothing_to_rehearse(fresh: Installation) -> None:
    """Which is said, with the mend."""
    with pytest.raises(ConnectorError, match="--links"):
        fresh.copy()
    with pytest.raises(ConnectorError, match="nothing to rehearse"):
        fresh.copy(links="main_id,sub_id,mode\n77777,88888,aggregated\n")


@pytest.mark.parametrize("masked", [True, False])
def test_a_merge_half_done_is_ended(fresh: Installation, masked: bool) -> None:  # noqa: FBT001 - a parameter
    """The journal's plans go on with the copy's documents, under masks too."""
    fresh.link_all()
    stop = Event()

    def drain() -> None:
        if len(fresh.box.world.credit_notes):
            stop.set()

    with (
        open_service(fresh.settings()) as wired,
        hold_pen(wired.service, "test", stop, drain) as pen,
    ):
        start(wired.service, pen)
        run_cycle(wired.service, pen)
    copy = fresh.copy(masked=masked)
    steps = [row["state"] for row in copy.store["step"]]
    assert "confirmed" in steps
    assert "intended" in steps
    outcome = fresh.rehearse(copy, FOUR_DAYS)
    assert outcome.findings == []
    assert outcome.is_good, outcome
    assert len(outcome.merged) == 1, "the other family's"
    assert outcome.refused == []


def test_a_claimed_source_is_known_again_under_its_mask(fresh: Installation) -> None:
    """Its fingerprint is that of the masked invoice: the plan is not withdrawn as changed."""
    fresh.link_all()
    fresh.configure(approval=True)
    with (
        open_service(fresh.settings()) as wired,
        hold_pen(wired.service, "test", Event()) as pen,
    ):
        start(wired.service, pen)
        run_cycle(wired.service, pen)
    copy = fresh.copy()
    plans = {str(row["plan_id"]) for row in copy.store["operation"] if row["kind"] == "merge"}
    outcome = fresh.rehearse(copy, FOUR_DAYS)
    assert plans
    assert {row.plan for row in outcome.merged} == plans
    assert outcome.is_good


def test_the_rehearsals_store_names_nobody(fresh: Installation, tmp_path: Path) -> None:
    """Not even in the parameters of documents that were issued long ago."""
    fresh.link_all()
    fresh.live(1)
    plain, masked = tmp_path / "plain.sqlite3", tmp_path / "masked.sqlite3"
    make_store(f"sqlite:///{plain}", fresh.copy(masked=False).store)
    make_store(f"sqlite:///{masked}", fresh.copy().store)
    names = [text.encode() for text in personal_texts(fresh)]
    assert any(name in plain.read_bytes() for name in names)
    assert [name for name in names if name in masked.read_bytes()] == []


def test_what_the_key_may_not_read_is_done_without(fresh: Installation) -> None:
    """Transactions and relations: balances and periods come from the documents then."""
    fresh.link_all()
    shut = ["finance/transactions", "finance/invoice-relations", "administration/partners"]
    fresh.box.control("POST", "switch", {"deny": [[name, "*"] for name in shut]})
    copy = fresh.copy()
    assert len(copy.warnings) == len(shut)
    outcome = fresh.rehearse(copy, FOUR_DAYS)
    assert outcome.issued == 0, "the month was charged already"
    assert outcome.merged
    assert outcome.is_good


def test_the_ledger_of_a_copy_is_whole(fresh: Installation) -> None:
    """Balances as stated, by openings where the copy does not reach; oddities are told."""
    fresh.link_all()
    fresh.live(20)
    copy = fresh.copy(days=3)
    world, warnings = loaded(copy)
    for billing in world.billings:
        posted = world.transactions.of_customer(billing.id)
        real = fresh.box.world.billing_of(billing.id)
        assert billing.deposit == real.deposit
        assert sum((effect_on_balance(row) for row in posted), ZERO) == billing.deposit
    for invoice in world.invoices:
        rows = [row for row in world.relations if row.invoice_id == invoice.id]
        assert invoice.total - sum((row.amount for row in rows), ZERO) == invoice.due
    assert not any("balance" in text for text in warnings)
    copy.of("billings")[0]["deposit"] = "777.0000"
    assert any("balance of 1 accounts" in text for text in loaded(copy)[1])


def test_numbers_go_on_after_the_platforms(fresh: Installation) -> None:
    """Those of strangers too: the service looks for news above the highest it has seen."""
    fresh.link_all()
    body = {"main": {"services": [{"price": "10"}]}}
    stranger: Any = fresh.box.control("POST", "family", body)
    fresh.box.control("POST", "charge", {"customer_ids": [stranger["main_id"]]})
    last = max(fresh.box.world.invoices.ids)
    world, _ = loaded(fresh.copy())
    assert last not in world.invoices.ids
    invoice = Invoice(customer_id=1, items=[Item(description="Next", price=Decimal(1))])
    made = issue_invoice(world, invoice, STAFF)
    taken = {row.number for row in fresh.box.world.invoices}
    assert made.id == last + 1
    assert made.number not in taken


def test_services_of_two_types_may_have_one_number(fresh: Installation) -> None:
    """The platform counts each type for itself."""
    fresh.link_all()
    copy = fresh.copy()
    twin = {**copy.of("services")[0], "type": "voice"}
    copy.of("services").append(twin)
    world, _ = loaded(copy)
    assert len(world.services) == len(copy.of("services"))


def test_a_value_that_does_not_fit_is_told(fresh: Installation) -> None:
    """And left empty."""
    fresh.link_all()
    copy = fresh.copy()
    copy.of("invoices")[0]["date_till"] = "soon"
    assert any("date_till cannot be read" in text for text in loaded(copy)[1])


def test_payers_keep_to_their_habit(fresh: Installation) -> None:
    """Nobody pays, and all who owe are off in the end; on time nobody is ever off."""
    fresh.link_all()
    copy = fresh.copy()
    wish = replace(FOUR_DAYS, days=24)
    nobody = fresh.rehearse(copy, replace(wish, habit=Habit.NONE))
    assert nobody.payments == 0
    assert nobody.suspended
    assert len(nobody.still_off) >= len(nobody.suspended)
    assert all("owes" in row.why for row in nobody.still_off)
    all_pay = fresh.rehearse(copy, replace(wish, habit=Habit.ON_TIME))
    assert all_pay.payments
    assert not all_pay.suspended
    assert not all_pay.still_off


def test_native_links_are_followed(fresh: Installation) -> None:
    """The accounts to copy are those that the platform has linked itself."""
    fresh.box.control("POST", "family/native", {"sub_id": 2, "main_id": 1, "mode": "independent"})
    fresh.configure(more='[links]\nauthority = "native"\n')
    copy = fresh.copy()
    assert [row["id"] for row in copy.of("accounts")] == [1, 2]
    assert fresh.rehearse(copy, FOUR_DAYS).is_good


def test_an_unknown_key_is_denied_in_time(fresh: Installation) -> None:
    """Before anything is copied."""
    fresh.link_all()
    fresh.config.write_text("mode = 'act'\n")
    with pytest.raises(SetupError):
        fresh.settings()
