"""Which invoices of a family become one, and exactly what that one contains.

The rules, in the order in which they are asked.

*Sources.* An issued, wholly unpaid invoice of an aggregated sub-account, dated in a cycle of the
main account that the link covers; a link covers the whole cycle in which it begins, save days on
which the same sub-account was independent, and nothing before it. If a cycle has such a source,
the main's own open invoice of that cycle is folded in, so that the payer gets one document; not
if it is overdue, since that would start its dunning afresh. Charges under way (pending) and
partly paid invoices are left alone with a reason that people can read, deleted ones without.
Where the main has an open document with a mark that our journal cannot explain, nothing of that
cycle or an earlier one is merged: it may have been charged already.

*Window.* A cycle is merged when every member that is charged and may be merged has its invoice,
or when ``window`` has passed since the first one of a sub-account was issued. Who comes later
gets a supplement: a merge of its own in the same cycle, never silently the next cycle.

*Lines.* What the platform stored is copied, never recomputed: description, quantity, unit, net
price, tax, period, category. A heading line of price zero opens each source's section and
carries the account and the source's number.

*Total.* The sum of the sources' stored totals, to the cent. The platform rounds a document once;
three documents of 40.00 (39.996 each) make 120.00, one document of the same lines makes 119.99.
The cent between them becomes one visible rounding line, at most a cent per source, or a refusal,
by setting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from connector.domain.accounts import Cycle
from connector.domain.ids import AccountId
from connector.domain.invariants import assert_merge_conserves
from connector.domain.invoices import Invoice, InvoiceItem, rounding_line, total_of
from connector.domain.money import CENT, add_up
from connector.domain.policy import MergePolicy
from connector.domain.refusals import Refusal
from connector.domain.sections import section_of
from connector.domain.snapshot import FamilySnapshot
from connector.domain.sources import gather_sources, judge_family
from connector.domain.window import OpenWindow, judge_window


@dataclass(frozen=True, kw_only=True, slots=True)
class MergePlan:
    """One merged invoice to be: its sources, its lines and its total (gross, two places)."""

    main_id: AccountId
    cycle: Cycle
    sources: tuple[Invoice, ...]
    items: tuple[InvoiceItem, ...]
    total: Decimal
    issued_on: date
    due_on: date
    supplement: bool  #: the cycle had a merge before


@dataclass(frozen=True, kw_only=True, slots=True)
class MergeDecision:
    """All that can be said of one family's invoices now."""

    plans: tuple[MergePlan, ...] = ()
    windows: tuple[OpenWindow, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def plan_merge(family: FamilySnapshot, policy: MergePolicy) -> MergeDecision:
    """Decide what of the family's invoices is merged now; the essay above tells the rules."""
    if refusal := judge_family(family):
        return MergeDecision(refusals=(refusal,))
    candidates, refusals = gather_sources(family)
    plans: list[MergePlan] = []
    windows: list[OpenWindow] = []
    for cycle, sources in sorted(candidates.items()):
        if window := judge_window(family, cycle, sources, policy):
            windows.append(window)
            continue
        built = _build_plan(family, cycle, sources, policy)
        if isinstance(built, Refusal):
            refusals.append(built)
        else:
            plans.append(built)
    return MergeDecision(plans=tuple(plans), windows=tuple(windows), refusals=tuple(refusals))


def _build_plan(
    family: FamilySnapshot, cycle: Cycle, sources: list[Invoice], policy: MergePolicy
) -> MergePlan | Refusal:
    main_id = family.main.id
    ordered = sorted(sources, key=lambda inv: (inv.account_id != main_id, inv.account_id, inv.id))
    if len(ordered) > policy.sources_max:
        return _refuse_cycle(
            family,
            cycle,
            "too_many_sources",
            f"{len(ordered)} invoices, {policy.sources_max} are allowed",
            "raise merge.sources_max",
        )
    items = tuple(item for invoice in ordered for item in _section(family, invoice))
    total = add_up(invoice.total for invoice in ordered)
    cents = total - total_of(items)
    if abs(cents) > CENT * len(ordered) or (cents and policy.rounding == "refuse"):
        return _refuse_cycle(
            family,
            cycle,
            "rounding",
            f"the sources make {total}, one document of their lines makes {total - cents}",
            'set merge.rounding = "line", or settle by hand',
        )
    if cents:
        items = (*items, rounding_line(cents))
    plan = MergePlan(
        main_id=main_id,
        cycle=cycle,
        sources=tuple(ordered),
        items=items,
        total=total,
        issued_on=family.today,
        due_on=_due_on(family, ordered),
        supplement=any(
            inv.issued_on in cycle for inv in family.invoices if inv.id in family.own.issued
        ),
    )
    assert_merge_conserves(plan.sources, plan.items, plan.total)
    return plan


def _refuse_cycle(family: FamilySnapshot, cycle: Cycle, rule: str, fact: str, mend: str) -> Refusal:
    return Refusal(
        rule=rule,
        account_id=family.main.id,
        subject=f"cycle {cycle.start}",
        sentence=f"cycle {cycle.start} of main account {family.main.id}: {fact}",
        mend=mend,
    )


def _section(family: FamilySnapshot, invoice: Invoice) -> tuple[InvoiceItem, ...]:
    members = (family.main, *family.subs)
    account = next(account for account in members if account.id == invoice.account_id)
    return section_of(account, family.main.id, invoice)


def _due_on(family: FamilySnapshot, sources: list[Invoice]) -> date:
    """The main's own last day to pay if it has one, else the latest of the sources.

    If that has passed, the main gets its usual time: it never saw the debt before.
    """
    own = [inv.due_on for inv in sources if inv.account_id == family.main.id and inv.due_on]
    others = [inv.due_on for inv in sources if inv.due_on]
    usual = family.today + timedelta(days=family.billing.due_days)
    last = max(own or others or [usual])
    return last if last >= family.today else usual
