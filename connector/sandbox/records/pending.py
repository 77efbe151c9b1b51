"""What is to happen on a day to come."""

import datetime as dt
from dataclasses import dataclass

from connector.sandbox.records.base import Row


@dataclass(kw_only=True, slots=True)
class PendingStatus(Row):
    """A planned change of status; `added_by` tells the auditor who will have made it."""

    date: dt.date | None = None
    status: str = ""
    done: int = 0
    administrator_id: int = 0
    added_by: str = "admin"
