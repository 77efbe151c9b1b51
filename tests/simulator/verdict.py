"""The judgement at the end of a season: everything has ended, and every cent is in its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connector.domain.policy import Mode
from connector.sandbox.audit.auditor import audit
from tests.simulator.documents import (
    judge_books,
    judge_recharged_taxes,
    judge_releases,
    judge_taxes,
)
from tests.simulator.evidence import Evidence
from tests.simulator.excuses import is_excused
from tests.simulator.landed import Landed
from tests.simulator.leftovers import judge_leftovers

ENDED = frozenset({"closed", "withdrawn"})
OVER = frozenset({"confirmed", "cancelled"})


@dataclass(kw_only=True, slots=True)
class Verdict:
    """What is wrong, what did not end, and what waits for a person."""

    violations: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    held: int = 0
    excused: int = 0
    operations: int = 0


def judge_season(evidence: Evidence, landed: Landed | None = None) -> Verdict:
    """Judge a world at rest; of what landed beyond the quiescence, that nothing is silent."""
    landed = landed or Landed()
    books = landed.without(evidence.books)
    verdict = Verdict(operations=len(evidence.operations))
    verdict.violations += landed.silent
    verdict.violations += judge_books(books)
    verdict.violations += judge_taxes(books)
    verdict.violations += judge_recharged_taxes(books)
    verdict.violations += judge_releases(books)
    verdict.violations += judge_leftovers(evidence)
    _judge_ends(evidence, verdict)
    verdict.violations += [
        f"family {row['main_id']} was parked: {row['reason']}"
        for row in evidence.parkings
        if row["cause"] == "impossible"
    ]
    if evidence.weather.mode is not Mode.OBSERVE:
        _judge_findings(evidence, landed, verdict)
    return verdict


def _judge_ends(evidence: Evidence, verdict: Verdict) -> None:
    for operation in evidence.operations:
        steps = [row for row in evidence.steps if row["plan_id"] == operation["plan_id"]]
        left = [row for row in steps if row["state"] not in OVER]
        held = [row for row in left if row["state"] == "held"]
        told = f"{operation['kind']} {operation['plan_id']} is {operation['state']}"
        if held:
            for row in held:
                waits = f"{told}: step {row['number']} {row['kind']} is held"
                _judge_wait(evidence, verdict, operation["plan_id"], (waits, row["reason"]))
        elif left:
            states = [f"{row['number']} {row['kind']} {row['state']}" for row in left]
            verdict.unfinished.append(f"{told} with {', '.join(states)}")
        elif operation["state"] not in ENDED:
            waits = f"{told} with every step done"
            _judge_wait(evidence, verdict, operation["plan_id"], (waits, operation["why"]))


def _judge_wait(evidence: Evidence, verdict: Verdict, plan_id: str, waits: tuple[str, str]) -> None:
    """What waits for a person must say why, and a person must have caused it."""
    verdict.held += 1
    told, why = waits
    if not why:
        verdict.unfinished.append(f"{told}, without a reason")
    elif not evidence.has_deed(evidence.members_of(plan_id)):
        verdict.violations.append(f"{told} though no person did anything: {why}")


def _judge_findings(evidence: Evidence, landed: Landed, verdict: Verdict) -> None:
    report: Any = audit(evidence.world)
    for finding in report["findings"]:
        if is_excused(evidence, finding) or landed.explains(evidence, finding):
            verdict.excused += 1
            continue
        verdict.violations.append(
            f"auditor: {finding['rule']}: family {finding['family']},"
            f" account {finding['account']}: {finding['detail']}"
        )
