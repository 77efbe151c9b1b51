"""The auditor is silent on right months and finds each planted wrong."""

from typing import Any

from connector.sandbox.server import RunningSandbox
from tests.sandbox.caller import Caller
from tests.sandbox.conftest import charge, make_family, rules


def test_an_untouched_month_is_right(caller: Caller, box: RunningSandbox) -> None:
    """Charged, paid in part, blocked: nobody did anything wrong."""
    main, _ = make_family(box, "aggregated", "independent")
    charge(box)
    box.control("POST", "pay", {"customer_id": main, "amount": "10"})
    box.control("POST", "advance", {"days": 40})
    assert rules(box) == []


def test_a_right_merge_is_right_and_its_figures_add_up(caller: Caller, box: RunningSandbox) -> None:
    """36 + 24 merged into 60, later paid; charged, paid and owed fit."""
    main, subs = make_family(box, "aggregated")
    merged = caller.merge(main, charge(box))
    report: Any = box.control("GET", "audit")
    assert report["ok"], report["findings"]
    family = report["families"][0]
    assert (family["charged"], family["paid"], family["owed"]) == ("60.00", "0.00", "60.00")
    assert [(row["id"], row["due"]) for row in family["open_documents"]] == [(merged, "60.00")]
    assert family["merged_documents"] == 1
    assert family["status"] == {str(main): "active", str(subs[0]): "active"}
    box.control("POST", "pay", {"customer_id": main})
    assert rules(box) == []


def test_an_extended_invoice_is_right(caller: Caller, box: RunningSandbox) -> None:
    """The main's own invoice grows by the sub's section."""
    make_family(box, "aggregated")
    own, source_id = charge(box)
    source = caller.get(f"finance/invoices/{source_id}")
    items = caller.get(f"finance/invoices/{own}")["items"]
    items.append({"description": f"Sub 1, invoice {source['number']}", "price": "0"})
    items += [{**item, "id": 0} for item in source["items"]]
    caller.put(f"finance/invoices/{own}", {"items": items})
    caller.relieve(source)
    assert rules(box) == []


def test_double_billing(caller: Caller, box: RunningSandbox) -> None:
    """Carried while open; and carried twice."""
    main, _ = make_family(box, "aggregated")
    invoices = charge(box)
    source = caller.get(f"finance/invoices/{invoices[1]}")
    items = [{"description": f"Invoice {source['number']}", "price": "0"}, *source["items"]]
    body = {"customer_id": main, "items": items}
    caller.post("finance/invoices", body)
    assert rules(box) == ["double_billing", "not_conserved"]
    caller.relieve(source)
    assert rules(box) == []
    caller.post("finance/invoices", body)
    assert rules(box) == ["double_billing", "not_conserved"]


def test_lost_charge(caller: Caller, box: RunningSandbox) -> None:
    """Relieved and carried nowhere."""
    make_family(box, "aggregated")
    caller.relieve(caller.get(f"finance/invoices/{charge(box)[1]}"))
    assert rules(box) == ["lost_charge", "not_conserved"]


def test_relief_without_merge(caller: Caller, box: RunningSandbox) -> None:
    """A credit note on a sub that relieves no invoice."""
    _, (sub,) = make_family(box, "aggregated")
    line = {"description": "x", "price": "5"}
    caller.post("finance/credit-notes", {"customer_id": sub, "items": [line]})
    assert rules(box) == ["not_conserved", "relief_without_merge"]


def merged_with(caller: Caller, box: RunningSandbox, **change: object) -> None:
    """A merge of one sub's invoice whose carried line differs from the source's."""
    main, _ = make_family(box, "aggregated")
    source = caller.get(f"finance/invoices/{charge(box)[1]}")
    line = {"description": "x", "price": "20.0000", "tax": "20.0000", **change}
    heading = {"description": f"Invoice {source['number']}", "price": "0"}
    caller.post("finance/invoices", {"customer_id": main, "items": [heading, line]})
    caller.relieve(source)


def test_wrong_total_by_a_cent(caller: Caller, box: RunningSandbox) -> None:
    """24.01 carried for 24.00; the net differs at its rate too."""
    merged_with(caller, box, price="20.0083")
    assert rules(box) == ["not_conserved", "tax_moved", "wrong_total"]


def test_money_moved_between_tax_rates(caller: Caller, box: RunningSandbox) -> None:
    """The right total at 0 % tax."""
    merged_with(caller, box, price="24", tax="0")
    assert rules(box) == ["tax_moved"]


def test_a_cent_of_rounding_at_no_tax_is_allowed(caller: Caller, box: RunningSandbox) -> None:
    """Two sources of 10.01 make 20.02; the longer document would make 20.01."""
    subs = [{"services": [{"price": "8.3375"}]} for _ in range(2)]
    made: Any = box.control("POST", "family", {"main": {}, "subs": subs})
    sources = [caller.get(f"finance/invoices/{each}") for each in charge(box)]
    items: list[dict[str, object]] = []
    for source in sources:
        items.append({"description": f"Invoice {source['number']}", "price": "0"})
        items += [{**item, "id": 0} for item in source["items"]]
    total = sum(source["total"] for source in sources)
    trial = caller.post("finance/invoices", {"customer_id": made["main_id"], "items": items})
    off = total - caller.get(f"finance/invoices/{trial}")["total"]
    assert str(off) == "0.01"
    caller.call("DELETE", f"finance/invoices/{trial}")
    items.append({"description": "Rounding", "price": str(off), "tax": "0"})
    caller.post("finance/invoices", {"customer_id": made["main_id"], "items": items})
    for source in sources:
        caller.relieve(source)
    assert rules(box) == []


