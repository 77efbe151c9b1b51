"""``journal verify``, ``backup`` and ``restore``."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.cli.support import Site


def test_a_whole_journal_is_ok(site: Site) -> None:
    """Its rows and the hash of the latest, for people and for programs."""
    site.link_all()
    site.control("POST", "charge")
    assert site.run("sync").code == 0
    rows = site.shell.count("event")
    assert rows > 0
    done = site.run("journal", "verify")
    assert done.code == 0
    assert done.out.startswith(f"{rows} rows, ok; the latest has ")
    document = site.run("journal", "verify", "--json").document
    assert (document["ok"], document["rows"], document["broken_row"]) == (True, rows, None)


def test_a_broken_journal_ends_with_1(site: Site) -> None:
    """The first broken row is named."""
    assert site.run("status").code == 0
    with closing(sqlite3.connect(site.shell.folder / "state.sqlite3")) as store, store:
        store.execute("UPDATE chain SET length = 2")
    done = site.run("journal", "verify")
    assert (done.code, done.out.strip()) == (
        1,
        "broken after 0 rows: 2 rows are gone from the end of the journal",
    )
    assert not site.run("journal", "verify", "--json").document["ok"]


def test_a_store_is_saved_and_restored_and_stays_frozen_until_a_person_says_so(
    site: Site,
) -> None:
    """The whole way, with the service's own turns in between."""
    site.link_all()
    saved = str(site.shell.folder / "saved")
    assert site.run("backup", saved).code == 0
    assert site.run("backup", saved).code == 1
    done = site.run("restore", saved, "--by", "anna")
    assert done.code == 0, done.err
    assert "nothing is written" in done.out
    shown = site.run("status", "--json")
    assert shown.code == 1
    assert shown.document["frozen"].startswith("recovery: restored by anna at ")
    assert shown.document["links"]["aggregated"] > 0
    site.run("sync")
    assert site.run("status", "--json").document["frozen"]
    site.run("unfreeze", "--by", "anna")
    site.run("sync")
    assert site.run("status", "--json").document["frozen"]
    site.shell.set(PLATFORM__QUIESCENCE_SECONDS="0")
    assert site.run("rebuild", "--confirm", "--by", "anna").code == 0
    site.run("sync")
    assert site.run("status", "--json").document["frozen"] is None


def test_what_is_no_backup_is_refused(site: Site) -> None:
    """With a sentence."""
    done = site.run("restore", site.shell.write("saved", "no database " * 100))
    assert done.code == 75
    assert "cannot be copied" in done.err


def test_postgresql_is_saved_by_its_own_programs(site: Site) -> None:
    """Told without asking the server."""
    site.shell.set(STORE__URL="postgresql+psycopg://me@nowhere.invalid/state")
    for words, program in ((["backup", "x"], "pg_dump"), (["restore", "x"], "pg_restore")):
        done = site.run(*words)
        assert done.code == 1
        assert program in done.err
