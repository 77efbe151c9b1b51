"""Every rule of the auditor: a planted wrong that it must find, a near miss it must pass over."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.sandbox.audit import auditor
from tests.sandbox.caller import LA1_MEMO
from tests.sandbox.conftest import rules
from tests.sandbox.scene import Scene

Play = Callable[[Scene], object]


def doubled(scene: Scene) -> None:
    """Carried by two documents."""
    scene.carry(scene.section(1))
    scene.merge(scene.main, [scene.sources[1]])


def swapped_sections(scene: Scene) -> None:
    """Two euros of one sub stand in the other's section: the document's sums are right."""
    scene.carry([*scene.plain_line("22", 1), *scene.plain_line("18", 2)])
    for number in (1, 2):
        scene.relieve(scene.source(number))


def relieved_at_other_rate(scene: Scene) -> None:
    """24.00 relieved at 0 % instead of 20 net at 20 %."""
    scene.carry(scene.section(1))
    line = {"description": "Less", "price": "24", "tax": "0"}
    body = {"customer_id": scene.sub, "invoicesId": scene.sources[1], "items": [line]}
    scene.post("finance/credit-notes", body)


def excess_relief(scene: Scene) -> None:
    """A credit note over more than the source: the rest is a gift."""
    scene.carry(scene.section(1))
    line = {"description": "Less", "price": "25", "tax": "20"}
    body = {"customer_id": scene.sub, "invoicesId": scene.sources[1], "items": [line]}
    scene.post("finance/credit-notes", body)


def carried_with(number: int = 1, customer: int = 0, **change: object) -> Play:
    """A merge of one source with changed lines, or on another account of the family."""

    def play(scene: Scene) -> None:
        where = scene.subs[customer - 1] if customer else scene.main
        scene.carry(scene.section(number, **change), where)
        scene.relieve(scene.source(number))

    return play


def altered_after_payment(scene: Scene) -> None:
    """A paid invoice's total changed past the rules."""
    scene.pay(scene.main)
    changes = {"date_created": "2026-01-02"}
    edit = {"resource": "invoices", "id": scene.sources[0], "changes": changes}
    scene.staff("edit", **edit, force=True)


def person_blocked_then_released(scene: Scene) -> None:
    """Blocked by a person after the system's block had been lifted."""
    scene.staff("block", customer_id=scene.sub, by="system")
    scene.set_status(scene.sub, "active")
    scene.staff("block", customer_id=scene.sub, by="admin")
    scene.set_status(scene.sub, "active")


def paid_but_left(scene: Scene) -> None:
    """The main has paid and the sub stays blocked."""
    scene.suspend()
    scene.pay(scene.main)


def released_early(scene: Scene) -> None:
    """The main has not paid and the sub is back."""
    scene.suspend()
    scene.set_status(scene.sub, "active")


def claimed(scene: Scene) -> None:
    """A claim in the memo of a source that stays open."""
    scene.put(f"finance/invoices/{scene.sources[1]}", {"memo": LA1_MEMO})


def claimed_in_note(scene: Scene) -> None:
    """A claim in the note of a source that stays open."""
    scene.put(f"finance/invoices/{scene.sources[2]}", {"note": f"see {LA1_MEMO}"})


def stranger_billed(scene: Scene) -> None:
    """The merged document on an account of no family."""
    scene.carry(scene.section(1), scene.account())
    scene.relieve(scene.source(1))


def idle_credit(scene: Scene) -> None:
    """A credit note that relieves nothing."""
    items = [{"description": "x", "price": "5"}]
    scene.post("finance/credit-notes", {"customer_id": scene.sub, "items": items})


def deleted_carrier(scene: Scene) -> None:
    """Carried and relieved, then the carrier is deleted."""
    carrier = scene.carry(scene.section(1))
    scene.relieve(scene.source(1))
    scene.call("DELETE", f"finance/invoices/{carrier}")


def trial_left_open(scene: Scene) -> None:
    """A test customer is left with an invoice to pay."""
    scene.staff("test-customer")
    (customer,) = scene.world.test_customers
    items = [{"description": "x", "price": "5"}]
    scene.post("finance/invoices", {"customer_id": customer, "items": items})


