"""From marks back to operations: which document is which, and what may not be guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connector.domain.ids import AccountId, InvoiceId
from connector.domain.invoices import InvoiceStatus
from connector.domain.marker import Marker
from connector.saga.anatomy import dissect, unmarked_sources
from connector.saga.effects import IssueCreditNote
from connector.saga.fixups import Unclear
from connector.saga.rebuilding import rebuild_merge
from connector.saga.steps import OperationState, StepKind
from connector.saga.traces import sort_traces
from connector.saga.wording import purpose_of, say_changed, say_issued_twice, say_rest_moved
from tests.saga.marked import (
    MERGE,
    PLAN,
    WHEN,
    C,
    claimed,
    issued,
    nobody,
    note,
    operation_of,
    payer,
    rebuilt,
    relief,
    states,
)
from tests.saga.support import NOW, SOURCES

# -- what the merged invoice tells ----------------------------------------------------------


def test_all_that_was_done_is_done() -> None:
    """Paid off to the cent, it is closed at once, and its reliefs are as they were sent."""
    paid = [replace(row, due=Decimal(0), status=InvoiceStatus.PAID) for row in claimed(1, 2)]
    found = operation_of(rebuilt(*paid, issued(), relief(4), relief(5)))
    assert found.state is OperationState.CLOSED
    assert [step.effect for step in found.steps[3:]] == [step.effect for step in MERGE.steps[3:]]
    assert found.total == MERGE.total


def test_what_is_not_found_is_in_doubt_from_now_on() -> None:
    """A relief may still be under way."""
    found = operation_of(rebuilt(*claimed(1, 2), issued(), relief(4)))
    assert found.state is OperationState.OPEN
    assert states(found)[3:] == ["relieve confirmed", "relieve unknown"]
    assert found.steps[4].sent_at == NOW


def test_claims_alone_are_handed_back_after_the_quiescence() -> None:
    """The pivot is kept in mind, given up; who pays is known by a link."""
    found = operation_of(rebuilt(*claimed(1, 2)))
    assert found.state is OperationState.WITHDRAWN
    assert states(found) == [
        "claim confirmed",
        "claim confirmed",
        "issue cancelled",
        "unclaim intended",
        "unclaim intended",
    ]
    assert {step.due_at for step in found.steps[3:]} == {NOW + WHEN.quiescence}
    assert found.main_id == 1


@pytest.mark.parametrize("kept", [1, 2])
def test_one_claim_of_several_is_handed_back_alone(kept: int) -> None:
    """The others were never set, or are taken off already."""
    found = operation_of(rebuilt(*claimed(kept)))
    assert [step.invoice_id for step in found.steps if step.kind is StepKind.UNCLAIM] == [
        SOURCES[kept - 1].id
    ]


def test_without_a_link_nobody_is_guessed() -> None:
    """Not recorded; its accounts are named."""
    found = rebuilt(*claimed(1, 2), pays=nobody)
    assert found == Unclear(reason="no link says who pays for account 1, 2")


def test_a_merged_invoice_needs_no_link() -> None:
    """It stands on the account that pays."""
    assert operation_of(rebuilt(*claimed(1, 2), issued(), pays=nobody)).main_id == 1


def test_a_merged_invoice_whose_lines_were_changed_is_told_by_its_place() -> None:
    """The highest mark, on the account that pays for another marked one."""
    changed = issued(items=SOURCES[0].items)
    found = operation_of(rebuilt(*claimed(1, 2), changed))
    assert found.steps[2].remote_id == 100
    assert found.total == Decimal("48.00")


def test_credit_notes_alone_tell_too_little() -> None:
    """Nobody knows what they belong to."""
    assert rebuilt(relief(4), relief(5)) == Unclear(
        reason="only credit notes of it are left: C4, C5"
    )


def test_a_relief_of_another_account_is_no_relief() -> None:
    """The numbers do not fit: a person must look."""
    wrong = replace(relief(5), account_id=AccountId(9))
    assert rebuilt(*claimed(1, 2), issued(), wrong) == Unclear(
        reason="credit note C5 is of another account"
    )


def test_a_source_that_nothing_names_is_no_source() -> None:
    """The merged invoice is gone, a relief stands, and the first claim's mark is off."""
    assert rebuilt(*claimed(2), relief(5), relief(4)) == Unclear(
        reason="its source 1 is not found, and nothing names it"
    )


def test_a_merged_invoice_that_vanished_is_taken_for_gone() -> None:
    """Sources were relieved by it: the engine hands the rest back, and a person is told."""
    found = operation_of(rebuilt(*claimed(1, 2), relief(4)))
    assert found.state is OperationState.OPEN
    assert (found.steps[2].state, found.steps[2].remote_id) == (C, None)


def test_a_deleted_merged_invoice_that_relieved_nobody_gives_its_sources_back() -> None:
    """As if it had never been; deleted credit notes count for nothing."""
    gone = issued(status=InvoiceStatus.DELETED)
    found = operation_of(rebuilt(*claimed(1, 2), gone, relief(4, deleted=True)))
    assert found.state is OperationState.WITHDRAWN


