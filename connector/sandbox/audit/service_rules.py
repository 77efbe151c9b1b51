"""Rules about service and reach: who was released, who was left blocked, who was touched."""

from collections.abc import Iterator
from decimal import Decimal

from connector.sandbox.audit.by_hand import CUTTING, FREEING, RAISING, came_between
from connector.sandbox.audit.corrections import corrections_of
from connector.sandbox.audit.family import Evidence, Family, live_customers
from connector.sandbox.audit.findings import Finding
from connector.sandbox.audit.owing import owed_overdue
from connector.sandbox.records import Customer
from connector.sandbox.witness import StatusTurn
from connector.sandbox.world import World

TAKE_OVERS = frozenset({"credit_note", "invoice_delete"})
CUT_OFF = frozenset({"blocked", "disabled"})
SCENE = frozenset({("POST", "customers/customer"), ("POST", "customers/services")})


def service_findings(evidence: Evidence, family: Family) -> Iterator[Finding]:
    """All status rules over one family."""
    for customer_id in family.merging:
        for index, turn in enumerate(evidence.turns[customer_id]):
            if turn.actor == "api":
                earlier = evidence.turns[customer_id][:index]
                yield from _turn_findings(evidence.world, family, turn, earlier)
    main = evidence.world.customers.get(family.main_id)
    if main is not None and _is_clear(evidence.world, main):
        yield from _left_blocked(evidence, family)


def unjudged_accounts(world: World, families: list[Family]) -> list[int]:
    """Accounts made through the API that are in no intended family."""
    members = {member for family in families for member in family.members}
    return [row.id for row in world.customers if row.added_by == "api" and row.id not in members]


def touch_findings(world: World, families: list[Family]) -> Iterator[Finding]:
    """API writes to accounts that no connector has any business with.

    Whoever makes accounts and services through the API sets the scene; accounts made so are judged
    only once they are in an intended family.
    """
    outside = frozenset(unjudged_accounts(world, families))
    home = {member: family for family in families for member in family.members}
    allowed_until = {
        past.link.sub_id: past.requests
        for past in world.former_links
        if past.link.mode == "aggregated"
    }
    seen: set[int] = set()
    for write in world.witness.writes:
        family = home.get(write.customer_id)
        if write.customer_id in seen or write.request <= allowed_until.get(write.customer_id, 0):
            continue
        if write.customer_id in outside or (write.method, write.resource) in SCENE:
            continue
        if write.customer_id in world.test_customers:
            continue
        if family is None or write.customer_id in family.independent:
            seen.add(write.customer_id)
            yield Finding(
                rule="independent_touched" if family else "stranger_touched",
                family=family.main_id if family else 0,
                account=write.customer_id,
                detail=f"{write.method} {write.resource} {write.record_id} at {write.at}",
            )


def trial_findings(world: World) -> Iterator[Finding]:
    """Whoever tried things on a test customer leaves nothing behind that anybody would have to pay."""
    for customer_id in sorted(world.test_customers):
        written = [row for row in world.invoices.of_customer(customer_id) if row.added_by == "api"]
        due = sum((row.due for row in written if row.status == "not_paid"), Decimal(0))
        billing = world.billings.get(customer_id)
        if due or (billing is not None and billing.deposit):
            yield Finding(
                rule="trial_left_open",
                family=0,
                account=customer_id,
                detail=f"{due} due on its invoices, balance {billing and billing.deposit}",
            )


def _turn_findings(
    world: World, family: Family, turn: StatusTurn, earlier: list[StatusTurn]
) -> Iterator[Finding]:
    def finding(rule: str, detail: str) -> Finding:
        text = f"{turn.old} to {turn.new} at {turn.at}: {detail}"
        return Finding(rule=rule, family=family.main_id, account=turn.customer_id, detail=text)

    if turn.new == "active" and turn.old in CUT_OFF:
        block = next((past for past in reversed(earlier) if past.new in CUT_OFF), None)
        raced = came_between(world, turn, CUTTING, turn.customer_id)
        if block is not None and block.actor == "admin" and not raced:
            yield finding("released_admin_block", "a person had cut this account off")
        if turn.payer_overdue and not came_between(world, turn, RAISING, family.main_id):
            yield finding("early_release", f"the main still owed {turn.payer_overdue} overdue")
    if turn.new in CUT_OFF and turn.payer_status not in CUT_OFF:
        if came_between(world, turn, FREEING, family.main_id):
            return
        yield finding("wrong_suspension", f"the main was {turn.payer_status}")


def _is_clear(world: World, main: Customer) -> bool:
    billing = world.billing_of(main.id)
    solvent = billing.deposit >= billing.min_balance
    return main.status == "active" and solvent and not owed_overdue(world, main.id)


def _left_blocked(evidence: Evidence, family: Family) -> Iterator[Finding]:
    for sub in live_customers(evidence.world, sorted(family.aggregated)):
        blocks = [turn for turn in evidence.turns[sub.id] if turn.new == "blocked"]
        if sub.status != "blocked" or not blocks or owed_overdue(evidence.world, sub.id):
            continue
        if _is_the_connectors(evidence, sub, blocks[-1]):
            yield Finding(
                rule="left_blocked",
                family=family.main_id,
                account=sub.id,
                detail="still blocked though its main is clear and no person blocked it",
            )


def _is_the_connectors(evidence: Evidence, sub: Customer, block: StatusTurn) -> bool:
    """Whether lifting a block falls to the connector: it set it, or took over its cause since.

    Whom the platform blocked for a debt that staff cleared otherwise is not the connector's to release,
    nor is whom the connector gave that debt back to.
    """
    handed_back = {
        note.id
        for carrier in evidence.carriers[sub.id]
        if carrier.hands_back
        for source in [evidence.world.invoices.get(carrier.sections[0].source.invoice_id)]
        if source is not None
        for note in corrections_of(evidence.world, source)
    }
    took_over = any(
        effect.actor == "api"
        and effect.kind in TAKE_OVERS
        and effect.at >= block.at
        and effect.document_id not in handed_back
        for effect in evidence.effects[sub.id]
    )
    return block.actor == "api" or (block.actor == "system" and took_over)
