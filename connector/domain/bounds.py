"""How much may happen without a person: what one plan adds to a run, a day and a cycle.

Pure: the figures come from the journal and are frozen. A plan that goes beyond a bound is not
refused; it waits for a person, and the sentence names the bound, the figure and the setting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from connector.domain.ids import AccountId
from connector.domain.money import ZERO, told
from connector.domain.policy import Bounds


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What one plan comes to."""

    kind: str  #: merge, release or suspend; each kind has the bound on families to itself
    main_id: AccountId
    documents: int = 0  #: invoices and credit notes
    amount: Decimal = ZERO  #: of the merged invoice


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What the plans of a run, or of a day, come to."""

    families: frozenset[tuple[str, AccountId]] = frozenset()
    documents: int = 0
    amount: Decimal = ZERO

    def plus(self, share: Share) -> Usage:
        """With one plan more."""
        return replace(
            self,
            families=self.families | {(share.kind, share.main_id)},
            documents=self.documents + share.documents,
            amount=self.amount + share.amount,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Growth:
    """What is merged in the cycles that begin in one calendar month, and in those of the last."""

    month: date  #: its first day
    merged: Decimal
    merged_before: Decimal

    def plus(self, share: Share) -> Growth:
        """With one plan more."""
        return replace(self, merged=self.merged + share.amount)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ceiling:
    """The bounds of one span of time."""

    span: str  #: as the settings' names end
    when: str
    families: int
    documents: int
    amount: Decimal | None


def judge_bounds(share: Share, run: Usage, day: Usage, today: date, bounds: Bounds) -> str:
    """Why a plan must wait for a person by what its run or its day would come to; else empty."""
    ceilings = (
        _Ceiling(
            span="run",
            when="in this run",
            families=bounds.families_per_run,
            documents=bounds.documents_per_run,
            amount=bounds.amount_per_run,
        ),
        _Ceiling(
            span="day",
            when=f"on {today}",
            families=bounds.families_per_day,
            documents=bounds.documents_per_day,
            amount=bounds.amount_per_day,
        ),
    )
    found = (_judge(share, usage, top) for usage, top in zip((run, day), ceilings, strict=True))
    return next((sentence for sentence in found if sentence), "")


def _judge(share: Share, usage: Usage, top: _Ceiling) -> str:
    """What a plan does not add to, it does not exceed: a release has no documents and no amount."""
    after = usage.plus(share)
    families = sum(kind == share.kind for kind, _ in after.families)
    is_new = after.families != usage.families
    if is_new and families > top.families:
        return (
            f"{families} families with a {share.kind} {top.when} would be more than"
            f" bounds.families_per_{top.span} = {top.families}"
        )
    if share.documents and after.documents > top.documents:
        return (
            f"{after.documents} documents {top.when} would be more than"
            f" bounds.documents_per_{top.span} = {top.documents}"
        )
    if share.amount and top.amount is not None and after.amount > top.amount:
        return (
            f"{told(after.amount)} merged {top.when} would be more than"
            f" bounds.amount_per_{top.span} = {told(top.amount)}"
        )
    return ""


def judge_growth(share: Share, growth: Growth, bounds: Bounds) -> str:
    """Why a merge must wait because its cycle outgrows the last one; else an empty text.

    A first cycle has nothing to be compared with; its first plan waits for a person anyway.
    """
    merged, before = growth.merged + share.amount, growth.merged_before
    more = merged - before
    is_much = more * 100 > before * bounds.growth_percent and more > bounds.growth_floor
    if not (share.amount and before and is_much):
        return ""
    return (
        f"{told(merged)} merged in the cycles that begin in {growth.month:%Y-%m} would be"
        f" {told(more)} more than in those of the month before ({told(before)}), beyond"
        f" bounds.growth_percent = {bounds.growth_percent} and"
        f" bounds.growth_floor = {told(bounds.growth_floor)}"
    )
