"""The audit of a store and a platform: it only reads, sees what lasts, and keeps what it found."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from itertools import count
from threading import Event

import pytest

from connector.domain.ids import AccountId, PlanId
from connector.domain.invoices import InvoiceStatus
from connector.domain.marker import Marker
from connector.domain.policy import Mode
from connector.domain.snapshot import Quarantined
from connector.errors import OutcomeUnknown, PlatformDenied, PlatformUnavailable
from connector.runtime import facts
from connector.runtime.audit import TROUBLES_MAX, AuditReport, families_with, run_audit
from connector.runtime.audit_record import freeze_for, load_latest, record_audit
from connector.runtime.views import load_overview
from connector.saga.audit.rules import Rule
from connector.saga.audit.scene import AuditBounds
from connector.saga.steps import OperationState
from tests.runtime.looks import put_on_agenda
from tests.runtime.rig import ACT, Rig


@pytest.fixture
def merged(rig: Rig) -> Rig:
    """Three invoices of 12.00 merged into 36.00, and closed."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.sync()
    assert rig.operation().state is OperationState.CLOSED
    return rig


def audit(rig: Rig, **values: object) -> AuditReport:
    """The audit of everything."""
    return run_audit(rig.service, AuditBounds(), **values)  # type: ignore[arg-type] # by name


def rules_of(report: AuditReport) -> list[str]:
    """Rules of everything that was found."""
    return [finding.rule.value for finding in report.findings]


def spoil(rig: Rig, *statements: str, values: tuple[object, ...] = ()) -> None:
    """Change the store past all code of ours, as whoever has the file can."""
    with closing(sqlite3.connect(rig.folder / "state.sqlite3")) as store, store:
        for statement in statements:
            store.execute(statement, values)


def test_a_family_as_it_must_be_shows_nothing(merged: Rig) -> None:
    """Documents and rows of the journal are counted; nothing is sent, and nothing recorded."""
    sent, events = len(merged.platform.sent), merged.operation()
    report = audit(merged)
    assert rules_of(report) == []
    assert (report.families, report.documents, report.is_whole) == (1, 7, True)
    assert report.events > 10
    assert (len(merged.platform.sent), merged.operation()) == (sent, events)


def test_it_needs_no_writer_and_works_in_observe_mode(merged: Rig) -> None:
    """And while all writes are frozen."""
    merged.set_policy(replace(ACT, mode=Mode.OBSERVE))
    merged.world.change_invoice(1001, status=InvoiceStatus.DELETED)
    assert rules_of(audit(merged)) == ["merged_gone"]


