"""The sources of a merge: which invoices of a family may be moved, and why the others may not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

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
from connector.domain.marker import has_room, markers_in
from connector.domain.money import CENT
from connector.domain.refusals import Refusal, Weight
from connector.domain.snapshot import FamilySnapshot

MAIN_MAY_PAY = frozenset({AccountStatus.NEW, AccountStatus.ACTIVE, AccountStatus.BLOCKED})

MARKED = (
    "marked",
    "carries the mark of a plan that is over, or that this store does not hold",
    "check the plan named in its memo; if it is void, remove that line from the memo",
)
MEMO_FULL = (
    "memo_full",
    "has a memo that is too long to take our mark",
    "shorten the memo on the platform; it is looked at again by itself",
)
NOT_COVERED = (
    "before_link",
    "is dated outside the cycles that the link covers",
    "nothing to do: the sub-account pays it itself",
)
OVERDUE = (
    "overdue",
    "is overdue; it stays as it is, since a new document would start its dunning afresh",
    "nothing to do: the main account pays it apart",
)


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
        fact, mend = f"is {main.status}", "activate the main account, or end its links"
        return _refuse_main(main, "main_inactive", fact, mend)
    if main.billing_type is not BillingType.RECURRING:
        fact, mend = f"is billed as {main.billing_type}", "bill it as recurring, or end its links"
        return _refuse_main(main, "main_not_recurring", fact, mend)
    if main.native_main_id is not None:
        fact = f"is a sub-account of {main.native_main_id} on the platform itself"
        return _refuse_main(main, "main_is_sub", fact, "unlink it there, or end its links here")
    return None


def _refuse_main(main: Account, rule: str, fact: str, mend: str) -> Refusal:
    return Refusal(
        rule=rule,
        account_id=main.id,
        subject=f"main account {main.id}",
        sentence=f"main account {main.id} {main.name} {fact}",
        mend=mend,
    )


def gather_sources(
    family: FamilySnapshot,
) -> tuple[dict[Cycle, list[Invoice]], list[Refusal]]:
    """Sources by cycle, the main's own first, and a refusal for each that had to be left out."""
    found: dict[Cycle, list[Invoice]] = defaultdict(list)
    refusals: list[Refusal] = []
    for link, sub in family.live_links():
        if link.mode is not BillingMode.AGGREGATED:
            continue
        unmerged = _unmerged(family, sub.id)
        candidates = [inv for inv in unmerged if _covers(family, link, inv)]
        refusals.extend(
            _refuse_invoice(inv, *NOT_COVERED, weight=Weight.NOTE)
            for inv in unmerged
            if inv.is_open and inv not in candidates
        )
        if candidates and (refusal := judge_sub(family, sub)):
            refusals.append(refusal)
            continue
        _sort_out(family, candidates, found, refusals)
    own = _unmerged(family, family.main.id)
    for cycle in tuple(found):
        if doubtful := [inv for inv in own if _is_unexplained(inv, cycle)]:
            refusals.extend(_refuse_invoice(inv, *MARKED) for inv in doubtful)
            del found[cycle]
            continue
        mine = [inv for inv in own if inv.issued_on in cycle]
        late = [inv for inv in mine if inv.is_overdue(family.today)]
        refusals.extend(_refuse_invoice(inv, *OVERDUE, weight=Weight.NOTE) for inv in late)
        folded: dict[Cycle, list[Invoice]] = {cycle: []}
        _sort_out(family, [inv for inv in mine if inv not in late], folded, refusals)
        found[cycle][:0] = folded[cycle]
    refusals.extend(_undone(family))
    return dict(found), list(dict.fromkeys(refusals))


def _undone(family: FamilySnapshot) -> Iterator[Refusal]:
    """What people had taken off a merged invoice again is not put onto another one."""
    open_ones = {invoice.id: invoice for invoice in family.invoices if invoice.is_open}
    for row in family.own.recharges:
        if row.invoice_id in open_ones:
            yield _refuse_invoice(
                open_ones[row.invoice_id],
                "undone",
                f"was charged anew by the undo {row.plan_id}, which {row.by} asked for",
                "nothing to do: the account pays it itself; to have it merged after all, credit it "
                "and charge it anew",
                weight=Weight.NOTE,
            )


def _unmerged(family: FamilySnapshot, account_id: AccountId) -> list[Invoice]:
    ours = family.own.taken | family.own_documents
    return [inv for inv in family.invoices_of(account_id) if inv.id not in ours]


def _covers(family: FamilySnapshot, link: Link, invoice: Invoice) -> bool:
    first_day = cycle_of(link.since, family.billing.billing_day).start
    day = invoice.issued_on
    if day >= link.since:
        return link.until is None or day < link.until
    return day >= first_day and not any(
        row.sub_id == link.sub_id and row.mode is BillingMode.INDEPENDENT and row.holds_on(day)
        for row in family.links
    )


def _is_unexplained(invoice: Invoice, cycle: Cycle) -> bool:
    """Whether the main may have been charged for this cycle by a plan that we know nothing of."""
    charges = invoice.is_open or invoice.status is InvoiceStatus.PENDING
    return charges and invoice.issued_on >= cycle.start and bool(markers_in(invoice.memo))


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


def judge_sub(family: FamilySnapshot, sub: Account) -> Refusal | None:
    """Why no invoice of an aggregated sub-account may be merged, or None."""
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
    elif family.is_elsewhere(sub):
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
    if invoice.status is InvoiceStatus.PENDING:
        mend = "wait until the charge has ended; it is looked at again by itself"
        return _refuse_invoice(invoice, "pending", "has a charge under way", mend)
    if not invoice.is_open:
        return None
    if invoice.is_partly_paid:
        fact = f"is partly paid ({invoice.due} of {invoice.total} due)"
        mend = "collect the rest where it was invoiced, or credit it by hand"
        return _refuse_invoice(invoice, "partly_paid", fact, mend)
    if markers_in(invoice.memo) or not has_room(invoice.memo):
        return _refuse_invoice(invoice, *(MARKED if markers_in(invoice.memo) else MEMO_FULL))
    if abs(total_of(invoice.items) - invoice.total) > CENT:
        fact = f"says {invoice.total}, but its lines make {total_of(invoice.items)}"
        mend = "correct the invoice on the platform, or settle it by hand"
        return _refuse_invoice(invoice, "total_mismatch", fact, mend)
    return None


def _refuse_invoice(
    invoice: Invoice, rule: str, fact: str, mend: str, *, weight: Weight = Weight.ACT
) -> Refusal:
    return Refusal(
        rule=rule,
        account_id=invoice.account_id,
        subject=f"invoice {invoice.number}",
        sentence=f"invoice {invoice.number} of account {invoice.account_id} {fact}",
        mend=mend,
        weight=weight,
    )
