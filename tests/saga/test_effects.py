"""Effects in the journal: exact, readable, and back again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connector.saga.effects import Effect, IssueInvoice, effect_from_json, effect_to_json
from tests.saga.support import merge, releases, suspensions

EFFECTS = [step.effect for made in (merge(), releases(2), suspensions(2)) for step in made.steps]


@pytest.mark.parametrize("effect", EFFECTS)
def test_an_effect_survives_the_journal(effect: Effect) -> None:
    """Through real JSON text."""
    assert effect_from_json(json.loads(json.dumps(effect_to_json(effect)))) == effect


def test_amounts_and_dates_are_text() -> None:
    """No float, no exponent; nothing stays nothing."""
    effect = merge().steps[2].effect
    assert isinstance(effect, IssueInvoice)
    line = replace(effect.items[0], price=Decimal("1E+3"), period_from=date(2026, 1, 1))
    found = effect_to_json(replace(effect, items=(line,)))
    assert found["effect"] == "IssueInvoice"
    assert found["total"] == "48.00"
    assert found["due_on"] == effect.due_on.isoformat()
    assert isinstance(found["items"], list)
    assert found["items"][0]["price"] == "1000"
    assert found["items"][0]["period_from"] == "2026-01-01"
    assert found["items"][0]["period_to"] is None


def test_an_unknown_effect_is_not_guessed() -> None:
    """A journal of a later version stops us."""
    with pytest.raises(KeyError):
        effect_from_json({"effect": "DeleteAccount"})
