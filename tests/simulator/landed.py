"""What became of writes that landed beyond the quiescence: nothing of it may be silent.

Up to the quiescence a late write is waited for, and nothing may stand twice for a moment. What lands
later was perhaps sent again meanwhile, and then stands twice for a while. At the end, when every
family has had its daily look, each landing must be one of these:

*settled*: its step took it for its own, or the world is as if it had not come late;

*repaired*: a further write of ours takes it back: a credit note in full, or a mark taken off again;

*left to a person*: a held step, an unverified plan, a refusal or a parking of its family names it.

A document that is repaired or left to a person is then left out of the books, which must be right
without it; and the auditor's findings may differ by just what is left to a person, to the cent.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from connector.sandbox.records import CreditNote, Invoice
from connector.sandbox.witness import ApiWrite
from tests.simulator.documents import ZERO, Books, marks_in
from tests.simulator.evidence import Evidence
from tests.simulator.excuses import held_by, only_ended, total_of
from tests.simulator.lateness import Landing
from tests.simulator.marks import Made

AMOUNTS = re.compile(r"should owe (-?[\d.]+), its balances make (-?[\d.]+)")
NUMBER = re.compile(r"(?:invoice|credit note) (\w+)")
SETTLED, REPAIRED, LEFT, SILENT = "settled", "repaired", "left to a person", "silent"
INVOICES, NOTES = "finance/invoices", "finance/credit-notes"
Document = Invoice | CreditNote
Found = dict[str, Any]


@dataclass(kw_only=True, slots=True)
class Landed:
    """The landings of a season, each with what became of it."""

    ends: Counter[str] = field(default_factory=Counter)
    silent: list[str] = field(default_factory=list)
    repaired: list[tuple[Made, Document]] = field(default_factory=list)
    left: list[tuple[Made, Document]] = field(default_factory=list)

    def without(self, books: Books) -> Books:
        """The books without the documents that are taken back, or that a person must take back."""
        explained = [document for _, document in (*self.repaired, *self.left)]
        invoices = {row.id for row in explained if isinstance(row, Invoice)}
        notes = {row.id for row in explained if isinstance(row, CreditNote)}
        voids = {
            (row["plan_id"], row["number"])
            for row in books.steps
            if row["kind"] == "void" and row["invoice_id"] in invoices
        }
        return replace(
            books,
            merged=[made for made in books.merged if made[1].id not in invoices],
            recharged=[made for made in books.recharged if made[1].id not in invoices],
            reliefs=[
                (mark, note)
                for mark, note in books.reliefs
                if note.id not in notes and mark not in voids
            ],
        )

    def explains(self, evidence: Evidence, finding: Found) -> bool:
        """Whether an auditor's finding is just what is left to a person."""
        match finding["rule"]:
            case "not_conserved":
                return self._differs_as_left(evidence, finding)
            case "marker_left":
                return bool(named_in(finding) & named(evidence, finding["family"]))
            case "stranger_touched":
                notes = {row.id for _, row in self.left if isinstance(row, CreditNote)}
                return only_ended(evidence, finding, notes)
            case "double_billing" | "lost_charge":
                return bool(named_in(finding) & set(self._sources(evidence)))
            case "relief_without_merge" | "wrong_total" | "tax_moved":
                return bool(named_in(finding) & set(self._beside(evidence)))
        return False

    def _differs_as_left(self, evidence: Evidence, finding: Found) -> bool:
        found = AMOUNTS.search(finding["detail"])
        mains = {row["plan_id"]: row["main_id"] for row in evidence.operations}
        left = sum(
            (
                document.total if isinstance(document, Invoice) else -document.total
                for (plan, _), document in self.left
                if mains[plan] == finding["family"]
            ),
            ZERO,
        )
        if not left or found is None:
            return False
        held = total_of(held_by(evidence, finding))
        return Decimal(found[2]) - Decimal(found[1]) in {left, left + held}

    def _beside(self, evidence: Evidence) -> Iterator[str]:
        """Numbers of the documents that are left to a person, and of those made of the same plans."""
        yield from (document.number for _, document in self.left)
        plans, books = {plan for (plan, _), _ in self.left}, evidence.books
        for (plan, _), document in (*books.merged, *books.recharged):
            if plans & {plan, books.undone.get(plan)}:
                yield document.number

    def _sources(self, evidence: Evidence) -> Iterator[str]:
        """Numbers of what the documents that are left to a person carry once more."""
        plans = {plan for (plan, _), _ in self.left}
        return (row["number"] for row in evidence.books.sources if row["plan_id"] in plans)


