"""Whether our key is accepted, and whether it may do what we need."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from connector.errors import PlatformDenied, PlatformRefused, RecordMissing, ReplyMalformed
from connector.splynx.auth import TokenLogin
from connector.splynx.codec import decode_id, decode_items
from connector.splynx.connection import SplynxConnection
from connector.splynx.mapping import Route
from connector.splynx.search import Filter, equal, page_of
from connector.splynx.verdict import permission_of
from connector.splynx.wire import Request

_LISTS = {
    "accounts": "account",
    "internet_services": "service",
    "voice_services": "service",
    "recurring_services": "service",
    "bundle_services": "service",
    "invoices": "invoice",
    "credit_notes": "credit_note",
    "payments": "payment",
    "status_changes": "status_change",
}
_SINGLES = {"accounts": "accounts", "invoices": "invoices", "credit_notes": "credit_notes"}
_WRITES = (
    ("accounts", "update"),
    ("invoices", "create"),
    ("invoices", "update"),
    ("credit_notes", "create"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PermissionProbe:
    """One permission: whether we have it, in words for the operator."""

    resource: str  #: for example ``invoices list``
    ok: bool
    sentence: str


def check_login(connection: SplynxConnection) -> None:
    """Make one harmless request with our key.

    Raises:
        PlatformDenied: the key is refused.
        PlatformUnavailable: the platform cannot be reached.
    """
    route = connection.mapping.route("accounts", "count")
    try:
        connection.client.read(Request(method=route.method, path=route.path))
    except PlatformDenied as denied:
        if denied.permission is None:
            raise


def probe_permissions(connection: SplynxConnection) -> tuple[PermissionProbe, ...]:
    """Try every reading with one row, and look the writings up in the login's answer.

    The platform tells the permissions of a key only at a token login, and not for a key that may
    do everything; where it does not tell, a writing is left out rather than guessed.
    """
    return (*_probed_reads(connection), *_told_writes(connection))


def count_extra_fields(connection: SplynxConnection) -> int:
    """How many additional fields the administrator has declared on invoices."""
    route = connection.mapping.route("invoices", "describe")
    body = connection.client.read(Request(method=route.method, path=route.path)).parsed()
    told = body.get("additional_attributes") if isinstance(body, dict) else None
    return len(told) if isinstance(told, list | dict) else 0


def _probed_reads(connection: SplynxConnection) -> Iterator[PermissionProbe]:
    seen: dict[str, int] = {}
    for resource, record in _LISTS.items():
        mapping = connection.mapping
        conditions: tuple[Filter, ...] = ()
        if record == "service":  # this list answers only when something is asked of it
            conditions = (equal(mapping.at(record, "status"), "active"),)
        query = page_of(conditions, order=mapping.at(record, "id"), limit=1)
        route = mapping.route(resource, "list")
        request = Request(method=route.method, path=route.path, query=query)
        probe, number = _tried(connection, f"{resource} list", request)
        yield probe
        if number is not None:
            seen[resource] = number
    yield from _probed_singles(connection, seen)


def _probed_singles(
    connection: SplynxConnection, seen: Mapping[str, int]
) -> Iterator[PermissionProbe]:
    for resource, origin in {**_SINGLES, "billing": "accounts"}.items():
        if origin in seen:
            route = connection.mapping.route(resource, "one").to(seen[origin])
            request = Request(method=route.method, path=route.path)
            yield _tried(connection, f"{resource} one", request)[0]


def _tried(
    connection: SplynxConnection, name: str, request: Request
) -> tuple[PermissionProbe, int | None]:
    try:
        body = connection.client.read(request).parsed()
    except (PlatformDenied, RecordMissing, ReplyMalformed) as error:
        return PermissionProbe(resource=name, ok=False, sentence=str(error)), None
    except PlatformRefused as error:
        off = error.status == HTTPStatus.METHOD_NOT_ALLOWED and "services" in name
        sentence = "the module is switched off: none to read" if off else str(error)
        return PermissionProbe(resource=name, ok=off, sentence=sentence), None
    probe = PermissionProbe(resource=name, ok=True, sentence=f"may {permission_of(request)}")
    return probe, _first_id(connection, body)


def _first_id(connection: SplynxConnection, body: object) -> int | None:
    try:
        rows = decode_items(body)
        return decode_id(rows[0].get(connection.mapping.at("account", "id"))) if rows else None
    except ValueError:
        return None


def _told_writes(connection: SplynxConnection) -> Iterator[PermissionProbe]:
    login = connection.client.login
    told = login.permissions if isinstance(login, TokenLogin) else {}
    by_name = {_plain(controller): actions for controller, actions in told.items()}
    for resource, name in _WRITES:
        route = connection.mapping.route(resource, name)
        needed = permission_of(Request(method=route.method, path=_without_id(route)))
        controller, _, action = needed.partition(": ")
        actions = by_name.get(_plain(f"api/admin/{controller}"))
        said = actions.get(action) if isinstance(actions, Mapping) else None
        if said is not None:
            ok = said == "allow"
            sentence = f"may {needed}" if ok else f"grant the API key {needed}"
            yield PermissionProbe(resource=f"{resource} {name}", ok=ok, sentence=sentence)


def _without_id(route: Route) -> str:
    return route.path.removesuffix("/{id}")


def _plain(controller: str) -> str:
    """A controller's name, whether told with the slashes of a class or of a path."""
    return re.sub(r"[^a-z/]", "", controller.replace("\\", "/").lower())
