"""Work: every answer to a send moves its step as it must."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.errors import (
    OutcomeUnknown,
    PlatformDenied,
    PlatformError,
    PlatformRefused,
    PlatformUnavailable,
    RecordMissing,
    ReplyMalformed,
)
from connector.saga.effects import Effect, IssueCreditNote, IssueInvoice
from connector.saga.steps import OperationState
from tests.build import items
from tests.runtime.rig import Rig

CLAIM, PIVOT, RELIEF = 1, 4, 5
"""The first step of each kind in the merge of three."""


def merging(rig: Rig) -> None:
    """Three invoices of 12.00, planned but not begun."""
    rig.family()
    rig.charge(1, 2, 3)


@pytest.mark.parametrize("number", [CLAIM, PIVOT, RELIEF])
def test_not_reached_means_later(rig: Rig, number: int) -> None:
    """Two seconds after the first time; nothing is in doubt."""
    merging(rig)
    rig.platform.fail_send(number, PlatformUnavailable("connection refused"))
    rig.cycle()
    step = rig.step(number)
    assert (step.state, step.attempts) == ("intended", 1)
    assert step.due_at == rig.clock.host() + timedelta(seconds=2)
    rig.sync()
    assert rig.operation().state is OperationState.CLOSED


def test_the_platform_may_say_when(rig: Rig) -> None:
    """A 429 with a time beats our own back-off."""
    merging(rig)
    rig.platform.fail_send(1, PlatformUnavailable("slow down", retry_after_seconds=77))
    rig.cycle()
    assert rig.step(1).due_at == rig.clock.host() + timedelta(seconds=77)


@pytest.mark.parametrize("number", [CLAIM, PIVOT, RELIEF])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("doubt", [OutcomeUnknown("time-out"), ReplyMalformed("a login page")])
def test_a_doubt_is_ended_by_reading(
    rig: Rig, number: int, when: str, doubt: PlatformError
) -> None:
    """Carried out or not, every document stands once in the end."""
    merging(rig)
    rig.platform.fail_send(number, doubt, "before" if when == "before" else "after")
    rig.sync()
    assert rig.operation().state is OperationState.CLOSED
    assert list(rig.world.invoices) == [10, 11, 12, 1001]
    assert sorted(rig.world.relieved.values()) == [10, 11, 12]
    assert rig.step(number).attempts == (2 if when == "before" else 1)


@pytest.mark.parametrize("number", [CLAIM, PIVOT, RELIEF])
@pytest.mark.parametrize(
    "error", [PlatformRefused("validation failed", status=422), RecordMissing("no such invoice")]
)
def test_a_refusal_is_held_for_a_person(rig: Rig, number: int, error: PlatformError) -> None:
    """With the platform's words, and never sent again by itself."""
    merging(rig)
    rig.platform.fail_send(number, error)
    report = rig.sync()
    assert (rig.step(number).state, rig.step(number).reason) == ("held", str(error))
    sent = len(rig.platform.sent)
    rig.sync()
    assert len(rig.platform.sent) == sent
    assert report.standing.held == 1


def test_a_held_relief_keeps_no_other_source_double_charged(rig: Rig) -> None:
    """The others are relieved; the operation stays open."""
    merging(rig)
    rig.platform.fail_send(RELIEF, PlatformRefused("no", status=422))
    rig.sync()
    assert [rig.due(n) for n in (10, 11, 12)] == [12, 0, 0]
    assert rig.operation().state is OperationState.OPEN


def test_a_denial_is_reported_and_tried_later(rig: Rig) -> None:
    """The key lacks a permission: this turn ends for the family, and says so."""
    merging(rig)
    denied = PlatformDenied("invoices may not be added", permission="invoices add")
    rig.platform.fail_send(PIVOT, denied)
    report = rig.cycle()
    assert report.problems == [denied]
    assert rig.step(PIVOT).state == "intended"
    assert rig.step(PIVOT).due_at is not None


