"""What people need to take a merge back by hand, when an undo is not possible any more. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from connector.domain.ids import AccountId, InvoiceId, PlanId
from connector.domain.invoices import Invoice, InvoiceItem
from connector.domain.money import ZERO, add_up, told
from connector.domain.payments import Payment
from connector.saga.fixups import done_for, due_on, is_gone, merged_id
from connector.saga.steps import Operation, Source, StepKind
from connector.saga.undo_checks import Traces
from connector.saga.undoing import carried_by, done_items


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A part of an amount at one tax rate, with the four places that lines have."""

    tax_percent: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetRow:
    """One source: what was taken off its account, and how it stands now."""

    account_id: AccountId
    name: str  #: of the account, if it is known
    invoice_id: InvoiceId
    number: str
    carried: Decimal  #: what the merged invoice carries of it
    relieved: Decimal  #: what it was relieved of: so much would be charged anew
    shares: tuple[Share, ...]  #: of what it was relieved of
    due: Decimal  #: on the source itself, now


@dataclass(frozen=True, kw_only=True, slots=True)
class MergedState:
    """How the merged invoice stands now."""

    invoice_id: InvoiceId
    number: str
    total: Decimal
    carried: Decimal  #: less what was credited on it for sources that changed
    due: Decimal
    settled: Decimal  #: what was paid, or credited by people


@dataclass(frozen=True, kw_only=True, slots=True)
class Worksheet:
    """The state of an undo that only hands can do, and their work in order."""

    plan_id: PlanId
    main_id: AccountId
    reason: str  #: why it is not undone by itself
    merged: MergedState | None  #: None when it was deleted
    rows: tuple[SheetRow, ...]
    payments: tuple[Payment, ...]  #: of the main account since the merge
    todo: tuple[str, ...]


def plan_worksheet(
    merge: Operation,
    reason: str,
    traces: Traces,
    names: Mapping[AccountId, str],
    payments: Iterable[Payment],
) -> Worksheet:
    """Put together what is known of a merge that only hands can take back."""
    merged = _state_of(merge, traces.invoices.get(merged_id(merge)))
    rows = tuple(_row_of(merge, source, traces, names) for source in merge.sources)
    paid = tuple(payments)
    return Worksheet(
        plan_id=merge.plan_id,
        main_id=merge.main_id,
        reason=reason,
        merged=merged,
        rows=rows,
        payments=paid,
        todo=tuple(_todo(merge, merged, rows)),
    )


def _state_of(merge: Operation, merged: Invoice | None) -> MergedState | None:
    if merged is None or is_gone(merged):
        return None
    return MergedState(
        invoice_id=merged.id,
        number=merged.number,
        total=merged.total,
        carried=carried_by(merge),
        due=merged.due,
        settled=carried_by(merge) - merged.due,
    )


def _row_of(
    merge: Operation, source: Source, traces: Traces, names: Mapping[AccountId, str]
) -> SheetRow:
    relieved = done_for(merge, source.invoice_id, StepKind.RELIEVE)
    return SheetRow(
        account_id=source.account_id,
        name=names.get(source.account_id, ""),
        invoice_id=source.invoice_id,
        number=source.number,
        carried=source.total - done_for(merge, source.invoice_id, StepKind.CREDIT),
        relieved=relieved,
        shares=shares_of(done_items(merge, source, StepKind.RELIEVE)),
        due=due_on(traces.invoices.get(source.invoice_id)),
    )


def shares_of(items: tuple[InvoiceItem, ...]) -> tuple[Share, ...]:
    """What lines make at each tax rate; rates without money are left out."""
    rates = sorted({item.tax_percent for item in items if item.gross})
    return tuple(
        Share(
            tax_percent=rate,
            net=add_up(item.net for item in items if item.tax_percent == rate),
            tax=add_up(item.tax for item in items if item.tax_percent == rate),
            gross=add_up(item.gross for item in items if item.tax_percent == rate),
        )
        for rate in rates
    )


def _todo(
    merge: Operation, merged: MergedState | None, rows: tuple[SheetRow, ...]
) -> Iterable[str]:
    """In the order of an undo: what main owes goes before others are charged."""
    back = [row for row in rows if row.relieved and row.account_id != merge.main_id]
    yield (
        "decide which accounts are to be charged themselves; leave the others on the merged invoice"
    )
    for row in back:
        yield (
            f"end the link first, `linked-accounts links remove {row.account_id}`, or a new invoice "
            f"of account {row.account_id} is merged again"
        )
    if merged is None:
        yield "the merged invoice is gone: nothing on it can be credited"
    for row in back:
        if merged is not None:
            yield (
                f"credit {told(row.relieved)} on invoice {merged.number} of account "
                f"{merge.main_id}, for account {row.account_id}, by the rates above"
            )
        yield (
            f"invoice account {row.account_id} for {told(row.relieved)}, by the rates above, and "
            f"name invoice {row.number} in the note"
            + (f"; {told(row.due)} stand due on that one already" if row.due else "")
        )
    if merged is not None and merged.settled > ZERO:
        yield (
            f"{told(merged.settled)} of invoice {merged.number} are paid or credited: what is "
            f"credited beyond {told(merged.due)} stays on the balance of account {merge.main_id}; "
            "pay it back, or book it over to the accounts that you charged"
        )
