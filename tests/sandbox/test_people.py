"""People at work: every action, its refusals, its determinism, and the auditor's silence."""

from typing import Any

import pytest

from connector.sandbox.errors import SandboxError
from connector.sandbox.money import ZERO
from connector.sandbox.people.actions import ACTIONS, EVERYDAY, ON_REQUEST
from tests.sandbox.bench import Bench
from tests.sandbox.conftest import rules
from tests.sandbox.scene import Row, Scene


def act(bench: Bench, action: str, customer_id: int, seed: int = 1) -> Row:
    """Let one person do one thing."""
    body = {"action": action, "customer_id": customer_id, "seed": seed}
    deed: Any = bench.still.control("POST", "person", body)
    return dict(deed)


def ordered(bench: Bench, **order: object) -> None:
    """Let people act by chance."""
    bench.still.control("POST", "people", order)


def looked(bench: Bench) -> Row:
    """What people did."""
    seen: Any = bench.still.control("GET", "people")
    return dict(seen)


def poll(bench: Bench, times: int) -> None:
    """Send requests that change nothing."""
    for _ in range(times):
        bench.get("customers/customer", limit="1")


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_every_action_does_something_to_some_account(action: str) -> None:
    """On a charged family with a payment, a block and a native link, each finds its work."""
    scene = Scene()
    link = {"sub_id": scene.sub, "main_id": scene.main, "mode": "independent"}
    scene.staff("family/native", **link)
    scene.pay(scene.subs[2])
    scene.staff("block", customer_id=scene.subs[1], by="system")
    accounts = [scene.main, *scene.subs]
    outcomes = [act(scene, action, each)["outcome"] for each in accounts]
    assert "done" in outcomes
    assert looked(scene)["counts"][action]["done"] == outcomes.count("done")


def test_a_customer_pays_all_that_is_due() -> None:
    """The invoice is paid, and the witness knows that a customer did it."""
    scene = Scene()
    deed = act(scene, "pay", scene.main)
    assert scene.source(0)["status"] == "paid"
    assert scene.get(f"finance/payments/{deed['rows']['payment_id']}")["amount"] == 36
    assert scene.world.witness.effects[-1].actor == "customer"
    assert act(scene, "pay", scene.main)["outcome"] == "nothing"


def test_a_payment_on_the_wrong_account_leaves_the_debt() -> None:
    """Somebody else has it on the balance; the payer's invoice stays open."""
    scene = Scene()
    rows = act(scene, "pay_wrong_account", scene.main)["rows"]
    assert rows["customer_id"] != scene.main
    assert scene.source(0)["due"] == 36


@pytest.mark.parametrize("seed", range(6))
def test_a_payment_that_comes_back_is_owed_again(seed: int) -> None:
    """Deleted or booked negative: the balance is as before the payment."""
    scene = Scene()
    owed = scene.deposit(scene.main)
    act(scene, "pay", scene.main)
    assert scene.deposit(scene.main) != owed
    assert act(scene, "charge_back", scene.main, seed)["outcome"] == "done"
    assert scene.deposit(scene.main) == owed


def test_unlinking_takes_back_what_is_meant_and_native_unlinking_does_not() -> None:
    """`unlink` changes the intended links; `native_unlink` only the platform's own."""
    scene = Scene()
    scene.staff("family/native", sub_id=scene.subs[2], main_id=scene.main, mode="independent")
    act(scene, "native_unlink", scene.subs[2])
    assert scene.get(f"customers/customer/{scene.subs[2]}")["parent_id"] == 0
    assert scene.subs[2] in scene.world.links
    act(scene, "unlink", scene.subs[2])
    assert scene.subs[2] not in scene.world.links


def test_by_chance_as_often_as_ordered() -> None:
    """Never at rate 0, before every request at rate 1, and nobody after DELETE."""
    scene = Scene()
    ordered(scene, rate="0")
    poll(scene, 20)
    assert looked(scene)["log"] == []
    ordered(scene, rate="1", actions=["edit_note"], customers=[scene.main])
    poll(scene, 5)
    log = looked(scene)["log"]
    assert [deed["number"] for deed in log] == [1, 2, 3, 4, 5]
    assert {deed["customer_id"] for deed in log} == {scene.main}
    requests = [deed["request"] for deed in log]
    assert requests == list(range(requests[0], requests[0] + 5))
    scene.still.control("DELETE", "people")
    poll(scene, 5)
    assert len(looked(scene)["log"]) == 5
    assert looked(scene)["order"] is None


