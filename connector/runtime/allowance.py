"""How much one run may do without a person: the operator's bounds, counted down."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from connector.domain.ids import AccountId
from connector.runtime import facts
from connector.runtime.service import Service
from connector.saga.steps import Operation


@dataclass(kw_only=True, slots=True)
class Allowance:
    """What one run may still do without a person; beyond, plans wait for approval."""

    families: int
    amount: Decimal | None
    waits_for_first_approval: bool
    used: set[AccountId] = field(default_factory=set)

    def judge(self, operation: Operation) -> str:
        """Why this operation must wait for approval, or an empty text."""
        if self.waits_for_first_approval:
            return "the first run of an installation waits for a person"
        if operation.main_id not in self.used and len(self.used) >= self.families:
            return "more families in one run than bounds.families_per_run allows"
        if self.amount is not None and operation.total > self.amount:
            return "a larger amount in one run than bounds.amount_per_run allows"
        self.used.add(operation.main_id)
        if self.amount is not None:
            self.amount -= operation.total
        return ""


def open_allowance(service: Service) -> Allowance:
    """The bounds at the start of a run."""
    bounds = service.policy.bounds
    return Allowance(
        families=bounds.families_per_run,
        amount=bounds.amount_per_run,
        waits_for_first_approval=bounds.first_run_approval and not _was_approved(service),
    )


def _was_approved(service: Service) -> bool:
    with service.store.begin() as unit:
        return unit.facts.load(facts.FIRST_APPROVAL) is not None
