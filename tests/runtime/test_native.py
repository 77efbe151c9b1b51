"""Links by the platform's own say: what appears, ends, changes or drifts; and views not believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.domain.accounts import BillingMode
from connector.domain.ids import AccountId
from connector.domain.links import Link, LinkSource
from connector.domain.snapshot import Quarantined
from connector.errors import PlatformUnavailable, RecordMissing, ReplyMalformed
from connector.ports.store import RequestKind
from connector.runtime import facts
from connector.runtime.native import reconcile_native
from connector.runtime.requests import record_request
from tests.build import account, billing
from tests.runtime.rig import Rig

AGGREGATED, INDEPENDENT = BillingMode.AGGREGATED, BillingMode.INDEPENDENT


@pytest.fixture
def native(rig: Rig) -> Rig:
    """Main account 1 with subs 2 and 3, linked on the platform itself."""
    rig.service = replace(rig.service, authority=LinkSource.NATIVE)
    rig.world.add(account(1), account(4))
    hang(rig, 2, 1)
    hang(rig, 3, 1)
    return rig


def hang(rig: Rig, sub: int, main: int | None, mode: BillingMode | None = INDEPENDENT) -> None:
    """Link an account on the platform, or unlink it: both save it."""
    rig.world.add(account(sub, native_main_id=main))
    rig.world.billings[sub] = billing(sub, native_mode=mode)
    rig.world.saved[sub] = rig.clock.now()


def live(rig: Rig) -> dict[int, tuple[int, str]]:
    """Main and mode of every live link, by sub."""
    with rig.unit() as unit:
        links = unit.links.load_map().links
    return {row.sub_id: (row.main_id, row.mode.value) for row in links if row.until is None}


def reconcile(rig: Rig) -> int:
    """Read the platform's links."""
    return reconcile_native(rig.service, rig.pen)


def test_links_of_the_platform_appear(native: Rig) -> None:
    """With their source and the day we learnt of them; their family is due."""
    assert reconcile(native) == 2
    assert live(native) == {2: (1, "independent"), 3: (1, "independent")}
    with native.unit() as unit:
        (first, _) = unit.links.load_map().links
    assert first == Link(
        sub_id=AccountId(2),
        main_id=AccountId(1),
        mode=INDEPENDENT,
        since=native.clock.now().date(),
        source=LinkSource.NATIVE,
    )
    assert native.agenda() == {1: "link of 2 appeared"}


def test_a_second_look_changes_nothing(native: Rig) -> None:
    """Nothing is recorded, nobody is due."""
    reconcile(native)
    native.sync()
    assert reconcile(native) == 0
    assert native.agenda() == {}


def test_without_a_mode_a_link_is_independent(native: Rig) -> None:
    """Who pays is never guessed."""
    hang(native, 2, 1, mode=None)
    reconcile(native)
    assert live(native)[2] == (1, "independent")


def test_a_link_that_vanished_ends_today(native: Rig) -> None:
    """The bounds allow it here: one of two is half, so they are wide."""
    wide(native)
    reconcile(native)
    hang(native, 3, None)
    assert reconcile(native) == 1
    assert live(native) == {2: (1, "independent")}


def test_a_mode_change_is_taken_over(native: Rig) -> None:
    """From today on."""
    reconcile(native)
    hang(native, 3, 1, mode=AGGREGATED)
    assert reconcile(native) == 1
    assert live(native)[3] == (1, "aggregated")


def test_a_sub_that_drifted_makes_both_families_due(native: Rig) -> None:
    """The old one and the new one."""
    reconcile(native)
    native.sync()
    hang(native, 3, 4)
    assert reconcile(native) == 1
    assert live(native)[3] == (4, "independent")
    assert set(native.agenda()) == {1, 4}


def test_main_and_sub_may_change_places(native: Rig) -> None:
    """What ends is recorded before what begins: no account is main and sub at once."""
    wide(native)
    hang(native, 3, None)
    reconcile(native)
    assert live(native) == {2: (1, "independent")}
    hang(native, 2, None)
    hang(native, 1, 2)
    assert reconcile(native) == 2
    assert live(native) == {1: (2, "independent")}


def test_with_our_own_say_the_platform_is_not_asked(native: Rig) -> None:
    """``links.authority = "store"``."""
    native.service = replace(native.service, authority=LinkSource.STORE)
    assert reconcile(native) == 0
    assert native.platform.reads == []


# -- when it is asked -----------------------------------------------------------------------


def test_a_new_installation_learns_its_links_by_itself(native: Rig) -> None:
    """No link of ours is there yet, so no known family is ever touched."""
    native.sync()
    assert set(live(native)) == {2, 3}


def test_the_first_link_of_a_new_family_is_learnt(native: Rig) -> None:
    """Neither of the two belonged to a family before."""
    native.sync()
    native.clock.pass_by(minutes=5)
    native.world.add(account(8))
    hang(native, 9, 8)
    native.sync()
    assert live(native)[9] == (8, "independent")


