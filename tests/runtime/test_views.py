"""Questions to our own store: what stands open, what happened, and who belongs to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from connector.domain.accounts import AccountStatus, BillingMode
from connector.domain.policy import Mode
from connector.errors import PlatformRefused, PlatformUnavailable
from connector.ports.store import RequestKind
from connector.runtime import facts
from connector.runtime.requests import record_request
from connector.runtime.views import (
    load_agenda,
    load_history,
    load_overview,
    load_under_way,
    resolve_families,
)
from connector.saga.steps import OperationState
from tests.build import account
from tests.runtime.rig import ACT, Rig


def merged(rig: Rig) -> None:
    """A family that was merged."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.sync()


def test_an_empty_store_has_nothing_to_show(rig: Rig) -> None:
    """And needs nobody."""
    found = load_overview(rig.service)
    assert (found.last_mode, found.last_poll, found.last_sweep, found.frozen) == (None,) * 4
    assert not found.needs_somebody
    assert found.links.families == 0


def test_a_healthy_store_shows_its_links_and_its_latest_poll(rig: Rig) -> None:
    """Independent links are counted apart."""
    rig.world.add(account(4))
    rig.family()
    rig.link(1, 4, mode=BillingMode.INDEPENDENT)
    rig.sync()
    found = load_overview(rig.service)
    assert (found.links.families, found.links.aggregated, found.links.independent) == (1, 2, 1)
    assert found.last_poll == rig.clock.now()
    assert found.last_mode == "act"
    assert not found.needs_somebody


def test_a_held_step_needs_somebody(rig: Rig) -> None:
    """It goes by the name that ``retry`` understands, and its plan is not called under way."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.fail_send(4, PlatformRefused("no", status=422))
    rig.sync()
    found = load_overview(rig.service)
    (held,) = found.held
    assert held.name == f"{rig.operation().plan_id}/4"
    assert found.under_way == ()
    assert found.needs_somebody
    record_request(rig.service, RequestKind.RETRY, held.name, "ada")
    assert [row.subject for row in load_overview(rig.service).requests] == [held.name]


def test_a_claim_that_could_not_be_handed_back_needs_somebody(rig: Rig) -> None:
    """Though its merge was withdrawn."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.on_send = lambda _: rig.world.pay(12) if rig.due(12) else None
    rig.platform.fail_send(3, PlatformRefused("locked", status=422))
    rig.sync()
    withdrawn = rig.operations(OperationState.WITHDRAWN)
    found = load_overview(rig.service)
    assert [row.operation.plan_id for row in found.held] == [op.plan_id for op in withdrawn]
    assert found.held[0].step.kind == "unclaim"


def test_what_is_under_way_is_listed_until_it_is_done(rig: Rig) -> None:
    """A plan that waits for the platform."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.fail_send(1, PlatformUnavailable("down"))
    rig.cycle()
    assert load_under_way(rig.service) == (rig.operation(),)
    assert load_overview(rig.service).under_way == (rig.operation(),)
    rig.sync()
    assert load_under_way(rig.service) == ()


def test_proposals_wait(rig: Rig) -> None:
    """They need somebody's word, but nothing is wrong."""
    rig.set_policy(replace(ACT, mode=Mode.PROPOSE))
    merged(rig)
    found = load_overview(rig.service)
    assert found.waiting == (rig.operation(),)
    assert not found.needs_somebody


def test_refusals_that_ask_for_something_come_first(rig: Rig) -> None:
    """Family 1 has a note, family 5 has work for people."""
    rig.family()
    rig.block(2, by=4)
    rig.family(5, (6,))
    rig.world.accounts[5] = account(5, AccountStatus.INACTIVE)
    rig.sync()
    assert [row.main_id for row in load_overview(rig.service).refusals] == [5, 1]


def test_the_agenda_is_in_its_order(rig: Rig) -> None:
    """Earliest first, then by number."""
    rig.family(5, (6,))
    rig.family()
    rig.clock.pass_by(hours=-1)
    rig.family(8, (9,))
    assert [row.main_id for row in load_agenda(rig.service)] == [8, 1, 5]
    assert (
        load_agenda(rig.service)[0].due_at + timedelta(hours=1)
        == load_agenda(rig.service)[1].due_at
    )


def test_history_of_everything_an_account_and_a_plan(rig: Rig) -> None:
    """Latest first; a plan's name in small letters will do."""
    merged(rig)
    everything = load_history(rig.service, None, 100)
    assert everything[0].event == "closed"
    assert len(load_history(rig.service, None, 2)) == 2
    plan = rig.operation().plan_id
    assert load_history(rig.service, plan.lower(), 100) == everything
    assert {row.account_id for row in load_history(rig.service, "3", 100)} == {3}
    with pytest.raises(ValueError, match="ada"):
        load_history(rig.service, "ada", 1)


def test_families_are_found_by_any_member(rig: Rig) -> None:
    """Twice named, once told; a stranger is named."""
    rig.family()
    rig.family(5, (6,))
    assert resolve_families(rig.service, (6, 2, 1)) == (1, 5)
    with pytest.raises(LookupError) as caught:
        resolve_families(rig.service, (2, 99))
    assert caught.value.args == (99,)


@pytest.mark.parametrize(
    ("mode", "frozen", "until"),
    [
        (Mode.ACT, None, "next cycle"),
        (Mode.ACT, "frozen by ada", "unfreeze"),
        (Mode.OBSERVE, None, "observe"),
    ],
)
def test_a_family_between_pivot_and_relief_is_told_as_charged_twice(
    rig: Rig, mode: Mode, frozen: str | None, until: str
) -> None:
    """By what is not relieved yet, and until when; nothing before the pivot or at the end."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.fail_send(6, PlatformUnavailable("down"))
    rig.cycle()
    rig.set_policy(replace(rig.service.policy, mode=mode))
    with rig.unit() as unit:
        unit.facts.record(facts.FROZEN, frozen)
        unit.commit()
    (told,) = load_overview(rig.service).charged_twice
    assert (int(told.main_id), told.amount) == (1, Decimal(24))
    assert until in told.until
    rig.set_policy(ACT)
    with rig.unit() as unit:
        unit.facts.record(facts.FROZEN, None)
        unit.commit()
    rig.sync()
    assert load_overview(rig.service).charged_twice == ()
