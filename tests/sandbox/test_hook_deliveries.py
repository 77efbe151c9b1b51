"""Deliveries of hooks: when they are tried again, and how they may be vexed."""

import pytest

from connector.sandbox.hooks.courier import InlineCourier
from connector.sandbox.options import SandboxOptions
from tests.sandbox.listener import Listener, deliveries, listen
from tests.sandbox.scene import Scene

PAYMENTS = "models\\common\\finance\\Payments"


@pytest.fixture
def scene() -> Scene:
    """A charged family."""
    return Scene()


def test_retries_come_at_once_then_after_one_ten_and_sixty_minutes(scene: Scene) -> None:
    """Each counts from the failure before it; after the last one it is given up."""
    listener = listen(scene, *[500] * 9, models=[PAYMENTS])
    scene.pay(scene.main)
    assert len(listener.events()) == 2
    scene.still.control("POST", "advance", {"minutes": 71})
    events = listener.events()
    assert len(events) == 5
    assert all(event == events[0] for event in events)
    tries = deliveries(scene)[1:]
    assert [each["attempt"] for each in tries] == [1, 2, 3, 4, 5]
    assert [each["at"][11:16] for each in tries] == ["09:00", "09:00", "09:01", "09:11", "10:11"]
    assert [each["outcome"] for each in tries] == ["failed"] * 4 + ["given_up"]
    scene.still.control("POST", "advance", {"days": 1})
    assert len([data for data in listener.events() if data["action"] == "create"]) == 5


@pytest.mark.parametrize("status", [0, 199, 301, 404, 503])
def test_anything_but_success_is_tried_again(scene: Scene, status: int) -> None:
    """No answer, a redirect and a refusal alike; success ends it."""
    listener = listen(scene, status, 204, models=[PAYMENTS])
    scene.pay(scene.main)
    scene.still.control("POST", "advance", {"hours": 2})
    assert [each["outcome"] for each in deliveries(scene)] == ["delivered", "failed", "delivered"]
    assert len(listener.events()) == 2


def test_a_failed_ping_is_not_repeated(scene: Scene) -> None:
    """It only tells whoever registers the hook."""
    listener = Listener(statuses=[404])
    scene.world.hooks.courier = InlineCourier(scene.world.hooks.outbox, listener)
    scene.still.control("POST", "hook", {"url": "http://listener.example/hook"})
    scene.still.control("POST", "advance", {"hours": 2})
    assert len(listener.got) == 1


def test_a_later_event_overtakes_a_failed_one(scene: Scene) -> None:
    """A failure holds nothing up."""
    listener = listen(scene, 500, 500, models=[PAYMENTS])
    scene.pay(scene.main)
    scene.pay(scene.sub)
    scene.still.control("POST", "advance", {"hours": 2})
    customers = [data["customer_id"] for data in listener.events()]
    assert customers == [str(scene.main)] * 2 + [str(scene.sub), str(scene.main)]


def test_duplicates_on_order(scene: Scene) -> None:
    """With certainty everything comes twice; with a chance some does, by the seed."""
    listener = listen(scene, duplicates="1", models=[PAYMENTS])
    scene.pay(scene.main)
    assert len(listener.events()) == 2
    assert listener.events()[0] == listener.events()[1]


def shuffled(seed_of_world: int) -> list[str]:
    """The customers of ten payments, as a hook with disorder hears of them."""
    scene = Scene()
    scene.world.options = SandboxOptions(seed=seed_of_world)
    listener = listen(scene, disorder=3, models=[PAYMENTS])
    for amount in range(1, 11):
        scene.pay(scene.main, str(amount))
    early = len(listener.events())
    assert early == 7
    scene.still.control("POST", "advance", {"minutes": 1})
    return [data["attributes"]["amount"] for data in listener.events()]


def test_disorder_on_order() -> None:
    """All arrive, in another order, the same by the same seed."""
    heard = shuffled(1)
    straight = [f"{amount}.0000" for amount in range(1, 11)]
    assert sorted(heard) == sorted(straight)
    assert heard != straight
    assert heard == shuffled(1)
    assert heard != shuffled(2)
