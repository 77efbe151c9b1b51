"""The platform's lock on finance documents of linked sub-accounts, laid on a resource's verbs."""

from collections.abc import Callable
from typing import Any

from connector.sandbox.records import Row
from connector.sandbox.wire.reading import Body
from connector.sandbox.witness import Actor
from connector.sandbox.world import World
from connector.sandbox.writes.linking import guard_finance

Create = Callable[[World, Body, Actor], Row]
Update = Callable[[World, Any, Body, Actor], None]
Delete = Callable[[World, Any, Actor], None]


def guarded_create(create: Create) -> Create:
    """Create a document, unless its customer's documents are locked."""

    def guarded(world: World, body: Body, actor: Actor) -> Row:
        guard_finance(world, body.get("customer_id"), actor)
        return create(world, body, actor)

    return guarded


def guarded_update(update: Update) -> Update:
    """Change a document, unless its customer's documents are locked."""

    def guarded(world: World, row: Row, body: Body, actor: Actor) -> None:
        guard_finance(world, row.customer_id, actor)
        update(world, row, body, actor)

    return guarded


def guarded_delete(delete: Delete) -> Delete:
    """Delete a document, unless its customer's documents are locked."""

    def guarded(world: World, row: Row, actor: Actor) -> None:
        guard_finance(world, row.customer_id, actor)
        delete(world, row, actor)

    return guarded
