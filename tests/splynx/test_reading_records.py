"""What the reader makes of rows, good and bad."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from connector.domain.accounts import Account, AccountStatus, BillingMode, BillingType
from connector.domain.ids import CreditNoteId, InvoiceId
from connector.domain.invoices import InvoiceItem, InvoiceStatus, InvoiceType
from connector.errors import (
    ReplyMalformed,
)
from tests.splynx.reading import BERLIN, SEVEN, as_text, once, reader_of
from tests.splynx.support import (
    account_data,
    billing_data,
    change_data,
    credit_note_data,
    in_turn,
    invoice_data,
    item_data,
    reply,
    setting,
)


def test_account() -> None:
    """Words translated, address in one line, no main account for 0."""
    held = setting(in_turn(reply(200, account_data(status="disabled", zip_code=" "))))
    assert reader_of(held).read_account(SEVEN) == Account(
        id=SEVEN,
        name="Ada",
        status=AccountStatus.INACTIVE,
        billing_type=BillingType.RECURRING,
        partner_id=1,
        address="Mill Lane 1, Berlin",
        native_main_id=None,
    )


def test_invoice_of_both_generations() -> None:
    """Numbers or text: the same value, exact to four places."""
    for data in (invoice_data(), as_text(invoice_data())):
        held = setting(in_turn(reply(200, data)))
        found = reader_of(held).read_invoice(InvoiceId(11))
        assert found.total == found.due == Decimal("69354.84")
        assert (found.status, found.type) == (InvoiceStatus.NOT_PAID, InvoiceType.RECURRING)
        assert (found.issued_on, found.due_on) == (date(2026, 1, 1), date(2026, 1, 16))
        assert found.items == (
            InvoiceItem(
                description="Internet",
                quantity=Decimal(1),
                unit="",
                price=Decimal("64516.129"),
                tax_percent=Decimal("7.5"),
                tax_id=2,
                period_from=date(2026, 1, 1),
                period_to=date(2026, 1, 31),
                category_id=1,
            ),
        )


def test_an_empty_memo_is_the_empty_text() -> None:
    """The column may be NULL; a marker goes after the text there is."""
    held = setting(in_turn(reply(200, invoice_data(memo=None))))
    assert reader_of(held).read_invoice(InvoiceId(11)).memo == ""


def test_older_releases_lack_what_came_later() -> None:
    """No main account, no billing mode, no sub-account on lines, even if something were sent."""
    held = setting(
        in_turn(
            reply(200, account_data(parent_id=5)),
            reply(200, billing_data()),
            reply(200, invoice_data(items=[item_data(sub_account_id=9)])),
        ),
        release="4.3",
    )
    reader = reader_of(held)
    assert reader.read_account(SEVEN).native_main_id is None
    assert reader.read_billing(SEVEN).native_mode is None
    assert reader.read_invoice(InvoiceId(11)).items[0].sub_account_id is None
    assert reader.read_native_subs().rows == ()


def test_a_release_with_links_must_tell_them() -> None:
    """An account without parent_id might be linked, and would be billed twice."""
    data = account_data()
    del data["parent_id"]
    held = setting(in_turn(reply(200, data)))
    with pytest.raises(ReplyMalformed, match="native_main_id: is missing"):
        reader_of(held).read_account(SEVEN)


def test_billing() -> None:
    """Balance and days."""
    held = setting(in_turn(reply(200, billing_data(sub_billing_mode="aggregated"))))
    found = reader_of(held).read_billing(SEVEN)
    assert (found.balance, found.min_balance) == (Decimal(-25), Decimal(0))
    assert (found.billing_day, found.due_days, found.blocking_days) == (1, 15, 0)
    assert found.enabled
    assert found.native_mode is BillingMode.AGGREGATED
    assert held.platform.lines == ["GET /api/2.0/admin/customers/customer-billing/7"]


@pytest.mark.parametrize("body", [[], None, "x", account_data(id=8), account_data(id=None)])
def test_another_record_than_asked_for(body: object) -> None:
    """Is never taken for it."""
    held = setting(in_turn(reply(200, body)))
    with pytest.raises(ReplyMalformed):
        reader_of(held).read_account(SEVEN)


BAD_INVOICES: list[tuple[str, object]] = [
    ("total", 1.00001),
    ("total", None),
    ("total", ""),
    ("total", "12 EUR"),
    ("total", True),
    ("total", []),
    ("due", "1e3"),
    ("status", "overdue"),
    ("status", None),
    ("type", 1),
    ("number", {}),
    ("memo", []),
    ("issued_on", "0000-00-00"),
    ("issued_on", "01.01.2026"),
    ("due_on", "2026-02-30"),
    ("items", None),
    ("items", {}),
    ("items", ["x"]),
]
WIRE_NAMES = {"issued_on": "date_created", "due_on": "date_till"}


@pytest.mark.parametrize(("field", "value"), BAD_INVOICES)
def test_one_bad_row_hides_no_good_one(field: str, value: object) -> None:
    """It is put aside with its field, its value and its account; the others are read."""
    bad = invoice_data(id=12, **{WIRE_NAMES.get(field, field): value})
    held = setting(once(invoice_data(), bad, invoice_data(id=13)))
    found = reader_of(held).read_invoices([SEVEN], date(2025, 12, 1))
    assert [invoice.id for invoice in found.rows] == [11, 13]
    (aside,) = found.quarantined
    assert (aside.resource, aside.object_id, aside.account_id) == ("invoices", 12, 7)
    assert aside.field == field
    assert aside.problem.startswith(f"invoice 12: {field}: ")


@pytest.mark.parametrize("field", ["total", "status", "items", "memo"])
def test_a_missing_field_is_a_bad_row(field: str) -> None:
    """Nothing is assumed in its place."""
    data = invoice_data()
    del data[field]
    held = setting(once(data))
    (aside,) = reader_of(held).read_invoices([SEVEN], date(2025, 12, 1)).quarantined
    assert (aside.field, aside.problem) == (field, f"invoice 11: {field}: is missing")


def test_a_bad_line_names_its_place() -> None:
    """Which line, which field."""
    data = invoice_data(items=[item_data(), item_data(price="a lot")])
    held = setting(once(data))
    (aside,) = reader_of(held).read_invoices([SEVEN], date(2025, 12, 1)).quarantined
    assert aside.field == "items[1].price"
    assert "'a lot' is not an amount" in aside.problem


def test_unreadable_identities() -> None:
    """Even then the row is put aside rather than lost."""
    held = setting(once(invoice_data(id="x", customer_id=None)))
    (aside,) = reader_of(held).read_invoices([SEVEN], date(2025, 12, 1)).quarantined
    assert (aside.object_id, aside.account_id, aside.field) == (None, None, "id")


def test_a_single_bad_record_is_an_error() -> None:
    """Whoever asks for one record cannot go on without it."""
    held = setting(in_turn(reply(200, invoice_data(total="?"))))
    with pytest.raises(ReplyMalformed) as caught:
        reader_of(held).read_invoice(InvoiceId(11))
    assert caught.value.field == "total"


def test_credit_notes() -> None:
    """Fully used ones count, deleted ones do not."""
    rows = [
        credit_note_data(),
        credit_note_data(id=22, status="deleted", total="5.0000"),
        credit_note_data(id=23, status="closed", real_create_datetime="0000-00-00 00:00:00"),
    ]
    held = setting(once(*rows))
    found = reader_of(held).read_credit_notes(SEVEN, date(2026, 1, 1))
    assert [(note.id, note.deleted) for note in found.rows] == [
        (21, False),
        (22, True),
        (23, False),
    ]
    assert found.rows[0].created_at == datetime(2026, 1, 2, 10, tzinfo=BERLIN)
    assert found.rows[2].created_at is None
    assert found.rows[1].total == Decimal(5)


def test_credit_note() -> None:
    """One by its number."""
    held = setting(in_turn(reply(200, credit_note_data(note="LA1"))))
    assert reader_of(held).read_credit_note(CreditNoteId(21)).note == "LA1"


def test_status_changes() -> None:
    """Of the account itself, oldest first, the system as 0, in the platform's zone."""
    rows = [
        change_data(old_status="", administrator_id=None),
        change_data(id=32, service_id=5, new_status="stopped"),
        change_data(
            id=33, service_id="0", old_status="blocked", new_status="active", administrator_id="4"
        ),
    ]
    held = setting(once(*rows))
    found = reader_of(held).read_status_changes([SEVEN])
    assert [(row.id, row.old, row.new, row.administrator_id) for row in found.rows] == [
        (31, None, AccountStatus.BLOCKED, 0),
        (33, AccountStatus.BLOCKED, AccountStatus.ACTIVE, 4),
    ]
    assert found.rows[0].by_system
    assert found.rows[0].at == datetime(2026, 1, 17, 0, 30, tzinfo=BERLIN)
    assert found.quarantined == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"time": "25:00:00"}, "time"),
        ({"time": None}, "time"),
        ({"date": "0000-00-00"}, "on"),
        ({"new_status": "gone"}, "new"),
        ({"service_id": "x"}, "service_id"),
        ({"administrator_id": "root"}, "administrator_id"),
    ],
)
def test_bad_status_changes(changes: dict[str, object], field: str) -> None:
    """Put aside, so that nobody decides about a block on half the story."""
    held = setting(once(change_data(**changes)))
    found = reader_of(held).read_status_changes([SEVEN])
    assert (found.rows, [aside.field for aside in found.quarantined]) == ((), [field])
