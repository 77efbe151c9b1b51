"""Rebuild a lost or old journal from the marks on the platform: reads there, writes our store.

The platform is walked from its first invoice to its last credit note. Plans that the journal does
not know are rebuilt, plans that it knows are brought up to date; both may be repeated at any time.
Writing to the platform goes on only when a person confirms, and then only if the quiescence has
passed since recovery mode began and a fresh walk shows nothing that the journal does not say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from connector.domain.ids import AccountId
from connector.domain.snapshot import Quarantined
from connector.errors import ConnectorError, JournalConflict
from connector.observe.events import Event as Log
from connector.ports.store import UnitOfWork
from connector.runtime import facts
from connector.runtime.rebuild_plan import Rebuilt, plan_rebuild
from connector.runtime.service import Service
from connector.runtime.stops import record_recovery
from connector.runtime.strangers import load_strangers, say_strangers
from connector.runtime.walk import Progress, Walk, walk_platform
from connector.saga.probe_rebuilding import is_of_probe
from connector.saga.traces import Trace

BY = "rebuild"
"""Who is named in the journal for what a rebuild records."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RebuildReport:
    """What a walk came to, and what stands in the way of a confirmation."""

    why: str  #: why recovery mode is on; empty when the journal explains every mark
    ready_at: datetime | None  #: host clock: before, documents may still appear
    marks: int
    plans: tuple[Rebuilt, ...] = ()  #: those that the journal did not know, or not so
    unexplained: tuple[Trace, ...] = ()  #: marks that no rebuilt plan explains
    unlinked: tuple[AccountId, ...] = ()  #: accounts with marks that no link names
    quarantined: tuple[Quarantined, ...] = ()
    confirmed_by: str = ""


def rebuild(service: Service, told: Progress, *, is_dry_run: bool = False) -> RebuildReport:
    """Walk the platform, and record what the journal does not know.

    Raises:
        ConnectorError: the platform itself is older than our store; that comes first.
    """
    _refuse_rolled_back(service)
    walk = walk_platform(service, told)
    with service.store.begin() as unit:
        strangers = load_strangers(unit, walk.every())
        why = unit.facts.load(facts.RECOVERY)
    if why is None and not strangers:
        return RebuildReport(why="", ready_at=None, marks=_count(walk))
    if why is None and not is_dry_run:
        with service.store.begin() as unit:
            record_recovery(unit, say_strangers(strangers), service.clock.host())
            unit.commit()
    plans = tuple(each for each in plan_rebuild(service, walk) if each.is_news or each.problem)
    if not is_dry_run:
        plans = tuple(_recorded(service, each) for each in plans)
    return _report(service, walk, plans, why or say_strangers(strangers))


def confirm_rebuild(service: Service, told: Progress, by: str) -> RebuildReport:
    """Let writing go on, if a fresh walk shows nothing new; who confirms answers for the rest.

    Raises:
        ConnectorError: recovery mode is not on, documents may still appear, or something did.
    """
    with service.store.begin() as unit:
        if unit.facts.load(facts.RECOVERY) is None:
            raise ConnectorError("recovery mode is not on: there is nothing to confirm")
        ready_at = _ready_at(service, unit)
    if ready_at is not None and service.clock.host() < ready_at:
        raise ConnectorError(
            f"Splynx may still be at work on what was sent before the store was lost: confirm "
            f"after {ready_at:%H:%M:%S} UTC (platform.quiescence_seconds)"
        )
    report = rebuild(service, told)
    if news := [each for each in report.plans if each.is_news]:
        raise ConnectorError(
            f"{len(news)} plans have changed on the platform since the latest rebuild, and were "
            "recorded: look at `linked-accounts rebuild --dry-run` and confirm again"
        )
    if report.quarantined:
        broken = report.quarantined[0]
        raise ConnectorError(
            f"{broken.resource} {broken.object_id} bears a mark and cannot be read (field "
            f"{broken.field} {broken.problem}): correct it in Splynx, then confirm again"
        )
    _record_confirmation(service, report, by)
    return RebuildReport(
        why=report.why,
        ready_at=None,
        marks=report.marks,
        plans=report.plans,
        unexplained=report.unexplained,
        unlinked=report.unlinked,
        confirmed_by=by,
    )


