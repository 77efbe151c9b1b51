"""Every rule of the audit is told by the runbook, as the code has it."""

from __future__ import annotations

import re

from connector.saga.audit.rules import Rule
from tests.docs.pages import page


def test_every_rule_is_told_with_its_law_and_gravity() -> None:
    """In the order in which the audit tells them, each with a mend."""
    text = page("docs/runbook.md").text
    rows = re.findall(
        r"(?m)^\| `(\w+)` \| (I\d+) \| (grave|look|note) \| ([^|]+) \| ([^|]+) \|$", text
    )
    told = [(name, law, gravity, heading) for name, law, gravity, heading, _ in rows]
    known = [(rule.value, rule.law, rule.gravity.value, rule.heading) for rule in Rule]
    assert told == known
    assert all(mend.strip() for *_, mend in rows)
