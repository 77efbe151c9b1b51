"""Everything the rules look at for one family."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from connector.sandbox.audit.by_hand import ByHand, gather_by_hand
from connector.sandbox.audit.carriers import Carrier, find_carriers
from connector.sandbox.money import ZERO
from connector.sandbox.records import CreditNote, Customer, Invoice
from connector.sandbox.witness import Charge, Effect, StatusTurn
from connector.sandbox.world import World


@dataclass(frozen=True, kw_only=True, slots=True)
class Relief:
    """What API credit notes took off one charge."""

    amount: Decimal = ZERO
    notes: tuple[CreditNote, ...] = ()


@dataclass(kw_only=True, slots=True)
class Evidence:
    """The notes and tables, looked up by account."""

    world: World
    by_hand: ByHand = field(default_factory=ByHand)
    carriers: dict[int, list[Carrier]] = field(default_factory=lambda: defaultdict(list))
    times_carried: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    carriers_of: dict[int, list[Carrier]] = field(default_factory=lambda: defaultdict(list))
    charges: dict[int, list[Charge]] = field(default_factory=lambda: defaultdict(list))
    effects: dict[int, list[Effect]] = field(default_factory=lambda: defaultdict(list))
    turns: dict[int, list[StatusTurn]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """One intended family."""

    main_id: int
    aggregated: frozenset[int]
    independent: frozenset[int]
    former: frozenset[int] = frozenset()
    once_aggregated: frozenset[int] = frozenset()

    @property
    def members(self) -> list[int]:
        """All accounts of the family."""
        return sorted({self.main_id} | self.aggregated | self.independent)

    @property
    def merging(self) -> list[int]:
        """The accounts whose charges belong on the main."""
        return sorted({self.main_id} | self.aggregated)


def gather(world: World) -> Evidence:
    """Look everything up once."""
    carriers = find_carriers(world)
    evidence = Evidence(world=world, by_hand=gather_by_hand(world, carriers))
    for carrier in carriers:
        evidence.carriers[carrier.invoice.customer_id].append(carrier)
        for section in carrier.sections:
            evidence.times_carried[section.source.invoice_id] += 1
            evidence.carriers_of[section.source.invoice_id].append(carrier)
    for charge in world.witness.charges.values():
        evidence.charges[charge.customer_id].append(charge)
    for effect in world.witness.effects:
        evidence.effects[effect.customer_id].append(effect)
    for turn in world.witness.turns:
        evidence.turns[turn.customer_id].append(turn)
    return evidence


def intended_families(world: World) -> list[Family]:
    """The families that the intended links make."""
    modes: dict[int, dict[str, set[int]]] = {}
    for link in world.links.values():
        modes.setdefault(link.main_id, {}).setdefault(link.mode, set()).add(link.sub_id)
    for past in world.former_links:
        kinds = modes.setdefault(past.link.main_id, {})
        kinds.setdefault(f"once {past.link.mode}", set()).add(past.link.sub_id)
    return [_family(main_id, subs) for main_id, subs in modes.items()]


def _family(main_id: int, subs: dict[str, set[int]]) -> Family:
    aggregated, independent = subs.get("aggregated", set()), subs.get("independent", set())
    once = subs.get("once aggregated", set())
    past = once | subs.get("once independent", set())
    return Family(
        main_id=main_id,
        aggregated=frozenset(aggregated),
        independent=frozenset(independent),
        former=frozenset(past - aggregated - independent),
        once_aggregated=frozenset(once),
    )


def kin(families: list[Family]) -> list[tuple[Family, frozenset[int]]]:
    """Families that share an account, by links past or present, as one set of accounts each."""
    groups: list[tuple[Family, frozenset[int]]] = []
    for family in families:
        accounts = frozenset(family.members) | family.former
        for group in [group for group in groups if group[1] & accounts]:
            groups.remove(group)
            family, accounts = group[0], accounts | group[1]  # noqa: PLW2901 - grows by its kin
        groups.append((family, accounts))
    return groups


def relief_of(world: World, charge: Charge) -> Relief:
    """What API credit notes, or an API deletion, took off a charge."""
    invoice = world.invoices.get(charge.invoice_id)
    if invoice is None or invoice.status == "deleted":
        return Relief(amount=charge.total)
    amount, notes = ZERO, []
    for relation in world.relations.of_customer(charge.customer_id):
        if relation.invoice_id == charge.invoice_id and relation.type == "credit_note":
            note = world.credit_notes.get(relation.payer_id)
            if note is not None and note.added_by == "api":
                amount += relation.amount
                notes.append(note)
    return Relief(amount=amount, notes=tuple(notes))


def balance(world: World, customer_ids: Iterable[int]) -> Decimal:
    """The sum of balances."""
    billings = (world.billings.get(customer_id) for customer_id in customer_ids)
    return sum((billing.deposit for billing in billings if billing), ZERO)


def live_customers(world: World, customer_ids: Iterable[int]) -> list[Customer]:
    """The accounts that still exist."""
    rows = (world.customers.get(customer_id) for customer_id in customer_ids)
    return [row for row in rows if row is not None]


def is_open(invoice: Invoice | None) -> bool:
    """Whether something is due on an invoice."""
    return invoice is not None and invoice.status == "not_paid" and invoice.due > 0
