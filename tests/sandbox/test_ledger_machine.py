"""Any history of documents, payments and corrections, under any switches, keeps the books."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connector.sandbox.api.resources import RESOURCES
from connector.sandbox.ledger.debits import future_items, line_of
from connector.sandbox.ledger.invoices import issue_invoice
from connector.sandbox.records import Invoice
from connector.sandbox.witness import STAFF
from tests.sandbox.bench import Bench
from tests.sandbox.books import check_books, picture

INVOICES, NOTES, PAYMENTS = "finance/invoices", "finance/credit-notes", "finance/payments"
PROFORMAS, TRANSACTIONS = "finance/proforma-invoices", "finance/transactions"
REFUSED = {405, 422}
NOBODYS = Invoice(id=999, customer_id=1, total=Decimal(1))

accounts = st.sampled_from((1, 1, 1, 2))
rows = st.integers(0, 19)  # which of the rows there are, counted round
amounts = st.sampled_from(["36", "10", "24", "100", "500", "3.3333", "0.01", "36.01", "0", "-5"])
lines = st.lists(
    st.fixed_dictionaries(
        {
            "description": st.just("x"),
            "price": amounts,
            "quantity": st.sampled_from(["1", "3", "0.5"]),
            "tax": st.sampled_from(["0", "7.5", "20"]),
        },
        optional={"id": st.integers(1, 9)},
    ),
    min_size=1,
    max_size=3,
)
no_lines: st.SearchStrategy[list[Any]] = st.just([])
numbers = st.sampled_from(["", "", "", "", "", "A", "B"])
switches = st.fixed_dictionaries(
    {
        "allocation": st.sampled_from(["oldest", "oldest", "exact", "none"]),
        "pay_from_balance": st.booleans(),
        "put_items": st.sampled_from(["replace", "merge"]),
        "rounding": st.sampled_from(["document", "line"]),
        "invoice_delete": st.sampled_from(["mark", "vanish"]),
        "unique_numbers": st.booleans(),
        "unique_receipts": st.booleans(),
        "used_note_status": st.sampled_from(["not_refunded", "refunded", "closed"]),
        "zero_credit_notes": st.booleans(),
        "credit_note_reactivates": st.booleans(),
    }
)


class Books(RuleBasedStateMachine):
    """A recurring and a prepaid account, and everything that callers and staff may do to them."""

    @initialize(drawn=switches)
    def open_books(self, drawn: dict[str, Any]) -> None:
        """Two accounts, and the switches of this history."""
        self.bench = Bench()
        self.bench.account("30")
        self.bench.account()
        self.bench.put("customers/customer/2", {"billing_type": "prepaid"})
        self.bench.still.control("POST", "switch", drawn)
        for account in (1, 2):
            self.open_account(account)

    def open_account(self, account: int) -> None:
        """One of everything, so that there is something to change from the first step on."""
        own = {"customer_id": account, "description": "x"}
        line = {"description": "x", "price": "36"}
        self.send("POST", TRANSACTIONS, {**own, "type": "debit", "price": "10"})
        self.send("POST", TRANSACTIONS, {**own, "type": "credit", "price": "5"})
        later = {**own, "type": "debit", "price": "3.3333", "to_invoice": "1"}
        self.send("POST", TRANSACTIONS, later)
        self.send("POST", INVOICES, {**own, "items": [line, line]})
        self.send("POST", PAYMENTS, {**own, "amount": "24"})
        self.send("POST", NOTES, {**own, "items": [line], "invoicesId": account})
        self.send("POST", NOTES, {**own, "items": [line]})
        self.send("POST", PROFORMAS, {**own, "items": [line]})

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> None:
        """Send a request; a refused one changes nothing."""
        before = picture(self.bench.world)
        answer = self.bench.call(method, path, body)
        assert answer.status in {201, 202, 204, 404} | REFUSED, answer.text
        if answer.status in REFUSED:
            assert picture(self.bench.world) == before, f"{method} {path} {body}"

    def row(self, resource: str, which: int) -> Any:
        """One of the rows there are, or one that no table has; mostly no transactions of documents."""
        rows = list(RESOURCES[resource].table(self.bench.world))
        if resource == TRANSACTIONS and which % 4:
            rows = [row for row in rows if row.by_hand or row.to_invoice] or rows
        return rows[which % len(rows)] if rows else NOBODYS

    @rule(account=accounts, items=lines | no_lines, number=numbers, pending=st.booleans())
    def issue(self, account: int, items: list[Any], number: str, *, pending: bool) -> None:
        """An invoice, issued or pending."""
        status = "pending" if pending else "not_paid"
        body = {"customer_id": account, "items": items, "number": number}
        self.send("POST", INVOICES, {**body, "status": status, "type": "recurring"})

    @rule()
    def charge(self) -> None:
        """The platform's own charge of the month."""
        self.bench.still.control("POST", "charge")

    @rule(days=st.sampled_from([1, 17, 31]))
    def wait(self, days: int) -> None:
        """Rounds of blocking and charging pass."""
        self.bench.still.control("POST", "advance", {"days": days})

    @rule(account=accounts, amount=amounts, number=numbers)
    def pay(self, account: int, amount: str, number: str) -> None:
        """A payment or refund that names nothing."""
        body = {"customer_id": account, "amount": amount, "receipt_number": number}
        self.send("POST", PAYMENTS, body)

    @rule(
        named=st.sampled_from([(INVOICES, "invoice_id"), (PROFORMAS, "request_id")]),
        which=rows,
        amount=st.none() | amounts,
        stranger=st.sampled_from([False, False, False, True]),
    )
    def pay_named(
        self, named: tuple[str, str], which: int, amount: str | None, *, stranger: bool
    ) -> None:
        """A payment for an invoice or a proforma, of its total or another amount."""
        row = self.row(named[0], which)
        account = 3 - row.customer_id if stranger else row.customer_id
        body = {"customer_id": account, "amount": amount or str(row.total)}
        self.send("POST", PAYMENTS, {**body, named[1]: row.id})

    @rule(account=accounts, items=lines | no_lines, number=numbers)
    def credit(self, account: int, items: list[Any], number: str) -> None:
        """A credit note by itself."""
        body = {"customer_id": account, "items": items, "number": number}
        self.send("POST", NOTES, body)

    @rule(which=rows, items=st.none() | lines, whole=st.sampled_from(["0", "1"]))
    def credit_invoice(self, which: int, items: list[Any] | None, whole: str) -> None:
        """A credit note for an invoice, over all of it or some other lines."""
        row = self.row(INVOICES, which)
        all_of_it = [{"description": "All", "price": str(row.total)}]
        body = {"customer_id": row.customer_id, "invoicesId": [row.id], "partiallyUse": whole}
        self.send("POST", NOTES, {**body, "items": items or all_of_it})

    @rule(which=rows, share=st.sampled_from(["1", "0.5", "1.1"]))
    def refund(self, which: int, share: str) -> None:
        """What a credit note has left is paid back, or half of it, or too much."""
        note = self.row(NOTES, which)
        amount = -note.total if note is NOBODYS else -note.remind_amount * Decimal(share)
        body = {"customer_id": note.customer_id, "amount": str(amount), "credit_note_id": note.id}
        self.send("POST", PAYMENTS, body)

    @rule(
        account=accounts,
        kind=st.sampled_from(["debit", "credit"]),
        money=st.fixed_dictionaries({"price": amounts}) | st.fixed_dictionaries({"total": amounts}),
        rate=st.sampled_from(["0", "20"]),
        later=st.sampled_from(["0", "0", "1"]),
    )
    def post(self, account: int, kind: str, money: dict[str, str], rate: str, later: str) -> None:
        """A transaction by hand, or a future item."""
        body = {"customer_id": account, "type": kind, "description": "x", "tax_percent": rate}
        self.send("POST", TRANSACTIONS, {**body, **money, "to_invoice": later})

    @rule(account=accounts)
    def invoice_future_items(self, account: int) -> None:
        """The waiting items become lines of an invoice, if they come to something."""
        world = self.bench.world
        items = [line_of(future) for future in future_items(world, account)]
        if sum((item.price * item.quantity * (100 + item.tax) for item in items), Decimal(0)) > 0:
            issue_invoice(world, Invoice(customer_id=account, items=items), STAFF)

    @rule(account=accounts, items=lines | no_lines, number=numbers)
    def ask(self, account: int, items: list[Any], number: str) -> None:
        """A proforma invoice."""
        self.send("POST", PROFORMAS, {"customer_id": account, "items": items, "number": number})

    @rule(
        resource=st.sampled_from([INVOICES, NOTES, PROFORMAS]),
        which=rows,
        change=st.fixed_dictionaries({"items": lines})
        | st.fixed_dictionaries({"number": st.sampled_from(["A", "B", "C"])})
        | st.fixed_dictionaries({"invoicesId": st.integers(1, 6)})
        | st.fixed_dictionaries({"status": st.sampled_from(["not_paid", "pending"])})
        | st.fixed_dictionaries(
            {"note": st.sampled_from(["", "n"]), "date_till": st.just("2026-09-01")}
        ),
    )
    def edit(self, resource: str, which: int, change: dict[str, Any]) -> None:
        """Another text, number, status or other lines."""
        self.send("PUT", f"{resource}/{self.row(resource, which).id}", change)

    @rule(resource=st.sampled_from([INVOICES, NOTES, PROFORMAS]), which=rows, price=amounts)
    def edit_line(self, resource: str, which: int, price: str) -> None:
        """Another price in the first line of a document; by switch the other lines stay."""
        row = self.row(resource, which)
        line = {"id": row.items[0].id if row.items else 0, "price": price}
        self.send("PUT", f"{resource}/{row.id}", {"items": [line]})

    @rule(
        which=rows,
        change=st.fixed_dictionaries(
            {},
            optional={
                "price": amounts,
                "total": amounts,
                "quantity": st.sampled_from(["0", "2"]),
                "to_invoice": st.sampled_from(["0", "1"]),
                "service_id": st.sampled_from([0, 1]),
            },
        ),
    )
    def edit_transaction(self, which: int, change: dict[str, Any]) -> None:
        """Another amount of a transaction, or now later, or later now."""
        self.send("PUT", f"{TRANSACTIONS}/{self.row(TRANSACTIONS, which).id}", change)

    @rule(which=rows, number=st.sampled_from(["A", "B"]))
    def rename_receipt(self, which: int, number: str) -> None:
        """Another receipt number."""
        path = f"{PAYMENTS}/{self.row(PAYMENTS, which).id}"
        self.send("PUT", path, {"receipt_number": number})

    @rule(
        resource=st.sampled_from([INVOICES, NOTES, PAYMENTS, PROFORMAS, TRANSACTIONS]),
        which=rows,
    )
    def delete(self, resource: str, which: int) -> None:
        """A row is deleted, or is not."""
        self.send("DELETE", f"{resource}/{self.row(resource, which).id}")

    @invariant()
    def the_books_agree(self) -> None:
        """Every law holds after every step."""
        if hasattr(self, "bench"):
            check_books(self.bench.world)


TestBooks = Books.TestCase
