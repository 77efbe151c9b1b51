"""What a copy cannot show of the past, brought forward: balances, cover, and periods charged.

The ledger of a sandbox holds at all times: a balance is the sum of its transactions, what is due
on an invoice is its total less what covers it. A copy has the latest weeks only, so one opening
transaction per account and one opening cover per invoice stand for all that went before; the
balance and the dues are the platform's own.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

from connector.rehearsal.copy import Copy
from connector.sandbox.ledger.allocation import covered
from connector.sandbox.ledger.postings import effect_on_balance
from connector.sandbox.money import ZERO
from connector.sandbox.records import Billing, Invoice, Item, Relation, Service, Transaction
from connector.sandbox.world import World

SETTLED = frozenset({"paid", "not_paid"})
SHOWN = 10
OPENING_CATEGORY = 1
FORWARD = "Brought forward"


def bring_forward(world: World, copy: Copy) -> list[str]:
    """Make the ledger whole; a sentence for what does not add up on the platform."""
    warnings = [_bring_cover(world, invoice) for invoice in world.invoices]
    uncharged = [
        row.id for row in world.services if row.status == "active" and not _lines(world, row)
    ]
    for service in world.services:
        _bring_charges(world, service)
    odd = [billing.id for billing in world.billings if not _is_explained(world, billing)]
    for billing in world.billings:
        _bring_balance(world, billing, copy.since)
    if odd:
        shown = ", ".join(str(number) for number in odd[:SHOWN])
        warnings.append(
            f"the balance of {len(odd)} accounts is not what their open documents and unused"
            f" payments make ({shown}{' …' if len(odd) > SHOWN else ''}); it was taken as it is"
        )
    if uncharged:
        warnings.append(
            f"{len(uncharged)} active services were not charged since {copy.since}: they are"
            " charged on their next billing day, with the tax of their account's other lines"
        )
    return [text for text in warnings if text]


def _bring_cover(world: World, invoice: Invoice) -> str:
    """Cover what the copied relations leave uncovered, as the platform says it is."""
    if invoice.status not in SETTLED:
        return ""
    paid = invoice.total - invoice.due
    told = ""
    if covered(world, invoice) > paid:
        told = f"invoice {invoice.number}: more covers it than the platform says; left out"
        for relation in world.relations.of_customer(invoice.customer_id):
            if relation.invoice_id == invoice.id:
                world.relations.remove(relation)
    gap = paid - covered(world, invoice)
    if gap > 0:
        opening = Relation(
            customer_id=invoice.customer_id, type="payment", invoice_id=invoice.id, amount=gap
        )
        world.relations.add(opening)
    return told


def _bring_charges(world: World, service: Service) -> None:
    """Until when a service is charged; a debit of nothing says so where no copied one does."""
    lines = _lines(world, service)
    ends = [end for _, end in lines if end is not None]
    rates = [rate for rate, _ in lines] or _rates_of(world, service.customer_id)
    service.charged_to = max(ends, default=None)
    service.tax_percent = Counter(rates).most_common(1)[0][0] if rates else ZERO
    if ends and not _posted(world, service):
        opening = Transaction(
            customer_id=service.customer_id,
            date=world.today(),
            period_to=service.charged_to,
            service_id=service.id,
            service_type=service.type,
            description=FORWARD,
            source="auto",
        )
        world.transactions.add(opening)


def _posted(world: World, service: Service) -> list[Transaction]:
    """The debits that name a service, latest first."""
    rows = reversed(world.transactions.of_customer(service.customer_id))
    return [row for row in rows if row.service_id == service.id and row.type == "debit"]


def _lines(world: World, service: Service) -> list[tuple[Decimal, date | None]]:
    """Tax and last day of every charge of a service, latest first."""
    posted = [(row.tax_percent, row.period_to) for row in _posted(world, service)]
    return posted or [
        (item.tax, item.period_to)
        for item in _items_of(world, service.customer_id)
        if item.description == service.description
    ]


def _rates_of(world: World, account_id: int) -> list[Decimal]:
    return [item.tax for item in _items_of(world, account_id) if item.price]


def _items_of(world: World, account_id: int) -> list[Item]:
    """Lines of an account's invoices, latest first."""
    invoices = reversed(world.invoices.of_customer(account_id))
    return [item for row in invoices if row.status != "deleted" for item in row.items]


def _is_explained(world: World, billing: Billing) -> bool:
    """Whether a balance is what is unused, less what is due."""
    due = [row.due for row in world.invoices.of_customer(billing.id) if row.status == "not_paid"]
    unused = [
        *(row.remind_amount for row in world.payments.of_customer(billing.id)),
        *(
            row.remind_amount
            for row in world.credit_notes.of_customer(billing.id)
            if row.status != "deleted"
        ),
    ]
    return billing.deposit == sum(unused, ZERO) - sum(due, ZERO)


def _bring_balance(world: World, billing: Billing, since: date) -> None:
    posted = world.transactions.of_customer(billing.id)
    gap = billing.deposit - sum((effect_on_balance(row) for row in posted), ZERO)
    if not gap:
        return
    opening = Transaction(
        customer_id=billing.id,
        type="credit" if gap > 0 else "debit",
        price=abs(gap),
        total=abs(gap),
        date=since,
        category=OPENING_CATEGORY,
        description=FORWARD,
        source="auto",
    )
    world.transactions.add(opening)
