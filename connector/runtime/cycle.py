"""One turn of the service: requests, poll, plan, work. A tick runs one; ``sync`` runs several."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from connector.domain.policy import Mode
from connector.errors import PlatformError
from connector.observe.events import Event as Log
from connector.runtime import facts
from connector.runtime.allowance import Allowance
from connector.runtime.gate import load_mode, load_obstacle, record_earlier_proof
from connector.runtime.native import is_native_due, reconcile_native
from connector.runtime.plan import plan_due_families
from connector.runtime.poll import poll
from connector.runtime.recover import record_found_at_start
from connector.runtime.requests import carry_out_requests
from connector.runtime.service import Pen, Service
from connector.runtime.stops import is_apart, load_stop
from connector.runtime.work import work
from connector.saga.machine import held_steps, is_done, next_due_at, to_carry_out
from connector.saga.recovery import quiet_from
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationState


@dataclass(kw_only=True, slots=True)
class CycleReport:
    """What a turn (or, added up, a whole ``sync``) came to."""

    touched: int = 0  #: families in which something changed
    looked_at: int = 0  #: families read and planned
    sends: int = 0  #: writes sent
    requests: int = 0  #: operator requests carried out
    problems: list[PlatformError] = field(default_factory=list)

    def add(self, other: CycleReport) -> None:
        """Add another turn's figures; troubles are the latest turn's, earlier ones may be over."""
        self.touched += other.touched
        self.looked_at += other.looked_at
        self.sends += other.sends
        self.requests += other.requests
        self.problems = other.problems

    @property
    def is_idle(self) -> bool:
        """Whether nothing was left to do."""
        return not (self.touched or self.looked_at or self.sends or self.requests)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What stands open after a turn, from our store alone."""

    proposed: int
    open: int
    held: int
    unverified: int
    parked: int  #: families that get no write
    quarantined: int
    waiting_until: datetime | None  #: host clock, UTC: when the earliest waiting step is due
    frozen: str | None
    obstacle: str = ""  #: why nothing is written for lack of a proven mark


def start(service: Service, pen: Pen) -> None:
    """What must be done once after taking the lease, before anything else."""
    record_found_at_start(service, pen)
    now = service.clock.now().astimezone(UTC)
    with service.store.begin(epoch=pen.epoch) as unit:
        record_earlier_proof(unit)
        mode = load_mode(service, unit)
        if unit.facts.load(facts.MODE) != mode:
            mains = unit.links.load_map().main_ids
            unit.agenda.record_due(mains, now, f"mode is now {mode}")
            unit.facts.record(facts.MODE, mode)
        obstacle = load_obstacle(unit) if mode is not service.policy.mode else ""
        unit.commit()
    if obstacle:
        service.alerts.alert(Log.MARKER_UNPROVEN, obstacle)


def run_cycle(service: Service, pen: Pen, allowance: Allowance | None = None) -> CycleReport:
    """Carry out requests, read what changed, decide, and work. Reads and writes are bounded.

    Raises:
        PlatformError: the platform could not be read; nothing is lost, the next turn goes on.
        StoreError: our store failed; nothing was sent without its record.
    """
    report = CycleReport(requests=carry_out_requests(service, pen))
    report.touched = poll(service, pen)
    if report.requests or is_native_due(service):
        reconcile_native(service, pen)
    if _is_apart(service):
        return report
    planned = plan_due_families(service, pen, allowance or Allowance())
    report.looked_at, report.problems = planned.looked_at, planned.problems
    if service.policy.mode is not Mode.OBSERVE:
        done = work(service, pen)
        report.sends = done.sends
        report.problems += done.problems
    return report


def _is_apart(service: Service) -> bool:
    """Whether our journal and the platform do not belong together: then nothing is decided."""
    with service.store.begin() as unit:
        return is_apart(unit)


def load_standing(service: Service) -> Standing:
    """What stands open now."""
    with service.store.begin() as unit:
        waiting = unit.journal.load_operations({OperationState.PROPOSED})
        parked = {row.main_id for row in unit.parkings.load_all_parked()}
        unfinished = to_carry_out(unit.journal.load_unfinished())
        quarantined = unit.findings.load_quarantine()
        frozen = load_stop(unit)
        is_shut = load_mode(service, unit) is not service.policy.mode
        obstacle = load_obstacle(unit) if is_shut else ""
    going = [operation for operation in unfinished if operation.main_id not in parked]
    times = [due for operation in going if (due := _due_at(service, operation))]
    return Standing(
        proposed=len(waiting),
        open=len(unfinished),
        held=sum(len(held_steps(operation)) for operation in unfinished),
        unverified=sum(is_done(operation) and bool(operation.why) for operation in unfinished),
        parked=len(parked),
        quarantined=len(quarantined),
        waiting_until=min(times, default=None),
        frozen=frozen,
        obstacle=obstacle,
    )


def _due_at(service: Service, operation: Operation) -> datetime | None:
    quiet = [
        until
        for step in operation.steps
        if step.state is StepState.UNKNOWN
        and (until := quiet_from(step, service.limits.quiescence)) is not None
    ]
    due = next_due_at(operation)
    return min([*quiet, *([due] if due else [])], default=None)
