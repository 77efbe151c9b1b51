"""Invariants over the platform's documents and our journal; they hold at every moment."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connector.sandbox.records import CreditNote, Invoice
from connector.sandbox.world import World
from tests.simulator.cabinet import Cabinet, Rows
from tests.simulator.marks import Made, is_whole, seen_in

ZERO = Decimal(0)
REVOKE = 1  #: number of the step that revokes a merged invoice, in every undo


@dataclass(frozen=True, kw_only=True, slots=True)
class Books:
    """The documents an API key made and that stand, by plan and step; and the plans' sources."""

    world: World
    merged: list[tuple[Made, Invoice]]
    recharged: list[tuple[Made, Invoice]]
    reliefs: list[tuple[Made, CreditNote]]
    sources: Rows
    steps: Rows
    undone: dict[str, str]  #: by undo, the merge that it takes back

    @classmethod
    def of(cls, world: World, cabinet: Cabinet) -> Books:
        """Gather them now."""
        invoices = [row for row in world.invoices if row.added_by == "api"]
        notes = [row for row in world.credit_notes if row.added_by == "api"]
        issued = [(mark, row) for row in invoices for mark in marks_in(row, row.memo)]
        undos = cabinet.rows("SELECT plan_id, undoes FROM operation WHERE kind = 'undo'")
        undone = {row["plan_id"]: row["undoes"] for row in undos}
        return cls(
            world=world,
            merged=[made for made in issued if made[0][0] not in undone],
            recharged=[made for made in issued if made[0][0] in undone],
            reliefs=[(mark, row) for row in notes for mark in marks_in(row, row.note)],
            sources=cabinet.rows("SELECT * FROM source"),
            steps=cabinet.rows("SELECT * FROM step"),
            undone=undone,
        )


def marks_in(document: Invoice | CreditNote, text: str) -> list[Made]:
    """Which steps a standing document says it is of."""
    if document.status == "deleted":
        return []
    return [(mark[0], int(mark[1])) for mark in seen_in(text) if is_whole(mark)]


def judge_books(books: Books) -> Iterator[str]:
    """What is wrong now; nothing of this is ever right, not even between two writes."""
    yield from _judge_marks(books)
    yield from _judge_sources(books)
    yield from _judge_reliefs(books)
    yield from _judge_recharges(books)


def _judge_marks(books: Books) -> Iterator[str]:
    issued = [*books.merged, *books.recharged]
    for kind, made in (("invoice", issued), ("credit note", books.reliefs)):
        for mark, times in Counter(mark for mark, _ in made).items():
            if times > 1:
                yield f"the {kind} of step {mark[1]} of {mark[0]} stands {times} times"


def _judge_sources(books: Books) -> Iterator[str]:
    """Each source's money is on at most one standing merged document that was not credited away."""
    carrying = {plan for (plan, _), row in books.merged if not _is_credited_away(books, row)}
    times = Counter(row["invoice_id"] for row in books.sources if row["plan_id"] in carrying)
    for invoice_id, count in times.items():
        if count > 1:
            yield f"source {invoice_id} is carried by {count} merged invoices"


def _is_credited_away(books: Books, invoice: Invoice) -> bool:
    """Whether credit notes, of whomever, took all of an invoice back: it charges nothing any more."""
    notes = books.world.credit_notes.of_customer(invoice.customer_id)
    bound = (row for row in notes if row.linked_id == invoice.id and row.status != "deleted")
    return sum((row.total for row in bound), ZERO) >= invoice.total


def _judge_reliefs(books: Books) -> Iterator[str]:
    """No source is credited with more than the plan took over, no merged one with more than it made."""
    about = {(row["plan_id"], row["number"]): row["invoice_id"] for row in books.steps}
    totals = {(row["plan_id"], row["invoice_id"]): Decimal(row["total"]) for row in books.sources}
    for row in books.steps:
        if row["kind"] in {"revoke", "void"}:
            totals[row["plan_id"], row["invoice_id"]] = amount_of(row)
    credited: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for mark, note in books.reliefs:
        invoice_id = about.get(mark)
        if invoice_id is None:
            yield f"credit note {note.number} bears a mark of no step of ours"
            continue
        credited[mark[0], invoice_id] += note.total
    for key, amount in credited.items():
        if amount > totals.get(key, ZERO):
            yield f"source {key[1]} was credited {amount} by {key[0]}, it made {totals.get(key)}"


