"""The four writes, body by body: what is not listed here is never sent."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from connector.domain.accounts import AccountStatus
from connector.domain.ids import AccountId, InvoiceId
from connector.domain.invoices import InvoiceItem
from connector.errors import OutcomeUnknown, PlatformDenied, PlatformRefused, RecordMissing
from connector.ports.platform import Receipt
from connector.saga.effects import Effect, IssueCreditNote, IssueInvoice, MarkInvoice, SetStatus
from connector.splynx import SplynxWriter
from tests.splynx.support import Handler, Setting, at_once, in_turn, reply, setting

ITEM = InvoiceItem(
    description="Internet",
    quantity=Decimal("1.0000"),
    unit="pc",
    price=Decimal("64516.1290"),
    tax_percent=Decimal("7.5000"),
    tax_id=2,
    period_from=date(2026, 1, 1),
    period_to=date(2026, 1, 31),
    category_id=1,
    sub_account_id=AccountId(8),
)
PLAIN = InvoiceItem(
    description="Rounding",
    quantity=Decimal(1),
    unit="",
    price=Decimal("-0.01"),
    tax_percent=Decimal(0),
)
ISSUE = IssueInvoice(
    account_id=AccountId(7),
    issued_on=date(2026, 1, 1),
    due_on=date(2026, 1, 16),
    items=(ITEM, PLAIN),
    total=Decimal("69354.83"),
    note="For all",
    memo="LA1:X",
)
RELIEVE = IssueCreditNote(
    account_id=AccountId(8),
    invoice_id=InvoiceId(11),
    issued_on=date(2026, 1, 2),
    items=(ITEM,),
    total=Decimal("69354.84"),
    note="Moved LA1:X",
)
MARK = MarkInvoice(invoice_id=InvoiceId(11), account_id=AccountId(8), memo="staff\nLA1:X")
STATUS = SetStatus(account_id=AccountId(8), status=AccountStatus.INACTIVE)


def sent(effect: Effect, handler: Handler, release: str = "5.1") -> tuple[Receipt, Setting]:
    """Send an effect."""
    held = setting(handler, release=release)
    return SplynxWriter(held.connection).send(effect, at_once), held


def body_of(held: Setting) -> object:
    """The body of the only request."""
    (request,) = held.platform.requests
    assert request.headers["Content-Type"] == "application/json"
    return json.loads(request.content)


def test_issue_invoice() -> None:
    """Recurring, not paid, with its lines; amounts as text; no total, no number, no sending."""
    receipt, held = sent(ISSUE, in_turn(reply(201, {"id": 99})))
    assert receipt == Receipt(remote_id=99)
    assert held.platform.lines == ["POST /api/2.0/admin/finance/invoices"]
    assert body_of(held) == {
        "customer_id": 7,
        "date_created": "2026-01-01",
        "date_till": "2026-01-16",
        "status": "not_paid",
        "type": "recurring",
        "note": "For all",
        "memo": "LA1:X",
        "items": [
            {
                "description": "Internet",
                "quantity": "1.0000",
                "unit": "pc",
                "price": "64516.1290",
                "tax": "7.5000",
                "tax_id": 2,
                "period_from": "2026-01-01",
                "period_to": "2026-01-31",
                "categoryIdForTransaction": 1,
                "sub_account_id": 8,
            },
            {"description": "Rounding", "quantity": "1", "unit": "", "price": "-0.01", "tax": "0"},
        ],
    }


def test_issue_credit_note() -> None:
    """Bound to its invoice; the service period is not reset, whatever the lines carry."""
    receipt, held = sent(RELIEVE, in_turn(reply(201, {"id": "98"})))
    assert receipt == Receipt(remote_id=98)
    assert held.platform.lines == ["POST /api/2.0/admin/finance/credit-notes"]
    assert body_of(held) == {
        "customer_id": 8,
        "date_created": "2026-01-02",
        "status": "not_refunded",
        "invoicesId": 11,
        "note": "Moved LA1:X",
        "items": [
            {
                "description": "Internet",
                "quantity": "1.0000",
                "unit": "pc",
                "price": "64516.1290",
                "tax": "7.5000",
                "tax_id": 2,
                "sub_account_id": 8,
            }
        ],
    }


def test_mark_invoice() -> None:
    """The memo and nothing else, byte for byte."""
    receipt, held = sent(MARK, in_turn(reply(202)))
    assert receipt == Receipt()
    assert held.platform.lines == ["PUT /api/2.0/admin/finance/invoices/11"]
    assert body_of(held) == {"memo": "staff\nLA1:X"}


def test_set_status() -> None:
    """The status and nothing else, in the platform's word."""
    receipt, held = sent(STATUS, in_turn(reply(202)))
    assert receipt == Receipt()
    assert held.platform.lines == ["PUT /api/2.0/admin/customers/customer/8"]
    assert body_of(held) == {"status": "disabled"}


def test_older_releases_get_only_what_they_know() -> None:
    """Neither sub-account nor tax number on lines."""
    _, held = sent(ISSUE, in_turn(reply(201, {"id": "99"})), release="4.3")
    body = body_of(held)
    assert isinstance(body, dict)
    assert not {"sub_account_id", "tax_id"} & set(body["items"][0])


@pytest.mark.parametrize("effect", [ISSUE, RELIEVE, MARK, STATUS], ids=lambda e: type(e).__name__)
def test_the_same_effect_gives_the_same_bytes(effect: Effect) -> None:
    """A later send must be the same document, or a read-back could not tell."""
    contents = [
        sent(effect, in_turn(reply(201, {"id": 1})))[1].platform.requests[0].content
        for _ in range(2)
    ]
    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    ("status", "error"),
    [(422, PlatformRefused), (404, RecordMissing), (403, PlatformDenied), (500, OutcomeUnknown)],
)
def test_errors_go_up(status: int, error: type[Exception]) -> None:
    """As the client judged them."""
    with pytest.raises(error):
        sent(MARK, in_turn(reply(status, {"error": {"message": "no", "internal_code": "X"}})))


def test_an_unknown_release_is_not_written_to() -> None:
    """Nothing but the question which release it is."""
    held = setting(in_turn(reply(200, {"attributes": []})), release="auto")
    with pytest.raises(PlatformDenied, match="nothing is written"):
        SplynxWriter(held.connection).send(STATUS, at_once)
    assert held.platform.lines == ["OPTIONS /api/2.0/admin/customers/customer"]
