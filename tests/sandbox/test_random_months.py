"""Random months of staff, payers and the platform itself: the books balance, the audit is silent."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.sandbox.errors import SandboxError
from connector.sandbox.ledger.postings import effect_on_balance
from connector.sandbox.money import ZERO
from connector.sandbox.world import World
from tests.sandbox.bench import Bench, StillBox
from tests.sandbox.conftest import rules

ACCOUNTS = 4
UNRELEASED = frozenset({"left_blocked"})  # whom a merge relieves, nobody releases here
amounts = st.decimals(min_value="0.01", max_value="150", places=2).map(str)
accounts = st.integers(1, ACCOUNTS)
documents = st.integers(1, 12)
tariffs = st.sampled_from(["0", "10", "20"])
items = st.fixed_dictionaries({"price": amounts, "tax": tariffs, "description": st.just("x")})


def ordered(path: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A control request with drawn arguments."""
    return st.tuples(st.just(path), st.fixed_dictionaries(arguments))


def edited(resource: str, changes: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """A staff edit with drawn changes."""
    drawn = st.fixed_dictionaries({}, optional=changes)
    return ordered("edit", resource=st.just(resource), id=documents, changes=drawn)


actions = st.one_of(
    ordered("advance", days=st.integers(0, 20), hours=st.integers(0, 23)),
    ordered("advance", days=st.integers(25, 40)),
    ordered("charge"),
    ordered("pay", customer_id=accounts),
    ordered("pay", customer_id=accounts, amount=amounts),
    ordered("pay", customer_id=accounts, amount=amounts, invoice_id=documents),
    ordered("credit", customer_id=accounts, amount=amounts, tax=tariffs),
    ordered("credit", customer_id=accounts, amount=amounts, invoice_id=documents),
    ordered("invoice", customer_id=accounts, items=st.lists(items, min_size=1, max_size=3)),
    ordered("delete", resource=st.sampled_from(["invoices", "payments", "credit-notes"]), id=documents),
    ordered("block", customer_id=accounts, by=st.sampled_from(["system", "admin"])),
    edited("invoices", {"items": st.lists(items, min_size=1, max_size=2), "memo": st.just("m")}),
    edited("customers", {"status": st.sampled_from(["active", "blocked", "disabled"])}),
    edited("billing", {"billing_due": st.integers(0, 20), "grace_period": st.integers(0, 20)}),
    ordered("link", sub_id=st.integers(2, 4), mode=st.sampled_from(["aggregated", "independent"]), main_id=st.just(1)),
    ordered("link", sub_id=st.integers(2, 4), mode=st.just("none")),
)  # fmt: skip


def family() -> Bench:
    """A main with odd prices and rates, and three subs, one of them independent."""
    bench = Bench()
    subs = [
        {"mode": "aggregated", "services": [{"price": "16.6625", "tax": "20"}]},
        {"mode": "aggregated", "services": [{"price": "20.8333", "tax": "10", "quantity": 3}]},
        {"mode": "independent", "services": [{"price": "29.1667", "tax": "0"}]},
    ]
    main = {"services": [{"price": "24.99", "tax": "20"}]}
    bench.still.control("POST", "family", {"main": main, "subs": subs})
    return bench


def check_books(world: World) -> None:
    """Balances are credits less debits; dues are totals less relations; statuses fit."""
    for customer_id in range(1, ACCOUNTS + 1):
        posted = world.transactions.of_customer(customer_id)
        credits_ = sum((row.total for row in posted if row.type == "credit"), ZERO)
        debits = sum((row.total for row in posted if row.type == "debit"), ZERO)
        assert world.billing_of(customer_id).deposit == credits_ - debits
        assert sum(map(effect_on_balance, posted), ZERO) == credits_ - debits
    covers: dict[int, Decimal] = {}
    for relation in world.relations:
        assert relation.amount > 0
        covers[relation.invoice_id] = covers.get(relation.invoice_id, ZERO) + relation.amount
    for invoice in world.invoices:
        if invoice.status == "deleted":
            assert invoice.due == covers.get(invoice.id, ZERO) == 0
            continue
        assert invoice.due == invoice.total - covers.get(invoice.id, ZERO) >= 0
        assert (invoice.status == "paid") == (invoice.due == 0)
        assert isinstance(invoice.date_till, date)
    for payer in (*world.payments, *world.credit_notes):
        assert payer.remind_amount >= 0


def check_history(world: World) -> None:
    """The status history is a chain that ends in the present status."""
    for customer in world.customers:
        rows = [row for row in world.changes.of_customer(customer.id) if row.service_id is None]
        for before, after in zip(rows, rows[1:], strict=False):  # noqa: RUF007 - strictness is told
            assert before.new_status == after.old_status
        assert all(row.old_status != row.new_status for row in rows)
        if rows:
            assert rows[-1].new_status == customer.status


def play(box: StillBox, taken: list[tuple[str, dict[str, Any]]]) -> int:
    """Take all actions; a refused one must leave every table as it was. How many were refused."""
    refusals = 0
    for path, body in taken:
        before = (box.control("GET", "state"), [row.deposit for row in box.world.billings])
        try:
            box.control("POST", path, body)
        except SandboxError:
            refusals += 1
            after = (box.control("GET", "state"), [row.deposit for row in box.world.billings])
            assert after == before
        check_books(box.world)
    return refusals


@settings(max_examples=150, deadline=None)
@given(st.lists(actions, max_size=25))
def test_random_months_balance_and_the_auditor_is_silent_without_a_connector(
    taken: list[tuple[str, dict[str, Any]]],
) -> None:
    """Whatever staff and payers do, nothing of it is a connector's wrong."""
    bench = family()
    play(bench.still, taken)
    check_history(bench.world)
    assert rules(bench.still) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(actions, max_size=10), st.lists(actions, max_size=10))
