"""From the marks on the platform back to an operation that our journal has lost. Pure.

Nothing here is planned anew: the plan's name and the numbers of its steps are read from the marks.

* **The merged invoice stands.** Claims and pivot are CONFIRMED, and so is every credit note that is
  found. A relief that is not found is UNKNOWN: it may still be on its way, and once the quiescence
  has passed the engine sends it, or whatever is right by then.
* **Sources are claimed, and there is no merged invoice.** The merge is WITHDRAWN, and the claims are
  handed back after the quiescence. The pivot's mark is kept, so that a merged invoice that turns up
  late is found and voided.
* **The merged invoice was taken away.** While no source was relieved the same holds; else the
  operation is taken up as it stands, and the engine hands the rest back.

What cannot be told apart is :class:`Unclear`: it is recorded nowhere, and a person must look. Its
sources bear a mark that no plan explains, so nobody merges them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from connector.domain.marker import Marker, with_marker
from connector.domain.money import add_up
from connector.saga.anatomy import Anatomy
from connector.saga.carried import Carried
from connector.saga.effects import IssueCreditNote, IssueInvoice, MarkInvoice
from connector.saga.fixups import Unclear
from connector.saga.later_steps import LOST_STORE, Noted, later_steps
from connector.saga.machine import is_done, withdraw
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationKind, OperationState, Source, Step, StepKind
from connector.saga.traces import Traces
from connector.saga.verification import Outcome, judge_merge
from connector.saga.wording import say_moved


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """When a rebuild takes place, by both clocks, and how long the platform may go on."""

    now: datetime  #: platform clock
    host: datetime
    quiescence: timedelta


def rebuild_merge(
    traces: Traces, anatomy: Anatomy, when: When, billing_day: int | None = None
) -> Operation | Unclear:
    """The operation that left these traces.

    Args:
        traces: what bears its marks.
        anatomy: which of it is what.
        when: the moment of the rebuild.
        billing_day: of the main account; without it the cycle that was merged is not known.
    """
    if anatomy.issue < 2:  # noqa: PLR2004 - there is no merge without a source
        numbers = ", ".join(note.number for _, note in anatomy.notes)
        return Unclear(reason=f"only credit notes of it are left: {numbers}")
    if anatomy.main_id is None:
        accounts = ", ".join(sorted({str(row.account_id) for row in anatomy.sources.values()}))
        return Unclear(reason=f"no link says who pays for account {accounts or '?'}")
    builder = _Builder(traces, anatomy, when)
    operation = builder.past_pivot() if anatomy.is_past_pivot else builder.before_pivot()
    if isinstance(operation, Unclear):
        return operation
    start = Carried(anatomy).cycle_start(billing_day)
    return _closed(replace(operation, cycle_start=start), traces)


class _Builder:
    """One operation in the making."""

    def __init__(self, traces: Traces, anatomy: Anatomy, when: When) -> None:
        assert anatomy.main_id is not None
        self._traces = traces
        self._anatomy = anatomy
        self._when = when
        self._main_id = anatomy.main_id
        self._carried = Carried(anatomy)

    def before_pivot(self) -> Operation | Unclear:
        """Given up: whatever bears our mark is handed back, and the pivot is kept in mind."""
        anatomy, when = self._anatomy, self._when
        sources = {step: self._carried.source(step) for step in anatomy.sources}
        claims = [self._claim(step) for step in sources]
        total = add_up(source.total for source in sources.values())
        issue = replace(
            self._issue(total), state=StepState.CANCELLED, reason=f"{LOST_STORE}: not found"
        )
        base = self._operation((*claims, issue), tuple(sources.values()), total)
        later = self._later_steps(base)
        if isinstance(later, Unclear):
            return later
        base = replace(base, steps=(*base.steps, *later))
        reason = f"{LOST_STORE}: sources were claimed, and there is no merged invoice"
        marked = {row.id for step in sources for row in self._traces.marked(step)}
        _, handbacks = withdraw(base, reason)
        handed = tuple(
            replace(step, due_at=when.host + when.quiescence)
            for step in handbacks
            if step.invoice_id in marked
        )
        return replace(
            base, steps=(*base.steps, *handed), state=OperationState.WITHDRAWN, why=reason
        )

    def past_pivot(self) -> Operation | Unclear:
        """Taken up as it stands: what is found is done, what is not found is in doubt."""
        anatomy = self._anatomy
        for step in range(1, anatomy.issue):
            if step not in anatomy.sources and not anatomy.sections:
                return Unclear(reason=f"its source {step} is not found, and nothing names it")
        steps = range(1, anatomy.issue)
        sources = {step: self._carried.source(step) for step in steps}
        total = add_up(source.total for source in sources.values())
        issue = replace(
            self._issue(total),
            state=StepState.CONFIRMED,
            remote_id=None if anatomy.merged is None else anatomy.merged.id,
        )
        reliefs = [self._relief(step, source) for step, source in sources.items()]
        for number, note in anatomy.notes:
            index = number - anatomy.issue
            if 1 <= index < anatomy.issue and note.account_id != sources[index].account_id:
                return Unclear(reason=f"credit note {note.number} is of another account")
        base = self._operation(
            (*(self._claim(step) for step in steps), issue, *reliefs),
            tuple(sources.values()),
            total,
        )
        later = self._later_steps(base)
        if isinstance(later, Unclear):
            return later
        return replace(base, steps=(*base.steps, *later))

    # -- parts ------------------------------------------------------------------------------

    def _operation(
        self, steps: tuple[Step, ...], sources: tuple[Source, ...], total: Decimal
    ) -> Operation:
        return Operation(
            plan_id=self._traces.plan_id,
            kind=OperationKind.MERGE,
            main_id=self._main_id,
            state=OperationState.OPEN,
            steps=steps,
            created_at=self._planned_at,
            sources=sources,
            total=total,
            summary=f"{LOST_STORE}: {total:.2f} from {len(sources)} invoices",
        )

    def _marker(self, number: int) -> Marker:
        return Marker(plan_id=self._traces.plan_id, step=number)

    def _claim(self, step: int) -> Step:
        source = self._carried.source(step)
        invoice = self._anatomy.sources.get(step)
        memo = with_marker("" if invoice is None else invoice.memo, self._marker(step))
        return Step(
            plan_id=self._traces.plan_id,
            number=step,
            kind=StepKind.CLAIM,
            account_id=source.account_id,
            invoice_id=source.invoice_id,
            effect=MarkInvoice(
                invoice_id=source.invoice_id, account_id=source.account_id, memo=memo
            ),
            state=StepState.CONFIRMED,
            attempts=1,
            sent_at=self._long_ago,
            reason=LOST_STORE,
        )

    def _issue(self, total: Decimal) -> Step:
        merged = self._anatomy.merged
        day = self._issued_on
        return Step(
            plan_id=self._traces.plan_id,
            number=self._anatomy.issue,
            kind=StepKind.ISSUE,
            account_id=self._main_id,
            effect=IssueInvoice(
                account_id=self._main_id,
                issued_on=day,
                due_on=day if merged is None or merged.due_on is None else merged.due_on,
                items=self._carried.lines(total),
                total=total,
                note="",
                memo=str(self._marker(self._anatomy.issue)),
            ),
            attempts=1,
            sent_at=self._long_ago,
            reason=LOST_STORE,
        )

    def _relief(self, step: int, source: Source) -> Step:
        number = self._anatomy.issue + step
        note = self._carried.note(number)
        return Step(
            plan_id=self._traces.plan_id,
            number=number,
            kind=StepKind.RELIEVE,
            account_id=source.account_id,
            invoice_id=source.invoice_id,
            effect=IssueCreditNote(
                account_id=source.account_id,
                invoice_id=source.invoice_id,
                issued_on=self._issued_on,
                items=self._carried.items(step),
                total=source.total,
                note=f"{say_moved(self._main_id)} {self._marker(number)}",
            ),
            state=StepState.UNKNOWN if note is None else StepState.CONFIRMED,
            attempts=1,
            sent_at=self._when.host if note is None else (note.created_at or self._long_ago),
            remote_id=None if note is None else note.id,
            reason=f"{LOST_STORE}: not found" if note is None else LOST_STORE,
        )

    def _later_steps(self, base: Operation) -> tuple[Step, ...] | Unclear:
        noted = [
            Noted(number=step, note=note, at=self._long_ago)
            for step, note in self._anatomy.notes
            if step > 2 * self._anatomy.issue - 1
        ]
        return later_steps(base, noted, self._anatomy.twins)

    @property
    def _issued_on(self) -> date:
        merged = self._anatomy.merged
        return self._when.now.date() if merged is None else merged.issued_on

    @property
    def _planned_at(self) -> datetime:
        """The earliest that its documents allow: no more is known, and limits count by the day."""
        days = [row.issued_on for row in self._anatomy.sources.values()]
        merged = self._anatomy.merged is not None
        day = self._issued_on if merged else max(days, default=self._issued_on)
        return datetime.combine(day, time.min, self._when.now.tzinfo)

    @property
    def _long_ago(self) -> datetime:
        """Before anything that came after the pivot."""
        return datetime.combine(self._issued_on, time.min, UTC)


def _closed(operation: Operation, traces: Traces) -> Operation:
    """Closed at once if every cent is in its place; else the engine goes on, or verifies it."""
    if operation.state is not OperationState.OPEN or not is_done(operation):
        return operation
    invoices = {row.id: row for row in traces.invoices}
    if judge_merge(operation, Outcome(invoices=invoices, notes=traces.notes)):
        return operation
    return replace(operation, state=OperationState.CLOSED)
