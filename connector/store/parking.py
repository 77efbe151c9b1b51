"""The parkings' repository: who is parked and why; a row ends when a named person lifts it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from connector.domain.ids import AccountId
from connector.domain.parking import Parking, ParkingCause
from connector.store.schema import parking

_LIVE = parking.c.lifted_at.is_(None)
_ONE = select(parking).where(_LIVE, parking.c.main_id == bindparam("family"))
_ALL = select(parking).where(_LIVE).order_by(parking.c.id)
_LIFTED = (
    select(parking)
    .where(parking.c.lifted_at.is_not(None))
    .order_by(parking.c.lifted_at.desc(), parking.c.id.desc())
)
_ENDED = update(parking).where(_LIVE, parking.c.main_id == bindparam("family"))


class SqlParkings:
    """Parkings inside one unit of work; ``epoch`` is kept with every row it adds."""

    def __init__(self, connection: Connection, epoch: int | None) -> None:
        self._connection = connection
        self._epoch = epoch

    def record_parked(self, found: Parking) -> bool:
        """Park a family; False when it is parked already, and nothing is changed then."""
        if self.load_parked(found.main_id) is not None:
            return False
        self._connection.execute(
            insert(parking).values(
                main_id=found.main_id,
                since=found.since,
                cause=found.cause.value,
                reason=found.reason,
                evidence="\n".join(found.evidence),
                mend=found.mend,
                epoch=self._epoch,
            )
        )
        return True

    def record_lifted(self, main_id: AccountId, by: str, at: datetime) -> bool:
        """End a family's parking; False when it is not parked."""
        ended = self._connection.execute(
            _ENDED.values(lifted_at=at, lifted_by=by), {"family": main_id}
        )
        return ended.rowcount == 1

    def load_parked(self, main_id: AccountId) -> Parking | None:
        """The parking of a family, or None when it is not parked now."""
        row = self._connection.execute(_ONE, {"family": main_id}).mappings().one_or_none()
        return None if row is None else _parking_from(row)

    def load_all_parked(self) -> tuple[Parking, ...]:
        """Every family that is parked now, longest first."""
        return tuple(_parking_from(row) for row in self._connection.execute(_ALL).mappings())

    def load_lifted(self, limit: int) -> tuple[Parking, ...]:
        """Parkings that somebody lifted, latest first."""
        rows = self._connection.execute(_LIFTED.limit(limit)).mappings()
        return tuple(_parking_from(row) for row in rows)


def _parking_from(row: RowMapping) -> Parking:
    return Parking(
        main_id=AccountId(row["main_id"]),
        since=row["since"],
        cause=ParkingCause(row["cause"]),
        reason=row["reason"],
        evidence=tuple(row["evidence"].split("\n")) if row["evidence"] else (),
        mend=row["mend"],
        lifted_at=row["lifted_at"],
        lifted_by=row["lifted_by"],
    )
