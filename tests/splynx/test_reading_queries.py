"""What the reader asks, and what it makes of answers that are not what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import httpx
import pytest

from connector.domain.ids import AccountId
from connector.errors import (
    PlatformDenied,
    PlatformRefused,
    PlatformUnavailable,
    ReplyMalformed,
)
from connector.ports.platform import Feed, SavedAccount
from connector.splynx.connection import AGAIN_SECONDS
from tests.splynx.reading import BERLIN, SEVEN, once, reader_of
from tests.splynx.support import (
    Answer,
    Handler,
    account_data,
    error_body,
    in_turn,
    invoice_data,
    payment_data,
    reply,
    setting,
)


def test_invoices_are_asked_for_by_account_and_date() -> None:
    """In portions, with the day as the platform writes it."""
    held = setting(always_empty)
    reader_of(held).read_invoices([AccountId(number) for number in range(1, 61)], date(2026, 1, 1))
    first, second = held.platform.queries
    assert first["main_attributes[customer_id][0]"] == "IN"
    assert first["main_attributes[customer_id][1][49]"] == "50"
    assert second["main_attributes[customer_id][1][9]"] == "60"
    assert first["main_attributes[date_created][1]"] == "2026-01-01"


def test_open_invoices_are_asked_for_by_status() -> None:
    """And a paid one among them means that we were not heard."""
    held = setting(once(invoice_data(status="paid")))
    with pytest.raises(ReplyMalformed, match="ignored the filter on status"):
        reader_of(held).read_open_invoices([SEVEN])
    assert held.platform.queries[0]["main_attributes[status]"] == "not_paid"


def test_nothing_is_asked_about_nobody() -> None:
    """No request for an empty family."""
    reader = reader_of(setting(in_turn()))
    assert reader.read_accounts([]).rows == ()
    assert reader.read_serviced([]) == frozenset()
    assert reader.read_open_invoices([]).rows == ()


def services(**by_kind: Answer) -> Handler:
    """Lists of services; empty where not told."""

    def handler(request: httpx.Request) -> Answer:
        kind = request.url.path.rsplit("/", 1)[1].removesuffix("-services")
        if request.url.params["main_attributes[id][1]"] != "0":
            return reply(200, [])
        return by_kind.get(kind, reply(200, []))

    return handler


def service(account_id: int, **changes: object) -> dict[str, object]:
    """An active service."""
    return {"id": account_id, "customer_id": account_id, "status": "active", **changes}


def test_serviced() -> None:
    """Any kind counts; who is found is not looked for again; a switched-off module has none."""
    held = setting(
        services(
            internet=reply(200, [service(1), service(2)]),
            recurring=reply(405, error_body(405, "off", "METHOD_DISABLED")),
            voice=reply(200, [service(3)]),
        )
    )
    ids = [AccountId(number) for number in (1, 2, 3, 4)]
    assert reader_of(held).read_serviced(ids) == {1, 2, 3}
    last = held.platform.queries[-1]
    assert "main_attributes[customer_id][1][0]" in last
    assert last["main_attributes[customer_id][1][0]"] == "4"
    assert last["main_attributes[status]"] == "active"


@pytest.mark.parametrize(
    ("status", "error"),
    [(403, PlatformDenied), (422, PlatformRefused), (500, PlatformUnavailable)],
)
def test_serviced_does_not_guess(status: int, error: type[Exception]) -> None:
    """An account taken for one without services would be left out of a merge."""
    held = setting(services(voice=reply(status, error_body(status, "no", "X"))), read_attempts=1)
    with pytest.raises(error):
        reader_of(held).read_serviced([SEVEN])


def test_native_subs() -> None:
    """Those with a main account; a row without one means that we were not heard."""
    held = setting(once(account_data(parent_id=3)))
    assert [row.native_main_id for row in reader_of(held).read_native_subs().rows] == [3]
    held = setting(once(account_data(parent_id=0)))
    with pytest.raises(ReplyMalformed, match="ignored the filter on parent_id"):
        reader_of(held).read_native_subs()


@pytest.mark.parametrize(
    ("since", "text"),
    [
        (datetime(2026, 1, 1, 8, tzinfo=UTC), "2026-01-01 09:00:00"),
        (datetime(2026, 7, 1, 8, tzinfo=UTC), "2026-07-01 10:00:00"),
        # 02:30 summer time; half an hour later it is 02:00 winter time, and so on to 02:30 again.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25 01:30:00"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25 02:30:00"),
    ],
)
def test_updated_accounts_are_asked_for_in_local_time(since: datetime, text: str) -> None:
    """And from an hour earlier where the clock is about to repeat one."""
    held = setting(once(account_data(last_update="2026-12-31 00:00:00")))
    saved = datetime(2026, 12, 31, tzinfo=BERLIN)
    found = reader_of(held).read_accounts_updated(since)
    assert found == (SavedAccount(id=SEVEN, saved_at=saved),)
    query = held.platform.queries[0]
    assert query["main_attributes[last_update][0]"] == ">"
    assert query["main_attributes[last_update][1]"] == text


@pytest.mark.parametrize("stamp", ["soon", "", None])
def test_an_unreadable_stamp_does_not_hide_an_account(stamp: object) -> None:
    """It was saved since, whenever that was."""
    since = datetime(2026, 1, 1, tzinfo=UTC)
    held = setting(once(account_data(last_update=stamp)))
    (found,) = reader_of(held).read_accounts_updated(since)
    assert found == SavedAccount(id=SEVEN, saved_at=since)


def test_feed() -> None:
    """New rows in order; one that concerns no account is account 0, one unreadable is put aside."""
    rows = [
        {"id": 5, "customer_id": "7"},
        {"id": 6, "customer_id": 0},
        {"id": 7, "customer_id": "x"},
        {"id": 8, "customer_id": 9},
    ]
    held = setting(once(*rows), page_size=5)
    found = reader_of(held).read_feed(Feed.PAYMENTS, 4)
    assert [(row.id, row.account_id) for row in found.rows] == [(5, 7), (6, 0), (8, 9)]
    assert [(row.object_id, row.field) for row in found.quarantined] == [(7, "account_id")]
    assert held.platform.queries[0]["main_attributes[id][1]"] == "4"
    assert held.platform.lines[0] == "GET /api/2.0/admin/finance/payments"


def test_payments() -> None:
    """Of one account since a day, the oldest first; one that names no invoice is taken too."""
    rows = [
        payment_data(id=41),
        payment_data(id=42, invoice_id=None),
        payment_data(id=43, amount="x"),
    ]
    held = setting(once(*rows))
    found = reader_of(held).read_payments(SEVEN, date(2026, 1, 2))
    assert [(row.id, row.invoice_id, row.amount) for row in found.rows] == [
        (41, 11, Decimal("12.50")),
        (42, None, Decimal("12.50")),
    ]
    assert (found.rows[0].receipt, found.rows[0].paid_on) == ("2026-01-00001", date(2026, 1, 3))
    assert [(row.object_id, row.field) for row in found.quarantined] == [(43, "amount")]
    asked = held.platform.queries[0]
    assert (asked["main_attributes[customer_id]"], asked["main_attributes[date][1]"]) == (
        "7",
        "2026-01-02",
    )


def test_a_feed_row_without_a_readable_id_is_an_error() -> None:
    """Nobody could tell where to go on."""
    held = setting(once({"id": "x", "customer_id": 7}))
    with pytest.raises(ReplyMalformed):
        reader_of(held).read_feed(Feed.INVOICES, 4)


def test_last_id() -> None:
    """0 where there is nothing yet."""
    assert reader_of(setting(once({"id": "44"}))).read_last_id(Feed.CREDIT_NOTES) == 44
    assert reader_of(setting(once())).read_last_id(Feed.STATUS_CHANGES) == 0


def test_count() -> None:
    """From the header, whatever its spelling."""
    held = setting(in_turn(httpx.Response(204, headers={"X-Total-Count": "5000"})))
    assert reader_of(held).count_accounts() == 5000
    assert held.platform.lines == ["HEAD /api/2.0/admin/customers/customer"]


@pytest.mark.parametrize("headers", [{}, {"X-total-count": "many"}, {"X-total-count": "-1"}])
def test_count_without_a_number(headers: dict[str, str]) -> None:
    """Is not zero."""
    held = setting(in_turn(httpx.Response(204, headers=headers)), read_attempts=1)
    with pytest.raises(ReplyMalformed):
        reader_of(held).count_accounts()


def test_time() -> None:
    """The platform's, asked for."""
    held = setting(in_turn(reply(200, {"status": "ok"})))
    assert reader_of(held).read_time() == datetime(2026, 1, 1, 9, tzinfo=UTC)
    with pytest.raises(ReplyMalformed, match="no Date"):
        reader_of(setting(in_turn(httpx.Response(200)))).read_time()


