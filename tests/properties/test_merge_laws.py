"""Laws of every merge: not a cent, not a source, not a name goes astray."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.accounts import BillingMode, cycle_of
from connector.domain.ids import InvoiceId
from connector.domain.invariants import net_by_rate
from connector.domain.invoices import total_of
from connector.domain.merge import MergePlan, plan_merge
from connector.domain.policy import MergePolicy
from connector.domain.snapshot import FamilySnapshot, OwnRecord
from connector.saga.effects import IssueCreditNote, IssueInvoice, effect_from_json, effect_to_json
from connector.saga.planning import Origin, operation_of_merge
from tests.build import NOON
from tests.properties.strategies import STRANGER, families

POLICY = MergePolicy()
ORIGIN = Origin(install_id="laws", at=NOON)
CENT = Decimal("0.01")
T = TypeVar("T")


def plans_of(found: FamilySnapshot) -> tuple[MergePlan, ...]:
    """The merges of a family."""
    return plan_merge(found, POLICY).plans


def expected_sources(found: FamilySnapshot) -> set[int]:
    """Told again from scratch: open invoices of aggregated subs, and the main's beside them."""
    day = found.billing.billing_day
    paid_for = {row.sub_id for row in found.links if row.mode is BillingMode.AGGREGATED}
    subs = [inv for inv in found.invoices if inv.account_id in paid_for and inv.is_open]
    cycles = {cycle_of(inv.issued_on, day) for inv in subs}
    mine = [inv for inv in found.invoices if inv.account_id == found.main.id and inv.is_open]
    own = [inv for inv in mine if cycle_of(inv.issued_on, day) in cycles]
    return {inv.id for inv in (*subs, *own)}


@given(families())
def test_a_merged_total_is_the_sum_of_its_sources(found: FamilySnapshot) -> None:
    """To the cent, and the platform will make the same of the lines; nothing is refused for it."""
    decision = plan_merge(found, POLICY)
    assert not [row for row in decision.refusals if row.rule == "rounding"]
    for plan in decision.plans:
        assert plan.total == sum(inv.total for inv in plan.sources)
        assert total_of(plan.items) == plan.total


@given(families())
def test_net_is_conserved_at_every_tax_rate(found: FamilySnapshot) -> None:
    """But for rounding cents without tax, at most one for each source."""
    for plan in plans_of(found):
        before = net_by_rate(item for inv in plan.sources for item in inv.items)
        after = net_by_rate(plan.items)
        for rate in {*before, *after}:
            moved = abs(after[rate] - before[rate])
            assert moved <= (0 if rate else CENT * len(plan.sources))


@given(families())
def test_every_source_is_taken_and_taken_once(found: FamilySnapshot) -> None:
    """None of an independent sub, none of a stranger, none forgotten."""
    taken = [inv.id for plan in plans_of(found) for inv in plan.sources]
    assert len(taken) == len(set(taken))
    assert set(taken) == expected_sources(found)
    assert not [inv for plan in plans_of(found) for inv in plan.sources if not inv.is_open]
    assert STRANGER not in {inv.account_id for plan in plans_of(found) for inv in plan.sources}


@given(families(), st.randoms(use_true_random=False))
def test_the_order_of_what_was_read_changes_nothing(found: FamilySnapshot, chance: Random) -> None:
    """Neither the decision nor the name of the plan."""
    shuffled = replace(
        found,
        invoices=_shuffled(found.invoices, chance),
        subs=_shuffled(found.subs, chance),
        links=_shuffled(found.links, chance),
    )
    assert plan_merge(shuffled, POLICY) == plan_merge(found, POLICY)
    assert _names(shuffled) == _names(found)


@given(families())
def test_what_is_under_way_is_not_planned_again(found: FamilySnapshot) -> None:
    """The journal's word is enough: no source goes into a second merge."""
    plans = plans_of(found)
    taken = frozenset(InvoiceId(inv.id) for plan in plans for inv in plan.sources)
    again = replace(found, own=OwnRecord(taken=taken))
    assert plans_of(again) == ()
    for plan in plans:
        partly = frozenset(inv.id for inv in plan.sources[1:])
        rest = plans_of(replace(found, own=OwnRecord(taken=partly)))
        assert not partly & {inv.id for other in rest for inv in other.sources}


@given(families())
def test_an_operation_gives_as_much_as_it_takes(found: FamilySnapshot) -> None:
    """Reliefs make exactly what the pivot makes; every effect survives the journal."""
    for plan in plans_of(found):
        operation = operation_of_merge(plan, ORIGIN)
        effects = [step.effect for step in operation.steps]
        issued = [effect for effect in effects if isinstance(effect, IssueInvoice)]
        notes = [effect for effect in effects if isinstance(effect, IssueCreditNote)]
        assert [effect.total for effect in issued] == [operation.total]
        assert sum(effect.total for effect in notes) == operation.total
        documents: list[IssueInvoice | IssueCreditNote] = [*issued, *notes]
        assert all(total_of(effect.items) == effect.total for effect in documents)
        for effect in effects:
            assert effect_from_json(json.loads(json.dumps(effect_to_json(effect)))) == effect


def test_the_laws_are_not_about_nothing() -> None:
    """Among the families are some with many sources, a rounding line, and a folded main."""
    met: set[str] = set()

    @settings(max_examples=100)
    @given(families())
    def look(found: FamilySnapshot) -> None:
        for plan in plans_of(found):
            met.update(["many"] if len(plan.sources) > 3 else [])
            met.update(["rounded"] if plan.items[-1].description == "Rounding" else [])
            met.update(["folded"] if plan.sources[0].account_id == found.main.id else [])

    look()
    assert met == {"many", "rounded", "folded"}


def _names(found: FamilySnapshot) -> list[str]:
    return [operation_of_merge(plan, ORIGIN).plan_id for plan in plans_of(found)]


def _shuffled(rows: tuple[T, ...], chance: Random) -> tuple[T, ...]:
    return tuple(chance.sample(rows, len(rows)))
