"""What a running sandbox can be told to do differently.

A switch is a behaviour that differs between installations, or that no document settles; its
default is the documented one where there is one, and else the one that is harder on a caller.
"""

# ruff: noqa: RUF009 - each call makes a field

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import time
from ipaddress import ip_network
from typing import Any

from connector.sandbox.clock import VirtualClock
from connector.sandbox.errors import ControlFault
from connector.sandbox.faults import Fault, read_faults
from connector.sandbox.money import read_decimal


def _switch(default: Any, meaning: str, *choices: str) -> Any:
    """A switch with its default; a list is copied for each world."""
    about = {"meaning": meaning, "choices": choices}
    if isinstance(default, list):
        return field(default_factory=default.copy, metadata=about)
    return field(default=default, metadata=about)


@dataclass(kw_only=True, slots=True)
class Switches:
    """The switches and their defaults."""

    # Who may call
    unsecure_access: bool = _switch(True, "the key may log in by Basic")
    check_nonce: bool = _switch(False, "a signature's nonce must grow")
    bind_user_agent: bool = _switch(True, "a token is good for one User-Agent only")
    bind_address: bool = _switch(True, "a token is good for one address only")
    white_list: list[str] = _switch(
        [], "addresses and networks that may use the key; none listed is any"
    )
    token_minutes: int = _switch(30, "life of an access token")
    refresh_minutes: int = _switch(43_200, "life of a refresh token")
    renewal_ends_old: bool = _switch(True, "renewing ends the old pair at once")
    token_form: str = _switch(
        "hex", "an access token is opaque, or a JWT that names its owner", "hex", "jwt"
    )
    deny: list[tuple[str, str]] = _switch(
        [], "permissions the key lacks, as `[controller, action]`; `*` is any"
    )
    switched_off: list[str] = _switch([], "controllers that answer 405 on every verb")

    # How answers look
    validation_body: str = _switch(
        "list",
        "body of a 422: fields in a list, the error envelope, or a map",
        "list",
        "error",
        "map",
    )
    put_body: str = _switch("null", "body of an accepted PUT", "null", "empty")
    refusal_status: int = _switch(405, "status when something cannot be deleted")
    page_limit: int = _switch(
        0, "most rows of one answer, whatever the limit asks; 0 is any number"
    )
    ignored_filters: list[str] = _switch(
        [], "attributes by which a search silently does not filter"
    )
    required_by: str = _switch(
        "options",
        "attributes a POST must have: those that OPTIONS lists, or the document's",
        "options",
        "document",
    )

    # Documents
    put_items: str = _switch(
        "replace", "lines that a PUT leaves out are dropped or stay", "replace", "merge"
    )
    texts: str = _switch(
        "keep",
        "what becomes of memos and notes that a key writes: kept, ends trimmed, line ends made CRLF, "
        "line ends stripped to blanks, or signs of HTML escaped",
        "keep",
        "trim",
        "crlf",
        "strip",
        "escape",
    )
    text_room: int = _switch(0, "letters that a memo or note has room for; 0 is any number")
    lost_texts: list[str] = _switch(
        [],
        "texts that a write silently drops: `new_invoice.memo`, `invoice.memo`, `credit_note.note`",
    )
    binds_notes: bool = _switch(True, "a credit note is bound to the invoice of `invoicesId`")
    unique_numbers: bool = _switch(
        True, "the number of an invoice, a credit note or a proforma invoice is taken once"
    )
    unique_receipts: bool = _switch(True, "a receipt number is taken once")
    api_invoice_type: str = _switch(
        "one_time", "type of an invoice that names none", "one_time", "recurring"
    )
    invoice_delete: str = _switch(
        "mark",
        "a deleted invoice or credit note stays listed as such, or vanishes",
        "mark",
        "vanish",
    )
    used_note_status: str = _switch(
        "not_refunded",
        "status of a credit note that invoices have used up",
        "not_refunded",
        "refunded",
        "closed",
    )
    zero_credit_notes: bool = _switch(False, "a credit note may come to nothing")
    write_deposit: str = _switch("ignored", "what writing a balance does", "ignored", "refused")
    rounding: str = _switch(
        "document", "where cents are rounded: once a document, or at every line", "document", "line"
    )
    allocation: str = _switch(
        "oldest",
        "what a payment without a target covers: the oldest first, only a debt of exactly its amount, or nothing",
        "oldest",
        "exact",
        "none",
    )
    pay_from_balance: bool = _switch(False, "a new invoice takes what the balance has")
    reset_period: str = _switch(
        "asked",
        "a credit note makes its periods chargeable again if asked to, always, or never",
        "asked",
        "always",
        "never",
    )
    coverage: str = _switch(
        "debit", "a period counts as charged while its debit stands, or for ever", "debit", "kept"
    )

    # Linked accounts
    native_rules: bool = _switch(True, "linking by the API obeys the rules of the linking form")
    native_block: bool = _switch(False, "blocking a main blocks its aggregated subs, and back")
    finance_lock: bool = _switch(True, "finance documents of natively linked subs are refused")

    # Automation
    api_status_admin: int = _switch(
        0, "administrator number under which a status change by the API key is logged"
    )
    service_rows: bool = _switch(True, "the status log has rows of services too")
    blocking: bool = _switch(True, "debtors are blocked")
    pending_at: str = _switch("00:00", "hour at which planned statuses are carried out")
    block_at: str = _switch("00:30", "hour of the blocking round, which charges the fees too")
    charge_at: str = _switch("02:00", "hour of the charge round")
    blocking_days_off: list[str] = _switch(
        [], "days on which nobody is blocked: `saturday`, `sunday`, or dates"
    )
    one_time_blocks: bool = _switch(False, "one-time invoices block too")
    confirm_days: int = _switch(0, "days that charges wait as a preview before they are issued")
    issue_at: str = _switch("22:00", "hour at which a confirmed preview is issued")
    document_date: str = _switch(
        "real", "date of a charge: the day it is issued, or the billing day", "real", "billing_day"
    )
    credit_note_reactivates: bool = _switch(
        False, "a credit note that clears what is overdue brings the account back"
    )
    status_starts_services: bool = _switch(
        False, "setting a disabled account active starts its stopped services, as a payment does"
    )
    reminders: bool = _switch(False, "notices of invoices and reminders are sent on their days")
    remind_at: str = _switch("10:00", "hour of the reminders")
    auto_charge: bool = _switch(
        False, "unpaid invoices are charged to the payment account of the customer"
    )
    auto_charge_at: str = _switch("22:00", "hour of the automatic charge")
    blocking_fee: str = _switch("0", "net fee for being blocked")
    overdue_fee: str = _switch("0", "net fee for an invoice that becomes overdue")
    reactivation_fee: str = _switch("0", "net fee for coming back")

    # Trouble on order
    latency_ms: int = _switch(0, "how long every answer takes")
    maintenance: bool = _switch(False, "everything answers 503")
    retry_after_seconds: int = _switch(5, "what an answer of 503 or 429 asks to wait")
    retry_after_form: str = _switch("seconds", "how it asks", "seconds", "date")
    fault: list[Fault] = _switch([], "one or several faults on order")

    def flip(self, name: str, value: object) -> None:
        """Set one switch; a wrong name or kind of value is refused."""
        known = DECLARED.get(name)
        if known is None:
            raise ControlFault(f"no switch named {name}")
        setattr(self, name, _READERS.get(name, _plain)(known, value))

    def denies(self, controller: str, action: str) -> bool:
        """Tell whether the key's permission table denies an action; `*` stands for any."""
        return any(
            where in {controller, "*"} and what in {action, "*"} for where, what in self.deny
        )

    def retry_after(self, clock: VirtualClock) -> dict[str, str]:
        """The header that asks a caller to wait."""
        if self.retry_after_form == "date":
            return {"Retry-After": clock.http_date(self.retry_after_seconds)}
        return {"Retry-After": str(self.retry_after_seconds)}

    def shown(self) -> dict[str, object]:
        """The switches as the control API lists them."""
        plain: dict[str, object] = {name: getattr(self, name) for name in DECLARED}
        plain["fault"] = [fault.shown() for fault in self.fault]
        plain["deny"] = [list(pair) for pair in self.deny]
        return plain


