"""What an auditor's finding may be excused by: a person caused it, and our journal lists it.

Nothing is excused in a family that no person touched. For the others:

*not_conserved*, if the difference is to the cent what the family's held reliefs make. A source that
was paid, credited or deleted between the merged invoice and its relief is not relieved any more; a
person must credit the main, and is told that amount. The same holds for sources that were handed back,
unrelieved, because staff deleted or credited away the merged invoice: they stand as they did. And
for a credit on the merged invoice that is held, because staff deleted the main account.

*double_billing* and *marker_left* of a source whose relief is held or handed back, or that the journal names as
not in order after the merge: it stands open beside the merged invoice, claimed, until that person has
decided. *relief_without_merge* of a credit note of ours in such a merge, or on a source that a payment covers: the
source was paid or credited between the last look and the credit note, which then found nothing to
relieve.

*wrong_total* and *tax_moved* of a merged invoice, if a source of it was deleted or edited after the
merge and its relief is held: the auditor takes a source as it is now, the plan as it was. Or if
people edited the merged invoice itself.

*marker_left* also, if the operator gave up the hand-back: he takes the mark off himself.

*left_blocked*, if our journal lists that the account owes something itself: staff debited it.

*stranger_touched*, if the account was a sub-account and each write since then ends what had begun
before (a claim handed back, a source relieved that a merged invoice carried already, or a charge
handed back of a merge undone), or came within a minute after the account was deleted, between a
look and a send.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from connector.sandbox.records import Relation
from tests.simulator.evidence import Evidence

AMOUNTS = re.compile(r"should owe (-?[\d.]+), its balances make (-?[\d.]+)")
TOTALS = re.compile(r"merged invoice (\w+): (?:total (-?[\d.]+), its sources make (-?[\d.]+))?")
NOTE = re.compile(r"credit note (\w+) of")
A_MINUTE = timedelta(minutes=1)
ZERO = Decimal(0)
NUMBER = re.compile(r"invoice (\w+) of")
Found = dict[str, Any]


def is_excused(evidence: Evidence, finding: Found) -> bool:
    """Whether people caused a finding, and our journal lists the very thing for a person."""
    judge = EXCUSES.get(finding["rule"])
    return judge is not None and judge(evidence, finding)


def held_by(evidence: Evidence, finding: Found) -> list[Found]:
    """The unrelieved sources of a family that a person touched, held or handed back."""
    held = [*evidence.held_reliefs(finding["family"]), *evidence.handed_back(finding["family"])]
    accounts = {finding["family"], finding["account"], *(row["account_id"] for row in held)}
    return held if evidence.has_deed(accounts) else []


def _differs_as_listed(evidence: Evidence, finding: Found) -> bool:
    held = [*held_by(evidence, finding), *evidence.held_credits(finding["family"])]
    found = AMOUNTS.search(finding["detail"])
    return bool(held) and found is not None and _difference(found[2], found[1]) == total_of(held)


def _is_listed(evidence: Evidence, finding: Found) -> bool:
    found = NUMBER.search(finding["detail"])
    if found is None or not evidence.has_deed({finding["family"], finding["account"]}):
        return False
    named = " ".join(row["why"] for row in evidence.unverified(finding["family"]))
    return found[1] in _numbers(evidence, held_by(evidence, finding)) or found[1] in named


def _is_listed_or_given_up(evidence: Evidence, finding: Found) -> bool:
    """As above; or the operator gave up the hand-back of this very claim."""
    found = NUMBER.search(finding["detail"])
    is_given_up = found is not None and found[1] in _numbers(evidence, evidence.given_up())
    return is_given_up or _is_listed(evidence, finding)


def _relieves_too_late(evidence: Evidence, finding: Found) -> bool:
    found = NOTE.search(finding["detail"])
    if not evidence.has_deed({finding["account"]}):
        return False
    plans = {row["plan_id"] for row in evidence.unverified(finding["family"])}
    rows = evidence.world.relations.of_customer(finding["account"])
    paid = {row.invoice_id for row in rows if row.type == "payment" or _is_of_staff(evidence, row)}
    ours = {
        note.number
        for (plan, _), note in evidence.books.reliefs
        if plan in plans or note.linked_id in paid
    }
    return found is not None and found[1] in ours


def _is_of_staff(evidence: Evidence, row: Relation) -> bool:
    """Whether an invoice was settled by a credit note that staff made."""
    note = evidence.world.credit_notes.get(row.payer_id)
    return row.type == "credit_note" and note is not None and note.added_by != "api"


def _owes_itself(evidence: Evidence, finding: Found) -> bool:
    account = finding["account"]
    listed = {row["account_id"] for row in evidence.refusals if row["rule"] == "own_debt"}
    return account in listed and evidence.has_deed({account})


def _misses_changed(evidence: Evidence, finding: Found) -> bool:
    """Whether a merged invoice differs from its sources just by what people made of these since."""
    found = TOTALS.search(finding["detail"])
    if found is None:
        return False
    plans = {plan for (plan, _), merged in evidence.books.merged if merged.number == found[1]}
    for row in evidence.steps:  # whose mark people took off is known by the journal
        merged = evidence.world.invoices.get(row["remote_id"] or 0)
        if row["kind"] == "issue" and merged is not None and merged.number == found[1]:
            plans.add(row["plan_id"])
            if merged.id in evidence.edited:
                return True
    held = [*held_by(evidence, finding), *evidence.held_credits(finding["family"])]
    rows = [row for row in held if row["plan_id"] in plans]
    changed = total_of(rows) - sum((_now(evidence, row["invoice_id"]) for row in rows), ZERO)
    if finding["rule"] == "tax_moved":
        return bool(changed)
    return bool(changed) and _difference(found[2], found[3]) == changed


def _now(evidence: Evidence, invoice_id: int) -> Decimal:
    """What a source makes now, as the auditor sees it; nothing if it was deleted."""
    invoice = evidence.world.invoices.get(invoice_id)
    charge = evidence.world.witness.charges.get(invoice_id)
    is_gone = invoice is None or invoice.status == "deleted" or charge is None
    return ZERO if is_gone or charge is None else charge.total


def only_ended(evidence: Evidence, finding: Found, known: Collection[int] = ()) -> bool:
    """Whether all writes to a former sub-account only ended what had begun while it was one.

    Of the credit notes, some may be ``known`` to have been carried out too late.
    """
    account = finding["account"]
    past = [row for row in evidence.world.former_links if row.link.sub_id == account]
    if not past:
        return False
    deleted = [
        deed
        for deed in evidence.world.people.deeds
        if (deed.action, deed.customer_id, deed.outcome) == ("delete_customer", account, "done")
    ]
    ours = [row for row in evidence.steps if row["account_id"] == account and row["attempts"]]
    marked = {row["invoice_id"] for row in ours if row["kind"] == "unclaim"}
    handed_back = {row["remote_id"] for row in ours if row["kind"] == "recharge"}
    reliefs = {row["remote_id"] for row in ours if row["kind"] == "relieve"} | set(known)
    ends = {"finance/invoices": marked | handed_back, "finance/credit-notes": reliefs}
    return all(
        write.record_id in ends.get(write.resource, set())
        or any(write.at - deed.at < A_MINUTE for deed in deleted)
        for write in evidence.world.witness.writes
        if write.customer_id == account and write.request > past[-1].requests
    )


def _difference(found: str, wanted: str) -> Decimal:
    return Decimal(found) - Decimal(wanted)


def total_of(held: list[Found]) -> Decimal:
    """What some reliefs make together."""
    return sum((Decimal(json.loads(row["effect"])["total"]) for row in held), ZERO)


def _numbers(evidence: Evidence, held: list[Found]) -> set[str]:
    invoices = (evidence.world.invoices.get(row["invoice_id"]) for row in held)
    return {invoice.number for invoice in invoices if invoice is not None}


EXCUSES: Mapping[str, Callable[[Evidence, Found], bool]] = {
    "not_conserved": _differs_as_listed,
    "double_billing": _is_listed,
    "marker_left": _is_listed_or_given_up,
    "relief_without_merge": _relieves_too_late,
    "wrong_total": _misses_changed,
    "tax_moved": _misses_changed,
    "left_blocked": _owes_itself,
    "stranger_touched": only_ended,
}
