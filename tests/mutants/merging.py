"""Bugs in a merge: what is looked at before a step, what a document bears, what follows the pivot."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, mutant

MUTANTS: tuple[Mutant, ...] = (
    mutant(
        "no look before a claim",
        "A source is claimed as it was when it was planned.",
        (
            "runtime/observe_step.py",
            "            return preparation.judge_claim(step, source, invoice, is_linked=is_linked)\n",
            "            return preparation.Ready(effect=step.effect)\n",
        ),
    ),
    mutant(
        "no look before the pivot",
        "The merged invoice is issued without looking at its sources once more.",
        (
            "runtime/observe_step.py",
            "            return _judge_issue(service, operation, step)\n",
            "            return preparation.Ready(effect=step.effect)\n",
        ),
    ),
    mutant(
        "no look before a relief",
        "A source is relieved of what was planned, whatever is due on it now.",
        (
            "runtime/observe_step.py",
            "        return _judge_relieve(service, operation, step)\n",
            "        return preparation.Ready(effect=step.effect)\n",
        ),
    ),
    mutant(
        "no verification",
        "A merge is closed as soon as its steps are done.",
        (
            "runtime/verify.py",
            "    return judge_merge(operation, outcome), _why_again",
            "    return (), _why_again",
        ),
    ),
    mutant(
        "forgotten marker on the invoice",
        "The merged invoice bears no marker.",
        (
            "saga/planning.py",
            "            memo=str(Marker(plan_id=plan_id, step=number)),\n",
            '            memo="",\n',
        ),
    ),
    mutant(
        "forgotten marker on a credit note",
        "The credit note of a relief bears no marker.",
        (
            "saga/planning.py",
            'note=f"{say_moved(plan.main_id)} {marker}",',
            'note=f"{say_moved(plan.main_id)}",',
        ),
    ),
    mutant(
        "check digits ignored",
        "A marker that was cut or mistyped counts as whole.",
        (
            "domain/marker.py",
            '        if _check(f"LA1:{plan_id}:{step}") == check:\n',
            "        if check:\n",
        ),
    ),
    mutant(
        "memo overwritten",
        "The marker takes the place of what staff wrote.",
        (
            "domain/marker.py",
            '{_line_end(text)}{marker}" if text else str(marker)\n',
            '" if text is None else str(marker)\n',
        ),
    ),
    mutant(
        "unclaim not done",
        "A withdrawn merge does not hand its claims back.",
        (
            "saga/machine.py",
            "    return changes, hand_back(operation, claims, quiescence)\n",
            "    return changes, ()\n",
        ),
    ),
    mutant(
        "unclaim wipes the memo",
        "A claim is handed back by emptying the memo.",
        (
            "saga/preparation.py",
            "    return Ready(effect=_mark(step, left))\n",
            '    return Ready(effect=_mark(step, ""))\n',
        ),
    ),
    mutant(
        "relief of the total",
        "A source is relieved of what it made, not of what is due on it.",
        (
            "saga/fixups.py",
            "    relief = min(due, left)\n",
            "    relief = left\n",
        ),
    ),
    mutant(
        "relief before the pivot is seen",
        "Sources are relieved while the merged invoice is still in doubt.",
        (
            "saga/machine.py",
            "ORDERED = frozenset({StepKind.CLAIM, StepKind.ISSUE})",
            "ORDERED = frozenset({StepKind.CLAIM})",
        ),
        (
            "saga/machine.py",
            "    return ground is None or any(\n",
            "    return True or any(\n",
        ),
    ),
    mutant(
        "credit and relief mixed up",
        "What is due is credited on the merged invoice, and the rest relieved.",
        (
            "saga/fixups.py",
            "    return Settlement(relief=relief, credit=left - relief)\n",
            "    return Settlement(relief=left - relief, credit=relief)\n",
        ),
    ),
    mutant(
        "the rest is not credited",
        "What was paid on a source after the pivot stays on the merged invoice.",
        (
            "saga/fixups.py",
            "    return Settlement(relief=relief, credit=left - relief)\n",
            "    return Settlement(relief=relief, credit=ZERO)\n",
        ),
    ),
    mutant(
        "waiting credits stay",
        "A settlement that is planned anew leaves the credits of the one before in place.",
        (
            "saga/preparation.py",
            "        if other.kind is StepKind.CREDIT and other.state is StepState.INTENDED\n",
            "        if other.kind is StepKind.CREDIT and other.state is StepState.HELD\n",
        ),
    ),
    mutant(
        "withdrawn past the pivot",
        "A merge whose source changed is given up, though its invoice stands.",
        (
            "saga/preparation.py",
            '    return Replace(\n        reason=f"invoice {source.number} has',
            '    return Withdraw(reason="changed") if source else Replace(\n        reason=f"invoice {source.number} has',
        ),
        (
            "runtime/verdicts.py",
            "            if is_past_pivot(operation):\n",
            "            if is_past_pivot(operation) and not reason:\n",
        ),
    ),
    mutant(
        "a lost merged invoice is nobody's loss",
        "Sources are relieved though the merged invoice was deleted or credited away.",
        (
            "saga/preparation.py",
            "        return HandBack(reason=reason)\n    source = source_of(operation, step.invoice_id)\n",
            "        pass\n    source = source_of(operation, step.invoice_id)\n",
        ),
    ),
    mutant(
        "unlinked is merged",
        "A sub-account that was unlinked between claim and pivot is merged all the same.",
        (
            "saga/preparation.py",
            "        if source.account_id != operation.main_id and source.account_id not in ground.linked:\n",
            "        if source.account_id not in ground.linked and not ground.main:\n",
        ),
    ),
    mutant(
        "a mark taken off is no matter",
        "The pivot does not ask whether staff took our mark off a source.",
        (
            "saga/preparation.py",
            "        if claims[source.invoice_id].marker not in markers_in(invoice.memo):\n",
            "        if claims[source.invoice_id].marker is None:\n",
        ),
    ),
    mutant(
        "withdrawn sources stay taken",
        "The sources of a withdrawn merge are free for no other.",
        ("store/journal.py", ".values(live=False)", ".values(live=True)"),
    ),
    mutant(
        "the wrong kind of invoice",
        "The merged invoice is a one-time document, which blocks nobody who does not pay it.",
        (
            "splynx/bodies.py",
            "encode_word(InvoiceType.RECURRING,",
            "encode_word(InvoiceType.ONE_TIME,",
        ),
    ),
    mutant(
        "credit note of no invoice",
        "The credit note of a relief is not bound to its source.",
        ("splynx/bodies.py", '            "invoice_id": effect.invoice_id,\n', ""),
    ),
    mutant(
        "due in the past",
        "A plan that waited is issued though its last day to pay has passed.",
        (
            "saga/preparation.py",
            "    if step.effect.due_on < ground.today:\n",
            "    if step.effect.due_on is None:\n",
        ),
    ),
)
