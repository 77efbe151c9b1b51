"""Into `disabled` and out of it: services, their stopped copies, planned statuses, deletion."""

from typing import Any

import pytest

from tests.sandbox.bench import Bench

DISABLED_ON = "2026-01-28"  # blocked on the 17th, and ten days of grace


class Life(Bench):
    """An account of 36.00 a month, charged on 1 January and not paid."""

    def __init__(self, release: str = "5.1", **switches: object) -> None:
        super().__init__(release)
        self.customer = self.account("30")
        self.control("switch", **switches)
        self.control("charge")

    def control(self, path: str, **body: object) -> Any:
        """A control request."""
        return self.still.control("POST", path, body)

    def services(self) -> list[tuple[int, int, str, str, str]]:
        """Id, the service it copies, status, first and last day of each service."""
        rows = self.get(f"customers/customer/{self.customer}/internet-services")
        names = ("id", "parent_id", "status", "start_date", "end_date")
        return [tuple(row[name] for name in names) for row in rows]

    def log(self) -> list[tuple[object, str, str, object]]:
        """The status log with its rows of services."""
        query = {"main_attributes[customer_id]": str(self.customer)}
        names = ("service_id", "old_status", "new_status", "tariff_type")
        return [tuple(row[name] for name in names) for row in self.get("logs/changes", **query)]

    def by_staff(self, status: str) -> None:
        """Set the status by a person."""
        self.control("edit", resource="customers", id=self.customer, changes={"status": status})


@pytest.fixture
def life() -> Life:
    """An account about to be cut off."""
    return Life()


def test_a_disabled_account_has_ended_services_and_stopped_copies(life: Life) -> None:
    """The service ends on the day, the copy waits under a new id, nothing is charged any more."""
    ((first, _, _, start, _),) = life.services()
    life.advance(f"{DISABLED_ON}T00:29:59")
    assert [row[2] for row in life.services()] == ["active"]
    life.advance(f"{DISABLED_ON}T00:30:00")
    assert life.status(life.customer) == "disabled"
    ended, copy = life.services()
    assert ended == (first, 0, "disabled", start, DISABLED_ON)
    assert (copy[0] > first, copy[1:3], copy[4]) == (True, (first, "stopped"), "0000-00-00")
    life.advance("2026-03-05")
    assert len(life.invoices(life.customer)) == 1


def test_a_service_whose_end_has_passed_keeps_it(life: Life) -> None:
    """It gets no copy either, which a payment would start again."""
    ((first, _, _, start, _),) = life.services()
    path = f"customers/customer/{life.customer}/internet-services--{first}"
    life.put(path, {"end_date": "2026-01-20"})
    life.advance(f"{DISABLED_ON}T09:00:00")
    assert life.status(life.customer) == "disabled"
    assert life.services() == [(first, 0, "active", start, "2026-01-20")]


def test_a_payment_starts_the_copy_on_its_day(life: Life) -> None:
    """The account is active, the copy runs from the payment on, the old service stays ended."""
    life.advance("2026-02-10")
    life.pay(life.customer)
    assert life.status(life.customer) == "active"
    assert [row[2:4] for row in life.services()][1] == ("active", "2026-02-10")
    assert life.services()[0][2] == "disabled"
    life.advance("2026-03-02")
    lines = [item for row in life.invoices(life.customer)[1:] for item in row["items"]]
    march = [each for each in lines if each["period_from"] == "2026-03-01"]
    assert [str(each["price"]) for each in march] == ["30.0000"]


def test_a_days_service_is_never_charged_twice(life: Life) -> None:
    """Paid back within the month that was charged: the next charge is the next month's."""
    life.advance("2026-01-30")
    life.pay(life.customer)
    assert life.status(life.customer) == "active"
    life.control("charge", customer_ids=[life.customer])
    assert len(life.invoices(life.customer)) == 1
    life.advance("2026-02-02")
    lines = [item for row in life.invoices(life.customer)[1:] for item in row["items"]]
    assert [(each["period_from"], each["period_to"]) for each in lines] == [
        ("2026-02-01", "2026-02-28")
    ]


