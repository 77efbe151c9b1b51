"""Every field of every resource in both releases, against a table of documented facts.

Codes of a 5.1 answer: `i` number, `s` text, `n` text holding a whole number, `f` flag "0"/"1",
`d` text with four decimal places, `m` JSON number without trailing zeros, `D` day, `T` moment,
`a` map (empty: a list), `l` list, `i?` number or null, `s?` text or null. A 4.3 answer writes
every scalar as text; `*` marks what only 5.1 knows.
"""

import re
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.bench import Bench

FIELDS = {
    "customers/customer/2": """
        id:i login:s status:s billing_type:s partner_id:i location_id:i parent_id:i* category:s
        name:s email:s billing_email:s phone:s street_1:s zip_code:s city:s subdivision_id:i gps:s
        date_add:D added_by:s added_by_id:i last_online:T last_update:T conversion_date:T
        mrr_total:d daily_prepaid_cost:d gdpr_agreed:s password:s customer_labels:l
        additional_attributes:a""",
    "customers/customer-billing/2": """
        customer_id:i enabled:i type:n deposit:d billing_date:n billing_due:n blocking_period:n
        grace_period:n make_invoices:n payment_method:n min_balance:d request_auto_enable:n
        request_auto_day:n request_auto_period:n request_auto_type:i request_auto_next:D
        reminder_enable:n reminder_day_1:n reminder_day_2:n reminder_day_3:n reminder_payment:n
        reminder_payment_value:d reminder_payment_comment:s reminder_type:n billing_person:s
        billing_street_1:s billing_zip_code:s billing_city:s sub_billing_mode:s*
        send_finance_notification:n partner_percent:d""",
    "finance/invoices/2": """
        id:i customer_id:i number:s date_created:D real_create_datetime:T date_updated:D
        date_till:D date_payment:D status:s total:m due:m payment_id:i type:s payd_from_deposit:f
        is_sent:f use_transactions:f note:s memo:s added_by:s added_by_id:i items:l
        additional_attributes:a""",
    "finance/credit-notes/1": """
        id:i customer_id:i number:s date_created:D real_create_datetime:T date_updated:D
        date_payment:D payment_id:i total:m remind_amount:d status:s note:s is_sent:f added_by:s
        added_by_id:i items:l additional_attributes:a""",
    "finance/payments/1": """
        id:i customer_id:i invoice_id:i? credit_note_id:i? request_id:i? transaction_id:i
        payment_statement_id:i? payment_type:n receipt_number:s date:D real_create_datetime:T
        amount:m remind_amount:d comment:s is_sent:f field_1:s field_2:s field_3:s field_4:s
        field_5:s note:s memo:s added_by:s added_by_id:i updated_at:T additional_attributes:a""",
    "finance/transactions/2": """
        id:i customer_id:i sub_account_id:i* type:s quantity:m unit:s price:m tax_percent:d
        tax_id:i total:m remind_amount:d date:D category:i description:s comment:s period_from:D
        period_to:D service_id:i service_type:s payment_id:i? credit_note_id:i? invoice_id:i?
        invoiced_by_id:i? to_invoice:f source:s additional_attributes:a""",
    "finance/invoice-relations/1": """
        id:i customer_id:i payer_id:i type:s invoice_id:i transaction_id:i? amount:m""",
    "logs/changes/1": """
        id:i customer_id:i service_id:i? old_status:s new_status:s date:D time:s tariff_type:s?
        old_tariff:i? new_tariff:i? administrator_id:i""",
    "administration/partners/1": "id:i name:s",
    "customers/customer/2/internet-services--2": """
        id:i parent_id:i customer_id:i tariff_id:i bundle_service_id:i description:s quantity:i
        unit:s unit_price:d start_date:D end_date:D discount:f discount_type:s discount_value:d
        discount_start_date:D discount_end_date:D discount_text:s status:s status_new:s
        on_approve:f period:n type:s router_id:i sector_id:i login:s password:s taking_ipv4:i
        ipv4:s ipv4_route:s ipv4_pool_id:i taking_ipv6:i ipv6:s ipv6_delegated:s ipv6_pool_id:i
        mac:s port_id:i access_device:i top_up_tariff_id:i geo:a additional_attributes:a""",
}
ITEMS = {
    "finance/invoices/2": """
        id:i pos:i description:s quantity:m unit:s price:d tax:d tax_amount:m period_from:D
        period_to:D transaction_id:i categoryIdForTransaction:i tax_id:i sub_account_id:i*""",
    "finance/credit-notes/1": """
        id:i pos:i description:s quantity:m unit:s price:d tax:d tax_amount:m tax_id:i
        sub_account_id:i*""",
}
DAY = r"\d{4}-\d\d-\d\d"
TEXTS = {
    "s": r"(?s).*",
    "n": r"-?\d+",
    "f": r"[01]",
    "d": r"-?\d+\.\d{4}",
    "D": DAY,
    "T": DAY + r" \d\d:\d\d:\d\d",
}
AS_TEXT = {"i": "n", "m": "d"}
ZEROS = [
    ("customers/customer/1", "last_online", "0000-00-00 00:00:00"),
    ("customers/customer-billing/1", "request_auto_next", "0000-00-00"),
    ("finance/invoices/1", "date_payment", "0000-00-00"),
    ("finance/transactions/1", "comment", ""),
    ("customers/customer/1/internet-services--1", "end_date", "0000-00-00"),
    ("customers/customer/1", "additional_attributes", []),
    ("finance/payments/1", "additional_attributes", []),
    ("finance/payments/1", "credit_note_id", None),
    ("logs/changes/1", "tariff_type", None),
]


