"""Poll: watermarks, young stamps, our own documents, the daily look, and views not to be believed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from connector.domain.ids import AccountId
from connector.domain.links import LinkMap
from connector.domain.snapshot import Quarantined
from connector.errors import PlatformUnavailable
from connector.ports.platform import Feed
from connector.runtime import facts
from connector.runtime.poll import NOBODY, families_of, poll, read_delta
from tests.build import account, link, moment, payment
from tests.runtime.rig import Rig

BROKEN = Quarantined(
    resource="payments", object_id=7, account_id=None, field="customer_id", problem="is 'x'"
)


def settled(rig: Rig) -> None:
    """A family of three that was polled, looked at, and is quiet; then a minute passes."""
    rig.family()
    rig.sync()
    rig.clock.pass_by(minutes=1)


def test_the_first_poll_takes_history_for_no_news(rig: Rig) -> None:
    """Marks are set to what is there; links have put their families on the agenda already."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.block(3)
    delta = read_delta(rig.service)
    assert delta.touched == frozenset()
    assert delta.marks[facts.feed_mark(Feed.INVOICES)] == "12"
    assert delta.marks[facts.feed_mark(Feed.STATUS_CHANGES)] == "1"
    assert delta.marks[facts.feed_mark(Feed.PAYMENTS)] == "0"
    assert not any("updated" in name for name in rig.platform.reads)


def test_reading_what_is_new_records_nothing(rig: Rig) -> None:
    """A preview may look as often as it likes."""
    settled(rig)
    rig.charge(2)
    first, second = read_delta(rig.service), read_delta(rig.service)
    assert first.touched == second.touched == {2}
    assert rig.agenda() == {}


@pytest.mark.parametrize("what", ["invoice", "payment", "status", "save"])
def test_a_new_row_touches_its_family_once(rig: Rig, what: str) -> None:
    """Whatever it is, and of whatever member; the next poll is quiet."""
    settled(rig)
    at = rig.clock.now() - timedelta(seconds=30)
    match what:
        case "invoice":
            rig.charge(3)
        case "payment":
            rig.world.payments.append(payment(1, 3, "5.00"))
        case "status":
            rig.world.set_status(3, account().status, at)
        case _:
            rig.world.saved[3] = at
    assert poll(rig.service, rig.pen) == 1
    assert rig.agenda() == {1: "changed on the platform"}
    assert poll(rig.service, rig.pen) == 0


def test_rows_of_strangers_touch_nobody(rig: Rig) -> None:
    """Account 99 belongs to no family; the watermark moves all the same."""
    settled(rig)
    rig.world.add(account(99))
    rig.charge(99)
    assert poll(rig.service, rig.pen) == 0
    assert rig.fact(facts.feed_mark(Feed.INVOICES)) == "10"


def test_our_own_documents_are_skipped(rig: Rig) -> None:
    """The merged invoice and the credit notes are on the feeds, and are no news."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.sync()
    assert rig.fact(facts.feed_mark(Feed.INVOICES)) == "1001"
    assert rig.fact(facts.feed_mark(Feed.CREDIT_NOTES)) == "3"
    assert rig.agenda() == {}


def test_a_second_save_in_the_same_second_is_read_later(rig: Rig) -> None:
    """Saved at .2, polled at .3, saved again at .8 under the same stamp: read once more."""
    settled(rig)
    second = rig.clock.now().replace(microsecond=0) + timedelta(minutes=1)
    rig.world.saved[2] = second + timedelta(milliseconds=200)
    rig.clock.billing = second + timedelta(milliseconds=300)
    assert poll(rig.service, rig.pen) == 1
    rig.clock.billing = second + timedelta(milliseconds=600)
    assert poll(rig.service, rig.pen) == 0, "a young stamp that was read already is no news"
    rig.world.saved[2] = second + timedelta(milliseconds=800)
    rig.clock.billing = second + timedelta(seconds=10)
    assert poll(rig.service, rig.pen) == 1, "the stamp is settled: it is read once more"
    rig.clock.billing = second + timedelta(seconds=20)
    assert poll(rig.service, rig.pen) == 0


def test_another_account_saved_in_a_young_second_is_news(rig: Rig) -> None:
    """Only the stamps that were read are remembered, not the second."""
    settled(rig)
    rig.family(5, (6,))
    rig.sync()
    rig.clock.pass_by(minutes=1)
    rig.world.saved[2] = rig.clock.now()
    assert poll(rig.service, rig.pen) == 1
    rig.world.saved[6] = rig.clock.now()
    assert poll(rig.service, rig.pen) == 1
    assert set(rig.agenda()) == {1, 5}


def test_the_watermark_stays_behind_by_the_lag(rig: Rig) -> None:
    """And it is kept in UTC, whatever the platform's zone."""
    settled(rig)
    poll(rig.service, rig.pen)
    since = datetime.fromisoformat(rig.fact(facts.ACCOUNTS_UPDATED) or "")
    assert since == rig.clock.now() - timedelta(seconds=2)
    assert since.utcoffset() == timedelta()


