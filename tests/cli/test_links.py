"""``links``: import of all or nothing, export, list, add and remove."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest

from tests.cli.support import Site

HEADING = "main_id,sub_id,mode\n"
BAD = HEADING + "1,2,aggregated\n1,x,aggregated\n1,99,shared\n1,3,independent\n4,4,aggregated\n"


def test_every_problem_has_its_line_and_nothing_is_recorded(site: Site) -> None:
    """Lines of the file, counted as an editor counts them."""
    done = site.run("links", "import", site.shell.write("bad.csv", BAD))
    assert done.code == 1
    for line in (3, 4, 6):
        assert f"linked-accounts: line {line}: " in done.err
    assert "line 2:" not in done.err
    assert "line 5:" not in done.err
    assert site.shell.count("link") == 0


def test_partial_records_the_good_lines(site: Site) -> None:
    """And still ends with 1."""
    done = site.run("links", "import", site.shell.write("bad.csv", BAD), "--partial")
    assert done.code == 1
    assert site.run("links", "export").out == HEADING + "1,2,aggregated\n1,3,independent\n"


def test_import_as_json_tells_the_same(site: Site) -> None:
    """Problems stand in the document, not between its lines."""
    done = site.run("links", "import", site.shell.write("bad.csv", BAD), "--json")
    assert done.code == 1
    assert done.err == ""
    assert [row["line"] for row in done.document["problems"]] == [3, 4, 6]
    assert done.document["recorded"] == 0


def test_dry_run_shows_what_would_change_and_records_nothing(site: Site) -> None:
    """Links that are as they should be are not among the changes."""
    assert site.run("links", "add", "1", "2", "aggregated").code == 0
    path = site.shell.write("good.csv", HEADING + "1,2,aggregated\n1,3,independent\n")
    done = site.run("links", "import", path, "--dry-run", "--json")
    assert done.code == 0
    assert [row["sub_id"] for row in done.document["changes"]] == [3]
    assert done.document["unchanged"] == 1
    assert site.run("links", "export").out == HEADING + "1,2,aggregated\n"


def test_what_was_exported_is_imported_without_change(site: Site) -> None:
    """Export and import are inverse."""
    site.link_all()
    path = site.shell.folder / "out.csv"
    assert site.run("links", "export", str(path)).code == 0
    again = site.run("links", "import", str(path), "--json")
    assert again.code == 0
    assert again.document["recorded"] == 0
    assert again.document["unchanged"] == again.document["lines"] == 3


def test_import_reads_standard_input(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash is standard input."""
    text = io.TextIOWrapper(io.BytesIO(f"\ufeff{HEADING}1,2,independent\r\n".encode()))
    monkeypatch.setattr(sys, "stdin", text)
    assert site.run("links", "import", "-").code == 0
    assert site.run("links", "export").out == HEADING + "1,2,independent\n"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"main,sub\n", "line 1"),
        (b"main_id,sub_id,mode\n1,2,aggregated\n1,\xff,x\n", "line 3 is not UTF-8"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused(site: Site, raw: bytes, told: str) -> None:
    """One sentence, and nothing recorded."""
    path = site.shell.folder / "strange.csv"
    path.write_bytes(raw)
    done = site.run("links", "import", str(path))
    assert done.code == 1
    assert told in done.err
    assert done.err.count("\n") == 1


def test_a_line_that_is_no_csv_is_told_by_its_number(site: Site) -> None:
    """A cell too long to be read is a problem of its line, like any other."""
    path = site.shell.folder / "long.csv"
    path.write_bytes(b"main_id,sub_id,mode\n" + b"9" * 200_000 + b",2,aggregated\n")
    done = site.run("links", "import", str(path))
    assert done.code == 1
    assert "line 2: not a line of CSV" in done.err


def test_a_file_that_is_not_there_is_named(site: Site) -> None:
    """With the system's reason."""
    done = site.run("links", "import", "/none.csv")
    assert done.code == 1
    assert "/none.csv cannot be read; No such file" in done.err


def test_list_shows_links_of_a_day(site: Site) -> None:
    """Validity counts, not what is linked now."""
    site.link_all()
    assert len(site.run("links", "list", "--json").document["links"]) == 3
    before = site.run("links", "list", "--at", "2025-12-31", "--json")
    assert before.document["links"] == []
    told = site.run("links", "list").out
    assert len(told.splitlines()) == 4
    assert "\x1b" not in told


def test_add_refuses_with_the_rule(site: Site) -> None:
    """The same rules as for a file."""
    done = site.run("links", "add", "1", "1", "independent")
    assert done.code == 1
    assert "cannot be its own main account" in done.err
    assert site.shell.count("link") == 0


def test_remove_ends_a_link_once(site: Site) -> None:
    """A second time there is nothing to end."""
    assert site.run("links", "add", "1", "2", "aggregated").code == 0
    site.control("POST", "advance", days=1)
    assert site.run("links", "remove", "2").code == 0
    assert site.run("links", "export").out == HEADING
    again = site.run("links", "remove", "2")
    assert again.code == 1
    assert "linked to no main account" in again.err


@pytest.mark.parametrize(
    "words", [("add", "1", "2", "aggregated"), ("remove", "2"), ("import", "links.csv")]
)
def test_native_links_are_made_on_the_platform(site: Site, words: tuple[str, ...]) -> None:
    """With links.authority = "native" ours would be ended at the next look."""
    site.shell.set(LINKS__AUTHORITY="native")
    site.shell.write("links.csv", HEADING + "1,2,aggregated\n")
    site.shell.environment.chdir(site.shell.folder)
    done = site.run("links", *words)
    assert done.code == 1
    assert "in Splynx itself" in done.err


def test_who_linked_is_kept(site: Site) -> None:
    """The name given, in the reason for the next look."""
    site.run("links", "add", "1", "2", "aggregated", "--by", "ada")
    agenda: list[dict[str, Any]] = site.run("status", "--json").document["agenda"]
    assert [(row["main_id"], row["reason"]) for row in agenda] == [(1, "linked by ada")]
