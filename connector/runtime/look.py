"""Look at one family: read it afresh, and decide. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from connector.domain.cascade import plan_cascade
from connector.domain.ids import AccountId
from connector.domain.merge import plan_merge
from connector.domain.parking import refuse_parked
from connector.domain.refusals import Refusal
from connector.domain.snapshot import FamilySnapshot, Quarantined
from connector.domain.window import OpenWindow
from connector.errors import InvariantBroken, PlatformRefused, PlatformUnavailable, ReplyMalformed
from connector.observe.events import Event as Log
from connector.runtime.abreast import abreast
from connector.runtime.families import read_family
from connector.runtime.service import Service
from connector.saga.planning import (
    Origin,
    operation_of_merge,
    operation_of_releases,
    operation_of_suspensions,
)
from connector.saga.steps import Operation


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyPlan:
    """The outcome of one look at one family."""

    main_id: AccountId
    snapshot: FamilySnapshot | None
    builders: tuple[Callable[[Origin], Operation], ...] = ()
    windows: tuple[OpenWindow, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    trouble: PlatformUnavailable | None = None  #: it could not be read now; it stays due
    broken: InvariantBroken | None = None  #: the law that does not hold for it


def plan_families(service: Service, main_ids: Iterable[AccountId]) -> Iterable[FamilyPlan]:
    """Read and decide, several families side by side; writes nothing."""
    hands = service.limits.concurrency
    yield from abreast(partial(_look_at, service), main_ids, hands=hands, name="look")


def _look_at(service: Service, main_id: AccountId) -> FamilyPlan:
    """Plan one family; what cannot be read, or a broken law, stops this family alone."""
    try:
        return plan_family(service, main_id)
    except PlatformUnavailable as trouble:
        return FamilyPlan(main_id=main_id, snapshot=None, trouble=trouble)
    except (ReplyMalformed, PlatformRefused) as broken:
        reply = Quarantined(
            resource="reply",
            object_id=None,
            account_id=main_id,
            field=(broken.field if isinstance(broken, ReplyMalformed) else None) or "(body)",
            problem=str(broken),
        )
        return FamilyPlan(main_id=main_id, snapshot=None, quarantined=(reply,))
    except InvariantBroken as broken:
        service.alerts.alert(Log.INVARIANT_BROKEN, str(broken), main_id=main_id)
        return FamilyPlan(
            main_id=main_id,
            snapshot=None,
            refusals=(law_broken(main_id, broken),),
            broken=broken,
        )


def plan_family(service: Service, main_id: AccountId) -> FamilyPlan:
    """Read one family and decide; writes nothing."""
    reading = read_family(service, main_id)
    family = reading.snapshot
    parked = () if reading.parking is None else (refuse_parked(reading.parking),)
    if family is None:
        gone = () if reading.quarantined else (_main_gone(main_id),)
        return FamilyPlan(
            main_id=main_id,
            snapshot=None,
            refusals=(*parked, *gone),
            quarantined=reading.quarantined,
        )
    merge = plan_merge(family, service.policy.merge)
    cascade = plan_cascade(family, service.policy.cascade)
    builders: list[Callable[[Origin], Operation]] = [
        partial(operation_of_merge, merge_plan) for merge_plan in merge.plans
    ]
    if cascade.releases:
        builders.append(partial(operation_of_releases, main_id, cascade.releases))
    if cascade.suspensions:
        builders.append(partial(operation_of_suspensions, main_id, cascade.suspensions))
    return FamilyPlan(
        main_id=main_id,
        snapshot=family,
        builders=() if parked else tuple(builders),
        windows=merge.windows,
        refusals=(*parked, *merge.refusals, *cascade.refusals),
        quarantined=reading.quarantined,
    )


def law_broken(main_id: AccountId, broken: Exception) -> Refusal:
    """Why nothing is planned for a family for which a law does not hold."""
    return Refusal(
        rule="invariant_broken",
        account_id=main_id,
        subject=f"main account {main_id}",
        sentence=f"a law does not hold for family {main_id}: {broken}",
        mend="this is a defect of the connector: report it with `linked-accounts history`",
    )


def _main_gone(main_id: AccountId) -> Refusal:
    return Refusal(
        rule="main_gone",
        account_id=main_id,
        subject=f"main account {main_id}",
        sentence=f"main account {main_id} is not on the platform any more",
        mend="end its links, or link its sub-accounts to another main account",
    )
