"""A family whose sub is blocked though its main has just been paid for, and what is said of it."""

from __future__ import annotations

from datetime import date

from connector.domain.accounts import Account, AccountStatus, Billing, StatusChange
from connector.domain.cascade import (
    CascadeDecision,
)
from connector.domain.ids import AccountId
from connector.domain.invoices import Invoice
from connector.domain.policy import CascadePolicy
from connector.domain.snapshot import (
    FamilySnapshot,
    OwnRecord,
    OwnRelease,
    OwnSuspension,
)
from tests.build import account, change, family, moment

ACTIVE, BLOCKED = AccountStatus.ACTIVE, AccountStatus.BLOCKED
POLICY = CascadePolicy()
OVERDUE_PAID = CascadePolicy(release_when="overdue_paid")
MAIN_EPISODE = (change(1, 1, BLOCKED, "2026-01-17 00:30"), change(9, 1, ACTIVE, "2026-01-20 09:00"))
SUB_BLOCK = change(5, 2, BLOCKED, "2026-01-17 00:31")
SUB = account(2, BLOCKED)
LATER = moment("2026-01-20 09:05")
YESTERDAY = date(2026, 1, 19)
OURS = OwnSuspension(sub_id=AccountId(2), cause_id=1, block_id=5)
DONE = OwnRelease(sub_id=AccountId(2), block_id=5)


def blocked_family(
    *,
    block: StatusChange | None = SUB_BLOCK,
    main_log: tuple[StatusChange, ...] = MAIN_EPISODE,
    own: OwnRecord | None = None,
    sub: Account = SUB,
    sub_billings: tuple[Billing, ...] | None = None,
    invoices: tuple[Invoice, ...] = (),
    main_billing: Billing | None = None,
) -> FamilySnapshot:
    """A main that has just been paid for, and its sub that is still blocked."""
    return family(
        subs=(sub,),
        changes=(*main_log, *((block,) if block else ())),
        own=own,
        sub_billings=sub_billings,
        invoices=invoices,
        main_billing=main_billing,
        at=LATER,
    )


def outcome(decision: CascadeDecision) -> str:
    """``release`` or the rule that kept the one sub back; empty for nothing to say."""
    assert decision.suspensions == ()
    said = ["release" for _ in decision.releases] + [row.rule for row in decision.refusals]
    assert len(said) <= 1
    return said[0] if said else ""
