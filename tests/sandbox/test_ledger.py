"""The ledger keeps its two properties whatever happens."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.errors import SandboxError
from connector.sandbox.ledger.allocation import covered
from connector.sandbox.ledger.credit_notes import delete_credit_note, issue_credit_note
from connector.sandbox.ledger.invoices import delete_invoice, issue_invoice, rewrite_items
from connector.sandbox.ledger.payments import delete_payment, take_payment
from connector.sandbox.ledger.postings import effect_on_balance
from connector.sandbox.money import ZERO
from connector.sandbox.options import SandboxOptions
from connector.sandbox.records import CreditNote, Invoice, Item, Payment
from connector.sandbox.seed import AccountOrder, add_account, build_world
from connector.sandbox.witness import STAFF
from connector.sandbox.world import World

prices = st.decimals(min_value="0.0001", max_value="500", places=4)
rates = st.sampled_from([Decimal(0), Decimal("7.5"), Decimal(10), Decimal(20)])
items = st.builds(Item, price=prices, tax=rates, quantity=st.sampled_from([Decimal(1), Decimal(3)]))
moves = st.sampled_from(
    ["charge", "rewrite", "pay", "refund", "credit", "drop invoice", "drop payment", "drop note"]
)
steps = st.lists(
    st.tuples(moves, st.lists(items, min_size=1, max_size=3), prices, st.integers(0, 6)),
    max_size=12,
)


def one_account() -> World:
    """A world with one account, customer 1."""
    world = build_world(SandboxOptions())
    add_account(world, AccountOrder(name="Ada"), world.now())
    return world


def _drop(world: World, move: str, which: int) -> None:
    if move == "drop invoice" and (invoice := world.invoices.get(which)) is not None:
        delete_invoice(world, invoice, STAFF)
    if move == "drop payment" and (payment := world.payments.get(which)) is not None:
        delete_payment(world, payment, STAFF)
    if move == "drop note" and (note := world.credit_notes.get(which)) is not None:
        delete_credit_note(world, note, STAFF)


def _take(world: World, move: str, lines: list[Item], amount: Decimal, which: int) -> None:
    named = which if world.invoices.get(which) is not None else None
    match move:
        case "charge":
            issue_invoice(world, Invoice(customer_id=1, items=lines), STAFF)
        case "rewrite" if (invoice := world.invoices.get(which)) and invoice.status == "not_paid":
            rewrite_items(world, invoice, lines, STAFF)
        case "pay":
            draft = Payment(customer_id=1, amount=amount, invoice_id=named)
            take_payment(world, draft, STAFF)
        case "refund":
            take_payment(world, Payment(customer_id=1, amount=-amount), STAFF)
        case "credit":
            draft_note = CreditNote(customer_id=1, items=lines)
            issue_credit_note(world, draft_note, invoice_id=named, actor=STAFF)
        case _:
            _drop(world, move, which)


def _check(world: World) -> None:
    posted = sum((effect_on_balance(row) for row in world.transactions), ZERO)
    assert world.billing_of(1).deposit == posted
    for invoice in world.invoices:
        if invoice.status == "deleted":
            assert invoice.due == 0
            continue
        assert invoice.due == invoice.total - covered(world, invoice)
        assert 0 <= invoice.due <= invoice.total
        assert (invoice.status == "paid") == (invoice.due == 0)
    dues = sum((invoice.due for invoice in world.invoices), ZERO)
    rests = sum((row.remind_amount for row in world.payments), ZERO)
    rests += sum((row.remind_amount for row in world.credit_notes), ZERO)
    assert world.billing_of(1).deposit == rests - dues
    owed = sum((effect.amount for effect in world.witness.effects), ZERO)
    assert world.billing_of(1).deposit == -owed


@given(steps)
def test_balance_equals_postings_and_due_equals_total_less_relations(
    taken: list[tuple[str, list[Item], Decimal, int]],
) -> None:
    """After every step of any history, both properties hold; refusals change nothing."""
    world = one_account()
    for move, lines, amount, which in taken:
        before = world.billing_of(1).deposit
        try:
            _take(world, move, [copied(line) for line in lines], amount, which)
        except SandboxError:
            assert world.billing_of(1).deposit == before
        _check(world)


def copied(line: Item) -> Item:
    """A fresh line, since documents keep the lines they are given."""
    return Item(price=line.price, tax=line.tax, quantity=line.quantity)


def test_total_is_rounded_once_per_document() -> None:
    """Three lines of 10.0033 at 20 % make 36.0119, so 36.01, not three times 12.00."""
    world = one_account()
    lines = [Item(price=Decimal("10.0033"), tax=Decimal(20)) for _ in range(3)]
    invoice = issue_invoice(world, Invoice(customer_id=1, items=lines), STAFF)
    assert invoice.items[0].tax_amount == Decimal("2.0007")
    assert invoice.total == Decimal("36.01")
    assert world.billing_of(1).deposit == Decimal("-36.01")
    assert len(world.transactions) == 3


def test_a_payment_covers_open_invoices_in_order_and_keeps_the_rest() -> None:
    """50 over invoices of 24 and 36 leaves 10 due on the second; 20 more leaves 10 over."""
    world = one_account()
    first, second = (
        issue_invoice(world, Invoice(customer_id=1, items=[Item(price=Decimal(net))]), STAFF)
        for net in (24, 36)
    )
    take_payment(world, Payment(customer_id=1, amount=Decimal(50)), STAFF)
    assert [first.due, second.due] == [Decimal(0), Decimal(10)]
    assert (first.status, second.status) == ("paid", "not_paid")
    last = take_payment(world, Payment(customer_id=1, amount=Decimal(20)), STAFF)
    assert second.payment_id == last.id
    assert last.remind_amount == 10
    assert world.billing_of(1).deposit == 10


def test_a_bound_credit_note_keeps_its_excess_on_the_balance() -> None:
    """30 credited to an invoice of 24 pays it and leaves 6 on the balance."""
    world = one_account()
    draft = Invoice(customer_id=1, items=[Item(price=Decimal(24))])
    invoice = issue_invoice(world, draft, STAFF)
    note = issue_credit_note(
        world,
        CreditNote(customer_id=1, items=[Item(price=Decimal(30))]),
        invoice_id=invoice.id,
        actor=STAFF,
    )
    assert invoice.status == "paid"
    assert note.remind_amount == world.billing_of(1).deposit == 6
    delete_credit_note(world, note, STAFF)
    assert invoice.status == "not_paid"
    assert invoice.due == -world.billing_of(1).deposit == 24
