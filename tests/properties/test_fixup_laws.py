"""Laws of what is mended after the pivot: nothing is billed twice, nothing is lost, nor moved."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.invariants import net_by_rate
from connector.domain.invoices import Invoice, InvoiceItem, InvoiceStatus, total_of
from connector.domain.merge import plan_merge
from connector.domain.money import CENT, ZERO, add_up
from connector.domain.policy import MergePolicy
from connector.domain.shares import items_for, rest_of
from connector.saga.effects import IssueCreditNote
from connector.saga.fixups import steps_of
from connector.saga.planning import operation_of_merge
from connector.saga.preparation import Aftermath, Ready, Replace, judge_relieve
from connector.saga.states import StepState
from connector.saga.steps import Operation, Step, StepKind
from connector.saga.verification import Outcome, judge_merge
from tests.build import NOON, account, family, invoice
from tests.properties.strategies import lines
from tests.saga.support import ORIGIN

MERGED_ID = 900
sources = lines().filter(lambda items: total_of(items) > CENT)


class Books:
    """A family after the pivot: what is due where, and what credit notes left on balances."""

    def __init__(self, items: list[tuple[InvoiceItem, ...]]) -> None:
        made = [invoice(10 + n, 2 + n, lines) for n, lines in enumerate(items)]
        (plan,) = plan_merge(
            family(subs=[account(inv.account_id) for inv in made], invoices=made), MergePolicy()
        ).plans
        operation = operation_of_merge(plan, ORIGIN)
        steps = [
            step
            if step.kind is StepKind.RELIEVE
            else replace(step, state=StepState.CONFIRMED, remote_id=MERGED_ID)
            for step in operation.steps
        ]
        self.operation: Operation = replace(operation, steps=tuple(steps))
        self.sources: dict[int, Invoice] = {inv.id: inv for inv in made}
        issue = next(step for step in steps if step.kind is StepKind.ISSUE)
        self.merged = invoice(MERGED_ID, 1, plan.items, memo=str(issue.marker))
        self.balance = ZERO

    @property
    def owed(self) -> Decimal:
        """What the family owes, all in all."""
        live = [inv for inv in self.sources.values() if inv.status is not InvoiceStatus.DELETED]
        return add_up(inv.due for inv in (*live, self.merged)) - self.balance

    def carry_out(self, step: Step) -> None:
        """A credit note takes what is due off its invoice; the rest stays on the balance."""
        note = step.effect
        assert isinstance(note, IssueCreditNote)
        assert total_of(note.items) == note.total > ZERO
        target = self.merged if note.invoice_id == MERGED_ID else self.sources[note.invoice_id]
        used = min(target.due, note.total)
        after = replace(target, due=target.due - used)
        if not after.due:
            after = replace(after, status=InvoiceStatus.PAID)
        self.balance += note.total - used
        if note.invoice_id == MERGED_ID:
            self.merged = after
        else:
            self.sources[note.invoice_id] = after
        self.record(replace(step, state=StepState.CONFIRMED, attempts=1))

    def record(self, *steps: Step) -> None:
        """Put steps in the journal, new ones at its end."""
        by_number = {step.number: step for step in (*self.operation.steps, *steps)}
        self.operation = replace(
            self.operation, steps=tuple(by_number[n] for n in sorted(by_number))
        )

    def settle(self) -> int:
        """Judge and carry out until nothing is left; how many steps were judged."""
        for count in range(100):
            waiting = [s for s in self.operation.steps if s.state is StepState.INTENDED]
            if not waiting:
                return count
            reliefs = [step for step in waiting if step.kind is StepKind.RELIEVE]
            if not reliefs:
                self.carry_out(waiting[0])
                continue
            step = reliefs[0]
            world = Aftermath(
                merged=self.merged,
                source=self.sources.get(step.invoice_id or 0),
                today=NOON.date(),
            )
            verdict = judge_relieve(self.operation, step, world)
            if isinstance(verdict, Ready):
                self.carry_out(step)
            else:
                assert isinstance(verdict, Replace)
                gone = [replace(old, state=StepState.CANCELLED) for old in verdict.withdrawn]
                self.record(*gone, *verdict.added)
        raise AssertionError("it never comes to rest")

    def happen(self, draw: st.DataObject) -> None:
        """People do something to a source that is open."""
        number = draw.draw(st.sampled_from(sorted(self.sources)))
        source = self.sources[number]
        if not source.is_open:
            return
        event = draw.draw(st.sampled_from(["pay", "part", "delete", "edit"]))
        if event in {"delete", "edit"} and source.due != source.total:
            return  # the platform refuses to
        if event == "delete":
            after = replace(source, status=InvoiceStatus.DELETED)
        elif event == "edit":
            items = draw.draw(sources)
            after = replace(source, items=items, total=total_of(items), due=total_of(items))
        else:
            due = ZERO
            if event == "part":
                cents = int(source.due / CENT)
                due = draw.draw(st.integers(0, cents)) * CENT
            after = replace(source, due=due)
            if not due:
                after = replace(after, status=InvoiceStatus.PAID)
        self.sources[number] = after


@given(st.lists(sources, min_size=1, max_size=4), st.data())
def test_a_family_owes_as_much_as_if_it_had_happened_before(
    items: list[tuple[InvoiceItem, ...]], draw: st.DataObject
) -> None:
    """Whatever happens between the pivot and the reliefs; and planning again plans nothing."""
    books = Books(items)
    for _ in range(draw.draw(st.integers(0, 4))):
        books.happen(draw)
    before = books.owed - books.merged.due
    books.settle()
    assert books.owed == before
    assert books.settle() == 0
    invoices = {inv.id: inv for inv in (*books.sources.values(), books.merged)}
    assert judge_merge(books.operation, Outcome(invoices=invoices)) == ()


@given(st.lists(sources, min_size=1, max_size=3), st.data())
def test_no_tax_moves_between_rates(
    items: list[tuple[InvoiceItem, ...]], draw: st.DataObject
) -> None:
    """Relieved and credited make, rate by rate, what the merged invoice carries of a source."""
    books = Books(items)
    first = books.operation
    for _ in range(3):
        books.happen(draw)
    books.settle()
    for source in books.operation.sources:
        (planned,) = steps_of(first, source.invoice_id)
        done = steps_of(books.operation, source.invoice_id)
        notes = [s.effect for s in done if s.state is StepState.CONFIRMED]
        assert isinstance(planned.effect, IssueCreditNote)
        carried = net_by_rate(planned.effect.items)
        moved = net_by_rate(
            item for note in notes if isinstance(note, IssueCreditNote) for item in note.items
        )
        for rate in carried.keys() | moved.keys():
            allowed = CENT * len(notes) if not rate else Decimal("0.0001") * len(notes)
            assert abs(carried[rate] - moved[rate]) <= allowed


@given(sources, st.data())
def test_a_share_and_its_rest_are_the_whole(
    items: tuple[InvoiceItem, ...], draw: st.DataObject
) -> None:
    """Both in whole cents, and of the same rates."""
    cents = int(total_of(items) / CENT)
    amount = draw.draw(st.integers(1, cents - 1)) * CENT
    share = items_for(items, amount, "Share")
    rest = rest_of(items, share, total_of(items) - amount, "Rest")
    assert total_of(share) == amount
    assert total_of(rest) == total_of(items) - amount
    rates = {item.tax_percent for item in items} | {ZERO}
    assert {item.tax_percent for item in (*share, *rest)} <= rates
