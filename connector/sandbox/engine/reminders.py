"""The notices round: new invoices are announced and unpaid ones called to mind, by mail.

An announcement goes to those whose billing allows finance notices, a reminder to those whose
billing has reminders on: 1 to 3 of them, each so many days after the document's date.
"""

from datetime import timedelta

from connector.sandbox.ledger.standing import open_invoices
from connector.sandbox.records import Billing, Customer, Invoice
from connector.sandbox.reference.mail import queue_mail
from connector.sandbox.world import World


def send_notices(world: World) -> None:
    """Put today's notices and reminders into the mail queue."""
    if not world.switches.reminders:
        return
    for billing in world.billings:
        customer = world.customers.get(billing.customer_id)
        if customer is None:
            continue
        for invoice in open_invoices(world, customer.id):
            if billing.send_finance_notification and not invoice.is_sent:
                _announce(world, customer, invoice)
            number = _reminder_of_today(world, billing, invoice)
            if number:
                _mail(world, customer, f"Reminder {number}: invoice {invoice.number}", invoice)


def _announce(world: World, customer: Customer, invoice: Invoice) -> None:
    invoice.is_sent = 1
    _mail(world, customer, f"Invoice {invoice.number}", invoice)


def _reminder_of_today(world: World, billing: Billing, invoice: Invoice) -> int:
    """The number of the reminder that is to be sent today, or 0; a day of 0 is none."""
    if not billing.reminder_enable or invoice.date_created is None:
        return 0
    days = (billing.reminder_day_1, billing.reminder_day_2, billing.reminder_day_3)
    for number, day in enumerate(days, start=1):
        if day and invoice.date_created + timedelta(days=day) == world.today():
            return number
    return 0


def _mail(world: World, customer: Customer, subject: str, invoice: Invoice) -> None:
    """Write to the billing address if there is one."""
    queue_mail(
        world,
        type="message",
        customer_id=customer.id,
        recipient=customer.billing_email or customer.email,
        subject=subject,
        message=f"{invoice.due} of {invoice.total} are due on {invoice.date_till}.",
    )