def described(*names: str) -> Callable[[httpx.Request], Answer]:
    """An answer to "which fields has an account"."""
    return lambda _: reply(200, {"attributes": [{"name": name} for name in names]})


@pytest.mark.parametrize(
    ("handler", "release", "native"),
    [
        (described("status", "parent_id"), "5.1", True),
        (described("status"), "4.3", False),
        (described("colour"), "unknown", False),
        (lambda _: reply(200, []), "unknown", False),
        (lambda _: reply(405, error_body(405, "off", "METHOD_DISABLED")), "unknown", False),
    ],
)
def test_the_release_is_found_out(handler: Handler, release: str, *, native: bool) -> None:
    """By the fields of an account; once."""
    held = setting(handler, release="auto")
    reader = reader_of(held)
    assert reader.capabilities.release == release
    assert reader.capabilities.native_links is native
    assert reader.capabilities.sub_account_on_items is native
    assert len(reader.capabilities.mapping_hash) == 64
    assert held.platform.lines == ["OPTIONS /api/2.0/admin/customers/customer"]


def test_an_unknown_release_is_asked_for_again() -> None:
    """One bad answer, of a proxy perhaps, does not end all writing until the next start."""
    fields = (["colour"], ["status", "parent_id"])
    bodies = [{"attributes": [{"name": name} for name in names]} for names in fields]
    held = setting(in_turn(*(reply(200, body) for body in bodies)), release="auto")
    reader = reader_of(held)
    assert reader.capabilities.release == "unknown"
    asked = len(held.platform.lines)
    assert reader.capabilities.release == "unknown"
    assert len(held.platform.lines) == asked
    held.clock.sleep(AGAIN_SECONDS)
    assert reader.capabilities.release == "5.1"
    held.clock.sleep(AGAIN_SECONDS)
    assert reader.capabilities.release == "5.1"
    assert len(held.platform.lines) == asked + 1


def test_a_release_that_is_told_is_not_asked_for() -> None:
    """Not a single request."""
    assert reader_of(setting(in_turn(), release="4.3")).capabilities.release == "4.3"


def test_an_unreachable_platform_has_no_release_yet() -> None:
    """The error goes up, and the next question asks again."""
    held = setting(
        in_turn(httpx.ConnectError("no"), reply(200, {"attributes": [{"name": "parent_id"}]})),
        release="auto",
        read_attempts=1,
    )
    reader = reader_of(held)
    with pytest.raises(PlatformUnavailable):
        _ = reader.capabilities
    assert reader.capabilities.release == "5.1"


def always_empty(_: httpx.Request) -> httpx.Response:
    """An empty list."""
    return reply(200, [])
