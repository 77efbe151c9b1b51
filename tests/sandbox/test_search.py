"""Searching, ordering, paging and counting, as an independent caller sees it."""

from collections.abc import Iterator

import pytest

from connector.sandbox.server import RunningSandbox, SandboxOptions
from tests.sandbox.caller import Caller

CUSTOMERS = "customers/customer"


@pytest.fixture(scope="module")
def seeded() -> Iterator[Caller]:
    """A sandbox with 40 accounts, read only."""
    with RunningSandbox(SandboxOptions(families=10, subs=3)) as running:
        running.control("POST", "charge")
        yield Caller(running)


def ids(rows: list[dict[str, object]]) -> list[int]:
    """The ids in order."""
    return [int(str(row["id"])) for row in rows]


def test_unknown_parameters_and_attributes_bring_the_whole_list(seeded: Caller) -> None:
    """Flat filters, page numbers and attributes of other rows are ignored."""
    query = {"status": "blocked", "page": "2", "main_attributes[colour]": "red"}
    assert ids(seeded.get(CUSTOMERS, **query)) == list(range(1, 41))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"main_attributes[id]": "7"}, [7]),
        ({"main_attributes[id][0]": ">", "main_attributes[id][1]": "38"}, [39, 40]),
        ({"main_attributes[id][0]": ">=", "main_attributes[id][1]": "39"}, [39, 40]),
        ({"main_attributes[id][0]": "<", "main_attributes[id][1]": "3"}, [1, 2]),
        ({"main_attributes[id][0]": "<=", "main_attributes[id][1]": "2"}, [1, 2]),
        (
            {
                "main_attributes[id][0]": "IN",
                "main_attributes[id][1][0]": "9",
                "main_attributes[id][1][1]": "4",
                "main_attributes[id][1][2]": "4000",
            },
            [4, 9],
        ),
        (
            {
                "main_attributes[id][0]": "BETWEEN",
                "main_attributes[id][1]": "5",
                "main_attributes[id][2]": "7",
            },
            [5, 6, 7],
        ),
        ({"main_attributes[login][0]": "LIKE", "main_attributes[login][1]": "0003"}, [3, *range(30, 40)]),
        ({"main_attributes[login][0]": "=", "main_attributes[login][1]": "000012"}, [12]),
        ({"main_attributes[parent_id][0]": "IS", "main_attributes[parent_id][1]": "NULL"}, []),
        ({"order[id]": "DESC", "limit": "2"}, [40, 39]),
        ({"limit": "3", "offset": "10"}, [11, 12, 13]),
        ({"main_attributes[status][0]": "<>", "main_attributes[status][1]": "active"}, []),
        ({"main_attributes[status][0]": "!=", "main_attributes[status][1]": "new", "limit": "1"}, [1]),
    ],
)  # fmt: skip
def test_operators(seeded: Caller, query: dict[str, str], expected: list[int]) -> None:
    """Each operator finds what it says."""
    assert ids(seeded.get(CUSTOMERS, **query)) == expected


def test_paging_by_id_sees_every_row_once(seeded: Caller) -> None:
    """Pages of 7 by `id >` end with a short page and cover everybody."""
    seen: list[int] = []
    while True:
        query = {
            "main_attributes[id][0]": ">",
            "main_attributes[id][1]": str(seen[-1] if seen else 0),
        }
        page = ids(seeded.get(CUSTOMERS, limit="7", **query))
        seen += page
        if len(page) < 7:
            break
    assert seen == list(range(1, 41))


def test_head_counts_the_whole_query_and_not_the_page(seeded: Caller) -> None:
    """204 with the count in a header."""
    path = f"{CUSTOMERS}?main_attributes[id][0]=%3E&main_attributes[id][1]=30&limit=2"
    answer = seeded.call("HEAD", path)
    assert (answer.status, answer.text) == (204, "")
    assert answer.headers["x-total-count"] == "10"


def test_invoices_of_several_customers(seeded: Caller) -> None:
    """`customer_id IN` brings just their documents."""
    every = seeded.get("finance/invoices")
    owners = sorted({row["customer_id"] for row in every})[:2]
    query = {"main_attributes[customer_id][0]": "IN"}
    query |= {f"main_attributes[customer_id][1][{n}]": str(owner) for n, owner in enumerate(owners)}
    found = seeded.get("finance/invoices", **query)
    assert ids(found) == [row["id"] for row in every if row["customer_id"] in owners]
    assert found


def test_dates_order_and_sort(seeded: Caller) -> None:
    """last_update is a cursor, and sorting by it is stable and right."""
    rows = seeded.get(CUSTOMERS, **{"order[last_update]": "ASC"})
    moments = [row["last_update"] for row in rows]
    assert moments == sorted(moments)
    query = {
        "main_attributes[last_update][0]": ">=",
        "main_attributes[last_update][1]": moments[-3],
    }
    assert len(seeded.get(CUSTOMERS, **query)) == 3


def test_services_of_everybody_need_a_filter(seeded: Caller) -> None:
    """Customer 0 means all, with at least one attribute."""
    assert seeded.call("GET", "customers/customer/0/internet-services").status == 500
    rows = seeded.get(
        "customers/customer/0/internet-services", **{"main_attributes[status]": "active"}
    )
    assert len(rows) == len(seeded.box.world.services)
    assert seeded.get("customers/customer/2/internet-services")[0]["customer_id"] == 2
    one = rows[0]
    path = f"customers/customer/{one['customer_id']}/internet-services--{one['id']}"
    assert seeded.get(path) == one


def test_an_unknown_operator_is_a_server_error(seeded: Caller) -> None:
    """As the real thing answers what its database does not understand."""
    path = f"{CUSTOMERS}?main_attributes[id][0]=NEAR&main_attributes[id][1]=3"
    assert seeded.call("GET", path).status == 500
