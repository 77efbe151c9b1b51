"""What looks like a wrong and is none: the auditor must stay silent."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.caller import LA1_MEMO
from tests.sandbox.conftest import rules
from tests.sandbox.scene import Row, Scene

Play = Callable[[Scene], object]


def carried_then_deleted_then_carried(scene: Scene) -> None:
    """A first merged document was withdrawn before a second took its place: not carried twice."""
    first = scene.carry(scene.section(1))
    scene.call("DELETE", f"finance/invoices/{first}")
    scene.merge(scene.main, [scene.sources[1]])


def two_documents(scene: Scene) -> None:
    """A supplement: each source on one of two merged documents."""
    scene.merge(scene.main, scene.sources[:2])
    scene.merge(scene.main, [scene.sources[2]])


def tagged(scene: Scene) -> None:
    """Lines tagged with the sub they come from."""
    scene.carry(scene.section(1, sub_account_id=scene.sub))
    scene.relieve(scene.source(1))


def relieved_in_two_parts(scene: Scene) -> None:
    """Two credit notes of ten net each relieve one source."""
    scene.carry(scene.section(1))
    line = {"description": "Less", "price": "10", "tax": "20"}
    for _ in range(2):
        body = {"customer_id": scene.sub, "invoicesId": scene.sources[1], "items": [line]}
        scene.post("finance/credit-notes", body)


def regrouped_quantity(scene: Scene) -> None:
    """Two at ten net are as much as one at twenty."""
    scene.carry(scene.section(1, quantity="2", price="10"))
    scene.relieve(scene.source(1))


def staff_cites(scene: Scene) -> None:
    """A person's invoice with a line that only speaks of another invoice."""
    number = scene.source(1)["number"]
    items = [{"description": f"Reminder of {number}", "price": "0"}, {"price": "5"}]
    scene.staff("invoice", customer_id=scene.main, items=items)


def staff_credit(scene: Scene) -> None:
    """A person's credit to a sub, bound to nothing."""
    scene.staff("credit", customer_id=scene.sub, amount="5")


def staff_payment_on_sub(scene: Scene) -> None:
    """A sub paid its own bill by itself before the merge; only the others are merged."""
    scene.pay(scene.sub)
    scene.merge(scene.main, [scene.sources[0], scene.sources[2]])


def claim_that_came_true(scene: Scene) -> None:
    """The marker stays on a relieved source, and on the merged document."""
    scene.put(f"finance/invoices/{scene.sources[1]}", {"memo": LA1_MEMO})
    merged = scene.merged()
    scene.put(f"finance/invoices/{merged}", {"memo": LA1_MEMO})


def claim_on_independent(scene: Scene) -> None:
    """Staff wrote the marker's text on an independent sub's invoice."""
    changes = {"memo": LA1_MEMO}
    scene.staff("edit", resource="invoices", id=scene.sources[3], changes=changes)


def texts_of_a_paid_one(scene: Scene) -> None:
    """Note and memo of a paid document may change."""
    scene.pay(scene.main)
    scene.put(f"finance/invoices/{scene.sources[0]}", {"note": "thanks", "memo": "m"})


def reopened_and_changed(scene: Scene) -> None:
    """A payment withdrawn thaws the document."""
    payment = scene.pay(scene.main)
    scene.staff("delete", resource="payments", id=payment)
    scene.put(f"finance/invoices/{scene.sources[0]}", {"date_till": "2026-02-20"})


def released_in_time(scene: Scene) -> None:
    """Blocked with the main, released after the main had paid."""
    scene.suspend()
    scene.pay(scene.main)
    scene.set_status(scene.sub, "active")


def paid_in_part_and_still_blocked(scene: Scene) -> None:
    """The main has paid all but a cent: the sub rightly stays."""
    scene.suspend()
    scene.pay(scene.main, "83.99")


def own_debt_keeps_it_blocked(scene: Scene) -> None:
    """A main that is clear, a sub that the system blocked for its own open invoice."""
    scene.pay(scene.main)
    scene.advance("2026-01-17")
    assert scene.status(scene.sub) == "blocked"


def person_keeps_it_blocked(scene: Scene) -> None:
    """All is paid; a person has blocked the sub."""
    for customer in (scene.main, *scene.subs):
        scene.pay(customer)
    scene.staff("block", customer_id=scene.sub, by="admin")


def person_releases(scene: Scene) -> None:
    """A person may lift any block at any time."""
    scene.suspend()
    for sub in scene.subs[:2]:
        scene.staff("edit", resource="customers", id=sub, changes={"status": "active"})


def mirrored_while_disabled(scene: Scene) -> None:
    """The main is disabled, not just blocked: its sub may be suspended."""
    scene.merged()
    scene.advance("2026-01-29")
    assert scene.status(scene.main) == "disabled"
    scene.set_status(scene.sub, "blocked")


def refused_write(scene: Scene) -> None:
    """A write that the platform refused touched nobody."""
    stranger = scene.account()
    answer = scene.call("PUT", f"customers/customer/{stranger}", {"status": "gone"})
    assert answer.status == 422


def reads_only(scene: Scene) -> None:
    """Reading strangers and independent subs is free."""
    scene.account()
    for customer in (scene.main, *scene.subs, 5):
        scene.get(f"customers/customer/{customer}")


def unlinked_after_the_merge(scene: Scene) -> None:
    """The debt stays where it was merged; the former sub's next charge is its own."""
    scene.merged()
    scene.staff("link", sub_id=scene.sub, mode="none")
    scene.advance("2026-01-10")
    scene.pay(scene.main)
    scene.advance("2026-02-02")


def all_unlinked_after_the_merge(scene: Scene) -> None:
    """No sub is left: the main's merged document is still right."""
    scene.merged()
    for sub in scene.subs:
        scene.staff("link", sub_id=sub, mode="none")


