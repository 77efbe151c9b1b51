"""The audit's rules on tables: a sound family shows nothing, each planted wrong shows its rule."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from connector.domain.ids import AccountId
from connector.domain.invoices import InvoiceStatus
from connector.saga.audit.judge import concerns_all, judge_scene
from connector.saga.audit.rules import FAMILIES_MAX, Gravity, Rule
from connector.saga.audit.scene import AuditFinding, FamilyScene
from connector.saga.states import StepState
from connector.saga.steps import OperationState
from tests.saga.audited import with_step
from tests.saga.planting import (
    MERGED,
    SUBS,
    mirrored,
    owing,
    released,
    sound,
    with_invoice,
    with_operation,
)
from tests.saga.plants import PLANTS

OF_THE_JOURNAL = {Rule.CHAIN_BROKEN, Rule.STALE_EPOCH}
"""Rules of the whole journal: judged where it is walked."""


def rules_of(scene: FamilyScene) -> set[Rule]:
    """Rules of everything that is found."""
    return {finding.rule for finding in judge_scene(scene)}


def test_a_sound_family_shows_nothing() -> None:
    """A merge that was closed; and a family without any operation."""
    assert judge_scene(sound()) == ()
    empty = replace(sound(), operations=(), watched=frozenset(), invoices={}, notes={})
    assert judge_scene(empty) == ()


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_wrong_shows_its_rule_and_no_other(name: str) -> None:
    """With a family, a sentence and a mend."""
    plant, rule = PLANTS[name]
    findings = judge_scene(plant(sound()))
    assert {finding.rule for finding in findings} == {rule}
    for finding in findings:
        assert finding.main_id == AccountId(1)
        assert finding.sentence
        assert finding.mend


def test_every_rule_has_its_plant() -> None:
    """None is there that nobody has seen."""
    assert {rule for _, rule in PLANTS.values()} | OF_THE_JOURNAL == set(Rule)


def test_amounts_are_told() -> None:
    """To the cent, where there are any."""
    wanted = {
        "source is due again": "12.00",
        "credit note deleted": "12.00",
        "merged invoice edited": "-1.00",
        "source lowered": "2.00",
        "payment after the relief": "12.00",
        "merged invoice stands twice": "48.00",
        "merged invoice credited by staff": "8.00",
    }
    for name, amount in wanted.items():
        (finding,) = judge_scene(PLANTS[name][0](sound()))
        assert finding.amount == Decimal(amount), name


def test_what_a_person_settled_is_not_told_again() -> None:
    """The reason stays in the plan; whoever closed it answers for it."""
    settled = with_operation(
        lambda each: replace(each, why="settled by ada: invoice N20 was deleted")
    )
    scene = with_invoice(SUBS, status=InvoiceStatus.DELETED)(settled(sound()))
    assert judge_scene(scene) == ()


def test_a_merge_under_way_is_in_nobodys_way() -> None:
    """Its source is still due, and its relief has not left yet."""
    under_way = with_operation(
        lambda each: with_step(
            replace(each, state=OperationState.OPEN), 5, state=StepState.INTENDED, attempts=0
        )
    )
    scene = owing(SUBS)(under_way(sound()))
    assert judge_scene(replace(scene, notes={})) == ()


def test_a_release_of_our_own_block_or_the_platforms_is_right() -> None:
    """Only a person's block is a person's."""
    assert judge_scene(released(1)(sound())) == ()
    assert judge_scene(mirrored(7, 7)(sound())) == ()  # our key is logged under a number
    assert judge_scene(mirrored(0, 0)(sound())) == ()


def test_a_merged_invoice_given_up_that_is_due_bills_twice() -> None:
    """Its source was handed back, and stands open by itself."""
    given_up = with_operation(
        lambda each: replace(each, state=OperationState.WITHDRAWN, why="staff")
    )
    scene = owing(SUBS)(given_up(sound()))
    scene = replace(owing(10, "36.00")(scene), notes={})
    assert Rule.BILLED_TWICE in rules_of(scene)
    paid = with_invoice(MERGED, due=Decimal(0), status=InvoiceStatus.PAID)(scene)
    assert Rule.BILLED_TWICE not in rules_of(paid)


def test_money_that_covers_open_invoices_is_no_spare_money() -> None:
    """A balance of what is due is no credit."""
    scene = replace(sound(), balances={AccountId(2): Decimal(-12)})
    assert judge_scene(owing(SUBS)(scene)) != ()
    assert Rule.MONEY_ON_SUB not in rules_of(owing(SUBS)(scene))


def test_what_concerns_everybody() -> None:
    """A broken chain and a strange mark at once; documents that stand twice in several families."""

    def found(rule: Rule, main_id: int) -> AuditFinding:
        return AuditFinding(
            rule=rule,
            main_id=AccountId(main_id),
            account_id=None,
            subject="x",
            sentence="x",
            mend="x",
        )

    assert concerns_all([found(Rule.MARKER_UNKNOWN, 1), found(Rule.HELD, 1)]) == (
        found(Rule.MARKER_UNKNOWN, 1),
    )
    twice = [found(Rule.SECOND_DOCUMENT, main_id) for main_id in range(FAMILIES_MAX)]
    assert concerns_all(twice) == ()
    assert len(concerns_all([*twice, found(Rule.BILLED_TWICE, 99)])) == FAMILIES_MAX + 1
    assert concerns_all([found(Rule.BILLED_TWICE, 1)] * 9) == ()


def test_the_catalogue_is_told_in_order() -> None:
    """Every rule has its law among I1 to I20, a heading, and a gravity."""
    laws = {f"I{number}" for number in range(1, 21)}
    assert {rule.law for rule in Rule} <= laws
    assert {rule.gravity for rule in Rule} == set(Gravity)
    assert all(rule.heading for rule in Rule)
