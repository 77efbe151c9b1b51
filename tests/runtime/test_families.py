"""Reading a family: what is asked when, and what becomes of records that are broken or gone."""

from __future__ import annotations

from collections import Counter

import pytest

from connector.domain.accounts import BillingMode
from connector.domain.ids import AccountId
from connector.domain.snapshot import Quarantined
from connector.errors import PlatformUnavailable, RecordMissing, ReplyMalformed
from connector.ports.platform import Reading
from connector.runtime.families import read_family, read_for_cascade, whole
from tests.build import account, billing, invoice, moment
from tests.runtime.rig import MIRROR, Rig

MAIN = AccountId(1)
BROKEN = Quarantined(
    resource="invoices", object_id=11, account_id=AccountId(2), field="due", problem="is 'x'"
)


def asked(rig: Rig) -> Counter[str]:
    """How often what was read."""
    return Counter(rig.platform.reads)


def test_a_family_at_rest_costs_four_requests(rig: Rig) -> None:
    """Accounts, one billing, recent invoices, open invoices; no log, no services."""
    rig.family()
    reading = read_family(rig.service, MAIN)
    assert asked(rig) == {
        "read_accounts": 1,
        "read_billing": 1,
        "read_invoices": 1,
        "read_open_invoices": 1,
    }
    assert reading.snapshot is not None
    assert [sub.id for sub in reading.snapshot.subs] == [2, 3]


def test_services_are_asked_only_for_members_without_an_invoice(rig: Rig) -> None:
    """And only if their cycle has a source at all."""
    rig.family()
    rig.charge(2)
    snapshot = read_family(rig.service, MAIN).snapshot
    assert snapshot is not None
    assert snapshot.serviced == {1, 3}
    assert asked(rig)["read_serviced"] == 1
    rig.charge(1, 2, 3)
    rig.platform.reads.clear()
    read_family(rig.service, MAIN)
    assert asked(rig)["read_serviced"] == 0


def test_a_blocked_sub_has_its_log_and_balance_read(rig: Rig) -> None:
    """One log for all, one billing for each who is blocked."""
    rig.family(1, (2, 3, 4))
    rig.block(2, 4)
    snapshot = read_family(rig.service, MAIN).snapshot
    assert snapshot is not None
    assert [row.account_id for row in snapshot.sub_billings] == [2, 4]
    assert [row.account_id for row in snapshot.changes] == [2, 4]
    assert (asked(rig)["read_status_changes"], asked(rig)["read_billing"]) == (1, 3)


def test_a_blocked_main_has_its_log_read_only_if_subs_follow(rig: Rig) -> None:
    """With suspension off nobody needs it."""
    rig.family()
    rig.block(1)
    read_family(rig.service, MAIN)
    assert asked(rig)["read_status_changes"] == 0
    rig.set_policy(MIRROR)
    read_family(rig.service, MAIN)
    assert asked(rig)["read_status_changes"] == 1


def test_a_natively_linked_sub_has_its_billing_read(rig: Rig) -> None:
    """Its own mode decides whether the platform aggregates it already."""
    rig.world.add(account(1), account(2, native_main_id=1))
    rig.world.billings[2] = billing(2, native_mode=BillingMode.AGGREGATED)
    rig.link(1, 2)
    snapshot = read_family(rig.service, MAIN).snapshot
    assert snapshot is not None
    assert snapshot.sub_billings[0].native_mode is BillingMode.AGGREGATED


def test_two_cycles_are_read_and_older_open_invoices_besides(rig: Rig) -> None:
    """A window may reach over a cycle's end; a paid one of October is history."""
    rig.family()
    day = moment("2025-10-03").date()
    rig.world.put(
        invoice(1, 2, issued_on=day),
        invoice(2, 3, issued_on=day),
        invoice(3, 2, issued_on=moment("2025-12-01").date()),
    )
    rig.world.pay(2)
    rig.world.pay(3)
    snapshot = read_family(rig.service, MAIN).snapshot
    assert snapshot is not None
    assert snapshot.invoices_since == moment("2025-12-01").date()
    assert [inv.id for inv in snapshot.invoices] == [1, 3]


