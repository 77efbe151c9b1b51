"""``plan``: what the next turn would do, from the same planners on the same readings. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from connector.domain.ids import AccountId
from connector.runtime.look import FamilyPlan, plan_families
from connector.runtime.poll import families_of, read_delta
from connector.runtime.service import Service
from connector.saga.steps import Operation, OperationState


def due_families(service: Service) -> tuple[AccountId, ...]:
    """Families the next turn would look at: on the agenda, or touched by what is new."""
    delta = read_delta(service)
    with service.store.begin() as unit:
        agenda = unit.agenda.load_all()
        links = unit.links.load_map()
    return tuple(sorted({row.main_id for row in agenda} | families_of(links, delta.touched)))


def all_families(service: Service) -> tuple[AccountId, ...]:
    """Every family with a link that is valid today."""
    today = service.clock.now().date()  # may ask the platform: never inside a unit of work
    with service.store.begin() as unit:
        links = unit.links.load_map(today)
    return tuple(sorted(links.main_ids))


def preview(service: Service, main_ids: Collection[AccountId]) -> Iterable[FamilyPlan]:
    """Read and decide for some families, one after the other as they become ready."""
    for plan in plan_families(service, main_ids):
        if plan.trouble is not None:
            raise plan.trouble
        yield plan


def load_waiting(service: Service) -> tuple[Operation, ...]:
    """Plans that wait for a person's approval."""
    with service.store.begin() as unit:
        return unit.journal.load_operations({OperationState.PROPOSED})
