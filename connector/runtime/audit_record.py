"""What is kept of an audit: the latest one for `status`, and a freeze where it concerns everybody.

Our own store is written, the platform never. No lease is needed: facts are no writes of ours to
the platform, and a freeze only ever stops some.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from connector.domain.money import add_up
from connector.observe.events import Event as Log
from connector.observe.metrics import Figures
from connector.ports.store import UnitOfWork
from connector.runtime import facts
from connector.runtime.audit import AuditReport
from connector.runtime.cycle import load_standing
from connector.runtime.service import Service
from connector.runtime.stops import load_stop
from connector.runtime.twice import find_charged_twice
from connector.saga.audit.judge import concerns_all
from connector.saga.audit.rules import Rule
from connector.saga.audit.scene import AuditFinding

TOLD_MAX = 100
"""Findings that are kept for `status`, the gravest first; a report has all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldFinding:
    """A finding of the latest audit."""

    rule: str
    gravity: str
    main_id: int | None
    account_id: int | None
    subject: str
    sentence: str
    mend: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LatestAudit:
    """The latest audit over all families."""

    ended_at: datetime  #: host clock, UTC
    families: int
    documents: int
    wrong: int  #: findings that ask something of people
    grave: int  #: those among them that are grave
    told: tuple[ToldFinding, ...]


def record_audit(service: Service, report: AuditReport, epoch: int | None = None) -> None:
    """Keep the latest audit of all families; one of some families says too little."""
    if not report.is_whole:
        return
    latest = LatestAudit(
        ended_at=report.ended_at,
        families=report.families,
        documents=report.documents,
        wrong=report.wrong,
        grave=report.grave,
        told=tuple(_told(finding) for finding in report.findings[:TOLD_MAX]),
    )
    text = json.dumps({**asdict(latest), "ended_at": latest.ended_at.isoformat()})
    with service.store.begin(epoch=epoch) as unit:
        unit.facts.record(facts.AUDIT_LATEST, text)
        unit.commit()
    if report.grave:
        sentence = f"the audit found {report.grave} grave things: {report.findings[0].sentence}"
        service.alerts.alert(Log.AUDIT_GRAVE, sentence)


def load_latest(unit: UnitOfWork) -> LatestAudit | None:
    """The latest audit, or None; also where a rehearsal has masked it."""
    text = unit.facts.load(facts.AUDIT_LATEST)
    try:
        kept: dict[str, Any] = json.loads(text or "null") or {}
    except ValueError:
        return None
    if not kept:
        return None
    told = tuple(ToldFinding(**row) for row in kept.pop("told"))
    ended_at = datetime.fromisoformat(kept.pop("ended_at"))
    return LatestAudit(ended_at=ended_at, told=told, **kept)


def freeze_for(service: Service, report: AuditReport, epoch: int | None = None) -> str:
    """Freeze all writes for what concerns everybody; the reason, or an empty text.

    What a person unfroze once is not frozen for again: only what is new stops the writing.
    """
    found = {finding.identity: finding for finding in concerns_all(report.findings)}
    with service.store.begin(epoch=epoch) as unit:
        known = set((unit.facts.load(facts.AUDIT_FROZE) or "").splitlines())
        new = [found[identity] for identity in found if identity not in known]
        if not new or load_stop(unit) is not None:
            return ""
        why = f"the audit found {len(new)} things that concern everybody: {new[0].sentence}"
        unit.facts.record(facts.FROZEN, why)
        unit.facts.record(facts.AUDIT_FROZE, "\n".join(sorted(found)))
        unit.commit()
    service.alerts.alert(Log.WRITES_FROZEN, why)
    return why


def figures_of(service: Service, report: AuditReport) -> Figures:
    """The figures of an audit, and of what stands open after it."""
    standing = load_standing(service)
    with service.store.begin() as unit:
        unfinished = unit.journal.load_unfinished()
    twice = find_charged_twice(unfinished, service.policy.mode, standing.frozen)
    return Figures(
        findings={(rule.value, rule.law, rule.gravity.value): report.counts[rule] for rule in Rule},
        families=report.families,
        documents=report.documents,
        duration=report.ended_at - report.started_at,
        operations={
            "open": standing.open,
            "held": standing.held,
            "parked_families": standing.parked,
            "unverified": standing.unverified,
        },
        charged_twice=add_up(row.amount for row in twice),
        ended_at=report.ended_at,
    )


def _told(finding: AuditFinding) -> ToldFinding:
    return ToldFinding(
        rule=finding.rule.value,
        gravity=finding.rule.gravity.value,
        main_id=finding.main_id,
        account_id=finding.account_id,
        subject=finding.subject,
        sentence=finding.sentence,
        mend=finding.mend,
    )