def judge_landings(evidence: Evidence, landings: Sequence[Landing]) -> Landed:
    """Say of each write that landed beyond the quiescence what became of it."""
    landed = Landed()
    for landing in landings:
        for write in landing.writes:
            end = _judge_write(evidence, landed, write)
            landed.ends[end] += 1
            if end is SILENT:
                late = landing.landed_at - landing.asked_at
                landed.silent.append(
                    f"{write.method} {write.resource} {write.record_id} landed {late} after it was "
                    "sent, and nothing of it is listed"
                )
    marked = {id(row) for _, row in (*evidence.books.merged, *evidence.books.recharged)}
    bare = [
        made for made in landed.left if isinstance(made[1], Invoice) and id(made[1]) not in marked
    ]
    landed.left = [*_surplus(evidence, {mark for mark, _ in landed.left}), *bare]
    return landed


def _surplus(evidence: Evidence, marks: set[Made]) -> Iterator[tuple[Made, Document]]:
    """What stands under some marks beside the one that should: the one that is known, or the first."""
    books = evidence.books
    made: list[tuple[Made, Document]] = [*books.merged, *books.recharged, *books.reliefs]
    for row in evidence.steps:
        mark = (row["plan_id"], row["number"])
        standing = sorted(
            ((document.id, document) for each, document in made if each == mark),
            key=lambda found: found[0],
        )
        if mark not in marks or not standing:
            continue
        kept = row["remote_id"] if row["state"] == "confirmed" else standing[0][0]
        for number, document in standing:
            if row["state"] == "cancelled" or number != kept:
                yield mark, document


def named(evidence: Evidence, main_id: int) -> set[str]:
    """Every word of what our journal lists for a person about a family."""
    plans = {row["plan_id"] for row in evidence.operations if row["main_id"] == main_id}
    listed = [
        *(row["why"] for row in evidence.unverified(main_id)),
        *(row["reason"] for row in evidence.steps if row["plan_id"] in plans and _is_held(row)),
        *(row["sentence"] for row in evidence.refusals if row["main_id"] == main_id),
    ]
    return set(re.findall(r"\w+", " ".join(listed)))


def named_in(finding: Found) -> set[str]:
    """The numbers of the documents that a finding is about."""
    return set(NUMBER.findall(finding["detail"]))


def _judge_write(evidence: Evidence, landed: Landed, write: ApiWrite) -> str:
    world = evidence.world
    match write.method, write.resource:
        case "POST", "finance/invoices":
            invoice = world.invoices.get(write.record_id)
            return _judge_document(evidence, landed, invoice, invoice.memo if invoice else "")
        case "POST", "finance/credit-notes":
            note = world.credit_notes.get(write.record_id)
            return _judge_document(evidence, landed, note, note.note if note else "")
        case "PUT", "finance/invoices":
            return _judge_mark(evidence, world.invoices.get(write.record_id))
    return SETTLED  # a status, of which the auditor knows whether it is right


def _judge_document(
    evidence: Evidence, landed: Landed, document: Document | None, text: str
) -> str:
    marks = [] if document is None else marks_in(document, text) or _mark_once(evidence, document)
    if document is None or not marks:
        return SETTLED  # a person took it away
    (mark, *_) = marks
    (step,) = [row for row in evidence.steps if (row["plan_id"], row["number"]) == mark]
    if step["state"] == "confirmed" and step["remote_id"] == document.id:
        return SETTLED
    if isinstance(document, Invoice) and _is_voided(evidence, document):
        landed.repaired.append((mark, document))
        return REPAIRED
    mains = [row["main_id"] for row in evidence.operations if row["plan_id"] == mark[0]]
    if document.number in named(evidence, mains[0]):
        landed.left.append((mark, document))
        return LEFT
    return SILENT


def _mark_once(evidence: Evidence, document: Document) -> list[Made]:
    """The mark of a document whose mark people took off after we had seen it."""
    plans = {
        row["plan_id"]
        for row in evidence.steps
        if row["kind"] == "void" and row["invoice_id"] == document.id
    }
    return [
        (row["plan_id"], row["number"])
        for row in evidence.steps
        if row["plan_id"] in plans and row["kind"] == "issue" and isinstance(document, Invoice)
    ]


def _is_voided(evidence: Evidence, invoice: Invoice) -> bool:
    return any(
        row["kind"] == "void" and row["invoice_id"] == invoice.id and row["state"] == "confirmed"
        for row in evidence.steps
    )


def _judge_mark(evidence: Evidence, invoice: Invoice | None) -> str:
    """A claim or its hand-back: right, if a mark stands just where a merge stands or is under way."""
    if invoice is None:
        return SETTLED
    states = {row["plan_id"]: (row["state"], row["main_id"]) for row in evidence.operations}
    for plan, _ in marks_in(invoice, invoice.memo):
        state, main_id = states[plan]
        if state == "withdrawn" and invoice.number not in named(evidence, main_id):
            return SILENT
        if state == "withdrawn":
            return LEFT
    handed_back = Counter(
        row["plan_id"]
        for row in evidence.steps
        if row["kind"] == "unclaim" and row["invoice_id"] == invoice.id
    )
    return REPAIRED if max(handed_back.values(), default=0) > 1 else SETTLED


def _is_held(step: Found) -> bool:
    return bool(step["state"] == "held")
