"""Main accounts pay what is due, each by chance and at a moment of its own."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from connector.sandbox.errors import SandboxError
from connector.sandbox.world import World
from tests.sandbox.in_process_http import SandboxTransport
from tests.simulator.stage import Stage

SHARE = 0.7


def pay_sometime(stage: Stage, world: World, platform: SandboxTransport, power: float) -> None:
    """Let them pay after about so many seconds, as a power of ten."""
    for main_id in sorted({link.main_id for link in world.links.values()}):
        span = timedelta(seconds=10 ** (power * stage.dice.uniform(0.8, 1)))
        if stage.dice.random() < SHARE:
            stage.at(span, partial(pay, stage, platform, main_id))


def pay(stage: Stage, platform: SandboxTransport, main_id: int) -> bool:
    """A main account pays all that is due; False if nothing is."""
    try:
        platform.box.control("POST", "pay", {"customer_id": main_id})
    except SandboxError as nothing:
        stage.tell("payer", f"{main_id} pays nothing: {nothing}")
        return False
    stage.tell("payer", f"{main_id} pays all that is due")
    return True
