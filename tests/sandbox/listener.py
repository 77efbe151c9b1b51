"""A listener of hooks in process, without threads."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.hooks.courier import InlineCourier
from tests.sandbox.scene import Row, Scene

SECRET = "s3cret"


@dataclass(kw_only=True)
class Listener:
    """Answers each message with the next of some statuses, then with 200, and keeps it."""

    statuses: list[int] = field(default_factory=list)
    got: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Take one message."""
        assert url == "http://listener.example/hook"
        self.got.append((headers, body))
        return self.statuses.pop(0) if self.statuses else 200

    def events(self) -> list[Row]:
        """The events so far, without pings, each as its data."""
        messages = [json.loads(body) for _, body in self.got]
        return [message["data"] for message in messages if message["type"] == "event"]

    def told(self) -> list[tuple[str, str]]:
        """Model and action of each event, the model by its last word."""
        return [(data["model"].rpartition("\\")[2], data["action"]) for data in self.events()]


def listen(scene: Scene, *statuses: int, **more: object) -> Listener:
    """Hook a listener up, without threads; the ping has been taken already."""
    listener = Listener()
    hooks = scene.world.hooks
    hooks.courier = InlineCourier(hooks.outbox, listener)
    order = {"url": "http://listener.example/hook", "secret": SECRET, **more}
    scene.still.control("POST", "hook", order)
    listener.statuses = list(statuses)
    return listener


def deliveries(scene: Scene) -> list[Row]:
    """The attempts so far."""
    found: Any = scene.still.control("GET", "hook/deliveries")
    return list(found)
