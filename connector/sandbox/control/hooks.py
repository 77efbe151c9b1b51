"""Registering hooks, and looking at their deliveries."""

from urllib.parse import urlsplit

from connector.sandbox.control.arguments import Arguments
from connector.sandbox.errors import ControlFault
from connector.sandbox.hooks.notices import WATCHED, register, unregister
from connector.sandbox.hooks.outbox import FORM, JSON, Hook
from connector.sandbox.world import World

CONTENT_TYPES = {"json": JSON, "form": FORM}


def add(world: World, given: Arguments) -> object:
    """Send events to a listener: url, secret, content type, models, duplicates, disorder."""
    url = given.text("url")
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise ControlFault("url must be an http or https address")
    duplicates = given.amount("duplicates", "0")
    if not 0 <= duplicates <= 1:
        raise ControlFault("duplicates must be 0 to 1")
    disorder = given.integer("disorder", 0)
    if disorder < 0:
        raise ControlFault("disorder must not be negative")
    hook = Hook(
        id=world.hooks.outbox.next_hook_id(),
        url=url,
        secret=given.text("secret", ""),
        content_type=CONTENT_TYPES[given.one_of("content_type", tuple(CONTENT_TYPES), "json")],
        models=_models(given),
        duplicates=duplicates,
        disorder=disorder,
        active=not given.has("active") or given.flag("active"),
    )
    register(world, hook)
    return hook.shown()


def listing(world: World, _given: Arguments) -> object:
    """The hooks that are registered, and what they can hear of."""
    return {
        "hooks": [hook.shown() for hook in world.hooks.outbox.hooks.values()],
        "models": [watched.model for watched in WATCHED],
    }


def remove(world: World, given: Arguments) -> object:
    """Remove one hook by id, or all."""
    known = list(world.hooks.outbox.hooks)
    named = [given.integer("id")] if given.has("id") else known
    for hook_id in named:
        if hook_id not in known:
            raise ControlFault(f"no hook {hook_id}", status=404)
        unregister(world, hook_id)
    return {"removed": named}


def deliveries(world: World, given: Arguments) -> object:
    """The attempts to deliver, in their order; of one hook, if named."""
    hook_id = given.integer("hook_id", 0)
    return [
        attempt.shown()
        for attempt in list(world.hooks.outbox.attempts)
        if hook_id in {0, attempt.hook_id}
    ]


def _models(given: Arguments) -> tuple[str, ...]:
    """Models by full name or last word; one that is never told of is refused."""
    names = tuple(given.texts("models"))
    known = {watched.model for watched in WATCHED}
    known |= {model.rpartition("\\")[2] for model in known}
    unknown = sorted(set(names) - known)
    if unknown:
        raise ControlFault(f"no model {unknown[0]}; GET /control/hook lists them")
    return names
