"""The audit of the whole world."""

from decimal import Decimal

from connector.sandbox.audit.family import (
    Evidence,
    Family,
    balance,
    gather,
    intended_families,
    is_open,
    live_customers,
)
from connector.sandbox.audit.findings import Finding
from connector.sandbox.audit.money_rules import PAYMENTS, conservation_findings, money_findings
from connector.sandbox.audit.service_rules import (
    service_findings,
    touch_findings,
    trial_findings,
    unjudged_accounts,
)
from connector.sandbox.money import ZERO, cents
from connector.sandbox.world import World


def audit(world: World) -> dict[str, object]:
    """Judge every intended family; meant for a world at rest, between two merges."""
    evidence = gather(world)
    families = intended_families(world)
    findings: list[Finding] = []
    for family in families:
        findings += money_findings(evidence, family)
        findings += service_findings(evidence, family)
    findings += conservation_findings(evidence, families)
    findings += touch_findings(world, families)
    findings += trial_findings(world)
    return {
        "ok": not findings,
        "now": world.now().isoformat(),
        "findings": [finding.shown() for finding in findings],
        "families": [_summary(evidence, family) for family in families],
        "unjudged": unjudged_accounts(world, families),
    }


def _summary(evidence: Evidence, family: Family) -> dict[str, object]:
    world = evidence.world
    effects = [effect for member in family.members for effect in evidence.effects[member]]
    charged = [
        effect.amount for effect in effects if effect.actor != "api" and effect.kind not in PAYMENTS
    ]
    paid = [-effect.amount for effect in effects if effect.kind in PAYMENTS]
    open_documents = [
        {
            "id": invoice.id,
            "customer_id": invoice.customer_id,
            "total": invoice.total,
            "due": invoice.due,
        }
        for member in family.members
        for invoice in world.invoices.of_customer(member)
        if is_open(invoice)
    ]
    return {
        "main_id": family.main_id,
        "charged": _shown(sum(charged, ZERO)),
        "paid": _shown(sum(paid, ZERO)),
        "owed": _shown(-balance(world, family.members)),
        "open_documents": open_documents,
        "merged_documents": sum(not row.hands_back for row in evidence.carriers[family.main_id]),
        "status": {row.id: row.status for row in live_customers(world, family.members)},
    }


def _shown(amount: Decimal) -> Decimal:
    """The amount with two places, unless that would hide some of it."""
    return cents(amount) if cents(amount) == amount else amount
