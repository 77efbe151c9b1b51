"""A connector takes a merge back: the auditor tells a right undo from a wrong one."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.conftest import rules
from tests.sandbox.scene import Scene

Play = Callable[[Scene], object]
Lines = list[dict[str, Any]]


def revoke(scene: Scene, merged: int) -> None:
    """Credit all of a merged document with the API key, line by line."""
    lines = [{**item, "id": 0} for item in scene.get(f"finance/invoices/{merged}")["items"]]
    body = {"customer_id": scene.main, "items": lines, "invoicesId": merged}
    scene.post("finance/credit-notes", body)


def recharge(
    scene: Scene, number: int, lines: Lines | None = None, *, to: int | None = None
) -> int:
    """Charge a source anew, under a heading that names it, on its own account."""
    source = scene.source(number)
    heading = {"description": f"Charged again: invoice {source['number']}", "price": "0"}
    items = [{**item, "id": 0} for item in source["items"]] if lines is None else lines
    body = {
        "customer_id": to or source["customer_id"],
        "type": "recurring",
        "items": [heading, *items],
    }
    return scene.post("finance/invoices", body)


def undone(scene: Scene) -> list[int]:
    """A right undo of a right merge; the documents that charge anew."""
    revoke(scene, scene.merged())
    return [recharge(scene, number) for number in (0, 1, 2)]


def edited_meanwhile(scene: Scene) -> None:
    """Staff write over every note and memo, and raise one of the new documents."""
    for number in undone(scene):
        changes: dict[str, object] = {"note": "Spoke", "memo": "To be looked at"}
        scene.staff("edit", resource="invoices", id=number, changes=changes)
    items = scene.get(f"finance/invoices/{number}")["items"]
    raised = [{**item, "price": "30"} if float(item["price"]) else item for item in items]
    scene.staff("edit", resource="invoices", id=number, changes={"items": raised})


def deleted_meanwhile(scene: Scene) -> None:
    """Staff delete one of the new documents: what that account owes is theirs to decide."""
    scene.staff("delete", resource="invoices", id=undone(scene)[1])


def paid_meanwhile(scene: Scene) -> None:
    """Each account pays for itself."""
    undone(scene)
    for customer in (scene.main, *scene.subs[:2]):
        scene.pay(customer)


def paid_before_relief(scene: Scene) -> None:
    """5.00 of 24.00 were paid at the source: the rest alone comes back."""
    scene.pay(scene.subs[0], "6")
    merged = scene.carry([line for number in (0, 1, 2) for line in scene.section(number)])
    part = {"description": "Rest", "price": "15", "tax": "20"}
    scene.relieve(scene.source(0))
    scene.relieve(scene.source(2))
    body = {"customer_id": scene.sub, "items": [part], "invoicesId": scene.sources[1]}
    scene.post("finance/credit-notes", body)
    paid = {"description": "Paid", "price": "5", "tax": "20"}
    scene.post(
        "finance/credit-notes",
        {"customer_id": scene.main, "items": [paid], "invoicesId": merged},
    )
    left = [{**item, "id": 0} for item in scene.get(f"finance/invoices/{merged}")["items"]]
    minus = {"description": "Less what was paid", "price": "-5", "tax": "20"}
    body = {"customer_id": scene.main, "items": [*left, minus], "invoicesId": merged}
    scene.post("finance/credit-notes", body)
    recharge(scene, 0)
    recharge(scene, 1, [part])
    recharge(scene, 2)


def twin_voided(scene: Scene) -> None:
    """A new document that stands twice is credited in full."""
    undone(scene)
    twin = recharge(scene, 1)
    lines = [{**item, "id": 0} for item in scene.get(f"finance/invoices/{twin}")["items"]]
    body = {"customer_id": scene.sub, "items": lines, "invoicesId": twin}
    scene.post("finance/credit-notes", body)


@pytest.mark.parametrize(
    "play",
    [
        undone,
        edited_meanwhile,
        deleted_meanwhile,
        paid_meanwhile,
        paid_before_relief,
        twin_voided,
    ],
    ids=lambda play: play.__name__,
)
def test_a_right_undo_is_no_finding(play: Play) -> None:
    """Every charge stands where it came from, once."""
    scene = Scene()
    play(scene)
    assert rules(scene.still) == []


def test_what_is_handed_back_is_no_merged_document() -> None:
    """The report counts merged documents only."""
    scene = Scene()
    undone(scene)
    report: Any = scene.still.control("GET", "audit")
    assert [family["merged_documents"] for family in report["families"]] == [0]


def never_revoked(scene: Scene) -> None:
    """Charged anew while the merged document stands."""
    scene.merged()
    for number in (0, 1, 2):
        recharge(scene, number)


def forgotten(scene: Scene) -> None:
    """One source is charged by nobody."""
    revoke(scene, scene.merged())
    recharge(scene, 0)
    recharge(scene, 2)


def charged_twice(scene: Scene) -> None:
    """One source is charged anew twice."""
    undone(scene)
    recharge(scene, 1)


def too_much(scene: Scene) -> None:
    """More than was relieved."""
    revoke(scene, scene.merged())
    recharge(scene, 0)
    recharge(scene, 1, [{"description": "x", "price": "21", "tax": "20"}])
    recharge(scene, 2)


def at_another_rate(scene: Scene) -> None:
    """The same sum, but tax moved between rates."""
    revoke(scene, scene.merged())
    recharge(scene, 0)
    recharge(scene, 1, [{"description": "x", "price": "24", "tax": "0"}])
    recharge(scene, 2)


def to_another(scene: Scene) -> None:
    """The second sub is charged for the first one."""
    revoke(scene, scene.merged())
    recharge(scene, 0)
    recharge(scene, 1, to=scene.subs[1])
    recharge(scene, 2)


def merged_again(scene: Scene) -> None:
    """The connector puts what was handed back onto a merged document again, and leaves it open."""
    undone(scene)
    scene.carry(scene.section(1))


@pytest.mark.parametrize(
    ("play", "found"),
    [
        (never_revoked, {"double_billing", "wrong_account", "not_conserved"}),
        (forgotten, {"lost_charge", "not_conserved"}),
        (charged_twice, {"double_billing", "not_conserved"}),
        (too_much, {"wrong_total", "tax_moved", "not_conserved"}),
        (at_another_rate, {"tax_moved"}),
        (to_another, {"wrong_account"}),
        (merged_again, {"double_billing", "not_conserved"}),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_a_wrong_undo_is_one(play: Play, found: set[str]) -> None:
    """Near misses of the same plays."""
    scene = Scene()
    play(scene)
    assert set(rules(scene.still)) == found


def test_whom_the_debt_was_handed_back_to_may_stay_blocked() -> None:
    """Blocked by the platform for its own invoice, merged, and undone: its main owes nothing."""
    scene = Scene()
    scene.pay(scene.main, "200")  # so that it is clear, whatever it is charged for
    scene.advance("2026-01-18")
    assert scene.status(scene.sub) == "blocked"
    merged = scene.carry([line for number in (1, 2) for line in scene.section(number)])
    for number in (1, 2):
        scene.relieve(scene.source(number))
    assert set(rules(scene.still)) == {"left_blocked"}
    revoke(scene, merged)
    for number in (1, 2):
        recharge(scene, number)
    assert rules(scene.still) == []
