"""A connector that is right in all but one thing is found out, whatever the amounts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.bench import Bench
from tests.sandbox.conftest import charge, rules

Line = dict[str, Any]

prices = st.decimals(min_value="0.5", max_value="90", places=4).map(str)
tariffs = st.sampled_from(["5", "7.5", "10", "20"])
services = st.fixed_dictionaries(
    {"price": prices, "tax": tariffs, "quantity": st.integers(1, 3), "description": st.just("Line")}
)
families = st.lists(st.lists(services, min_size=1, max_size=3), min_size=2, max_size=4)


@dataclass(kw_only=True)
class Merge:
    """What a connector is about to do: sections, where to, and whom to relieve with what."""

    bench: Bench
    main: int
    sources: list[Line]
    sections: list[list[Line]] = field(default_factory=list)
    target: int = 0
    documents: int = 1
    rounded: bool = True
    reliefs: list[list[Line] | None] = field(default_factory=list)

    def carry_out(self) -> None:
        """Post the documents, then the reliefs."""
        for _ in range(self.documents):
            lines = [line for section in self.sections for line in section]
            if self.rounded:
                lines += self._rounding(lines)
            self._post("finance/invoices", self.target, lines, {"type": "recurring"})
        for source, lines_or_none in zip(self.sources, self.reliefs, strict=True):
            if lines_or_none is not None:
                bound = {"invoicesId": source["id"]}
                self._post("finance/credit-notes", source["customer_id"], lines_or_none, bound)

    def _post(self, resource: str, customer: int, lines: list[Line], more: Line) -> None:
        self.bench.post(resource, {"customer_id": customer, "items": lines, **more})

    def _rounding(self, lines: list[Line]) -> list[Line]:
        off = self.total - one_document(lines)
        return [{"description": "Rounding", "price": str(off), "tax": "0"}] if off else []

    @property
    def total(self) -> Decimal:
        """What the sources make, as the platform has stored them."""
        return sum((Decimal(source["total"]) for source in self.sources), Decimal(0))


def one_document(lines: list[Line]) -> Decimal:
    """What one document of these lines makes: four places per line, rounded once."""
    places = Decimal("0.0001")
    exact = Decimal(0)
    for line in lines:
        net = Decimal(str(line["price"])) * Decimal(str(line.get("quantity", 1)))
        tax = net * Decimal(str(line.get("tax", 0))) / 100
        exact += net.quantize(places, "ROUND_HALF_UP") + tax.quantize(places, "ROUND_HALF_UP")
    return exact.quantize(Decimal("0.01"), "ROUND_HALF_UP")


def planned(drawn: list[list[Line]]) -> Merge:
    """A charged family of aggregated subs, and the right merge of all its invoices."""
    bench = Bench()
    subs = [{"services": services_of} for services_of in drawn[1:]]
    order = {"main": {"services": drawn[0]}, "subs": subs}
    made: Any = bench.still.control("POST", "family", order)
    ids = charge(bench.still)
    sources = [bench.get(f"finance/invoices/{number}") for number in ids]
    merge = Merge(bench=bench, main=made["main_id"], sources=sources, target=made["main_id"])
    for source in sources:
        heading = {
            "description": f"Account {source['customer_id']} · {source['number']}",
            "price": 0,
        }
        merge.sections.append([heading, *map(copied, source["items"])])
        merge.reliefs.append([copied(item) for item in source["items"]])
    return merge


def copied(item: Line) -> Line:
    """A line as a body has it."""
    return {name: str(item[name]) for name in ("description", "quantity", "price", "tax")}


def drop_relief(merge: Merge, which: int) -> None:
    """One source is never relieved."""
    merge.reliefs[which] = None


def drop_all_reliefs(merge: Merge, _which: int) -> None:
    """The connector died before its first relief and never came back."""
    merge.reliefs = [None] * len(merge.reliefs)


def double_document(merge: Merge, _which: int) -> None:
    """The merged document was posted again after a lost answer."""
    merge.documents = 2


def no_document(merge: Merge, _which: int) -> None:
    """Reliefs without a merge."""
    merge.documents = 0


def drop_section(merge: Merge, which: int) -> None:
    """One source is relieved and not carried."""
    del merge.sections[which]
    if not merge.sections:
        merge.documents = 0


def double_section(merge: Merge, which: int) -> None:
    """One source stands twice in the document."""
    merge.sections.append(list(merge.sections[which]))
    merge.rounded = False


def drop_line(merge: Merge, which: int) -> None:
    """A line got lost on the way."""
    del merge.sections[which][-1]
    merge.rounded = False


def dearer_line(merge: Merge, which: int) -> None:
    """A line a cent dearer."""
    _change(merge, which, "price", lambda price: price + Decimal("0.01"))


def dearer_by_a_hair(merge: Merge, which: int) -> None:
    """A line dearer in the fourth place, which may not even show in the total."""
    _change(merge, which, "price", lambda price: price + Decimal("0.0001"))


def more_of_it(merge: Merge, which: int) -> None:
    """One more of a line."""
    _change(merge, which, "quantity", lambda quantity: quantity + 1)


def other_tax(merge: Merge, which: int) -> None:
    """A line at another rate."""
    _change(merge, which, "tax", lambda tax: tax + 1)


def no_tax(merge: Merge, which: int) -> None:
    """A line that lost its tax, made up for by its price."""
    line = merge.sections[which][-1]
    gross = Decimal(line["price"]) * (1 + Decimal(line["tax"]) / 100)
    line["price"], line["tax"] = str(gross.quantize(Decimal("0.0001"))), "0"


def wrong_customer(merge: Merge, which: int) -> None:
    """The document stands on a sub."""
    merge.target = merge.sources[max(which, 1)]["customer_id"]


def stranger(merge: Merge, _which: int) -> None:
    """The document stands on an account of no family."""
    merge.target = merge.bench.account()


def wrong_relief(merge: Merge, which: int) -> None:
    """A relief smaller than its source by one net euro cent or more."""
    lines = merge.reliefs[which]
    assert lines is not None
    lines[0]["price"] = str(Decimal(lines[0]["price"]) - Decimal("0.02"))


def relief_without_tax(merge: Merge, which: int) -> None:
    """The relief is right in its sum and has no tax."""
    total = merge.sources[which]["total"]
    merge.reliefs[which] = [{"description": "Less", "price": str(total), "tax": "0"}]


def generous_relief(merge: Merge, which: int) -> None:
    """A relief over more than its source, the rest a gift."""
    lines = merge.reliefs[which]
    assert lines is not None
    lines.append({"description": "More", "price": "1", "tax": "0"})


def wrong_heading(merge: Merge, which: int) -> None:
    """A section that names no source, after the heading of another."""
    merge.sections[which][0]["description"] = "Account"


def _change(merge: Merge, which: int, name: str, change: Callable[[Decimal], Decimal]) -> None:
    line = merge.sections[which][-1]
    line[name] = str(change(Decimal(line[name])))
    merge.rounded = False


MUTATIONS: dict[Callable[[Merge, int], None], set[str]] = {
    drop_relief: {"double_billing"},
    drop_all_reliefs: {"double_billing"},
    double_document: {"double_billing"},
    no_document: {"lost_charge"},
    drop_section: {"lost_charge"},
    double_section: {"double_billing"},
    drop_line: {"tax_moved"},
    dearer_line: {"tax_moved"},
    dearer_by_a_hair: {"tax_moved"},
    more_of_it: {"tax_moved", "wrong_total"},
    other_tax: {"tax_moved"},
    no_tax: {"tax_moved"},
    wrong_customer: {"wrong_account"},
    stranger: {"stranger_touched", "not_conserved"},
    wrong_relief: {"double_billing", "not_conserved"},
    relief_without_tax: {"tax_moved"},
    generous_relief: {"not_conserved"},
    wrong_heading: {"lost_charge"},
}


@settings(max_examples=80, deadline=None)
@given(families)
def test_the_right_connector_is_never_accused(drawn: list[list[Line]]) -> None:
    """Whatever prices, rates and quantities: no finding, and the main owes what the sources made."""
    merge = planned(drawn)
    merge.carry_out()
    assert rules(merge.bench.still) == []
    owed = sum((row.due for row in merge.bench.world.invoices), Decimal(0))
    assert owed == merge.total


@pytest.mark.parametrize("mutate", list(MUTATIONS), ids=lambda mutate: mutate.__name__)
@settings(max_examples=25, deadline=None)
@given(drawn=families, which=st.integers(0, 3))
def test_a_connector_wrong_in_one_thing_is_found(
    mutate: Callable[[Merge, int], None], drawn: list[list[Line]], which: int
) -> None:
    """Every mutation, on any source, with any amounts, breaks the rules that are about it."""
    merge = planned(drawn)
    mutate(merge, which % len(merge.sources))
    merge.carry_out()
    assert set(rules(merge.bench.still)) >= MUTATIONS[mutate]


@settings(max_examples=25, deadline=None)
@given(drawn=families, which=st.integers(0, 3))
def test_the_wrong_is_still_found_after_everybody_has_paid(
    drawn: list[list[Line]], which: int
) -> None:
    """Payment hides no doubled document: the family's books stay off by it."""
    merge = planned(drawn)
    double_document(merge, which)
    merge.carry_out()
    for customer in [merge.main, *(source["customer_id"] for source in merge.sources)]:
        if any(row["due"] for row in merge.bench.invoices(customer)):
            merge.bench.pay(customer)
    assert {"double_billing", "not_conserved"} <= set(rules(merge.bench.still))
