"""Bugs in a plan: amounts, cycles, and which invoices are sources."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, mutant

MUTANTS: tuple[Mutant, ...] = (
    mutant(
        "float sums",
        "Amounts are added up as floats.",
        (
            "domain/money.py",
            "    return sum(amounts, ZERO)\n",
            "    return Decimal(sum(float(amount) for amount in amounts))\n",
        ),
    ),
    mutant(
        "float amounts on the wire",
        "Prices leave as binary floats.",
        (
            "splynx/codec.py",
            '    return format(amount, "f")\n',
            '    return format(Decimal(float(amount)), "f")\n',
        ),
    ),
    mutant(
        "cents cut off",
        "A document's total is cut to cents, not rounded.",
        (
            "domain/money.py",
            "    return amount.quantize(CENT, rounding=ROUND_HALF_UP)\n",
            '    return amount.quantize(CENT, rounding="ROUND_DOWN")\n',
        ),
    ),
    mutant(
        "the rounding cent is left out",
        "The cent between the sources' totals and the merged document's is not made visible.",
        (
            "domain/merge.py",
            "        items = (*items, rounding_line(cents))\n",
            "        items = (*items,)\n",
        ),
    ),
    mutant(
        "tax left out",
        "Lines are sent without their tax.",
        (
            "splynx/bodies.py",
            '        "tax_percent": encode_money(item.tax_percent),\n',
            '        "tax_percent": "0",\n',
        ),
    ),
    mutant(
        "wrong cycle",
        "A document of the billing day itself belongs to the cycle before.",
        ("domain/accounts.py", "    if start > day:\n", "    if start >= day:\n"),
    ),
    mutant(
        "cycle of today",
        "Sources are sorted by the day they are looked at, not by their own date.",
        (
            "domain/sources.py",
            "            cycle = cycle_of(invoice.issued_on, family.billing.billing_day)\n",
            "            cycle = cycle_of(family.today, family.billing.billing_day)\n",
        ),
    ),
    mutant(
        "supplement lost",
        "Who comes after the merge of a cycle is never merged.",
        (
            "domain/merge.py",
            "    for cycle, sources in sorted(candidates.items()):\n",
            """    for cycle, sources in sorted(candidates.items()):
        if any(i.issued_on in cycle for i in family.invoices if i.id in family.own.issued):
            continue
""",
        ),
    ),
    mutant(
        "partly paid is whole",
        "An invoice that is partly paid is merged with its whole total.",
        (
            "domain/sources.py",
            "    if invoice.is_partly_paid:\n",
            "    if invoice.is_partly_paid and not invoice.total:\n",
        ),
    ),
    mutant(
        "another partner's sub-account",
        "The partner of a sub-account is not compared with the main's.",
        (
            "domain/sources.py",
            "    if sub.partner_id != main.partner_id:\n",
            "    if not sub.partner_id:\n",
        ),
    ),
    mutant(
        "independent is aggregated",
        "Sub-accounts that pay for themselves are merged like the others.",
        (
            "domain/sources.py",
            "        if link.mode is not BillingMode.AGGREGATED:\n            continue\n",
            "",
        ),
    ),
    mutant(
        "an inactive main is charged",
        "The status of the main account is not asked.",
        (
            "domain/sources.py",
            "    if main.status not in MAIN_MAY_PAY:\n",
            "    if not main.status:\n",
        ),
        (
            "saga/preparation.py",
            "    if ground.main is None or ground.main.status not in MAIN_MAY_PAY:\n",
            "    if ground.main is None:\n",
        ),
    ),
    mutant(
        "overdue is folded in",
        "An overdue invoice of the main is merged, and its dunning starts afresh.",
        (
            "domain/sources.py",
            "        late = [inv for inv in mine if inv.is_overdue(family.today)]\n",
            "        late = []\n",
        ),
    ),
    mutant(
        "the window never closes",
        "A cycle waits for members that never issue, for ever.",
        (
            "domain/window.py",
            "    if absent and family.at < closes:\n",
            "    if absent:\n",
        ),
    ),
    mutant(
        "our own merged invoice is a source",
        "The merged invoice of a cycle is taken for a document of the main's own.",
        (
            "domain/sources.py",
            "    ours = family.own.taken | family.own_documents\n",
            "    ours = family.own.taken\n",
        ),
    ),
)
