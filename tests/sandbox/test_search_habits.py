"""What installations do to every query and answer: switches, and both releases alike."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.sandbox.bench import Bench

CUSTOMERS = "customers/customer"
RELEASES = ("5.1", "4.3")


@pytest.fixture(params=RELEASES)
def peopled(request: pytest.FixtureRequest) -> Bench:
    """Six accounts, each second of them in Easton, three of them with a tier."""
    bench = Bench(release=request.param)
    for number in range(1, 7):
        tier = {"tier": "abc"[number % 3] + "1"} if number % 2 else {}
        city = "Wexley" if number % 2 else "Easton"
        body = {"name": f"N{number}", "partner_id": 1, "city": city, "additional_attributes": tier}
        made = bench.call("POST", CUSTOMERS, body)
        assert made.status == 201, made.text
    return bench


def switch(bench: Bench, **values: object) -> None:
    """Flip switches."""
    bench.still.control("POST", "switch", values)


def ids(bench: Bench, query: dict[str, str]) -> list[int]:
    """The ids found, and HEAD counts as many where no page cuts them."""
    found = [int(row["id"]) for row in bench.get(CUSTOMERS, **query)]
    if not {"limit", "offset"} & set(query) and not bench.world.switches.page_limit:
        head = bench.call("HEAD", f"{CUSTOMERS}?{urlencode(query)}")
        assert head.headers["x-total-count"] == str(len(found))
    return found


def test_no_page_is_longer_than_the_installation_allows(peopled: Bench) -> None:
    """Whatever the limit says; offsets still count rows, and HEAD still counts them all."""
    switch(peopled, page_limit=2)
    assert ids(peopled, {}) == [1, 2]
    assert ids(peopled, {"limit": "5"}) == [1, 2]
    assert ids(peopled, {"limit": "1"}) == [1]
    assert ids(peopled, {"limit": "5", "offset": "3"}) == [4, 5]
    assert peopled.call("HEAD", CUSTOMERS).headers["x-total-count"] == "6"
    switch(peopled, page_limit=0)
    assert ids(peopled, {}) == [1, 2, 3, 4, 5, 6]


def test_an_ignored_filter_is_dropped_without_a_word(peopled: Bench) -> None:
    """The other conditions hold, additional attributes of that name are dropped alike."""
    query = {"main_attributes[city]": "Easton", "main_attributes[id]": "2"}
    switch(peopled, ignored_filters=["id", "tier"])
    assert ids(peopled, query) == [2, 4, 6]
    assert ids(peopled, {"additional_attributes[tier]": "b1"}) == [1, 2, 3, 4, 5, 6]
    switch(peopled, ignored_filters=[])
    assert ids(peopled, query) == [2]


def test_attributes_of_linked_accounts_filter_only_where_they_exist(peopled: Bench) -> None:
    """4.3 knows no parent_id: the whole list comes back."""
    found = ids(peopled, {"main_attributes[parent_id]": "7"})
    assert found == ([] if peopled.world.linked_accounts else [1, 2, 3, 4, 5, 6])


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"": "b1"}, [1]),
        ({"[0]": "=", "[1]": "A1"}, [3]),
        ({"[0]": "!=", "[1]": "b1"}, [3, 5]),
        ({"[0]": "<>", "[1]": "b1"}, [3, 5]),
        ({"[0]": ">=", "[1]": "b1"}, [1, 5]),
        ({"[0]": "<=", "[1]": "b1"}, [1, 3]),
        ({"[0]": ">", "[1]": "b1"}, [5]),
        ({"[0]": "<", "[1]": "b1"}, [3]),
        ({"[0]": "IS", "[1]": "NULL"}, [2, 4, 6]),
        ({"[0]": "REGEXP", "[1]": r"^[AB]\d$"}, [1, 3]),
        ({"[0]": "REGEXP", "[1]": r"^\D1$"}, [1, 3, 5]),
        ({"[0]": "BETWEEN", "[1]": "a", "[2]": "b9"}, [1, 3]),
        ({"[0]": "LIKE", "[1]": "1"}, [1, 3, 5]),
        ({"[0]": "IN", "[1][0]": "a1", "[1][1]": "c1"}, [3, 5]),
        ({"[0]": "FIND_IN_SET", "[1]": "c1"}, [5]),
    ],
)
def test_every_operator_on_an_additional_attribute(
    peopled: Bench, parts: dict[str, str], expected: list[int]
) -> None:
    """On both releases; a pattern keeps its case: not a digit is no digit."""
    query = {f"additional_attributes[tier]{name}": value for name, value in parts.items()}
    assert ids(peopled, query) == expected


def test_several_orders_and_none(peopled: Bench) -> None:
    """Ascending id unless asked; an order by an attribute that nobody has changes nothing."""
    assert ids(peopled, {"order[city]": "ASC", "order[id]": "DESC"}) == [6, 4, 2, 5, 3, 1]
    assert ids(peopled, {"order[city]": "DESC", "order[name]": "ASC"}) == [1, 3, 5, 2, 4, 6]
    assert ids(peopled, {"order[colour]": "DESC"}) == [1, 2, 3, 4, 5, 6]


def test_a_day_is_its_midnight_either_way(peopled: Bench) -> None:
    """A day compared with a moment, and a moment's column with a day."""
    today = peopled.world.today().isoformat()
    assert len(ids(peopled, {"main_attributes[date_add]": f"{today} 00:00:00"})) == 6
    above = {"main_attributes[date_add][0]": ">", "main_attributes[date_add][1]": today}
    assert ids(peopled, above) == []


@pytest.mark.parametrize("form", ["list", "error", "map"])
def test_a_validation_error_in_three_forms(peopled: Bench, form: str) -> None:
    """422 each time; only the body differs."""
    switch(peopled, validation_body=form)
    answer = peopled.call("POST", "finance/payments", {"amount": "5"})
    assert answer.status == 422
    body: Any = answer.json
    if form == "list":
        assert {problem["field"] for problem in body} >= {"customer_id"}
        assert all(problem["message"] for problem in body)
    elif form == "map":
        assert body["customer_id"][0]
    else:
        assert (body["error"]["code"], body["error"]["internal_code"]) == (
            422,
            "INVALID_INPUT_DATA",
        )
        assert "customer_id" in body["error"]["message"]


def test_an_accepted_put_answers_null_or_nothing(peopled: Bench) -> None:
    """202 both times."""
    for form, text in (("null", "null"), ("empty", "")):
        switch(peopled, put_body=form)
        answer = peopled.call("PUT", f"{CUSTOMERS}/1", {"city": form})
        assert (answer.status, answer.text) == (202, text)
        assert peopled.get(f"{CUSTOMERS}/1")["city"] == form


def test_retry_after_as_seconds_or_as_a_date_of_the_simulated_clock(peopled: Bench) -> None:
    """Of maintenance and of faults alike."""
    switch(peopled, maintenance=True, retry_after_seconds=90)
    assert peopled.call("GET", CUSTOMERS).headers["retry-after"] == "90"
    switch(peopled, retry_after_form="date")
    date = peopled.world.clock.http_date(90)
    assert date.endswith("GMT")
    assert date != peopled.world.clock.http_date()
    assert peopled.call("GET", CUSTOMERS).headers["retry-after"] == date
    switch(peopled, maintenance=False, fault={"kind": "http_429"})
    assert peopled.call("GET", CUSTOMERS).headers["retry-after"] == date
