"""What an older state of the platform has lost of our work: read it, tell it, and settle it.

A restored backup takes away everything after some moment. So our documents are read from the newest
backwards until one stands; statuses and marks that we set since then are looked up one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from connector.domain.accounts import AccountStatus
from connector.domain.cascade import latest_block
from connector.domain.ids import InvoiceId, PlanId
from connector.domain.marker import markers_in
from connector.domain.money import ZERO
from connector.errors import ConnectorError, RecordMissing
from connector.observe.events import Event as Log
from connector.ports.platform import Feed
from connector.runtime import facts
from connector.runtime.families import whole
from connector.runtime.rollback import read_standing, row_text
from connector.runtime.service import Service
from connector.saga.effects import IssueCreditNote, IssueInvoice
from connector.saga.loss import settle_loss
from connector.saga.rollback import Standing
from connector.saga.states import StepState
from connector.saga.steps import Operation, Step, StepKind

PORTION = 50
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
STATUSES = frozenset({StepKind.RELEASE, StepKind.SUSPEND})


@dataclass(frozen=True, kw_only=True, slots=True)
class LostStep:
    """One thing we did that the platform does not show any more."""

    operation: Operation
    step: Step
    standing: Standing

    @property
    def amount(self) -> Decimal:
        """What the document made; nothing for a status or a mark."""
        effect = self.step.effect
        return effect.total if isinstance(effect, IssueInvoice | IssueCreditNote) else ZERO


@dataclass(frozen=True, kw_only=True, slots=True)
class LostInterval:
    """The report: why it is asked for, since when, and what is gone, oldest first."""

    why: str
    since: datetime | None  #: host clock: what we did before stands
    steps: tuple[LostStep, ...]

    def by_plan(self) -> dict[PlanId, tuple[Operation, frozenset[int]]]:
        """The operations concerned, with the numbers of their lost steps."""
        found: dict[PlanId, tuple[Operation, frozenset[int]]] = {}
        for lost in self.steps:
            plan_id = lost.operation.plan_id
            _, numbers = found.get(plan_id, (lost.operation, frozenset()))
            found[plan_id] = (lost.operation, numbers | {lost.step.number})
        return found


def read_lost_interval(service: Service) -> LostInterval:
    """Read which of our documents, statuses and marks are gone; records nothing."""
    with service.store.begin() as unit:
        why = unit.facts.load(facts.ROLLED_BACK) or ""
    gone: dict[tuple[PlanId, int], Standing] = {}
    last: list[datetime] = []
    for feed in (Feed.INVOICES, Feed.CREDIT_NOTES):
        for step, standing in _read_back(service, feed):
            if standing is Standing.STANDS:
                last += [step.sent_at] if step.sent_at is not None else []
            else:
                gone[step.plan_id, step.number] = standing
    since = max(last, default=None)
    with service.store.begin() as unit:
        operations = {op.plan_id: op for op in unit.journal.load_sent_since(since or LONG_AGO)}
        for plan_id, _ in gone:
            if (known := unit.journal.load_operation(plan_id)) is not None:
                operations[plan_id] = known
    steps = [
        LostStep(operation=operation, step=step, standing=found)
        for operation in operations.values()
        for step in operation.steps
        if (found := _standing(service, step, gone, since or LONG_AGO)) is not None
    ]
    steps.sort(key=lambda lost: (lost.step.sent_at or LONG_AGO, lost.step.number))
    return LostInterval(why=why, since=since, steps=tuple(steps))


def settle_lost_interval(service: Service, by: str) -> LostInterval:
    """Mark what is gone, have every family looked at, and let writing go on.

    Raises:
        ConnectorError: the platform is not known to be older than our store.
    """
    interval = read_lost_interval(service)
    if not interval.why:
        raise ConnectorError("the platform is not known to be restored: there is nothing to settle")
    highest = {feed: service.reader.read_last_id(feed) for feed in Feed}
    accounts = service.reader.count_accounts()
    now, at = service.clock.now(), service.clock.host()
    with service.store.begin() as unit:
        for operation, gone in interval.by_plan().values():
            loss = settle_loss(
                operation,
                gone,
                by=by,
                on=now.date(),
                quiescence=service.limits.quiescence,
            )
            for change in loss.changes:
                unit.journal.record_event(change.before, change.event, change.after, by, at)
            unit.journal.record_steps(loss.added, at, by)
            if loss.state is not None:
                unit.journal.record_state(operation.plan_id, loss.state, loss.why, by, at)
        for feed, number in highest.items():
            unit.facts.record(facts.feed_mark(feed), str(number))
            unit.facts.record(facts.feed_row(feed), row_text(None, None, at))
        unit.facts.record(facts.ROLLED_BACK, None)
        unit.facts.record(facts.ACCOUNTS_COUNT, str(accounts))
        mains = unit.links.load_map().main_ids
        unit.agenda.record_due(mains, now.astimezone(UTC), f"a lost interval was settled by {by}")
        unit.commit()
    service.alerts.alert(
        Log.LOSS_SETTLED, f"writing goes on: {len(interval.steps)} lost steps were settled by {by}"
    )
    return interval


def _read_back(service: Service, feed: Feed) -> Iterator[tuple[Step, Standing]]:
    """Our documents of one kind, the newest first, up to the first one that stands."""
    below: int | None = None
    while True:
        with service.store.begin() as unit:
            steps = unit.journal.load_latest_documents(feed, PORTION, below)
        for step in steps:
            standing = read_standing(service, step)
            yield step, standing
            if standing is Standing.STANDS:
                return
        if len(steps) < PORTION:
            return
        below = steps[-1].remote_id


def _standing(
    service: Service, step: Step, gone: dict[tuple[PlanId, int], Standing], since: datetime
) -> Standing | None:
    """How a step stands, if the platform has lost it."""
    if (found := gone.get((step.plan_id, step.number))) is not None:
        return found
    is_recent = step.sent_at is not None and step.sent_at >= since
    if step.state is not StepState.CONFIRMED or not is_recent:
        return None
    is_gone = (step.kind in STATUSES and _is_status_gone(service, step)) or (
        step.kind is StepKind.UNCLAIM and _is_mark_back(service, step)
    )
    return Standing.GONE if is_gone else None


def _is_status_gone(service: Service, step: Step) -> bool:
    """Whether the log lacks the block we made or ended, or is still in the one we ended."""
    rows = whole(service.reader.read_status_changes([step.account_id]))
    ids = {row.id for row in rows if row.new is AccountStatus.BLOCKED}
    if step.kind is StepKind.SUSPEND:
        return step.remote_id is not None and step.remote_id not in ids
    if step.block_id is None:
        return False  # of a probe, which ends a block of its own
    block = latest_block(rows, step.account_id)
    return step.block_id not in ids or (block is not None and block.id == step.block_id)


def _is_mark_back(service: Service, step: Step) -> bool:
    """Whether a mark that was taken off a source stands there again."""
    try:
        invoice = service.reader.read_invoice(InvoiceId(step.invoice_id or 0))
    except RecordMissing:
        return False
    return any(mark.plan_id == step.plan_id for mark in markers_in(invoice.memo))
