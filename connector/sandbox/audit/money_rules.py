"""Rules about money: every charge in one place, every total and tax rate as at its source."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from connector.sandbox.audit.carriers import Carrier, Section
from connector.sandbox.audit.corrections import corrected, corrections_of, net_left, raised_by
from connector.sandbox.audit.family import Evidence, Family, balance, is_open, kin, relief_of
from connector.sandbox.audit.findings import Finding
from connector.sandbox.money import CENT, ZERO
from connector.sandbox.records import Invoice
from connector.sandbox.witness import Charge, net_by_rate, settled_view

MARKER = "LA1:"
PAYMENTS = frozenset({"payment", "payment_delete"})


def money_findings(evidence: Evidence, family: Family) -> Iterator[Finding]:
    """All money rules over one family."""
    for customer_id in family.merging:
        for charge in evidence.charges[customer_id]:
            yield from _charge_findings(evidence, family, charge)
        for carrier in evidence.carriers[customer_id]:
            yield from _carrier_findings(evidence, family, carrier)
            yield from _account_findings(family, carrier)
            yield from _tax_findings(evidence, family, carrier)
    yield from _idle_relief(evidence, family)
    yield from _altered(evidence, family)


def _charge_findings(evidence: Evidence, family: Family, charge: Charge) -> Iterator[Finding]:
    invoice = evidence.world.invoices.get(charge.invoice_id)
    times = evidence.times_carried[charge.invoice_id]
    relief = relief_of(evidence.world, charge)
    by_hand, account = evidence.by_hand, charge.customer_id

    def finding(rule: str, detail: str) -> Finding:
        text = f"invoice {charge.number} of {charge.total}: {detail}"
        return Finding(rule=rule, family=family.main_id, account=charge.customer_id, detail=text)

    if times > 1:
        yield finding("double_billing", f"carried {times} times")
    elif (
        times
        and _owes_twice(evidence, charge)
        and charge.total not in by_hand.undone.get(account, ())
    ):
        yield finding("double_billing", "open on its own account and carried by another invoice")
    if relief.amount and not times and charge.invoice_id not in by_hand.withdrawn:
        yield finding("lost_charge", f"{relief.amount} relieved, carried by no live invoice")
    is_marked = invoice is not None and _is_marked(evidence, invoice)
    if is_marked and is_open(invoice) and (not times or _owes_twice(evidence, charge)):
        yield finding("marker_left", "still claimed by a merge and still open")


def _owes_twice(evidence: Evidence, charge: Charge) -> bool:
    """Whether a carried charge owes more itself than people raised it by, or was taken back."""
    invoice = evidence.world.invoices.get(charge.invoice_id)
    if invoice is None or not is_open(invoice):
        return False
    carriers = [carrier.invoice for carrier in evidence.carriers_of.get(charge.invoice_id, ())]
    taken_back = sum((corrected(evidence.world, carrier) for carrier in carriers), ZERO)
    return invoice.due > raised_by(evidence.by_hand.edits, [invoice.id]) + taken_back


def _is_marked(evidence: Evidence, invoice: Invoice) -> bool:
    """Whether a document bears a mark that is not of a person's hand."""
    hearsay = evidence.world.witness.hearsay.get(invoice.id)
    text = f"{invoice.memo}{invoice.note}"
    return MARKER in (text.replace(hearsay, "") if hearsay else text)


def _about(family: Family, carrier: Carrier, rule: str, detail: str) -> Finding:
    invoice = carrier.invoice
    text = f"merged invoice {invoice.number}: {detail}"
    return Finding(rule=rule, family=family.main_id, account=invoice.customer_id, detail=text)


def _carrier_findings(evidence: Evidence, family: Family, carrier: Carrier) -> Iterator[Finding]:
    invoice = carrier.invoice
    own = evidence.world.witness.charges.get(invoice.id)
    sources = [section.source for section in carrier.sections]
    expected = own.total if own else ZERO
    for source in sources:
        expected += _relieved(evidence, source) if carrier.hands_back else source.total
    expected += evidence.by_hand.edits.get(invoice.id, ZERO) if own is None else ZERO
    if not _is_explained(evidence, carrier, invoice.total - expected):
        detail = f"total {invoice.total}, its sources make {expected}"
        yield _about(family, carrier, "wrong_total", detail)
    for source in sources:
        if source.customer_id not in family.once_aggregated.union(family.merging):
            detail = f"carries {source.number} of {source.customer_id}"
            yield _about(family, carrier, "wrong_family", detail)


def _relieved(evidence: Evidence, source: Charge) -> Decimal:
    """What a connector's own credit notes took off a source, all in all."""
    invoice = evidence.world.invoices.get(source.invoice_id)
    return ZERO if invoice is None else corrected(evidence.world, invoice)


