"""The sources of a merge: which invoices of a family may be moved, and why the others may not."""

from __future__ import annotations

from collections import defaultdict

from connector.domain.accounts import (
    Account,
    AccountStatus,
    BillingMode,
    BillingType,
    Cycle,
    cycle_of,
)
from connector.domain.ids import AccountId
from connector.domain.invoices import Invoice, InvoiceStatus, total_of
from connector.domain.links import Link
from connector.domain.marker import markers_in
from connector.domain.money import CENT
from connector.domain.refusals import Refusal, Weight
from connector.domain.snapshot import FamilySnapshot

MAIN_MAY_PAY = frozenset({AccountStatus.NEW, AccountStatus.ACTIVE, AccountStatus.BLOCKED})


def judge_family(family: FamilySnapshot) -> Refusal | None:
    """Why nothing of this family may be merged at all, or None."""
    main = family.main
    if family.quarantined:
        broken = family.quarantined[0]
        return Refusal(
            rule="quarantined",
            account_id=main.id,
            subject=f"{broken.resource} {broken.object_id}",
            sentence=f"{broken.resource} {broken.object_id}: field {broken.field} {broken.problem}",
            mend="correct the record on the platform; until then nothing of this family is written",
        )
    if main.status not in MAIN_MAY_PAY:
        return Refusal(
            rule="main_inactive",
            account_id=main.id,
            subject=f"main account {main.id}",
            sentence=f"main account {main.id} {main.name} is {main.status}",
            mend="activate the main account, or end its links",
        )
    return None


def gather_sources(
    family: FamilySnapshot,
) -> tuple[dict[Cycle, list[Invoice]], list[Refusal]]:
    """Sources by cycle, the main's own first, and a refusal for each that had to be left out."""
    found: dict[Cycle, list[Invoice]] = defaultdict(list)
    refusals: list[Refusal] = []
    for link, sub in family.live_links():
        if link.mode is not BillingMode.AGGREGATED:
            continue
        candidates = [inv for inv in _unmerged(family, sub.id) if _covers(family, link, inv)]
        if candidates and (refusal := _judge_sub(family, sub)):
            refusals.append(refusal)
            continue
        _sort_out(family, candidates, found, refusals)
    for cycle, sources in found.items():
        own = [inv for inv in _unmerged(family, family.main.id) if inv.issued_on in cycle]
        folded: dict[Cycle, list[Invoice]] = {cycle: []}
        _sort_out(family, own, folded, refusals)
        sources[:0] = folded[cycle]
    return dict(found), refusals


def _unmerged(family: FamilySnapshot, account_id: AccountId) -> list[Invoice]:
    ours = family.own.taken | family.own.issued
    return [inv for inv in family.invoices_of(account_id) if inv.id not in ours]


def _covers(family: FamilySnapshot, link: Link, invoice: Invoice) -> bool:
    first_day = cycle_of(link.since, family.billing.billing_day).start
    return invoice.issued_on >= first_day and (link.until is None or invoice.issued_on < link.until)


def _sort_out(
    family: FamilySnapshot,
    candidates: list[Invoice],
    found: dict[Cycle, list[Invoice]],
    refusals: list[Refusal],
) -> None:
    for invoice in candidates:
        if refusal := _judge_invoice(invoice):
            refusals.append(refusal)
        elif invoice.is_open:
            cycle = cycle_of(invoice.issued_on, family.billing.billing_day)
            found.setdefault(cycle, []).append(invoice)


def _judge_sub(family: FamilySnapshot, sub: Account) -> Refusal | None:
    main = family.main
    billing = next((row for row in family.sub_billings if row.account_id == sub.id), None)
    reasons: list[tuple[str, str, str]] = []
    if sub.native_main_id == main.id and (
        billing is None or billing.native_mode is BillingMode.AGGREGATED
    ):
        reasons.append(
            (
                "native_aggregation",
                "is aggregated by the platform itself",
                "nothing to do: the platform charges the main account, we only watch and release",
            )
        )
    elif sub.native_main_id not in (None, main.id):
        reasons.append(
            (
                "drift",
                f"hangs under account {sub.native_main_id} on the platform",
                "make both say the same: unlink it there, or remove our link",
            )
        )
    if sub.partner_id != main.partner_id:
        reasons.append(
            (
                "other_partner",
                "belongs to another partner",
                "move it to the main's partner, or unlink",
            )
        )
    if sub.billing_type is not BillingType.RECURRING:
        reasons.append(
            ("not_recurring", f"is billed as {sub.billing_type}", "link it as independent")
        )
    for rule, fact, mend in reasons[:1]:
        return Refusal(
            rule=rule,
            account_id=sub.id,
            subject=f"account {sub.id}",
            sentence=f"sub-account {sub.id} {sub.name} of main account {main.id} {fact}",
            mend=mend,
            weight=Weight.NOTE if rule == "native_aggregation" else Weight.ACT,
        )
    return None


def _judge_invoice(invoice: Invoice) -> Refusal | None:
    rule = sentence = mend = ""
    if invoice.status is InvoiceStatus.PENDING:
        rule, sentence = "pending", "has a charge under way"
        mend = "wait until the charge has ended; it is looked at again by itself"
    elif invoice.is_open and invoice.is_partly_paid:
        rule, sentence = "partly_paid", f"is partly paid ({invoice.due} of {invoice.total} due)"
        mend = "collect the rest from the sub-account, or credit it by hand"
    elif invoice.is_open and markers_in(invoice.memo):
        rule, sentence = "marked", "carries the mark of a plan that this store does not hold"
        mend = "check the plan named in its memo; if it is void, remove that line from the memo"
    elif invoice.is_open and abs(total_of(invoice.items) - invoice.total) > CENT:
        rule = "total_mismatch"
        sentence = f"says {invoice.total}, but its lines make {total_of(invoice.items)}"
        mend = "correct the invoice on the platform, or settle it by hand"
    if not rule:
        return None
    return Refusal(
        rule=rule,
        account_id=invoice.account_id,
        subject=f"invoice {invoice.number}",
        sentence=f"invoice {invoice.number} of account {invoice.account_id} {sentence}",
        mend=mend,
    )
