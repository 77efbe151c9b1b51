"""The audit: read every family, judge it, and tell what is wrong. Writes nothing to the platform.

It works in every mode, beside a running service and without the lease. Whatever it finds in a
family is looked for a second time, on fresh records, before it is told: what was only passing is
gone by then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from threading import Event

from connector.domain.ids import AccountId
from connector.errors import PlatformUnavailable
from connector.runtime.abreast import abreast
from connector.runtime.audit_reading import read_scene
from connector.runtime.service import Service
from connector.saga.audit.judge import judge_scene
from connector.saga.audit.rules import Gravity, Rule
from connector.saga.audit.scene import AuditBounds, AuditFinding

FINDINGS_KEPT = 5000
"""Findings held in memory and told one by one; all are counted."""

TROUBLES_MAX = 3
"""Families that the platform fails to show before the audit is given up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyAudit:
    """What the audit of one family came to."""

    main_id: AccountId
    documents: int = 0
    findings: tuple[AuditFinding, ...] = ()
    is_moving: bool = False  #: the service kept writing to it: it was not judged
    trouble: PlatformUnavailable | None = None


@dataclass(kw_only=True, slots=True)
class AuditReport:
    """What an audit came to."""

    started_at: datetime  #: host clock, UTC
    ended_at: datetime
    is_whole: bool  #: whether it was over all families, and came to its end
    families: int = 0
    documents: int = 0
    events: int = 0  #: rows of the journal that were walked
    moving: int = 0  #: families that were not judged, since the service was writing to them
    findings: list[AuditFinding] = field(default_factory=list)  #: the gravest first
    counts: Counter[Rule] = field(default_factory=Counter)  #: all, also those not kept

    @property
    def wrong(self) -> int:
        """How many findings ask something of people."""
        return sum(count for rule, count in self.counts.items() if rule.gravity is not Gravity.NOTE)

    @property
    def grave(self) -> int:
        """How many findings are grave."""
        return sum(count for rule, count in self.counts.items() if rule.gravity is Gravity.GRAVE)

    def add(self, findings: Iterable[AuditFinding]) -> None:
        """Count findings, and keep them as far as there is room."""
        for finding in findings:
            self.counts[finding.rule] += 1
            if len(self.findings) < FINDINGS_KEPT:
                self.findings.append(finding)


def known_families(service: Service) -> tuple[AccountId, ...]:
    """Every family that there is or was; a family whose links have ended has documents still."""
    with service.store.begin() as unit:
        links = unit.links.load_map()
    return tuple(sorted(links.main_ids))


def families_with(service: Service, account_ids: Iterable[int]) -> tuple[AccountId, ...]:
    """The families that some accounts belong to, or ever belonged to.

    Raises:
        LookupError: with the first account that never belonged to any.
    """
    with service.store.begin() as unit:
        links = unit.links.load_map()
    found: set[AccountId] = set()
    for account_id in account_ids:
        mains = links.main_ids_of(AccountId(account_id))
        if not mains:
            raise LookupError(account_id)
        found |= mains
    return tuple(sorted(found))


def run_audit(
    service: Service,
    bounds: AuditBounds,
    main_ids: Iterable[AccountId] | None = None,
    *,
    hands: int = 1,
    stop: Event | None = None,
    told: Callable[[FamilyAudit], None] = lambda _: None,
) -> AuditReport:
    """Audit some families, or all of them and the journal's chain.

    Args:
        service: its writer is not used.
        bounds: how far back it looks.
        main_ids: families by their main accounts; None for all.
        hands: families read side by side.
        stop: ends the audit after the family under way; it is not whole then.
        told: told of each family as it becomes ready.

    Raises:
        PlatformDenied: the key is wrong or lacks a permission.
        PlatformUnavailable: several families could not be read, or not one.
    """
    started_at = service.clock.host()
    report = AuditReport(started_at=started_at, ended_at=started_at, is_whole=main_ids is None)
    chosen = known_families(service) if main_ids is None else tuple(main_ids)
    if main_ids is None:
        _audit_chain(service, report)
    troubles: list[PlatformUnavailable] = []
    for family in abreast(
        partial(_audit_family, service, bounds), chosen, hands=hands, name="audit"
    ):
        report.families += 1
        report.documents += family.documents
        report.moving += family.is_moving
        report.add(family.findings)
        told(family)
        if family.trouble is not None:
            troubles.append(family.trouble)
        if len(troubles) in {TROUBLES_MAX, len(chosen)}:
            raise troubles[-1]
        if stop is not None and stop.is_set():
            report.is_whole = False
            break
    report.findings.sort(key=_gravest_first)
    report.ended_at = service.clock.host()
    return report


def _audit_family(service: Service, bounds: AuditBounds, main_id: AccountId) -> FamilyAudit:
    """Read and judge one family; what is wrong with it, twice."""
    try:
        first = _look(service, bounds, main_id)
        if not first.findings:
            return first
        second = _look(service, bounds, main_id)
    except PlatformUnavailable as trouble:
        return FamilyAudit(
            main_id=main_id, findings=(_unreadable(main_id, str(trouble)),), trouble=trouble
        )
    if second.is_moving:
        return second
    lasting = {finding.identity for finding in first.findings}
    kept = tuple(each for each in second.findings if each.identity in lasting)
    return FamilyAudit(main_id=main_id, documents=second.documents, findings=kept)


def _look(service: Service, bounds: AuditBounds, main_id: AccountId) -> FamilyAudit:
    scene = read_scene(service, main_id, bounds)
    if scene is None:
        return FamilyAudit(main_id=main_id, is_moving=True)
    return FamilyAudit(main_id=main_id, documents=scene.documents, findings=judge_scene(scene))


def _unreadable(main_id: AccountId, sentence: str) -> AuditFinding:
    return AuditFinding(
        rule=Rule.UNREADABLE,
        main_id=main_id,
        account_id=main_id,
        subject=f"family {main_id}",
        sentence=f"family {main_id} could not be read: {sentence}",
        mend="run the audit again when Splynx answers",
    )


def _audit_chain(service: Service, report: AuditReport) -> None:
    chain = service.store.verify_journal()
    report.events = chain.rows
    if chain.problem:
        where = "its end" if chain.broken_row is None else f"event {chain.broken_row}"
        report.add([_of_journal(Rule.CHAIN_BROKEN, where, chain.problem)])
    if chain.stale_row is not None:
        where = f"event {chain.stale_row}"
        sentence = f"{where} was recorded by a process that had lost the lease"
        report.add([_of_journal(Rule.STALE_EPOCH, where, sentence)])


def _of_journal(rule: Rule, where: str, sentence: str) -> AuditFinding:
    return AuditFinding(
        rule=rule,
        main_id=None,
        account_id=None,
        subject=f"journal, {where}",
        sentence=sentence,
        mend="keep a copy of the store as it is, and find out who writes to it besides the service",
    )


def _gravest_first(finding: AuditFinding) -> tuple[int, int, int, str]:
    gravity = list(Gravity).index(finding.rule.gravity)
    rule = list(Rule).index(finding.rule)
    return gravity, rule, finding.main_id or 0, finding.subject
