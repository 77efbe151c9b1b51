"""Bugs in the cascade: who is switched on or off that should not be, and who is forgotten."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, mutant

MUTANTS: tuple[Mutant, ...] = (
    mutant(
        "release without clear",
        "Sub-accounts are released though their main is overdue.",
        (
            "domain/cascade.py",
            """    if any(_is_late(invoice, family.today) for invoice in invoices):
        return False
    return policy""",
            "    return policy",
        ),
        (
            "domain/cascade.py",
            "    return billing.balance + not_yet_due >= billing.min_balance\n",
            "    return True\n",
        ),
    ),
    mutant(
        "release of a blocked main",
        "Sub-accounts are released while their main is blocked itself.",
        (
            "domain/cascade.py",
            "    if family.main.status is not AccountStatus.ACTIVE:\n        return False\n",
            "",
        ),
    ),
    mutant(
        "release ignoring who blocked",
        "A block by a person is lifted like one by the platform.",
        ("domain/cascade.py", "    if not block.by_system:\n", "    if not block.id:\n"),
    ),
    mutant(
        "release of who owes itself",
        "A sub-account is released though it has debts of its own.",
        (
            "domain/cascade.py",
            "    if billing is None or not owes_nothing(billing, family.invoices_of(sub.id), family.today):\n",
            "    if billing is None:\n",
        ),
    ),
    mutant(
        "release of any block",
        "A block before the main's dunning is lifted with it.",
        (
            "domain/cascade.py",
            "    if episode is None or not episode.contains(block):\n",
            "    if episode is None and not block.id:\n",
        ),
    ),
    mutant(
        "our own suspension is forgotten",
        "A block that we set ourselves is taken for somebody else's.",
        (
            "domain/cascade.py",
            "    if any(own.block_id == block.id for own in family.own.suspensions):\n",
            "    if not block.id:\n",
        ),
    ),
    mutant(
        "who was blocked on the way stays off",
        "A sub-account that the platform blocked while its invoice was being moved is not released.",
        (
            "domain/cascade.py",
            "    if any(row.sub_id == sub.id and row.at >= block.at for row in family.own.reliefs):\n",
            "    if not block.id:\n",
        ),
    ),
    mutant(
        "nobody is released",
        "Releases are planned and never recorded.",
        (
            "runtime/look.py",
            "    if cascade.releases:\n",
            "    if cascade.releases and not main_id:\n",
        ),
    ),
    mutant(
        "no look before a release",
        "A release is sent as planned, whatever happened since.",
        (
            "runtime/observe_step.py",
            "            return _judge_cascade(service, operation, step)\n",
            "            return preparation.Ready(effect=step.effect)\n",
        ),
    ),
    mutant(
        "independent sub-accounts are suspended",
        "The cascade reaches sub-accounts that pay for themselves.",
        (
            "domain/snapshot.py",
            "for link, sub in self.live_links() if link.mode is BillingMode.AGGREGATED)",
            "for link, sub in self.live_links())",
        ),
    ),
    mutant(
        "suspended without an overdue main",
        "Sub-accounts follow any block of their main.",
        (
            "domain/cascade.py",
            "    if not overdue:\n        return ()\n",
            "",
        ),
        (
            "domain/cascade.py",
            "or cause is None or not cause.by_system:",
            "or cause is None:",
        ),
    ),
    mutant(
        "suspended again and again",
        "Whom a person switches on again is suspended once more for the same block.",
        ("domain/cascade.py", "        and sub.id not in done\n", ""),
        (
            "saga/planning.py",
            "    identity = [[row.sub_id, row.cause_id] for row in suspensions]\n",
            "    identity = [[row.sub_id, row.cause_id, origin.at.isoformat()] for row in suspensions]\n",
        ),
    ),
    mutant(
        "nobody follows a blocked main",
        "Suspensions are planned and never recorded.",
        (
            "runtime/look.py",
            "    if cascade.suspensions:\n",
            "    if cascade.suspensions and not main_id:\n",
        ),
    ),
)
