"""No line holds a secret, whoever wrote it and however it is wrapped."""

from __future__ import annotations

import logging
from typing import Any, Literal

import pytest

from connector.observe.events import Event
from tests.observe.support import CANARY, ENCODED, LAYOUTS, Journal, fail_saying


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "message",
    [
        f"Authorization: Splynx-EA (access_token={CANARY})",
        f"authorization=Basic {ENCODED}",
        f"{{'Authorization': 'Basic {ENCODED}', 'Accept': '*/*'}}",
        f"sent Splynx-EA (key=abc&nonce=1&signature={CANARY})",
        f"sent Splynx-EA (key={CANARY}&nonce=1",
        f"tried Basic {ENCODED} again",
        f"tried Bearer {CANARY}",
        f"GET https://splynx.test/api/2.0/admin/auth/tokens/{CANARY.replace('/', '-')}?x=1",
        f"GET https://splynx.test/x?access_token={CANARY}&limit=1",
        f"https://me:{CANARY.replace('/', '-')}@splynx.test/",
        f'{{"refresh_token": "{CANARY}", "access_token_expiration": 1}}',
        f'{{\\"secret\\": \\"{CANARY}\\"}}',
        f"PlatformOptions(key='k', secret='{CANARY}')",
        f"LINKED_ACCOUNTS_PLATFORM__SECRET={CANARY}",
        f"platform.key={CANARY}",
        f"password: {CANARY}",
        f'password="{CANARY} and more',
        f"Set-Cookie: PHPSESSID={CANARY}; path=/",
        f"Cookie: {CANARY}",
        f"PHPSESSID={CANARY}",
    ],
)
def test_secrets_in_text_are_masked(layout: Literal["json", "text"], message: str) -> None:
    """By their shape, without knowing them: in events, details, exceptions, library lines."""
    journal = Journal(layout)
    journal.log.info(message, detail=message, deep=[{"list": (message, message.encode())}])
    logging.getLogger("library").warning("got %s", message)
    try:
        fail_saying(message)
    except ValueError as error:
        journal.log.exception(Event.CYCLE_FAILED, error=error)
    assert len(journal.lines) == 3
    assert "[redacted]" in journal.text
    for secret in (CANARY, CANARY.replace("/", "-"), ENCODED, "c4n4ry"):
        assert secret not in journal.text


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "Authorization",
        "access_token",
        "refresh_token",
        "signature",
        "secret",
        "key",
        "api_key",
        "platform.key",
        "password",
        "cookie",
        "Set-Cookie",
        "session_id",
    ],
)
def test_secrets_are_masked_by_their_name(name: str) -> None:
    """Whatever the value looks like, at any depth."""
    journal = Journal()
    journal.log.info(Event.CYCLE_FAILED, **{name: CANARY}, headers={name: [CANARY]})
    assert journal.last[name] == "[redacted]"
    assert journal.last["headers"][name] == "[redacted]"
    assert CANARY not in journal.text


@pytest.mark.parametrize("layout", LAYOUTS)
def test_known_secrets_are_masked_wherever_they_turn_up(layout: Literal["json", "text"]) -> None:
    """Even without any sign of what they are, also as part of an address."""
    journal = Journal(layout, secrets=[CANARY, f"{CANARY}-longer", "ab"])
    about = f"about {CANARY}-longer"
    journal.log.info(about, ab=f"x{CANARY}x", url="/?q=c4n4ry-Secret%2FWord%2B1")
    assert journal.text.count("[redacted]") == 3
    assert "longer" not in journal.text
    assert "ab" in journal.text


def test_harmless_words_stay() -> None:
    """A log that hides everything helps nobody."""
    journal = Journal()
    harmless = [
        "platform.key: missing; set it",
        "platform.secret: missing; set it",
        "account 12 not found: /admin/customers/customer/12?limit=1",
        "monkey business at 10:30",
        "basic plan",
    ]
    journal.log.info(Event.SETTINGS_REFUSED, problems=harmless, keys=3, monkey=1, mapping_hash="a1")
    assert journal.last["problems"] == harmless
    assert (journal.last["keys"], journal.last["monkey"]) == (3, 1)
    assert journal.last["mapping_hash"] == "a1"


@pytest.mark.parametrize("at", ["@", "%40"])
def test_mail_addresses_are_masked(at: str) -> None:
    """Enough remains to recognise, not enough to write to."""
    journal = Journal()
    journal.log.info(Event.OBJECT_QUARANTINED, value=f"<john.doe+x{at}mail.example.net>, 2 @ 3")
    assert journal.last["value"] == "<j***@mail.example.net>, 2 @ 3"


def test_endless_values_are_cut() -> None:
    """Neither a huge text nor a deep nesting makes a huge line, or takes long."""
    deep: list[Any] = []
    for _ in range(100):
        deep = [deep]
    journal = Journal()
    journal.log.info(Event.CYCLE_FAILED, huge="token-" * 500_000, deep=deep)
    assert len(journal.text) < 10_000
