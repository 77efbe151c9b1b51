"""``audit``: what people and programs see, the page, the figures, the freeze, and its exit codes."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import Site


@pytest.fixture
def merged(site: Site) -> Site:
    """A site whose family was charged and merged."""
    site.shell.set(MERGE__GUARD_MINUTES="0")
    site.link_all()
    site.control("POST", "charge")
    assert site.run("sync").code == 0
    return site


def merged_id(site: Site) -> int:
    """The merged invoice's number, as our journal has it."""
    with closing(sqlite3.connect(site.shell.folder / "state.sqlite3")) as store:
        found = store.execute("SELECT remote_id FROM step WHERE kind = 'issue'").fetchone()
    return int(found[0])


def delete_merged(site: Site) -> None:
    """Staff delete the merged invoice."""
    site.control("POST", "delete", resource="invoices", id=merged_id(site))


def break_chain(site: Site) -> None:
    """Somebody writes into the store."""
    with closing(sqlite3.connect(site.shell.folder / "state.sqlite3")) as store, store:
        store.execute("DROP TRIGGER event_is_final")
        store.execute("UPDATE event SET detail = 'x' WHERE id = 2")


def test_a_sound_family_ends_with_0(merged: Site) -> None:
    """What was looked at is told, and status knows when."""
    done = merged.run("audit")
    assert done.code == 0, done.err
    assert "nothing is wrong" in done.out
    assert re.search(r"families +1\n", done.out)
    told = merged.run("status")
    assert told.code == 0
    assert "1 families: nothing found" in told.out


def test_findings_end_with_1_in_tables(merged: Site) -> None:
    """One table for each rule, with amounts, what is the case, and what to do."""
    delete_merged(merged)
    done = merged.run("audit")
    assert done.code == 1
    assert "A merged invoice is gone (1): merged_gone, I4, grave" in done.out
    assert "what to do" in done.out
    assert "1 findings, 1 of them grave" in done.out
    shown = merged.run("status")
    assert shown.code == 1
    assert "found by the latest audit" in shown.out
    assert "merged_gone: the merged invoice was deleted" in shown.out
    assert merged.run("status", "--json").document["audit"]["grave"] == 1


def test_programs_get_one_document(merged: Site) -> None:
    """With every finding, its law and its gravity."""
    delete_merged(merged)
    document = merged.run("audit", "--json").document
    (finding,) = document["findings"]
    assert (finding["rule"], finding["law"], finding["gravity"]) == ("merged_gone", "I4", "grave")
    assert document["counts"] == {"merged_gone": 1}
    assert (document["families"], document["is_whole"], document["frozen"]) == (1, True, None)


def test_notes_are_shown_and_end_with_0(merged: Site) -> None:
    """What staff did on purpose asks nothing of anybody."""
    with closing(sqlite3.connect(merged.shell.folder / "state.sqlite3")) as store:
        main, total = store.execute("SELECT main_id, total FROM operation").fetchone()
    amount = str(total)
    merged.control("POST", "credit", customer_id=main, invoice_id=merged_id(merged), amount=amount)
    done = merged.run("audit")
    assert done.code == 0
    assert "merged_credited" in done.out
    assert "nothing is wrong" in done.out
    assert "merged_credited" not in merged.run("status").out


def test_named_families_only(merged: Site) -> None:
    """Any member names its family; nothing of it is kept as the latest audit."""
    delete_merged(merged)
    links = merged.run("links", "list", "--json").document["links"]
    assert merged.run("audit", "--main", str(links[0]["sub_id"])).code == 1
    assert merged.run("status", "--json").document["audit"] is None
    stranger = merged.run("audit", "--main", "999")
    assert stranger.code == 1
    assert "account 999 never belonged to a family" in stranger.err


