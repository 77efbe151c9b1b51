"""The gate: nothing is written before a mark was read back on this installation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.domain.policy import Mode
from connector.ports.store import RequestKind
from connector.runtime import facts
from connector.runtime.cycle import load_standing
from connector.runtime.gate import BY_CLAIM, LOST, UNTRIED
from connector.runtime.views import load_overview
from connector.runtime.work import work
from connector.saga.effects import Effect, MarkInvoice
from connector.saga.steps import OperationState
from tests.runtime.rig import ACT, Rig


def unmarked(effect: Effect) -> Effect:
    """The memo that a platform makes of it."""
    assert isinstance(effect, MarkInvoice)
    return replace(effect, memo="something else")


def shut(rig: Rig, value: str | None = None) -> None:
    """An installation that was never probed, or with "" one that lost a mark."""
    with rig.unit() as unit:
        unit.facts.record(facts.MARKER, value)
        unit.commit()


@pytest.mark.parametrize(("value", "sentence"), [(None, UNTRIED), ("", LOST)])
@pytest.mark.parametrize("mode", [Mode.ACT, Mode.PROPOSE])
def test_without_a_mark_that_was_read_back_we_only_observe(
    rig: Rig, mode: Mode, value: str | None, sentence: str
) -> None:
    """Planned and shown, neither journaled nor sent; said once at the start, and by status."""
    rig.set_policy(replace(ACT, mode=mode))
    shut(rig, value)
    rig.family()
    rig.charge(1, 2, 3)
    rig.start()
    rig.sync()
    assert rig.platform.sent == []
    assert rig.operations() == ()
    assert rig.fact(facts.MODE) == "observe"
    assert rig.alerts.events == ["marker.unproven", "marker.unproven"]
    assert load_standing(rig.service).obstacle == sentence
    seen = load_overview(rig.service)
    assert (seen.obstacle, seen.needs_somebody) == (sentence, True)
    assert rig.agenda() == {1: "observe mode: planned, not carried out"}


def test_in_observe_mode_the_gate_is_nobodys_concern(rig: Rig) -> None:
    """Nothing would be written anyway: no alert, and nobody must look."""
    rig.set_policy(replace(ACT, mode=Mode.OBSERVE))
    shut(rig)
    rig.start()
    rig.sync()
    assert rig.alerts.events == []
    assert not load_overview(rig.service).needs_somebody


def test_once_proven_every_family_is_looked_at_and_written_to(rig: Rig) -> None:
    """The next start finds the mode changed."""
    shut(rig)
    rig.family()
    rig.charge(1, 2, 3)
    rig.sync()
    shut(rig, "by a probe of anna")
    rig.restart()
    rig.sync()
    assert rig.fact(facts.MODE) == "act"
    assert rig.operation().state is OperationState.CLOSED


def test_an_installation_that_wrote_before_needs_no_probe(rig: Rig) -> None:
    """A claim that its journal holds as confirmed was read back; it is remembered as proof."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.sync()
    shut(rig)
    rig.start()
    assert rig.fact(facts.MARKER) == BY_CLAIM
    assert load_overview(rig.service).obstacle == ""


def test_a_claim_that_was_never_seen_proves_nothing(rig: Rig) -> None:
    """Planned, even sent, is not read back."""
    rig.family()
    rig.charge(1, 2, 3)
    for number in range(1, 6):
        rig.platform.twist_send(number, unmarked)
    rig.sync()
    assert rig.step(1).state == "held"
    with rig.unit() as unit:
        assert not unit.journal.has_confirmed_claim()


def test_what_a_probe_lost_counts_more_than_what_was_seen_before(rig: Rig) -> None:
    """Work that is open stays open, too, and status says why."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.on_turn = lambda: rig.clock.stop_for(minutes=1)
    rig.cycle()
    shut(rig, "")
    assert work(rig.service, rig.pen).sends == 0
    assert load_overview(rig.service).obstacle == LOST


def test_people_can_still_ask_for_things(rig: Rig) -> None:
    """Requests are carried out: they write to our own store."""
    shut(rig)
    with rig.unit() as unit:
        unit.requests.record_request(RequestKind.FREEZE, "", "anna", rig.at)
        unit.commit()
    assert rig.cycle().requests == 1
    assert rig.fact(facts.FROZEN) is not None
