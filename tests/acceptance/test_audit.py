"""The audit over HTTP: nothing on a sound month, each planted wrong by its rule, and reads only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from connector.runtime.audit import AuditReport, run_audit
from connector.runtime.audit_record import freeze_for
from connector.runtime.bootstrap import open_service
from connector.runtime.views import load_overview
from connector.saga.audit.scene import AuditBounds
from connector.sandbox.server import SandboxOptions
from tests.acceptance.bench import READS, Bench, open_bench
from tests.acceptance.planted import MORE, WRONGS, merged_scene
from tests.rehearsal.proxy import RecordingProxy


def audit(bench: Bench) -> AuditReport:
    """The audit as a process of its own."""
    with bench.service() as service:
        return run_audit(service, AuditBounds(), hands=2)


def rules_of(report: AuditReport) -> list[str]:
    """Rules of everything that was found."""
    return [finding.rule.value for finding in report.findings]


@pytest.mark.parametrize("release", ["5.1", "4.3"])
def test_sound_months_show_nothing(release: str, tmp_path: Path) -> None:
    """Merges, payments, blocks and releases of four families, in both releases."""
    options = SandboxOptions(families=4, subs=3, seed=3, release=release)
    with open_bench(tmp_path, options) as bench:
        bench.configure(suspend="mirror", more=MORE)
        bench.link_all()
        for days in (1, 17, 16):
            bench.control("POST", "advance", {"days": days})
            bench.sync()
        payer = next(f["main_id"] for f in bench.audit()["families"] if f["merged_documents"])
        bench.control("POST", "pay", {"customer_id": payer})
        bench.sync()
        report = audit(bench)
        assert rules_of(report) == []
        assert report.families == 4
        assert report.documents > 20
        assert bench.audit()["findings"] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONGS)
def test_a_planted_wrong_shows_its_rule_and_no_other(bench: Bench, name: str) -> None:
    """Whatever was done to documents, or to the store past us."""
    plant, rule = WRONGS[name]
    scene = merged_scene(bench)
    assert rules_of(audit(bench)) == []
    plant(scene)
    assert set(rules_of(audit(bench))) == {rule.value}


@pytest.mark.parametrize(
    "name", ["the merged invoice is deleted", "a source is paid after its relief"]
)
def test_what_staff_do_after_the_end_is_seen_in_both_releases(either: Bench, name: str) -> None:
    """The two that happen most."""
    plant, rule = WRONGS[name]
    scene = merged_scene(either)
    plant(scene)
    assert rules_of(audit(either)) == [rule.value]


def test_a_merged_invoice_that_is_deleted_or_edited_later_parks_its_merge(either: Bench) -> None:
    """The next look sees it without a request more; nothing is sent, and a person is told."""
    scene = merged_scene(either)
    WRONGS["the merged invoice is edited"][0](scene)
    either.control("POST", "advance", {"days": 2})
    either.forget_requests()
    report = either.sync()
    assert either.writes() == []
    assert report.standing.unverified == 1
    with either.service() as service:
        (unverified,) = load_overview(service).unverified
    assert "makes 60.00, planned was 72.00" in unverified.why
    assert rules_of(audit(either)) == ["unverified"]


def test_it_only_reads_beside_a_service_that_holds_the_lease(bench: Bench) -> None:
    """In act mode, with wrongs to be found: reads and a login, as a proxy on the wire sees them."""
    scene = merged_scene(bench)
    WRONGS["the merged invoice is deleted"][0](scene)
    with RecordingProxy(bench.box.base_url) as proxy, bench.service() as serving:
        epoch = serving.store.acquire_lease("the service")
        settings = bench.settings()
        platform = settings.platform.model_copy(update={"base_url": proxy.base_url})
        with open_service(settings.model_copy(update={"platform": platform})) as wired:
            report = run_audit(wired.service, AuditBounds(), hands=2)
        with serving.store.begin(epoch=epoch):
            pass
    assert rules_of(report) == ["merged_gone"]
    assert proxy.changing() == []
    assert len(proxy.seen) > 5
    assert {method for method, path in proxy.seen if "auth/tokens" not in path} <= READS


def test_documents_that_stand_twice_in_several_families_freeze_all_writes(bench: Bench) -> None:
    """Not those of one: that is an accident; a person unfreezes."""
    scenes = []
    bench.configure(more=MORE)
    for _ in range(3):
        family = bench.family("30.00", ("10.00",))
        bench.link(*((family.main_id, sub, "aggregated") for sub in family.sub_ids))
        scenes.append(family)
    bench.control("POST", "charge", {})
    bench.sync()
    world = bench.box.world
    for count, family in enumerate(scenes, start=1):
        (merged,) = (
            row
            for row in world.invoices.of_customer(family.main_id)
            if "LA1:" in row.memo and row.status == "not_paid"
        )
        twin = replace(merged, number=f"{merged.number}-2", items=list(merged.items))
        world.invoices.add(twin)
        report = audit(bench)
        assert rules_of(report) == ["second_document"] * count
        with bench.service() as service:
            assert bool(freeze_for(service, report)) is (count == len(scenes))
    bench.forget_requests()
    assert bench.sync().standing.frozen
    assert bench.writes() == []


@pytest.mark.slow
def test_what_it_costs(tmp_path: Path) -> None:
    """A handful of requests for each family, however many there are."""
    with open_bench(tmp_path, SandboxOptions(families=40, subs=3)) as bench:
        bench.configure(more=MORE)
        bench.link_all()
        bench.control("POST", "charge", {})
        bench.sync()
        bench.forget_requests()
        report = audit(bench)
        assert rules_of(report) == []
        assert len(bench.requests()) <= 8 * report.families
