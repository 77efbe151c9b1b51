"""Two daemons on one store: real processes, stopped, cut off and killed; only one ever writes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from connector.errors import LeaseLost, StoreError, StoreUnavailable
from connector.saga.machine import claimed, happened
from connector.saga.states import StepEvent, StepState
from connector.store.open import open_store
from connector.store.store import SqlStore
from tests.store.cluster import Cluster
from tests.store.support import NOW, Place, load, merge, record, record_changes, rows

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


class Daemon:
    """A process of ``writer.py``, and short words for what is done to it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def hear(self) -> str:
        """What it says next; empty when it has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def tell(self, order: str) -> None:
        """Give it an order, which it reads when it runs."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{order}\n")
        self.process.stdin.flush()

    def stop(self) -> None:
        """SIGSTOP, and be sure that it stands still."""
        self.process.send_signal(signal.SIGSTOP)
        _, status = os.waitpid(self.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)

    def wake(self) -> None:
        """SIGCONT."""
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def started(place: Place) -> Iterator[Daemon]:
    """A daemon that is killed afterwards, if it has not ended by itself."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.store.writer", place.url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Daemon(process)
        finally:
            process.kill()


@pytest.fixture
def cut(cluster: Cluster, postgresql: Place) -> Iterator[tuple[Place, Cluster, SqlStore]]:
    """A store on PostgreSQL with one merge in it, and who can cut its sessions."""
    opened = open_store(postgresql.url)
    record(opened, merge(1))
    yield postgresql, cluster, opened
    opened.close()


def test_the_second_daemon_is_refused(place: Place, store: SqlStore) -> None:
    """On either engine, whichever comes first; a third is told who has the lease."""
    record(store, merge(1))
    with started(place) as first, started(place) as second:
        told = {first.hear(): first, second.hear(): second}
        winner = told.pop("epoch 1")
        ((refusal, loser),) = told.items()
        assert refusal.startswith("LeaseLost: ")
        assert loser.process.wait(60) == 0
        with pytest.raises(LeaseLost, match=rf"a daemon \(process {winner.process.pid} on "):
            store.acquire_lease("third")
        winner.tell("claim")
        assert winner.hear() == "sent"
    assert load(store, 1).steps[0].state is StepState.SENDING


def test_who_was_stopped_longer_than_the_lease_writes_no_more(
    cut: tuple[Place, Cluster, SqlStore],
) -> None:
    """Its session ends, its time runs out, a second takes over; awake again, it sends nothing."""
    place, cluster, store = cut
    with started(place) as first:
        assert first.hear() == "epoch 1"
        first.stop()
        first.tell("claim")
        with pytest.raises(LeaseLost, match="a daemon"):
            store.acquire_lease("second")
        assert cluster.end_sessions(place.database) >= 1
        with pytest.raises(LeaseLost, match=r"did not give it up: it runs for \d+ more seconds"):
            store.acquire_lease("second")
        place.end_lease()
        assert store.acquire_lease("second") == 2
        first.wake()
        assert first.hear().startswith("LeaseLost: epoch 1 is over: second")
    assert load(store, 1).steps[0].state is StepState.INTENDED
    with store.begin(epoch=2) as unit:
        unit.commit()


def test_who_lost_its_session_writes_no_more_though_nobody_took_over(
    cut: tuple[Place, Cluster, SqlStore],
) -> None:
    """Somebody could, at any moment."""
    place, cluster, store = cut
    with started(place) as first:
        assert first.hear() == "epoch 1"
        cluster.end_sessions(place.database)
        first.tell("claim")
        assert first.hear() == (
            "LeaseLost: epoch 1 is over: the session that held its lock has ended"
        )
    assert load(store, 1).steps[0].state is StepState.INTENDED


def test_cut_off_in_the_middle_nothing_is_recorded_and_nothing_sent(
    cut: tuple[Place, Cluster, SqlStore],
) -> None:
    """Stopped before its commit, overtaken, awake again: its commit fails, and it does not send."""
    place, cluster, store = cut
    with started(place) as first:
        assert first.hear() == "epoch 1"
        first.tell("claim and wait")
        assert first.hear() == "written"
        first.stop()
        cluster.end_sessions(place.database)
        place.end_lease()
        epoch = store.acquire_lease("second")
        step = load(store, 1).steps[0]
        assert step.state is StepState.INTENDED
        record_changes(store, claimed(step, step.effect, NOW))
        first.tell("go on")
        first.wake()
        assert first.hear().startswith("Store")
    assert epoch == 2
    assert [row[0] for row in rows(store, "SELECT event FROM event ORDER BY id")] == [
        "open",
        "claimed",
    ]
    assert store.verify_journal().problem == ""


def test_a_killed_daemon_leaves_a_whole_journal(place: Place, store: SqlStore) -> None:
    """SIGKILL in the middle of a unit: as if it had never begun."""
    record(store, merge(1))
    with started(place) as first:
        assert first.hear() == "epoch 1"
        first.tell("claim and wait")
        assert first.hear() == "written"
        first.process.kill()
        first.process.wait()
        place.end_lease()
        assert store.acquire_lease("second") == 2
    assert load(store, 1).steps[0].state is StepState.INTENDED
    assert store.verify_journal().problem == ""


def test_a_unit_that_is_cut_off_says_so(cut: tuple[Place, Cluster, SqlStore]) -> None:
    """A sentence, nothing recorded, and the next unit finds a new session."""
    place, cluster, store = cut
    refused = pytest.raises(StoreUnavailable, match="cannot be read or written")
    with refused, store.begin() as unit:
        unit.facts.record("mark", "7")
        cluster.end_sessions(place.database)
        unit.facts.record("mark", "8")
    with store.begin() as unit:
        assert unit.facts.load("mark") is None


def test_a_commit_without_an_answer_is_unknown(cut: tuple[Place, Cluster, SqlStore]) -> None:
    """Recorded or not, whoever committed must not go on: the next start reads the truth.

    The server is made to wait for a second server that there is not: it has recorded the commit,
    and is cut off before it can say so.
    """
    place, cluster, store = cut
    step = load(store, 1).steps[0]
    change = claimed(step, step.effect, NOW)
    with _never_answering(cluster, place.database), ThreadPoolExecutor(1) as cutter:
        cutting = cutter.submit(_cut_when_waiting, cluster, place.database)
        with pytest.raises(StoreError, match="shows at the next start") as found:
            record_changes(store, change)
        assert cutting.result() == 1
    assert not isinstance(found.value, StoreUnavailable)
    seen = load(store, 1).steps[0]
    assert seen == change.after
    record_changes(store, happened(seen, StepEvent.FOUND_AT_START))


@contextmanager
def _never_answering(cluster: Cluster, database: str) -> Iterator[None]:
    """Commits are recorded here, then wait for a copy elsewhere that will never be made."""
    cluster.run(database, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    cluster.run(database, "SELECT pg_reload_conf()")
    try:
        yield
    finally:
        cluster.run(database, "ALTER SYSTEM RESET synchronous_standby_names")
        cluster.run(database, "SELECT pg_reload_conf()")


def _cut_when_waiting(cluster: Cluster, database: str) -> int:
    """Cut the session that waits in its commit, as soon as one does; their number."""
    waiting = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event = 'SyncRep'"
    )
    latest = time.monotonic() + 60
    with cluster.session(database) as session:
        while not (cut_off := session.execute(waiting).fetchall()):
            assert time.monotonic() < latest, "nobody ever waited in a commit"
    return len(cut_off)
