"""The platform's rules for linking accounts, by the number of the rule in its linking form."""

from typing import Any

import pytest

from connector.sandbox.errors import SandboxError
from tests.sandbox.bench import Bench


class Kin(Bench):
    """A main with a service and one account beside it, both without debts."""

    def __init__(self, release: str = "5.1", **options: Any) -> None:
        super().__init__(release, **options)
        self.main = self.account("30", billing_day=9)
        self.sub = self.account("20")
        self.partner = self.post("administration/partners", {"name": "Other"})

    def control(self, path: str, **body: object) -> Any:
        """A control request."""
        return self.still.control("POST", path, body)

    def edit(self, customer: int, **changes: object) -> None:
        """Change a customer by the API."""
        self.put(f"customers/customer/{customer}", changes)

    def link(self, mode: str = "aggregated") -> None:
        """Link by the API: the account first, then the mode."""
        self.edit(self.sub, parent_id=self.main)
        if mode == "aggregated":
            self.put(f"customers/customer-billing/{self.sub}", {"sub_billing_mode": mode})

    def refusal(self, path: str, body: object) -> dict[str, str]:
        """The fields and words of a refused PUT."""
        answer = self.call("PUT", path, body)
        assert answer.status == 422, answer.text
        return {each["field"]: each["message"] for each in answer.json}

    def unlinkable(self, **more: object) -> str:
        """Why the sub cannot be linked to the main (or changed as `more` says)."""
        body = {"parent_id": self.main, **more}
        return next(iter(self.refusal(f"customers/customer/{self.sub}", body).values()))

    def unswitchable(self, mode: str = "aggregated") -> str:
        """Why the mode cannot be changed."""
        body = {"sub_billing_mode": mode}
        return self.refusal(f"customers/customer-billing/{self.sub}", body)["sub_billing_mode"]

    def owe(self, customer: int) -> int:
        """Let an account owe 5.00."""
        items = [{"description": "Work", "price": "5"}]
        made = self.control("invoice", customer_id=customer, items=items)
        return int(made["invoice_id"])

    def mode(self) -> tuple[int, str, str]:
        """The sub's main, mode and billing day."""
        billing = self.get(f"customers/customer-billing/{self.sub}")
        main = self.get(f"customers/customer/{self.sub}")["parent_id"]
        return main, billing["sub_billing_mode"], billing["billing_date"]


@pytest.fixture
def kin() -> Kin:
    """Two accounts to be linked."""
    return Kin()


def test_5_both_must_be_of_one_partner(kin: Kin) -> None:
    """Refused before the link, and a partner cannot change while there is one."""
    kin.edit(kin.main, partner_id=kin.partner)
    assert "partner" in kin.unlinkable()
    kin.edit(kin.sub, partner_id=kin.partner)
    kin.link()
    for customer in (kin.main, kin.sub):
        assert kin.refusal(f"customers/customer/{customer}", {"partner_id": 1})["partner_id"]


@pytest.mark.parametrize(
    ("who", "why"), [("main", "Incorrect billing"), ("sub", "Only a recurring")]
)
def test_6_only_recurring_accounts_are_aggregated(kin: Kin, who: str, why: str) -> None:
    """A prepaid main or sub can be linked independently, and then not be switched."""
    kin.edit(getattr(kin, who), billing_type="prepaid")
    body = {"sub_id": kin.sub, "main_id": kin.main, "mode": "aggregated"}
    with pytest.raises(SandboxError, match=why):
        kin.still.control("POST", "family/native", body)
    kin.link("independent")
    assert why in kin.unswitchable()


def test_7_an_aggregated_sub_starts_at_zero(kin: Kin) -> None:
    """Neither debit nor credit; the independent link does not mind."""
    invoice = kin.owe(kin.sub)
    kin.link("independent")
    assert "balance" in kin.unswitchable()
    kin.pay(kin.sub, "6", invoice_id=invoice)
    assert "balance" in kin.unswitchable()
    kin.control("invoice", customer_id=kin.sub, items=[{"price": "1"}])
    kin.put(f"customers/customer-billing/{kin.sub}", {"sub_billing_mode": "aggregated"})
    assert kin.mode() == (kin.main, "aggregated", "9")


def test_7_an_aggregated_sub_has_no_future_items(kin: Kin) -> None:
    """An item that waits for its invoice moves no balance, and is refused all the same."""
    body = {"customer_id": kin.sub, "type": "debit", "price": "5", "description": "Later"}
    item = kin.post("finance/transactions", {**body, "to_invoice": 1})
    assert kin.deposit(kin.sub) == "0.0000"
    kin.link("independent")
    assert "future items" in kin.unswitchable()
    assert kin.call("DELETE", f"finance/transactions/{item}").status in {204, 405}


