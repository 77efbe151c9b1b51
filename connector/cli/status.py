"""``status``: one screen that says what is wrong, and what to do about it. Asks the platform nothing."""

from __future__ import annotations

from rich.console import Console

from connector.cli.common import AsJson, Given
from connector.cli.endings import DONE, FAILED
from connector.cli.jsonout import print_document
from connector.cli.opening import load
from connector.cli.rendering import for_people, moment, pairs
from connector.cli.sections import held_lines, parked_lines, section
from connector.cli.views_json import held_view, operation_view, parking_view, refusal_view
from connector.config import Settings
from connector.domain.money import told
from connector.domain.refusals import Weight
from connector.ports.store import Finding
from connector.runtime.views import Overview, load_overview, open_desk
from connector.saga.audit.rules import Gravity
from connector.saga.states import StepState
from connector.saga.steps import Operation


def status(*, json: AsJson = False, context: Given) -> int:
    """Show what stands open; 1 if something is held, parked, unverified, in quarantine or frozen."""
    settings = load(context, need_secrets=False)
    with open_desk(settings) as desk:
        view = load_overview(desk)
    if json:
        _print_json(settings, view)
    else:
        _print_text(settings, view)
    return FAILED if view.needs_somebody else DONE


def _print_json(settings: Settings, view: Overview) -> None:
    print_document(
        {
            "mode": settings.mode,
            "last_mode": view.last_mode,
            "platform": settings.platform.base_url,
            "last_poll": view.last_poll,
            "last_sweep": view.last_sweep,
            "links": view.links,
            "frozen": view.frozen,
            "unproven": view.obstacle,
            "needs_somebody": view.needs_somebody,
            "waiting": [operation_view(op) for op in view.waiting],
            "under_way": [operation_view(op) for op in view.under_way],
            "parked": [parking_view(parking) for parking in view.parked],
            "held": [held_view(held) for held in view.held],
            "charged_twice": view.charged_twice,
            "charged_too_little": view.charged_too_little,
            "unverified": [operation_view(op) for op in view.unverified],
            "refusals": [refusal_view(row) for row in view.refusals],
            "quarantine": view.quarantine,
            "agenda": view.agenda,
            "requests": view.requests,
            "audit": view.audit,
        }
    )


def _print_text(settings: Settings, view: Overview) -> None:
    console = for_people()
    pairs(console, _facts(settings, view))
    section(
        console,
        "charged twice for now",
        [
            f"family {row.main_id} stands charged twice by {told(row.amount)} until {row.until}"
            for row in view.charged_twice
        ],
    )
    section(
        console,
        "charged too little for now",
        [
            f"family {row.main_id} stands charged too little by {told(row.amount)} until {row.until}"
            for row in view.charged_too_little
        ],
    )
    section(console, f"parked families ({len(view.parked)})", parked_lines(view.parked))
    section(console, f"held ({len(view.held)})", held_lines(view.held))
    section(
        console,
        "carried out, but not as they must be",
        [f"{op.plan_id}  family {op.main_id}, {op.summary}: {op.why}" for op in view.unverified],
    )
    _print_operations(console, view)
    _print_refusals(console, view)
    _print_audit(console, view)
    section(
        console,
        "in quarantine: these records do not fit, and their families are not written to",
        [
            f"{row.resource} {row.object_id or '?'} of account {row.account_id or '?'}: "
            f"field {row.field} {row.problem}"
            for row in view.quarantine
        ],
    )
    section(
        console,
        "asked for, not carried out yet",
        [f"request {row.id} by {row.by}: {row.kind} {row.subject}" for row in view.requests],
    )
    section(
        console,
        "families to look at",
        [f"{moment(row.due_at)}  family {row.main_id}: {row.reason}" for row in view.agenda],
    )
    console.print()
    console.print(_verdict(view))


def _verdict(view: Overview) -> str:
    if view.needs_somebody:
        return "somebody must look"
    asking = sum(row.refusal.weight is Weight.ACT for row in view.refusals)
    return f"nothing is wrong; {asking} refusals ask for somebody" if asking else "nothing is wrong"


def _facts(settings: Settings, view: Overview) -> list[tuple[str, object]]:
    mode: str = settings.mode
    if view.last_mode is not None and view.last_mode != settings.mode:
        mode = f"{settings.mode} (the latest cycle ran in {view.last_mode})"
    links = view.links
    return [
        ("mode", f"{mode}, but only observing: {view.obstacle}" if view.obstacle else mode),
        ("platform", settings.platform.base_url),
        ("last poll", "never" if view.last_poll is None else moment(view.last_poll)),
        (
            "links",
            f"{links.families} families, sub-accounts: {links.aggregated} aggregated, {links.independent} independent",
        ),
        ("latest audit", _audited(view)),
        ("frozen", view.frozen or "no"),
    ]


def _audited(view: Overview) -> str:
    audit = view.audit
    if audit is None:
        return "never"
    found = f"{audit.wrong} findings, {audit.grave} grave" if audit.wrong else "nothing found"
    return f"{moment(audit.ended_at)}, {audit.families} families: {found}"


def _print_audit(console: Console, view: Overview) -> None:
    told = () if view.audit is None else view.audit.told
    section(
        console,
        "found by the latest audit: `linked-accounts audit` looks anew",
        [f"{row.rule}: {row.sentence}; {row.mend}" for row in told if row.gravity != Gravity.NOTE],
    )


def _print_operations(console: Console, view: Overview) -> None:
    rows = [
        text
        for op in view.waiting
        for text in (
            f"{op.plan_id}  family {op.main_id}: {op.summary}",
            f"    {op.why}; `linked-accounts approve {op.plan_id}`",
        )
    ]
    section(console, f"plans waiting for approval ({len(view.waiting)})", rows)
    parked = {row.main_id for row in view.parked}
    going = [op for op in view.under_way if op.main_id not in parked]
    section(console, "under way", [_progress_of(op) for op in going])
    waiting = [op for op in view.under_way if op.main_id in parked]
    section(console, "under way, but parked", [_progress_of(op) for op in waiting])


def _progress_of(operation: Operation) -> str:
    states = [step.state for step in operation.steps]
    doubts = states.count(StepState.UNKNOWN)
    late = [(step.due_at, step.reason) for step in operation.steps if step.due_at is not None]
    return (
        f"{operation.plan_id}  family {operation.main_id}: {operation.summary};"
        f" {states.count(StepState.CONFIRMED)} of {len(states)} steps done"
        + (f", {doubts} in doubt, to be read back" if doubts else "")
        + "".join(f", waits until {moment(due_at)}: {reason}" for due_at, reason in late[:1])
    )


def _print_refusals(console: Console, view: Overview) -> None:
    acts = [
        row
        for row in view.refusals
        if row.refusal.weight is Weight.ACT and row.refusal.rule != "parked"
    ]
    notes = [row for row in view.refusals if row.refusal.weight is not Weight.ACT]
    section(console, f"somebody must act ({len(acts)})", [_told(row) for row in acts])
    section(console, f"left as it is ({len(notes)})", [_told(row) for row in notes])


def _told(row: Finding) -> str:
    return f"family {row.main_id}: {row.refusal.sentence}; {row.refusal.mend}"