def _is_explained(evidence: Evidence, carrier: Carrier, excess: Decimal) -> bool:
    """Whether a total that is not its sources' has been mended, or its sources were raised later.

    A source that was lowered or deleted after the merge is credited on the merged document.
    """
    sources = [section.source.invoice_id for section in carrier.sections]
    taken_back = corrected(evidence.world, carrier.invoice)
    return -raised_by(evidence.by_hand.edits, sources) <= excess <= taken_back


def _account_findings(family: Family, carrier: Carrier) -> Iterator[Finding]:
    """A merged document stands on the main, and names for each line the sub it comes from."""
    if carrier.invoice.customer_id != family.main_id and not carrier.hands_back:
        yield _about(family, carrier, "wrong_account", f"not on the main {family.main_id}")
    for section in carrier.sections:
        known = {0, section.source.customer_id, *section.source.sub_accounts}
        for item in section.items:
            if item.sub_account_id not in known:
                detail = f"a line of {section.source.number} is said to be of {item.sub_account_id}"
                yield _about(family, carrier, "wrong_account", detail)


def _tax_findings(evidence: Evidence, family: Family, carrier: Carrier) -> Iterator[Finding]:
    if carrier.invoice.id in evidence.by_hand.edits:
        return
    if carrier.hands_back:
        yield from _handed_back_tax(evidence, family, carrier)
        return
    sources = [section.source for section in carrier.sections]
    total = sum((source.total for source in sources), ZERO)
    excess = carrier.invoice.total - total
    if excess == corrected(evidence.world, carrier.invoice) and excess:
        left = net_left(evidence.world, carrier.invoice)
        if _moved(left, _rates(sources), len(sources) + 1):
            detail = f"net per rate {_told(left)} left, at the sources {_told(_rates(sources))}"
            yield _about(family, carrier, "tax_moved", detail)
    elif not excess or not _is_explained(evidence, carrier, excess):
        yield from _uncorrected_tax(evidence, family, carrier)


def _handed_back_tax(evidence: Evidence, family: Family, carrier: Carrier) -> Iterator[Finding]:
    """What is charged anew has the rates of the credit notes that relieved it."""
    source = evidence.world.invoices.get(carrier.sections[0].source.invoice_id)
    if source is None:
        return
    notes = corrections_of(evidence.world, source)
    relieved = net_by_rate([item for note in notes for item in note.items])
    if notes and _moved(net_by_rate(carrier.invoice.items), relieved, 1):
        detail = f"charged anew otherwise than relieved: {_told(relieved)}"
        yield _about(family, carrier, "tax_moved", detail)


def _uncorrected_tax(evidence: Evidence, family: Family, carrier: Carrier) -> Iterator[Finding]:
    sources = [section.source for section in carrier.sections]
    carried = net_by_rate([item for section in carrier.sections for item in section.items])
    if _moved(carried, _rates(sources), len(sources)):
        detail = f"net per rate {_told(carried)}, at the sources {_told(_rates(sources))}"
        yield _about(family, carrier, "tax_moved", detail)
    elif any(_section_moved(section) for section in carrier.sections):
        yield _about(family, carrier, "tax_moved", "between the sections of its sources")
    for source in sources:
        if _relief_moved(evidence, source):
            detail = f"relief of {source.number} has other rates than its charge"
            yield _about(family, carrier, "tax_moved", detail)


def _section_moved(section: Section) -> bool:
    """Whether taxed money left its source's section; untaxed cents may be another's rounding."""
    found, wanted = net_by_rate(list(section.items)), section.source.net_by_rate
    return any(found.get(rate, ZERO) != wanted.get(rate, ZERO) for rate in found | wanted if rate)


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


def conservation_findings(evidence: Evidence, families: list[Family]) -> Iterator[Finding]:
    """Charges and corrections by system and staff, less payments, must equal what is owed."""
    for family, accounts in kin(families):
        expected = sum(
            (
                effect.amount
                for customer_id in accounts
                for effect in evidence.effects[customer_id]
                if effect.actor != "api" or effect.kind in PAYMENTS
            ),
            ZERO,
        )
        expected += _handed_back(evidence, accounts)
        owed = -balance(evidence.world, accounts)
        if owed != expected:
            yield Finding(
                rule="not_conserved",
                family=family.main_id,
                account=family.main_id,
                detail=f"the family should owe {expected}, its balances make {owed}",
            )


def _handed_back(evidence: Evidence, accounts: Iterable[int]) -> Decimal:
    """What still stands of merged documents that people deleted: at the sources, or merged anew.

    Deleting a merged document lets go of what had been relieved by then, and of no more: of what the
    source made when it was carried, whatever people made of it afterwards.
    """
    withdrawn = evidence.by_hand.withdrawn
    charges = [charge for account in accounts for charge in evidence.charges[account]]
    return sum(
        (
            charge.total - withdrawn[charge.invoice_id]
            for charge in charges
            if charge.invoice_id in withdrawn
            and (
                evidence.times_carried[charge.invoice_id]
                or not relief_of(evidence.world, charge).amount
            )
        ),
        ZERO,
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
