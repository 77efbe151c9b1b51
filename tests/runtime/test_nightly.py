"""The nightly audit: once a day at its hour, in nobody's way, and its figures for Prometheus."""

from __future__ import annotations

import re
import stat
import threading
from datetime import datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from connector.config import Settings
from connector.config.sections import AuditSettings, PlatformSettings
from connector.domain.ids import PlanId
from connector.domain.invoices import InvoiceStatus
from connector.domain.marker import Marker
from connector.errors import ConnectorError, PlatformUnavailable
from connector.observe.metrics import write_metrics
from connector.runtime import facts
from connector.runtime.audit import run_audit
from connector.runtime.audit_record import figures_of
from connector.runtime.nightly import Nightly, is_due
from connector.runtime.schedule import Schedule
from connector.saga.audit.rules import Rule
from connector.saga.audit.scene import AuditBounds
from tests.build import ZONE
from tests.runtime.rig import Rig

HOUR = 4


def settings(**audit: object) -> Settings:
    """Settings with an audit at four, in the platform's zone."""
    platform = PlatformSettings(base_url="http://splynx.example", timezone=ZONE.key)
    return Settings(platform=platform, audit=AuditSettings(**{"hour": HOUR, **audit}))


@pytest.fixture
def nightly(rig: Rig) -> Nightly:
    """The audit of a service that was started at noon, over one merged family."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.sync()
    return Nightly(lambda: rig.service, rig.pen, settings())


def audits(rig: Rig) -> int:
    """How often all families were read by an audit."""
    return rig.platform.reads.count("read_open_invoices")


@pytest.mark.parametrize(
    ("now", "latest", "due"),
    [
        ("2026-01-10 03:59", "2026-01-09 12:00", False),
        ("2026-01-10 04:00", "2026-01-09 12:00", True),
        ("2026-01-10 23:00", "2026-01-10 05:00", False),
        ("2026-01-10 01:00", "2026-01-08 12:00", True),
        ("2026-01-12 03:00", "2026-01-10 05:00", True),
    ],
)
def test_it_is_due_when_its_hour_has_passed(now: str, latest: str, due: bool) -> None:  # noqa: FBT001 - a table
    """Also where the service was down at that hour."""

    def local(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=ZONE)

    assert is_due(local(now), HOUR, local(latest)) is due


def test_it_runs_once_a_day(rig: Rig, nightly: Nightly) -> None:
    """Not when the service starts, at its hour, and then not before the next day."""
    before = audits(rig)
    nightly.tick()
    assert audits(rig) == before
    for _ in range(3):
        rig.clock.pass_by(hours=16)
        nightly.tick()
        nightly.tick()
    assert audits(rig) == before + 2
    assert rig.fact(facts.AUDIT_LATEST) is not None


def test_it_can_be_switched_off(rig: Rig, nightly: Nightly) -> None:
    """By a reload, too."""
    before = audits(rig)
    nightly.settings = settings(hour="off")
    rig.clock.pass_by(days=3)
    nightly.tick()
    assert audits(rig) == before


def test_a_platform_that_is_down_is_asked_again_an_hour_later(rig: Rig, nightly: Nightly) -> None:
    """The trouble ends here; it ends neither the service nor the day's audit."""
    rig.family(5, (6,))
    rig.family(7, (8,))
    rig.platform.fail_read("read_open_invoices", PlatformUnavailable("down"))
    rig.clock.pass_by(days=1)
    nightly.tick()
    assert rig.fact(facts.AUDIT_LATEST) is None
    rig.platform.mend()
    nightly.tick()
    assert rig.fact(facts.AUDIT_LATEST) is None
    rig.clock.pass_by(hours=1)
    nightly.tick()
    assert rig.fact(facts.AUDIT_LATEST) is not None


def test_a_stopping_service_leaves_the_audit_to_the_next_one(rig: Rig, nightly: Nightly) -> None:
    """Nothing of it is kept."""
    rig.clock.pass_by(days=1)
    rig.stop.set()
    nightly.tick()
    assert rig.fact(facts.AUDIT_LATEST) is None


