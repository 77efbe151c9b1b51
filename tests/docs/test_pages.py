"""Links lead somewhere, words are ours, and nothing is longer than a screen is wide."""

from __future__ import annotations

import re

import pytest

from connector.config.keys import keys
from tests.docs.pages import Page, page, pages

WIDTH = 100
AVOIDED = re.compile(
    r"(?i)\b(clients?|users?|parents?|child(ren)?|masters?|groups?|batch(es)?|bills?|tasks?|jobs?"
    r"|consolidat\w+|propagat\w+|unblock\w*|tenants?)\b"
)
"""Words that the glossary tells to avoid; elsewhere one of them means something else."""

MEANT = {
    "docs/glossary.md": {"*"},
    "README.md": {"user"},  # systemd's
    "docs/errors.md": {"bill"},  # the verb
    "docs/sandbox.md": {"user"},  # User-Agent
}
PAGES = pages()


@pytest.mark.parametrize("each", PAGES, ids=lambda each: each.name)
def test_links_lead_somewhere(each: Page) -> None:
    """Files exist, and headings too."""
    broken = []
    for target in each.links():
        place, _, anchor = target.partition("#")
        if place.startswith("https://"):
            continue
        path = (each.path.parent / place).resolve() if place else each.path
        if not path.exists() or (
            anchor and anchor not in Page(path=path, text=path.read_text()).anchors()
        ):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("each", PAGES, ids=lambda each: each.name)
def test_words_are_ours(each: Page) -> None:
    """One word for one thing."""
    meant = MEANT.get(each.name, set())
    used = {match[0].lower() for match in AVOIDED.finditer(each.prose)}
    assert "*" in meant or used <= meant


@pytest.mark.parametrize("each", PAGES, ids=lambda each: each.name)
def test_lines_fit(each: Page) -> None:
    """But for rows of tables, which cannot be wrapped."""
    long = [line for line in each.text.splitlines() if len(line) > WIDTH and line[:1] != "|"]
    assert [line for line in long if not line.lstrip().startswith("|")] == []


def test_settings_exist() -> None:
    """Every ``section.name`` in the texts that begins like a setting is one."""
    sections = {key.section for key in keys().values() if key.section}
    named = {
        (each.name, word)
        for each in PAGES
        for word in re.findall(r"`([a-z]+\.[a-z_]+)(?: = [^`]*)?`", each.text)
        if word.partition(".")[0] in sections and not each.name.endswith("events.md")
    }
    assert {word for _, word in named} >= {"bounds.first_run_approval", "merge.rounding"}
    assert sorted(row for row in named if row[1] not in keys() and ".py" not in row[1]) == []


def test_decisions_are_listed_in_order() -> None:
    """Numbers without a gap, each on the list."""
    found = [each for each in PAGES if each.name.startswith("docs/adr/0")]
    assert [int(each.path.name[:4]) for each in found] == list(range(1, len(found) + 1))
    assert page("docs/adr/README.md").links() == [each.path.name for each in found]
    parts = ("## Context", "## Decision", "## Consequences")
    assert [each.name for each in found if not all(part in each.text for part in parts)] == []
