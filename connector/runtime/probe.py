"""Probe: try on a test customer what this installation keeps of our documents, and record it.

The writes go the one way that all writes go, as steps of an operation in the journal. Whoever asks
takes the lease for it; the writer reaches this one account and no other. A probe that was cut off
is taken up again by the next one on the same account.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import structlog

from connector.domain.ids import AccountId, CreditNoteId
from connector.domain.invoices import Invoice
from connector.domain.money import ZERO, told
from connector.domain.sources import MAIN_MAY_PAY
from connector.errors import ConnectorError, RecordMissing, ReplyMalformed
from connector.observe.events import Event as Log
from connector.ports.platform import Reading
from connector.ports.store import UnitOfWork
from connector.runtime import facts
from connector.runtime.families import or_none, whole
from connector.runtime.poll import look_before_write
from connector.runtime.recover import record_change, record_found_at_start, reload
from connector.runtime.service import Pen, Service
from connector.runtime.stops import load_stop
from connector.runtime.work import work_on
from connector.saga.machine import happened, held_steps
from connector.saga.planning import Origin
from connector.saga.probing import invoice_id_of, operation_of_probe, plan_next
from connector.saga.proofs import (
    ESSENTIAL,
    Capability,
    Grade,
    Proof,
    Trace,
    judge_probe,
    leftover_of,
    own_number_of,
)
from connector.saga.recovery import quiet_from
from connector.saga.states import FINISHED, StepEvent, StepState
from connector.saga.steps import Operation, OperationKind, OperationState, Step, StepKind

T = TypeVar("T")
ROUNDS_MAX = 12
"""Turns of one probe; five steps take five, and each held one is given up in one more."""

NOBODY = AccountId(2**31 - 1)
"""An account that no installation has: asked for its documents, an honest filter finds none."""

ONE_DAY = timedelta(days=1)
A_MINUTE = timedelta(minutes=1)

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("connector.probe")


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeReport:
    """What a probe came to."""

    proofs: tuple[Proof, ...]
    leftover: str  #: what must be cleared away by hand, or ""
    waits_until: datetime | None = None  #: not ended: a step waits for time; host clock


def run_probe(
    service: Service, pen: Pen, account_id: AccountId, by: str, *, wait: timedelta
) -> ProbeReport:
    """Carry a probe out from its first write to the record of what it found.

    Args:
        service: with a writer that reaches this account alone.
        pen: our right to write.
        account_id: the designated test customer.
        by: who asked.
        wait: how long to wait, in all, for steps that only time holds back.

    Raises:
        ConnectorError: the account must not be probed, or nothing may be written now.
        PlatformError: the platform cannot be read, or denies a write.
    """
    record_found_at_start(service, pen)
    look_before_write(service, pen)
    with service.store.begin() as unit:
        if stop := load_stop(unit):
            raise ConnectorError(f"all writes are frozen: {stop}")
    operation = _load_unfinished(service, account_id)
    if operation is None:
        operation = _begin(service, pen, account_id, by)
    waited = timedelta()
    for _ in range(ROUNDS_MAX):
        work_on(service, pen, operation)
        operation = _give_up_lost(service, pen, reload(service, operation.plan_id), by)
        if operation.state is not OperationState.OPEN:
            raise ConnectorError(f"the probe was given up: {operation.why}; ask for it again")
        if until := _waits_until(service, operation):
            pause = max(until - service.clock.host(), timedelta(milliseconds=50))
            if waited + pause > wait:
                return ProbeReport(proofs=(), leftover="", waits_until=until)
            waited += pause
            pen.stop.wait(pause.total_seconds())
            continue
        invoice = _read_invoice(service, operation)
        account = or_none(service.reader.read_account, account_id)
        following = plan_next(operation, invoice, account, _today(service))
        if following is None:
            return _end(service, pen, operation, by)
        _add(service, pen, following)
        operation = reload(service, operation.plan_id)
    return ProbeReport(proofs=(), leftover="", waits_until=service.clock.host() + A_MINUTE)


def judge_account(service: Service, account_id: AccountId) -> str:
    """Why an account must not be probed, or "": it must be nobody's, owe nothing and have nothing."""
    today = _today(service)
    with service.store.begin() as unit:
        links = unit.links.load_map(today)
    if account_id in links.main_ids or links.main_ids_of(account_id):
        return f"account {account_id} is linked: a probe needs a customer who belongs to nobody"
    try:
        account = service.reader.read_account(account_id)
        balance = service.reader.read_billing(account_id).balance
    except RecordMissing:
        return f"account {account_id} is not on the platform"
    native = whole(service.reader.read_native_subs())
    if account.native_main_id is not None or any(
        row.native_main_id == account_id for row in native
    ):
        return f"account {account_id} is linked by Splynx itself"
    if account.status not in MAIN_MAY_PAY:
        return f"account {account_id} is {account.status}: activate it"
    opened = _listed(lambda: service.reader.read_open_invoices([account_id]), [])
    if balance != ZERO or opened:
        return (
            f"account {account_id} has a balance of {told(balance)} or open invoices: a probe needs "
            "a customer with neither, or its invoice would be paid before it is settled"
        )
    return ""


def load_proofs(unit: UnitOfWork) -> Iterator[tuple[Capability, dict[str, str]]]:
    """What the latest probe recorded: grade, sentence, day, release and mapping of each."""
    for capability in Capability:
        text = unit.facts.load(facts.proof(capability.name.lower()))
        if text is not None:
            yield capability, json.loads(text)


