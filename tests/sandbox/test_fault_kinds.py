"""What each kind of fault does to a request, to the world and to later requests."""

import json
from typing import Any

import pytest

from connector.sandbox.front import End
from tests.sandbox.shop import CUSTOMERS, PAYMENTS, Shop


@pytest.fixture
def shop() -> Shop:
    """A fresh one."""
    return Shop()


@pytest.mark.parametrize(
    ("kind", "end", "status", "made"),
    [
        ("refused", End.REFUSED, 0, 0),
        ("timeout_before_commit", End.CUT, 0, 0),
        ("timeout_after_commit", End.CUT, 201, 1),
        ("reset", End.RESET, 201, 1),
        ("slow_body", End.WHOLE, 201, 1),
        ("html_502", End.WHOLE, 502, 0),
        ("token_expired", End.WHOLE, 401, 0),
        ("token_banned", End.WHOLE, 401, 0),
        ("nonce_replayed", End.WHOLE, 401, 0),
        ("permission_withdrawn", End.WHOLE, 403, 0),
        ("stale:1", End.WHOLE, 201, 1),
        ("late_commit:1", End.WHOLE, 504, 0),
        ("late_commit_cut:1", End.CUT, 504, 0),
    ],
)
def test_each_kind_ends_as_it_says(shop: Shop, kind: str, end: End, status: int, made: int) -> None:
    """The exchange, the status, and whether the payment is there; the next one goes well."""
    shop.order({"kind": kind, "count": 1})
    outcome = shop.pay_once()
    assert (outcome.end, outcome.reply.status, shop.payments) == (end, status, made)
    shop.order()
    assert shop.pay_once().reply.status == 201


def test_waiting_kinds_tell_how_long(shop: Shop) -> None:
    """Seconds before a cut, seconds of a slow body, none unless ordered."""
    shop.order(
        {"kind": "timeout_before_commit", "seconds": 7},
        {"kind": "slow_body", "nth": 2, "seconds": 3},
    )
    first, second, third = (shop.pay_once() for _ in range(3))
    assert (first.wait_seconds, first.spread_seconds) == (7, 0)
    assert (second.wait_seconds, second.spread_seconds) == (0, 3)
    assert (third.wait_seconds, third.spread_seconds) == (0, 0)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("token_expired", "EXPIRED_ACCESS_TOKEN"),
        ("token_banned", "TOKEN_BANNED"),
        ("nonce_replayed", "UNAUTHORIZED"),
        ("permission_withdrawn", "FORBIDDEN"),
    ],
)
def test_refusals_look_like_the_platforms_own(shop: Shop, kind: str, code: str) -> None:
    """In its envelope, with its code."""
    shop.order({"kind": kind})
    error = json.loads(shop.pay_once().reply.text)["error"]
    assert error["internal_code"] == code


def test_a_withdrawn_permission_stays_away_until_cleared(shop: Shop) -> None:
    """Without a count for good, with one for so many; other paths stay open."""
    shop.order({"kind": "permission_withdrawn", "path_regex": "payments", "nth": 2})
    assert [shop.pay_once().reply.status for _ in range(6)] == [201, *[403] * 5]
    assert shop.call("GET", CUSTOMERS).status == 200
    shop.order({"kind": "permission_withdrawn", "count": 2})
    assert [shop.pay_once().reply.status for _ in range(3)] == [403, 403, 201]


@pytest.mark.parametrize("kind", ["late_commit:2", "late_commit_cut:2"])
def test_a_late_write_happens_after_so_many_requests(shop: Shop, kind: str) -> None:
    """Not before two more requests were answered; then once."""
    shop.order({"kind": kind, "path_regex": "payments$"})
    shop.pay_once()
    seen = []
    for _ in range(4):
        shop.call("GET", f"{CUSTOMERS}/1")
        seen.append(shop.payments)
    assert seen == [0, 0, 1, 1]


def test_a_late_write_happens_after_so_much_simulated_time(shop: Shop) -> None:
    """Requests alone do not bring it."""
    shop.order({"kind": "late_commit:1", "seconds": 120})
    shop.pay_once()
    shop.order()
    for _ in range(3):
        shop.get(CUSTOMERS)
    assert shop.payments == 0
    shop.still.control("POST", "advance", {"minutes": 2})
    assert [row["amount"] for row in shop.get(PAYMENTS)] == [5]