def test_a_merge_into_the_wrong_family(caller: Caller, box: RunningSandbox) -> None:
    """A main carries another family's sub: both families' sums break."""
    make_family(box, "aggregated")
    other, _ = make_family(box, "aggregated")
    caller.merge(other, [charge(box)[1]])
    assert rules(box) == ["not_conserved", "not_conserved", "wrong_family"]


def test_strangers_and_independent_subs_touched(caller: Caller, box: RunningSandbox) -> None:
    """Any accepted API write to them counts, once per account."""
    _, (alone,) = make_family(box, "independent")
    _, (stranger,) = make_family(box, "aggregated")
    box.control("POST", "link", {"sub_id": stranger, "mode": "none"})
    for _ in range(2):
        caller.put(f"customers/customer/{stranger}", {"city": "Wexley"})
        caller.put(f"customers/customer-billing/{alone}", {"billing_date": "3"})
    assert rules(box) == ["independent_touched", "stranger_touched"]


def unjudged(box: RunningSandbox) -> object:
    """Accounts that the auditor does not judge."""
    report = box.control("GET", "audit")
    assert isinstance(report, dict)
    return report["unjudged"]


def test_accounts_made_through_the_api_set_the_scene(caller: Caller, box: RunningSandbox) -> None:
    """They are named as unjudged until they are in an intended family."""
    main, sub = (caller.post("customers/customer", {"name": name}) for name in ("Main", "Sub"))
    caller.put(f"customers/customer/{main}", {"city": "Wexley"})
    assert unjudged(box) == [main, sub]
    assert rules(box) == []
    box.control("POST", "link", {"main_id": main, "sub_id": sub, "mode": "independent"})
    assert unjudged(box) == []
    assert rules(box) == []
    caller.put(f"customers/customer/{sub}", {"city": "Wexley"})
    assert rules(box) == ["independent_touched"]


def test_marker_left(caller: Caller, box: RunningSandbox) -> None:
    """A claim that nothing came of."""
    make_family(box, "aggregated")
    caller.put(f"finance/invoices/{charge(box)[1]}", {"memo": "LA1:abc:1:zz"})
    assert rules(box) == ["marker_left"]


def blocked_month(box: RunningSandbox, caller: Caller) -> tuple[int, int]:
    """A merged family whose main was blocked by the system, its sub by our mirror."""
    main, (sub,) = make_family(box, "aggregated")
    caller.merge(main, charge(box))
    box.control("POST", "advance", {"to": "2026-01-17T09:00:00"})
    caller.put(f"customers/customer/{sub}", {"status": "blocked"})
    assert rules(box) == []
    return main, sub


def test_early_release(caller: Caller, box: RunningSandbox) -> None:
    """Released while the main still owes overdue money."""
    _, sub = blocked_month(box, caller)
    caller.put(f"customers/customer/{sub}", {"status": "active"})
    assert rules(box) == ["early_release"]


def test_left_blocked_until_released(caller: Caller, box: RunningSandbox) -> None:
    """The main has paid: the sub must come back, then all is well."""
    main, sub = blocked_month(box, caller)
    box.control("POST", "pay", {"customer_id": main})
    assert rules(box) == ["left_blocked"]
    caller.put(f"customers/customer/{sub}", {"status": "active"})
    assert rules(box) == []


def test_a_persons_block_is_nobodys_to_lift(caller: Caller, box: RunningSandbox) -> None:
    """Leaving it is right; lifting it is wrong."""
    _, (sub,) = make_family(box, "aggregated")
    box.control("POST", "block", {"customer_id": sub, "by": "admin"})
    assert rules(box) == []
    caller.put(f"customers/customer/{sub}", {"status": "active"})
    assert rules(box) == ["released_admin_block"]


def test_wrong_suspension(caller: Caller, box: RunningSandbox) -> None:
    """A sub blocked though its main is not; and left so."""
    _, (sub,) = make_family(box, "aggregated")
    caller.put(f"customers/customer/{sub}", {"status": "blocked"})
    assert rules(box) == ["left_blocked", "wrong_suspension"]


def test_a_paid_document_altered(caller: Caller, box: RunningSandbox) -> None:
    """Past the platform's rules, as a database edit would."""
    main, _ = make_family(box, "aggregated")
    invoice_id = charge(box)[0]
    box.control("POST", "pay", {"customer_id": main})
    forced = {"resource": "invoices", "id": invoice_id, "changes": {"number": "X"}, "force": True}
    box.control("POST", "edit", forced)
    assert rules(box) == ["paid_document_altered"]


def test_staff_corrections_are_not_wrongs(caller: Caller, box: RunningSandbox) -> None:
    """An edited, a credited and a deleted source, then a merge of what is left."""
    main, (one, two) = make_family(box, "aggregated", "aggregated")
    own, first, second = charge(box)
    line = {"description": "Less", "price": "10", "tax": "20"}
    box.control("POST", "edit", {"resource": "invoices", "id": first, "changes": {"items": [line]}})
    box.control("POST", "delete", {"resource": "invoices", "id": second})
    box.control("POST", "credit", {"customer_id": two, "amount": "3"})
    caller.merge(main, [own, first])
    report: Any = box.control("GET", "audit")
    assert report["findings"] == []
    assert report["families"][0]["charged"] == "45.00"
    assert one in box.world.links