@pytest.mark.parametrize(
    ("status", "taken"), [("new", True), ("active", True), ("blocked", True), ("disabled", False)]
)
def test_8_the_main_is_new_active_or_blocked(kin: Kin, status: str, *, taken: bool) -> None:
    """A disabled account cannot become a main."""
    kin.edit(kin.main, status=status)
    if taken:
        kin.edit(kin.sub, parent_id=kin.main)
        assert kin.mode() == (kin.main, "independent", "1")
    else:
        assert "new, active or blocked" in kin.unlinkable()


def test_9_there_is_one_level(kin: Kin) -> None:
    """A sub is no main, a main is no sub, nobody is its own main."""
    kin.link("independent")
    third = kin.account()
    for account, main in ((third, kin.sub), (kin.main, third), (third, third), (third, 999)):
        assert kin.refusal(f"customers/customer/{account}", {"parent_id": main})["parent_id"]


def test_10_a_linked_account_is_not_linked_again(kin: Kin) -> None:
    """To another main only after it was unlinked; naming the same main is no change."""
    kin.link("independent")
    other = kin.account()
    path = f"customers/customer/{kin.sub}"
    assert "already" in kin.refusal(path, {"parent_id": other})["parent_id"]
    kin.edit(kin.sub, parent_id=kin.main, city="Elmford")
    kin.edit(kin.sub, parent_id=0)
    kin.edit(kin.sub, parent_id=other)
    assert kin.mode()[0] == other


@pytest.mark.parametrize("mode_first", [True, False])
def test_11_an_aggregated_sub_adopts_the_billing_day(kin: Kin, *, mode_first: bool) -> None:
    """Whichever of link and mode is written first; unlinked it keeps the day, not the mode."""
    aggregated = {"sub_billing_mode": "aggregated"}
    if mode_first:
        kin.put(f"customers/customer-billing/{kin.sub}", aggregated)
        assert kin.mode() == (0, "aggregated", "1")
        kin.edit(kin.sub, parent_id=kin.main)
    else:
        kin.link()
    assert kin.mode() == (kin.main, "aggregated", "9")
    kin.edit(kin.sub, parent_id=0)
    assert kin.mode() == (0, "independent", "9")


def test_14_the_billing_type_is_frozen_while_linked(kin: Kin) -> None:
    """The sub's, until it is unlinked; its main's is its own affair."""
    kin.link("independent")
    path = f"customers/customer/{kin.sub}"
    assert set(kin.refusal(path, {"billing_type": "prepaid"})) == {"billing_type"}
    kin.edit(kin.sub, billing_type="recurring")
    kin.edit(kin.main, billing_type="prepaid_monthly")
    kin.edit(kin.sub, parent_id=0)
    kin.edit(kin.sub, billing_type="prepaid")


def test_15_the_mode_changes_only_while_the_main_is_in_good_standing(kin: Kin) -> None:
    """Neither blocked nor disabled nor in debt; in both directions."""
    kin.link()
    for status in ("blocked", "disabled"):
        kin.edit(kin.main, status=status)
        assert "not active" in kin.unswitchable("independent")
    kin.edit(kin.main, status="active")
    kin.owe(kin.main)
    assert "negative" in kin.unswitchable("independent")
    kin.pay(kin.main)
    kin.put(f"customers/customer-billing/{kin.sub}", {"sub_billing_mode": "independent"})
    assert kin.mode() == (kin.main, "independent", "9")


@pytest.mark.parametrize(("mode", "held"), [("aggregated", True), ("independent", False)])
def test_16_no_unlinking_while_the_main_owes(kin: Kin, mode: str, *, held: bool) -> None:
    """An aggregated sub stays with a blocked or indebted main; an independent one may go."""
    kin.link(mode)
    path, free = f"customers/customer/{kin.sub}", {"parent_id": 0}
    kin.edit(kin.main, status="blocked")
    if not held:
        kin.put(path, free)
        return
    assert "blocked" in kin.refusal(path, free)["parent_id"]
    with pytest.raises(SandboxError, match="blocked"):
        kin.control("family/native", sub_id=kin.sub, main_id=0)
    kin.edit(kin.main, status="active")
    kin.owe(kin.main)
    assert "negative" in kin.refusal(path, free)["parent_id"]
    kin.pay(kin.main)
    kin.put(path, free)


@pytest.mark.parametrize("status", [405, 422])
def test_25_a_main_with_subs_is_not_deleted(kin: Kin, status: int) -> None:
    """The relations have to go first; a sub may be deleted at any time."""
    kin.control("switch", refusal_status=status)
    kin.link("independent")
    answer = kin.call("DELETE", f"customers/customer/{kin.main}")
    assert (answer.status, answer.json["error"]["internal_code"]) == (
        status,
        "ENTITY_CANNOT_BE_DELETED",
    )
    assert kin.call("DELETE", f"customers/customer/{kin.sub}").status == 204
    assert kin.call("DELETE", f"customers/customer/{kin.main}").status == 204


