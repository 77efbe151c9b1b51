"""What does not fit the mapping stops its own family, is listed by field, and nobody else."""

from __future__ import annotations

import pytest

from connector.domain.ids import AccountId
from connector.errors import PlatformError
from tests.acceptance.bench import Bench, Family


def _two_families(bench: Bench) -> tuple[Family, Family]:
    families = bench.family("30.00", ("10.00",)), bench.family("30.00", ("10.00",))
    for family in families:
        bench.link((family.main_id, family.sub_ids[0], "aggregated"))
    bench.control("POST", "charge", {})
    return families


def _break(bench: Bench, path: str, kind: str, count: int = 1000) -> None:
    fault = {"method": "GET", "path_regex": path, "nth": 1, "count": count, "kind": kind}
    bench.control("POST", "switch", {"fault": fault})


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("bad_field:billing_date:null", "billing_day"),
        ('bad_field:billing_date:"31"', "billing_day"),
        ('bad_field:deposit:"a lot"', "balance"),
        ("bad_field:deposit:null", "balance"),
        ("bad_field:min_balance:[]", "min_balance"),
        ('bad_field:sub_billing_mode:"shared"', "native_mode"),
        ("html_200", "(record)"),
        ("truncated", "(record)"),
    ],
)
def test_a_broken_record_stops_its_family_alone(bench: Bench, kind: str, field: str) -> None:
    """The other family is merged; the broken one is listed with the field's name, and unwritten."""
    broken, whole = _two_families(bench)
    _break(bench, f"customer-billing/{broken.main_id}$", kind)
    bench.forget_requests()
    report = bench.sync()
    assert report.standing.quarantined == 1
    assert len(bench.open_documents(whole.main_id)) == 1
    assert len(bench.open_documents(broken.main_id)) == 2
    with bench.service() as service, service.store.begin() as unit:
        [row] = unit.findings.load_quarantine()
    assert row.field == field
    assert row.account_id == broken.main_id


def test_a_mended_record_is_merged_at_the_next_look(bench: Bench) -> None:
    """Quarantine ends by itself once the record can be read again."""
    broken, _ = _two_families(bench)
    _break(bench, f"customer-billing/{broken.main_id}$", "bad_field:deposit:null")
    bench.sync()
    bench.control("POST", "switch", {"fault": None})
    bench.control("POST", "advance", {"hours": 2})
    report = bench.sync()
    assert report.standing.quarantined == 0
    assert len(bench.open_documents(broken.main_id)) == 1
    assert bench.audit()["findings"] == []


@pytest.mark.parametrize("kind", ["bad_field:customer_id:[]", 'bad_field:customer_id:"x"'])
def test_a_new_row_of_nobody_does_not_stop_the_poll(bench: Bench, kind: str) -> None:
    """A payment whose account cannot be read is listed; later changes are seen all the same."""
    first, second = _two_families(bench)
    bench.sync()
    bench.control("POST", "pay", {"customer_id": first.main_id})
    _break(bench, "finance/payments$", kind, count=1)
    report = bench.sync()
    assert report.standing.quarantined == 1
    bench.control("POST", "switch", {"fault": None})
    bench.control("POST", "pay", {"customer_id": second.main_id})
    report = bench.sync()
    assert report.cycle.looked_at == 1


def test_a_login_page_instead_of_a_feed_loses_nothing(bench: Bench) -> None:
    """The turn fails with one sentence; the next one sees everything the failed one missed."""
    family, _ = _two_families(bench)
    _break(bench, "finance/invoices$", "html_200")
    with pytest.raises(PlatformError):
        bench.sync()
    bench.control("POST", "switch", {"fault": None})
    bench.sync()
    assert len(bench.open_documents(family.main_id)) == 1
    assert bench.audit()["findings"] == []


def test_an_account_that_is_gone_is_told_and_nobody_else_suffers(bench: Bench) -> None:
    """The main account was deleted behind our back: its family is refused, others go on."""
    gone, whole = _two_families(bench)
    bench.configure(more="vanish_percent = 50\n")
    bench.control("POST", "delete", {"resource": "customers", "id": gone.main_id})
    bench.sync()
    with bench.service() as service, service.store.begin() as unit:
        rules = {(r.main_id, r.refusal.rule) for r in unit.findings.load_refusals()}
    assert rules == {(AccountId(gone.main_id), "main_gone")}
    assert len(bench.open_documents(whole.main_id)) == 1