def filled(release: str) -> Bench:
    """A charged family with a credit, a payment and a status change."""
    bench = Bench(release)
    bench.account("30", billing_day=1)
    bench.account("64516.1290", tax="7.5")
    bench.still.control("POST", "charge")
    bench.pay(2, "100.10", invoice_id=2)
    bench.still.control("POST", "credit", {"customer_id": 2, "amount": "5", "invoice_id": 2})
    bench.put("customers/customer/2", {"status": "blocked"})
    return bench


@pytest.fixture(scope="module")
def worlds() -> dict[str, Bench]:
    """One filled sandbox per release, read only."""
    return {release: filled(release) for release in ("5.1", "4.3")}


def table(text: str, release: str) -> dict[str, str]:
    """Name to code, as a release knows them, in wire order."""
    pairs = [entry.split(":") for entry in text.split()]
    linked = release == "5.1"
    return {name: code.rstrip("*") for name, code in pairs if linked or not code.endswith("*")}


def check(value: Any, code: str, release: str) -> bool:
    """Whether a wire value is written as its code says."""
    kind = code.rstrip("?")
    if value is None:
        return code.endswith("?")
    if kind in {"a", "l"}:
        return isinstance(value, list) or (kind == "a" and isinstance(value, dict))
    if release == "4.3":
        kind = AS_TEXT.get(kind, kind)
    if kind == "i":
        return type(value) is int
    if kind == "m":
        return type(value) is int or (type(value) is Decimal and not str(value).endswith("0"))
    return isinstance(value, str) and re.fullmatch(TEXTS[kind], value) is not None


@pytest.mark.parametrize("release", ["5.1", "4.3"])
@pytest.mark.parametrize("path", list(FIELDS))
def test_every_field_is_written_as_the_release_writes_it(
    worlds: dict[str, Bench], path: str, release: str
) -> None:
    """Names, order and type of each field; no field more and none less."""
    row = worlds[release].get(path)
    wanted = table(FIELDS[path], release)
    assert list(row) == list(wanted)
    wrong = {
        name: row[name] for name, code in wanted.items() if not check(row[name], code, release)
    }
    assert wrong == {}


@pytest.mark.parametrize("release", ["5.1", "4.3"])
@pytest.mark.parametrize("path", list(ITEMS))
def test_every_field_of_a_line_is_written_as_the_release_writes_it(
    worlds: dict[str, Bench], path: str, release: str
) -> None:
    """The same for the lines of documents."""
    item = worlds[release].get(path)["items"][0]
    wanted = table(ITEMS[path], release)
    assert list(item) == list(wanted)
    wrong = {n: item[n] for n, code in wanted.items() if not check(item[n], code, release)}
    assert wrong == {}


@pytest.mark.parametrize(("path", "name", "zero"), ZEROS)
@pytest.mark.parametrize("release", ["5.1", "4.3"])
def test_what_is_not_there_is_written_as_zero_date_list_or_null(
    worlds: dict[str, Bench], path: str, name: str, zero: object, release: str
) -> None:
    """Empty days and moments, empty maps, missing references."""
    assert worlds[release].get(path)[name] == zero


