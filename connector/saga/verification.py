"""The last look at a merge that has run: is every cent where it belongs?"""

from __future__ import annotations

from collections.abc import Mapping

from connector.domain.ids import InvoiceId
from connector.domain.invoices import Invoice, InvoiceStatus
from connector.domain.marker import markers_in
from connector.domain.money import ZERO
from connector.saga.states import StepState
from connector.saga.steps import Operation, StepKind


def judge_merge(operation: Operation, invoices: Mapping[InvoiceId, Invoice]) -> tuple[str, ...]:
    """What is wrong with a merge whose steps are all finished; nothing, if it may be closed."""
    problems = []
    issue = next(step for step in operation.steps if step.kind is StepKind.ISSUE)
    merged = invoices.get(InvoiceId(issue.remote_id or 0))
    if issue.state is not StepState.CONFIRMED:
        problems.append(f"the merged invoice was given up: {issue.reason}")
    elif merged is None or merged.status is InvoiceStatus.DELETED:
        problems.append("the merged invoice was deleted")
    elif merged.total != operation.total or issue.marker not in markers_in(merged.memo):
        problems.append(f"the merged invoice makes {merged.total}, planned was {operation.total}")
    by_hand = {
        step.invoice_id
        for step in operation.steps
        if step.kind is StepKind.RELIEVE and step.state is StepState.CANCELLED
    }
    for source in operation.sources:
        if source.invoice_id in by_hand:
            continue  # a named person gave its relief up and answers for it
        invoice = invoices.get(source.invoice_id)
        if invoice is None:
            problems.append(f"invoice {source.number} was deleted")
        elif invoice.due != ZERO or invoice.status is not InvoiceStatus.PAID:
            problems.append(f"invoice {source.number} still has {invoice.due} due")
    return tuple(problems)
