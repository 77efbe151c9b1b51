"""Which links may be made: every rule, every line's problem."""

from __future__ import annotations

from datetime import date

import pytest

from connector.domain.accounts import Account, AccountStatus, BillingMode, BillingType
from connector.domain.ids import AccountId
from connector.domain.linking import LinkDecision, ProposedLink, judge_links
from connector.domain.links import Link, LinkMap
from tests.build import NEW_YEAR, account, link

TODAY = date(2026, 1, 10)
ACCOUNTS = (
    account(1),
    account(2),
    account(3),
    account(4, billing_type=BillingType.PREPAID),
    account(5, partner_id=9),
    account(6, AccountStatus.INACTIVE),
    account(7, AccountStatus.BLOCKED),
)


def proposed(
    line: int, main: int, sub: int, mode: BillingMode = BillingMode.AGGREGATED
) -> ProposedLink:
    """One line of a list."""
    return ProposedLink(line=line, main_id=AccountId(main), sub_id=AccountId(sub), mode=mode)


def judged(
    *rows: ProposedLink, held: tuple[Link, ...] = (), accounts: tuple[Account, ...] = ACCOUNTS
) -> LinkDecision:
    """The judgement on a list, today."""
    return judge_links(rows, LinkMap(held), {row.id: row for row in accounts}, TODAY)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (proposed(1, 99, 2), "main account 99 is not on the platform"),
        (proposed(1, 6, 2), "main account 6 is inactive"),
        (proposed(1, 1, 99), "sub-account 99 is not on the platform"),
        (proposed(1, 1, 4), "only recurring accounts can be aggregated"),
        (proposed(1, 1, 5), "both must have the same"),
        (proposed(1, 1, 1), "cannot be its own main"),
    ],
)
def test_a_line_against_the_accounts(row: ProposedLink, words: str) -> None:
    """Unknown, inactive, prepaid, of another partner, or linked to itself."""
    decision = judged(row)
    assert decision.links == ()
    assert any(words in problem.sentence for problem in decision.problems)


@pytest.mark.parametrize(
    ("row", "held", "words"),
    [
        (proposed(1, 1, 2), link(3, 2), "is linked under main account 3"),
        (proposed(1, 1, 2), link(2, 3), "is a main account itself"),
        (proposed(1, 1, 2), link(3, 1), "account 1 is a sub-account of 3"),
    ],
)
def test_a_line_against_the_links_held(row: ProposedLink, held: Link, words: str) -> None:
    """One main, one level."""
    decision = judged(row, held=(held,))
    assert decision.links == ()
    assert [words in problem.sentence for problem in decision.problems] == [True]


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ((proposed(1, 1, 2), proposed(2, 1, 2)), [2]),
        ((proposed(1, 1, 2), proposed(2, 2, 3)), [1, 2]),
        ((proposed(1, 2, 3), proposed(2, 1, 2)), [1, 2]),
    ],
)
def test_a_line_against_the_other_lines(rows: tuple[ProposedLink, ...], lines: list[int]) -> None:
    """Twice the same sub, or two levels within one list."""
    assert [problem.line for problem in judged(*rows).problems] == lines


def test_good_lines_become_links_from_today() -> None:
    """Independent prepaid and blocked accounts may be linked; what is held may stand again."""
    rows = (proposed(1, 1, 2), proposed(2, 1, 4, BillingMode.INDEPENDENT), proposed(3, 7, 3))
    decision = judged(*rows, held=(link(1, 2), link(3, 2, until=NEW_YEAR)))
    assert decision.problems == ()
    assert [(row.main_id, row.sub_id, row.since) for row in decision.links] == [
        (1, 2, TODAY),
        (1, 4, TODAY),
        (7, 3, TODAY),
    ]