@pytest.mark.parametrize("starts", [True, False])
@pytest.mark.parametrize("who", ["key", "staff"])
def test_a_status_set_by_hand_starts_services_by_switch_only(who: str, *, starts: bool) -> None:
    """A disabled account that somebody sets active has its services stopped still."""
    life = Life(status_starts_services=starts)
    life.advance(DISABLED_ON)
    life.advance("2026-01-29")
    if who == "key":
        life.put(f"customers/customer/{life.customer}", {"status": "active"})
    else:
        life.by_staff("active")
    assert life.status(life.customer) == "active"
    assert life.services()[1][2] == ("active" if starts else "stopped")


def test_a_service_that_a_person_stopped_is_not_started(life: Life) -> None:
    """Only the copies of the last time are; a service stopped by hand before has no copy."""
    life.advance("2026-01-29")
    life.pay(life.customer)
    copy = life.services()[1][0]
    path = f"customers/customer/{life.customer}/internet-services--{copy}"
    life.put(path, {"status": "stopped"})
    life.by_staff("disabled")
    life.control("switch", status_starts_services=True)
    life.by_staff("active")
    assert [row[2] for row in life.services()] == ["disabled", "stopped"]


@pytest.mark.parametrize("rows", [True, False])
def test_services_write_the_status_log_by_switch(*, rows: bool) -> None:
    """Beside the rows of the account, at both addresses."""
    life = Life(service_rows=rows)
    first = life.services()[0][0]
    life.advance("2026-01-29")
    life.pay(life.customer)
    copy = life.services()[1][0]
    account = [
        (None, "active", "blocked", None),
        (None, "blocked", "disabled", None),
        (None, "disabled", "active", None),
    ]
    service = [
        (first, "active", "disabled", "internet"),
        (copy, "stopped", "active", "internet"),
    ]
    expected = [*account[:2], service[0], account[2], service[1]] if rows else account
    assert life.log() == expected
    assert len(life.get(f"customers/customer/{life.customer}/logs-changes")) == len(expected)
    last = life.get(f"customers/customer/{life.customer}/logs-changes--last-activation")
    assert (last["service_id"], last["old_status"]) == (None, "disabled")


def test_rows_of_services_do_not_tell_who_disabled_an_account(life: Life) -> None:
    """A person did; that a key disabled a service after that does not let money undo it."""
    life.advance("2026-01-20")
    life.by_staff("disabled")
    copy = life.services()[1][0]
    path = f"customers/customer/{life.customer}/internet-services--{copy}"
    life.put(path, {"status": "disabled"})
    life.pay(life.customer)
    assert life.status(life.customer) == "disabled"


def test_a_service_changed_by_the_key_is_logged(life: Life) -> None:
    """With its kind, and only when its status changes."""
    path = f"customers/customer/{life.customer}/internet-services--1"
    life.put(path, {"description": "Slow"})
    assert life.log() == []
    life.put(path, {"status": "stopped"})
    assert life.log() == [(1, "active", "stopped", "internet")]


def test_every_turn_is_witnessed(life: Life) -> None:
    """Blocked and disabled by the system, back by the system though a person took the money."""
    life.advance("2026-01-29")
    life.pay(life.customer)
    turns = [(turn.actor, turn.old, turn.new) for turn in life.world.witness.turns]
    assert turns == [
        ("system", "active", "blocked"),
        ("system", "blocked", "disabled"),
        ("system", "disabled", "active"),
    ]


def plan(life: Life, date: str, status: str) -> int:
    """Plan a status by the API."""
    body = {"customer_id": life.customer, "date": date, "status": status}
    return life.post("logs/pending-statuses", body)


