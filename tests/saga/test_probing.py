"""The probe's steps and its judgement, on documents as platforms might keep them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from connector.domain.accounts import AccountStatus, StatusChange
from connector.domain.ids import InvoiceId
from connector.domain.invoices import InvoiceStatus, total_of
from connector.domain.marker import markers_in
from connector.saga.effects import MarkInvoice, SetStatus
from connector.saga.preparation import Hold, Ready, Skip, judge_mark, judge_settle, judge_trial
from connector.saga.probing import ITEMS, WORDS, invoice_id_of, operation_of_probe, plan_next
from connector.saga.proofs import (
    ESSENTIAL,
    Capability,
    Grade,
    Trace,
    judge_probe,
    leftover_of,
    own_number_of,
)
from connector.saga.states import StepState
from connector.saga.steps import Operation, StepKind
from tests.build import NOON, account
from tests.saga.probed import (
    ACCOUNT,
    BLOCKED,
    CUSTOMER,
    LOG,
    ORIGIN,
    TODAY,
    Keep,
    issued,
    played,
)


def grades(operation: Operation, trace: Trace) -> dict[Capability, Grade]:
    """What each capability came to."""
    return {row.capability: row.grade for row in judge_probe(operation, trace)}


def missing(operation: Operation, trace: Trace) -> set[Capability]:
    """What is missing."""
    return {name for name, grade in grades(operation, trace).items() if grade is Grade.MISSING}


def test_a_probe_issues_marks_settles_and_tries_a_block() -> None:
    """One after the other, each document with a mark of its own; then there is nothing more to do."""
    operation, trace = played()
    assert [step.kind for step in operation.steps] == [
        StepKind.ISSUE,
        StepKind.MARK,
        StepKind.SETTLE,
        StepKind.SUSPEND,
        StepKind.RELEASE,
    ]
    assert plan_next(operation, trace.invoice, CUSTOMER, TODAY) is None
    first, second, third, block, activation = operation.steps
    assert block.effect == SetStatus(account_id=ACCOUNT, status=AccountStatus.BLOCKED)
    assert activation.effect == SetStatus(account_id=ACCOUNT, status=AccountStatus.ACTIVE)
    assert trace.invoice is not None
    assert trace.note is not None
    assert markers_in(trace.invoice.memo) == (first.marker, second.marker)
    assert markers_in(trace.note.note) == (third.marker,)
    assert trace.invoice.memo.startswith(WORDS)
    assert total_of(ITEMS) == Decimal("1.23")
    assert invoice_id_of(operation) == InvoiceId(5)
    assert set(grades(operation, trace).values()) == {Grade.PROVEN}
    assert list(grades(operation, trace)) == list(Capability)
    assert leftover_of(trace) == ""


def test_nothing_follows_a_step_that_is_not_finished() -> None:
    """Nor one that left no invoice."""
    operation = operation_of_probe(ACCOUNT, 15, ORIGIN)
    kept = issued(operation)
    assert plan_next(operation, kept, CUSTOMER, TODAY) is None
    refused = replace(operation.steps[0], state=StepState.CANCELLED, reason="no tax")
    given_up = replace(operation, steps=(refused,))
    assert plan_next(given_up, None, CUSTOMER, TODAY) is None
    gone = Trace(invoice=None, note=None, listed=(), listed_notes=(), changes=(), lies=())
    assert missing(given_up, gone) == set(Capability)
    assert "no tax" in judge_probe(given_up, gone)[0].sentence
    assert leftover_of(gone) == ""


@pytest.mark.parametrize(
    ("keep", "changed", "lost"),
    [
        (str.strip, set(), set()),
        (lambda text: " ".join(text.split()), {"MEMO_CREATE", "MEMO_UPDATE"}, set()),
        (lambda text: text.replace("\r\n", "\n"), {"MEMO_CREATE"}, set()),
        (lambda text: text.replace("<i>", ""), {"MEMO_CREATE"}, set()),
        (lambda text: text.replace("&", "&amp;"), {"MEMO_CREATE"}, {"MEMO_UPDATE"}),
        (lambda text: text[:-1], set(), {"MEMO_CREATE", "MEMO_UPDATE", "NOTE", "LISTS"}),
        (lambda _: "", set(), {"MEMO_CREATE", "MEMO_UPDATE", "NOTE", "LISTS"}),
    ],
)
def test_what_becomes_of_texts(keep: Keep, changed: set[str], lost: set[str]) -> None:
    """Tidied does no harm; words that change at every writing, and marks that are lost, do."""
    found = grades(*played(keep))
    assert {name.name for name, grade in found.items() if grade is Grade.CHANGED} == changed
    assert {name.name for name, grade in found.items() if grade is Grade.MISSING} == lost


def test_a_credit_note_that_is_not_bound() -> None:
    """The invoice stays open: a person must clear it away."""
    operation, trace = played(is_bound=False)
    assert missing(operation, trace) == {Capability.SETTLES}
    assert leftover_of(trace).endswith("credit note C9 is not bound to it: delete both by hand")
    alone = replace(trace, note=None, listed_notes=())
    assert missing(operation, alone) >= {Capability.SETTLES, Capability.NOTE}
    assert leftover_of(alone).endswith("1.23 due: delete it, or credit it by hand")


def test_lists_filters_and_money_are_looked_at_too() -> None:
    """Each by itself."""
    operation, trace = played()
    assert missing(operation, replace(trace, listed=())) == {Capability.LISTS}
    assert missing(operation, replace(trace, lies=("ignored",))) == {Capability.FILTERS}
    assert trace.invoice is not None
    assert trace.note is not None
    dear = replace(trace.invoice, total=Decimal("1.24"))
    assert missing(operation, replace(trace, invoice=dear)) == {Capability.MONEY}
    note = replace(trace.note, total=Decimal("1.24"))
    assert missing(operation, replace(trace, note=note)) == {Capability.MONEY}
    aside = {Capability.FILTERS, Capability.MONEY, Capability.NAMES}
    assert aside == set(Capability) - ESSENTIAL


def test_only_an_active_customer_is_blocked_and_only_our_block_is_ended() -> None:
    """A probe leaves the status as it was."""
    operation, trace = played()
    settled = replace(operation, steps=operation.steps[:3])
    for other in (None, BLOCKED, account(77, AccountStatus.NEW)):
        assert plan_next(settled, trace.invoice, other, TODAY) is None
    skipped = replace(operation.steps[3], state=StepState.CANCELLED, reason="blocked already")
    given_up = replace(settled, steps=(*settled.steps, skipped))
    assert plan_next(given_up, trace.invoice, BLOCKED, TODAY) is None


def test_a_status_is_changed_only_while_it_is_another() -> None:
    """Read just before each write."""
    operation, _ = played()
    block, activation = operation.steps[3:]
    assert judge_trial(block, CUSTOMER) == Ready(effect=block.effect)
    assert judge_trial(activation, BLOCKED) == Ready(effect=activation.effect)
    assert isinstance(judge_trial(block, BLOCKED), Skip)
    assert isinstance(judge_trial(activation, None), Skip)


@pytest.mark.parametrize(
    ("log", "number"),
    [
        (LOG, 7),
        (tuple(reversed(LOG)), 7),
        (LOG[:2], None),
        (LOG[2:], None),
        ((*LOG[:2], replace(LOG[2], administrator_id=9)), None),
        (tuple(replace(row, administrator_id=0) for row in LOG), 0),
    ],
)
def test_the_end_of_the_status_log_tells_our_number(
    log: tuple[StatusChange, ...], number: int | None
) -> None:
    """That of the block and of the activation, if it is one."""
    operation, trace = played()
    seen = replace(trace, changes=log)
    assert own_number_of(seen) == number
    assert (Capability.NAMES in missing(operation, seen)) is (number is None)


def test_each_probe_has_a_name_of_its_own() -> None:
    """By the moment it was asked for."""
    again = replace(ORIGIN, at=NOON.replace(minute=1))
    first, second = (operation_of_probe(ACCOUNT, 15, each) for each in (ORIGIN, again))
    assert first.plan_id != second.plan_id
    assert first == operation_of_probe(ACCOUNT, 15, ORIGIN)


def test_a_mark_is_set_as_a_claim_sets_it() -> None:
    """Behind whatever the memo has become; not on an invoice that is gone."""
    operation, _ = played()
    kept = issued(operation)
    mark = operation.steps[1]
    verdict = judge_mark(mark, replace(kept, memo="something else"))
    assert isinstance(verdict, Ready)
    assert isinstance(verdict.effect, MarkInvoice)
    assert verdict.effect.memo == f"something else\n{mark.marker}"
    assert isinstance(judge_mark(mark, None), Skip)
    assert isinstance(judge_mark(mark, replace(kept, status=InvoiceStatus.DELETED)), Skip)


def test_only_a_whole_unpaid_invoice_is_settled() -> None:
    """Marked or not: its marks are what is tried."""
    operation, _ = played()
    kept, settle = issued(operation), operation.steps[2]
    assert isinstance(judge_settle(settle, replace(kept, memo="")), Ready)
    assert isinstance(judge_settle(settle, replace(kept, due=Decimal(1))), Hold)
    assert isinstance(judge_settle(settle, replace(kept, status=InvoiceStatus.PAID)), Hold)
    assert isinstance(judge_settle(settle, None), Skip)
    assert isinstance(judge_settle(settle, replace(kept, status=InvoiceStatus.DELETED)), Skip)