def test_the_oldest_that_was_not_voided_is_the_merged_invoice() -> None:
    """Its twin is voided by a later step, which is found again."""
    void = note(6, 1, "48.00", say_issued_twice("M100"))
    found = operation_of(rebuilt(*claimed(1, 2), issued(), issued(101), relief(4), relief(5), void))
    assert found.steps[2].remote_id == 101
    assert (found.steps[5].kind, found.steps[5].invoice_id) == (StepKind.VOID, 100)


def test_a_void_of_a_document_that_is_gone() -> None:
    """Its number is all that is left of it."""
    void = note(6, 1, "48.00", say_issued_twice("GONE"))
    found = operation_of(rebuilt(*claimed(1, 2), issued(), void))
    assert (found.steps[5].kind, found.steps[5].invoice_id) == (StepKind.VOID, None)


def test_a_source_without_its_mark_is_asked_for_by_its_number() -> None:
    """And if it is gone, its share is kept all the same."""
    (traces,) = sort_traces([*claimed(1), issued()], [])
    assert unmarked_sources(traces, payer) == ((AccountId(2), "N20"),)
    named = {(AccountId(2), "N20"): SOURCES[1]}
    found = operation_of(rebuild_merge(traces, dissect(traces, payer, named), WHEN))
    assert [source.invoice_id for source in found.sources] == [10, 20]
    found = operation_of(rebuild_merge(traces, dissect(traces, payer, {}), WHEN))
    assert [(source.invoice_id, source.total) for source in found.sources] == [
        (10, Decimal("36.00")),
        (-2, Decimal("12.00")),
    ]


def test_a_mark_that_staff_copied_does_not_mislead() -> None:
    """Of two invoices with one mark, the one is meant that the merged invoice names."""
    copied = replace(claimed(2)[0], id=InvoiceId(5), number="N5")
    found = operation_of(rebuilt(*claimed(1, 2), copied, issued()))
    assert [source.invoice_id for source in found.sources] == [10, 20]


def test_a_cent_that_was_stored_off_is_kept() -> None:
    """The source's own total, and the visible cent in the relief."""
    first, second = claimed(1, 2)
    off = replace(second, total=Decimal("12.01"), due=Decimal("12.01"))
    found = operation_of(rebuilt(first, off, issued()))
    effect = found.steps[4].effect
    assert isinstance(effect, IssueCreditNote)
    assert (effect.total, effect.items[-1].price) == (Decimal("12.01"), Decimal("0.01"))


# -- later steps ----------------------------------------------------------------------------


def test_later_steps_are_read_from_their_words() -> None:
    """A rest that was relieved and a credit make what is carried, by the same lines."""
    rest = note(6, 2, "5.00", say_rest_moved("N20", AccountId(1)))
    credit = note(7, 1, "7.00", say_changed("N20"))
    found = operation_of(rebuilt(*claimed(1, 2), issued(), relief(4), rest, credit))
    assert [(step.kind, step.invoice_id) for step in found.steps[5:]] == [
        (StepKind.RELIEVE, 20),
        (StepKind.CREDIT, 20),
    ]


def test_a_further_relief_of_the_only_source_of_an_account_needs_no_number() -> None:
    """The whole of it, moved by a later step."""
    later = replace(relief(5), note=f"Moved to the merged invoice of account 1. {_mark(6)}")
    found = operation_of(rebuilt(*claimed(1, 2), issued(), later))
    assert found.steps[5].invoice_id == 20


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Thank you", "credit note C6 does not say what it is for"),
        (say_changed("N99"), "credit note C6 names no source of it"),
    ],
)
def test_a_credit_note_that_tells_nothing_makes_it_unclear(words: str, reason: str) -> None:
    """Nothing is guessed about money."""
    found = rebuilt(*claimed(1, 2), issued(), note(6, 1, "7.00", words))
    assert found == Unclear(reason=reason)
    assert rebuilt(*claimed(1, 2), note(6, 1, "7.00", words)) == Unclear(reason=reason)


def _mark(step: int) -> Marker:
    return Marker(plan_id=PLAN, step=step)


def test_words_of_others_have_no_purpose() -> None:
    """Only ours are read."""
    assert purpose_of("Goodwill") is None


def test_the_cycle_is_told_by_the_sources_and_the_billing_day() -> None:
    """Limits count by it; without a billing day nobody knows."""
    (traces,) = sort_traces([*claimed(1, 2), issued()], [])
    anatomy = dissect(traces, payer, {})
    found = operation_of(rebuild_merge(traces, anatomy, WHEN, billing_day=1))
    assert (found.cycle_start, found.created_at.date()) == (MERGE.cycle_start, date(2026, 1, 10))
    assert operation_of(rebuild_merge(traces, anatomy, WHEN)).cycle_start is None
