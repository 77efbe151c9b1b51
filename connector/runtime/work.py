"""Work: the one path on which anything is ever written to the platform.

The intent stands in the journal; the world is looked at once more; SENDING is committed with the
very parameters; one send; the answer is classified and checked; the outcome is committed. Nothing
here sends twice: a step that must be sent again comes back through its state. A process that was
stopped between the commit and the send does not send: it takes the step back, since nothing left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.domain.ids import AccountId
from connector.domain.policy import Mode
from connector.domain.window import guarded_until
from connector.errors import (
    ConnectorError,
    IllegalTransition,
    InvariantBroken,
    OutcomeUnknown,
    PlatformDenied,
    PlatformError,
    PlatformRefused,
    PlatformUnavailable,
    RecordMissing,
    ReplyMalformed,
)
from connector.observe.events import Event as Log
from connector.ports.platform import BillingWriter
from connector.runtime.abreast import abreast
from connector.runtime.gate import load_mode
from connector.runtime.observe_step import judge_before_send, look_after_send
from connector.runtime.parking import may_write, park_broken, park_if_refused
from connector.runtime.readiness import UNPROVEN, judge_clocks
from connector.runtime.recover import BY, record_change, recover_step, reload
from connector.runtime.service import Pen, Service
from connector.runtime.stops import load_stop
from connector.runtime.telling import tell_step
from connector.runtime.verdicts import stands_already, turn_away
from connector.runtime.verify import finish_operation
from connector.saga.machine import (
    PIVOTS,
    backoff_until,
    by_urgency,
    claimed,
    happened,
    held_steps,
    is_done,
    is_stale,
    may_work,
    next_step,
    to_carry_out,
)
from connector.saga.preparation import Hold, Ready
from connector.saga.recovery import Contradicted, NotSeen, Seen
from connector.saga.states import StepEvent, StepState
from connector.saga.steps import Operation, Step


class _TooLate(Exception):
    """The claim has grown old before its request left: nothing was sent."""


@dataclass(kw_only=True, slots=True)
class WorkReport:
    """What one turn of work came to."""

    sends: int = 0
    problems: list[PlatformError] = field(default_factory=list)


def work(service: Service, pen: Pen) -> WorkReport:
    """Drive every unfinished operation as far as it goes now; families side by side."""
    report = WorkReport()
    writer = service.writer
    if writer is None:
        return report
    with service.store.begin() as unit:
        parked = {row.main_id for row in unit.parkings.load_all_parked()}
        unfinished = to_carry_out(unit.journal.load_unfinished())
        frozen = load_stop(unit)
        mode = load_mode(service, unit)
    operations = [operation for operation in unfinished if operation.main_id not in parked]
    if frozen is not None or mode is Mode.OBSERVE:
        return report
    if operations and service.reader.capabilities.release == UNPROVEN:
        service.alerts.alert(
            Log.PLATFORM_UNKNOWN, "no mapping is proven for this release: observing"
        )
        return report
    if operations and (trouble := judge_clocks(service)):
        report.problems.append(trouble)
        return report
    families = _by_family(by_urgency(operations))
    worker = _Worker(service, pen, writer)
    for done in abreast(
        worker.work_family, families, hands=service.limits.concurrency, name="work"
    ):
        report.sends += done.sends
        report.problems.extend(done.problems)
    return report


def work_on(service: Service, pen: Pen, operation: Operation) -> None:
    """Drive the one operation that a person has asked for, in any mode, as far as it goes now.

    Raises:
        ConnectorError: nothing may be written now, and why.
        PlatformError: the platform could not be read, or denied a write.
    """
    with service.store.begin() as unit:
        frozen = load_stop(unit)
    if frozen is not None:
        raise ConnectorError(f"all writes are frozen: {frozen}")
    writer = service.writer
    if writer is None or service.reader.capabilities.release == UNPROVEN:
        raise ConnectorError("this release of Splynx is not known, so nothing is written to it")
    if trouble := judge_clocks(service):
        raise trouble
    _Worker(service, pen, writer).work_operation(operation, WorkReport())


def _by_family(operations: Iterable[Operation]) -> list[list[Operation]]:
    """One family, one hand; the family with the most urgent operation first."""
    found: dict[AccountId, list[Operation]] = {}
    for operation in operations:
        found.setdefault(operation.main_id, []).append(operation)
    return list(found.values())


class _Worker:
    """Carries one family's operations out; several run side by side, never for one family."""

    def __init__(self, service: Service, pen: Pen, writer: BillingWriter) -> None:
        self._service = service
        self._pen = pen
        self._writer = writer

    def work_family(self, operations: list[Operation]) -> WorkReport:
        """Work on a family until nothing of it is due; its troubles stop no other family."""
        report = WorkReport()
        main_id = operations[0].main_id
        try:
            if any(map(held_steps, operations)) and self._park(main_id):
                return report
            for operation in operations:
                if not self.work_operation(operation, report):
                    break
        except PlatformError as problem:
            report.problems.append(problem)
        except (InvariantBroken, IllegalTransition) as broken:
            park_broken(self._service, self._pen, main_id, broken)
        return report

    def _park(self, main_id: AccountId) -> bool:
        return park_if_refused(self._service, self._pen, main_id)

    def work_operation(self, operation: Operation, report: WorkReport) -> bool:
        """Carry an operation as far as it goes now; False when its family was parked over it."""
        held = len(held_steps(operation))
        while not self._pen.stop.is_set():
            self._pen.beat()
            operation = reload(self._service, operation.plan_id)
            if len(held_steps(operation)) > held and self._park(operation.main_id):
                return False
            held = len(held_steps(operation))
            if not may_work(operation):
                return True
            step = next_step(operation, self._service.clock.host())
            if step is None:
                break
            if not self._move(operation, step, report):
                break
        if is_done(operation) and to_carry_out([operation]):
            finish_operation(self._service, self._pen, operation)
        return True

    def _move(self, operation: Operation, step: Step, report: WorkReport) -> bool:
        """End a doubt, or send; False when the operation must wait."""
        if step.state is StepState.UNKNOWN:
            return recover_step(self._service, self._pen, operation, step)
        return self._advance(operation, step, report)

    def _advance(self, operation: Operation, step: Step, report: WorkReport) -> bool:
        """Judge an INTENDED step and act on the verdict; False when the operation must wait."""
        now = self._service.clock.now()
        if step.kind in PIVOTS and guarded_until(now, self._service.policy.merge):
            return False
        if step.sent_at is not None and stands_already(self._service, self._pen, operation, step):
            return True
        verdict = judge_before_send(self._service, operation, step)
        is_used_up = step.attempts and step.attempts % self._service.limits.sends_max == 0
        if isinstance(verdict, Ready) and is_used_up:
            verdict = Hold(reason=f"sent {step.attempts} times, never seen on the platform")
        if isinstance(verdict, Ready):
            return self._send(operation, step, verdict, report)
        return turn_away(self._service, self._pen, operation, step, verdict)

    def _claim(self, operation: Operation, step: Step, verdict: Ready) -> Step | None:
        """Commit SENDING, unless its family or everything was stopped since work began."""
        change = claimed(step, verdict.effect, self._service.clock.host())
        with self._service.store.begin(epoch=self._pen.epoch) as unit:
            if not may_write(unit, operation.main_id):
                return None
            unit.journal.record_event(
                change.before, change.event, change.after, BY, self._service.clock.host()
            )
            unit.commit()
        tell_step(change)
        return change.after

    def _send(self, operation: Operation, step: Step, verdict: Ready, report: WorkReport) -> bool:
        """Commit SENDING, send once, commit what came of it; False when it must wait."""
        begun = self._service.clock.monotonic()
        sending = self._claim(operation, step, verdict)
        if sending is None:
            return False
        report.sends += 1
        try:
            receipt = self._writer.send(sending.effect, self._in_time(begun))
        except _TooLate as late:
            due_at = backoff_until(sending, self._service.clock.host(), None)
            self._record(sending, StepEvent.NOT_SENT, str(late), due_at=due_at)
            return False
        except PlatformUnavailable as down:
            due_at = backoff_until(sending, self._service.clock.host(), down.retry_after_seconds)
            self._record(sending, StepEvent.NOT_SENT, str(down), due_at=due_at)
            return False
        except PlatformDenied as denied:
            due_at = backoff_until(sending, self._service.clock.host(), None)
            self._record(sending, StepEvent.NOT_SENT, str(denied), due_at=due_at)
            raise
        except (PlatformRefused, RecordMissing) as refused:
            self._record(sending, StepEvent.REFUSED, str(refused))
            return True
        except (OutcomeUnknown, ReplyMalformed) as doubt:
            self._record(sending, StepEvent.UNCLEAR, str(doubt))
            return True
        self._check(operation, sending, receipt.remote_id)
        return True

    def _in_time(self, begun: timedelta) -> Callable[[], None]:
        """Asked right before the first byte leaves: is the claim still as good as new?"""

        def may_leave() -> None:
            passed = self._service.clock.monotonic() - begun
            if is_stale(passed, self._service.limits.margin):
                raise _TooLate(f"not sent: {passed.total_seconds():.0f} s passed since its record")

        return may_leave

    def _check(self, operation: Operation, sending: Step, remote_id: int | None) -> None:
        """The platform said yes: see it before believing it."""
        try:
            sight = look_after_send(self._service, operation, sending, remote_id)
        except PlatformError as doubt:
            self._record(sending, StepEvent.UNCLEAR, f"answered yes, not checked: {doubt}")
            return
        if isinstance(sight, Seen):
            change = happened(sending, StepEvent.ACCEPTED, remote_id=sight.remote_id)
            record_change(self._service, self._pen, change)
        elif isinstance(sight, Contradicted):
            reason = f"answered yes, but {sight.reason}"
            change = happened(sending, StepEvent.REFUSED, reason=reason, remote_id=remote_id)
            record_change(self._service, self._pen, change)
        elif isinstance(sight, NotSeen):
            self._record(sending, StepEvent.UNCLEAR, "answered yes, but it does not show")

    def _record(
        self, step: Step, event: StepEvent, reason: str, *, due_at: datetime | None = None
    ) -> None:
        lost_at = self._service.clock.host() if event is StepEvent.UNCLEAR else None
        change = happened(step, event, reason=reason, due_at=due_at, lost_at=lost_at)
        record_change(self._service, self._pen, change)
