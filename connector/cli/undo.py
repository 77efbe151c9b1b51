"""``undo``: take a merge back that nobody has paid; else print what hands must do instead."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from connector.cli.common import AsJson, By, Context, Given
from connector.cli.endings import DONE, FAILED
from connector.cli.jsonout import print_document
from connector.cli.opening import asker, load
from connector.cli.rendering import amount, for_people, heading, line, plain, table
from connector.domain.ids import PlanId
from connector.ports.store import RequestKind
from connector.runtime.bootstrap import open_for_looking
from connector.runtime.requests import record_request
from connector.runtime.undo import Prospect, foresee_undo
from connector.saga.worksheet import SheetRow, Worksheet

Merge = Annotated[str, Parameter(help="The plan of a merge, as `history` names it.")]
SHEET = "worksheet: nothing was asked for, nothing was written"


def undo(merge: Merge, /, *, by: By = None, json: AsJson = False, context: Given) -> int:
    """Ask for a merge to be undone; 1 and a worksheet if only hands can do it."""
    prospect, number = _ask(context, PlanId(merge.upper()), by)
    if json:
        print_document(
            {"plan_id": merge.upper(), "request": number, "worksheet": prospect.worksheet}
        )
    elif prospect.worksheet is not None:
        _print_sheet(prospect.worksheet)
    elif prospect.undo is not None:
        for_people().print(
            f"request {number}: {plain(prospect.undo.summary)}, once the service's next turn, or"
            " the next `linked-accounts sync`, has carried it out"
        )
    return FAILED if prospect.worksheet is not None else DONE


def _ask(context: Context, plan_id: PlanId, by: str | None) -> tuple[Prospect, int | None]:
    with open_for_looking(load(context)) as wired:
        name = asker(by)
        prospect = foresee_undo(wired.service, plan_id)
        if prospect.worksheet is not None:
            return prospect, None
        return prospect, record_request(wired.service, RequestKind.UNDO, plan_id, name)


def _print_sheet(sheet: Worksheet) -> None:
    console = for_people()
    console.print(f"merge {sheet.plan_id} is not undone: {plain(sheet.reason)}")
    merged = sheet.merged
    if merged is not None:
        console.print(
            f"merged invoice {plain(merged.number)} of account {sheet.main_id}:"
            f" total {amount(merged.total)}, carried {amount(merged.carried)},"
            f" due {amount(merged.due)}"
        )
    heading(console, SHEET)
    table(
        console,
        ("account", "name", "invoice", "on the merged one", "to charge anew", "tax %", "due"),
        [cells for row in sheet.rows for cells in _cells(row)],
        numbers=("account", "on the merged one", "to charge anew", "tax %", "due"),
    )
    if sheet.payments:
        heading(console, f"payments of account {sheet.main_id} since the merge")
        table(
            console,
            ("receipt", "date", "amount", "for invoice"),
            [
                (row.receipt, row.paid_on, amount(row.amount), _target(sheet, row.invoice_id))
                for row in sheet.payments
            ],
            numbers=("amount",),
        )
    heading(console, "what to do by hand, in this order")
    for place, text in enumerate(sheet.todo, start=1):
        line(console, f"{place}. {text}")


def _cells(row: SheetRow) -> list[tuple[object, ...]]:
    """A line for the source, then one for each of its tax rates."""
    whole = (row.account_id, row.name, row.number, amount(row.carried), amount(row.relieved))
    shares = [
        ("", "", "", "", amount(share.gross), f"{share.tax_percent.normalize():f}", "")
        for share in row.shares
    ]
    return [(*whole, "", amount(row.due)), *shares]


def _target(sheet: Worksheet, invoice_id: int | None) -> str:
    if invoice_id is None:
        return "none named"
    is_merged = sheet.merged is not None and sheet.merged.invoice_id == invoice_id
    return "the merged one" if is_merged else f"another (id {invoice_id})"