def _judge_recharges(books: Books) -> Iterator[str]:
    """Nobody is charged anew while the merged invoice can be paid, nor with other amounts."""
    meant = {(row["plan_id"], row["number"]): row for row in books.steps}
    revoked = {plan for (plan, number), _ in books.reliefs if number == REVOKE}
    edited = {row.document_id for row in books.world.witness.effects if row.kind == "invoice_edit"}
    for mark, invoice in books.recharged:
        row = meant[mark]
        if invoice.customer_id != row["account_id"]:
            yield f"step {mark[1]} of {mark[0]} charges {invoice.customer_id} anew"
        if invoice.total != amount_of(row) and invoice.id not in edited:
            yield f"invoice {invoice.number} makes {invoice.total}, meant was {amount_of(row)}"
        if mark[0] not in revoked:
            yield f"invoice {invoice.number} charges anew what the merged invoice still carries"


def amount_of(step: dict[str, Any]) -> Decimal:
    """The total of the document that a step is to leave."""
    return Decimal(json.loads(step["effect"])["total"])


def judge_taxes(books: Books) -> Iterator[str]:
    """At the end: a merged invoice has each rate's net amount as its sources have it."""
    edited = {row.document_id for row in books.world.witness.effects if row.kind == "invoice_edit"}
    for (plan, _), merged in books.merged:
        ids = [row["invoice_id"] for row in books.sources if row["plan_id"] == plan]
        sources = [books.world.invoices.get(number) for number in ids]
        if edited & {merged.id, *ids} or None in sources:
            continue
        meant = _by_rate([row for row in sources if row is not None])
        made = _by_rate([merged])
        for rate in sorted(meant.keys() | made.keys()):
            allowed = ZERO if rate else Decimal("0.01") * len(ids)
            if abs(meant[rate] - made[rate]) > allowed:
                yield f"plan {plan}: {made[rate]} at {rate} %, its sources have {meant[rate]}"


def judge_recharged_taxes(books: Books) -> Iterator[str]:
    """At the end: what is charged anew has each rate's net amount as it was relieved."""
    meant = {(row["plan_id"], row["number"]): row for row in books.steps}
    edited = {row.document_id for row in books.world.witness.effects if row.kind == "invoice_edit"}
    for (plan, number), invoice in books.recharged:
        source = meant[plan, number]["invoice_id"]
        reliefs = [
            note
            for (merge, step), note in books.reliefs
            if merge == books.undone[plan] and meant[merge, step]["kind"] == "relieve"
            if meant[merge, step]["invoice_id"] == source
        ]
        made, relieved = _by_rate([invoice]), _by_rate(reliefs)
        moved = {rate for rate in made.keys() | relieved.keys() if made[rate] != relieved[rate]}
        if reliefs and invoice.id not in edited and moved:
            yield f"invoice {invoice.number} charges source {source} anew at other rates"


def _by_rate(invoices: Iterable[Invoice | CreditNote]) -> dict[Decimal, Decimal]:
    sums: dict[Decimal, Decimal] = defaultdict(Decimal)
    for invoice in invoices:
        for item in invoice.items:
            sums[item.tax] += item.price * item.quantity
    return sums


def judge_releases(books: Books) -> Iterator[str]:
    """At the end: nobody was released from a block that bears a person's name in the log."""
    own = books.world.switches.api_status_admin
    for row in books.steps:
        if row["kind"] != "release" or not row["attempts"]:
            continue
        block = books.world.changes.get(row["block_id"])
        if block is None or block.administrator_id not in {0, own}:
            yield f"account {row['account_id']} was released from block {row['block_id']}"
