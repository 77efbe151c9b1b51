"""Every command with a recorder on the wire: who looks sends nothing but reads and the login."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from connector.cli import app
from tests.cli.support import Site

READS = frozenset({"GET", "HEAD", "OPTIONS"})
WRITES = frozenset({"run", "sync"})
"""Commands that carry plans out; ``run`` is the same turn in a loop, see `tests/acceptance`."""

ELSEWHERE = frozenset({"sandbox", "demo"})
"""Commands that have a platform of their own, and ask nobody else's."""

LOOKING: dict[str, list[str]] = {
    "plan": ["--all"],
    "status": [],
    "audit": [],
    "history": [],
    "parked": [],
    "approve": ["all", "--by", "anna"],
    "retry": ["ABCDEFGHIJKLMNOPQRST/1", "--by", "anna"],
    "cancel": ["ABCDEFGHIJKLMNOPQRST/1", "--by", "anna"],
    "undo": ["ABCDEFGHIJKLMNOPQRST", "--by", "anna"],
    "freeze": ["month end", "--by", "anna"],
    "unfreeze": ["--by", "anna"],
    "doctor": [],
    "rehearse": ["--days", "1", "--hours", "12"],
    "backup": ["{folder}/copy.sqlite3"],
    "restore": ["{folder}/copy.sqlite3", "--by", "anna"],
    "rebuild": ["--confirm", "--by", "anna"],
    "lost-interval": ["--settle", "--by", "anna"],
    "links import": ["{folder}/links.csv", "--by", "anna"],
    "links list": [],
    "links export": [],
    "links add": ["1", "2", "independent", "--by", "anna"],
    "links remove": ["2", "--by", "anna"],
    "config init": ["{folder}/new.toml"],
    "config validate": [],
    "config show": [],
    "journal verify": [],
    "mappings show": [],
}
"""All other commands, in an order in which they find something to do."""

Sent = list[tuple[str, str]]
Handle = Callable[[httpx.HTTPTransport, httpx.Request], httpx.Response]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Verb and path of every request that leaves this process for a real platform."""
    found: Sent = []
    inner: Handle = httpx.HTTPTransport.handle_request

    def record(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        found.append((request.method, str(request.url)))
        return inner(transport, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", record)
    return found


def writes_to(site: Site, sent: Sent) -> Sent:
    """What was written to the platform of a site; a rehearsal writes to its own sandbox."""
    return [
        (method, url)
        for method, url in sent
        if method not in READS and url.startswith(site.box.base_url) and "auth/tokens" not in url
    ]


def test_every_command_is_in_the_table() -> None:
    """A new one must be said to write, or be watched."""
    nested = {"links": app.LINKS, "config": app.CONFIG, "journal": app.JOURNAL}
    nested["mappings"] = app.MAPPINGS
    names = {*app.COMMANDS, *(f"{a} {b}" for a, table in nested.items() for b in table)}
    assert names == {*WRITES, *ELSEWHERE, *LOOKING}


@pytest.mark.parametrize("mode", ["observe", "propose", "act"])
def test_who_looks_writes_nothing(site: Site, sent: Sent, mode: str) -> None:
    """In every mode, while there is something to be written."""
    site.link_all()
    site.control("POST", "charge")
    site.shell.set(MODE=mode)
    codes = {}
    for command, words in LOOKING.items():
        told = [word.format(folder=site.shell.folder) for word in words]
        codes[command] = site.run(*command.split(), *told).code
        assert writes_to(site, sent) == [], command
    assert {name for name, code in codes.items() if code == 2} == set()
    assert codes["plan"] == codes["doctor"] == codes["rehearse"] == 0
    assert any(url.startswith(site.box.base_url) for _, url in sent)


def test_observing_sync_writes_nothing(site: Site, sent: Sent) -> None:
    """The one command that would, in the mode in which it must not."""
    site.link_all()
    site.control("POST", "charge")
    site.shell.set(MODE="observe")
    assert site.run("sync").code == 0
    assert writes_to(site, sent) == []


def test_the_recorder_would_notice(site: Site, sent: Sent) -> None:
    """In act mode the same command writes."""
    site.link_all()
    site.control("POST", "charge")
    assert site.run("sync").code == 0
    assert {method for method, _ in writes_to(site, sent)} == {"POST", "PUT"}
