"""Checking a world's books from its rows alone, without asking the ledger."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from connector.sandbox.money import ZERO
from connector.sandbox.records import CreditNote, Invoice, Payment, Relation, Transaction
from connector.sandbox.tables import Indexed
from connector.sandbox.world import World

LISTED = ("invoices", "credit_notes", "proformas", "payments", "transactions", "relations")


def picture(world: World) -> str:
    """All documents, postings, relations and balances as text; equal pictures are equal books."""
    balances = [row.deposit for row in world.billings]
    return repr([[list(getattr(world, name)) for name in LISTED], balances])


def check_books(world: World) -> None:
    """Every law of the books; an AssertionError names the row that breaks one."""
    for billing in world.billings:
        _check_balance(world, billing.customer_id)
    for relation in world.relations:
        _check_relation(world, relation)
    for invoice in world.invoices:
        _check_invoice(world, invoice)
    for note in world.credit_notes:
        _check_note(world, note)
    for payment in world.payments:
        _check_payment(world, payment)
    for row in world.transactions:
        _check_transaction(world, row)
    _check_proformas(world)
    _check_numbers(world)
    for table in (world.payments, world.transactions, world.relations):
        _check_index(table)


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _moved(row: Transaction) -> Decimal:
    """What a posting does to the balance, told from its columns."""
    if row.to_invoice and row.invoice_id is None and not row.at_once:
        return ZERO
    return row.total if row.type == "credit" else -row.total


def _check_balance(world: World, customer_id: int) -> None:
    """The balance is what postings make, what documents leave open, and what the witness saw."""
    deposit = world.billing_of(customer_id).deposit
    posted = world.transactions.of_customer(customer_id)
    assert deposit == _total(map(_moved, posted)), f"postings of {customer_id}"
    rests = _total(row.remind_amount for row in world.payments.of_customer(customer_id))
    rests += _total(row.remind_amount for row in world.credit_notes.of_customer(customer_id))
    for row in posted:
        if row.by_hand:
            rests += row.remind_amount if row.type == "credit" else -row.remind_amount
        elif row.at_once and not row.invoice_id:
            rests += _moved(row)
    invoices = world.invoices.of_customer(customer_id)
    dues = _total(row.due for row in invoices if row.status != "pending")
    assert deposit == rests - dues, f"documents of {customer_id}"
    effects = [row for row in world.witness.effects if row.customer_id == customer_id]
    assert deposit == -_total(row.amount for row in effects), f"witness of {customer_id}"


def _payer_of(world: World, relation: Relation) -> Payment | CreditNote | Transaction | None:
    match relation.type:
        case "payment":
            return world.payments.get(relation.payer_id)
        case "credit_note":
            note = world.credit_notes.get(relation.payer_id)
            return None if note is None or note.status == "deleted" else note
        case "transaction":
            row = world.transactions.get(relation.payer_id)
            return row if row is not None and row.type == "credit" and row.by_hand else None
    return None


def _check_relation(world: World, relation: Relation) -> None:
    """Both ends are there, live and of one customer, and only one of the targets is named."""
    payer = _payer_of(world, relation)
    invoice = world.invoices.get(relation.invoice_id)
    debit = world.transactions.get(relation.transaction_id or 0)
    assert payer is not None, relation
    assert (invoice is None) != (debit is None), relation
    assert invoice is None or invoice.status in {"not_paid", "paid"}, relation
    assert debit is None or (debit.type == "debit" and debit.by_hand), relation
    debt = invoice or debit
    assert debt is not None
    assert payer.customer_id == debt.customer_id == relation.customer_id, relation
    assert relation.amount > 0, relation


def _covers(world: World, debt: Invoice | Transaction) -> Decimal:
    def names(row: Relation) -> bool:
        if isinstance(debt, Invoice):
            return row.invoice_id == debt.id
        return row.transaction_id == debt.id

    return _total(row.amount for row in world.relations if names(row))


def _spends(world: World, kind: str, payer_id: int) -> Decimal:
    rows = (row for row in world.relations if (row.type, row.payer_id) == (kind, payer_id))
    return _total(row.amount for row in rows)


def _check_invoice(world: World, invoice: Invoice) -> None:
    posted = [row for row in world.transactions if row.invoice_id == invoice.id]
    debited = -_total(map(_moved, posted))
    covered = _covers(world, invoice)
    assert invoice.items, invoice
    if invoice.status in {"pending", "deleted"}:
        assert not posted, invoice
        assert covered == 0, invoice
        assert invoice.due == (invoice.total if invoice.status == "pending" else 0), invoice
        return
    assert debited == invoice.total >= 0, invoice
    assert invoice.due == invoice.total - covered >= 0, invoice
    assert invoice.status == ("not_paid" if invoice.due else "paid"), invoice
    assert (invoice.date_payment is None) == bool(invoice.due), invoice
    assert not invoice.due or not invoice.payment_id, invoice
    ids = {row.id for row in posted}
    assert {item.transaction_id for item in invoice.items} - {0} == ids, invoice


def _check_note(world: World, note: CreditNote) -> None:
    refunds = [row for row in world.payments if row.credit_note_id == note.id]
    credits_ = [row for row in world.transactions if row.credit_note_id == note.id]
    if note.status == "deleted":
        assert (refunds, credits_, note.remind_amount) == ([], [], ZERO), note
        return
    assert _total(map(_moved, credits_)) == note.total >= 0, note
    repaid = -_total(row.amount for row in refunds)
    used = _spends(world, "credit_note", note.id)
    assert note.remind_amount == note.total - used - repaid >= 0, note
    if note.remind_amount or not note.total:
        assert note.status == "not_refunded", note
    else:
        spent = "refunded" if refunds else world.switches.used_note_status
        assert note.status == spent, note
    assert note.payment_id == max((row.id for row in refunds), default=0), note


def _check_payment(world: World, payment: Payment) -> None:
    spent = _spends(world, "payment", payment.id)
    left = ZERO if payment.credit_note_id else payment.amount - spent
    assert payment.remind_amount == left, payment
    assert payment.amount != 0, payment
    assert left >= 0 or payment.amount < 0, payment
    posted = world.transactions.get(payment.transaction_id or 0)
    assert posted is not None, payment
    assert (posted.payment_id, _moved(posted)) == (payment.id, payment.amount), payment


def _check_transaction(world: World, row: Transaction) -> None:
    used = _covers(world, row) + _spends(world, "transaction", row.id)
    assert not row.by_hand or row.remind_amount == row.total - used >= 0, row
    assert used == 0 or row.by_hand, row
    carrier = world.invoices.get(row.invoiced_by_id or 0)
    assert not row.invoiced_by_id or (carrier and carrier.status != "deleted"), row
    assert row.invoice_id in {None, row.invoiced_by_id}, row


def _check_proformas(world: World) -> None:
    for proforma in world.proformas:
        named = [row for row in world.payments if row.request_id == proforma.id]
        paid = bool(named) and _total(row.amount for row in named) >= proforma.total
        assert (proforma.status == "paid") == paid, proforma
        assert (proforma.date_payment is None) == (not paid), proforma
        assert (proforma.payment_id != 0) == paid, proforma


def _numbers(world: World) -> Iterator[list[str]]:
    yield [row.number for row in world.invoices]
    yield [row.number for row in world.credit_notes]
    yield [row.number for row in world.proformas]
    yield [row.receipt_number for row in world.payments]


def _check_numbers(world: World) -> None:
    """Numbers are there, and taken once unless the switches let them be taken twice."""
    taken = (world.invoice_numbers, world.credit_numbers, world.proforma_numbers, world.receipts)
    for held, numbers in zip(taken, _numbers(world), strict=True):
        assert held == set(numbers)
        assert "" not in held
        if world.switches.unique_numbers and world.switches.unique_receipts:
            assert len(numbers) == len(held)


def _check_index(table: Indexed[Payment] | Indexed[Transaction] | Indexed[Relation]) -> None:
    """What an index finds is what reading the whole table finds."""
    for attr in table.attrs:
        for value in {getattr(row, attr) for row in table} - {0, None}:
            found = [row.id for row in table.having(attr, value)]
            assert found == sorted(row.id for row in table if getattr(row, attr) == value)
