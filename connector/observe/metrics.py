"""Figures for Prometheus, left in a file that node_exporter's textfile collector picks up.

Labels are words from closed sets: no account, name or document ever becomes one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from connector.errors import ConnectorError

READABLE = 0o644
"""Whoever collects the file is another user than we are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What one audit came to."""

    findings: Mapping[tuple[str, str, str], int]  #: by rule, law and gravity; zeros too
    families: int
    documents: int
    duration: timedelta
    operations: Mapping[str, int]  #: by what they wait for
    charged_twice: Decimal  #: between merged invoices and the reliefs of their sources
    ended_at: datetime


def write_metrics(path: Path, figures: Figures) -> None:
    """Put the figures in a file's place, whole or not at all.

    Raises:
        ConnectorError: the file cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(generate_latest(_registry(figures)))
        beside.chmod(READABLE)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ConnectorError(
            f"the figures cannot be written to {path}: {error.strerror}"
        ) from error


def _registry(figures: Figures) -> CollectorRegistry:
    registry = CollectorRegistry()
    findings = Gauge(
        "linked_accounts_audit_findings",
        "Findings of the latest audit.",
        ("rule", "law", "gravity"),
        registry=registry,
    )
    for labels, count in figures.findings.items():
        findings.labels(*labels).set(count)
    operations = Gauge(
        "linked_accounts_operations",
        "Operations that have not ended, held steps, parked families, merges that do not add up.",
        ("state",),
        registry=registry,
    )
    for state, count in figures.operations.items():
        operations.labels(state).set(count)
    plain: dict[str, tuple[str, float | Decimal]] = {
        "audit_families": ("Families looked at by the latest audit.", figures.families),
        "audit_documents": ("Documents read by the latest audit.", figures.documents),
        "audit_duration_seconds": (
            "How long the latest audit took.",
            figures.duration.total_seconds(),
        ),
        "audit_last_success_timestamp_seconds": (
            "When the latest audit ended.",
            figures.ended_at.timestamp(),
        ),
        "charged_twice_amount": (
            "By how much families stand charged twice until their sources are relieved.",
            figures.charged_twice,
        ),
    }
    for name, (about, value) in plain.items():
        Gauge(f"linked_accounts_{name}", about, registry=registry).set(float(value))
    return registry