def _load_unfinished(service: Service, account_id: AccountId) -> Operation | None:
    with service.store.begin() as unit:
        open_ones = unit.journal.load_operations({OperationState.OPEN}, account_id)
    return next((op for op in open_ones if op.kind is OperationKind.PROBE), None)


def _begin(service: Service, pen: Pen, account_id: AccountId, by: str) -> Operation:
    if problem := judge_account(service, account_id):
        raise ConnectorError(problem)
    due_days = service.reader.read_billing(account_id).due_days
    origin = Origin(install_id=service.store.install_id, at=service.clock.now())
    operation = operation_of_probe(account_id, due_days, origin)
    with service.store.begin(epoch=pen.epoch) as unit:
        unit.journal.record_operation(operation, service.clock.host(), by)
        unit.commit()
    return operation


def _add(service: Service, pen: Pen, step: Step) -> None:
    with service.store.begin(epoch=pen.epoch) as unit:
        unit.journal.record_steps([step], service.clock.host())
        unit.commit()


def _give_up_lost(service: Service, pen: Pen, operation: Operation, by: str) -> Operation:
    """A step that is held, or a mark that does not stick, has been found out about: we go on."""
    changes = [
        happened(step, StepEvent.CANCEL_ASKED, reason=step.reason) for step in held_steps(operation)
    ]
    changes += [
        happened(step, StepEvent.WITHDRAWN, reason="sent twice, and never there")
        for step in operation.steps
        if step.kind is StepKind.MARK and step.state is StepState.INTENDED and step.attempts > 1
    ]
    for change in changes:
        record_change(service, pen, change, by)
    return reload(service, operation.plan_id) if changes else operation


def _waits_until(service: Service, operation: Operation) -> datetime | None:
    """When the step under way can go on; at a guarded hour we do not know, and look in a minute."""
    for step in operation.steps:
        if step.state not in FINISHED:
            quiet = quiet_from(step, service.limits.quiescence)
            return step.due_at or quiet or service.clock.host() + A_MINUTE
    return None


def _end(service: Service, pen: Pen, operation: Operation, by: str) -> ProbeReport:
    """Read once more, judge, record what was found, and close."""
    trace = _read_trace(service, operation)
    proofs, leftover = judge_probe(operation, trace), leftover_of(trace)
    found = service.reader.capabilities
    at = service.clock.host().astimezone(UTC).isoformat(timespec="seconds")
    lost = [row for row in proofs if row.grade is Grade.MISSING]
    is_proven = not any(row.capability in ESSENTIAL for row in lost)
    with service.store.begin(epoch=pen.epoch) as unit:
        for row in proofs:
            told_of = {
                "grade": row.grade.value,
                "sentence": row.sentence,
                "at": at,
                "release": found.release,
                "mapping": found.mapping_hash,
            }
            name = facts.proof(row.capability.name.lower())
            unit.facts.record(name, json.dumps(told_of, ensure_ascii=True))
        number = own_number_of(trace)
        unit.facts.record(facts.OWN_NUMBER, "" if number is None else str(number))
        unit.facts.record(facts.MARKER, f"by a probe of {by}, {at}" if is_proven else "")
        unit.journal.record_state(
            operation.plan_id, OperationState.CLOSED, leftover, by, service.clock.host()
        )
        unit.commit()
    _log.info(Log.PROBE_DONE, proven=is_proven, lost=[row.capability.value for row in lost])
    return ProbeReport(proofs=proofs, leftover=leftover)


# -- reading --------------------------------------------------------------------------------


def _read_invoice(service: Service, operation: Operation) -> Invoice | None:
    number = invoice_id_of(operation)
    return None if number is None else or_none(service.reader.read_invoice, number)


def _read_trace(service: Service, operation: Operation) -> Trace:
    """What the probe left behind, by number and in lists; and what filters answer."""
    number = next((s.remote_id for s in operation.steps if s.kind is StepKind.SETTLE), None)
    note = None
    if number is not None:
        note = or_none(service.reader.read_credit_note, CreditNoteId(number))
    reader, account_id = service.reader, operation.main_id
    since = operation.created_at.date() - ONE_DAY
    lies: list[str] = []
    listed = _listed(lambda: reader.read_invoices([account_id], since), lies)
    listed_notes = _listed(lambda: reader.read_credit_notes(account_id, since), lies)
    later = since + timedelta(days=400)
    for what, ask in (
        ("an account without invoices", lambda: reader.read_invoices([NOBODY], since)),
        ("a later day", lambda: reader.read_invoices([account_id], later)),
        ("open invoices", lambda: reader.read_open_invoices([NOBODY])),
    ):
        rows = _listed(ask, lies)
        lies += [f"asked for {what}, the list shows {len(rows)}"] if rows else []
    notes = _listed(lambda: reader.read_credit_notes(NOBODY, since), lies)
    lies += [f"asked for nobody's credit notes, the list shows {len(notes)}"] if notes else []
    return Trace(
        invoice=_read_invoice(service, operation),
        note=note,
        listed=listed,
        listed_notes=listed_notes,
        changes=_listed(lambda: reader.read_status_changes([account_id]), lies),
        lies=tuple(dict.fromkeys(lies)),
    )


def _listed(ask: Callable[[], Reading[T]], lies: list[str]) -> tuple[T, ...]:
    """The rows of a list; one that cannot be believed is noted, and shows nothing."""
    try:
        return ask().rows
    except ReplyMalformed as lie:
        lies.append(str(lie))
        return ()


def _today(service: Service) -> date:
    return service.clock.now().date()
