"""One way to write, and no other: held against the whole source, and against planted breaches."""

from __future__ import annotations

import ast
from decimal import Decimal
from zoneinfo import ZoneInfo

import httpx
import pytest

from connector.splynx import PlatformOptions, SplynxConnection
from tests.architecture import write_path
from tests.architecture.source import ROOT, Source, sources
from tests.architecture.write_path import CLIENT, WIRE, WORK, Rule

PLAN, SYNC, MONTH = (
    "connector/runtime/plan.py",
    "connector/cli/sync.py",
    "connector/rehearsal/month.py",
)

BREACHES: list[tuple[Rule, str, str]] = [
    (write_path.only_work_sends, PLAN, "service.writer.send(effect, may_leave)"),
    (write_path.only_work_sends, WORK, "self._writer.send(sending.effect, at_once)"),
    (write_path.only_work_sends, PLAN, "getattr(writer, 'send')(effect)"),
    (write_path.only_work_sends, MONTH, "send = connection.writer.send"),
    (write_path.only_work_holds_a_writer, PLAN, "helper(service.writer)"),
    (write_path.only_bootstrap_makes_a_writer, SYNC, "SplynxWriter(wired.connection)"),
    (write_path.only_bootstrap_makes_a_writer, MONTH, "from connector.splynx import SplynxWriter"),
    (write_path.only_bootstrap_makes_a_writer, PLAN, "replace(service, writer=other)"),
    (write_path.only_the_writer_writes, "connector/splynx/doctor.py", "connection.client.write(r)"),
    (write_path.only_the_writer_writes, "connector/splynx/paging.py", "self._client.write(r)"),
    (write_path.only_the_writer_writes, "connector/splynx/doctor.py", "wire.exchange(r, key)"),
    (write_path.only_some_name_a_writing_verb, "connector/splynx/platform.py", "ask('DELETE')"),
    (write_path.only_some_name_a_writing_verb, MONTH, "Request(method='POST', path=path)"),
    (
        write_path.the_login_is_the_one_exception,
        "connector/splynx/auth.py",
        "Request(method='POST', path='admin/finance/invoices')",
    ),
    (
        write_path.nothing_but_reads_is_repeated,
        CLIENT,
        "self._patiently(self._write_once, request)",
    ),
    (write_path.nothing_but_reads_is_repeated, WORK, "from tenacity import retry"),
    (
        write_path.nothing_but_reads_is_repeated,
        CLIENT,
        "def write(self, request):\n    for _ in range(3):\n        self._send(request)",
    ),
    (
        write_path.nothing_but_reads_is_repeated,
        CLIENT,
        "def write(self, request):\n    return Retrying(stop=stop)(self._send, request)",
    ),
    (write_path.only_the_wire_has_a_client, "connector/splynx/doctor.py", "httpx.post(url)"),
    (write_path.only_the_wire_has_a_client, WIRE, "httpx.HTTPTransport(retries=2)"),
    (write_path.only_the_wire_has_a_client, WIRE, "httpx.Client(follow_redirects=True)"),
    (write_path.nobody_else_talks, PLAN, "import urllib.request"),
    (write_path.nobody_else_talks, "connector/cli/status.py", "from http import client"),
    (write_path.only_some_open_a_service_that_writes, "connector/cli/plan.py", "open_service(s)"),
    (write_path.only_some_open_a_service_that_writes, MONTH, "open_service(settings)"),
]
"""What must not be: the rule that must notice, the file it would stand in, and the line."""


def ours() -> list[Source]:
    """The whole connector, without the platform that we simulate."""
    return [
        source for source in sources("connector") if not source.name.startswith("connector/sandbox")
    ]


@pytest.mark.parametrize("rule", write_path.RULES, ids=lambda rule: rule.__name__)
def test_nothing_else_can_write(rule: Rule) -> None:
    """Every rule, over every file."""
    assert rule(ours()) == []


@pytest.mark.parametrize(("rule", "name", "line"), BREACHES)
def test_a_breach_would_be_noticed(rule: Rule, name: str, line: str) -> None:
    """The same file with one line more is told by its name."""
    path = ROOT / name
    text = f"{path.read_text()}\n{line}\n"
    planted = Source(path=path, text=text, tree=ast.parse(text))
    told = rule([source for source in ours() if source.name != name] + [planted])
    assert told != []
    assert all(where.startswith(name) for where in told)


def test_every_rule_was_seen_to_notice_something() -> None:
    """A rule that nothing can break holds nothing."""
    assert {rule for rule, _, _ in BREACHES} == set(write_path.RULES)


def test_the_transport_neither_retries_nor_follows() -> None:
    """As the library has it in the end, whatever its defaults become."""
    options = PlatformOptions(
        base_url="https://isp.example",
        key="k",
        secret="s",
        timezone=ZoneInfo("UTC"),
        requests_per_second=Decimal(0),
    )
    with SplynxConnection(options, lambda floor: floor) as connection:
        http = connection.client._wire._http
        assert http.follow_redirects is False
        assert http.trust_env is False
        assert isinstance(http._transport, httpx.HTTPTransport)
        assert http._transport._pool._retries == 0
        assert http._mounts == {}