def test_people_go_home() -> None:
    """Nobody acts after the order's end."""
    scene = Scene()
    ordered(scene, rate="1", actions=["edit_note"], until="2026-01-01T10:00:00")
    poll(scene, 1)
    scene.still.control("POST", "advance", {"hours": 2})
    poll(scene, 3)
    assert len(looked(scene)["log"]) == 1


def test_equal_seeds_and_requests_make_equal_acts() -> None:
    """And another seed makes others."""
    told = []
    for seed in (7, 7, 8):
        scene = Scene()
        ordered(scene, seed=seed, rate="0.5")
        poll(scene, 60)
        told.append(looked(scene)["log"])
    assert told[0] == told[1]
    assert len(told[0]) > 15
    assert told[0] != told[2]


def test_what_changes_the_work_itself_is_done_only_if_named() -> None:
    """Without names nobody deletes accounts, moves them or takes links back."""
    scene = Scene()
    ordered(scene, rate="1")
    poll(scene, 150)
    done = set(looked(scene)["counts"])
    assert not done & set(ON_REQUEST)
    assert len(done) > len(EVERYDAY) // 2


def test_a_refused_act_is_counted_and_changes_nothing() -> None:
    """The platform's own rules hold for people too."""
    scene = Scene()
    scene.staff("family/native", sub_id=scene.subs[2], main_id=scene.main, mode="independent")
    before = scene.still.control("GET", "state")
    deed = act(scene, "move_partner", scene.subs[2])
    if deed["outcome"] == "refused":  # native links may forbid it
        assert deed["why"]
        assert scene.still.control("GET", "state") == before
    counts = looked(scene)["counts"]["move_partner"]
    assert sum(counts.values()) == 1


@pytest.mark.parametrize(
    "order",
    [
        {"actions": ["dance"]},
        {"rate": "1.01"},
        {"rate": "-0.1"},
        {"customers": [99]},
        {"until": "soon"},
        {"until": "2026-01-01T00:00:00+01:00"},
        {"actions": "pay"},
    ],
)
def test_a_wrong_order_is_refused(order: dict[str, object]) -> None:
    """And nobody acts by it."""
    bench = Bench()
    with pytest.raises(SandboxError):
        ordered(bench, **order)
    assert looked(bench)["order"] is None


def test_one_unknown_person_or_act_is_refused() -> None:
    """By name too."""
    scene = Scene()
    for action, customer in (("dance", scene.main), ("pay", 99)):
        with pytest.raises(SandboxError):
            act(scene, action, customer)


HABITS: list[dict[str, object]] = [
    {},
    {"native_block": True, "one_time_blocks": True, "invoice_delete": "vanish"},
    {"credit_note_reactivates": True, "coverage": "kept", "blocking_fee": "5", "rounding": "line"},
    {"pay_from_balance": True, "reset_period": "always", "finance_lock": False, "allocation": "exact"},
]  # fmt: skip


def months_of_people(seed: int, release: str) -> Bench:
    """A quarter in which people act and nobody merges; some links are the platform's own too."""
    bench = Bench(release, seed=seed, families=2, subs=3)
    bench.still.control("POST", "switch", HABITS[seed % len(HABITS)])
    for link in list(bench.world.links.values()) if release == "5.1" and seed % 3 else []:
        native = {"sub_id": link.sub_id, "main_id": link.main_id, "mode": link.mode}
        bench.still.control("POST", "family/native", native)
    actions = [*EVERYDAY, *(ON_REQUEST if seed % 2 else ())]
    ordered(bench, seed=seed, rate="0.5", actions=actions)
    for _ in range(45):
        poll(bench, 3)
        bench.still.control("POST", "advance", {"hours": 49})
    return bench


@pytest.mark.parametrize("block", range(10))
def test_the_auditor_accuses_nobody_of_what_people_did(block: int) -> None:
    """Two hundred seeds of a quarter each, without any connector: no finding."""
    for seed in range(block * 20, block * 20 + 20):
        bench = months_of_people(seed, "4.3" if seed % 5 == 0 else "5.1")
        counts = looked(bench)["counts"]
        assert sum(count["done"] for count in counts.values()) > 15
        assert rules(bench.still) == [], seed
        for billing in bench.world.billings:
            posted = bench.world.transactions.of_customer(billing.customer_id)
            moved = sum((row.total if row.type == "credit" else -row.total for row in posted), ZERO)
            waiting = sum(
                (row.total for row in posted if row.to_invoice and not row.invoice_id), ZERO
            )
            assert billing.deposit == moved + waiting, seed
