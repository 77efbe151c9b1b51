"""Park a family: the others go on, and this one gets no write until a named person lifts it."""

from __future__ import annotations

from collections.abc import Iterable

from connector.domain.ids import AccountId
from connector.domain.parking import Parking, ParkingCause
from connector.observe.events import Event as Log
from connector.ports.store import UnitOfWork
from connector.runtime import facts
from connector.runtime.service import Pen, Service
from connector.runtime.stops import load_stop
from connector.runtime.telling import tell_step
from connector.saga.machine import Change, happened
from connector.saga.parking import judge_holds, park_for_broken_law
from connector.saga.states import StepEvent, StepState
from connector.saga.steps import Operation

BY = "connector"


def may_write(unit: UnitOfWork, main_id: AccountId) -> bool:
    """Whether a family may be written to at this moment: neither it nor everything is stopped."""
    return load_stop(unit) is None and unit.parkings.load_parked(main_id) is None


def park_if_refused(service: Service, pen: Pen, main_id: AccountId) -> bool:
    """Park a family of which too many steps are held, by the journal; whether that is so."""
    with service.store.begin() as unit:
        operations = unit.journal.load_unfinished(main_id)
    parking = judge_holds(
        main_id, operations, holds_max=service.limits.holds_max, at=service.clock.host()
    )
    if parking is not None:
        _record(service, pen, parking)
    return parking is not None


def park_broken(service: Service, pen: Pen, main_id: AccountId, broken: Exception) -> None:
    """Park a family in whose work a law was found broken; what it was sending is in doubt."""
    with service.store.begin() as unit:
        operations = unit.journal.load_unfinished(main_id)
    parking = park_for_broken_law(main_id, operations, str(broken), service.clock.host())
    _record(service, pen, parking, _doubts(operations, parking))


def _doubts(operations: Iterable[Operation], parking: Parking) -> tuple[Change, ...]:
    """Whoever was sending has stopped there: nobody knows what became of it."""
    return tuple(
        happened(step, StepEvent.UNCLEAR, reason=parking.reason, lost_at=parking.since)
        for operation in operations
        for step in operation.steps
        if step.state is StepState.SENDING
    )


def _record(service: Service, pen: Pen, parking: Parking, changes: tuple[Change, ...] = ()) -> None:
    with service.store.begin(epoch=pen.epoch) as unit:
        is_new = unit.parkings.record_parked(parking)
        for change in changes:
            unit.journal.record_event(change.before, change.event, change.after, BY, parking.since)
        frozen = _freeze_if_many(service, unit, parking) if is_new else ""
        unit.commit()
    for change in changes:
        tell_step(change)
    if is_new:
        service.alerts.alert(Log.FAMILY_PARKED, parking.reason, main_id=parking.main_id)
    if frozen:
        service.alerts.alert(Log.WRITES_FROZEN, frozen)


def _freeze_if_many(service: Service, unit: UnitOfWork, parking: Parking) -> str:
    """Freeze everything when several families met the impossible; the sentence, or an empty text.

    A turn takes no longer than ``parked_within``, and a restart between two of them changes nothing
    about what they have in common: the connector, or the platform.
    """
    limits = service.limits
    if parking.cause is not ParkingCause.IMPOSSIBLE or unit.facts.load(facts.FROZEN) is not None:
        return ""
    recent = [
        row
        for row in unit.parkings.load_all_parked()
        if row.cause is ParkingCause.IMPOSSIBLE
        and parking.since - row.since <= limits.parked_within
    ]
    if len(recent) < limits.broken_families_max:
        return ""
    names = ", ".join(str(row.main_id) for row in recent)
    sentence = (
        f"laws do not hold for {len(recent)} families at once ({names}): the connector or the "
        "platform is wrong, not a family; nothing is written until a person unfreezes"
    )
    unit.facts.record(facts.FROZEN, sentence)
    return sentence
