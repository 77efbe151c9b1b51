"""Keep the store: walk its journal, back it up, and restore it so that nothing is written blindly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from connector.config import Settings
from connector.ports.trace import ChainReport
from connector.runtime import facts
from connector.runtime.strangers import MEND
from connector.store.backup import Backup, Restored, back_up, restore
from connector.store.open import host_now, open_store


def verify_journal(settings: Settings) -> ChainReport:
    """Walk the chain of events in the store."""
    store = open_store(settings.store.url)
    try:
        return store.verify_journal()
    finally:
        store.close()


def back_up_store(settings: Settings, target: Path) -> Backup:
    """Copy the store, also while the service runs; the copy is checked before it gets its name."""
    return back_up(settings.store.url, target)


def restore_store(settings: Settings, source: Path, by: str) -> Restored:
    """Put a backup in the store's place, in recovery mode: nothing is written until it is rebuilt.

    What was done after the backup was made, the journal does not know any more; the marks on the
    platform do.
    """

    def marks(backup: Backup) -> Mapping[str, str]:
        now = host_now()
        at = now.isoformat(timespec="seconds")
        story = f"restored by {by} at {at} from {source} with {backup.rows} events"
        why = f"recovery: {story}; {MEND}"
        return {
            facts.RESTORED: story,
            facts.RECOVERY: why,
            facts.RECOVERY_SINCE: now.isoformat(),
        }

    return restore(settings.store.url, source, facts=marks, clock=host_now)
