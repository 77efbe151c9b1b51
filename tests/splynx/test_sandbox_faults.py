"""The adapter against a sandbox that misbehaves: faults, denials, jumps of the clock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from connector.domain.accounts import AccountStatus
from connector.domain.ids import AccountId
from connector.errors import (
    OutcomeUnknown,
    PlatformDenied,
    PlatformUnavailable,
)
from connector.saga.effects import IssueInvoice, SetStatus
from tests.splynx.sandboxed import SINCE, World


@pytest.mark.parametrize(
    ("kind", "carried_out"),
    [
        ("timeout_after_commit", True),
        ("truncated", True),
        ("http_500_after_commit", True),
        ("http_503", False),
        ("html_200", False),
    ],
)
def test_doubts_are_doubts(world: World, kind: str, *, carried_out: bool) -> None:
    """The adapter cannot tell the two apart, and says so; it sends nothing twice."""
    source = world.invoices()[1]
    world.fault("POST", "finance/invoices", kind)
    effect = IssueInvoice(
        account_id=AccountId(1),
        issued_on=date(2026, 1, 1),
        due_on=date(2026, 1, 16),
        items=source.items,
        total=source.total,
        note="",
        memo="memo",
    )
    with pytest.raises(OutcomeUnknown):
        world.send(effect)
    assert [invoice.memo for invoice in world.invoices()].count("memo") == carried_out


def test_too_many_requests_is_certainly_not_carried_out(world: World) -> None:
    """And says when to come again."""
    world.fault("PUT", "customers/customer", "http_429")
    with pytest.raises(PlatformUnavailable) as caught:
        world.send(SetStatus(account_id=AccountId(2), status=AccountStatus.BLOCKED))
    assert caught.value.retry_after_seconds
    other = world.another()
    assert other.reader.read_account(AccountId(2)).status is AccountStatus.ACTIVE


@pytest.mark.parametrize("kind", ["truncated", "html_200", "http_500"])
def test_a_bad_answer_to_a_read_is_asked_again(world: World, kind: str) -> None:
    """Once is no reason to give up."""
    world.fault("GET", "finance/invoices", kind)
    assert len(world.invoices()) == 3


@pytest.mark.parametrize(
    ("field", "value", "ours"),
    [
        ("total", '"12 EUR"', "total"),
        ("status", '"overdue"', "status"),
        ("date_created", '"01.01.2026"', "issued_on"),
        ("memo", "[]", "memo"),
        ("items", "null", "items"),
        ("due", "true", "due"),
    ],
)
def test_a_bad_field_is_put_aside(world: World, field: str, value: str, ours: str) -> None:
    """With its name; nothing is guessed."""
    world.fault("GET", "finance/invoices", f"bad_field:{field}:{value}")
    found = world.reader.read_invoices([AccountId(1)], SINCE)
    assert [(row.account_id, row.field) for row in found.quarantined] == [(1, ours)]
    assert found.rows == ()


def test_tokens_outlive_a_jump_of_the_clock(world: World) -> None:
    """Half an hour, a month: renewed, or fetched anew, without anybody noticing."""
    for step in ({"minutes": 31}, {"hours": 1}, {"days": 40}):
        assert world.reader.read_account(AccountId(1)).id == 1
        world.control("POST", "advance", step)
        world.send(SetStatus(account_id=AccountId(1), status=AccountStatus.ACTIVE))


@pytest.mark.parametrize("auth", ["signature", "basic"])
def test_other_logins(world: World, auth: str) -> None:
    """With the platform checking that nonces grow."""
    world.control("POST", "switch", {"check_nonce": True})
    other = world.another(auth)
    assert other.invoices() == world.invoices()
    other.reader.check_login()


def test_a_wrong_secret(world: World) -> None:
    """Is refused in so many words."""
    for auth in ("token", "signature", "basic"):
        other = world.another(auth, secret="wrong")
        with pytest.raises(PlatformDenied, match=r"check platform\.key"):
            other.reader.check_login()


def test_permissions(world: World) -> None:
    """What is denied is named, in a reading and in the probe."""
    world.control("POST", "switch", {"deny": [["finance/invoices", "index"]]})
    with pytest.raises(PlatformDenied) as caught:
        world.invoices()
    assert caught.value.permission == "finance/invoices: index"
    failed = {row.resource for row in world.reader.probe_permissions() if not row.ok}
    assert failed == {"invoices list"}


def test_maintenance(world: World) -> None:
    """Not reached; the switch is no fault of ours."""
    world.reader.read_time()
    world.control("POST", "switch", {"maintenance": True})
    with pytest.raises(PlatformUnavailable):
        world.reader.read_account(AccountId(1))


def test_many_threads_and_a_token_that_expires(world: World) -> None:
    """Nobody is denied, nothing is lost, and no more than two ask at once."""
    world.reader.read_account(AccountId(1))
    with ThreadPoolExecutor(max_workers=8) as pool:
        for _ in range(4):
            world.control("POST", "advance", {"minutes": 31})
            ids = [AccountId(1 + number % 3) for number in range(24)]
            found = list(pool.map(world.reader.read_account, ids))
            assert [account.id for account in found] == ids
