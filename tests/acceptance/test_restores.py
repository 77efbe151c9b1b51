"""A store that is lost and a platform that went back, over HTTP, with a daemon of its own process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from copy import deepcopy
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.tables import Table
from connector.sandbox.world import World
from tests.acceptance.bench import Bench, Family, open_bench
from tests.acceptance.test_processes import POLL, daemon, until
from tests.proof import prove_at

SOON = {"LINKED_ACCOUNTS_PLATFORM__QUIESCENCE_SECONDS": "1"}
"""A platform that carries nothing out late."""


def command(bench: Bench, *words: str) -> tuple[int, Any]:
    """Run a command as a person does; its exit code and its document."""
    run = subprocess.run(
        [sys.executable, "-m", "connector", "-c", str(bench.config), *words, "--json"],
        env={**os.environ, **bench.environ, **SOON},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, json.loads(run.stdout) if run.stdout else run.stderr


def charged(bench: Bench) -> Family:
    """A family of a main and three subs, linked; their month is charged."""
    family = bench.family("30.00", ("10.00", "20.00", "40.00"))
    link(bench, family)
    bench.control("POST", "charge", {"customer_ids": [family.main_id, *family.sub_ids]})
    return family


def link(bench: Bench, family: Family) -> None:
    """Import its links."""
    bench.link(*((family.main_id, sub, "aggregated") for sub in family.sub_ids))


def end_of(bench: Bench, family: Family) -> object:
    """Who owes what on which documents, and how each account stands; without numbers of records."""
    (row,) = (row for row in bench.audit()["families"] if row["main_id"] == family.main_id)
    documents = sorted(
        (document["customer_id"], document["due"]) for document in row["open_documents"]
    )
    world = bench.box.world
    balances = [
        str(world.billing_of(account).deposit) for account in (family.main_id, *family.sub_ids)
    ]
    return documents, balances, row["status"], len(world.invoices), len(world.credit_notes)


def lose(bench: Bench) -> None:
    """The store's file is gone; a person proves the installation again, and imports the links."""
    for left in bench.folder.glob("state.sqlite3*"):
        left.unlink()
    prove_at(bench.settings().store.url)


def is_stopped(bench: Bench, word: str) -> bool:
    """Whether ``status`` says that nothing is written, and why."""
    code, shown = command(bench, "status")
    return code == 1 and str(shown["frozen"]).startswith(word)


def tables_of(world: World) -> dict[str, object]:
    """What a backup of the platform has in it."""
    rows = {each.name: getattr(world, each.name) for each in fields(world)}
    return deepcopy({name: row for name, row in rows.items() if isinstance(row, Table)})


@pytest.mark.slow
@pytest.mark.parametrize("writes", [2, 6])
def test_a_store_lost_in_the_midst_of_a_merge_ends_as_if_it_had_not_been(
    tmp_path: Path, writes: int
) -> None:
    """Killed between claims, or between reliefs; the file deleted; rebuilt, confirmed, gone on."""
    with open_bench(tmp_path) as sound:
        family = charged(sound)
        sound.sync()
        wanted = end_of(sound, family)
    (tmp_path / "lost").mkdir()
    with open_bench(tmp_path / "lost") as bench:
        bench.configure(more=POLL.format(seconds=1))
        family = charged(bench)
        with daemon(bench, **SOON) as running:
            until(lambda: len(bench.writes()) >= writes, "some writes")
            running.end(signal.SIGKILL)
        lose(bench)
        link(bench, family)
        sent = len(bench.writes())
        with daemon(bench, "another", **SOON) as running:
            until(lambda: "store.behind" in running.said, "recovery mode")
            until(lambda: running.said.count("cycle.done") > 1, "further turns")
            assert is_stopped(bench, "recovery: ")
            assert len(bench.writes()) == sent
            code, report = command(bench, "rebuild")
            assert (code, len(report["plans"])) == (1, 1)
            until(
                lambda: command(bench, "rebuild", "--confirm", "--by", "anna")[0] == 0, "confirmed"
            )
            until(lambda: command(bench, "status")[0] == 0, "all is done")
            until(lambda: end_of(bench, family) == wanted, "the end")
            assert running.end() == 0
        assert bench.audit()["findings"] == []
        assert command(bench, "journal", "verify")[0] == 0


@pytest.mark.slow
def test_a_platform_that_went_back_gets_no_write_until_a_person_has_settled_it(
    bench: Bench,
) -> None:
    """The report has every document with its amount; settled, the sources are merged anew."""
    bench.configure(more=POLL.format(seconds=1))
    family = charged(bench)
    kept = tables_of(bench.box.world)
    bench.sync()
    bench.sync()
    for name, rows in kept.items():
        setattr(bench.box.world, name, rows)
    paid = {"customer_id": family.main_id, "amount": "1.00"}
    bench.control("POST", "pay", paid)  # life goes on
    sent = len(bench.writes())
    with daemon(bench, **SOON) as running:
        until(lambda: "platform.behind" in running.said, "noticed")
        assert is_stopped(bench, "rollback: ")
        code, report = command(bench, "lost-interval")
        assert code == 1
        assert sorted(row["what"] for row in report["lost"]) == ["issue", *["relieve"] * 4]
        assert {row["now"] for row in report["lost"]} == {"gone"}
        assert len(bench.writes()) == sent
        assert command(bench, "lost-interval", "--settle", "--by", "anna")[0] == 0
        until(lambda: command(bench, "status")[0] == 0, "all is done")
        until(lambda: [row.added_by for row in bench.box.world.invoices].count("api") == 1, "anew")
        assert running.end() == 0
