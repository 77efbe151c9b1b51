"""From a decision to an operation: every step with its own identity, before anything is sent.

The name of a plan is a hash of what it rests on, so that two looks at the same world give the
same plan, and the journal takes it once.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from connector.domain.accounts import AccountStatus
from connector.domain.cascade import Release, Suspension
from connector.domain.ids import AccountId, PlanId
from connector.domain.invoices import Invoice, rounding_line, total_of
from connector.domain.marker import Marker, with_marker
from connector.domain.merge import MergePlan
from connector.saga.effects import IssueCreditNote, IssueInvoice, MarkInvoice, SetStatus
from connector.saga.steps import Operation, OperationKind, OperationState, Source, Step, StepKind
from connector.saga.wording import say_moved

NUMBERS_MAX = 200
"""Sources that a merged invoice names in its note: the field has an end, and readers too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Who plans, when, and for the how-manieth time on the very same ground."""

    install_id: str
    at: datetime  #: platform clock
    attempt: int = 0  #: earlier plans of the same identity that came to nothing


def operation_of_merge(plan: MergePlan, origin: Origin) -> Operation:
    """Claims first, then the pivot, then one relief for each source."""
    identity = [[inv.id, inv.content_hash] for inv in sorted(plan.sources, key=lambda i: i.id)]
    plan_id = name_of(origin, "merge", plan.main_id, plan.cycle.start.isoformat(), identity)
    count = len(plan.sources)
    claims = [_claim(plan_id, n, inv) for n, inv in enumerate(plan.sources, start=1)]
    issue = _issue(plan_id, count + 1, plan)
    reliefs = [
        _relieve(plan_id, n, plan, inv) for n, inv in enumerate(plan.sources, start=count + 2)
    ]
    what = "supplement" if plan.supplement else "merged invoice"
    return Operation(
        plan_id=plan_id,
        kind=OperationKind.MERGE,
        main_id=plan.main_id,
        state=OperationState.OPEN,
        steps=(*claims, issue, *reliefs),
        created_at=origin.at,
        sources=tuple(_source(invoice) for invoice in plan.sources),
        cycle_start=plan.cycle.start,
        total=plan.total,
        summary=f"{what} of {plan.total:.2f} from {count} invoices, cycle {plan.cycle.start}",
    )


def operation_of_releases(
    main_id: AccountId, releases: tuple[Release, ...], origin: Origin
) -> Operation:
    """One step for each sub-account, independent of each other."""
    plan_id = name_of(origin, "release", main_id, [[r.sub_id, r.block_id] for r in releases])
    steps = tuple(
        Step(
            plan_id=plan_id,
            number=number,
            kind=StepKind.RELEASE,
            account_id=release.sub_id,
            effect=SetStatus(account_id=release.sub_id, status=AccountStatus.ACTIVE),
            block_id=release.block_id,
            reason=release.reason,
        )
        for number, release in enumerate(releases, start=1)
    )
    return _independent(OperationKind.RELEASE, main_id, steps, origin)


def operation_of_suspensions(
    main_id: AccountId, suspensions: tuple[Suspension, ...], origin: Origin
) -> Operation:
    """One step for each sub-account, independent of each other."""
    identity = [[row.sub_id, row.cause_id] for row in suspensions]
    plan_id = name_of(origin, "suspend", main_id, identity)
    steps = tuple(
        Step(
            plan_id=plan_id,
            number=number,
            kind=StepKind.SUSPEND,
            account_id=row.sub_id,
            effect=SetStatus(account_id=row.sub_id, status=AccountStatus.BLOCKED),
            block_id=row.cause_id,
        )
        for number, row in enumerate(suspensions, start=1)
    )
    return _independent(OperationKind.SUSPEND, main_id, steps, origin)


def _independent(
    kind: OperationKind, main_id: AccountId, steps: tuple[Step, ...], origin: Origin
) -> Operation:
    return Operation(
        plan_id=steps[0].plan_id,
        kind=kind,
        main_id=main_id,
        state=OperationState.OPEN,
        steps=steps,
        created_at=origin.at,
        summary=f"{kind} {_listed(step.account_id for step in steps)}",
    )


def _claim(plan_id: PlanId, number: int, invoice: Invoice) -> Step:
    memo = with_marker(invoice.memo, Marker(plan_id=plan_id, step=number))
    return Step(
        plan_id=plan_id,
        number=number,
        kind=StepKind.CLAIM,
        account_id=invoice.account_id,
        invoice_id=invoice.id,
        effect=MarkInvoice(invoice_id=invoice.id, account_id=invoice.account_id, memo=memo),
    )


def _issue(plan_id: PlanId, number: int, plan: MergePlan) -> Step:
    numbers = ", ".join(invoice.number for invoice in plan.sources[:NUMBERS_MAX])
    if (more := len(plan.sources) - NUMBERS_MAX) > 0:
        numbers = f"{numbers} and {more} more"
    return Step(
        plan_id=plan_id,
        number=number,
        kind=StepKind.ISSUE,
        account_id=plan.main_id,
        effect=IssueInvoice(
            account_id=plan.main_id,
            issued_on=plan.issued_on,
            due_on=plan.due_on,
            items=plan.items,
            total=plan.total,
            note=f"Replaces invoices {numbers}",
            memo=str(Marker(plan_id=plan_id, step=number)),
        ),
    )


def _relieve(plan_id: PlanId, number: int, plan: MergePlan, invoice: Invoice) -> Step:
    marker = Marker(plan_id=plan_id, step=number)
    cents = invoice.due - total_of(invoice.items)  # the platform may have stored a cent off
    items = (*invoice.items, rounding_line(cents)) if cents else invoice.items
    return Step(
        plan_id=plan_id,
        number=number,
        kind=StepKind.RELIEVE,
        account_id=invoice.account_id,
        invoice_id=invoice.id,
        effect=IssueCreditNote(
            account_id=invoice.account_id,
            invoice_id=invoice.id,
            issued_on=plan.issued_on,
            items=items,
            total=invoice.due,
            note=f"{say_moved(plan.main_id)} {marker}",
        ),
    )


def _source(invoice: Invoice) -> Source:
    return Source(
        invoice_id=invoice.id,
        account_id=invoice.account_id,
        number=invoice.number,
        total=invoice.total,
        content_hash=invoice.content_hash,
    )


def name_of(origin: Origin, *ground: object) -> PlanId:
    """The name of a plan that rests on this ground; the same ground gives the same name."""
    parts = [origin.install_id, *ground, *([origin.attempt] if origin.attempt else [])]
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=True)
    digest = hashlib.sha256(text.encode()).digest()
    return PlanId(base64.b32encode(digest).decode()[:20])


def _listed(ids: Iterable[AccountId]) -> str:
    numbers = [str(number) for number in ids]
    return f"{len(numbers)} sub-accounts: {', '.join(numbers[:10])}" + (
        ", …" if len(numbers) > len(numbers[:10]) else ""
    )
