"""``audit``: read every family and its journal, and say what is not as it must be. Writes nothing."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Annotated

from cyclopts import Parameter

from connector.cli.audit_html import as_page
from connector.cli.audit_text import print_report
from connector.cli.common import AsJson, Given
from connector.cli.endings import DONE, FAILED, say
from connector.cli.jsonout import print_document
from connector.cli.opening import load, stop_on_signal
from connector.cli.rendering import progress_bar
from connector.cli.values import AccountNumber
from connector.config import Settings
from connector.domain.ids import AccountId
from connector.errors import ConnectorError
from connector.runtime.audit import (
    AuditReport,
    FamilyAudit,
    families_with,
    known_families,
    run_audit,
)
from connector.runtime.audit_record import freeze_for
from connector.runtime.bootstrap import open_for_looking
from connector.runtime.nightly import bounds_of, keep_audit
from connector.runtime.service import Service

Mains = Annotated[
    tuple[AccountNumber, ...],
    Parameter(
        name="--main",
        help="Only the family of this account; may be given several times.",
        show_default=False,
    ),
]
Freeze = Annotated[
    bool,
    Parameter(help="Freeze all writes for what concerns everybody.", show_default=False),
]
ReportFile = Annotated[
    Path | None, Parameter(name="--report", help="Write a page for the browser to this file.")
]
MetricsFile = Annotated[
    Path | None, Parameter(name="--metrics", help="Write the figures for Prometheus to this file.")
]


def audit(
    *,
    main: Mains = (),
    freeze: Freeze = False,
    report: ReportFile = None,
    metrics: MetricsFile = None,
    json: AsJson = False,
    context: Given,
) -> int:
    """Judge documents, marks, releases and journal; 1 if anything was found."""
    settings = load(context)
    stop = Event()
    with open_for_looking(settings) as wired, stop_on_signal(stop) as signals:
        service = wired.service
        found = _look(service, settings, main, stop)
        frozen = freeze_for(service, found) if freeze else ""
        keep_audit(service, found, settings.audit.metrics_file if metrics is None else str(metrics))
    if report is not None:
        _write_page(report, found)
    if json:
        print_document(_document(found, frozen))
    else:
        print_report(found, frozen)
    if signals:
        say("the audit was ended early: it says nothing of the other families")
        return 128 + signals[0]
    return FAILED if found.wrong else DONE


def _look(service: Service, settings: Settings, mains: tuple[int, ...], stop: Event) -> AuditReport:
    """Audit with a bar to watch."""
    chosen = _chosen(service, mains)
    with progress_bar("families") as bar:
        line = bar.add_task("families", total=len(chosen or known_families(service)))

        def told(_: FamilyAudit) -> None:
            bar.advance(line)

        return run_audit(
            service,
            bounds_of(settings.audit),
            chosen,
            hands=service.limits.concurrency,
            stop=stop,
            told=told,
        )


def _chosen(service: Service, mains: tuple[int, ...]) -> tuple[AccountId, ...] | None:
    if not mains:
        return None
    try:
        return families_with(service, mains)
    except LookupError as stranger:
        raise ConnectorError(
            f"account {stranger} never belonged to a family; `linked-accounts links list` shows all"
        ) from stranger


def _write_page(file: Path, found: AuditReport) -> None:
    try:
        file.write_text(as_page(found), encoding="utf-8")
    except OSError as error:
        raise ConnectorError(f"{file} cannot be written; {error.strerror}") from error


def _document(found: AuditReport, frozen: str) -> dict[str, object]:
    return {
        "started_at": found.started_at,
        "ended_at": found.ended_at,
        "is_whole": found.is_whole,
        "families": found.families,
        "documents": found.documents,
        "events": found.events,
        "moving": found.moving,
        "wrong": found.wrong,
        "grave": found.grave,
        "frozen": frozen or None,
        "counts": {rule.value: count for rule, count in found.counts.items()},
        "findings": [
            {
                "rule": finding.rule,
                "law": finding.rule.law,
                "gravity": finding.rule.gravity,
                "main_id": finding.main_id,
                "account_id": finding.account_id,
                "subject": finding.subject,
                "sentence": finding.sentence,
                "mend": finding.mend,
                "amount": finding.amount,
            }
            for finding in found.findings
        ],
    }
