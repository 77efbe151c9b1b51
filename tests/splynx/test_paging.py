"""Keyset paging: complete, bounded, and never fooled by a filter that was not heard."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from connector.errors import ReplyMalformed
from connector.splynx.codec import Json
from connector.splynx.paging import CHUNK, Listing, Pager, in_chunks
from connector.splynx.search import equal_id
from tests.splynx.support import Handler, Setting, mapping, reply, setting

Serve = Callable[[int, int], list[Json]]


def paged(serve: Serve) -> Handler:
    """A platform that hears the id filter: rows after an id, at most so many."""

    def handler(request: httpx.Request) -> httpx.Response:
        told = request.url.params
        after = int(told.get("main_attributes[id][1]", "0"))
        return reply(200, serve(after, int(told["limit"])))

    return handler


def rows_up_to(count: int, *, cap: int = 10**6) -> Serve:
    """Rows 1 to count; the platform gives at most ``cap`` at once."""

    def serve(after: int, limit: int) -> list[Json]:
        last = min(count, after + min(limit, cap))
        return [{"id": number, "customer_id": 7} for number in range(after + 1, last + 1)]

    return serve


def pager_of(held: Setting) -> Pager:
    """Three rows a page, four pages."""
    return Pager(held.connection.client, page_size=3, pages_max=4)


def listing(*account_ids: int) -> Listing:
    """Invoices, of one account when given."""
    filters = tuple(equal_id("customer_id", number) for number in account_ids)
    return Listing(route=mapping().route("invoices", "list"), key="id", filters=filters)


def ids_of(rows: object) -> list[object]:
    """The ids of rows."""
    assert isinstance(rows, list)
    return [row["id"] for row in rows]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 11])
def test_every_row_once(count: int) -> None:
    """Whatever the number of rows is to the size of a page."""
    held = setting(paged(rows_up_to(count)))
    found = list(pager_of(held).read_all(listing()))
    assert ids_of(found) == list(range(1, count + 1))


@pytest.mark.parametrize("cap", [1, 2])
def test_a_platform_that_caps_pages(cap: int) -> None:
    """A page shorter than asked for is not the end when longer ones were never seen."""
    held = setting(paged(rows_up_to(3, cap=cap)))
    assert len(list(pager_of(held).read_all(listing()))) == 3


def test_a_known_length_saves_the_last_question() -> None:
    """Once three rows were seen to be possible, two rows are the end."""
    held = setting(paged(rows_up_to(5)))
    pager = pager_of(held)
    list(pager.read_all(listing()))
    assert [query["main_attributes[id][1]"] for query in held.platform.queries] == ["0", "3"]


def test_rows_that_appear_and_vanish_between_pages() -> None:
    """Neither moves another row out of sight."""
    stock = {1, 2, 3, 4, 5, 6}

    def serve(after: int, limit: int) -> list[Json]:
        found: list[Json] = [{"id": number} for number in sorted(stock) if number > after]
        stock.discard(1)
        stock.add(7)
        return found[:limit]

    held = setting(paged(serve))
    assert ids_of(list(pager_of(held).read_all(listing()))) == [1, 2, 3, 4, 5, 6, 7]


def test_too_many_rows_are_an_error() -> None:
    """Half a reading would be taken for a whole one."""
    held = setting(paged(rows_up_to(13)))
    with pytest.raises(ReplyMalformed, match="more than 4 pages"):
        list(pager_of(held).read_all(listing()))


def test_a_feed_goes_on_next_time() -> None:
    """It has its place, so a bounded part of it is a good answer."""
    held = setting(paged(rows_up_to(13)))
    pager = pager_of(held)
    first = ids_of(list(pager.read_after(listing(), 0)))
    assert first == list(range(1, 13))
    assert ids_of(list(pager.read_after(listing(), 12))) == [13]


def test_an_ignored_id_filter_is_noticed() -> None:
    """The whole list comes back on the second page; without the check, for ever."""
    held = setting(lambda _: reply(200, [{"id": number} for number in (1, 2, 3)]))
    with pytest.raises(ReplyMalformed, match="ignored the filter on id") as caught:
        list(pager_of(held).read_all(listing()))
    assert caught.value.field == "id"


def test_an_ignored_account_filter_is_noticed() -> None:
    """Other people's invoices never reach a plan."""
    held = setting(paged(rows_up_to(2)))
    with pytest.raises(ReplyMalformed, match="ignored the filter on customer_id"):
        list(pager_of(held).read_all(listing(8)))


def test_an_ignored_order_is_noticed() -> None:
    """Else rows below the highest id of the page would be skipped."""
    held = setting(lambda _: reply(200, [{"id": 2}, {"id": 1}, {"id": 3}]))
    with pytest.raises(ReplyMalformed, match="ignored the order"):
        list(pager_of(held).read_all(listing()))


@pytest.mark.parametrize("bad", [None, "x", "", []])
def test_an_unreadable_id_does_not_hide_the_others(bad: object) -> None:
    """The row is handed on, for the decoder to put aside."""
    rows: list[Json] = [{"id": 1}, {"id": bad}, {"id": 3}]
    held = setting(paged(lambda after, _: [] if after else rows))
    assert ids_of(list(pager_of(held).read_all(listing()))) == [1, bad, 3]


def test_a_single_unreadable_row() -> None:
    """Is handed on once."""
    held = setting(lambda _: reply(200, [{"id": None}]))
    assert ids_of(list(pager_of(held).read_all(listing()))) == [None]


def test_a_full_page_of_unreadable_ids_is_an_error() -> None:
    """There is no place to go on from."""
    held = setting(lambda _: reply(200, [{"id": None}] * 3))
    with pytest.raises(ReplyMalformed, match="without a readable id"):
        list(pager_of(held).read_all(listing()))


@pytest.mark.parametrize("body", [{}, None, "x", [1], {"error": {}}])
def test_what_is_no_list(body: object) -> None:
    """Is not taken for an empty one."""
    held = setting(lambda _: reply(200, body))
    with pytest.raises(ReplyMalformed, match="GET admin/finance/invoices"):
        list(pager_of(held).read_all(listing()))


def test_the_highest_row() -> None:
    """One row, from the end."""
    held = setting(lambda _: reply(200, [{"id": 99}]))
    assert pager_of(held).read_highest(listing()) == {"id": 99}
    assert held.platform.queries == [{"order[id]": "DESC", "limit": "1"}]
    empty = setting(lambda _: reply(200, []))
    assert pager_of(empty).read_highest(listing()) is None


def test_chunks() -> None:
    """Ascending, without repetition, none too long, none at all for nothing."""
    assert list(in_chunks([])) == []
    found = list(in_chunks([3, 1, 3, *range(10, 10 + 2 * CHUNK)]))
    assert [len(chunk) for chunk in found] == [CHUNK, CHUNK, 2]
    assert found[0][:2] == [1, 3]
