"""An account: one customer record of the platform, with its billing settings and status history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from connector.domain.ids import AccountId

SYSTEM = 0
"""Administrator number under which the platform logs its own changes."""

LAST_BILLING_DAY = 28


class AccountStatus(StrEnum):
    """Status of an account."""

    NEW = "new"  #: not yet activated
    ACTIVE = "active"  #: served
    BLOCKED = "blocked"  #: service off for debt or by a person, still charged
    INACTIVE = "inactive"  #: service closed, no longer charged (platform word: disabled)


class BillingType(StrEnum):
    """How an account is charged."""

    RECURRING = "recurring"
    PREPAID = "prepaid"
    PREPAID_MONTHLY = "prepaid_monthly"


class BillingMode(StrEnum):
    """Who pays for a sub-account."""

    AGGREGATED = "aggregated"  #: the main account pays on one merged invoice
    INDEPENDENT = "independent"  #: the sub-account pays for itself


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """One account as last read."""

    id: AccountId
    name: str
    status: AccountStatus
    billing_type: BillingType
    partner_id: int
    address: str = ""
    native_main_id: AccountId | None = None  #: main account by the platform's own linking (5.1+)


@dataclass(frozen=True, kw_only=True, slots=True)
class Billing:
    """An account's billing settings and balance (currency of the installation, four places)."""

    account_id: AccountId
    enabled: bool
    balance: Decimal  #: positive = credit, negative = debt
    min_balance: Decimal
    billing_day: int  #: 1-28
    due_days: int  #: days from the document's date until it must be paid
    blocking_days: int  #: further days until the account is blocked
    native_mode: BillingMode | None = None  #: billing mode by the platform's own linking (5.1+)


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusChange:
    """One row of the platform's status log for an account (service rows are left out)."""

    id: int
    account_id: AccountId
    old: AccountStatus | None
    new: AccountStatus
    at: datetime  #: in the platform's zone
    administrator_id: int  #: 0 = the platform itself, and possibly any API key

    @property
    def by_system(self) -> bool:
        """Whether the log names no person."""
        return self.administrator_id == SYSTEM


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Cycle:
    """A billing period of a main account: from its first day up to the next one's first day."""

    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end


def cycle_of(day: date, billing_day: int) -> Cycle:
    """The cycle of a billing day (1-28) that contains ``day``."""
    if not 1 <= billing_day <= LAST_BILLING_DAY:
        raise ValueError(f"billing day must be 1-{LAST_BILLING_DAY}, not {billing_day}")
    start = day.replace(day=billing_day)
    if start > day:
        start = _month_before(start)
    return Cycle(start=start, end=_month_after(start))


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=day.day)


def _month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=day.day)
