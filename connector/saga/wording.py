"""What our credit notes say of themselves, and how that is read again when the journal is lost."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connector.domain.ids import AccountId, PlanId
from connector.saga.steps import StepKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Purpose:
    """What a credit note was made for, and the number of the invoice, or the plan, that it names."""

    kind: StepKind
    number: str = ""


def say_moved(main_id: AccountId) -> str:
    """Of the relief of a whole source."""
    return f"Moved to the merged invoice of account {main_id}."


def say_rest_moved(number: str, main_id: AccountId) -> str:
    """Of the relief of what was left of a source."""
    return f"Rest of invoice {number} moved to the merged invoice of account {main_id}."


def say_changed(number: str) -> str:
    """Of a credit on the merged invoice."""
    return f"Invoice {number} changed after it was merged."


def say_issued_twice(number: str) -> str:
    """Of a credit note that voids a second document."""
    return f"Invoice {number} was issued twice."


def say_probed(number: str) -> str:
    """Of the credit note that settles the invoice of a probe."""
    return f"Probe of linked-accounts: settles invoice {number}."


def say_undone(plan_id: PlanId) -> str:
    """Of the credit note that revokes a merged invoice."""
    return f"Merge {plan_id} is undone: its sources are charged on their own accounts again."


_SAID = (
    (StepKind.REVOKE, re.compile(r"Merge ([A-Z2-7]{20}) is undone: ")),
    (StepKind.SETTLE, re.compile(r"Probe of linked-accounts: settles invoice (.+)\.")),
    (StepKind.RELIEVE, re.compile(r"Rest of invoice (.+) moved to the merged invoice of account")),
    (StepKind.CREDIT, re.compile(r"Invoice (.+) changed after it was merged\.")),
    (StepKind.VOID, re.compile(r"Invoice (.+) was issued twice\.")),
    (StepKind.RELIEVE, re.compile(r"()Moved to the merged invoice of account")),
)


def purpose_of(note: str) -> Purpose | None:
    """What a credit note says it is for, or None if staff changed its words."""
    for kind, form in _SAID:
        if said := form.search(note):
            return Purpose(kind=kind, number=said[1])
    return None