def turned_independent_after_the_merge(scene: Scene) -> None:
    """Writes made while it was aggregated were right."""
    scene.merged()
    scene.staff("link", sub_id=scene.sub, main_id=scene.main, mode="independent")


def moved_to_another_main(scene: Scene) -> None:
    """Its merged debt stays with the old main, the new main owes nothing of it."""
    scene.merged()
    made: Any = scene.still.control("POST", "family", {"main": {}, "subs": [{}]})
    scene.staff("link", sub_id=scene.sub, main_id=made["main_id"], mode="aggregated")


def sub_deleted_after_the_merge(scene: Scene) -> None:
    """Staff removed a sub whose charge had been merged."""
    scene.merged()
    scene.staff("delete", resource="customers", id=scene.sub)


def linked_again_alike(scene: Scene) -> None:
    """Telling the same link twice changes nothing."""
    scene.merged()
    scene.staff("link", sub_id=scene.sub, main_id=scene.main, mode="aggregated")


def native_lines(scene: Scene) -> None:
    """The platform's own invoice tags lines with a sub, and the merge carries the tags along."""
    for customer in (scene.main, *scene.subs):
        scene.pay(customer)
    link = {"sub_id": scene.sub, "main_id": scene.main, "mode": "aggregated"}
    scene.still.control("POST", "family/native", link)
    scene.advance("2026-02-01T03:00:00")
    own = scene.invoices(scene.main)[-1]
    assert [item["sub_account_id"] for item in own["items"]] == [0, scene.sub]
    heading: Row = {"description": f"invoice {own['number']}", "price": "0"}
    scene.carry([heading, *({**item, "id": 0} for item in own["items"])])
    scene.relieve(own)


PLAYS: list[Play] = [
    lambda scene: scene.merged(),
    lambda scene: scene.merge(scene.main, [scene.sources[1]]),
    carried_then_deleted_then_carried,
    two_documents,
    tagged,
    relieved_in_two_parts,
    regrouped_quantity,
    staff_cites,
    staff_credit,
    staff_payment_on_sub,
    claim_that_came_true,
    claim_on_independent,
    texts_of_a_paid_one,
    reopened_and_changed,
    released_in_time,
    paid_in_part_and_still_blocked,
    own_debt_keeps_it_blocked,
    person_keeps_it_blocked,
    person_releases,
    mirrored_while_disabled,
    refused_write,
    reads_only,
    unlinked_after_the_merge,
    all_unlinked_after_the_merge,
    turned_independent_after_the_merge,
    moved_to_another_main,
    sub_deleted_after_the_merge,
    linked_again_alike,
    native_lines,
]


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: play.__name__.strip("<>"))
def test_a_near_miss_is_no_finding(play: Play) -> None:
    """Neither right after it nor when the clock goes on to the next morning."""
    scene = Scene()
    play(scene)
    assert rules(scene.still) == []
    scene.still.control("POST", "advance", {"hours": 3})
    assert rules(scene.still) == []


def test_an_unlinked_sub_is_a_stranger_from_then_on() -> None:
    """Writes before the unlinking were right; one after it is not."""
    scene = Scene()
    scene.merged()
    scene.staff("link", sub_id=scene.sub, mode="none")
    assert rules(scene.still) == []
    scene.put(f"customers/customer/{scene.sub}", {"city": "Easton"})
    assert rules(scene.still) == ["stranger_touched"]


def test_a_write_that_lands_after_the_unlinking_was_right_if_it_came_before() -> None:
    """It is judged by when it came; how late the platform carries it out is the platform's doing."""
    scene = Scene()
    scene.staff("switch", fault=[{"kind": "late_commit:5", "method": "PUT", "count": 1}])
    late = scene.call("PUT", f"customers/customer/{scene.sub}", {"city": "Easton"})
    assert late.status == 504
    scene.staff("link", sub_id=scene.sub, mode="none")
    for _ in range(6):
        scene.source(0)
    assert scene.get(f"customers/customer/{scene.sub}")["city"] == "Easton"
    assert rules(scene.still) == []
    scene.put(f"customers/customer/{scene.sub}", {"city": "Weston"})
    assert rules(scene.still) == ["stranger_touched"]


def test_a_sub_turned_independent_is_out_of_reach_from_then_on() -> None:
    """The same for a changed mode: its next charge must not be merged."""
    scene = Scene()
    scene.merged()
    scene.staff("link", sub_id=scene.sub, main_id=scene.main, mode="independent")
    scene.set_status(scene.sub, "blocked")
    assert rules(scene.still) == ["independent_touched"]


@pytest.mark.parametrize("cents", ["0.01", "-0.01"])
def test_a_cent_at_no_tax_is_allowed_only_if_the_total_is_right(cents: str) -> None:
    """The rounding line mends a document that is off; on a right one it is a wrong total."""
    scene = Scene()
    scene.carry([*scene.section(1), {"description": "Rounding", "price": cents}])
    scene.relieve(scene.source(1))
    assert set(rules(scene.still)) == {"wrong_total", "not_conserved"}


def test_findings_tell_family_account_and_sums() -> None:
    """Each finding says where and how much, in words a person can act on."""
    scene = Scene()
    scene.relieve(scene.source(1))
    report: Any = scene.still.control("GET", "audit")
    lost = next(each for each in report["findings"] if each["rule"] == "lost_charge")
    assert (lost["family"], lost["account"], lost["severity"]) == (scene.main, scene.sub, "error")
    assert scene.source(1)["number"] in lost["detail"]
    assert "24.00 relieved" in lost["detail"]
    gone = next(each for each in report["findings"] if each["rule"] == "not_conserved")
    assert gone["detail"] == "the family should owe 108.00, its balances make 84.00"
