"""A family as a whole: whose charge stands where, who was switched on, and who was written to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from connector.domain.accounts import AccountStatus, StatusChange
from connector.domain.ids import AccountId, InvoiceId
from connector.domain.invoices import Invoice, InvoiceItem
from connector.domain.marker import markers_in
from connector.domain.money import ZERO, told
from connector.saga.audit.merges import carries
from connector.saga.audit.rules import Rule
from connector.saga.audit.scene import AuditFinding, FamilyScene
from connector.saga.fixups import done_for, merged_id
from connector.saga.states import StepState
from connector.saga.steps import Operation, OperationState, Source, Step, StepKind


def judge_family_whole(scene: FamilyScene) -> Iterator[AuditFinding]:
    """What no single merge shows."""
    yield from _judge_places(scene)
    yield from _judge_native(scene)
    yield from _judge_releases(scene)
    yield from _judge_accounts(scene)


# -- I1: a charge stands in one place -------------------------------------------------------


def _judge_places(scene: FamilyScene) -> Iterator[AuditFinding]:
    """Each source is on at most one standing invoice of the main account; or open by itself."""
    places: dict[InvoiceId, list[str]] = defaultdict(list)
    sources: dict[InvoiceId, Source] = {}
    for operation in scene.merges():
        merged = carries(scene, operation)
        if merged is None or not _still_charges(operation, merged):
            continue
        for source in operation.sources:
            if done_for(operation, source.invoice_id, StepKind.CREDIT) < source.total:
                sources[source.invoice_id] = source
                places[source.invoice_id].append(f"merged invoice {merged.number}")
                places[source.invoice_id] += _open_itself(scene, operation, source)
    for invoice_id, found in places.items():
        if len(found) > 1:
            source = sources[invoice_id]
            yield AuditFinding(
                rule=Rule.BILLED_TWICE,
                main_id=scene.main_id,
                account_id=source.account_id,
                subject=f"invoice {source.number}",
                sentence=f"the {told(source.total)} of invoice {source.number} of account "
                f"{source.account_id} are charged {len(found)} times: by {', '.join(found)}",
                mend="credit all but one of them by hand",
                amount=source.total * (len(found) - 1),
            )


def _still_charges(operation: Operation, merged: Invoice) -> bool:
    """Whether a merged invoice carries its sources; that of a plan given up, while it is due."""
    return operation.state is not OperationState.WITHDRAWN or merged.due > ZERO


def _open_itself(scene: FamilyScene, operation: Operation, source: Source) -> list[str]:
    """A source that was handed back stands by itself; what an open merge owes it is its own rule."""
    invoice = scene.invoices.get(source.invoice_id)
    was_given_up = operation.state is OperationState.WITHDRAWN
    if was_given_up and invoice is not None and invoice.is_open:
        return [f"invoice {source.number} itself"]
    return []


# -- I20: what the platform aggregates itself is not merged again ---------------------------


def _judge_native(scene: FamilyScene) -> Iterator[AuditFinding]:
    """No line of our merged invoices is on the platform's own invoice of the main account, too."""
    ours = {source.invoice_id for each in scene.merges() for source in each.sources}
    ours |= {merged_id(each) for each in scene.merges()}
    ours |= {InvoiceId(step.remote_id or 0) for each in scene.undos() for step in each.steps}
    theirs: dict[tuple[AccountId | None, str], tuple[InvoiceItem, Invoice]] = {
        (item.sub_account_id, item.description): (item, invoice)
        for invoice in scene.live_invoices()
        if invoice.account_id == scene.main_id
        and invoice.id not in ours
        and not markers_in(invoice.memo)
        for item in invoice.items
        if item.sub_account_id is not None and item.net > ZERO
    }
    if not theirs:
        return
    for operation in scene.merges():
        merged = carries(scene, operation)
        for item in () if merged is None else merged.items:
            found = theirs.get((item.sub_account_id, item.description))
            if merged is not None and found is not None and _overlap(item, found[0]):
                yield AuditFinding(
                    rule=Rule.NATIVE_AGAIN,
                    main_id=scene.main_id,
                    account_id=item.sub_account_id,
                    subject=f"invoice {merged.number}: {item.description}",
                    sentence=f'"{item.description}" of account {item.sub_account_id} is charged '
                    f"by merged invoice {merged.number}, and for the same days by invoice "
                    f"{found[1].number}, which Splynx made itself",
                    mend="credit the one or the other by hand, and see that the sub-account has "
                    "no billing of its own",
                    amount=item.gross,
                )