@pytest.mark.parametrize("release", ["5.1", "4.3"])
def test_a_planned_status_is_set_at_midnight_of_its_day(release: str) -> None:
    """Once, in the name of the key's administrator; then it is done."""
    life = Life(release, api_status_admin=7, blocking=False)
    number = plan(life, "2026-01-05", "blocked")
    row = life.get(f"logs/pending-statuses/{number}")
    assert (row["date"], row["status"], row["done"]) == ("2026-01-05", "blocked", "0")
    life.advance("2026-01-04T23:59:59")
    assert life.status(life.customer) == "active"
    life.advance("2026-01-05T00:00:00")
    assert life.status(life.customer) == "blocked"
    change = life.get(f"customers/customer/{life.customer}/logs-changes")[0]
    assert (change["date"], change["time"], str(change["administrator_id"])) == (
        "2026-01-05",
        "00:00:00",
        "7",
    )
    assert life.get(f"logs/pending-statuses/{number}")["done"] == "1"
    life.put(f"customers/customer/{life.customer}", {"status": "active"})
    life.advance("2026-01-07")
    assert life.status(life.customer) == "active"
    assert [turn.actor for turn in life.world.witness.turns] == ["api", "api"]


def test_a_plan_can_be_changed_and_dropped_until_it_is_done(life: Life) -> None:
    """A day that has passed is made up for at the next midnight."""
    late, dropped = plan(life, "2025-12-01", "blocked"), plan(life, "2026-01-03", "disabled")
    life.put(f"logs/pending-statuses/{late}", {"status": "new"})
    assert life.call("DELETE", f"logs/pending-statuses/{dropped}").status == 204
    life.advance("2026-01-04")
    assert life.status(life.customer) == "new"
    assert life.call("PUT", f"logs/pending-statuses/{late}", {"status": "active"}).status == 422
    assert [row["id"] for row in life.get("logs/pending-statuses")] == [late]
    assert life.call("HEAD", "logs/pending-statuses").headers["x-total-count"] == "1"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"customer_id": 999}, "customer_id"),
        ({"customer_id": ""}, "customer_id"),
        ({"status": "gone"}, "status"),
        ({"date": "0000-00-00"}, "date"),
        ({"date": "soon"}, "date"),
    ],
)
def test_a_plan_names_an_account_a_day_and_a_status(
    life: Life, body: dict[str, object], field: str
) -> None:
    """Anything else is refused, on creation and later."""
    whole = {"customer_id": life.customer, "date": "2026-02-01", "status": "blocked"}
    answer = life.call("POST", "logs/pending-statuses", {**whole, **body})
    assert (answer.status, [each["field"] for each in answer.json]) == (422, [field])
    assert life.get("logs/pending-statuses") == []


def test_a_plan_for_a_deleted_account_is_done_without_effect(life: Life) -> None:
    """The round goes on with the others."""
    plan(life, "2026-01-02", "blocked")
    life.call("DELETE", f"customers/customer/{life.customer}")
    life.advance("2026-01-03")
    assert [row["done"] for row in life.get("logs/pending-statuses")] == ["1"]


def test_services_that_wait_are_listed(life: Life) -> None:
    """Those with the status `pending`, and nothing can be written there."""
    assert life.get("logs/pending-services") == []
    path = f"customers/customer/{life.customer}/internet-services--1"
    life.put(path, {"status": "pending", "start_date": "2026-02-01"})
    (row,) = life.get("logs/pending-services")
    assert set(row) == {
        "id",
        "customer_id",
        "tariff_id",
        "description",
        "unit_price",
        "start_date",
        "type",
    }
    assert (row["id"], row["start_date"], row["type"]) == (1, "2026-02-01", "internet")
    assert life.call("POST", "logs/pending-services", {}).status == 405


@pytest.mark.parametrize("status", ["new", "active", "blocked", "disabled"])
def test_the_api_deletes_a_customer_of_any_status(life: Life, status: str) -> None:
    """The row is hidden, its documents stay, its login is free again."""
    path = f"customers/customer/{life.customer}"
    login = life.get(path)["login"]
    life.put(path, {"status": status})
    assert life.call("POST", "customers/customer", {"name": "A", "login": login}).status == 422
    assert life.call("DELETE", path).status == 204
    assert life.call("GET", path).status == 404
    assert [row["id"] for row in life.get("customers/customer")] == []
    assert len(life.invoices(life.customer)) == 1
    again = life.post("customers/customer", {"name": "A", "login": login})
    assert again > life.customer
