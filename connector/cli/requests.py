"""``approve``, ``retry``, ``cancel``, ``freeze``, ``unfreeze``: wishes that the next turn carries out."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from connector.cli.common import By, Context, Given
from connector.cli.endings import DONE
from connector.cli.opening import asker, load
from connector.cli.rendering import for_people, plain
from connector.ports.store import RequestKind
from connector.runtime.requests import ALL, is_family, record_request
from connector.runtime.views import open_desk

PlanOrAll = Annotated[str, Parameter(help="A plan as `status` names it, or `all`.")]
StepOrFamily = Annotated[
    str,
    Parameter(help="PLAN/STEP as `status` names it, or the main account of a parked FAMILY."),
]
StepOrPlan = Annotated[
    str, Parameter(help="PLAN/STEP as `status` names it, or an unverified PLAN settled by hand.")
]
Reason = Annotated[str, Parameter(help="Why, for those who find it frozen.")]


def approve(plan: PlanOrAll, /, *, by: By = None, context: Given) -> int:
    """Let a plan that waits be carried out, or all of them."""
    subject = ALL if plan.lower() == ALL else plan.upper()
    return _ask(context, RequestKind.APPROVE, subject, by, f"approved {subject}")


def retry(subject: StepOrFamily, /, *, by: By = None, context: Given) -> int:
    """Try a held step again, after what held it was mended; or all of a parked family."""
    name = subject.upper()
    outcome = f"{name} will be tried again"
    if is_family(name):
        outcome = f"family {name} goes on, and what is held in it is tried again"
    return _ask(context, RequestKind.RETRY, name, by, outcome)


def cancel(step: StepOrPlan, /, *, by: By = None, context: Given) -> int:
    """Give a held step up, with it a merge without its invoice; or close a settled merge."""
    return _ask(context, RequestKind.CANCEL, step.upper(), by, f"{step.upper()} is given up")


def freeze(reason: Reason, /, *, by: By = None, context: Given) -> int:
    """Write nothing to Splynx until somebody unfreezes; reading and planning go on."""
    return _ask(context, RequestKind.FREEZE, reason, by, "nothing will be written to Splynx")


def unfreeze(*, by: By = None, context: Given) -> int:
    """Allow writing again, whoever or whatever froze it."""
    return _ask(context, RequestKind.UNFREEZE, "", by, "writing to Splynx is allowed again")


def _ask(context: Context, kind: RequestKind, subject: str, by: str | None, outcome: str) -> int:
    with open_desk(load(context, need_secrets=False)) as desk:
        number = record_request(desk, kind, subject, asker(by))
    for_people().print(
        f"request {number}: {plain(outcome)}, once the service's next turn, or the next"
        " `linked-accounts sync`, has carried it out"
    )
    return DONE
