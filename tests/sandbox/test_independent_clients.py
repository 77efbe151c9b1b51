"""Small clients written from the platform's documents alone, as others have written theirs.

They know nothing of this project but the address, key and secret of an API.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import httpx
import pytest

from connector.sandbox.server import RunningSandbox, SandboxOptions

FAMILIES, SUBS = 6, 3
ACCOUNTS = FAMILIES * (SUBS + 1)


@dataclass(frozen=True, kw_only=True)
class Site:
    """What an administrator hands to somebody who writes a client."""

    url: str
    key: str
    secret: str
    box: RunningSandbox


@pytest.fixture(params=["5.1", "4.3"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """An installation with a few accounts and a month's invoices."""
    options = SandboxOptions(release=request.param, families=FAMILIES, subs=SUBS)
    with RunningSandbox(options) as box:
        box.control("POST", "charge")
        url = f"{box.base_url}/api/2.0/"
        yield Site(url=url, key=box.key, secret=box.secret, box=box)


def signature(site: Site, nonce: int) -> dict[str, str]:
    """Key, nonce and the upper-case digest of nonce and key."""
    text = f"{nonce}{site.key}".encode()
    digest = hmac.new(site.secret.encode(), text, hashlib.sha256).hexdigest().upper()
    return {"key": site.key, "nonce": str(nonce), "signature": digest}


