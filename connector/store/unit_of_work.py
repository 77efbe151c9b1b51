"""One transaction over all repositories."""

from __future__ import annotations

from sqlalchemy import Connection, Transaction

from connector.errors import StoreError, StoreUnavailable
from connector.ports.journal import Journal
from connector.ports.parking import Parkings
from connector.ports.store import Agenda, Facts, Findings, Links, Requests
from connector.store.agenda import SqlAgenda
from connector.store.engine import is_in_transaction
from connector.store.facts import SqlFacts
from connector.store.findings import SqlFindings
from connector.store.journal import SqlJournal
from connector.store.links import SqlLinks
from connector.store.parking import SqlParkings
from connector.store.requests import SqlRequests


class SqlUnitOfWork:
    """The repositories over one connection; nothing lasts before ``commit`` returns."""

    journal: Journal
    links: Links
    agenda: Agenda
    findings: Findings
    parkings: Parkings
    requests: Requests
    facts: Facts

    def __init__(self, connection: Connection, transaction: Transaction, epoch: int | None) -> None:
        self._connection = connection
        self._transaction = transaction
        self.journal = SqlJournal(connection, epoch)
        self.links = SqlLinks(connection)
        self.agenda = SqlAgenda(connection)
        self.findings = SqlFindings(connection)
        self.parkings = SqlParkings(connection, epoch)
        self.requests = SqlRequests(connection)
        self.facts = SqlFacts(connection)

    def commit(self) -> None:
        """Make it durable (fsync) and end the transaction; the unit cannot be used further.

        Raises:
            StoreUnavailable: it could not be made durable; nothing was recorded.
            StoreError: the database was cut off while it committed. Only reading the store again
                tells what was recorded, so whoever gets this must not go on from what he knows.
        """
        if self._transaction.is_active and not is_in_transaction(self._connection):
            raise StoreUnavailable("the database gave the transaction up; nothing was recorded")
        try:
            self._transaction.commit()
        except StoreUnavailable as cut_off:
            if self._connection.dialect.name == "sqlite":
                raise  # its own process, its own file: what failed was not recorded
            raise StoreError(
                "the database was cut off while it committed: whether it recorded the latest"
                f" change shows at the next start ({cut_off})"
            ) from cut_off