def test_it_writes_nothing_and_freezes_what_concerns_everybody(rig: Rig, nightly: Nightly) -> None:
    """In act mode, with a writer at hand."""
    sent = len(rig.platform.sent)
    rig.world.change_invoice(1001, memo=str(Marker(plan_id=PlanId("A" * 20), step=1)))
    rig.clock.pass_by(days=1)
    nightly.tick()
    assert len(rig.platform.sent) == sent
    assert "concern everybody" in (rig.fact(facts.FROZEN) or "")


# -- figures --------------------------------------------------------------------------------


def figures_in(path: Path) -> dict[tuple[str, str], float]:
    """Every figure by its name, and its rule or state."""
    return {
        (sample.name, sample.labels.get("rule") or sample.labels.get("state", "")): sample.value
        for family in text_string_to_metric_families(path.read_text())
        for sample in family.samples
    }


def test_the_figures_are_left_in_a_file(rig: Rig, nightly: Nightly, tmp_path: Path) -> None:
    """Readable by others, replaced as a whole, every rule with its count."""
    path = tmp_path / "linked_accounts.prom"
    nightly.settings = settings(metrics_file=str(path))
    rig.world.change_invoice(1001, status=InvoiceStatus.DELETED)
    rig.clock.pass_by(days=1)
    nightly.tick()
    found = figures_in(path)
    assert found["linked_accounts_audit_findings", "merged_gone"] == 1
    assert found["linked_accounts_audit_findings", "billed_twice"] == 0
    assert {rule.value for rule in Rule} == {
        label for name, label in found if name == "linked_accounts_audit_findings"
    }
    assert found["linked_accounts_audit_families", ""] == 1
    assert found["linked_accounts_operations", "held"] == 0
    assert found["linked_accounts_charged_twice_amount", ""] == 0
    stamp = found["linked_accounts_audit_last_success_timestamp_seconds", ""]
    assert stamp == rig.clock.host().timestamp()
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [each.name for each in tmp_path.glob("*prom*")] == [path.name]


def test_no_label_names_anybody(rig: Rig, nightly: Nightly, tmp_path: Path) -> None:
    """Labels are words from closed sets."""
    path = tmp_path / "x.prom"
    rig.world.change_invoice(1001, status=InvoiceStatus.DELETED)
    write_metrics(path, figures_of(rig.service, run_audit(rig.service, AuditBounds())))
    labels = set(re.findall(r'(\w+)="([^"]*)"', path.read_text()))
    assert {name for name, _ in labels} == {"rule", "law", "gravity", "state"}
    laws = [value for name, value in labels if name == "law"]
    assert [value for value in laws if not re.fullmatch(r"I\d+", value)] == []


def test_a_file_that_cannot_be_written_is_told(rig: Rig, nightly: Nightly, tmp_path: Path) -> None:
    """And the one that was there stays."""
    figures = figures_of(rig.service, run_audit(rig.service, AuditBounds()))
    with pytest.raises(ConnectorError, match="cannot be written to"):
        write_metrics(tmp_path / "nowhere" / "x.prom", figures)
    nightly.settings = settings(metrics_file=str(tmp_path / "nowhere" / "x.prom"))
    rig.clock.pass_by(days=1)
    nightly.tick()  # the audit itself is kept
    assert rig.fact(facts.AUDIT_LATEST) is not None


# -- beside the turns -----------------------------------------------------------------------


def test_a_turn_does_not_wait_for_what_runs_beside() -> None:
    """The audit is under way while turns begin and end; its failure is its own."""
    begun, turned, release = threading.Event(), threading.Event(), threading.Event()

    def beside() -> None:
        begun.set()
        release.wait(20)
        raise ValueError("a defect")

    failures: list[BaseException] = []
    told: list[BaseException] = []
    schedule = Schedule(turned.set, failures.append, 3600)
    schedule.add_beside(beside, told.append, 3600)
    schedule.start()
    schedule._scheduler.modify_job("beside", next_run_time=datetime.now(tz=ZONE))
    assert begun.wait(20)
    turned.clear()
    schedule.nudge()
    assert turned.wait(20)
    release.set()
    schedule.drain()
    assert failures == []
    assert [str(each) for each in told] == ["a defect"]
