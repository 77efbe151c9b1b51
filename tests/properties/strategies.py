"""Random families: members, prices, taxes, discounts, links and logs as they may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from connector.domain.accounts import AccountStatus, BillingMode
from connector.domain.ids import AccountId, PlanId
from connector.domain.invoices import Invoice, InvoiceItem, InvoiceStatus
from connector.domain.marker import Marker
from connector.domain.snapshot import FamilySnapshot, OwnRecord, OwnRelease, OwnSuspension
from tests.build import NEW_YEAR, account, billing, change, family, invoice, link, moment

RATES = tuple(Decimal(text) for text in ("0", "10", "20", "7.5"))
QUANTITIES = tuple(Decimal(text) for text in ("1", "2", "3", "0.5", "12", "0.3333"))
LATE = moment("2026-01-28 12:00")
"""When every window of January has passed."""

STRANGER = 900
BASE_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

plan_ids = st.text(BASE_32, min_size=20, max_size=20).map(PlanId)
markers = st.builds(Marker, plan_id=plan_ids, step=st.integers(1, 9999))


@st.composite
def lines(draw: st.DrawFn) -> tuple[InvoiceItem, ...]:
    """One to four charges, perhaps a discount on the first that leaves something to pay."""
    charges = draw(
        st.lists(
            st.builds(
                InvoiceItem,
                description=st.sampled_from(["Fibre", "Router", "Telefon ž"]),
                quantity=st.sampled_from(QUANTITIES),
                unit=st.just("month"),
                price=st.decimals("0.0001", "5000", places=4),
                tax_percent=st.sampled_from(RATES),
            ),
            min_size=1,
            max_size=4,
        )
    )
    if draw(st.booleans()):
        first = charges[0]
        discount = (first.price / -2).quantize(Decimal("0.0001"))
        charges.append(replace(first, description="Discount", price=discount))
    return tuple(charges)


@st.composite
def families(draw: st.DrawFn) -> FamilySnapshot:
    """A main with 1-60 subs of both modes, and a stranger, with invoices of January."""
    pool = draw(st.lists(lines(), min_size=1, max_size=6))
    count = draw(st.integers(1, 60))
    modes = draw(st.lists(st.sampled_from(BillingMode), min_size=count, max_size=count))
    subs = tuple(account(number) for number in range(2, count + 2))
    owners = st.sampled_from([1, STRANGER, *(sub.id for sub in subs)])
    made = draw(
        st.lists(
            st.tuples(
                owners,
                st.integers(0, len(pool) - 1),
                st.integers(0, 26),
                st.sampled_from([*[InvoiceStatus.NOT_PAID] * 5, *InvoiceStatus]),
            ),
            max_size=80,
        )
    )
    invoices = [
        _issued(number, owner, pool[which], day, status)
        for number, (owner, which, day, status) in enumerate(made, start=1000)
    ]
    return family(
        subs=subs,
        links=tuple(link(1, sub.id, mode) for sub, mode in zip(subs, modes, strict=True)),
        invoices=invoices,
        main_billing=billing(1, billing_day=draw(st.sampled_from([1, 15, 28]))),
        at=LATE,
    )


def _issued(
    number: int, owner: int, items: tuple[InvoiceItem, ...], day: int, status: InvoiceStatus
) -> Invoice:
    issued_on = NEW_YEAR + timedelta(days=day)
    due_on = issued_on + timedelta(days=40)
    return invoice(number, owner, items, issued_on=issued_on, due_on=due_on, status=status)


_STATUSES = st.sampled_from(
    [AccountStatus.BLOCKED, AccountStatus.ACTIVE, AccountStatus.BLOCKED, AccountStatus.INACTIVE]
)
_DAYS = st.integers(1, 28)
_ACTORS = st.sampled_from([0, 0, 0, 7])


@st.composite
def histories(draw: st.DrawFn) -> FamilySnapshot:
    """A main and up to five subs with any log of status changes, any journal, any debt."""
    count = draw(st.integers(1, 5))
    rows = draw(
        st.lists(
            st.tuples(st.integers(1, count + 1), _STATUSES, _DAYS, _ACTORS),
            min_size=1,
            max_size=14,
        )
    )
    changes = tuple(
        change(number, who, status, f"2026-01-{day:02} 01:00", by=actor)
        for number, (who, status, day, actor) in enumerate(sorted(rows, key=lambda r: r[2]), 100)
    )
    last = {row.account_id: row.new for row in changes}
    status_of = {n: last.get(AccountId(n), AccountStatus.ACTIVE) for n in range(1, count + 2)}
    numbers = st.sampled_from([row.id for row in changes])
    subs = range(2, count + 2)
    own = OwnRecord(
        suspensions=tuple(
            OwnSuspension(sub_id=AccountId(sub), cause_id=1, block_id=draw(numbers))
            for sub in draw(st.lists(st.sampled_from(subs), max_size=2))
        ),
        releases=tuple(
            OwnRelease(sub_id=AccountId(sub), block_id=draw(numbers))
            for sub in draw(st.lists(st.sampled_from(subs), max_size=2))
        ),
    )
    debts = draw(st.lists(st.tuples(st.sampled_from([1, *subs]), _DAYS), max_size=2))
    return family(
        main=account(1, draw(st.sampled_from([AccountStatus.ACTIVE, status_of[1]]))),
        subs=[
            account(n, status_of[n], native_main_id=draw(st.sampled_from([None, None, 1, 9])))
            for n in subs
        ],
        links=[link(1, n, draw(st.sampled_from(BillingMode))) for n in subs],
        invoices=[
            invoice(n, who, due_on=date(2026, 1, day))
            for n, (who, day) in enumerate(debts, start=500)
        ],
        main_billing=billing(1, draw(st.sampled_from(["0", "0", "-120.00", "50.00"]))),
        sub_billings=[billing(n, draw(st.sampled_from(["0", "0", "-1.00"]))) for n in subs],
        changes=changes,
        own=own,
        at=moment("2026-01-20 12:00"),
    )
