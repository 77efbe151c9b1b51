"""The table of addresses with rules of their own; all others are plain resources."""

from collections.abc import Callable, Mapping

from connector.sandbox.api.answers import Desk
from connector.sandbox.api.billing_info import billing_info
from connector.sandbox.api.charging import last_charge_route, to_bill, to_bill_requests
from connector.sandbox.api.finance import calculate_finance, purposes
from connector.sandbox.api.mailing import download, mail, sms, templates
from connector.sandbox.api.message import Call, Reply
from connector.sandbox.api.papers import documents, notes, payment_accounts, send_documents
from connector.sandbox.api.sessions import measured, online, statistics, traffic
from connector.sandbox.api.settings import additional_fields, module_items, modules, settings
from connector.sandbox.api.special import relations
from connector.sandbox.api.support import attachments, feedbacks, messages, tickets
from connector.sandbox.api.tariffs import change_tariff, tariffs_for_change, usage

Route = Callable[[Desk, Call, str], Reply]

# Section and name to what answers; it is given what follows the name, "" for nothing.
ROUTES: Mapping[str, Route] = {
    "config/additional-fields": additional_fields,
    "config/config": settings,
    "config/download": download,
    "config/mail": mail,
    "config/module": module_items,
    "config/modules": modules,
    "config/sms": sms,
    "config/templates": templates,
    "config/transaction-categories": purposes,
    "customers/billing-info": billing_info,
    "customers/customer-documents": documents,
    "customers/customer-internet-services-rrd": measured,
    "customers/customer-notes": notes,
    "customers/customer-payment-accounts": payment_accounts,
    "customers/customer-statistics": statistics,
    "customers/customer-traffic-counter": traffic,
    "customers/customers-online": online,
    "customers/send-documents": send_documents,
    "finance/cancel-last-charge": last_charge_route,
    "finance/invoice-relations": relations,
    "finance/to-bill": to_bill,
    "finance/to-bill-requests": to_bill_requests,
    "finance/calculate-finance": calculate_finance,
    "fup/usage": usage,
    "support/ticket-attachments": attachments,
    "support/ticket-feedbacks": feedbacks,
    "support/ticket-messages": messages,
    "support/tickets": tickets,
    "tariffs/change-tariff": change_tariff,
    "tariffs/tariffs-for-change": tariffs_for_change,
}
