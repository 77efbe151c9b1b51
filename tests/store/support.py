"""Operations to put into a journal, and short ways to do it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import text

from connector.domain.accounts import AccountStatus
from connector.domain.ids import AccountId, InvoiceId, PlanId
from connector.domain.invoices import InvoiceItem
from connector.saga.effects import IssueCreditNote, IssueInvoice, MarkInvoice, SetStatus
from connector.saga.machine import Change, claimed, happened
from connector.saga.states import StepEvent
from connector.saga.steps import (
    Operation,
    OperationKind,
    OperationState,
    Source,
    Step,
    StepKind,
)
from connector.store.engine import reading
from connector.store.store import SqlStore
from tests.store.cluster import Cluster

NOW = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)
MAIN = AccountId(10)
SUB = AccountId(11)
ITEM = InvoiceItem(
    description='Fibre 100 "Łódź"\n🛰',
    quantity=Decimal("1.5000"),
    unit="mo",
    price=Decimal("12345678901.1234"),
    tax_percent=Decimal("19.0000"),
    period_from=date(2026, 3, 1),
    sub_account_id=SUB,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a store is, and on PostgreSQL the server behind it."""

    url: str
    cluster: Cluster | None = None
    database: str = ""

    @property
    def is_file(self) -> bool:
        """Whether it is a SQLite file."""
        return self.cluster is None

    def outlast_lock(self) -> None:
        """Wait until a dead holder's lock is gone; a file's goes with its process."""
        if self.cluster is not None:
            self.cluster.outlast_lock(self.database)

    def end_lease(self) -> None:
        """Let the time be over that a dead holder's lease runs on for; a file has no such time."""
        if self.cluster is not None:
            self.cluster.end_lease(self.database)


def url_of(folder: Path) -> str:
    """The URL of a store in a folder."""
    return f"sqlite:///{folder}/state.sqlite3"


def plan_id(number: int) -> PlanId:
    """The name of a plan."""
    letters = str(number).translate(str.maketrans("0123456789", "ABCDEFGHIJ"))
    return PlanId(letters.rjust(20, "A"))


def merge(
    number: int, *, state: OperationState = OperationState.OPEN, sources: Iterable[int] = (501,)
) -> Operation:
    """A merge with a claim, an issue and a relief for its first source."""
    name = plan_id(number)
    ids = tuple(sources)
    invoice = InvoiceId(ids[0])
    return Operation(
        plan_id=name,
        kind=OperationKind.MERGE,
        main_id=MAIN,
        state=state,
        steps=(
            Step(
                plan_id=name,
                number=1,
                kind=StepKind.CLAIM,
                account_id=SUB,
                invoice_id=invoice,
                effect=MarkInvoice(invoice_id=invoice, account_id=SUB, memo="kept\nmark"),
            ),
            Step(plan_id=name, number=2, kind=StepKind.ISSUE, account_id=MAIN, effect=_issue()),
            Step(
                plan_id=name,
                number=3,
                kind=StepKind.RELIEVE,
                account_id=SUB,
                invoice_id=invoice,
                effect=IssueCreditNote(
                    account_id=SUB,
                    invoice_id=invoice,
                    issued_on=date(2026, 3, 1),
                    items=(ITEM,),
                    total=Decimal("12.3400"),
                    note="moved",
                ),
            ),
        ),
        created_at=NOW,
        sources=tuple(_source(each) for each in ids),
        cycle_start=date(2026, 3, 1),
        total=Decimal("98765432109.8765"),
        summary="merge of two",
    )


def cascade(
    number: int,
    kind: StepKind,
    *,
    state: OperationState = OperationState.OPEN,
    main_id: AccountId = MAIN,
) -> Operation:
    """A release or a suspension of one sub-account, about status log row 70."""
    name = plan_id(number)
    status = AccountStatus.ACTIVE if kind is StepKind.RELEASE else AccountStatus.BLOCKED
    return Operation(
        plan_id=name,
        kind=OperationKind(kind.value),
        main_id=main_id,
        state=state,
        steps=(
            Step(
                plan_id=name,
                number=1,
                kind=kind,
                account_id=SUB,
                effect=SetStatus(account_id=SUB, status=status),
                block_id=70,
            ),
        ),
        created_at=NOW,
    )


def record(store: SqlStore, *operations: Operation) -> None:
    """Commit operations."""
    with store.begin() as unit:
        for operation in operations:
            unit.journal.record_operation(operation, NOW, "planner")
        unit.commit()


def record_state(store: SqlStore, number: int, state: OperationState, why: str = "why") -> None:
    """Commit an operation's move."""
    with store.begin() as unit:
        unit.journal.record_state(plan_id(number), state, why, "ada", NOW)
        unit.commit()


def record_changes(store: SqlStore, *changes: Change) -> Step:
    """Commit changes of one step; the step after the last."""
    with store.begin() as unit:
        for change in changes:
            unit.journal.record_event(change.before, change.event, change.after, "worker", NOW)
        unit.commit()
    return changes[-1].after


def carry_out(store: SqlStore, step: Step, *, remote_id: int | None = None) -> Step:
    """Claim a step and have it accepted."""
    sent = claimed(step, step.effect, NOW)
    done = happened(sent.after, StepEvent.ACCEPTED, remote_id=remote_id)
    return record_changes(store, sent, done)


def load(store: SqlStore, number: int) -> Operation:
    """One operation that must be there."""
    with store.begin() as unit:
        found = unit.journal.load_operation(plan_id(number))
    assert found is not None
    return found


def rows(store: SqlStore, sql: str) -> list[tuple[Any, ...]]:
    """What the database itself says."""
    with reading(store._engine) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def with_steps(operation: Operation, *steps: Step) -> Operation:
    """The operation with other steps."""
    return replace(operation, steps=steps)


def _issue() -> IssueInvoice:
    return IssueInvoice(
        account_id=MAIN,
        issued_on=date(2026, 3, 1),
        due_on=date(2026, 3, 15),
        items=(ITEM,),
        total=Decimal("12.3400"),
        note="Replaces invoices",
        memo="mark",
    )


def _source(invoice_id: int) -> Source:
    return Source(
        invoice_id=InvoiceId(invoice_id),
        account_id=SUB,
        number=f"2026030{invoice_id}",
        total=Decimal("12345678901.1234"),
        content_hash="c" * 64,
    )
