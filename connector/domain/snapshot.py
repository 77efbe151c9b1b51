"""What was true of one family when we looked: the only thing a planner sees besides the policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from connector.domain.accounts import Account, AccountStatus, Billing, BillingMode, StatusChange
from connector.domain.ids import AccountId, InvoiceId, PlanId
from connector.domain.invoices import Invoice
from connector.domain.links import Link


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarantined:
    """One object that did not fit the mapping: it is left out, and its family is not written to."""

    resource: str  #: for example ``invoices``
    object_id: int | None  #: None when even the id was unreadable
    account_id: AccountId | None
    field: str
    problem: str  #: value and what was expected instead


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnSuspension:
    """A block that we carried to a sub-account ourselves, whatever became of the attempt."""

    sub_id: AccountId
    cause_id: int  #: status log row of the main account's block that it mirrors
    block_id: int | None  #: status log row it left on the sub-account, once confirmed


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnRelease:
    """A release we recorded, named after the block it ends, whatever became of the attempt."""

    sub_id: AccountId
    block_id: int  #: id of the status log row of that block


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnRelief:
    """A debt of a sub-account that we took off it, and when."""

    sub_id: AccountId
    at: datetime  #: of the latest send, host clock


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnRecharge:
    """An invoice that charges an account anew what an undo took off a merged invoice."""

    invoice_id: InvoiceId
    plan_id: PlanId  #: of the undo
    by: str  #: who asked for it


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnRecord:
    """What our journal says of one family."""

    taken: frozenset[InvoiceId] = frozenset()  #: sources of merges that are under way or done
    issued: frozenset[InvoiceId] = frozenset()  #: merged documents we created
    suspensions: tuple[OwnSuspension, ...] = ()
    releases: tuple[OwnRelease, ...] = ()
    reliefs: tuple[OwnRelief, ...] = ()  #: those that were not given back by an undo
    recharges: tuple[OwnRecharge, ...] = ()  #: of all families: an account may have moved


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilySnapshot:
    """A main account, its sub-accounts, and everything of theirs that a plan may rest on."""

    main: Account
    billing: Billing  #: of the main account
    links: tuple[Link, ...]  #: all links under the main account, ended ones included
    subs: tuple[Account, ...]
    invoices: tuple[Invoice, ...]  #: every open one, and all since ``invoices_since``
    invoices_since: date
    serviced: frozenset[AccountId]  #: members with a service that is charged
    changes: tuple[StatusChange, ...]  #: of the main and of blocked subs, oldest first
    sub_billings: tuple[Billing, ...]  #: of blocked subs
    own: OwnRecord
    quarantined: tuple[Quarantined, ...]
    at: datetime  #: in the platform's zone

    @property
    def own_documents(self) -> frozenset[InvoiceId]:
        """Invoices that we issued ourselves, merged ones and recharges."""
        return self.own.issued | {row.invoice_id for row in self.own.recharges}

    @property
    def today(self) -> date:
        """The platform's calendar day."""
        return self.at.date()

    def live_links(self) -> tuple[tuple[Link, Account], ...]:
        """Links valid today with their sub-accounts, by sub-account number."""
        accounts = {account.id: account for account in self.subs}
        return tuple(
            (link, accounts[link.sub_id])
            for link in sorted(self.links, key=lambda link: link.sub_id)
            if link.holds_on(self.today) and link.sub_id in accounts
        )

    def aggregated_subs(self) -> tuple[Account, ...]:
        """Sub-accounts the main pays for today."""
        return tuple(sub for link, sub in self.live_links() if link.mode is BillingMode.AGGREGATED)

    def is_elsewhere(self, sub: Account) -> bool:
        """Whether the platform itself has a sub-account under another main account: drift."""
        return sub.native_main_id not in (None, self.main.id)

    def blocked_subs(self) -> tuple[Account, ...]:
        """Aggregated sub-accounts that are blocked."""
        return tuple(sub for sub in self.aggregated_subs() if sub.status is AccountStatus.BLOCKED)

    def invoices_of(self, account_id: AccountId) -> tuple[Invoice, ...]:
        """Invoices of one member, oldest first."""
        return tuple(
            sorted(
                (inv for inv in self.invoices if inv.account_id == account_id),
                key=lambda inv: (inv.issued_on, inv.id),
            )
        )