DECLARED: Mapping[str, Field[Any]] = {known.name: known for known in fields(Switches)}


def default_of(known: Field[Any]) -> object:
    """The value a switch starts with."""
    return known.default if known.default is not MISSING else []


def _plain(known: Field[Any], value: object) -> object:
    choices = known.metadata["choices"]
    if type(value) is not type(default_of(known)):
        raise ControlFault(f"{known.name} takes a {type(default_of(known)).__name__}")
    if choices and value not in choices:
        raise ControlFault(f"{known.name} must be one of {', '.join(choices)}")
    if isinstance(value, int) and value < 0:
        raise ControlFault(f"{known.name} must not be negative")
    if isinstance(value, list) and not all(isinstance(each, str) for each in value):
        raise ControlFault(f"{known.name} takes a list of texts")
    return value


def _read_hour(known: Field[Any], value: object) -> object:
    try:
        return time.fromisoformat(str(value)).strftime("%H:%M")
    except ValueError as error:
        raise ControlFault(f"{known.name} takes an hour such as 02:00") from error


def _read_fee(known: Field[Any], value: object) -> object:
    try:
        fee = read_decimal(value)
    except ValueError as error:
        raise ControlFault(f"{known.name} takes an amount as text") from error
    if fee < 0:
        raise ControlFault(f"{known.name} must not be negative")
    return str(value)


def _read_networks(known: Field[Any], value: object) -> object:
    networks = _plain(known, value)
    try:
        for each in networks if isinstance(networks, list) else []:
            ip_network(each, strict=False)
    except ValueError as error:
        raise ControlFault(f"{known.name} takes addresses and networks: {error}") from error
    return networks


def _read_denials(_known: Field[Any], value: object) -> object:
    if not isinstance(value, list):
        raise ControlFault("deny takes a list of [controller, action]")
    pairs: list[tuple[str, str]] = []
    for entry in value:
        match entry:
            case [str(controller), str(action)]:
                pairs.append((controller, action))
            case _:
                raise ControlFault("deny takes a list of [controller, action]")
    return pairs


_READERS = {
    "fault": lambda _known, value: read_faults(value),
    "deny": _read_denials,
    "white_list": _read_networks,
    **dict.fromkeys(
        ("pending_at", "block_at", "charge_at", "remind_at", "issue_at", "auto_charge_at"),
        _read_hour,
    ),
    **dict.fromkeys(("blocking_fee", "overdue_fee", "reactivation_fee"), _read_fee),
}
