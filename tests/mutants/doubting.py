"""Bugs in doubt: what is read back, how long is waited, and what is found at a start."""

from __future__ import annotations

from dataclasses import replace

from tests.mutants.mutant import Mutant, mutant

MUTANTS: tuple[Mutant, ...] = (
    mutant(
        "no read-back of an invoice",
        "A merged invoice in doubt is never looked for among those of its account.",
        (
            "runtime/observe_step.py",
            "    return whole(reader.read_invoices([step.account_id], effect.issued_on - ONE_DAY))\n",
            "    return ()\n",
        ),
    ),
    mutant(
        "no read-back of a credit note",
        "A credit note in doubt is never looked for among those of its account.",
        (
            "runtime/observe_step.py",
            "            return recovery.look_for_credit_note(step, whole(_read_notes(service, step)))\n",
            "            return recovery.NotSeen()\n",
        ),
    ),
    mutant(
        "a doubt is sent again",
        "A write without a clear answer goes back to be sent, and nobody looks for it first.",
        (
            "runtime/work.py",
            "            self._record(sending, StepEvent.UNCLEAR, str(doubt))\n",
            "            self._record(sending, StepEvent.NOT_SENT, str(doubt))\n",
        ),
        (
            "runtime/work.py",
            "        if step.sent_at is not None and stands_already(",
            "        if step.due_at is not None and stands_already(",
        ),
    ),
    mutant(
        "no quiescence",
        "What is not there at the first reading was not carried out.",
        (
            "saga/recovery.py",
            "        return step.sent_at + quiescence\n",
            "        return step.sent_at\n",
        ),
    ),
    mutant(
        "quiescence from the claim",
        "The quiescence counts from the commit before the send, not from the loss of its sight.",
        (
            "saga/machine.py",
            "        sent_at=lost_at if lost_at is not None else step.sent_at,\n",
            "        sent_at=step.sent_at,\n",
        ),
        ("saga/machine.py", "    return since_claim >= margin\n", "    return False\n"),
    ),
    mutant(
        "found at start is intended",
        "A step found in SENDING at a start is sent again.",
        (
            "saga/states.py",
            "    (S.SENDING, E.FOUND_AT_START): S.UNKNOWN,\n",
            "    (S.SENDING, E.FOUND_AT_START): S.INTENDED,\n",
        ),
    ),
    mutant(
        "nothing is found at start",
        "Steps that a death left in SENDING are forgotten at the next start.",
        ("runtime/cycle.py", "    record_found_at_start(service, pen)\n", ""),
    ),
    mutant(
        "a day too late",
        "A credit note in doubt is looked for from the day after its own on.",
        (
            "runtime/observe_step.py",
            "read_credit_notes(step.account_id, step.effect.issued_on - ONE_DAY)",
            "read_credit_notes(step.account_id, step.effect.issued_on + ONE_DAY)",
        ),
    ),
    mutant(
        "absent means never",
        "A write that was not seen is confirmed all the same.",
        ("runtime/recover.py", "            StepEvent.ABSENT,\n", "            StepEvent.SEEN,\n"),
    ),
    mutant(
        "a hand-back waits for nothing",
        "A claim that may still land is handed back before the quiescence has passed.",
        (
            "saga/machine.py",
            "        due_at=None if last_sent_at is None else last_sent_at + quiescence,\n",
            "        due_at=None,\n",
        ),
    ),
    mutant(
        "only seen claims are handed back",
        "A claim that was sent and never seen is not handed back.",
        (
            "saga/machine.py",
            "        and (step.state is StepState.CONFIRMED or step.sent_at is not None)\n",
            "        and step.state is StepState.CONFIRMED\n",
        ),
    ),
    replace(
        mutant(
            "a retry does not look first",
            "A step that is sent again is not looked for before.",
            (
                "runtime/work.py",
                "        if step.sent_at is not None and stands_already(",
                "        if step.sent_at is None and stands_already(",
            ),
        ),
        is_late=True,
    ),
    replace(
        mutant(
            "a second document is left standing",
            "A merged invoice that landed late beside the one that was sent again is not voided.",
            (
                "saga/sweeping.py",
                "        voids=plan_voids(operation, find_twins(operation, rows.values()), now.date()),\n",
                "        voids=(),\n",
            ),
        ),
        is_late=True,
    ),
)
