"""The marks of a probe, when the journal that made them is lost or old."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from connector.domain.invoices import CreditNote, Invoice, InvoiceStatus
from connector.domain.marker import without_marker
from connector.saga.catching_up import Lesson, learn
from connector.saga.fixups import Unclear
from connector.saga.probe_rebuilding import is_of_probe, rebuild_probe
from connector.saga.rebuilding import When
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationKind, OperationState, StepKind
from connector.saga.traces import Traces
from tests.build import NOON
from tests.saga.marked import claimed
from tests.saga.probed import ACCOUNT, done, played
from tests.saga.support import NOW

WHEN = When(now=NOON, host=NOW, quiescence=timedelta(minutes=15))
C, U, X = StepState.CONFIRMED, StepState.UNKNOWN, StepState.CANCELLED
PROBE, TRACE = played()


def traces(*documents: Invoice | CreditNote | None) -> Traces:
    """What bears its marks."""
    return Traces(
        plan_id=PROBE.plan_id,
        invoices=tuple(row for row in documents if isinstance(row, Invoice)),
        notes=tuple(row for row in documents if isinstance(row, CreditNote)),
    )


def rebuilt(*documents: Invoice | CreditNote | None) -> Operation:
    """What is made of some documents."""
    found = rebuild_probe(traces(*documents), WHEN)
    assert isinstance(found, Operation)
    return found


def states(operation: Operation) -> list[StepState]:
    """How its steps are."""
    return [step.state for step in operation.steps]


def only_first(invoice: Invoice | None) -> Invoice:
    """Its invoice before the second mark."""
    assert invoice is not None
    return replace(invoice, memo=without_marker(invoice.memo, PROBE.steps[1].marker))


def test_a_whole_probe_is_as_it_was() -> None:
    """Closed, with the documents that it made."""
    found = rebuilt(TRACE.invoice, TRACE.note)
    assert (found.kind, found.state) == (OperationKind.PROBE, OperationState.CLOSED)
    assert (found.plan_id, found.main_id, found.total) == (PROBE.plan_id, ACCOUNT, PROBE.total)
    assert [(step.kind, step.remote_id) for step in found.steps] == [
        (StepKind.ISSUE, 5),
        (StepKind.MARK, None),
        (StepKind.SETTLE, 9),
    ]
    assert [step.marker for step in found.steps] == [step.marker for step in PROBE.steps[:3]]


def test_the_rest_of_a_probe_is_left_to_the_next_one() -> None:
    """In doubt, since it may still be on its way; given up where the invoice was deleted."""
    found = rebuilt(only_first(TRACE.invoice))
    assert (found.state, states(found)) == (OperationState.OPEN, [C, U, U])
    assert states(rebuilt(TRACE.invoice)) == [C, C, U]
    gone = replace(only_first(TRACE.invoice), status=InvoiceStatus.DELETED)
    found = rebuilt(gone)
    assert (found.state, states(found)) == (OperationState.CLOSED, [C, X, X])


def test_a_probe_is_told_by_its_line_or_by_its_words() -> None:
    """Never taken for a merge; without its invoice nothing is left of it."""
    assert is_of_probe(traces(TRACE.invoice))
    assert is_of_probe(traces(TRACE.note))
    assert not is_of_probe(traces(*claimed(1, 2)))
    assert isinstance(rebuild_probe(traces(TRACE.note), WHEN), Unclear)


def test_an_old_journal_learns_what_was_done_of_a_probe() -> None:
    """It has the first step alone, not known as sent; the others are added."""
    known = replace(PROBE, steps=(replace(PROBE.steps[0], state=StepState.INTENDED),))
    lesson = learn(known, traces(TRACE.invoice, TRACE.note), WHEN)
    assert isinstance(lesson, Lesson)
    assert [(change.after.number, change.after.state) for change in lesson.changes] == [(1, C)]
    assert [(step.number, step.state) for step in lesson.added] == [(2, C), (3, C)]
    assert lesson.state is None


def test_an_old_journal_sees_the_steps_it_planned() -> None:
    """Each by its mark."""
    planned = tuple(replace(step, state=U, sent_at=NOW) for step in PROBE.steps[:3])
    lesson = learn(replace(PROBE, steps=planned), traces(TRACE.invoice, TRACE.note), WHEN)
    assert isinstance(lesson, Lesson)
    assert [change.after.state for change in lesson.changes] == [C, C, C]
    assert lesson.added == ()


def test_nothing_is_learnt_of_a_probe_that_ended_or_left_nothing() -> None:
    """Nor is it taken up again."""
    closed = replace(PROBE, state=OperationState.CLOSED)
    assert learn(closed, traces(TRACE.invoice, TRACE.note), WHEN) == Lesson()
    fresh = replace(PROBE, steps=(done(PROBE.steps[0], 5),))
    assert learn(fresh, traces(), WHEN) == Lesson()