def test_what_concerns_everybody_freezes_when_asked_to(merged: Site) -> None:
    """Not without; and a person unfreezes."""
    break_chain(merged)
    assert merged.run("audit").code == 1
    assert merged.run("status", "--json").document["frozen"] is None
    done = merged.run("audit", "--freeze")
    assert done.code == 1
    assert "writes are frozen" in done.out
    assert "event 2" in merged.run("status", "--json").document["frozen"]
    merged.run("unfreeze", "--by", "ada")
    merged.run("sync")
    again = merged.run("audit", "--freeze", "--json").document
    assert (again["counts"], again["frozen"]) == ({"chain_broken": 1}, None)


def test_figures_go_to_the_file_that_is_named(merged: Site) -> None:
    """By the option, or by the setting."""
    path = merged.shell.folder / "la.prom"
    assert merged.run("audit", "--metrics", str(path)).code == 0
    assert "linked_accounts_audit_families 1.0" in path.read_text()
    path.unlink()
    merged.shell.set(AUDIT__METRICS_FILE=str(path))
    assert merged.run("audit").code == 0
    assert path.exists()
    merged.shell.set(AUDIT__METRICS_FILE="/nowhere/la.prom")
    assert "cannot be written to /nowhere/la.prom" in merged.run("audit").err


def test_out_of_reach_and_wrong_key(merged: Site) -> None:
    """69 and 77, as of every command."""
    merged.shell.set(PLATFORM__SECRET="wrong")
    assert merged.run("audit").code == 77
    merged.shell.set(PLATFORM__BASE_URL="http://127.0.0.1:9", PLATFORM__CLOCK="wall")
    assert merged.run("audit").code == 69
    merged.shell.set(AUDIT__DAYS="0")
    assert merged.run("audit").code == 78


def test_it_works_in_observe_mode(merged: Site) -> None:
    """And writes nothing there either."""
    merged.shell.set(MODE="observe")
    merged.control("DELETE", "requests")
    assert merged.run("audit").code == 0
    writes: list[dict[str, Any]] = [
        row
        for row in merged.control("GET", "requests")
        if row["method"] not in {"GET", "HEAD", "OPTIONS"} and "auth/tokens" not in row["path"]
    ]
    assert writes == []


# -- the page -------------------------------------------------------------------------------


class Page(HTMLParser):
    """The tags and the words of a page, and whether every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag begins."""
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag != "meta":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """A tag ends: the latest one that is open."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Words."""
        self.words += data


def page_of(site: Site) -> Page:
    """The page of an audit."""
    path = site.shell.folder / "audit.html"
    site.run("audit", "--report", str(path))
    return Page(path.read_text(encoding="utf-8"))


def test_the_page_stands_by_itself(merged: Site) -> None:
    """A summary, a bar and a table for the broken rule; nothing is loaded, nothing runs."""
    assert "nothing is wrong" in page_of(merged).words
    delete_merged(merged)
    page = page_of(merged)
    assert "1 findings, 1 of them grave" in page.words
    assert "A merged invoice is gone (1)" in page.words
    assert page.tags.count("table") == 3
    assert page.links == ["#merged_gone"]
    assert not {"script", "img", "link", "iframe"} & set(page.tags)


def test_words_from_elsewhere_are_only_words(merged: Site) -> None:
    """A document number that is HTML stays text."""
    with closing(sqlite3.connect(merged.shell.folder / "state.sqlite3")) as store, store:
        store.execute("UPDATE source SET number = '<script>alert(1)</script>'")
        (source,) = store.execute("SELECT invoice_id FROM source WHERE position = 1").fetchone()
    invoice = merged.box.world.invoices.get(source)
    assert invoice is not None
    invoice.status = "deleted"
    page = page_of(merged)
    assert "<script>alert(1)</script>" in page.words
    assert "script" not in page.tags


def test_a_page_that_cannot_be_written_is_told(merged: Site, tmp_path: Path) -> None:
    """In one sentence."""
    done = merged.run("audit", "--report", str(tmp_path / "nowhere" / "x.html"))
    assert done.code == 1
    assert "cannot be written" in done.err