@pytest.mark.parametrize(
    ("release", "total", "due"),
    [
        ("5.1", Decimal("69354.84"), Decimal("69249.74")),
        ("4.3", "69354.8400", "69249.7400"),
    ],
)
def test_known_amounts_in_both_releases(
    worlds: dict[str, Bench], release: str, total: object, due: object
) -> None:
    """64516.1290 at 7.5 % makes 69354.84; paid 100.10 and credited 5.00."""
    row = worlds[release].get("finance/invoices/2")
    assert (row["total"], row["due"]) == (total, due)
    assert row["items"][0]["price"] == "64516.1290"
    assert worlds[release].deposit(2) == "-69249.7400"


@pytest.mark.parametrize("path", [path for path in FIELDS if path.count("/") == 2])
@pytest.mark.parametrize("release", ["5.1", "4.3"])
def test_a_list_holds_the_same_rows_as_single_answers(
    worlds: dict[str, Bench], path: str, release: str
) -> None:
    """A row of the list equals the row alone, and OPTIONS names its fields."""
    address, _, number = path.rpartition("/")
    if address == "customers/customer-billing":
        assert worlds[release].call("GET", address).status == 405
        return
    rows = {str(row["id"]): row for row in worlds[release].get(address)}
    assert rows[number] == worlds[release].get(path)
    options = worlds[release].call("OPTIONS", address).json
    names = {attribute["name"] for attribute in options["attributes"]}
    assert set(table(FIELDS[path], release)) - {"additional_attributes"} <= names
    types = {attribute["type"] for attribute in options["attributes"]}
    assert types <= {"integer", "decimal", "date", "datetime", "array", "string"}


@pytest.mark.parametrize(("release", "made"), [("5.1", '{"id":3}'), ("4.3", '{"id":"3"}')])
def test_an_answer_to_post_is_the_id_alone(release: str, made: str) -> None:
    """As a number in 5.1 and as text in 4.3; PUT says null and DELETE nothing."""
    bench = filled(release)
    answer = bench.call("POST", "customers/customer", {"name": "Ada"})
    assert (answer.status, answer.text) == (201, made)
    changed = bench.call("PUT", "customers/customer/3", {"city": "Elmford"})
    assert (changed.status, changed.text) == (202, "null")
    gone = bench.call("DELETE", "customers/customer/3")
    assert (gone.status, gone.text) == (204, "")


@pytest.mark.parametrize(
    ("sent", "held"),
    [("7", "7.0000"), ("7.12345", "7.1235"), (7, "7.0000"), ("-0.00004", "0.0000")],
)
@pytest.mark.parametrize("release", ["5.1", "4.3"])
def test_numbers_are_taken_as_text_or_number_and_kept_at_four_places(
    release: str, sent: object, held: str
) -> None:
    """A column is rounded half up to four places, whatever was sent."""
    bench = filled(release)
    bench.put("customers/customer-billing/1", {"min_balance": sent})
    assert bench.get("customers/customer-billing/1")["min_balance"] == held


@pytest.mark.parametrize("sent", ["seven", "", [], {}, True, "1e999999", "NaN", "Infinity"])
def test_what_is_no_amount_is_refused_or_zero(sent: object) -> None:
    """Only the empty text counts as zero."""
    answer = filled("5.1").call("PUT", "customers/customer-billing/1", {"min_balance": sent})
    assert answer.status == (202 if sent == "" else 422)


def test_labels_go_in_as_ids_and_come_out_as_objects() -> None:
    """Written as a list of ids, read as id, label and colour."""
    for release, number in (("5.1", 4), ("4.3", "4")):
        bench = filled(release)
        bench.put("customers/customer/1", {"customer_labels": [4]})
        labels = bench.get("customers/customer/1")["customer_labels"]
        assert [(label["id"], set(label)) for label in labels] == [
            (number, {"id", "label", "color"})
        ]


def test_additional_attributes_are_added_to_and_never_dropped() -> None:
    """A PUT with one of them leaves the others; text comes back as text."""
    bench = filled("5.1")
    path = "customers/customer/1"
    bench.put(path, {"additional_attributes": {"tier": "gold", "floor": 3}})
    bench.put(path, {"additional_attributes": {"tier": "tin"}})
    assert bench.get(path)["additional_attributes"] == {"tier": "tin", "floor": "3"}
