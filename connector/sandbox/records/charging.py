"""Charges that wait for confirmation, and charges that were made."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from connector.sandbox.money import ZERO
from connector.sandbox.records.base import Row


@dataclass(kw_only=True, slots=True)
class Preview(Row):
    """The charges of one billing day and partner, held until they are issued or withdrawn."""

    partner_id: int = 0
    billing_day: dt.date = dt.date.min
    issue_on: dt.date = dt.date.min
    status: str = "waiting"
    accounts: list[int] = field(default_factory=list)
    invoice_ids: list[int] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class ChargeRecord(Row):
    """One charge of one account; the latest is what can be cancelled.

    `remembered` is the coverage that the services had before, as `charged_to` keeps it.
    """

    date: dt.date | None = None
    real_date_time: dt.datetime | None = None
    transactions_id: str = ""
    invoice_id: int = 0
    request_id: int = 0
    next_request_before: dt.date | None = None
    history_id: int = 0
    transactions_sum: Decimal = ZERO
    max_period_to: dt.date | None = None
    remembered: dict[int, dt.date | None] = field(default_factory=dict)
