"""A world with at least one real row of everything, and a caller for any address and media."""

import json
from collections.abc import Mapping
from typing import Any

from connector.sandbox.api.message import Call
from tests.sandbox.bench import Bench
from tests.sandbox.caller import AGENT, Answer

API = "/api/2.0"
EDGE = "edge-of-the-form"
SOME_FILE = ("notes.txt", b"Some notes\n")


class Scene:
    """One sandbox of a release, with the ids of what it holds."""

    def __init__(self, release: str) -> None:
        self.bench = Bench(release)
        self.release = release
        self.ids: dict[str, Any] = {"tariff": 1, "administrator": 1, "module": "customers"}
        self.ids["customer"] = self.bench.account("30")
        self.ids["service"] = 1
        self.ids["charged"] = self.bench.account("20")
        self._charge_and_pay()
        self._change_rows()
        self._prepay()
        self._hold_session()
        self._file_papers()
        self._open_ticket()
        self._define_module()

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        media: str = "application/json",
        authorization: str | None = None,
    ) -> Answer:
        """Send one request to an address below the API's root."""
        address, _, query = path.partition("?")
        raw, kind = _encoded(body, media)
        call = Call(
            method=method,
            path=f"{API}{address}",
            query=query,
            authorization=self.bench.basic() if authorization is None else authorization,
            user_agent=AGENT,
            content_type=kind,
            body=raw,
        )
        reply = self.bench.still.api.answer(call)
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return Answer(status=reply.status, headers=headers, text=reply.text)

    def login(self, **given: object) -> Any:
        """Log in for a token; what was answered."""
        return self.ask("POST", "/admin/auth/tokens", given, authorization="").json

    def _charge_and_pay(self) -> None:
        self.bench.still.control("POST", "charge")
        self.ids["invoice"] = self.bench.invoices(self.ids["customer"])[0]["id"]
        self.bench.pay(self.ids["customer"], "10", invoice_id=int(self.ids["invoice"]))

    def _change_rows(self) -> None:
        path = f"customers/customer/{self.ids['customer']}"
        for status in ("blocked", "active"):
            self.bench.put(path, {"status": status})
        self.bench.put(path, {"customer_labels": [1]})
        planned = {"tariff_id": 1, "description": "Later", "status": "pending"}
        self.bench.post(f"{path}/internet-services", planned)
        day = {"service_id": self.ids["service"], "date": "2026-01-02", "up": 1, "down": 2}
        assert self.bench.call("POST", "customers/customer-traffic-counter", day).status == 201

    def _prepay(self) -> None:
        """One who may start and stop services of each kind and holds a bundle; one by months."""
        for kind, name in (("prepaid", "prepaid"), ("prepaid_monthly", "monthly")):
            body = {"name": name, "login": name, "password": "open", "billing_type": kind}
            self.ids[name] = self.bench.post("customers/customer", {**body, "status": "active"})
        plain = {"tariff_id": 1, "description": "Some service", "unit_price": "1"}
        base = f"customers/customer/{self.ids['prepaid']}"
        for kind in ("internet", "voice", "recurring"):
            self.ids[f"prepaid {kind}"] = self.bench.post(f"{base}/{kind}-services", plain)
        bundle = {"bundle_id": 1, "description": "Some bundle", "services_internet": [plain]}
        self.ids["bundle held"] = self.bench.post(f"{base}/bundle-services", bundle)
        self.bench.post(f"customers/customer/{self.ids['monthly']}/internet-services", plain)
        self.ids["bundle"] = 1

    def _hold_session(self) -> None:
        session = {"customer_id": self.ids["customer"], "service_id": self.ids["service"]}
        for _ in range(2):
            made = self.bench.post("customers/customers-online", session)
        assert self.bench.call("DELETE", f"customers/customers-online/{made}").status == 204

    def _file_papers(self) -> None:
        customer = self.ids["customer"]
        self.bench.put(
            f"customers/customer-payment-accounts?id={customer}--1", {"field_1": "token"}
        )
        body = {"customer_id": customer, "type": "uploaded", "title": "Some paper"}
        self.ids["document"] = self.bench.post("customers/customer-documents", body)
        path = f"/admin/customers/customer-documents/{self.ids['document']}--upload"
        sent = self.ask("POST", path, {}, media="multipart/form-data")
        assert sent.status == 202, sent.text

    def _open_ticket(self) -> None:
        """A ticket with a message, a file and a feedback; the ids where the answers have some."""
        body = {"type_id": 1, "subject": "Slow", "priority": "low", "message": {"message": "Help"}}
        customer = {"customer_id": self.ids["customer"]}
        self.ids["ticket"] = self._made("/admin/support/tickets", {**body, **customer})
        told = {"ticket_id": self.ids["ticket"], "message": "More"}
        self.ids["message"] = self._made("/admin/support/ticket-messages", told)
        path = f"/admin/support/ticket-attachments?message_id={self.ids['message']}"
        self.ask("POST", path, {}, media="multipart/form-data")
        self._made("/admin/support/ticket-feedbacks", {"ticket_id": self.ids["ticket"]})
        self.ids["other ticket"] = self._made("/admin/support/tickets", {**body, **customer})

    def _define_module(self) -> None:
        """A module with its own table, of two attributes."""
        self.ids["table"] = "towers"
        module = {"name": "towers", "title": "Towers", "type": "simple"}
        root = {"root": "controllers\\admin\\NetworkingController"}
        self._made("/admin/config/modules", {**module, **root})
        for place, name in (("towers", "title"), ("towers", "ip"), ("customers", "floor")):
            flags = ("is_required", "is_unique", "is_add", "show_in_list", "searchable")
            field = dict.fromkeys((*flags, "readonly", "disabled"), 0)
            told = {"name": name, "title": name, "type": "string", **field}
            self._made(f"/admin/config/additional-fields/{place}", told)
        # No address writes these, so that they are put there.
        for kind in ("internet", "voice", "recurring", "bundle", "one-time"):
            for plan in self.bench.world.entries[f"tariffs/{kind}"]:
                plan.customer_labels = [1]

    def _made(self, path: str, body: object) -> object:
        """What an answer names as new, None if it was refused: the walk tells of that."""
        answer = self.ask("POST", path, body)
        told = answer.json if answer.status == 201 and answer.text else None
        return next(iter(told.values())) if isinstance(told, dict) else None


def _encoded(body: object, media: str) -> tuple[bytes, str]:
    if body is None:
        return b"", media
    if media != "multipart/form-data":
        return json.dumps(body, default=str).encode(), media
    assert isinstance(body, dict)
    parts = [f'name="{name}"\r\n\r\n{value}' for name, value in _flat(body)]
    name, content = SOME_FILE
    for field in ("file", "files[0]"):
        head = f'name="{field}"; filename="{name}"\r\nContent-Type: text/plain'
        parts.append(f"{head}\r\n\r\n{content.decode()}")
    joined = "".join(f"--{EDGE}\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
    return f"{joined}--{EDGE}--\r\n".encode(), f"{media}; boundary={EDGE}"


def _flat(body: Mapping[str, object], prefix: str = "") -> list[tuple[str, object]]:
    """Nested values as pairs with brackets; flags as forms write them."""
    pairs: list[tuple[str, object]] = []
    for name, value in body.items():
        key = f"{prefix}[{name}]" if prefix else name
        if isinstance(value, list):
            pairs += _flat({str(at): each for at, each in enumerate(value)}, key)
        elif isinstance(value, dict):
            pairs += _flat(value, key)
        else:
            pairs.append((key, int(value) if isinstance(value, bool) else value))
    return pairs