def test_a_document_that_no_list_shows_is_asked_for_by_its_number(
    merged: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists may be cut off: only the platform's word for this very number makes it gone."""
    real = merged.platform.read_invoices
    monkeypatch.setattr(
        merged.platform,
        "read_invoices",
        lambda ids, since: replace(real(ids, since), rows=()),
    )
    assert rules_of(audit(merged)) == []
    del merged.world.invoices[1001]
    assert rules_of(audit(merged)) == ["merged_gone"]


def test_what_is_only_passing_is_not_told(merged: Rig) -> None:
    """Found at the first look, gone at the second."""
    looks: list[str] = []

    def passing(name: str) -> None:
        looks.append(name)
        due = Decimal(12) if looks.count("read_open_invoices") == 0 else Decimal(0)
        status = InvoiceStatus.NOT_PAID if due else InvoiceStatus.PAID
        merged.world.change_invoice(11, due=due, status=status)

    merged.platform.on_read = passing
    assert rules_of(audit(merged)) == []
    assert looks.count("read_open_invoices") == 2


def test_a_family_that_the_service_writes_to_is_not_judged(merged: Rig) -> None:
    """The journal moves at every look: it is counted, and nothing is said of it."""
    merged.world.change_invoice(11, due=Decimal(12), status=InvoiceStatus.NOT_PAID)
    plan, whys = merged.operation().plan_id, count()

    def move(_: str) -> None:
        with merged.unit() as unit:
            why = f"settled {next(whys)}"
            unit.journal.record_state(plan, OperationState.CLOSED, why, "x", merged.at)
            unit.commit()

    merged.platform.on_read = move
    report = audit(merged)
    assert (report.moving, rules_of(report)) == (1, [])


def test_a_broken_chain_and_a_stale_epoch_are_told(merged: Rig) -> None:
    """Of the journal as a whole; no family is named."""
    spoil(
        merged,
        "DROP TRIGGER event_is_final",
        "UPDATE event SET detail = 'nothing happened' WHERE id = 3",
    )
    (finding,) = audit(merged).findings
    assert (finding.rule, finding.main_id) == (Rule.CHAIN_BROKEN, None)
    assert "event 3" in finding.sentence


def test_a_row_under_a_lost_lease_is_told(merged: Rig) -> None:
    """Two processes wrote: the older one after the newer."""
    first = merged.pen.epoch
    merged.restart()
    plan = merged.operation().plan_id
    with merged.store.begin(epoch=merged.pen.epoch) as unit:
        unit.journal.record_state(plan, OperationState.CLOSED, "settled", "x", merged.at)
        unit.commit()
    assert rules_of(audit(merged)) == []
    spoil(merged, "UPDATE lease SET epoch = ?", values=(first,))
    with merged.store.begin(epoch=first) as unit:
        unit.journal.record_state(plan, OperationState.CLOSED, "settled", "x", merged.at)
        unit.commit()
    assert rules_of(audit(merged)) == ["stale_epoch"]


def test_changed_parameters_and_states_are_told(merged: Rig) -> None:
    """Each step is held against its fingerprint and its events."""
    spoil(merged, "UPDATE step SET params_hash = 'x' WHERE number = 1")
    assert rules_of(audit(merged)) == ["params_changed"]
    spoil(merged, "UPDATE step SET state = 'intended' WHERE number = 2")
    assert rules_of(audit(merged)) == ["params_changed", "events_disagree"]


def test_a_step_that_was_retried_agrees_with_its_events(rig: Rig) -> None:
    """Lost, read back as absent, sent again, and allowed again by a person: all in the table."""
    rig.family()
    rig.charge(1, 2, 3)
    rig.platform.fail_send(5, OutcomeUnknown("time-out"))
    rig.sync()
    assert rig.step(5).attempts == 2
    assert rules_of(audit(rig)) == []


def test_a_record_that_nobody_can_read_is_told(merged: Rig) -> None:
    """Its family is not judged by documents that may be missing."""
    broken = Quarantined(
        resource="invoices", object_id=7, account_id=AccountId(2), field="total", problem="'abc'"
    )
    merged.platform.quarantine("read_invoices", broken)
    (finding,) = audit(merged).findings
    assert (finding.rule, finding.account_id) == (Rule.UNREADABLE, 1)
    assert "field total 'abc'" in finding.sentence


def test_one_family_out_of_reach_stops_no_other(rig: Rig) -> None:
    """It is listed; several of them mean that the platform is down."""
    rig.family(1, (2,))
    for main in (5, 6, 7)[: TROUBLES_MAX - 2]:
        rig.family(main, (main + 10,))
    rig.platform.fail_read("read_open_invoices", PlatformUnavailable("down"), key=1)
    report = audit(rig)
    assert (report.families, rules_of(report)) == (2, ["unreadable"])
    for main in (6, 7):
        rig.family(main, (main + 10,))
    rig.platform.fail_read("read_open_invoices", PlatformUnavailable("down"))
    with pytest.raises(PlatformUnavailable):
        audit(rig)


def test_a_wrong_key_ends_it(merged: Rig) -> None:
    """Nothing can be said then."""
    merged.platform.fail_read("read_open_invoices", PlatformDenied("no"))
    with pytest.raises(PlatformDenied):
        audit(merged)


def test_it_can_be_stopped(rig: Rig) -> None:
    """After the family under way; it is not whole then, and not kept."""
    rig.family(1, (2,))
    rig.family(5, (6,))
    stop = Event()
    report = audit(rig, stop=stop, told=lambda _: stop.set())
    assert (report.families, report.is_whole) == (1, False)
    record_audit(rig.service, report)
    assert rig.fact(facts.AUDIT_LATEST) is None


def test_families_are_chosen_by_any_member(merged: Rig) -> None:
    """Also by one whose link has ended; a stranger is told."""
    merged.family(5, (6,))
    with merged.unit() as unit:
        unit.links.record_end(AccountId(3), merged.at.date(), "x", merged.at)
        unit.commit()
    assert families_with(merged.service, [3]) == (1,)
    assert families_with(merged.service, [5, 2]) == (1, 5)
    with pytest.raises(LookupError):
        families_with(merged.service, [99])
    report = audit(merged, main_ids=[AccountId(5)])
    assert (report.families, report.events, report.is_whole) == (1, 0, False)


def test_a_family_that_was_unlinked_is_still_audited(merged: Rig) -> None:
    """Its documents are still there."""
    with merged.unit() as unit:
        for sub in (2, 3):
            unit.links.record_end(AccountId(sub), merged.at.date(), "x", merged.at)
        unit.commit()
    merged.world.change_invoice(1001, status=InvoiceStatus.DELETED)
    assert rules_of(audit(merged)) == ["merged_gone"]


def test_a_payment_after_the_relief_is_told_until_it_is_moved(merged: Rig) -> None:
    """The money stands on the sub-account, and the main owes as before."""
    billing = merged.world.billings[2]
    merged.world.billings[2] = replace(billing, balance=Decimal(12))
    put_on_agenda(merged)
    merged.sync()
    (finding,) = audit(merged).findings
    assert (finding.rule, finding.account_id) == (Rule.MONEY_ON_SUB, 2)
    assert finding.amount == Decimal(12)
    merged.world.billings[2] = billing
    assert rules_of(audit(merged)) == []


def test_the_latest_audit_is_kept_for_status(merged: Rig) -> None:
    """With its findings; a grave one needs somebody, and is an alert."""
    record_audit(merged.service, audit(merged))
    latest = load_overview(merged.service).audit
    assert latest is not None
    assert (latest.families, latest.wrong, latest.told) == (1, 0, ())
    assert not load_overview(merged.service).needs_somebody
    merged.world.change_invoice(1001, status=InvoiceStatus.DELETED)
    record_audit(merged.service, audit(merged))
    overview = load_overview(merged.service)
    assert overview.audit is not None
    assert [row.rule for row in overview.audit.told] == ["merged_gone"]
    assert overview.needs_somebody
    assert merged.alerts.events[-1] == "audit.grave"


def test_a_masked_fact_is_no_audit(merged: Rig) -> None:
    """A rehearsal masks facts that may name somebody."""
    with merged.unit() as unit:
        unit.facts.record(facts.AUDIT_LATEST, "somebody")
        unit.commit()
    with merged.unit() as unit:
        assert load_latest(unit) is None


def test_what_concerns_everybody_freezes_all_writes_once(merged: Rig) -> None:
    """What a person unfroze is not frozen for again; what is new is."""
    strange = Marker(plan_id=PlanId("Z" * 20), step=1)
    merged.world.change_invoice(1001, memo=f"{strange}"[:-1])
    assert freeze_for(merged.service, audit(merged)) == ""  # a mistyped mark is none
    merged.world.change_invoice(1001, memo=str(strange))
    why = freeze_for(merged.service, audit(merged))
    assert "concern everybody" in why
    assert merged.fact(facts.FROZEN) == why
    assert merged.alerts.events[-1] == "writes.frozen"
    with merged.unit() as unit:
        unit.facts.record(facts.FROZEN, None)
        unit.commit()
    assert freeze_for(merged.service, audit(merged)) == ""
    merged.world.change_invoice(10, memo=str(replace(strange, step=2)))
    assert freeze_for(merged.service, audit(merged)) != ""
