"""Which links may be made: the rules, asked of a whole list at once, every line's problem told.

Rules (after the platform's own linked accounts): both accounts exist; nobody is its own main; one
main per sub-account; one level, so nobody is main and sub at once; same partner; aggregated only
for recurring accounts; the main account is not inactive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from connector.domain.accounts import Account, AccountStatus, BillingMode, BillingType
from connector.domain.ids import AccountId
from connector.domain.links import Link, LinkMap


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposedLink:
    """One link somebody wants; ``line`` is where it stands in their file."""

    line: int
    main_id: AccountId
    sub_id: AccountId
    mode: BillingMode


@dataclass(frozen=True, kw_only=True, slots=True)
class LineProblem:
    """What is wrong with one line, and what to do."""

    line: int
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkDecision:
    """The links that may be made, and the problems of the lines that may not."""

    links: tuple[Link, ...]
    problems: tuple[LineProblem, ...]


def judge_links(
    proposed: Iterable[ProposedLink],
    held: LinkMap,
    accounts: Mapping[AccountId, Account],
    today: date,
) -> LinkDecision:
    """Judge every line against the accounts, the links held, and the other lines."""
    rows = tuple(proposed)
    live = [link for link in held.links if link.until is None]
    context = _Context(
        accounts=accounts,
        main_of={link.sub_id: link.main_id for link in live},
        main_ids=frozenset(link.main_id for link in live),
        lines_of_sub=_lines(rows),
        first_main_line={row.main_id: row.line for row in reversed(rows)},
    )
    links: list[Link] = []
    problems: list[LineProblem] = []
    for row in rows:
        sentences = [*_judge_accounts(row, context), *_judge_structure(row, context)]
        problems.extend(LineProblem(line=row.line, sentence=text) for text in sentences)
        if not sentences:
            links.append(Link(sub_id=row.sub_id, main_id=row.main_id, mode=row.mode, since=today))
    return LinkDecision(links=tuple(links), problems=tuple(problems))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Context:
    """What a line is judged against: the accounts, the live links, and the other lines."""

    accounts: Mapping[AccountId, Account]
    main_of: Mapping[AccountId, AccountId]
    main_ids: frozenset[AccountId]
    lines_of_sub: Mapping[AccountId, list[int]]
    first_main_line: Mapping[AccountId, int]


def _lines(rows: tuple[ProposedLink, ...]) -> dict[AccountId, list[int]]:
    found: dict[AccountId, list[int]] = defaultdict(list)
    for row in rows:
        found[row.sub_id].append(row.line)
    return found


def _judge_accounts(row: ProposedLink, context: _Context) -> Iterable[str]:
    main, sub = context.accounts.get(row.main_id), context.accounts.get(row.sub_id)
    if main is None:
        yield f"main account {row.main_id} is not on the platform; check the number"
    elif main.status is AccountStatus.INACTIVE:
        yield f"main account {row.main_id} is inactive; activate it first"
    if sub is None:
        yield f"sub-account {row.sub_id} is not on the platform; check the number"
    elif row.mode is BillingMode.AGGREGATED and sub.billing_type is not BillingType.RECURRING:
        yield (
            f"sub-account {row.sub_id} is billed as {sub.billing_type}; only recurring accounts "
            "can be aggregated, link it as independent"
        )
    if main is not None and sub is not None and main.partner_id != sub.partner_id:
        yield (
            f"main account {row.main_id} belongs to partner {main.partner_id}, sub-account "
            f"{row.sub_id} to partner {sub.partner_id}; both must have the same"
        )


def _judge_structure(row: ProposedLink, context: _Context) -> Iterable[str]:
    if row.main_id == row.sub_id:
        yield f"account {row.sub_id} cannot be its own main account"
        return
    lines = context.lines_of_sub[row.sub_id]
    if lines[0] != row.line:
        yield f"sub-account {row.sub_id} stands on line {lines[0]} already; keep one of them"
    held = context.main_of.get(row.sub_id)
    if held is not None and held != row.main_id:
        yield f"sub-account {row.sub_id} is linked under main account {held}; unlink it first"
    if row.sub_id in context.main_ids:
        yield f"account {row.sub_id} is a main account itself; it cannot be a sub-account"
    elif row.sub_id in context.first_main_line:
        line = context.first_main_line[row.sub_id]
        yield f"account {row.sub_id} is a main account on line {line}; it cannot be a sub-account"
    if row.main_id in context.main_of:
        yield f"account {row.main_id} is a sub-account of {context.main_of[row.main_id]}"
    elif row.main_id in context.lines_of_sub:
        line = context.lines_of_sub[row.main_id][0]
        yield f"account {row.main_id} is a sub-account on line {line}; it cannot be a main account"