def test_an_unreadable_row_is_listed_and_passed(rig: Rig) -> None:
    """It stops nobody, and does not come again; the daily look forgets it."""
    settled(rig)
    rig.platform.quarantine("read_feed payments", BROKEN)
    assert poll(rig.service, rig.pen) == 0
    with rig.unit() as unit:
        assert unit.findings.load_quarantine() == (BROKEN,)
    assert rig.fact(facts.feed_mark(Feed.PAYMENTS)) == "7"
    rig.clock.pass_by(hours=25)
    poll(rig.service, rig.pen)
    with rig.unit() as unit:
        assert unit.findings.load_quarantine() == ()


def test_every_family_is_looked_at_once_a_day(rig: Rig) -> None:
    """Deleted rows are invisible to deltas."""
    settled(rig)
    rig.clock.pass_by(hours=23)
    poll(rig.service, rig.pen)
    assert rig.agenda() == {}
    rig.clock.pass_by(minutes=59)
    poll(rig.service, rig.pen)
    assert rig.agenda() == {1: "daily look at every family"}


def test_a_large_loss_freezes_and_keeps_every_mark(rig: Rig) -> None:
    """When the view is whole again, what happened meanwhile is still news."""
    settled(rig)
    rig.world.add(*(account(number) for number in range(10, 17)))
    poll(rig.service, rig.pen)
    marks = rig.fact(facts.feed_mark(Feed.INVOICES)), rig.fact(facts.LAST_POLL)
    rig.charge(2, first=20)
    rig.platform.missing_accounts = 2
    rig.clock.pass_by(minutes=1)
    assert poll(rig.service, rig.pen) == 0
    assert "10 accounts at the last poll, 8 now" in (rig.fact(facts.FROZEN) or "")
    assert rig.alerts.events == ["view.implausible"]
    assert (rig.fact(facts.feed_mark(Feed.INVOICES)), rig.fact(facts.LAST_POLL)) == marks
    rig.platform.missing_accounts = 0
    assert poll(rig.service, rig.pen) == 1


def test_a_small_loss_is_believed(rig: Rig) -> None:
    """One of ten is as much as the bounds allow."""
    settled(rig)
    rig.world.add(*(account(number) for number in range(10, 17)))
    poll(rig.service, rig.pen)
    rig.platform.missing_accounts = 1
    poll(rig.service, rig.pen)
    assert rig.fact(facts.FROZEN) is None
    assert rig.fact(facts.ACCOUNTS_COUNT) == "9"


def test_a_loss_does_not_overwrite_an_older_reason_to_be_frozen(rig: Rig) -> None:
    """The first sentence stays."""
    settled(rig)
    with rig.unit() as unit:
        unit.facts.record(facts.FROZEN, "by hand")
        unit.commit()
    rig.platform.missing_accounts = 3
    poll(rig.service, rig.pen)
    assert rig.fact(facts.FROZEN) == "by hand"


def test_a_poll_that_fails_half_way_moves_no_mark(rig: Rig) -> None:
    """The last read is down: nothing of the earlier ones is recorded."""
    settled(rig)
    before = rig.fact(facts.feed_mark(Feed.INVOICES))
    rig.charge(2)
    rig.platform.fail_read("read_accounts_updated", PlatformUnavailable("down"))
    with pytest.raises(PlatformUnavailable):
        poll(rig.service, rig.pen)
    assert rig.fact(facts.feed_mark(Feed.INVOICES)) == before
    rig.platform.mend()
    assert poll(rig.service, rig.pen) == 1


def test_a_poll_costs_six_requests(rig: Rig) -> None:
    """One count, four feeds, one list of saved accounts."""
    settled(rig)
    rig.platform.reads.clear()
    poll(rig.service, rig.pen)
    assert len(rig.platform.reads) == 6


def test_a_sub_that_moved_touches_both_of_its_families() -> None:
    """Old debt may still be settled where it was."""
    moved = link(1, 2, until=moment("2026-01-05").date())
    links = LinkMap((moved, link(3, 2, since=moment("2026-01-05").date())))
    assert families_of(links, [AccountId(2)]) == {1, 3}
    assert families_of(links, [AccountId(3)]) == {3}
    assert families_of(links, [NOBODY]) == frozenset()
