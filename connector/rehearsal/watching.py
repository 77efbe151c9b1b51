"""Watching a month: what the journal and the findings say after each turn, at the platform's time."""

from __future__ import annotations

from datetime import datetime

from connector.domain.money import ZERO
from connector.domain.refusals import Refusal, Weight
from connector.ports.store import Finding
from connector.rehearsal.outcome import (
    Asked,
    Held,
    Merged,
    MergedSource,
    Outcome,
    Refused,
    StillOff,
    Turned,
)
from connector.runtime.service import Service
from connector.runtime.views import load_overview
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationState, Step, StepKind
from connector.sandbox.ledger.standing import overdue_amount
from connector.sandbox.world import World

OFF = frozenset({"blocked", "disabled"})
DONE = (OperationState.OPEN, OperationState.CLOSED, OperationState.WITHDRAWN)


class Watcher:
    """Notes each thing once, when it is first seen."""

    def __init__(self, service: Service, begin: datetime) -> None:
        self._service = service
        self._seen: set[tuple[str, int]] = set()
        self._asked: set[str] = set()
        self._refused: dict[tuple[int, Refusal], datetime] = {}
        self._standing: frozenset[tuple[int, Refusal]] = frozenset()
        self.outcome = Outcome(begin=begin, end=begin)
        self._seen.update(key for key, _, _ in self._confirmed())

    def look(self, at: datetime) -> None:
        """Note what is new."""
        for key, operation, step in self._confirmed():
            if key not in self._seen:
                self._seen.add(key)
                self._note(at, operation, step)
        with self._service.store.begin() as unit:
            found = unit.findings.load_refusals()
        self._standing = frozenset(_key(row) for row in found)
        for row in found:
            self._refused.setdefault(_key(row), at)

    def ask(self, at: datetime, waiting: tuple[Operation, ...]) -> None:
        """Note what a person would have been asked."""
        for operation in waiting:
            if operation.plan_id not in self._asked:
                self._asked.add(operation.plan_id)
                asked = Asked(
                    at=at,
                    what=f"approve {operation.kind}",
                    main=operation.main_id,
                    total=operation.total,
                    why=operation.why,
                )
                self.outcome.asked.append(asked)

    def ask_to_unfreeze(self, at: datetime, why: str) -> None:
        """Note that nothing would have been written until a person had said so."""
        asked = Asked(at=at, what="unfreeze", main=0, total=ZERO, why=why)
        self.outcome.asked.append(asked)

    def end(self, world: World) -> Outcome:
        """The outcome, with what is left."""
        overview = load_overview(self._service)
        self.outcome.end = world.now()
        self.outcome.held = [
            Held(step=row.name, account=row.step.account_id, reason=row.step.reason)
            for row in overview.held
        ] + [
            Held(step=row.plan_id, account=row.main_id, reason=row.why)
            for row in overview.unverified
        ]
        self.outcome.broken = [
            f"{row.resource} {row.object_id}: {row.problem}" for row in overview.quarantine
        ]
        self.outcome.refused = [
            _refused(at, main_id, refusal, stands=(main_id, refusal) in self._standing)
            for (main_id, refusal), at in self._refused.items()
        ]
        self.outcome.still_off = list(_still_off(world, [key[1] for key in self._standing]))
        return self.outcome

    def _confirmed(self) -> list[tuple[tuple[str, int], Operation, Step]]:
        with self._service.store.begin() as unit:
            operations = unit.journal.load_operations(set(DONE))
        return [
            ((operation.plan_id, step.number), operation, step)
            for operation in operations
            for step in operation.steps
            if step.state is StepState.CONFIRMED
        ]

    def _note(self, at: datetime, operation: Operation, step: Step) -> None:
        turned = Turned(at=at, account=step.account_id, main=operation.main_id)
        if step.kind is StepKind.RELEASE:
            self.outcome.released.append(turned)
        elif step.kind is StepKind.SUSPEND:
            self.outcome.suspended.append(turned)
        elif step.kind is StepKind.ISSUE:
            self.outcome.merged.append(_merged(at, operation))


def _key(row: Finding) -> tuple[int, Refusal]:
    return row.main_id, row.refusal


def _merged(at: datetime, operation: Operation) -> Merged:
    return Merged(
        at=at,
        plan=operation.plan_id,
        main=operation.main_id,
        cycle=operation.cycle_start,
        total=operation.total,
        sources=tuple(
            MergedSource(account=row.account_id, number=row.number, total=row.total)
            for row in operation.sources
        ),
    )


def _refused(at: datetime, main_id: int, refusal: Refusal, *, stands: bool) -> Refused:
    return Refused(
        at=at,
        main=main_id,
        account=refusal.account_id,
        rule=refusal.rule,
        sentence=refusal.sentence,
        mend=refusal.mend,
        asks=refusal.weight is Weight.ACT,
        stands=stands,
    )


def _still_off(world: World, standing: list[Refusal]) -> list[StillOff]:
    """Aggregated sub-accounts that are off, each with the best reason there is."""
    said = {row.account_id: row.sentence for row in standing}
    found: list[StillOff] = []
    for link in sorted(world.links.values(), key=lambda link: link.sub_id):
        sub = world.customers.get(link.sub_id)
        if sub is None or link.mode != "aggregated" or sub.status not in OFF:
            continue
        debt, own = overdue_amount(world, link.main_id), overdue_amount(world, sub.id)
        why = f"owes {own} overdue itself" if own else ""
        why = why or (f"main account {link.main_id} owes {debt} overdue" if debt else "")
        told = next((text for account, text in said.items() if account == sub.id), "")
        why = told or why or "was off before, and not for its main account's debt"
        found.append(StillOff(account=sub.id, main=link.main_id, status=sub.status, why=why))
    return found
