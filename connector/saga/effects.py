"""The four writes we ever make, as frozen values: what is journaled is what is sent."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from connector.domain.accounts import AccountStatus
from connector.domain.ids import AccountId, InvoiceId
from connector.domain.invoices import InvoiceItem


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkInvoice:
    """Set an invoice's internal memo: claims a source, or gives it back. Moves no money."""

    invoice_id: InvoiceId
    account_id: AccountId
    memo: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueInvoice:
    """Create the merged invoice on the main account: the pivot of a merge."""

    account_id: AccountId
    issued_on: date
    due_on: date
    items: tuple[InvoiceItem, ...]
    total: Decimal  #: what the platform must make of the items; checked, not sent
    note: str
    memo: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueCreditNote:
    """A credit note bound to one invoice: relieves a source, or corrects a merged invoice."""

    account_id: AccountId
    invoice_id: InvoiceId
    issued_on: date
    items: tuple[InvoiceItem, ...]
    total: Decimal  #: checked, not sent
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SetStatus:
    """Suspend or reactivate one sub-account."""

    account_id: AccountId
    status: AccountStatus


Effect: TypeAlias = MarkInvoice | IssueInvoice | IssueCreditNote | SetStatus
Json: TypeAlias = dict[str, object]

_KINDS: dict[str, type[Effect]] = {
    cls.__name__: cls for cls in (MarkInvoice, IssueInvoice, IssueCreditNote, SetStatus)
}


def effect_to_json(effect: Effect) -> Json:
    """A form for the journal: readable, exact (amounts as text), stable in order."""
    return {"effect": type(effect).__name__, **_plain(effect)}


def effect_from_json(data: Json) -> Effect:
    """The inverse of :func:`effect_to_json`."""
    kind = _KINDS[str(data["effect"])]
    values: dict[str, Any] = {f.name: _revived(f.name, data[f.name]) for f in fields(kind)}
    return kind(**values)


def _plain(value: Effect | InvoiceItem) -> Json:
    found: Json = {}
    for field in fields(value):
        item = getattr(value, field.name)
        if isinstance(item, tuple):
            found[field.name] = [_plain(line) for line in item]
        elif isinstance(item, Decimal):
            found[field.name] = format(item, "f")
        elif isinstance(item, date):
            found[field.name] = item.isoformat()
        else:
            found[field.name] = item
    return found


_AMOUNTS = frozenset({"total", "price", "quantity", "tax_percent"})
_DATES = frozenset({"issued_on", "due_on", "period_from", "period_to"})


def _revived(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "items" and isinstance(value, list):
        return tuple(
            InvoiceItem(**{key: _revived(key, part) for key, part in line.items()})
            for line in value
        )
    if name in _AMOUNTS:
        return Decimal(str(value))
    if name in _DATES:
        return date.fromisoformat(str(value))
    return AccountStatus(str(value)) if name == "status" else value