def build_query(value: Any, prefix: str = "") -> str:
    """PHP's http_build_query: nested maps and lists as names in brackets."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    parts = []
    for name, each in inner:
        path = f"{prefix}[{name}]" if prefix else str(name)
        if isinstance(each, dict | list):
            parts.append(build_query(each, path))
        else:
            parts.append(f"{quote(path, safe='')}={quote(str(each), safe='')}")
    return "&".join(part for part in parts if part)


class SigningClient:
    """Signs every request with a growing nonce; urllib only."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.nonce = 170_000_000_000

    def ask(
        self, method: str, path: str, data: bytes | None = None, kind: str = "application/json"
    ) -> tuple[int, Message[str, str], str]:
        """One request."""
        self.nonce += 1
        signed = urlencode(signature(self.site, self.nonce))
        headers = {"Authorization": f"Splynx-EA ({signed})", "Content-Type": kind}
        request = Request(self.site.url + path, data=data, headers=headers, method=method)  # noqa: S310 - a local server
        try:
            with urlopen(request, timeout=10) as reply:  # noqa: S310 - a local server
                return reply.status, reply.headers, reply.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()

    def rows(self, path: str, search: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows that a search finds."""
        status, _, text = self.ask("GET", f"admin/{path}?{build_query(search)}")
        assert status == 200, text
        return list(json.loads(text))


class TokenClient:
    """Logs in once, renews shortly before the end, logs out; httpx."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.http = httpx.Client(base_url=site.url, headers={"User-Agent": "billing-robot/2"})
        body = {"auth_type": "api_key", **signature(site, 5)}
        reply = self.http.post("admin/auth/tokens", json=body)
        assert reply.status_code == 201
        self.tokens: dict[str, Any] = reply.json()
        self.renewals = 0

    def now(self) -> float:
        """The time by the server's own clock, as any answer tells it."""
        date = self.http.get("admin/api/check").headers["Date"]
        return parsedate_to_datetime(date).timestamp()

    def get(self, path: str) -> httpx.Response:
        """A reading, with a token that is good for five seconds more."""
        if self.now() + 5 > self.tokens["access_token_expiration"]:
            self.tokens |= self.http.get(f"admin/auth/tokens/{self.tokens['refresh_token']}").json()
            self.renewals += 1
        header = f"Splynx-EA (access_token={self.tokens['access_token']})"
        return self.http.get(path, headers={"Authorization": header})

    def close(self) -> None:
        """Log out."""
        gone = self.http.delete(f"admin/auth/tokens/{self.tokens['refresh_token']}")
        assert (gone.status_code, gone.content) == (204, b"")
        self.http.close()


def test_a_client_that_signs_every_request(site: Site) -> None:
    """Reads, and is refused once it repeats a nonce where nonces are checked."""
    site.box.control("POST", "switch", {"check_nonce": True})
    client = SigningClient(site)
    for _ in range(3):
        assert client.ask("GET", "admin/administration/partners")[0] == 200
    client.nonce -= 1
    status, _, text = client.ask("GET", "admin/administration/partners")
    assert (status, json.loads(text)["error"]["internal_code"]) == (401, "UNAUTHORIZED")


def test_a_client_with_tokens_lives_through_a_day(site: Site) -> None:
    """It renews when it must, and the last token is dead after the logout."""
    client = TokenClient(site)
    for _ in range(6):
        assert client.get("admin/customers/customer/1").status_code == 200
        site.box.control("POST", "advance", {"minutes": 30})
    assert client.renewals == 5
    last = client.tokens["access_token"]
    client.close()
    header = {"Authorization": f"Splynx-EA (access_token={last})", "User-Agent": "billing-robot/2"}
    late = httpx.get(f"{site.url}admin/customers/customer/1", headers=header)
    assert (late.status_code, late.json()["error"]["internal_code"]) == (401, "TOKEN_BANNED")


def test_searches_as_the_documents_show_them(site: Site) -> None:
    """LIKE, BETWEEN, IN, comparisons, order and limit; ids as text or number are the same ids."""
    client = SigningClient(site)
    everybody = client.rows("customers/customer", {})
    assert [int(row["id"]) for row in everybody] == list(range(1, ACCOUNTS + 1))
    part = everybody[0]["name"].split()[1][:4]
    like = client.rows("customers/customer", {"main_attributes": {"name": ["LIKE", part.upper()]}})
    assert [row["id"] for row in like] == [r["id"] for r in everybody if part in r["name"]]
    between = client.rows("customers/customer", {"main_attributes": {"id": ["BETWEEN", 5, 7]}})
    assert [int(row["id"]) for row in between] == [5, 6, 7]
    several = {"main_attributes": {"id": ["IN", [9, 4]]}, "order": {"id": "DESC"}, "limit": 1}
    assert [int(row["id"]) for row in client.rows("customers/customer", several)] == [9]
    issued = client.rows(
        "finance/invoices", {"main_attributes": {"date_created": [">=", "2026-01-01"]}}
    )
    assert issued
    assert all(row["date_created"] >= "2026-01-01" for row in issued)


def test_counting_with_head(site: Site) -> None:
    """204, an empty body, the count in a header, filters obeyed."""
    client = SigningClient(site)
    query = build_query({"main_attributes": {"id": [">", 10]}})
    status, headers, text = client.ask("HEAD", f"admin/customers/customer?{query}")
    assert (status, text) == (204, "")
    assert int(headers["X-Total-Count"]) == ACCOUNTS - 10


def test_a_form_instead_of_json(site: Site) -> None:
    """Nested lines in brackets; the answer has the new number and nothing else."""
    client = SigningClient(site)
    body = {
        "customer_id": 1,
        "date_created": "2026-01-01",
        "items": [
            {"description": "Router & cable", "quantity": 2, "price": "10.50", "tax": "20"},
            {"description": "Fitting", "quantity": 1, "price": "5", "tax": "20"},
        ],
    }
    form = "application/x-www-form-urlencoded"
    data = build_query(body).encode()
    status, _, text = client.ask("POST", "admin/finance/invoices", data, form)
    assert status == 201, text
    made = json.loads(text)
    assert list(made) == ["id"]
    invoice = json.loads(client.ask("GET", f"admin/finance/invoices/{made['id']}")[2])
    assert Decimal(str(invoice["total"])) == Decimal("31.2")
    assert [item["description"] for item in invoice["items"]] == ["Router & cable", "Fitting"]


def test_a_php_style_loop_over_pages(site: Site) -> None:
    """Limit and offset until a page is short."""
    client, page_size = SigningClient(site), 5
    seen: list[int] = []
    while True:
        search = {"order": {"id": "ASC"}, "limit": page_size, "offset": len(seen)}
        page = client.rows("customers/customer", search)
        seen += [int(row["id"]) for row in page]
        if len(page) < page_size:
            break
    assert seen == list(range(1, ACCOUNTS + 1))


def test_a_client_with_flat_filters_gets_everything(site: Site) -> None:
    """As published programs found out: such parameters are ignored without a word."""
    client = SigningClient(site)
    for query in ("status=blocked", "customer_id=3", "page=2&per_page=1", "filter[id]=1"):
        status, _, text = client.ask("GET", f"admin/customers/customer?{query}")
        assert (status, len(json.loads(text))) == (200, ACCOUNTS)


def test_changing_and_deleting_as_documented(site: Site) -> None:
    """202 with `null`, 204 with nothing, 404 in the envelope afterwards, 400 without a number."""
    client = SigningClient(site)
    payment = json.dumps({"customer_id": 2, "amount": "1.50", "comment": "x"}).encode()
    number = json.loads(client.ask("POST", "admin/finance/payments", payment)[2])["id"]
    path = f"admin/finance/payments/{number}"
    assert client.ask("PUT", path, b'{"comment":"y"}')[::2] == (202, "null")
    assert json.loads(client.ask("GET", path)[2])["comment"] == "y"
    assert client.ask("DELETE", path)[::2] == (204, "")
    status, _, text = client.ask("GET", path)
    assert (status, json.loads(text)["error"]["code"]) == (404, 404)
    assert client.ask("PUT", "admin/finance/payments", b"{}")[0] == 400


def test_numbers_are_text_in_the_old_release_only(site: Site) -> None:
    """A client that minds types meets what each release sends."""
    client = SigningClient(site)
    row = client.rows("customers/customer", {"limit": 1})[0]
    kind = int if site.box.world.linked_accounts else str
    assert isinstance(row["id"], kind)
    assert ("parent_id" in row) is site.box.world.linked_accounts
