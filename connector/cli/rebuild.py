"""``rebuild``: read a lost or old journal back from the marks on the platform, and confirm it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from connector.cli.common import AsJson, By, Given
from connector.cli.endings import DONE, FAILED, say
from connector.cli.jsonout import print_document
from connector.cli.opening import asker, load
from connector.cli.rendering import for_people, heading, line, moment, progress_bar
from connector.cli.views_json import operation_view
from connector.domain.money import told as told_amount
from connector.errors import ConnectorError
from connector.runtime.bootstrap import open_for_looking
from connector.runtime.rebuild import RebuildReport, confirm_rebuild, rebuild
from connector.runtime.rebuild_plan import Rebuilt
from connector.runtime.walk import Progress
from connector.saga.steps import Operation

DryRun = Annotated[bool, Parameter(help="Only show what would be recorded.", show_default=False)]
Confirm = Annotated[
    bool, Parameter(help="Let writing go on; whoever does answers for it.", show_default=False)
]
SHOWN_MAX = 50
LOST_WITH_IT = (
    "lost with the old store: requests, proposals, approvals, refusals, and which blocks were our "
    "own (one by us is told from one by Splynx only if its log names our API key)"
)


def rebuild_journal(
    *,
    dry_run: DryRun = False,
    confirm: Confirm = False,
    by: By = None,
    json: AsJson = False,
    context: Given,
) -> int:
    """Read back what the journal does not know; 1 while a person must look or confirm."""
    if dry_run and confirm:
        raise ConnectorError("--dry-run records nothing, so there is nothing to --confirm with it")
    with open_for_looking(load(context)) as wired, _told() as told:
        if confirm:
            report = confirm_rebuild(wired.service, told, asker(by))
        else:
            report = rebuild(wired.service, told, is_dry_run=dry_run)
    if json:
        _print_json(report, dry_run=dry_run)
    else:
        _print_text(report, dry_run=dry_run)
    return DONE if report.confirmed_by or not report.why else FAILED


@contextmanager
def _told() -> Iterator[Progress]:
    """A bar on a terminal, for invoices and for credit notes."""
    with progress_bar("reading") as bar:
        lines = {what: bar.add_task(what, total=None) for what in ("invoices", "credit_notes")}
        yield lambda what, done, total: bar.update(lines[what], completed=done, total=total)


def _print_json(report: RebuildReport, *, dry_run: bool) -> None:
    print_document(
        {
            "dry_run": dry_run,
            "why": report.why,
            "confirmed_by": report.confirmed_by,
            "confirm_after": report.ready_at,
            "marks": report.marks,
            "plans": [
                {
                    "plan_id": each.traces.plan_id,
                    "known": each.lesson is not None,
                    "problem": each.problem,
                    "operation": operation_view(each.after) if each.after else None,
                }
                for each in report.plans
            ],
            "unexplained": report.unexplained,
            "accounts_without_link": report.unlinked,
            "quarantine": report.quarantined,
        }
    )


def _print_text(report: RebuildReport, *, dry_run: bool) -> None:
    console = for_people()
    if not report.why:
        console.print(f"the journal explains all {report.marks} marks; there is nothing to rebuild")
        return
    done = "would be recorded" if dry_run else "recorded"
    news = [each for each in report.plans if each.is_news]
    console.print(f"{report.marks} marks read, {len(news)} plans {done}")
    _section(console, f"plans {done}", [_line_of(each) for each in news])
    _section(
        console,
        "not to be explained: a person must settle these by hand",
        [f"{each.traces.plan_id}: {each.problem}" for each in report.plans if each.problem],
    )
    _section(
        console,
        "marks that stay unexplained; their invoices are never merged",
        [f"{trace.where}: {trace.marker}" for trace in report.unexplained],
    )
    _section(
        console,
        "accounts that bear marks and have no link: import the links, then rebuild again",
        [f"account {account}" for account in report.unlinked],
    )
    _section(
        console,
        "marked, and not to be read: correct these in Splynx",
        [
            f"{row.resource} {row.object_id}: field {row.field} {row.problem}"
            for row in report.quarantined
        ],
    )
    console.print()
    _print_end(console, report, dry_run=dry_run)


def _print_end(console: Console, report: RebuildReport, *, dry_run: bool) -> None:
    if report.confirmed_by:
        console.print(f"confirmed by {report.confirmed_by}: writing goes on with the next turn")
        return
    say(LOST_WITH_IT)
    if not dry_run:
        when = "" if report.ready_at is None else f" after {moment(report.ready_at)}"
        console.print(f"nothing is written until `linked-accounts rebuild --confirm`{when}")


def _line_of(rebuilt: Rebuilt) -> str:
    operation = rebuilt.after
    assert operation is not None  # noqa: S101 - it has no problem
    to_do = _counted(operation)
    known = " (known)" if rebuilt.lesson is not None else ""
    return (
        f"{operation.plan_id}{known}  family {operation.main_id}: {operation.state}, "
        f"{told_amount(operation.total)} from {len(operation.sources)} invoices{to_do}"
    )


def _counted(operation: Operation) -> str:
    """What a plan still has to do once it is confirmed."""
    counts: dict[str, int] = {}
    for step in operation.steps:
        if step.state not in {"confirmed", "cancelled"}:
            counts[step.kind] = counts.get(step.kind, 0) + 1
    named = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    return f"; to be read back, then done: {named}" if named else ""


def _section(console: Console, title: str, rows: list[str]) -> None:
    if not rows:
        return
    heading(console, title)
    for text in rows[:SHOWN_MAX]:
        line(console, text)
    if len(rows) > SHOWN_MAX:
        line(console, f"and {len(rows) - SHOWN_MAX} more; --json has all")
