"""People meddle with a connector's work: the auditor accuses the connector of its own wrongs only."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.conftest import rules
from tests.sandbox.scene import Scene

Play = Callable[[Scene], object]
RAISES = 1
"""The seed of an edit that adds something."""


def person(scene: Scene, action: str, customer_id: int, seed: int = 1) -> None:
    """One person does one thing."""
    body = {"action": action, "customer_id": customer_id, "seed": seed}
    deed: Any = scene.still.control("POST", "person", body)
    assert deed["outcome"] == "done"


def carrier_edited(scene: Scene) -> None:
    """Staff add their own work to a merged document."""
    merged = scene.merged()
    lines = [{**line, "tax": "20"} for line in scene.get(f"finance/invoices/{merged}")["items"]]
    changes = {"items": [*lines, {"description": "Work", "price": "10", "tax": "0"}]}
    scene.staff("edit", resource="invoices", id=merged, changes=changes)


def carrier_deleted(scene: Scene) -> None:
    """Staff let the whole merged debt go."""
    scene.staff("delete", resource="invoices", id=scene.merged())


def carrier_deleted_before_the_relief(scene: Scene) -> None:
    """Nothing is let go then, whatever staff make of the source afterwards: it stands as it does."""
    merged = scene.carry(scene.section(1))
    scene.staff("delete", resource="invoices", id=merged)
    lines = [{"description": "Work", "price": "40", "tax": "20"}]
    scene.staff("edit", resource="invoices", id=scene.sources[1], changes={"items": lines})


def source_lowered_before_and_raised_after(scene: Scene) -> None:
    """What was taken off before the merge does not make up for what came on after it."""
    lines = [{"description": "Fibre", "price": price, "tax": "20"} for price in ("10", "12")]
    scene.staff("edit", resource="invoices", id=scene.sources[1], changes={"items": lines[:1]})
    scene.carry(scene.section(1))
    scene.staff("edit", resource="invoices", id=scene.sources[1], changes={"items": lines[1:]})
    body = {"customer_id": scene.sub, "invoicesId": scene.sources[1], "items": lines[:1]}
    scene.post("finance/credit-notes", body)


def source_raised_meanwhile(scene: Scene) -> None:
    """Staff raise a source between the connector's last look and its merged document."""
    lines = scene.section(1)
    person(scene, "edit_lines", scene.sub, seed=RAISES)
    assert scene.source(1)["total"] > 24
    scene.carry(lines)
    body = {"customer_id": scene.sub, "invoicesId": scene.sources[1], "items": lines[1:]}
    scene.post("finance/credit-notes", body)


def carrier_vanished(scene: Scene) -> None:
    """The same where deleted documents are not listed any more."""
    scene.staff("switch", invoice_delete="vanish")
    carrier_deleted(scene)


def source_vanished(scene: Scene) -> None:
    """Staff delete a source after the merge, without a trace; its share is credited."""
    scene.staff("switch", invoice_delete="vanish")
    lines = scene.section(1, sub_account_id=scene.sub)
    merged = scene.carry([*scene.section(0), *lines])
    scene.relieve(scene.source(0))
    scene.staff("delete", resource="invoices", id=scene.sources[1])
    body = {"customer_id": scene.main, "invoicesId": merged, "items": lines[1:]}
    scene.post("finance/credit-notes", body)


def relief_deleted(scene: Scene) -> None:
    """Staff delete the credit note that relieved a source, which is open again."""
    scene.carry(scene.section(1))
    note = scene.relieve(scene.source(1))
    scene.staff("delete", resource="credit-notes", id=note)


def carrier_credited(scene: Scene) -> None:
    """Staff credit the merged document in part."""
    merged = scene.merged()
    scene.staff("credit", customer_id=scene.main, amount="10", invoice_id=merged)


def debt_credited_not_merged(scene: Scene) -> None:
    """The platform blocked a sub for its own debt, which staff then credited: staff's to release."""
    scene.pay(scene.main)
    scene.advance("2026-01-17")
    assert scene.status(scene.sub) == "blocked"
    scene.staff("credit", customer_id=scene.sub, amount="24", invoice_id=scene.sources[1])
    assert scene.status(scene.sub) == "blocked"


def payment_came_back_meanwhile(scene: Scene) -> None:
    """The payment is withdrawn between the connector's last look and its release."""
    scene.suspend()
    scene.pay(scene.main)
    scene.get(f"customers/customer/{scene.main}")
    person(scene, "charge_back", scene.main)
    scene.set_status(scene.sub, "active")


def person_blocked_meanwhile(scene: Scene) -> None:
    """A person cuts a blocked sub off for good between look and release."""
    scene.suspend()
    scene.pay(scene.main)
    person(scene, "disable", scene.sub)
    scene.set_status(scene.sub, "active")