def test_a_quiet_turn_does_not_ask(native: Rig) -> None:
    """It would cost a request for each linked account."""
    for _ in range(2):  # what was saved a moment ago is read once more
        native.sync()
        native.clock.pass_by(minutes=5)
    native.platform.reads.clear()
    native.cycle()
    assert "read_native_subs" not in native.platform.reads


def test_a_look_at_the_links_that_failed_is_taken_again(native: Rig) -> None:
    """The poll has moved its marks already; the links are still to be read."""
    native.sync()
    native.clock.pass_by(minutes=5)
    hang(native, 9, 4)
    native.platform.fail_read("read_native_subs", PlatformUnavailable("down"))
    with pytest.raises(PlatformUnavailable):
        native.cycle()
    native.platform.mend()
    native.clock.pass_by(minutes=5)
    native.restart()
    native.sync()
    assert live(native)[9] == (4, "independent")


def test_a_family_that_moves_under_another_main_moves_whole(native: Rig) -> None:
    """Main 1 and its sub 2 hang under 4 now; sub 3 does not."""
    wide(native)
    reconcile(native)
    hang(native, 3, None)
    hang(native, 1, 4)
    hang(native, 2, 4)
    assert reconcile(native) == 3
    assert live(native) == {1: (4, "independent"), 2: (4, "independent")}


# -- what is not believed -------------------------------------------------------------------


def test_a_large_loss_freezes_and_ends_nothing(native: Rig) -> None:
    """Two links, then none."""
    reconcile(native)
    hang(native, 2, None)
    hang(native, 3, None)
    assert reconcile(native) == 0
    assert set(live(native)) == {2, 3}
    assert native.fact(facts.FROZEN) == "2 links at the last poll, 0 now: not believed"
    assert native.alerts.events == ["view.implausible"]


def test_a_person_who_unfreezes_believes_it_once(native: Rig) -> None:
    """The loss is recorded then; the next one is judged again."""
    native.sync()
    native.clock.pass_by(minutes=5)
    hang(native, 2, None)
    native.sync()
    assert native.fact(facts.FROZEN) is not None
    record_request(native.service, RequestKind.UNFREEZE, "", "ada")
    native.sync()
    assert native.fact(facts.FROZEN) is None
    assert set(live(native)) == {3}
    native.clock.pass_by(minutes=5)
    hang(native, 3, None)
    native.sync()
    assert native.fact(facts.FROZEN) is not None
    assert set(live(native)) == {3}


def test_unfreezing_for_another_reason_believes_no_later_loss(native: Rig) -> None:
    """A frozen audit ended months ago; today's broken view is not what that person saw."""
    native.sync()
    record_request(native.service, RequestKind.FREEZE, "audit", "ada")
    native.sync()
    record_request(native.service, RequestKind.UNFREEZE, "", "ada")
    native.sync()
    native.clock.pass_by(hours=1)
    hang(native, 2, None)
    hang(native, 3, None)
    native.sync()
    assert set(live(native)) == {2, 3}
    assert native.fact(facts.FROZEN) is not None


def test_an_unreadable_account_loses_no_link(native: Rig) -> None:
    """It is listed as broken, not gone."""
    wide(native)
    reconcile(native)
    native.platform.quarantine("read_native_subs", broken(3))
    assert reconcile(native) == 0
    assert set(live(native)) == {2, 3}


def test_an_account_without_even_a_number_ends_no_link(native: Rig) -> None:
    """It may be any of those that are missing; what appears is taken over all the same."""
    wide(native)
    reconcile(native)
    hang(native, 3, None)
    hang(native, 4, 1)
    native.platform.quarantine("read_native_subs", broken(None))
    assert reconcile(native) == 1
    assert set(live(native)) == {2, 3, 4}


@pytest.mark.parametrize(
    "problem", [ReplyMalformed("mode is 'shared'", field="native_mode"), RecordMissing("none")]
)
def test_one_unreadable_billing_stops_nobody_else(
    native: Rig, problem: ReplyMalformed | RecordMissing
) -> None:
    """Its own link stays as it is, an unknown one is not made; the others are taken over."""
    hang(native, 3, None)
    reconcile(native)
    hang(native, 3, 1)
    hang(native, 4, 1)
    native.platform.fail_read("read_billing", problem, key=2)
    native.platform.fail_read("read_billing", problem, key=4)
    assert reconcile(native) == 1
    assert live(native) == {2: (1, "independent"), 3: (1, "independent")}


def broken(number: int | None) -> Quarantined:
    """A row that does not fit the mapping."""
    return Quarantined(
        resource="accounts", object_id=number, account_id=None, field="status", problem="is 'x'"
    )


def wide(rig: Rig) -> None:
    """Bounds that believe any loss."""
    policy = rig.service.policy
    rig.set_policy(replace(policy, bounds=replace(policy.bounds, vanish_percent=100)))
