"""Laws of an undo: each account owes what it owed before the merge, to the cent and at each rate."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.invariants import net_by_rate
from connector.domain.invoices import InvoiceItem, total_of
from connector.domain.money import CENT, ZERO, add_up
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.steps import Operation, StepKind
from connector.saga.undoing import carried_by, judge_settled, operation_of_undo
from tests.properties.test_fixup_laws import Books, sources
from tests.saga.support import ORIGIN


def _charged(undo: Operation) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(Decimal)
    for step in undo.steps:
        if isinstance(step.effect, IssueInvoice):
            assert total_of(step.effect.items) == step.effect.total
            found[step.account_id] += step.effect.total
    return found


@given(st.lists(sources, min_size=1, max_size=4))
def test_each_account_owes_what_it_owed_before(items: list[tuple[InvoiceItem, ...]]) -> None:
    """Nothing happened in between: the lines are the sources' own, the totals to the cent."""
    books = Books(items)
    before = {source.account_id: source.total for source in books.operation.sources}
    lines = {row.account_id: net_by_rate(row.items) for row in books.sources.values()}
    books.settle()
    undo = operation_of_undo(books.operation, ORIGIN)
    assert _charged(undo) == before
    for step in undo.steps:
        if isinstance(step.effect, IssueInvoice):
            made, wanted = net_by_rate(step.effect.items), lines[step.account_id]
            for rate in made.keys() | wanted.keys():
                assert abs(made[rate] - wanted[rate]) <= (ZERO if rate else CENT)


@given(st.lists(sources, min_size=1, max_size=4), st.data())
def test_what_is_revoked_is_what_is_charged_anew(
    items: list[tuple[InvoiceItem, ...]], draw: st.DataObject
) -> None:
    """Whatever people did between pivot and reliefs: the family owes as much as before the undo."""
    books = Books(items)
    for _ in range(draw.draw(st.integers(0, 4))):
        books.happen(draw)
    books.settle()
    if judge_settled(books.operation):
        assert carried_by(books.operation) == ZERO
        return
    undo = operation_of_undo(books.operation, ORIGIN)
    revoke = undo.steps[0].effect
    assert isinstance(revoke, IssueCreditNote)
    assert total_of(revoke.items) == revoke.total == books.merged.due == carried_by(books.operation)
    assert add_up(_charged(undo).values()) == revoke.total
    anew = net_by_rate(
        item
        for step in undo.steps
        if isinstance(step.effect, IssueInvoice)
        for item in step.effect.items
    )
    taken = net_by_rate(revoke.items)
    documents = len(books.operation.steps)
    for rate in anew.keys() | taken.keys():
        allowed = CENT * documents if not rate else Decimal("0.0001") * documents
        assert abs(anew[rate] - taken[rate]) <= allowed


@given(st.lists(sources, min_size=1, max_size=4), st.data())
def test_an_account_that_was_relieved_is_charged_as_much(
    items: list[tuple[InvoiceItem, ...]], draw: st.DataObject
) -> None:
    """No more, no less, and nobody else: line by line what its credit note took off."""
    books = Books(items)
    for _ in range(3):
        books.happen(draw)
    books.settle()
    undo = operation_of_undo(books.operation, ORIGIN)
    reliefs = {
        step.invoice_id: step.effect
        for step in books.operation.steps
        if step.kind is StepKind.RELIEVE and step.state == "confirmed"
    }
    recharges = {
        step.invoice_id: step.effect for step in undo.steps if step.kind is StepKind.RECHARGE
    }
    assert recharges.keys() == reliefs.keys()
    for invoice_id, effect in recharges.items():
        relief = reliefs[invoice_id]
        assert isinstance(effect, IssueInvoice)
        assert isinstance(relief, IssueCreditNote)
        assert (effect.account_id, effect.items[1:]) == (relief.account_id, relief.items)
