"""Merging over HTTP: the reference family, what is left alone, and the cents."""

from __future__ import annotations

from decimal import Decimal

from connector.domain.marker import markers_in
from tests.acceptance.bench import Bench, Family


def _reference(bench: Bench, independent: tuple[str, ...] = ()) -> Family:
    family = bench.family("30.00", ("10.00", "20.00", "33.33"), independent=independent)
    modes = ["aggregated"] * 3 + ["independent"] * len(independent)
    bench.link(
        *((family.main_id, sub, mode) for sub, mode in zip(family.sub_ids, modes, strict=True))
    )
    bench.control("POST", "charge", {})
    return family


def test_three_subs_and_their_main_become_one_invoice_of_112(either: Bench) -> None:
    """36.00 + 12.00 + 24.00 + 40.00 = 112.00, lines and tax kept, each source relieved."""
    family = _reference(either)
    report = either.sync()
    assert report.standing.held == 0
    documents = either.open_documents(family.main_id)
    assert [(d["customer_id"], Decimal(d["due"])) for d in documents] == [
        (family.main_id, Decimal("112.00"))
    ]
    with either.service() as service:
        merged = next(
            invoice for invoice in service.reader.read_open_invoices([family.main_id]).rows
        )
        prices = [item.price for item in merged.items if item.price]
        assert prices == [Decimal(p) for p in ("30.0000", "10.0000", "20.0000", "33.3300")]
        assert {item.tax_percent for item in merged.items if item.price} == {Decimal(20)}
        for sub in family.sub_ids:
            assert service.reader.read_billing(sub).balance == 0
            assert service.reader.read_open_invoices([sub]).rows == ()
            notes = service.reader.read_credit_notes(sub, service.clock.now().date()).rows
            assert [len(markers_in(note.note)) for note in notes] == [1]
    assert either.audit()["findings"] == []


def test_a_second_sync_writes_nothing(either: Bench) -> None:
    """What is merged stays merged."""
    _reference(either)
    either.sync()
    either.forget_requests()
    either.sync()
    assert either.writes() == []


def test_an_independent_sub_is_untouched(either: Bench) -> None:
    """It keeps its invoice, its debt and its memo."""
    family = _reference(either, independent=("5.00",))
    either.sync()
    alone = family.sub_ids[-1]
    owed = {d["customer_id"]: Decimal(d["due"]) for d in either.open_documents(family.main_id)}
    assert owed == {family.main_id: Decimal("112.00"), alone: Decimal("6.00")}
    with either.service() as service:
        invoice = service.reader.read_open_invoices([alone]).rows[0]
        assert invoice.memo == ""
    assert either.audit()["findings"] == []


def test_the_cent_between_three_documents_and_one_is_a_visible_line(bench: Bench) -> None:
    """Three of 40.00 (39.996 each) make 120.00, one document of their lines 119.99."""
    family = bench.family(None, ("33.33", "33.33", "33.33"))
    bench.link(*((family.main_id, sub, "aggregated") for sub in family.sub_ids))
    bench.control("POST", "charge", {})
    bench.sync()
    assert [Decimal(d["total"]) for d in bench.open_documents(family.main_id)] == [
        Decimal("120.00")
    ]
    with bench.service() as service:
        merged = service.reader.read_open_invoices([family.main_id]).rows[0]
    assert [i.price for i in merged.items if i.description == "Rounding"] == [Decimal("0.0100")]
    assert bench.audit()["findings"] == []


def test_a_month_later_the_next_cycle_is_merged_apart(bench: Bench) -> None:
    """Each cycle has its own document; the first, paid, is never touched again."""
    family = _reference(bench)
    bench.sync()
    bench.control("POST", "pay", {"customer_id": family.main_id})
    bench.control("POST", "advance", {"days": 31})
    bench.sync()
    documents = bench.open_documents(family.main_id)
    assert [Decimal(d["due"]) for d in documents] == [Decimal("112.00")]
    assert bench.audit()["findings"] == []


def test_a_sub_that_is_partly_paid_is_left_with_a_reason(bench: Bench) -> None:
    """Its invoice stays with it, is listed, and the others are merged."""
    family = _reference(bench)
    bench.control("POST", "pay", {"customer_id": family.sub_ids[0], "amount": "5.00"})
    bench.sync()
    owed = {d["customer_id"]: Decimal(d["due"]) for d in bench.open_documents(family.main_id)}
    assert owed == {family.main_id: Decimal("100.00"), family.sub_ids[0]: Decimal("7.00")}
    with bench.service() as service, service.store.begin() as unit:
        rules = {row.refusal.rule for row in unit.findings.load_refusals()}
    assert rules == {"partly_paid"}


def test_staff_notes_in_a_memo_survive_byte_for_byte(bench: Bench) -> None:
    """Our mark stands on a line of its own below."""
    family = _reference(bench)
    words = "Call first: Ångström & Söhne <b>né</b>\n\ttwo lines "
    with bench.service() as service:
        invoice = service.reader.read_open_invoices([family.sub_ids[0]]).rows[0]
    edit = {"resource": "invoices", "id": invoice.id, "changes": {"memo": words}}
    bench.control("POST", "edit", edit)
    bench.sync()
    with bench.service() as service:
        memo = service.reader.read_invoice(invoice.id).memo
    assert memo.startswith(words + "\n")
    assert len(markers_in(memo)) == 1


def test_the_window_waits_for_a_member_that_has_not_issued(bench: Bench) -> None:
    """A cycle stays open while a charged member is missing, and closes after window_hours."""
    family = bench.family("30.00", ("10.00", "20.00"))
    bench.link(*((family.main_id, sub, "aggregated") for sub in family.sub_ids))
    bench.control("POST", "charge", {"customer_ids": [family.main_id, family.sub_ids[0]]})
    bench.sync()
    assert bench.writes() == []
    bench.control("POST", "advance", {"days": 5})
    bench.sync()
    owed = {d["customer_id"]: Decimal(d["due"]) for d in bench.open_documents(family.main_id)}
    assert owed == {family.main_id: Decimal("48.00")}
