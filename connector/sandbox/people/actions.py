"""The table of all that people do."""

from collections.abc import Mapping

from connector.sandbox.people import accounts, paperwork, paying
from connector.sandbox.people.verbs import Act

EVERYDAY: Mapping[str, Act] = {
    "pay": paying.pay,
    "part_pay": paying.part_pay,
    "overpay": paying.overpay,
    "charge_back": paying.charge_back,
    "pay_wrong_account": paying.pay_wrong_account,
    "edit_note": paperwork.edit_note,
    "edit_memo": paperwork.edit_memo,
    "edit_lines": paperwork.edit_lines,
    "delete_invoice": paperwork.delete_invoice,
    "credit": paperwork.credit,
    "void": paperwork.void,
    "manual_charge": paperwork.manual_charge,
    "native_unlink": accounts.native_unlink,
    "block_by_hand": accounts.block_by_hand,
    "unblock_by_hand": accounts.unblock_by_hand,
    "disable": accounts.disable,
    "change_billing_day": accounts.change_billing_day,
    "change_due_days": accounts.change_due_days,
}
# Done only if named: they change what a connector has to do, or speak its language.
ON_REQUEST: Mapping[str, Act] = {
    "mistype_mark": paperwork.mistype_mark,
    "unlink": accounts.unlink,
    "move_partner": accounts.move_partner,
    "delete_customer": accounts.delete_customer,
}
ACTIONS: Mapping[str, Act] = {**EVERYDAY, **ON_REQUEST}


def meaning_of(name: str) -> str:
    """What an action is, in a sentence."""
    return (ACTIONS[name].__doc__ or "").splitlines()[0]
