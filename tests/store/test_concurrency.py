"""Many threads and several processes at one store: everybody gets a turn, no write is lost."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from connector.store.open import open_store
from connector.store.store import SqlStore
from tests.store.support import Place, rows

THREADS = 8
WRITES = 25
OPEN_AND_COUNT = """
import sys
from connector.store.open import open_store
store = open_store(sys.argv[1])
print(store.install_id)
for _ in range(25):
    with store.begin() as unit:
        count = int(unit.facts.load("count") or 0)
        unit.facts.record("count", str(count + 1))
        unit.commit()
print(*[store.reserve_nonce(1) for _ in range(25)])
"""


def _count_up(store: SqlStore) -> None:
    with store.begin() as unit:
        count = int(unit.facts.load("count") or 0)
        unit.facts.record("count", str(count + 1))
        unit.commit()


def test_threads_take_turns(store: SqlStore) -> None:
    """Each reads first and writes later; no "database is locked", no lost update."""
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(_count_up, store) for _ in range(THREADS * WRITES)]:
            done.result()
    assert rows(store, "SELECT value FROM fact") == [(str(THREADS * WRITES),)]


def test_nonces_are_never_given_twice(store: SqlStore) -> None:
    """Not even to threads that ask at once."""
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(store.reserve_nonce, [1] * THREADS * WRITES))
    assert sorted(found) == list(range(1, THREADS * WRITES + 1))


@pytest.mark.slow
def test_processes_open_one_new_store_at_once(empty_place: Place) -> None:
    """One makes the tables, all get the same name, and every write counts."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_AND_COUNT, empty_place.url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    told = [process.communicate(timeout=120) for process in started]
    assert [error for _, error in told if error] == []
    lines = [output.split("\n") for output, _ in told]
    assert len({line[0] for line in lines}) == 1
    nonces = [int(number) for line in lines for number in line[1].split()]
    assert len(set(nonces)) == len(nonces) == 100
    store = open_store(empty_place.url)
    assert rows(store, "SELECT value FROM fact") == [("100",)]
    store.close()