def main_freed_meanwhile(scene: Scene) -> None:
    """The main pays between the connector's look and its suspension of a sub."""
    scene.merged()
    scene.advance("2026-01-17")
    person(scene, "pay", scene.main)
    scene.set_status(scene.sub, "blocked")
    scene.set_status(scene.sub, "active")


def main_freed_before_it_landed(scene: Scene) -> None:
    """The main pays after the connector asked to suspend a sub, and the platform does that late."""
    scene.merged()
    scene.advance("2026-01-17")
    scene.get(f"customers/customer/{scene.main}")
    scene.staff("switch", fault=[{"kind": "late_commit:20", "method": "PUT", "count": 1}])
    scene.call("PUT", f"customers/customer/{scene.sub}", {"status": "blocked"})
    person(scene, "pay", scene.main)
    for _ in range(21):
        scene.get(f"customers/customer/{scene.main}")
    assert scene.status(scene.sub) == "blocked"
    scene.set_status(scene.sub, "active")


def main_credited_meanwhile(scene: Scene) -> None:
    """Staff credit away what the main owes, in that same moment: where that unblocks it, too."""
    scene.staff("switch", credit_note_reactivates=True)
    scene.merged()
    scene.advance("2026-01-17")
    person(scene, "void", scene.main)
    assert scene.status(scene.main) == "active"
    scene.set_status(scene.sub, "blocked")
    scene.set_status(scene.sub, "active")


@pytest.mark.parametrize(
    "play",
    [
        carrier_edited,
        carrier_deleted,
        carrier_deleted_before_the_relief,
        source_lowered_before_and_raised_after,
        source_raised_meanwhile,
        carrier_vanished,
        source_vanished,
        relief_deleted,
        carrier_credited,
        debt_credited_not_merged,
        payment_came_back_meanwhile,
        person_blocked_meanwhile,
        main_freed_meanwhile,
        main_freed_before_it_landed,
        main_credited_meanwhile,
    ],
    ids=lambda play: play.__name__,
)
def test_what_people_did_is_no_finding(play: Play) -> None:
    """Neither right after it nor on the next morning."""
    scene = Scene()
    play(scene)
    assert rules(scene.still) == []
    scene.still.control("POST", "advance", {"hours": 3})
    assert rules(scene.still) == []


def by_api(scene: Scene, path: str) -> None:
    """Delete a row with the API key."""
    assert scene.call("DELETE", path).status == 204


def carrier_deleted_by_api(scene: Scene) -> None:
    """The connector's own deletion loses the charges."""
    by_api(scene, f"finance/invoices/{scene.merged()}")


def vanished_by_api(scene: Scene) -> None:
    """A source the connector deleted is lost even where it is not listed any more."""
    scene.staff("switch", invoice_delete="vanish")
    by_api(scene, f"finance/invoices/{scene.sources[1]}")


def relief_deleted_by_api(scene: Scene) -> None:
    """The connector's own deletion makes a charge stand twice."""
    scene.carry(scene.section(1))
    by_api(scene, f"finance/credit-notes/{scene.relieve(scene.source(1))}")


def edited_by_api_too(scene: Scene) -> None:
    """Staff added ten; the connector took five of it away."""
    carrier_edited(scene)
    merged = scene.invoices(scene.main)[-1]
    lines = merged["items"]
    lines[-1]["price"] = "5"
    scene.put(f"finance/invoices/{merged['id']}", {"items": lines})


def taken_over_and_left(scene: Scene) -> None:
    """The platform blocked the sub; its debt was then merged and paid, and nobody released it."""
    scene.pay(scene.main)
    scene.advance("2026-01-17")
    scene.merge(scene.main, [scene.sources[1]])
    scene.pay(scene.main)


def late_after_charge_back(scene: Scene) -> None:
    """The payment was withdrawn long before: a connector that looks knows it."""
    scene.suspend()
    scene.pay(scene.main)
    person(scene, "charge_back", scene.main)
    for _ in range(10):
        scene.get("customers/customer", limit="1")
    scene.set_status(scene.sub, "active")


@pytest.mark.parametrize(
    ("play", "found"),
    [
        (carrier_deleted_by_api, {"lost_charge", "not_conserved"}),
        (vanished_by_api, {"lost_charge", "not_conserved"}),
        (relief_deleted_by_api, {"double_billing", "not_conserved"}),
        (edited_by_api_too, {"wrong_total", "not_conserved"}),
        (taken_over_and_left, {"left_blocked"}),
        (late_after_charge_back, {"early_release"}),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_the_same_by_the_connector_is_one(play: Play, found: set[str]) -> None:
    """The excuse is people's, not the connector's."""
    scene = Scene()
    play(scene)
    assert set(rules(scene.still)) == found


def test_an_act_on_somebody_else_excuses_nothing() -> None:
    """Only what happened to the accounts in question counts."""
    scene = Scene()
    stranger = scene.account("10")
    scene.suspend()
    person(scene, "block_by_hand", stranger)
    scene.set_status(scene.sub, "active")
    assert rules(scene.still) == ["early_release"]
