"""The one way to write to the platform; not even built in ``observe`` mode."""

from __future__ import annotations

from collections.abc import Callable

from connector.domain.ids import AccountId
from connector.errors import PlatformDenied
from connector.ports.platform import Receipt
from connector.saga.effects import Effect
from connector.splynx.bodies import request_of
from connector.splynx.connection import UNKNOWN, SplynxConnection
from connector.splynx.verdict import new_id_of


class SplynxWriter:
    """A :class:`~connector.ports.platform.BillingWriter`."""

    def __init__(self, connection: SplynxConnection, only: AccountId | None = None) -> None:
        self._connection = connection
        self._only = only  #: the one account that a probe may write to

    def send(self, effect: Effect, may_leave: Callable[[], None]) -> Receipt:
        """Send one write, once; ``may_leave`` has the last word before its first byte.

        Raises:
            PlatformUnavailable: certainly not carried out.
            OutcomeUnknown: may have been carried out.
            PlatformRefused: declined, with the platform's words.
            PlatformDenied: not allowed; also for a release without a proven mapping.
            RecordMissing: the invoice or account is not there (any more).
        """
        if self._connection.capabilities.release == UNKNOWN:
            raise PlatformDenied(
                "this release of the platform is not known, so nothing is written to it;"
                " name it in platform.release if you are sure"
            )
        if self._only is not None and effect.account_id != self._only:
            raise PlatformDenied(f"account {effect.account_id} is not the one that is probed")
        request = request_of(effect, self._connection.mapping)
        reply = self._connection.client.write(request, may_leave)
        return Receipt(remote_id=new_id_of(reply) if request.method == "POST" else None)