def _overlap(one: InvoiceItem, other: InvoiceItem) -> bool:
    """Whether two lines charge a common day; lines without days charge none."""
    days: tuple[date | None, ...] = (
        one.period_from,
        one.period_to,
        other.period_from,
        other.period_to,
    )
    first, last, begin, end = days
    if first is None or last is None or begin is None or end is None:
        return False
    return max(first, begin) <= min(last, end)


# -- I5, I6, I7: who was switched on, and who was written to --------------------------------


def _judge_releases(scene: FamilyScene) -> Iterator[AuditFinding]:
    """No block by a person was ended, and each block at most once."""
    releases = [
        step
        for operation in scene.operations
        for step in operation.steps
        if step.kind is StepKind.RELEASE and step.attempts
    ]
    ours = {
        step.remote_id
        for operation in scene.operations
        for step in operation.steps
        if step.kind is StepKind.SUSPEND and step.state is StepState.CONFIRMED
    }
    blocks = {change.id: change for change in scene.changes}
    seen: set[tuple[AccountId, int | None]] = set()
    for step in releases:
        block = blocks.get(step.block_id or 0)
        if block is not None and _is_persons(scene, block, is_ours=block.id in ours):
            sentence = (
                f"account {step.account_id} was switched on though administrator "
                f"{block.administrator_id} had blocked it on {block.at.date()}"
            )
            yield _about_release(scene, step, Rule.RELEASED_PERSON, sentence)
        if (step.account_id, step.block_id) in seen:
            sentence = f"block {step.block_id} of account {step.account_id} was ended twice"
            yield _about_release(scene, step, Rule.RELEASED_TWICE, sentence)
        seen.add((step.account_id, step.block_id))


def _is_persons(scene: FamilyScene, block: StatusChange, *, is_ours: bool) -> bool:
    """Whether a person made a block; a row that the journal takes for ours may be another's.

    Some installations log what an API key does under a number. Then the end of the block, which was
    our doing as well, bears the same one.
    """
    if block.by_system:
        return False
    ends = (
        change
        for change in scene.changes
        if change.account_id == block.account_id
        and change.id > block.id
        and change.new is AccountStatus.ACTIVE
    )
    end = min(ends, key=lambda change: change.id, default=None)
    return not is_ours or (end is not None and end.administrator_id != block.administrator_id)


def _about_release(scene: FamilyScene, step: Step, rule: Rule, sentence: str) -> AuditFinding:
    return AuditFinding(
        rule=rule,
        main_id=scene.main_id,
        account_id=step.account_id,
        subject=f"step {step.plan_id}/{step.number}",
        sentence=sentence,
        mend="ask whoever blocked it whether it should be off; this is a defect, report it",
    )


def _judge_accounts(scene: FamilyScene) -> Iterator[AuditFinding]:
    """Nothing was ever sent to an account that was not in the family when it was planned."""
    for operation in scene.operations:
        day = operation.created_at.astimezone(scene.at.tzinfo).date()
        members = {scene.main_id} | {
            link.sub_id
            for link in scene.links
            if link.since <= day and (link.until is None or day <= link.until)
        }
        strangers = {
            step.account_id: step
            for step in operation.steps
            if step.attempts and step.account_id not in members
        }
        for account_id, step in sorted(strangers.items()):
            yield AuditFinding(
                rule=Rule.OUTSIDE_FAMILY,
                main_id=scene.main_id,
                account_id=account_id,
                subject=f"step {step.plan_id}/{step.number}",
                sentence=f"account {account_id} was written to on {day}, when it was not linked to "
                f"account {scene.main_id}",
                mend="look what was written with `linked-accounts history`; this is a defect, "
                "report it",
            )
