"""Bugs in looking: what is new, what is stale, what is hidden, and when nothing may be believed."""

from __future__ import annotations

from dataclasses import replace

from connector.domain.policy import Mode
from tests.mutants.mutant import Mutant, mutant

MUTANTS: tuple[Mutant, ...] = (
    mutant(
        "watermark before the families",
        "How far was read is committed before the families that it concerns.",
        (
            "runtime/poll.py",
            """    with service.store.begin(epoch=pen.epoch) as unit:
        touched: frozenset[AccountId] = frozenset()
""",
            """    with service.store.begin(epoch=pen.epoch) as unit:
        for name, value in delta.marks.items():
            unit.facts.record(name, value)
        unit.commit()
    with service.store.begin(epoch=pen.epoch) as unit:
        touched: frozenset[AccountId] = frozenset()
""",
        ),
    ),
    mutant(
        "a delta touches nobody",
        "What is new moves the watermark and puts no family on the agenda.",
        (
            "runtime/poll.py",
            '    unit.agenda.record_due(touched, delta.at, "changed on the platform")\n',
            "",
        ),
    ),
    mutant(
        "no daily look",
        "Families of which no delta tells are never looked at again.",
        (
            "runtime/poll.py",
            "    last = unit.facts.load(facts.LAST_SWEEP)\n",
            "    last = at.isoformat() if unit.facts.load(facts.LAST_SWEEP) else None\n",
        ),
    ),
    mutant(
        "implausible loss believed",
        "That most accounts vanished between two polls stops nothing.",
        (
            "runtime/poll.py",
            "    if not is_implausible_loss(before, delta.accounts, percent):\n",
            "    if before >= 0:\n",
        ),
    ),
    mutant(
        "capped page is the last",
        "A page shorter than asked for is taken for the last one.",
        (
            "splynx/paging.py",
            "        last = length == 0 or length < self._longest\n",
            "        last = length < self._page_size\n",
        ),
    ),
    mutant(
        "a quarantined row stops nothing",
        "A family is planned though a record of it could not be read.",
        (
            "domain/sources.py",
            "    if family.quarantined:\n",
            "    if family.quarantined and not family.links:\n",
        ),
        (
            "domain/cascade.py",
            "    if family.quarantined:\n",
            "    if family.quarantined and not family.links:\n",
        ),
        (
            "runtime/plan.py",
            "    if plan.snapshot is None or plan.quarantined or unit.parkings",
            "    if plan.snapshot is None or unit.parkings",
        ),
    ),
    mutant(
        "an unreadable row is not there",
        "Readings that hide an unreadable row are taken for whole.",
        (
            "runtime/families.py",
            "    if reading.quarantined:\n        broken = reading.quarantined[0]\n        raise",
            "    if reading.quarantined and not reading:\n        broken = reading.quarantined[0]\n        raise",
        ),
    ),
    replace(
        mutant(
            "observe mode writes",
            "The mode is asked nowhere on the way to the platform.",
            (
                "runtime/bootstrap.py",
                "    return None if mode is Mode.OBSERVE else SplynxWriter(connection)\n",
                "    return SplynxWriter(connection)\n",
            ),
            (
                "runtime/cycle.py",
                "    if service.policy.mode is not Mode.OBSERVE:\n",
                "    if service.policy.mode:\n",
            ),
            (
                "runtime/plan.py",
                "        if load_mode(service, unit) is not Mode.OBSERVE:\n",
                "        if service:\n",
            ),
            (
                "runtime/work.py",
                "    if frozen is not None or mode is Mode.OBSERVE:\n",
                "    if frozen is not None:\n",
            ),
        ),
        mode=Mode.OBSERVE,
    ),
)