def test_yes_without_a_trace_is_a_doubt(rig: Rig) -> None:
    """Reads lag behind: the answer was yes, but nothing shows; quiescence, then it does."""
    merging(rig)
    rig.platform.on_send = lambda effect: (
        rig.platform.go_stale() if isinstance(effect, IssueInvoice) else None
    )
    rig.cycle()
    assert rig.step(PIVOT).state == "unknown"
    assert rig.step(PIVOT).reason == "answered yes, but it does not show"
    rig.platform.on_send = lambda _: None
    rig.platform.mend()
    rig.sync()
    assert rig.operation().state is OperationState.CLOSED
    assert rig.step(PIVOT).attempts == 1


def test_yes_that_cannot_be_checked_is_a_doubt(rig: Rig) -> None:
    """The read-back fails; the next turn reads again, and sends nothing."""
    merging(rig)

    def go_down(effect: Effect) -> None:
        if isinstance(effect, IssueInvoice):
            rig.platform.fail_read("read_invoice", PlatformUnavailable("down"))
            rig.platform.fail_read("read_invoices", PlatformUnavailable("down"))

    rig.platform.on_send = go_down
    report = rig.cycle()
    assert rig.step(PIVOT).state == "unknown"
    assert rig.step(PIVOT).reason == "answered yes, not checked: down"
    assert [str(problem) for problem in report.problems] == ["down"]
    rig.platform.on_send = lambda _: None
    rig.platform.mend()
    rig.sync()
    assert rig.operation().state is OperationState.CLOSED
    assert rig.step(PIVOT).attempts == 1


def _dearer(effect: Effect) -> Effect:
    assert isinstance(effect, IssueInvoice | IssueCreditNote)
    return replace(effect, items=items("99.00"))


@pytest.mark.parametrize("number", [PIVOT, RELIEF])
def test_yes_to_another_document_is_held(rig: Rig, number: int) -> None:
    """The platform made 99.00 of our lines: held with both amounts, its number kept."""
    merging(rig)
    rig.platform.twist_send(number, _dearer)
    rig.cycle()
    step = rig.step(number)
    assert step.state == "held"
    assert "99.00" in step.reason
    assert step.remote_id is not None


def test_yes_to_an_unmarked_document_is_held(rig: Rig) -> None:
    """Nothing could ever tell it from another: it is never sent again."""
    merging(rig)
    rig.platform.twist_send(
        PIVOT,
        lambda effect: replace(effect, memo="") if isinstance(effect, IssueInvoice) else effect,
    )
    rig.cycle()
    assert rig.step(PIVOT).state == "held"
    assert "does not bear our mark" in rig.step(PIVOT).reason


@pytest.mark.parametrize("number", [CLAIM, PIVOT, RELIEF])
@pytest.mark.parametrize(("seconds", "is_sent"), [(4, True), (5, False), (3600, False)])
def test_a_process_that_was_stopped_before_its_send_does_not_send(
    rig: Rig, number: int, seconds: int, *, is_sent: bool
) -> None:
    """Between the record and the first byte the lease may have passed to another."""
    merging(rig)
    turns: list[int] = []

    def be_stopped() -> None:
        turns.append(1)
        if len(turns) == number:
            rig.clock.pass_by(seconds=seconds)

    rig.platform.on_turn = be_stopped
    rig.cycle()
    if not is_sent:
        assert len(rig.platform.sent) == number - 1
        step = rig.step(number)
        assert (step.state, step.attempts) == ("intended", 1)
        assert step.reason == f"not sent: {seconds} s passed since its record"
        rig.sync()
    assert rig.operation().state is OperationState.CLOSED
    assert len(rig.platform.sent) == 7


def test_a_stopped_process_is_caught_however_the_clock_is_set(rig: Rig) -> None:
    """Host time may be set back meanwhile; what counts is a clock that nobody sets."""
    merging(rig)
    rig.platform.on_turn = lambda: rig.clock.stop_for(minutes=2)
    rig.cycle()
    assert rig.platform.sent == []
