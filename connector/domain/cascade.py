"""Who is switched on or off because of the main account: the rules of the cascade.

*Clear.* A main account is clear when it is active, has no overdue document, and its balance,
leaving out what is billed but not yet due, is at least its minimum. Paying one of two overdue
documents therefore releases nobody.

*Release.* Each aggregated sub-account that is blocked, owes nothing itself, and was blocked for
the main's debt: by our own mirrored suspension, by the platform between the day the main
became overdue and the moment it was active again, or by the platform for an invoice of its own that
we have moved to the main since. A block by a person is left alone and listed.
A release is named after the block it ends, so an old payment never undoes a later block. Who hangs
under another main account on the platform itself follows nobody here.

*Suspension* (only with ``cascade.suspend = "mirror"``). While the platform itself has blocked the
main for overdue documents, its active aggregated sub-accounts follow, once per block of the main:
whom a person switches on again in between stays on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from connector.domain.accounts import Account, AccountStatus, Billing, StatusChange
from connector.domain.ids import AccountId
from connector.domain.invoices import Invoice, InvoiceStatus
from connector.domain.money import ZERO, add_up
from connector.domain.policy import CascadePolicy
from connector.domain.refusals import Refusal, Weight
from connector.domain.snapshot import FamilySnapshot


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """One sub-account to switch on again, and the block this ends."""

    sub_id: AccountId
    block_id: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspension:
    """One sub-account to switch off, and the main account's block that it mirrors."""

    sub_id: AccountId
    cause_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CascadeDecision:
    """All that can be said of a family's blocks now."""

    releases: tuple[Release, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Episode:
    """The main's latest dunning episode: from first overdue day until active again."""

    start: date
    end: StatusChange | None

    def contains(self, change: StatusChange) -> bool:
        ended = self.end is not None and change.at > self.end.at
        return change.at.date() >= self.start and not ended


def plan_cascade(family: FamilySnapshot, policy: CascadePolicy) -> CascadeDecision:
    """Decide who is released or suspended now; the essay above tells the rules."""
    if family.quarantined:
        return CascadeDecision()  # the merge planner lists it; nothing of the family is written
    if is_clear(family, policy):
        return _plan_releases(family, policy)
    if policy.suspend == "mirror":
        return CascadeDecision(suspensions=_plan_suspensions(family))
    return CascadeDecision()


def is_clear(family: FamilySnapshot, policy: CascadePolicy) -> bool:
    """Whether the main account may not be blocked any more; see *Clear* above."""
    if family.main.status is not AccountStatus.ACTIVE:
        return False
    invoices = family.invoices_of(family.main.id)
    if any(_is_late(invoice, family.today) for invoice in invoices):
        return False
    return policy.release_when == "overdue_paid" or _is_covered(
        family.billing, invoices, family.today
    )


def owes_nothing(billing: Billing, invoices: tuple[Invoice, ...], today: date) -> bool:
    """Whether an account has neither an overdue document nor a balance below its minimum."""
    late = any(_is_late(invoice, today) for invoice in invoices)
    return not late and _is_covered(billing, invoices, today)


def _is_late(invoice: Invoice, today: date) -> bool:
    """Overdue, or past its day with a charge under way: money on its way is not money yet."""
    charging = invoice.status is InvoiceStatus.PENDING and invoice.due > ZERO
    past = invoice.due_on is not None and invoice.due_on < today
    return invoice.is_overdue(today) or (charging and past)


def _is_covered(billing: Billing, invoices: tuple[Invoice, ...], today: date) -> bool:
    not_yet_due = add_up(
        invoice.due for invoice in invoices if invoice.is_open and not invoice.is_overdue(today)
    )
    return billing.balance + not_yet_due >= billing.min_balance


# -- release --------------------------------------------------------------------------------


def _plan_releases(family: FamilySnapshot, policy: CascadePolicy) -> CascadeDecision:
    releases: list[Release] = []
    refusals: list[Refusal] = []
    for sub in family.blocked_subs():
        judged = _judge_release(family, sub, policy)
        if isinstance(judged, Release):
            releases.append(judged)
        elif judged is not None:
            refusals.append(judged)
    return CascadeDecision(releases=tuple(releases), refusals=tuple(refusals))


def _judge_release(
    family: FamilySnapshot, sub: Account, policy: CascadePolicy
) -> Release | Refusal | None:
    block = latest_block(family.changes, sub.id)
    if block is None:
        return _refuse(sub, "block_unknown", "is blocked, but its log does not say by whom")
    earlier = [row for row in family.own.releases if row.sub_id == sub.id]
    if any(row.block_id == block.id for row in earlier):
        return None  # recorded already: it is under way, held, or done
    reason = _attribute(family, sub, block)
    if isinstance(reason, Refusal):
        return reason
    billing = next((row for row in family.sub_billings if row.account_id == sub.id), None)
    if billing is None or not owes_nothing(billing, family.invoices_of(sub.id), family.today):
        return _refuse(sub, "own_debt", "owes something itself")
    if len(_in_episode(family, [row.block_id for row in earlier])) >= policy.releases_max:
        return _refuse(
            sub,
            "blocked_again",
            f"was released {policy.releases_max} times and is blocked again",
            mend="find out what blocks it, then activate it by hand",
            weight=Weight.ACT,
        )
    return Release(sub_id=sub.id, block_id=block.id, reason=reason)


def _attribute(family: FamilySnapshot, sub: Account, block: StatusChange) -> str | Refusal:
    if family.is_elsewhere(sub):
        return _refuse(sub, "drift", f"hangs under account {sub.native_main_id} on the platform")
    if any(own.block_id == block.id for own in family.own.suspensions):
        return "suspended by us with its main account"
    if not block.by_system:
        return _refuse(
            sub,
            "blocked_by_person",
            f"was blocked by administrator {block.administrator_id} on {block.at.date()}",
        )
    if any(row.sub_id == sub.id and row.at >= block.at for row in family.own.reliefs):
        return "blocked by the platform for a debt that the main account has taken over since"
    episode = _latest_episode(family)
    if episode is None or not episode.contains(block):
        return _refuse(
            sub,
            "other_block",
            f"was blocked on {block.at.date()}, not during the main account's overdue time",
        )
    return "blocked by the platform during the main account's overdue time"


def latest_block(changes: Iterable[StatusChange], account_id: AccountId) -> StatusChange | None:
    """The log row of the block an account is in, or None if its log ends otherwise."""
    rows = [change for change in changes if change.account_id == account_id]
    latest = max(rows, key=lambda row: (row.at, row.id), default=None)
    return latest if latest and latest.new is AccountStatus.BLOCKED else None


def _latest_episode(family: FamilySnapshot) -> _Episode | None:
    rows = sorted(
        (change for change in family.changes if change.account_id == family.main.id),
        key=lambda row: (row.at, row.id),
    )
    blocks = [row for row in rows if row.new is AccountStatus.BLOCKED]
    if not blocks:
        return None
    later = rows[rows.index(blocks[-1]) + 1 :]
    ends = [row for row in later if row.new is AccountStatus.ACTIVE]
    start = blocks[-1].at.date() - timedelta(days=family.billing.blocking_days)
    return _Episode(start=start, end=ends[0] if ends else None)


def _in_episode(family: FamilySnapshot, block_ids: list[int]) -> list[int]:
    episode = _latest_episode(family)
    inside = {row.id for row in family.changes if episode is not None and episode.contains(row)}
    return [block_id for block_id in block_ids if block_id in inside]


def _refuse(
    sub: Account,
    rule: str,
    fact: str,
    *,
    mend: str = "activate it by hand if it should be on",
    weight: Weight = Weight.NOTE,
) -> Refusal:
    return Refusal(
        rule=rule,
        account_id=sub.id,
        subject=f"account {sub.id}",
        sentence=f"sub-account {sub.id} {sub.name} {fact}; left as it is",
        mend=mend,
        weight=weight,
    )


# -- suspend --------------------------------------------------------------------------------


def _plan_suspensions(family: FamilySnapshot) -> tuple[Suspension, ...]:
    cause = latest_block(family.changes, family.main.id)
    if family.main.status is not AccountStatus.BLOCKED or cause is None or not cause.by_system:
        return ()
    overdue = any(
        invoice.is_overdue(family.today) for invoice in family.invoices_of(family.main.id)
    )
    if not overdue:
        return ()
    done = {row.sub_id for row in family.own.suspensions if row.cause_id == cause.id}
    return tuple(
        Suspension(sub_id=sub.id, cause_id=cause.id)
        for sub in family.aggregated_subs()
        if sub.status is AccountStatus.ACTIVE
        and sub.id not in done
        and not family.is_elsewhere(sub)
    )
