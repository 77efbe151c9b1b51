"""Parking: one family gets no write at all until a named person lets it go on; others go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connector.domain.ids import AccountId
from connector.domain.refusals import Refusal


class ParkingCause(StrEnum):
    """What parks a family."""

    IMPOSSIBLE = "impossible"  #: what was seen, or was to be done, cannot be
    REFUSALS = "refusals"  #: too many of its writes were refused or contradicted


@dataclass(frozen=True, kw_only=True, slots=True)
class Parking:
    """That a family is parked, or was: why, what was seen, and who let it go on."""

    main_id: AccountId
    since: datetime  #: host clock, UTC
    cause: ParkingCause
    reason: str
    evidence: tuple[str, ...]  #: what was seen, with the documents' numbers; a line each
    mend: str  #: what a person does next, with the command
    lifted_at: datetime | None = None
    lifted_by: str | None = None

    @property
    def retry(self) -> str:
        """The command that lets the family go on."""
        return retry_command(self.main_id)


def retry_command(main_id: AccountId) -> str:
    """The command that lifts a parking."""
    return f"linked-accounts retry {main_id}"


def refuse_parked(parking: Parking) -> Refusal:
    """Why nothing new is planned for a parked family."""
    return Refusal(
        rule="parked",
        account_id=parking.main_id,
        subject=f"main account {parking.main_id}",
        sentence=f"parked since {parking.since:%Y-%m-%d %H:%M} UTC: {parking.reason}",
        mend=parking.mend,
    )
