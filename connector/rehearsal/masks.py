"""Masks: no name, address, note or free text of a person leaves the installation.

What is kept is chosen, not what is dropped: numbers, amounts, dates, and words of closed sets.
Every other text gets a stable pseudonym or becomes empty, and attributes that nobody knows are
left out. Equal texts get equal pseudonyms, so that what was equal before still is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from connector.domain.marker import markers_in
from connector.rehearsal.kinds import ACCOUNTS, BILLINGS, KINDS, PARTNERS, SERVICES, Json
from connector.rehearsal.kinds import Kind as Copied
from connector.sandbox.wire.fields import Field, Kind
from connector.sandbox.wire.reading import read_value

WORDS = frozenset(
    {
        "status",
        "billing_type",
        "category",
        "type",
        "sub_billing_mode",
        "discount_type",
        "status_new",
        "old_status",
        "new_status",
        "tariff_type",
        "service_type",
        "source",
        "added_by",
        "gdpr_agreed",
    }
)
"""Attributes with words of a closed set."""

CHOSEN = {
    ACCOUNTS: frozenset(
        [
            "id",
            "partner_id",
            "location_id",
            "parent_id",
            "date_add",
            "last_update",
            "conversion_date",
        ]
    ),
    SERVICES: frozenset(
        [
            "id",
            "parent_id",
            "customer_id",
            "tariff_id",
            "bundle_service_id",
            "quantity",
            "unit_price",
            "start_date",
            "end_date",
            "discount",
            "discount_value",
            "discount_start_date",
            "discount_end_date",
            "on_approve",
            "period",
        ]
    ),
}
"""Of accounts and services, the only numbers and dates that are kept: a birthday is a date too."""

MARKED = frozenset({"note", "memo"})
PSEUDONYMS = frozenset({"description", "unit", "receipt_number"})
CITES = " · invoice "
OURS = frozenset({"", "Rounding"})
_WORD = re.compile(r"[a-z_]{0,32}")
_NUMBER = re.compile(r"[\w./-]{0,40}")
_TIME = re.compile(r"[0-9:]{0,8}")
_COLLECTIONS = frozenset({Kind.MAP, Kind.LABELS, Kind.LIST})


@dataclass(kw_only=True, slots=True)
class Masks:
    """The pseudonyms given so far, and the invoice numbers that headings may go on to cite."""

    numbers: frozenset[str] = frozenset()
    texts: dict[str, str] = field(default_factory=dict)

    def text(self, raw: object) -> str:
        """A pseudonym for a text."""
        found = str(raw or "")
        if found in OURS:
            return found
        head, cites, number = found.rpartition(CITES)
        if cites and number in self.numbers:  # a merged invoice's heading names its source
            return f"{self.text(head)}{CITES}{number}"
        return self.texts.setdefault(found, f"Text {len(self.texts) + 1}")


def masked_rows(masks: Masks, rows: dict[str, list[Json]]) -> dict[str, list[Json]]:
    """Every record without what is personal."""
    return {
        kind.name: [_masked_row(masks, kind, row) for row in rows.get(kind.name, [])]
        for kind in KINDS
    }


def markers_of(text: object) -> str:
    """A memo or note with nothing but our markers."""
    return "\n".join(str(marker) for marker in markers_in(str(text or "")))


def _masked_row(masks: Masks, kind: Copied, row: Json) -> Json:
    found = _masked(masks, kind.resource.fields, kind.resource.item_fields, row)
    chosen = CHOSEN.get(kind)
    if chosen is not None:
        names = {each.name for each in kind.resource.fields if each.kind is not Kind.TEXT}
        found = {name: None if name in names - chosen else found[name] for name in found}
    number = row.get(kind.key)
    if kind is ACCOUNTS:
        found["name"] = f"Account {number}"
    if kind is PARTNERS:
        found["name"] = f"Partner {number}"
    if kind is BILLINGS:
        found["billing_person"] = ""
    return found


def _masked(masks: Masks, fields: tuple[Field, ...], items: tuple[Field, ...], row: Json) -> Json:
    found: Json = {}
    for each in fields:
        if each.name not in row:
            continue
        raw = row[each.name]
        if each.kind is Kind.ITEMS:
            lines = raw if isinstance(raw, list) else []
            found[each.name] = [
                _masked(masks, items, (), line) for line in lines if isinstance(line, dict)
            ]
        elif each.kind in _COLLECTIONS:
            found[each.name] = []
        elif each.kind is Kind.TEXT:
            found[each.name] = _masked_text(masks, each.name, raw)
        else:
            found[each.name] = raw if _is_plain(each.kind, raw) else None
    return found


def _masked_text(masks: Masks, name: str, raw: object) -> object:
    if name in MARKED:
        return markers_of(raw)
    if name in PSEUDONYMS:
        return masks.text(raw)
    forms = {"number": _NUMBER, "time": _TIME} | dict.fromkeys(WORDS, _WORD)
    form = forms.get(name)
    text = str(raw or "")
    return text if form is not None and form.fullmatch(text) else ""


def _is_plain(kind: Kind, raw: object) -> bool:
    """Whether a number or date is one, and not a text that hides in its place."""
    try:
        read_value(kind, raw)
    except (ValueError, TypeError, ArithmeticError, KeyError):
        return False
    return True
