"""An independent API caller for tests: plain urllib, nothing of the product."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from connector.sandbox.server import RunningSandbox

AGENT = "sandbox-test/1"
LA1_MEMO = "LA1:2026-01:1:zz"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Status, headers with lower-case names, and body text."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body with exact numbers."""
        return json.loads(self.text, parse_float=Decimal)


class Caller:
    """Calls one sandbox's API with Basic credentials unless told otherwise."""

    def __init__(self, box: RunningSandbox) -> None:
        self.box = box
        self.nonce = 1000

    def basic(self) -> str:
        """A Basic header."""
        pair = f"{self.box.key}:{self.box.secret}".encode()
        return "Basic " + base64.b64encode(pair).decode()

    def sign(self, nonce: int) -> dict[str, str]:
        """The signed parameters for a nonce."""
        text = f"{nonce}{self.box.key}".encode()
        made = hmac.new(self.box.secret.encode(), text, hashlib.sha256).hexdigest().upper()
        return {"key": self.box.key, "nonce": str(nonce), "signature": made}

    def signed(self, nonce: int) -> str:
        """A signature header."""
        return f"Splynx-EA ({urlencode(self.sign(nonce))})"

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        auth: str | None = None,
        agent: str = AGENT,
    ) -> Answer:
        """Send one request below the API's admin root."""
        data = None if body is None else json.dumps(body, default=str).encode()
        credentials = self.basic() if auth is None else auth
        headers = {"User-Agent": agent} | ({"Authorization": credentials} if credentials else {})
        return self.send(method, path, data, headers=headers)

    def send(
        self,
        method: str,
        path: str,
        data: bytes | None,
        *,
        headers: Mapping[str, str] | None = None,
        kind: str = "application/json",
    ) -> Answer:
        """Send raw bytes of a content type over HTTP; without headers, with Basic credentials."""
        given = {"Authorization": self.basic()} if headers is None else dict(headers)
        headers = {"Content-Type": kind, **given}
        url = f"{self.box.base_url}/api/2.0/admin/{path}"
        request = Request(url, data=data, headers=headers, method=method)  # noqa: S310 - our own http address
        try:
            with urlopen(request, timeout=10) as answer:  # noqa: S310 - our own http address
                return _answer(answer.status, answer.headers, answer.read())
        except HTTPError as error:
            with error:
                return _answer(error.code, error.headers, error.read())

    def get(self, path: str, **query: str) -> Any:
        """The JSON of a list or row."""
        answer = self.call("GET", f"{path}?{urlencode(query)}" if query else path)
        assert answer.status == 200, answer.text
        return answer.json

    def post(self, path: str, body: object) -> int:
        """The id of a new row."""
        answer = self.call("POST", path, body)
        assert answer.status == 201, answer.text
        return int(answer.json["id"])

    def put(self, path: str, body: object) -> None:
        """Change a row."""
        answer = self.call("PUT", path, body)
        assert (answer.status, answer.text) == (202, "null"), answer.text

    def merge(self, main_id: int, source_ids: list[int], **changes: object) -> int:
        """Merge invoices onto a main the way a connector does, then relieve each source."""
        sources = [self.get(f"finance/invoices/{source_id}") for source_id in source_ids]
        items: list[dict[str, object]] = []
        for source in sources:
            items.append({"description": f"Invoice {source['number']}", "price": "0", "tax": "0"})
            items += [_line(item) for item in source["items"]]
        body = {"customer_id": main_id, "items": items, "type": "recurring", **changes}
        merged = self.post("finance/invoices", body)
        for source in sources:
            self.relieve(source)
        return merged

    def relieve(self, source: Mapping[str, Any]) -> int:
        """Credit a whole invoice."""
        body = {
            "customer_id": source["customer_id"],
            "invoicesId": source["id"],
            "resetPeriodForService": "0",
            "items": [_line(item) for item in source["items"]],
        }
        return self.post("finance/credit-notes", body)


def _line(item: Mapping[str, Any]) -> dict[str, object]:
    return {
        "description": item["description"],
        "quantity": str(item["quantity"]),
        "price": item["price"],
        "tax": item["tax"],
    }


def _answer(status: int, headers: Any, body: bytes) -> Answer:
    lowered = {name.lower(): value for name, value in headers.items()}
    return Answer(status=status, headers=lowered, text=body.decode())
