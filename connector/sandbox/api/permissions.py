"""The permissions of a login, as its answer tells them."""

from collections.abc import Iterable

from connector.sandbox.api import resources

ACTIONS = ("index", "view", "add", "update", "delete")
SINGULAR = {"customers/customer": "Customer", "finance/proforma-invoices": "Requests"}


def told_permissions(denied: Iterable[tuple[str, str]]) -> object:
    """An empty list for who may do everything, else controller to action to `allow` or `deny`."""
    pairs = list(denied)
    if not pairs:
        return []
    names = {name for name, _ in pairs if name != "*"} | set(resources.RESOURCES)
    return {class_of(name): _actions(name, pairs) for name in sorted(names)}


def class_of(controller: str) -> str:
    """A controller's address as the name of its class."""
    section, _, name = controller.partition("/")
    title = SINGULAR.get(controller) or "".join(map(str.capitalize, name.split("-")))
    return f"api\\admin\\{section}\\{title}"


def _actions(controller: str, denied: list[tuple[str, str]]) -> dict[str, str]:
    return {
        action: "deny"
        if any(where in {controller, "*"} and what in {action, "*"} for where, what in denied)
        else "allow"
        for action in ACTIONS
    }
