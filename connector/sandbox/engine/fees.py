"""The fees round: being blocked, coming back and being late cost money, for each account alike.

Whoever blocks an account or brings it back, the fee is charged at the next round, as a one-time
invoice without tax; that of a natively aggregated sub is a line of the sub on its main.
"""

from datetime import timedelta
from decimal import Decimal

from connector.sandbox.ledger.invoices import issue_invoice
from connector.sandbox.ledger.native import is_aggregated
from connector.sandbox.ledger.standing import open_invoices
from connector.sandbox.records import Customer, Invoice, Item
from connector.sandbox.witness import SYSTEM, StatusTurn
from connector.sandbox.world import World

CUT_OFF = frozenset({"blocked", "disabled"})


def charge_fees(world: World) -> None:
    """Charge the fees of all that happened since the last round."""
    turns = world.witness.turns[world.turns_charged :]
    world.turns_charged = len(world.witness.turns)
    for turn in turns:
        _charge_turn(world, turn)
    fee = Decimal(world.switches.overdue_fee)
    for customer in world.customers if fee else ():
        for invoice in open_invoices(world, customer.id):
            if _became_overdue(world, invoice):
                _charge(world, customer, f"Overdue fee for invoice {invoice.number}", fee)


def _charge_turn(world: World, turn: StatusTurn) -> None:
    customer = world.customers.get(turn.customer_id)
    if customer is None:
        return
    if turn.new == "blocked":
        _charge(world, customer, "Blocking fee", Decimal(world.switches.blocking_fee))
    elif turn.new == "active" and turn.old in CUT_OFF:
        _charge(world, customer, "Reactivation fee", Decimal(world.switches.reactivation_fee))


def _became_overdue(world: World, invoice: Invoice) -> bool:
    """Whether today is the day after its due date; the fees themselves cost no fee."""
    late = invoice.date_till is not None and invoice.date_till + timedelta(days=1) == world.today()
    return late and (invoice.type == "recurring" or invoice.added_by != "system")


def _charge(world: World, customer: Customer, description: str, fee: Decimal) -> None:
    if not fee:
        return
    item = Item(description=description, price=fee)
    payer_id = customer.id
    if is_aggregated(world, customer) and world.customers.get(customer.parent_id):
        payer_id, item.sub_account_id = customer.parent_id, customer.id
    issue_invoice(world, Invoice(customer_id=payer_id, type="one_time", items=[item]), SYSTEM)
