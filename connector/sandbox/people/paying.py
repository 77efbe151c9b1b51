"""How people pay, and how payments go wrong."""

from decimal import Decimal
from random import Random

from connector.sandbox.api.resources import PAYMENTS
from connector.sandbox.ledger.standing import open_invoices
from connector.sandbox.money import ZERO, cents
from connector.sandbox.people.verbs import CUSTOMER, Rows, create, others, remove
from connector.sandbox.records import Customer, Payment
from connector.sandbox.witness import STAFF, Actor
from connector.sandbox.world import World

BANK_TRANSFER = 2
SHARES = ("0.1", "0.25", "0.5", "0.9")
EXTRAS = ("0.01", "5", "20", "100")


def pay(world: World, _dice: Random, customer: Customer) -> Rows:
    """The customer pays all that is due."""
    return _paid(world, customer, _due(world, customer), CUSTOMER)


def part_pay(world: World, dice: Random, customer: Customer) -> Rows:
    """The customer pays a part of what is due."""
    return _paid(world, customer, _due(world, customer) * Decimal(dice.choice(SHARES)), CUSTOMER)


def overpay(world: World, dice: Random, customer: Customer) -> Rows:
    """The customer pays more than is due; the rest stays on the balance."""
    return _paid(world, customer, _due(world, customer) + Decimal(dice.choice(EXTRAS)), CUSTOMER)


def pay_wrong_account(world: World, dice: Random, customer: Customer) -> Rows:
    """Staff book the customer's payment on another account."""
    wrong = others(world, customer)
    return _paid(world, dice.choice(wrong), _due(world, customer), STAFF) if wrong else None


def charge_back(world: World, dice: Random, customer: Customer) -> Rows:
    """A payment comes back: staff delete it, or book its amount as a negative payment."""
    taken = [row for row in world.payments.of_customer(customer.id) if row.amount > 0]
    if not taken:
        return None
    payment: Payment = taken[-1]
    if dice.random() < 0.5:  # noqa: PLR2004 - both ways equally often
        remove(world, PAYMENTS, payment)
        return {"payment_id": payment.id}
    return _paid(world, customer, -payment.amount, STAFF)


def _due(world: World, customer: Customer) -> Decimal:
    return sum((invoice.due for invoice in open_invoices(world, customer.id)), ZERO)


def _paid(world: World, customer: Customer, amount: Decimal, actor: Actor) -> Rows:
    if not cents(amount):
        return None
    body = {
        "customer_id": customer.id,
        "payment_type": BANK_TRANSFER,
        "amount": str(cents(amount)),
        "date": world.today().isoformat(),
    }
    payment = create(world, PAYMENTS, body, actor)
    return {"payment_id": payment.id, "customer_id": customer.id}
