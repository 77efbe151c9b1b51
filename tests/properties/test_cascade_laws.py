"""Laws of every release, over random logs, journals and debts."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.accounts import AccountStatus, BillingMode
from connector.domain.cascade import CascadeDecision, plan_cascade
from connector.domain.ids import AccountId
from connector.domain.policy import CascadePolicy
from connector.domain.snapshot import FamilySnapshot, OwnRelease
from tests.properties.strategies import histories

POLICIES = st.builds(
    CascadePolicy,
    release_when=st.sampled_from(["clear", "overdue_paid"]),
    suspend=st.sampled_from(["off", "mirror"]),
    releases_max=st.integers(1, 3),
)


@given(histories(), POLICIES)
def test_nobody_is_released_while_the_main_is_not_clear(
    found: FamilySnapshot, policy: CascadePolicy
) -> None:
    """Active, and nothing of its own overdue; told here from the rows alone."""
    if not plan_cascade(found, policy).releases:
        return
    assert found.main.status is AccountStatus.ACTIVE
    mine = [inv for inv in found.invoices if inv.account_id == found.main.id]
    assert not [inv for inv in mine if inv.due_on is not None and inv.due_on < found.today]
    if policy.release_when == "clear":
        assert found.billing.balance + sum(inv.due for inv in mine) >= found.billing.min_balance


@given(histories(), POLICIES)
def test_nobody_is_released_whom_a_person_blocked(
    found: FamilySnapshot, policy: CascadePolicy
) -> None:
    """The block that stands is the platform's, or our own."""
    ours = {row.block_id for row in found.own.suspensions}
    rows = {row.id: row for row in found.changes}
    for release in plan_cascade(found, policy).releases:
        block = rows[release.block_id]
        assert block.account_id == release.sub_id
        assert block.new is AccountStatus.BLOCKED
        assert block.administrator_id == 0 or block.id in ours
        later = [row for row in rows.values() if row.account_id == release.sub_id]
        assert block.id == max(row.id for row in later)


@given(histories(), POLICIES)
def test_nobody_outside_the_family_is_touched(found: FamilySnapshot, policy: CascadePolicy) -> None:
    """Only aggregated subs that the platform does not have elsewhere, and only if blocked."""
    paid_for = {row.sub_id for row in found.links if row.mode is BillingMode.AGGREGATED}
    subs = {sub.id: sub for sub in found.subs}
    decision = plan_cascade(found, policy)
    for released in decision.releases:
        assert subs[released.sub_id].status is AccountStatus.BLOCKED
    for suspended in decision.suspensions:
        assert subs[suspended.sub_id].status is AccountStatus.ACTIVE
        assert found.main.status is AccountStatus.BLOCKED
    for sub_id in _touched(decision):
        assert sub_id in paid_for
        assert subs[sub_id].native_main_id in {None, 1}


@given(histories(), POLICIES)
def test_nobody_is_released_who_owes_something(
    found: FamilySnapshot, policy: CascadePolicy
) -> None:
    """Neither an overdue document of its own, nor a debt on its balance."""
    balances = {row.account_id: row.balance for row in found.sub_billings}
    for release in plan_cascade(found, policy).releases:
        own = [inv for inv in found.invoices if inv.account_id == release.sub_id]
        assert not [inv for inv in own if inv.due_on is not None and inv.due_on < found.today]
        assert balances[release.sub_id] + sum(inv.due for inv in own) >= 0


@given(histories(), POLICIES)
def test_a_block_is_released_at_most_once(found: FamilySnapshot, policy: CascadePolicy) -> None:
    """Once recorded, the same world gives no second release; who was released before is not."""
    before = {(row.sub_id, row.block_id) for row in found.own.releases}
    decision = plan_cascade(found, policy)
    now = [(row.sub_id, row.block_id) for row in decision.releases]
    assert len(now) == len(set(now))
    assert not before & set(now)
    recorded = tuple(OwnRelease(sub_id=sub, block_id=block) for sub, block in now)
    own = replace(found.own, releases=(*found.own.releases, *recorded))
    assert plan_cascade(replace(found, own=own), policy).releases == ()


@given(histories(), POLICIES)
def test_the_order_of_the_log_changes_nothing(found: FamilySnapshot, policy: CascadePolicy) -> None:
    """Rows are told by time and number, not by place."""
    turned = replace(found, changes=found.changes[::-1], subs=found.subs[::-1])
    assert plan_cascade(turned, policy) == plan_cascade(found, policy)


def test_the_laws_are_not_about_nothing() -> None:
    """Among the histories are some that release, some that suspend, and some that refuse."""
    met: set[str] = set()

    @settings(max_examples=400)
    @given(histories())
    def look(found: FamilySnapshot) -> None:
        decision = plan_cascade(found, CascadePolicy(suspend="mirror"))
        met.update(release.reason for release in decision.releases)
        met.update("suspended" for _ in decision.suspensions)
        met.update(refusal.rule for refusal in decision.refusals)

    look()
    assert met >= {
        "suspended by us with its main account",
        "blocked by the platform during the main account's overdue time",
        "suspended",
        "blocked_by_person",
        "other_block",
        "own_debt",
        "drift",
    }


def _touched(decision: CascadeDecision) -> set[AccountId]:
    released = {row.sub_id for row in decision.releases}
    return released | {row.sub_id for row in decision.suspensions}