def test_ended_links_are_known_but_their_subs_are_not_read(rig: Rig) -> None:
    """Who left is no member any more."""
    rig.family()
    with rig.unit() as unit:
        unit.links.record_end(AccountId(3), moment("2026-01-05").date(), "test", rig.at)
        unit.commit()
    snapshot = read_family(rig.service, MAIN).snapshot
    assert snapshot is not None
    assert [sub.id for sub in snapshot.subs] == [2]
    assert len(snapshot.links) == 2


def test_a_vanished_main_leaves_nothing_to_plan(rig: Rig) -> None:
    """No snapshot, no quarantine, and nothing further is asked."""
    rig.family()
    del rig.world.accounts[1]
    reading = read_family(rig.service, MAIN)
    assert (reading.snapshot, reading.quarantined) == (None, ())
    assert asked(rig) == {"read_accounts": 1}


@pytest.mark.parametrize(
    ("problem", "field"),
    [
        (ReplyMalformed("billing_day is 'x'", field="billing_day"), "billing_day"),
        (ReplyMalformed("no JSON"), "(record)"),
        (RecordMissing("no billing"), "(record)"),
    ],
)
def test_a_main_without_readable_billing_is_in_quarantine(
    rig: Rig, problem: ReplyMalformed | RecordMissing, field: str
) -> None:
    """Without a billing day there is no cycle."""
    rig.family()
    rig.platform.fail_read("read_billing", problem)
    reading = read_family(rig.service, MAIN)
    assert reading.snapshot is None
    assert [(row.resource, row.field) for row in reading.quarantined] == [
        ("customer_billing", field)
    ]


def test_a_blocked_sub_without_readable_billing_is_in_quarantine(rig: Rig) -> None:
    """The snapshot is there, but nothing may be written on its ground."""
    rig.family()
    rig.block(2)
    rig.platform.fail_read("read_billing", RecordMissing("gone"), key=2)
    reading = read_family(rig.service, MAIN)
    assert reading.snapshot is not None
    assert [row.object_id for row in reading.quarantined] == [2]


@pytest.mark.parametrize(
    "name", ["read_accounts", "read_invoices", "read_open_invoices", "read_status_changes"]
)
def test_unreadable_rows_come_along(rig: Rig, name: str) -> None:
    """Each list may have them; told once, though two lists show the same."""
    rig.family(1, (2, 11))
    rig.block(2)
    rig.platform.quarantine(name, BROKEN)
    reading = read_family(rig.service, MAIN)
    assert reading.quarantined == (BROKEN,)


def test_a_platform_that_is_down_is_an_error(rig: Rig) -> None:
    """Nothing can be said of the family, not even that it is broken."""
    rig.family()
    rig.platform.fail_read("read_billing", PlatformUnavailable("down"))
    with pytest.raises(PlatformUnavailable):
        read_family(rig.service, MAIN)


def test_whole_takes_no_reading_with_a_hole(rig: Rig) -> None:
    """A list that hides a row proves nothing."""
    assert whole(Reading(rows=(1, 2))) == (1, 2)
    with pytest.raises(ReplyMalformed, match="invoices 11: field due is 'x'") as caught:
        whole(Reading(rows=(1,), quarantined=(BROKEN,)))
    assert caught.value.field == "due"


def test_for_a_cascade_one_sub_is_read(rig: Rig) -> None:
    """Its siblings, and their invoices, are no part of it."""
    rig.family()
    rig.block(2)
    rig.charge(2, 3)
    snapshot = read_for_cascade(rig.service, MAIN, AccountId(2))
    assert [sub.id for sub in snapshot.subs] == [2]
    assert [inv.account_id for inv in snapshot.invoices] == [2]
    assert [row.account_id for row in snapshot.sub_billings] == [2]
    assert [row.sub_id for row in snapshot.links] == [2]


def test_for_a_cascade_a_missing_account_is_an_error(rig: Rig) -> None:
    """It names the account."""
    rig.family()
    del rig.world.accounts[2]
    with pytest.raises(RecordMissing, match="account 2"):
        read_for_cascade(rig.service, MAIN, AccountId(2))
