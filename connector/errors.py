"""The error tree: may it have happened, and who must act?

::

    ConnectorError
    ├── SetupError               the operator must act; all problems at once
    ├── PlatformError
    │   ├── PlatformUnavailable  certainly not carried out; try again later
    │   ├── OutcomeUnknown       may have been carried out; only a read-back may follow
    │   ├── PlatformRefused      understood and declined; hold
    │   ├── PlatformDenied       not allowed, even after one renewal of the login
    │   ├── RecordMissing        the record is not there (any more); plan anew
    │   └── ReplyMalformed       does not fit the mapping; quarantine the object
    ├── StoreError
    │   ├── StoreUnavailable     nothing was recorded
    │   ├── LeaseLost            another process holds the pen
    │   └── JournalConflict      the journal says otherwise than we thought; nothing was recorded
    └── IllegalTransition        a step was asked to do what its state forbids; a bug

    InvariantBroken(AssertionError)  a bug: stops the family it was found in

A refusal by a *rule* is not an error: it is a value, see ``domain/refusals.py``.
"""

from __future__ import annotations


class ConnectorError(Exception):
    """Anything this connector raises on purpose."""

    exit_code = 1


class SetupError(ConnectorError):
    """The set-up is wrong: every problem found, each with its mend."""

    exit_code = 78

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class PlatformError(ConnectorError):
    """Something between us and the platform."""


class PlatformUnavailable(PlatformError):
    """The platform did not carry the request out; ``retry_after_seconds`` when it said so."""

    exit_code = 69

    def __init__(self, sentence: str, *, retry_after_seconds: int | None = None) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(sentence)


class OutcomeUnknown(PlatformError):
    """The write may have been carried out; only reading back ends the doubt."""

    exit_code = 75


class PlatformRefused(PlatformError):
    """The platform understood and declined; its words are kept."""

    def __init__(self, sentence: str, *, status: int, code: str | None = None) -> None:
        self.status = status
        self.code = code
        super().__init__(sentence)


class PlatformDenied(PlatformError):
    """The key is wrong, or a permission is missing; ``permission`` names it when known."""

    exit_code = 77

    def __init__(self, sentence: str, *, permission: str | None = None) -> None:
        self.permission = permission
        super().__init__(sentence)


class RecordMissing(PlatformError):
    """The platform has no such record."""


class ReplyMalformed(PlatformError):
    """A reply, or one object in it, does not fit the mapping; names the field and the value."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        self.field = field
        super().__init__(sentence)


class StoreError(ConnectorError):
    """Something between us and our own store."""

    exit_code = 75


class StoreUnavailable(StoreError):
    """The store cannot be opened or written; nothing was recorded."""


class LeaseLost(StoreError):
    """Another process holds the lease; this one must not write."""


class JournalConflict(StoreError):
    """The journal row is not as expected; nothing was recorded."""


class IllegalTransition(ConnectorError):
    """The step's state does not know this event; nothing was changed."""


class InvariantBroken(AssertionError):
    """A law does not hold: a bug, never an operator's fault."""
