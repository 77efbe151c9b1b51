"""How much goes without a person: in one run, on one day, and against the last cycle."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from connector.domain.policy import Bounds, MergePolicy, Mode, Policy
from connector.ports.store import RequestKind
from connector.runtime.requests import record_request
from connector.saga.steps import OperationKind
from tests.build import invoice
from tests.runtime.looks import CLOSED, OPEN, PROPOSED, WITHDRAWN, look, put_on_agenda
from tests.runtime.rig import Rig


def bound(rig: Rig, **bounds: object) -> None:
    """These bounds, and no first approval to wait for unless it is asked for."""
    told = Bounds(**{"first_run_approval": False, **bounds})  # type: ignore[arg-type] # by name
    rig.set_policy(Policy(mode=Mode.ACT, bounds=told))


def bounded(rig: Rig, **bounds: object) -> None:
    """Two families of 36.00 and 24.00, of four and three documents, looked at in one run."""
    rig.family()
    rig.family(5, (6,))
    rig.charge(1, 2, 3)
    rig.charge(5, 6, first=20)
    bound(rig, **bounds)
    look(rig)


def waiting(rig: Rig) -> list[str]:
    """Why plans wait."""
    return [operation.why for operation in rig.operations(PROPOSED)]


# -- one run --------------------------------------------------------------------------------


def test_so_many_families_and_no_more(rig: Rig) -> None:
    """The second one waits, with the figure and the setting."""
    bounded(rig, families_per_run=1)
    assert waiting(rig) == [
        "2 families with a merge in this run would be more than bounds.families_per_run = 1"
    ]
    assert len(rig.operations(OPEN)) == 1


@pytest.mark.parametrize(("documents", "waits"), [(7, 0), (6, 1), (4, 1), (3, 1), (2, 2)])
def test_so_many_documents_and_no_more(rig: Rig, documents: int, waits: int) -> None:
    """An invoice for each family and a credit note for each source; what fits goes on."""
    bounded(rig, documents_per_run=documents)
    assert len(waiting(rig)) == waits
    assert all(f"bounds.documents_per_run = {documents}" in why for why in waiting(rig))


@pytest.mark.parametrize(
    ("amount", "waits"),
    [("60.00", 0), ("59.99", 1), ("36.00", 1), ("35.99", 1), ("23.99", 2)],
)
def test_so_much_money_and_no_more(rig: Rig, amount: str, waits: int) -> None:
    """Counted over the run, to the cent; what fits goes on."""
    bounded(rig, amount_per_run=Decimal(amount))
    assert len(waiting(rig)) == waits
    assert all(f"bounds.amount_per_run = {amount}" in why for why in waiting(rig))


def test_a_new_run_begins_anew(rig: Rig) -> None:
    """The same bound lets the next family through; what waits goes on waiting."""
    bounded(rig, families_per_run=1)
    rig.family(8, (9,))
    rig.charge(8, 9, first=30)
    look(rig)
    assert len(rig.operations(OPEN)) == 2
    assert len(waiting(rig)) == 1


def test_releases_have_the_bound_on_families_to_themselves(rig: Rig) -> None:
    """A month end uses up its own share: whoever has paid is released all the same."""
    bounded(rig, families_per_run=1, families_per_day=1, documents_per_day=1, amount_per_day=0)
    rig.family(8, (9,))
    rig.block(8, 9)
    rig.clock.pass_by(hours=1)
    rig.activate(8)
    put_on_agenda(rig, 8)
    look(rig)
    (release,) = [op for op in rig.operations() if op.kind is OperationKind.RELEASE]
    assert release.state is OPEN


def test_the_first_run_waits_until_a_person_approved_something(rig: Rig) -> None:
    """From then on plans go by themselves."""
    bounded(rig, first_run_approval=True)
    assert {op.state for op in rig.operations()} == {PROPOSED}
    record_request(rig.service, RequestKind.APPROVE, "all", "ada")
    rig.sync()
    assert {op.state for op in rig.operations()} == {CLOSED}
    rig.clock.pass_by(days=31)
    day = rig.clock.now().date()
    rig.world.put(invoice(40, 6, issued_on=day), invoice(41, 5, issued_on=day))
    rig.sync()
    assert {op.state for op in rig.operations()} == {CLOSED}
    assert len(rig.operations()) == 3


# -- one day --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "limit", "told"),
    [
        ("families_per_day", 1, "2 families with a merge on 2026-01-10"),
        ("documents_per_day", 6, "7 documents on 2026-01-10"),
        ("amount_per_day", Decimal("59.99"), "60.00 merged on 2026-01-10"),
    ],
)
def test_a_restart_gives_nothing_of_the_day_back(
    rig: Rig, name: str, limit: object, told: str
) -> None:
    """Another process, another run, the same day: the journal is what counts."""
    rig.family()
    rig.charge(1, 2, 3)
    bound(rig, **{name: limit})
    rig.sync()
    rig.restart()
    rig.family(5, (6,))
    rig.charge(5, 6, first=2000)
    rig.sync()
    assert rig.operation_of(5).state is PROPOSED
    assert waiting(rig) == [f"{told} would be more than bounds.{name} = {limit}"]


def test_the_next_day_of_the_platform_begins_anew(rig: Rig) -> None:
    """At its midnight, not at ours: the day is one of billing time."""
    rig.family()
    rig.charge(1, 2, 3)
    bound(rig, families_per_day=1)
    rig.set_policy(replace(rig.service.policy, merge=MergePolicy(guard=timedelta())))
    rig.sync()
    midnight = rig.clock.now().replace(hour=0, minute=0, second=0) + timedelta(days=1)
    seconds = int((midnight - rig.clock.now()).total_seconds())
    rig.clock.pass_by(seconds=seconds - 1)
    rig.family(5, (6,))
    rig.charge(5, 6, first=2000)
    look(rig)
    assert rig.operation_of(5).state is PROPOSED
    rig.clock.pass_by(seconds=1)
    rig.family(8, (9,))
    rig.charge(8, 9, first=3000)
    look(rig)
    assert rig.operation_of(8).state is OPEN


def test_what_a_person_approved_counts_for_no_bound(rig: Rig) -> None:
    """It was looked at; the bound is on what nobody looked at."""
    bounded(rig, families_per_day=1)
    record_request(rig.service, RequestKind.APPROVE, "all", "ada")
    rig.sync()
    assert {op.state for op in rig.operations()} == {CLOSED}
    bound(rig, families_per_day=2)
    rig.family(8, (9,))
    rig.charge(8, 9, first=3000)
    look(rig)
    assert rig.operation_of(8).state is OPEN


def test_what_was_given_up_counts_for_its_family_alone(rig: Rig) -> None:
    """Its documents were never made: made anew, the plan fits the same bound."""
    rig.family()
    rig.charge(1, 2, 3)
    bound(rig, documents_per_day=4, amount_per_day=Decimal("36.00"))
    look(rig)
    rig.world.change_invoice(11, memo="staff wrote this")
    rig.world.put(invoice(11, 2, "9.00@20", memo="staff"))
    rig.sync()
    states = sorted(op.state for op in rig.operations())
    assert states == [CLOSED, WITHDRAWN]


# -- against the last cycle -----------------------------------------------------------------


def month(rig: Rig, price: str, *, day: int) -> None:
    """In a later month, invoices of this net price for both accounts of a family."""
    now = rig.clock.now()
    later = (now.replace(day=28) + timedelta(days=4)).replace(day=day)
    rig.clock.pass_by(days=(later.date() - now.date()).days)
    on = rig.clock.now().date()
    first = 2000 + on.month * 10
    rig.world.put(
        invoice(first, 1, price, issued_on=on), invoice(first + 1, 2, price, issued_on=on)
    )
    put_on_agenda(rig)
    rig.sync()


@pytest.mark.parametrize(
    ("price", "floor", "waits"),
    [
        ("600.00", "0", False),  # as much again
        ("720.00", "0", False),  # just 20 % more
        ("720.01", "0", True),
        ("720.01", "240.03", False),  # but not more than the floor in cents
        ("720.01", "240.01", True),
        ("90000.00", "1000000", False),
        ("30.00", "0", False),  # less is never too much
    ],
)
def test_a_cycle_that_outgrows_the_last_one_waits(
    rig: Rig,
    price: str,
    floor: str,
    waits: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """By more than a share and by more than an amount; compared to the cent."""
    rig.family(1, (2,))
    day = rig.clock.now().date()
    rig.world.put(*(invoice(n, n - 9, "600.00", issued_on=day) for n in (10, 11)))
    bound(rig, growth_percent=20, growth_floor=Decimal(floor))
    rig.sync()
    month(rig, price, day=10)
    assert (waiting(rig) != []) is waits


def test_the_sentence_names_both_figures_and_the_setting(rig: Rig) -> None:
    """What is compared with what, and how to let it through for good."""
    rig.family(1, (2,))
    day = rig.clock.now().date()
    rig.world.put(*(invoice(n, n - 9, "600.00", issued_on=day) for n in (10, 11)))
    bound(rig)
    rig.sync()
    month(rig, "1200.00", day=10)
    (why,) = waiting(rig)
    assert why == (
        "2400.00 merged in the cycles that begin in 2026-02 would be 1200.00 more than in those of"
        " the month before (1200.00), beyond bounds.growth_percent = 20 and bounds.growth_floor ="
        " 1000.00"
    )


def test_a_cycle_after_an_empty_one_is_not_compared(rig: Rig) -> None:
    """Nothing was merged in the month before: there is no share of nothing."""
    rig.family(1, (2,))
    day = rig.clock.now().date()
    rig.world.put(*(invoice(n, n - 9, "6.00", issued_on=day) for n in (10, 11)))
    bound(rig)
    rig.sync()
    rig.clock.pass_by(days=31)
    month(rig, "9000.00", day=10)
    assert waiting(rig) == []


def test_the_runs_own_plans_are_part_of_the_cycle(rig: Rig) -> None:
    """The second family of a run sees what the first one took, though nothing was sent yet."""
    rig.family(1, (2,))
    rig.charge(1, 2)
    bound(rig, growth_percent=0, growth_floor=Decimal(0))
    rig.sync()
    rig.clock.pass_by(days=31)
    on = rig.clock.now().date()
    rig.family(5, (6,))
    numbers = zip((1, 2, 5, 6), range(3000, 3004), strict=True)
    rig.world.put(*(invoice(n, who, "10.00@20", issued_on=on) for who, n in numbers))
    put_on_agenda(rig)
    put_on_agenda(rig, 5)
    look(rig)
    assert len(waiting(rig)) == 1
    assert "2026-02" in waiting(rig)[0]
