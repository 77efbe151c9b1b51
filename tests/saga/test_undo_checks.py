"""What each last look of an undo says, and what people get when it is too late: on tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connector.domain.ids import AccountId, InvoiceId
from connector.domain.invoices import Invoice, InvoiceStatus
from connector.saga.effects import IssueInvoice
from connector.saga.preparation import Hold, Ready, Skip, Verdict, Withdraw
from connector.saga.states import StepState
from connector.saga.steps import OperationKind
from connector.saga.undo_checks import (
    Aftersight,
    Home,
    Traces,
    judge_recharge,
    judge_revoke,
    judge_undo,
    revoked_late,
)
from connector.saga.worksheet import plan_worksheet
from tests.build import account, invoice, payment
from tests.saga.support import SOURCES
from tests.saga.undone import MERGED, NOTE, TODAY, closed, traces, undone


def _gone(**changes: object) -> Traces:
    found = traces(**changes)
    return replace(found, invoices={k: v for k, v in found.invoices.items() if k != MERGED})


def _owing() -> Traces:
    found = traces()
    owing = {**found.invoices, InvoiceId(20): SOURCES[1]}
    return replace(found, invoices=owing)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (traces(), ""),
        (traces(due=Decimal(40)), "of 48.00 on merged invoice N900 40.00 is due"),
        (traces(due=Decimal(0), status=InvoiceStatus.PAID), "0.00 is due"),
        (traces(status=InvoiceStatus.PENDING), "is under way on merged invoice N900"),
        (traces(status=InvoiceStatus.DELETED), "was deleted"),
        (_gone(), "was deleted"),
        (traces(total=Decimal(50), due=Decimal(50)), "makes 50.00, the merge made 48.00"),
        (replace(traces(), linked=frozenset()), "account 2 is gone, or no longer aggregated"),
        (_owing(), "invoice N20 has 12.00 due itself"),
    ],
)
def test_the_last_look_before_the_pivot(found: Traces, words: str) -> None:
    """As the merge left it, or withdrawn."""
    step = undone().steps[0]
    verdict = judge_revoke(closed(), step, found)
    if not words:
        assert verdict == Ready(effect=step.effect)
        return
    assert isinstance(verdict, Withdraw)
    assert words in verdict.reason


HOME = Home(
    revoked=NOTE,
    source=replace(SOURCES[1], due=Decimal(0), status=InvoiceStatus.PAID),
    account=account(2),
    due_days=10,
    today=TODAY,
)


def _source(**changes: object) -> Invoice:
    return replace(SOURCES[1], **changes)  # type: ignore[arg-type] # by name


@pytest.mark.parametrize(
    ("home", "attempts", "expected"),
    [
        (replace(HOME, revoked=None), 0, Hold),
        (replace(HOME, revoked=replace(NOTE, deleted=True)), 0, Hold),
        (replace(HOME, account=None), 0, Hold),
        (replace(HOME, source=_source()), 0, Skip),
        (replace(HOME, source=_source()), 1, Hold),
        (replace(HOME, source=_source(due=Decimal(5))), 0, Hold),
        (replace(HOME, source=None), 0, Ready),
        (HOME, 0, Ready),
    ],
)
def test_the_last_look_before_a_recharge(
    home: Home, attempts: int, expected: type[Verdict]
) -> None:
    """Only while the merged invoice stays revoked and the source settled."""
    step = replace(undone().steps[2], attempts=attempts)
    assert isinstance(judge_recharge(closed(), step, home), expected)


@pytest.mark.parametrize(
    ("today", "due_on"),
    [
        (date(2026, 1, 10), date(2026, 1, 16)),
        (date(2026, 1, 16), date(2026, 1, 16)),
        (date(2026, 1, 17), date(2026, 1, 27)),
    ],
)
def test_the_last_day_to_pay(today: date, due_on: date) -> None:
    """The source's own; once that has passed, the account's usual time from today."""
    verdict = judge_recharge(closed(), undone().steps[2], replace(HOME, today=today))
    assert isinstance(verdict, Ready)
    assert isinstance(verdict.effect, IssueInvoice)
    assert (verdict.effect.issued_on, verdict.effect.due_on) == (today, due_on)


def _seen(**changes: object) -> Aftersight:
    """All in its place: the merged invoice revoked, the recharges 901 and 902."""
    anew = {
        InvoiceId(901 + n): invoice(901 + n, row.account_id, row.items)
        for n, row in enumerate(SOURCES)
    }
    merged = replace(traces().invoices[MERGED], due=Decimal(0), status=InvoiceStatus.PAID)
    seen = Aftersight(invoices={MERGED: merged, **anew}, revoked=NOTE)
    return replace(seen, **changes)  # type: ignore[arg-type] # by name


def _with(number: int, change: Callable[[Invoice], Invoice]) -> Aftersight:
    invoices = dict(_seen().invoices)
    invoices[InvoiceId(number)] = change(invoices[InvoiceId(number)])
    return _seen(invoices=invoices)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (_seen(), ""),
        (_seen(revoked=None), "credit the merged invoice by hand"),
        (_seen(revoked=replace(NOTE, deleted=True)), "credit the merged invoice by hand"),
        (_with(902, lambda row: replace(row, status=InvoiceStatus.DELETED)), "902 of account 2"),
        (_with(901, lambda row: replace(row, total=Decimal(1))), "N901 makes 1.00"),
    ],
)
def test_the_look_at_its_end(seen: Aftersight, words: str) -> None:
    """Nothing, or what is wrong in a sentence."""
    steps = tuple(
        replace(step, state=StepState.CONFIRMED, attempts=1, remote_id=number)
        for number, step in zip((70, 901, 902), undone().steps, strict=True)
    )
    problems = judge_undo(replace(undone(), steps=steps), seen)
    assert [words in problem for problem in problems] == [True] * bool(words)


def test_a_worksheet_tells_amounts_rates_payments_and_the_order() -> None:
    """Paid in full: each source with its rate, what to do first, and what becomes of the money."""
    found = traces(due=Decimal(0), status=InvoiceStatus.PAID)
    paid = payment(5, 1, "48.00", invoice_id=MERGED)
    sheet = plan_worksheet(closed(), "paid", found, {AccountId(2): "Shop"}, [paid])
    assert sheet.merged is not None
    assert sheet.merged.due == 0
    assert sheet.merged.carried == sheet.merged.settled == 48
    assert [(row.number, row.name, f"{row.carried:.2f}") for row in sheet.rows] == [
        ("N10", "", "36.00"),
        ("N20", "Shop", "12.00"),
    ]
    assert [row.relieved for row in sheet.rows] == [36, 12]
    (share,) = sheet.rows[1].shares
    assert [share.tax_percent, share.net, share.tax, share.gross] == [20, 10, 2, 12]
    told = "\n".join(sheet.todo)
    order = ("links remove 2", "credit 12.00 on invoice N900", "invoice account 2", "48.00 of")
    places = [told.index(words) for words in order]
    assert places == sorted(places)
    assert "account 1 for" not in told, "the main's own share stays where it is"
    assert OperationKind.UNDO not in told


def test_a_worksheet_of_a_deleted_invoice_credits_nothing() -> None:
    """The sources are relieved and nothing carries them."""
    sheet = plan_worksheet(closed(), "deleted", _gone(), {}, [])
    assert sheet.merged is None
    assert "nothing on it can be credited" in "\n".join(sheet.todo)
    assert "credit 12.00" not in "\n".join(sheet.todo)


def test_an_undo_that_was_given_up_and_revoked_all_the_same_is_told() -> None:
    """The main account is charged too little until a person deletes the note."""
    refusal = revoked_late(undone(), "C70 of 48.00 stands")
    assert (refusal.rule, refusal.account_id) == ("revoked_late", 1)
    assert "C70 of 48.00 stands" in refusal.sentence
    assert str(closed().plan_id) in refusal.sentence
