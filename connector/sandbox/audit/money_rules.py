"""Rules about money: every charge in one place, every total and tax rate as at its source."""

from collections.abc import Iterator
from decimal import Decimal

from connector.sandbox.audit.carriers import Carrier
from connector.sandbox.audit.family import Evidence, Family, balance, is_open, relief_of
from connector.sandbox.audit.findings import Finding
from connector.sandbox.money import CENT, ZERO
from connector.sandbox.witness import Charge, net_by_rate, settled_view

MARKER = "LA1:"
PAYMENTS = frozenset({"payment", "payment_delete"})


def money_findings(evidence: Evidence, family: Family) -> Iterator[Finding]:
    """All money rules over one family."""
    for customer_id in family.merging:
        for charge in evidence.charges[customer_id]:
            yield from _charge_findings(evidence, family, charge)
    for carrier in evidence.carriers[family.main_id]:
        yield from _carrier_findings(evidence, family, carrier)
    yield from _idle_relief(evidence, family)
    yield from _conservation(evidence, family)
    yield from _altered(evidence, family)


def _charge_findings(evidence: Evidence, family: Family, charge: Charge) -> Iterator[Finding]:
    invoice = evidence.world.invoices.get(charge.invoice_id)
    times = evidence.times_carried[charge.invoice_id]
    relief = relief_of(evidence.world, charge)

    def finding(rule: str, detail: str) -> Finding:
        text = f"invoice {charge.number} of {charge.total}: {detail}"
        return Finding(rule=rule, family=family.main_id, account=charge.customer_id, detail=text)

    if times > 1:
        yield finding("double_billing", f"carried {times} times")
    elif times and is_open(invoice):
        yield finding("double_billing", "open on its own account and carried by another invoice")
    if relief.amount and not times:
        yield finding("lost_charge", f"{relief.amount} relieved, carried by no live invoice")
    if invoice is not None and is_open(invoice) and MARKER in f"{invoice.memo}{invoice.note}":
        yield finding("marker_left", "still claimed by a merge and still open")


def _carrier_findings(evidence: Evidence, family: Family, carrier: Carrier) -> Iterator[Finding]:
    invoice = carrier.invoice
    own = evidence.world.witness.charges.get(invoice.id)
    sources = [section.source for section in carrier.sections]
    expected = sum((source.total for source in sources), own.total if own else ZERO)

    def finding(rule: str, detail: str) -> Finding:
        text = f"merged invoice {invoice.number}: {detail}"
        return Finding(rule=rule, family=family.main_id, account=invoice.customer_id, detail=text)

    if invoice.total != expected:
        yield finding("wrong_total", f"total {invoice.total}, its sources make {expected}")
    for source in sources:
        if source.customer_id not in family.merging:
            yield finding("wrong_family", f"carries {source.number} of {source.customer_id}")
    carried = net_by_rate([item for section in carrier.sections for item in section.items])
    if _moved(carried, _rates(sources), len(sources)):
        yield finding(
            "tax_moved", f"net per rate {_told(carried)}, at the sources {_told(_rates(sources))}"
        )
    yield from (
        finding("tax_moved", f"relief of {source.number} has other rates than its charge")
        for source in sources
        if _relief_moved(evidence, source)
    )


def _relief_moved(evidence: Evidence, source: Charge) -> bool:
    """Whether a full relief by credit notes credits other net amounts per rate than charged."""
    relief = relief_of(evidence.world, source)
    if relief.amount != source.total or not relief.notes:
        return False
    credited = net_by_rate([item for note in relief.notes for item in note.items])
    return _moved(credited, source.net_by_rate, 1)


def _rates(sources: list[Charge]) -> dict[Decimal, Decimal]:
    sums: dict[Decimal, Decimal] = {}
    for source in sources:
        for rate, net in source.net_by_rate.items():
            sums[rate] = sums.get(rate, ZERO) + net
    return sums


def _moved(found: dict[Decimal, Decimal], wanted: dict[Decimal, Decimal], documents: int) -> bool:
    """Whether net amounts differ; at 0 % a rounding line of a cent per document is allowed."""
    for rate in found.keys() | wanted.keys():
        allowed = ZERO if rate else CENT * documents
        if abs(found.get(rate, ZERO) - wanted.get(rate, ZERO)) > allowed:
            return True
    return False


def _told(sums: dict[Decimal, Decimal]) -> str:
    return ", ".join(f"{net} at {rate} %" for rate, net in sorted(sums.items()))


def _idle_relief(evidence: Evidence, family: Family) -> Iterator[Finding]:
    """API credit notes on subs that relieve no charge."""
    world = evidence.world
    for customer_id in sorted(family.aggregated):
        bound = {
            relation.payer_id
            for relation in world.relations.of_customer(customer_id)
            if relation.type == "credit_note"
        }
        for note in world.credit_notes.of_customer(customer_id):
            if note.added_by == "api" and note.status != "deleted" and note.id not in bound:
                yield Finding(
                    rule="relief_without_merge",
                    family=family.main_id,
                    account=customer_id,
                    detail=f"credit note {note.number} of {note.total} relieves no invoice",
                )


def _conservation(evidence: Evidence, family: Family) -> Iterator[Finding]:
    """Charges and corrections by system and staff, less payments, must equal what is owed."""
    expected = sum(
        (
            effect.amount
            for customer_id in family.members
            for effect in evidence.effects[customer_id]
            if effect.actor != "api" or effect.kind in PAYMENTS
        ),
        ZERO,
    )
    owed = -balance(evidence.world, family.members)
    if owed != expected:
        yield Finding(
            rule="not_conserved",
            family=family.main_id,
            account=family.main_id,
            detail=f"the family should owe {expected}, its balances make {owed}",
        )


def _altered(evidence: Evidence, family: Family) -> Iterator[Finding]:
    world = evidence.world
    for customer_id in family.members:
        for invoice in world.invoices.of_customer(customer_id):
            settled = world.witness.settled.get(invoice.id)
            if settled is not None and settled != settled_view(invoice):
                yield Finding(
                    rule="paid_document_altered",
                    family=family.main_id,
                    account=customer_id,
                    detail=f"invoice {invoice.number} changed after it was paid",
                )