def test_late_writes_keep_their_order_and_their_login(shop: Shop) -> None:
    """Admitted when they came: an ended token does no harm; a wrong one is refused at once."""
    pair = shop.call("POST", "auth/tokens", {"auth_type": "api_key", **shop.sign(1)}, auth="").json
    shop.order({"kind": "late_commit:1", "count": 3, "method": "PUT", "seconds": 3600})
    header = f"Splynx-EA (access_token={pair['access_token']})"
    for city in ("Easton", "Wexley"):
        outcome = shop.outcome("PUT", f"{CUSTOMERS}/1", {"city": city}, header)
        assert outcome.reply.status == 504
    wrong = shop.outcome("PUT", f"{CUSTOMERS}/1", {"city": "X"}, "Splynx-EA (access_token=x)")
    assert wrong.reply.status == 401
    shop.still.control("POST", "advance", {"hours": 2})
    assert shop.get(f"{CUSTOMERS}/1")["city"] == "Wexley"


def test_a_late_write_can_be_refused_when_its_time_comes(shop: Shop) -> None:
    """What is gone by then is not written; nobody learns of it."""
    shop.order({"kind": "late_commit:1", "method": "PUT"})
    shop.outcome("PUT", f"{CUSTOMERS}/5", {"city": "Easton"})
    assert shop.outcome("DELETE", f"{CUSTOMERS}/5").reply.status == 204
    assert shop.call("GET", f"{CUSTOMERS}/5").status == 404


def test_stale_reads_show_the_row_and_its_list_as_before(shop: Shop) -> None:
    """So many reads, of the row or a list it is in; other rows and lists are fresh."""
    before = shop.get(f"{CUSTOMERS}/1")["city"]
    shop.order({"kind": "stale:3", "method": "PUT"})
    shop.put(f"{CUSTOMERS}/1", {"city": "Hill End"})
    shop.put(f"{CUSTOMERS}/2", {"city": "Wexley"})
    assert shop.get(f"{CUSTOMERS}/2")["city"] == "Wexley"
    assert shop.get(f"{CUSTOMERS}/1")["city"] == before
    there = {"main_attributes[city]": "Hill End"}
    assert shop.get(CUSTOMERS, **there) == []
    assert shop.get(f"{CUSTOMERS}/1")["city"] == before
    assert shop.get(f"{CUSTOMERS}/1")["city"] == "Hill End"
    assert [row["id"] for row in shop.get(CUSTOMERS, **there)] == [1]


def test_a_stale_read_is_fresh_again_after_its_seconds(shop: Shop) -> None:
    """However few reads there were."""
    before = shop.get(f"{CUSTOMERS}/1")["city"]
    shop.order({"kind": "stale:9", "method": "PUT", "seconds": 60})
    shop.put(f"{CUSTOMERS}/1", {"city": "Hill End"})
    assert shop.get(f"{CUSTOMERS}/1")["city"] == before
    shop.still.control("POST", "advance", {"minutes": 2})
    assert shop.get(f"{CUSTOMERS}/1")["city"] == "Hill End"


def test_a_stale_list_lacks_a_new_document_and_counts_without_it(shop: Shop) -> None:
    """Lists and HEAD; what is written in between is hidden with it."""
    shop.order({"kind": "stale:2", "method": "POST"})
    first = shop.pay_once()
    assert first.reply.status == 201
    assert shop.pay_once().reply.status == 201
    assert shop.get(PAYMENTS) == []
    assert shop.call("HEAD", PAYMENTS).headers["x-total-count"] == "0"
    assert len(shop.get(PAYMENTS)) == 2


def test_pages_overlap_and_skip(shop: Shop) -> None:
    """Only pages with an offset; an order for the first page does not count."""
    pages = [f"{CUSTOMERS}?limit=2&offset={offset}" for offset in (0, 2, 4)]
    for kind, expected in (
        ("overlap", [[1, 2], [2, 3], [4, 5]]),
        ("skip", [[1, 2], [4, 5], [6][:0]]),
    ):
        shop.order({"kind": kind, "count": 2})
        read = [[row["id"] for row in shop.call("GET", page).json] for page in pages]
        assert read == expected, kind


@pytest.mark.parametrize(
    ("kind", "name", "seen"),
    [
        ("wrong_type:number:text", "id", "1"),
        ("wrong_type:number:null", "id", None),
        ("wrong_type:number:list", "partner_id", [1]),
        ("wrong_type:number:map", "id", {"0": 1}),
        ("wrong_type:number:flag", "id", True),
        ("wrong_type:text:number", "login", 1),
        ("wrong_type:text:number", "status", 0),
        ("wrong_type:list:text", "customer_labels", "[]"),
        ("wrong_type:text:null", "status", None),
    ],
)
def test_a_wrong_type_is_every_value_of_that_type(
    shop: Shop, kind: str, name: str, seen: object
) -> None:
    """In single rows and in lists, whose own shape stays."""
    shop.order({"kind": kind, "count": 2})
    row: Any = shop.call("GET", f"{CUSTOMERS}/1").json
    rows: Any = shop.call("GET", CUSTOMERS).json
    assert row[name] == rows[0][name] == seen
    assert type(row[name]) is type(seen)
    assert len(rows) == 5