DOCUMENTS: list[tuple[str, dict[str, object]]] = [
    ("finance/invoices", {"items": [{"description": "x", "price": "1"}]}),
    ("finance/credit-notes", {"items": [{"description": "x", "price": "1"}]}),
    ("finance/proforma-invoices", {"items": [{"description": "x", "price": "1"}]}),
    ("finance/payments", {"amount": "1"}),
    ("finance/transactions", {"type": "debit", "description": "x", "price": "1"}),
]


@pytest.mark.parametrize(("path", "body"), DOCUMENTS, ids=lambda each: str(each)[:24])
def test_24_finance_documents_of_subs_are_locked(
    kin: Kin, path: str, body: dict[str, object]
) -> None:
    """Creating, changing and deleting by a key; the main's are free, and so all without the lock."""
    own = kin.post(path, {"customer_id": kin.sub, **body})
    kin.link("independent")
    for method, where in (("POST", path), ("PUT", f"{path}/{own}"), ("DELETE", f"{path}/{own}")):
        answer = kin.call(method, where, {"customer_id": kin.sub, **body})
        assert answer.status == 405, answer.text
        assert "locked" in answer.json["error"]["message"]
    assert kin.get(f"{path}/{own}")["customer_id"] == kin.sub
    kin.post(path, {"customer_id": kin.main, **body})
    kin.owe(kin.sub)
    kin.control("switch", finance_lock=False)
    kin.post(path, {"customer_id": kin.sub, **body})


def test_without_the_rules_only_a_missing_main_is_refused(kin: Kin) -> None:
    """Chains, partners, debts and wrong types go through; the ledger holds."""
    kin.control("switch", native_rules=False)
    kin.edit(kin.main, billing_type="prepaid", partner_id=kin.partner, status="disabled")
    kin.owe(kin.sub)
    kin.link()
    third = kin.account()
    kin.edit(third, parent_id=kin.sub)
    kin.edit(third, parent_id=kin.main)
    assert set(kin.refusal(f"customers/customer/{third}", {"parent_id": 999})) == {"parent_id"}
    kin.edit(kin.sub, billing_type="prepaid", parent_id=0)
    assert kin.call("DELETE", f"customers/customer/{kin.main}").status == 204


def test_a_new_customer_can_be_born_linked(kin: Kin) -> None:
    """Under the same rules."""
    born = kin.post("customers/customer", {"name": "Twig", "parent_id": kin.main})
    assert kin.get(f"customers/customer/{born}")["parent_id"] == kin.main
    answer = kin.call("POST", "customers/customer", {"name": "Leaf", "parent_id": born})
    assert answer.status == 422


def test_43_ignores_the_fields_of_linking() -> None:
    """Written and not seen again; nothing is locked and nothing refused."""
    old = Kin("4.3")
    old.edit(old.sub, parent_id=999)
    old.put(f"customers/customer-billing/{old.sub}", {"sub_billing_mode": "aggregated"})
    assert "parent_id" not in old.get(f"customers/customer/{old.sub}")
    old.edit(old.sub, billing_type="prepaid")
    body = {"customer_id": old.sub, "items": [{"description": "x", "price": "1"}]}
    old.post("finance/invoices", body)
    assert old.call("DELETE", f"customers/customer/{old.main}").status == 204


@pytest.mark.parametrize("on", [True, False])
def test_blocking_a_main_reaches_its_aggregated_subs_by_switch(*, on: bool) -> None:
    """Into blocked and back; not the independent one, not the one that a person had blocked."""
    kin = Kin()
    kin.control("switch", native_block=on)
    kin.link()
    alone, held = kin.account(), kin.account()
    kin.edit(alone, parent_id=kin.main)
    kin.control("family/native", sub_id=held, main_id=kin.main, mode="aggregated")
    kin.control("block", customer_id=held, by="admin")
    kin.advance("2026-01-10")
    kin.advance("2026-01-31")
    reached = "blocked" if on else "active"
    seen = [kin.status(each) for each in (kin.main, kin.sub, alone, held)]
    assert seen == ["blocked", reached, "active", "blocked"]
    kin.pay(kin.main)
    seen = [kin.status(each) for each in (kin.main, kin.sub, alone, held)]
    assert seen == ["active", "active", "active", "blocked"]
    turns = [turn.actor for turn in kin.world.witness.turns if turn.customer_id == kin.sub]
    assert turns == (["system", "system"] if on else [])
