"""The operator requests' repository: what people asked for, and what came of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from connector.errors import JournalConflict
from connector.ports.store import OperatorRequest, RequestKind
from connector.store.schema import request

_OPEN = select(request).where(request.c.done_at.is_(None)).order_by(request.c.id)


class SqlRequests:
    """Operator requests inside one unit of work; they are closed, never deleted."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record_request(self, kind: RequestKind, subject: str, by: str, at: datetime) -> int:
        """Add a request; its id."""
        added = insert(request).values(kind=kind.value, subject=subject, by=by, at=at)
        found: int = self._connection.execute(added.returning(request.c.id)).scalar_one()
        return found

    def load_open(self) -> tuple[OperatorRequest, ...]:
        """Requests not carried out yet, oldest first."""
        return tuple(
            OperatorRequest(
                id=row["id"],
                kind=RequestKind(row["kind"]),
                subject=row["subject"],
                by=row["by"],
                at=row["at"],
            )
            for row in self._connection.execute(_OPEN).mappings()
        )

    def record_done(self, request_id: int, outcome: str, at: datetime) -> None:
        """Close an open request with what came of it; ``JournalConflict`` if it is not open."""
        closed = self._connection.execute(
            update(request)
            .where(request.c.id == request_id)
            .where(request.c.done_at.is_(None))
            .values(done_at=at, outcome=outcome)
        )
        if closed.rowcount != 1:
            raise JournalConflict(f"there is no open request {request_id}")