WRONGS: dict[str, tuple[Play, set[str]]] = {
    "carried and open": (lambda s: s.carry(s.section(1)), {"double_billing", "not_conserved"}),
    "carried twice": (doubled, {"double_billing", "not_conserved"}),
    "relieved only": (lambda s: s.relieve(s.source(1)), {"lost_charge", "not_conserved"}),
    "carrier deleted": (deleted_carrier, {"lost_charge", "not_conserved"}),
    "source deleted": (
        lambda s: s.call("DELETE", f"finance/invoices/{s.sources[1]}"),
        {"lost_charge", "not_conserved"},
    ),
    "a cent too much": (carried_with(price="20.0083"), {"wrong_total", "tax_moved", "not_conserved"}),
    "a line twice": (carried_with(quantity="2"), {"wrong_total", "tax_moved", "not_conserved"}),
    "other tax": (carried_with(tax="10"), {"wrong_total", "tax_moved", "not_conserved"}),
    "no tax, same total": (carried_with(price="24", tax="0"), {"tax_moved"}),
    "between sections": (swapped_sections, {"tax_moved"}),
    "relief at other rate": (relieved_at_other_rate, {"tax_moved"}),
    "too much relief": (excess_relief, {"tax_moved", "not_conserved"}),
    "on the sub": (carried_with(customer=1), {"wrong_account"}),
    "on the other sub": (carried_with(customer=2), {"wrong_account"}),
    "tagged with another": (carried_with(sub_account_id=3), {"wrong_account"}),
    "on a stranger": (stranger_billed, {"stranger_touched", "not_conserved"}),
    "independent merged": (carried_with(number=3), {"wrong_family", "independent_touched"}),
    "idle credit": (idle_credit, {"relief_without_merge", "not_conserved"}),
    "claim left": (claimed, {"marker_left"}),
    "claim left in note": (claimed_in_note, {"marker_left"}),
    "paid altered": (altered_after_payment, {"paid_document_altered"}),
    "person's block lifted": (person_blocked_then_released, {"released_admin_block"}),
    "blocked for nothing": (
        lambda s: s.set_status(s.sub, "blocked"),
        {"wrong_suspension"},
    ),
    "disabled for nothing": (lambda s: s.set_status(s.sub, "disabled"), {"wrong_suspension"}),
    "left blocked": (paid_but_left, {"left_blocked"}),
    "released early": (released_early, {"early_release"}),
    "independent touched": (
        lambda s: s.put(f"customers/customer/{s.subs[2]}", {"city": "Easton"}),
        {"independent_touched"},
    ),
    "stranger touched": (
        lambda s: s.put(f"customers/customer-billing/{s.account()}", {"min_balance": "-1"}),
        {"stranger_touched"},
    ),
    "stranger's service": (
        lambda s: s.put(f"customers/customer/{s.account('5')}/internet-services--5", {"unit": "x"}),
        {"stranger_touched"},
    ),
    "trial left open": (trial_left_open, {"trial_left_open"}),
    "gift": (
        lambda s: s.post("finance/transactions", {"customer_id": s.sub, "type": "credit", "price": "1", "description": "x"}),
        {"not_conserved"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(WRONGS))
def test_a_planted_wrong_is_found_and_named(name: str) -> None:
    """On an untouched month the auditor is silent; after the wrong it names exactly its rules."""
    play, expected = WRONGS[name]
    scene = Scene()
    assert rules(scene.still) == []
    play(scene)
    assert set(rules(scene.still)) == expected


def test_every_rule_has_a_planted_wrong() -> None:
    """The rules named in the auditor's source are those planted above, and no others."""
    folder = Path(auditor.__file__).parent
    text = "".join((folder / name).read_text() for name in ("money_rules.py", "service_rules.py"))
    named = set(re.findall(r'(?:rule=|finding\(\s*|carrier, |else )"([a-z]+_[a-z_]+)"', text))
    assert named == set().union(*(expected for _, expected in WRONGS.values()))
