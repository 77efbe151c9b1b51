"""Bugs on the way of a write: what is recorded when, who may send, and how often."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, mutant

MUTANTS: tuple[Mutant, ...] = (
    mutant(
        "journal after write",
        "SENDING is committed once the request has left, to save a commit when it fails.",
        (
            "runtime/work.py",
            """        sending = self._claim(operation, step, verdict)
        if sending is None:
            return False
        report.sends += 1
        try:
            receipt = self._writer.send(sending.effect, self._in_time(begun))
""",
            """        sending = claimed(step, verdict.effect, self._service.clock.host()).after
        report.sends += 1
        try:
            try:
                receipt = self._writer.send(sending.effect, self._in_time(begun))
            finally:
                self._claim(operation, step, verdict)
""",
        ),
    ),
    mutant(
        "client retries a time-out",
        "The client sends a write once more when no answer came.",
        (
            "splynx/client.py",
            """        try:
            reply = self._send(request, is_own_401, may_leave)
        except WireFailure as failure:
""",
            """        try:
            try:
                reply = self._send(request, is_own_401, may_leave)
            except WireFailure:
                reply = self._send(request, is_own_401, may_leave)
        except WireFailure as failure:
""",
        ),
    ),
    mutant(
        "tenacity around writes",
        "Writes go through the same retries as reads.",
        (
            "splynx/client.py",
            "            reply = self._send(request, is_own_401, may_leave)\n",
            """            reply = Retrying(
                retry=retry_if_exception(lambda error: isinstance(error, WireFailure)),
                stop=stop_after_attempt(3),
                sleep=self._sleep,
                reraise=True,
            )(self._send, request, is_own_401, may_leave)
""",
        ),
    ),
    mutant(
        "no fencing",
        "A unit of work does not ask whether its epoch is still the current one.",
        ("store/store.py", "                verify_epoch(connection, epoch)\n", ""),
    ),
    mutant(
        "epoch does not grow",
        "A new holder takes over the epoch of the one before.",
        ("store/lease.py", '"epoch": lease.c.epoch + 1}', '"epoch": lease.c.epoch}'),
    ),
    mutant(
        "rival ignores the lease",
        "A second process goes on though it did not get the lock.",
        (
            "store/store.py",
            "            if not self._lock.acquire():\n",
            "            if not self._lock.acquire() and not holder:\n",
        ),
    ),
    mutant(
        "lock is shared",
        "The lock file is locked for reading, which any number of processes may.",
        ("store/lease.py", "fcntl.LOCK_EX | fcntl.LOCK_NB", "fcntl.LOCK_SH | fcntl.LOCK_NB"),
    ),
    mutant(
        "sent however late",
        "A process that was stopped between the record and the send sends all the same.",
        (
            "saga/machine.py",
            "    return since_claim >= margin\n",
            "    return since_claim < margin - margin\n",
        ),
    ),
    mutant(
        "answer is believed",
        "A write that was answered is confirmed without being read back, with or without a number.",
        (
            "runtime/work.py",
            "        self._check(operation, sending, receipt.remote_id)\n",
            """        change = happened(sending, StepEvent.ACCEPTED, remote_id=receipt.remote_id)
        record_change(self._service, self._pen, change)
""",
        ),
        (
            "splynx/verdict.py",
            '    if request.method == "POST" and new_id_of(reply) is None:\n',
            "    if not request.method:\n",
        ),
    ),
    mutant(
        "not shown is not sent",
        "A write that was answered yes but does not show at once is taken for not carried out.",
        (
            "runtime/work.py",
            'self._record(sending, StepEvent.UNCLEAR, "answered yes, but it does not show")',
            'self._record(sending, StepEvent.NOT_SENT, "answered yes, but it does not show")',
        ),
    ),
    mutant(
        "5xx is not sent",
        "Every 5xx to a write is taken for an answer that says it was not carried out.",
        (
            "splynx/verdict.py",
            """        return OutcomeUnknown(f"{request}: answered {status}: {words_of(reply)}")
""",
            "        return _unavailable(request, reply)\n",
        ),
    ),
    mutant(
        "no answer is not sent",
        "A time-out of a write is taken for a proof that nothing was carried out.",
        (
            "splynx/client.py",
            "            kind = OutcomeUnknown if failure.sent else PlatformUnavailable\n",
            "            kind = PlatformUnavailable\n",
        ),
    ),
    mutant(
        "amounts change at a second send",
        "A relief is adapted in place to what is due now, at every send of it.",
        (
            "saga/machine.py",
            "    frozen = step.sent_at is not None and not isinstance(step.effect, MarkInvoice)\n",
            "    frozen = False\n",
        ),
        (
            "saga/preparation.py",
            "    if settlement.relief == _total(step):\n        return Ready(effect=step.effect)\n",
            """    if settlement.relief == _total(step):
        return Ready(effect=step.effect)
    if settlement.relief and world.source is not None:
        from connector.domain.shares import items_for
        items = items_for(world.source.items, settlement.relief, "Rest")
        return Ready(effect=replace(step.effect, items=items, total=settlement.relief))
""",
        ),
    ),
    mutant(
        "propose mode acts",
        "Plans of propose mode are opened at once.",
        (
            "runtime/plan.py",
            """        if service.policy.mode is Mode.PROPOSE
        else""",
            """        if service.policy.mode is Mode.OBSERVE
        else""",
        ),
    ),
    mutant(
        "the first run asks nobody",
        "The first run of an installation does not wait for its approval.",
        (
            "runtime/allowance.py",
            "if bounds.first_run_approval and unit.facts.load(facts.FIRST_APPROVAL) is None:",
            "if bounds.first_run_approval and not operation.steps:",
        ),
    ),
    mutant(
        "a freeze stops nothing",
        "Work goes on though all writing was frozen.",
        (
            "runtime/work.py",
            "    if frozen is not None or mode is Mode.OBSERVE:\n",
            "    if mode is Mode.OBSERVE:\n",
        ),
        (
            "runtime/work.py",
            "            if not may_write(unit, operation.main_id):\n",
            "            if not operation.main_id:\n",
        ),
    ),
)
