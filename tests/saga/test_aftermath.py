"""The last look at a correction after the pivot: what is sent, replaced, undone or held."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from connector.domain.ids import InvoiceId
from connector.domain.invoices import Invoice, InvoiceStatus, total_of
from connector.saga.effects import Effect, IssueCreditNote
from connector.saga.fixups import plan_voids
from connector.saga.preparation import (
    Aftermath,
    HandBack,
    Hold,
    Ready,
    Replace,
    Skip,
    judge_credit,
    judge_relieve,
    judge_void,
)
from connector.saga.states import StepState
from tests.build import NOON, invoice
from tests.saga.support import SOURCES, merge, step_of, with_states

MERGE = merge()
SUB_INVOICE = SOURCES[1]
TODAY = NOON.date()
MERGED = invoice(99, 1, "40.00@20")
RELIEF = step_of(MERGE, 5)
PAST = replace(
    with_states(MERGE, *[StepState.CONFIRMED] * 3),
    steps=tuple(
        replace(s, state=StepState.CONFIRMED, remote_id=99) if s.number == 3 else s
        for s in with_states(MERGE, *[StepState.CONFIRMED] * 3).steps
    ),
)


def aftermath(
    source: Invoice | None, merged: Invoice | None = MERGED, credited_away: str = ""
) -> Aftermath:
    """The platform after the pivot."""
    return Aftermath(merged=merged, source=source, today=TODAY, credited_away=credited_away)


def test_a_source_is_relieved_of_what_was_taken_over() -> None:
    """Still wholly unpaid, or raised: exactly the planned credit note."""
    raised = replace(SUB_INVOICE, total=Decimal(20), due=Decimal(20))
    for source in (SUB_INVOICE, raised):
        assert judge_relieve(PAST, RELIEF, aftermath(source)) == Ready(effect=RELIEF.effect)


@pytest.mark.parametrize(
    ("merged", "credited_away", "words"),
    [
        (None, "", "was deleted"),
        (replace(MERGED, status=InvoiceStatus.DELETED), "", "was deleted"),
        (replace(MERGED, status=InvoiceStatus.PAID, due=Decimal(0)), "C7", "credit note C7"),
    ],
)
def test_nothing_is_relieved_once_the_merged_invoice_is_gone(
    merged: Invoice | None, credited_away: str, words: str
) -> None:
    """Else the charge would stand nowhere."""
    verdict = judge_relieve(PAST, RELIEF, aftermath(SUB_INVOICE, merged, credited_away))
    assert isinstance(verdict, HandBack)
    assert words in verdict.reason
    credit = judge_credit(PAST, RELIEF, aftermath(SUB_INVOICE, merged, credited_away))
    assert isinstance(credit, Skip)


def test_a_credit_is_sent_while_the_merged_invoice_stands() -> None:
    """What it makes was decided when its source was settled."""
    assert judge_credit(PAST, RELIEF, aftermath(SUB_INVOICE)) == Ready(effect=RELIEF.effect)


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        (None, {"credit": "12.00"}),
        (replace(SUB_INVOICE, status=InvoiceStatus.DELETED), {"credit": "12.00"}),
        (replace(SUB_INVOICE, status=InvoiceStatus.PAID, due=Decimal(0)), {"credit": "12.00"}),
        (
            replace(SUB_INVOICE, due=Decimal("11.99")),
            {"relieve": "11.99", "credit": "0.01"},
        ),
    ],
)
def test_a_source_that_moved_after_the_pivot_gets_other_steps(
    source: Invoice | None, kinds: dict[str, str]
) -> None:
    """What is due is relieved, the rest of what is carried is credited on the merged invoice."""
    verdict = judge_relieve(PAST, RELIEF, aftermath(source))
    assert isinstance(verdict, Replace)
    assert verdict.withdrawn == (RELIEF,)
    effects = {step.kind.value: step.effect for step in verdict.added}
    assert {kind: _total(effect) for kind, effect in effects.items()} == kinds
    credit = effects["credit"]
    assert isinstance(credit, IssueCreditNote)
    assert (credit.account_id, credit.invoice_id) == (1, 99)


def _total(effect: Effect) -> str:
    assert isinstance(effect, IssueCreditNote)
    assert total_of(effect.items) == effect.total
    return f"{effect.total:.2f}"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (replace(SUB_INVOICE, status=InvoiceStatus.PENDING), "a charge of 12.00 is under way"),
        (replace(SUB_INVOICE, due=Decimal("0.0050")), "0.005 is due"),
        (replace(SUB_INVOICE, due=Decimal(-1)), "-1.00 is due"),
    ],
)
def test_where_no_amount_is_clear_a_person_must_look(source: Invoice, words: str) -> None:
    """The sentence says how much the main carries for it."""
    verdict = judge_relieve(PAST, RELIEF, aftermath(source))
    assert isinstance(verdict, Hold)
    assert words in verdict.reason
    assert "carries 12.00" in verdict.reason


TWIN = replace(MERGED, id=InvoiceId(100), number="N100", memo=str(step_of(MERGE, 3).marker))
(VOID,) = plan_voids(PAST, [TWIN], TODAY)


def test_a_second_document_is_voided_while_it_is_whole_and_the_first_stands() -> None:
    """In full, line by line."""
    assert judge_void(PAST, VOID, aftermath(TWIN)) == Ready(effect=VOID.effect)
    assert isinstance(judge_void(PAST, VOID, aftermath(None)), Skip)


@pytest.mark.parametrize(
    ("twin", "merged", "words"),
    [
        (replace(TWIN, due=Decimal(1)), MERGED, "1.00 of 48.00 due"),
        (replace(TWIN, status=InvoiceStatus.PAID, due=Decimal(0)), MERGED, "is paid"),
        (TWIN, None, "keep it and cancel this step"),
    ],
)
def test_a_second_document_that_somebody_relies_on_waits_for_a_person(
    twin: Invoice, merged: Invoice | None, words: str
) -> None:
    """Paid in part or in full, or the only one left."""
    verdict = judge_void(PAST, VOID, aftermath(twin, merged))
    assert isinstance(verdict, Hold)
    assert words in verdict.reason
