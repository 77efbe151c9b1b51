"""``rebuild`` and ``lost-interval``: our store lost, and the platform put back to an older state."""

from __future__ import annotations

import csv
import io
from copy import deepcopy
from dataclasses import fields

from connector.sandbox.tables import Table
from connector.sandbox.world import World
from tests.cli.support import Site


def merge(site: Site) -> None:
    """A month is charged and merged."""
    site.shell.set(PLATFORM__QUIESCENCE_SECONDS="0")
    site.link_all()
    site.control("POST", "charge")
    assert site.run("sync").code == 0


def lose(site: Site) -> None:
    """The store's file is gone."""
    for left in site.shell.folder.glob("state.sqlite3*"):
        left.unlink()


def tables_of(world: World) -> dict[str, object]:
    """What a backup of the platform has in it."""
    rows = {each.name: getattr(world, each.name) for each in fields(world)}
    return deepcopy({name: row for name, row in rows.items() if isinstance(row, Table)})


def test_a_whole_journal_has_nothing_to_rebuild(site: Site) -> None:
    """And says how many marks it explains."""
    merge(site)
    done = site.run("rebuild")
    assert done.code == 0, done.err
    assert "there is nothing to rebuild" in done.out


def test_a_lost_store_from_its_first_look_to_the_confirmation(site: Site) -> None:
    """The service stops by itself, the marks are read back, a person confirms, it goes on."""
    merge(site)
    lose(site)
    writes = len(site.control("GET", "requests"))
    assert site.run("sync").code == 1
    shown = site.run("status", "--json")
    assert shown.code == 1
    assert shown.document["frozen"].startswith("recovery: the platform bears marks of 1 plans")
    tried = site.run("rebuild", "--dry-run")
    assert tried.code == 1
    assert "accounts that bear marks and have no link" in tried.out
    assert site.shell.count("operation") == 0
    site.link_all()
    done = site.run("rebuild", "--json")
    assert done.code == 1
    (plan,) = done.document["plans"]
    assert (plan["problem"], plan["operation"]["state"]) == ("", "closed")
    assert site.shell.count("operation") == 1
    confirmed = site.run("rebuild", "--confirm", "--by", "anna")
    assert confirmed.code == 0, confirmed.err
    assert "confirmed by anna" in confirmed.out
    assert site.run("sync").code == 0
    assert site.run("status").code == 0
    assert site.control("GET", "audit")["findings"] == []
    assert not [
        row
        for row in site.control("GET", "requests")[writes:]
        if row["method"] in {"POST", "PUT"} and "auth/tokens" not in row["path"]
    ]


def test_confirming_and_a_dry_run_exclude_each_other(site: Site) -> None:
    """With a sentence; and so does confirming where nothing is to be confirmed."""
    assert site.run("rebuild", "--confirm", "--dry-run").code == 1
    assert "nothing to confirm" in site.run("rebuild", "--confirm").err


def test_a_platform_put_back_is_told_and_settled(site: Site) -> None:
    """Nothing is written; the report has every document; settled, the sources are merged anew."""
    site.shell.set(PLATFORM__QUIESCENCE_SECONDS="0")
    site.link_all()
    site.control("POST", "charge")
    kept = tables_of(site.box.world)
    assert site.run("sync").code == 0
    assert site.run("sync").code == 0
    for name, rows in kept.items():
        setattr(site.box.world, name, rows)
    (main_id,) = {link.main_id for link in site.box.world.links.values()}
    site.control("POST", "pay", customer_id=main_id, amount="1.00")  # life goes on
    assert site.run("sync").code == 1
    assert site.run("status", "--json").document["frozen"].startswith("rollback: ")
    assert site.run("rebuild").code == 1
    shown = site.run("lost-interval")
    assert shown.code == 1
    assert "nothing is written until" in shown.out
    rows = list(csv.DictReader(io.StringIO(site.run("lost-interval", "--csv").out)))
    kinds = [row["what"] for row in rows]
    assert kinds.count("issue") == 1
    assert {row["now"] for row in rows} == {"gone"}
    assert len(site.run("lost-interval", "--json").document["lost"]) == len(rows)
    assert site.run("lost-interval", "--csv", "--json").code == 1
    assert site.run("lost-interval", "--settle", "--by", "anna").code == 0
    assert site.run("sync").code == 0
    merged = [row for row in site.box.world.invoices if row.added_by == "api"]
    assert len(merged) == 1
    assert site.run("lost-interval").out.startswith("the platform has everything")
