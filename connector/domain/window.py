"""The window of a merge: how long a cycle waits for members that have not issued yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from connector.domain.accounts import Account, AccountStatus, Cycle
from connector.domain.ids import AccountId
from connector.domain.invoices import Invoice, InvoiceStatus
from connector.domain.policy import MergePolicy
from connector.domain.snapshot import FamilySnapshot
from connector.domain.sources import gather_sources, judge_sub

CHARGED = frozenset({AccountStatus.ACTIVE, AccountStatus.BLOCKED})
"""Statuses in which the platform goes on charging (Splynx: blocked accounts are still charged)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenWindow:
    """A cycle that is not merged yet, why, and when it will be looked at again."""

    cycle: Cycle
    until: datetime
    sentence: str


def judge_window(
    family: FamilySnapshot, cycle: Cycle, sources: list[Invoice], policy: MergePolicy
) -> OpenWindow | None:
    """Why a cycle with sources is not merged yet, or None when its window is closed."""
    opened = min(inv.issued_on for inv in sources if inv.account_id != family.main.id)
    closes = datetime.combine(opened, time.min, tzinfo=family.at.tzinfo) + policy.window
    members = _charged_members(family)
    absent = [
        member
        for member in members
        if member.id in family.serviced and not _has_issued(family, member, cycle)
    ]
    if absent and family.at < closes:
        names = ", ".join(f"{member.id} {member.name}" for member in absent[:3])
        more = f" and {len(absent) - 3} more" if len(absent) > len(absent[:3]) else ""
        sentence = f"waiting for {len(absent)} of {len(members)}: {names}{more}"
        return OpenWindow(cycle=cycle, until=closes, sentence=sentence)
    if guard_ends := guarded_until(family.at, policy):
        sentence = "too near to the platform's own charge and blocking jobs"
        return OpenWindow(cycle=cycle, until=guard_ends, sentence=sentence)
    return None


def _charged_members(family: FamilySnapshot) -> tuple[Account, ...]:
    subs = (sub for sub in family.aggregated_subs() if judge_sub(family, sub) is None)
    members = (family.main, *subs)
    return tuple(member for member in members if member.status in CHARGED)


def _has_issued(family: FamilySnapshot, member: Account, cycle: Cycle) -> bool:
    return any(
        invoice.issued_on in cycle
        and invoice.id not in family.own_documents
        and invoice.status is not InvoiceStatus.DELETED
        for invoice in family.invoices_of(member.id)
    )


def undecided_members(family: FamilySnapshot) -> frozenset[AccountId]:
    """Charged members without an invoice in a cycle that has sources: do they have a service?"""
    candidates, _ = gather_sources(family)
    return frozenset(
        account.id
        for cycle in candidates
        for account in _charged_members(family)
        if not _has_issued(family, account, cycle)
    )


def guarded_until(at: datetime, policy: MergePolicy) -> datetime | None:
    """When the guard around the platform's own charge and blocking jobs ends, if it is on."""
    for moment in policy.guard_times:
        for day in (at.date() - timedelta(days=1), at.date(), at.date() + timedelta(days=1)):
            centre = datetime.combine(day, moment, tzinfo=at.tzinfo)
            if abs(at - centre) < policy.guard:
                return centre + policy.guard
    return None