# -- record ---------------------------------------------------------------------------------


def _recorded(service: Service, rebuilt: Rebuilt) -> Rebuilt:
    if rebuilt.problem:
        return rebuilt
    try:
        with service.store.begin() as unit:
            _record(unit, rebuilt, service.clock.host())
            unit.commit()
    except JournalConflict as conflict:
        return Rebuilt(traces=rebuilt.traces, operation=rebuilt.operation, problem=str(conflict))
    return rebuilt


def _record(unit: UnitOfWork, rebuilt: Rebuilt, at: datetime) -> None:
    operation, lesson = rebuilt.operation, rebuilt.lesson
    assert operation is not None  # noqa: S101 - without a problem there is one
    if lesson is None:
        unit.journal.record_operation(operation, at, BY)
        return
    if lesson.state is not None:
        unit.journal.record_state(operation.plan_id, lesson.state, "", BY, at)
    for change in lesson.changes:
        unit.journal.record_event(change.before, change.event, change.after, BY, at)
    unit.journal.record_steps(lesson.added, at, BY)


def _record_confirmation(service: Service, report: RebuildReport, by: str) -> None:
    now = service.clock.now().astimezone(UTC)
    with service.store.begin() as unit:
        unit.facts.record(facts.RECOVERY, None)
        unit.facts.record(facts.RECOVERY_SINCE, None)
        stamp = f"{by} {service.clock.host().isoformat()}"
        unit.facts.record(facts.RECOVERED, stamp)
        if unit.facts.load(facts.FIRST_APPROVAL) is None and unit.journal.has_confirmed_claim():
            unit.facts.record(facts.FIRST_APPROVAL, stamp)  # the first run was long ago
        accepted = set((unit.facts.load(facts.ACCEPTED) or "").split())
        accepted |= {str(trace.marker) for trace in report.unexplained}
        unit.facts.record(facts.ACCEPTED, " ".join(sorted(accepted)) or None)
        mains = unit.links.load_map().main_ids
        unit.agenda.record_due(mains, now, f"the journal was rebuilt, confirmed by {by}")
        unit.commit()
    service.alerts.alert(Log.STORE_REBUILT, f"writing goes on: the rebuild was confirmed by {by}")


# -- report ---------------------------------------------------------------------------------


def _report(service: Service, walk: Walk, plans: tuple[Rebuilt, ...], why: str) -> RebuildReport:
    explained = {each.traces.plan_id for each in plans if each.is_news}
    with service.store.begin() as unit:
        left = load_strangers(unit, walk.every())
        links = unit.links.load_map()
        ready_at = _ready_at(service, unit)
    linked = links.main_ids | {row.sub_id for row in links.links}
    families = [traces for traces in walk.plans if not is_of_probe(traces)]
    accounts = {trace.account_id for traces in families for trace in traces.every()} - linked
    return RebuildReport(
        why=why,
        ready_at=ready_at,
        marks=_count(walk),
        plans=plans,
        unexplained=tuple(row for row in left if row.marker.plan_id not in explained),
        unlinked=tuple(sorted(accounts)),
        quarantined=walk.quarantined,
    )


def _ready_at(service: Service, unit: UnitOfWork) -> datetime | None:
    since = unit.facts.load(facts.RECOVERY_SINCE)
    return None if since is None else datetime.fromisoformat(since) + service.limits.quiescence


def _count(walk: Walk) -> int:
    return sum(1 for _ in walk.every())


def _refuse_rolled_back(service: Service) -> None:
    with service.store.begin() as unit:
        if unit.facts.load(facts.ROLLED_BACK) is not None:
            raise ConnectorError(
                "the platform itself was put back to an older state: settle that first, see "
                "`linked-accounts lost-interval`"
            )
