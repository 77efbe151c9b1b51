"""The audit on a terminal: a summary, and one table for each rule that is broken."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console

from connector.cli.rendering import amount, for_people, heading, line, moment, pairs, plain, table
from connector.runtime.audit import AuditReport
from connector.saga.audit.rules import Rule
from connector.saga.audit.scene import AuditFinding

SHOWN_MAX = 20
"""Findings of one rule on the screen; ``--json`` and ``--report`` have all."""

COLUMNS = ("family", "account", "about", "amount", "what is the case", "what to do")
NUMBERS = ("family", "account", "amount")


def print_report(found: AuditReport, frozen: str) -> None:
    """Show what was looked at, and everything that was found."""
    console = for_people()
    pairs(console, summary(found))
    for rule, findings in by_rule(found):
        heading(console, title(rule, found.counts[rule]))
        table(console, COLUMNS, map(cells, findings[:SHOWN_MAX]), numbers=NUMBERS)
        if found.counts[rule] > SHOWN_MAX:
            line(console, f"and {found.counts[rule] - SHOWN_MAX} more; --report has them")
    console.print()
    console.print(_verdict(found))
    if frozen:
        _tell_frozen(console, frozen)


def summary(found: AuditReport) -> list[tuple[str, object]]:
    """What was looked at, in pairs of name and value."""
    took = int((found.ended_at - found.started_at).total_seconds())
    rows: list[tuple[str, object]] = [
        ("ended", moment(found.ended_at)),
        ("took", f"{took} seconds"),
        ("families", found.families),
        ("documents", found.documents),
        ("rows of the journal", found.events),
    ]
    if found.moving:
        rows.append(("not judged", f"{found.moving}, since the service was writing to them"))
    return rows


def by_rule(found: AuditReport) -> Iterator[tuple[Rule, list[AuditFinding]]]:
    """The broken rules with their findings, the gravest first."""
    for rule in sorted(found.counts, key=lambda rule: (_order(found, rule), rule)):
        yield rule, [finding for finding in found.findings if finding.rule is rule]


def _order(found: AuditReport, rule: Rule) -> int:
    """Findings are sorted already; a rule of which none was kept comes last."""
    places = [n for n, finding in enumerate(found.findings) if finding.rule is rule]
    return places[0] if places else len(found.findings)


def title(rule: Rule, count: int) -> str:
    """A rule in words, with its names and how often it is broken."""
    return f"{rule.heading} ({count}): {rule}, {rule.law}, {rule.gravity}"


def cells(finding: AuditFinding) -> tuple[object, ...]:
    """A finding as a row."""
    return (
        finding.main_id or "",
        finding.account_id or "",
        finding.subject,
        "" if finding.amount is None else amount(finding.amount),
        finding.sentence,
        finding.mend,
    )


def _verdict(found: AuditReport) -> str:
    if not found.wrong:
        return "nothing is wrong"
    return f"{found.wrong} findings, {found.grave} of them grave"


def _tell_frozen(console: Console, frozen: str) -> None:
    console.print(f"writes are frozen: {plain(frozen)}")
    console.print("`linked-accounts unfreeze` when it is settled")
