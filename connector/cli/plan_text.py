"""``plan`` for people: family by family, every line of the invoice to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from connector.cli.plan_views import FamilyView, PlannedOperation, document_of, reason_of, state_of
from connector.cli.rendering import amount, for_people, heading, line, moment, plain, show
from connector.domain.invoices import InvoiceItem
from connector.saga.effects import IssueInvoice
from connector.saga.steps import Operation, OperationKind

NUMBERS = ("quantity", "price", "net", "tax %", "tax")


def print_plan(
    mode: str,
    families: Sequence[FamilyView],
    waiting: Sequence[Operation],
    under_way: Sequence[Operation],
) -> None:
    """Print all of it; families with nothing to tell are only counted."""
    console = for_people()
    told = [view for view in families if not view.is_quiet]
    console.print(
        f"mode {mode}, {len(families)} families looked at,"
        f" {len(families) - len(told)} with nothing to do"
    )
    for view in told:
        _print_family(console, view)
    _print_operations(console, f"plans waiting for approval ({len(waiting)})", waiting, "approve")
    _print_operations(console, f"under way ({len(under_way)})", under_way, "")


def _print_family(console: Console, view: FamilyView) -> None:
    heading(console, f"family {view.main_id} {view.name}")
    for row in view.planned:
        if row.operation.kind is OperationKind.MERGE:
            _print_document(console, row)
        else:
            _print_status_changes(console, view, row)
    for window in view.plan.windows:
        line(
            console,
            f"cycle {window.cycle.start} stays open until {moment(window.until)}:"
            f" {window.sentence}",
        )
    for refusal in view.plan.refusals:
        line(console, f"{refusal.weight}: {refusal.sentence}; {refusal.mend}", style="yellow")
    for broken in view.plan.quarantined:
        line(
            console,
            f"in quarantine, so nothing is written: {broken.resource} {broken.object_id or '?'},"
            f" field {broken.field} {broken.problem}",
            style="red",
        )


def _print_document(console: Console, row: PlannedOperation) -> None:
    operation = row.operation
    line(console, f"{operation.summary}{_standing(row)}")
    for source in operation.sources:
        line(
            console,
            f"from {source.number} of account {source.account_id}: {amount(source.total)}",
            indent=4,
        )
    document = document_of(operation)
    if document is not None:
        show(console, _indented(_sheet(document.items)))
        line(console, _sum_of(document), indent=4, style="bold")


def _sum_of(document: IssueInvoice) -> str:
    return (
        f"total {amount(document.total)}, dated {document.issued_on}, due on {document.due_on},"
        f" to account {document.account_id}"
    )


def _standing(row: PlannedOperation) -> str:
    known = "" if row.is_new else f" ({state_of(row)}: {row.operation.plan_id})"
    return f"{known}; {row.approval}" if row.approval else known


def _print_status_changes(console: Console, view: FamilyView, row: PlannedOperation) -> None:
    for step in row.operation.steps:
        line(
            console,
            f"{step.kind} account {step.account_id}: {reason_of(view, step)}{_standing(row)}",
        )


def _print_operations(
    console: Console, title: str, operations: Iterable[Operation], command: str
) -> None:
    rows = list(operations)
    if not rows:
        return
    heading(console, title)
    for operation in rows:
        mend = f"; `linked-accounts {command} {operation.plan_id}`" if command else ""
        why = f" ({operation.why})" if operation.why else ""
        line(
            console,
            f"{operation.plan_id}  family {operation.main_id}: {operation.summary}{why}{mend}",
        )


def _sheet(items: Iterable[InvoiceItem]) -> Table:
    sheet = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    sheet.add_column("line", overflow="fold")
    for column in NUMBERS:
        sheet.add_column(column, justify="right", no_wrap=True)
    for item in items:
        sheet.add_row(Text(plain(item.description)), *_figures(item))
    return sheet


def _indented(sheet: Table) -> Table:
    grid = Table.grid()
    grid.add_column(width=4)
    grid.add_column()
    grid.add_row("", sheet)
    return grid


def _figures(item: InvoiceItem) -> tuple[str, ...]:
    if not item.price:  # the heading of a source's section
        return ()
    quantity = f"{item.quantity.normalize():f} {plain(item.unit)}".strip()
    percent = f"{item.tax_percent.normalize():f}"
    return quantity, amount(item.price), amount(item.net), percent, amount(item.tax)
