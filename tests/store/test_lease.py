"""The lease: one process writes, and a dead one is in nobody's way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from connector.errors import LeaseLost, StoreUnavailable
from connector.store.lease import LockFile
from connector.store.open import open_store
from connector.store.store import SqlStore
from tests.store.support import Place

HOLD = """
import sys
from connector.store.open import open_store
store = open_store(sys.argv[1])
print(store.acquire_lease("the other daemon"), flush=True)
sys.stdin.read()
"""


def test_one_holder_at_a_time(place: Place, store: SqlStore) -> None:
    """The refused one is told who holds it."""
    other = open_store(place.url)
    assert store.acquire_lease("first daemon") == 1
    with pytest.raises(LeaseLost, match=rf"first daemon \(process {os.getpid()} on "):
        other.acquire_lease("second daemon")
    store.release_lease()
    assert other.acquire_lease("second daemon") == 2
    with pytest.raises(LeaseLost, match="second daemon"):
        store.acquire_lease("first daemon")
    other.close()
    assert store.acquire_lease("first daemon") == 3


def test_a_released_epoch_is_over(store: SqlStore) -> None:
    """A straggling thread must not write after the lease was given up."""
    epoch = store.acquire_lease("daemon")
    store.release_lease()
    with pytest.raises(LeaseLost, match="nobody holds"), store.begin(epoch=epoch):
        pass


def test_an_older_epoch_is_over(store: SqlStore) -> None:
    """Taking the lease again begins a new one."""
    old = store.acquire_lease("daemon")
    new = store.acquire_lease("daemon")
    with store.begin(epoch=new) as unit:
        unit.commit()
    with pytest.raises(LeaseLost), store.begin(epoch=old):
        pass


def test_releasing_what_is_not_held_is_harmless(place: Place, store: SqlStore) -> None:
    """Above all it takes nothing from another."""
    other = open_store(place.url)
    epoch = other.acquire_lease("daemon")
    store.release_lease()
    store.release_lease()
    with other.begin(epoch=epoch) as unit:
        unit.commit()
    with pytest.raises(LeaseLost):
        store.acquire_lease("second")
    other.close()


def test_without_a_lock_file_there_is_no_lease(tmp_path: Path) -> None:
    """A folder that is not there."""
    with pytest.raises(StoreUnavailable, match="lock file"):
        LockFile(tmp_path / "gone" / "lock").acquire()


@pytest.mark.slow
def test_a_killed_holder_frees_the_lease(place: Place, store: SqlStore) -> None:
    """Another process holds it, is killed, and the next epoch begins; a file need not wait."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, place.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        epoch = int(holder.stdout.readline())
        with pytest.raises(LeaseLost, match=rf"the other daemon \(process {holder.pid} on "):
            store.acquire_lease("daemon")
        with store.begin(epoch=epoch) as unit:
            unit.facts.record("while", "it lives")
            unit.commit()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    place.outlast_lock()
    if not place.is_file:
        with pytest.raises(LeaseLost, match=r"daemon held the lease .* for \d+ more"):
            store.acquire_lease("daemon")
        place.end_lease()
    assert store.acquire_lease("daemon") == epoch + 1
    with pytest.raises(LeaseLost, match="daemon"), store.begin(epoch=epoch):
        pass
