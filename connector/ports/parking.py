"""Parked families as the store keeps them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from connector.domain.ids import AccountId
from connector.domain.parking import Parking


class Parkings(Protocol):
    """Families that get no write; rows are added and ended, never changed or taken out."""

    def record_parked(self, found: Parking) -> bool:
        """Park a family; False when it is parked already, and nothing is changed then."""
        ...

    def record_lifted(self, main_id: AccountId, by: str, at: datetime) -> bool:
        """End a family's parking; False when it is not parked."""
        ...

    def load_parked(self, main_id: AccountId) -> Parking | None:
        """The parking of a family, or None when it is not parked now."""
        ...

    def load_all_parked(self) -> tuple[Parking, ...]:
        """Every family that is parked now, longest first."""
        ...

    def load_lifted(self, limit: int) -> tuple[Parking, ...]:
        """Parkings that somebody lifted, latest first."""
        ...
