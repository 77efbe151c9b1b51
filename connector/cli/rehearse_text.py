"""A rehearsed month for people, and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console

from connector.cli.rendering import amount, for_people, heading, line, pairs, table
from connector.rehearsal.copy import Copy
from connector.rehearsal.kinds import ACCOUNTS
from connector.rehearsal.outcome import Outcome, Refused

Rows = Sequence[Sequence[object]]


def as_document(copy: Copy, outcome: Outcome) -> dict[str, object]:
    """The outcome as one JSON document."""
    return {
        "copy": {
            "at": copy.at,
            "release": copy.release,
            "since": copy.since,
            "masked": copy.masked,
            "requests": copy.requests,
            "accounts": len(copy.of(ACCOUNTS.name)),
            "warnings": copy.warnings,
        },
        "ok": outcome.is_good,
        "merged_total": outcome.merged_total,
        "outcome": outcome,
    }


def print_outcome(copy: Copy, outcome: Outcome) -> None:
    """Tables by kind, then totals and the verdict."""
    console = for_people()
    _print_documents(console, outcome)
    _print_accounts(console, outcome)
    _print_refusals(console, outcome)
    _print_trouble(console, copy, outcome)
    _print_totals(console, copy, outcome)


def _print_documents(console: Console, outcome: Outcome) -> None:
    rows = [
        (_at(row.at), row.main, row.cycle or "", len(row.sources), amount(row.total), numbers)
        for row in outcome.merged
        for numbers in [", ".join(source.number for source in row.sources)]
    ]
    columns = ("when", "main", "cycle", "sources", "total", "invoices")
    _print(console, "Merged invoices", columns, rows, numbers=("main", "sources", "total"))


def _print_accounts(console: Console, outcome: Outcome) -> None:
    turned = (("Released", outcome.released), ("Suspended", outcome.suspended))
    for title, found in turned:
        rows = [(_at(row.at), row.account, row.main) for row in found]
        _print(console, title, ("when", "account", "main"), rows, numbers=("account", "main"))
    off = [(row.account, row.main, row.status, row.why) for row in outcome.still_off]
    columns = ("account", "main", "status", "why")
    _print(console, "Still off at the end", columns, off, numbers=("account", "main"))


def _print_refusals(console: Console, outcome: Outcome) -> None:
    asks = [_refusal(row) for row in outcome.refused if row.asks]
    notes = [_refusal(row) for row in outcome.refused if not row.asks]
    columns = ("since", "at the end", "main", "rule", "what", "mend")
    _print(console, "Not done: somebody must act", columns, asks, numbers=("main",))
    _print(console, "Not done, as it should be", columns, notes, numbers=("main",))
    asked = [
        (_at(row.at), row.what, row.main or "", amount(row.total), row.why) for row in outcome.asked
    ]
    title = "You would have been asked (and here said yes)"
    about = ("when", "to", "main", "total", "why")
    _print(console, title, about, asked, numbers=("main", "total"))


def _print_trouble(console: Console, copy: Copy, outcome: Outcome) -> None:
    held = [(row.step, row.account, row.reason) for row in outcome.held]
    _print(console, "Held", ("step", "account", "why"), held, numbers=("account",))
    for title, sentences in (
        ("Records that cannot be read", outcome.broken),
        ("Turns that failed", outcome.problems),
        ("Warnings", copy.warnings),
    ):
        if sentences:
            heading(console, title)
        for sentence in sentences:
            line(console, sentence)


def _print_totals(console: Console, copy: Copy, outcome: Outcome) -> None:
    heading(console, f"{_at(outcome.begin)} to {_at(outcome.end)}, Splynx {copy.release}")
    sources = sum(len(row.sources) for row in outcome.merged)
    pairs(
        console,
        [
            ("accounts", len(copy.of(ACCOUNTS.name))),
            ("invoices issued", outcome.issued),
            ("merged", f"{sources} into {len(outcome.merged)}, {amount(outcome.merged_total)}"),
            ("released", len(outcome.released)),
            ("still off", len(outcome.still_off)),
            ("payments", f"{outcome.payments}, {amount(outcome.paid)}"),
            ("requests read", copy.requests),
            ("written to Splynx", "nothing"),
        ],
    )
    if not outcome.findings:
        console.print("Auditor: nothing found.")
    else:
        console.print("Auditor: FOUND SOMETHING", style="bold red")
    for finding in outcome.findings:
        account, family = finding["account"], finding["family"]
        text = f"{finding['rule']}: account {account} of family {family}: {finding['detail']}"
        line(console, text)
    if outcome.findings_before:
        count = outcome.findings_before
        console.print(f"{count} oddities were there before the month began.")


def _refusal(row: Refused) -> tuple[object, ...]:
    state = "stands" if row.stands else "over"
    return _at(row.at), state, row.main, row.rule, row.sentence, row.mend


def _print(
    console: Console,
    title: str,
    columns: Sequence[str],
    rows: Rows,
    *,
    numbers: Sequence[str] = (),
) -> None:
    if rows:
        heading(console, title)
        table(console, columns, rows, numbers=numbers)


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
