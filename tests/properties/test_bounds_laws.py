"""Laws of the bounds: whatever the plans, nothing goes beyond a bound without a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.bounds import Growth, Share, Usage, judge_bounds, judge_growth
from connector.domain.ids import AccountId
from connector.domain.policy import Bounds

TODAY = date(2026, 3, 1)
AMOUNTS = st.integers(0, 10**9).map(lambda number: Decimal(number) / 10**4)
KINDS = ("merge", "release", "suspend")


@st.composite
def shares(draw: st.DrawFn) -> Share:
    """A plan: a merge makes documents and an amount, a cascade makes neither."""
    kind = draw(st.sampled_from(KINDS))
    is_merge = kind == "merge"
    return Share(
        kind=kind,
        main_id=AccountId(draw(st.integers(1, 6))),
        documents=draw(st.integers(2, 9)) if is_merge else 0,
        amount=draw(AMOUNTS) if is_merge else Decimal(0),
    )


@st.composite
def some_bounds(draw: st.DrawFn) -> Bounds:
    """Tight ones, and amounts that may be without any."""
    return Bounds(
        families_per_run=draw(st.integers(0, 5)),
        families_per_day=draw(st.integers(0, 5)),
        documents_per_run=draw(st.integers(0, 30)),
        documents_per_day=draw(st.integers(0, 30)),
        amount_per_run=draw(st.none() | AMOUNTS),
        amount_per_day=draw(st.none() | AMOUNTS),
    )


def days() -> st.SearchStrategy[list[list[Share]]]:
    """A day of several runs."""
    return st.lists(st.lists(shares(), max_size=8), max_size=4)


def let_through(runs: list[list[Share]], bounds: Bounds) -> tuple[list[Usage], Usage]:
    """What each run and the day came to, when every plan was judged in its turn."""
    day, each = Usage(), []
    for plans in runs:
        run = Usage()
        for share in plans:
            if not judge_bounds(share, run, day, TODAY, bounds):
                run, day = run.plus(share), day.plus(share)
        each.append(run)
    return each, day


def families(usage: Usage, kind: str) -> int:
    """How many families had a plan of a kind."""
    return sum(found == kind for found, _ in usage.families)


@given(days(), some_bounds())
def test_nothing_goes_beyond_a_bound(runs: list[list[Share]], bounds: Bounds) -> None:
    """Neither in a run nor in a day, whatever the order of plans and where runs are cut."""
    each, day = let_through(runs, bounds)
    for usages, limit, documents, amount in (
        (each, bounds.families_per_run, bounds.documents_per_run, bounds.amount_per_run),
        ([day], bounds.families_per_day, bounds.documents_per_day, bounds.amount_per_day),
    ):
        for usage in usages:
            assert max(families(usage, kind) for kind in KINDS) <= limit
            assert usage.documents <= documents
            assert amount is None or usage.amount <= amount


@given(days(), shares(), some_bounds())
def test_the_day_does_not_care_where_its_runs_are_cut(
    runs: list[list[Share]], share: Share, bounds: Bounds
) -> None:
    """A restart, which ends a run, gives nothing of the day back."""
    wide = replace(bounds, families_per_run=10**6, documents_per_run=10**6, amount_per_run=None)
    plans = [plan for run in runs for plan in run]
    assert let_through(runs, wide)[1] == let_through([plans], wide)[1]
    _, day = let_through(runs, wide)
    after_restart = judge_bounds(share, Usage(), day, TODAY, wide)
    assert after_restart == judge_bounds(share, day, day, TODAY, wide)


@given(days(), shares(), some_bounds())
def test_who_waits_is_told_which_setting_to_raise(
    runs: list[list[Share]], share: Share, bounds: Bounds
) -> None:
    """The sentence names one setting; with that one raised only another can be in the way."""
    each, day = let_through(runs, bounds)
    run = each[-1] if each else Usage()
    names = {name for name in Bounds.__dataclass_fields__ if "_per_" in name}
    seen: set[str] = set()
    while why := judge_bounds(share, run, day, TODAY, bounds):
        (name,) = [name for name in names if f"bounds.{name} = " in why]
        assert name not in seen, "raised, and still in the way"
        seen.add(name)
        bounds = replace(bounds, **{name: 10**12})  # type: ignore[arg-type] # by name


@given(days(), st.integers(1, 6), some_bounds())
def test_a_family_that_was_let_through_may_be_released_again(
    runs: list[list[Share]], main: int, bounds: Bounds
) -> None:
    """A bound on families holds new ones back, not a second plan of one that has been counted."""
    each, day = let_through(runs, bounds)
    run = each[-1] if each else Usage()
    release = Share(kind="release", main_id=AccountId(main))
    known = ("release", AccountId(main))
    if known in run.families and known in day.families:
        assert judge_bounds(release, run, day, TODAY, bounds) == ""


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.integers(0, 300), AMOUNTS)
def test_a_merge_waits_exactly_when_both_thresholds_are_passed(
    amount: Decimal, merged: Decimal, before: Decimal, percent: int, floor: Decimal
) -> None:
    """By the sum of the month with this merge, against that of the month before; to the cent."""
    bounds = Bounds(growth_percent=percent, growth_floor=floor)
    share = Share(kind="merge", main_id=AccountId(1), documents=2, amount=amount)
    growth = Growth(month=TODAY, merged=merged, merged_before=before)
    why = judge_growth(share, growth, bounds)
    total = merged + amount
    too_much = total > before * (100 + percent) / 100 and total > before + floor
    assert bool(why) is (bool(amount) and bool(before) and too_much)
    assert not why or "bounds.growth_percent" in why
