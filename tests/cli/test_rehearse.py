"""``rehearse``: what it shows, what it keeps, and how it ends when something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.support import Shell, Site


def test_it_shows_the_days_to_come(bare_site: Site) -> None:
    """From a link file, with nothing installed; the copy serves again, without Splynx and its key."""
    links = bare_site.shell.write("links.csv", str(bare_site.control("GET", "links.csv")))
    bare_site.control("POST", "charge")
    bare_site.shell.set(CASCADE__SUSPEND="mirror")
    words = ("--days", "24", "--hours", "12", "--seed", "10", "--payers", "late")
    kept = str(bare_site.shell.folder / "copy.jsonl")
    shown = bare_site.run("rehearse", "--links", links, "--save", kept, *words)
    assert shown.code == 0, shown.err
    assert shown.err == ""
    for text in ("Merged invoices", "Auditor: nothing found", "requests read", "Released"):
        assert text in shown.out
    assert not (bare_site.shell.folder / "state.sqlite3").exists()
    assert bare_site.control("GET", "audit")["families"][0]["merged_documents"] == 0

    bare_site.shell.set(
        PLATFORM__BASE_URL="http://127.0.0.1:9", PLATFORM__KEY="", PLATFORM__SECRET=""
    )
    again = bare_site.run("rehearse", "--copy", kept, "--json", *words)
    document = again.document
    assert again.code == 0, again.err
    assert document["ok"] is True
    assert document["copy"]["masked"] is True
    assert document["merged_total"] == document["outcome"]["merged"][0]["total"]
    assert document["outcome"]["released"]
    assert len(document["outcome"]["merged"]) == 1
    names = [row.name for row in bare_site.box.world.customers]
    assert not any(name in text for name in names for text in (shown.out, again.out))
    assert not any(name in Path(kept).read_text() for name in names)


def test_unmasked_it_keeps_names(site: Site) -> None:
    """As asked for."""
    site.link_all()
    kept = site.shell.folder / "copy.jsonl"
    assert site.run("rehearse", "--save", str(kept), "--unmasked", "--days", "1").code == 0
    rows = [json.loads(line) for line in kept.read_text().splitlines()]
    names = {row["row"]["name"] for row in rows if row.get("kind") == "accounts"}
    assert names == {row.name for row in site.box.world.customers}


def test_a_configuration_that_cannot_be_read(shell: Shell) -> None:
    """One sentence that names the file, and the exit code of a wrong set-up."""
    missing = shell.folder / "none.toml"
    result = shell.run("rehearse", "--from", str(missing))
    assert result.code == 78
    assert str(missing) in result.err
    broken = shell.write("broken.toml", "[platform\n")
    result = shell.run("rehearse", "--from", broken)
    assert result.code == 78
    assert "broken.toml" in result.err
    assert "Traceback" not in result.err


def test_a_platform_out_of_reach(site: Site) -> None:
    """Ends as other commands do."""
    site.link_all()
    site.shell.set(PLATFORM__BASE_URL="http://127.0.0.1:9", PLATFORM__SECRET="x")
    result = site.run("rehearse", "--days", "1")
    assert result.code == 69
    assert result.out == ""


def test_files_that_do_not_go_together(site: Site) -> None:
    """A kept copy has its links in it; files must be readable."""
    kept = site.shell.write("copy.jsonl", "")
    both = site.run("rehearse", "--copy", kept, "--links", kept)
    assert both.code == 1
    assert "--links" in both.err
    assert "no copy" in site.run("rehearse", "--copy", kept).err
    assert "cannot be read" in site.run("rehearse", "--links", f"{kept}.none").err
    assert "nothing" not in site.run("rehearse").out