def test_a_right_merge_amid_random_months_is_right(
    before: list[tuple[str, dict[str, Any]]], after: list[tuple[str, dict[str, Any]]]
) -> None:
    """Merge what is open and whole, at a random moment: still nothing is wrong with it."""
    bench = family()
    play(bench.still, before)
    merging = {1} | {
        link.sub_id for link in bench.world.links.values() if link.mode == "aggregated"
    }
    whole = [
        invoice.id
        for invoice in bench.world.invoices
        if invoice.customer_id in merging
        and invoice.status == "not_paid"
        and invoice.due == invoice.total
        and bench.world.customers.get(invoice.customer_id) is not None
    ]
    if whole:
        merge_exactly(bench, whole)
    assert set(rules(bench.still)) <= UNRELEASED
    merged_only = [step for step in after if step[0] in {"advance", "pay", "charge", "credit"}]
    play(bench.still, merged_only)
    assert set(rules(bench.still)) <= UNRELEASED


def merge_exactly(bench: Bench, source_ids: list[int]) -> int:
    """Merge sources with a rounding line where one document rounds otherwise than its sources."""
    sources = [bench.get(f"finance/invoices/{source_id}") for source_id in source_ids]
    lines: list[dict[str, Any]] = []
    for source in sources:
        lines.append({"description": f"Invoice {source['number']}", "price": "0"})
        lines += [{**item, "id": 0} for item in source["items"]]
    trial = bench.post("finance/invoices", {"customer_id": 1, "items": lines})
    off = sum(row["total"] for row in sources) - bench.get(f"finance/invoices/{trial}")["total"]
    if off:
        assert bench.call("DELETE", f"finance/invoices/{trial}").status == 204
        lines.append({"description": "Rounding", "price": str(off), "tax": "0"})
        trial = bench.post("finance/invoices", {"customer_id": 1, "items": lines})
    for source in sources:
        bench.relieve(source)
    return trial
