"""Payment methods, categories of transactions and taxes, as a fresh installation has them."""

from connector.sandbox.records import Entry
from connector.sandbox.reference.entity import ALL_VERBS, Entity, refuse_deletion
from connector.sandbox.wire.fields import Kind, of_kind
from connector.sandbox.world import World

# Ways in which the system books what it charges, and the category of each; 0 is none of its own.
PURPOSES = {
    "bundle_activation_fee": 0,
    "bundle_cancellation_fee": 0,
    "bundle_service": 1,
    "bundle_service_discount": 2,
    "custom_service": 1,
    "custom_service_discount": 2,
    "internet_service": 1,
    "internet_service_discount": 2,
    "internet_top_up": 1,
    "inventory_sell": 1,
    "invoice_item": 1,
    "one_time_service": 1,
    "voice_service": 1,
    "voice_service_calls": 1,
    "voice_service_data": 1,
    "voice_service_discount": 2,
    "voice_service_messages": 1,
}


def _keep_method(world: World, row: Entry) -> None:
    used = any(payment.payment_type == row.id for payment in world.payments)
    if used or any(billing.payment_method == row.id for billing in world.billings):
        raise refuse_deletion(world, "Payment method is in use")


def _keep_category(world: World, row: Entry) -> None:
    if row.is_base:
        raise refuse_deletion(world, "Base category can't be deleted")


PAYMENT_METHODS = Entity(
    name="finance/payment-methods",
    fields=(
        *of_kind(Kind.INTEGER, "id", readonly=True),
        *of_kind(Kind.TEXT, "name!"),
        *of_kind(Kind.FLAG, "is_active!"),
        *of_kind(Kind.TEXT, "name_1", "name_2", "name_3", "name_4", "name_5"),
        *of_kind(Kind.INTEGER, "accounting_bank_accounts_id", "einvoicing_payment_methods_id"),
    ),
    rows=(
        {"id": 1, "name": "Cash", "name_1": "Payer"},
        {"id": 2, "name": "Bank transfer", "name_1": "Account", "name_2": "Transaction ID"},
        {"id": 3, "name": "Credit card", "name_1": "Number", "name_2": "Transaction ID"},
        {"id": 5, "name": "Other"},
        {"id": 6, "name": "Refill card", "name_1": "Card"},
    ),
    defaults={"is_active": 1},
    verbs=ALL_VERBS,
    keep=_keep_method,
)
TRANSACTION_CATEGORIES = Entity(
    name="finance/transaction-categories",
    fields=(
        *of_kind(Kind.INTEGER, "id", readonly=True),
        *of_kind(Kind.TEXT, "name!"),
        *of_kind(Kind.FLAG, "is_base"),
        *of_kind(Kind.INTEGER, "accounting_category_id", "einvoicing_category_id"),
        *of_kind(Kind.INTEGER, "einvoicing_private_person_category_id", "einvoicing_type_id"),
        *of_kind(Kind.INTEGER, "einvoicing_private_person_type_id"),
    ),
    rows=tuple(
        {"name": name, "is_base": 1}
        for name in ("Service", "Discount", "Payment", "Refund", "Correction")
    ),
    defaults={"accounting_category_id": None},
    verbs=ALL_VERBS,
    keep=_keep_category,
)
TAXES = Entity(
    name="config/taxes",
    fields=(
        *of_kind(Kind.INTEGER, "id", readonly=True),
        *of_kind(Kind.TEXT, "name!"),
        *of_kind(Kind.COLUMN, "rate!"),
        *of_kind(Kind.TEXT, "type!"),
        *of_kind(Kind.INTEGER, "archived", "accounting_tax_rates_id", "einvoicing_tax_rates_id"),
        *of_kind(Kind.FLAG, "is_system"),
        *of_kind(Kind.LIST, "items"),
    ),
    rows=(
        {"name": "No tax", "rate": "0", "is_system": 1},
        {"name": "VAT 20", "rate": "20"},
        {"name": "VAT 10", "rate": "10"},
        {
            "name": "VAT 20 and 10",
            "rate": "30",
            "type": "group",
            "items": [
                {"id": 2, "type": "net", "apply_to_all_previous": 0, "position": 1},
                {"id": 3, "type": "net", "apply_to_all_previous": 0, "position": 2},
            ],
        },
    ),
    defaults={"type": "single"},
)
FINANCE = (PAYMENT_METHODS, TRANSACTION_CATEGORIES, TAXES)
