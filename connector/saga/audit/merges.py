"""Merges and their documents: is every cent where the journal says?

Of a merge that was closed, and that no person settled by hand, the last look is taken once more
(see ``verification.py``). Besides, each credit note of its steps is looked for by its number, the
lines of the merged invoice are held against the plan, and each source against its relief. A merge
that is still under way is in nobody's way; how long it takes is judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from connector.domain.accounts import BillingMode
from connector.domain.ids import AccountId, InvoiceId
from connector.domain.invariants import moved_rates
from connector.domain.invoices import Invoice
from connector.domain.marker import markers_in
from connector.domain.money import ZERO, add_up, told
from connector.saga.audit.notes import judge_notes, judge_relief_alone
from connector.saga.audit.rules import Rule
from connector.saga.audit.scene import AuditFinding, FamilyScene, is_at_rest
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.fixups import done_for, due_on, is_gone, issue_of, merged_id
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationState, Source, StepKind
from connector.saga.sweeping import sweep_merge
from connector.saga.verification import Kind, Outcome, Problem, find_problems

RULES = {
    Kind.MERGED_GONE: Rule.MERGED_GONE,
    Kind.MERGED_CHANGED: Rule.MERGED_CHANGED,
    Kind.MERGED_UNMARKED: Rule.MARKER_LOST,
    Kind.NOTE_UNWANTED: Rule.NOTE_UNWANTED,
    Kind.SOURCE_GONE: Rule.SOURCE_GONE,
    Kind.SOURCE_PENDING: Rule.SOURCE_PENDING,
    Kind.NOT_RELIEVED: Rule.NOT_RELIEVED,
}
"""What the last look finds, by our names; what stands twice is found by its mark."""

_BY_HAND = "settle it by hand; when its merge is listed as not as it must be, cancel its plan"


def judge_merges(scene: FamilyScene) -> Iterator[AuditFinding]:
    """Everything that is wrong with the documents of closed merges."""
    for operation in scene.merges():
        if not is_at_rest(operation):
            continue
        yield from judge_relief_alone(scene, operation)
        if operation.state is not OperationState.CLOSED or operation.why:
            continue  # given up, or listed for a person, or settled by one
        lost = list(judge_notes(scene, operation))
        yield from lost
        yield from _judge_ending(scene, operation, {finding.account_id for finding in lost})
        yield from _judge_taxes(scene, operation)
        yield from _judge_sources(scene, operation)
        yield from _judge_credited(scene, operation)
    yield from _judge_balances(scene)


def _judge_ending(
    scene: FamilyScene, operation: Operation, explained: set[AccountId | None]
) -> Iterator[AuditFinding]:
    """The last look once more; a source is not told twice because its credit note is gone."""
    outcome = Outcome(invoices=scene.invoices, notes=tuple(scene.notes.values()))
    for problem in find_problems(operation, outcome):
        if problem.kind is Kind.NOT_RELIEVED and _account(operation, problem) in explained:
            continue
        if problem.kind in RULES:
            yield AuditFinding(
                rule=RULES[problem.kind],
                main_id=scene.main_id,
                account_id=_account(operation, problem),
                subject=_subject(operation, problem),
                sentence=problem.sentence,
                mend=_BY_HAND,
                amount=problem.amount,
            )


def _account(operation: Operation, problem: Problem) -> AccountId:
    if problem.source is not None:
        return problem.source.account_id
    return operation.main_id if problem.step is None else problem.step.account_id


def _subject(operation: Operation, problem: Problem) -> str:
    if problem.source is not None:
        return f"invoice {problem.source.number}"
    number = issue_of(operation).number if problem.step is None else problem.step.number
    return f"step {operation.plan_id}/{number}"


# -- lines, sources, balances ---------------------------------------------------------------


def _judge_taxes(scene: FamilyScene, operation: Operation) -> Iterator[AuditFinding]:
    """The net amount at each rate is that of the plan; a total that differs says more already."""
    issue = issue_of(operation)
    merged = scene.invoices.get(merged_id(operation))
    assert isinstance(issue.effect, IssueInvoice)
    if merged is None or is_gone(merged) or merged.total != operation.total:
        return
    moved = moved_rates(issue.effect.items, merged.items, cents=1)
    if moved:
        rates = ", ".join(
            f"{told(net)} at {rate.normalize():f} %" for rate, net in sorted(moved.items())
        )
        yield AuditFinding(
            rule=Rule.TAX_MOVED,
            main_id=scene.main_id,
            account_id=operation.main_id,
            subject=f"invoice {merged.number}",
            sentence=f"the net amounts of merged invoice {merged.number} moved by {rates}",
            mend="undo the edit of its lines in Splynx",
            amount=max(abs(net) for net in moved.values()),
        )


def _judge_sources(scene: FamilyScene, operation: Operation) -> Iterator[AuditFinding]:
    """A source that was raised, lowered, or whose relief a person gave up."""
    for refusal in sweep_merge(operation, scene.invoices.values(), scene.at).refusals:
        yield AuditFinding(
            rule=Rule.LEFT_ON_SUB,
            main_id=scene.main_id,
            account_id=refusal.account_id,
            subject=refusal.subject,
            sentence=refusal.sentence,
            mend=refusal.mend,
        )
    merged = scene.invoices.get(merged_id(operation))
    for source in operation.sources:
        invoice = scene.invoices.get(source.invoice_id)
        if invoice is not None and not is_gone(invoice):
            yield from _judge_lowered(scene, operation, source, invoice)
            yield from _judge_given_up(scene, operation, source, invoice, merged)


def _judge_lowered(
    scene: FamilyScene, operation: Operation, source: Source, invoice: Invoice
) -> Iterator[AuditFinding]:
    over = done_for(operation, source.invoice_id, StepKind.RELIEVE) - invoice.total
    if over > ZERO:
        yield AuditFinding(
            rule=Rule.SOURCE_LOWERED,
            main_id=scene.main_id,
            account_id=source.account_id,
            subject=f"invoice {source.number}",
            sentence=f"invoice {source.number} of account {source.account_id} was lowered to "
            f"{told(invoice.total)} after it was merged: the merged invoice charges {told(over)} "
            "too much",
            mend=f"credit {told(over)} on the merged invoice, and undo it on the account",
            amount=over,
        )


def _judge_given_up(
    scene: FamilyScene,
    operation: Operation,
    source: Source,
    invoice: Invoice,
    merged: Invoice | None,
) -> Iterator[AuditFinding]:
    """Whoever cancelled a relief answers for it; the audit reminds while both are still due."""
    if done_for(operation, source.invoice_id) == source.total or is_gone(merged):
        return
    if any(
        step.kind is StepKind.UNCLAIM and step.invoice_id == source.invoice_id
        for step in operation.steps
    ):
        return
    if due_on(invoice) > ZERO:
        yield AuditFinding(
            rule=Rule.GIVEN_UP_DUE,
            main_id=scene.main_id,
            account_id=source.account_id,
            subject=f"invoice {source.number}",
            sentence=f"invoice {source.number} of account {source.account_id} has "
            f"{told(invoice.due)} due, and the merged invoice carries it: its relief was cancelled",
            mend="credit the one or the other by hand, as whoever cancelled it meant to",
            amount=min(invoice.due, source.total),
        )


def _judge_credited(scene: FamilyScene, operation: Operation) -> Iterator[AuditFinding]:
    """A credit note of staff that took just what is missing on the merged invoice."""
    merged = scene.invoices.get(merged_id(operation))
    if merged is None or is_gone(merged):
        return
    ours = add_up(
        step.effect.total
        for step in operation.steps
        if step.kind is StepKind.CREDIT
        and step.state is StepState.CONFIRMED
        and isinstance(step.effect, IssueCreditNote)
    )
    covered = merged.total - ours - merged.due
    for note in scene.live_notes():
        is_later = note.created_at is not None and note.created_at.date() >= merged.issued_on
        is_foreign = note.account_id == operation.main_id and not markers_in(note.note)
        if is_foreign and is_later and note.total == covered > ZERO:
            yield AuditFinding(
                rule=Rule.MERGED_CREDITED,
                main_id=scene.main_id,
                account_id=operation.main_id,
                subject=f"credit note {note.number}",
                sentence=f"credit note {note.number} of staff took {told(covered)} off merged "
                f"invoice {merged.number}",
                mend="nothing to do, if that was meant",
                amount=covered,
            )


def _judge_balances(scene: FamilyScene) -> Iterator[AuditFinding]:
    """A relieved sub-account has nothing to its credit: whoever pays it pays for the main."""
    paid_for = {
        link.sub_id
        for link in scene.links
        if link.mode is BillingMode.AGGREGATED and link.holds_on(scene.today)
    }
    for account_id in sorted(scene.balances.keys() & paid_for):
        open_dues = add_up(
            invoice.due
            for invoice in scene.invoices.values()
            if invoice.account_id == account_id and invoice.is_open
        )
        spare = scene.balances[account_id] + open_dues
        if spare > ZERO:
            yield AuditFinding(
                rule=Rule.MONEY_ON_SUB,
                main_id=scene.main_id,
                account_id=account_id,
                subject=f"account {account_id}",
                sentence=f"account {account_id} has {told(spare)} to its credit, though account "
                f"{scene.main_id} pays for it: most likely a payment that came after its invoice "
                "was merged",
                mend=f"move the payment to account {scene.main_id}, or pay it back",
                amount=spare,
            )


def carries(scene: FamilyScene, operation: Operation) -> Invoice | None:
    """The standing invoice that carries the sources of a merge, if there is one."""
    if issue_of(operation).state is not StepState.CONFIRMED:
        return None
    merged = scene.invoices.get(InvoiceId(merged_id(operation)))
    return None if is_gone(merged) else merged
