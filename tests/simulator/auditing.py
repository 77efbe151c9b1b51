"""Our own audit at the end of a season: it must agree with the judges, who know what people did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connector.runtime.audit import AuditReport, run_audit
from connector.saga.audit.rules import Gravity, Rule
from connector.saga.audit.scene import AuditBounds, AuditFinding
from connector.sandbox.audit.auditor import audit
from tests.sandbox.in_process_http import SandboxTransport
from tests.simulator.cabinet import Cabinet
from tests.simulator.clerk import clerk
from tests.simulator.evidence import Evidence
from tests.simulator.excuses import is_excused
from tests.simulator.landed import Landed
from tests.simulator.timeline import Timeline
from tests.simulator.weather import Weather

LISTED = frozenset({Rule.HELD, Rule.UNVERIFIED})
"""What the journal lists for a person anyhow; the other judges see to it that a person caused it."""


MONEY = frozenset(
    {"double_billing", "lost_charge", "not_conserved", "relief_without_merge", "wrong_total"}
)
"""What the witness finds wrong with money: where a person caused it, our audit must see it, too."""


def judge_audit(evidence: Evidence, report: AuditReport, landed: Landed) -> Iterator[str]:
    """Whatever the audit finds, a person must have caused, or the journal lists it.

    And it is not silent where the witness finds what a person caused, or what landed too late.
    """
    if not report.is_whole or report.moving:
        yield f"audit: not whole, {report.moving} families still moving at rest"
    for finding in report.findings:
        if finding.rule not in LISTED and not _is_caused(evidence, finding):
            yield f"audit: {finding.rule}: family {finding.main_id}: {finding.sentence}"
    seen = {finding.main_id for finding in report.findings}
    witnessed: Any = audit(evidence.world)
    for row in witnessed["findings"]:
        is_known = is_excused(evidence, row) or landed.explains(evidence, row)
        # whose merged invoice staff took away was told so, and had it merged again by approval
        is_settled = bool(evidence.handed_back(row["family"]))
        if row["rule"] in MONEY and row["family"] not in seen and is_known and not is_settled:
            yield f"audit: silent about {row['rule']} in family {row['family']}: {row['detail']}"


def _is_caused(evidence: Evidence, finding: AuditFinding) -> bool:
    """Whether a person touched the family's documents; nobody touches the journal."""
    if finding.main_id is None or finding.rule.law in {"I9", "I11", "I16"}:
        return False
    accounts: set[int] = {finding.main_id, finding.account_id or finding.main_id}
    is_noted = evidence.has_deed(accounts) or finding.rule.gravity is Gravity.NOTE
    given_up = {row["account_id"] for row in evidence.given_up()}
    return is_noted or (finding.rule == "marker_left" and finding.account_id in given_up)


def audit_world(
    platform: SandboxTransport, cabinet: Cabinet, timeline: Timeline, weather: Weather
) -> AuditReport:
    """The audit as a process of its own would run it, when all others have ended."""
    with clerk(platform, cabinet, timeline, weather) as service:
        return run_audit(service, AuditBounds())
