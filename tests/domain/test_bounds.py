"""How much goes without a person: at the bound it goes, beyond it waits, and says which setting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connector.domain.bounds import Growth, Share, Usage, judge_bounds, judge_growth
from connector.domain.ids import AccountId
from connector.domain.policy import Bounds

TODAY = date(2026, 3, 1)
MERGE = Share(kind="merge", main_id=AccountId(9), documents=3, amount=Decimal("10.00"))
RELEASE = Share(kind="release", main_id=AccountId(9))
USED = Usage(
    families=frozenset(
        {("merge", AccountId(1)), ("merge", AccountId(2)), ("release", AccountId(3))}
    ),
    documents=7,
    amount=Decimal("90.00"),
)
WIDE = Bounds()


def judged(limits: dict[str, object], share: Share = MERGE, *, span: str = "run") -> str:
    """Judged after what is used, in its run or its day, under some bounds."""
    named = {f"{name}_per_{span}": value for name, value in limits.items()}
    bounds = replace(WIDE, **named)  # type: ignore[arg-type] # by name
    run, day = (USED, Usage()) if span == "run" else (Usage(), USED)
    return judge_bounds(share, run, day, TODAY, bounds)


@pytest.mark.parametrize("span", ["run", "day"])
@pytest.mark.parametrize(
    ("name", "fits", "exceeded"),
    [
        ("families", 3, 2),
        ("documents", 10, 9),
        ("amount", Decimal("100.00"), Decimal("99.99")),
    ],
)
def test_at_the_bound_it_goes_and_beyond_it_waits(
    span: str, name: str, fits: object, exceeded: object
) -> None:
    """In a run and in a day alike."""
    assert judged({name: fits}, span=span) == ""
    assert f"bounds.{name}_per_{span} = {exceeded}" in judged({name: exceeded}, span=span)


@pytest.mark.parametrize(
    ("span", "name", "limit", "sentence"),
    [
        ("run", "families", 2, "3 families with a merge in this run would be more than"),
        ("day", "families", 2, "3 families with a merge on 2026-03-01 would be more than"),
        ("run", "documents", 9, "10 documents in this run would be more than"),
        ("day", "documents", 9, "10 documents on 2026-03-01 would be more than"),
        ("run", "amount", Decimal("99.5"), "100.00 merged in this run would be more than"),
        ("day", "amount", Decimal("99.5"), "100.00 merged on 2026-03-01 would be more than"),
    ],
)
def test_the_sentence_names_figure_bound_and_setting(
    span: str, name: str, limit: object, sentence: str
) -> None:
    """So that whoever reads it knows what would be, and what to raise."""
    told = "99.50" if name == "amount" else str(limit)
    why = judged({name: limit}, span=span)
    assert why == f"{sentence} bounds.{name}_per_{span} = {told}"


def test_a_release_adds_neither_documents_nor_an_amount() -> None:
    """Used-up bounds on those do not hold a paying customer back."""
    assert judged({"documents": 0, "amount": Decimal(0)}, RELEASE) == ""


def test_each_kind_has_the_bound_on_families_to_itself() -> None:
    """Two families were merged, one released: a second release is the second."""
    assert judged({"families": 2}, RELEASE) == ""
    assert judged({"families": 1}, RELEASE).startswith("2 families with a release")


def test_a_family_that_was_counted_is_not_counted_again() -> None:
    """A supplement goes, whatever the bound has become meanwhile."""
    assert judged({"families": 1}, replace(MERGE, main_id=AccountId(1))) == ""


def test_no_amount_is_no_bound() -> None:
    """As long as nothing is set."""
    assert judged({"amount": None}, replace(MERGE, amount=Decimal("1e11"))) == ""


def growing(amount: str, merged: str, before: str, **bounds: object) -> str:
    """A merge of an amount after others of its month, against the month before."""
    told = replace(WIDE, **bounds)  # type: ignore[arg-type] # by name
    growth = Growth(month=TODAY, merged=Decimal(merged), merged_before=Decimal(before))
    return judge_growth(replace(MERGE, amount=Decimal(amount)), growth, told)


@pytest.mark.parametrize(
    ("amount", "waits"), [("2400.00", False), ("2400.01", True), ("1400.00", False)]
)
def test_growth_beyond_the_share_waits(amount: str, waits: bool) -> None:  # noqa: FBT001 - a table
    """20 % over 12000.00 make 14400.00, with what is merged already."""
    assert bool(growing(amount, "12000.00", "12000.00")) is waits


@pytest.mark.parametrize(
    ("amount", "waits"), [("1000.00", False), ("1000.01", True), ("999.99", False)]
)
def test_growth_up_to_the_floor_never_waits(amount: str, waits: bool) -> None:  # noqa: FBT001 - a table
    """A few new lines in a small installation are many per cent, and no trouble."""
    assert bool(growing(amount, "100.00", "100.00")) is waits


def test_a_first_month_is_compared_with_nothing() -> None:
    """Its first plan waits for a person by another bound."""
    assert growing("90000.00", "0", "0") == ""


def test_counting_a_plan_adds_it_up() -> None:
    """To a run, a day, and a month."""
    assert USED.plus(MERGE) == Usage(
        families=USED.families | {("merge", AccountId(9))}, documents=10, amount=Decimal("100.00")
    )
    growth = Growth(month=TODAY, merged=Decimal(1), merged_before=Decimal(2))
    assert growth.plus(MERGE) == replace(growth, merged=Decimal("11.00"))
