"""Rules about service and reach: who was released, who was left blocked, who was touched."""

from collections.abc import Iterator

from connector.sandbox.audit.family import Evidence, Family, live_customers
from connector.sandbox.audit.findings import Finding
from connector.sandbox.ledger.standing import overdue_amount
from connector.sandbox.records import Customer
from connector.sandbox.witness import StatusTurn
from connector.sandbox.world import World

CUT_OFF = frozenset({"blocked", "disabled"})
SCENE = frozenset({("POST", "customers/customer"), ("POST", "customers/services")})


def service_findings(evidence: Evidence, family: Family) -> Iterator[Finding]:
    """All status rules over one family."""
    for customer_id in family.merging:
        for index, turn in enumerate(evidence.turns[customer_id]):
            if turn.actor == "api":
                earlier = evidence.turns[customer_id][:index]
                yield from _turn_findings(family, turn, earlier)
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
        past.link.sub_id: past.writes
        for past in world.former_links
        if past.link.mode == "aggregated"
    }
    seen: set[int] = set()
    for number, write in enumerate(world.witness.writes):
        family = home.get(write.customer_id)
        if write.customer_id in seen or number < allowed_until.get(write.customer_id, 0):
            continue
        if write.customer_id in outside or (write.method, write.resource) in SCENE:
            continue
        if family is None or write.customer_id in family.independent:
            seen.add(write.customer_id)
            yield Finding(
                rule="independent_touched" if family else "stranger_touched",
                family=family.main_id if family else 0,
                account=write.customer_id,
                detail=f"{write.method} {write.resource} {write.record_id} at {write.at}",
            )


def _turn_findings(
    family: Family, turn: StatusTurn, earlier: list[StatusTurn]
) -> Iterator[Finding]:
    def finding(rule: str, detail: str) -> Finding:
        text = f"{turn.old} to {turn.new} at {turn.at}: {detail}"
        return Finding(rule=rule, family=family.main_id, account=turn.customer_id, detail=text)

    if turn.new == "active" and turn.old in CUT_OFF:
        block = next((past for past in reversed(earlier) if past.new in CUT_OFF), None)
        if block is not None and block.actor == "admin":
            yield finding("released_admin_block", "a person had cut this account off")
        if turn.payer_overdue:
            yield finding("early_release", f"the main still owed {turn.payer_overdue} overdue")
    if turn.new in CUT_OFF and turn.payer_status not in CUT_OFF:
        yield finding("wrong_suspension", f"the main was {turn.payer_status}")


def _is_clear(world: World, main: Customer) -> bool:
    billing = world.billing_of(main.id)
    solvent = billing.deposit >= billing.min_balance
    return main.status == "active" and solvent and not overdue_amount(world, main.id)


def _left_blocked(evidence: Evidence, family: Family) -> Iterator[Finding]:
    for sub in live_customers(evidence.world, sorted(family.aggregated)):
        blocks = [turn for turn in evidence.turns[sub.id] if turn.new == "blocked"]
        by_person = bool(blocks) and blocks[-1].actor == "admin"
        if sub.status == "blocked" and not by_person and not overdue_amount(evidence.world, sub.id):
            yield Finding(
                rule="left_blocked",
                family=family.main_id,
                account=sub.id,
                detail="still blocked though its main is clear and no person blocked it",
            )
