"""Names of the small facts the runtime keeps in the store, each with its meaning."""

from __future__ import annotations

from typing import Final

ACCOUNTS_UPDATED: Final = (
    "poll.accounts_updated_since"  #: ISO instant; saved accounts are read from here
)
ACCOUNTS_YOUNG: Final = (
    "poll.accounts_young"  #: accounts saved just before the latest poll, with stamps
)
ACCOUNTS_COUNT: Final = (
    "poll.accounts_count"  #: accounts at the last poll, for the plausibility check
)
LAST_POLL: Final = "poll.last"  #: ISO instant of the platform clock
LAST_SWEEP: Final = "poll.last_sweep"  #: ISO instant of the platform clock
POLLED_AT: Final = "poll.host_time"  #: ISO instant of the host clock, of the latest poll
LOOKED_BACK: Final = "poll.looked_back"  #: ISO instant of the host clock: do old records stand?
MODE: Final = "service.mode"  #: mode of the latest cycle
FROZEN: Final = "service.frozen"  #: why nothing is written; only a person removes it
RESTORED: Final = "service.restored"  #: who put which backup in the store's place, and when
RECOVERY: Final = "recovery.why"  #: our store is older than the platform; only `rebuild` ends it
RECOVERY_SINCE: Final = "recovery.since"  #: ISO instant of the host clock
RECOVERED: Final = "recovery.confirmed"  #: who confirmed the latest rebuild, and when
ACCEPTED: Final = "recovery.accepted"  #: marks that a person accepted as unexplained
ROLLED_BACK: Final = "rollback.why"  #: the platform is older than our store; a person settles it
LOSS_BELIEVED: Final = "poll.loss_believed"  #: who said that the vanished links are truly gone
NATIVE_DUE: Final = "poll.native_due"  #: since when the platform's own links must be read anew
FIRST_APPROVAL: Final = "service.first_approval"  #: who approved the first plan, and when
AUDIT_LATEST: Final = "audit.latest"  #: what the latest audit of all families found, as JSON
AUDIT_FROZE: Final = "audit.froze"  #: what an audit froze all writes for: not for the same again
MARKER: Final = (
    "marker.read_back"  #: how a mark of ours was read back here; empty: a probe lost one
)
OWN_NUMBER: Final = (
    "platform.own_number"  #: administrator the status log names for us; "" = unknown
)


def proof(capability: str) -> str:
    """What a probe found of one capability: JSON with its sentence, day, release and mapping."""
    return f"probe.{capability}"


def feed_mark(feed: str) -> str:
    """Highest id of a feed that was read."""
    return f"poll.feed.{feed}"


def feed_row(feed: str) -> str:
    """Whose the row with that id is, and between which two polls it came."""
    return f"poll.row.{feed}"
